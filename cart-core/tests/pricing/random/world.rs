//! Carts, products, policies, methods, fees and taxes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cart_core::cart::StoredCart;
use cart_core::charge::{Charge, Fee, FeeBasis, SubtotalStep, WeightStep};
use cart_core::coupon::CouponCode;
use cart_core::customer::Customer;
use cart_core::facts::{Choices, Terms, Uses};
use cart_core::id::{
    AddressId, CategoryId, CustomerGroupId, CustomerKey, FeeId, PaymentMethodId, PromotionId,
    ShippingMethodId, StockItemId, TaxClass,
};
use cart_core::line::{Line, LineKey};
use cart_core::metadata::Metadata;
use cart_core::money::{Allocation, Currency, Money, Rate, Rounding};
use cart_core::policy::{
    AllocationWeights, CartPolicy, CashRounding, CouponPolicy, ExclusiveRule, PercentLevel, PriceBasis,
    PricingPolicy, TaxBase, TaxLevel, TaxMode, TaxPolicy, TaxSplit,
};
use cart_core::pricing::taxable;
use cart_core::product::{Options, PriceTier, Product, ProductKey, Stock, UnitPrices};
use cart_core::promotion::Promotion;
use cart_core::selection::{Address, Method, Selections};
use cart_core::tax::{ExternalTax, TaxRate, Taxes, Treatment};
use cart_core::testing::cart;
use cart_core::testing::samples::{at, line_id, quantity, user};
use chrono::TimeDelta;

use super::promotions::promotions;
use super::{
    CATEGORIES, CLASSES, CODES, GROUPS, KINDS, METHODS, PAYMENTS, PRODUCTS, Source, code, gift, text,
};
use crate::case::Case;

const ROUNDINGS: [Rounding; 5] =
    [Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown, Rounding::Up, Rounding::Down];

pub(super) fn case(source: &mut Source) -> Case {
    let mut catalog = gifts(source);
    let lines = lines(source, &mut catalog);
    let policy = policy(source);
    let promotions = promotions(source);
    let refused: BTreeSet<PromotionId> =
        promotions.iter().filter(|_| source.once_in(20)).map(|promotion| promotion.id.clone()).collect();
    let selections = selections(source);
    let choices = choices(source, &selections);
    let terms = terms(source, promotions);
    let mut stored: StoredCart = cart().in_currency(source.currency).build().to_stored();
    stored.lines = lines;
    stored.coupons = codes(source, &terms.promotions);
    stored.refused_gifts = refused;
    stored.selections = selections;
    let case = Case { cart: stored, catalog, policy, now: at(60), choices, terms };
    with_external_tax(source, case)
}

fn unit_prices(source: &mut Source) -> UnitPrices {
    let unit = Money::new(source.minor(), source.currency);
    let list = match source.below(4) {
        0 => Money::new(source.minor(), source.currency),
        1 => Money::new(unit.minor() + 1, source.currency),
        _ => unit,
    };
    UnitPrices::new(list, unit).unwrap()
}

fn stock(source: &mut Source) -> Stock {
    match source.below(40) {
        0 => Stock::OutOfStock,
        1 => Stock::Call,
        2..=11 => limited(source, &[0, 5, 8, 20, 60, 1000, 5000]),
        _ => Stock::Unlimited,
    }
}

fn limited(source: &mut Source, numbers: &[u32]) -> Stock {
    let item = StockItemId::new(source.pick(&["shelf", "box"])).unwrap();
    Stock::Limited { item, available: source.pick(numbers) }
}

fn product(source: &mut Source, name: &str) -> Product {
    let mut product = Product::new(name, unit_prices(source));
    if source.once_in(30) {
        product.prices = UnitPrices::undiscounted(Money::new(100, Currency::GBP)).unwrap();
    }
    product.kind = text(source.pick(&KINDS));
    product.stock = stock(source);
    product.withdrawn = source.once_in(50);
    product.needs_delivery = !source.once_in(4);
    product.grams = source.pick(&[0, 1, 100, 500, 1200]);
    product.categories = source.list(2, |s| CategoryId::new(s.pick(&CATEGORIES)).unwrap()).into();
    product.tax_class = class(source);
    if source.once_in(5) {
        let (from, step) = (source.between(1, 5), source.between(1, 10));
        let tier =
            |source: &mut Source, from| PriceTier { from: quantity(from), prices: unit_prices(source) };
        let mut tiers = [tier(source, from), tier(source, from + step)];
        if source.once_in(8) {
            tiers.reverse();
        }
        product.tiers = tiers.into();
    }
    product
}

