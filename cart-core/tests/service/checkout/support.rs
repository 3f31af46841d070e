//! An order service, a payment provider, an inventory and a guard that do as they are told and keep account.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Waker};

use async_trait::async_trait;
use cart_core::actor::Actor;
use cart_core::checkout::{
    Capture, EndReason, Handoff, Initiation, InitiationType, OrderDraft, PaymentOutcome, PlacedOrder, Stage,
    StockUnits,
};
use cart_core::command::BeginCheckout;
use cart_core::id::{CheckoutId, PaymentRef, StockItemId};
use cart_core::memory::MemoryStore;
use cart_core::money::{Currency, Money};
use cart_core::policy::{CartPolicy, RequiredSelections};
use cart_core::port::{
    CheckoutGuard, Confirming, Hold, HoldError, Inventory, Orders, PaymentRequest, Payments, Placing,
    PortError, StockLedger, StockLevel, Verdict,
};
use cart_core::service::{Caller, CartError, CartServiceBuilder, CheckoutOutcome, Target};
use cart_core::testing::block_on;
use cart_core::testing::samples::{placed_order, reason};
use chrono::TimeDelta;

use crate::shop::{Shop, add, ann};

/// The time that a checkout has by default.
pub(crate) const TIME: TimeDelta = TimeDelta::minutes(30);
/// Longer than anybody has for an answer.
pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(31);

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing is done, and they say that they cannot tell.
    Down,
    /// It is done, and they say that they cannot tell.
    Lost,
    /// Nothing is done, and they never answer.
    Silent,
    /// It is done, and they never answer.
    DoneAndSilent,
}

/// What the provider does with a new payment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pays {
    AtOnce,
    OtherAmount(Money),
    Later,
    Never,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PaymentIs {
    Pending,
    Captured(Money),
    Declined,
    Voided,
    Refunded(Money),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OrderIs {
    Placed,
    Confirmed,
    Cancelled,
}

#[derive(Clone, Debug)]
struct Held {
    items: Vec<StockUnits>,
    is_sold: bool,
}

type Hook = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct World {
    calls: Vec<&'static str>,
    /// How often something was really done.
    effects: BTreeMap<&'static str, u32>,
    fates: BTreeMap<&'static str, VecDeque<Fate>>,
    hooks: BTreeMap<&'static str, Hook>,
    refusals: Vec<&'static str>,
    pays: VecDeque<Pays>,
    orders: BTreeMap<CheckoutId, OrderIs>,
    payments: BTreeMap<CheckoutId, PaymentIs>,
    supply: BTreeMap<StockItemId, u32>,
    held: BTreeMap<CheckoutId, Option<Held>>,
    /// Until when stock was last to be held.
    held_until: Option<chrono::DateTime<chrono::Utc>>,
}

impl World {
    fn did(&mut self, what: &'static str) {
        *self.effects.entry(what).or_default() += 1;
    }

    fn refuses(&self, what: &str) -> bool {
        self.refusals.contains(&what)
    }

    fn free(&self, item: &StockItemId) -> u32 {
        let taken = self.held.values().flatten().flat_map(|held| &held.items);
        let taken: u32 = taken.filter(|had| had.item == *item).map(|had| had.units).sum();
        self.supply.get(item).copied().unwrap_or_default() - taken
    }

    fn short(&self, items: &[StockUnits]) -> Option<HoldError> {
        let short = items.iter().find(|wanted| self.free(&wanted.item) < wanted.units)?;
        Some(HoldError::Short { item: short.item.clone(), available: self.free(&short.item) })
    }

    fn outcome(&self, id: CheckoutId) -> Option<PaymentOutcome> {
        Some(match self.payments.get(&id)? {
            PaymentIs::Pending => PaymentOutcome::Pending(initiation()),
            PaymentIs::Captured(amount) | PaymentIs::Refunded(amount) => captured(*amount),
            PaymentIs::Declined => PaymentOutcome::Declined { why: reason("no money") },
            PaymentIs::Voided => PaymentOutcome::Voided,
        })
    }
}

/// Everybody outside whom a checkout needs.
#[derive(Default)]
pub(crate) struct Partners(Mutex<World>);

impl std::fmt::Debug for Partners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Partners")
    }
}

