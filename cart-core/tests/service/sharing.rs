//! Sharing by grant and by link, through the whole service.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use async_trait::async_trait;
use cart_core::actor::{Actor, ActorRef};
use cart_core::command::{AddLine, Command, LineEdit, MergeCarts};
use cart_core::event::CartEvent;
use cart_core::id::{CartId, CompanyId, GrantId, LineId, LinkId, UserId};
use cart_core::memory::{MemoryDirectory, MemoryStore};
use cart_core::merge::MergeStrategy;
use cart_core::permission::Permission;
use cart_core::policy::{CartPolicy, GuestCarts, Links, SharingPolicy, Ttl};
use cart_core::port::{CartStore, Directory, PortError};
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, HistoryRequest, ListRequest, Outcome, Target};
use cart_core::sharing::{
    LinkShows, LinkTerms, LinkToken, PermissionGroup, PermissionGroupId, Proposal, SharedCart,
};
use cart_core::testing::block_on;
use cart_core::testing::samples::{
    Write, at, checkout_begun, checkout_completed, company_id, guest, key, link_bearer, product, quantity,
    unit, user_for, user_id,
};
use chrono::TimeDelta;

use crate::shop::{Shop, add, current, lines, rejection, rename, shop as channel};

/// A directory that counts how often it is asked, and fails when told to.
#[derive(Debug, Default)]
struct AskedDirectory {
    members: MemoryDirectory,
    asked: AtomicUsize,
    is_down: AtomicBool,
}

#[async_trait]
impl Directory for AskedDirectory {
    async fn is_member(&self, company: &CompanyId, user: &UserId) -> Result<bool, PortError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.is_down.load(Ordering::Relaxed) {
            return Err(PortError::new("directory", "it is down"));
        }
        self.members.is_member(company, user).await
    }
}

/// Carts of companies that are shared in every way.
fn policy() -> CartPolicy {
    let company = CartPolicy::company();
    let links = Links::Allowed { lifetime: None, longest: None, max: SharingPolicy::MAX_LINKS };
    let sharing = SharingPolicy { links, ..company.sharing };
    let guests = GuestCarts::Allowed { lifetime: Ttl::Never };
    CartPolicy { sharing, guests, pricing: CartPolicy::shared().pricing, ..company }
}

struct Firm {
    shop: Shop,
    directory: Arc<AskedDirectory>,
}

impl Firm {
    fn new(policy: CartPolicy) -> Self {
        let directory = Arc::new(AskedDirectory::default());
        for name in ["ann", "bob", "carl", "dan"] {
            directory.members.put(company_id("acme"), user_id(name));
        }
        let listed = Arc::clone(&directory) as Arc<dyn Directory>;
        let shop = Shop::over(Arc::default(), policy, |builder| builder.directory(listed));
        Self { shop, directory }
    }

    /// How often the directory is asked meanwhile.
    fn asked(&self, action: impl FnOnce()) -> usize {
        self.directory.asked.store(0, Ordering::Relaxed);
        action();
        self.directory.asked.load(Ordering::Relaxed)
    }

    fn cart(&self) -> Target {
        let made = self.shop.create(of_acme("ann")).unwrap();
        Target::Cart(made.view.cart.id())
    }

    fn run(&self, who: &Actor, cart: &Target, command: &Command) -> Result<Outcome, CartError> {
        self.shop.execute(who.clone(), cart, command)
    }

    fn share(&self, cart: &Target, user: &str, group: PermissionGroupId) -> GrantId {
        let shared = self.run(&of_acme("ann"), cart, &Command::Share { user: user_id(user), group }).unwrap();
        shared.view.cart.grant_of(&user_id(user)).unwrap().id
    }

    fn link(&self, owner: &Actor, cart: &Target, terms: LinkTerms) -> (LinkId, LinkToken) {
        let made = self.run(owner, cart, &Command::CreateLink { terms }).unwrap();
        (made.view.cart.links().last().unwrap().id, made.token.unwrap())
    }

    fn open(&self, token: &LinkToken) -> Result<(), CartError> {
        block_on(self.shop.service.open_link(token)).map(drop)
    }
}

fn of_acme(name: &str) -> Actor {
    user_for(name, "acme")
}

fn id(cart: &Target) -> CartId {
    let Target::Cart(id) = cart else { unreachable!("it is named by its id") };
    *id
}

const FULL: PermissionGroupId = PermissionGroup::FULL_ACCESS;
const READ_ONLY: PermissionGroupId = PermissionGroup::READ_ONLY;

