//! Taxes: where they are, at which level they are rounded, and what they are on.

use std::sync::Arc;

use cart_core::charge::Charge;
use cart_core::customer::Customer;
use cart_core::id::{ShippingMethodId, TaxClass};
use cart_core::money::{Currency, Money, Rounding};
use cart_core::notice::Notice;
use cart_core::policy::{CartPolicy, TaxBase, TaxLevel, TaxMode, TaxPolicy, TaxSplit};
use cart_core::pricing::{Part, PricedCart, price, taxable};
use cart_core::selection::Method;
use cart_core::tax::{ExternalTax, TaxError, TaxRate, Taxes, Treatment};
use cart_core::testing::samples::{self, product};
use cart_core::testing::{Scenario, cart, given};
use serde_json::{Value, json};

use super::promotions::promotion;

fn table(classes: Value) -> Taxes {
    let classes = classes.as_object().unwrap().iter();
    let read = |(class, treatment): (&String, &Value)| {
        (TaxClass::new(class).unwrap(), serde_json::from_value::<Treatment>(treatment.clone()).unwrap())
    };
    Taxes::Table(Arc::new(classes.map(read).collect()))
}

fn standard(rate: &str) -> Taxes {
    table(json!({"standard": {"rates": [{"name": "VAT", "rate": rate}]}}))
}

/// One line of each price, in so many units.
fn lines(prices: &[(i64, u32)], taxes: Taxes, policy: TaxPolicy) -> Scenario {
    let names: Vec<String> = (0..prices.len()).map(|n| format!("p{n}")).collect();
    let cart = names.iter().zip(prices).fold(cart(), |cart, (name, (minor, units))| {
        cart.with_line_of(product(name), *units, |line| {
            line.snapshot = samples::prices(*minor, Currency::EUR)
        })
    });
    let given = names
        .iter()
        .zip(prices)
        .fold(given(cart), |given, (name, (minor, _))| given.and_prices(name, *minor, *minor));
    given.and_taxes(taxes).and_policy_with(|whole| {
        whole.pricing.tax = policy;
        whole.pricing.promotions = true;
        whole.pricing.shipping = true;
    })
}

fn priced(given: &Scenario) -> PricedCart {
    let priced = price(given.cart(), &given.facts([])).unwrap();
    let currency = given.cart().currency();
    assert_eq!(priced.derivation.sum(currency).unwrap(), priced.totals.total);
    let steps = [Part::TaxOnTop, Part::TaxInside]
        .map(|part| priced.derivation.sum_of(part, currency).unwrap().minor());
    assert_eq!(steps[0] + steps[1], priced.totals.tax.minor());
    assert_eq!(steps[0], priced.totals.tax_on_top.minor());
    priced
}

fn taxes(given: &Scenario) -> Vec<i64> {
    priced(given).lines.iter().map(|line| line.amounts.unwrap().tax.minor()).collect()
}

const ON_TOP: TaxPolicy = TaxPolicy {
    mode: TaxMode::OnTop,
    level: TaxLevel::PerLine,
    rounding: Rounding::HalfUp,
    base: TaxBase::AfterDiscounts,
    split: TaxSplit::RoundTax,
};
const INSIDE: TaxPolicy = TaxPolicy { mode: TaxMode::Inside, ..ON_TOP };

#[test]
fn a_tax_on_top_is_added_and_a_tax_inside_is_not() {
    let on_top = priced(&lines(&[(1000, 2)], standard("0.19"), ON_TOP)).totals;
    assert_eq!((on_top.tax.minor(), on_top.total.minor(), on_top.net().unwrap().minor()), (380, 2380, 2000));
    let inside = priced(&lines(&[(1190, 2)], standard("0.19"), INSIDE)).totals;
    assert_eq!((inside.tax.minor(), inside.total.minor(), inside.net().unwrap().minor()), (380, 2380, 2000));
}

#[test]
fn a_tax_is_rounded_per_unit_per_line_per_rate_or_once() {
    // Three lines of 5 units at 0.05: 10% is 0.5 cents of a unit, 2.5 of a line, 7.5 of all.
    let at_level =
        |level| taxes(&lines(&[(5, 5), (5, 5), (5, 5)], standard("0.1"), TaxPolicy { level, ..ON_TOP }));
    assert_eq!(at_level(TaxLevel::PerUnit), [5, 5, 5]);
    assert_eq!(at_level(TaxLevel::PerLine), [3, 3, 3]);
    assert_eq!(at_level(TaxLevel::PerRate), [3, 3, 2]);
    assert_eq!(at_level(TaxLevel::PerTotal), [3, 3, 2]);
}

