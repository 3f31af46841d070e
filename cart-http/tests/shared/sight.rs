//! What a link shows: every field of its answer, in a table that is checked in beside this file, and nothing of what is the
//! owner's alone in any other answer.
//!
//! After a wanted change, `CART_WRITE_TABLES=1 cargo test -p cart-http --test shared` writes the table anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::http::Method;
use cart_core::command::{AddLine, Command, LineEdit};
use cart_core::metadata::Metadata;
use cart_core::testing::samples::{note, product, quantity};
use serde_json::{Value, json};

use crate::support::{Friends, Reply};

/// A cart in which everything is said that can be said, by its owner and by others.
async fn full_cart(friends: &Friends) -> String {
    let made = friends.ann().post("create", json!({"cart_name": "CANARY-NAME"})).await.made();
    let cart = made["cart_id"].as_str().unwrap().to_owned();
    let line = AddLine { note: Some(note("CANARY-LINE")), ..AddLine::new(product("mug"), quantity(2)) };
    let metadata: Metadata = serde_json::from_value(json!({"CANARY-KEY": "CANARY-VALUE"})).unwrap();
    for command in [
        Command::Edit(LineEdit::Add(line)),
        Command::SetNote { note: Some(note("CANARY-NOTE")) },
        Command::SetMetadata { metadata },
    ] {
        friends.execute(&cart, command).await;
    }
    friends.grant(&cart, "bob", 1).await;
    friends.link(&cart, json!({"label": "CANARY-LABEL"})).await;
    let body = json!({"op": "add", "product_id": "pen", "comment": "CANARY-COMMENT"});
    friends.bob().post(&format!("{cart}/suggestions"), body).await.made();
    cart
}

/// The paths of all fields that are not null.
fn fields(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                fields(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| fields(value, &format!("{at}[]"), found)),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.insert(at.to_owned());
        }
    }
}

#[track_caller]
fn check(found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shared/sight.txt");
    if std::env::var_os("CART_WRITE_TABLES").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "the table is now:\n{found}");
}

/// All that a link may be made to show.
fn terms() -> Vec<Value> {
    let both = [false, true];
    let all = both.iter().flat_map(|prices| both.iter().map(move |names| (prices, names)));
    let all = all.flat_map(|(prices, names)| both.iter().map(move |suggest| (prices, names, suggest)));
    all.map(|(prices, names, suggest)| {
        json!({"shows": {"prices": prices, "names": names}, "may_suggest": suggest})
    })
    .collect()
}

#[tokio::test]
async fn of_a_cart_a_link_shows_the_fields_of_the_table() {
    let mut table =
        "# Which fields a link shows, by its terms; `sight.rs` says how to write it anew.\n".to_owned();
    for terms in terms() {
        let friends = Friends::meet();
        let cart = full_cart(&friends).await;
        let link = friends.link(&cart, terms.clone()).await;
        let body = json!({"op": "add", "product_id": "pen", "comment": "nice", "name": "Dan"});
        friends.nobody().post(&format!("shared/{link}/suggestions"), body).await;
        let shown = friends.nobody().get(&format!("shared/{link}")).await.ok();
        let mut found = BTreeSet::new();
        fields(&shown, "", &mut found);
        writeln!(table, "\n{terms}").unwrap();
        found.iter().for_each(|field| writeln!(table, "  {field}").unwrap());
    }
    check(&table);
}

/// Every answer that a bearer gets, refusals included.
async fn answers(friends: &Friends, link: &str, item: &str) -> Vec<Reply> {
    let suggestions = format!("shared/{link}/suggestions");
    let remove = json!({"op": "remove", "item_id": item});
    let mut answers = Vec::new();
    for (tag, body) in [
        ("\"1\"", remove.clone()),
        ("\"1\", \"2\"", remove.clone()),
        ("*", json!({"op": "remove", "item_id": uuid::Uuid::nil()})),
        ("*", json!({"op": "add", "product_id": "none"})),
        ("*", json!({"op": "add", "product_id": "pen", "quantity": 0})),
        ("*", json!([])),
        ("*", remove),
    ] {
        for query in ["?preview=true", "", "?previw=true"] {
            let client = friends.nobody().with("if-match", tag);
            answers.push(client.post(&format!("{suggestions}{query}"), body.clone()).await);
        }
    }
    let listed = friends.nobody().get(&format!("shared/{link}")).await;
    let own = listed.json["link"]["suggestions"][0]["suggestion_id"].as_str().unwrap_or("x").to_owned();
    for suggestion in [own, uuid::Uuid::nil().to_string(), "x".into()] {
        answers.push(friends.nobody().delete(&format!("{suggestions}/{suggestion}?preview=true")).await);
        answers.push(friends.nobody().delete(&format!("{suggestions}/{suggestion}")).await);
    }
    for method in [Method::PUT, Method::OPTIONS, Method::HEAD] {
        answers.push(friends.nobody().send(method, &format!("shared/{link}"), None).await);
    }
    answers.push(listed);
    answers
}

#[tokio::test]
async fn no_answer_to_a_bearer_has_what_is_the_owners_alone() {
    for terms in terms() {
        let friends = Friends::meet();
        let cart = full_cart(&friends).await;
        let item = friends.item(&cart).await;
        let (prices, names) = (&terms["shows"]["prices"], terms["shows"]["names"] == true);
        let link = friends.link(&cart, terms.clone()).await;
        for answer in answers(&friends, &link, &item).await {
            let text = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.bytes));
            for secret in ["LINE", "NOTE", "KEY", "VALUE", "LABEL", "COMMENT"] {
                assert!(!text.contains(&format!("CANARY-{secret}")), "{terms}: {text}");
            }
            assert!(
                !text.contains("bob") && !text.contains("acme") && !text.contains(&link),
                "{terms}: {text}"
            );
            assert!(names || !(text.contains("CANARY") || text.contains("ann")), "{terms}: {text}");
            assert!(
                *prices == true || !(text.contains("12.50") || text.contains("25.00")),
                "{terms}: {text}"
            );
        }
    }
}
