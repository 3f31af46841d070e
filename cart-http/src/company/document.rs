//! Documents that clients send.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::media::MediaType;
use super::refusal::Refusal;
use crate::body::{self, BodyLimit};
use crate::json::{Object, decode};
use crate::problem::{Problem, ProblemCode};

/// A resource object with attributes `A`, read as strictly as [`StrictJson`](crate::StrictJson) reads.
#[derive(Debug)]
pub(super) struct Document<A>(pub(super) Sent<A>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound = "A: Deserialize<'de>")]
struct Envelope<A> {
    data: Object<Sent<A>>,
    /// Every document may have it, and the version of the format; neither says anything about the resource.
    #[serde(default, rename = "meta")]
    _meta: IgnoredAny,
    #[serde(default, rename = "jsonapi")]
    _jsonapi: IgnoredAny,
}

/// What a resource object says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound = "A: Deserialize<'de>")]
pub(super) struct Sent<A> {
    r#type: String,
    #[serde(default)]
    id: Option<String>,
    attributes: Object<A>,
}

impl<A> Sent<A> {
    /// The attributes of a resource that is to be made. Its id is not the client's to choose.
    pub(super) fn for_new(self, kind: &str) -> Result<A, Refusal> {
        if self.id.is_some() {
            return Err(Problem::new(ProblemCode::NotOffered).field("pointer", "/data/id").into());
        }
        self.of(kind)
    }

    /// The attributes of the resource with this id.
    pub(super) fn for_existing(self, kind: &str, id: &str) -> Result<A, Refusal> {
        match &self.id {
            None => Err(Problem::new(ProblemCode::MissingField).field("pointer", "/data/id").into()),
            Some(named) if named.eq_ignore_ascii_case(id) => self.of(kind),
            Some(_) => Err(conflict("/data/id")),
        }
    }

    fn of(self, kind: &str) -> Result<A, Refusal> {
        if self.r#type == kind { Ok(self.attributes.0) } else { Err(conflict("/data/type")) }
    }
}

/// [JSON:API](https://jsonapi.org/format/1.1/#crud) has 409 for a resource that does not belong where it is sent.
fn conflict(pointer: &str) -> Refusal {
    Refusal::from(Problem::new(ProblemCode::InvalidValue).field("pointer", pointer))
        .stated(StatusCode::CONFLICT)
}

impl<A: DeserializeOwned, S: Send + Sync> FromRequest<S> for Document<A> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(Problem::new(ProblemCode::UnsupportedMediaType).into());
        }
        let limit = request.extensions().get().copied().unwrap_or_else(BodyLimit::default);
        let bytes = body::read(request.into_body(), limit).await?;
        let Envelope { data: Object(sent), .. } = decode(&bytes)?;
        Ok(Self(sent))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter().map(HeaderValue::to_str);
    let (Some(Ok(only)), None) = (types.next(), types.next()) else { return false };
    let is_plain = headers.get_all(header::CONTENT_ENCODING).iter().all(|encoding| encoding == "identity");
    is_plain && MediaType::parse(only).is_some_and(|only| only.is_plain_json_api() || only.is_json())
}
