//! What is personal, at rest: sealed, in its place, under the keys of a ring, and gone when it was replaced.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cart_core::actor::{ActorRef, Owner};
use cart_core::cart::Cart;
use cart_core::checkout::{CheckoutStep, Initiation, InitiationType};
use cart_core::erasure::Erasure;
use cart_core::event::{CartEvent, Created};
use cart_core::id::{GrantId, LinkId, SuggestionId};
use cart_core::metadata::Metadata;
use cart_core::port::{CartStore, EventLog, PageRequest, Rewritten, ShareIndex, StoreError};
use cart_core::sharing::{Grant, LinkTerms, LinkToken, PermissionGroup, Proposal, ShareLink, Suggestion};
use cart_core::testing::block_on;
use cart_core::testing::samples::{
    Write, address_id, at, cart_id, channel, checkout, checkout_id, company_id, coupon, created, line, name,
    note, product, quantity, user_id,
};
use cart_core::text::{Comment, LinkLabel, PersonName};
use cart_seal::KeyId;
use cart_store_sqlite::{OpenError, SqliteStore};
use rusqlite::types::Value;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Place, change, commit, exported, journal, keys, load, normal, sealing};

/// What no file may show: one for each protected field.
const CANARIES: [&str; 14] = [
    "canary-name",
    "canary-note",
    "canary-metadata",
    "canary-address",
    "CANARY-COUPON",
    "canary-line-note",
    "canary-line-metadata",
    "canary-line-identity",
    "canary-label",
    "canary-person",
    "canary-comment",
    "canary-renamed",
    "canary-draft",
    "canary-payload",
];

fn metadata(canary: &str) -> Metadata {
    let object = json!({ "text": canary });
    Metadata::new(object.as_object().unwrap().clone()).unwrap()
}

fn owner() -> Owner {
    Owner::User { user: user_id("ann"), company: Some(company_id("acme")) }
}

pub(crate) fn token(number: u64) -> LinkToken {
    LinkToken::from_random(std::array::from_fn(|place| (number * 31 + place as u64 * 7).to_le_bytes()[0]))
}

fn id(kind: u128, number: u64) -> Uuid {
    Uuid::from_u128(kind << 64 | u128::from(number))
}

pub(crate) fn grant(number: u64) -> Grant {
    Grant {
        id: GrantId::from_uuid(id(1, number)),
        user: user_id("bob"),
        group: PermissionGroup::READ_ONLY,
        granted_by: ActorRef::System,
        granted_at: at(1),
    }
}

pub(crate) fn link(number: u64) -> ShareLink {
    let label = LinkLabel::new(format!("canary-label {number}")).ok();
    ShareLink {
        id: LinkId::from_uuid(id(2, number)),
        token: token(number).digest(),
        terms: LinkTerms { label, ..LinkTerms::default() },
        made_by: ActorRef::System,
        made_at: at(1),
    }
}

fn suggestion(number: u64) -> Suggestion {
    Suggestion {
        id: SuggestionId::from_uuid(id(3, number)),
        author: ActorRef::LinkBearer { token: token(number).digest() },
        name: PersonName::new(format!("canary-person {number}")).ok(),
        proposal: Proposal::Add { product: product("p"), quantity: quantity(2) },
        comment: Comment::new(format!("canary-comment {number}")).ok(),
        made_at: at(1),
    }
}

