//! Items that do not go together, as they are answered.

use cart_core::id::{CategoryId, LineId, ProductGroupId, ProductId};
use cart_core::relation::{Broken, Clash, ClashingLine, FollowedQuantity, ProductSet};
use serde::Serialize;

/// An item that does not go with others, and why.
///
/// | `rule` | what the item's product wants | further members |
/// |---|---|---|
/// | `requires` | one of these in the cart, and none is | `any_of` with `product_ids` and `category_ids` |
/// | `excludes` | none of the `others` | |
/// | `group` | to be the only item of a group | `group` |
/// | `follows` | as many units as the `others`, or at most as many | `units`, `parents`, `quantity` (`equal`, `at_most`) |
#[derive(Debug, Serialize)]
pub(crate) struct ClashBody<'a> {
    #[serde(flatten)]
    item: ClashingBody<'a>,
    #[serde(flatten)]
    rule: RuleBody<'a>,
    others: Vec<ClashingBody<'a>>,
}

/// An item; one that is only asked for has no id.
#[derive(Debug, Serialize)]
struct ClashingBody<'a> {
    item_id: Option<LineId>,
    product_id: &'a ProductId,
}

#[derive(Debug, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
enum RuleBody<'a> {
    Requires { any_of: SetBody<'a> },
    Excludes,
    Group { group: &'a ProductGroupId },
    Follows { units: u64, parents: u64, quantity: FollowedQuantity },
}

#[derive(Debug, Serialize)]
struct SetBody<'a> {
    product_ids: Vec<&'a ProductId>,
    category_ids: Vec<&'a CategoryId>,
}

impl<'a> ClashBody<'a> {
    pub(crate) fn of(clash: &'a Clash) -> Self {
        Self {
            item: ClashingBody::of(&clash.line),
            rule: RuleBody::of(&clash.broken),
            others: clash.others.iter().map(ClashingBody::of).collect(),
        }
    }
}

impl<'a> ClashingBody<'a> {
    fn of(line: &'a ClashingLine) -> Self {
        Self { item_id: line.line, product_id: &line.product }
    }
}

impl<'a> RuleBody<'a> {
    fn of(broken: &'a Broken) -> Self {
        match broken {
            Broken::Requires { any_of } => Self::Requires { any_of: SetBody::of(any_of) },
            Broken::Excludes => Self::Excludes,
            Broken::Group { group } => Self::Group { group },
            Broken::Follows { units, parents, quantity } => {
                Self::Follows { units: *units, parents: *parents, quantity: *quantity }
            }
        }
    }
}

impl<'a> SetBody<'a> {
    fn of(set: &'a ProductSet) -> Self {
        Self { product_ids: set.products.iter().collect(), category_ids: set.categories.iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn line(product: &str, id: Option<u128>) -> ClashingLine {
        let line = id.map(|id| LineId::from_uuid(Uuid::from_u128(id)));
        ClashingLine { line, product: ProductId::new(product).unwrap() }
    }

    #[test]
    fn a_clash_names_the_item_the_rule_and_the_others() {
        let broken = Broken::Follows { units: 2, parents: 1, quantity: FollowedQuantity::Equal };
        let clash = Clash { line: line("sim", None), broken, others: vec![line("plan", Some(7))] };
        assert_eq!(
            serde_json::to_value(ClashBody::of(&clash)).unwrap(),
            json!({
                "item_id": null, "product_id": "sim",
                "rule": "follows", "units": 2, "parents": 1, "quantity": "equal",
                "others": [{"item_id": "00000000-0000-0000-0000-000000000007", "product_id": "plan"}],
            })
        );
    }

    #[test]
    fn what_is_required_is_said_by_id() {
        let any_of = ProductSet {
            products: [ProductId::new("phone").unwrap()].into(),
            categories: [CategoryId::new("tablets").unwrap()].into(),
        };
        let clash =
            Clash { line: line("cover", Some(7)), broken: Broken::Requires { any_of }, others: vec![] };
        let body = serde_json::to_value(ClashBody::of(&clash)).unwrap();
        assert_eq!(body["rule"], "requires");
        assert_eq!(body["any_of"], json!({"product_ids": ["phone"], "category_ids": ["tablets"]}));
    }
}
