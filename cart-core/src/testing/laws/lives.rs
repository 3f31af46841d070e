//! Lives of carts in which everything happens that can happen to a cart.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::life::{Life, metadata};
use super::ordered::ordered;
use crate::actor::{Actor, Owner};
use crate::event::{CartEvent, ClearScope, Created, Settings};
use crate::id::{
    AddressId, CartId, CategoryId, CustomerKey, PaymentMethodId, ProductGroupId, ShippingMethodId, TaxClass,
    UserId,
};
use crate::journal::{EditOutcome, Reply};
use crate::line::Line;
use crate::merge::{DropReason, MergeReport, MergeStrategy, MergedLine};
use crate::metadata::Metadata;
use crate::money::{Currency, Money};
use crate::notice::{Notice, Unavailable};
use crate::permission::Permission;
use crate::product::{Options, ProductKey, UnitPrices};
use crate::promotion::{NotApplied, PromotionUse, UseLimit};
use crate::quantity::Quantity;
use crate::rejection::Rejection;
use crate::relation::{Broken, Clash, ClashingLine, FollowedQuantity, ProductSet};
use crate::selection::{Misfit, SelectionKind};
use crate::sharing::{
    Grant, LinkShows, LinkTerms, PermissionGroup, PermissionGroupId, Proposal, ShareLink, Suggestion,
};
use crate::status::{AbandonReason, StatusName};
use crate::testing::samples::{
    Write, added, at, cart_id, channel, checkout_begun, checkout_cancelled, checkout_completed, coupon,
    created, grant_id, guest, line, line_id, link_bearer, link_id, link_token, name, note, owner, prices,
    product, promotion_id, quantity, suggestion_id, user, user_for, user_id,
};
use crate::text::{Comment, LinkLabel, Locale, PersonName};
use crate::version::Version;

/// Lives that together hold every kind of event, status, notice and actor.
pub(super) fn lives() -> [Life; 8] {
    [bought(), recovered(), expired(), merged(), busy(), priced(), shared(), ordered()]
}

/// A cart of a company's user in Kuwaiti dinar: checked out, declined, checked out again, bought.
fn bought() -> Life {
    let ann = user_for("ann", "acme");
    let created = Created {
        channel: channel("company"),
        sole: true,
        name: Some(name("Büro 🖇 (Q1)")),
        currency: Currency::KWD,
        settings: Settings { locale: Some(Locale::new("ar-KW").expect("a locale")) },
        note: Some(note("please\nring twice")),
        metadata: metadata(json!({"costCentre": 17, "tags": ["a", null, true], "é": {"deep": {"er": -1}}})),
        expires_at: Some(at(3600)),
        duplicate_of: Some(cart_id(1)),
        ..created(ann.owner().expect("users own carts"))
    };
    let first = Line { snapshot: prices(12_345, Currency::KWD), added_by: ann.to_ref(), ..line(1, 2) };
    let again = checkout_begun(102, at(90), uses());
    let writes = [
        Write::new([added(first)]),
        Write::new([checkout_begun(101, at(60), uses())]),
        Write::new([checkout_cancelled(101)]),
        Write::new([again]),
        Write::new([checkout_completed(102, "order/2026#1")]),
    ];
    Life { cart: cart_id(2), created, writes: writes.map(|write| write.by(&ann)).into() }
}

fn uses() -> Vec<PromotionUse> {
    let customer = Some(CustomerKey::new("ann@acme").expect("a customer key"));
    let limit = UseLimit { total: Some(u32::MAX), per_customer: Some(1) };
    vec![
        PromotionUse { promotion: promotion_id("spring"), customer, limit },
        PromotionUse { promotion: promotion_id("für-alle"), customer: None, limit: UseLimit::default() },
    ]
}

