//! What support may look at.

use axum::extract::State;
use cart_core::actor::Owner;
use cart_core::id::UserId;

use super::Module;
use super::answer::Answer;
use super::caller::Support;
use crate::path::InPath;
use crate::problem::Problem;

pub(super) async fn show(
    State(module): State<Module>,
    Support(actor): Support,
    InPath(user): InPath<UserId>,
) -> Result<Answer, Problem> {
    let owner = Owner::User { user, company: None };
    Answer::shown(&module.service.cart_of(&actor, &module.channel, &owner).await?)
}
