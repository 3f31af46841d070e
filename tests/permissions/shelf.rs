//! Carts in every status, made as they are needed, and what is stored of all of them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use cart_core::actor::{Actor, GuestToken};
use cart_core::event::{CartEvent, Created};
use cart_core::id::{CartId, CompanyId, GrantId, LineId, LinkId, SuggestionId, UserId};
use cart_core::memory::MemoryPromotionBook;
use cart_core::money::Currency;
use cart_core::permission::Permission;
use cart_core::policy::{CartPolicy, CouponMisfit, CouponPolicy, GuestCarts, Links, PricingPolicy};
use cart_core::policy::{SharingPolicy, Suggestions, Ttl};
use cart_core::port::{Commit, Directory, PortError, Store};
use cart_core::product::Product;
use cart_core::promotion::{Effect, Promotion, Reduction, Scope};
use cart_core::selection::Address;
use cart_core::service::CartService;
use cart_core::sharing::{
    Grant, LinkTerms, LinkToken, PermissionGroup, PermissionGroupId, Proposal, ShareLink, Suggestion,
};
use cart_core::status::AbandonReason;
use cart_core::testing::samples::{
    Write, added, address_id, at, cart_id, channel, checkout_begun, checkout_completed, checkout_id, coupon,
    created, grant_id, line, line_id, link_id, prices, product, promotion_id, quantity, suggestion_id, unit,
    user_for, user_id,
};
use cart_core::testing::{FixedCatalog, ManualClock, Named, block_on};
use cart_core::version::Version;

use crate::principals::principals;
use crate::stores::Opened;

/// Where a cart is in its life, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Active,
    OfGuest,
    Lapsed,
    Checkout,
    Completed,
    GivenUp,
    Expired,
    Merged,
}

pub mod place {
    use super::Place;

    /// All places, in the order of the table.
    pub const ALL: [Place; 8] = [
        Place::Active,
        Place::OfGuest,
        Place::Lapsed,
        Place::Checkout,
        Place::Completed,
        Place::GivenUp,
        Place::Expired,
        Place::Merged,
    ];
}

impl Place {
    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::OfGuest => "active, the guest's",
            Self::Lapsed => "lapsed",
            Self::Checkout => "checkout",
            Self::Completed => "completed",
            Self::GivenUp => "given up",
            Self::Expired => "expired",
            Self::Merged => "merged",
        }
    }

    /// What brings a cart there, whose checkout is the `n`th.
    fn events(self, n: u64) -> Vec<CartEvent> {
        let begun = checkout_begun(n, at(99), []);
        let abandoned = |reason| vec![CartEvent::Abandoned { since: at(60), reason }];
        match self {
            Self::Active | Self::OfGuest | Self::Lapsed => Vec::new(),
            Self::Checkout => vec![begun],
            Self::Completed => vec![begun, checkout_completed(n, "o")],
            Self::GivenUp => abandoned(AbandonReason::GivenUp),
            Self::Expired => abandoned(AbandonReason::Expired),
            Self::Merged => {
                abandoned(AbandonReason::Merged { into: cart_id(1 << 40), version: Version::FIRST })
            }
        }
    }
}

/// A cart on the shelf: everything about it follows from its number.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    number: u64,
    /// Which cart.
    pub cart: CartId,
    /// Its version when it was made.
    pub version: Version,
}

const SHARER: PermissionGroupId = PermissionGroupId(3);

impl Kept {
    /// One that is nowhere, for the names of what is asked.
    pub fn sample() -> Self {
        Self { number: 0, cart: cart_id(0), version: Version::FIRST }
    }

    /// Somebody else, who has nothing to do with the cart.
    pub fn somebody(&self) -> Actor {
        user_for(&self.person("fay"), "acme")
    }

    /// A guest who has nothing to do with the cart.
    pub fn another_guest(&self) -> Actor {
        Actor::Guest(self.guest_token(7))
    }

    /// The cart of another guest.
    pub fn guests(&self) -> CartId {
        cart_id((1 << 32) + self.number)
    }

    /// The cart of somebody else.
    pub fn another(&self) -> CartId {
        cart_id((1 << 33) + self.number)
    }

    /// Somebody who has to do with this cart and no other.
    pub fn person(&self, name: &str) -> String {
        format!("{name}-{}", self.number)
    }

    fn secret(&self, kind: u8, n: u8) -> [u8; 32] {
        let mut secret = [kind; 32];
        secret[..8].copy_from_slice(&self.number.to_be_bytes());
        secret[8] = n;
        secret
    }

    /// The token of the `n`th link.
    pub fn link_token(&self, n: u8) -> LinkToken {
        LinkToken::from_random(self.secret(1, n))
    }

    /// The token of the `n`th guest.
    pub fn guest_token(&self, n: u8) -> GuestToken {
        GuestToken::from_random(self.secret(2, n))
    }