/// Puts a cart into a store that has something in every protected field.
pub(crate) fn plant(store: &SqliteStore, number: u64) -> Arc<Cart> {
    let made = Created {
        name: Some(name(&format!("canary-name {number}"))),
        note: Some(note(&format!("canary-note {number}"))),
        metadata: metadata(&format!("canary-metadata {number}")),
        ..created(owner())
    };
    let planted = Write::new(own_lines(number)).with_key("key").create(cart_id(number), made);
    let cart = Arc::clone(&planted.cart);
    commit(store, planted).unwrap();
    let first = cart.lines()[0].id;
    let cart = change(
        store,
        &cart,
        [
            CartEvent::AddressSelected { address: Some(address_id(&format!("canary-address {number}"))) },
            CartEvent::CouponAdded { code: coupon(&format!("CANARY-COUPON-{number}")) },
            CartEvent::LineNoteChanged {
                line: first,
                note: Some(note(&format!("canary-line-note {number}"))),
            },
            CartEvent::GrantMade { grant: Arc::new(grant(number)) },
            CartEvent::LinkMade { link: Arc::new(link(number)) },
            CartEvent::SuggestionMade { suggestion: Arc::new(suggestion(number)) },
        ],
    );
    let cart = change(
        store,
        &cart,
        [CartEvent::Renamed { name: Some(name(&format!("canary-renamed {number}"))) }, begun(number)],
    );
    let payload = json!({ "token": format!("canary-payload {number}") });
    let payload = payload.as_object().unwrap().clone();
    let initiation = Initiation { kind: InitiationType::Redirect, payload };
    let step = Arc::new(CheckoutStep::PaymentPending { initiation });
    change(store, &cart, [CartEvent::CheckoutAdvanced { checkout: checkout_id(number), step }])
}

fn begun(number: u64) -> CartEvent {
    let mut checkout = checkout(number, at(60));
    let draft = Arc::make_mut(&mut checkout.draft);
    draft.owner = owner();
    draft.note = Some(note(&format!("canary-draft {number}")));
    CartEvent::CheckoutBegun { checkout: Arc::new(checkout) }
}

/// Two lines at once, which are written in one statement.
fn own_lines(number: u64) -> Vec<CartEvent> {
    let line = |n| {
        let mut line = line(n, 1);
        line.key.distinct = metadata(&format!("canary-line-identity {number}"));
        line.metadata = metadata(&format!("canary-line-metadata {number}"));
        line.note = Some(note(&format!("canary-line-note {number}")));
        CartEvent::LineAdded { line: Arc::new(line) }
    };
    vec![line(0), line(1)]
}

/// Which of these texts are in the file or its log.
pub(crate) fn found_in(path: &Path, texts: &[String]) -> BTreeSet<String> {
    let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap().to_str().unwrap()));
    let bytes = [fs::read(path).unwrap(), fs::read(log).unwrap_or_default()].concat();
    let bytes = String::from_utf8_lossy(&bytes);
    let is_in = |text: &&String| bytes.contains(text.as_str());
    texts.iter().filter(is_in).cloned().collect()
}

fn canaries() -> Vec<String> {
    CANARIES.map(str::to_owned).to_vec()
}

/// The raw tokens of links, as bytes would be shown and as they are.
fn raw_tokens(carts: u64) -> Vec<String> {
    (1..=carts).map(|number| token(number).reveal()).collect()
}

#[test]
fn a_plain_store_shows_every_canary_and_no_token() {
    let place = Place::new();
    let store = place.open();
    plant(&store, 1);
    assert_eq!(found_in(&place.path, &canaries()), canaries().into_iter().collect());
    assert_eq!(found_in(&place.path, &raw_tokens(1)), BTreeSet::new());
}

#[test]
fn a_sealed_store_shows_nothing_in_file_log_backup_or_debug_output() {
    let place = Place::new();
    let store = SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap();
    for number in 1..20 {
        plant(&store, number);
    }
    let hidden = [canaries(), raw_tokens(20)].concat();
    assert_eq!(found_in(&place.path, &hidden), BTreeSet::new());
    block_on(store.backup(&place.beside("copy.db"))).unwrap();
    assert_eq!(found_in(&place.beside("copy.db"), &hidden), BTreeSet::new());
    let told = format!("{store:?} {:?}", sealing(&keys("1")));
    assert!(!told.contains("01ab") && hidden.iter().all(|text| !told.contains(text)), "{told}");
    drop(store);
    assert_eq!(found_in(&place.path, &hidden), BTreeSet::new());
    let copy = SqliteStore::open(place.beside("copy.db"), &sealing(&keys("1"))).unwrap();
    assert!(block_on(copy.verify()).unwrap().is_sound());
}

