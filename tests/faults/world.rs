//! The truth: what everybody outside the service has done.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use cart_core::checkout::{Capture, PaymentOutcome};
use cart_core::id::{CheckoutId, StockItemId};
use cart_core::money::Money;
use cart_core::testing::ManualClock;
use chrono::{DateTime, TimeDelta, Utc};

use crate::fault::{Fault, Plan};

/// How the payment provider behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    Captures,
    Declines,
    Waits,
}

/// Where an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderIs {
    Placed,
    Confirmed,
    Cancelled,
}

/// Where a payment is.
#[derive(Clone, Debug, Default)]
pub struct Payment {
    pub state: Option<PaymentOutcome>,
    pub captured: Option<Money>,
    pub refunded: Option<Money>,
    pub captures: usize,
}

/// Units of stock items.
pub type Items = Vec<(StockItemId, u32)>;

/// Something that is done later than it was asked for.
#[derive(Clone, Debug)]
pub enum Late {
    Place(CheckoutId),
    Confirm(CheckoutId),
    CancelOrder(CheckoutId),
    Pay(CheckoutId, Money),
    Void(CheckoutId),
    Refund(CheckoutId),
    Reserve(CheckoutId, Items, DateTime<Utc>),
    Claim(CheckoutId, Items),
    Release(CheckoutId),
}

/// What the host of a hand-off does about a checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostWants {
    Complete,
    Fail,
}

/// What the world looks like, and what goes wrong in it.
#[derive(Debug)]
pub struct World {
    pub plan: Plan,
    /// Whether calls are counted and can go wrong.
    pub is_watched: bool,
    pub places: usize,
    pub has_crashed: bool,
    pub trace: Vec<String>,
    pub provider: Option<Provider>,
    pub orders: BTreeMap<CheckoutId, OrderIs>,
    pub payments: BTreeMap<CheckoutId, Payment>,
    pub supplied: HashMap<StockItemId, u32>,
    pub held: HashMap<CheckoutId, (Items, DateTime<Utc>)>,
    pub sold: HashMap<CheckoutId, Items>,
    pub released: HashSet<CheckoutId>,
    pub late: Vec<Late>,
    pub host: BTreeMap<CheckoutId, HostWants>,
}

/// The world, shared by everybody in it.
#[derive(Clone, Debug)]
pub struct Shared {
    world: Arc<Mutex<World>>,
    pub clock: Arc<ManualClock>,
}

/// How a call goes.
pub enum Fate {
    Fine,
    Twice,
    Refused,
    LostReply,
    Late,
    CrashBefore,
    CrashAfter,
}

impl Shared {
    pub fn new(plan: Plan) -> Self {
        let world = World {
            plan,
            is_watched: false,
            places: 0,
            has_crashed: false,
            trace: vec![],
            provider: None,
            orders: BTreeMap::new(),
            payments: BTreeMap::new(),
            supplied: HashMap::new(),
            held: HashMap::new(),
            sold: HashMap::new(),
            released: HashSet::new(),
            late: vec![],
            host: BTreeMap::new(),
        };
        Self { world: Arc::new(Mutex::new(world)), clock: Arc::default() }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// What happens to the next call.
    pub fn fate(&self, call: &str) -> Fate {
        let mut world = self.world();
        if !world.is_watched {
            return Fate::Fine;
        }
        let place = world.places;
        world.places += 1;
        let fault = world.plan.at_call(place);
        world.trace.push(format!("{place} {call} {fault:?}"));
        match fault {
            None => Fate::Fine,
            Some(Fault::Refused) => Fate::Refused,
            Some(Fault::LostReply) => Fate::LostReply,
            Some(Fault::Late) => Fate::Late,
            Some(Fault::Twice) => Fate::Twice,
            Some(Fault::CrashBefore) => Fate::CrashBefore,
            Some(Fault::CrashAfter) => Fate::CrashAfter,
            Some(Fault::Hour) => {
                self.clock.advance(TimeDelta::hours(1));
                Fate::Fine
            }
            Some(Fault::Back) => {
                self.clock.advance(TimeDelta::hours(-1));
                Fate::Fine
            }
        }
    }

    /// The process dies: whatever waits here never goes on.
    pub async fn crash<T>(&self) -> T {
        self.world().has_crashed = true;
        std::future::pending().await
    }
}

impl World {
    /// Does what was asked for earlier.
    pub fn catch_up(&mut self) {
        for late in std::mem::take(&mut self.late) {
            self.trace.push(format!("late {late:?}"));
            self.act(&late);
        }
    }

