//! Undoing the last change, by the rules of today.

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::command::{BatchMode, Command, LineEdit};
use cart_core::event::{CartEvent, ClearScope};
use cart_core::facts::Undoing;
use cart_core::permission::{Permission, Permissions};
use cart_core::policy::{OverAsking, PriceBasis};
use cart_core::product::PriceTier;
use cart_core::rejection::Rejection;
use cart_core::selection::{Address, Misfit, Selection, SelectionKind};
use cart_core::sharing::{PermissionGroup, PermissionGroupId, Proposal};
use cart_core::testing::samples::{
    address_id, coupon, line_id, name, note, prices, product, promotion_id, quantity, suggestion_id, user_for,
};
use cart_core::testing::{As, Ask, GivenCart, Happened, Scenario, ann, cart, given};

use crate::support::{removing, sleeping, tenth_off};

/// What a write did, to be undone: the cart before it, and after it.
fn done(given: Scenario, ask: Ask) -> Scenario {
    let before = Arc::new(given.cart().clone());
    let after = given.when(ask).scenario();
    let undoing = Undoing { version: after.cart().version(), before, after: Arc::new(after.cart().clone()) };
    after.and_undoing(undoing)
}

fn undone(given: Scenario, ask: Ask) -> Happened {
    done(given, ask).when(ann().ask(Command::Undo))
}

/// All of a cart that undoing puts back: the order of the lines, versions and times apart.
fn content(cart: &Cart) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut lines: Vec<_> = cart.lines().to_vec();
    lines.sort_unstable_by_key(|line| line.id);
    let mut coupons = cart.coupons().to_vec();
    coupons.sort_unstable();
    (
        (lines, coupons, cart.refused_gifts().clone(), cart.selections().clone()),
        (cart.name().cloned(), cart.note().cloned(), cart.settings().clone(), cart.metadata().clone()),
    )
}

/// A cart with something of everything.
fn full() -> GivenCart {
    cart()
        .with_line("mug", 2)
        .with_line("cup", 1)
        .noted("hello")
        .choosing(Selection::Address(address_id("home")))
        .with_coupon("OLD")
        .refusing("free-plate")
}

fn world(cart: GivenCart) -> Scenario {
    let given = given(cart).and_policy(sleeping()).and_address(Some(Address { country: "CH".into() }));
    let clear = ClearScope { selections: true, note: true, metadata: true, coupons: true };
    given
        .and_policy_with(|policy| policy.clear = clear)
        .and_promotion(tenth_off("ten", &["NEW"]))
        .and_promotion(tenth_off("eleven", &["OLD"]))
        .and_promotion(crate::support::gift_of("free-cup", "cup"))
        .and_promotion(crate::support::gift_of("free-plate", "plate"))
}

fn edit(line: u64, edit: fn(cart_core::id::LineId) -> LineEdit) -> Ask {
    ann().ask(Command::Edit(edit(line_id(line))))
}

fn every_change() -> Vec<Ask> {
    let metadata = crate::support::metadata(serde_json::json!({"k": 1}));
    let settings = cart_core::event::Settings { locale: Some("de".to_owned().try_into().unwrap()) };
    vec![
        ann().ask(Command::Rename { name: Some(name("n")) }),
        ann().ask(Command::ChangeSettings { settings }),
        ann().ask(Command::SetNote { note: None }),
        ann().ask(Command::SetMetadata { metadata }),
        ann().add("plate", 3),
        ann().add("mug", 3),
        ann().set_quantity("mug", 1),
        ann().decrease("mug", 1),
        ann().increase("cup", 4),
        ann().note_line("mug", Some("n")),
        ann().remove("mug"),
        ann().clear(),
        ann().select(Selection::Address(address_id("office"))),
        ann().unselect(SelectionKind::Address),
        ann().add_coupon("NEW"),
        ann().remove_coupon("OLD"),
        ann().refuse_gift("free-cup"),
        ann().accept_gift("free-plate"),
        ann().edit_lines(
            BatchMode::PerLine,
            [ann().remove("mug"), ann().add("plate", 2), ann().increase("cup", 1)],
        ),
    ]
}

#[test]
fn every_change_is_put_back_and_done_again_by_undoing_that() {
    for (n, ask) in every_change().into_iter().enumerate() {
        let before = world(full()).cart().clone();
        let given = done(world(full()), ask);
        let after = given.cart().clone();
        assert_ne!(content(&before), content(&after), "change {n} does something");
        let back = done(given, ann().ask(Command::Undo));
        assert_eq!(content(back.cart()), content(&before), "change {n} is put back");
        let again = done(back, ann().ask(Command::Undo));
        assert_eq!(content(again.cart()), content(&after), "change {n} is done again");
    }
}