/// The figures of the telecom document: 10% of 1084.99 is 108.499.
#[test]
fn the_telecom_preset_rounds_the_tax_of_the_whole_cart_half_up() {
    let telecom = CartPolicy::telecom();
    assert_eq!(telecom.pricing.tax, TaxPolicy { level: TaxLevel::PerTotal, ..ON_TOP });
    let cart = lines(&[(99_999, 1), (8_500, 1)], standard("0.1"), ON_TOP).and_policy(telecom);
    let totals = priced(&cart).totals;
    let figures = [totals.subtotal, totals.tax, totals.total].map(Money::to_decimal);
    assert_eq!(figures, ["1084.99", "108.50", "1193.49"]);
}

#[test]
fn two_rates_are_rounded_apart_or_together() {
    let two = || {
        table(
            json!({"standard": {"rates": [{"name": "State", "rate": "0.05"}, {"name": "City", "rate": "0.05"}]}}),
        )
    };
    let at_level = |level| priced(&lines(&[(10, 1), (10, 1), (10, 1)], two(), TaxPolicy { level, ..ON_TOP }));
    // Each tax is 0.5 of a line and 1.5 of all lines; both of all lines are 3.
    assert_eq!(at_level(TaxLevel::PerLine).totals.tax.minor(), 6);
    assert_eq!(at_level(TaxLevel::PerRate).totals.tax.minor(), 4);
    let total = at_level(TaxLevel::PerTotal);
    assert_eq!(total.totals.tax.minor(), 3);
    let by_name: Vec<(&str, i64, i64)> =
        total.taxes.iter().map(|tax| (&*tax.name, tax.on.minor(), tax.amount.minor())).collect();
    assert_eq!(by_name, [("State", 30, 2), ("City", 30, 1)]);
}

#[test]
fn a_compound_tax_is_on_top_of_the_others() {
    let compound = table(json!({"standard": {"rates": [
        {"name": "GST", "rate": "0.05"}, {"name": "QST", "rate": "0.075", "compound": true}]}}));
    let priced = priced(&lines(&[(10_000, 1)], compound.clone(), ON_TOP));
    let amounts: Vec<i64> = priced.taxes.iter().map(|tax| tax.amount.minor()).collect();
    assert_eq!(amounts, [500, 788], "7.5% of 105.00 is 7.875");
    let inside = self::priced(&lines(&[(11_288, 1)], compound, INSIDE));
    let amounts: Vec<i64> = inside.taxes.iter().map(|tax| tax.amount.minor()).collect();
    assert_eq!(amounts, [500, 788]);
}

