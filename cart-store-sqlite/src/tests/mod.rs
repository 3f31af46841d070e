//! The store with a look below it.

mod cost;
mod disk;
mod plans;
mod shares;
mod statements;
mod stock;
mod uses;

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::event::CartEvent;
use cart_core::id::CartId;
use cart_core::port::{CartStore, Commit, StoreError};
use cart_core::promotion::PromotionUse;
use cart_core::testing::block_on;
use cart_core::testing::samples::{
    Write, added, at, cart_id, checkout_begun, checkout_cancelled, checkout_id, created_sole, line, owner,
    unit,
};

use crate::SqliteStore;

fn commit(store: &SqliteStore, commit: Commit) -> Result<Arc<Cart>, StoreError> {
    let cart = Arc::clone(&commit.cart);
    block_on(store.commit(unit([commit]))).map(|()| cart)
}

/// Makes the cart with this number, with so many lines.
fn create(store: &SqliteStore, number: u64, lines: u64) -> Arc<Cart> {
    let lines: Vec<_> = (0..lines).map(|n| added(line(n, 1))).collect();
    let write = Write::new(lines).create(cart_id(number), created_sole(owner(&format!("user-{number}"))));
    commit(store, write).unwrap()
}

fn change(store: &SqliteStore, cart: &Cart, events: impl Into<Vec<CartEvent>>) -> Arc<Cart> {
    commit(store, Write::new(events).change(cart)).unwrap()
}

fn load(store: &SqliteStore, cart: CartId) -> Arc<Cart> {
    block_on(store.load(cart)).unwrap().unwrap()
}

/// The beginning of a checkout that uses promotions.
fn begun(number: u64, uses: impl Into<Vec<PromotionUse>>) -> CartEvent {
    checkout_begun(number, at(60), uses)
}
