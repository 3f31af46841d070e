//! Time, randomness and waiting, from the operating system.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use crate::journal::Entry;
use crate::port::{Clock, Ids, Meter, Publisher, Timer, Wrote};

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks the wall clock")]
        let now = SystemTime::now();
        // A clock set before 1970 counts as 1970: nothing depends on such a time.
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        DateTime::from_timestamp(seconds, since.subsec_nanos()).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// The operating system's randomness. Ids are UUIDs of version 7 (RFC 9562): 74 random bits, sorted by time.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        fill(&mut random);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        fill(&mut secret);
        secret
    }
}

fn fill(bytes: &mut [u8]) {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for randomness")]
    let filled = getrandom::fill(bytes);
    #[expect(
        clippy::expect_used,
        reason = "a system without randomness must not hand out guessable secrets"
    )]
    filled.expect("the operating system gives random bytes");
}

/// Waits on a short-lived thread of its own, so that it needs no runtime.
///
/// It is used only for pauses between retries, which other processes writing to the same cart cause; a host with a
/// runtime may plug in that runtime's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadTimer;

#[async_trait]
impl Timer for ThreadTimer {
    async fn wait(&self, pause: Duration) {
        let alarm = Arc::new(Mutex::new(Alarm::default()));
        let ring = Arc::clone(&alarm);
        let sleeper = std::thread::Builder::new().name("cart-timer".into()).spawn(move || {
            std::thread::sleep(pause);
            let waker = {
                let mut alarm = ring.lock().unwrap_or_else(PoisonError::into_inner);
                alarm.rung = true;
                alarm.waker.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        // Without a thread to spare there is no pause; the retries stay bounded.
        if sleeper.is_ok() {
            Ringing(alarm).await;
        }
    }
}

#[derive(Debug, Default)]
struct Alarm {
    rung: bool,
    waker: Option<Waker>,
}

struct Ringing(Arc<Mutex<Alarm>>);

impl Future for Ringing {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut alarm = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if alarm.rung {
            return Poll::Ready(());
        }
        alarm.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPublisher;

impl Publisher for NoPublisher {
    fn publish(&self, _entries: &[Arc<Entry>]) {}
}

/// Counts nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn wrote(&self, _write: &Wrote) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_do_not_repeat() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let (early, late) = (RandomIds.uuid(at(1_000_000)), RandomIds.uuid(at(2_000_000)));
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
        let many: std::collections::HashSet<_> = (0..10_000).map(|_| RandomIds.uuid(at(1))).collect();
        assert_eq!(many.len(), 10_000);
    }

    #[test]
    fn a_pause_ends() {
        futures_executor::block_on(ThreadTimer.wait(Duration::from_millis(1)));
    }
}
