//! What payment providers say by themselves.

use std::fmt::Debug;

use async_trait::async_trait;
use axum::BoxError;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use cart_core::checkout::PaymentOutcome;
use cart_core::id::CheckoutId;

use crate::problem::{Problem, ProblemCode};

/// Reads what a payment provider calls back with, and proves that the provider says so.
///
/// Callbacks come from the open internet. Compare signatures in constant time, over the bytes of the body as they came,
/// and refuse those that are too old where the provider dates them. A callback may come again, late, and in any order:
/// that is seen to by the service.
#[async_trait]
pub trait PaymentGateway: Debug + Send + Sync + 'static {
    /// What a callback says; none if it is the provider's but about nothing that concerns an order.
    ///
    /// # Errors
    /// [`CallbackError`].
    async fn verify(&self, request: &Parts, body: &[u8]) -> Result<Option<PaymentNews>, CallbackError>;
}

/// What a payment provider says of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentNews {
    /// The checkout that it is for.
    pub checkout: CheckoutId,
    /// Where it stands.
    pub outcome: PaymentOutcome,
}

/// Why a callback is not believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// Nothing proves that it is the provider's. Answered with 401.
    #[error("not the provider's: {reason}")]
    Refused {
        /// What is wrong, for the host's logs; whoever called is not told.
        reason: &'static str,
    },
    /// It is the provider's, and makes no sense. Answered with 422, so that the provider shows it as failed.
    #[error("not understood: {reason}")]
    Unreadable {
        /// What is wrong, for the host's logs; whoever called is not told.
        reason: &'static str,
    },
    /// It cannot be checked now. Answered with 503, for the provider to call again.
    #[error("a callback cannot be checked")]
    Unavailable(#[source] BoxError),
}

impl From<CallbackError> for Problem {
    fn from(error: CallbackError) -> Self {
        match &error {
            CallbackError::Refused { reason } => {
                tracing::warn!(reason, "a callback was refused");
                let challenge = HeaderValue::from_static("Signature");
                Self::new(ProblemCode::CallbackRefused).header(header::WWW_AUTHENTICATE, challenge)
            }
            CallbackError::Unreadable { reason } => {
                tracing::error!(reason, "a callback of the payment provider is not understood");
                Self::new(ProblemCode::InvalidValue)
            }
            CallbackError::Unavailable(source) => {
                let error: &(dyn std::error::Error + 'static) = &**source;
                tracing::error!(error, "a callback could not be checked");
                Self::new(ProblemCode::Unavailable).retry_soon()
            }
        }
    }
}
