//! Rules between lines.

mod clashing;
mod coming;
mod going;
mod random;

use cart_core::policy::Orphans;
use cart_core::product::Product;
use cart_core::relation::{Broken, Clash, ClashingLine, ProductSet, Relations, clashes_of};
use cart_core::testing::samples::{line_id, product};
use cart_core::testing::{GivenCart, Scenario, cart, given};

pub(crate) fn relations(json: &str) -> Relations {
    serde_json::from_str(json).unwrap()
}

/// The same with rules of a product.
fn ruled(scenario: Scenario, id: &str, rules: &str) -> Scenario {
    scenario.and_product(id, |product| product.relations = relations(rules))
}

fn in_category(product: &mut Product, category: &str) {
    product.categories = [cart_core::id::CategoryId::new(category).unwrap()].into();
}

/// A mobile shop: a roaming pass needs a plan, there are no more SIM cards than plans and as many numbers as SIM cards, a
/// cart has one plan, and the pager goes with no plan.
fn mobile(cart: GivenCart) -> Scenario {
    let scenario = ["red plan", "blue plan"].into_iter().fold(given(cart), |scenario, plan| {
        ruled(scenario, plan, r#"{"groups": ["one plan"]}"#)
            .and_product(plan, |product| in_category(product, "plans"))
    });
    let scenario = ruled(scenario, "roaming", r#"{"requires": [{"categories": ["plans"]}]}"#);
    let scenario = ruled(scenario, "sim", r#"{"follows": {"parents": {"categories": ["plans"]}}}"#);
    let number = r#"{"follows": {"parents": {"products": ["sim"]}, "quantity": "equal"}}"#;
    ruled(ruled(scenario, "number", number), "pager", r#"{"excludes": {"categories": ["plans"]}}"#)
}

/// The mobile shop under a policy for what goes with what it needs.
fn mobile_with(orphans: Orphans, lines: &[(&str, u32)]) -> Scenario {
    mobile(filled(lines)).and_policy_with(|policy| policy.orphans = orphans)
}

fn filled(lines: &[(&str, u32)]) -> GivenCart {
    lines.iter().fold(cart(), |cart, (id, units)| cart.with_line(id, *units))
}

/// The `n`th line of a given cart, of a product.
fn nth(n: u64, id: &str) -> ClashingLine {
    ClashingLine { line: Some(line_id(n)), product: product(id).product }
}

/// A line that was not added.
fn unborn(id: &str) -> ClashingLine {
    ClashingLine { line: None, product: product(id).product }
}

fn clash(line: ClashingLine, broken: Broken, others: impl Into<Vec<ClashingLine>>) -> Clash {
    Clash { line, broken, others: others.into() }
}

fn requires(json: &str) -> Broken {
    let any_of: ProductSet = serde_json::from_str(json).unwrap();
    Broken::Requires { any_of }
}

fn found(scenario: &Scenario) -> Vec<Clash> {
    clashes_of(scenario.cart(), &scenario.facts([]).products)
}
