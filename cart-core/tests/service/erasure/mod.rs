//! Taking a person out of everything that is kept.

mod checkouts;
mod random;

use std::sync::Arc;

use cart_core::actor::{Actor, GuestToken};
use cart_core::command::{AddLine, Command, LineEdit, MergeCarts};
use cart_core::event::CartEvent;
use cart_core::id::{CartId, CustomerKey};
use cart_core::memory::{MemoryAddressBook, MemoryDirectory};
use cart_core::merge::MergeStrategy;
use cart_core::metadata::Metadata;
use cart_core::policy::{CartPolicy, GuestCarts, Links, SharingPolicy, Ttl};
use cart_core::port::{CartStore as _, UseLedger as _};
use cart_core::promotion::{PromotionUse, UseLimit};
use cart_core::rejection::Rejection;
use cart_core::selection::{Address, Selection};
use cart_core::service::{Caller, CartError, ListRequest, Target};
use cart_core::sharing::{LinkTerms, LinkToken, PermissionGroup, Proposal};
use cart_core::testing::samples::{
    Write, address_id, at, checkout_begun, company_id, key, name, note, product, promotion_id, quantity,
    unit, user_for, user_id,
};
use cart_core::testing::{Fault, StoreCall, block_on};
use cart_core::text::{Comment, LinkLabel, PersonName};

use crate::shop::{Shop, add, rejection, rename, shop as channel};

/// Carts of companies and of guests that are shared in every way; an engraving makes a line another one.
fn policy() -> CartPolicy {
    let company = CartPolicy::company();
    let links = Links::Allowed { lifetime: None, longest: None, max: SharingPolicy::MAX_LINKS };
    let sharing = SharingPolicy { links, ..company.sharing };
    let guests = GuestCarts::Allowed { lifetime: Ttl::Never };
    let identity = vec!["engraving".into()];
    CartPolicy { sharing, guests, identity, pricing: CartPolicy::shared().pricing, ..company }
}

const PEOPLE: [&str; 3] = ["ann", "bob", "carl"];

/// The user's id has a mark that nothing else has, and so has everything that they write.
fn id_of(person: &str) -> String {
    format!("uid-{person}")
}

fn actor(person: &str) -> Actor {
    user_for(&id_of(person), "acme")
}

fn word(person: &str, n: u64) -> String {
    format!("canary-{person}-{n}.")
}

fn words(person: &str, n: u64) -> Metadata {
    let object = serde_json::json!({ "engraving": word(person, n), "for": [word(person, n)] });
    Metadata::new(object.as_object().unwrap().clone()).unwrap()
}

/// A shop whose users all belong to one company, and have an address at home each.
fn firm() -> Shop {
    let (directory, addresses) = (MemoryDirectory::default(), MemoryAddressBook::default());
    for person in PEOPLE {
        directory.put(company_id("acme"), user_id(&id_of(person)));
        let home = Address { country: "DE".into() };
        addresses.put(actor(person).owner().unwrap(), address_id(&word(person, 0)), home);
    }
    Shop::over(Arc::default(), policy(), |builder| {
        builder.directory(Arc::new(directory)).addresses(Arc::new(addresses))
    })
}

/// All that is kept, as text.
fn kept(shop: &Shop) -> String {
    serde_json::to_string(&shop.journal()).unwrap()
}

fn erase(shop: &Shop, person: &str) -> usize {
    block_on(shop.service.erase_user(&user_id(&id_of(person)), &[])).unwrap()
}

#[track_caller]
fn is_nowhere(shop: &Shop, person: &str) {
    let kept = kept(shop);
    for mark in [id_of(person), format!("canary-{person}")] {
        let around =
            kept.find(&mark).map(|found| &kept[found.saturating_sub(200)..(found + 60).min(kept.len())]);
        assert_eq!(around, None, "{mark}");
    }
    let carts: Vec<CartId> = shop.journal().iter().map(|entry| entry.cart).collect();
    carts.into_iter().for_each(|cart| shop.check(cart));
}

