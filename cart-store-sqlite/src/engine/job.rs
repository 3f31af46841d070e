//! One write, from the hand-over to its answer.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_channel::oneshot;
use rusqlite::Transaction;

use super::error::{Fault, WriteError};

/// What became of the transaction that a job ran in.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Committed,
    NotCommitted(Fault),
    Unknown(Fault),
}

/// What is to become of a job's own statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Undo,
}

/// A write whose types are forgotten, so that unlike ones can share a transaction.
pub(super) trait Job: fmt::Debug + Send {
    /// Runs the statements and keeps the result. Does not panic, whatever the statements do.
    fn run(&mut self, transaction: &Transaction<'_>) -> Verdict;
    /// Tells the caller, once the fate of the transaction is known. The caller may be gone.
    fn answer(self: Box<Self>, outcome: &Outcome);
}

pub(super) type Answer<T, E> = oneshot::Receiver<Result<T, WriteError<E>>>;

/// The statements of one caller, later their result, and where to send it.
pub(super) struct Call<F, T, E> {
    statements: Option<F>,
    result: Option<Result<T, WriteError<E>>>,
    caller: oneshot::Sender<Result<T, WriteError<E>>>,
}

impl<F, T, E> fmt::Debug for Call<F, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("ran", &self.statements.is_none()).finish_non_exhaustive()
    }
}

impl<F, T, E> Call<F, T, E>
where
    F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    pub(super) fn prepare(statements: F) -> (Box<dyn Job>, Answer<T, E>) {
        let (caller, answer) = oneshot::channel();
        (Box::new(Self { statements: Some(statements), result: None, caller }), answer)
    }
}

impl<F, T, E> Job for Call<F, T, E>
where
    F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    fn run(&mut self, transaction: &Transaction<'_>) -> Verdict {
        let Some(statements) = self.statements.take() else { return Verdict::Undo };
        // The statements are gone after a panic and their changes are undone: nothing half-done is seen again.
        let result = match catch_unwind(AssertUnwindSafe(|| statements(transaction))) {
            Ok(result) => result.map_err(WriteError::Refused),
            Err(_) => Err(WriteError::NotCommitted(Fault::Panicked)),
        };
        let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
        self.result = Some(result);
        verdict
    }

    fn answer(self: Box<Self>, outcome: &Outcome) {
        let answer = match (outcome, self.result) {
            (Outcome::Committed, Some(result)) => result,
            (Outcome::Committed, None) => Err(WriteError::NotCommitted(Fault::Closed)),
            // What was refused stays undone, however the commit ended; but its reason may have been the work of
            // a neighbour that is not stored after all, so it is not told.
            (Outcome::NotCommitted(fault), _) | (Outcome::Unknown(fault), Some(Err(_))) => {
                Err(WriteError::NotCommitted(fault.clone()))
            }
            (Outcome::Unknown(fault), _) => Err(WriteError::Unknown(fault.clone())),
        };
        // A caller that has gone away does not want to know.
        drop(self.caller.send(answer));
    }
}
