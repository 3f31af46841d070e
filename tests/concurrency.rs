//! Real concurrency, over HTTP and through the service, on a real SQLite file.

#[path = "concurrency/checkouts.rs"]
mod checkouts;
#[path = "concurrency/limits.rs"]
mod limits;
#[path = "concurrency/market.rs"]
mod market;
#[path = "concurrency/revoking.rs"]
mod revoking;
mod support;

use std::sync::{Arc, Barrier};

use cart_core::memory::MemoryCatalog;
use cart_core::port::{CartIndex as _, EventLog as _, PageRequest};
use cart_core::prelude::*;
use cart_store_sqlite::{Options, SqliteStore};
use futures_executor::block_on;
use serde_json::json;
use support::Storefront;

const CALLERS: u32 = 64;

fn shop() -> ChannelId {
    ChannelId::new("shop").expect("a valid id")
}

fn add(product: &str) -> Command {
    let product = ProductKey::plain(ProductId::new(product).expect("a valid id"));
    Command::Edit(LineEdit::Add(AddLine::new(product, Quantity::ONE)))
}

struct Shop {
    store: Arc<SqliteStore>,
    service: CartService,
    _folder: tempfile::TempDir,
}

fn open_shop() -> Shop {
    let folder = tempfile::tempdir().expect("a folder");
    let store =
        Arc::new(SqliteStore::open(folder.path().join("carts.db"), &Options::default()).expect("a file"));
    let catalog = MemoryCatalog::default();
    let price = UnitPrices::undiscounted(Money::new(250, Currency::EUR)).expect("a price");
    catalog.put(ProductId::new("mug").expect("a valid id"), Product::new("Mug", price));
    let service = CartService::builder(store.clone(), Arc::new(catalog))
        .channel(shop(), CartPolicy::storefront(), Currency::EUR)
        .build()
        .expect("a consistent policy");
    Shop { store, service, _folder: folder }
}

/// Runs one call on each of many threads, released together.
fn all_at_once<T: Send>(call: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(CALLERS as usize);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CALLERS)
            .map(|n| {
                let (barrier, call) = (&barrier, &call);
                scope.spawn(move || {
                    barrier.wait();
                    call(n)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

#[test]
fn adds_to_one_cart_are_all_kept_and_versions_have_no_gap() {
    let opened = open_shop();
    let (store, service) = (&opened.store, &opened.service);
    let ann = Caller::new(Actor::user(UserId::new("ann").expect("a valid id")));
    let target = Target::Current(shop());
    let outcomes = all_at_once(|_| block_on(service.execute(&ann, &target, &add("mug"))).expect("added"));
    let mut versions: Vec<u64> = outcomes.iter().map(|outcome| outcome.view.cart.version().get()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=u64::from(CALLERS)).collect::<Vec<_>>());

    let view = block_on(service.cart(ann.actor(), &target)).expect("the cart");
    assert_eq!(view.cart.lines().len(), 1);
    assert_eq!(view.cart.lines()[0].quantity.get(), CALLERS);
    let entries = block_on(store.entries(view.cart.id(), None, 100)).expect("the journal");
    let replayed = Cart::replay(&entries).expect("whole").expect("a cart");
    assert_eq!(replayed, *view.cart);
}

#[test]
fn first_adds_of_one_user_make_one_cart() {
    let opened = open_shop();
    let (store, service) = (&opened.store, &opened.service);
    for round in 0..market::size(1_000) {
        let user = Actor::user(UserId::new(format!("user-{round}")).expect("a valid id"));
        let caller = Caller::new(user.clone());
        let target = Target::Current(shop());
        let outcomes =
            all_at_once(|_| block_on(service.execute(&caller, &target, &add("mug"))).expect("added"));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.created).count(), 1);
        let page = PageRequest { after: None, limit: 10 };
        let owner = user.owner().expect("a user owns carts");
        let carts = block_on(store.carts_of(&shop(), &owner, page)).expect("the index");
        assert_eq!(carts.len(), 1);
        assert_eq!(carts[0].version.get(), u64::from(CALLERS));
    }
}

#[test]
fn over_http_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let storefront = Storefront::start(&folder.path().join("carts.db"));
    let client = storefront.sign_in("ann");
    let answers = all_at_once(|_| {
        client.send_json("POST", "/api/shop/cart/items", &json!({"product_id": "sunscreen-50"}))
    });
    let mut versions: Vec<u64> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, 200, "{answer:?}");
            answer.body["version"].as_u64().expect("a version")
        })
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=u64::from(CALLERS)).collect::<Vec<_>>());
    let cart = client.send("GET", "/api/shop/cart").body;
    assert_eq!((&cart["items"][0]["quantity"], &cart["total"]), (&json!(CALLERS), &json!("928.00")));
}
