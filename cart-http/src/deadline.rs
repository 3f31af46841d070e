//! How long answering a request may take.

use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;
use tracing::Instrument as _;

use crate::problem::{Problem, ProblemCode};

/// The longest time that a request may take to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline(pub(crate) Duration);

impl Default for Deadline {
    fn default() -> Self {
        Self(Duration::from_secs(30))
    }
}

/// Does work that changes something, in a task of its own: when the client leaves, and with it the handler that
/// waits here, the work goes on to its end, so that whoever is told of changes is told of this one. It ends at the
/// deadline at the latest, so that nothing which hangs is kept for ever.
pub(crate) async fn complete<T: Send + 'static>(
    deadline: Deadline,
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    let task = tokio::spawn(timeout(deadline.0, work).in_current_span());
    match task.await {
        Ok(Ok(done)) => done,
        Ok(Err(_elapsed)) => Err(outcome_unknown()),
        Err(ended) => match ended.try_into_panic() {
            // As if it had happened here: the guard answers.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_shut_down) => Err(outcome_unknown()),
        },
    }
}

/// The deadline passed while something was being changed.
pub(crate) fn outcome_unknown() -> Problem {
    tracing::error!("a write did not end by its deadline");
    Problem::new(ProblemCode::OutcomeUnknown).retry_soon()
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_ends_by_the_deadline() {
        let deadline = Deadline(Duration::from_secs(30));
        let sleep = |secs| async move {
            tokio::time::sleep(Duration::from_secs(secs)).await;
            Ok(secs)
        };
        assert_eq!(complete(deadline, sleep(29)).await, Ok(29));
        assert_eq!(complete(deadline, sleep(31)).await.unwrap_err().code(), ProblemCode::OutcomeUnknown);
    }

    #[tokio::test]
    async fn a_panic_is_the_panic_of_whoever_waits() {
        let work = complete(Deadline::default(), async { panic!("on purpose") });
        let caught: Result<Result<(), _>, _> = AssertUnwindSafe(work).catch_unwind().await;
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"on purpose"));
    }
}
