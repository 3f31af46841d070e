//! A group of writes in one transaction: one flush for all, a savepoint for each.

use std::sync::atomic::{AtomicBool, Ordering};

use cart_core::port::Meter;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::error::Fault;
use super::job::{Job, Outcome, Verdict};

/// Runs the jobs, commits, and only then answers each.
///
/// When the connection must not be written to again, `stopped` says so before anybody is told: who then looks for
/// an unknown commit must know that not finding it proves nothing.
pub(super) fn run(
    connection: &Connection,
    mut jobs: Vec<Box<dyn Job>>,
    stopped: &AtomicBool,
    meter: Option<&dyn Meter>,
) {
    while !jobs.is_empty() {
        let (outcome, ran) = transact(connection, &mut jobs, meter);
        let stops = !connection.is_autocommit() || stops(&outcome);
        if stops {
            stopped.store(true, Ordering::Release);
        }
        jobs.drain(..ran).for_each(|job| job.answer(&outcome));
        if stops {
            return refuse(jobs, &Fault::Stopped);
        }
    }
}

/// Tells the jobs that nothing of them is stored.
pub(super) fn refuse(jobs: impl IntoIterator<Item = Box<dyn Job>>, fault: &Fault) {
    let outcome = Outcome::NotCommitted(fault.clone());
    jobs.into_iter().for_each(|job| job.answer(&outcome));
}

/// Runs as many of the jobs as fit one transaction: all, unless one of them ends it before its time.
fn transact(
    connection: &Connection,
    jobs: &mut [Box<dyn Job>],
    meter: Option<&dyn Meter>,
) -> (Outcome, usize) {
    let all = jobs.len();
    let transaction = match Transaction::new_unchecked(connection, TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => return (Outcome::NotCommitted(error.into()), all),
    };
    let kept = match jobs {
        [only] => alone(&transaction, only.as_mut()),
        several => together(&transaction, several),
    };
    match kept {
        Ok(Verdict::Keep) => {
            let outcome = commit(transaction);
            if let (Outcome::Committed, Some(meter)) = (&outcome, meter) {
                meter.committed(all);
            }
            (outcome, all)
        }
        // Refused and alone: there is nothing to commit, and the refusal is the answer.
        Ok(Verdict::Undo) => (Outcome::Committed, all),
        Err((outcome, ran)) => (outcome, ran),
    }
}

type Kept = Result<Verdict, (Outcome, usize)>;

fn alone(transaction: &Transaction<'_>, job: &mut dyn Job) -> Kept {
    let verdict = job.run(transaction);
    match (transaction.is_autocommit(), verdict) {
        (true, Verdict::Keep) => Err((Outcome::Unknown(Fault::Ended), 1)),
        (true, Verdict::Undo) | (false, _) => Ok(verdict),
    }
}

fn together(transaction: &Transaction<'_>, jobs: &mut [Box<dyn Job>]) -> Kept {
    for (before, job) in jobs.iter_mut().enumerate() {
        let outcome = match guarded(transaction, job.as_mut()) {
            Ok(None) => continue,
            Ok(Some(outcome)) => outcome,
            Err(error) => Outcome::NotCommitted(error.into()),
        };
        return Err((outcome, before + 1));
    }
    Ok(Verdict::Keep)
}

/// Runs a job so that its failure leaves its neighbours alone. An outcome is answered when the job took the
/// whole transaction with it; what it had left open is rolled back with the transaction.
fn guarded(transaction: &Transaction<'_>, job: &mut dyn Job) -> rusqlite::Result<Option<Outcome>> {
    let step = |sql| transaction.prepare_cached(sql)?.execute([]);
    step("SAVEPOINT call")?;
    let verdict = job.run(transaction);
    if transaction.is_autocommit() {
        return Ok(Some(taken_along(verdict)));
    }
    if verdict == Verdict::Undo {
        step("ROLLBACK TO call")?;
    }
    step("RELEASE call").map(|_| None)
}

/// After a failed statement SQLite may roll everything back by itself (full disk, failed read); statements
/// that did not fail can only have ended the transaction on purpose, and either way.
fn taken_along(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Undo => Outcome::NotCommitted(Fault::RolledBack),
        Verdict::Keep => Outcome::Unknown(Fault::Ended),
    }
}

/// Dropping a transaction that failed to commit rolls it back, unless SQLite has done so already.
fn commit(transaction: Transaction<'_>) -> Outcome {
    match transaction.commit() {
        Ok(()) => Outcome::Committed,
        Err(error) if leaves_nothing(&error) => Outcome::NotCommitted(error.into()),
        Err(error) => Outcome::Unknown(error.into()),
    }
}

/// Tells the failures of COMMIT after which the log certainly does not end in this transaction.
///
/// A full disk is one: the frame that carries the commit mark is the last to be written. After a failed flush
/// that frame is in the log, and recovery after a crash would take it for committed.
fn leaves_nothing(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::ConstraintViolation
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
        )
    )
}

fn stops(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Unknown(fault) => !matches!(fault, Fault::Ended),
        Outcome::Committed | Outcome::NotCommitted(_) => false,
    }
}