/// A cart of somebody's.
fn cart_of(shop: &Shop, person: &str) -> Target {
    Target::Cart(shop.create(actor(person)).unwrap().view.cart.id())
}

fn id(cart: &Target) -> CartId {
    let Target::Cart(id) = cart else { unreachable!("it is named by its id") };
    *id
}

fn ask(shop: &Shop, person: &str, cart: &Target, command: Command) {
    shop.execute(actor(person), cart, &command).unwrap();
}

fn share(shop: &Shop, cart: &Target, owner: &str, with: &str) {
    let (user, group) = (user_id(&id_of(with)), PermissionGroup::FULL_ACCESS);
    ask(shop, owner, cart, Command::Share { user, group });
}

fn renamed(person: &str, n: u64) -> Command {
    Command::Rename { name: Some(name(&word(person, n))) }
}

fn added(id: &str, person: &str, n: u64) -> Command {
    let (note, metadata) = (Some(note(&word(person, n))), words(person, n));
    Command::Edit(LineEdit::Add(AddLine { note, metadata, ..AddLine::new(product(id), quantity(1)) }))
}

fn suggested(person: &str, n: u64) -> Command {
    Command::Suggest {
        proposal: Proposal::Add { product: product("cup"), quantity: quantity(1) },
        comment: Some(Comment::new(word(person, n)).unwrap()),
        name: Some(PersonName::new(word(person, n)).unwrap()),
    }
}

fn linked(person: &str, n: u64) -> Command {
    let label = Some(LinkLabel::new(word(person, n)).unwrap());
    Command::CreateLink { terms: LinkTerms { label, may_suggest: true, ..LinkTerms::default() } }
}

/// A cart of Ann's in which she has written all that can be written, and so has Bob.
fn full_cart(shop: &Shop) -> (Target, LinkToken) {
    let cart = cart_of(shop, "ann");
    share(shop, &cart, "ann", "bob");
    for person in ["ann", "bob"] {
        let metadata = words(person, 2);
        let commands = [
            renamed(person, 1),
            Command::SetMetadata { metadata },
            Command::SetNote { note: Some(note(&word(person, 3))) },
            added("mug", person, 4),
        ];
        commands.into_iter().for_each(|command| ask(shop, person, &cart, command));
    }
    ask(shop, "bob", &cart, suggested("bob", 5));
    ask(shop, "ann", &cart, Command::Select { selection: Selection::Address(address_id(&word("ann", 0))) });
    let token = shop.execute(actor("ann"), &cart, &linked("ann", 6)).unwrap().token.unwrap();
    (cart, token)
}

#[test]
fn of_a_persons_own_carts_products_prices_and_access_stay() {
    let shop = firm();
    let (cart, token) = full_cart(&shop);
    let before = shop.read(&Actor::Staff(user_id("support")), &cart).unwrap();
    assert_eq!(erase(&shop, "ann"), 1);
    is_nowhere(&shop, "ann");
    let after = shop.read(&Actor::Staff(user_id("support")), &cart).unwrap();
    assert_eq!(after.priced.totals, before.priced.totals);
    assert_eq!((after.cart.version(), after.cart.lines().len()), (before.cart.version(), 2));
    assert!(after.cart.name().is_none() && after.cart.note().is_none() && after.cart.metadata().is_empty());
    assert!(after.cart.selections().address.is_none());
    // Bob's suggestion is his, and he and the link still have access.
    assert!(after.cart.suggestions()[0].comment.is_some());
    ask(&shop, "bob", &cart, add("cup", 1));
    block_on(shop.service.open_link(&token)).unwrap();
}

