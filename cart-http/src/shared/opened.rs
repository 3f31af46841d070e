//! What whoever holds a link may do. A token that opens nothing is answered in one way, whatever the reason.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::id::SuggestionId;
use cart_core::service::Target;
use cart_core::sharing::LinkToken;
use serde::Deserialize;
use serde_json::Value;

use super::Shared;
use super::answer::{Answer, SharedBody};
use super::bodies::{Nothing, Suggest};
use super::suggestions::{suggested, to_value};
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::{Problem, ProblemCode};
use crate::write::Conditions;

const X_SHARE_TOKEN: HeaderName = HeaderName::from_static("x-share-token");

/// The token of the path, or of the header where the path has none.
#[derive(Debug)]
pub(super) struct Bearer(pub(super) LinkToken);

#[derive(Deserialize)]
struct TokenInPath {
    token: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<TokenInPath>::from_request_parts(parts, state).await;
        let Path(TokenInPath { token }) = path.map_err(|_| unknown())?;
        let token = match token {
            Some(text) => text.parse().ok(),
            None => in_header(&parts.headers),
        };
        token.map(Self).ok_or_else(unknown)
    }
}

/// The token of the header, if there is one and no other.
fn in_header(headers: &HeaderMap) -> Option<LinkToken> {
    let mut values = headers.get_all(X_SHARE_TOKEN).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()?.parse().ok()
}

/// The one answer for tokens that open nothing.
fn unknown() -> Problem {
    Problem::new(ProblemCode::CartNotFound)
}

/// A request for the head alone shows nothing, so it is no opening.
pub(super) async fn show(
    State(shared): State<Shared>,
    method: Method,
    Bearer(token): Bearer,
) -> Result<Answer<Value>, Problem> {
    let cart = if method == Method::HEAD {
        shared.service.preview_link(&token).await?
    } else {
        shared.service.open_link(&token).await?
    };
    Ok(Answer::shown(cart.version, to_value(&SharedBody::of(&cart))?))
}

pub(super) async fn suggest(
    State(shared): State<Shared>,
    Bearer(token): Bearer,
    conditions: Conditions,
    StrictJson(body): StrictJson<Suggest>,
) -> Result<Answer<Value>, Problem> {
    let (preview, command, actor) = (conditions.preview, body.into_command()?, Actor::LinkBearer(token));
    let outcome = shared.write(actor.clone(), conditions, Target::Linked, command.clone()).await?;
    suggested(&outcome, &actor, &command, preview)
}

#[derive(Deserialize)]
pub(super) struct Named {
    suggestion_id: SuggestionId,
}

pub(super) async fn withdraw(
    State(shared): State<Shared>,
    Bearer(token): Bearer,
    conditions: Conditions,
    InPath(Named { suggestion_id: suggestion }): InPath<Named>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<()>, Problem> {
    let (preview, actor) = (conditions.preview, Actor::LinkBearer(token));
    let outcome = shared.write(actor, conditions, Target::Linked, Command::Withdraw { suggestion }).await?;
    Ok(Answer::ended(&outcome, preview))
}
