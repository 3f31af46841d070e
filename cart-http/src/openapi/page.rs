//! The document, served, and a page to browse it.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::document::Document;

/// What the page may load: its own script and style, and the document.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Routes that serve a document, and a page that shows it.
///
/// Both say what the surfaces can do and nothing of any cart, so they ask nobody who they are.
pub fn router(document: &Document) -> Router {
    let json = document.to_json();
    let page = async || text("text/html; charset=utf-8", include_str!("page/index.html"));
    let script = async || text("text/javascript; charset=utf-8", include_str!("page/page.js"));
    let style = async || text("text/css; charset=utf-8", include_str!("page/page.css"));
    Router::new()
        .route("/openapi.json", get(async move || text("application/json", json.clone())))
        .route("/docs", get(page))
        .route("/docs/page.js", get(script))
        .route("/docs/page.css", get(style))
}

fn text(kind: &'static str, text: impl IntoResponse) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, text).into_response()
}
