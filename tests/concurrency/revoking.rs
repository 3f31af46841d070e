//! Access that is taken away while it is used: whoever was let in writes nothing after that.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use cart_core::actor::ActorRef;
use cart_core::event::CartEvent;
use cart_core::journal::Entry;
use cart_core::memory::{MemoryCatalog, MemoryDirectory, MemoryStore};
use cart_core::policy::{CartPolicy, Links};
use cart_core::port::{Directory, Store};
use cart_core::prelude::*;
use cart_core::sharing::{LinkTerms, PermissionGroup, Proposal};
use cart_core::testing::FailingStore;
use cart_core::testing::samples::{channel, company_id, product, quantity, user_for, user_id};
use cart_core::version::Version;
use cart_store_sqlite::{Durability, Options, SqliteStore};
use futures_executor::block_on;

/// How often each kind of access is taken away in each shop.
const ROUNDS: usize = 1_000;
/// Access is taken away after none of the writes, after one, and so on up to so many; the next one is then on its way.
const WRITES: usize = 4;
/// The most that is written in a round; fewer than may wait of one author's suggestions.
const MOST: usize = 18;

/// A shop as the owner and as the others reach it: through one service, or through one each over the same store.
struct Shop {
    owners: Arc<CartService>,
    others: Arc<CartService>,
    store: Arc<dyn Store>,
    directory: Arc<MemoryDirectory>,
    _folder: Option<tempfile::TempDir>,
}

fn in_memory() -> Shop {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    one_process(store, None)
}

fn on_sqlite() -> Shop {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options::default().durability(Durability::Normal);
    let store = SqliteStore::open(folder.path().join("carts.db"), &options).expect("a file");
    one_process(Arc::new(store), Some(folder))
}

fn one_process(store: Arc<dyn Store>, folder: Option<tempfile::TempDir>) -> Shop {
    let directory = Arc::new(MemoryDirectory::default());
    let service = service(&store, &directory);
    Shop { owners: Arc::clone(&service), others: service, store, directory, _folder: folder }
}

/// Two services that know that they are not alone.
fn two_processes() -> Shop {
    let memory: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let store: Arc<dyn Store> = Arc::new(FailingStore::new(memory).shared());
    let directory = Arc::new(MemoryDirectory::default());
    let (owners, others) = (service(&store, &directory), service(&store, &directory));
    Shop { owners, others, store, directory, _folder: None }
}

fn service(store: &Arc<dyn Store>, directory: &Arc<MemoryDirectory>) -> Arc<CartService> {
    let catalog = MemoryCatalog::default();
    let price = UnitPrices::undiscounted(Money::new(250, Currency::EUR)).expect("a price");
    catalog.put(product("mug").product, Product::new("Mug", price));
    let mut policy = CartPolicy::company();
    policy.pricing = CartPolicy::shared().pricing;
    policy.sharing.links = Links::Allowed { lifetime: None, longest: None, max: 5 };
    let service = CartService::builder(Arc::clone(store), Arc::new(catalog))
        .channel(channel("shop"), policy, Currency::EUR)
        .directory(Arc::clone(directory) as Arc<dyn Directory>)
        .build();
    Arc::new(service.expect("a consistent policy"))
}

/// Access to a cart that somebody has, and how it ends.
struct Access {
    cart: CartId,
    owner: Actor,
    other: Actor,
    /// What the other writes as long as they can.
    write: Command,
    revoke: Command,
}

fn owned(shop: &Shop, round: usize) -> (Actor, CartId) {
    let owner = user_for(&format!("ann-{round}"), "acme");
    let made = block_on(shop.owners.create(&owner.clone().into(), &channel("shop"), &CreateCart::default()));
    (owner, made.expect("a cart").view.cart.id())
}

fn granted(shop: &Shop, round: usize) -> Access {
    let (owner, cart) = owned(shop, round);
    let name = format!("bob-{round}");
    shop.directory.put(company_id("acme"), user_id(&name));
    let share = Command::Share { user: user_id(&name), group: PermissionGroup::FULL_ACCESS };
    let shared = run(&shop.owners, &owner, &Target::Cart(cart), &share).expect("shared");
    let grant = shared.view.cart.grants()[0].id;
    let write = Command::Edit(LineEdit::Add(AddLine::new(product("mug"), Quantity::ONE)));
    Access { cart, owner, other: user_for(&name, "acme"), write, revoke: Command::RevokeGrant { grant } }
}

