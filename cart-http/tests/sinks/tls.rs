//! Whom a webhook is sent to over TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use cart_http::sinks::{HttpsTransport, WebhookSink, WebhookUrl};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::shop::Shop;
use crate::webhooks::{KEY, failure, secret};

/// A receiver on this machine with a certificate for `name`; takes whatever is sent to it.
async fn receiver(name: &str) -> (SocketAddr, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(server(cert.der().clone(), &signing_key)));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 16 * 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    (address, cert.der().clone())
}

fn server(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// A transport that trusts this certificate and no other.
fn trusting(certificate: CertificateDer<'static>) -> HttpsTransport {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    HttpsTransport::with_tls(config)
}

/// What came of sending a write: `Ok(())`, or why it was not taken.
async fn sent(to: SocketAddr, transport: HttpsTransport) -> String {
    let shop = Shop::open();
    shop.cart().await;
    let url = WebhookUrl::new(&format!("https://{to}/")).unwrap();
    failure(&shop, &WebhookSink::new(url, secret(&KEY), Arc::new(transport), shop.clock.clone())).await
}

#[tokio::test]
async fn a_receiver_with_a_trusted_certificate_is_sent_to() {
    let (address, certificate) = receiver("127.0.0.1").await;
    assert_eq!(sent(address, trusting(certificate)).await, "Ok(())");
}

#[tokio::test]
async fn a_receiver_with_an_unknown_certificate_is_not() {
    let (address, _) = receiver("127.0.0.1").await;
    assert!(sent(address, HttpsTransport::new().unwrap()).await.contains("Connect"));
}

#[tokio::test]
async fn a_receiver_with_a_certificate_for_another_name_is_not() {
    let (address, certificate) = receiver("hooks.example").await;
    assert!(sent(address, trusting(certificate)).await.contains("Connect"));
}