#[test]
fn what_is_sealed_is_read_as_it_was_written() {
    let (plain, place) = (SqliteStore::in_memory().unwrap(), Place::new());
    let sealed = SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap();
    let carts = [1, 2].map(|number| (plant(&plain, number), plant(&sealed, number)));
    for (one, other) in carts {
        assert_eq!(one, other);
        assert_eq!(load(&sealed, one.id()).unwrap(), Some(one));
    }
    let events = |store| journal(store).into_iter().map(|found| found.entry.events).collect::<Vec<_>>();
    assert_eq!(events(&sealed), events(&plain));
    let report = block_on(sealed.verify()).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
}

#[test]
fn a_store_made_of_an_export_is_sealed_again() {
    let place = Place::new();
    let store = SqliteStore::in_memory().unwrap();
    let cart = plant(&store, 1);
    let sealing = sealing(&keys("1"));
    SqliteStore::replay(&place.path, &sealing, exported(&store).as_bytes()).unwrap();
    assert_eq!(found_in(&place.path, &canaries()), BTreeSet::new());
    let replayed = SqliteStore::open(&place.path, &sealing).unwrap();
    assert_eq!(load(&replayed, cart.id()).unwrap(), Some(cart));
    assert_eq!(exported(&replayed), exported(&store));
}

/// All protected cells of a file: table, column, what finds the row, and the value.
fn cells(place: &Place) -> Vec<(String, String, Value)> {
    let columns = [
        ("carts", "id", &["address", "coupons", "name", "note", "metadata"][..]),
        ("lines", "hex(cart_id) || hex(line_id)", &["distinct_metadata", "note", "metadata"]),
        ("links", "hex(cart_id) || hex(link_id)", &["label"]),
        ("suggestions", "hex(cart_id) || hex(suggestion_id)", &["name", "comment"]),
        ("checkouts", "hex(cart_id) || hex(checkout_id)", &["progress"]),
        ("checkout_records", "hex(cart_id) || hex(checkout_id)", &["record"]),
        ("journal", "position", &["fingerprint", "events", "reply"]),
    ];
    let (raw, mut cells) = (place.raw(), Vec::new());
    for (table, key, names) in columns {
        for column in names {
            let sql = format!("SELECT quote({key}), {column} FROM {table} WHERE {column} IS NOT NULL");
            let mut statement = raw.prepare(&sql).unwrap();
            let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).unwrap();
            for row in rows {
                let (found, value) = row.unwrap();
                cells.push((format!("{table}.{column}"), format!("{key} = {found}"), value));
            }
        }
    }
    cells
}

fn put(raw: &rusqlite::Connection, (place, row, _): &(String, String, Value), value: &Value) {
    let (table, column) = place.split_once('.').unwrap();
    raw.execute(&format!("UPDATE {table} SET {column} = ?1 WHERE {row}"), [value]).unwrap();
}

/// Every pair of protected cells, each with the other's value: what reads them says that it cannot be.
#[test]
fn sealed_values_in_each_others_places_are_refused() {
    let place = Place::new();
    let store = SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap();
    let carts = [1, 2].map(|number| plant(&store, number).id());
    let raw = place.raw();
    raw.execute_batch(
        "PRAGMA ignore_check_constraints = ON; DROP TRIGGER journal_is_not_rewritten;
         DROP TRIGGER journal_keeps_its_order;",
    )
    .unwrap();
    let cells = cells(&place);
    assert!(cells.len() > 30 && cells.iter().all(|cell| matches!(cell.2, Value::Blob(_))), "{cells:?}");
    let mut swapped = 0;
    for (number, one) in cells.iter().enumerate() {
        for other in &cells[number + 1..] {
            put(&raw, one, &other.2);
            put(&raw, other, &one.2);
            let read: Vec<_> = carts.iter().map(|cart| reads(&store, *cart)).collect();
            assert!(
                read.iter().any(|read| matches!(read, Err(StoreError::Corrupt { .. }))),
                "{one:?} {other:?}"
            );
            put(&raw, one, &one.2);
            put(&raw, other, &other.2);
            swapped += 1;
        }
    }
    assert!(swapped > 400, "{swapped}");
    carts.into_iter().for_each(|cart| reads(&store, cart).unwrap());
}

