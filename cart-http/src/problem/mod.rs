//! Problem documents: every error as `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).

mod cart;
mod checkout;
mod code;

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use crate::request_id::RequestId;
pub(crate) use cart::version_conflict;
pub(crate) use checkout::{EndBody, came_to_nothing};
pub use code::ProblemCode;

/// An error as the client sees it: a code of the catalogue, and what the client can use to do better.
///
/// It never carries text from below, such as database messages, paths or type names.
///
/// ```json
/// {
///   "type": "urn:problem-type:cart:version_conflict",
///   "title": "The cart has changed",
///   "status": 412,
///   "code": "version_conflict",
///   "current_version": 8,
///   "request_id": "0198c1d2-7d3e-7a3b-8c55-0a6d1a1f9a10"
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    code: ProblemCode,
    detail: Option<Cow<'static, str>>,
    fields: BTreeMap<&'static str, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem with nothing but its code.
    pub const fn new(code: ProblemCode) -> Self {
        Self { code, detail: None, fields: BTreeMap::new(), headers: Vec::new() }
    }

    /// Which problem it is.
    pub const fn code(&self) -> ProblemCode {
        self.code
    }

    /// Adds a sentence about this occurrence, for people.
    #[must_use]
    pub fn detail(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(text.into());
        self
    }

    /// Adds a member for programs. The members that every document has cannot be replaced.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.insert(name, value.into());
        self
    }

    /// Adds a header to the answer, such as `Retry-After`.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Says that the same request may succeed in a second.
    #[must_use]
    pub(crate) fn retry_soon(self) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// The document as JSON text.
    pub(crate) fn document(&self, request_id: Option<&RequestId>) -> Vec<u8> {
        self.to_value(request_id).to_string().into_bytes()
    }

    /// The document.
    pub(crate) fn to_value(&self, request_id: Option<&RequestId>) -> Value {
        let (code, fields) = (self.code, &self.fields);
        let standard = Standard {
            r#type: format!("urn:problem-type:cart:{}", code.code()),
            title: code.title(),
            status: code.status().as_u16(),
            code: code.code(),
            detail: self.detail.as_deref(),
            request_id: request_id.map(RequestId::as_str),
        };
        let mut document = Value::from_iter(fields.iter().map(|(name, value)| (*name, value.clone())));
        if let (Value::Object(all), Ok(Value::Object(standard))) =
            (&mut document, serde_json::to_value(standard))
        {
            all.extend(standard);
        }
        document
    }
}

/// The members that every document has.
#[derive(Serialize)]
struct Standard<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        Self::new(code)
    }
}

impl IntoResponse for Problem {
    /// The document, yet without a request id: [`Guard`](crate::Guard) adds it.
    fn into_response(self) -> Response {
        let mut response = (self.code.status(), self.document(None)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for ProblemCode {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// A value as JSON, such as the word by which an enum without data is known.
fn word(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(problem: &Problem) -> Value {
        serde_json::from_slice(&problem.document(None)).unwrap()
    }

    #[test]
    fn a_document_has_the_members_of_the_standard_and_its_own() {
        let problem =
            Problem::new(ProblemCode::InvalidValue).detail("too many").field("pointer", "/quantity");
        assert_eq!(
            document(&problem),
            serde_json::json!({
                "type": "urn:problem-type:cart:invalid_value",
                "title": ProblemCode::InvalidValue.title(),
                "status": 422,
                "code": "invalid_value",
                "detail": "too many",
                "pointer": "/quantity",
            })
        );
    }

    #[test]
    fn an_added_member_never_replaces_a_standard_one() {
        let problem = Problem::new(ProblemCode::NotFound).field("status", 200).field("code", "fine");
        assert_eq!(document(&problem)["status"], 404);
        assert_eq!(document(&problem)["code"], "not_found");
    }

    #[test]
    fn an_answer_carries_status_type_and_headers() {
        let problem = Problem::new(ProblemCode::Unavailable)
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .into_response();
        assert_eq!(problem.status(), 503);
        assert_eq!(problem.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(problem.headers()[header::RETRY_AFTER], "1");
    }
}
