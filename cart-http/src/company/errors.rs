//! Problems as [error objects](https://jsonapi.org/format/1.1/#error-objects).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::media::JSON_API;
use crate::problem::{Problem, ProblemCode};
use crate::request_id::RequestId;

/// Answers what the routes refuse as documents of this surface. What surrounds the router finds no problem any more.
pub(super) async fn as_documents(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut answer = next.run(request).await;
    if let Some(problem) = answer.extensions_mut().remove::<Problem>() {
        let document = document(&problem, answer.status(), id.as_ref());
        *answer.body_mut() = Body::from(document.to_string());
        answer.headers_mut().remove(header::CONTENT_LENGTH);
        answer.headers_mut().insert(header::CONTENT_TYPE, JSON_API);
    }
    answer
}

fn document(problem: &Problem, status: StatusCode, id: Option<&RequestId>) -> Value {
    let error = ErrorObject::of(problem, status);
    match id {
        Some(id) => json!({"errors": [error], "meta": {"request_id": id.as_str()}}),
        None => json!({"errors": [error]}),
    }
}

/// A problem as it is answered, for descriptions.
#[cfg(feature = "openapi")]
pub(super) fn example(problem: &Problem, status: StatusCode) -> Value {
    document(problem, status, None)
}

#[derive(Serialize)]
struct ErrorObject {
    status: String,
    code: &'static str,
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    source: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    meta: Map<String, Value>,
}

/// The members of a problem that other members of an error object stand for.
const SAID_OTHERWISE: [&str; 4] = ["type", "title", "status", "code"];
pub(super) const SOURCES: [&str; 3] = ["pointer", "parameter", "header"];

impl ErrorObject {
    fn of(problem: &Problem, status: StatusCode) -> Self {
        let document = problem.to_value(None);
        let mut members = if let Value::Object(members) = document { members } else { Map::new() };
        SAID_OTHERWISE.into_iter().for_each(|name| drop(members.remove(name)));
        let detail = members.remove("detail");
        let sources = SOURCES.into_iter().filter_map(|name| members.remove_entry(name));
        let mut source: Map<_, _> = sources.collect();
        if problem.code() == ProblemCode::MissingField {
            members.extend(point_to_parent(&mut source));
        }
        let (code, title) = (problem.code().code(), problem.code().title());
        Self { status: status.as_u16().to_string(), code, title, detail, source, meta: members }
    }
}

/// A pointer points to something that is in the document: to what lacks a member, which is named apart.
fn point_to_parent(source: &mut Map<String, Value>) -> Option<(String, Value)> {
    let pointer = source.get_mut("pointer")?;
    let (parent, missing) = pointer.as_str()?.rsplit_once('/')?;
    let (parent, missing) = (Value::from(parent), Value::from(missing));
    *pointer = parent;
    Some(("missing".to_owned(), missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(problem: &Problem) -> Value {
        document(problem, problem.code().status(), None)
    }

    #[test]
    fn an_error_has_its_source_and_the_rest_as_meta() {
        let problem = Problem::new(ProblemCode::TooManyCarts)
            .field("pointer", "/data/attributes/idCompanyUser")
            .field("maximum", 5);
        assert_eq!(
            shown(&problem),
            json!({"errors": [{
                "status": "422",
                "code": "too_many_carts",
                "title": ProblemCode::TooManyCarts.title(),
                "source": {"pointer": "/data/attributes/idCompanyUser"},
                "meta": {"maximum": 5},
            }]})
        );
    }

    #[test]
    fn what_is_missing_is_not_pointed_to_but_named() {
        let problem = Problem::new(ProblemCode::MissingField).field("pointer", "/data/attributes/name");
        let error = &shown(&problem)["errors"][0];
        assert_eq!(error["source"], json!({"pointer": "/data/attributes"}));
        assert_eq!(error["meta"], json!({"missing": "name"}));
    }
}