#[test]
fn of_others_carts_only_what_the_person_wrote_goes() {
    let shop = firm();
    let cart = cart_of(&shop, "bob");
    share(&shop, &cart, "bob", "ann");
    ask(&shop, "bob", &cart, renamed("bob", 1));
    ask(&shop, "bob", &cart, added("mug", "bob", 2));
    ask(&shop, "ann", &cart, added("cup", "ann", 3));
    ask(&shop, "ann", &cart, suggested("ann", 4));
    ask(&shop, "bob", &cart, Command::Select { selection: Selection::Address(address_id(&word("bob", 0))) });
    assert_eq!(erase(&shop, "ann"), 1);
    is_nowhere(&shop, "ann");
    let stored = shop.stored(id(&cart));
    assert_eq!(stored.name(), Some(&name(&word("bob", 1))));
    assert_eq!(stored.lines()[0].note, Some(note(&word("bob", 2))));
    assert_eq!(stored.lines()[0].metadata, words("bob", 2));
    assert_eq!(stored.selections().address, Some(address_id(&word("bob", 0))));
    assert!(stored.lines()[1].note.is_none() && stored.suggestions()[0].comment.is_none());
}

#[test]
fn words_that_somebody_else_put_back_go_too() {
    let shop = firm();
    let cart = cart_of(&shop, "bob");
    share(&shop, &cart, "bob", "ann");
    ask(&shop, "bob", &cart, added("mug", "bob", 1));
    let line = shop.stored(id(&cart)).lines()[0].id;
    let noted = Some(note(&word("ann", 2)));
    let writes = [
        renamed("ann", 1),
        Command::SetNote { note: noted.clone() },
        Command::SetMetadata { metadata: words("ann", 3) },
        Command::Edit(LineEdit::SetNote { line, note: noted }),
    ];
    for write in writes {
        ask(&shop, "ann", &cart, write);
        ask(&shop, "bob", &cart, Command::Undo);
        ask(&shop, "bob", &cart, Command::Undo);
    }
    ask(&shop, "bob", &cart, Command::Edit(LineEdit::Remove { line }));
    ask(&shop, "bob", &cart, Command::Undo);
    assert!(kept(&shop).matches("canary-ann").count() > 4);
    erase(&shop, "ann");
    is_nowhere(&shop, "ann");
}

#[test]
fn a_guests_cart_that_became_the_persons_is_theirs() {
    let shop = firm();
    let token = shop.service.new_guest();
    let guest = Actor::Guest(token.clone());
    let from = shop.create(guest.clone()).unwrap().view.cart.id();
    shop.execute(guest, &Target::Cart(from), &added("mug", "ann", 1)).unwrap();
    let into = cart_of(&shop, "ann");
    ask(&shop, "ann", &into, added("mug", "ann", 2));
    let merge = MergeCarts { from: Some(from), into: Some(id(&into)), strategy: MergeStrategy::Sum };
    block_on(shop.service.merge(&Caller::new(actor("ann")), &token, &channel(), &merge)).unwrap();
    shop.failing.fail_nth(StoreCall::Rewrite, 2, Fault::Unavailable);
    block_on(shop.service.erase_user(&user_id(&id_of("ann")), &[])).unwrap_err();
    assert_eq!(erase(&shop, "ann"), 1, "the guest's was done before");
    is_nowhere(&shop, "ann");
}

#[test]
fn a_guest_can_be_taken_out() {
    let shop = firm();
    let (ours, other) = (shop.service.new_guest(), shop.service.new_guest());
    let make = |token: &GuestToken, person| {
        let guest = Actor::Guest(token.clone());
        let cart = Target::Cart(shop.create(guest.clone()).unwrap().view.cart.id());
        shop.execute(guest, &cart, &added("mug", person, 1)).unwrap();
        cart
    };
    let (cart, others) = (make(&ours, "guest"), make(&other, "other"));
    assert_eq!(block_on(shop.service.erase_guest(ours.id(), &[])).unwrap(), 1);
    let kept = kept(&shop);
    assert!(!kept.contains(&ours.id().to_string()) && !kept.contains("canary-guest"));
    assert_eq!(rejection(shop.read(&Actor::Guest(ours), &cart)), Rejection::CartNotFound);
    assert!(kept.contains("canary-other") && shop.read(&Actor::Guest(other), &others).is_ok());
}

