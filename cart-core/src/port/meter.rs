//! Counting what the service and its store do.

use std::fmt::Debug;

use chrono::TimeDelta;

use super::{PortError, Variant};

/// Is told how writes went, for a host that counts them. Nothing in it is personal.
///
/// It is called in the middle of the work: it must not block and must not panic.
pub trait Meter: Debug + Send + Sync + 'static {
    /// Takes note of a write that was asked for.
    fn wrote(&self, write: &Wrote);

    /// Takes note that the [`CartCache`](super::CartCache) failed, or took too long, and was done without: a warning, nothing
    /// was lost. By default nobody is told.
    fn cache_failed(&self, _error: &PortError) {}

    /// Takes note that the store committed so many writes together, those that were refused in among them counted too; at
    /// least 1. Told by stores that commit in groups. By default nobody is told.
    fn committed(&self, _writes: usize) {}
}

/// How a write went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrote {
    /// What was asked for: the name of a command ([`Command::name`]), or `create`, `first_read`, `buy_now`, `duplicate` or
    /// `merge`.
    ///
    /// [`Command::name`]: crate::command::Command::name
    pub what: &'static str,
    /// How it ended.
    pub end: WriteEnd,
    /// Whether the actor has the [`Capability`](super::Capability) that it needs; none if it needs none, or nobody decides.
    pub variant: Option<Variant>,
    /// How often it was tried again because others were faster.
    pub retries: u32,
    /// How long it took by the service's clock, never less than nothing.
    pub took: TimeDelta,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WriteEnd {
    /// It is done, or there was nothing to do.
    Done,
    /// It had been done before, for a request with the same key.
    Replayed,
    /// A rule refused it.
    Rejected,
    /// Others were faster each time, so it was given up.
    Contended,
    /// The store or a port failed, or the request could not be understood.
    Failed,
}

impl WriteEnd {
    /// Its name: `done`, `replayed`, `rejected`, `contended` or `failed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Replayed => "replayed",
            Self::Rejected => "rejected",
            Self::Contended => "contended",
            Self::Failed => "failed",
        }
    }
}
