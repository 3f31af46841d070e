//! What is mounted is described, and what is described is mounted.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use cart_http::openapi::{Description, Document};
use tower_service::Service as _;

use crate::surfaces::all;

/// Method and path of an operation.
type Operation = (String, String);

fn described(description: Description) -> BTreeSet<Operation> {
    let document = Document::merged([description]);
    let paths = document.value()["paths"].as_object().unwrap();
    let each = |(path, item): (&String, &serde_json::Value)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(each).collect()
}

/// The paths that a router has, as it shows them itself.
fn paths(router: &Router) -> BTreeSet<String> {
    let shown = format!("{router:?}");
    let quoted = shown.split('"').filter(|text| text.starts_with('/'));
    quoted.filter(|path| !path.contains("{*")).map(str::to_owned).collect()
}

/// The methods that a path has, by what is answered to one that none has.
async fn methods(router: &Router, path: &str) -> Vec<String> {
    let path = path.replace(['{', '}'], "");
    let request = Request::builder().method("BREW").uri(path).body(Body::empty()).unwrap();
    let answer = router.clone().call(request).await.unwrap();
    if answer.status() != StatusCode::METHOD_NOT_ALLOWED {
        return Vec::new();
    }
    let allowed = answer.headers()[header::ALLOW].to_str().unwrap().split(',').map(str::to_owned);
    allowed.filter(|method| method != Method::HEAD.as_str()).collect()
}

async fn mounted(router: &Router) -> BTreeSet<Operation> {
    let mut operations = BTreeSet::new();
    for path in paths(router) {
        operations.extend(methods(router, &path).await.into_iter().map(|method| (method, path.clone())));
    }
    operations
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else_is() {
    for (name, router, description) in all() {
        let (mounted, described) = (mounted(&router).await, described(description));
        assert!(mounted.len() > 2, "{name}: {mounted:?}");
        let missing: Vec<_> = mounted.difference(&described).collect();
        let made_up: Vec<_> = described.difference(&mounted).collect();
        assert!(
            missing.is_empty() && made_up.is_empty(),
            "{name}: not described {missing:?}, not there {made_up:?}"
        );
    }
}
