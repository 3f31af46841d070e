//! The quotas of a host.

use std::sync::Arc;

use cart_core::port::Clock;

use super::layer::RateLimits;
use super::limiter::RateLimiter;
use super::settings::RateSettings;

/// The quotas that the surfaces ask for. Clones count together: a customer who uses several surfaces has each quota once.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Changes of carts, as [`module`](crate::module) counts them.
    pub writes: RateLimits,
    /// Looks at what a share link shows, and suggestions that are made with it: so many guesses has somebody who has none.
    pub links: RateLimits,
    /// Orders.
    pub checkouts: RateLimits,
    /// Requests of any kind, as [`telecom`](crate::telecom) counts them.
    pub requests: RateLimits,
}

impl Limits {
    /// The quotas of these settings, counted in this process.
    pub fn new(settings: RateSettings, clock: Arc<dyn Clock>) -> Self {
        let RateSettings { customer_writes, links, checkouts, requests, proxies } = settings;
        let writes = |scope, quota| RateLimits::of_writes(scope, quota, proxies.clone(), Arc::clone(&clock));
        let all = |scope, quota| RateLimits::of_requests(scope, quota, proxies.clone(), Arc::clone(&clock));
        Self {
            writes: writes("writes", customer_writes),
            links: all("links", links),
            checkouts: writes("checkouts", checkouts),
            requests: all("requests", requests),
        }
    }

    /// Counts all of them by this limiter. Where it fails, this process counts by itself.
    #[must_use]
    pub fn counted_by(self, limiter: &Arc<dyn RateLimiter>) -> Self {
        let by = |limits: RateLimits| limits.counted_by(Arc::clone(limiter));
        Self {
            writes: by(self.writes),
            links: by(self.links),
            checkouts: by(self.checkouts),
            requests: by(self.requests),
        }
    }
}