fn class(source: &mut Source) -> TaxClass {
    let word = if source.once_in(2) { "standard" } else { source.pick(&CLASSES) };
    TaxClass::new(word).unwrap()
}

/// Products without lines.
fn gifts(source: &mut Source) -> BTreeMap<ProductKey, Arc<Product>> {
    let mut catalog = BTreeMap::new();
    for name in ["pen", "pin", "jar", "ring", "old"] {
        let mut product = product(source, name);
        product.withdrawn = name == "old";
        if source.once_in(2) {
            // So few that gifts vie for them.
            product.stock = limited(source, &[1, 2, 3, 5]);
        }
        catalog.insert(gift(name), Arc::new(product));
    }
    catalog
}

fn lines(source: &mut Source, catalog: &mut BTreeMap<ProductKey, Arc<Product>>) -> Vec<Arc<Line>> {
    let count = if source.once_in(60) { 60 } else { source.pick(&[0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 12]) };
    let mut lines: Vec<Arc<Line>> = Vec::new();
    for number in 0..count {
        let key = ProductKey { options: options(source, number), ..gift(source.pick(&PRODUCTS)) };
        let product = match lines.last() {
            // Equal lines provoke ties.
            Some(last) if source.once_in(4) => catalog.get(&last.key.product).cloned(),
            _ => (!source.once_in(40)).then(|| Arc::new(product(source, &format!("Product {number}")))),
        };
        if let Some(product) = product {
            catalog.insert(key.clone(), product);
        }
        let units = match lines.last() {
            Some(last) if source.once_in(4) => last.quantity.get(),
            _ => units(source),
        };
        lines.push(Arc::new(line(source, number, key, units)));
    }
    lines
}

fn units(source: &mut Source) -> u32 {
    match source.below(20) {
        0 => 1000,
        1..=6 => 1,
        7..=13 => source.between(1, 5),
        _ => source.between(1, 30),
    }
}

fn options(source: &mut Source, number: u64) -> Options {
    let mut chosen = BTreeMap::from([("number".to_owned(), number.to_string())]);
    if source.once_in(3) {
        chosen.insert("wrap".to_owned(), source.pick(&["yes", "no"]).to_owned());
    }
    Options::new(chosen).unwrap()
}

fn line(source: &mut Source, number: u64, product: ProductKey, units: u32) -> Line {
    Line {
        id: line_id(number),
        key: LineKey { product, distinct: Metadata::default() },
        quantity: quantity(units),
        note: None,
        metadata: Metadata::default(),
        snapshot: unit_prices(source),
        acknowledged: None,
        added_at: at(source.pick(&[0, 30, 59])),
        added_by: user("ann").to_ref(),
    }
}

fn policy(source: &mut Source) -> CartPolicy {
    let pricing = PricingPolicy {
        promotions: !source.once_in(30),
        coupons: CouponPolicy { max: 10, ..CouponPolicy::default() },
        shipping: !source.once_in(20),
        fees: !source.once_in(20),
        rounding: source.pick(&ROUNDINGS),
        line_percentages: level(source),
        order_percentages: level(source),
        allocation: source.pick(&[
            Allocation::LargestRemainder,
            Allocation::FirstGetsRemainder,
            Allocation::Even,
            Allocation::LastAbsorbs,
            Allocation::LargestWeightFirst,
        ]),
        weights: source.pick(&[
            AllocationWeights::Discounted,
            AllocationWeights::Listed,
            AllocationWeights::TaxInclusive,
        ]),
        exclusive: source.pick(&[ExclusiveRule::Wins, ExclusiveRule::IfBetter]),
        tax: tax_policy(source),
        cash: cash(source),
    };
    let lately = PriceBasis::AtAddFor(TimeDelta::seconds(30));
    let price_basis = source.pick(&[PriceBasis::Live, PriceBasis::Live, PriceBasis::AtAdd, lately]);
    CartPolicy { pricing, price_basis, ..CartPolicy::shared() }
}

