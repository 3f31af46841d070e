//! Whether the sink takes anything at all.

use chrono::{DateTime, Utc};

use super::retries::{Retries, later};

/// How the sink has done of late, as far as this process knows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Health {
    /// How often it took nothing since it last took something.
    failures: u32,
    /// How often entries that had not been seen were tried in vain while it was down.
    probes: u32,
    /// When the next such entry may be tried; at once if absent.
    probe_at: Option<DateTime<Utc>>,
}

impl Health {
    /// Notes that it took an entry: it is not down, or not any more.
    pub(super) fn taken(&mut self) {
        *self = Self::default();
    }

    /// Notes that it did not take an entry; answers whether it counts as down now.
    pub(super) fn failed(&mut self, retries: Retries) -> bool {
        self.failures = self.failures.saturating_add(1);
        self.is_down(retries)
    }

    pub(super) fn is_down(&self, retries: Retries) -> bool {
        self.failures >= retries.down_after.max(1)
    }

    /// Whether an entry that was not seen before may be tried. While the sink is down that is done ever more rarely, since
    /// each of them adds a cart that is held back; and still is done, since what is held back may be what fails.
    pub(super) fn may_probe(&self, retries: Retries, now: DateTime<Utc>) -> bool {
        !self.is_down(retries) || self.probe_at.is_none_or(|at| at <= now)
    }

    /// Notes that an entry that was not seen before was tried in vain at `now`.
    pub(super) fn probed(&mut self, retries: Retries, now: DateTime<Utc>) {
        if self.is_down(retries) {
            self.probes = self.probes.saturating_add(1);
            self.probe_at = Some(later(now, retries.pause(self.probes)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::at;

    const RETRIES: Retries = Retries {
        tries: 10,
        first_pause: chrono::TimeDelta::seconds(1),
        longest_pause: chrono::TimeDelta::seconds(4),
        down_after: 2,
    };

    #[test]
    fn a_sink_is_down_after_failures_in_a_row_alone() {
        let mut health = Health::default();
        assert!(!health.failed(RETRIES));
        health.taken();
        assert!(!health.failed(RETRIES) && health.failed(RETRIES) && health.failed(RETRIES));
        health.taken();
        assert!(!health.is_down(RETRIES));
    }

    #[test]
    fn a_sink_that_is_down_is_probed_ever_more_rarely() {
        let mut health = Health::default();
        health.probed(RETRIES, at(0));
        assert!(health.may_probe(RETRIES, at(0)), "it is not down");
        assert!(!health.failed(RETRIES) && health.failed(RETRIES));
        for (now, pause) in [(0, 1), (10, 2), (20, 4), (30, 4)] {
            assert!(health.may_probe(RETRIES, at(now)), "at {now}");
            health.probed(RETRIES, at(now));
            assert!(!health.may_probe(RETRIES, at(now + pause - 1)), "after {now}");
            assert!(health.may_probe(RETRIES, at(now + pause)), "after {now}");
        }
    }
}
