//! What of each event is shown to whom: the whole table, checked in beside this file.
//!
//! After a wanted change, `CART_WRITE_TABLES=1 cargo test -p cart-core --test rules` writes it anew; a field that a link
//! shows from then on is then to be seen in the difference.

use std::fmt::Write as _;
use std::sync::Arc;

use cart_core::actor::{Actor, ActorRef};
use cart_core::checkout::{
    Capture, Checkout, CheckoutStep, EndReason, Initiation, InitiationType, PlacedOrder, StockCounting,
    StockUnits, Task,
};
use cart_core::event::{CartEvent, ClearScope, Settings};
use cart_core::history::{Change, Sight};
use cart_core::id::{OrderRef, PaymentMethodId, PaymentRef, ShippingMethodId, StockItemId};
use cart_core::journal::{Entry, KeyOrigin, Reply, Request};
use cart_core::line::Line;
use cart_core::merge::MergeReport;
use cart_core::metadata::Metadata;
use cart_core::money::{Currency, Money};
use cart_core::sharing::{Grant, LinkShows, LinkTerms, PermissionGroup, Proposal, ShareLink, Suggestion};
use cart_core::status::AbandonReason;
use cart_core::testing::samples::{
    address_id, at, cart_id, checkout, checkout_advanced, checkout_completed, checkout_id, coupon, created,
    grant_id, key, line, line_id, link_bearer, link_id, link_token, name, note, owner, placed_order, prices,
    product, promotion_id, quantity, reason, suggestion_id, user, user_for, user_id,
};
use cart_core::text::{Comment, LinkLabel, PersonName};
use cart_core::version::Version;
use serde_json::{Value, json};

use crate::support::{checked_table, metadata};

/// In every field that no link shows, whatever it shows besides.
const SECRET: &str = "secret";

fn secret_line() -> Line {
    Line { note: Some(note(SECRET)), metadata: secret_metadata(), ..line(1, 2) }
}

fn secret_metadata() -> Metadata {
    metadata(json!({ "k": SECRET }))
}

fn report() -> MergeReport {
    let report = json!({"from": cart_id(9), "strategy": "sum", "lines": []});
    serde_json::from_value(report).unwrap()
}

fn suggestion(author: &Actor) -> Arc<Suggestion> {
    Arc::new(Suggestion {
        id: suggestion_id(1),
        author: author.to_ref(),
        name: Some(PersonName::new("Mum").unwrap()),
        proposal: Proposal::Add { product: product("cup"), quantity: quantity(2) },
        comment: Some(Comment::new("for the office").unwrap()),
        made_at: at(0),
    })
}

fn link() -> Arc<ShareLink> {
    let terms = LinkTerms { label: Some(LinkLabel::new(SECRET).unwrap()), ..LinkTerms::default() };
    let made_by = user("ann").to_ref();
    Arc::new(ShareLink { id: link_id(1), token: link_token(1).digest(), terms, made_by, made_at: at(0) })
}

fn grant() -> Arc<Grant> {
    let granted_by = user("ann").to_ref();
    let (user, group) = (user_id(SECRET), PermissionGroup::READ_ONLY);
    Arc::new(Grant { id: grant_id(1), user, group, granted_by, granted_at: at(0) })
}

/// Rows of a kind of event and an event of that kind. A kind without a row does not compile.
macro_rules! events {
    ($($pattern:pat => $event:expr;)*) => {
        fn events() -> Vec<CartEvent> {
            vec![$($event),*]
        }

        /// Where a kind of event stands among [`events`].
        fn place(event: &CartEvent) -> usize {
            let rows: &[fn(&CartEvent) -> bool] = &[$(|event| matches!(event, $pattern)),*];
            // Exhaustive: this is what does not compile.
            match event { $($pattern => {})* }
            rows.iter().position(|is_of_kind| is_of_kind(event)).unwrap()
        }
    };
}