impl Partners {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// Has the next calls go wrong, so many of them.
    pub(crate) fn fail(&self, call: &'static str, times: usize, fate: Fate) {
        self.world().fates.entry(call).or_default().extend(vec![fate; times]);
    }

    /// Nobody is down any more.
    pub(crate) fn heal(&self) {
        self.world().fates.clear();
    }

    /// Runs something when the next such call is done, before it is answered.
    pub(crate) fn during(&self, call: &'static str, hook: impl FnOnce() + Send + 'static) {
        self.world().hooks.insert(call, Box::new(hook));
    }

    /// Refuses from now on to `place`, `confirm`, or by the guard `before_begin` or `before_place`.
    pub(crate) fn refuse(&self, call: &'static str) {
        self.world().refusals.push(call);
    }

    /// What the provider does with the next payment.
    pub(crate) fn pays(&self, how: Pays) {
        self.world().pays.push_back(how);
    }

    /// The shopper pays; what the provider says to everybody who listens.
    pub(crate) fn shopper_pays(&self, id: CheckoutId, minor: i64) -> PaymentOutcome {
        self.world().payments.insert(id, PaymentIs::Captured(eur(minor)));
        self.world().did("captured");
        captured(eur(minor))
    }

    /// The shopper gives up at the provider's.
    pub(crate) fn shopper_fails(&self, id: CheckoutId) -> PaymentOutcome {
        self.world().payments.insert(id, PaymentIs::Declined);
        self.world().outcome(id).unwrap()
    }

    pub(crate) fn supply(&self, item: &str, units: u32) {
        self.world().supply.insert(StockItemId::new(item).unwrap(), units);
    }

    /// The time of a checkout's hold ends.
    pub(crate) fn lapse(&self, id: CheckoutId) {
        self.world().held.remove(&id);
    }

    pub(crate) fn held_until(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        self.world().held_until
    }

    /// Units that are free, held and sold.
    pub(crate) fn level(&self, item: &str) -> (u32, u32, u32) {
        let (world, item) = (self.world(), StockItemId::new(item).unwrap());
        let units = |is_sold| {
            let of = world.held.values().flatten().filter(|held| held.is_sold == is_sold);
            let items = of.flat_map(|held| &held.items).filter(|had| had.item == item);
            items.map(|had| had.units).sum()
        };
        (world.free(&item), units(false), units(true))
    }

    /// The calls since this was asked last.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.world().calls)
    }

    /// How often something was really done.
    pub(crate) fn effects(&self, what: &str) -> u32 {
        self.world().effects.get(what).copied().unwrap_or_default()
    }

    /// Orders that go ahead, orders that wait, and money that is kept, of all checkouts.
    pub(crate) fn account(&self) -> (usize, usize, i64) {
        let world = self.world();
        let orders = |is| world.orders.values().filter(|order| **order == is).count();
        let kept = world.payments.values().map(|payment| match payment {
            PaymentIs::Captured(amount) => amount.minor(),
            PaymentIs::Pending | PaymentIs::Declined | PaymentIs::Voided | PaymentIs::Refunded(_) => 0,
        });
        (orders(OrderIs::Confirmed), orders(OrderIs::Placed), kept.sum())
    }

    async fn call<T>(
        &self,
        name: &'static str,
        act: impl FnOnce(&mut World) -> T + Send,
    ) -> Result<T, PortError> {
        let (fate, hook) = {
            let mut world = self.world();
            world.calls.push(name);
            let fate = world.fates.get_mut(name).and_then(VecDeque::pop_front);
            (fate, world.hooks.remove(name))
        };
        match fate {
            Some(Fate::Down) => return Err(PortError::new(name, "it is down")),
            Some(Fate::Silent) => {
                drop(act);
                std::future::pending::<()>().await;
                unreachable!("nobody answers");
            }
            Some(Fate::Lost | Fate::DoneAndSilent) | None => {}
        }
        let done = act(&mut self.world());
        if let Some(hook) = hook {
            hook();
        }
        match fate {
            Some(Fate::Lost) => Err(PortError::new(name, "the answer is lost")),
            Some(Fate::DoneAndSilent) => {
                drop(done);
                std::future::pending::<()>().await;
                unreachable!("nobody answers");
            }
            Some(Fate::Down | Fate::Silent) | None => Ok(done),
        }
    }
}

