//! Bodies that want to be something else.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Acme, JSON_API, Reply, ids};

struct Target {
    acme: Acme,
    path: String,
}

impl Target {
    async fn open() -> Self {
        let acme = Acme::open();
        let path = format!("/carts/{}/shared-carts", acme.cart_of("ann@acme").await);
        Self { acme, path }
    }

    async fn post(&self, body: impl Into<axum::body::Bytes>) -> Reply {
        let client = self.acme.ann().with("content-type", JSON_API);
        client.send(Method::POST, &self.path, body).await
    }

    async fn shares(&self) -> Vec<String> {
        ids(&self.acme.ann().get(&self.path).await.ok())
    }
}

#[tokio::test]
async fn what_is_not_one_json_text_is_400() {
    let target = Target::open().await;
    let attributes = r#"{"idCompanyUser":"bob","idCartPermissionGroup":1}"#;
    let whole = format!(r#"{{"data":{{"type":"shared-carts","attributes":{attributes}}}}}"#);
    for body in [
        String::new(),
        "{".into(),
        "{'data': 1}".into(),
        format!("{whole}{whole}"),
        format!("{whole} x"),
        format!("\u{feff}{whole}"),
        whole.replace(r#""data":"#, r#""data":1,"data":"#),
        whole.replace("\"idCompanyUser\":", "\"idCompanyUser\":\"dan\",\"idCompanyUser\":"),
        whole.replace("\"type\":", "\"\\u0074ype\":\"x\",\"type\":"),
        "[".repeat(30_000),
        "{\"data\":".repeat(5_000),
    ] {
        target.post(body).await.error(400, "malformed_json");
    }
    target.post(&b"{\"data\":\"\xff\"}"[..]).await.error(400, "malformed_json");
    assert_eq!(target.shares().await, [""; 0]);
    target.post(whole).await.made();
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let target = Target::open().await;
    let padding = " ".repeat(64 * 1024);
    target.post(format!("{{{padding}}}")).await.error(413, "body_too_large");
}

#[tokio::test]
async fn what_the_document_does_not_have_is_refused_where_it_is() {
    let target = Target::open().await;
    let attributes = json!({"idCompanyUser": "bob", "idCartPermissionGroup": 1});
    let with = |name: &str, at: &str| {
        let mut document = json!({"data": {"type": "shared-carts", "attributes": attributes}});
        document.pointer_mut(at).unwrap()[name] = json!({"x": 1});
        document
    };
    for (document, pointer) in [
        (with("price", "/data/attributes"), "/data/attributes/price"),
        (with("permissions", "/data/attributes"), "/data/attributes/permissions"),
        (with("__proto__", "/data/attributes"), "/data/attributes/__proto__"),
        (with("relationships", "/data"), "/data/relationships"),
        (with("a/b~c", "/data"), "/data/a~1b~0c"),
        (with("meta", "/data"), "/data/meta"),
        (with("included", ""), "/included"),
    ] {
        let error = target.post(document.to_string()).await.error(422, "unknown_field");
        assert_eq!(error["source"], json!({"pointer": pointer}));
    }
    assert_eq!(target.shares().await, [""; 0]);
}

#[tokio::test]
async fn what_says_something_about_the_document_is_left_aside() {
    let target = Target::open().await;
    let attributes = json!({"idCompanyUser": "bob", "idCartPermissionGroup": 1});
    let document = json!({
        "data": {"type": "shared-carts", "attributes": attributes},
        "meta": {"x": 1, "data": {"type": "carts"}},
        "jsonapi": {"version": "1.1", "ext": []},
    });
    let share = target.post(document.to_string()).await.made();
    assert_eq!(target.shares().await, [share]);
    // They are no place for what would be read differently.
    let twice = r#"{"data": {}, "meta": {"a": 1, "a": 2}}"#;
    target.post(twice).await.error(400, "malformed_json");
}

#[tokio::test]
async fn an_id_is_written_in_one_form() {
    let target = Target::open().await;
    let attributes = json!({"idCompanyUser": "bob", "idCartPermissionGroup": 1});
    let share = json!({"data": {"type": "shared-carts", "attributes": attributes}});
    let id: uuid::Uuid = target.post(share.to_string()).await.made().parse().unwrap();
    let ann = target.acme.ann();
    for form in [id.simple().to_string(), id.urn().to_string(), format!("%7B{id}%7D")] {
        ann.delete(format!("/shared-carts/{form}")).await.error(404, "not_found");
    }
    let cart: uuid::Uuid = target.path.split('/').nth(2).unwrap().parse().unwrap();
    ann.get(format!("/carts/{}", cart.simple())).await.error(404, "cart_not_found");
    ann.get(format!("/carts/{}", cart.to_string().to_uppercase())).await.ok();
    ann.delete(format!("/shared-carts/{}", id.to_string().to_uppercase())).await.done();
}

#[tokio::test]
async fn what_the_document_lacks_is_named() {
    let target = Target::open().await;
    for (document, parent, missing) in [
        (json!({}), "", "data"),
        (json!({"data": {}}), "/data", "type"),
        (json!({"data": {"type": "shared-carts"}}), "/data", "attributes"),
        (json!({"data": {"type": "shared-carts", "attributes": {}}}), "/data/attributes", "idCompanyUser"),
        (
            json!({"data": {"type": "shared-carts", "attributes": {"idCompanyUser": "bob"}}}),
            "/data/attributes",
            "idCartPermissionGroup",
        ),
    ] {
        let error = target.post(document.to_string()).await.error(422, "missing_field");
        assert_eq!(
            (&error["source"], &error["meta"]),
            (&json!({"pointer": parent}), &json!({"missing": missing}))
        );
    }
}

#[tokio::test]
async fn another_shape_is_refused() {
    let target = Target::open().await;
    let attributes = json!({"idCompanyUser": "bob", "idCartPermissionGroup": 1});
    for (document, pointer) in [
        (json!([]), ""),
        (Value::Null, ""),
        (json!("shared-carts"), ""),
        (json!({"data": null}), "/data"),
        (json!({"data": []}), "/data"),
        (json!({"data": [{"type": "shared-carts", "attributes": {}}]}), "/data"),
        (json!({"data": {"type": 7, "attributes": attributes}}), "/data/type"),
        (json!({"data": {"type": "shared-carts", "id": 7, "attributes": attributes}}), "/data/id"),
    ] {
        let error = target.post(document.to_string()).await.error(422, "invalid_value");
        assert_eq!(error["source"], json!({"pointer": pointer}), "{document}");
    }
}

#[tokio::test]
async fn a_resource_of_another_kind_or_with_an_id_does_not_belong_there() {
    let target = Target::open().await;
    let attributes = json!({"idCompanyUser": "bob", "idCartPermissionGroup": 1});
    let other = json!({"data": {"type": "carts", "attributes": attributes}});
    let error = target.post(other.to_string()).await.error(409, "invalid_value");
    assert_eq!(error["source"], json!({"pointer": "/data/type"}));
    let chosen = json!({"data": {"type": "shared-carts", "id": uuid::Uuid::nil(), "attributes": attributes}});
    let error = target.post(chosen.to_string()).await.error(403, "not_offered");
    assert_eq!(error["source"], json!({"pointer": "/data/id"}));
    assert_eq!(target.shares().await, [""; 0]);
}

#[tokio::test]
async fn a_change_names_the_share_that_its_path_names() {
    let target = Target::open().await;
    let share = json!({"data": {"type": "shared-carts",
        "attributes": {"idCompanyUser": "bob", "idCartPermissionGroup": 1}}});
    let id = target.post(share.to_string()).await.made();
    let path = format!("/shared-carts/{id}");
    let change = |data: Value| json!({"data": data});
    let attributes = json!({"idCartPermissionGroup": 2});
    let ann = target.acme.ann();
    let none = change(json!({"type": "shared-carts", "attributes": attributes}));
    let error = ann.patch(&path, &none).await.error(422, "missing_field");
    assert_eq!((&error["source"]["pointer"], &error["meta"]["missing"]), (&json!("/data"), &json!("id")));
    let other = change(json!({"type": "shared-carts", "id": uuid::Uuid::nil(), "attributes": attributes}));
    let error = ann.patch(&path, &other).await.error(409, "invalid_value");
    assert_eq!(error["source"]["pointer"], "/data/id");
    let kind = change(json!({"type": "carts", "id": id, "attributes": attributes}));
    assert_eq!(ann.patch(&path, &kind).await.error(409, "invalid_value")["source"]["pointer"], "/data/type");
    let nothing = change(json!({"type": "shared-carts", "id": id, "attributes": {}}));
    let error = ann.patch(&path, &nothing).await.error(422, "missing_field");
    assert_eq!(error["meta"]["missing"], "idCartPermissionGroup");
}