#[test]
fn a_token_is_answered_once_and_a_repeated_request_has_the_same_link_without_it() {
    let firm = Firm::new(policy());
    let cart = firm.cart();
    let caller = Caller::new(of_acme("ann")).with_key(key("k"));
    let create = Command::CreateLink { terms: LinkTerms::default() };
    let first = firm.shop.execute(caller.clone(), &cart, &create).unwrap();
    let again = firm.shop.execute(caller, &cart, &create).unwrap();
    assert!(first.token.is_some() && !first.replayed && again.token.is_none() && again.replayed);
    assert_eq!(first.view.cart.links(), again.view.cart.links());
    assert_eq!(firm.shop.stored(id(&cart)).links().len(), 1);
    let journal = format!("{:?}", firm.shop.journal());
    let kept = serde_json::to_string(&firm.shop.entries(id(&cart))).unwrap();
    let token = first.token.unwrap();
    assert!(!journal.contains(&token.reveal()) && !kept.contains(&token.reveal()));
    assert!(firm.open(&token).is_ok());
}

#[test]
fn a_previewed_link_has_no_token_and_does_not_exist() {
    let firm = Firm::new(policy());
    let cart = firm.cart();
    let create = Command::CreateLink { terms: LinkTerms::default() };
    let caller = Caller::new(of_acme("ann"));
    let previewed = block_on(firm.shop.service.preview(&caller, &cart, &create)).unwrap();
    assert!(previewed.token.is_none());
    assert!(firm.shop.stored(id(&cart)).links().is_empty());
}

#[test]
fn a_link_with_a_use_limit_is_opened_that_often_however_many_try_at_once() {
    for uses in [1, 7] {
        let firm = Firm::new(policy());
        let terms = LinkTerms { uses: Some(uses), ..LinkTerms::default() };
        let (_, token) = firm.link(&of_acme("ann"), &firm.cart(), terms);
        let barrier = Barrier::new(64);
        let opened = std::thread::scope(|scope| {
            let openings: Vec<_> = (0..64)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        firm.open(&token).is_ok()
                    })
                })
                .collect();
            openings.into_iter().map(|opening| u32::from(opening.join().unwrap())).sum::<u32>()
        });
        assert_eq!(opened, uses);
        assert_eq!(rejection(firm.open(&token)), Rejection::CartNotFound);
    }
}

#[test]
fn openings_are_counted_beside_the_cart_and_told_to_those_who_may_share_it() {
    let firm = Firm::new(policy());
    let cart = firm.cart();
    let (link, token) = firm.link(&of_acme("ann"), &cart, LinkTerms::default());
    let version = firm.shop.stored(id(&cart)).version();
    firm.open(&token).unwrap();
    firm.shop.clock.advance(TimeDelta::seconds(5));
    let bearer = Actor::LinkBearer(token);
    block_on(firm.shop.service.watch(&bearer, &Target::Linked)).unwrap();
    block_on(firm.shop.service.rewatch(&bearer, id(&cart))).unwrap();
    let links = block_on(firm.shop.service.links(&of_acme("ann"), &cart)).unwrap();
    let last = at(5);
    assert_eq!((links[0].link.id, links[0].openings.count, links[0].openings.last), (link, 2, Some(last)));
    assert_eq!(firm.shop.stored(id(&cart)).version(), version);
}

#[test]
fn a_link_is_previewed_without_an_opening_as_long_as_one_is_left() {
    let firm = Firm::new(policy());
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    firm.run(&ann, &cart, &add("mug", 1)).unwrap();
    let (_, token) = firm.link(&ann, &cart, LinkTerms { uses: Some(2), ..LinkTerms::default() });
    let (service, bearer) = (&firm.shop.service, Actor::LinkBearer(token.clone()));
    let previewed = || block_on(service.preview_link(&token));
    let watched = || block_on(service.preview_watch(&bearer, &Target::Linked));
    for opened in 0..2 {
        let links = block_on(service.links(&ann, &cart)).unwrap();
        assert_eq!(links[0].openings.count, opened);
        let (preview, watch) = (previewed().unwrap(), watched().unwrap());
        assert_eq!(block_on(service.open_link(&token)).unwrap(), preview);
        assert_eq!(block_on(service.rewatch(&bearer, id(&cart))).unwrap(), watch);
    }
    assert_eq!(rejection(previewed()), Rejection::CartNotFound);
    assert_eq!(rejection(watched()), Rejection::CartNotFound);
    assert!(block_on(service.preview_watch(&ann, &cart)).is_ok());
    assert_eq!(rejection(block_on(service.preview_watch(&of_acme("bob"), &cart))), Rejection::CartNotFound);
}

#[test]
fn a_directory_that_fails_lets_nobody_in_but_the_owner() {
    let firm = Firm::new(policy());
    let cart = firm.cart();
    firm.share(&cart, "bob", FULL);
    firm.directory.is_down.store(true, Ordering::Relaxed);
    let bob = of_acme("bob");
    let failed = |error: CartError| matches!(error, CartError::Port(_));
    let service = &firm.shop.service;
    assert!(failed(firm.run(&bob, &cart, &add("mug", 1)).unwrap_err()));
    assert!(failed(firm.shop.read(&bob, &cart).unwrap_err()));
    assert!(failed(block_on(service.watch(&bob, &cart)).unwrap_err()));
    assert!(failed(block_on(service.rewatch(&bob, id(&cart))).unwrap_err()));
    assert!(failed(block_on(service.standing(&bob, &cart)).unwrap_err()));
    assert!(failed(block_on(service.grants(&bob, &cart)).unwrap_err()));
    assert!(failed(
        block_on(service.carts_shared_with(&bob, &channel(), &ListRequest::default())).unwrap_err()
    ));
    assert!(firm.run(&of_acme("ann"), &cart, &add("mug", 1)).is_ok());
    assert!(firm.shop.read(&of_acme("ann"), &cart).is_ok());
    assert_eq!(firm.shop.entries(id(&cart)).len(), 3);
}

