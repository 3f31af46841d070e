//! What all writes have in common.

use cart_core::command::Command;
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, CartView, Outcome};

use super::Shop;
use super::answer::{Answer, with_current};
use crate::deadline::complete;
use crate::problem::{Problem, version_conflict};
use crate::shopper::Write;

impl Shop {
    /// Changes the caller's cart, or shows what that would do.
    pub(super) async fn write(self, write: Write, command: Command) -> Result<Answer, Problem> {
        let (deadline, preview) = (write.conditions.deadline, write.conditions.preview);
        let writing = async move {
            let outcome = self.execute(write, &command).await?;
            Ok(Answer::changed(outcome, self.prices, preview))
        };
        complete(deadline, writing).await
    }

    pub(super) async fn execute(&self, write: Write, command: &Command) -> Result<Outcome, Problem> {
        let Write { actor, conditions } = write;
        let is_conditional = conditions.is_conditional();
        let outcome = conditions.execute(&self.service, actor, &self.target(), command).await;
        outcome.map_err(|error| self.refusal(error, is_conditional))
    }

    fn refusal(&self, error: CartError, is_conditional: bool) -> Problem {
        if is_conditional && matches!(error, CartError::Rejected(Rejection::CartNotFound)) {
            // A cart that is not there is at none of the versions named.
            return version_conflict(None);
        }
        with_current(error, self.prices)
    }
}

/// Tells a cart that is not there from what went wrong.
pub(super) fn existing(found: Result<CartView, CartError>) -> Result<Option<CartView>, CartError> {
    match found {
        Ok(view) => Ok(Some(view)),
        Err(CartError::Rejected(Rejection::CartNotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}
