//! Carts and writes for tests of stores, without a service.

mod checkouts;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use self::checkouts::*;
use crate::actor::{Actor, ActorRef, GuestToken, Owner};
use crate::cart::Cart;
use crate::coupon::CouponCode;
use crate::event::{CartEvent, Created, Settings};
use crate::id::{
    AddressId, CartId, ChannelId, CheckoutId, CompanyId, GrantId, LineId, LinkId, ProductId, PromotionId,
    StockItemId, SuggestionId, UserId,
};
use crate::journal::{Entry, Fingerprint, KeyOrigin, Reply, Request, RequestKey};
use crate::line::{Line, LineKey};
use crate::metadata::Metadata;
use crate::money::{Currency, Money};
use crate::port::{Commit, Unit};
use crate::product::{ProductKey, UnitPrices};
use crate::quantity::Quantity;
use crate::sharing::LinkToken;
use crate::text::{CartName, Note};
use crate::version::Version;

/// The id of the `n`th cart; ids grow with `n`.
pub const fn cart_id(n: u64) -> CartId {
    CartId::from_uuid(Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | n))
}

/// The id of the `n`th line; ids grow with `n`.
pub const fn line_id(n: u64) -> LineId {
    LineId::from_uuid(Uuid::from_u64_pair(0x0191_0000_0000_7000, 0x8000_0000_0000_0000 | n))
}

/// The id of the `n`th grant; ids grow with `n`.
pub const fn grant_id(n: u64) -> GrantId {
    GrantId::from_uuid(Uuid::from_u64_pair(0x0192_0000_0000_7000, 0x8000_0000_0000_0000 | n))
}

/// The id of the `n`th share link; ids grow with `n`.
pub const fn link_id(n: u64) -> LinkId {
    LinkId::from_uuid(Uuid::from_u64_pair(0x0193_0000_0000_7000, 0x8000_0000_0000_0000 | n))
}

/// The id of the `n`th suggestion; ids grow with `n`.
pub const fn suggestion_id(n: u64) -> SuggestionId {
    SuggestionId::from_uuid(Uuid::from_u64_pair(0x0194_0000_0000_7000, 0x8000_0000_0000_0000 | n))
}

/// The id of the `n`th checkout; ids grow with `n`.
pub const fn checkout_id(n: u64) -> CheckoutId {
    CheckoutId::from_uuid(Uuid::from_u64_pair(0x0195_0000_0000_7000, 0x8000_0000_0000_0000 | n))
}

/// The token of a share link, made of a number.
pub const fn link_token(n: u8) -> LinkToken {
    LinkToken::from_random([n; 32])
}

/// Whoever holds the token of a share link, which is made of a number.
pub const fn link_bearer(n: u8) -> Actor {
    Actor::LinkBearer(link_token(n))
}

/// A user's id.
#[expect(clippy::expect_used, reason = "a test that names no valid user is wrong")]
pub fn user_id(name: &str) -> UserId {
    UserId::new(name).expect("a user id")
}

/// A company's id.
#[expect(clippy::expect_used, reason = "a test that names no valid company is wrong")]
pub fn company_id(name: &str) -> CompanyId {
    CompanyId::new(name).expect("a company id")
}

/// A time so many seconds after an arbitrary one, which is not a whole second (UTC).
pub fn at(seconds: i64) -> DateTime<Utc> {
    let start = DateTime::from_timestamp_micros(1_767_225_600_123_456).unwrap_or_default();
    start + TimeDelta::seconds(seconds)
}

/// A channel.
#[expect(clippy::expect_used, reason = "a test that names no valid channel is wrong")]
pub fn channel(name: &str) -> ChannelId {
    ChannelId::new(name).expect("a channel id")
}

/// A user who acts for nobody else.
pub fn user(name: &str) -> Actor {
    Actor::user(user_id(name))
}

/// A user who acts for a company.
pub fn user_for(name: &str, company: &str) -> Actor {
    Actor::User { user: user_id(name), company: Some(company_id(company)) }
}

/// A guest, whose token is made of a number.
pub const fn guest(n: u8) -> Actor {
    Actor::Guest(GuestToken::from_random([n; 32]))
}

/// A user as an owner of carts.
#[expect(clippy::expect_used, reason = "every user can own carts")]
pub fn owner(name: &str) -> Owner {
    user(name).owner().expect("users own carts")
}

/// A request key.
#[expect(clippy::expect_used, reason = "a test that names no valid key is wrong")]
pub fn key(text: &str) -> RequestKey {
    RequestKey::new(text).expect("a request key")
}

/// A note.
#[expect(clippy::expect_used, reason = "a test that writes no valid note is wrong")]
pub fn note(text: &str) -> Note {
    Note::new(text).expect("a note")
}

/// A cart's name.
#[expect(clippy::expect_used, reason = "a test that writes no valid name is wrong")]
pub fn name(text: &str) -> CartName {
    CartName::new(text).expect("a name")
}

/// A coupon code.
#[expect(clippy::expect_used, reason = "a test that writes no valid code is wrong")]
pub fn coupon(text: &str) -> CouponCode {
    CouponCode::new(text).expect("a coupon code")
}

/// A promotion's id.
#[expect(clippy::expect_used, reason = "a test that names no valid promotion is wrong")]
pub fn promotion_id(text: &str) -> PromotionId {
    PromotionId::new(text).expect("a promotion id")
}

