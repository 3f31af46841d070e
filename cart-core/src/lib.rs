//! An embeddable shopping cart: lifecycle, stock validation, server-side pricing, behind storage and catalog traits.
//!
//! A host implements [`Catalog`](port::Catalog) for its products, opens a store and calls
//! [`CartService`](service::CartService):
//!
//! ```
//! use std::sync::Arc;
//!
//! use cart_core::memory::{MemoryCatalog, MemoryStore};
//! use cart_core::prelude::*;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # futures_executor::block_on(async {
//! let catalog = MemoryCatalog::default();
//! let price = UnitPrices::undiscounted(Money::parse_decimal("12.50", Currency::EUR)?)?;
//! catalog.put(ProductId::new("mug")?, Product::new("Mug", price));
//!
//! let shop = ChannelId::new("shop")?;
//! let carts = CartService::builder(Arc::new(MemoryStore::default()), Arc::new(catalog))
//!     .channel(shop.clone(), CartPolicy::storefront(), Currency::EUR)
//!     .build()?;
//!
//! let ann = Caller::new(Actor::user(UserId::new("ann")?));
//! let mug = ProductKey::plain(ProductId::new("mug")?);
//! let add = Command::Edit(LineEdit::Add(AddLine::new(mug, Quantity::new(2)?)));
//! let outcome = carts.execute(&ann, &Target::Current(shop), &add).await?;
//! assert_eq!(outcome.view.priced.totals.total.to_decimal(), "25.00");
//! # Ok(()) })
//! # }
//! ```
//!
//! # How it is built
//!
//! All rules are synchronous functions over plain data: [`decide`] says what happens, as [events](event);
//! [`Cart::apply`](cart::Cart::apply) is the only way a cart changes; [`pricing`] computes what it costs, in exact
//! integers with an account of every amount. No input has a price. [Stores](port::Store) write what the events
//! say, in one atomic step guarded by the cart's version. [`service`] ties it together; [`port`] holds the traits
//! for everything from outside, [`memory`] a reference adapter of each.
//!
//! Where shops differ is a [policy](policy::CartPolicy) per channel.
//!
//! # Features
//!
//! `testing`: the laws that every store must keep, as tests for any store; fakes and a kit for testing rules.
//!
//! `schema`: JSON schemas (`schemars`) of the values that are read and answered as JSON.

pub mod actor;
pub mod authorise;
pub mod cart;
pub mod charge;
pub mod checkout;
pub mod command;
pub mod coupon;
pub mod customer;
pub mod decide;
pub mod editing;
pub mod erasure;
pub mod event;
pub mod facts;
mod fit;
pub mod history;
pub mod id;
pub mod journal;
pub mod line;
pub mod memory;
pub mod merge;
pub mod metadata;
pub mod money;
pub mod notice;
mod offer;
pub mod permission;
pub mod policy;
pub mod port;
pub mod prelude;
pub mod pricing;
pub mod product;
pub mod promotion;
pub mod quantity;
mod recent;
pub mod rejection;
pub mod relation;
#[cfg(feature = "schema")]
mod schema;
pub mod selection;
pub mod service;
pub mod sharing;
pub mod status;
pub mod tax;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
mod token;
pub mod version;