/// A guest's cart in yen: given up, taken up again.
fn recovered() -> Life {
    let holder = guest(7);
    let created = Created { currency: Currency::JPY, ..created(holder.owner().expect("guests own carts")) };
    let first = Line { snapshot: prices(500, Currency::JPY), added_by: holder.to_ref(), ..line(2, 1) };
    let writes = [
        Write::new([added(first)]),
        Write::new([CartEvent::Abandoned { since: at(10), reason: AbandonReason::GivenUp }]),
        Write::new([CartEvent::Recovered { expires_at: Some(at(7200)) }]),
        Write::new([CartEvent::ExpiryMoved { expires_at: at(7201) }]),
    ];
    Life { cart: cart_id(3), created, writes: writes.map(|write| write.by(&holder)).into() }
}

/// A cart whose lifetime ended, as a job noticed.
fn expired() -> Life {
    let created = Created { expires_at: Some(at(5)), ..created(owner("bob")) };
    let end = Write::new([CartEvent::Abandoned { since: at(5), reason: AbandonReason::Expired }]);
    Life { cart: cart_id(4), created, writes: vec![end.by(&Actor::System).at(at(9))] }
}

/// A guest's cart that went into a user's.
fn merged() -> Life {
    let holder = guest(8);
    let reason = AbandonReason::Merged { into: cart_id(6), version: Version::FIRST.next() };
    let end = Write::new([CartEvent::Abandoned { since: at(3), reason }]);
    let created = created(holder.owner().expect("guests own carts"));
    Life { cart: cart_id(5), created, writes: vec![end.by(&user("cid"))] }
}

/// A user's cart to which everything happens that can happen to an active one.
fn busy() -> Life {
    let cid = user("cid");
    let report = CartEvent::GuestCartMerged { report: report() };
    let support = Actor::Staff(UserId::new("support").expect("a user id"));
    let writes = [
        Write::new([added(engraved()), report]),
        Write::new([added(line(11, 1)), added(line(12, 1_000_000))]),
        Write { reply: reply(), ..Write::new([quantity_changed(11, 1, 3), note_changed(11, Some("soon"))]) },
        Write::new([note_changed(11, None), CartEvent::LineRemoved { line: line_id(12) }]).with_key("key!~1"),
        Write::new([CartEvent::Renamed { name: Some(name("b")) }]).by(&support),
        Write::new([CartEvent::NoteChanged { note: Some(note("n")) }]),
        Write::new([CartEvent::MetadataChanged { metadata: metadata(json!({"k": "v"})) }]),
        Write::new([settings("de-CH")]),
        Write::new(selected("home", "express", "card")),
        Write::new([CartEvent::ShippingMethodSelected { method: None }]),
        Write::new([CartEvent::Cleared { scope: ClearScope::default() }]),
        Write::new([added(line(13, 4)), CartEvent::ExpiryMoved { expires_at: at(50) }]),
        Write::new([CartEvent::Cleared {
            scope: ClearScope { selections: true, note: true, metadata: true, coupons: true },
        }]),
        Write::new([added(line(11, 1)), CartEvent::Renamed { name: None }]),
    ];
    Life {
        cart: cart_id(6),
        created: created(owner("cid")),
        writes: writes.map(|write| write.by(&cid)).into(),
    }
}

