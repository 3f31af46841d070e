//! The demo world does what it promises: each of its promotions, fees and taxes counts in some cart.

#[allow(dead_code, unused_imports, reason = "the storefront uses the rest")]
#[path = "../examples/storefront/world/mod.rs"]
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use cart_core::command::{AddLine, Command, LineEdit};
use cart_core::coupon::CouponCode;
use cart_core::id::{AddressId, CompanyId, PaymentMethodId, ProductId, ShippingMethodId, UserId};
use cart_core::memory::MemoryStore;
use cart_core::prelude::*;
use cart_core::pricing::PricedCart;
use cart_core::product::Options;
use cart_core::promotion::NotApplied;
use cart_core::selection::Selection;
use cart_core::testing::ManualClock;
use chrono::TimeDelta;
use futures_executor::block_on;
use serde_json::{Value, json};
use world::World;

const WORLD: &str = include_str!("../examples/storefront/world.json");

/// A shopper in the demo shop, while some of its dated promotions hold.
struct Shopper {
    carts: CartService,
    caller: Caller,
    target: Target,
    priced: Option<PricedCart>,
}

fn shopper(user: &str, company: Option<&str>) -> Shopper {
    shopper_in(WORLD, user, company)
}

fn shopper_in(world: &str, user: &str, company: Option<&str>) -> Shopper {
    let world = World::parse(world).expect("the world can be read");
    let clock = ManualClock::default();
    clock.set("2026-12-28T12:00:00Z".parse().expect("a time"));
    let service = world
        .service(Arc::new(MemoryStore::default()), TimeDelta::minutes(30))
        .expect("the world is in order");
    let company = company.map(|company| CompanyId::new(company).expect("an id"));
    Shopper {
        carts: service.clock(Arc::new(clock)).build().expect("the policy is in order"),
        caller: Caller::new(Actor::User { user: UserId::new(user).expect("an id"), company }),
        target: Target::Current(world.channel),
        priced: None,
    }
}

fn ann() -> Shopper {
    shopper("ann", None)
}

impl Shopper {
    fn and(mut self, command: Command) -> Self {
        let outcome = block_on(self.carts.execute(&self.caller, &self.target, &command));
        self.priced = Some(outcome.expect("it is allowed").view.priced);
        self
    }

    fn with(self, product: &str, quantity: u32) -> Self {
        self.with_chosen(product, quantity, &[])
    }

    fn with_chosen(self, product: &str, quantity: u32, options: &[(&str, &str)]) -> Self {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = Options::new(options).expect("options");
        let product = ProductKey { product: ProductId::new(product).expect("an id"), options };
        let quantity = Quantity::new(quantity).expect("a quantity");
        self.and(Command::Edit(LineEdit::Add(AddLine::new(product, quantity))))
    }

    fn code(self, code: &str) -> Self {
        self.and(Command::AddCoupon { code: CouponCode::new(code).expect("a code") })
    }

    fn in_currency(self, currency: Currency) -> Self {
        self.and(Command::ChangeCurrency { currency })
    }

    fn to(self, address: &str) -> Self {
        let address = AddressId::new(address).expect("an id");
        self.and(Command::Select { selection: Selection::Address(address) })
    }

    fn by(self, method: &str) -> Self {
        let method = ShippingMethodId::new(method).expect("an id");
        self.and(Command::Select { selection: Selection::ShippingMethod(method) })
    }

    fn paying(self, method: &str) -> Self {
        let method = PaymentMethodId::new(method).expect("an id");
        self.and(Command::Select { selection: Selection::PaymentMethod(method) })
    }

    fn priced(self) -> PricedCart {
        self.priced.expect("something was done")
    }

    /// The promotions that take something off, or give something.
    fn promotions(self) -> Vec<(String, String)> {
        let priced = self.priced();
        let applied = priced.promotions.iter().filter_map(|promotion| {
            Some((promotion.id.to_string(), promotion.outcome.as_ref().ok()?.to_decimal()))
        });
        applied.collect()
    }

