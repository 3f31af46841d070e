//! The cart as a whole.

use axum::extract::State;
use cart_core::command::Command;

use super::Module;
use super::answer::Answer;
use super::bodies::Nothing;
use super::caller::Look;
use crate::deadline::complete;
use crate::json::StrictJson;
use crate::problem::Problem;
use crate::shopper::Write;

pub(super) async fn show(State(module): State<Module>, look: Look) -> Result<Answer, Problem> {
    let Look { actor, deadline } = look;
    // The first look makes the cart, so it goes on to its end like a write.
    let looking = async move { Answer::shown(&module.service.cart(&actor, &module.target()).await?) };
    complete(deadline, looking).await
}

pub(super) async fn clear(
    State(module): State<Module>,
    write: Write,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    module.write(write, Command::Clear).await
}
