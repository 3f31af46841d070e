//! On which terms the service prices carts: whom it asks for what, and when.

use std::collections::BTreeMap;
use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::charge::{Charge, Fee, FeeBasis};
use cart_core::checkout::Handoff;
use cart_core::command::{BeginCheckout, Command, DuplicateCart, LineEdit, MergeCarts};
use cart_core::customer::Customer;
use cart_core::id::{AddressId, CartId, CheckoutId, CustomerGroupId, FeeId, ShippingMethodId, TaxClass};
use cart_core::memory::{MemoryAddressBook, MemoryMethodBook};
use cart_core::merge::MergeStrategy;
use cart_core::money::{Amounts, Currency, Money};
use cart_core::notice::Notice;
use cart_core::policy::{CartPolicy, CouponMisfit, TaxMode};
use cart_core::port::{Catalog, PortError, ProductQuery, TaxService, TermsContext};
use cart_core::product::Product;
use cart_core::promotion::{
    Conditions, Effect, MinSubtotal, NotApplied, Promotion, Reduction, Scope, SubtotalBasis, UseLimit,
};
use cart_core::quantity::Quantity;
use cart_core::rejection::Rejection;
use cart_core::selection::{Address, Method, Selection, SelectionKind};
use cart_core::service::{CartError, CartService, Target};
use cart_core::tax::{ExternalTax, TaxRate, TaxableCart, Treatment};
use cart_core::testing::samples::{coupon, placed_order, prices, product, promotion_id};
use cart_core::testing::{FixedCatalog, StoreCall, block_on};

use crate::host::{Asked, Host, customer};
use crate::shop::{Shop, add, ann, bob, current, rejection, rename, shop};

/// A shop with a host and a delivery address of `ann` in Switzerland, `home`, and a shipping method for 5.00, `post`.
fn shop_with(policy: CartPolicy) -> (Shop, Arc<Host>) {
    let host = Arc::new(Host::default());
    let (addresses, methods) = (MemoryAddressBook::default(), MemoryMethodBook::default());
    addresses.put(ann().owner().unwrap(), home(), Address { country: "CH".into() });
    let charge = Charge::Amount(Amounts::from(euro(5_00)));
    methods.put_shipping(post(), Method { charge, ..Method::new("Post") });
    let shop = Shop::over(Arc::default(), policy, |builder| {
        host.serve(builder).addresses(Arc::new(addresses)).methods(Arc::new(methods))
    });
    (shop, host)
}

fn home() -> AddressId {
    AddressId::new("home").unwrap()
}

fn post() -> ShippingMethodId {
    ShippingMethodId::new("post").unwrap()
}

fn select(selection: Selection) -> Command {
    Command::Select { selection }
}

