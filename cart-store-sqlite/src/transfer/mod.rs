//! The journal as text, out of a store and into a new one.
//!
//! A file of this format has one JSON value in a line. The first says what it is: `{"format":"cart-journal","version":1}`.
//! Then comes each entry with its position, in order: `{"position":1,"entry":{..}}`. The last line says how many there
//! were, `{"entries":1}`, so that a file that was cut short is noticed.

mod export;
mod replay;

use serde::{Deserialize, Serialize};

pub use self::export::ExportError;
pub(crate) use self::export::export;
pub(crate) use self::replay::replay;
pub use self::replay::{LineError, ReplayError};

const FORMAT: &str = "cart-journal";
const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    version: u32,
}

/// The last line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    entries: u64,
}