/// A cart with codes and refused gifts, whose prices and currency change.
fn priced() -> Life {
    let euro = |minor| prices(minor, Currency::EUR);
    let reduced = |list, unit| {
        UnitPrices::new(Money::new(list, Currency::EUR), Money::new(unit, Currency::EUR)).expect("prices")
    };
    let noticed = Line { acknowledged: Some(reduced(1100, 1050)), ..line(21, 2) };
    let writes = [
        Write::new([added(line(20, 1)), added(noticed), coupon_added("SUMMER10"), coupon_added("ÉTÉ")]),
        Write::new([acknowledged(20, reduced(1200, 900)), refused("spring"), refused("autumn")]),
        Write::new([acknowledged(20, euro(900)), line_priced(21, reduced(2000, 1))]),
        Write::new([quantity_changed(20, 1, 5), line_priced(20, euro(850)), code_gone("SUMMER10")]),
        Write::new([acknowledged(21, euro(0)), coupon_added("SUMMER10"), accepted("spring")]),
        Write::new([currency(Currency::JPY, vec![prices(1200, Currency::JPY), prices(0, Currency::JPY)])]),
        Write::new([
            CartEvent::LineRemoved { line: line_id(20) },
            acknowledged(21, prices(7, Currency::JPY)),
        ]),
        Write::new([currency(Currency::KWD, vec![prices(i64::MAX, Currency::KWD)])]),
        Write::new([CartEvent::Cleared { scope: ClearScope::default() }]),
        Write::new([currency(Currency::EUR, vec![]), refused("spring"), coupon_added("NEW")]),
        Write::new([CartEvent::Cleared { scope: ClearScope { coupons: true, ..ClearScope::default() } }]),
        Write::new([coupon_added("LAST"), refused("last"), added(line(20, 1))]),
    ];
    let created = created(owner("dan"));
    Life { cart: cart_id(7), created, writes: writes.map(|write| write.by(&user("dan"))).into() }
}

/// A cart of a company's user that is shared in every way, and handed over.
fn shared() -> Life {
    let ann = user_for("ann", "acme");
    let full = PermissionGroup::FULL_ACCESS;
    let suggestions = [
        suggested(
            1,
            &user_for("bob", "acme"),
            Proposal::SetQuantity { line: line_id(31), quantity: quantity(2) },
        ),
        suggested(2, &link_bearer(1), add_engraved()),
        suggested(3, &link_bearer(1), Proposal::Remove { line: line_id(31) }),
        suggested(
            4,
            &ann,
            Proposal::Replace { line: line_id(31), product: product("cup"), quantity: Quantity::MAX },
        ),
    ];
    let declined = CartEvent::SuggestionDeclined { suggestion: suggestion_id(3) };
    let accepted = CartEvent::SuggestionAccepted {
        suggestion: suggestion_id(1),
        author: user_for("bob", "acme").to_ref(),
    };
    let handed =
        CartEvent::OwnerChanged { owner: user_for("carl", "acme").owner().expect("users own carts") };
    let writes = [
        Write::new([
            added(line(31, 1)),
            granted(1, "bob", PermissionGroup::READ_ONLY),
            granted(2, "carl", full),
        ]),
        Write::new([linked(1, 1, LinkTerms::default()), linked(2, 2, every_term())]),
        Write::new(suggestions).by(&link_bearer(1)),
        Write::new([CartEvent::GrantChanged { grant: grant_id(1), group: PermissionGroupId(u32::MAX) }]),
        Write::new([CartEvent::LinkChanged { link: link_id(1), terms: every_term() }]),
        Write::new([CartEvent::LinkRotated { link: link_id(2), token: link_token(3).digest() }]),
        Write::new([CartEvent::SuggestionWithdrawn { suggestion: suggestion_id(2) }, declined]),
        Write::new([quantity_changed(31, 1, 2), accepted]),
        Write::new([quantity_changed(31, 2, 1), CartEvent::Undone { version: Version::FIRST.next() }]),
        Write::new([CartEvent::GrantRevoked { grant: grant_id(2) }, handed, granted(3, "ann", full)]),
        Write::new([CartEvent::LinkRevoked { link: link_id(1) }]),
    ];
    let created = Created { channel: channel("company"), ..created(ann.owner().expect("users own carts")) };
    // Who writes is kept where it is said.
    let writes = writes.map(|write| if write.actor == user("ann").to_ref() { write.by(&ann) } else { write });
    Life { cart: cart_id(8), created, writes: writes.into() }
}

pub(super) fn granted(n: u64, to: &str, group: PermissionGroupId) -> CartEvent {
    let granted_by = user_for("ann", "acme").to_ref();
    let grant = Grant { id: grant_id(n), user: user_id(to), group, granted_by, granted_at: at(1) };
    CartEvent::GrantMade { grant: Arc::new(grant) }
}