fn euro(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// Many carts, with everything that costs or saves anything.
fn everything(tax: TaxMode) -> CartPolicy {
    let mut policy = CartPolicy::company();
    policy.pricing.tax.mode = tax;
    policy
}

fn off(id: &str, rate: &str) -> Promotion {
    let reduction = Reduction::Percent(rate.parse().unwrap());
    let effect = Effect::Order { scope: Scope::default(), reduction };
    Promotion::new(promotion_id(id), id, effect)
}

fn coded(code: &str, promotion: Promotion) -> Promotion {
    Promotion { codes: [coupon(code)].into(), ..promotion }
}

fn from_twenty(promotion: Promotion) -> Promotion {
    let min_subtotal =
        Some(MinSubtotal { amounts: Amounts::from(euro(20_00)), basis: SubtotalBasis::BeforeDiscounts });
    Promotion { conditions: Conditions { min_subtotal, ..Conditions::default() }, ..promotion }
}

fn add_coupon(code: &str) -> Command {
    Command::AddCoupon { code: coupon(code) }
}

fn total(shop: &Shop, target: &Target) -> i64 {
    shop.read(&ann(), target).unwrap().priced.totals.total.minor()
}

#[test]
fn a_code_sleeps_until_an_edit_wakes_it() {
    let (shop, host) = shop_with(CartPolicy::storefront());
    host.promotions.put(coded("TEN", from_twenty(off("ten", "0.1"))));
    shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
    let asleep = shop.execute(ann(), &current(), &add_coupon("ten")).unwrap();
    assert!(matches!(asleep.view.priced.notices.as_slice(), [Notice::CouponSleeping { .. }]));
    assert_eq!(total(&shop, &current()), 10_00);
    let awake = shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
    assert_eq!((awake.view.priced.totals.total.minor(), awake.view.priced.notices.len()), (18_00, 0));
    host.promotions.remove(&promotion_id("ten"));
    assert_eq!(total(&shop, &current()), 20_00);
    assert_eq!(shop.stored(asleep.view.cart.id()).coupons(), [coupon("TEN")]);
}

#[test]
fn a_code_that_does_not_sleep_goes_with_the_write_that_makes_it_not_apply() {
    let (shop, host) = shop_with(CartPolicy::digital());
    host.promotions.put(coded("TEN", from_twenty(off("ten", "0.1"))));
    let cart = shop.execute(ann(), &current(), &add("mug", 2)).unwrap().view.cart;
    shop.execute(ann(), &current(), &add_coupon("TEN")).unwrap();
    let lower = Command::Edit(LineEdit::Decrease { line: cart.lines()[0].id, by: Quantity::ONE });
    let outcome = shop.execute(ann(), &current(), &lower).unwrap();
    assert!(matches!(outcome.reply.notices.as_slice(), [Notice::CouponRemoved { .. }]));
    assert!(outcome.view.cart.coupons().is_empty() && outcome.view.all_notices().count() == 1);
    assert_eq!(outcome.view.priced.totals.total.minor(), 10_00);
    shop.check(cart.id());
}

#[test]
fn a_preview_shows_what_a_code_would_take_off() {
    let (shop, host) = shop_with(CartPolicy::storefront());
    host.promotions.put(coded("HALF", off("half", "0.5")));
    shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
    let previewed = block_on(shop.service.preview(&ann().into(), &current(), &add_coupon("HALF"))).unwrap();
    assert_eq!(previewed.view.priced.totals.total.minor(), 5_00);
    assert_eq!(total(&shop, &current()), 10_00);
}

/// Begins a checkout of `ann`'s cart, which takes the uses that pricing says.
fn begin(shop: &Shop, cart: CartId) -> CheckoutId {
    let order = BeginCheckout::whole(Handoff::Host);
    let begun = block_on(shop.service.checkout(&ann().into(), &Target::Cart(cart), &order)).unwrap();
    assert_eq!(begun.checkout.uses.len(), 1);
    begun.checkout.id
}

#[test]
fn a_promotion_that_was_used_up_takes_nothing_off_but_for_the_checkout_that_used_it() {
    let (_, host) = shop_with(CartPolicy::shared());
    let once = UseLimit { total: None, per_customer: Some(1) };
    let half = Promotion { limit: once, ..coded("HALF", off("half", "0.5")) };
    host.promotions.put(half.clone());
    host.customers.put(ann().owner().unwrap(), customer("ann", &[]));
    let shop =
        Shop::over(Arc::default(), everything(TaxMode::None), |builder| host.serve(builder.hot_carts(0)));
    let [first, second] = [shop.cart(), shop.cart()];
    for cart in [first, second] {
        shop.execute(ann(), &Target::Cart(cart), &add("mug", 1)).unwrap();
        shop.execute(ann(), &Target::Cart(cart), &add_coupon("HALF")).unwrap();
        assert_eq!(total(&shop, &Target::Cart(cart)), 5_00);
    }
    let checkout = begin(&shop, first);
    assert_eq!(total(&shop, &Target::Cart(first)), 5_00);
    let other = shop.read(&ann(), &Target::Cart(second)).unwrap().priced;
    assert_eq!(other.coupons[0].outcome, Err(NotApplied::UsedUpByCustomer));
    assert_eq!(other.totals.total.minor(), 10_00);
    // A copy of the cart in checkout has no part in what that uses.
    let copy = DuplicateCart { source: first, name: None };
    let copied = block_on(shop.service.duplicate(&ann().into(), &copy)).unwrap();
    assert_eq!(copied.view.priced.totals.total.minor(), 10_00);
    // What became an order keeps what it used.
    block_on(shop.service.complete_checkout(checkout, placed_order("order-1"))).unwrap();
    assert_eq!(total(&shop, &Target::Cart(first)), 5_00);
}

#[test]
fn who_nobody_knows_has_no_uses_of_their_own() {
    let (shop, host) = shop_with(everything(TaxMode::None));
    let once = UseLimit { total: None, per_customer: Some(1) };
    host.promotions.put(Promotion { limit: once, ..off("half", "0.5") });
    let cart = Target::Cart(shop.cart());
    let priced = shop.execute(ann(), &cart, &add("mug", 1)).unwrap().view.priced;
    assert_eq!(priced.promotions[0].outcome, Err(NotApplied::CustomerUnknown));
}

/// Asks a group's price of the catalog.
#[derive(Debug)]
struct GroupPrices(FixedCatalog);

#[cart_core::prelude::async_trait]
impl Catalog for GroupPrices {
    async fn products(&self, query: &ProductQuery<'_>) -> Result<Vec<Option<Arc<Product>>>, PortError> {
        let trade = CustomerGroupId::new("trade").unwrap();
        let mut found = self.0.products(query).await?;
        if query.context.groups.contains(&trade) {
            for product in found.iter_mut().flatten() {
                Arc::make_mut(product).prices = prices(7_00, query.context.currency);
            }
        }
        Ok(found)
    }
}

#[test]
fn groups_have_prices_and_promotions_of_their_own() {
    let host = Arc::new(Host::default());
    let catalog = GroupPrices(FixedCatalog::default().with("mug", 10_00, Currency::EUR));
    let service = host
        .serve(CartService::builder(Arc::new(cart_core::memory::MemoryStore::default()), Arc::new(catalog)))
        .channel(shop(), CartPolicy::storefront(), Currency::EUR)
        .build()
        .unwrap();
    host.customers.put(bob().owner().unwrap(), customer("bob", &["trade"]));
    let customer_groups = [CustomerGroupId::new("trade").unwrap()].into();
    let conditions = Conditions { customer_groups, ..Conditions::default() };
    host.promotions.put(Promotion { conditions, ..off("trade", "0.5") });
    let bought = |actor: Actor| {
        let outcome = block_on(service.execute(&actor.into(), &current(), &add("mug", 2))).unwrap();
        outcome.view.priced.totals.total.minor()
    };
    assert_eq!((bought(ann()), bought(bob())), (20_00, 7_00));
}

#[test]
fn a_gift_is_asked_for_with_the_products_of_the_cart() {
    let (shop, host) = shop_with(CartPolicy::storefront());
    let effect = Effect::Gift { product: product("cup"), quantity: Quantity::ONE };
    host.promotions.put(Promotion::new(promotion_id("free"), "free", effect));
    shop.catalog.forget_calls();
    let outcome = shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
    assert_eq!(outcome.view.priced.gifts[0].name.as_ref(), "cup");
    assert_eq!(shop.catalog.calls(), [2]);
    let refuse = Command::RefuseGift { promotion: promotion_id("free") };
    assert!(shop.execute(ann(), &current(), &refuse).unwrap().view.priced.gifts.is_empty());
    assert!(shop.read(&ann(), &current()).unwrap().priced.gifts.is_empty());
    shop.catalog.remove("cup");
    let accept = Command::AcceptGift { promotion: promotion_id("free") };
    let accepted = shop.execute(ann(), &current(), &accept).unwrap().view.priced;
    assert_eq!(accepted.promotions[0].outcome, Err(NotApplied::GiftUnavailable));
}

#[test]
fn only_what_policy_looks_at_is_asked_for() {
    let ask = |policy| {
        let (shop, host) = shop_with(policy);
        let cart = Target::Cart(shop.cart());
        host.asked();
        shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
        let of_write = host.asked();
        shop.read(&ann(), &cart).unwrap();
        assert_eq!(host.asked(), of_write, "a look asks what a write does");
        of_write
    };
    let (none, lines) = (Vec::new, vec![10_00]);
    let terms = |last: Asked| vec![Asked::Customer, Asked::Promotions(none()), Asked::Fees, last];
    assert_eq!(ask(CartPolicy::shared()), [Asked::Customer]);
    assert_eq!(ask(everything(TaxMode::None)), terms(Asked::Fees)[..3]);
    assert_eq!(ask(everything(TaxMode::OnTop)), terms(Asked::Taxes(None)));
    assert_eq!(ask(everything(TaxMode::Inside)), terms(Asked::Taxes(None)));
    assert_eq!(ask(everything(TaxMode::External)), terms(Asked::Tax(None, lines, 0)));
}

#[test]
fn the_codes_of_the_cart_and_of_the_command_are_asked_for() {
    let (shop, host) = shop_with(everything(TaxMode::None));
    for code in ["A", "B"] {
        host.promotions.put(coded(code, off(code, "0.1")));
    }
    let id = shop.cart();
    let asked = |command: &Command| {
        host.asked();
        shop.execute(ann(), &Target::Cart(id), command).unwrap();
        host.asked().into_iter().find(|asked| matches!(asked, Asked::Promotions(_))).unwrap()
    };
    let codes = |codes: &[&str]| Asked::Promotions(codes.iter().map(ToString::to_string).collect());
    assert_eq!(asked(&add("mug", 1)), codes(&[]));
    assert_eq!(asked(&add_coupon("A")), codes(&["A"]));
    assert_eq!(asked(&add_coupon("B")), codes(&["A", "B"]));
    assert_eq!(asked(&rename("n")), codes(&["A", "B"]));
    let copy = DuplicateCart { source: id, name: None };
    let copied = block_on(shop.service.duplicate(&ann().into(), &copy)).unwrap().view;
    assert_eq!(copied.cart.coupons(), ["A", "B"].map(coupon));
    assert_eq!(copied.priced.totals.total, shop.read(&ann(), &Target::Cart(id)).unwrap().priced.totals.total);
}

#[test]
fn a_merge_prices_the_guests_codes() {
    let policy = CartPolicy { guests: CartPolicy::telecom().guests, ..everything(TaxMode::None) };
    let (shop, host) = shop_with(policy);
    host.promotions.put(coded("HALF", off("half", "0.5")));
    let token = shop.service.new_guest();
    let guest = Actor::Guest(token.clone());
    let (from, into) = (shop.create(guest.clone()).unwrap().view.cart.id(), shop.cart());
    shop.execute(guest.clone(), &Target::Cart(from), &add("mug", 1)).unwrap();
    shop.execute(guest, &Target::Cart(from), &add_coupon("HALF")).unwrap();
    let order = MergeCarts { from: Some(from), into: Some(into), strategy: MergeStrategy::Sum };
    let merged = block_on(shop.service.merge(&ann().into(), &token, &crate::shop::shop(), &order)).unwrap();
    assert_eq!(merged.view.priced.totals.total.minor(), 5_00);
    assert_eq!(merged.view.cart.coupons(), [coupon("HALF")]);
}

#[test]
fn fees_are_charged_where_policy_says_so() {
    let fee = |id: &str, minor| Fee {
        id: FeeId::new(id).unwrap(),
        name: id.into(),
        on: FeeBasis::Order,
        charge: Charge::Amount(Amounts::from(euro(minor))),
        tax_class: None,
    };
    let fees = |policy| {
        let (shop, host) = shop_with(policy);
        host.fees.put(fee("service", 1_00));
        host.fees.put(fee("wrapping", 2_00));
        host.fees.put(fee("service", 1_50));
        let cart = Target::Cart(shop.cart());
        let priced = shop.execute(ann(), &cart, &add("mug", 1)).unwrap().view.priced;
        priced.fees.iter().map(|fee| (fee.id.to_string(), fee.total.minor())).collect::<Vec<_>>()
    };
    let both = [("service".to_owned(), 1_50), ("wrapping".to_owned(), 2_00)];
    assert_eq!(fees(everything(TaxMode::None)), both);
    assert_eq!(fees(CartPolicy::shared()), []);
}

fn taxed(rate: &str) -> BTreeMap<TaxClass, Treatment> {
    let rates = [TaxRate::new("VAT", rate.parse().unwrap())];
    [(TaxClass::standard(), Treatment::rates(rates).unwrap())].into()
}

#[test]
fn the_selected_address_is_the_destination_of_taxes() {
    let (shop, host) = shop_with(everything(TaxMode::OnTop));
    host.taxes.put("CH", taxed("0.08"));
    host.taxes.put_without_destination(taxed("0.2"));
    let cart = Target::Cart(shop.cart());
    let tax = |command: &Command| {
        let outcome = shop.execute(ann(), &cart, command).unwrap();
        assert_eq!(outcome.view.priced.totals.total.minor(), total(&shop, &cart));
        outcome.view.priced.totals.tax_on_top.minor()
    };
    assert_eq!(tax(&add("mug", 1)), 2_00);
    assert_eq!(tax(&select(Selection::Address(home()))), 80);
    assert_eq!(tax(&Command::Unselect { selection: SelectionKind::Address }), 2_00);
}

#[test]
fn a_tax_service_is_asked_once_with_the_cart_as_it_would_be() {
    let (shop, host) = shop_with(everything(TaxMode::External));
    host.promotions.put(coded("HALF", off("half", "0.5")));
    let cart = Target::Cart(shop.cart());
    let asked = |command: &Command| {
        host.asked();
        let outcome = shop.execute(ann(), &cart, command).unwrap();
        let asked: Vec<_> =
            host.asked().into_iter().filter(|asked| matches!(asked, Asked::Tax(..))).collect();
        (asked, outcome.view.priced.totals.tax_on_top.minor())
    };
    let of = |country: Option<&str>, lines: &[i64], charges| {
        vec![Asked::Tax(country.map(str::to_owned), lines.to_vec(), charges)]
    };
    assert_eq!(asked(&add("mug", 1)), (of(None, &[10_00], 0), 2_00));
    assert_eq!(asked(&add("cup", 2)), (of(None, &[10_00, 20_00], 0), 6_00));
    assert_eq!(asked(&add_coupon("HALF")), (of(None, &[5_00, 10_00], 0), 3_00));
    assert_eq!(asked(&select(Selection::Address(home()))), (of(Some("CH"), &[5_00, 10_00], 0), 3_00));
    assert_eq!(
        asked(&Command::Unselect { selection: SelectionKind::Address }).0,
        of(None, &[5_00, 10_00], 0)
    );
    // What is so already is priced all the same.
    assert_eq!(asked(&add_coupon("HALF")).0, of(None, &[5_00, 10_00], 0));
    // Where there is nothing to tax, there is nothing to ask.
    host.customers.put(ann().owner().unwrap(), Customer { tax_exempt: true, ..Customer::default() });
    assert_eq!(asked(&add("mug", 1)), (vec![], 0));
    host.customers.put(ann().owner().unwrap(), Customer::default());
    assert_eq!(asked(&Command::Clear), (vec![], 0));
}

#[test]
fn a_tax_service_is_told_what_shipping_costs() {
    let (shop, host) = shop_with(everything(TaxMode::External));
    let cart = Target::Cart(shop.cart());
    shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
    host.asked();
    let outcome = shop.execute(ann(), &cart, &select(Selection::ShippingMethod(post()))).unwrap();
    assert_eq!(host.asked().last(), Some(&Asked::Tax(None, vec![10_00], 5_00)));
    let totals = outcome.view.priced.totals;
    assert_eq!(
        (totals.shipping.minor(), totals.tax_on_top.minor(), totals.total.minor()),
        (5_00, 3_00, 18_00)
    );
}

#[test]
fn another_currency_is_asked_for_everywhere() {
    let (shop, _) = shop_with(everything(TaxMode::None));
    let cart = Target::Cart(shop.cart());
    shop.execute(ann(), &cart, &add("mug", 2)).unwrap();
    let refused = shop.execute(ann(), &cart, &Command::ChangeCurrency { currency: Currency::JPY });
    assert!(matches!(rejection(refused), Rejection::NoPriceInCurrency { currency: Currency::JPY, .. }));
    shop.catalog.put(product("mug"), Product::new("mug", prices(1_600, Currency::JPY)));
    let outcome = shop.execute(ann(), &cart, &Command::ChangeCurrency { currency: Currency::JPY }).unwrap();
    assert_eq!(outcome.view.priced.totals.total, Money::new(3_200, Currency::JPY));
    assert!(outcome.view.priced.notices.is_empty());
    shop.check(outcome.view.cart.id());
}

#[test]
fn a_currency_in_which_the_lines_do_not_fit_is_refused() {
    let (shop, _) = shop_with(everything(TaxMode::None));
    let cart = Target::Cart(shop.cart());
    shop.execute(ann(), &cart, &add("mug", 2)).unwrap();
    let most = cart_core::pricing::MAX_SUBTOTAL;
    for (minor, fits) in [(most / 2 + 1, false), (most / 2, true)] {
        shop.catalog.put(product("mug"), Product::new("mug", prices(minor, Currency::JPY)));
        let changed = shop.execute(ann(), &cart, &Command::ChangeCurrency { currency: Currency::JPY });
        match changed {
            Ok(_) => assert!(fits),
            refused => assert!(!fits && rejection(refused) == Rejection::AmountOverflow),
        }
    }
}

#[test]
fn acknowledged_prices_are_told_no_more() {
    let (shop, _) = shop_with(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
    shop.catalog.set_price("mug", 12_00);
    let told = |shop: &Shop| shop.read(&ann(), &cart).unwrap().priced.notices.len();
    assert_eq!(told(&shop), 1);
    shop.execute(ann(), &cart, &rename("any write")).unwrap();
    assert_eq!(told(&shop), 1);
    shop.execute(ann(), &cart, &Command::AcknowledgePrices).unwrap();
    assert_eq!(told(&shop), 0);
}

#[test]
fn uses_are_counted_once_and_only_where_there_is_a_limit() {
    let (shop, host) = shop_with(everything(TaxMode::None));
    host.promotions.put(off("always", "0.1"));
    let id = shop.cart();
    shop.execute(ann(), &Target::Cart(id), &add("mug", 1)).unwrap();
    let asked = |shop: &Shop| {
        shop.counting.forget_calls();
        shop.execute(ann(), &Target::Cart(id), &add("mug", 1)).unwrap();
        shop.counting.calls().get(&StoreCall::Uses).copied()
    };
    assert_eq!(asked(&shop), None);
    for promotion in ["one", "other"] {
        let limit = UseLimit { total: Some(9), per_customer: None };
        host.promotions.put(Promotion { limit, ..off(promotion, "0.1") });
    }
    assert_eq!(asked(&shop), Some(1));
}

#[test]
fn what_a_host_cannot_say_refuses_the_command() {
    #[derive(Debug)]
    struct Down;
    #[cart_core::prelude::async_trait]
    impl cart_core::port::CustomerBook for Down {
        async fn customer(&self, _owner: &cart_core::actor::Owner) -> Result<Customer, PortError> {
            Err(PortError::new("customers", "down"))
        }
    }
    let shop =
        Shop::over(Arc::default(), CartPolicy::storefront(), |builder| builder.customers(Arc::new(Down)));
    let failed = shop.execute(ann(), &current(), &add("mug", 1)).unwrap_err();
    assert!(matches!(failed, CartError::Port(PortError { port: "customers", .. })));
    assert_eq!(shop.journal(), []);
}

#[test]
fn every_preset_is_served_without_any_terms() {
    for policy in [
        CartPolicy::shared(),
        CartPolicy::storefront(),
        CartPolicy::digital(),
        CartPolicy::telecom(),
        CartPolicy::company(),
    ] {
        let is_sole = policy.is_sole();
        let coupons = policy.pricing.coupons;
        let shop = Shop::new(policy);
        let target = if is_sole { current() } else { Target::Cart(shop.cart()) };
        assert_eq!(
            shop.execute(ann(), &target, &add("mug", 1)).unwrap().view.priced.totals.total.minor(),
            10_00
        );
        let refused = rejection(shop.execute(ann(), &target, &add_coupon("X")));
        match coupons.max {
            0 => assert_eq!(refused, Rejection::NotOffered),
            _ => assert_eq!(refused, Rejection::CouponNotFound { code: coupon("X") }),
        }
        assert!(coupons.misfit == CouponMisfit::Sleeps || coupons.max == 1);
    }
}

/// A tax service that answers what it is told to.
#[derive(Debug)]
struct Told(ExternalTax);

#[async_trait::async_trait]
impl TaxService for Told {
    async fn tax(
        &self,
        _context: &TermsContext,
        _destination: Option<&Address>,
        _cart: &TaxableCart,
    ) -> Result<Option<ExternalTax>, PortError> {
        Ok(Some(self.0.clone()))
    }
}

#[test]
fn figures_of_a_tax_service_that_cannot_be_of_the_cart_are_its_failure() {
    let told = |lines: &[Money]| {
        let figures = ExternalTax { lines: lines.to_vec(), charges: vec![] };
        let shop = Shop::over(Arc::default(), everything(TaxMode::External), |builder| {
            builder.tax_service(Arc::new(Told(figures)))
        });
        let cart = shop.cart();
        shop.execute(ann(), &Target::Cart(cart), &add("mug", 1)).map(|outcome| outcome.view.priced.totals.tax)
    };
    assert_eq!(told(&[euro(1_90)]).unwrap(), euro(1_90));
    for lines in [vec![], vec![euro(-1)], vec![euro(i64::MAX)], vec![Money::new(1, Currency::JPY)]] {
        assert!(matches!(told(&lines), Err(CartError::Port(_))), "{lines:?}");
    }
}
