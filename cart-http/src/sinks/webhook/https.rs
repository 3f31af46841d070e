//! A small client that speaks HTTP/1.1, over TLS where the address says so.

use std::fmt;
use std::io;

use async_trait::async_trait;
use axum::BoxError;
use axum::body::Bytes;
use axum::http::{Request, StatusCode};
use http_body_util::Full;
use hyper_rustls::builderstates::WantsSchemes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use rustls::crypto::ring;

use super::WebhookTransport;

/// Sends webhooks over connections that are kept for the next one. Certificates are checked against those that the
/// operating system trusts, by rustls. It needs a tokio runtime.
///
/// No redirects, no cookies, no proxies, no compression; the body of an answer is not read.
#[derive(Clone)]
pub struct HttpsTransport(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// The certificates that the operating system trusts cannot be read, or there are none.
#[derive(Debug, thiserror::Error)]
#[error("there are no trusted certificates")]
pub struct HttpsTransportError(#[source] io::Error);

impl HttpsTransport {
    /// A transport with no connections yet. Reads the trusted certificates from files, so it is to be made once, when the
    /// host starts.
    ///
    /// # Errors
    /// [`HttpsTransportError`].
    pub fn new() -> Result<Self, HttpsTransportError> {
        let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(ring::default_provider());
        Ok(Self::over(connector.map_err(HttpsTransportError)?))
    }

    /// A transport with TLS as a host wants it, such as for receivers with certificates of an authority of its own.
    pub fn with_tls(mut config: ClientConfig) -> Self {
        // There is one protocol, and the builder takes no others.
        config.alpn_protocols.clear();
        Self::over(HttpsConnectorBuilder::new().with_tls_config(config))
    }

    fn over(connector: HttpsConnectorBuilder<WantsSchemes>) -> Self {
        // Without TLS only to the same machine: `WebhookUrl` sees to that.
        let connector = connector.https_or_http().enable_http1().build();
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }
}

#[async_trait]
impl WebhookTransport for HttpsTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<StatusCode, BoxError> {
        Ok(self.0.request(request.map(Full::new)).await?.status())
    }
}

impl fmt::Debug for HttpsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpsTransport(..)")
    }
}
