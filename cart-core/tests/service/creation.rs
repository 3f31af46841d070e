//! How carts start, by policy.

use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::command::{BatchMode, Command, CreateCart, DuplicateCart, LineEdit};
use cart_core::event::CartEvent;
use cart_core::id::UserId;
use cart_core::memory::MemoryStore;
use cart_core::money::Currency;
use cart_core::policy::{CartPolicy, Creation, PolicyError};
use cart_core::rejection::Rejection;
use cart_core::selection::SelectionKind;
use cart_core::service::{BuildError, CartError, CartService, Target};
use cart_core::testing::samples::{channel, guest, name, user, user_for};
use cart_core::testing::{FixedCatalog, block_on};

use crate::shop::{Shop, add, ann, current, lines, rejection, rename, shop};

/// One active cart that may also be asked for.
fn one_active() -> CartPolicy {
    let creation = Creation { explicit: true, on_first_add: true, on_first_read: false };
    CartPolicy { creation, ..CartPolicy::digital() }
}

#[test]
fn a_cart_is_made_where_it_may_be_asked_for() {
    let shop = Shop::new(CartPolicy::shared());
    let asked = CreateCart { name: Some(name("party")), ..CreateCart::default() };
    let outcome = block_on(shop.service.create(&ann().into(), &crate::shop::shop(), &asked)).unwrap();
    assert!(outcome.created && !outcome.replayed);
    assert_eq!(outcome.view.cart.name(), asked.name.as_ref());
    assert_eq!((outcome.view.cart.version().get(), outcome.view.cart.currency()), (1, Currency::EUR));
    assert_eq!(shop.stored(outcome.view.cart.id()), outcome.view.cart);
}

#[test]
fn a_cart_may_name_its_currency() {
    let shop = Shop::new(CartPolicy::shared());
    let asked = CreateCart { currency: Some(Currency::JPY), ..CreateCart::default() };
    let outcome = block_on(shop.service.create(&ann().into(), &crate::shop::shop(), &asked)).unwrap();
    assert_eq!(outcome.view.priced.totals.total.currency(), Currency::JPY);
}

#[test]
fn a_cart_is_not_made_by_asking_where_it_starts_otherwise() {
    for policy in [CartPolicy::storefront(), CartPolicy::digital()] {
        assert_eq!(rejection(Shop::new(policy).create(ann())), Rejection::NotOffered);
    }
}

#[test]
fn the_first_add_makes_the_cart_and_the_second_finds_it() {
    let shop = Shop::new(CartPolicy::storefront());
    let first = shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
    assert!(first.created);
    assert_eq!((first.view.cart.version().get(), lines(&first.view.cart)), (1, vec![("mug", 1)]));
    assert!(matches!(
        first.entry.unwrap().events.as_slice(),
        [CartEvent::Created(_), CartEvent::LineAdded { .. }]
    ));
    let second = shop.execute(ann(), &current(), &add("mug", 2)).unwrap();
    assert!(!second.created);
    assert_eq!(second.view.cart.id(), first.view.cart.id());
    assert_eq!(lines(&second.view.cart), [("mug", 3)]);
}

#[test]
fn a_first_add_that_is_refused_makes_no_cart() {
    let shop = Shop::new(CartPolicy::storefront());
    shop.catalog.set_stock("mug", 1);
    let refused = rejection(shop.execute(ann(), &current(), &add("mug", 2)));
    assert!(matches!(refused, Rejection::InsufficientStock { available: 1, .. }));
    let unknown = [add("gone", 1)].into_iter().flat_map(|add| add.edits().to_vec()).collect();
    let batch = Command::EditLines { edits: unknown, mode: BatchMode::PerLine };
    assert!(shop.execute(ann(), &current(), &batch).is_err());
    assert_eq!(shop.journal(), []);
}

#[test]
fn nothing_but_an_add_makes_a_cart() {
    let shop = Shop::new(CartPolicy::storefront());
    let line = cart_core::testing::samples::line_id(1);
    let commands = [
        rename("n"),
        Command::Clear,
        Command::Unselect { selection: SelectionKind::Address },
        Command::Edit(LineEdit::Remove { line }),
        Command::Abandon,
        Command::Recover,
        Command::Expire,
    ];
    for command in commands {
        assert_eq!(
            rejection(shop.execute(ann(), &current(), &command)),
            Rejection::CartNotFound,
            "{command:?}"
        );
    }
    assert_eq!(rejection(shop.read(&ann(), &current())), Rejection::CartNotFound);
    assert_eq!(shop.journal(), []);
}

