//! A run: the script with its faults, then everything healed, then what is left.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use cart_core::checkout::{Handoff, PaymentOutcome, Reason};
use cart_core::command::{AddLine, BeginCheckout, BuyNow, Command, CreateCart, LineEdit};
use cart_core::coupon::CouponCode;
use cart_core::event::CartEvent;
use cart_core::id::{CartId, ChannelId, CheckoutId, ProductId, StockItemId};
use cart_core::journal::{Position, RequestKey};
use cart_core::memory::{MemoryCatalog, MemoryPromotionBook};
use cart_core::money::{Currency, Money};
use cart_core::policy::{CartPolicy, CouponMisfit, CouponPolicy, PricingPolicy};
use cart_core::port::{Clock, Store};
use cart_core::prelude::*;
use cart_core::product::Stock as Supply;
use cart_core::promotion::{Effect, Promotion, Reduction, Scope, UseLimit};
use cart_core::rejection::Rejection;
use cart_core::service::CartError;
use cart_core::testing::{CountingIds, FailingStore, RecordingTimer, StoreCall};
use chrono::TimeDelta;

use crate::check::check;
use crate::fault::Plan;
use crate::partners::Partner;
use crate::script::{Act, Script};
use crate::world::{HostWants, OrderIs, Shared};

/// Who counts stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    Store,
    Inventory,
}

impl Stock {
    pub const ALL: [Self; 2] = [Self::Store, Self::Inventory];
}

/// What a run was like.
pub struct Ran {
    pub calls: usize,
    pub commits: usize,
    pub trace: Vec<String>,
}

/// How many units there are: as many as are ordered.
pub const SUPPLIED: u32 = 3;

/// A process, which can die and be started anew on the same store.
pub struct Process {
    pub shared: Shared,
    pub store: Arc<dyn Store>,
    failing: Arc<FailingStore>,
    ids: Arc<CountingIds>,
    timer: Arc<RecordingTimer>,
    pub stock: Stock,
    pub service: CartService,
    pub cart: CartId,
}

pub fn run(script: Script, stock: Stock, store: Arc<dyn Store>, plan: Plan) -> Ran {
    let mut process = Process::start(stock, store, plan.clone());
    process.shared.world().provider = Some(script.provider());
    process.arm(&plan);
    let before = process.commits();
    script.acts().iter().for_each(|act| process.act(*act));
    let commits = process.commits() - before;
    process.heal(script);
    process.repeat(script);
    check(&process, script, &plan);
    let world = process.shared.world();
    Ran { calls: world.places, commits, trace: world.trace.clone() }
}

impl Process {
    fn start(stock: Stock, store: Arc<dyn Store>, plan: Plan) -> Self {
        let shared = Shared::new(plan);
        let failing = Arc::new(FailingStore::new(Arc::clone(&store)));
        let (ids, timer) = (Arc::default(), Arc::default());
        let service = service(&shared, &failing, &ids, &timer, stock);
        let cart = CartId::from_uuid(uuid::Uuid::nil());
        let mut process = Self { shared, store, failing, ids, timer, stock, service, cart };
        process.fill();
        process
    }

    /// A cart with two lines that draw on the same stock, and a code that can be used once.
    fn fill(&mut self) {
        let now = self.shared.clock.now();
        match self.stock {
            Stock::Store => self.finish(self.store.set_supply(&item(), SUPPLIED, now)).unwrap(),
            Stock::Inventory => drop(self.shared.world().supplied.insert(item(), SUPPLIED)),
        }
        let made = self.finish(self.service.create(&ann(), &shop(), &CreateCart::default())).unwrap();
        self.cart = made.view.cart.id();
        let add = |product: &str, units| Command::Edit(LineEdit::Add(add(product, units)));
        let code = Command::AddCoupon { code: code() };
        for command in [add("mug", 2), add("blue-mug", 1), code] {
            self.finish(self.service.execute(&ann(), &Target::Cart(self.cart), &command)).unwrap();
        }
    }

    /// From now on things go wrong.
    fn arm(&self, plan: &Plan) {
        plan.of_commits().for_each(|(nth, fault)| self.failing.fail_nth(StoreCall::Commit, nth + 1, fault));
        self.shared.world().is_watched = true;
    }

    fn commits(&self) -> usize {
        self.finish(self.store.entries_after(Position::default(), usize::MAX)).unwrap().len()
    }

    /// Runs something that nothing can go wrong with.
    pub fn finish<T>(&self, future: impl Future<Output = T>) -> T {
        self.polled(future).expect("the process does not die here")
    }