#[test]
fn an_undo_says_which_write_it_undoes() {
    let given = done(world(full()), ann().add("plate", 1));
    let version = given.cart().version();
    given.when(ann().ask(Command::Undo)).then_events_fit(|events| {
        matches!(events, [CartEvent::LineRemoved { .. }, CartEvent::Undone { version: of }] if *of == version)
    });
}

#[test]
fn without_a_write_or_a_difference_there_is_nothing_to_undo() {
    world(full()).when(ann().ask(Command::Undo)).then_refused_as(Rejection::NothingToUndo);
    let same = Arc::new(world(full()).cart().clone());
    let undoing = Undoing { version: same.version(), before: Arc::clone(&same), after: same };
    world(full())
        .and_undoing(undoing)
        .when(ann().ask(Command::Undo))
        .then_refused_as(Rejection::NothingToUndo);
}

#[test]
fn a_line_comes_back_as_it_was_at_the_end() {
    let noted =
        cart().with_line_of(product("mug"), 2, |line| line.note = Some(note("blue"))).with_line("cup", 1);
    let was = noted.clone().build().line(line_id(0)).unwrap().clone();
    undone(given(noted), ann().remove("mug"))
        .then_lines([("cup", 1), ("mug", 2)])
        .then_cart(|cart| *cart.line(line_id(0)).unwrap() == was);
}

#[test]
fn a_line_that_has_gone_needs_stock_a_catalog_and_room_to_come_back() {
    let removed = || done(given(cart().with_line("mug", 2).with_line("cup", 1)), ann().remove("mug"));
    let undo = || ann().ask(Command::Undo);
    removed()
        .and_stock("mug", 1)
        .when(undo())
        .then_refused(|why| matches!(why, Rejection::InsufficientStock { requested: 2, available: 1, .. }));
    removed()
        .and_unknown("mug")
        .when(undo())
        .then_refused_as(Rejection::ProductNotFound { product: product("mug") });
    removed()
        .and_policy_with(|policy| policy.limits.lines = 1)
        .when(undo())
        .then_refused_as(Rejection::TooManyLines { max: 1 });
    removed().and_stock("mug", 2).when(undo()).then_lines([("cup", 1), ("mug", 2)]);
}

#[test]
fn less_than_there_was_is_no_undo_even_where_policy_gives_less() {
    let clamping = |cart| given(cart).and_policy_with(|policy| policy.over_asking = OverAsking::Clamp);
    let short = |why: &Rejection| matches!(why, Rejection::InsufficientStock { available: 3, .. });
    let lowered = done(clamping(cart().with_line("mug", 5)), ann().set_quantity("mug", 1));
    lowered.and_stock("mug", 3).when(ann().ask(Command::Undo)).then_refused(short);
    let removed = done(clamping(cart().with_line("mug", 5)), ann().remove("mug"));
    removed.and_stock("mug", 3).when(ann().ask(Command::Undo)).then_refused(short);
}

#[test]
fn units_that_went_from_one_line_to_another_go_back() {
    let both =
        || given(cart().with_line("mug", 5).with_line("cup", 1)).and_shared_stock("clay", 6, ["mug", "cup"]);
    let moves = || {
        ann()
            .edit_lines(BatchMode::AllOrNothing, [ann().set_quantity("mug", 2), ann().set_quantity("cup", 4)])
    };
    let there = done(both(), moves());
    let back = done(there, ann().ask(Command::Undo));
    back.clone().when(ann().acknowledge_prices()).then_lines([("mug", 5), ("cup", 1)]);
    back.when(ann().ask(Command::Undo)).then_lines([("mug", 2), ("cup", 4)]);
}

#[test]
fn todays_smallest_quantity_holds_for_what_is_lowered() {
    let raised = done(given(cart().with_line("mug", 1)), ann().set_quantity("mug", 6));
    raised
        .and_product("mug", |mug| mug.quantity_rule = crate::support::rule(3, 100, 1))
        .when(ann().ask(Command::Undo))
        .then_refused_as(Rejection::BelowMinimum { min: quantity(3) });
}

#[test]
fn the_price_that_was_noted_comes_back_with_the_quantity() {
    let tiered = |given: Scenario| {
        given.and_policy_with(|policy| policy.price_basis = PriceBasis::AtAdd).and_product("mug", |mug| {
            let tier = PriceTier { from: quantity(5), prices: prices(8_00, cart_core::money::Currency::EUR) };
            mug.tiers = vec![tier].into();
        })
    };
    let raised = done(tiered(given(cart().with_line("mug", 1))), ann().set_quantity("mug", 5));
    assert_eq!(raised.cart().lines()[0].snapshot.unit().minor(), 8_00);
    raised
        .clone()
        .when(ann().ask(Command::Undo))
        .then_cart(|cart| cart.lines()[0].snapshot.unit().minor() == 10_00);
    // What the catalog asks meanwhile does not change what was noted.
    raised
        .and_prices("mug", 12_00, 12_00)
        .when(ann().ask(Command::Undo))
        .then_cart(|cart| cart.lines()[0].snapshot.unit().minor() == 10_00)
        .then_total(10_00);
}