#[async_trait]
impl Orders for Partners {
    async fn place(&self, draft: &OrderDraft) -> Result<Placing, PortError> {
        let id = draft.checkout;
        self.call("place", move |world| {
            if world.refuses("place") || world.orders.get(&id) == Some(&OrderIs::Cancelled) {
                return Placing::Refused { why: reason("not today") };
            }
            if let Entry::Vacant(new) = world.orders.entry(id) {
                new.insert(OrderIs::Placed);
                world.did("placed");
            }
            Placing::Placed(order(id))
        })
        .await
    }

    async fn confirm(
        &self,
        draft: &OrderDraft,
        placed: &PlacedOrder,
        payment: Option<&Capture>,
    ) -> Result<Confirming, PortError> {
        let (id, placed) = (draft.checkout, placed.clone());
        assert!(payment.is_none_or(|capture| capture.amount == draft.totals.total));
        self.call("confirm", move |world| {
            assert_eq!(placed, order(id));
            if world.refuses("confirm") || world.orders.get(&id) == Some(&OrderIs::Cancelled) {
                return Confirming::Refused { why: reason("too late") };
            }
            if world.orders.insert(id, OrderIs::Confirmed) != Some(OrderIs::Confirmed) {
                world.did("confirmed");
            }
            Confirming::Confirmed(order(id))
        })
        .await
    }

    async fn cancel(&self, id: CheckoutId) -> Result<(), PortError> {
        self.call("cancel", move |world| {
            if world.orders.insert(id, OrderIs::Cancelled) != Some(OrderIs::Cancelled) {
                world.did("cancelled");
            }
        })
        .await
    }
}

#[async_trait]
impl Payments for Partners {
    async fn pay(&self, request: &PaymentRequest<'_>) -> Result<PaymentOutcome, PortError> {
        let (id, amount) = (request.checkout, request.amount);
        self.call("pay", move |world| {
            if !world.payments.contains_key(&id) {
                let payment = match world.pays.pop_front().unwrap_or(Pays::AtOnce) {
                    Pays::AtOnce => PaymentIs::Captured(amount),
                    Pays::OtherAmount(other) => PaymentIs::Captured(other),
                    Pays::Later => PaymentIs::Pending,
                    Pays::Never => PaymentIs::Declined,
                };
                if let PaymentIs::Captured(_) = payment {
                    world.did("captured");
                }
                world.payments.insert(id, payment);
            }
            world.outcome(id).unwrap()
        })
        .await
    }

    async fn status(&self, id: CheckoutId) -> Result<Option<PaymentOutcome>, PortError> {
        self.call("status", move |world| world.outcome(id)).await
    }

    async fn void(&self, id: CheckoutId) -> Result<PaymentOutcome, PortError> {
        self.call("void", move |world| {
            if matches!(world.payments.get(&id), None | Some(PaymentIs::Pending)) {
                world.payments.insert(id, PaymentIs::Voided);
                world.did("voided");
            }
            world.outcome(id).unwrap()
        })
        .await
    }

    async fn refund(&self, id: CheckoutId, capture: &Capture) -> Result<(), PortError> {
        let amount = capture.amount;
        self.call("refund", move |world| {
            if world.payments.insert(id, PaymentIs::Refunded(amount)) == Some(PaymentIs::Captured(amount)) {
                world.did("refunded");
            }
        })
        .await
    }
}