fn level(source: &mut Source) -> PercentLevel {
    source.pick(&[PercentLevel::PerUnit, PercentLevel::PerLine, PercentLevel::PerOrder])
}

fn tax_policy(source: &mut Source) -> TaxPolicy {
    let mode = match source.below(20) {
        0 => TaxMode::None,
        1 => TaxMode::External,
        2..=9 => TaxMode::Inside,
        _ => TaxMode::OnTop,
    };
    TaxPolicy {
        mode,
        level: source.pick(&[TaxLevel::PerUnit, TaxLevel::PerLine, TaxLevel::PerRate, TaxLevel::PerTotal]),
        rounding: source.pick(&ROUNDINGS),
        base: source.pick(&[TaxBase::AfterDiscounts, TaxBase::AfterDiscounts, TaxBase::BeforeDiscounts]),
        split: source.pick(&[TaxSplit::RoundTax, TaxSplit::RoundNet]),
    }
}

fn cash(source: &mut Source) -> BTreeMap<Currency, CashRounding> {
    if !source.once_in(4) {
        return BTreeMap::new();
    }
    let increment = source.pick(&[1, 2, 5, 10, 50, 100]);
    let methods = source.maybe(2, |s| s.some(&PAYMENTS, |id| PaymentMethodId::new(id).unwrap()));
    let rounding =
        CashRounding { increment, rounding: source.pick(&ROUNDINGS), methods: methods.unwrap_or_default() };
    [(source.currency, rounding)].into()
}

/// Codes of the promotions, and others.
fn codes(source: &mut Source, promotions: &[Arc<Promotion>]) -> Vec<CouponCode> {
    let of_promotions = promotions.iter().flat_map(|promotion| &promotion.codes);
    let mut codes: Vec<CouponCode> = of_promotions.filter(|_| !source.once_in(3)).cloned().collect();
    codes.extend(source.maybe(4, |source| code(source.pick(&CODES))));
    let mut given: Vec<CouponCode> = Vec::new();
    for _ in 0..codes.len() {
        let code = codes.swap_remove(source.index(codes.len()));
        if !given.contains(&code) && given.len() < CouponPolicy::MAX {
            given.push(code);
        }
    }
    given
}

fn selections(source: &mut Source) -> Selections {
    let or_none = |source: &mut Source| !source.once_in(4);
    Selections {
        address: or_none(source).then(|| AddressId::new("home").unwrap()),
        shipping_method: or_none(source).then(|| ShippingMethodId::new(source.pick(&METHODS)).unwrap()),
        payment_method: or_none(source).then(|| PaymentMethodId::new(source.pick(&PAYMENTS)).unwrap()),
    }
}

/// What the host says about the choices: nothing about what is not chosen, and sometimes nothing about what is.
fn choices(source: &mut Source, selections: &Selections) -> Choices {
    let country = source.pick(&["DE", "CH"]);
    Choices {
        address: selections.address.as_ref().map(|_| Address { country: text(country) }),
        billing_address: None,
        shipping_method: selections.shipping_method.as_ref().and_then(|_| known_method(source)),
        payment_method: selections.payment_method.as_ref().and_then(|_| known_method(source)),
    }
}

fn known_method(source: &mut Source) -> Option<Method> {
    if source.once_in(30) { None } else { Some(method(source)) }
}

fn method(source: &mut Source) -> Method {
    let mut method = Method::new("Method");
    method.charge = charge(source);
    method.tax_class = if source.once_in(4) { None } else { Some(class(source)) };
    method.active = !source.once_in(30);
    if source.once_in(20) {
        method.currencies = [source.currency, Currency::GBP].into();
    }
    if source.once_in(20) {
        method.kinds = source.some(&KINDS, text);
    }
    if source.once_in(20) {
        method.countries = source.some(&["DE", "CH", "JP"], text);
    }
    method.min_subtotal = source.maybe(20, Source::amounts).unwrap_or_default();
    method.max_subtotal = source.maybe(30, Source::amounts).unwrap_or_default();
    method.max_grams = source.maybe(20, |s| s.pick(&[100, 5000, 100_000]));
    method
}

