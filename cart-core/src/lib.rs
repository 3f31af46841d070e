//! An embeddable shopping cart.

pub mod actor;
pub mod cart;
pub mod command;
pub mod decide;
pub mod event;
pub mod facts;
mod fit;
pub mod id;
pub mod journal;
pub mod line;
pub mod memory;
pub mod merge;
pub mod metadata;
pub mod money;
pub mod notice;
pub mod permission;
pub mod policy;
pub mod port;
pub mod pricing;
pub mod product;
pub mod quantity;
pub mod rejection;
pub mod selection;
pub mod service;
pub mod status;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod version;
