//! Signing and sending.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::BoxError;
use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, header};
use cart_core::journal::Entry;
use cart_core::port::{Clock, EventSink, SinkError};
use tokio::time::timeout;

use super::payload::Payload;
use super::{WebhookSecret, WebhookTransport, WebhookUrl};

/// Posts each write to a receiver, signed by the Standard Webhooks scheme, so that receivers can use its libraries.
///
/// ```json
/// {
///   "type": "cart.changed",
///   "timestamp": "2026-01-01T09:00:00Z",
///   "data": {
///     "cart_id": "0198c1d2-7d3e-7a3b-8c55-0a6d1a1f9a10",
///     "version": 2,
///     "actor": {"kind": "user", "user_id": "ann", "company_id": "acme"},
///     "events": [{"happened": "line_removed", "item_id": "0198c1d2-9f00-7c00-8000-000000000001"}]
///   }
/// }
/// ```
///
/// * `timestamp` is when the write happened. `actor.kind` is `user`, `guest`, `link_bearer`, `staff` or `system`;
///   `user_id` and `company_id` are there where they are known.
/// * `events` is what the cart's history shows to its owner ([`Happened`](cart_core::history::Happened); lines are items,
///   amounts decimal text), and may be empty: notes, names, comments and coupon codes are in it, addresses and tokens
///   are not.
/// * `webhook-id` is the cart's id and version, `{cart_id}:{version}`, whenever and however often the write is sent:
///   receivers skip what they have seen. `webhook-timestamp` is when it is sent, in seconds since 1970.
/// * `webhook-signature` has one signature for each secret. To replace a secret, [sign with both](Self::also_signed_with)
///   until the receiver knows the new one.
///
/// A status of 2xx takes the write. 410, and any other 4xx but 408, 425 and 429, refuses it for good, so that the relay
/// parks the cart; everything else, redirects too, may be tried again.
#[derive(Clone, Debug)]
pub struct WebhookSink {
    url: WebhookUrl,
    secrets: Vec<WebhookSecret>,
    transport: Arc<dyn WebhookTransport>,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

/// The receiver's answer does not take the write.
#[derive(Debug, thiserror::Error)]
#[error("the receiver answered {0}")]
struct Answered(StatusCode);

/// The receiver did not answer in time.
#[derive(Debug, thiserror::Error)]
#[error("the receiver did not answer in time")]
struct TooSlow;

impl WebhookSink {
    /// A sink that sends to one receiver, and waits for its answers for at most 15 seconds each.
    pub fn new(
        url: WebhookUrl,
        secret: WebhookSecret,
        transport: Arc<dyn WebhookTransport>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { url, secrets: vec![secret], transport, clock, timeout: Duration::from_secs(15) }
    }

    /// The same that also signs with another secret.
    #[must_use]
    pub fn also_signed_with(mut self, secret: WebhookSecret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// The same that waits longer or shorter for an answer.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    fn request(&self, entry: &Entry) -> Result<Request<Bytes>, BoxError> {
        let body = serde_json::to_string(&Payload::of(entry))?;
        let (id, now) = (format!("{}:{}", entry.cart, entry.version), self.clock.now().timestamp());
        let request = Request::post(self.url.uri().clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("cart-http/", env!("CARGO_PKG_VERSION")))
            .header(HeaderName::from_static(standardwebhooks::HEADER_WEBHOOK_ID), &id)
            .header(HeaderName::from_static(standardwebhooks::HEADER_WEBHOOK_TIMESTAMP), now)
            .header(
                HeaderName::from_static(standardwebhooks::HEADER_WEBHOOK_SIGNATURE),
                self.signatures(&id, now, &body)?,
            );
        Ok(request.body(Bytes::from(body))?)
    }

    /// One signature for each secret, separated by spaces.
    fn signatures(&self, id: &str, now: i64, body: &str) -> Result<HeaderValue, BoxError> {
        let signatures = self.secrets.iter().map(|secret| secret.sign(id, now, body));
        let mut value = HeaderValue::try_from(signatures.collect::<Result<Vec<_>, _>>()?.join(" "))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

#[async_trait]
impl EventSink for WebhookSink {
    async fn deliver(&self, entry: &Entry) -> Result<(), SinkError> {
        let request = self.request(entry).map_err(SinkError::Refused)?;
        match timeout(self.timeout, self.transport.send(request)).await {
            Ok(Ok(status)) => taken(status),
            Ok(Err(error)) => Err(SinkError::Unavailable(error)),
            Err(_elapsed) => Err(SinkError::Unavailable(TooSlow.into())),
        }
    }
}

/// What a status says about the write.
fn taken(status: StatusCode) -> Result<(), SinkError> {
    let may_change = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    if status.is_success() {
        Ok(())
    } else if status.is_client_error() && !may_change.contains(&status) {
        Err(SinkError::Refused(Answered(status).into()))
    } else {
        Err(SinkError::Unavailable(Answered(status).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_takes_refuses_or_may_change() {
        let table = [
            (&[200, 201, 202, 204, 299][..], "taken"),
            (&[400, 401, 403, 404, 405, 410, 413, 422, 451, 499], "refused"),
            (&[100, 300, 301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504, 599, 600], "unavailable"),
        ];
        for (statuses, expected) in table {
            for status in statuses {
                let said = match taken(StatusCode::from_u16(*status).unwrap()) {
                    Ok(()) => "taken",
                    Err(SinkError::Refused(_)) => "refused",
                    Err(_) => "unavailable",
                };
                assert_eq!(said, expected, "{status}");
            }
        }
    }
}
