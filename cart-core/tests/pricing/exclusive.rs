//! An exclusive promotion that applies if it is better than the others together.

use std::collections::BTreeSet;
use std::sync::Arc;

use cart_core::cart::StoredCart;
use cart_core::charge::Charge;
use cart_core::facts::{Choices, Terms};
use cart_core::id::{PromotionId, ShippingMethodId, StockItemId};
use cart_core::line::{Line, LineKey};
use cart_core::metadata::Metadata;
use cart_core::money::{Currency, Money, Rate};
use cart_core::policy::{CartPolicy, ExclusiveRule};
use cart_core::product::{Product, Stock, UnitPrices};
use cart_core::promotion::{Effect, Promotion, Reduction, Scope, Stacking};
use cart_core::selection::Method;
use cart_core::testing::cart;
use cart_core::testing::samples::{at, line_id, product, quantity, user};

use crate::answer::Answer;
use crate::case::Case;
use crate::reference;

fn eur(minor: i64) -> UnitPrices {
    UnitPrices::undiscounted(Money::new(minor, Currency::EUR)).unwrap()
}

fn two_mugs() -> Line {
    Line {
        id: line_id(0),
        key: LineKey { product: product("mug"), distinct: Metadata::default() },
        quantity: quantity(2),
        note: None,
        metadata: Metadata::default(),
        snapshot: eur(1000),
        acknowledged: None,
        added_at: at(0),
        added_by: user("ann").to_ref(),
    }
}

fn promotion(id: &str, effect: Effect) -> Promotion {
    Promotion::new(PromotionId::new(id).unwrap(), id, effect)
}

/// Two mugs at 10.00 each, 15.00 less by an exclusive promotion if that is better than others together.
fn less_or(others: [Promotion; 2]) -> Case {
    let mut stored: StoredCart = cart().in_currency(Currency::EUR).build().to_stored();
    stored.lines = vec![Arc::new(two_mugs())];
    let mut policy = CartPolicy::shared();
    (policy.pricing.promotions, policy.pricing.shipping) = (true, true);
    policy.pricing.exclusive = ExclusiveRule::IfBetter;
    let effect = Effect::Lines { scope: Scope::default(), reduction: percent(75) };
    let less = Promotion { stacking: Stacking::Exclusive, ..promotion("less", effect) };
    let promotions = std::iter::once(less).chain(others).map(Arc::new).collect();
    Case {
        cart: stored,
        catalog: [(product("mug"), Arc::new(Product::new("Mug", eur(1000))))].into(),
        policy,
        now: at(60),
        choices: Choices::default(),
        terms: Terms { promotions, ..Terms::default() },
    }
}

fn percent(off: i64) -> Reduction {
    Reduction::Percent(Rate::from_billionths(off * 10_000_000).unwrap())
}

/// The same, or a pen by each of two promotions.
fn less_or_pens(pen: Product) -> Case {
    let gives = |id| promotion(id, Effect::Gift { product: product("pen"), quantity: quantity(1) });
    let mut case = less_or(["one", "two"].map(gives));
    case.catalog.insert(product("pen"), Arc::new(pen));
    case
}

fn agrees_on(case: &Case, discount: i64, gifts: usize) {
    let priced = case.priced().unwrap();
    assert_eq!((priced.totals.discount.minor(), priced.gifts.len()), (discount, gifts), "{case}");
    assert_eq!(Answer::of(&priced).difference(&reference::price(case)), None, "{case}");
}

#[test]
fn two_gifts_that_are_there_are_better_than_less_to_pay() {
    agrees_on(&less_or_pens(Product::new("Pen", eur(1000))), 0, 2);
}

#[test]
fn a_gift_that_is_there_once_counts_once_against_an_exclusive_promotion() {
    let stock = Stock::Limited { item: StockItemId::new("pens").unwrap(), available: 1 };
    agrees_on(&less_or_pens(Product { stock, ..Product::new("Pen", eur(1000)) }), 1500, 0);
}

#[test]
fn gifts_of_any_value_can_be_compared() {
    agrees_on(&less_or_pens(Product::new("Pen", eur(i64::MAX))), 0, 2);
}

/// Delivery costs half of what the lines do: 10.00, and 6.00 after 8.00 off; so the others come to 14.00.
#[test]
fn free_shipping_counts_at_what_shipping_costs_after_the_others() {
    let off = Reduction::Amount(Money::new(800, Currency::EUR).into());
    let mut case = less_or([
        promotion("off", Effect::Order { scope: Scope::default(), reduction: off }),
        promotion("free", Effect::Shipping { methods: BTreeSet::new(), reduction: percent(100) }),
    ]);
    let mut post = Method::new("Post");
    post.charge = Charge::Percent(Rate::from_billionths(500_000_000).unwrap());
    case.choices.shipping_method = Some(post);
    case.cart.selections.shipping_method = Some(ShippingMethodId::new("post").unwrap());
    agrees_on(&case, 1500, 0);
}
