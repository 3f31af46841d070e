//! Whether the service can take requests.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cart_core::port::PortError;

/// Says whether the service can do its work now: whether its store takes writes, for instance.
#[async_trait]
pub trait Readiness: Debug + Send + Sync + 'static {
    /// Returns if it can. It is asked every few seconds, so it should cost little.
    ///
    /// # Errors
    /// What keeps it from its work; it is logged and not answered.
    async fn ready(&self) -> Result<(), PortError>;
}

/// For services that are ready as soon as they answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlwaysReady;

#[async_trait]
impl Readiness for AlwaysReady {
    async fn ready(&self) -> Result<(), PortError> {
        Ok(())
    }
}

pub(super) async fn ready(State(readiness): State<Arc<dyn Readiness>>) -> Response {
    match readiness.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "the service is not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}
