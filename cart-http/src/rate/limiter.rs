//! Who counts.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use axum::BoxError;

use super::key::RateKey;
use super::quota::Quota;

/// Counts requests. Several processes that are to count together share one that keeps its counts elsewhere.
#[async_trait]
pub trait RateLimiter: Debug + Send + Sync + 'static {
    /// Counts one request now, if the quota has room for it. Of two at the same time for the last place, one is let
    /// through.
    ///
    /// # Errors
    /// [`RateError`] if it cannot be counted; whoever asked then counts by other means.
    async fn hit(&self, key: &RateKey, quota: Quota) -> Result<Verdict, RateError>;
}

/// Whether a request is within its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// None if it is; else in how long the next one may be.
    pub retry_in: Option<Duration>,
    /// How many more there may be now.
    pub remaining: u32,
    /// In how long there may be as many as the quota has, if there are no more until then.
    pub reset_in: Duration,
}

/// A request that could not be counted.
#[derive(Debug, thiserror::Error)]
#[error("requests cannot be counted")]
pub struct RateError(#[source] pub BoxError);
