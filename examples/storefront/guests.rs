//! Shoppers who have not signed in.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_http::{AuthError, Authenticator, JwtAuthenticator};

/// Where a guest's secret is, as 64 hexadecimal digits. A real host would keep it in a cookie of its own.
const GUEST_TOKEN: &str = "x-guest-token";

/// Knows those who have signed in by their bearer token, and else guests by their secret.
#[derive(Debug)]
pub(crate) struct UsersAndGuests(pub(crate) Arc<JwtAuthenticator>);

#[async_trait]
impl Authenticator for UsersAndGuests {
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        match (self.0.authenticate(request).await, request.headers.get(GUEST_TOKEN)) {
            (Err(AuthError::Missing), Some(token)) => {
                let token = token.to_str().ok().and_then(|token| token.parse().ok());
                token.map(Actor::Guest).ok_or(AuthError::Refused { reason: "no guest token" })
            }
            (known, _) => known,
        }
    }
}