    /// Runs something to its end, or to that of the process.
    fn polled<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(future).poll(&mut context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => {
                assert!(self.shared.world().has_crashed, "it waits for nobody");
                None
            }
        }
    }

    /// Does something; after the end of the process it is started anew and does it again, as clients do.
    fn attempt<T>(
        &mut self,
        what: impl AsyncFn(&CartService) -> Result<T, CartError>,
    ) -> Option<Result<T, CartError>> {
        for _ in 0..3 {
            if let Some(done) = self.polled(what(&self.service)) {
                return Some(done);
            }
            self.restart();
        }
        None
    }

    fn restart(&mut self) {
        self.shared.world().has_crashed = false;
        self.service = service(&self.shared, &self.failing, &self.ids, &self.timer, self.stock);
    }

    fn act(&mut self, act: Act) {
        let cart = Target::Cart(self.cart);
        let key = || ann().with_key(RequestKey::new("the-order").unwrap());
        let whole = BeginCheckout::whole;
        match act {
            Act::Checkout => drop(self.attempt(async |service: &CartService| {
                service.checkout(&key(), &cart, &whole(Handoff::Service)).await
            })),
            Act::HandToHost => drop(self.attempt(async |service: &CartService| {
                service.checkout(&key(), &cart, &whole(Handoff::Host)).await
            })),
            Act::CheckoutSomeLines => {
                let loaded = self.finish(self.store.load(self.cart)).unwrap().unwrap();
                let lines = loaded.lines().iter().take(1).map(|line| line.id).collect();
                let some = BeginCheckout { lines: Some(lines), ..whole(Handoff::Service) };
                drop(
                    self.attempt(async |service: &CartService| service.checkout(&key(), &cart, &some).await),
                );
            }
            Act::BuyNow => {
                let (cart, order) = (CreateCart::default(), whole(Handoff::Service));
                let purchase = BuyNow { add: add("mug", 1), selections: vec![], cart, order };
                drop(self.attempt(async |service: &CartService| {
                    service.buy_now(&key(), &shop(), &purchase).await
                }));
            }
            Act::Pay => self.shopper_pays(true),
            Act::FailToPay => self.shopper_pays(false),
            Act::Cancel => self
                .for_each_checkout(async |service, id| service.cancel_checkout(&ann(), id).await.map(drop)),
            Act::Hour => {
                self.shared.clock.advance(TimeDelta::hours(1));
                drop(self.attempt(async |service: &CartService| service.recover_checkouts(100).await));
            }
            Act::TakeMoney => self.take_money(),
            Act::HostCompletes => self.host_says(HostWants::Complete),
            Act::HostFails => self.host_says(HostWants::Fail),
        }
    }

    /// The checkouts that were ever begun, oldest first, and what each costs.
    pub fn checkouts(&self) -> Vec<(CheckoutId, Money)> {
        let entries = self.finish(self.store.entries_after(Position::default(), usize::MAX)).unwrap();
        let begun = entries.iter().flat_map(|entry| &entry.entry.events).filter_map(|event| match event {
            CartEvent::CheckoutBegun { checkout } => Some((checkout.id, checkout.draft.totals.total)),
            _ => None,
        });
        begun.collect()
    }

    fn for_each_checkout(&mut self, what: impl AsyncFn(&CartService, CheckoutId) -> Result<(), CartError>) {
        for (id, _) in self.checkouts() {
            drop(self.attempt(async |service: &CartService| what(service, id).await));
        }
    }

    fn shopper_pays(&mut self, succeeds: bool) {
        for (id, total) in self.checkouts() {
            {
                let mut world = self.shared.world();
                let Some(payment) = world.payments.get_mut(&id) else { continue };
                if !matches!(payment.state, Some(PaymentOutcome::Pending(_))) {
                    continue;
                }
                if succeeds { payment.capture(id, total) } else { payment.decline() }
            }
            self.call_back(id);
        }
    }

    fn take_money(&mut self) {
        for (id, total) in self.checkouts() {
            if let Some(payment) = self.shared.world().payments.get_mut(&id)
                && payment.captured.is_none()
            {
                payment.capture(id, total);
            }
            self.call_back(id);
        }
    }

    /// The provider says what it knows of a payment.
    fn call_back(&mut self, id: CheckoutId) {
        let state = self.shared.world().payments.get(&id).and_then(|payment| payment.state.clone());
        if let Some(outcome @ (PaymentOutcome::Captured(_) | PaymentOutcome::Declined { .. })) = state {
            drop(
                self.attempt(async |service: &CartService| service.payment_event(id, outcome.clone()).await),
            );
        }
    }

    fn host_says(&mut self, wants: HostWants) {
        for (id, _) in self.checkouts() {
            self.shared.world().host.insert(id, wants);
            if wants == HostWants::Complete {
                self.shared.world().orders.insert(id, OrderIs::Confirmed);
            }
        }
        self.host_repeats();
    }

    /// The host says again what it said, until it is heard. An order for which there is no checkout any more it cancels.
    fn host_repeats(&mut self) {
        let said = self.shared.world().host.clone();
        for (id, wants) in said {
            let heard = match wants {
                HostWants::Complete => self.attempt(async |service: &CartService| {
                    service.complete_checkout(id, crate::partners::order(id)).await
                }),
                HostWants::Fail => self.attempt(async |service: &CartService| {
                    service.fail_checkout(id, Reason::new("no").unwrap()).await
                }),
            };
            if let Some(Err(CartError::Rejected(
                Rejection::CheckoutEnded { .. }
                | Rejection::CheckoutNotFound { .. }
                | Rejection::OutOfStock { .. },
            ))) = heard
            {
                self.shared.world().orders.insert(id, OrderIs::Cancelled);
            }
        }
    }

    /// The shopper sends the request once more: it is answered with what became of it, and nothing is done again.
    fn repeat(&mut self, script: Script) {
        let before = self.commits();
        if self.checkouts().is_empty() {
            return;
        }
        script.acts().iter().take(1).for_each(|act| self.act(*act));
        assert_eq!(self.commits(), before, "a repeated request did something");
    }

    /// Everything works again: what was late is done, time goes on, and the job runs. Callbacks that were lost do not come
    /// again, but for money that was taken after the provider had said that it would not be.
    fn heal(&mut self, script: Script) {
        {
            let mut world = self.shared.world();
            world.is_watched = false;
            world.plan = Plan::default();
            world.catch_up();
        }
        self.failing = Arc::new(FailingStore::new(Arc::clone(&self.store)));
        self.restart();
        for round in 0..24 {
            let pause = if round < 2 { TimeDelta::seconds(31) } else { TimeDelta::hours(1) };
            self.shared.clock.advance(pause);
            let recovered = self.finish(self.service.recover_checkouts(100)).unwrap();
            assert!(recovered.failures.is_empty(), "{:?}", recovered.failures);
            if script == Script::PaidAfterAll {
                self.checkouts().into_iter().for_each(|(id, _)| self.call_back(id));
            }
            self.host_repeats();
        }
    }
}