events! {
    CartEvent::Created(_) => {
        let mut created = created(owner(SECRET));
        (created.name, created.note) = (Some(name(SECRET)), Some(note(SECRET)));
        created.metadata = secret_metadata();
        CartEvent::Created(Box::new(created))
    };
    CartEvent::Renamed { .. } => CartEvent::Renamed { name: Some(name("office")) };
    CartEvent::SettingsChanged { .. } => CartEvent::SettingsChanged { settings: Settings::default() };
    CartEvent::NoteChanged { .. } => CartEvent::NoteChanged { note: Some(note(SECRET)) };
    CartEvent::MetadataChanged { .. } => CartEvent::MetadataChanged { metadata: secret_metadata() };
    CartEvent::LineAdded { .. } => CartEvent::LineAdded { line: Arc::new(secret_line()) };
    CartEvent::QuantityChanged { .. } => {
        CartEvent::QuantityChanged { line: line_id(1), from: quantity(1), to: quantity(2) }
    };
    CartEvent::LineNoteChanged { .. } => {
        CartEvent::LineNoteChanged { line: line_id(1), note: Some(note(SECRET)) }
    };
    CartEvent::LineRemoved { .. } => CartEvent::LineRemoved { line: line_id(1) };
    CartEvent::LinePriced { .. } => {
        CartEvent::LinePriced { line: line_id(1), prices: prices(9_99, Currency::EUR) }
    };
    CartEvent::PriceAcknowledged { .. } => {
        CartEvent::PriceAcknowledged { line: line_id(1), prices: prices(9_99, Currency::EUR) }
    };
    CartEvent::CurrencyChanged { .. } => {
        CartEvent::CurrencyChanged { currency: Currency::USD, prices: vec![prices(9_99, Currency::USD)] }
    };
    CartEvent::CouponAdded { .. } => CartEvent::CouponAdded { code: coupon(SECRET) };
    CartEvent::CouponRemoved { .. } => CartEvent::CouponRemoved { code: coupon(SECRET) };
    CartEvent::GiftRefused { .. } => CartEvent::GiftRefused { promotion: promotion_id(SECRET) };
    CartEvent::GiftAccepted { .. } => CartEvent::GiftAccepted { promotion: promotion_id(SECRET) };
    CartEvent::Cleared { .. } => CartEvent::Cleared { scope: ClearScope::default() };
    CartEvent::AddressSelected { .. } => CartEvent::AddressSelected { address: Some(address_id(SECRET)) };
    CartEvent::ShippingMethodSelected { .. } => {
        CartEvent::ShippingMethodSelected { method: Some(ShippingMethodId::new(SECRET).unwrap()) }
    };
    CartEvent::PaymentMethodSelected { .. } => {
        CartEvent::PaymentMethodSelected { method: Some(PaymentMethodId::new(SECRET).unwrap()) }
    };
    CartEvent::ExpiryMoved { .. } => CartEvent::ExpiryMoved { expires_at: at(9) };
    CartEvent::GuestCartMerged { .. } => CartEvent::GuestCartMerged { report: report() };
    CartEvent::Abandoned { .. } => CartEvent::Abandoned { since: at(9), reason: AbandonReason::GivenUp };
    CartEvent::Recovered { .. } => CartEvent::Recovered { expires_at: None };
    CartEvent::CheckoutBegun { .. } => CartEvent::CheckoutBegun { checkout: secret_checkout() };
    CartEvent::CheckoutAdvanced { .. } => {
        checkout_advanced(1, CheckoutStep::GivenUp { reason: secret_end() })
    };
    CartEvent::CheckoutCancelled { .. } => {
        CartEvent::CheckoutCancelled { checkout: checkout_id(1), reason: secret_end() }
    };
    CartEvent::CheckoutUnsettled { .. } => CartEvent::CheckoutUnsettled { checkout: secret_checkout() };
    CartEvent::CheckoutCompleted { .. } => checkout_completed(1, SECRET);
    CartEvent::GrantMade { .. } => CartEvent::GrantMade { grant: grant() };
    CartEvent::GrantChanged { .. } => {
        CartEvent::GrantChanged { grant: grant_id(1), group: PermissionGroup::FULL_ACCESS }
    };
    CartEvent::GrantRevoked { .. } => CartEvent::GrantRevoked { grant: grant_id(1) };
    CartEvent::OwnerChanged { .. } => CartEvent::OwnerChanged { owner: owner(SECRET) };
    CartEvent::LinkMade { .. } => CartEvent::LinkMade { link: link() };
    CartEvent::LinkChanged { .. } => CartEvent::LinkChanged { link: link_id(1), terms: link().terms.clone() };
    CartEvent::LinkRotated { .. } => {
        CartEvent::LinkRotated { link: link_id(1), token: link_token(2).digest() }
    };
    CartEvent::LinkRevoked { .. } => CartEvent::LinkRevoked { link: link_id(1) };
    CartEvent::SuggestionMade { .. } => CartEvent::SuggestionMade { suggestion: suggestion(&link_bearer(1)) };
    CartEvent::SuggestionWithdrawn { .. } => CartEvent::SuggestionWithdrawn { suggestion: suggestion_id(1) };
    CartEvent::SuggestionDeclined { .. } => CartEvent::SuggestionDeclined { suggestion: suggestion_id(1) };
    CartEvent::SuggestionAccepted { .. } => {
        CartEvent::SuggestionAccepted { suggestion: suggestion_id(1), author: link_bearer(1).to_ref() }
    };
    CartEvent::Undone { .. } => CartEvent::Undone { version: Version::FIRST };
}