    fn nth(&self, n: usize) -> u64 {
        self.number * 100 + n as u64
    }

    fn line(&self) -> LineId {
        line_id(self.nth(0))
    }

    /// The `n`th grant.
    pub fn grant(&self, n: usize) -> GrantId {
        grant_id(self.nth(n))
    }

    fn link(&self, n: usize) -> LinkId {
        link_id(self.nth(n))
    }

    fn suggestion(&self, n: usize) -> SuggestionId {
        suggestion_id(self.nth(n))
    }

    /// What commands are about that the `who`th principal gives.
    pub fn named(&self, who: usize) -> Named {
        Named {
            line: self.line(),
            grant: self.grant(0),
            link: self.link(0),
            suggestion: self.suggestion(0),
            own: self.suggestion(who),
            checkout: checkout_id(self.number),
        }
    }

    /// A line, and what is chosen.
    fn content(&self) -> Vec<CartEvent> {
        let mut mug = line(0, 1);
        (mug.id, mug.key.product) = (self.line(), product("mug"));
        vec![
            added(mug),
            CartEvent::CouponAdded { code: coupon("OLD") },
            CartEvent::GiftRefused { promotion: promotion_id("free-plate") },
            CartEvent::AddressSelected { address: Some(address_id("home")) },
        ]
    }

    fn grants(&self) -> impl Iterator<Item = CartEvent> {
        let granted = [
            ("carl", PermissionGroup::READ_ONLY),
            ("bob", PermissionGroup::FULL_ACCESS),
            ("sue", SHARER),
            ("eve", PermissionGroup::FULL_ACCESS),
        ];
        granted.into_iter().enumerate().map(|(n, (name, group))| {
            let grant = Grant {
                id: self.grant(n),
                user: user_id(&self.person(name)),
                group,
                granted_by: self.owner().to_ref(),
                granted_at: at(0),
            };
            CartEvent::GrantMade { grant: Arc::new(grant) }
        })
    }

    fn links(&self) -> impl Iterator<Item = CartEvent> {
        let ended = LinkTerms { expires_at: Some(at(60)), ..LinkTerms::default() };
        let suggesting = LinkTerms { may_suggest: true, ..LinkTerms::default() };
        [LinkTerms::default(), suggesting, ended].into_iter().zip(0..).map(|(terms, n)| {
            let link = ShareLink {
                id: self.link(n.into()),
                token: self.link_token(n).digest(),
                terms,
                made_by: self.owner().to_ref(),
                made_at: at(0),
            };
            CartEvent::LinkMade { link: Arc::new(link) }
        })
    }

    /// One suggestion of each principal's.
    fn suggestions(&self) -> impl Iterator<Item = CartEvent> {
        principals(self).into_iter().enumerate().map(|(n, principal)| {
            let suggestion = Suggestion {
                id: self.suggestion(n),
                author: principal.actor.to_ref(),
                name: None,
                proposal: Proposal::Add { product: product("cup"), quantity: quantity(1) },
                comment: None,
                made_at: at(0),
            };
            CartEvent::SuggestionMade { suggestion: Arc::new(suggestion) }
        })
    }

    fn owner(&self) -> Actor {
        user_for(&self.person("ann"), "acme")
    }

    fn created(&self, place: Place) -> Created {
        let owner = if place == Place::OfGuest { Actor::Guest(self.guest_token(0)) } else { self.owner() };
        let lapses = matches!(place, Place::Lapsed | Place::Expired);
        let plain = created(owner.owner().expect("an owner"));
        Created { expires_at: lapses.then(|| at(60)), ..plain }
    }

    /// The commits that make the cart; the last but those that end it can be undone.
    fn commits(&self, place: Place) -> Vec<Commit> {
        let events: Vec<CartEvent> = self.content().into_iter().chain(self.suggestions()).collect();
        // A guest's cart belongs to no company.
        let grants: Vec<CartEvent> = self.grants().filter(|_| place != Place::OfGuest).collect();
        let made = Write::new([events, grants, self.links().collect()].concat());
        let made = made.by(&self.owner()).create(self.cart, self.created(place));
        let raised = CartEvent::QuantityChanged { line: self.line(), from: quantity(1), to: quantity(2) };
        let raised = Write::new([raised]).change(&made.cart);
        let mut commits = vec![made, raised];
        for event in place.events(self.number) {
            let before = Arc::clone(&commits.last().expect("two commits").cart);
            commits.push(Write::new([event]).at(at(60)).change(&before));
        }
        commits
    }
}

/// Carts over one store, behind a service.
pub struct Shelf {
    /// The service.
    pub service: CartService,
    /// The catalog.
    pub catalog: Arc<FixedCatalog>,
    opened: Opened,
    kept: RefCell<HashMap<Place, Kept>>,
    next: Cell<u64>,
}

