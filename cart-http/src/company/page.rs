//! Which carts are asked for, and with what.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cart_core::service::{CartError, CartService, Cursor, ListRequest};

use super::parameters::{Parameters, malformed};
use super::refusal::Refusal;
use crate::problem::Problem;

const INCLUDE: &str = "include";
const ACCESS: &str = "filter[access]";
const CURSOR: &str = "page[cursor]";
const SIZE: &str = "page[size]";
const DEFAULT_SIZE: usize = 20;

/// The one relationship that can be included.
const GROUPS: &str = "cart-permission-groups";

/// Whether related resources are to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Include {
    /// Whether the client says anything about it.
    pub(super) is_asked: bool,
    /// Whether permission groups are wanted.
    pub(super) groups: bool,
}

impl Include {
    fn of(parameters: &Parameters) -> Result<Self, Problem> {
        let Some(paths) = parameters.get(INCLUDE) else { return Ok(Self { is_asked: false, groups: false }) };
        if !paths.is_empty() && paths.split(',').any(|path| path != GROUPS) {
            return Err(malformed(INCLUDE));
        }
        Ok(Self { is_asked: true, groups: !paths.is_empty() })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Include {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self::of(&Parameters::of(&parts.uri, &[INCLUDE])?)?)
    }
}

/// Which of the carts that a user can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Owned,
    Shared,
}

/// Which page of which list.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) access: Access,
    pub(super) include: Include,
    pub(super) request: ListRequest,
}

impl<S: Send + Sync> FromRequestParts<S> for Listing {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let parameters = Parameters::of(&parts.uri, &[INCLUDE, ACCESS, CURSOR, SIZE])?;
        let request = ListRequest { cursor: cursor(&parameters)?, limit: size(&parameters)? };
        Ok(Self { access: access(&parameters)?, include: Include::of(&parameters)?, request })
    }
}

fn access(parameters: &Parameters) -> Result<Access, Problem> {
    match parameters.get(ACCESS) {
        None | Some("owned") => Ok(Access::Owned),
        Some("shared") => Ok(Access::Shared),
        Some(_) => Err(malformed(ACCESS)),
    }
}

fn cursor(parameters: &Parameters) -> Result<Option<Cursor>, Problem> {
    let cursor = parameters.get(CURSOR).map(str::parse).transpose();
    cursor.map_err(|_| refused(CartError::BadCursor))
}

/// Whatever the list is refused for, with the parameter that is to blame.
pub(super) fn refused(error: CartError) -> Problem {
    let is_cursor = matches!(error, CartError::BadCursor);
    let problem = Problem::from(error);
    if is_cursor { problem.field("parameter", CURSOR) } else { problem }
}

fn size(parameters: &Parameters) -> Result<usize, Problem> {
    let Some(text) = parameters.get(SIZE) else { return Ok(DEFAULT_SIZE) };
    let fits = |size: &usize| (1..=CartService::MAX_PAGE).contains(size) && size.to_string() == text;
    text.parse().ok().filter(fits).ok_or_else(|| malformed(SIZE).field("maximum", CartService::MAX_PAGE))
}

impl Listing {
    /// The path and query of the page that begins at a cursor.
    pub(super) fn path_from(&self, cursor: &Cursor) -> String {
        let access = match self.access {
            Access::Owned => "owned",
            Access::Shared => "shared",
        };
        let include = if self.include.groups { "&include=cart-permission-groups" } else { "" };
        let size = self.request.limit;
        // Brackets are to be escaped in queries (RFC 3986, section 3.4).
        format!("/carts?filter%5Baccess%5D={access}&page%5Bsize%5D={size}&page%5Bcursor%5D={cursor}{include}")
    }
}
