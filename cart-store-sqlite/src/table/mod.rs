//! The tables: each row in both directions, and the statements on it.

pub(crate) mod carts;
pub(crate) mod columns;
pub(crate) mod journal;
pub(crate) mod lines;
mod owner;
mod status;
pub(crate) mod uses;

pub(crate) use self::owner::OwnerColumns;
