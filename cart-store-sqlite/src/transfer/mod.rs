//! The journal as text, out of a store and into a new one.
//!
//! A file of this format has one JSON value in a line. The first says what it is: `{"format":"cart-journal","version":1}`.
//! Then comes each entry with its position, in order: `{"position":1,"entry":{..}}`. How much of each stock item was ever
//! supplied is in no entry, so it comes next: `{"item":"mug","supplied":10}`. The last line says how many there were of
//! both, `{"entries":1,"supplies":1}`, so that a file that was cut short is noticed.
//!
//! A store that is made of an export has as much of each item as the export says, and at least what is held and sold: what
//! was in stock when an entry was written is not asked again. It knows all keys of callers' requests, also those that were
//! forgotten. How often links were opened, how far relays have come, and orders are not in an export.

mod export;
mod replay;

use cart_core::id::StockItemId;
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
    supplies: u64,
}

/// How much of a stock item was ever supplied.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Supplied {
    item: StockItemId,
    supplied: u32,
}
