//! Whether the server that a request came through is about to stop.

use tokio::sync::watch;

/// What connections are told about the server's life. A vanished sender means [`Stop::Cut`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "serve"), expect(dead_code, reason = "only this crate's own server stops"))]
pub(crate) enum Stop {
    /// Go on.
    Not,
    /// Finish the request in progress, then close.
    Drain,
    /// Close now.
    Cut,
}

/// Says to an answer without an end that it has to end. With a server that does not say, that is never.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopping(pub(crate) Option<watch::Receiver<Stop>>);

impl Stopping {
    /// Whether the server is about to stop.
    pub(crate) fn is_asked(&self) -> bool {
        self.0.as_ref().is_some_and(|stop| *stop.borrow() != Stop::Not)
    }

    /// Completes when the server is about to stop.
    pub(crate) async fn asked(&mut self) {
        match &mut self.0 {
            // Without its sender the server is gone.
            Some(stop) => drop(stop.wait_for(|stop| *stop != Stop::Not).await),
            None => std::future::pending().await,
        }
    }
}
