//! Time, ids and listeners that a test controls.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::journal::Entry;
use crate::port::{Clock, Ids, Publisher, Timer};
use crate::testing::samples::at;

/// A clock that stands still until it is moved. Starts at [`at`]`(0)`.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl Default for ManualClock {
    fn default() -> Self {
        Self(Mutex::new(at(0)))
    }
}

impl ManualClock {
    /// Moves on, or back for a negative length.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// Jumps to a time.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ids and secrets that count up from 1, so that later ids are larger whatever the time.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl CountingIds {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Ids for CountingIds {
    fn uuid(&self, _now: DateTime<Utc>) -> Uuid {
        // The counter goes into the upper half, so that ids counted on from one of them meet no other.
        Uuid::from_u64_pair(self.next(), 0x8000_0000_0000_0000)
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        secret.iter_mut().zip(self.next().to_le_bytes()).for_each(|(byte, counted)| *byte = counted);
        secret
    }
}

/// A timer that never waits, and remembers for how long it should have.
#[derive(Debug, Default)]
pub struct RecordingTimer(Mutex<Vec<Duration>>);

impl RecordingTimer {
    /// The pauses asked for, in order.
    pub fn pauses(&self) -> Vec<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Timer for RecordingTimer {
    async fn wait(&self, pause: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(pause);
    }
}

/// A publisher that remembers what it was told.
#[derive(Debug, Default)]
pub struct RecordingPublisher(Mutex<Vec<Vec<Arc<Entry>>>>);

impl RecordingPublisher {
    /// The entries published, together as they were committed, in order.
    pub fn published(&self) -> Vec<Vec<Arc<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Publisher for RecordingPublisher {
    fn publish(&self, entries: &[Arc<Entry>]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entries.to_vec());
    }
}
