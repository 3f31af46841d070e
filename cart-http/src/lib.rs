//! axum routers for `cart-core`, with what a server on the open internet needs around them.

mod body;
#[cfg(feature = "serve")]
pub mod serve;

pub use body::BodyTooSlow;
