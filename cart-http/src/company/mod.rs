//! The carts of companies, shared with colleagues: JSON:API 1.1 (`company-shared-carts.md`).
//!
//! | method and path | `data` of the body | what it does |
//! |---|---|---|
//! | `POST /carts/{id}/shared-carts` | `shared-carts` with `idCompanyUser`, `idCartPermissionGroup` | shares a cart with a colleague: 201, and 200 if they have that access already |
//! | `GET /carts/{id}/shared-carts` | | lists with whom a cart is shared, in the order of sharing |
//! | `GET /shared-carts/{id}` | | shows one share |
//! | `PATCH /shared-carts/{id}` | `shared-carts` with its `id` and `idCartPermissionGroup` | gives the colleague another kind of access |
//! | `DELETE /shared-carts/{id}` | | ends a share; one's own: leaves the cart. 204 |
//! | `GET /cart-permission-groups`, `GET /cart-permission-groups/{id}` | | shows which kinds of access there are |
//! | `GET /carts` | | lists the caller's own carts, newest first; with `filter[access]=shared` those shared with the caller |
//! | `GET /carts/{id}` | | shows a cart that the caller may see |
//! | `POST /carts/{id}/owner` | `cart-owners` with `idCompanyUser`, `keepPermissionGroup` (may be left out) | hands a cart over to a colleague; the owner until now keeps that kind of access, or none |
//!
//! Callers are users who act for a company. Everybody else is answered 403: guests, staff, and users whose token names no
//! company. A request without a token is answered 403 too, one with an invalid token 401, as the document says.
//!
//! # Resources
//! * `shared-carts`: `idCompanyUser` is whom the cart is shared with, `idCartPermissionGroup` the number of the
//!   permission group.
//! * `cart-permission-groups`: `name`, and `permissions`
//!   ([the words](cart_core::permission::Permission)). The `id` is the number of the group.
//! * `carts`: `name` (may be null), `idOwner`, `status`, `version`, `lineCount`, `createdAt`, `updatedAt` (RFC 3339, UTC).
//!   A cart that is shared with the caller has the relationship `cart-permission-groups`; an own cart does not.
//! * `cart-owners`: `idCompanyUser`; the `id` is the cart's.
//!
//! `links.self` begins with the [`BaseAddress`] that the host sets, never with what a request says.
//!
//! # Parameters
//! `include=cart-permission-groups` on `GET /carts` and `GET /carts/{id}` delivers the groups that the carts refer to.
//! `GET /carts` also takes `filter[access]` (`owned` or `shared`), `page[size]` (1 to 100, 20 if left out) and
//! `page[cursor]`, which is in `links.next` of the page before and good for the same list and caller only. Any other
//! parameter is refused.
//!
//! # Media types
//! Bodies are `application/vnd.api+json` or `application/json`; answers are `application/vnd.api+json`. The parameter
//! `profile` is ignored; a body in a form changed by any other parameter is answered 415, and 406 if only such an answer
//! is accepted.
//!
//! # Writes
//! `If-Match` takes the `ETag` of a cart: done only if the cart is still at that version, else 412. With an
//! `Idempotency-Key` a request that is sent again is answered as the first time, with `Idempotency-Replayed: true`; a share
//! that was ended already is answered 404.
//!
//! # Errors
//! `errors` has one error object: `status`, `code` of the [catalogue](crate::ProblemCode), `title`, `source` where one
//! part of the request is to blame (`pointer`, `parameter` or `header`), and in `meta` what else the client can use.
//! `meta.request_id` of the document is the id of the request. What keeps a share from being made is 422. What is
//! answered around this router, such as [`Guard`](crate::Guard)'s deadline, is a problem document, unless it is put
//! [in form](in_form).

mod accept;
mod answer;
mod base;
mod caller;
mod carts;
mod document;
mod errors;
mod groups;
mod media;
#[cfg(feature = "openapi")]
pub(crate) mod openapi;
mod owner;
mod page;
mod parameters;
mod path;
mod refusal;
mod resource;
mod shares;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use cart_core::id::ChannelId;
use cart_core::service::CartService;

pub use self::base::{BaseAddress, BaseAddressError};
use crate::auth::Authenticator;
use crate::problem::ProblemCode;

/// The routes of companies' carts, for the carts of `channel`. `links.self` begins with `base`.
///
/// Put a [`Guard`](crate::Guard) around it: it adds what every answer needs.
pub fn router(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    base: BaseAddress,
) -> Router {
    let routes = Router::new()
        .route("/carts", get(carts::list))
        .route("/carts/{id}", get(carts::show))
        .route("/carts/{id}/owner", post(owner::change))
        .route("/carts/{id}/shared-carts", get(shares::list).post(shares::share))
        .route("/shared-carts/{id}", get(shares::show).patch(shares::change).delete(shares::end))
        .route("/cart-permission-groups", get(groups::list))
        .route("/cart-permission-groups/{id}", get(groups::show))
        .method_not_allowed_fallback(async || ProblemCode::MethodNotAllowed)
        .layer(from_fn(accept::negotiate))
        .with_state(Company { service, channel, authenticator, base: Arc::new(base) });
    in_form(routes)
}

/// Has errors of `routes` answered as documents of this surface: for what a host puts around the [`router`], such as
/// [limits](crate::rate::RateLimits).
pub fn in_form(routes: Router) -> Router {
    routes.layer(from_fn(errors::as_documents))
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Company {
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    base: Arc<BaseAddress>,
}
