//! What a handler leaves of a request's body.
//!
//! The next request of a connection begins where the body ends, so the rest is taken, if it is little enough;
//! else the answer has to say that the connection ends with it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};
use tokio::sync::oneshot;

use super::body::TimedBody;

/// A body that is handed back when the handler drops it before its end.
#[derive(Debug)]
pub(super) struct LentBody {
    body: Option<TimedBody>,
    broken: bool,
    back: Option<oneshot::Sender<Rest>>,
}

/// What came back of a body. Nothing comes back of one that was read to its end.
#[derive(Debug)]
pub(super) enum Rest {
    Unread(TimedBody),
    /// It failed or was late; where it ends is not known.
    Broken,
}

/// Lends `body` out; the receiver gets what is left of it.
pub(super) fn lend(body: TimedBody) -> (LentBody, oneshot::Receiver<Rest>) {
    let (back, rest) = oneshot::channel();
    (LentBody { body: Some(body), broken: false, back: Some(back) }, rest)
}

/// A rest that is to be taken, at once or when it comes back.
#[derive(Debug)]
pub(super) enum Left {
    Here(TimedBody),
    Lent(oneshot::Receiver<Rest>),
}

impl Left {
    /// Takes it, within the deadlines of the body. Given up early, it leaves the connection to be closed.
    pub(super) async fn discard(self) {
        let body = match self {
            Self::Here(body) => Ok(Rest::Unread(body)),
            Self::Lent(rest) => rest.await,
        };
        if let Ok(Rest::Unread(mut body)) = body {
            while let Some(Ok(_)) = body.frame().await {}
        }
    }
}

impl HttpBody for LentBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = Pin::new(body).poll_frame(cx);
        self.broken |= matches!(frame, Poll::Ready(Some(Err(_))));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for LentBody {
    fn drop(&mut self) {
        let rest = match self.body.take() {
            Some(_) if self.broken => Rest::Broken,
            Some(body) if !body.is_end_stream() => Rest::Unread(body),
            Some(_) | None => return,
        };
        if let Some(back) = self.back.take() {
            let _ = back.send(rest); // refused when the connection is gone
        }
    }
}