    /// Does something for good, as often as it is asked for.
    pub fn act(&mut self, what: &Late) {
        match what {
            Late::Place(id) => {
                self.orders.entry(*id).or_insert(OrderIs::Placed);
            }
            Late::Confirm(id) => {
                if let Some(order @ OrderIs::Placed) = self.orders.get_mut(id) {
                    *order = OrderIs::Confirmed;
                }
            }
            Late::CancelOrder(id) => {
                self.orders.insert(*id, OrderIs::Cancelled);
            }
            Late::Pay(id, amount) => self.pay(*id, *amount),
            Late::Void(id) => {
                let payment = self.payments.entry(*id).or_default();
                if matches!(payment.state, None | Some(PaymentOutcome::Pending(_))) {
                    payment.state = Some(PaymentOutcome::Voided);
                }
            }
            Late::Refund(id) => {
                let payment = self.payments.entry(*id).or_default();
                payment.refunded = payment.captured;
            }
            Late::Reserve(id, items, until) => {
                if !self.released.contains(id) && !self.sold.contains_key(id) && self.has_free(items) {
                    self.held.entry(*id).or_insert_with(|| (items.clone(), *until));
                }
            }
            Late::Claim(id, items) => {
                let has = self.held.remove(id).is_some() || self.has_free(items);
                if !self.sold.contains_key(id) && !self.released.contains(id) && has {
                    self.sold.insert(*id, items.clone());
                }
            }
            Late::Release(id) => {
                self.released.insert(*id);
                self.held.remove(id);
                self.sold.remove(id);
            }
        }
    }

    fn pay(&mut self, id: CheckoutId, amount: Money) {
        let provider = self.provider;
        let payment = self.payments.entry(id).or_default();
        if payment.state.is_some() {
            return;
        }
        match provider {
            Some(Provider::Captures) => payment.capture(id, amount),
            Some(Provider::Declines) => payment.decline(),
            Some(Provider::Waits) | None => {
                payment.state = Some(PaymentOutcome::Pending(crate::partners::initiation()));
            }
        }
    }

    /// Holds end by themselves.
    pub fn expire(&mut self, now: DateTime<Utc>) {
        self.held.retain(|_, (_, until)| *until > now);
    }

    pub fn free(&self, item: &StockItemId) -> u32 {
        let all = self.held.values().map(|(items, _)| items).chain(self.sold.values()).flatten();
        let taken: u32 = all.filter(|(taken, _)| taken == item).map(|(_, units)| units).sum();
        self.supplied.get(item).copied().unwrap_or_default().saturating_sub(taken)
    }

    pub fn has_free(&self, items: &[(StockItemId, u32)]) -> bool {
        items.iter().all(|(item, units)| self.free(item) >= *units)
    }
}

impl Payment {
    /// The money is taken, whatever was said before.
    pub fn capture(&mut self, id: CheckoutId, amount: Money) {
        let payment = format!("pay-{id}").parse().unwrap();
        self.state = Some(PaymentOutcome::Captured(Capture { payment, amount }));
        self.captured = Some(amount);
        self.captures += 1;
    }

    pub fn decline(&mut self) {
        let why = cart_core::checkout::Reason::new("the card was declined").unwrap();
        self.state = Some(PaymentOutcome::Declined { why });
    }
}
