//! The key by which a repeated request is known.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use cart_core::journal::RequestKey;

use crate::problem::{Problem, ProblemCode};

const SPELLINGS: [&str; 2] = ["idempotency-key", "x-idempotency-key"];

/// The header, `true`, of an answer that is the answer to an earlier request with the same key.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The request's idempotency key, from `Idempotency-Key` or `X-Idempotency-Key`; none if there is neither.
///
/// # Errors
/// [`ProblemCode::MalformedHeader`] if the key is not 1 to 128 visible ASCII characters, or two keys differ.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<RequestKey>, Problem> {
    let mut keys = SPELLINGS.iter().flat_map(|name| headers.get_all(*name));
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.any(|other| other != key) {
        return Err(malformed());
    }
    read(key).map(Some).ok_or_else(malformed)
}

fn read(value: &HeaderValue) -> Option<RequestKey> {
    RequestKey::new(value.to_str().ok()?).ok()
}

fn malformed() -> Problem {
    Problem::new(ProblemCode::MalformedHeader).field("header", "Idempotency-Key")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(headers: &[(&str, &str)]) -> Result<Option<String>, ProblemCode> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let key = idempotency_key(&map).map_err(|problem| problem.code())?;
        Ok(key.map(|key| key.as_str().to_owned()))
    }

    #[test]
    fn both_spellings_are_read() {
        assert_eq!(key(&[]), Ok(None));
        assert_eq!(key(&[("Idempotency-Key", "a-1")]), Ok(Some("a-1".into())));
        assert_eq!(key(&[("x-idempotency-key", "a-1")]), Ok(Some("a-1".into())));
        assert_eq!(key(&[("Idempotency-Key", "a"), ("X-Idempotency-Key", "a")]), Ok(Some("a".into())));
    }

    #[test]
    fn two_keys_are_refused() {
        let refused = Err(ProblemCode::MalformedHeader);
        assert_eq!(key(&[("Idempotency-Key", "a"), ("X-Idempotency-Key", "b")]), refused);
        assert_eq!(key(&[("Idempotency-Key", "a"), ("Idempotency-Key", "b")]), refused);
    }

    #[test]
    fn a_key_is_1_to_128_visible_characters() {
        assert!(key(&[("Idempotency-Key", &"!~".repeat(64))]).is_ok());
        for bad in ["", " ", "a b", "a\tb", "é", &"x".repeat(129)] {
            assert_eq!(key(&[("Idempotency-Key", bad)]), Err(ProblemCode::MalformedHeader), "{bad:?}");
        }
    }
}
