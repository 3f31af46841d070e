//! What all writes have in common.

use cart_core::command::Command;
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, Outcome};

use super::Module;
use super::answer::{Answer, with_current};
use crate::deadline::complete;
use crate::problem::{Problem, version_conflict};
use crate::shopper::Write;

impl Module {
    /// Changes the caller's cart, or shows what that would do.
    pub(super) async fn write(self, write: Write, command: Command) -> Result<Answer, Problem> {
        let (deadline, preview) = (write.conditions.deadline, write.conditions.preview);
        let writing = async move { Answer::changed(&self.execute(write, &command).await?, preview) };
        complete(deadline, writing).await
    }

    async fn execute(&self, write: Write, command: &Command) -> Result<Outcome, Problem> {
        let Write { actor, conditions } = write;
        let is_conditional = conditions.is_conditional();
        let outcome = conditions.execute(&self.service, actor, &self.target(), command).await;
        outcome.map_err(|error| refusal(error, is_conditional))
    }
}

fn refusal(error: CartError, is_conditional: bool) -> Problem {
    if is_conditional && matches!(error, CartError::Rejected(Rejection::CartNotFound)) {
        // A cart that is not there is at none of the versions named.
        return version_conflict(None);
    }
    with_current(error)
}
