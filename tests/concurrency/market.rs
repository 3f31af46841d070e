//! A shop where many people order at once, with everything that is limited.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use cart_core::checkout::{Handoff, InitiationType, PaymentOutcome, Reason, Stage};
use cart_core::command::BeginCheckout;
use cart_core::coupon::CouponCode;
use cart_core::customer::Customer;
use cart_core::id::{CheckoutId, CustomerKey, StockItemId};
use cart_core::memory::{
    MemoryCatalog, MemoryCustomerBook, MemoryOrderStatus, MemoryOrders, MemoryPayments, MemoryPromotionBook,
    MemoryStore, PaymentScript, RandomIds,
};
use cart_core::policy::{CouponMisfit, CouponPolicy, PricingPolicy};
use cart_core::port::{Clock as _, Store};
use cart_core::prelude::*;
use cart_core::product::Stock;
use cart_core::promotion::{Effect, Promotion, Reduction, Scope, UseLimit};
use cart_core::service::CheckoutOutcome;
use cart_core::testing::{FailingStore, ManualClock};
use cart_store_sqlite::{Durability, Options, SqliteStore};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::shop;

/// How many callers there are at once.
pub const AT_ONCE: usize = 64;

/// A tenth of a size, or with `CART_STRESS=full` all of it.
pub fn size(full: usize) -> usize {
    either(full, full / 10)
}

/// The first with `CART_STRESS=full`, else the second.
pub fn either(full: usize, part: usize) -> usize {
    if std::env::var("CART_STRESS").is_ok_and(|size| size == "full") { full } else { part }
}

/// What a shopper does about a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pays {
    Yes,
    Fails,
    /// They are not seen again.
    Leaves,
}

/// Two services over one store, as two processes are.
pub struct Market {
    pub store: Arc<dyn Store>,
    services: [CartService; 2],
    pub clock: Arc<ManualClock>,
    pub payments: Arc<MemoryPayments>,
    pub orders: Arc<MemoryOrders>,
    pub promotions: Arc<MemoryPromotionBook>,
    _folder: Option<tempfile::TempDir>,
}

