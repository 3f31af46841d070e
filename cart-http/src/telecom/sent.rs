//! Bodies that clients send.

use axum::extract::{FromRequest, OptionalFromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;
use crate::json::{decode, is_absent, read};
use crate::problem::Problem;

/// A JSON object as a `T`, read as strictly as [`StrictJson`](crate::StrictJson) reads. A refusal has the value that is to
/// blame, as the document does.
#[derive(Debug)]
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let bytes = read(request).await?;
        decode(&bytes).map(Self).map_err(|problem| with_value(problem, &bytes).into())
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Refusal> {
        if is_absent(&request)? {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

/// The longest text that is repeated.
const LONGEST: usize = 128;

fn with_value(problem: Problem, bytes: &[u8]) -> Problem {
    let document = problem.to_value(None);
    let pointer = document.get("pointer").and_then(Value::as_str);
    let body = serde_json::from_slice::<Value>(bytes).ok();
    let value = pointer.and_then(|pointer| body.as_ref()?.pointer(pointer));
    match value.filter(|value| is_short(value)) {
        Some(value) => problem.field("value", value.clone()),
        None => problem,
    }
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= LONGEST,
        Value::Bool(_) | Value::Number(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}
