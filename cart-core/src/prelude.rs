//! The names that a host needs to begin with: `use cart_core::prelude::*;`

pub use async_trait::async_trait;

pub use crate::actor::{Actor, GuestToken};
pub use crate::cart::Cart;
pub use crate::command::{AddLine, Command, CreateCart, LineEdit};
pub use crate::coupon::CouponCode;
pub use crate::id::{CartId, ChannelId, LineId, ProductId, UserId};
pub use crate::money::{Currency, Money};
pub use crate::notice::Notice;
pub use crate::policy::CartPolicy;
pub use crate::port::{Catalog, PortError, PriceContext, ProductQuery, PromotionBook, PromotionQuery, Store};
pub use crate::product::{Product, ProductKey, Stock, UnitPrices};
pub use crate::promotion::Promotion;
pub use crate::quantity::Quantity;
pub use crate::rejection::Rejection;
pub use crate::service::{Caller, CartError, CartService, CartView, Outcome, Target};
