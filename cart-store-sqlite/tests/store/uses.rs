//! How often promotions were used, against a model that goes through all checkouts.

use cart_core::cart::Cart;
use cart_core::checkout::EndReason;
use cart_core::event::CartEvent;
use cart_core::facts::Uses;
use cart_core::id::{CheckoutId, CustomerKey, OrderRef};
use cart_core::port::{StoreError, UseLedger};
use cart_core::promotion::{PromotionUse, UseLimit};
use cart_core::status::Status;
use cart_core::testing::block_on;
use cart_core::testing::samples::{Write, cart_id, checkout_id, promotion_id};
use cart_store_sqlite::SqliteStore;
use proptest::prelude::*;

use crate::support::{Place, begun, commit, exported, grow, load, normal, used};

const CARTS: u64 = 6;
const PROMOTIONS: [&str; 2] = ["spring", "clearance"];
const CUSTOMERS: [&str; 3] = ["", "ann", "bob"];

/// What is tried with a cart: what its status does not allow is left out.
#[derive(Clone, Debug)]
enum Step {
    Begin { cart: u64, uses: Vec<PromotionUse> },
    Cancel { cart: u64 },
    Complete { cart: u64 },
}

fn a_use(promotion: &'static str) -> impl Strategy<Value = PromotionUse> {
    let limit = || prop::option::of(0..4_u32);
    (prop::sample::select(&CUSTOMERS), limit(), limit()).prop_map(move |(customer, total, per_customer)| {
        used(promotion, customer, UseLimit { total, per_customer })
    })
}

fn step() -> impl Strategy<Value = Step> {
    let uses = PROMOTIONS.map(|promotion| prop::option::weighted(0.7, a_use(promotion)));
    prop_oneof![
        3 => (0..CARTS, uses)
            .prop_map(|(cart, uses)| Step::Begin { cart, uses: uses.into_iter().flatten().collect() }),
        2 => (0..CARTS).prop_map(|cart| Step::Cancel { cart }),
        1 => (0..CARTS).prop_map(|cart| Step::Complete { cart }),
    ]
}

/// The uses of checkouts that were not cancelled.
#[derive(Debug, Default)]
struct Model(Vec<(CheckoutId, PromotionUse)>);

impl Model {
    fn uses(&self, promotion: &str, customer: &str, except: Option<CheckoutId>) -> Uses {
        let counted = self
            .0
            .iter()
            .filter(|(checkout, used)| Some(*checkout) != except && used.promotion.as_str() == promotion);
        let is_by = |used: &PromotionUse| used.customer.as_ref().is_some_and(|key| key.as_str() == customer);
        let by_customer = counted.clone().filter(|(_, used)| is_by(used)).count();
        let count = |uses: usize| u32::try_from(uses).unwrap();
        Uses { total: count(counted.count()), by_customer: count(by_customer) }
    }

    /// Whether a use is within its limits; else whether it is the customer's that it exceeds.
    fn check(&self, PromotionUse { promotion, customer, limit }: &PromotionUse) -> Result<(), bool> {
        let key = customer.as_ref().map_or("", CustomerKey::as_str);
        let uses = self.uses(promotion.as_str(), key, None);
        if limit.total.is_some_and(|most| uses.total >= most) {
            return Err(false);
        }
        let most = limit.per_customer.filter(|_| customer.is_some());
        if most.is_some_and(|most| uses.by_customer >= most) { Err(true) } else { Ok(()) }
    }

    fn take(&mut self, checkout: CheckoutId, uses: &[PromotionUse]) -> Result<(), bool> {
        // A promotion is in a checkout once, so that its uses do not count against each other.
        uses.iter().try_for_each(|used| self.check(used))?;
        self.0.extend(uses.iter().map(|used| (checkout, used.clone())));
        Ok(())
    }
}

fn change(store: &SqliteStore, cart: &Cart, event: CartEvent) -> Result<(), StoreError> {
    commit(store, Write::new([event]).change(cart))
}

fn cart_of(store: &SqliteStore, cart: u64) -> std::sync::Arc<Cart> {
    load(store, cart_id(cart)).unwrap().unwrap()
}

/// Takes a step with the store and the model, and checks that both say the same to it.
fn take(store: &SqliteStore, model: &mut Model, step: &Step) {
    let (Step::Begin { cart, .. } | Step::Cancel { cart } | Step::Complete { cart }) = step;
    let cart = cart_of(store, *cart);
    match (step, cart.status()) {
        (Step::Begin { uses, .. }, Status::Active) => {
            let number = cart.id().as_uuid().as_u64_pair().1 % 1_000 + cart.version().get() * 1_000;
            let begun = match change(store, &cart, begun(number, uses.clone())) {
                Err(StoreError::UsedUp { by_customer, .. }) => Err(by_customer),
                other => other.map_err(|error| panic!("{error:?}")),
            };
            assert_eq!(begun, model.take(checkout_id(number), uses));
        }
        (Step::Cancel { .. }, Status::Checkout { checkout, .. }) => {
            let reason = EndReason::Cancelled;
            change(store, &cart, CartEvent::CheckoutCancelled { checkout: *checkout, reason }).unwrap();
            model.0.retain(|(of, _)| of != checkout);
        }
        (Step::Complete { .. }, Status::Checkout { checkout, .. }) => {
            let order = OrderRef::new("order").unwrap();
            change(store, &cart, CartEvent::CheckoutCompleted { checkout: *checkout, order, remains: false })
                .unwrap();
        }
        _ => {}
    }
}

/// Asks for the uses by everybody, all of them and with each checkout apart.
fn compare(store: &SqliteStore, model: &Model) {
    let checkouts: Vec<_> = model.0.iter().map(|(checkout, _)| Some(*checkout)).collect();
    for except in checkouts.into_iter().chain([None]) {
        for customer in CUSTOMERS {
            let key = CustomerKey::new(customer).ok();
            let found = block_on(store.uses(&PROMOTIONS.map(promotion_id), key.as_ref(), except)).unwrap();
            assert_eq!(found, PROMOTIONS.map(|promotion| model.uses(promotion, customer, except)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn uses_are_those_of_all_checkouts_that_were_not_cancelled(steps in prop::collection::vec(step(), 1..40)) {
        let (store, mut model) = (SqliteStore::in_memory().unwrap(), Model::default());
        (0..CARTS).for_each(|cart| drop(grow(&store, cart, 0)));
        for step in &steps {
            take(&store, &mut model, step);
            compare(&store, &model);
        }
        let report = block_on(store.verify()).unwrap();
        prop_assert!(report.is_sound(), "{:?}", report.findings);
        prop_assert_eq!(report.uses, model.0.len() as u64);
        let place = Place::new();
        SqliteStore::replay(&place.path, &normal(), exported(&store).as_bytes()).unwrap();
        compare(&SqliteStore::open(&place.path, &normal()).unwrap(), &model);
    }
}
