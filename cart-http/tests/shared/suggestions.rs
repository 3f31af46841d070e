//! Suggesting changes, and deciding on them.

use serde_json::{Value, json};

use crate::support::Friends;

fn id(suggestion: &Value) -> String {
    suggestion["suggestion_id"].as_str().expect("a suggestion").to_owned()
}

#[tokio::test]
async fn who_has_a_link_suggests_and_sees_no_more_than_that() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let item = friends.item(&cart).await;
    let link = friends.link(&cart, json!({"may_suggest": true, "shows": {"names": true}})).await;
    let other = friends.link(&cart, json!({"may_suggest": true})).await;
    let path = format!("shared/{link}/suggestions");
    let replace = json!({"op": "replace", "item_id": item, "product_id": "pen", "quantity": 3, "comment": "cheaper", "name": "Dan"});
    let made = friends.nobody().post(&path, replace).await.made();
    assert_eq!(
        [
            &made["op"],
            &made["item_id"],
            &made["product_id"],
            &made["quantity"],
            &made["comment"],
            &made["name"]
        ],
        [&json!("replace"), &json!(item), &json!("pen"), &json!(3), &json!("cheaper"), &json!("Dan")]
    );
    assert_eq!(made["by"], json!({"kind": "link_bearer"}));
    let fields: Vec<&String> = made.as_object().unwrap().keys().collect();
    let allowed = [
        "by",
        "comment",
        "item_id",
        "made_at",
        "name",
        "op",
        "options",
        "product_id",
        "quantity",
        "stale",
        "suggestion_id",
    ];
    assert!(fields.iter().all(|field| allowed.contains(&field.as_str())), "{fields:?}");

    let shown = friends.nobody().get(&format!("shared/{link}")).await.ok();
    assert_eq!(shown["link"]["suggestions"], json!([made]));
    let shown = friends.nobody().get(&format!("shared/{other}")).await.ok();
    assert_eq!(shown["link"]["suggestions"], json!([]));
    let theirs = format!("shared/{other}/suggestions/{}", id(&made));
    friends.nobody().delete(&theirs).await.problem(404, "suggestion_not_found");
    friends.nobody().delete(&format!("{path}/{}", id(&made))).await.done();
    assert_eq!(friends.ann().get(&format!("{cart}/suggestions")).await.ok(), json!({"suggestions": []}));
}

#[tokio::test]
async fn the_owner_accepts_some_and_declines_others() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let item = friends.item(&cart).await;
    friends.grant(&cart, "bob", 1).await;
    let path = format!("{cart}/suggestions");
    let more =
        friends.bob().post(&path, json!({"op": "set_quantity", "item_id": item, "quantity": 5})).await.made();
    let pens = friends.bob().post(&path, json!({"op": "add", "product_id": "pen"})).await.made();
    let none = friends.bob().post(&path, json!({"op": "remove", "item_id": item})).await.made();
    assert_eq!(more["by"], json!({"kind": "user", "user_id": "bob"}));
    let listed = friends.ann().get(&path).await.ok();
    assert_eq!(listed, json!({"suggestions": [more, pens, none]}));

    let accepted = friends
        .ann()
        .post(
            &format!("{path}/accept"),
            json!({"suggestion_ids": [id(&more), id(&pens)], "mode": "all_or_nothing"}),
        )
        .await
        .ok();
    let outcomes: Vec<&Value> =
        accepted["results"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["done", "done"]);
    let view = friends.view(&cart).await;
    let quantities: Vec<u32> = view.cart.lines().iter().map(|line| line.quantity.get()).collect();
    assert_eq!(quantities, [5, 1]);

    let decline = json!({"suggestion_ids": [id(&none)]});
    let declined = friends.ann().post(&format!("{path}/decline"), decline.clone()).await.ok();
    assert_eq!(declined, json!({"status": "declined"}));
    friends.ann().post(&format!("{path}/decline"), decline).await.problem(404, "suggestion_not_found");
    assert_eq!(friends.ann().get(&path).await.ok(), json!({"suggestions": []}));
}