#[async_trait]
impl Inventory for Partners {
    async fn free(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
    ) -> Result<Vec<Option<u32>>, PortError> {
        let world = self.world();
        let own = |item: &StockItemId| {
            let held = except.and_then(|id| world.held.get(&id)?.as_ref()).filter(|held| !held.is_sold);
            let items = held.into_iter().flat_map(|held| &held.items);
            items.filter(|had| had.item == *item).map(|had| had.units).sum::<u32>()
        };
        Ok(items.iter().map(|item| Some(world.free(item) + own(item))).collect())
    }

    async fn reserve(&self, hold: &Hold<'_>) -> Result<(), HoldError> {
        let (id, items, until) = (hold.checkout, hold.items.to_vec(), hold.until);
        self.call("reserve", move |world| {
            match world.held.get(&id) {
                Some(None) => return Err(short_of_all(&items)),
                Some(Some(_)) => {}
                None => {
                    if let Some(short) = world.short(&items) {
                        return Err(short);
                    }
                    world.held.insert(id, Some(Held { items, is_sold: false }));
                    world.did("reserved");
                }
            }
            world.held_until = Some(until);
            Ok(())
        })
        .await?
    }

    async fn claim(&self, hold: &Hold<'_>) -> Result<(), HoldError> {
        let (id, items) = (hold.checkout, hold.items.to_vec());
        self.call("claim", move |world| {
            match world.held.get(&id) {
                Some(None) => return Err(short_of_all(&items)),
                Some(Some(Held { is_sold: true, .. })) => return Ok(()),
                Some(Some(_)) => {}
                None => {
                    if let Some(short) = world.short(&items) {
                        return Err(short);
                    }
                }
            }
            world.held.insert(id, Some(Held { items, is_sold: true }));
            world.did("claimed");
            Ok(())
        })
        .await?
    }

    async fn release(&self, id: CheckoutId) -> Result<(), PortError> {
        self.call("release", move |world| {
            if let Some(Some(_)) = world.held.insert(id, None) {
                world.did("released");
            }
        })
        .await
    }
}

#[async_trait]
impl CheckoutGuard for Partners {
    async fn before_begin(&self, _: &OrderDraft) -> Result<Verdict, PortError> {
        self.call("before_begin", |world| verdict(world, "before_begin")).await
    }

    async fn before_place(&self, _: &OrderDraft) -> Result<Verdict, PortError> {
        self.call("before_place", |world| verdict(world, "before_place")).await
    }
}

fn verdict(world: &World, call: &str) -> Verdict {
    if world.refuses(call) { Verdict::Veto { why: reason("not to you") } } else { Verdict::Allow }
}

