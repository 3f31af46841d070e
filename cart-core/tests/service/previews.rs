//! What would be answered, without doing it.

use cart_core::command::{Command, CreateCart, DuplicateCart};
use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, Target};
use cart_core::testing::block_on;

use crate::shop::{Shop, add, ann, ann_with, current, lines, rejection, rename};

fn preview(shop: &Shop, target: &Target, command: &Command) -> cart_core::service::Outcome {
    block_on(shop.service.preview(&ann().into(), target, command)).unwrap()
}

#[test]
fn a_preview_answers_as_the_command_would_and_writes_nothing() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    let previewed = preview(&shop, &cart, &add("mug", 2));
    assert_eq!((shop.journal().len(), shop.publisher.published().len()), (1, 1));
    assert!(previewed.entry.is_none());
    let done = shop.execute(ann(), &cart, &add("mug", 2)).unwrap();
    assert_eq!(lines(&previewed.view.cart), lines(&done.view.cart));
    assert_eq!(previewed.view.priced.totals, done.view.priced.totals);
    assert_eq!(previewed.view.cart.version(), done.view.cart.version());
}

#[test]
fn a_preview_of_a_first_add_makes_no_cart() {
    let shop = Shop::new(CartPolicy::storefront());
    let previewed = preview(&shop, &current(), &add("mug", 2));
    assert_eq!((lines(&previewed.view.cart), previewed.created), (vec![("mug", 2)], true));
    assert_eq!(shop.journal(), []);
    assert_eq!(rejection(shop.read(&ann(), &current())), Rejection::CartNotFound);
}

#[test]
fn a_preview_is_refused_for_the_same_reason() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.catalog.set_stock("mug", 1);
    let previewed = block_on(shop.service.preview(&ann().into(), &cart, &add("mug", 2)));
    assert_eq!(rejection(previewed), rejection(shop.execute(ann(), &cart, &add("mug", 2))));
}

#[test]
fn a_preview_uses_no_key_up() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    block_on(shop.service.preview(&ann_with("k"), &cart, &rename("one"))).unwrap();
    assert!(!shop.execute(ann_with("k"), &cart, &rename("two")).unwrap().replayed);
}

#[test]
fn creations_and_copies_are_previewed_too() {
    let shop = Shop::new(CartPolicy::shared());
    let source = shop.cart();
    shop.execute(ann(), &Target::Cart(source), &add("mug", 2)).unwrap();
    let caller = Caller::new(ann()).only_preview();
    assert!(
        block_on(shop.service.create(&caller, &crate::shop::shop(), &CreateCart::default())).unwrap().created
    );
    let copy = DuplicateCart { source, name: None };
    let copied = block_on(shop.service.duplicate(&caller, &copy)).unwrap();
    assert_eq!(lines(&copied.view.cart), [("mug", 2)]);
    assert_eq!(shop.journal().len(), 2);
}

#[test]
fn a_second_open_cart_is_refused_in_a_preview_too() {
    let shop = Shop::new(CartPolicy::digital());
    let open = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    let copy = DuplicateCart { source: open, name: None };
    let asked = Caller::new(ann()).only_preview();
    let refused = Rejection::CartExists { cart: open };
    assert_eq!(rejection(block_on(shop.service.duplicate(&asked, &copy))), refused);
    assert_eq!(rejection(block_on(shop.service.duplicate(&ann().into(), &copy))), refused);
}