/// A checkout with something to hide in all that is written in it.
fn secret_checkout() -> Arc<Checkout> {
    let mut checkout = checkout(1, at(9));
    checkout.by = user(SECRET).to_ref();
    let draft = Arc::make_mut(&mut checkout.draft);
    (draft.owner, draft.note) = (owner(SECRET), Some(note(SECRET)));
    draft.metadata = secret_metadata();
    Arc::new(checkout)
}

fn secret_end() -> EndReason {
    EndReason::PaymentDeclined { why: reason(SECRET) }
}

/// A step of each kind, with something to hide wherever there is room for it.
fn steps() -> Vec<CheckoutStep> {
    let Value::Object(payload) = json!({ "url": SECRET }) else { unreachable!("an object") };
    let (payment, item) = (PaymentRef::new(SECRET).unwrap(), StockItemId::new(SECRET).unwrap());
    let (counted_by, items) = (StockCounting::Store, vec![StockUnits { item, units: 3 }]);
    let order = PlacedOrder {
        number: Some(OrderRef::new("secret-2").unwrap()),
        confirmation: Some(OrderRef::new("secret-3").unwrap()),
        ..placed_order(SECRET)
    };
    vec![
        CheckoutStep::Asked { task: Task::Pay, until: at(9) },
        CheckoutStep::Delayed { until: at(9), tries: 1 },
        CheckoutStep::Parked { until: at(9), tries: 10 },
        CheckoutStep::StockHeld { until: at(9) },
        CheckoutStep::StockClaimed { counted_by, items },
        CheckoutStep::StockReleased,
        CheckoutStep::OrderPlaced { order: order.clone() },
        CheckoutStep::OrderConfirmed { order },
        CheckoutStep::OrderRefused { why: reason(SECRET) },
        CheckoutStep::OrderCancelled,
        CheckoutStep::PaymentPending { initiation: Initiation { kind: InitiationType::Redirect, payload } },
        CheckoutStep::PaymentCaptured {
            capture: Capture { payment, amount: Money::new(10_00, Currency::EUR) },
        },
        CheckoutStep::PaymentDeclined { why: reason(SECRET) },
        CheckoutStep::PaymentVoided,
        CheckoutStep::PaymentRefunded,
        CheckoutStep::Extended { deadline: at(9), held_until: at(10) },
        CheckoutStep::GivenUp { reason: secret_end() },
    ]
}

/// One event of each kind, and one with each step.
fn all_events() -> Vec<CartEvent> {
    let others = events().into_iter().filter(|event| !matches!(event, CartEvent::CheckoutAdvanced { .. }));
    others.chain(steps().into_iter().map(|step| checkout_advanced(1, step))).collect()
}

/// By what a row of the table is called.
fn row_name(event: &CartEvent) -> String {
    let name = |json: Value, tag: &str| json[tag].as_str().unwrap().to_owned();
    if let CartEvent::CheckoutAdvanced { step, .. } = event {
        return format!("checkout_advanced: {}", name(serde_json::to_value(step).unwrap(), "step"));
    }
    name(serde_json::to_value(event).unwrap(), "event")
}