    fn total(self) -> String {
        self.priced().totals.total.to_decimal()
    }
}

/// Carts in which promotions of the world apply, and how much each takes off.
fn carts() -> Vec<(Shopper, Vec<(&'static str, &'static str)>)> {
    vec![
        (ann().with("sun-hat", 1), vec![("hats-10", "3.20")]),
        // 19.90 is the cheapest of three.
        (
            ann().with("beach-towel", 1).with("sun-hat", 2),
            vec![("hats-10", "6.40"), ("beach-3-for-2", "19.90")],
        ),
        (ann().with("earrings-silver-lotus", 1), vec![("earrings-4-off", "4.00")]),
        // 12% of 99.98 is more than 8.00.
        (ann().with("earrings-silver-lotus", 2), vec![("jewellery-12", "12.00")]),
        (ann().with("desk-lamp", 1), vec![("lamp-49", "10.00")]),
        (ann().with("pen-blue-box", 4), vec![]),
        (ann().with("pen-blue-box", 5), vec![("pens-by-the-box", "3.15")]),
        // 252.00 - 25.20; from 200 at unit prices, 3% of what is left.
        (ann().with("pen-blue-box", 20), vec![("pens-by-the-box", "25.20"), ("office-value", "6.80")]),
        // Ben is a trade customer: 10 at 21.50; 3% of 215.00, then 5% of 208.55.
        (
            shopper("ben", None).with("paper-a4-case", 10),
            vec![("office-value", "6.45"), ("trade-office", "10.43")],
        ),
        (ann().with("thangka-green-tara", 1), vec![("incense-gift", "0.00")]),
        (ann().with("phone-pixel-10", 1).by("standard"), vec![("free-standard", "6.90")]),
        (ann().with("sunscreen-50", 2).code("welcome 10"), vec![("welcome", "2.90")]),
        (ann().with("sunscreen-50", 5).code("tenoff"), vec![("ten-off", "10.00")]),
        (ann().with("sunscreen-50", 5).by("express").code("hurry"), vec![("half-express", "7.45")]),
        // Nothing else applies beside it.
        (ann().with("sun-hat", 1).code("friends25"), vec![("friends", "8.00")]),
        (ann().with("sunscreen-50", 7).code("first50"), vec![("first-50", "20.00")]),
        (ann().with("meditation-course", 1).code("newyear"), vec![("new-year", "4.35")]),
        // 389.00 and 365.00.
        (
            ann().with("thangka-green-tara", 1).with("thangka-white-tara", 1),
            vec![("tara-pair", "54.00"), ("incense-gift", "0.00")],
        ),
        // 11999.00 for a bowl.
        (ann().with("singing-bowl-18", 1).in_currency(Currency::INR), vec![("bowls-in-rupees", "599.95")]),
        (ann().with("meditation-course", 1).code("reader5"), vec![("reader", "5.00")]),
        // The first of the two, not the better one, in whatever order the codes come.
        (ann().with("meditation-course", 1).code("reader5").code("student15"), vec![("student", "4.35")]),
        (ann().with("meditation-course", 1).code("student15").code("reader5"), vec![("student", "4.35")]),
    ]
}

#[test]
fn each_promotion_applies_as_the_world_says() {
    for (shopper, expected) in carts() {
        let expected: Vec<_> =
            expected.into_iter().map(|(id, off)| (id.to_owned(), off.to_owned())).collect();
        assert_eq!(shopper.promotions(), expected);
    }
}