/// The making of the `n`th link, whose token is made of a number.
pub(super) fn linked(n: u64, token: u8, terms: LinkTerms) -> CartEvent {
    let (token, made_by) = (link_token(token).digest(), user_for("ann", "acme").to_ref());
    CartEvent::LinkMade {
        link: Arc::new(ShareLink { id: link_id(n), token, terms, made_by, made_at: at(2) }),
    }
}

/// Terms with everything chosen that can be.
pub(super) fn every_term() -> LinkTerms {
    LinkTerms {
        label: Some(LinkLabel::new("für Oma 💝").expect("a label")),
        expires_at: Some(at(86_400) + chrono::TimeDelta::microseconds(1)),
        uses: Some(u32::MAX),
        shows: LinkShows { prices: true, names: true },
        may_suggest: true,
    }
}

pub(super) fn suggested(n: u64, author: &Actor, proposal: Proposal) -> CartEvent {
    CartEvent::SuggestionMade {
        suggestion: Arc::new(Suggestion {
            id: suggestion_id(n),
            author: author.to_ref(),
            name: (n == 2).then(|| PersonName::new("Zoë \u{200f}אבא").expect("a name")),
            proposal,
            comment: (n != 1).then(|| Comment::new("wie wäre es\ndamit?").expect("a comment")),
            made_at: at(3),
        }),
    }
}

fn add_engraved() -> Proposal {
    Proposal::Add { product: engraved().key.product, quantity: quantity(1) }
}

pub(super) fn coupon_added(text: &str) -> CartEvent {
    CartEvent::CouponAdded { code: coupon(text) }
}

pub(super) fn code_gone(text: &str) -> CartEvent {
    CartEvent::CouponRemoved { code: coupon(text) }
}

pub(super) fn refused(id: &str) -> CartEvent {
    CartEvent::GiftRefused { promotion: promotion_id(id) }
}

pub(super) fn accepted(id: &str) -> CartEvent {
    CartEvent::GiftAccepted { promotion: promotion_id(id) }
}

pub(super) fn line_priced(n: u64, prices: UnitPrices) -> CartEvent {
    CartEvent::LinePriced { line: line_id(n), prices }
}

pub(super) fn acknowledged(n: u64, prices: UnitPrices) -> CartEvent {
    CartEvent::PriceAcknowledged { line: line_id(n), prices }
}

pub(super) const fn currency(currency: Currency, prices: Vec<UnitPrices>) -> CartEvent {
    CartEvent::CurrencyChanged { currency, prices }
}

/// A line with everything that a line can have.
fn engraved() -> Line {
    let options = [("colour", "blau"), ("engraving", "für \u{202e}אבא\u{202c} 💍")];
    let options = options.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = Options::new(options.into()).expect("the options are well-formed");
    let plain = line(10, 999);
    let mut key = plain.key.clone();
    key.product = ProductKey { options, ..product("ring") };
    key.distinct = metadata(json!({"imei": "490154203237518"}));
    Line {
        key,
        note: Some(note("a line\twith everything")),
        metadata: metadata(json!({"imei": "490154203237518", "gift": true})),
        acknowledged: Some(prices(999, Currency::EUR)),
        added_at: at(1),
        added_by: guest(8).to_ref(),
        ..plain
    }
}

fn quantity_changed(n: u64, from: u32, to: u32) -> CartEvent {
    CartEvent::QuantityChanged { line: line_id(n), from: quantity(from), to: quantity(to) }
}

fn note_changed(n: u64, text: Option<&str>) -> CartEvent {
    CartEvent::LineNoteChanged { line: line_id(n), note: text.map(note) }
}

fn settings(locale: &str) -> CartEvent {
    let locale = Some(Locale::new(locale).expect("a locale"));
    CartEvent::SettingsChanged { settings: Settings { locale } }
}

