//! Smaller cases that still fail, for people to read.

use std::collections::BTreeMap;
use std::sync::Arc;

use cart_core::line::Line;
use cart_core::policy::{CartPolicy, PricingPolicy};
use cart_core::promotion::{Conditions, Promotion, Scope, Stacking, UseLimit};
use cart_core::quantity::Quantity;
use cart_core::selection::Selections;

use crate::case::Case;

/// The smallest case found that still fails, by leaving out and plainer choices one at a time.
pub(crate) fn shrink(case: &Case, fails: impl Fn(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    while let Some(smaller) = smaller(&smallest).into_iter().find(&fails) {
        smallest = smaller;
    }
    smallest
}

fn smaller(case: &Case) -> Vec<Case> {
    let mut cases = Vec::new();
    without_one(case, &mut cases);
    plainer_policies(case, &mut cases);
    plainer_lines(case, &mut cases);
    plainer_promotions(case, &mut cases);
    cases
}

fn changed(case: &Case, change: impl FnOnce(&mut Case)) -> Case {
    let mut other = case.clone();
    change(&mut other);
    other
}

fn without_one(case: &Case, cases: &mut Vec<Case>) {
    let terms = &case.terms;
    cases.extend((0..case.cart.lines.len()).map(|at| changed(case, |c| drop(c.cart.lines.remove(at)))));
    cases
        .extend((0..terms.promotions.len()).map(|at| changed(case, |c| drop(c.terms.promotions.remove(at)))));
    cases.extend((0..terms.fees.len()).map(|at| changed(case, |c| drop(c.terms.fees.remove(at)))));
    cases.extend((0..case.cart.coupons.len()).map(|at| changed(case, |c| drop(c.cart.coupons.remove(at)))));
    let products = case.catalog.keys().map(|key| changed(case, |c| drop(c.catalog.remove(key))));
    cases.extend(products);
    if !case.cart.selections.is_empty() {
        for at in 0..3 {
            cases.push(changed(case, |c| unselect(&mut c.cart.selections, at)));
        }
    }
    cases.retain(|smaller| smaller.cart != case.cart || is_less(smaller, case));
}

fn is_less(smaller: &Case, case: &Case) -> bool {
    let size = |c: &Case| c.terms.promotions.len() + c.terms.fees.len() + c.catalog.len();
    size(smaller) < size(case)
}

fn unselect(selections: &mut Selections, which: u8) {
    match which {
        0 => selections.address = None,
        1 => selections.shipping_method = None,
        _ => selections.payment_method = None,
    }
}

fn plainer_policies(case: &Case, cases: &mut Vec<Case>) {
    let usual = PricingPolicy::default();
    let live = CartPolicy::shared().price_basis;
    let mut with = |change: &dyn Fn(&mut PricingPolicy)| {
        cases.push(changed(case, |c| change(&mut c.policy.pricing)));
    };
    with(&|policy| policy.promotions = false);
    with(&|policy| policy.shipping = false);
    with(&|policy| policy.fees = false);
    with(&|policy| policy.rounding = usual.rounding);
    with(&|policy| policy.line_percentages = usual.line_percentages);
    with(&|policy| policy.order_percentages = usual.order_percentages);
    with(&|policy| policy.allocation = usual.allocation);
    with(&|policy| policy.weights = usual.weights);
    with(&|policy| policy.exclusive = usual.exclusive);
    with(&|policy| policy.tax = usual.tax);
    with(&|policy| policy.tax.level = usual.tax.level);
    with(&|policy| policy.tax.rounding = usual.tax.rounding);
    with(&|policy| policy.tax.base = usual.tax.base);
    with(&|policy| policy.tax.split = usual.tax.split);
    with(&|policy| policy.cash = BTreeMap::new());
    cases.push(changed(case, |c| c.policy.price_basis = live));
    cases.push(changed(case, |c| c.terms.uses.clear()));
    cases.push(changed(case, |c| c.terms.customer.groups.clear()));
    cases.push(changed(case, |c| c.terms.customer.tax_exempt = false));
    cases.retain(|plainer| format!("{plainer:?}") != format!("{case:?}"));
}

fn plainer_lines(case: &Case, cases: &mut Vec<Case>) {
    for (at, line) in case.cart.lines.iter().enumerate() {
        let units = line.quantity.get();
        for fewer in [1, units / 2, units - 1] {
            if (1..units).contains(&fewer) {
                let line = Line { quantity: Quantity::new(fewer).unwrap(), ..Line::clone(line) };
                cases.push(changed(case, |c| c.cart.lines[at] = Arc::new(line)));
            }
        }
    }
}

fn plainer_promotions(case: &Case, cases: &mut Vec<Case>) {
    for (at, promotion) in case.terms.promotions.iter().enumerate() {
        let mut with = |change: &dyn Fn(&mut Promotion)| {
            let mut plainer = Promotion::clone(promotion);
            change(&mut plainer);
            if plainer != **promotion {
                cases.push(changed(case, |c| c.terms.promotions[at] = Arc::new(plainer)));
            }
        };
        with(&|promotion| promotion.conditions = Conditions::default());
        with(&|promotion| promotion.conditions.scope = Scope::default());
        with(&|promotion| promotion.stacking = Stacking::Combine);
        with(&|promotion| promotion.limit = UseLimit::default());
        with(&|promotion| promotion.codes.clear());
        with(&|promotion| promotion.priority = 0);
    }
}
