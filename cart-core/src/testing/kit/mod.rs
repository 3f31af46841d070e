//! Given a cart, when something is asked of it, then this is what happens: tests of rules in a few lines.
//!
//! ```
//! use cart_core::rejection::Rejection;
//! use cart_core::testing::{ann, cart, given};
//!
//! given(cart().with_line("mug", 1))
//!     .and_stock("mug", 1)
//!     .when(ann().set_quantity("mug", 2))
//!     .then_refused(|why| matches!(why, Rejection::InsufficientStock { available: 1, .. }));
//! ```
//!
//! Products that the given cart has lines of, and those that are added, are in the catalog at 10.00 in the cart's
//! currency with unlimited stock, unless something else is said about them. Lines are named by their products.

mod ask;
mod given;
mod then;

pub use self::ask::{As, Ask, ann};
pub use self::given::{GivenCart, Scenario, cart, given};
pub use self::then::Happened;