fn entry(event: CartEvent, actor: ActorRef) -> Entry {
    Entry {
        cart: cart_id(1),
        version: Version::FIRST.next(),
        at: at(9),
        actor,
        request: Request { key: key(SECRET), origin: KeyOrigin::Service },
        events: vec![event],
        reply: Reply::default(),
    }
}

/// Who looks: with which token, and at what the link shows.
fn sights() -> Vec<(String, Sight)> {
    let mut sights = vec![("all".to_owned(), Sight::Full)];
    for (token, whose) in [(1, "own link"), (2, "other link")] {
        for (prices, names) in [(false, false), (true, false), (false, true), (true, true)] {
            let shows = LinkShows { prices, names };
            let mut name = whose.to_owned();
            name += if prices { ", prices" } else { "" };
            name += if names { ", names" } else { "" };
            sights.push((name, Sight::Link { shows, token: link_token(token).digest() }));
        }
    }
    sights
}

/// What is shown of an event that the bearer of the first link is the actor of, or the owner.
fn seen(event: &CartEvent, actor: &Actor, sight: Sight) -> String {
    let change = Change::seen(&entry(event.clone(), actor.to_ref()), sight);
    let what: Vec<String> = change.what.iter().map(|what| serde_json::to_string(what).unwrap()).collect();
    what.join(" ")
}

fn table() -> String {
    let mut table = String::from(
        "# What of each event is shown to whom; `history.rs` beside this file says how to write it anew. An event that\n\
         # is not named for somebody is not shown to them.\n",
    );
    for event in all_events() {
        writeln!(table, "\n{}", row_name(&event)).unwrap();
        for (name, sight) in sights() {
            let shown = seen(&event, &link_bearer(1), sight);
            if !shown.is_empty() {
                writeln!(table, "  {name:27}{shown}").unwrap();
            }
        }
    }
    table
}

#[test]
fn of_every_event_everybody_sees_what_the_table_says() {
    checked_table("history.txt", &table());
}

#[test]
fn every_kind_of_event_is_in_the_table_once() {
    for (n, event) in events().iter().enumerate() {
        assert_eq!(place(event), n, "{event:?}");
    }
}

#[test]
fn no_link_shows_what_is_secret_whoever_did_it() {
    for event in all_events() {
        for (name, sight) in sights().into_iter().skip(1) {
            for actor in [link_bearer(1), user_for("ann", "acme")] {
                let change = Change::seen(&entry(event.clone(), actor.to_ref()), sight);
                let shown = serde_json::to_string(&change).unwrap();
                assert!(!shown.to_lowercase().contains(SECRET), "{name}: {shown}");
            }
        }
    }
}

#[test]
fn nobody_sees_what_a_payment_is_made_with() {
    for (name, sight) in sights() {
        for step in steps() {
            let change = Change::seen(&entry(checkout_advanced(1, step), user("ann").to_ref()), sight);
            let shown = serde_json::to_string(&change).unwrap();
            assert!(!shown.contains("url") && !shown.contains("payload"), "{name}: {shown}");
        }
    }
}

#[test]
fn a_link_that_shows_more_hides_nothing_that_one_shows_that_shows_less() {
    let kinds = |event: &CartEvent, shows| {
        seen(event, &link_bearer(1), Sight::Link { shows, token: link_token(1).digest() })
    };
    for event in events() {
        let all = kinds(&event, LinkShows { prices: true, names: true });
        for (prices, names) in [(false, false), (true, false), (false, true)] {
            let less = kinds(&event, LinkShows { prices, names });
            assert!(less.is_empty() || !all.is_empty(), "{event:?}: {less}");
        }
        let full = seen(&event, &link_bearer(1), Sight::Full);
        assert!(all.is_empty() || !full.is_empty(), "{event:?}: {all}");
    }
}

#[test]
fn who_did_it_is_shown_where_names_are() {
    let event = CartEvent::LineRemoved { line: line_id(1) };
    for (name, sight) in sights() {
        let change = Change::seen(&entry(event.clone(), user("ann").to_ref()), sight);
        assert_eq!(change.by.is_some(), name == "all" || name.contains("names"), "{name}");
        assert_eq!((change.version, change.at), (Version::FIRST.next(), at(9)));
    }
}
