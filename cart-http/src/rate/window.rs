//! Counting in this process, exactly.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cart_core::port::Clock;
use chrono::{DateTime, TimeDelta, Utc};

use super::key::RateKey;
use super::limiter::{RateError, RateLimiter, Verdict};
use super::quota::Quota;

/// Remembers when each request of each key was let through, so that no span of time ever has more of them than the quota.
/// Refused ones are not counted.
///
/// At most so many keys are remembered. Those without a request in their window are forgotten; when all are in use, a new
/// one takes the place of the one that asked least recently. Refusing the new one instead would let whoever comes with many
/// keys lock everybody else out, and they have the quota of each of their keys anyway.
#[derive(Clone)]
pub struct SlidingWindow {
    clock: Arc<dyn Clock>,
    max_keys: usize,
    logs: Arc<Mutex<Logs>>,
}

impl SlidingWindow {
    /// The most keys, unless set otherwise.
    pub const MAX_KEYS: usize = 10_000;

    /// Nothing counted yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, max_keys: Self::MAX_KEYS, logs: Arc::default() }
    }

    /// Sets how many keys are remembered, at least 1. A key takes 8 bytes for each request of its quota, and about 300.
    #[must_use]
    pub fn max_keys(self, max_keys: usize) -> Self {
        Self { max_keys: max_keys.max(1), ..self }
    }

    /// How many keys are remembered now.
    pub fn keys(&self) -> usize {
        self.logs().by_key.len()
    }

    /// Counts one request now, if the quota has room for it.
    pub fn count(&self, key: &RateKey, quota: Quota) -> Verdict {
        let now = self.clock.now();
        let mut logs = self.logs();
        logs.forget_idle(now);
        logs.make_room_for(key, self.max_keys);
        logs.hit(key, quota, now)
    }

    fn logs(&self) -> MutexGuard<'_, Logs> {
        // Nothing in here panics; if something did, counts would merely be off by one.
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SlidingWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlidingWindow").field("max_keys", &self.max_keys).finish_non_exhaustive()
    }
}

#[async_trait]
impl RateLimiter for SlidingWindow {
    async fn hit(&self, key: &RateKey, quota: Quota) -> Result<Verdict, RateError> {
        Ok(self.count(key, quota))
    }
}

#[derive(Debug, Default)]
struct Logs {
    by_key: HashMap<RateKey, Log>,
    /// The keys in the order in which they asked last.
    by_turn: BTreeMap<u64, RateKey>,
    turns: u64,
}

/// What is known of one key.
#[derive(Debug)]
struct Log {
    turn: u64,
    window: TimeDelta,
    /// When requests were let through, in that order.
    let_through: VecDeque<DateTime<Utc>>,
}

impl Logs {
    /// Forgets the keys that asked least recently, as long as they have nothing in their window.
    fn forget_idle(&mut self, now: DateTime<Utc>) {
        while let Some(key) = self.by_turn.values().next() {
            match self.by_key.get(key) {
                Some(log) if !log.is_idle(now) => return,
                Some(_) | None => self.forget_oldest(),
            }
        }
    }

    fn make_room_for(&mut self, key: &RateKey, max_keys: usize) {
        if !self.by_key.contains_key(key) && self.by_key.len() >= max_keys {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.by_turn.pop_first() {
            self.by_key.remove(&key);
        }
    }

    fn hit(&mut self, key: &RateKey, quota: Quota, now: DateTime<Utc>) -> Verdict {
        self.turns += 1;
        let turn = self.turns;
        let log = self.by_key.entry(key.clone()).or_insert_with(|| Log::new(turn));
        self.by_turn.remove(&log.turn);
        self.by_turn.insert(turn, key.clone());
        log.turn = turn;
        log.hit(quota, now)
    }
}

impl Log {
    const fn new(turn: u64) -> Self {
        Self { turn, window: TimeDelta::zero(), let_through: VecDeque::new() }
    }

    fn is_idle(&self, now: DateTime<Utc>) -> bool {
        self.let_through.back().is_none_or(|last| now.signed_duration_since(last) >= self.window)
    }

    fn hit(&mut self, quota: Quota, now: DateTime<Utc>) -> Verdict {
        self.window = TimeDelta::from_std(quota.window()).unwrap_or(TimeDelta::MAX);
        self.set_back(now);
        while self.let_through.front().is_some_and(|first| now.signed_duration_since(first) >= self.window) {
            self.let_through.pop_front();
        }
        let limit = usize::try_from(quota.limit()).unwrap_or(usize::MAX);
        let retry_in = self.room_in(limit, now);
        if retry_in.is_none() {
            self.let_through.push_back(now);
        }
        let remaining = limit.saturating_sub(self.let_through.len());
        let reset_in = self.let_through.back().map_or(Duration::ZERO, |last| self.left_of(last, now));
        Verdict { retry_in, remaining: u32::try_from(remaining).unwrap_or(u32::MAX), reset_in }
    }

    /// A clock that was set back must not keep anybody out for longer than a window: what is ahead of it happened now.
    fn set_back(&mut self, now: DateTime<Utc>) {
        let ahead = self.let_through.iter_mut().rev().take_while(|time| **time > now);
        ahead.for_each(|time| *time = now);
    }

    /// None if there is room for one more; else in how long there will be.
    fn room_in(&self, limit: usize, now: DateTime<Utc>) -> Option<Duration> {
        let in_the_way = self.let_through.len().checked_sub(limit)?;
        self.let_through.get(in_the_way).map(|time| self.left_of(time, now))
    }