/// One over each store, by name.
pub fn markets() -> [(&'static str, Market); 2] {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options::default().durability(Durability::Normal);
    let file = SqliteStore::open(folder.path().join("carts.db"), &options).expect("a file");
    [
        ("memory", Market::new(Arc::new(MemoryStore::default()), None)),
        ("SQLite", Market::new(Arc::new(file), Some(folder))),
    ]
}

impl Market {
    fn new(store: Arc<dyn Store>, folder: Option<tempfile::TempDir>) -> Self {
        // The services know that they are not alone.
        let store: Arc<dyn Store> = Arc::new(FailingStore::new(store).shared());
        let clock = Arc::new(ManualClock::default());
        let payments = MemoryPayments::new(Arc::clone(&clock) as _, Arc::new(RandomIds));
        payments.script(PaymentScript::Pending(InitiationType::Redirect));
        let orders = MemoryOrders::new(Arc::clone(&clock) as _, Arc::new(RandomIds));
        let (payments, orders, promotions) = (Arc::new(payments), Arc::new(orders), Arc::default());
        let services = [(); 2].map(|()| service(&store, &clock, &payments, &orders, &promotions));
        Self { store, services, clock, payments, orders, promotions, _folder: folder }
    }

    /// The service that the `n`th caller reaches.
    pub fn service(&self, n: usize) -> &CartService {
        &self.services[n % 2]
    }

    pub fn supply(&self, product: &str, units: u32) {
        block_on(self.store.set_supply(&item(product), units, self.clock.now())).expect("it is supplied");
    }

    /// Supplied, held and sold.
    pub fn level(&self, product: &str) -> (u32, u32, u32) {
        let found = block_on(self.store.stock(&[item(product)], None, self.clock.now())).expect("stock");
        let level = found[0].expect("it is counted");
        (level.supplied, level.held, level.sold)
    }

    /// A cart of a shopper's with units of products.
    pub fn cart(&self, shopper: usize, lines: &[(&str, u32)]) -> Target {
        let caller = buyer(shopper);
        let made = block_on(self.service(shopper).create(&caller, &shop(), &CreateCart::default()));
        let cart = Target::Cart(made.expect("a cart").view.cart.id());
        for (product, units) in lines {
            block_on(self.service(shopper).execute(&caller, &cart, &add(product, *units))).expect("added");
        }
        cart
    }

    pub fn checkout(&self, n: usize, caller: &Caller, cart: &Target) -> Result<CheckoutOutcome, CartError> {
        block_on(self.service(n).checkout(caller, cart, &BeginCheckout::whole(Handoff::Service)))
    }

    /// Orders a cart, and pays or not; whether there is an order, or why it cannot be had.
    pub fn buy(&self, n: usize, cart: &Target, pays: Pays) -> Result<bool, Rejection> {
        let begun = match self.checkout(n, &buyer(n), cart) {
            Ok(begun) => begun,
            Err(CartError::Rejected(rejection)) => return Err(rejection),
            Err(other) => panic!("nobody is refused in these words: {other:?}"),
        };
        let id = begun.checkout.id;
        let outcome = match pays {
            Pays::Leaves => return Ok(false),
            Pays::Yes => self.payments.pay_pending(id).expect("an amount"),
            Pays::Fails => self.payments.decline_pending(id, Reason::new("no").expect("a reason")),
        };
        self.hear(n, id, outcome.expect("it waits for its payment"))
    }

    fn hear(&self, n: usize, id: CheckoutId, outcome: PaymentOutcome) -> Result<bool, Rejection> {
        let heard = block_on(self.service(n + 1).payment_event(id, outcome)).expect("it is heard");
        Ok(matches!(heard.stage, Stage::Completed { .. }))
    }

    /// Whoever left is not waited for any longer.
    pub fn pass_deadlines(&self) {
        self.clock.advance(TimeDelta::hours(1));
        let recovered = block_on(self.service(0).recover_checkouts(usize::MAX)).expect("recovered");
        assert!(recovered.failures.is_empty(), "{:?}", recovered.failures);
    }

    /// The orders that go ahead.
    pub fn confirmed(&self) -> Vec<cart_core::memory::MemoryOrder> {
        let all = self.orders.all().into_iter();
        all.filter(|order| order.status == MemoryOrderStatus::Confirmed).collect()
    }

    /// For every order there is money, and for all money that is kept an order.
    pub fn check_money(&self) {
        let mut ordered: Vec<_> =
            self.confirmed().iter().map(|order| (order.draft.checkout, order.draft.totals.total)).collect();
        let kept = self.payments.all().into_iter();
        let mut kept: Vec<_> = kept.filter_map(|(id, payment)| Some((id, payment.kept()?))).collect();
        ordered.sort_unstable_by_key(|(id, _)| *id);
        kept.sort_unstable_by_key(|(id, _)| *id);
        assert_eq!(ordered, kept);
    }

    /// A code that can be used so often.
    pub fn code(&self, name: &str, limit: UseLimit) -> CouponCode {
        let code: CouponCode = name.parse().expect("a code");
        let reduction = Reduction::Percent("0.1".parse().expect("a rate"));
        let effect = Effect::Order { scope: Scope::default(), reduction };
        let plain = Promotion::new(name.to_lowercase().parse().expect("an id"), name, effect);
        self.promotions.put(Promotion { codes: [code.clone()].into(), limit, ..plain });
        code
    }
}

fn service(
    store: &Arc<dyn Store>,
    clock: &Arc<ManualClock>,
    payments: &Arc<MemoryPayments>,
    orders: &Arc<MemoryOrders>,
    promotions: &Arc<MemoryPromotionBook>,
) -> CartService {
    let coupons = CouponPolicy { max: 1, misfit: CouponMisfit::Sleeps };
    let pricing = PricingPolicy { promotions: true, coupons, ..PricingPolicy::default() };
    let policy = CartPolicy { pricing, ..CartPolicy::shared() };
    CartService::builder(Arc::clone(store), Arc::new(catalog()))
        .channel(shop(), policy, Currency::EUR)
        .clock(Arc::clone(clock) as _)
        .promotions(Arc::clone(promotions) as _)
        .customers(Arc::new(customers()))
        .orders(Arc::clone(orders) as _)
        .payments(Arc::clone(payments) as _)
        .stock_in_store()
        .build()
        .expect("a consistent policy")
}

/// The first buyer's uses of codes are counted.
fn customers() -> MemoryCustomerBook {
    let customers = MemoryCustomerBook::default();
    let owner = buyer(0).actor().owner().expect("users own carts");
    let key = Some(CustomerKey::new("the-first").expect("a key"));
    customers.put(owner, Customer { key, ..Customer::default() });
    customers
}

fn catalog() -> MemoryCatalog {
    let catalog = MemoryCatalog::default();
    let prices = UnitPrices::undiscounted(Money::new(10_00, Currency::EUR)).expect("a price");
    for name in ["lamp", "vase", "mug"] {
        let stock = match name {
            "mug" => Stock::Unlimited,
            _ => Stock::Limited { item: item(name), available: 0 },
        };
        catalog.put(ProductId::new(name).expect("an id"), Product { stock, ..Product::new(name, prices) });
    }
    catalog
}

pub fn item(product: &str) -> StockItemId {
    StockItemId::new(format!("{product}s")).expect("an id")
}

pub fn add(product: &str, units: u32) -> Command {
    let product = ProductKey::plain(ProductId::new(product).expect("an id"));
    Command::Edit(LineEdit::Add(AddLine::new(product, Quantity::new(units).expect("units"))))
}

/// The `n`th buyer.
pub fn buyer(n: usize) -> Caller {
    Caller::new(Actor::user(UserId::new(format!("buyer-{n}")).expect("an id")))
}

/// Calls for each number below `count`, so many at once, all released together; the answers in the order of the numbers.
pub fn all_of<T: Send>(count: usize, call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let workers = count.clamp(1, AT_ONCE);
    let (barrier, next) = (Barrier::new(workers), AtomicUsize::new(0));
    let mut answers: Vec<(usize, T)> = std::thread::scope(|scope| {
        let work = || {
            barrier.wait();
            let mut done = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return done;
                }
                done.push((n, call(n)));
            }
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    answers.sort_unstable_by_key(|(n, _)| *n);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
