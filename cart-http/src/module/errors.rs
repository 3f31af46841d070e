//! Problems as this surface answers them.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::CURRENT;
use super::casing::members_in_camel_case;
use super::catalogue::Named;
use crate::problem::Problem;
use crate::request_id::RequestId;

/// Answers what the routes refuse in the words of this surface. What surrounds the router finds no problem any more.
pub(super) async fn in_own_words(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut answer = next.run(request).await;
    if let Some(problem) = answer.extensions_mut().remove::<Problem>() {
        let named = Named::of(problem.code());
        *answer.status_mut() = named.status;
        *answer.body_mut() = Body::from(document(&problem, &named, id.as_ref()));
        answer.headers_mut().remove(header::CONTENT_LENGTH);
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    answer
}

/// A problem as it is answered, for descriptions.
#[cfg(feature = "openapi")]
pub(super) fn example(problem: &Problem) -> Value {
    serde_json::from_slice(&document(problem, &Named::of(problem.code()), None)).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    status_code: u16,
    code: &'a str,
    message: &'a str,
    details: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

fn document(problem: &Problem, named: &Named, id: Option<&RequestId>) -> Vec<u8> {
    let body = ErrorBody {
        status_code: named.status.as_u16(),
        code: &named.code,
        message: named.message,
        details: details(problem),
        request_id: id.map(RequestId::as_str),
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

/// The members of a problem that other members of an error stand for.
const SAID_OTHERWISE: [&str; 4] = ["type", "title", "status", "code"];

fn details(problem: &Problem) -> Map<String, Value> {
    let Value::Object(mut members) = problem.to_value(None) else { return Map::new() };
    SAID_OTHERWISE.into_iter().for_each(|name| drop(members.remove(name)));
    let current = members.remove_entry(CURRENT);
    let mut details = members_in_camel_case(members);
    details.extend(current);
    details
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::problem::ProblemCode;

    fn shown(problem: &Problem) -> Value {
        serde_json::from_slice(&document(problem, &Named::of(problem.code()), None)).unwrap()
    }

    #[test]
    fn an_error_has_the_code_of_the_document_and_what_programs_can_use() {
        let problem = Problem::new(ProblemCode::DuplicateLine).field("item_id", "7");
        assert_eq!(
            shown(&problem),
            json!({
                "statusCode": 409,
                "code": "CART_ITEM_DUPLICATE",
                "message": "Already in cart",
                "details": {"itemId": "7"},
            })
        );
    }

    #[test]
    fn a_cart_in_an_error_is_as_it_is_elsewhere() {
        let cart = json!({"items": [{"metadata": {"gift_wrap": true}}]});
        let problem = Problem::new(ProblemCode::VersionConflict)
            .field("current_version", 8)
            .field(CURRENT, cart.clone());
        assert_eq!(shown(&problem)["details"], json!({"currentVersion": 8, "cart": cart}));
    }
}