#[test]
fn whoever_leaves_the_company_loses_access_at_once_and_has_it_again_when_they_come_back() {
    let firm = Firm::new(policy());
    let (cart, bob) = (firm.cart(), of_acme("bob"));
    let grant = firm.share(&cart, "bob", FULL);
    firm.run(&bob, &cart, &add("mug", 1)).unwrap();
    firm.directory.members.remove(&company_id("acme"), &user_id("bob"));
    let service = &firm.shop.service;
    let all = HistoryRequest { before: None, limit: 10 };
    let unseen = Rejection::CartNotFound;
    assert_eq!(rejection(firm.run(&bob, &cart, &add("mug", 1))), unseen);
    assert_eq!(rejection(firm.run(&bob, &cart, &Command::Leave)), unseen);
    assert_eq!(rejection(firm.shop.read(&bob, &cart)), unseen);
    assert_eq!(rejection(block_on(service.rewatch(&bob, id(&cart)))), unseen);
    assert_eq!(rejection(block_on(service.changes(&bob, id(&cart), None, 10))), unseen);
    assert_eq!(rejection(block_on(service.history(&bob, &cart, all))), unseen);
    assert_eq!(rejection(block_on(service.grant(&bob, grant))), Rejection::GrantNotFound { grant });
    let shared = block_on(service.carts_shared_with(&bob, &channel(), &ListRequest::default())).unwrap();
    assert!(shared.items.is_empty());
    firm.directory.members.put(company_id("acme"), user_id("bob"));
    assert!(firm.run(&bob, &cart, &add("mug", 1)).is_ok());
}

#[test]
fn the_directory_is_asked_once_for_a_use_of_a_grant_and_never_for_owners() {
    let firm = Firm::new(policy());
    let (cart, bob, ann) = (firm.cart(), of_acme("bob"), of_acme("ann"));
    let asked = firm.asked(|| {
        firm.share(&cart, "bob", FULL);
    });
    assert_eq!(asked, 1, "whether bob is a colleague");
    let service = &firm.shop.service;
    let once: [&dyn Fn(); 8] = [
        &|| drop(firm.run(&bob, &cart, &add("mug", 1)).unwrap()),
        &|| drop(firm.run(&bob, &cart, &Command::Undo).unwrap()),
        &|| drop(firm.run(&bob, &cart, &Command::Recover).unwrap_err()),
        &|| drop(block_on(service.preview(&bob.clone().into(), &cart, &add("mug", 1))).unwrap()),
        &|| drop(firm.shop.read(&bob, &cart).unwrap()),
        &|| assert!(block_on(service.watch(&bob, &cart)).is_ok()),
        &|| drop(block_on(service.changes(&bob, id(&cart), None, 9)).unwrap()),
        &|| drop(block_on(service.standing(&bob, &cart)).unwrap()),
    ];
    for (n, use_of_grant) in once.into_iter().enumerate() {
        assert_eq!(firm.asked(use_of_grant), 1, "use {n}");
    }
    let never: [&dyn Fn(); 4] = [
        &|| drop(firm.run(&ann, &cart, &add("mug", 1)).unwrap()),
        &|| drop(firm.shop.read(&ann, &cart).unwrap()),
        &|| drop(firm.shop.read(&of_acme("carl"), &cart).unwrap_err()),
        &|| drop(firm.shop.read(&user_for("bob", "globex"), &cart).unwrap_err()),
    ];
    for (n, other) in never.into_iter().enumerate() {
        assert_eq!(firm.asked(other), 0, "use {n}");
    }
}

#[test]
fn a_token_of_a_rotated_link_opens_nothing_and_the_new_one_does() {
    let firm = Firm::new(policy());
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    let (link, old) = firm.link(&ann, &cart, LinkTerms::default());
    let rotated = firm.run(&ann, &cart, &Command::RotateLink { link }).unwrap();
    assert_eq!(rejection(firm.open(&old)), Rejection::CartNotFound);
    assert!(firm.open(&rotated.token.unwrap()).is_ok());
}

