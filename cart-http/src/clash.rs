//! Items that do not go together, as they are answered.

use cart_core::id::{LineId, ProductId};
use cart_core::relation::{Broken, Clash, ClashingLine};
use serde::Serialize;

/// A rule that items break: of the product of the first, about the others.
///
/// | `rule` | further members |
/// |---|---|
/// | `requires` | `any_of`: `products` and `categories`, of which one must be in the cart |
/// | `excludes` | |
/// | `group` | `group`: of which the cart may have one item |
/// | `follows` | `units` of the product, `parents`: units of what it follows, `quantity`: `at_most` or `equal` |
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Clash"))]
pub(crate) struct ClashBody<'a> {
    #[serde(flatten)]
    item: ItemBody<'a>,
    #[serde(flatten)]
    broken: &'a Broken,
    others: Vec<ItemBody<'a>>,
}

/// An item; without an id if it was not added.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ClashItem"))]
struct ItemBody<'a> {
    item_id: Option<LineId>,
    product_id: &'a ProductId,
}

impl<'a> ClashBody<'a> {
    pub(crate) fn of(clash: &'a Clash) -> Self {
        let item = |line: &'a ClashingLine| ItemBody { item_id: line.line, product_id: &line.product };
        Self {
            item: item(&clash.line),
            broken: &clash.broken,
            others: clash.others.iter().map(item).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use cart_core::id::ProductGroupId;
    use cart_core::relation::{FollowedQuantity, ProductSet};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    fn body(broken: Broken, others: Vec<ClashingLine>) -> Value {
        let line = ClashingLine { line: None, product: ProductId::new("sim").unwrap() };
        serde_json::to_value(ClashBody::of(&Clash { line, broken, others })).unwrap()
    }

    #[test]
    fn a_clash_says_which_rule_and_which_items() {
        let plan = ProductId::new("plan").unwrap();
        let any_of = ProductSet { products: [plan.clone()].into(), ..ProductSet::default() };
        let other = ClashingLine { line: Some(LineId::from_uuid(Uuid::from_u128(7))), product: plan };
        let (units, parents, quantity) = (3, 2, FollowedQuantity::AtMost);
        let group = ProductGroupId::new("one plan").unwrap();
        let table = [
            (
                Broken::Requires { any_of },
                vec![],
                json!({"rule": "requires", "any_of": {"products": ["plan"]}}),
            ),
            (Broken::Excludes, vec![other], json!({"rule": "excludes"})),
            (Broken::Group { group }, vec![], json!({"rule": "group", "group": "one plan"})),
            (
                Broken::Follows { units, parents, quantity },
                vec![],
                json!({"rule": "follows", "units": 3, "parents": 2, "quantity": "at_most"}),
            ),
        ];
        for (broken, others, mut expected) in table {
            expected["item_id"] = Value::Null;
            expected["product_id"] = "sim".into();
            expected["others"] = json!([]);
            if !others.is_empty() {
                expected["others"] = json!([{"item_id": ID, "product_id": "plan"}]);
            }
            assert_eq!(body(broken, others), expected);
        }
    }
}