fn charge(source: &mut Source) -> Charge {
    match source.below(8) {
        0 => Charge::Free,
        1 | 2 => Charge::Amount(source.amounts()),
        3 => Charge::PerUnit(source.amounts()),
        4 | 5 => Charge::Percent(source.rate()),
        6 => Charge::ByWeight(steps(source, |source, at| WeightStep {
            from_grams: u64::from(source.between(0, 4000)) * at,
            amounts: source.amounts(),
        })),
        _ => Charge::BySubtotal(steps(source, |source, at| SubtotalStep {
            from: Money::new(source.minor() * i64::try_from(at).unwrap(), source.currency).into(),
            amounts: source.amounts(),
        })),
    }
}

fn steps<T>(source: &mut Source, make: impl Fn(&mut Source, u64) -> T) -> Vec<T> {
    (0..u64::from(source.between(1, 3))).map(|at| make(source, at)).collect()
}

fn terms(source: &mut Source, promotions: Vec<Arc<Promotion>>) -> Terms {
    let customer = Customer {
        groups: source
            .maybe(2, |s| s.some(&GROUPS, |id| CustomerGroupId::new(id).unwrap()))
            .unwrap_or_default(),
        key: (!source.once_in(3)).then(|| CustomerKey::new("ann").unwrap()),
        tax_exempt: source.once_in(20),
    };
    let uses = promotions.iter().filter(|promotion| promotion.limit.is_limited()).map(|promotion| {
        let by_customer = if customer.key.is_some() { source.between(0, 2) } else { 0 };
        (promotion.id.clone(), Uses { total: by_customer + source.between(0, 2), by_customer })
    });
    let uses = uses.collect();
    let fees = (0..source.pick(&[0, 0, 1, 2, 3])).map(|number| Arc::new(fee(source, number))).collect();
    Terms { customer, promotions, uses, fees, taxes: Taxes::Table(Arc::new(taxes(source))) }
}

fn fee(source: &mut Source, number: u32) -> Fee {
    let on = match source.below(3) {
        0 => FeeBasis::Order,
        1 => FeeBasis::Payment(source.some(&PAYMENTS, |id| PaymentMethodId::new(id).unwrap())),
        _ => FeeBasis::Option { name: text("wrap"), value: text("yes") },
    };
    Fee {
        id: FeeId::new(format!("fee{number}")).unwrap(),
        name: text("Fee"),
        on,
        charge: charge(source),
        tax_class: if source.once_in(4) { None } else { Some(class(source)) },
    }
}

fn taxes(source: &mut Source) -> BTreeMap<TaxClass, Treatment> {
    let mut table = BTreeMap::new();
    for class in CLASSES {
        let treatment = match class {
            "exempt" => Treatment::Exempt,
            "unknown" => continue,
            _ => Treatment::Rates(rates(source).into()),
        };
        table.insert(TaxClass::new(class).unwrap(), treatment);
    }
    table
}

/// Up to three taxes with different names, which classes share.
fn rates(source: &mut Source) -> Vec<TaxRate> {
    const BILLIONTHS: [i64; 10] = [0, 50, 55, 70, 190, 200, 250, 500, 1000, 3000];
    let names = ["City", "County", "State"];
    let count = source.index(names.len() + 1);
    let tax = |name: &&str| {
        let rate = match source.below(8) {
            0 => Rate::from_billionths(99_750_000),
            1 => Rate::from_billionths(88_750_000),
            _ => Rate::from_billionths(source.pick(&BILLIONTHS) * 1_000_000),
        };
        let tax = TaxRate::new(*name, rate.unwrap());
        if source.once_in(4) { tax.compound() } else { tax }
    };
    names[..count].iter().map(tax).collect()
}

/// Where taxes come from outside, figures for what is asked about, or for one charge more.
fn with_external_tax(source: &mut Source, mut case: Case) -> Case {
    if case.policy.pricing.tax.mode != TaxMode::External {
        return case;
    }
    let asked = taxable(&case.cart(), &case.facts()).unwrap();
    let is_of_another_cart = !asked.lines.is_empty() && source.once_in(8);
    let mut figure = || Money::new(i64::from(source.between(0, 300)), source.currency);
    let mut figures = ExternalTax {
        lines: asked.lines.iter().map(|_| figure()).collect(),
        charges: asked.charges.iter().map(|_| figure()).collect(),
    };
    if is_of_another_cart {
        figures.charges.push(figure());
    }
    case.terms.taxes = Taxes::External((!source.once_in(4)).then_some(figures));
    case
}
