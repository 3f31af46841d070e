//! The tables: each row in both directions, and the statements on it.

pub(crate) mod carts;
pub(crate) mod checkouts;
pub(crate) mod columns;
pub(crate) mod grants;
pub(crate) mod journal;
pub(crate) mod keys;
pub(crate) mod lines;
pub(crate) mod links;
pub(crate) mod openings;
pub(crate) mod orders;
mod owner;
pub(crate) mod relays;
pub(crate) mod requests;
pub(crate) mod rewriting;
mod status;
pub(crate) mod stock;
pub(crate) mod suggestions;
pub(crate) mod uses;

pub(crate) use self::owner::{OwnerColumns, read as read_owner};
