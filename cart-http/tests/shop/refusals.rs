//! Every error that this surface answers with, by what leads to it.

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::memory::MemoryStore;
use cart_core::policy::{OnDuplicate, OnExpired, Ttl};
use cart_core::port::{CartIndex as _, CartStore as _};
use cart_core::testing::samples::{Write, at, cart_id, channel, checkout_begun, created_sole, owner, unit};
use cart_core::testing::{Fault, StoreCall};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Plan, Shop, item_id};

/// Checks the members that a problem has besides those that all have.
#[track_caller]
fn says(problem: &Value, members: Value) {
    for (name, value) in members.as_object().unwrap() {
        assert_eq!(&problem[name], value, "{name} of {problem}");
    }
}

#[tokio::test]
async fn products_that_cannot_be_added() {
    let shop = Shop::open().await;
    let table = [
        ("none", 1, 422, "product_not_found", json!({"product_id": "none"})),
        ("old", 1, 409, "product_withdrawn", json!({"product_id": "old"})),
        ("call", 1, 409, "product_unavailable", json!({"product_id": "call", "reason": "call"})),
        ("out", 1, 409, "product_unavailable", json!({"product_id": "out", "reason": "out_of_stock"})),
        ("foreign", 1, 409, "product_unavailable", json!({"product_id": "foreign", "reason": "currency"})),
        ("lamp", 6, 409, "insufficient_stock", json!({"product_id": "lamp", "requested": 6, "available": 5})),
        ("beer", 5, 422, "below_minimum", json!({"minimum": 6})),
        ("beer", 30, 422, "above_maximum", json!({"maximum": 24})),
        ("beer", 7, 422, "not_multiple", json!({"multiple_of": 6})),
        ("palace", 3, 422, "amount_overflow", json!({})),
    ];
    for (product, quantity, status, code, members) in table {
        let body = json!({"product_id": product, "quantity": quantity});
        says(&shop.ann().post("/items", body).await.problem(status, code), members);
    }
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null, "a refused first add makes no cart");
}

#[tokio::test]
async fn more_than_there_is_by_any_way() {
    let shop = Shop::open().await;
    let id = item_id(&shop.ann().add("lamp", 5).await, 0);
    let refused = [
        shop.ann().try_to_add("lamp", 1).await,
        shop.ann().post(&format!("/items/{id}/increase"), json!({})).await,
        shop.ann().patch(&format!("/items/{id}"), json!({"quantity": 6})).await,
    ];
    for reply in refused {
        says(&reply.problem(409, "insufficient_stock"), json!({"requested": 6, "available": 5}));
    }
}

#[tokio::test]
async fn what_is_not_in_the_cart() {
    let shop = Shop::open().await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    shop.ann().delete(&format!("/items/{id}")).await.problem(404, "cart_not_found");
    shop.ann().add("mug", 1).await;
    let problem = shop.ann().delete(&format!("/items/{id}")).await.problem(404, "line_not_found");
    says(&problem, json!({"item_id": id}));
}

#[tokio::test]
async fn limits_of_the_policy() {
    let shop = Shop::open_with(|policy| {
        (policy.limits.lines, policy.limits.edits) = (1, 2);
        policy.on_duplicate = OnDuplicate::Reject;
    })
    .await;
    let id = item_id(&shop.ann().add("mug", 1).await, 0);
    says(&shop.ann().try_to_add("pen", 1).await.problem(422, "too_many_lines"), json!({"maximum": 1}));
    says(&shop.ann().try_to_add("mug", 1).await.problem(409, "duplicate_line"), json!({"item_id": id}));
    let edit = json!({"op": "increase", "item_id": id});
    let batch = |edits: Value| json!({"mode": "per_line", "edits": edits});
    let refused = shop.ann().post("/items/batch", batch(json!([edit, edit, edit]))).await;
    says(&refused.problem(422, "too_many_edits"), json!({"maximum": 2}));
    shop.ann().post("/items/batch", batch(json!([]))).await.problem(422, "nothing_to_do");
    shop.ann().patch(&format!("/items/{id}"), json!({})).await.problem(422, "nothing_to_do");
}

#[tokio::test]
async fn an_expired_cart_where_policy_says_so() {
    let shop = Shop::open_with(|policy| {
        policy.cardinality = cart_core::policy::Cardinality::OneActive;
        policy.user_lifetime = Ttl::Fixed(TimeDelta::hours(1));
        policy.on_expired = OnExpired::Gone;
    })
    .await;
    shop.ann().add("mug", 1).await;
    shop.clock.advance(TimeDelta::hours(1));
    shop.ann().get().await.problem(410, "cart_expired");
    shop.ann().delete("").await.problem(410, "cart_expired");
    // It is in the way of nothing that makes another.
    shop.ann().add("mug", 1).await;
}

