//! JSON bodies, read strictly.

mod content_type;
mod object;
mod strict;

use axum::body::HttpBody as _;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::body::{self, BodyLimit};
use crate::problem::{Problem, ProblemCode};
pub(crate) use object::{Object, word};

/// A JSON object as a `T`, refused unless two readers must understand it the same way.
///
/// | refused with | when |
/// |---|---|
/// | 415 | the content type is not `application/json` or `application/*+json` in UTF-8, or there is a content encoding |
/// | 413 | the body is larger than the limit, 64 KiB by default |
/// | 408 | the body arrives too slowly |
/// | 400 | it is not JSON, repeats a key, nests deeper than 32, or goes on after its end |
/// | 422 | it is JSON, but not a `T`; `pointer` says where ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) |
///
/// The body is an object, never an array of a `T`'s fields. For unknown fields to be refused, `T` and what it holds
/// must be `#[serde(deny_unknown_fields)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrictJson<T>(
    /// What the body says.
    pub T,
);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        decode(&read(request).await?).map(Self)
    }
}

/// For operations whose body may be left out: none if there is no body at all.
impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        if is_absent(&request)? {
            Ok(None)
        } else {
            <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
        }
    }
}

/// The bytes of a body that is declared as JSON.
pub(crate) async fn read(request: Request) -> Result<Vec<u8>, Problem> {
    content_type::require_json(request.headers())?;
    let limit = request.extensions().get().copied().unwrap_or_else(BodyLimit::default);
    body::read(request.into_body(), limit).await
}

/// Whether there is no body at all, and none of another type is declared.
pub(crate) fn is_absent(request: &Request) -> Result<bool, Problem> {
    let is_absent = request.body().is_end_stream();
    if is_absent { content_type::allow_json(request.headers()).map(|()| true) } else { Ok(false) }
}

/// Reads `bytes`, a JSON object, as a `T`.
///
/// # Errors
/// A [`Problem`] with [`ProblemCode::MalformedJson`], [`ProblemCode::UnknownField`],
/// [`ProblemCode::MissingField`] or [`ProblemCode::InvalidValue`], as [`StrictJson`] answers.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    strict::check(bytes).map_err(|_| Problem::new(ProblemCode::MalformedJson))?;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json).map(|Object(value)| value);
    read.map_err(|error| refuse(error.path(), error.inner()))
}

/// serde's messages name Rust types, so only what kind of refusal it was is taken from them.
fn refuse(path: &Path, error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        return Problem::new(ProblemCode::MalformedJson);
    }
    let message = error.to_string();
    let (code, field) = if let Some(field) = quoted(&message, "unknown field `") {
        (ProblemCode::UnknownField, Some(field))
    } else if let Some(field) = quoted(&message, "missing field `") {
        (ProblemCode::MissingField, Some(field))
    } else {
        (ProblemCode::InvalidValue, None)
    };
    Problem::new(code).field("pointer", pointer(path, field))
}

fn quoted<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').next()
}

fn pointer(path: &Path, field: Option<&str>) -> String {
    let mut pointer = String::new();
    let mut last = None;
    for segment in path {
        let token = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        push(&mut pointer, &token);
        last = Some(token);
    }
    // Whether the path ends in the field itself depends on how serde came to refuse it.
    if let Some(field) = field.filter(|field| last.as_deref() != Some(*field)) {
        push(&mut pointer, field);
    }
    pointer
}

fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    #[serde(deny_unknown_fields)]
    struct Add {
        product: String,
        quantity: u32,
        #[serde(default)]
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    #[serde(deny_unknown_fields)]
    struct Part {
        name: String,
    }

    fn refusal(json: &str) -> (ProblemCode, Option<String>) {
        let problem = decode::<Add>(json.as_bytes()).unwrap_err();
        let document: Value = serde_json::from_slice(&problem.document(None)).unwrap();
        (problem.code(), document["pointer"].as_str().map(str::to_owned))
    }

    fn assert_refused(json: &str, code: ProblemCode, pointer: &str) {
        assert_eq!(refusal(json), (code, Some(pointer.to_owned())), "{json}");
    }

    #[test]
    fn what_fits_is_read() {
        let add: Add = decode(br#" {"product": "mug", "quantity": 2, "parts": [{"name": "lid"}]} "#).unwrap();
        assert_eq!(add, Add { product: "mug".into(), quantity: 2, parts: vec![Part { name: "lid".into() }] });
    }

    #[test]
    fn a_quantity_is_a_whole_number_written_as_one() {
        for quantity in ["1e3", "2.0", "2.5", "\"2\"", "-1", "4294967296", "null", "true", "[2]", "{}"] {
            let json = format!(r#"{{"product": "mug", "quantity": {quantity}}}"#);
            assert_refused(&json, ProblemCode::InvalidValue, "/quantity");
        }
    }

    #[test]
    fn unknown_fields_are_named_with_their_place() {
        let price = r#"{"product": "mug", "quantity": 1, "price": 1}"#;
        assert_refused(price, ProblemCode::UnknownField, "/price");
        let nested =
            r#"{"product": "mug", "quantity": 1, "parts": [{"name": "a"}, {"name": "b", "x/y~z": 1}]}"#;
        assert_refused(nested, ProblemCode::UnknownField, "/parts/1/x~1y~0z");
    }

    #[test]
    fn missing_fields_are_named_with_their_place() {
        assert_refused(r#"{"product": "mug"}"#, ProblemCode::MissingField, "/quantity");
        let nested = r#"{"product": "mug", "quantity": 1, "parts": [{}]}"#;
        assert_refused(nested, ProblemCode::MissingField, "/parts/0/name");
    }

    #[test]
    fn a_body_of_another_shape_points_to_the_whole() {
        for json in ["[]", "[\"mug\", 1]", "1", "\"x\"", "null"] {
            let (code, pointer) = refusal(json);
            assert_eq!((code, pointer.as_deref()), (ProblemCode::InvalidValue, Some("")), "{json}");
        }
    }

    #[test]
    fn a_refusal_names_no_type_of_the_program() {
        let problem = decode::<Add>(br#"{"product": "mug", "quantity": "2"}"#).unwrap_err();
        let document = String::from_utf8(problem.document(None)).unwrap();
        assert!(!document.contains("u32") && !document.contains("Add"), "{document}");
    }
}
