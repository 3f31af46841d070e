//! axum routers for `cart-core`, with what a server on the open internet needs around them.

mod body;
mod guard;
mod json;
mod problem;
mod request_id;
#[cfg(feature = "serve")]
pub mod serve;

pub use body::BodyTooSlow;
pub use guard::Guard;
pub use json::{StrictJson, decode};
pub use problem::{Problem, ProblemCode};
pub use request_id::{RequestId, RequestIds, X_REQUEST_ID};
