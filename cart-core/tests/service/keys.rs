//! Request keys: a request that is sent again is answered as the first time.

use cart_core::command::{BatchMode, Command, CreateCart, DuplicateCart, LineEdit};
use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, Outcome, Target};
use cart_core::testing::block_on;
use cart_core::testing::samples::{key, line_id, name};
use chrono::TimeDelta;

use crate::shop::{Shop, add, ann, ann_with, bob, current, lines, rejection, rename};

fn create_named(shop: &Shop, caller: Caller, text: &str) -> Result<Outcome, CartError> {
    let cart = CreateCart { name: Some(name(text)), ..CreateCart::default() };
    block_on(shop.service.create(&caller, &crate::shop::shop(), &cart))
}

/// The second answer is the first one again, and nothing was done for it.
#[track_caller]
fn same(shop: &Shop, first: &Outcome, again: &Outcome) {
    assert!(!first.replayed && again.replayed);
    assert_eq!(again.view.cart, first.view.cart);
    assert_eq!((&again.entry, &again.reply), (&first.entry, &first.reply));
    assert_eq!((again.created, &again.view.notices), (first.created, &first.view.notices));
    assert_eq!(again.view.priced, first.view.priced);
    shop.check(first.view.cart.id());
}

fn with_line(shop: &Shop) -> (Target, cart_core::id::LineId) {
    let cart = Target::Cart(shop.cart());
    let outcome = shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
    (cart, outcome.view.cart.lines()[0].id)
}

#[test]
fn the_same_request_with_the_same_key_is_done_once() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    let first = shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap();
    let again = shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap();
    same(&shop, &first, &again);
    assert_eq!(lines(&shop.stored(first.view.cart.id())), [("mug", 2)]);
}

#[test]
fn the_first_answer_is_given_whatever_happened_since() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    let first = shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap();
    shop.execute(ann(), &cart, &add("cup", 1)).unwrap();
    shop.execute(ann(), &cart, &Command::Clear).unwrap();
    same(&shop, &first, &shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap());
}

#[test]
fn a_request_that_could_not_be_done_twice_is_answered_as_the_first_time() {
    let shop = Shop::new(CartPolicy::shared());
    let (cart, line) = with_line(&shop);
    let remove = Command::Edit(LineEdit::Remove { line });
    let first = shop.execute(ann_with("r"), &cart, &remove).unwrap();
    same(&shop, &first, &shop.execute(ann_with("r"), &cart, &remove).unwrap());
    let first = shop.execute(ann_with("a"), &cart, &Command::Abandon).unwrap();
    same(&shop, &first, &shop.execute(ann_with("a"), &cart, &Command::Abandon).unwrap());
    let late = shop.execute(ann_with("r"), &cart, &remove).unwrap();
    assert!(late.replayed);
}

#[test]
fn the_same_key_for_another_request_is_refused() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap();
    for other in [add("mug", 3), add("cup", 2), Command::Clear, rename("x")] {
        let answer = shop.execute(ann_with("k"), &cart, &other);
        assert!(matches!(answer, Err(CartError::RequestKeyReused)), "{other:?}");
    }
    assert_eq!(shop.journal().len(), 2);
}

#[test]
fn a_key_counts_for_one_cart() {
    let shop = Shop::new(CartPolicy::shared());
    for _ in 0..2 {
        let cart = Target::Cart(shop.cart());
        assert!(!shop.execute(ann_with("k"), &cart, &rename("x")).unwrap().replayed);
    }
}

#[test]
fn others_do_not_learn_of_a_key() {
    let shop = Shop::new(CartPolicy::storefront());
    shop.execute(ann_with("k"), &current(), &add("mug", 2)).unwrap();
    let bobs = Caller::new(bob()).with_key(key("k"));
    let outcome = shop.execute(bobs, &current(), &add("mug", 2)).unwrap();
    assert!(outcome.created && !outcome.replayed);
}

#[test]
fn a_creation_with_a_key_makes_one_cart() {
    let shop = Shop::new(CartPolicy::shared());
    let first = create_named(&shop, ann_with("k"), "party").unwrap();
    shop.execute(ann(), &Target::Cart(first.view.cart.id()), &add("mug", 1)).unwrap();
    shop.clock.advance(TimeDelta::days(1));
    let again = create_named(&shop, ann_with("k"), "party").unwrap();
    same(&shop, &first, &again);
    assert!(again.created);
    assert!(matches!(create_named(&shop, ann_with("k"), "other"), Err(CartError::RequestKeyReused)));
    assert!(!create_named(&shop, ann_with("k2"), "party").unwrap().replayed);
    assert!(!create_named(&shop, Caller::new(bob()).with_key(key("k")), "party").unwrap().replayed);
}