/// A stock item's id.
#[expect(clippy::expect_used, reason = "a test that names no valid stock item is wrong")]
pub fn stock_item(text: &str) -> StockItemId {
    StockItemId::new(text).expect("a stock item id")
}

/// An address's id.
#[expect(clippy::expect_used, reason = "a test that names no valid address is wrong")]
pub fn address_id(text: &str) -> AddressId {
    AddressId::new(text).expect("an address id")
}

/// A quantity.
#[expect(clippy::expect_used, reason = "a test that asks for no valid quantity is wrong")]
pub fn quantity(units: u32) -> Quantity {
    Quantity::new(units).expect("a quantity")
}

/// A product without options.
#[expect(clippy::expect_used, reason = "a test that names no valid product is wrong")]
pub fn product(id: &str) -> ProductKey {
    ProductKey::plain(ProductId::new(id).expect("a product id"))
}

/// One price in minor units that is list and unit price.
#[expect(clippy::expect_used, reason = "a test that names no valid price is wrong")]
pub fn prices(minor: i64, currency: Currency) -> UnitPrices {
    UnitPrices::undiscounted(Money::new(minor, currency)).expect("a price")
}

/// The creation of a plain cart in euro, in the channel `shop`, by an owner who may have many.
pub fn created(owner: Owner) -> Created {
    Created {
        channel: channel("shop"),
        owner,
        sole: false,
        name: None,
        currency: Currency::EUR,
        settings: Settings::default(),
        note: None,
        metadata: Metadata::default(),
        expires_at: None,
        duplicate_of: None,
    }
}

/// The same by an owner who may have only one open cart.
pub fn created_sole(owner: Owner) -> Created {
    Created { sole: true, ..created(owner) }
}

/// The `n`th line: units of the product `product-n` at 10.00 euro.
pub fn line(n: u64, units: u32) -> Line {
    Line {
        id: line_id(n),
        key: LineKey { product: product(&format!("product-{n}")), distinct: Metadata::default() },
        quantity: quantity(units),
        note: None,
        metadata: Metadata::default(),
        snapshot: prices(1000, Currency::EUR),
        acknowledged: None,
        added_at: at(0),
        added_by: user("ann").to_ref(),
    }
}

/// The addition of a line.
pub fn added(line: Line) -> CartEvent {
    CartEvent::LineAdded { line: Arc::new(line) }
}

/// A write to be made: what changes, and who asked for it when.
#[derive(Clone, Debug)]
pub struct Write {
    /// What changes, besides a creation.
    pub events: Vec<CartEvent>,
    /// Who; the user `ann` if not said otherwise.
    pub actor: ActorRef,
    /// The request; one of the service's with a key of its own if not said otherwise.
    pub request: Request,
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// What else is answered.
    pub reply: Reply,
}

impl Write {
    /// A write by the user `ann`, at the time [`at`]`(0)`.
    #[expect(clippy::expect_used, reason = "the key is well-formed")]
    pub fn new(events: impl Into<Vec<CartEvent>>) -> Self {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        let key = format!("service-{}", KEYS.fetch_add(1, Ordering::Relaxed));
        let key = RequestKey::new(key).expect("a request key");
        Self {
            events: events.into(),
            actor: user("ann").to_ref(),
            request: Request { key, origin: KeyOrigin::Service },
            at: at(0),
            reply: Reply::default(),
        }
    }

    /// The same by another actor.
    #[must_use]
    pub fn by(self, actor: &Actor) -> Self {
        Self { actor: actor.to_ref(), ..self }
    }

    /// The same at another time.
    #[must_use]
    pub fn at(self, at: DateTime<Utc>) -> Self {
        Self { at, ..self }
    }

    /// The same with a key of the caller's, whose fingerprint is that of the key.
    #[must_use]
    pub fn with_key(self, text: &str) -> Self {
        let origin = KeyOrigin::Caller { fingerprint: Fingerprint::of(text.as_bytes()) };
        Self { request: Request { key: key(text), origin }, ..self }
    }

    /// The commit that makes a cart, before the other events.
    #[expect(clippy::expect_used, reason = "the entry begins with a creation")]
    pub fn create(self, cart: CartId, created: Created) -> Commit {
        let mut events = vec![CartEvent::Created(Box::new(created))];
        events.extend(self.events.iter().cloned());
        let entry = Self { events, ..self }.entry(cart, Version::FIRST);
        let cart = Cart::created_by(&entry).expect("the entry creates a cart");
        Commit { base: None, cart: Arc::new(cart), entry: Arc::new(entry) }
    }

    /// The commit that changes a cart, decided on the version given.
    pub fn change(self, cart: &Cart) -> Commit {
        let at = self.at.max(cart.updated_at());
        let entry = Self { at, ..self }.entry(cart.id(), cart.version().next());
        let mut next = cart.clone();
        next.apply(&entry);
        Commit { base: Some(cart.version()), cart: Arc::new(next), entry: Arc::new(entry) }
    }

    fn entry(self, cart: CartId, version: Version) -> Entry {
        let Self { events, actor, request, at, reply } = self;
        Entry { cart, version, at, actor, request, events, reply }
    }
}

/// A unit of commits.
pub fn unit(commits: impl Into<Vec<Commit>>) -> Unit {
    Unit { commits: commits.into() }
}
