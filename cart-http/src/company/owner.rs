//! Handing carts over.

use axum::extract::State;
use cart_core::command::Command;
use cart_core::id::UserId;
use cart_core::rejection::Rejection;
use cart_core::service::CartError;
use cart_core::sharing::PermissionGroupId;
use serde::Deserialize;

use super::Company;
use super::answer::Answer;
use super::document::Document;
use super::path::Named;
use super::refusal::Refusal;
use super::resource::{self, OWNERS, OwnerBody, Resource};
use super::shares::not_shared;
use super::write::Write;
use crate::problem::Problem;

/// Whose a cart is to be.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyNewOwner"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewOwner {
    id_company_user: UserId,
    #[serde(default)]
    keep_permission_group: Option<PermissionGroupId>,
}

pub(super) async fn change(
    State(company): State<Company>,
    write: Write,
    cart: Named,
    Document(sent): Document<NewOwner>,
) -> Result<Answer<Resource<OwnerBody>>, Refusal> {
    let cart = cart.cart()?;
    let NewOwner { id_company_user: user, keep_permission_group: keep } = sent.for_new(OWNERS)?;
    let done = company.done(write, cart, Command::Transfer { user, keep }, not_handed_over).await?;
    Ok(Answer::after(resource::owner(&done.view.cart), &done))
}

fn not_handed_over(error: CartError) -> Refusal {
    if matches!(error, CartError::Rejected(Rejection::GroupNotFound { .. })) {
        let pointer = "/data/attributes/keepPermissionGroup";
        return Problem::from(error).field("pointer", pointer).into();
    }
    not_shared(error)
}
