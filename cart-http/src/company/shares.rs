//! With whom carts are shared.

use axum::extract::State;
use axum::http::StatusCode;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::id::{CartId, UserId};
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, Target};
use cart_core::sharing::{Grant, PermissionGroupId};
use serde::Deserialize;

use super::Company;
use super::answer::{Answer, Gone};
use super::caller::Colleague;
use super::document::Document;
use super::parameters::NoParameters;
use super::path::Named;
use super::refusal::Refusal;
use super::resource::{self, Resource, SHARED_CARTS, ShareBody};
use super::write::Write;
use crate::problem::{Problem, ProblemCode};

const USER: &str = "/data/attributes/idCompanyUser";
const GROUP: &str = "/data/attributes/idCartPermissionGroup";

/// A share to be made.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyNewShare"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewShare {
    id_company_user: UserId,
    id_cart_permission_group: PermissionGroupId,
}

/// A share to be changed. Whom it is for can be repeated, but not changed.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyChangedShare"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ChangedShare {
    #[serde(default)]
    id_company_user: Option<UserId>,
    #[serde(default)]
    id_cart_permission_group: Option<PermissionGroupId>,
}

pub(super) async fn list(
    State(company): State<Company>,
    Colleague(actor): Colleague,
    _: NoParameters,
    cart: Named,
) -> Result<Answer<Vec<Resource<ShareBody>>>, Refusal> {
    let grants = company.service.grants(&actor, &Target::Cart(cart.cart()?)).await?;
    Ok(Answer::ok(grants.iter().map(|grant| resource::share(grant, &company.base)).collect()))
}

pub(super) async fn share(
    State(company): State<Company>,
    write: Write,
    cart: Named,
    Document(sent): Document<NewShare>,
) -> Result<Answer<Resource<ShareBody>>, Refusal> {
    let cart = cart.cart()?;
    let NewShare { id_company_user: user, id_cart_permission_group: group } = sent.for_new(SHARED_CARTS)?;
    let command = Command::Share { user: user.clone(), group };
    let done = company.done(write, cart, command, not_shared).await?;
    let grant = done.view.cart.grant_of(&user);
    let shown = resource::share(grant.ok_or(CartError::from(Rejection::CartNotFound))?, &company.base);
    let is_made = done.entry.is_some() || done.replayed;
    Ok(if is_made { Answer::made(shown, &done) } else { Answer::after(shown, &done) })
}

/// Why a cart cannot be shared, or handed over, with the part of the document that is to blame.
pub(super) fn not_shared(error: CartError) -> Refusal {
    // All that keeps a share from being made is one status in the document.
    let is_unfit = matches!(
        error,
        CartError::Rejected(
            Rejection::AlreadyShared { .. } | Rejection::WrongStatus { .. } | Rejection::Expired
        )
    );
    let refusal = pointed(error);
    if is_unfit { refusal.stated(StatusCode::UNPROCESSABLE_ENTITY) } else { refusal }
}

/// What was refused, with the part of the document that is to blame.
fn pointed(error: CartError) -> Refusal {
    let pointer = at_fault(&error);
    let problem = Problem::from(error);
    pointer.into_iter().fold(problem, |problem, pointer| problem.field("pointer", pointer)).into()
}

fn at_fault(error: &CartError) -> Option<&'static str> {
    let CartError::Rejected(rejection) = error else { return None };
    let is_user = matches!(
        rejection,
        Rejection::NotInCompany { .. } | Rejection::AlreadyOwner | Rejection::AlreadyShared { .. }
    );
    let is_group = matches!(rejection, Rejection::GroupNotFound { .. });
    is_user.then_some(USER).or(is_group.then_some(GROUP))
}

pub(super) async fn show(
    State(company): State<Company>,
    Colleague(actor): Colleague,
    _: NoParameters,
    share: Named,
) -> Result<Answer<Resource<ShareBody>>, Refusal> {
    let (_, grant) = company.grant(&actor, &share).await?;
    Ok(Answer::ok(resource::share(&grant, &company.base)))
}

pub(super) async fn change(
    State(company): State<Company>,
    write: Write,
    share: Named,
    Document(sent): Document<ChangedShare>,
) -> Result<Answer<Resource<ShareBody>>, Refusal> {
    let changed = sent.for_existing(SHARED_CARTS, &share.0)?;
    let (cart, grant) = company.grant(&write.actor, &share).await?;
    let command = Command::ChangeGrant { grant: grant.id, group: changed.group_for(&grant)? };
    let done = company.done(write, cart, command, pointed).await?;
    let gone = Rejection::GrantNotFound { grant: grant.id };
    let now = done.view.cart.grant(grant.id).ok_or(CartError::from(gone))?;
    Ok(Answer::after(resource::share(now, &company.base), &done))
}

impl ChangedShare {
    /// The group that the share is to be in.
    fn group_for(self, grant: &Grant) -> Result<PermissionGroupId, Problem> {
        if self.id_company_user.is_some_and(|user| user != grant.user) {
            return Err(Problem::new(ProblemCode::InvalidValue).field("pointer", USER));
        }
        let missing = || Problem::new(ProblemCode::MissingField).field("pointer", GROUP);
        self.id_cart_permission_group.ok_or_else(missing)
    }
}

/// Ends a share. Its holder may always do that.
pub(super) async fn end(State(company): State<Company>, write: Write, share: Named) -> Result<Gone, Refusal> {
    let (cart, grant) = company.grant(&write.actor, &share).await?;
    let is_own = matches!(&write.actor, Actor::User { user, .. } if *user == grant.user);
    let command = if is_own { Command::Leave } else { Command::RevokeGrant { grant: grant.id } };
    company.done(write, cart, command, Refusal::from).await?;
    Ok(Gone)
}

impl Company {
    /// A share that the actor may see, and its cart.
    async fn grant(&self, actor: &Actor, share: &Named) -> Result<(CartId, Grant), Refusal> {
        Ok(self.service.grant(actor, share.share()?).await?)
    }
}