#[test]
fn an_offer_of_a_channel_is_not_one_of_another() {
    let elsewhere = WORLD.replace(r#""channel": "shop""#, r#""channel": "web""#);
    let bowl = shopper_in(&elsewhere, "ann", None).with("singing-bowl-18", 1).in_currency(Currency::INR);
    assert_eq!(bowl.priced().totals.total.to_decimal(), "11999.00");
}

#[test]
fn a_cart_has_each_part_of_the_pair_at_most_once() {
    for part in ["thangka-green-tara", "thangka-white-tara"] {
        let Shopper { carts, caller, target, .. } = ann().with_chosen(part, 1, &[("frame", "oak")]);
        let product = ProductKey::plain(ProductId::new(part).expect("an id"));
        let command = Command::Edit(LineEdit::Add(AddLine::new(product, Quantity::ONE)));
        let refused = block_on(carts.execute(&caller, &target, &command)).expect_err("there is one");
        let CartError::Rejected(rejection) = &refused else { panic!("{refused}") };
        assert!(matches!(rejection, Rejection::InsufficientStock { .. }), "{refused}");
    }
}

#[test]
fn every_promotion_of_the_world_is_in_some_cart() {
    let world: Value = serde_json::from_str(WORLD).expect("the world is JSON");
    let all = world["promotions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|promotion| promotion["id"].as_str());
    let all: BTreeSet<_> = all.filter(|id| *id != "autumn").collect();
    let shown: BTreeSet<_> =
        carts().into_iter().flat_map(|(_, expected)| expected).map(|(id, _)| id).collect();
    assert_eq!(shown, all);
}

#[test]
fn a_code_that_ended_is_refused() {
    let Shopper { carts, caller, target, .. } = ann().with("sunscreen-50", 1);
    let command = Command::AddCoupon { code: CouponCode::new("AUTUMN26").expect("a code") };
    let refused = block_on(carts.execute(&caller, &target, &command)).expect_err("it has ended");
    let CartError::Rejected(rejection) = &refused else { panic!("{refused}") };
    assert!(
        matches!(rejection, Rejection::CouponNotApplicable { reason: NotApplied::Ended, .. }),
        "{refused}"
    );
}

#[test]
fn an_address_says_the_tax_and_a_method_costs_what_it_says() {
    // 129.50 and 6.90, of which promotions leave 129.50 and 6.90 as it is below 150; 4% and 4.875% of each.
    let priced = ann().with("singing-bowl-18", 1).to("ann-home").by("standard").priced();
    let taxes: Vec<_> = priced.taxes.iter().map(|tax| (&*tax.name, tax.amount.to_decimal())).collect();
    assert_eq!(
        taxes,
        [("State sales tax 4%", "5.46".to_owned()), ("City sales tax 4.875%", "6.65".to_owned())]
    );
    assert_eq!(priced.totals.total.to_decimal(), "148.51");

    // 5% and 9.975% of 29.00, a course needs no delivery.
    assert_eq!(ann().with("meditation-course", 1).to("ann-cabin").total(), "33.34");
    assert_eq!(ann().with("meditation-course", 1).to("ann-home").total(), "29.00", "exempt");
    let acme = shopper("chen", Some("acme")).with("sunscreen-50", 2).to("acme-office");
    assert_eq!(acme.total(), "29.00", "acme pays no tax");
}

#[test]
fn without_an_address_the_tax_is_not_known() {
    let priced = ann().with("sunscreen-50", 1).priced();
    assert_eq!(priced.totals.total.to_decimal(), "14.50");
    assert!(priced.notices.iter().any(|notice| matches!(notice, Notice::TaxUnknown { .. })));
}

#[test]
fn fees_are_charged_for_what_was_chosen() {
    let wrapped = ann().with_chosen("sunscreen-50", 2, &[("gift_wrap", "yes")]).with("sunscreen-50", 1);
    assert_eq!(wrapped.total(), "50.50", "43.50 and twice 3.50");
    assert_eq!(ann().with("sunscreen-50", 1).paying("cash-on-delivery").total(), "19.50");
    assert_eq!(ann().with("phone-pixel-10", 1).paying("invoice").total(), "1004.99", "0.5% of 999.99");
}

#[test]
fn prices_depend_on_the_quantity_and_on_the_group() {
    let unit = |shopper: Shopper| shopper.priced().lines[0].prices.unit().to_decimal();
    assert_eq!(unit(ann().with("paper-a4-case", 2)), "24.95");
    assert_eq!(unit(ann().with("paper-a4-case", 10)), "22.95");
    assert_eq!(unit(shopper("ben", None).with("paper-a4-case", 2)), "23.50");
    assert_eq!(unit(shopper("ben", None).with("paper-a4-case", 40)), "19.50");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let refused = |shopper: &Shopper, product: &str| {
        let product = ProductKey::plain(ProductId::new(product).expect("an id"));
        let add = Command::Edit(LineEdit::Add(AddLine::new(product, Quantity::ONE)));
        let refusal = block_on(shopper.carts.execute(&shopper.caller, &shopper.target, &add));
        matches!(refusal, Err(CartError::Rejected(Rejection::IncompatibleItems { .. })))
    };
    assert!(refused(&ann(), "addon-data-10") && refused(&ann(), "phone-insurance"));
    let unlimited = ann().with("plan-unlimited", 1);
    assert!(refused(&unlimited, "addon-data-10") && refused(&unlimited, "plan-starter"));
    let insured = ann().with("phone-pixel-10", 1).with("phone-insurance", 1);
    assert!(refused(&insured, "phone-insurance"));
    assert_eq!(ann().with("plan-starter", 1).with("addon-data-10", 2).total(), "45.00");
}

#[test]
fn a_faulty_world_is_refused_with_the_name_of_what_is_wrong() {
    let refusal = |world: &Value| {
        let world = World::parse(&world.to_string()).expect("it can be read");
        world
            .service(Arc::new(MemoryStore::default()), TimeDelta::minutes(30))
            .expect_err("it contradicts itself")
            .to_string()
    };
    let broken = |pointer: &str, value: Value| {
        let mut world: Value = serde_json::from_str(WORLD).expect("the world is JSON");
        *world.pointer_mut(pointer).expect("it is there") = value;
        refusal(&world)
    };
    let promotion = broken("/promotions/0/effect/reduction/percent", "1.5".into());
    assert!(promotion.starts_with("promotion hats-10: "), "{promotion}");
    assert_eq!(broken("/promotions/1/id", "hats-10".into()), "promotion hats-10 occurs twice");
    assert_eq!(broken("/shipping_methods/1/id", "standard".into()), "shipping method standard occurs twice");
    assert_eq!(broken("/payment_methods/1/id", "card".into()), "payment method card occurs twice");
    let method = broken("/shipping_methods/1/max_grams", "20 kg".into());
    assert!(method.starts_with("shipping method express: "), "{method}");
    let method = broken("/payment_methods/0", json!({"id": "card", "name": "Card", "colour": "red"}));
    assert!(method.starts_with("payment method card: unknown field `colour`"), "{method}");
    assert_eq!(broken("/payment_methods/0", json!({"name": "Card"})), "a payment method has no id");
    assert_eq!(broken("/fees/1/id", "gift-wrap".into()), "fee gift-wrap occurs twice");
    let taxes = broken("/taxes/CA/standard/rates/0/rate", "11".into());
    assert!(taxes.starts_with("taxes of CA: class standard: "), "{taxes}");
    let gift = broken("/promotions/9/effect/product/product", "myrrh".into());
    assert_eq!(gift, "promotion incense-gift: there is no product myrrh");
    let relations = |value| broken("/products/8/relations", value);
    assert_eq!(
        relations(json!({"excludes": {"products": ["plan-unlimited"]}})),
        "product plan-unlimited: excludes names the product itself"
    );
    assert_eq!(
        relations(json!({"requires": [{"products": ["pager"]}]})),
        "product plan-unlimited: there is no product pager"
    );
    assert_eq!(
        relations(json!({"follows": {"parents": {"categories": ["pagers"]}}})),
        "product plan-unlimited: there is no product in category pagers"
    );
    let group = broken("/products/13/prices/1/currency", "EUR".into());
    assert!(group.starts_with("product paper-a4-case: "), "{group}");
}
