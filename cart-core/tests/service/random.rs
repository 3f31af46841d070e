//! What holds after whatever was asked by whomever.

use std::collections::BTreeMap;
use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::command::{BatchMode, Command, LineEdit};
use cart_core::id::CartId;
use cart_core::money::{Currency, Money};
use cart_core::policy::{CartPolicy, Creation, GuestCarts, OverAsking, Ttl};
use cart_core::promotion::{Conditions, Effect, Promotion, Reduction, Scope};
use cart_core::service::{Caller, Target};
use cart_core::status::StatusName;
use cart_core::testing::block_on;
use cart_core::testing::samples::{coupon, guest, key, line_id, product, promotion_id, quantity, user};
use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::host::Host;
use crate::shop::{Shop, add, current, rename};

const PRODUCTS: [&str; 3] = ["mug", "cup", "gone"];
const MOST_LINES: usize = 3;
const MOST_UNITS: u32 = 20;

#[derive(Clone, Debug)]
enum Step {
    Ask {
        actor: u8,
        command: Ask,
        with_key: Option<u8>,
    },
    Wait(i64),
    Restock(u32),
    Reprice(i64),
    /// The promotion begins, or ends.
    Promote(bool),
    Expire,
}

#[derive(Clone, Debug)]
enum Ask {
    Add(usize, u32),
    Set(usize, u32),
    Increase(usize, u32),
    Decrease(usize, u32),
    Remove(usize),
    Batch(Vec<(usize, u32)>),
    Rename(u8),
    Clear,
    Abandon,
    Recover,
    Look,
    AddCoupon,
    RemoveCoupon,
    RefuseGift,
    AcceptGift,
    Acknowledge,
    ChangeCurrency,
}