fn selected(address: &str, shipping: &str, payment: &str) -> [CartEvent; 3] {
    let address = Some(AddressId::new(address).expect("an address id"));
    let shipping = Some(ShippingMethodId::new(shipping).expect("a method id"));
    let payment = Some(PaymentMethodId::new(payment).expect("a method id"));
    [
        CartEvent::AddressSelected { address },
        CartEvent::ShippingMethodSelected { method: shipping },
        CartEvent::PaymentMethodSelected { method: payment },
    ]
}

fn report() -> MergeReport {
    let rule = Rejection::InsufficientStock { product: product("ring"), requested: 1005, available: 999 };
    let merged = |dropped_units, dropped| MergedLine {
        key: engraved().key,
        user_units: 1000,
        guest_units: 5,
        kept_units: 1005 - dropped_units,
        dropped_units,
        dropped,
    };
    let lines = vec![
        merged(6, Some(DropReason::Capped { rule })),
        merged(1, Some(DropReason::Strategy)),
        merged(0, None),
    ];
    MergeReport { from: cart_id(5), strategy: MergeStrategy::Sum, lines }
}

fn reply() -> Reply {
    let line = line_id(11);
    let euro = |minor| Money::new(minor, Currency::EUR);
    let refused = |reason| EditOutcome::Refused { reason };
    Reply {
        notices: [
            Notice::QuantityClamped { line, asked: u32::MAX, given: Quantity::MAX },
            Notice::PriceChanged { line, from: euro(0), to: euro(i64::MAX) },
            Notice::StockReduced { line, available: 0 },
            Notice::ProductWithdrawn { line },
            Notice::ProductUnavailable { line, reason: Unavailable::Call },
            Notice::SelectionStale { selection: SelectionKind::Address, reason: Misfit::NotFound },
            Notice::CartReplaced { previous: cart_id(4) },
            Notice::CouponRemoved { code: coupon("OLD"), reason: NotApplied::Ended },
            Notice::CouponSleeping { code: coupon("EARLY"), reason: below_subtotal() },
            Notice::TaxUnknown { class: Some(TaxClass::standard()) },
            Notice::DependantReduced { line, product: product("sim"), from: quantity(2), to: None },
            Notice::DependantReduced {
                line,
                product: product("sim"),
                from: quantity(2),
                to: Some(quantity(1)),
            },
        ]
        .into_iter()
        .chain(clashes().into_iter().map(|clash| Notice::IncompatibleItems { clash: Box::new(clash) }))
        .collect(),
        edits: vec![
            EditOutcome::Done { line },
            refused(Rejection::WrongStatus { status: StatusName::Completed }),
            refused(Rejection::Forbidden { permission: Permission::Operate }),
            refused(Rejection::EditRefused {
                index: 3,
                reason: Box::new(Rejection::TooManyLines { max: 500 }),
            }),
            refused(Rejection::CouponNotApplicable { code: coupon("EARLY"), reason: below_subtotal() }),
            refused(Rejection::NoPriceInCurrency { currency: Currency::JPY, lines: vec![line] }),
            refused(Rejection::IncompatibleItems { clashes: clashes() }),
            refused(Rejection::HasDependants { clashes: clashes() }),
        ],
    }
}

/// One for each rule that can be broken.
#[expect(clippy::expect_used, reason = "the ids are well-formed")]
fn clashes() -> Vec<Clash> {
    let any_of = ProductSet {
        products: [product("plan").product].into(),
        categories: [CategoryId::new("plans").expect("an id")].into(),
    };
    let group = ProductGroupId::new("one plan").expect("an id");
    let named = |line| ClashingLine { line, product: product("sim").product };
    let clash =
        |broken| Clash { line: named(None), broken, others: vec![named(Some(line_id(11))), named(None)] };
    let follows =
        |quantity| clash(Broken::Follows { units: u64::from(u32::MAX) * 1000, parents: 0, quantity });
    vec![
        Clash { others: vec![], ..clash(Broken::Requires { any_of }) },
        clash(Broken::Excludes),
        clash(Broken::Group { group }),
        follows(FollowedQuantity::AtMost),
        follows(FollowedQuantity::Equal),
    ]
}