#[test]
fn a_creation_at_the_limit_is_still_answered_as_the_first_time() {
    let mut policy = CartPolicy::shared();
    policy.limits.carts = 1;
    let shop = Shop::new(policy);
    let first = create_named(&shop, ann_with("k"), "party").unwrap();
    same(&shop, &first, &create_named(&shop, ann_with("k"), "party").unwrap());
    assert_eq!(rejection(create_named(&shop, ann_with("k2"), "party")), Rejection::TooManyCarts { max: 1 });
}

#[test]
fn a_first_add_with_a_key_makes_one_cart_and_adds_once() {
    let shop = Shop::new(CartPolicy::storefront());
    let first = shop.execute(ann_with("k"), &current(), &add("mug", 2)).unwrap();
    same(&shop, &first, &shop.execute(ann_with("k"), &current(), &add("mug", 2)).unwrap());
}

#[test]
fn a_copy_with_a_key_is_made_once() {
    let shop = Shop::new(CartPolicy::shared());
    let (Target::Cart(source), _) = with_line(&shop) else { unreachable!("it has an id") };
    let copy = DuplicateCart { source, name: None };
    let first = block_on(shop.service.duplicate(&ann_with("k"), &copy)).unwrap();
    same(&shop, &first, &block_on(shop.service.duplicate(&ann_with("k"), &copy)).unwrap());
}

#[test]
fn a_refused_request_does_not_use_its_key_up() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.catalog.set_stock("mug", 1);
    assert!(matches!(
        rejection(shop.execute(ann_with("k"), &cart, &add("mug", 2))),
        Rejection::InsufficientStock { .. }
    ));
    shop.catalog.set_stock("mug", 2);
    assert!(!shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap().replayed);
}

#[test]
fn a_batch_is_answered_edit_by_edit_as_the_first_time() {
    let shop = Shop::new(CartPolicy::shared());
    let (cart, line) = with_line(&shop);
    let mut edits = add("gone", 1).edits().to_vec();
    edits.extend(add("cup", 2).edits().to_vec());
    edits.push(LineEdit::Remove { line });
    edits.push(LineEdit::Remove { line: line_id(9) });
    let batch = Command::EditLines { edits, mode: BatchMode::PerLine };
    let first = shop.execute(ann_with("k"), &cart, &batch).unwrap();
    assert_eq!(first.reply.edits.len(), 4);
    same(&shop, &first, &shop.execute(ann_with("k"), &cart, &batch).unwrap());
}

#[test]
fn a_clamped_quantity_is_told_again() {
    let clamping = CartPolicy { over_asking: cart_core::policy::OverAsking::Clamp, ..CartPolicy::shared() };
    let shop = Shop::new(clamping);
    let cart = Target::Cart(shop.cart());
    shop.catalog.set_stock("mug", 3);
    let first = shop.execute(ann_with("k"), &cart, &add("mug", 9)).unwrap();
    assert_eq!((lines(&first.view.cart), first.reply.notices.len()), (vec![("mug", 3)], 1));
    same(&shop, &first, &shop.execute(ann_with("k"), &cart, &add("mug", 9)).unwrap());
}

#[test]
fn a_version_named_with_a_repeated_request_does_not_refuse_it() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    let caller = || ann_with("k").if_match(cart_core::version::Version::FIRST);
    let first = shop.execute(caller(), &cart, &add("mug", 2)).unwrap();
    same(&shop, &first, &shop.execute(caller(), &cart, &add("mug", 2)).unwrap());
}

#[test]
fn a_service_started_anew_remembers() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    let first = shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap();
    let anew = Shop::over(shop.memory, CartPolicy::shared(), |builder| builder.hot_carts(0));
    same(&anew, &first, &anew.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap());
}

#[test]
fn a_repeated_request_is_not_published_again() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap();
    shop.execute(ann_with("k"), &cart, &add("mug", 2)).unwrap();
    assert_eq!(shop.publisher.published().len(), 2);
}
