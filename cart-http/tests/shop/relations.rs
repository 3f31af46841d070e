//! Items that go together and items that do not.

use cart_core::money::Currency;
use cart_core::policy::Orphans;
use cart_core::product::Product;
use cart_core::testing::samples::{prices, product};
use serde_json::{Value, json};

use crate::support::{Shop, item_id};

/// A shop in which a pass needs a plan, and a pager goes with none.
async fn mobile(orphans: Orphans) -> Shop {
    let shop = Shop::open_with(|policy| policy.orphans = orphans).await;
    for (id, rules) in [
        ("plan", json!({})),
        ("pass", json!({"requires": [{"products": ["plan"]}]})),
        ("pager", json!({"excludes": {"products": ["plan"]}})),
    ] {
        let relations = serde_json::from_value(rules).unwrap();
        let known = Product { relations, ..Product::new(id, prices(10_00, Currency::EUR)) };
        shop.catalog.put(product(id), known);
    }
    shop
}

fn named(notice: &Value, code: &str) -> bool {
    notice["code"] == code
}

#[tokio::test]
async fn what_does_not_go_together_is_a_conflict_that_names_the_items() {
    let shop = mobile(Orphans::Keep).await;
    let problem = shop.ann().try_to_add("pass", 1).await.problem(409, "incompatible_items");
    let missing = json!({
        "rule": "requires", "item_id": null, "product_id": "pass", "others": [], "any_of": {"products": ["plan"]},
    });
    assert_eq!(problem["clashes"], json!([missing]));
    let plan = item_id(&shop.ann().add("plan", 1).await, 0);
    shop.ann().add("pass", 1).await;
    let problem = shop.ann().try_to_add("pager", 1).await.problem(409, "incompatible_items");
    let excluded = json!({
        "rule": "excludes", "item_id": null, "product_id": "pager", "others": [{"item_id": plan, "product_id": "plan"}],
    });
    assert_eq!(problem["clashes"], json!([excluded]));
}

#[tokio::test]
async fn a_plan_and_its_pass_come_in_together_in_either_order() {
    for products in [["plan", "pass"], ["pass", "plan"]] {
        let shop = mobile(Orphans::Keep).await;
        let edits = products.map(|id| json!({"op": "add", "product_id": id, "quantity": 1}));
        let cart =
            shop.ann().post("/items/batch", json!({"mode": "all_or_nothing", "edits": edits})).await.ok();
        assert_eq!((&cart["item_count"], &cart["notices"]), (&2.into(), &json!([])));
    }
}

#[tokio::test]
async fn what_a_removed_plan_leaves_behind_goes_stays_or_holds_it_up() {
    for orphans in [Orphans::Refuse, Orphans::Remove, Orphans::Keep] {
        let shop = mobile(orphans).await;
        let plan = item_id(&shop.ann().add("plan", 1).await, 0);
        let pass = item_id(&shop.ann().add("pass", 2).await, 1);
        let removed = shop.ann().delete(&format!("/items/{plan}")).await;
        match orphans {
            Orphans::Refuse => {
                let clashes = &removed.problem(409, "has_dependants")["clashes"];
                assert_eq!((&clashes[0]["item_id"], &clashes[0]["rule"]), (&pass.into(), &"requires".into()));
            }
            Orphans::Remove => {
                let cart = removed.ok();
                let notice = json!({"code": "dependant_reduced", "item_id": pass, "product_id": "pass", "from": 2, "to": null});
                assert_eq!((&cart["items"], &cart["notices"]), (&json!([]), &json!([notice])));
            }
            Orphans::Keep => {
                removed.ok();
                let cart = shop.ann().get().await.ok();
                let notices = cart["notices"].as_array().unwrap();
                assert!(matches!(&notices[..], [notice] if named(notice, "incompatible_items")), "{cart}");
                assert_eq!(
                    (&notices[0]["item_id"], &notices[0]["product_id"]),
                    (&pass.into(), &"pass".into())
                );
            }
        }
    }
}