fn service(
    shared: &Shared,
    store: &Arc<FailingStore>,
    ids: &Arc<CountingIds>,
    timer: &Arc<RecordingTimer>,
    stock: Stock,
) -> CartService {
    let store: Arc<dyn Store> = Arc::clone(store) as _;
    let builder = CartService::builder(store, Arc::new(catalog()))
        .channel(shop(), policy(), Currency::EUR)
        .promotions(Arc::new(promotions()))
        .orders(Arc::new(Partner(shared.clone())))
        .payments(Arc::new(Partner(shared.clone())))
        .clock(Arc::clone(&shared.clock) as _)
        .ids(Arc::clone(ids) as _)
        .timer(Arc::clone(timer) as _);
    let builder = match stock {
        Stock::Store => builder.stock_in_store(),
        Stock::Inventory => builder.inventory(Arc::new(Partner(shared.clone()))),
    };
    builder.build().unwrap()
}

fn policy() -> CartPolicy {
    let coupons = CouponPolicy { max: 1, misfit: CouponMisfit::Sleeps };
    let pricing = PricingPolicy { promotions: true, coupons, ..PricingPolicy::default() };
    CartPolicy { pricing, ..CartPolicy::shared() }
}

fn catalog() -> MemoryCatalog {
    let catalog = MemoryCatalog::default();
    let prices = UnitPrices::undiscounted(Money::new(10_00, Currency::EUR)).unwrap();
    for name in ["mug", "blue-mug"] {
        let stock = Supply::Limited { item: item(), available: SUPPLIED };
        catalog.put(ProductId::new(name).unwrap(), Product { stock, ..Product::new(name, prices) });
    }
    catalog
}

fn promotions() -> MemoryPromotionBook {
    let reduction = Reduction::Percent("0.1".parse().unwrap());
    let effect = Effect::Order { scope: Scope::default(), reduction };
    let promotions = MemoryPromotionBook::default();
    promotions.put(Promotion {
        codes: [code()].into(),
        limit: UseLimit { total: Some(1), per_customer: None },
        ..Promotion::new("once".parse().unwrap(), "Once", effect)
    });
    promotions
}

pub fn item() -> StockItemId {
    StockItemId::new("mugs").unwrap()
}

fn code() -> CouponCode {
    "ONCE".parse().unwrap()
}

fn add(product: &str, units: u32) -> AddLine {
    AddLine::new(ProductKey::plain(ProductId::new(product).unwrap()), Quantity::new(units).unwrap())
}

fn shop() -> ChannelId {
    ChannelId::new("shop").unwrap()
}

pub fn ann() -> Caller {
    Caller::new(Actor::user(UserId::new("ann").unwrap()))
}
