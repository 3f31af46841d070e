//! The descriptions of the surfaces.

#![expect(clippy::unwrap_used, reason = "tests")]
use cart_http::openapi::{self, Document};
#[test]
fn it() {
    std::fs::write(
        "/tmp/shop.json",
        Document::merged([openapi::shop(), openapi::orders(), openapi::module()]).to_json(),
    )
    .unwrap();
}
