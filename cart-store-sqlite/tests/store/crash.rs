//! The end of the process at any point of its work on carts.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::checkout::{CheckoutStep, EndReason, StockCounting};
use cart_core::event::CartEvent;
use cart_core::id::{CheckoutId, OrderRef};
use cart_core::money::Currency;
use cart_core::port::{CartStore, Commit, StockLedger, StoreError};
use cart_core::promotion::{PromotionUse, UseLimit};
use cart_core::status::Status;
use cart_core::testing::samples::{
    Write, added, at, cart_id, coupon, created_sole, line, owner, prices, quantity, unit,
};
use cart_core::testing::{Dice, block_on};
use cart_store_sqlite::{Options, SqliteStore};

use crate::sealing::{self, plant};
use crate::support::{self, Place, begun, exported, holding, item, keys, load, normal, used};

const CHILD: &str = "CART_TEST_STORE";
const CARTS: u64 = 8;

/// Runs a process that writes until it is killed, after so many acknowledged commits; notes the highest version of
/// each cart that it acknowledged.
fn kill_after(place: &Place, durability: &str, commits: u64, acknowledged: &mut HashMap<u64, u64>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::a_writer_that_never_ends", "--nocapture"])
        .env(CHILD, &place.path)
        .env("CART_TEST_DURABILITY", durability)
        .env("CART_TEST_SEED", commits.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut seen = 0;
    for (cart, version) in told.filter_map(|line| acknowledgement(&line)) {
        let highest = acknowledged.entry(cart).or_default();
        *highest = version.max(*highest);
        seen += 1;
        if seen == commits {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(seen >= commits, "the writer ended by itself after {seen} commits");
}

fn acknowledgement(line: &str) -> Option<(u64, u64)> {
    let (cart, version) = line.strip_prefix("committed ")?.strip_suffix('.')?.split_once(' ')?;
    Some((cart.parse().ok()?, version.parse().ok()?))
}

#[test]
fn a_killed_process_leaves_every_acknowledged_version_and_a_sound_store() {
    let mut dice = Dice::new(11);
    for durability in ["full", "normal"] {
        let (place, mut acknowledged) = (Place::new(), HashMap::new());
        for kill in 0..50 {
            kill_after(&place, durability, 1 + dice.below(60), &mut acknowledged);
            if kill % 5 == 4 {
                check(&place.open(), &acknowledged);
            }
        }
    }
}

fn check(store: &SqliteStore, acknowledged: &HashMap<u64, u64>) {
    for (cart, version) in acknowledged {
        let stored = load(store, cart_id(*cart)).unwrap().map_or(0, |cart| cart.version().get());
        assert!(stored >= *version, "cart {cart} is at {stored}, {version} was acknowledged");
    }
    let report = block_on(store.verify()).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    for level in block_on(store.stock(&["cup", "mug"].map(item), None, at(0))).unwrap() {
        let level = level.unwrap();
        assert_eq!(level.free() + level.held + level.sold, level.supplied);
    }
}

/// The other half of the test above; alone it has nothing to write to.
#[test]
fn a_writer_that_never_ends() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let full = std::env::var("CART_TEST_DURABILITY").unwrap() == "full";
    let store = SqliteStore::open(path, &if full { Options::default() } else { normal() }).unwrap();
    for (name, supplied) in [("cup", 40), ("mug", 100_000)] {
        block_on(store.set_supply(&item(name), supplied, at(0))).unwrap();
    }
    let mut dice = Dice::new(std::env::var("CART_TEST_SEED").unwrap().parse().unwrap());
    let mut out = std::io::stdout();
    loop {
        let number = dice.below(CARTS);
        let commit = next(load(&store, cart_id(number)).unwrap(), number, &mut dice);
        let version = commit.cart.version();
        match block_on(store.commit(unit([commit]))) {
            Ok(()) => {}
            Err(StoreError::OutOfStock { .. } | StoreError::TooMuchHeld { .. }) => continue,
            Err(error) => panic!("{error:?}"),
        }
        writeln!(out, "\ncommitted {number} {version}.").unwrap();
    }
}

/// Some write to a cart that touches several rows.
fn next(cart: Option<Arc<Cart>>, number: u64, dice: &mut Dice) -> Commit {
    let lines = (0..3).map(|n| added(line(n, 1)));
    let Some(cart) = cart else {
        return Write::new(lines.collect::<Vec<_>>())
            .create(cart_id(number), created_sole(owner(&format!("u{number}"))));
    };
    if let Status::Checkout { checkout, .. } = *cart.status() {
        return goes_on(&cart, checkout, dice);
    }
    let Some(first) = cart.lines().first() else {
        let euro = [currency(Currency::EUR, 0)].into_iter().chain(lines);
        return Write::new(euro.collect::<Vec<_>>()).change(&cart);
    };
    let event = match dice.below(9) {
        0 => CartEvent::LineRemoved { line: first.id },
        1 => CartEvent::Cleared { scope: Default::default() },
        2 => currency(Currency::JPY, cart.lines().len()),
        3 => coupon_changed(&cart),
        6 => granted(&cart, number),
        7 => linked(&cart, number),
        4 => begun(checkout_number(&cart, number), uses(number)),
        5 => return holds(&cart, number),
        _ => CartEvent::QuantityChanged { line: first.id, from: first.quantity, to: quantity(7) },
    };
    Write::new([event]).change(&cart)
}

fn checkout_number(cart: &Cart, number: u64) -> u64 {
    number << 32 | cart.version().get()
}

/// The time of a cart's next write: each is a second after the one before.
fn now(cart: &Cart) -> i64 {
    i64::try_from(cart.version().get()).unwrap()
}

/// A checkout with stock: of what all want, and of what there is enough; held for less long than some others.
fn holds(cart: &Cart, number: u64) -> Commit {
    let wanted = [("cup", 1), ("mug", 2)];
    let until = at(now(cart) + i64::try_from(number).unwrap());
    let begun = holding(checkout_number(cart, number), &format!("u{number}"), &wanted, until, Some(9));
    Write::new([begun]).at(at(now(cart))).change(cart)
}

/// A checkout that is cancelled, extended, or claims its stock and is completed with that.
fn goes_on(cart: &Cart, checkout: CheckoutId, dice: &mut Dice) -> Commit {
    let advanced = |step: CheckoutStep| vec![CartEvent::CheckoutAdvanced { checkout, step: Arc::new(step) }];
    let stock = &cart.checkout(checkout).unwrap().stock;
    let events = match dice.below(4) {
        0 if stock.counted_by == StockCounting::Store => {
            let items = stock.items.clone();
            let order = OrderRef::new("order").unwrap();
            let completed = CartEvent::CheckoutCompleted { checkout, order, remains: true };
            let claimed = CheckoutStep::StockClaimed { counted_by: StockCounting::Store, items };
            [advanced(claimed), vec![completed]].concat()
        }
        1 => advanced(CheckoutStep::Extended { deadline: at(now(cart) + 9), held_until: at(now(cart) + 9) }),
        _ => vec![CartEvent::CheckoutCancelled { checkout, reason: EndReason::Cancelled }],
    };
    Write::new(events).at(at(now(cart))).change(cart)
}

fn currency(currency: Currency, lines: usize) -> CartEvent {
    CartEvent::CurrencyChanged { currency, prices: vec![prices(7, currency); lines] }
}

fn coupon_changed(cart: &Cart) -> CartEvent {
    match cart.coupons().first() {
        Some(code) => CartEvent::CouponRemoved { code: code.clone() },
        None => CartEvent::CouponAdded { code: coupon("SAVE") },
    }
}

fn granted(cart: &Cart, number: u64) -> CartEvent {
    match cart.grants().first() {
        Some(grant) => CartEvent::GrantRevoked { grant: grant.id },
        None => CartEvent::GrantMade { grant: Arc::new(sealing::grant(number)) },
    }
}

fn linked(cart: &Cart, number: u64) -> CartEvent {
    match cart.links().first() {
        Some(link) => CartEvent::LinkRevoked { link: link.id },
        None => CartEvent::LinkMade { link: Arc::new(sealing::link(number)) },
    }
}

/// One use that the customer has to itself, and one that it shares with all others.
fn uses(number: u64) -> [PromotionUse; 2] {
    let limit = UseLimit { total: Some(u32::MAX), per_customer: Some(1) };
    let customer = format!("u{number}");
    [used(&customer, &customer, limit), used("shared", &customer, limit)]
}

const RESEALING: &str = "CART_TEST_RESEALED_STORE";

/// Kills a process that seals a store anew, cart after cart, a bit later each time; what is left is read with both keys,
/// and the job is finished by the next process.
#[test]
fn a_killed_reseal_leaves_every_cart_readable_and_is_finished_by_the_next() {
    let place = Place::new();
    let old = SqliteStore::open(&place.path, &support::sealing(&keys("1"))).unwrap();
    (1..30).for_each(|number| drop(plant(&old, number)));
    let before = exported(&old);
    drop(old);
    for carts in [1, 2, 3, 5, 8] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::a_reseal_from_the_start", "--nocapture"])
            .env(RESEALING, &place.path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let seen = told.filter(|line| line == "resealed").take(carts).count();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(seen, carts);
        let both = SqliteStore::open(&place.path, &support::sealing(&keys("2,1"))).unwrap();
        assert_eq!(exported(&both), before);
        assert!(block_on(both.verify()).unwrap().is_sound());
    }
    let both = SqliteStore::open(&place.path, &support::sealing(&keys("2,1"))).unwrap();
    let last = block_on(both.reseal(None, 1_000)).unwrap();
    assert!(last.next.is_none() && last.carts > 0, "{last:?}");
    drop(both);
    let new = SqliteStore::open(&place.path, &support::sealing(&keys("2"))).unwrap();
    assert_eq!(exported(&new), before);
}

/// The other half of the test above; alone it has nothing to seal.
#[test]
fn a_reseal_from_the_start() {
    let Some(path) = std::env::var_os(RESEALING) else { return };
    let store = SqliteStore::open(path, &support::sealing(&keys("2,1"))).unwrap();
    let (mut after, mut out) = (None, std::io::stdout());
    loop {
        let done = block_on(store.reseal(after, 1)).unwrap();
        after = done.next;
        if after.is_none() {
            return;
        }
        writeln!(out, "\nresealed").unwrap();
    }
}