#[test]
fn a_choice_must_still_fit_to_come_back() {
    let unselected = done(world(full()), ann().unselect(SelectionKind::Address));
    unselected.and_address(None).when(ann().ask(Command::Undo)).then_refused_as(Rejection::SelectionMisfit {
        selection: SelectionKind::Address,
        reason: Misfit::NotFound,
    });
    let selected = done(world(cart()), ann().select(Selection::Address(address_id("home"))));
    selected.and_address(None).when(ann().ask(Command::Undo)).then_cart(|cart| cart.selections().is_empty());
}

#[test]
fn a_code_comes_back_as_if_it_were_given_now() {
    let removed = || {
        given(cart().with_line("mug", 1).with_coupon("TEN"))
            .and_policy(removing())
            .and_promotion(tenth_off("ten", &["TEN"]))
    };
    let known = done(removed(), ann().remove_coupon("TEN"));
    known.when(ann().ask(Command::Undo)).then_cart(|cart| cart.coupons() == [coupon("TEN")]);
    let unknown = given(cart().with_line("mug", 1).with_coupon("TEN")).and_policy(sleeping());
    done(unknown, ann().remove_coupon("TEN"))
        .when(ann().ask(Command::Undo))
        .then_refused_as(Rejection::CouponNotFound { code: coupon("TEN") });
    let used = done(removed(), ann().remove_coupon("TEN"));
    used.and_policy_with(|policy| policy.pricing.coupons.max = 0)
        .when(ann().ask(Command::Undo))
        .then_refused_as(Rejection::NotOffered);
}

#[test]
fn a_code_that_went_with_a_line_comes_back_with_it() {
    let given = given(cart().with_line("mug", 1).with_line("cup", 1).with_coupon("TEN"))
        .and_policy(removing())
        .and_promotion(crate::support::from_subtotal(20_00, tenth_off("ten", &["TEN"])));
    let gone = done(given, ann().remove("mug"));
    assert!(gone.cart().coupons().is_empty());
    gone.when(ann().ask(Command::Undo))
        .then_lines([("cup", 1), ("mug", 1)])
        .then_cart(|cart| cart.coupons() == [coupon("TEN")]);
}

#[test]
fn whoever_undoes_needs_the_permissions_of_what_is_undone() {
    const EDITOR: PermissionGroupId = PermissionGroupId(7);
    let sees = [Permission::ViewShared, Permission::View, Permission::EditLines];
    let editor = PermissionGroup { id: EDITOR, name: "Editor".into(), permissions: Permissions::of(&sees) };
    let shared = |ask: Command| {
        let owned = full().owned_by(&user_for("ann", "acme")).shared_with("bob", EDITOR);
        let given = world(owned).and_policy_with(|policy| policy.sharing.groups = vec![editor.clone()]);
        done(given, As(user_for("ann", "acme")).ask(ask)).when(As(user_for("bob", "acme")).ask(Command::Undo))
    };
    let lacking = |permission| Rejection::Forbidden { permission };
    shared(Command::Edit(LineEdit::Remove { line: line_id(0) })).then_lines([("cup", 1), ("mug", 2)]);
    shared(Command::Unselect { selection: SelectionKind::Address })
        .then_refused_as(lacking(Permission::EditSelections));
    shared(Command::RemoveCoupon { code: coupon("OLD") }).then_refused_as(lacking(Permission::ApplyCoupons));
    shared(Command::RefuseGift { promotion: promotion_id("free-cup") })
        .then_refused_as(lacking(Permission::ApplyCoupons));
    shared(Command::Rename { name: Some(name("n")) }).then_refused_as(lacking(Permission::Manage));
    // A clear of everything takes all of it, and what may not be is refused before what cannot be.
    shared(Command::Clear).then_refused_as(lacking(Permission::EditSelections));
}

#[test]
fn an_accepted_suggestion_is_put_back_but_does_not_wait_again() {
    let waiting = cart().with_line("mug", 2).with_suggestion(
        &cart_core::testing::samples::user("ann"),
        Proposal::Replace { line: line_id(0), product: product("cup"), quantity: quantity(1) },
    );
    let accept = Command::Accept { suggestions: vec![suggestion_id(0)], mode: BatchMode::AllOrNothing };
    undone(given(waiting), ann().ask(accept))
        .then_lines([("mug", 2)])
        .then_cart(|cart| cart.suggestions().is_empty());
}

#[test]
fn a_line_of_the_undone_write_is_named_by_its_id() {
    let set = edit(0, |line| LineEdit::SetQuantity { line, quantity: quantity(9) });
    undone(given(cart().with_line("mug", 2)), set).then_events_fit(|events| {
        matches!(events, [CartEvent::QuantityChanged { line, .. }, CartEvent::Undone { .. }] if *line == line_id(0))
    });
}
