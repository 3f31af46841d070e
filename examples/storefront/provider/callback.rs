//! How the provider calls back: signed, so that nobody else can say that something was paid.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::request::Parts;
use cart_core::checkout::{Capture, PaymentOutcome, Reason};
use cart_core::id::{CheckoutId, PaymentRef};
use cart_core::money::Money;
use cart_http::orders::{CallbackError, PaymentGateway, PaymentNews};
use hmac_sha256::HMAC;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::DemoProvider;

const SIGNATURE: &str = "x-demo-signature";

/// Signs callbacks, and tells whether one is signed.
pub(super) struct Signer([u8; 32]);

// Whoever has the secret can say that something was paid.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

impl Signer {
    pub(super) const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    fn sign(&self, body: &[u8]) -> String {
        HMAC::mac(body, self.0).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn is_signed(&self, body: &[u8], signature: &str) -> bool {
        let digits = signature.as_bytes().as_chunks::<2>().0;
        let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let Some(bytes) = digits.iter().map(byte).collect::<Option<Vec<u8>>>() else { return false };
        let Ok(mac) = <[u8; 32]>::try_from(bytes) else { return false };
        signature.len() == 64 && HMAC::verify(body, self.0, &mac)
    }
}

/// What a callback says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct News {
    checkout: CheckoutId,
    /// What was taken; none if the payment failed.
    captured: Option<Money>,
}

#[async_trait]
impl PaymentGateway for DemoProvider {
    async fn verify(&self, request: &Parts, body: &[u8]) -> Result<Option<PaymentNews>, CallbackError> {
        let signature = request.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        if !signature.is_some_and(|signature| self.signer.is_signed(body, signature)) {
            return Err(CallbackError::Refused { reason: "the signature is missing or wrong" });
        }
        let unreadable = |_| CallbackError::Unreadable { reason: "it is no news of a payment" };
        let News { checkout, captured } = serde_json::from_slice(body).map_err(unreadable)?;
        let unnamed = |_| CallbackError::Unreadable { reason: "it has no name" };
        let outcome = match captured {
            Some(amount) => {
                let payment = PaymentRef::new(format!("demo-{checkout}")).map_err(unnamed)?;
                PaymentOutcome::Captured(Capture { payment, amount })
            }
            None => {
                let why = Reason::new("The payment was not made.");
                let unnamed = |_| CallbackError::Unreadable { reason: "it has no reason" };
                PaymentOutcome::Declined { why: why.map_err(unnamed)? }
            }
        };
        Ok(Some(PaymentNews { checkout, outcome }))
    }
}

impl DemoProvider {
    /// Tells the shop what became of a payment, over HTTP, as any provider does.
    ///
    /// # Errors
    /// If the shop does not take it.
    pub(super) async fn call_back(&self, checkout: CheckoutId, captured: Option<Money>) -> io::Result<()> {
        let body = serde_json::to_string(&News { checkout, captured })?;
        let signature = self.signer.sign(body.as_bytes());
        let request = format!(
            "POST /api/orders/payments/callback HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{SIGNATURE}: {signature}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        timeout(Duration::from_secs(30), send(self.address, request)).await?
    }
}

async fn send(address: SocketAddr, request: String) -> io::Result<()> {
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 200") {
        Ok(())
    } else {
        Err(io::Error::other("the shop did not take the callback"))
    }
}
