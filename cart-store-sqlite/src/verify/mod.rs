//! Reading everything there is and comparing it with what must be.
//!
//! What can be read off a file and must hold in it:
//!
//! * Pages are whole, every index is as its table says, and tables, indexes and triggers are those of the schema.
//! * Every row reads as what it is: quantities, prices, notes and names in range, ids of 16 bytes, known currencies.
//! * Every line and entry belongs to a cart, and openings to a link; an owner who may have only one open cart has no more.
//! * The lines of a cart are as many as it says, with different ids, keys and places.
//! * The versions in a cart's journal are 1, 2, 3 and so on, and stand in that order; every entry has the checksum
//!   that was stored with it.
//! * The journal of a cart, folded from the first entry, is the stored cart.
//! * Nothing happens to a cart after its end, but that one that was given up or has expired is recovered.
//! * The uses of promotions are those of checkouts that the journal has begun and not cancelled; such a checkout holds
//!   its cart or has ended in its order. Every use is counted once for all customers and once for its own.
//! * The checkouts of a cart are as many as it says, and found by its id and when they are due.
//! * What is held of stock and sold is what the journal has begun and claimed and not cancelled, for those owners and times;
//!   only a hold may have been removed once its time had ended. The levels of each item are what that comes to, and held,
//!   sold and free units what was supplied.
//! * Every key of a caller's leads to the entry that it wrote.
//! * Every order opens, and is of the checkout, cart and owner that its columns name.
//! * There are as many grants, links and suggestions as the cart says; their ids and tokens are there once. What a grant
//!   says of its cart, to be found by it, is so.
//! * What is sealed opens, in its place, and its key is on record.
//! * Relays are not beyond the end of the journal, and hold back entries that are there and to which they have come.
//! * A guest's cart that was merged names the other cart and its version; that entry says that it took the lines.

mod cart;
mod merged;
mod orders;
pub(crate) mod report;
mod stock;
mod structure;
mod uses;

use cart_core::port::StoreError;
use rusqlite::Transaction;

pub use self::report::{Finding, Problem, Report};
pub(crate) use self::uses::Uses;
use crate::engine::Engine;
use crate::error::{Refusal, of_read};
use crate::seal::Seal;
use crate::table::{carts, relays};

/// The most rows of one state of the file, roughly: while a reader holds a state, the log cannot be emptied.
const ROWS: u64 = 20_000;

/// Verifies a store that may be in use.
///
/// A cart and its journal are read from one state of the file, and so are a promotion's uses and their counts, and a stock
/// item's claims and its levels; different carts, promotions and items may be read from different states.
pub(crate) async fn verify(engine: &Engine, seal: &Seal) -> Result<Report, StoreError> {
    let mut report = engine.scan(structure).await.map_err(of_read)?;
    let mut after = Some(Vec::new());
    while let Some(from) = after {
        let seal = seal.clone();
        let some = move |transaction: &Transaction<'_>| some_carts(transaction, &seal, from, report);
        (report, after) = engine.scan(some).await.map_err(of_read)?;
    }
    for check in [uses::check_counts, stock::check_levels] {
        let mut after = Some(String::new());
        while let Some(from) = after {
            let some = move |transaction: &Transaction<'_>| some_counts(transaction, check, from, report);
            (report, after) = engine.scan(some).await.map_err(of_read)?;
        }
    }
    let mut after = Some(0);
    while let Some(from) = after {
        let seal = seal.clone();
        let some = move |transaction: &Transaction<'_>| orders::check(transaction, &seal, from, ROWS, report);
        (report, after) = engine.scan(some).await.map_err(of_read)?;
    }
    Ok(report)
}

/// Checks the counts of what comes after another one, by name, and answers its name; none if there is nothing more.
type CheckCounts = fn(&Transaction<'_>, &str, &mut Report) -> rusqlite::Result<Option<String>>;

fn structure(transaction: &Transaction<'_>) -> Result<Report, Refusal> {
    let mut report = Report::default();
    structure::check(transaction, &mut report);
    check_relays(transaction, &mut report);
    Ok(report)
}

fn check_relays(transaction: &Transaction<'_>, report: &mut Report) {
    match relays::misplaced(transaction) {
        Ok(misplaced) => misplaced.into_iter().for_each(|(relay, cart)| {
            report.add(cart, Problem::Misplaced { relay });
        }),
        Err(refusal) => report.add(None, refusal.into()),
    }
}

/// Checks some carts, and answers after which to go on; nothing once there are no more.
fn some_carts(
    transaction: &Transaction<'_>,
    seal: &Seal,
    mut after: Vec<u8>,
    mut report: Report,
) -> Result<(Report, Option<Vec<u8>>), Refusal> {
    let enough = report.rows() + ROWS;
    while report.rows() < enough {
        match carts::next(transaction, &after) {
            Ok(Some((key, id))) => {
                after = key;
                match id {
                    Ok(id) => cart::check(transaction, seal, id, &mut report),
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

/// Checks the counts of some promotions or stock items, and answers after which to go on; nothing once there are no more.
fn some_counts(
    transaction: &Transaction<'_>,
    check: CheckCounts,
    mut after: String,
    mut report: Report,
) -> Result<(Report, Option<String>), Refusal> {
    let (enough, mut names) = (report.rows() + ROWS, 0);
    while report.rows() + names < enough {
        match check(transaction, &after, &mut report) {
            Ok(Some(name)) => (after, names) = (name, names + 1),
            Ok(None) => return Ok((report, None)),
            Err(error) => {
                report.add(None, Problem::Structure(error.to_string()));
                return Ok((report, None));
            }
        }
    }
    Ok((report, Some(after)))
}
