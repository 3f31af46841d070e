//! The id by which a request is found again in logs.

use std::fmt;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries a [`RequestId`], on requests and on every answer.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: 1 to 128 of `A-Z a-z 0-9 . _ -`. Handlers find it in the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The client's id, if the header is there once and well-formed.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut all = headers.get_all(X_REQUEST_ID).iter();
        let (Some(value), None) = (all.next(), all.next()) else { return None };
        let bytes = value.as_bytes();
        let fits = (1..=128).contains(&bytes.len());
        (fits && bytes.iter().all(|byte| is_allowed(*byte))).then(|| Self(value.clone()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        // Only made of ASCII.
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl From<Uuid> for RequestId {
    fn from(uuid: Uuid) -> Self {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        let text = uuid.hyphenated().encode_lower(&mut text);
        // Hexadecimal digits and hyphens are allowed in a header.
        Self(HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("-")))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&[u8]]) -> Option<RequestId> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(X_REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
        }
        RequestId::from_headers(&headers)
    }

    #[test]
    fn well_formed_ids_are_taken_as_they_are() {
        for id in ["a", "018f.A_b-9", &"x".repeat(128)] {
            assert_eq!(read(&[id.as_bytes()]).unwrap().as_str(), id);
        }
    }

    #[test]
    fn other_ids_are_not_taken() {
        let long = "x".repeat(129);
        for id in ["", "a b", "a\tb", "a;b", "a\"b", "a/b", "\u{e9}", &long] {
            assert_eq!(read(&[id.as_bytes()]), None, "{id:?}");
        }
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[b"a", b"b"]), None, "two ids");
    }

    #[test]
    fn a_made_id_is_a_uuid_in_lower_case() {
        let id = RequestId::from(Uuid::from_u128(0xABC));
        assert_eq!(id.as_str(), "00000000-0000-0000-0000-000000000abc");
    }
}