#[test]
fn unknown_revoked_and_ended_links_are_answered_in_the_same_words() {
    let firm = Firm::new(policy());
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    let end = Some(at(10));
    let (_, ended) = firm.link(&ann, &cart, LinkTerms { expires_at: end, ..LinkTerms::default() });
    let (link, revoked) = firm.link(&ann, &cart, LinkTerms::default());
    firm.run(&ann, &cart, &Command::RevokeLink { link }).unwrap();
    let unknown = LinkToken::from_random([0xee; 32]);
    assert!(firm.open(&ended).is_ok());
    firm.shop.clock.advance(TimeDelta::seconds(10));
    for token in [ended, revoked, unknown] {
        let bearer = Actor::LinkBearer(token.clone());
        assert_eq!(firm.open(&token).unwrap_err().to_string(), "there is no such cart");
        assert_eq!(rejection(firm.shop.read(&bearer, &cart)), Rejection::CartNotFound);
        let watched = block_on(firm.shop.service.watch(&bearer, &Target::Linked));
        assert_eq!(rejection(watched), Rejection::CartNotFound);
    }
}

/// Writes what no command does yet, such as the steps of a checkout.
fn force(firm: &Firm, cart: CartId, event: CartEvent) {
    let commit = Write::new([event]).change(&firm.shop.stored(cart));
    block_on(firm.shop.memory.commit(unit([commit]))).unwrap();
}

#[test]
fn a_link_ends_with_its_cart_and_never_shows_another_one() {
    let ends: [fn(&Firm, &Target); 4] = [
        |firm, cart| drop(firm.run(&of_acme("ann"), cart, &Command::Abandon).unwrap()),
        |firm, _| firm.shop.clock.advance(TimeDelta::hours(2)),
        |firm, cart| {
            force(firm, id(cart), checkout_begun(1, at(99), []));
            force(firm, id(cart), checkout_completed(1, "o"));
        },
        |firm, _| {
            firm.shop.clock.advance(TimeDelta::hours(2));
            block_on(firm.shop.service.expire_due(9)).unwrap();
        },
    ];
    for (n, end) in ends.into_iter().enumerate() {
        // Where a cart is not kept at hand, what is forced into the store is seen.
        let hour = Ttl::Fixed(TimeDelta::hours(1));
        let directory = Arc::new(AskedDirectory::default());
        let policy = CartPolicy { user_lifetime: hour, ..policy() };
        let shop = Shop::over(Arc::default(), policy, |builder| builder.hot_carts(0));
        let firm = Firm { shop, directory };
        let cart = firm.cart();
        let (_, token) = firm.link(&of_acme("ann"), &cart, LinkTerms::default());
        assert!(firm.open(&token).is_ok(), "end {n}");
        end(&firm, &cart);
        firm.cart();
        assert_eq!(rejection(firm.open(&token)), Rejection::CartNotFound, "end {n}");
    }
}

#[test]
fn a_link_to_a_guests_cart_ends_when_that_is_merged() {
    let firm = Firm::new(policy());
    let token = firm.shop.service.new_guest();
    let holder = Actor::Guest(token.clone());
    let guests = Target::Cart(firm.shop.create(holder.clone()).unwrap().view.cart.id());
    firm.run(&holder, &guests, &add("mug", 1)).unwrap();
    let (_, link) = firm.link(&holder, &guests, LinkTerms::default());
    assert!(firm.open(&link).is_ok());
    let into = firm.cart();
    let order = MergeCarts { from: Some(id(&guests)), into: Some(id(&into)), strategy: MergeStrategy::Sum };
    block_on(firm.shop.service.merge(&of_acme("ann").into(), &token, &channel(), &order)).unwrap();
    assert_eq!(rejection(firm.open(&link)), Rejection::CartNotFound);
    assert!(firm.shop.stored(id(&into)).links().is_empty());
}

#[test]
fn a_token_opens_its_own_cart_only() {
    let firm = Firm::new(policy());
    let (mine, other) = (firm.cart(), firm.cart());
    let (_, token) =
        firm.link(&of_acme("ann"), &mine, LinkTerms { may_suggest: true, ..LinkTerms::default() });
    let bearer = Actor::LinkBearer(token);
    let suggest = suggestion("cup");
    assert_eq!(rejection(firm.run(&bearer, &other, &suggest)), Rejection::CartNotFound);
    assert_eq!(rejection(firm.shop.read(&bearer, &other)), Rejection::CartNotFound);
    assert_eq!(rejection(block_on(firm.shop.service.rewatch(&bearer, id(&other)))), Rejection::CartNotFound);
    assert_eq!(rejection(firm.run(&link_bearer(9), &mine, &suggest)), Rejection::CartNotFound);
    assert!(firm.run(&bearer, &Target::Linked, &suggest).is_ok());
}

fn suggestion(of: &str) -> Command {
    let proposal = Proposal::Add { product: product(of), quantity: quantity(2) };
    Command::Suggest { proposal, comment: None, name: None }
}