    /// In how long something falls out of the window.
    fn left_of(&self, time: &DateTime<Utc>, now: DateTime<Utc>) -> Duration {
        let left = self.window.checked_sub(&now.signed_duration_since(time));
        left.and_then(|left| left.to_std().ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use cart_core::id::UserId;
    use cart_core::testing::{Dice, ManualClock};

    use super::*;

    struct Counted {
        clock: Arc<ManualClock>,
        window: SlidingWindow,
    }

    fn counted(max_keys: usize) -> Counted {
        let clock = Arc::<ManualClock>::default();
        let window = SlidingWindow::new(clock.clone()).max_keys(max_keys);
        Counted { clock, window }
    }

    fn key(name: &str) -> RateKey {
        RateKey::user("writes", &UserId::new(name).unwrap())
    }

    fn quota(limit: u32, secs: u32) -> Quota {
        Quota::new(limit, secs).unwrap()
    }

    impl Counted {
        fn hit(&self, name: &str) -> Verdict {
            self.window.count(&key(name), quota(3, 10))
        }

        fn wait(&self, millis: i64) {
            self.clock.advance(TimeDelta::milliseconds(millis));
        }
    }

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn as_many_as_the_quota_are_let_through_and_the_next_is_told_when() {
        let counted = counted(10);
        for remaining in [2, 1, 0] {
            let reset_in = millis(10_000);
            assert_eq!(counted.hit("ann"), Verdict { retry_in: None, remaining, reset_in });
            counted.wait(1000);
        }
        let refused = Verdict { retry_in: Some(millis(7000)), remaining: 0, reset_in: millis(9000) };
        assert_eq!(counted.hit("ann"), refused);
        assert!(counted.hit("bob").retry_in.is_none(), "each has a quota of their own");
    }

    #[test]
    fn the_window_slides_to_the_millisecond_and_the_refused_do_not_count() {
        let counted = counted(10);
        counted.hit("ann");
        counted.wait(4000);
        counted.hit("ann");
        counted.hit("ann");
        counted.wait(5999);
        assert_eq!(counted.hit("ann").retry_in, Some(millis(1)));
        counted.wait(1);
        assert_eq!(counted.hit("ann").retry_in, None);
        assert_eq!(counted.hit("ann").retry_in, Some(millis(4000)));
    }

    #[test]
    fn no_span_of_the_windows_length_ever_has_more_than_the_quota() {
        let mut dice = Dice::new(7);
        let counted = counted(10);
        let mut let_through: Vec<DateTime<Utc>> = Vec::new();
        for _ in 0..5000 {
            counted.wait(i64::try_from(dice.below(4000)).unwrap());
            let now = counted.clock.now();
            let in_window = let_through.iter().filter(|time| now - **time < TimeDelta::seconds(10)).count();
            let verdict = counted.hit("ann");
            assert_eq!(verdict.retry_in.is_none(), in_window < 3, "exact: not one too many, not one too few");
            if verdict.retry_in.is_none() {
                let_through.push(now);
            }
        }
        assert!(let_through.len() > 1000 && let_through.len() < 4000, "{}", let_through.len());
    }

    #[test]
    fn whoever_has_been_quiet_is_forgotten() {
        let counted = counted(10);
        for name in ["ann", "bob", "cem"] {
            counted.hit(name);
        }
        counted.wait(9999);
        counted.hit("bob");
        assert_eq!(counted.window.keys(), 3);
        counted.wait(1);
        counted.hit("dan");
        assert_eq!(counted.window.keys(), 2, "bob and dan");
    }

    #[test]
    fn memory_is_bounded_and_the_least_recent_goes_first() {
        let counted = counted(3);
        for _ in 0..3 {
            counted.hit("ann");
        }
        for n in 0..1000 {
            counted.hit(&format!("stranger-{n}"));
            assert!(counted.hit("ann").retry_in.is_some(), "whoever keeps asking is not forgotten");
            assert!(counted.window.keys() <= 3);
        }
        let logs = counted.window.logs();
        assert_eq!(logs.by_turn.len(), logs.by_key.len());
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_out_for_longer_than_the_window() {
        let counted = counted(10);
        for _ in 0..3 {
            counted.hit("ann");
        }
        counted.wait(-3_600_000);
        assert_eq!(counted.hit("ann").retry_in, Some(millis(10_000)));
        counted.wait(10_000);
        assert_eq!(counted.hit("ann").retry_in, None);
    }

    #[test]
    fn a_smaller_quota_counts_at_once() {
        let counted = counted(10);
        for _ in 0..3 {
            counted.hit("ann");
            counted.wait(1000);
        }
        let verdict = counted.window.count(&key("ann"), quota(1, 10));
        assert_eq!(
            (verdict.retry_in, verdict.remaining),
            (Some(millis(9000)), 0),
            "two must go, and then the last"
        );
        let verdict = counted.window.count(&key("ann"), quota(5, 10));
        assert_eq!((verdict.retry_in, verdict.remaining), (None, 1));
    }

    #[test]
    fn of_many_threads_as_many_get_through_as_the_quota_has() {
        let counted = counted(10);
        let through = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        if counted.window.count(&key("ann"), quota(100, 10)).retry_in.is_none() {
                            through.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(through.into_inner(), 100);
    }
}