#[test]
fn a_price_is_taken_apart_by_rounding_the_tax_or_the_net() {
    let split = |split| taxes(&lines(&[(3, 1)], standard("1"), TaxPolicy { split, ..INSIDE }));
    assert_eq!(split(TaxSplit::RoundTax), [2]);
    assert_eq!(split(TaxSplit::RoundNet), [1]);
    let two =
        table(json!({"standard": {"rates": [{"name": "A", "rate": "0.1"}, {"name": "B", "rate": "0.1"}]}}));
    let given = lines(&[(11, 1)], two, TaxPolicy { split: TaxSplit::RoundNet, ..INSIDE });
    // The net is 9.17, so 2 are left for two equal taxes.
    assert_eq!(priced(&given).taxes.iter().map(|tax| tax.amount.minor()).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn taxes_are_on_what_discounts_leave_or_on_the_full_price() {
    let half = || promotion("p", json!({"on": "order", "reduction": {"percent": "0.5"}}), json!({}));
    let with = |policy| {
        let totals = priced(&lines(&[(1000, 1)], standard("0.2"), policy).and_promotion(half())).totals;
        (totals.tax.minor(), totals.total.minor())
    };
    assert_eq!(with(ON_TOP), (100, 600));
    assert_eq!(with(TaxPolicy { base: TaxBase::BeforeDiscounts, ..ON_TOP }), (200, 700));
    assert_eq!(with(INSIDE), (83, 500));
    assert_eq!(with(TaxPolicy { base: TaxBase::BeforeDiscounts, ..INSIDE }), (167, 500));
}

#[test]
fn a_zero_rate_is_shown_an_exemption_is_not() {
    let taxes = table(json!({"standard": {"rates": [{"name": "Zero", "rate": "0"}]}, "books": "exempt"}));
    let given = lines(&[(1000, 1), (500, 1)], taxes, ON_TOP)
        .and_product("p1", |book| book.tax_class = TaxClass::new("books").unwrap());
    let priced = priced(&given);
    let shown: Vec<(&str, i64, i64)> =
        priced.taxes.iter().map(|tax| (&*tax.name, tax.on.minor(), tax.amount.minor())).collect();
    assert_eq!((shown, priced.notices.len()), (vec![("Zero", 1000, 0)], 0));
}

#[test]
fn an_unknown_class_is_not_taxed_and_noticed() {
    let given = lines(&[(1000, 1), (500, 1)], standard("0.1"), ON_TOP)
        .and_product("p1", |odd| odd.tax_class = TaxClass::new("odd").unwrap());
    let priced = priced(&given);
    assert_eq!(priced.totals.tax.minor(), 100);
    assert_eq!(priced.notices, [Notice::TaxUnknown { class: Some(TaxClass::new("odd").unwrap()) }]);
}

#[test]
fn who_is_exempt_pays_no_tax_on_top() {
    let exempt = Customer { tax_exempt: true, ..Customer::default() };
    let priced = priced(&lines(&[(1000, 1)], standard("0.1"), ON_TOP).and_customer(exempt));
    assert_eq!((priced.totals.total.minor(), priced.notices), (1000, vec![]));
}

#[test]
fn shipping_is_taxed_by_its_own_class() {
    let shipped = |class: Option<&str>| {
        let method = Method {
            charge: Charge::Amount(Money::new(500, Currency::EUR).into()),
            tax_class: class.map(|class| TaxClass::new(class).unwrap()),
            ..Method::new("Standard")
        };
        let standard = ShippingMethodId::new("standard").unwrap();
        let given = lines(&[(1000, 1)], self::standard("0.1"), ON_TOP).and_shipping_method(Some(method));
        let cart = given.cart().to_stored();
        let chosen = cart_core::testing::cart().with(|stored| {
            *stored = cart;
            stored.selections = cart_core::selection::Selections {
                shipping_method: Some(standard),
                ..cart_core::selection::Selections::default()
            };
        });
        let policy = given.facts([]).policy;
        let choices = given.facts([]).choices;
        let fresh = cart_core::testing::given(chosen)
            .and_policy(CartPolicy::clone(&policy))
            .and_taxes(self::standard("0.1"))
            .and_shipping_method(choices.shipping_method);
        priced(&fresh).totals
    };
    let taxed = shipped(Some("standard"));
    assert_eq!((taxed.tax.minor(), taxed.total.minor()), (150, 1650));
    assert_eq!(shipped(None).tax.minor(), 100);
}

#[test]
fn a_tax_service_has_the_last_word() {
    let external = TaxPolicy { mode: TaxMode::External, ..ON_TOP };
    let given = || lines(&[(1000, 1), (500, 2)], Taxes::External(None), external);
    let asked = taxable(given().cart(), &given().facts([])).unwrap();
    let amounts: Vec<i64> = asked.lines.iter().map(|line| line.amount.minor()).collect();
    assert_eq!(amounts, [1000, 1000]);
    assert_eq!(priced(&given()).notices, [Notice::TaxUnknown { class: None }]);
    let eur = |minor| Money::new(minor, Currency::EUR);
    let says = |lines: Vec<Money>| Taxes::External(Some(ExternalTax { lines, charges: vec![] }));
    let told = given().and_taxes(says(vec![eur(70), eur(35)]));
    assert_eq!((taxes(&told), priced(&told).totals.total.minor()), (vec![70, 35], 2105));
    let of_another_cart = given().and_taxes(says(vec![eur(70)]));
    assert_eq!(priced(&of_another_cart).notices, [Notice::TaxUnknown { class: None }]);
    let negative = given().and_taxes(says(vec![eur(-1), eur(0)]));
    assert!(price(negative.cart(), &negative.facts([])).is_err());
}

#[test]
fn rates_that_cannot_be_computed_with_are_refused() {
    let rate = |text: &str| TaxRate::new("T", cart_core::money::Rate::parse(text).unwrap());
    assert_eq!(Treatment::rates([rate("10.1")]), Err(TaxError::TooHigh));
    assert_eq!(Treatment::rates([rate("5"), rate("1").compound()]), Err(TaxError::TooHigh));
    assert!(Treatment::rates([rate("5"), rate("0.8").compound()]).is_ok());
    assert_eq!(Treatment::rates(vec![rate("0"); 9]), Err(TaxError::TooMany));
}

#[test]
fn taxes_are_explained() {
    let text = priced(&lines(&[(999, 1)], standard("0.19"), INSIDE)).explain().to_string();
    assert!(text.contains("VAT, 19% inside 9.99, rounded half up for each line = contains +1.60"), "{text}");
    assert!(text.contains("of which tax 1.60"), "{text}");
}