#[test]
fn what_a_bearer_suggests_is_accepted_by_the_owner_and_both_are_named() {
    let firm = Firm::new(policy());
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    let (_, token) = firm.link(&ann, &cart, LinkTerms { may_suggest: true, ..LinkTerms::default() });
    let bearer = Actor::LinkBearer(token.clone());
    let suggested = firm.run(&bearer, &Target::Linked, &suggestion("cup")).unwrap();
    let made = suggested.view.cart.suggestions()[0].id;
    let mode = cart_core::command::BatchMode::AllOrNothing;
    let accept = Command::Accept { suggestions: vec![made], mode };
    assert_eq!(
        rejection(firm.run(&bearer, &Target::Linked, &accept)),
        Rejection::Forbidden { permission: Permission::EditLines }
    );
    let accepted = firm.run(&ann, &cart, &accept).unwrap();
    assert_eq!(lines(&accepted.view.cart), [("cup", 2)]);
    let entry = accepted.entry.unwrap();
    let author = ActorRef::LinkBearer { token: token.digest() };
    assert_eq!(entry.actor, ann.to_ref());
    assert_eq!(entry.events.last(), Some(&CartEvent::SuggestionAccepted { suggestion: made, author }));
    assert_eq!(
        rejection(firm.run(&ann, &cart, &accept)),
        Rejection::EditRefused {
            index: 0,
            reason: Box::new(Rejection::SuggestionNotFound { suggestion: made })
        }
    );
}

#[test]
fn a_cart_that_somebody_else_has_is_in_the_way_of_a_transfer_without_being_named() {
    let sole = CartPolicy {
        sharing: policy().sharing,
        pricing: CartPolicy::shared().pricing,
        ..CartPolicy::storefront()
    };
    let firm = Firm::new(sole);
    firm.shop.execute(of_acme("ann"), &current(), &add("mug", 1)).unwrap();
    let transfer = |user: &str| Command::Transfer { user: user_id(user), keep: None };
    firm.shop.execute(of_acme("bob"), &current(), &add("mug", 1)).unwrap();
    let refused = rejection(firm.run(&of_acme("ann"), &current(), &transfer("bob")));
    assert_eq!(refused, Rejection::TooManyCarts { max: 1 });
    let caller = Caller::new(of_acme("ann"));
    let previewed = block_on(firm.shop.service.preview(&caller, &current(), &transfer("bob")));
    assert_eq!(rejection(previewed), Rejection::TooManyCarts { max: 1 });
    let handed = firm.run(&of_acme("ann"), &current(), &transfer("carl")).unwrap().view.cart.id();
    assert_eq!(firm.shop.read(&of_acme("carl"), &current()).unwrap().cart.id(), handed);
    assert_eq!(rejection(firm.shop.read(&of_acme("ann"), &current())), Rejection::CartNotFound);
    let next = firm.shop.execute(of_acme("ann"), &current(), &add("mug", 1)).unwrap();
    assert!(next.created && next.view.cart.id() != handed);
}

#[test]
fn nobody_can_be_handed_more_carts_than_they_may_have() {
    let mut limited = policy();
    limited.limits.carts = 2;
    let firm = Firm::new(limited);
    let (first, second) = (firm.cart(), firm.cart());
    let transfer = Command::Transfer { user: user_id("bob"), keep: None };
    firm.shop.create(of_acme("bob")).unwrap();
    firm.run(&of_acme("ann"), &first, &transfer).unwrap();
    let refused = rejection(firm.run(&of_acme("ann"), &second, &transfer));
    assert_eq!(refused, Rejection::TooManyCarts { max: 2 });
}

#[test]
fn a_revoke_by_another_process_is_seen_at_the_next_read_and_the_next_write() {
    let (ours, theirs) = two_processes();
    let (ann, bob) = (of_acme("ann"), of_acme("bob"));
    let cart = Target::Cart(ours.create(ann.clone()).unwrap().view.cart.id());
    let share = Command::Share { user: user_id("bob"), group: FULL };
    let shared = theirs.execute(ann.clone(), &cart, &share).unwrap();
    let grant = shared.view.cart.grants()[0].id;
    let keyed = Caller::new(bob.clone()).with_key(key("k"));
    ours.execute(keyed.clone(), &cart, &add("mug", 1)).unwrap();
    theirs.execute(ann, &cart, &Command::RevokeGrant { grant }).unwrap();
    // What our process has at hand still has the grant.
    let writes = [add("mug", 1), rename("n"), Command::AcknowledgePrices, Command::Leave];
    for write in writes {
        assert_eq!(rejection(ours.execute(bob.clone(), &cart, &write)), Rejection::CartNotFound, "{write:?}");
    }
    assert_eq!(rejection(ours.execute(keyed, &cart, &add("mug", 1))), Rejection::CartNotFound);
    let stale = Caller::new(bob.clone()).if_match(ours.stored(id(&cart)).version());
    assert_eq!(rejection(ours.execute(stale, &cart, &add("mug", 1))), Rejection::CartNotFound);
    assert_eq!(rejection(ours.read(&bob, &cart)), Rejection::CartNotFound);
    assert_eq!(rejection(block_on(ours.service.rewatch(&bob, id(&cart)))), Rejection::CartNotFound);
    assert_eq!(ours.entries(id(&cart)).len(), 4);
}