fn below_subtotal() -> NotApplied {
    let euro = |minor| Money::new(minor, Currency::EUR);
    NotApplied::BelowSubtotal { min: euro(50_00), subtotal: euro(49_99) }
}

/// Metadata of exactly the largest size.
pub(super) fn largest_metadata() -> Metadata {
    let around = r#"{"k":""}"#.len();
    let mut object = Map::new();
    object.insert("k".into(), Value::String("x".repeat(Metadata::MAX_BYTES - around)));
    Metadata::new(object).expect("the metadata is just small enough")
}

/// A cart with so many lines.
pub(super) fn large(cart: CartId, owner: Owner, lines: u64) -> crate::port::Commit {
    let lines: Vec<CartEvent> = (0..lines).map(|n| added(line(n, 1))).collect();
    Write::new(lines).create(cart, created(owner))
}

/// Each write of a life, with the cart that it leads to.
pub(super) fn live(life: Life) -> Vec<crate::port::Commit> {
    let creator = life.writes.first().map_or_else(|| user("ann").to_ref(), |write| write.actor.clone());
    let creation = Write { actor: creator, ..Write::new([]) };
    let mut commits = vec![creation.create(life.cart, life.created)];
    let mut cart = commits.first().map(|commit| Arc::clone(&commit.cart)).expect("the cart is made first");
    for write in life.writes {
        let commit = write.change(&cart);
        cart = Arc::clone(&commit.cart);
        commits.push(commit);
    }
    commits
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::checkout::{CheckoutStep, EndReason, Task};

    /// Which kind an event is, from 0 to 41; a new kind does not compile until it is lived.
    const fn kind(event: &CartEvent) -> usize {
        match event {
            CartEvent::Created(_) => 0,
            CartEvent::Renamed { .. } => 1,
            CartEvent::SettingsChanged { .. } => 2,
            CartEvent::NoteChanged { .. } => 3,
            CartEvent::MetadataChanged { .. } => 4,
            CartEvent::LineAdded { .. } => 5,
            CartEvent::QuantityChanged { .. } => 6,
            CartEvent::LineNoteChanged { .. } => 7,
            CartEvent::LineRemoved { .. } => 8,
            CartEvent::LinePriced { .. } => 9,
            CartEvent::PriceAcknowledged { .. } => 10,
            CartEvent::CurrencyChanged { .. } => 11,
            CartEvent::CouponAdded { .. } => 12,
            CartEvent::CouponRemoved { .. } => 13,
            CartEvent::GiftRefused { .. } => 14,
            CartEvent::GiftAccepted { .. } => 15,
            CartEvent::Cleared { .. } => 16,
            CartEvent::AddressSelected { .. } => 17,
            CartEvent::ShippingMethodSelected { .. } => 18,
            CartEvent::PaymentMethodSelected { .. } => 19,
            CartEvent::ExpiryMoved { .. } => 20,
            CartEvent::GuestCartMerged { .. } => 21,
            CartEvent::Abandoned { .. } => 22,
            CartEvent::Recovered { .. } => 23,
            CartEvent::CheckoutBegun { .. } => 24,
            CartEvent::CheckoutCancelled { .. } => 25,
            CartEvent::CheckoutCompleted { .. } => 26,
            CartEvent::GrantMade { .. } => 27,
            CartEvent::GrantChanged { .. } => 28,
            CartEvent::GrantRevoked { .. } => 29,
            CartEvent::OwnerChanged { .. } => 30,
            CartEvent::LinkMade { .. } => 31,
            CartEvent::LinkChanged { .. } => 32,
            CartEvent::LinkRotated { .. } => 33,
            CartEvent::LinkRevoked { .. } => 34,
            CartEvent::SuggestionMade { .. } => 35,
            CartEvent::SuggestionWithdrawn { .. } => 36,
            CartEvent::SuggestionDeclined { .. } => 37,
            CartEvent::SuggestionAccepted { .. } => 38,
            CartEvent::Undone { .. } => 39,
            CartEvent::CheckoutAdvanced { .. } => 40,
            CartEvent::CheckoutUnsettled { .. } => 41,
        }
    }

    /// Which kind a step of a checkout is, from 0 to 24; for each task there is one.
    const fn step_kind(step: &CheckoutStep) -> usize {
        match step {
            CheckoutStep::Asked { task: Task::Reserve, .. } => 0,
            CheckoutStep::Asked { task: Task::Place, .. } => 1,
            CheckoutStep::Asked { task: Task::Pay, .. } => 2,
            CheckoutStep::Asked { task: Task::Void, .. } => 3,
            CheckoutStep::Asked { task: Task::Claim, .. } => 4,
            CheckoutStep::Asked { task: Task::Confirm, .. } => 5,
            CheckoutStep::Asked { task: Task::Refund, .. } => 6,
            CheckoutStep::Asked { task: Task::CancelOrder, .. } => 7,
            CheckoutStep::Asked { task: Task::Release, .. } => 8,
            CheckoutStep::Delayed { .. } => 9,
            CheckoutStep::Parked { .. } => 10,
            CheckoutStep::StockHeld { .. } => 11,
            CheckoutStep::StockClaimed { .. } => 12,
            CheckoutStep::StockReleased => 13,
            CheckoutStep::OrderPlaced { .. } => 14,
            CheckoutStep::OrderConfirmed { .. } => 15,
            CheckoutStep::OrderRefused { .. } => 16,
            CheckoutStep::OrderCancelled => 17,
            CheckoutStep::PaymentPending { .. } => 18,
            CheckoutStep::PaymentCaptured { .. } => 19,
            CheckoutStep::PaymentDeclined { .. } => 20,
            CheckoutStep::PaymentVoided => 21,
            CheckoutStep::PaymentRefunded => 22,
            CheckoutStep::Extended { .. } => 23,
            CheckoutStep::GivenUp { .. } => 24,
        }
    }

    /// Which reason a checkout ends for, from 0 to 8.
    const fn reason_kind(reason: &EndReason) -> usize {
        match reason {
            EndReason::Cancelled => 0,
            EndReason::TimedOut => 1,
            EndReason::PaymentDeclined { .. } => 2,
            EndReason::PaymentMismatch => 3,
            EndReason::OrderRefused { .. } => 4,
            EndReason::OutOfStock { .. } => 5,
            EndReason::TooMuchHeld => 6,
            EndReason::Vetoed { .. } => 7,
            EndReason::Failed { .. } => 8,
        }
    }

    fn events() -> impl Iterator<Item = CartEvent> {
        let commits = lives().into_iter().flat_map(live);
        commits.flat_map(|commit| commit.entry.events.clone())
    }

    #[test]
    fn every_step_and_end_of_a_checkout_is_lived() {
        let (mut steps, mut reasons) = (BTreeSet::new(), BTreeSet::new());
        for event in events() {
            if let CartEvent::CheckoutAdvanced { step, .. } = &event {
                let written = serde_json::to_value(step).unwrap();
                assert_eq!(written["step"], step.name());
                steps.insert(step_kind(step));
            } else if let CartEvent::CheckoutCancelled { reason, .. } = &event {
                reasons.insert(reason_kind(reason));
            }
        }
        assert_eq!((steps, reasons), ((0..=24).collect(), (0..=8).collect()));
    }

    #[test]
    fn every_state_of_a_lived_cart_can_be_read_back() {
        for commit in lives().into_iter().flat_map(live) {
            let read = crate::cart::Cart::from_stored(commit.cart.to_stored());
            assert_eq!(read.as_ref(), Ok(&*commit.cart));
        }
    }

    #[test]
    fn every_kind_of_event_is_lived() {
        let kinds: BTreeSet<usize> = events().map(|event| kind(&event)).collect();
        assert_eq!(kinds, (0..=41).collect());
    }
}