#[test]
fn a_person_who_was_taken_out_has_nothing_any_more() {
    let shop = firm();
    let (cart, _) = full_cart(&shop);
    let bobs = cart_of(&shop, "bob");
    share(&shop, &bobs, "bob", "ann");
    let keyed = Caller::new(actor("ann")).with_key(key("k"));
    shop.execute(keyed.clone(), &bobs, &add("mug", 1)).unwrap();
    erase(&shop, "ann");
    let all = ListRequest::default();
    assert!(block_on(shop.service.carts(&actor("ann"), &channel(), &all)).unwrap().items.is_empty());
    assert!(
        block_on(shop.service.carts_shared_with(&actor("ann"), &channel(), &all)).unwrap().items.is_empty()
    );
    for cart in [cart, bobs] {
        assert_eq!(rejection(shop.read(&actor("ann"), &cart)), Rejection::CartNotFound);
        assert_eq!(rejection(shop.execute(keyed.clone(), &cart, &add("mug", 1))), Rejection::CartNotFound);
    }
}

#[test]
fn what_others_do_goes_on_as_if_nothing_had_happened() {
    let shop = firm();
    let (anns, _) = full_cart(&shop);
    let bobs: Vec<CartId> = (0..5).map(|_| id(&cart_of(&shop, "bob"))).collect();
    let keyed = Caller::new(actor("bob")).with_key(key("k"));
    let first = shop.execute(keyed.clone(), &anns, &add("cup", 1)).unwrap();
    let list = |cursor| {
        let request = ListRequest { cursor, limit: 2 };
        block_on(shop.service.carts(&actor("bob"), &channel(), &request)).unwrap()
    };
    let page = list(None);
    erase(&shop, "ann");
    let again = shop.execute(keyed, &anns, &add("cup", 1)).unwrap();
    assert!(again.replayed);
    assert_eq!(again.view.cart.version(), first.view.cart.version());
    let next = list(page.next);
    let listed: Vec<CartId> = page.items.iter().chain(&next.items).map(|cart| cart.id).collect();
    assert_eq!(listed, bobs.iter().rev().take(4).copied().collect::<Vec<_>>());
}

#[test]
fn a_cart_at_hand_brings_nothing_back() {
    let shop = firm();
    let (cart, _) = full_cart(&shop);
    shop.read(&actor("bob"), &cart).unwrap();
    erase(&shop, "ann");
    assert_eq!(shop.read(&actor("bob"), &cart).unwrap().cart, shop.stored(id(&cart)));
    let written = shop.execute(actor("bob"), &cart, &add("cup", 1)).unwrap();
    assert_eq!(written.view.cart, shop.stored(id(&cart)));
    is_nowhere(&shop, "ann");
}

#[test]
fn a_process_that_has_an_older_cart_at_hand_brings_nothing_back() {
    let (memory, directory) = (Arc::default(), Arc::new(MemoryDirectory::default()));
    for person in PEOPLE {
        directory.put(company_id("acme"), user_id(&id_of(person)));
    }
    let process = || Shop::shared_by(Arc::clone(&memory), policy(), Arc::clone(&directory) as _);
    let (ours, theirs) = (process(), process());
    let cart = cart_of(&ours, "ann");
    share(&ours, &cart, "ann", "bob");
    ask(&ours, "ann", &cart, renamed("ann", 1));
    theirs.execute(actor("bob"), &cart, &add("mug", 1)).unwrap();
    erase(&ours, "ann");
    let written = theirs.execute(actor("bob"), &cart, &add("mug", 1)).unwrap();
    assert_eq!(written.view.cart.name(), None);
    is_nowhere(&theirs, "ann");
}

#[test]
fn a_second_run_changes_nothing() {
    let shop = firm();
    full_cart(&shop);
    erase(&shop, "ann");
    let before = kept(&shop);
    shop.counting.forget_calls();
    assert_eq!(erase(&shop, "ann"), 0);
    assert_eq!(kept(&shop), before);
    assert_eq!(shop.counting.calls().get(&StoreCall::Rewrite), None);
}

