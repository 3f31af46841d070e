//! Whether a client takes what is answered.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::media::{MediaType, outside_quotes};
use crate::problem::ProblemCode;

/// Answers 406 to clients that take JSON:API only in forms that are not served ([content negotiation][rule]).
///
/// [rule]: https://jsonapi.org/format/1.1/#content-negotiation-servers
pub(super) async fn negotiate(request: Request, next: Next) -> Response {
    if is_acceptable(request.headers()) {
        next.run(request).await
    } else {
        ProblemCode::NotAcceptable.into_response()
    }
}

fn is_acceptable(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let types = lines.flat_map(|line| outside_quotes(line, ',')).filter_map(MediaType::parse);
    let mut forms = types.filter(MediaType::is_json_api).map(MediaType::without_weight).peekable();
    forms.peek().is_none() || forms.any(|form| form.is_plain_json_api())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_forms_that_are_not_served_are_not_acceptable() {
        for (accept, expected) in [
            ("*/*", true),
            ("text/html", true),
            ("application/vnd.api+json", true),
            ("application/vnd.api+json; q=0.5, text/html", true),
            ("application/vnd.api+json; profile=\"https://a.example/x,y\"", true),
            ("application/vnd.api+json; charset=utf-8, application/vnd.api+json", true),
            ("application/vnd.api+json; charset=utf-8", false),
            ("application/vnd.api+json; charset=utf-8, */*", false),
            ("application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"; q=1", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(is_acceptable(&headers), expected, "{accept}");
        }
        assert!(is_acceptable(&HeaderMap::new()));
    }
}