/// A store in which ann's cart is being checked out.
async fn store_with_checkout() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    let made = Write::new([]).create(cart_id(1), created_sole(owner("ann")));
    let cart: Arc<Cart> = made.cart.clone();
    store.commit(unit([made])).await.unwrap();
    let begun = Write::new([checkout_begun(1, at(60), [])]).change(&cart);
    store.commit(unit([begun])).await.unwrap();
    assert!(store.open_cart(&channel("shop"), &owner("ann")).await.unwrap().is_some());
    store
}

#[tokio::test]
async fn a_cart_in_checkout_is_shown_and_not_changed() {
    let shop = Shop::open_as(Plan { store: Some(store_with_checkout().await), ..Plan::default() }).await;
    assert_eq!(shop.ann().get().await.ok()["status"], "checkout");
    let problem = shop.ann().try_to_add("mug", 1).await.problem(409, "wrong_status");
    says(&problem, json!({"cart_status": "checkout"}));
}

#[tokio::test]
async fn who_has_no_cart_in_a_shop() {
    let shop = Shop::open().await;
    for (token, code) in [("guest", "guests_refused"), ("staff", "forbidden"), ("system", "forbidden")] {
        shop.client(token).get().await.problem(403, code);
        shop.client(token).try_to_add("mug", 1).await.problem(403, code);
    }
}

#[tokio::test]
async fn faults_of_the_store() {
    let table = [
        (Fault::Unavailable, 1, 503, "unavailable", true),
        (Fault::Full, 1, 507, "storage_full", false),
        (Fault::Corrupt, 1, 500, "internal", false),
        (Fault::Conflict, 8, 409, "contended", true),
        (Fault::UnknownNotDone, 1, 503, "outcome_unknown", true),
    ];
    for (fault, times, status, code, retry) in table {
        let shop = Shop::open().await;
        let before = shop.ann().add("mug", 1).await;
        shop.store.fail_next(StoreCall::Commit, times, fault);
        if fault == Fault::UnknownNotDone {
            shop.store.fail_next(StoreCall::FindRequest, 1, Fault::Unavailable);
        }
        let reply = shop.ann().try_to_add("pen", 1).await;
        assert_eq!(reply.header("retry-after"), retry.then_some("1"), "{fault:?}");
        let problem = reply.problem(status, code).to_string();
        assert!(!problem.contains("told to fail") && !problem.contains("failing store"), "{problem}");
        assert_eq!(shop.ann().get().await.ok(), before, "{fault:?}");
    }
}

#[tokio::test]
async fn a_contended_cart_is_shown_as_it_is() {
    let shop = Shop::open().await;
    let before = shop.ann().add("mug", 1).await;
    shop.store.fail_next(StoreCall::Commit, 8, Fault::Conflict);
    assert_eq!(shop.ann().try_to_add("pen", 1).await.problem(409, "contended")["cart"], before);
}

#[tokio::test]
async fn a_commit_whose_outcome_is_looked_up_counts() {
    let shop = Shop::open().await;
    shop.store.fail_next(StoreCall::Commit, 1, Fault::UnknownDone);
    assert_eq!(shop.ann().add("mug", 1).await["version"], 1);
}

#[tokio::test]
async fn a_catalog_that_is_down() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    shop.catalog.set_down(true);
    for reply in [shop.ann().get().await, shop.ann().try_to_add("pen", 1).await] {
        assert_eq!(reply.header("retry-after"), Some("1"));
        let problem = reply.problem(503, "unavailable").to_string();
        assert!(!problem.contains("told to be down") && !problem.contains("catalog"), "{problem}");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_read() {
    for (fault, status, code) in [(Fault::Unavailable, 503, "unavailable"), (Fault::Corrupt, 500, "internal")]
    {
        let shop = Shop::open().await;
        shop.store.fail_next(StoreCall::OpenCart, 1, fault);
        shop.ann().get().await.problem(status, code);
    }
}

#[tokio::test]
async fn a_router_for_a_channel_that_the_service_does_not_have() {
    let shop = Shop::open_as(Plan { channel: "elsewhere", ..Plan::default() }).await;
    shop.ann().get().await.problem(500, "internal");
    shop.ann().try_to_add("mug", 1).await.problem(500, "internal");
}
