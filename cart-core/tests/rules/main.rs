//! The rules of carts, one file per family, tested with the kit over plain data.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be set up fails")]

mod batch;
mod charges;
mod choices;
mod coupons;
mod currency;
mod duplicate;
mod gifts;
mod grants;
mod history;
mod ids;
mod lifecycle;
mod limits;
mod lines;
mod links;
mod merge;
mod permissions;
mod prices;
mod pricing;
mod products;
mod promotions;
mod properties;
mod relations;
mod stock;
mod suggestions;
mod support;
mod taxes;
mod undo;