fn reads(store: &SqliteStore, cart: cart_core::id::CartId) -> Result<(), StoreError> {
    load(store, cart)?;
    block_on(store.entries(cart, None, 100)).map(drop)
}

fn reseal_all(store: &SqliteStore, limit: usize) -> usize {
    let (mut after, mut carts) = (None, 0);
    loop {
        let done = block_on(store.reseal(after, limit)).unwrap();
        assert_eq!(done.damaged, []);
        (after, carts) = (done.next, carts + done.carts);
        if after.is_none() {
            return carts;
        }
    }
}

/// The carts of a store and its journal, to be compared.
pub(crate) fn everything(store: &SqliteStore) -> String {
    let report = block_on(store.verify()).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    exported(store)
}

#[test]
fn resealing_seals_what_is_plain_and_leaves_nothing_of_it() {
    let place = Place::new();
    let plain = place.open();
    for number in 1..60 {
        plant(&plain, number);
    }
    let before = everything(&plain);
    drop(plain);
    let store = SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap();
    assert_eq!(everything(&store), before);
    assert_eq!(reseal_all(&store, 7), 59);
    assert_eq!(found_in(&place.path, &canaries()), BTreeSet::new());
    assert_eq!(everything(&store), before);
    assert_eq!(reseal_all(&store, 7), 0);
    plant(&store, 60);
    drop(store);
    assert_eq!(found_in(&place.path, &canaries()), BTreeSet::new());
}

#[test]
fn resealing_goes_over_to_the_current_key_from_wherever_it_stopped() {
    let place = Place::new();
    let old = SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap();
    (1..10).for_each(|number| drop(plant(&old, number)));
    let before = everything(&old);
    drop(old);
    let both = SqliteStore::open(&place.path, &sealing(&keys("2,1"))).unwrap();
    let done = block_on(both.reseal(None, 4)).unwrap();
    assert_eq!((done.carts, done.next), (4, Some(cart_id(4))));
    assert_eq!(everything(&both), before);
    drop(both);
    let refused = SqliteStore::open(&place.path, &sealing(&keys("2"))).unwrap_err();
    assert!(matches!(refused, OpenError::KeyMissing { key: KeyId(1), .. }), "{refused:?}");
    let both = SqliteStore::open(&place.path, &sealing(&keys("2,1"))).unwrap();
    assert_eq!(reseal_all(&both, 2), 5);
    drop(both);
    let new = SqliteStore::open(&place.path, &sealing(&keys("2"))).unwrap();
    assert_eq!(everything(&new), before);
}

/// A cart's history without a person.
pub(crate) fn without(store: &SqliteStore, cart: &Cart, user: &str) -> Rewritten {
    let entries = block_on(store.entries(cart.id(), None, 100)).unwrap();
    let erasure = Erasure::of_user(user_id(user), user_id("nobody"));
    let erased = erasure.of_history(&entries).unwrap();
    let cart = Cart::replay(&erased).unwrap().unwrap();
    let entries = erased.into_iter().map(Arc::new).collect();
    Rewritten { base: cart.version(), cart: Arc::new(cart), entries }
}

/// What is the owner's in their own cart; what others wrote there stays theirs.
fn of_the_owner(number: u64) -> Vec<String> {
    let theirs = [
        "name",
        "note",
        "metadata",
        "address",
        "line-note",
        "line-metadata",
        "line-identity",
        "label",
        "renamed",
        "draft",
    ];
    theirs.iter().map(|canary| format!("canary-{canary} {number}")).collect()
}