#[tokio::test]
async fn what_is_said_twice_waits_once() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    friends.grant(&cart, "bob", 1).await;
    let path = format!("{cart}/suggestions");
    let body = |name: Value| json!({"op": "add", "product_id": "pen", "comment": "nice", "name": name});
    let first = friends.bob().post(&path, body(json!("Bob"))).await.made();
    for name in [json!(null), json!("Bob"), json!("Bobby")] {
        assert_eq!(friends.bob().post(&path, body(name)).await.ok(), first, "an account is a name");
    }
    assert_eq!(friends.ann().get(&path).await.ok()["suggestions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_said_and_by_whom_is_text_that_is_shown() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true})).await;
    let path = format!("shared/{link}/suggestions");
    let body = |name: &str, comment: &str| json!({"op": "add", "product_id": "pen", "name": name, "comment": comment});
    for (name, comment, pointer) in [
        ("Dan\n", "nice", "/name"),
        ("Dan\t", "nice", "/name"),
        ("\u{202e}naD", "nice", "/name"),
        ("Dan\u{85}", "nice", "/name"),
        ("Dan", "a\rb", "/comment"),
        ("Dan", "a\u{1b}[2Jb", "/comment"),
        ("Dan", "a\u{2067}b", "/comment"),
    ] {
        let problem = friends.nobody().post(&path, body(name, comment)).await.problem(422, "invalid_value");
        assert_eq!(problem["pointer"], pointer, "{name:?} {comment:?}");
    }
    let made = friends.nobody().post(&path, body("דן", "one\n\ttwo")).await.made();
    assert_eq!((&made["name"], &made["comment"]), (&json!("דן"), &json!("one\n\ttwo")));
}

#[tokio::test]
async fn one_that_is_stale_is_refused_alone_or_with_the_others() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let item = friends.item(&cart).await;
    friends.grant(&cart, "bob", 1).await;
    let path = format!("{cart}/suggestions");
    let stale =
        friends.bob().post(&path, json!({"op": "set_quantity", "item_id": item, "quantity": 5})).await.made();
    let fine = friends.bob().post(&path, json!({"op": "add", "product_id": "pen"})).await.made();
    let remove = cart_core::command::LineEdit::Remove { line: item.parse().unwrap() };
    friends.execute(&cart, cart_core::command::Command::Edit(remove)).await;
    assert_eq!(friends.ann().get(&path).await.ok()["suggestions"][0]["stale"], true);

    let both = |mode: &str| json!({"suggestion_ids": [id(&stale), id(&fine)], "mode": mode});
    let accept = format!("{path}/accept");
    let problem = friends.ann().post(&accept, both("all_or_nothing")).await.problem(409, "suggestion_stale");
    assert_eq!(problem["suggestion_id"], id(&stale));
    let accepted = friends.ann().post(&accept, both("per_line")).await.ok();
    let outcomes: Vec<&Value> =
        accepted["results"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "done"]);
    assert_eq!(accepted["results"][0]["problem"]["code"], "suggestion_stale");
}

#[tokio::test]
async fn a_suggestion_says_all_that_it_needs_and_nothing_else() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let item = friends.item(&cart).await;
    let path = format!("{cart}/suggestions");
    for (body, code, pointer) in [
        (json!({}), "missing_field", "/op"),
        (json!({"op": "steal"}), "invalid_value", "/op"),
        (json!({"op": "add"}), "missing_field", "/product_id"),
        (json!({"op": "add", "product_id": "pen", "item_id": item}), "unknown_field", "/item_id"),
        (json!({"op": "remove"}), "missing_field", "/item_id"),
        (json!({"op": "remove", "item_id": item, "quantity": 1}), "unknown_field", "/quantity"),
        (json!({"op": "remove", "item_id": item, "product_id": "pen"}), "unknown_field", "/product_id"),
        (json!({"op": "set_quantity", "item_id": item}), "missing_field", "/quantity"),
        (json!({"op": "replace", "item_id": item}), "missing_field", "/product_id"),
        (json!({"op": "add", "product_id": "pen", "price": 1}), "unknown_field", "/price"),
        (json!({"op": "add", "product_id": "pen", "quantity": 0}), "below_minimum", "/quantity"),
        (json!({"op": "add", "product_id": "pen", "comment": ""}), "invalid_value", "/comment"),
    ] {
        let problem = friends.ann().post(&path, body.clone()).await.problem(422, code);
        assert_eq!(problem["pointer"], pointer, "{body}");
    }
    let unknown = json!({"op": "add", "product_id": "none"});
    friends.ann().post(&path, unknown).await.problem(422, "product_not_found");
}

#[tokio::test]
async fn too_many_of_one_author_or_of_all_are_refused() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let path = format!("{cart}/suggestions");
    let mut refused = None;
    for units in 1..=300 {
        let reply =
            friends.ann().post(&path, json!({"op": "add", "product_id": "pen", "quantity": units})).await;
        if reply.status != 201 {
            refused = Some((units - 1, reply.problem(422, "too_many_suggestions")));
            break;
        }
    }
    let (waiting, problem) = refused.expect("a limit");
    assert_eq!((&problem["maximum"], &problem["by_author"]), (&json!(waiting), &json!(true)));
}

