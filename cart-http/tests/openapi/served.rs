//! The document as it is served, with the page.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use tower_service::Service as _;

use crate::surfaces::merged;

async fn get(path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let answer = cart_http::openapi::router(&merged()).call(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, 1 << 24).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn the_document_is_served_as_it_is() {
    let (status, headers, text) = get("/openapi.json").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(text, merged().to_json());
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere_and_may_load_nothing_from_there() {
    let (status, headers, page) = get("/docs").await;
    assert_eq!(status, StatusCode::OK);
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.contains("://") && !page.contains("<style") && !page.contains("onclick"), "{page}");
    let named = page.split('"').filter(|text| text.starts_with('/'));
    let mut count = 0;
    for path in named {
        count += 1;
        let (status, _, text) = get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(!text.contains("innerHTML"), "{path}: what the document says is put in as text");
    }
    assert!(count >= 3, "{page}");
}