fn ask() -> impl Strategy<Value = Ask> {
    let line = 0..MOST_LINES;
    let units = 1..15u32;
    prop_oneof![
        6 => (0..PRODUCTS.len(), units.clone()).prop_map(|(product, units)| Ask::Add(product, units)),
        2 => (line.clone(), units.clone()).prop_map(|(line, units)| Ask::Set(line, units)),
        2 => (line.clone(), units.clone()).prop_map(|(line, units)| Ask::Increase(line, units)),
        2 => (line.clone(), units.clone()).prop_map(|(line, units)| Ask::Decrease(line, units)),
        1 => line.prop_map(Ask::Remove),
        2 => vec((0..PRODUCTS.len(), units), 1..4).prop_map(Ask::Batch),
        1 => any::<u8>().prop_map(Ask::Rename),
        1 => Just(Ask::Clear),
        1 => Just(Ask::Abandon),
        1 => Just(Ask::Recover),
        2 => Just(Ask::Look),
        4 => Just(Ask::AddCoupon),
        1 => Just(Ask::RemoveCoupon),
        1 => Just(Ask::RefuseGift),
        1 => Just(Ask::AcceptGift),
        1 => Just(Ask::Acknowledge),
        1 => Just(Ask::ChangeCurrency),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let asked = (0..3u8, ask(), proptest::option::weighted(0.3, 0..4u8));
    prop_oneof![
        10 => asked.prop_map(|(actor, command, with_key)| Step::Ask { actor, command, with_key }),
        1 => (0..90i64).prop_map(Step::Wait),
        1 => (0..30u32).prop_map(Step::Restock),
        1 => (0..3000i64).prop_map(Step::Reprice),
        1 => any::<bool>().prop_map(Step::Promote),
        1 => Just(Step::Expire),
    ]
}

fn policy() -> CartPolicy {
    let hour = TimeDelta::minutes(60);
    let mut policy = CartPolicy {
        creation: Creation { explicit: true, on_first_add: true, on_first_read: true },
        guests: GuestCarts::Allowed { lifetime: Ttl::Fixed(hour) },
        user_lifetime: Ttl::Sliding(hour),
        over_asking: OverAsking::Clamp,
        on_duplicate: cart_core::policy::OnDuplicate::Sum,
        ..CartPolicy::digital()
    };
    policy.limits.lines = MOST_LINES;
    policy.limits.quantity = quantity(MOST_UNITS);
    policy
}

/// A shop where a code takes a tenth off from four units on, and a gift can be had.
fn promoting(policy: CartPolicy, hot_carts: usize) -> (Shop, Arc<Host>) {
    let host = Arc::new(Host::default());
    let gift = Effect::Gift { product: product("cup"), quantity: quantity(1) };
    host.promotions.put(Promotion::new(promotion_id("gift"), "gift", gift));
    host.promotions.put(tenth());
    let shop = Shop::over(Arc::default(), policy, |builder| host.serve(builder.hot_carts(hot_carts)));
    shop.catalog.set_stock("mug", 12);
    (shop, host)
}

fn tenth() -> Promotion {
    let reduction = Reduction::Percent("0.1".parse().unwrap());
    let effect = Effect::Order { scope: Scope::default(), reduction };
    let conditions = Conditions { min_quantity: Some(quantity(4)), ..Conditions::default() };
    let codes = [coupon("TENTH")].into();
    Promotion { codes, conditions, ..Promotion::new(promotion_id("tenth"), "tenth", effect) }
}

fn actor(n: u8) -> Actor {
    match n {
        0 => user("ann"),
        1 => user("bob"),
        _ => guest(1),
    }
}

/// The newest cart of the actor, whatever its status.
fn newest(shop: &Shop, actor: &Actor) -> Option<CartId> {
    let request = cart_core::service::ListRequest { cursor: None, limit: 1 };
    let carts = block_on(shop.service.carts(actor, &crate::shop::shop(), &request)).unwrap();
    carts.items.first().map(|cart| cart.id)
}

fn play((shop, host): &(Shop, Arc<Host>), step: &Step) {
    match step {
        Step::Wait(minutes) => shop.clock.advance(TimeDelta::minutes(*minutes)),
        Step::Restock(units) => shop.catalog.set_stock("mug", *units),
        Step::Reprice(minor) => shop.catalog.set_price("mug", *minor),
        Step::Promote(true) => host.promotions.put(tenth()),
        Step::Promote(false) => host.promotions.remove(&promotion_id("tenth")),
        Step::Expire => drop(block_on(shop.service.expire_due(2)).unwrap()),
        Step::Ask { actor: n, command, with_key } => {
            let actor = actor(*n);
            let caller = Caller::new(actor.clone());
            let caller = match with_key {
                Some(n) => caller.with_key(key(&format!("key-{n}"))),
                None => caller,
            };
            ask_for(shop, &actor, caller, command);
        }
    }
}

fn ask_for(shop: &Shop, actor: &Actor, caller: Caller, ask: &Ask) {
    let newest = newest(shop, actor);
    let line = |n: &usize| {
        let cart = newest.map(|id| shop.stored(id));
        cart.and_then(|cart| cart.lines().get(*n).map(|line| line.id)).unwrap_or(line_id(99))
    };
    let command = match ask {
        Ask::Look => return drop(shop.read(actor, &current())),
        Ask::Add(product, units) => add(PRODUCTS[*product], *units),
        Ask::Set(n, units) => {
            Command::Edit(LineEdit::SetQuantity { line: line(n), quantity: quantity(*units) })
        }
        Ask::Increase(n, by) => Command::Edit(LineEdit::Increase { line: line(n), by: quantity(*by) }),
        Ask::Decrease(n, by) => Command::Edit(LineEdit::Decrease { line: line(n), by: quantity(*by) }),
        Ask::Remove(n) => Command::Edit(LineEdit::Remove { line: line(n) }),
        Ask::Batch(adds) => {
            let edits =
                adds.iter().flat_map(|(product, units)| add(PRODUCTS[*product], *units).edits().to_vec());
            Command::EditLines { edits: edits.collect(), mode: BatchMode::PerLine }
        }
        Ask::Rename(n) => rename(&n.to_string()),
        Ask::Clear => Command::Clear,
        Ask::Abandon => Command::Abandon,
        Ask::Recover => Command::Recover,
        Ask::AddCoupon => Command::AddCoupon { code: coupon("TENTH") },
        Ask::RemoveCoupon => Command::RemoveCoupon { code: coupon("TENTH") },
        Ask::RefuseGift => Command::RefuseGift { promotion: promotion_id("gift") },
        Ask::AcceptGift => Command::AcceptGift { promotion: promotion_id("gift") },
        Ask::Acknowledge => Command::AcknowledgePrices,
        Ask::ChangeCurrency => Command::ChangeCurrency { currency: Currency::JPY },
    };
    let target = match (ask, newest) {
        (Ask::Recover, Some(id)) => Target::Cart(id),
        _ => current(),
    };
    check_answer(shop, shop.execute(caller, &target, &command));
}

/// The amounts of an answer add up.
fn check_answer(shop: &Shop, answer: Result<cart_core::service::Outcome, cart_core::service::CartError>) {
    let Ok(outcome) = answer else { return };
    let priced = &outcome.view.priced;
    let lines = priced.lines.iter().filter_map(|line| line.amounts.ok()).map(|line| line.total);
    let currency = outcome.view.cart.currency();
    assert_eq!(Money::sum(currency, lines).unwrap(), priced.totals.total);
    assert_eq!(priced.derivation.sum(currency).unwrap(), priced.totals.total);
    assert!(!priced.totals.total.is_negative());
    if let Some(entry) = outcome.entry.filter(|_| !outcome.replayed) {
        assert_eq!(shop.journal().last(), Some(&*entry), "the answer names another entry");
    }
}

/// What must hold of everything that is stored.
fn check_stored(shop: &Shop) {
    let mut carts: BTreeMap<CartId, Vec<_>> = BTreeMap::new();
    for entry in shop.journal() {
        carts.entry(entry.cart).or_default().push(entry);
    }
    let mut open = BTreeMap::new();
    for (id, entries) in &carts {
        shop.check(*id);
        let cart = shop.stored(*id);
        assert!(cart.lines().len() <= MOST_LINES);
        assert!(cart.coupons().len() <= 1);
        for line in cart.lines() {
            assert!((1..=MOST_UNITS).contains(&line.quantity.get()));
            assert_ne!(line.key.product.product.as_str(), "gone", "a product that is not sold");
        }
        if cart.status().is_open() {
            assert_eq!(open.insert(cart.owner().clone(), *id), None, "two open carts of one owner");
        }
        assert!(entries.windows(2).all(|pair| pair[0].at <= pair[1].at), "time went back");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn versions_bounds_journal_and_sums_hold(steps in vec(step(), 1..40)) {
        let played = promoting(policy(), 100);
        for step in &steps {
            play(&played, step);
        }
        let (shop, _) = played;
        check_stored(&shop);
        let published: usize = shop.publisher.published().iter().map(Vec::len).sum();
        prop_assert_eq!(published, shop.journal().len());
    }

    #[test]
    fn where_nothing_is_recovered_an_ended_cart_never_changes(steps in vec(step(), 1..40)) {
        let policy = CartPolicy { recovery: cart_core::policy::Recovery::Never, ..policy() };
        let played = promoting(policy, 100);
        let shop = &played.0;
        let mut ended = BTreeMap::new();
        for step in &steps {
            play(&played, step);
            for id in shop.journal().iter().map(|entry| entry.cart) {
                let cart = shop.stored(id);
                if cart.status().name() == StatusName::Abandoned {
                    let first = ended.entry(id).or_insert_with(|| cart.clone());
                    prop_assert_eq!(&*first, &cart);
                }
            }
        }
    }

    #[test]
    fn a_service_that_keeps_nothing_at_hand_answers_the_same(steps in vec(step(), 1..30)) {
        let (hot, cold) = (promoting(policy(), 100), promoting(policy(), 0));
        for step in &steps {
            play(&hot, step);
            play(&cold, step);
            prop_assert_eq!(hot.0.journal().len(), cold.0.journal().len());
        }
        for (of_hot, of_cold) in hot.0.journal().iter().zip(&cold.0.journal()) {
            prop_assert_eq!(&of_hot.reply, &of_cold.reply);
            prop_assert_eq!(of_hot.events.len(), of_cold.events.len());
        }
    }
}
