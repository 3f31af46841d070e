//! Orders: that they can be read, and are what they are found as.

use rusqlite::Transaction;

use super::report::{Problem, Report};
use crate::error::Refusal;
use crate::seal::Seal;
use crate::table::orders;

/// Checks some orders after one with a number, and answers after which to go on; nothing once there are no more.
pub(super) fn check(
    transaction: &Transaction<'_>,
    seal: &Seal,
    mut after: i64,
    limit: u64,
    mut report: Report,
) -> Result<(Report, Option<i64>), Refusal> {
    let mut checked = 0;
    let read = orders::each_after(transaction, seal, after, limit, |number, order| {
        (after, checked) = (number, checked + 1);
        if let Err(refusal) = order {
            report.add(None, refusal.into());
        }
        Ok(())
    });
    report.orders += checked;
    match read {
        Ok(()) => Ok((report, (checked == limit).then_some(after))),
        Err(error) => {
            report.add(None, Problem::from(error));
            Ok((report, None))
        }
    }
}
