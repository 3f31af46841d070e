//! What a stream says.

use axum::response::sse::Event;
use cart_core::history::Change;
use serde::Serialize;

use super::presence::Presence;
use crate::change;

/// One message of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Message {
    /// Changes follow that were made after this version; `current` is what the cart is at now.
    Ready { after: u64, current: u64 },
    /// The cart changed.
    Change(Box<Change>),
    /// Changes were left out: what is known of the cart is to be read anew.
    Resync { current: u64 },
    /// Who is looking.
    Presence(Presence),
    /// A sign of life.
    Heartbeat,
    /// Nothing follows.
    End(Ending),
}

/// Why a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    /// The reader may not read any more, whatever the reason, or the cart is no more.
    AccessEnded,
    /// The cart became an order.
    CheckedOut,
    /// Whether the reader may still read cannot be found out now.
    Unavailable,
    /// The server stops.
    ShuttingDown,
}

#[derive(Serialize)]
struct AtVersion {
    version: u64,
}

#[derive(Serialize)]
struct Ended {
    reason: Ending,
}

impl Message {
    /// The message as it is sent; a version as id only where what follows is sure to be all that came after it.
    pub(super) fn to_event(&self) -> Result<Event, axum::Error> {
        let event = Event::default();
        match self {
            Self::Ready { after, current } => {
                event.event("ready").id(after.to_string()).json_data(AtVersion { version: *current })
            }
            Self::Change(change) => {
                event.event("change").id(change.version.to_string()).json_data(change::body(change))
            }
            Self::Resync { current } => {
                event.event("resync").id(current.to_string()).json_data(AtVersion { version: *current })
            }
            Self::Presence(presence) => event.event("presence").json_data(presence),
            Self::Heartbeat => Ok(event.comment("")),
            Self::End(reason) => event.event("end").json_data(Ended { reason: *reason }),
        }
    }
}
