//! Lists of carts, in pages.

use serde_json::{Value, json};

use crate::support::{Acme, Client, FULL_ACCESS, READ_ONLY, ids};

/// Follows `next` from a path to the end; returns the ids of each page.
async fn pages(client: &Client, path: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = path.to_owned();
    loop {
        let page = client.get(&path).await.ok();
        pages.push(ids(&page));
        let Some(next) = page["links"]["next"].as_str() else {
            assert_eq!(page["links"]["next"], Value::Null);
            return pages;
        };
        path = next.strip_prefix("http://glue.mysprykershop.com").unwrap().to_owned();
    }
}

#[tokio::test]
async fn own_carts_and_shared_carts_are_listed_apart_newest_first() {
    let acme = Acme::open();
    let mut own = Vec::new();
    let mut shared = Vec::new();
    for _ in 0..3 {
        own.push(acme.cart_of("bob@acme").await.to_string());
        let cart = acme.cart_of("ann@acme").await;
        acme.ann().share(cart, "bob", READ_ONLY).await.made();
        shared.push(cart.to_string());
    }
    own.reverse();
    shared.reverse();
    let bob = acme.bob();
    assert_eq!(pages(&bob, "/carts").await, [own.clone()]);
    assert_eq!(
        pages(&bob, "/carts?filter[access]=owned&page[size]=2").await[..2],
        [own[..2].to_vec(), own[2..].to_vec()]
    );
    assert_eq!(pages(&bob, "/carts?filter%5Baccess%5D=shared").await, [shared.clone()]);
    let two = pages(&bob, "/carts?filter[access]=shared&page[size]=2&include=cart-permission-groups").await;
    assert_eq!(two, [shared[..2].to_vec(), shared[2..].to_vec()]);
}

#[tokio::test]
async fn a_shared_cart_of_a_list_says_whose_it_is_and_how_it_is_shared() {
    let acme = Acme::open();
    let (first, second) = (acme.cart_of("ann@acme").await, acme.cart_of("carol@acme").await);
    acme.ann().share(first, "bob", READ_ONLY).await.made();
    acme.carol().share(second, "bob", FULL_ACCESS).await.made();
    let list = acme.bob().get("/carts?filter[access]=shared&include=cart-permission-groups").await.ok();
    assert_eq!(ids(&list), [second.to_string(), first.to_string()]);
    for (cart, (owner, group)) in list["data"].as_array().unwrap().iter().zip([("carol", "2"), ("ann", "1")])
    {
        assert_eq!(cart["attributes"]["idOwner"], owner);
        assert_eq!(cart["relationships"]["cart-permission-groups"]["data"][0]["id"], group);
        let alone = acme.bob().get(format!("/carts/{}", cart["id"].as_str().unwrap())).await.ok();
        assert_eq!(alone["data"], *cart, "the same by itself");
    }
    let included: Vec<&Value> =
        list["included"].as_array().unwrap().iter().map(|group| &group["id"]).collect();
    assert_eq!(included, ["1", "2"], "each once");
    let own = acme.ann().get("/carts?include=cart-permission-groups").await.ok();
    assert_eq!((own["data"][0].get("relationships"), &own["included"]), (None, &json!([])));
}

/// The cursor of the first page's `next`.
async fn cursor(client: &Client, access: &str) -> String {
    let page = client.get(format!("/carts?filter[access]={access}&page[size]=1")).await.ok();
    let next = page["links"]["next"].as_str().unwrap();
    let cursor = next.split("page%5Bcursor%5D=").nth(1).unwrap();
    cursor.split('&').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_cursor_is_good_for_its_list_and_caller_only() {
    let acme = Acme::open();
    for owner in ["bob@acme", "carol@acme", "bob@globex"] {
        acme.cart_of(owner).await;
        acme.cart_of(owner).await;
    }
    for _ in 0..2 {
        let cart = acme.cart_of("ann@acme").await;
        acme.ann().share(cart, "bob", READ_ONLY).await.made();
    }
    let owned = cursor(&acme.bob(), "owned").await;
    let shared = cursor(&acme.bob(), "shared").await;
    let go_on = async |token: &str, access: &str, cursor: &str| {
        let path = format!("/carts?filter[access]={access}&page[cursor]={cursor}");
        acme.client(token).get(path).await
    };
    go_on("bob@acme", "owned", &owned).await.ok();
    go_on("bob@acme", "shared", &shared).await.ok();
    for (token, access, cursor) in [
        ("carol@acme", "owned", &owned),
        ("bob@globex", "owned", &owned),
        ("bob@acme", "shared", &owned),
        ("bob@acme", "owned", &shared),
        ("carol@acme", "shared", &shared),
    ] {
        let error = go_on(token, access, cursor).await.error(400, "bad_cursor");
        assert_eq!(error["source"], json!({"parameter": "page[cursor]"}), "{token} {access}");
    }
}

#[tokio::test]
async fn a_changed_cursor_is_refused() {
    let acme = Acme::open();
    acme.cart_of("bob@acme").await;
    acme.cart_of("bob@acme").await;
    let good = cursor(&acme.bob(), "owned").await;
    for place in 0..good.len() {
        let digit = if &good[place..=place] == "0" { "1" } else { "0" };
        let mut changed = good.clone();
        changed.replace_range(place..=place, digit);
        let reply = acme.bob().get(format!("/carts?page[cursor]={changed}")).await;
        assert_eq!(reply.error(400, "bad_cursor")["source"]["parameter"], "page[cursor]", "{place}");
    }
    for cursor in ["", "x", &good[1..], &format!("{good}0"), &good.to_uppercase(), "%00", "%27"] {
        let reply = acme.bob().get(format!("/carts?page[cursor]={cursor}")).await;
        reply.error(400, "bad_cursor");
    }
}

#[tokio::test]
async fn parameters_that_are_not_known_or_cannot_be_read_are_named() {
    let acme = Acme::open();
    for (query, parameter) in [
        ("filter[access]=all", "filter[access]"),
        ("filter[access]=", "filter[access]"),
        ("filter[access]=owned&filter[access]=owned", "filter[access]"),
        ("filter[name]=x", "filter[name]"),
        ("page[size]=0", "page[size]"),
        ("page[size]=101", "page[size]"),
        ("page[size]=%2B1", "page[size]"),
        ("page[size]=01", "page[size]"),
        ("page[size]=1e1", "page[size]"),
        ("page[size]=18446744073709551617", "page[size]"),
        ("page[number]=1", "page[number]"),
        ("sort=name", "sort"),
        ("fields[carts]=name", "fields[carts]"),
        ("preview=true", "preview"),
    ] {
        let error = acme.ann().get(format!("/carts?{query}")).await.error(400, "malformed_uri");
        assert_eq!(error["source"], json!({"parameter": parameter}), "{query}");
    }
    acme.ann().get("/carts?page[size]=100").await.ok();
    acme.ann().get("/carts?include=%FF").await.error(400, "malformed_uri");
}