#[test]
fn another_writer_who_was_faster_is_no_hindrance() {
    let shop = firm();
    full_cart(&shop);
    shop.failing.fail_next(StoreCall::Rewrite, 99, Fault::Conflict);
    assert_eq!(erase(&shop, "ann"), 1);
    is_nowhere(&shop, "ann");
}

#[test]
fn writers_without_end_are_given_up_on() {
    let shop = firm();
    full_cart(&shop);
    shop.failing.fail_next(StoreCall::Rewrite, 1000, Fault::Conflict);
    let error = block_on(shop.service.erase_user(&user_id(&id_of("ann")), &[])).unwrap_err();
    assert!(matches!(error, CartError::Contended { current: None }), "{error:?}");
}

#[test]
fn a_run_that_failed_half_way_is_finished_by_another() {
    for fault in [Fault::Unavailable, Fault::UnknownDone, Fault::UnknownNotDone] {
        let shop = firm();
        (0..3).for_each(|_| drop(full_cart(&shop)));
        shop.failing.fail_nth(StoreCall::Rewrite, 2, fault);
        block_on(shop.service.erase_user(&user_id(&id_of("ann")), &[])).unwrap_err();
        assert!(kept(&shop).contains("canary-ann"));
        erase(&shop, "ann");
        is_nowhere(&shop, "ann");
    }
}

#[test]
fn staff_who_looked_after_a_cart_can_be_taken_out() {
    let shop = firm();
    let cart = shop.stored(id(&cart_of(&shop, "bob")));
    let support = Actor::Staff(user_id(&id_of("ann")));
    let renamed = CartEvent::Renamed { name: Some(name(&word("ann", 1))) };
    block_on(shop.memory.commit(unit([Write::new([renamed]).by(&support).change(&cart)]))).unwrap();
    assert_eq!(erase(&shop, "ann"), 1);
    is_nowhere(&shop, "ann");
}

#[test]
fn uses_of_promotions_stay_counted_for_a_pseudonym() {
    let shop = firm();
    let [anns, bobs] = ["canary-ann-key", "bob"].map(|text| CustomerKey::new(text).unwrap());
    for (n, person, customer) in [(1, "ann", &anns), (2, "ann", &anns), (3, "bob", &bobs)] {
        let cart = shop.stored(id(&cart_of(&shop, person)));
        let limit = UseLimit { total: Some(4), per_customer: Some(2) };
        let used = PromotionUse { promotion: promotion_id("p"), customer: Some(customer.clone()), limit };
        let begun = checkout_begun(n, at(60), [used]);
        block_on(shop.memory.commit(unit([Write::new([begun]).by(&actor(person)).change(&cart)]))).unwrap();
    }
    assert_eq!(
        block_on(shop.service.erase_user(&user_id(&id_of("ann")), std::slice::from_ref(&anns))).unwrap(),
        2
    );
    is_nowhere(&shop, "ann");
    let uses = |customer: &CustomerKey| {
        let found = block_on(shop.memory.uses(&[promotion_id("p")], Some(customer), None)).unwrap();
        (found[0].total, found[0].by_customer)
    };
    assert_eq!([uses(&anns), uses(&bobs)], [(3, 0), (3, 1)]);
    let customers = shop.journal().into_iter().flat_map(|entry| entry.events).filter_map(|event| {
        let CartEvent::CheckoutBegun { checkout } = event else { return None };
        checkout.uses.first()?.customer.clone()
    });
    let pseudonyms: Vec<CustomerKey> = customers.filter(|customer| *customer != bobs).collect();
    assert_eq!(pseudonyms[0], pseudonyms[1], "one person becomes one pseudonym");
    assert_eq!(uses(&pseudonyms[0]), (3, 2));
}

#[test]
fn whoever_is_nowhere_is_not_looked_for_in_vain() {
    let shop = firm();
    full_cart(&shop);
    let before = kept(&shop);
    assert_eq!(erase(&shop, "carl"), 0);
    assert_eq!(kept(&shop), before);
    ask(&shop, "ann", &cart_of(&shop, "ann"), rename("n"));
}
