//! The secret that sender and receiver share.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use standardwebhooks::{Webhook, WebhookError};

/// A secret that webhooks are signed with: `whsec_` and the base64 of 24 to 64 random bytes.
#[derive(Clone)]
pub struct WebhookSecret(Arc<Webhook>);

/// Text that is not a webhook secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ and the base64 of 24 to 64 bytes")]
pub struct WebhookSecretError;

const PREFIX: &str = "whsec_";

impl WebhookSecret {
    /// Reads a secret.
    ///
    /// # Errors
    /// [`WebhookSecretError`] if it does not begin with `whsec_`, is not base64, or has too few or too many bytes.
    pub fn new(text: &str) -> Result<Self, WebhookSecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(WebhookSecretError)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| WebhookSecretError)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(WebhookSecretError);
        }
        Webhook::from_bytes(bytes).map(|webhook| Self(Arc::new(webhook))).map_err(|_| WebhookSecretError)
    }

    /// The signature of a message sent at `timestamp` (seconds since 1970).
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &str) -> Result<String, WebhookError> {
        self.0.sign(id, timestamp, body.as_bytes())
    }

    /// Whether a message that was received is signed with this secret, and was sent less than five minutes before or
    /// after now by the system's clock. For receivers; they also skip a `webhook-id` that they have seen.
    pub fn verifies(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.0.verify(body, headers).is_ok()
    }
}

impl FromStr for WebhookSecret {
    type Err = WebhookSecretError;
    fn from_str(text: &str) -> Result<Self, WebhookSecretError> {
        Self::new(text)
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: usize) -> String {
        format!("{PREFIX}{}", STANDARD.encode(vec![7; bytes]))
    }

    #[test]
    fn the_published_example_is_signed_as_published() {
        let secret = WebhookSecret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        let signature = secret.sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body).unwrap();
        assert_eq!(signature, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    #[test]
    fn a_secret_has_its_prefix_and_24_to_64_bytes() {
        assert!(WebhookSecret::new(&of(24)).is_ok() && WebhookSecret::new(&of(64)).is_ok());
        let (bare, spaced) = (of(32).replace(PREFIX, ""), format!("{} ", of(32)));
        for text in ["", PREFIX, "whsec_!", &of(23), &of(65), &bare, &spaced] {
            assert_eq!(WebhookSecret::new(text).err(), Some(WebhookSecretError), "{text}");
        }
    }

    #[test]
    fn a_secret_does_not_show() {
        let secret: WebhookSecret = of(24).parse().unwrap();
        assert_eq!(format!("{secret:?}"), "WebhookSecret(..)");
    }
}
