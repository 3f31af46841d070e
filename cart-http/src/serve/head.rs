//! The deadline of a request's head, and whether one is awaited.
//!
//! hyper starts its header timer as soon as it waits for a request and knows a single duration. Here an idle
//! connection may wait long and a half-sent head only briefly, so the timer handed to hyper asks the stream
//! whether a head has begun.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// What the stream, the timer and the handlers of one connection share.
#[derive(Debug, Default)]
pub(super) struct HeadProgress {
    begun: AtomicBool,
    waited: AtomicBool,
    answering: AtomicBool,
    unwritten: AtomicBool,
}

impl HeadProgress {
    // Relaxed everywhere: one task drives all of a connection.

    /// Notes whether part of a head has been received, and not yet all of it.
    pub(super) fn set_begun(&self, begun: bool) {
        self.begun.store(begun, Ordering::Relaxed);
    }

    fn begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// Notes that a head is complete.
    pub(super) fn set_answering(&self) {
        self.answering.store(true, Ordering::Relaxed);
    }

    /// Notes whether part of an answer waits for the client to read.
    pub(super) fn set_unwritten(&self, unwritten: bool) {
        self.unwritten.store(unwritten, Ordering::Relaxed);
    }

    /// Whether no request is in progress: every complete head was answered, and the answer is written.
    pub(super) fn is_idle(&self) -> bool {
        !self.answering.load(Ordering::Relaxed) && !self.unwritten.load(Ordering::Relaxed)
    }

    /// Notes that the next head is awaited; returns whether it is the first.
    fn start_waiting(&self) -> bool {
        self.answering.store(false, Ordering::Relaxed);
        !self.waited.swap(true, Ordering::Relaxed)
    }
}

/// hyper's timer for one connection. hyper asks it for nothing but the deadline of the next head.
#[derive(Debug)]
pub(super) struct HeadTimer {
    pub(super) progress: Arc<HeadProgress>,
    pub(super) head: Duration,
    pub(super) idle: Duration,
}

impl Timer for HeadTimer {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        let first = self.progress.start_waiting();
        let wait = if first { self.head } else { self.idle };
        Box::pin(HeadDeadline {
            progress: Arc::clone(&self.progress),
            head: self.head,
            counting: first,
            sleep: Box::pin(tokio::time::sleep(wait)),
        })
    }

    fn sleep_until(&self, _: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(Duration::ZERO)
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

/// Ends when an idle connection has waited long enough, or the head it began is overdue.
#[derive(Debug)]
struct HeadDeadline {
    progress: Arc<HeadProgress>,
    head: Duration,
    counting: bool,
    sleep: Pin<Box<tokio::time::Sleep>>,
}

impl Sleep for HeadDeadline {}

impl Future for HeadDeadline {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if !self.counting && self.progress.begun() {
            self.counting = true;
            let deadline = tokio::time::Instant::now() + self.head;
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(cx)
    }
}
