//! Tools for those who extend the library (feature `testing`).
//!
//! * A store: [`store_laws!`](crate::store_laws) makes one `#[test]` of each [law](laws); [`samples`] are carts and
//!   writes for further tests.
//!
//! Nothing in here needs a runtime ([`block_on`]) or a dependency beyond those of the library.

mod block_on;
mod dice;
pub mod laws;
pub mod samples;

pub use self::block_on::block_on;
pub use self::dice::Dice;
