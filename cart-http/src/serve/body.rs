//! Request bodies that cannot trickle for ever.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use super::limits::ServeLimits;
use crate::body::BodyTooSlow;

/// A request body that fails with [`BodyTooSlow`] when it makes no progress or takes too long altogether.
#[derive(Debug)]
pub(super) struct TimedBody {
    inner: Incoming,
    limits: std::sync::Arc<ServeLimits>,
    end: Option<Instant>,
    overdue: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    pub(super) const fn new(inner: Incoming, limits: std::sync::Arc<ServeLimits>) -> Self {
        Self { inner, limits, end: None, overdue: None }
    }

    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let end = *self.end.get_or_insert(now + self.limits.body_total);
        let next = end.min(now + self.limits.body_progress);
        self.overdue.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(next))).as_mut().poll(cx)
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            self.overdue = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        self.poll_overdue(cx).map(|()| Some(Err(BodyTooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