fn short_of_all(items: &[StockUnits]) -> HoldError {
    HoldError::Short { item: items[0].item.clone(), available: 0 }
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// The order of a checkout.
pub(crate) fn order(id: CheckoutId) -> PlacedOrder {
    placed_order(&format!("order-{}", id.as_uuid().simple()))
}

pub(crate) fn captured(amount: Money) -> PaymentOutcome {
    PaymentOutcome::Captured(Capture { payment: PaymentRef::new("pay-1").unwrap(), amount })
}

pub(crate) fn initiation() -> Initiation {
    let payload = serde_json::from_str(r#"{"url": "https://pay.example/1"}"#).unwrap();
    Initiation { kind: InitiationType::Redirect, payload }
}

/// Who counts stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    Nobody,
    Store,
    Warehouse,
}

/// A shop whose checkouts are driven by the service.
#[derive(Clone)]
pub(crate) struct Till {
    pub(crate) shop: Arc<Shop>,
    pub(crate) partners: Arc<Partners>,
    counts: Counts,
}

impl Till {
    /// Many carts, no stock.
    pub(crate) fn new() -> Self {
        Self::with(CartPolicy::shared(), Counts::Nobody)
    }

    /// With a policy; where stock is counted, there are ten mugs and ten cups.
    pub(crate) fn with(policy: CartPolicy, counts: Counts) -> Self {
        Self::over(Arc::default(), policy, counts, |builder| builder)
    }

    pub(crate) fn over(
        memory: Arc<MemoryStore>,
        policy: CartPolicy,
        counts: Counts,
        change: impl FnOnce(CartServiceBuilder) -> CartServiceBuilder,
    ) -> Self {
        let partners = Arc::new(Partners::default());
        let shop = Shop::over(memory, policy, |builder| change(serve(&partners, builder, counts)));
        let till = Self { shop: Arc::new(shop), partners, counts };
        ["mug", "cup"].into_iter().for_each(|id| till.supply(id, 10));
        till
    }

    /// The same partners and store, with nothing in memory: as after a crash.
    pub(crate) fn anew(&self, policy: CartPolicy) -> Self {
        let serve = |builder| serve(&self.partners, builder, self.counts);
        let clock = Arc::clone(&self.shop.clock);
        let mut shop = Shop::over(Arc::clone(&self.shop.memory), policy, |builder| {
            serve(builder).clock(clock).ids(Arc::new(cart_core::memory::RandomIds))
        });
        shop.clock = Arc::clone(&self.shop.clock);
        if self.counts != Counts::Nobody {
            ["mug", "cup"].into_iter().for_each(|id| shop.catalog.set_stock(id, 77));
        }
        Self { shop: Arc::new(shop), ..self.clone() }
    }

    /// Another process over the same store, which says that others write to it too.
    pub(crate) fn shared(&self) -> Self {
        let clock = Arc::clone(&self.shop.clock);
        let mut shop = Shop::shared_with(Arc::clone(&self.shop.memory), CartPolicy::shared(), |builder| {
            serve(&self.partners, builder, self.counts).clock(clock)
        });
        shop.clock = Arc::clone(&self.shop.clock);
        Self { shop: Arc::new(shop), ..self.clone() }
    }

    /// Says how much there is of a product.
    pub(crate) fn supply(&self, id: &str, units: u32) {
        let item = StockItemId::new(id).unwrap();
        match self.counts {
            Counts::Nobody => return,
            Counts::Store => {
                let now = cart_core::port::Clock::now(&*self.shop.clock);
                block_on(self.shop.memory.set_supply(&item, units, now)).unwrap();
            }
            Counts::Warehouse => self.partners.supply(id, units),
        }
        // What the catalog says does not count.
        self.shop.catalog.set_stock(id, 77);
    }

    /// Units that are free, held and sold.
    pub(crate) fn level(&self, id: &str) -> (u32, u32, u32) {
        match self.counts {
            Counts::Nobody => (0, 0, 0),
            Counts::Warehouse => self.partners.level(id),
            Counts::Store => {
                let now = cart_core::port::Clock::now(&*self.shop.clock);
                let item = StockItemId::new(id).unwrap();
                let levels = block_on(self.shop.memory.stock(&[item], None, now)).unwrap();
                let level: StockLevel = levels[0].unwrap();
                (level.free(), level.held, level.sold)
            }
        }
    }

    /// Makes `ann` a cart with so many mugs.
    pub(crate) fn cart(&self, mugs: u32) -> Target {
        let cart = Target::Cart(self.shop.cart());
        self.shop.execute(ann(), &cart, &add("mug", mugs)).unwrap();
        cart
    }

    pub(crate) fn order(
        &self,
        caller: impl Into<Caller>,
        cart: &Target,
        order: &BeginCheckout,
    ) -> Result<CheckoutOutcome, CartError> {
        block_on(self.shop.service.checkout(&caller.into(), cart, order))
    }

    /// Orders a whole cart by the service.
    pub(crate) fn checkout(
        &self,
        caller: impl Into<Caller>,
        cart: &Target,
    ) -> Result<CheckoutOutcome, CartError> {
        self.order(caller, cart, &BeginCheckout::whole(Handoff::Service))
    }

    /// Orders a whole cart, and goes away as soon as somebody does not answer.
    pub(crate) fn checkout_and_go(&self, cart: &Target) -> CheckoutId {
        let (caller, order) = (Caller::new(ann()), BeginCheckout::whole(Handoff::Service));
        let mut asked = pin!(self.shop.service.checkout(&caller, cart, &order));
        assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        self.current(cart)
    }

    /// A checkout of `ann`'s that waits for its payment.
    pub(crate) fn pending(&self, mugs: u32) -> (Target, CheckoutId) {
        self.pending_of(self.cart(mugs))
    }

    pub(crate) fn pending_of(&self, cart: Target) -> (Target, CheckoutId) {
        self.partners.pays(Pays::Later);
        let outcome = self.checkout(ann(), &cart).unwrap();
        assert!(matches!(outcome.stage, Stage::PaymentPending { .. }), "{:?}", outcome.stage);
        (cart, outcome.checkout.id)
    }

    /// The checkout that a cart is in.
    pub(crate) fn current(&self, cart: &Target) -> CheckoutId {
        let Target::Cart(id) = cart else { unreachable!("it has an id") };
        self.shop.stored(*id).current_checkout().unwrap().id
    }

    pub(crate) fn event(
        &self,
        id: CheckoutId,
        outcome: &PaymentOutcome,
    ) -> Result<CheckoutOutcome, CartError> {
        block_on(self.shop.service.payment_event(id, outcome.clone()))
    }

    pub(crate) fn cancel(
        &self,
        caller: impl Into<Caller>,
        id: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        block_on(self.shop.service.cancel_checkout(&caller.into(), id))
    }

    pub(crate) fn extend(
        &self,
        caller: impl Into<Caller>,
        id: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        block_on(self.shop.service.extend_checkout(&caller.into(), id))
    }

    pub(crate) fn state(&self, actor: &Actor, id: CheckoutId) -> Result<CheckoutOutcome, CartError> {
        block_on(self.shop.service.checkout_state(actor, id))
    }

    /// Where a checkout stands, as `ann` is told.
    pub(crate) fn stage(&self, id: CheckoutId) -> Stage {
        self.state(&ann(), id).unwrap().stage
    }

    /// Goes on with what is due; how many checkouts that were.
    pub(crate) fn recover(&self) -> usize {
        let done = block_on(self.shop.service.recover_checkouts(100)).unwrap();
        assert!(done.failures.is_empty(), "{:?}", done.failures);
        done.checkouts
    }

    /// Lets time pass, and goes on with what is due then.
    pub(crate) fn recover_after(&self, time: TimeDelta) -> usize {
        self.shop.clock.advance(time);
        self.recover()
    }

    /// Lets a day pass, hour by hour, with the job running.
    pub(crate) fn a_day_passes(&self) {
        for _ in 0..24 {
            self.recover_after(TimeDelta::hours(1));
        }
    }

    /// Checks that a cart's versions have no gaps and that its journal gives what is stored.
    pub(crate) fn check(&self, cart: &Target) {
        let Target::Cart(id) = cart else { unreachable!("it has an id") };
        self.shop.check(*id);
    }
}

fn serve(partners: &Arc<Partners>, builder: CartServiceBuilder, counts: Counts) -> CartServiceBuilder {
    let builder = builder
        .orders(Arc::clone(partners) as _)
        .payments(Arc::clone(partners) as _)
        .guard(Arc::clone(partners) as _);
    match counts {
        Counts::Nobody => builder,
        Counts::Store => builder.stock_in_store(),
        Counts::Warehouse => builder.inventory(Arc::clone(partners) as _),
    }
}

/// Everybody has one cart, of which no choices are asked for.
pub(crate) fn one_cart() -> CartPolicy {
    let mut policy = CartPolicy::storefront();
    policy.checkout.required = RequiredSelections { delivery: false, payment_method: false };
    policy
}

/// Why a checkout ended.
#[track_caller]
pub(crate) fn ended(stage: &Stage) -> EndReason {
    let Stage::Ended { reason } = stage else { unreachable!("it has not ended: {stage:?}") };
    reason.clone()
}
