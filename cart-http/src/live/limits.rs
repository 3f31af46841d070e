//! How much live updates may take.

use std::time::Duration;

/// The caps and times of a [`LiveHub`](super::LiveHub). Change single fields of [`LiveLimits::default`].
///
/// | field | default | what it bounds |
/// |---|---|---|
/// | `streams` | 10,000 | streams open at once |
/// | `streams_of_cart` | 1,000 | streams of one cart open at once |
/// | `buffer` | 32 | changes that wait for a slow stream before it has to read the journal |
/// | `heartbeat` | 15 s | the time between two signs of life, and between two looks at what others wrote |
/// | `presence` | 1 s | the shortest time between two messages about who is looking |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveLimits {
    /// Streams open at once; one more is answered with 503. Keep it below the connections that the server takes.
    pub streams: usize,
    /// Streams of one cart open at once; one more is answered with 503.
    pub streams_of_cart: usize,
    /// Changes of one cart that wait for its slowest stream, at least 1; rounded up to a power of two. A stream that
    /// falls further behind reads the journal.
    pub buffer: usize,
    /// The time between two signs of life. With each of them it is proven again that the reader may read.
    pub heartbeat: Duration,
    /// The shortest time between two messages about who is looking.
    pub presence: Duration,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            streams: 10_000,
            streams_of_cart: 1_000,
            buffer: 32,
            heartbeat: Duration::from_secs(15),
            presence: Duration::from_secs(1),
        }
    }
}

impl LiveLimits {
    /// The buffer as the channel takes it, which can neither be empty nor too large.
    pub(super) fn capacity(&self) -> usize {
        const MOST: usize = 1 << 16;
        self.buffer.clamp(1, MOST)
    }
}
