//! Where a request comes from, behind the host's own proxies.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::HeaderName;
use axum::http::request::Parts;

use super::address::{Network, NetworkError};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that a host has in front of it. Only what they say of where requests come from is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// None: the peer of a connection is who asks, whatever headers say.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// These.
    pub fn new(networks: impl IntoIterator<Item = Network>) -> Self {
        Self(networks.into_iter().collect())
    }

    /// Reads networks with commas between them.
    ///
    /// # Errors
    /// [`NetworkError`] if one of them is none.
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let networks = text.split(',').map(str::trim).filter(|network| !network.is_empty());
        networks.map(str::parse).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The address that a request comes from; none if the server does not say who its peer is.
    ///
    /// Each proxy adds the address that it was asked from at the end of `X-Forwarded-For`. From there on, addresses count
    /// as far as those who added them are trusted; the rest may be made up.
    pub(super) fn client(&self, request: &Parts) -> Option<IpAddr> {
        let ConnectInfo(peer) = request.extensions.get::<ConnectInfo<SocketAddr>>()?;
        let lines = request.headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        let mut client = peer.ip();
        for hop in hops {
            match hop.trim().parse() {
                Ok(said) if self.trusts(client) => client = said,
                Ok(_) | Err(_) => break,
            }
        }
        Some(client)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn client(trusted: &str, peer: &str, lines: &[&str]) -> String {
        let mut request = Request::builder();
        for line in lines {
            request = request.header("x-forwarded-for", *line);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let peer: IpAddr = peer.parse().unwrap();
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer, 4711)));
        TrustedProxies::parse(trusted).unwrap().client(&parts).unwrap().to_string()
    }

    #[test]
    fn a_header_counts_only_from_a_proxy_that_is_trusted() {
        let table: [(&str, &str, &[&str], &str); 9] = [
            ("", "192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
            ("10.0.0.0/8", "192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
            ("10.0.0.0/8", "10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.0/8", "10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            // What the client sent itself stands before what the proxy added.
            ("10.0.0.0/8", "10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.0/8", "10.0.0.1", &["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.0/8, 192.0.2.1", "192.0.2.1", &["198.51.100.7 , 10.1.1.1"], "198.51.100.7"),
            ("10.0.0.0/8", "10.0.0.1", &["198.51.100.7, nobody"], "10.0.0.1"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
        ];
        for (trusted, peer, lines, expected) in table {
            assert_eq!(client(trusted, peer, lines), expected, "{trusted} {peer} {lines:?}");
        }
    }

    #[test]
    fn without_a_peer_nobody_is_believed() {
        let (parts, ()) =
            Request::builder().header("x-forwarded-for", "192.0.2.1").body(()).unwrap().into_parts();
        assert_eq!(TrustedProxies::parse("0.0.0.0/0").unwrap().client(&parts), None);
    }

    #[test]
    fn networks_that_are_none_are_refused() {
        assert_eq!(TrustedProxies::parse("10.0.0.0/8, proxy"), Err(NetworkError));
        assert_eq!(TrustedProxies::parse(" "), Ok(TrustedProxies::none()));
    }
}
