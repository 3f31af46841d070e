//! Taking a person out of what they ordered, and of what others did.

use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::checkout::{Capture, Checkout, CheckoutStep, EndReason, Handoff, Initiation, InitiationType};
use cart_core::command::{BeginCheckout, Command};
use cart_core::event::CartEvent;
use cart_core::id::{CartId, PaymentRef};
use cart_core::money::{Currency, Money};
use cart_core::port::CartStore as _;
use cart_core::selection::Selection;
use cart_core::service::Target;
use cart_core::testing::block_on;
use cart_core::testing::samples::{Write, address_id, note, unit};
use serde_json::{Value, json};

use super::{actor, added, ask, cart_of, erase, firm, full_cart, id, is_nowhere, kept, share, word, words};
use crate::shop::Shop;

fn begin(shop: &Shop, person: &str, cart: &Target) -> Arc<Checkout> {
    // The bill goes where the delivery goes.
    let billing_address = shop.stored(id(cart)).selections().address.clone();
    let order = BeginCheckout { billing_address, ..BeginCheckout::whole(Handoff::Host) };
    ask(shop, person, cart, Command::BeginCheckout(order));
    Arc::clone(shop.stored(id(cart)).current_checkout().unwrap())
}

/// The checkout as it began, in what is kept.
fn begun(shop: &Shop, cart: CartId) -> Arc<Checkout> {
    let begun = |event: &CartEvent| {
        if let CartEvent::CheckoutBegun { checkout } = event { Some(Arc::clone(checkout)) } else { None }
    };
    shop.entries(cart).iter().flat_map(|entry| &entry.events).find_map(begun).unwrap()
}

fn initiation(person: &str) -> Initiation {
    let Value::Object(payload) = json!({ "url": word(person, 90) }) else { unreachable!("an object") };
    Initiation { kind: InitiationType::Redirect, payload }
}

/// The system takes note of steps.
fn advance(shop: &Shop, checkout: &Checkout, steps: impl IntoIterator<Item = CheckoutStep>) {
    let cart = shop.stored(checkout.draft.cart);
    let of = |step| CartEvent::CheckoutAdvanced { checkout: checkout.id, step: Arc::new(step) };
    let events: Vec<CartEvent> = steps.into_iter().map(of).collect();
    block_on(shop.memory.commit(unit([Write::new(events).by(&Actor::System).change(&cart)]))).unwrap();
}

/// Bob's cart, in which he and Ann have written, and which goes to where he lives.
fn bobs_cart(shop: &Shop) -> Target {
    let cart = cart_of(shop, "bob");
    share(shop, &cart, "bob", "ann");
    ask(shop, "bob", &cart, added("mug", "bob", 1));
    ask(shop, "ann", &cart, added("cup", "ann", 2));
    ask(shop, "bob", &cart, Command::SetMetadata { metadata: words("bob", 3) });
    ask(shop, "ann", &cart, Command::SetNote { note: Some(note(&word("ann", 4))) });
    let home = Selection::Address(address_id(&word("bob", 0)));
    ask(shop, "bob", &cart, Command::Select { selection: home });
    cart
}

#[test]
fn of_what_a_person_ordered_products_and_amounts_stay() {
    let shop = firm();
    let (cart, _) = full_cart(&shop);
    let before = begin(&shop, "ann", &cart);
    advance(&shop, &before, [CheckoutStep::PaymentPending { initiation: initiation("ann") }]);
    erase(&shop, "ann");
    is_nowhere(&shop, "ann");
    let (before, after) = (&before.draft, &begun(&shop, id(&cart)).draft);
    assert!(before.billing_address.is_some() && after.billing_address.is_none());
    assert_eq!((after.lines.len(), after.totals), (2, before.totals));
    for (before, after) in before.lines.iter().zip(&after.lines) {
        assert_eq!(
            (&after.product, after.quantity, after.amounts),
            (&before.product, before.quantity, before.amounts)
        );
        assert!(after.note.is_none() && after.metadata.is_empty(), "also what others wrote into it");
    }
    assert_eq!((&after.note, &after.selections.address, after.metadata.is_empty()), (&None, &None, true));
    let stored = shop.stored(id(&cart));
    let kept = &stored.current_checkout().unwrap().draft;
    assert_eq!(kept.owner, *stored.owner());
}

#[test]
fn of_what_others_ordered_only_what_the_person_wrote_goes() {
    for who in ["bob", "ann"] {
        let shop = firm();
        let cart = bobs_cart(&shop);
        let before = begin(&shop, who, &cart);
        assert_eq!(before.draft.note, Some(note(&word("ann", 4))));
        erase(&shop, "ann");
        is_nowhere(&shop, "ann");
        let after = begun(&shop, id(&cart));
        assert_eq!(after.by == actor("bob").to_ref(), who == "bob");
        let draft = &after.draft;
        assert_eq!(draft.note, None);
        assert_eq!(draft.metadata, words("bob", 3));
        assert_eq!(draft.selections.address, Some(address_id(&word("bob", 0))));
        assert_eq!(draft.billing_address, draft.selections.address);
        assert_eq!(Some(&draft.owner), actor("bob").owner().as_ref());
        let (bobs, anns) = (&draft.lines[0], &draft.lines[1]);
        assert_eq!((&bobs.note, &bobs.metadata), (&Some(note(&word("bob", 1))), &words("bob", 1)));
        assert!(anns.note.is_none() && anns.metadata.is_empty());
    }
}

#[test]
fn what_a_payment_is_made_with_goes_with_whoever_began_or_whose_it_is() {
    for (who, erased, goes) in
        [("ann", "ann", true), ("ann", "bob", true), ("bob", "bob", true), ("bob", "ann", false)]
    {
        let shop = firm();
        let cart = bobs_cart(&shop);
        let checkout = begin(&shop, who, &cart);
        advance(&shop, &checkout, [CheckoutStep::PaymentPending { initiation: initiation("payer") }]);
        assert!(kept(&shop).contains("canary-payer"));
        erase(&shop, erased);
        is_nowhere(&shop, erased);
        assert_eq!(!kept(&shop).contains("canary-payer"), goes, "{erased} of {who}'s checkout");
    }
}

#[test]
fn a_checkout_that_was_paid_for_after_its_end_names_nobody_either() {
    let shop = firm();
    let cart = bobs_cart(&shop);
    let checkout = begin(&shop, "ann", &cart);
    ask(&shop, "ann", &cart, Command::CancelCheckout { checkout: checkout.id });
    let mut paid = Checkout::clone(&checkout);
    let payment = PaymentRef::new("p").unwrap();
    paid.progress.ended = Some(EndReason::Cancelled);
    paid.apply(&CheckoutStep::PaymentCaptured {
        capture: Capture { payment, amount: Money::new(1, Currency::EUR) },
    });
    let unsettled = CartEvent::CheckoutUnsettled { checkout: Arc::new(paid) };
    let write = Write::new([unsettled]).by(&Actor::System);
    block_on(shop.memory.commit(unit([write.change(&shop.stored(id(&cart)))]))).unwrap();
    erase(&shop, "ann");
    is_nowhere(&shop, "ann");
    let draft = &shop.stored(id(&cart)).checkouts()[0].draft.clone();
    assert_eq!((draft.note.as_ref(), &draft.metadata), (None, &words("bob", 3)));
    assert_ne!(shop.stored(id(&cart)).checkouts()[0].by, actor("ann").to_ref());
}
