//! How often somebody may ask: so many requests in any span of time of a given length.
//!
//! [`RateLimits`] puts a [quota](Quota) around routes. Whoever is [signed in](crate::Authenticator) is counted as who they
//! are, whichever address they come from; everybody else, holders of guest and link tokens included (anybody can make
//! such tokens up), by the address they come from: an IPv6 address by its first 64 bits, which is what one customer is
//! given at least. Addresses in `X-Forwarded-For` count only as far as [proxies](TrustedProxies) of the host's own say so.
//!
//! Every answer to what is counted has
//!
//! | header | what it says |
//! |---|---|
//! | `X-RateLimit-Limit` | how many requests the quota has |
//! | `X-RateLimit-Remaining` | how many of them are left |
//! | `X-RateLimit-Reset` | when all of them are there again, in seconds since 1970 (UTC), rounded up |
//!
//! and what is too much is answered with 429
//! [`rate_limit_exceeded`](crate::ProblemCode::RateLimitExceeded) and `Retry-After`, unseen by the routes.
//!
//! [`Limits`] are the quotas that the surfaces ask for; a host may put others around its own routes.
//!
//! Who counts is a [`RateLimiter`]: [`SlidingWindow`] in this process, or one of the host's for several processes. Where
//! that one fails, this process counts by itself and logs a warning: a limit is never simply open.

mod address;
mod forwarded;
mod headers;
mod key;
mod layer;
mod limiter;
mod limits;
mod quota;
mod settings;
mod window;

pub use self::address::{Network, NetworkError};
pub use self::forwarded::TrustedProxies;
pub use self::key::RateKey;
pub use self::layer::RateLimits;
pub use self::limiter::{RateError, RateLimiter, Verdict};
pub use self::limits::Limits;
pub use self::quota::{Quota, QuotaError};
pub use self::settings::{RateSettings, RateSettingsError};
pub use self::window::SlidingWindow;