fn linked(shop: &Shop, round: usize) -> Access {
    let (owner, cart) = owned(shop, round);
    let terms = LinkTerms { may_suggest: true, ..LinkTerms::default() };
    let made =
        run(&shop.owners, &owner, &Target::Cart(cart), &Command::CreateLink { terms }).expect("a link");
    let link = made.view.cart.links()[0].id;
    let other = Actor::LinkBearer(made.token.expect("a token"));
    let proposal = Proposal::Add { product: product("mug"), quantity: quantity(1) };
    let write = Command::Suggest { proposal, comment: None, name: None };
    Access { cart, owner, other, write, revoke: Command::RevokeLink { link } }
}

fn run(service: &CartService, who: &Actor, target: &Target, command: &Command) -> Result<Outcome, CartError> {
    block_on(service.execute(&who.clone().into(), target, command))
}

/// The versions that the other was answered with until they were shut out.
fn write_until_refused(shop: &Shop, access: &Access, done: &AtomicUsize) -> Vec<Version> {
    let mut answered = Vec::new();
    while answered.len() < MOST {
        let mut write = access.write.clone();
        if let Command::Suggest { proposal: Proposal::Add { quantity: asked, .. }, .. } = &mut write {
            // The same again would be nothing to write.
            *asked = quantity(u32::try_from(answered.len()).expect("few writes") + 1);
        }
        match run(&shop.others, &access.other, &Target::Cart(access.cart), &write) {
            Ok(outcome) => answered.push(outcome.entry.expect("something is written").version),
            Err(CartError::Rejected(Rejection::CartNotFound)) => return answered,
            Err(other) => panic!("refused in other words: {other:?}"),
        }
        done.store(answered.len(), Ordering::Release);
    }
    answered
}

fn revoke_after(shop: &Shop, access: &Access, writes: usize, done: &AtomicUsize) -> Version {
    while done.load(Ordering::Acquire) < writes {
        std::thread::yield_now();
    }
    let revoked = run(&shop.owners, &access.owner, &Target::Cart(access.cart), &access.revoke);
    revoked.expect("revoked").entry.expect("written").version
}

/// One round: both at once. Answers how many writes came before the end.
fn race(shop: &Shop, access: &Access, writes: usize) -> usize {
    let (barrier, done) = (Barrier::new(2), AtomicUsize::new(0));
    let (answered, revoked) = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            barrier.wait();
            write_until_refused(shop, access, &done)
        });
        barrier.wait();
        let revoked = revoke_after(shop, access, writes, &done);
        (writing.join().expect("no panic"), revoked)
    });
    let entries = block_on(shop.store.entries(access.cart, None, 100)).expect("the journal");
    check(&entries, &access.other.to_ref(), &answered, revoked);
    let after = run(&shop.others, &access.other, &Target::Cart(access.cart), &access.write);
    assert!(matches!(after, Err(CartError::Rejected(Rejection::CartNotFound))), "{after:?}");
    answered.len()
}

fn check(entries: &[Entry], other: &ActorRef, answered: &[Version], revoked: Version) {
    let ends =
        |event: &CartEvent| matches!(event, CartEvent::GrantRevoked { .. } | CartEvent::LinkRevoked { .. });
    let end = entries.iter().find(|entry| entry.events.iter().any(ends)).expect("the end is written");
    assert_eq!(end.version, revoked);
    let theirs: Vec<Version> =
        entries.iter().filter(|entry| entry.actor == *other).map(|entry| entry.version).collect();
    assert!(theirs.iter().all(|version| *version < revoked), "{theirs:?} are not all before {revoked:?}");
    assert_eq!(theirs, answered, "what is written is not what was answered");
    assert!(entries.iter().zip(1..).all(|(entry, version)| entry.version.get() == version), "a gap");
}

fn races(shop: &Shop, access: fn(&Shop, usize) -> Access) {
    let mut written = BTreeMap::new();
    for round in 0..ROUNDS {
        let writes = race(shop, &access(shop, round), round % (WRITES + 1));
        *written.entry(writes).or_insert(0) += 1;
    }
    println!("rounds by writes before the end: {written:?}");
}

#[test]
fn nothing_is_written_by_grant_after_the_grant_is_revoked() {
    races(&in_memory(), granted);
}

#[test]
fn nothing_is_written_by_grant_after_the_grant_is_revoked_on_sqlite() {
    races(&on_sqlite(), granted);
}

#[test]
fn nothing_is_written_by_grant_after_another_process_revoked_the_grant() {
    races(&two_processes(), granted);
}

#[test]
fn nothing_is_written_by_link_after_the_link_is_revoked() {
    races(&in_memory(), linked);
}

#[test]
fn nothing_is_written_by_link_after_the_link_is_revoked_on_sqlite() {
    races(&on_sqlite(), linked);
}

#[test]
fn nothing_is_written_by_link_after_another_process_revoked_the_link() {
    races(&two_processes(), linked);
}