/// A request key, and a command about a line.
type KeyedWrite = (Option<&'static str>, fn(LineId) -> Command);

/// Each refusal is decided on the stale cart anew: nothing that was refused before has brought a fresh one.
#[test]
fn each_first_write_after_a_revoke_by_another_process_is_refused() {
    let writes: [KeyedWrite; 5] = [
        (None, |_| add("mug", 1)),
        (Some("k"), |_| add("mug", 1)),
        (None, |_| Command::AcknowledgePrices),
        (None, |line| Command::Edit(LineEdit::Decrease { line, by: quantity(1) })),
        (None, |_| Command::Undo),
    ];
    for (n, (named, write)) in writes.into_iter().enumerate() {
        let (ours, theirs) = two_processes();
        let (ann, bob) = (of_acme("ann"), of_acme("bob"));
        let cart = Target::Cart(ours.create(ann.clone()).unwrap().view.cart.id());
        let share = Command::Share { user: user_id("bob"), group: FULL };
        let grant = ours.execute(ann.clone(), &cart, &share).unwrap().view.cart.grants()[0].id;
        let keyed = Caller::new(bob.clone()).with_key(key("k"));
        ours.execute(keyed, &cart, &add("mug", 1)).unwrap();
        theirs.execute(ann, &cart, &Command::RevokeGrant { grant }).unwrap();
        let command = write(ours.stored(id(&cart)).lines()[0].id);
        let caller = Caller::new(bob);
        let caller = if let Some(text) = named { caller.with_key(key(text)) } else { caller };
        assert_eq!(rejection(ours.execute(caller, &cart, &command)), Rejection::CartNotFound, "write {n}");
        assert_eq!(ours.entries(id(&cart)).len(), 4, "write {n}");
    }
}

fn two_processes() -> (Shop, Shop) {
    let memory = Arc::new(MemoryStore::default());
    let directory = Arc::new(MemoryDirectory::default());
    for name in ["ann", "bob"] {
        directory.put(company_id("acme"), user_id(name));
    }
    let process =
        || Shop::shared_by(Arc::clone(&memory), policy(), Arc::clone(&directory) as Arc<dyn Directory>);
    (process(), process())
}

#[test]
fn standing_says_what_somebody_may_do_and_by_which_grant() {
    let firm = Firm::new(policy());
    let cart = firm.cart();
    let grant = firm.share(&cart, "bob", READ_ONLY);
    let (_, token) = firm.link(&of_acme("ann"), &cart, LinkTerms::default());
    let standing = |who: &Actor, target: &Target| block_on(firm.shop.service.standing(who, target));
    let bobs = standing(&of_acme("bob"), &cart).unwrap();
    assert!(bobs.grant.is_some_and(|held| held.id == grant));
    assert!(
        bobs.permissions.contains(Permission::Leave) && !bobs.permissions.contains(Permission::EditLines)
    );
    let anns = standing(&of_acme("ann"), &cart).unwrap();
    assert!(anns.grant.is_none() && anns.permissions.contains(Permission::Own));
    let bearers = standing(&Actor::LinkBearer(token), &Target::Linked).unwrap();
    assert_eq!(bearers.permissions.iter().collect::<Vec<_>>(), [Permission::ViewShared]);
    assert_eq!(rejection(standing(&of_acme("carl"), &cart)), Rejection::CartNotFound);
    assert_eq!(rejection(standing(&guest(1), &cart)), Rejection::CartNotFound);
}

#[test]
fn undo_goes_back_over_writes_of_sharing_and_twice_is_redo() {
    let firm = Firm::new(policy());
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    firm.run(&ann, &cart, &add("mug", 1)).unwrap();
    firm.run(&ann, &cart, &add("cup", 2)).unwrap();
    firm.share(&cart, "bob", FULL);
    let (link, _) = firm.link(&ann, &cart, LinkTerms::default());
    firm.run(&of_acme("bob"), &cart, &suggestion("mug")).unwrap();
    firm.run(&ann, &cart, &Command::RevokeLink { link }).unwrap();
    let undone = firm.run(&of_acme("bob"), &cart, &Command::Undo).unwrap();
    assert_eq!(lines(&undone.view.cart), [("mug", 1)]);
    assert_eq!((undone.view.cart.grants().len(), undone.view.cart.suggestions().len()), (1, 1));
    let redone = firm.run(&ann, &cart, &Command::Undo).unwrap();
    assert_eq!(lines(&redone.view.cart), [("mug", 1), ("cup", 2)]);
    firm.shop.check(id(&cart));
}

#[test]
fn a_creation_and_a_transfer_are_not_undone() {
    let firm = Firm::new(policy());
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    let undo = |who: &str| rejection(firm.run(&of_acme(who), &cart, &Command::Undo));
    assert_eq!(undo("ann"), Rejection::NothingToUndo);
    firm.run(&ann, &cart, &add("mug", 1)).unwrap();
    firm.run(&ann, &cart, &Command::Transfer { user: user_id("bob"), keep: None }).unwrap();
    assert_eq!(undo("bob"), Rejection::NothingToUndo);
}

/// Writes that an undo passes over.
fn pass_over(memory: &MemoryStore, cart: CartId, writes: usize) {
    let mut cart = block_on(memory.load(cart)).unwrap().unwrap();
    for _ in 0..writes {
        let expires_at = at(1_000_000_000);
        let commit = Write::new([CartEvent::ExpiryMoved { expires_at }]).change(&cart);
        cart = Arc::clone(&commit.cart);
        block_on(memory.commit(unit([commit]))).unwrap();
    }
}

/// Another process, after what the store was given directly.
fn later(before: &Firm, policy: CartPolicy) -> Shop {
    let ids = Arc::new(cart_core::memory::RandomIds);
    Shop::over(Arc::clone(&before.shop.memory), policy, |builder| builder.ids(ids))
}

/// With so many suggestions for each link and grant.
fn suggesting(max_made: usize) -> CartPolicy {
    let mut policy = policy();
    policy.sharing.suggestions.max_made = max_made;
    policy
}

#[test]
fn an_undo_looks_past_5_000_writes_of_sharing_and_no_more() {
    // As many as bearers of a few links can make by suggesting and withdrawing.
    for (writes, is_undone) in [(4_999, true), (5_000, false)] {
        let before = Firm::new(policy());
        let (cart, ann) = (before.cart(), of_acme("ann"));
        before.run(&ann, &cart, &add("mug", 1)).unwrap();
        pass_over(&before.shop.memory, id(&cart), writes);
        let undone = later(&before, policy()).execute(ann, &cart, &Command::Undo);
        if is_undone {
            assert!(undone.unwrap().view.cart.lines().is_empty());
        } else {
            assert_eq!(rejection(undone), Rejection::NothingToUndo);
        }
    }
}

#[test]
fn with_one_link_or_grant_as_much_is_suggested_as_policy_says_whatever_became_of_it() {
    let firm = Firm::new(suggesting(3));
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    firm.run(&ann, &cart, &add("mug", 1)).unwrap();
    let terms = LinkTerms { may_suggest: true, ..LinkTerms::default() };
    let bearer = || Actor::LinkBearer(firm.link(&ann, &cart, terms.clone()).1);
    let grant = firm.share(&cart, "bob", READ_ONLY);
    // Each suggestion is taken back at once, and so never waits.
    let suggest = |who: &Actor, target: &Target| -> Result<(), CartError> {
        let suggested = firm.run(who, target, &suggestion("cup"))?;
        let suggestion = suggested.view.cart.suggestions()[0].id;
        firm.run(who, target, &Command::Withdraw { suggestion }).map(drop)
    };
    let (first, second, bob) = (bearer(), bearer(), of_acme("bob"));
    let used_up = Rejection::SuggestionsUsedUp { max: 3 };
    for (who, target) in [(&first, &Target::Linked), (&second, &Target::Linked), (&bob, &cart)] {
        for _ in 0..3 {
            suggest(who, target).unwrap();
        }
        let version = firm.shop.stored(id(&cart)).version();
        assert_eq!(rejection(suggest(who, target)), used_up);
        let caller = Caller::new(who.clone());
        let previewed = block_on(firm.shop.service.preview(&caller, target, &suggestion("cup")));
        assert_eq!(rejection(previewed), used_up);
        assert_eq!(firm.shop.stored(id(&cart)).version(), version);
    }
    for _ in 0..5 {
        suggest(&ann, &cart).unwrap();
    }
    // Whoever is let in anew begins anew.
    suggest(&bearer(), &Target::Linked).unwrap();
    firm.run(&ann, &cart, &Command::RevokeGrant { grant }).unwrap();
    firm.shop.clock.advance(TimeDelta::seconds(1));
    firm.share(&cart, "bob", READ_ONLY);
    suggest(&bob, &cart).unwrap();
    let undone = firm.run(&ann, &cart, &Command::Undo).unwrap();
    assert!(undone.view.cart.lines().is_empty());
}

#[test]
fn what_others_wrote_is_not_counted_as_what_was_suggested() {
    let firm = Firm::new(suggesting(2));
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    let terms = LinkTerms { may_suggest: true, ..LinkTerms::default() };
    let (_, token) = firm.link(&ann, &cart, terms);
    let bearer = Actor::LinkBearer(token);
    firm.run(&bearer, &Target::Linked, &suggestion("cup")).unwrap();
    // So many that they are read in several pages.
    pass_over(&firm.shop.memory, id(&cart), 250);
    let later = later(&firm, suggesting(2));
    later.execute(bearer.clone(), &Target::Linked, &suggestion("mug")).unwrap();
    let third = Command::Suggest {
        proposal: Proposal::Add { product: product("mug"), quantity: quantity(3) },
        comment: None,
        name: None,
    };
    let refused = later.execute(bearer, &Target::Linked, &third);
    assert_eq!(rejection(refused), Rejection::SuggestionsUsedUp { max: 2 });
}

#[test]
fn a_link_shows_products_and_quantities_and_what_else_its_maker_chose() {
    let firm = Firm::new(policy());
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    firm.run(&ann, &cart, &rename("party")).unwrap();
    firm.run(&ann, &cart, &add("mug", 3)).unwrap();
    for (prices, names) in [(false, false), (true, false), (false, true), (true, true)] {
        let shows = LinkShows { prices, names };
        let (_, token) = firm.link(&ann, &cart, LinkTerms { shows, ..LinkTerms::default() });
        let shown = block_on(firm.shop.service.open_link(&token)).unwrap();
        let [line] = shown.lines.as_slice() else { unreachable!("one line") };
        assert_eq!((line.product.clone(), line.quantity), (product("mug"), quantity(3)));
        assert_eq!((line.price.is_some(), shown.prices.is_some()), (prices, prices));
        assert_eq!((line.added_by.is_some(), shown.name.is_some()), (names, names));
        assert_eq!(shown.prices.map(|prices| prices.total.minor()), prices.then_some(30_00));
    }
}

#[test]
fn no_link_shows_what_is_the_owners_alone() {
    let firm = Firm::new(policy());
    let (cart, ann) = (firm.cart(), of_acme("ann"));
    let secret = || Some(cart_core::testing::samples::note("canary"));
    let metadata = serde_json::from_str(r#"{"k": "canary"}"#).unwrap();
    let metadata = cart_core::metadata::Metadata::new(metadata).unwrap();
    let added =
        AddLine { note: secret(), metadata: metadata.clone(), ..AddLine::new(product("mug"), quantity(1)) };
    for command in [
        Command::Edit(LineEdit::Add(added)),
        Command::SetNote { note: secret() },
        Command::SetMetadata { metadata },
        suggestion("cup"),
    ] {
        firm.run(&ann, &cart, &command).unwrap();
    }
    let shows = LinkShows { prices: true, names: true };
    let label = Some(cart_core::text::LinkLabel::new("canary").unwrap());
    let terms = LinkTerms { shows, label, may_suggest: true, ..LinkTerms::default() };
    let (_, token) = firm.link(&ann, &cart, terms);
    let bearer = Actor::LinkBearer(token.clone());
    firm.run(&bearer, &Target::Linked, &suggestion("mug")).unwrap();
    let shown = block_on(firm.shop.service.open_link(&token)).unwrap();
    // Private texts hide themselves in debug output, so each part is looked at.
    let SharedCart { id: _, version: _, status: _, name, lines, prices: _, suggestions, .. } = shown;
    assert_eq!((name, lines.len()), (None, 1));
    let by_link: Vec<_> = suggestions.iter().map(|suggestion| suggestion.author.clone()).collect();
    assert_eq!(by_link, [bearer.to_ref()], "those of others are nobody's business");
    let changes = block_on(firm.shop.service.changes(&bearer, id(&cart), None, 100)).unwrap();
    assert!(!serde_json::to_string(&changes).unwrap().contains("canary"));
    let all = block_on(firm.shop.service.changes(&ann, id(&cart), None, 100)).unwrap();
    assert!(serde_json::to_string(&all).unwrap().contains("canary"));
}

#[test]
fn what_was_before_somebody_was_let_in_is_told_to_those_only_who_read_the_history() {
    let firm = Firm::new(policy());
    let (ann, cart) = (of_acme("ann"), firm.cart());
    firm.run(&ann, &cart, &add("mug", 1)).unwrap();
    firm.shop.clock.advance(TimeDelta::seconds(5));
    firm.share(&cart, "bob", READ_ONLY);
    firm.share(&cart, "carl", FULL);
    let (_, token) = firm.link(&ann, &cart, LinkTerms::default());
    firm.run(&ann, &cart, &add("cup", 1)).unwrap();
    let told = |actor: &Actor| {
        let changes = block_on(firm.shop.service.changes(actor, id(&cart), None, 100)).unwrap();
        changes.iter().map(|change| (change.by.is_some(), change.what.len())).collect::<Vec<_>>()
    };
    let all = vec![(true, 1); 6];
    assert_eq!(told(&ann), all, "made, mug, bob, carl, link, cup");
    assert_eq!(told(&of_acme("carl")), all);
    assert_eq!(told(&of_acme("bob"))[..2], [(false, 0), (false, 0)]);
    assert_eq!(told(&of_acme("bob"))[2..], all[2..]);
    let by_link = [(false, 0), (false, 0), (false, 0), (false, 0), (false, 0), (false, 1)];
    assert_eq!(told(&Actor::LinkBearer(token)), by_link);
}
