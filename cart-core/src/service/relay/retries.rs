//! When an entry that the sink did not take is tried again.

use chrono::{DateTime, TimeDelta, Utc};

use crate::port::SinkError;

/// How often and when an entry is tried that the sink did not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often it is tried before it is parked, the first time included; at least 1.
    pub tries: u32,
    /// The pause after the first try; doubled after each one that follows.
    pub first_pause: TimeDelta,
    /// The longest pause.
    pub longest_pause: TimeDelta,
    /// After so many failures with no success in between, whatever the entries, the sink as a whole counts as down, until
    /// it takes an entry; at least 1. While it is down nothing is parked, tries count only up to half of those allowed, a
    /// run stops at the first failure, and entries that were not seen before are tried ever more rarely.
    pub down_after: u32,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            tries: 10,
            first_pause: TimeDelta::seconds(1),
            longest_pause: TimeDelta::minutes(15),
            down_after: 20,
        }
    }
}

/// What is noted of an entry that was not taken.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) tries: u32,
    /// When it is tried again; none if it is parked.
    pub(super) due_at: Option<DateTime<Utc>>,
    pub(super) reason: String,
}

impl Retries {
    /// What becomes of an entry that was tried so often before, and now again at `now`.
    pub(super) fn failed(self, tried: u32, error: &SinkError, is_down: bool, now: DateTime<Utc>) -> Failure {
        let counted = tried.saturating_add(1);
        let tries = if is_down { counted.min((self.tries / 2).max(1)) } else { counted };
        let is_refused = match error {
            SinkError::Refused(_) => true,
            SinkError::Unavailable(_) => false,
        };
        let is_parked = !is_down && (is_refused || tries >= self.tries);
        let due_at = (!is_parked).then(|| later(now, self.pause(tries)));
        Failure { tries, due_at, reason: reason(error) }
    }

    /// The pause after so many tries.
    pub(super) fn pause(self, tries: u32) -> TimeDelta {
        let factor = 1_i32.checked_shl(tries.saturating_sub(1)).filter(|factor| *factor > 0);
        let doubled = factor.and_then(|factor| self.first_pause.checked_mul(factor));
        doubled.unwrap_or(self.longest_pause).min(self.longest_pause)
    }
}

pub(super) fn later(now: DateTime<Utc>, pause: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(pause).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// What a sink said, with its causes, bounded.
fn reason(error: &SinkError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::at;

    fn unavailable() -> SinkError {
        SinkError::Unavailable("busy".into())
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_end_with_the_tries() {
        let retries = Retries::default();
        let pauses: Vec<Option<i64>> = (0..10)
            .map(|tried| retries.failed(tried, &unavailable(), false, at(0)))
            .map(|failure| failure.due_at.map(|due| (due - at(0)).num_seconds()))
            .collect();
        let doubled = [1, 2, 4, 8, 16, 32, 64, 128, 256].map(Some);
        assert_eq!(pauses, [doubled.as_slice(), &[None]].concat());
        let patient = Retries { tries: u32::MAX, ..retries };
        for tried in [10, 30, 31, 32, 1000] {
            let failure = patient.failed(tried, &unavailable(), false, at(0));
            assert_eq!(failure.due_at, Some(at(15 * 60)), "{tried}");
        }
    }

    #[test]
    fn what_is_refused_is_parked_at_once_unless_the_sink_is_down() {
        let refused = SinkError::Refused("no".into());
        assert_eq!(Retries::default().failed(0, &refused, false, at(0)).due_at, None);
        assert_eq!(Retries::default().failed(0, &refused, true, at(0)).due_at, Some(at(1)));
    }

    #[test]
    fn while_the_sink_is_down_half_of_the_tries_are_left() {
        let failure = Retries::default().failed(9, &unavailable(), true, at(0));
        assert_eq!((failure.tries, failure.due_at), (5, Some(at(16))));
    }

    #[test]
    fn a_reason_tells_the_causes_and_is_bounded() {
        let failure = |text: String| SinkError::Unavailable(text.into());
        let short = Retries::default().failed(0, &failure("busy".into()), false, at(0));
        assert_eq!(short.reason, "the sink is unavailable: busy");
        let long = Retries::default().failed(0, &failure("é".repeat(2000)), false, at(0));
        assert_eq!(long.reason.chars().count(), 500);
    }
}
