//! How long and how much one connection may take.

use std::time::Duration;

/// The deadlines and caps of [`serve`](super::serve). Change single fields of [`ServeLimits::default`].
///
/// | field | default | what it bounds |
/// |---|---|---|
/// | `head` | 10 s | first byte of a request to the end of its headers; for a new connection from accept |
/// | `body_progress` | 10 s | silence while a request body is awaited |
/// | `body_total` | 20 s | a whole request body, however steadily it trickles |
/// | `write_progress` | 10 s | a client that does not read what is written to it |
/// | `idle` | 60 s | a kept-alive connection between two requests |
/// | `linger` | 1 s | taking what a refused client is still sending, so that it can read why |
/// | `grace` | 10 s | requests in progress when the server is asked to stop |
/// | `connections` | 10,000 | connections open at once |
/// | `header_count` | 64 | header fields of a request |
/// | `head_bytes` | 16 KiB | request line and header fields together |
/// | `unread_bytes` | 64 KiB | the rest of a body that was answered unread |
///
/// A closed deadline ends the connection; a request body that is late is first answered with
/// `408 Request Timeout`, and a head that is too large with `431`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServeLimits {
    /// From the first byte of a request, or from accept for a new connection, to the end of its headers.
    pub head: Duration,
    /// The longest silence while a request body is awaited.
    pub body_progress: Duration,
    /// The longest time a whole request body may take, however steadily it arrives. Keep it shorter than the
    /// deadline of the [`Guard`](crate::Guard), so that a slow client is told what is slow.
    pub body_total: Duration,
    /// The longest time that waiting bytes may find no room because the client does not read.
    pub write_progress: Duration,
    /// The longest silence between two requests of one connection.
    pub idle: Duration,
    /// How long a closing connection may go on sending what nobody reads, so that the client gets to its answer.
    pub linger: Duration,
    /// How long requests in progress may go on once the server is asked to stop.
    pub grace: Duration,
    /// Connections open at once, at least 1. Keep it below the process's limit of open files, which the
    /// store needs too.
    pub connections: u32,
    /// Header fields of one request; one more is answered with 431.
    pub header_count: usize,
    /// Bytes of request line and header fields together; one more is answered with 431.
    pub head_bytes: usize,
    /// Bytes of a body left unread by the handler that are taken, within the body's deadlines, to keep the
    /// connection for the next request. With more, the answer says `Connection: close`.
    pub unread_bytes: u64,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body_progress: Duration::from_secs(10),
            body_total: Duration::from_secs(20),
            write_progress: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            linger: Duration::from_secs(1),
            grace: Duration::from_secs(10),
            connections: 10_000,
            header_count: 64,
            head_bytes: 16 * 1024,
            unread_bytes: 64 * 1024,
        }
    }
}
