//! Limited promotions among writes that share a transaction.

use std::pin::pin;
use std::sync::mpsc;

use cart_core::id::CustomerKey;
use cart_core::port::UseLedger;
use cart_core::promotion::UseLimit;
use cart_core::testing::samples::{coupon, note, promotion_id};
use futures_util::FutureExt;
use futures_util::future::join4;

use super::*;
use crate::Options;

fn once(customer: &str) -> PromotionUse {
    let limit = UseLimit { total: Some(1), per_customer: None };
    PromotionUse { promotion: promotion_id("p"), customer: Some(CustomerKey::new(customer).unwrap()), limit }
}

/// Holds the writer's thread inside a write; what is handed over meanwhile shares a transaction.
fn hold(store: &SqliteStore) -> mpsc::Sender<()> {
    let (begun, has_begun) = mpsc::channel();
    let (release, released) = mpsc::channel();
    drop(store.engine.write(move |_| {
        begun.send(()).unwrap();
        released.recv()
    }));
    has_begun.recv().unwrap();
    release
}

#[test]
fn a_use_beyond_a_limit_leaves_the_neighbours_in_its_transaction_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("carts.db"), &Options::default()).unwrap();
    let carts = [1, 2, 3, 4].map(|number| create(&store, number, 1));
    let release = hold(&store);
    let writes: [Vec<CartEvent>; 4] = [
        vec![CartEvent::NoteChanged { note: Some(note("before")) }],
        vec![begun(1, [once("ann")])],
        vec![CartEvent::CouponAdded { code: coupon("LATE") }, begun(2, [once("bob")])],
        vec![CartEvent::NoteChanged { note: Some(note("after")) }],
    ];
    let mut commits = carts.iter().zip(writes).map(|(cart, events)| Write::new(events).change(cart));
    let mut hand_over = || store.commit(unit([commits.next().unwrap()]));
    let [mut before, mut first, mut late, mut after] = [hand_over(), hand_over(), hand_over(), hand_over()];
    for handed in [&mut before, &mut first, &mut late, &mut after] {
        assert!(pin!(handed).now_or_never().is_none(), "the writer is held");
    }
    release.send(()).unwrap();
    let (before, first, late, after) = block_on(join4(before, first, late, after));
    assert!(before.is_ok() && first.is_ok() && after.is_ok(), "{before:?} {first:?} {after:?}");
    assert!(matches!(late, Err(StoreError::UsedUp { by_customer: false, .. })), "{late:?}");
    assert_eq!(load(&store, carts[2].id()), carts[2]);
    let found = block_on(store.uses(&[promotion_id("p")], once("bob").customer.as_ref(), None)).unwrap();
    assert_eq!(found.iter().map(|uses| (uses.total, uses.by_customer)).collect::<Vec<_>>(), [(1, 0)]);
    assert!(block_on(store.verify()).unwrap().is_sound());
}
