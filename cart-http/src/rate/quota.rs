//! How many requests in which time.

use std::time::Duration;

/// So many requests in any span of time of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    limit: u32,
    window: Duration,
}

/// Numbers that are no quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quota is 1 to {} requests in 1 to {} seconds", Quota::MOST, Quota::LONGEST.as_secs())]
pub struct QuotaError;

impl Quota {
    /// The most requests of a quota, since each of them is remembered.
    pub const MOST: u32 = 10_000;
    /// The longest span of time: a day.
    pub const LONGEST: Duration = Duration::from_secs(86_400);
    /// 60 in 60 seconds, the default for customers' writes (`cart-module.md`, section 11).
    pub const CUSTOMER_WRITES: Self = Self { limit: 60, window: Duration::from_secs(60) };

    /// 120 in 60 seconds, the default for what is asked with share links.
    pub const LINKS: Self = Self { limit: 120, ..Self::CUSTOMER_WRITES };
    /// 30 in 60 seconds, the default for orders.
    pub const CHECKOUTS: Self = Self { limit: 30, ..Self::CUSTOMER_WRITES };
    /// 100 in 60 seconds, the default for requests of any kind (`telecom-cart-api.md`, headers).
    pub const REQUESTS: Self = Self { limit: 100, ..Self::CUSTOMER_WRITES };

    /// At most `limit` requests in any `window`, counted in whole seconds.
    ///
    /// # Errors
    /// [`QuotaError`] unless both are at least 1 and at most [`Quota::MOST`] and [`Quota::LONGEST`].
    pub const fn new(limit: u32, window_secs: u32) -> Result<Self, QuotaError> {
        let window = Duration::from_secs(window_secs as u64);
        let fits = 1 <= limit && limit <= Self::MOST && 1 <= window_secs;
        if fits && window.as_secs() <= Self::LONGEST.as_secs() {
            Ok(Self { limit, window })
        } else {
            Err(QuotaError)
        }
    }

    /// How many requests.
    pub const fn limit(self) -> u32 {
        self.limit
    }

    /// In which time.
    pub const fn window(self) -> Duration {
        self.window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_has_bounds() {
        for (limit, secs) in [(1, 1), (60, 60), (Quota::MOST, 86_400)] {
            let quota = Quota::new(limit, secs).unwrap();
            assert_eq!((quota.limit(), quota.window().as_secs()), (limit, u64::from(secs)));
        }
        for (limit, secs) in [(0, 60), (60, 0), (Quota::MOST + 1, 60), (60, 86_401), (u32::MAX, u32::MAX)] {
            assert_eq!(Quota::new(limit, secs), Err(QuotaError), "{limit} in {secs}");
        }
        assert_eq!(Quota::new(60, 60), Ok(Quota::CUSTOMER_WRITES));
    }
}
