//! What HTTP demands of a head beyond what hyper checks.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Version, header};

/// The status with which a request is refused whatever it asks for. Its connection ends: whoever sent it may
/// see other requests in its bytes than we do.
pub(super) fn refusal<B>(request: &Request<B>) -> Option<StatusCode> {
    if !names_its_host(request.version(), request.headers()) {
        return Some(StatusCode::BAD_REQUEST);
    }
    (!is_coding_known(request.headers())).then_some(StatusCode::NOT_IMPLEMENTED)
}

/// RFC 9112, section 3.2: one host, which only HTTP/1.0 may leave out.
fn names_its_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(only), None) => is_host(only),
        (Some(_), Some(_)) => false,
    }
}

/// It is empty where the target has no authority; it never names a user.
fn is_host(host: &HeaderValue) -> bool {
    let host = host.as_bytes();
    host.is_empty() || (Authority::try_from(host).is_ok() && !host.contains(&b'@'))
}

/// RFC 9112, section 6.1: `chunked` is the one transfer coding that is read here.
fn is_coding_known(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(only), None) => only.as_bytes().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(version: Version, headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = Request::builder().version(version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        refusal(&request.body(()).unwrap()).map(|status| status.as_u16())
    }

    #[test]
    fn a_request_names_one_host() {
        for host in ["shop", "shop:80", "127.0.0.1", "[::1]:8080", "shop.example.", ""] {
            assert_eq!(ask(Version::HTTP_11, &[("host", host)]), None, "{host}");
        }
        for host in ["a b", "a@b", "a/b", "[::1", "http://a"] {
            assert_eq!(ask(Version::HTTP_11, &[("host", host)]), Some(400), "{host}");
        }
        assert_eq!(ask(Version::HTTP_11, &[]), Some(400));
        for version in [Version::HTTP_11, Version::HTTP_10] {
            assert_eq!(ask(version, &[("host", "shop"), ("host", "shop")]), Some(400));
        }
        assert_eq!(ask(Version::HTTP_10, &[]), None);
    }

    #[test]
    fn only_chunks_are_read() {
        let coded = |codings: &[&str]| {
            let mut headers = vec![("host", "shop")];
            headers.extend(codings.iter().map(|coding| ("transfer-encoding", *coding)));
            ask(Version::HTTP_11, &headers)
        };
        assert_eq!((coded(&["chunked"]), coded(&["Chunked"])), (None, None));
        for codings in
            [&["gzip, chunked"][..], &["gzip", "chunked"], &["chunked", "chunked"], &["chunked;x=1"]]
        {
            assert_eq!(coded(codings), Some(501), "{codings:?}");
        }
    }
}
