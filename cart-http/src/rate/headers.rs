//! What answers say about quotas.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::limiter::Verdict;
use super::quota::Quota;
use crate::problem::{Problem, ProblemCode};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

pub(super) fn tell(headers: &mut HeaderMap, quota: Quota, verdict: &Verdict, now: DateTime<Utc>) {
    headers.insert(LIMIT, quota.limit().into());
    headers.insert(REMAINING, verdict.remaining.into());
    headers.insert(RESET, seconds(reset(verdict, now)).into());
}

fn reset(verdict: &Verdict, now: DateTime<Utc>) -> Duration {
    let since_1970 = now.signed_duration_since(DateTime::UNIX_EPOCH).to_std().unwrap_or_default();
    since_1970.saturating_add(verdict.reset_in)
}

pub(super) fn too_many(quota: Quota, retry_in: Duration) -> Response {
    let retry_after = seconds(retry_in).max(1);
    Problem::new(ProblemCode::RateLimitExceeded)
        .field("limit", quota.limit())
        .field("retry_after", retry_after)
        .header(header::RETRY_AFTER, HeaderValue::from(retry_after))
        .into_response()
}

/// Rounded up: whoever comes back then is not too early.
const fn seconds(time: Duration) -> u64 {
    if time.subsec_nanos() > 0 { time.as_secs().saturating_add(1) } else { time.as_secs() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        for (millis, secs) in [(0, 0), (1, 1), (1000, 1), (1001, 2)] {
            assert_eq!(seconds(Duration::from_millis(millis)), secs);
        }
    }
}
