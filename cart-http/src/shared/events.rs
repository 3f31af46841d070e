//! Live updates.

use axum::extract::State;
use axum::response::Response;
use cart_core::actor::Actor;
use cart_core::id::CartId;
use cart_core::service::Target;

use super::Shared;
use super::opened::Bearer;
use crate::auth::Authenticated;
use crate::live::{self, Resume};
use crate::path::InPath;
use crate::problem::Problem;

pub(super) async fn of_cart(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    InPath(cart): InPath<CartId>,
    resume: Resume,
) -> Result<Response, Problem> {
    live::open(&shared.hub, &shared.service, actor, &Target::Cart(cart), resume).await
}

pub(super) async fn of_link(
    State(shared): State<Shared>,
    Bearer(token): Bearer,
    resume: Resume,
) -> Result<Response, Problem> {
    live::open(&shared.hub, &shared.service, Actor::LinkBearer(token), &Target::Linked, resume).await
}
