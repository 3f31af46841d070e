//! Whether a request says that its body is JSON.

use axum::http::{HeaderMap, header};

use crate::problem::{Problem, ProblemCode};

/// Requires `application/json` or `application/*+json`, in UTF-8 and not encoded any further.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return Err(refused()) };
    let plain = headers.get_all(header::CONTENT_ENCODING).iter().all(|encoding| encoding == "identity");
    if plain && only.to_str().is_ok_and(is_json) { Ok(()) } else { Err(refused()) }
}

/// Requires the same of a request without a body, if it says anything: forms of other sites do.
pub(super) fn allow_json(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(header::CONTENT_TYPE) { require_json(headers) } else { Ok(()) }
}

fn refused() -> Problem {
    Problem::new(ProblemCode::UnsupportedMediaType)
}

fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(|part| part.trim_matches([' ', '\t']));
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    names_json(&essence) && parts.all(|parameter| parameter.is_empty() || is_utf8(parameter))
}

fn names_json(essence: &str) -> bool {
    let Some(subtype) = essence.strip_prefix("application/") else { return false };
    subtype == "json" || subtype.strip_suffix("+json").is_some_and(is_token)
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
}

/// JSON has no parameters; a charset is tolerated if it says what holds anyway (RFC 8259, sections 8.1, 11).
fn is_utf8(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    name.eq_ignore_ascii_case("charset") && bare.eq_ignore_ascii_case("utf-8")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn json_in_utf8_is_taken() {
        for media_type in [
            "application/json",
            "APPLICATION/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json;",
            "application/vnd.shop.v1+json",
        ] {
            assert!(is_json(media_type), "{media_type}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for media_type in [
            "",
            "json",
            "text/json",
            "text/plain",
            "application/jsonp",
            "application/+json",
            "application/x json+json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json, text/plain",
            "application/json; charset=utf-16",
            "application/json; charset",
            "application/json; charset=",
            "application/json; version=1",
            "application/json; charset=utf-8; charset=utf-7",
        ] {
            assert!(!is_json(media_type), "{media_type}");
        }
    }

    fn require(headers: &[(header::HeaderName, &'static str)]) -> Result<(), Problem> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| {
            map.append(name, value);
        });
        require_json(&map)
    }

    #[test]
    fn the_type_is_said_once_and_the_body_not_encoded() {
        let json = (header::CONTENT_TYPE, "application/json");
        assert!(require(&[json.clone(), (header::CONTENT_ENCODING, "identity")]).is_ok());
        assert!(require(&[]).is_err());
        assert!(require(&[json.clone(), json.clone()]).is_err());
        assert!(require(&[json, (header::CONTENT_ENCODING, "gzip")]).is_err());
    }
}
