//! Many callers at once, on real threads.

use std::sync::{Arc, Barrier};
use std::thread;

use cart_core::memory::MemoryStore;
use cart_core::policy::CartPolicy;
use cart_core::port::{CartIndex, CartStore};
use cart_core::service::{CartError, Target};
use cart_core::testing::block_on;
use cart_core::testing::samples::user;

use crate::shop::{Shop, add, ann, ann_with, current, lines};

const CALLERS: usize = 64;

/// Does the same on so many threads at once, and hands out the answers.
fn at_once<T: Send>(threads: usize, action: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let spawn = |n| {
            let (start, action) = (&start, &action);
            scope.spawn(move || {
                start.wait();
                action(n)
            })
        };
        let running: Vec<_> = (0..threads).map(spawn).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn of_64_concurrent_adds_to_one_cart_none_is_lost() {
    let shop = Shop::new(CartPolicy::shared());
    let id = shop.cart();
    at_once(CALLERS, |_| {
        (0..10).for_each(|_| drop(shop.execute(ann(), &Target::Cart(id), &add("mug", 1)).unwrap()));
    });
    assert_eq!(lines(&shop.stored(id)), [("mug", 640)]);
    assert_eq!(shop.stored(id).version().get(), 641);
    shop.check(id);
}

#[test]
fn of_64_first_adds_of_one_user_one_makes_the_cart() {
    let shop = Shop::new(CartPolicy::storefront());
    let outcomes = at_once(CALLERS, |_| shop.execute(ann(), &current(), &add("mug", 1)).unwrap());
    assert_eq!(outcomes.iter().filter(|outcome| outcome.created).count(), 1);
    let id = outcomes[0].view.cart.id();
    assert!(outcomes.iter().all(|outcome| outcome.view.cart.id() == id));
    assert_eq!(lines(&shop.stored(id)), [("mug", 64)]);
    shop.check(id);
}

#[test]
fn of_64_first_looks_of_one_user_one_makes_the_cart() {
    let shop = Shop::new(CartPolicy::digital());
    let views = at_once(CALLERS, |_| shop.read(&ann(), &current()).unwrap());
    assert!(views.iter().all(|view| view.cart.id() == views[0].cart.id()));
    assert_eq!(shop.journal().len(), 1);
}

#[test]
fn of_64_repetitions_of_one_request_one_is_done() {
    let shop = Shop::new(CartPolicy::shared());
    let id = shop.cart();
    let outcomes =
        at_once(CALLERS, |_| shop.execute(ann_with("k"), &Target::Cart(id), &add("mug", 1)).unwrap());
    assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.view.cart.version().get() == 2));
    assert_eq!(lines(&shop.stored(id)), [("mug", 1)]);
}

#[test]
fn of_64_creations_with_one_key_one_is_done() {
    let shop = Shop::new(CartPolicy::shared());
    let outcomes = at_once(CALLERS, |_| shop.create(ann_with("k")).unwrap());
    assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
    assert_eq!(shop.journal().len(), 1);
}

#[test]
fn many_users_each_get_one_cart() {
    let shop = Shop::new(CartPolicy::storefront());
    at_once(CALLERS, |n| {
        let owner = user(&format!("user-{}", n % 16));
        shop.execute(owner, &current(), &add("mug", 1)).unwrap();
    });
    for n in 0..16 {
        let owner = user(&format!("user-{n}")).owner().unwrap();
        let id = block_on(shop.memory.open_cart(&crate::shop::shop(), &owner)).unwrap().unwrap();
        assert_eq!(lines(&block_on(shop.memory.load(id)).unwrap().unwrap()), [("mug", 4)]);
    }
}

#[test]
fn the_last_units_in_stock_are_not_promised_to_one_cart_twice() {
    let shop = Shop::new(CartPolicy::shared());
    let id = shop.cart();
    shop.catalog.set_stock("mug", 20);
    let done = at_once(CALLERS, |_| shop.execute(ann(), &Target::Cart(id), &add("mug", 1)).is_ok());
    assert_eq!(done.into_iter().filter(|done| *done).count(), 20);
    assert_eq!(lines(&shop.stored(id)), [("mug", 20)]);
}

#[test]
fn several_processes_lose_no_add_that_they_answered() {
    let memory = Arc::new(MemoryStore::default());
    let shops: Vec<Shop> = (0..4).map(|_| Shop::shared(Arc::clone(&memory), CartPolicy::shared())).collect();
    let id = shops[0].cart();
    let answers = at_once(16, |n| {
        let shop = &shops[n % shops.len()];
        let tries = (0..10).map(|_| shop.execute(ann(), &Target::Cart(id), &add("mug", 1)));
        tries
            .filter(|answer| match answer {
                Ok(_) => true,
                Err(CartError::Contended { .. }) => false,
                Err(other) => unreachable!("{other:?}"),
            })
            .count()
    });
    let done: usize = answers.into_iter().sum();
    assert!(done > 0);
    assert_eq!(lines(&shops[0].stored(id)), [("mug", u32::try_from(done).unwrap())]);
    shops[0].check(id);
}

#[test]
fn a_cart_that_is_read_while_it_is_written_never_goes_back() {
    let shop = Shop::new(CartPolicy::shared());
    let id = shop.cart();
    at_once(8, |n| {
        let mut latest = 0;
        for _ in 0..50 {
            if n < 2 {
                shop.execute(ann(), &Target::Cart(id), &add("mug", 1)).unwrap();
            }
            let version = shop.read(&ann(), &Target::Cart(id)).unwrap().cart.version().get();
            assert!(version >= latest, "from {latest} back to {version}");
            latest = version;
        }
    });
    assert_eq!(lines(&shop.stored(id)), [("mug", 100)]);
}

#[test]
fn everybody_reads_their_own_writes() {
    let shop = Shop::new(CartPolicy::shared());
    let id = shop.cart();
    at_once(8, |_| {
        for _ in 0..30 {
            let written = shop.execute(ann(), &Target::Cart(id), &add("mug", 1)).unwrap().view.cart.version();
            assert!(shop.read(&ann(), &Target::Cart(id)).unwrap().cart.version() >= written);
        }
    });
}