#[test]
fn the_first_look_makes_the_cart_where_policy_says_so() {
    let shop = Shop::new(CartPolicy::digital());
    let first = shop.read(&ann(), &current()).unwrap();
    let second = shop.read(&ann(), &current()).unwrap();
    assert_eq!(first.cart, second.cart);
    assert_eq!((first.cart.lines().len(), shop.journal().len()), (0, 1));
}

#[test]
fn carts_that_are_named_by_id_have_no_current_one() {
    let shop = Shop::new(CartPolicy::shared());
    shop.cart();
    assert!(matches!(shop.read(&ann(), &current()), Err(CartError::NoCurrentCart)));
    assert!(matches!(shop.execute(ann(), &current(), &add("mug", 1)), Err(CartError::NoCurrentCart)));
}

#[test]
fn owners_have_at_most_as_many_open_carts_as_the_policy_allows() {
    let mut policy = CartPolicy::shared();
    policy.limits.carts = 2;
    let shop = Shop::new(policy);
    let first = shop.cart();
    shop.cart();
    let refused = Rejection::TooManyCarts { max: 2 };
    assert_eq!(rejection(shop.create(ann())), refused);
    let copy = DuplicateCart { source: first, name: None };
    assert_eq!(rejection(block_on(shop.service.duplicate(&ann().into(), &copy))), refused);
    assert!(shop.create(user("bob")).is_ok() && shop.create(user_for("ann", "acme")).is_ok());
    shop.execute(ann(), &Target::Cart(first), &Command::Abandon).unwrap();
    assert!(shop.create(ann()).is_ok());
    // A recovered cart counts again.
    assert_eq!(rejection(shop.execute(ann(), &Target::Cart(first), &Command::Recover)), refused);
}

#[test]
fn an_owner_of_one_cart_gets_no_second_one() {
    let shop = Shop::new(one_active());
    let first = shop.cart();
    assert_eq!(rejection(shop.create(ann())), Rejection::CartExists { cart: first });
    let copy = DuplicateCart { source: first, name: None };
    let copied = rejection(block_on(shop.service.duplicate(&ann().into(), &copy)));
    assert_eq!(copied, Rejection::CartExists { cart: first });
    shop.execute(ann(), &Target::Cart(first), &Command::Abandon).unwrap();
    let second = shop.cart();
    let recovered = rejection(shop.execute(ann(), &Target::Cart(first), &Command::Recover));
    assert_eq!(recovered, Rejection::CartExists { cart: second });
}

#[test]
fn guests_have_carts_where_policy_says_so() {
    assert_eq!(rejection(Shop::new(CartPolicy::shared()).create(guest(1))), Rejection::GuestsRefused);
    let shop = Shop::new(CartPolicy::telecom());
    let (holder, other) = (Actor::Guest(shop.service.new_guest()), Actor::Guest(shop.service.new_guest()));
    let cart = Target::Cart(shop.create(holder.clone()).unwrap().view.cart.id());
    assert!(shop.execute(holder, &cart, &add("mug", 1)).is_ok());
    assert_eq!(rejection(shop.execute(other.clone(), &cart, &add("mug", 1))), Rejection::CartNotFound);
    assert_eq!(rejection(shop.read(&other, &cart)), Rejection::CartNotFound);
}

#[test]
fn staff_and_the_system_own_nothing() {
    let shop = Shop::new(CartPolicy::storefront());
    for actor in [Actor::Staff(UserId::new("sue").unwrap()), Actor::System] {
        assert_eq!(rejection(shop.execute(actor.clone(), &current(), &add("mug", 1))), Rejection::CannotOwn);
        assert_eq!(rejection(shop.read(&actor, &current())), Rejection::CannotOwn);
        assert_eq!(rejection(shop.create(actor)), Rejection::CannotOwn);
    }
}

#[test]
fn a_channel_that_nobody_set_up_is_unknown() {
    let shop = Shop::new(CartPolicy::storefront());
    let elsewhere = Target::Current(channel("kiosk"));
    assert!(matches!(shop.read(&ann(), &elsewhere), Err(CartError::UnknownChannel)));
    assert!(matches!(shop.execute(ann(), &elsewhere, &add("mug", 1)), Err(CartError::UnknownChannel)));
}

#[test]
fn a_service_is_not_built_on_a_policy_that_contradicts_itself() {
    let builder =
        || CartService::builder(Arc::new(MemoryStore::default()), Arc::new(FixedCatalog::default()));
    assert!(matches!(builder().build(), Err(BuildError::NoChannel)));
    let never = Creation { explicit: false, on_first_add: false, on_first_read: false };
    let wrong = CartPolicy { creation: never, ..CartPolicy::shared() };
    let built = builder().channel(shop(), wrong, Currency::EUR).build();
    assert!(matches!(built, Err(BuildError::Policy { source: PolicyError::NoCreation, .. })));
}