#[test]
fn a_history_that_was_written_anew_leaves_nothing_of_what_it_was() {
    for options in [normal(), sealing(&keys("1"))] {
        let place = Place::new();
        let store = SqliteStore::open(&place.path, &options).unwrap();
        // Rows that come between others and change their lengths move to other pages, and leave copies behind.
        let carts = (100..200).map(|number| plant(&store, 100 + number * 37 % 100)).collect::<Vec<_>>();
        let others =
            [300, 20, 480, 60].into_iter().fold(carts, |carts, length| noted(&store, &carts, length));
        for cart in others.iter().step_by(2) {
            let history = without(&store, cart, "ann");
            let (erased, entries) = (Arc::clone(&history.cart), history.entries.clone());
            block_on(store.rewrite(history)).unwrap();
            assert_eq!(load(&store, cart.id()).unwrap(), Some(erased));
            let stored = block_on(store.entries(cart.id(), None, 100)).unwrap();
            assert!(stored.iter().eq(entries.iter().map(AsRef::as_ref)));
        }
        let numbers = others.iter().step_by(2).map(|cart| number(cart));
        let gone: Vec<String> = numbers.flat_map(of_the_owner).collect();
        assert_eq!(found_in(&place.path, &gone), BTreeSet::new());
        let cart = load(&store, others[1].id()).unwrap().unwrap();
        assert_eq!(cart, others[1]);
        assert!(block_on(store.verify()).unwrap().is_sound());
        drop(store);
        assert_eq!(found_in(&place.path, &gone), BTreeSet::new());
    }
}

fn number(cart: &Cart) -> u64 {
    let [.., high, low] = cart.id().as_uuid().into_bytes();
    u16::from_be_bytes([high, low]).into()
}

/// Gives carts a note of another length.
fn noted(store: &SqliteStore, carts: &[Arc<Cart>], length: usize) -> Vec<Arc<Cart>> {
    let noted = |cart: &Arc<Cart>| {
        let text = format!("canary-note {}. {}", number(cart), "x".repeat(length));
        change(store, cart, [CartEvent::NoteChanged { note: Some(note(&text)) }])
    };
    carts.iter().map(noted).collect()
}

#[test]
fn a_history_of_another_version_is_a_conflict_and_changes_nothing() {
    let store = SqliteStore::in_memory().unwrap();
    let cart = plant(&store, 1);
    let history = without(&store, &cart, "ann");
    let cart = change(&store, &cart, [CartEvent::Renamed { name: None }]);
    let before = journal(&store);
    assert!(matches!(block_on(store.rewrite(history)), Err(StoreError::Conflict { .. })));
    assert_eq!((load(&store, cart.id()).unwrap(), journal(&store)), (Some(cart), before));
}

#[test]
fn the_journal_can_be_changed_again_by_nobody_after_it_was_written_anew() {
    let place = Place::new();
    let store = place.open();
    let cart = plant(&store, 1);
    block_on(store.rewrite(without(&store, &cart, "ann"))).unwrap();
    drop(store);
    let error = place.raw().execute_batch("UPDATE journal SET at = 0").unwrap_err().to_string();
    assert!(error.contains("only added to"), "{error}");
    let error = place
        .raw()
        .execute_batch("INSERT INTO rewriting SELECT id FROM carts; UPDATE journal SET version = version + 9")
        .unwrap_err()
        .to_string();
    assert!(error.contains("only added to"), "{error}");
}

#[test]
fn an_erased_grantee_is_found_by_no_list() {
    let store = SqliteStore::in_memory().unwrap();
    let cart = plant(&store, 1);
    let page = PageRequest { after: None, limit: 9 };
    let granted = |user: &str| {
        let (company, user) = (company_id("acme"), user_id(user));
        let of = store.carts_granted_to(cart.channel(), &company, &user, at(0), page);
        block_on(of).unwrap().len()
    };
    assert_eq!((granted("bob"), granted("nobody")), (1, 0));
    block_on(store.rewrite(without(&store, &cart, "bob"))).unwrap();
    assert_eq!((granted("bob"), granted("nobody")), (0, 1));
    assert_eq!(cart.channel(), &channel("shop"));
}