impl Shelf {
    /// An empty shelf.
    pub fn new(opened: Opened) -> Self {
        let catalog = Arc::new(FixedCatalog::default());
        for id in ["mug", "cup", "plate"] {
            catalog.put(product(id), Product::new(id, prices(11_00, Currency::EUR)));
        }
        let clock = ManualClock::default();
        clock.set(at(60));
        let service = CartService::builder(Arc::clone(&opened.store), Arc::clone(&catalog) as _)
            .channel(channel("shop"), policy(), Currency::EUR)
            .clock(Arc::new(clock))
            .addresses(Arc::new(AnyAddress))
            .promotions(Arc::new(promotions()))
            .directory(Arc::new(Everybody))
            .build()
            .expect("a consistent policy");
        Self { service, catalog, opened, kept: RefCell::default(), next: Cell::new(1) }
    }

    /// A cart in a place that nothing has happened to.
    pub fn take(&self, place: Place) -> Kept {
        if let Some(kept) = self.kept.borrow().get(&place) {
            return *kept;
        }
        let made = self.make(place);
        self.kept.borrow_mut().insert(place, made);
        made
    }

    /// Puts a cart aside that something has happened to.
    pub fn spend(&self, place: Place) {
        self.kept.borrow_mut().remove(&place);
    }

    /// A new cart in a place, and the two that it may be merged with.
    pub fn make(&self, place: Place) -> Kept {
        let number = self.next.replace(self.next.get() + 1);
        let mut kept = Kept { number, cart: cart_id(number), version: Version::FIRST };
        for commit in kept.commits(place) {
            kept.version = commit.cart.version();
            self.commit(commit);
        }
        for (cart, owner) in [(kept.guests(), kept.another_guest()), (kept.another(), kept.somebody())] {
            let owner = owner.owner().expect("an owner");
            self.commit(Write::new([]).create(cart, created(owner)));
        }
        kept
    }

    fn commit(&self, commit: Commit) {
        block_on(self.store().commit(unit([commit]))).expect("the cart can be made");
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.opened.store
    }

    /// The version of a cart as it is stored.
    pub fn version(&self, kept: &Kept) -> Version {
        block_on(self.store().load(kept.cart)).expect("the store answers").expect("a cart").version()
    }

    /// What tells that something was written: how many rows there are in all, entries among them, and the version of
    /// each cart that is taken from.
    pub fn stored(&self) -> (i64, Vec<(CartId, Version)>) {
        let kept = self.kept.borrow();
        let mut versions: Vec<_> = kept.values().map(|kept| (kept.cart, self.version(kept))).collect();
        versions.sort_unstable();
        ((self.opened.rows)(), versions)
    }
}

fn policy() -> CartPolicy {
    let sharer = PermissionGroup {
        id: SHARER,
        name: "Sharer".into(),
        ..PermissionGroup::full_access().allowing(Permission::Share)
    };
    let coupons = CouponPolicy { max: 3, misfit: CouponMisfit::Sleeps };
    CartPolicy {
        guests: GuestCarts::Allowed { lifetime: Ttl::Never },
        sharing: SharingPolicy {
            groups: vec![PermissionGroup::read_only(), PermissionGroup::full_access(), sharer],
            links: Links::Allowed { lifetime: None, longest: None, max: 20 },
            suggestions: Suggestions { max: 100, max_by_author: 20, max_made: 500 },
            ..SharingPolicy::default()
        },
        pricing: PricingPolicy { promotions: true, coupons, ..PricingPolicy::default() },
        ..CartPolicy::shared()
    }
}

fn promotions() -> MemoryPromotionBook {
    let book = MemoryPromotionBook::default();
    let reduction = Reduction::Percent("0.1".parse().expect("a rate"));
    let tenth = Effect::Order { scope: Scope::default(), reduction };
    let codes = vec![coupon("NEW")];
    book.put(Promotion {
        codes: codes.into_iter().collect(),
        ..Promotion::new(promotion_id("ten"), "ten", tenth)
    });
    for (id, given) in [("free-cup", "cup"), ("free-plate", "plate")] {
        let gift = Effect::Gift { product: product(given), quantity: quantity(1) };
        book.put(Promotion::new(promotion_id(id), id, gift));
    }
    book
}

/// Everybody has every address.
#[derive(Debug)]
struct AnyAddress;

#[async_trait]
impl cart_core::port::AddressBook for AnyAddress {
    async fn address(
        &self,
        _owner: &cart_core::actor::Owner,
        _address: &cart_core::id::AddressId,
    ) -> Result<Option<Address>, PortError> {
        Ok(Some(Address { country: "CH".into() }))
    }
}

/// Everybody belongs to whatever company they act for, but those called eve, who have left.
#[derive(Debug)]
struct Everybody;

#[async_trait]
impl Directory for Everybody {
    async fn is_member(&self, _company: &CompanyId, user: &UserId) -> Result<bool, PortError> {
        Ok(!user.as_str().starts_with("eve"))
    }
}
