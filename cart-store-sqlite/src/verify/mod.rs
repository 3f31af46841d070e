//! Reading everything there is and comparing it with what must be.

mod cart;
mod report;
mod structure;

use cart_core::port::StoreError;
use rusqlite::Transaction;

pub use self::report::{Finding, Problem, Report};
use crate::engine::Engine;
use crate::error::{Refusal, of_read};
use crate::table::carts;

/// The most rows of one state of the file, roughly: while a reader holds a state, the log cannot be emptied.
const ROWS: u64 = 20_000;

/// Verifies a store that may be in use.
///
/// A cart and its journal are read from one state of the file; different carts may be read from different states.
pub(crate) async fn verify(engine: &Engine) -> Result<Report, StoreError> {
    let mut report = engine.scan(structure).await.map_err(of_read)?;
    let mut after = Some(Vec::new());
    while let Some(from) = after {
        (report, after) =
            engine.scan(move |transaction| some(transaction, from, report)).await.map_err(of_read)?;
    }
    Ok(report)
}

fn structure(transaction: &Transaction<'_>) -> Result<Report, Refusal> {
    let mut report = Report::default();
    structure::check(transaction, &mut report);
    Ok(report)
}

/// Checks some carts, and answers after which to go on; nothing once there are no more.
fn some(
    transaction: &Transaction<'_>,
    mut after: Vec<u8>,
    mut report: Report,
) -> Result<(Report, Option<Vec<u8>>), Refusal> {
    let rows = |report: &Report| report.carts + report.lines + report.entries;
    let enough = rows(&report) + ROWS;
    while rows(&report) < enough {
        match carts::next(transaction, &after) {
            Ok(Some((key, id))) => {
                after = key;
                match id {
                    Ok(id) => cart::check(transaction, id, &mut report),
                    Err(damage) => report.add(None, damage.into()),
                }
            }
            Ok(None) => return Ok((report, None)),
            Err(error) => {
                report.add(None, Problem::Structure(error.to_string()));
                return Ok((report, None));
            }
        }
    }
    Ok((report, Some(after)))
}