#[tokio::test]
async fn suggesting_and_taking_back_comes_to_an_end_and_is_in_nobodys_way() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true})).await;
    let path = format!("shared/{link}/suggestions");
    let body = json!({"op": "add", "product_id": "pen"});
    let mut made = 0;
    let refused = loop {
        let reply = friends.nobody().post(&path, body.clone()).await;
        if reply.status != 201 {
            break reply;
        }
        made += 1;
        friends.nobody().delete(&format!("{path}/{}", id(&reply.made()))).await.done();
    };
    let problem = refused.problem(422, "suggestions_used_up");
    assert_eq!((&problem["maximum"], made), (&json!(500), 500));
    friends.ann().post(&format!("{cart}/undo"), json!({})).await.ok();
    let undone = friends.ann().get(&format!("{cart}/history?limit=1")).await.ok();
    let what = undone["changes"][0]["what"].as_array().unwrap();
    assert!(what.iter().any(|one| one["happened"] == "line_removed"), "{undone}");
}

#[tokio::test]
async fn friends_who_hold_the_same_link_are_told_apart_by_what_they_call_themselves() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true})).await;
    let path = format!("shared/{link}/suggestions");
    let body = |name: Value| json!({"op": "add", "product_id": "pen", "name": name});
    let mut made = Vec::new();
    for name in [json!(null), json!("Dan"), json!("Eve")] {
        made.push(friends.nobody().post(&path, body(name)).await.made());
    }
    for (name, made) in [json!(null), json!("Dan"), json!("Eve")].into_iter().zip(&made) {
        assert_eq!(friends.nobody().post(&path, body(name)).await.ok(), *made);
    }
}

#[tokio::test]
async fn what_is_previewed_shows_the_suggestion_that_it_would_be() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    friends.grant(&cart, "bob", 1).await;
    let body = json!({"op": "add", "product_id": "pen", "name": "Bob"});
    let reply = friends.bob().post(&format!("{cart}/suggestions?preview=true"), body).await.made();
    assert_eq!((&reply["product_id"], &reply["name"]), (&json!("pen"), &json!(null)));
    assert_eq!(friends.ann().get(&format!("{cart}/suggestions")).await.ok(), json!({"suggestions": []}));
}

#[tokio::test]
async fn a_bearer_takes_back_what_any_bearer_of_the_link_suggested_and_nothing_else() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true})).await;
    let body = json!({"op": "add", "product_id": "pen"});
    let anns = friends.ann().post(&format!("{cart}/suggestions"), body.clone()).await.made();
    let made = friends.nobody().post(&format!("shared/{link}/suggestions"), body).await.made();
    let path = |suggestion: &Value| format!("shared/{link}/suggestions/{}", id(suggestion));
    let theirs = friends.nobody().delete(&path(&anns)).await;
    let none = json!({"suggestion_id": uuid::Uuid::nil()});
    let nobodys = friends.nobody().delete(&path(&none)).await;
    let told = |reply: &crate::support::Reply| (reply.status, reply.json["code"].clone());
    assert_eq!(told(&theirs), told(&nobodys), "one of somebody else's is as if there were none");
    friends
        .ann()
        .delete(&format!("{cart}/suggestions/{}", id(&made)))
        .await
        .problem(404, "suggestion_not_found");
    let keyed = friends.nobody().with("x-share-token", &link).with("idempotency-key", "k-1");
    let own = format!("shared/suggestions/{}", id(&made));
    let done = keyed.delete(&own).await;
    assert_eq!(done.header("etag"), Some(&*format!("\"{}\"", friends.version(&cart).await)));
    done.done();
    let again = keyed.delete(&own).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    again.done();
}

#[tokio::test]
async fn what_friends_call_themselves_is_shown_where_names_are() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true})).await;
    let body = json!({"op": "add", "product_id": "pen", "name": "Dan"});
    let made = friends.nobody().post(&format!("shared/{link}/suggestions"), body).await.made();
    let links = friends.ann().get(&format!("{cart}/links")).await.ok();
    let path = format!("{cart}/links/{}", links["links"][0]["link_id"].as_str().unwrap());
    for (names, shown) in [(false, json!(null)), (true, json!("Dan"))] {
        friends.ann().patch(&path, json!({"shows": {"names": names}})).await.ok();
        let opened = friends.nobody().get(&format!("shared/{link}")).await.ok();
        assert_eq!(opened["link"]["suggestions"][0]["name"], shown);
    }
    let listed = friends.ann().get(&format!("{cart}/suggestions")).await.ok();
    assert_eq!(listed, json!({"suggestions": [made]}), "whoever sees the whole cart sees who it was");
}
