//! How much a command asks of store and catalog: the same for every size of cart.

use std::collections::BTreeMap;
use std::sync::Arc;

use cart_core::command::{BatchMode, Command, DuplicateCart, LineEdit};
use cart_core::money::Currency;
use cart_core::policy::CartPolicy;
use cart_core::promotion::{Effect, Promotion, UseLimit};
use cart_core::selection::SelectionKind;
use cart_core::service::Target;
use cart_core::testing::samples::{coupon, note, product, promotion_id, quantity};
use cart_core::testing::{StoreCall, block_on};

use crate::host::Host;
use crate::shop::{Shop, add, ann, ann_with, current, rename};

type Calls = (BTreeMap<StoreCall, usize>, usize);

/// What one action asks of store and catalog, how often.
fn calls(shop: &Shop, action: impl FnOnce()) -> Calls {
    shop.counting.forget_calls();
    shop.catalog.forget_calls();
    action();
    (shop.counting.calls(), shop.catalog.calls().len())
}

fn commands(line: cart_core::id::LineId) -> Vec<Command> {
    let by = quantity(1);
    vec![
        add("mug", 1),
        add("mug", 1),
        Command::Edit(LineEdit::SetQuantity { line, quantity: quantity(5) }),
        Command::Edit(LineEdit::Increase { line, by }),
        Command::Edit(LineEdit::Decrease { line, by }),
        Command::Edit(LineEdit::SetNote { line, note: Some(note("n")) }),
        Command::EditLines { edits: add("cup", 1).edits().to_vec(), mode: BatchMode::PerLine },
        Command::SetNote { note: Some(note("n")) },
        rename("n"),
        Command::Unselect { selection: SelectionKind::Address },
        Command::AcknowledgePrices,
        Command::ChangeCurrency { currency: Currency::EUR },
        Command::RemoveCoupon { code: coupon("NONE") },
        Command::Edit(LineEdit::Remove { line }),
        Command::Clear,
    ]
}

fn calls_of_commands(lines: usize, hot_carts: usize) -> Vec<Calls> {
    let memory = Arc::default();
    let mut policy = CartPolicy::shared();
    policy.limits.lines = 1000;
    let shop = Shop::over(memory, policy, |builder| builder.hot_carts(hot_carts));
    let id = shop.cart_with_lines(lines);
    let line = shop.stored(id).lines()[0].id;
    commands(line)
        .iter()
        .map(|command| calls(&shop, || drop(shop.execute(ann(), &Target::Cart(id), command).unwrap())))
        .collect()
}

#[test]
fn a_command_asks_the_catalog_once_and_the_store_as_often_for_500_lines_as_for_one() {
    for hot_carts in [0, 100] {
        let (small, large) = (calls_of_commands(1, hot_carts), calls_of_commands(500, hot_carts));
        assert_eq!(small, large);
        assert!(large.iter().all(|(_, catalog)| *catalog == 1), "{large:?}");
    }
}

#[test]
fn a_command_on_a_hot_cart_is_one_round_trip() {
    let only_commit = BTreeMap::from([(StoreCall::Commit, 1)]);
    for (command, (store, _)) in calls_of_commands(3, 100).into_iter().enumerate() {
        // What is so already has nothing to commit.
        let is_so = (9..=12).contains(&command);
        assert!(store == only_commit || (store.is_empty() && is_so), "command {command}: {store:?}");
    }
}

#[test]
fn a_look_at_a_hot_cart_asks_the_store_nothing() {
    let shop = Shop::new(CartPolicy::shared());
    let id = shop.cart_with_lines(500);
    let (store, catalog) = calls(&shop, || drop(shop.read(&ann(), &Target::Cart(id)).unwrap()));
    assert_eq!((store.len(), catalog), (0, 1));
}

#[test]
fn a_look_where_others_write_loads_the_cart_once() {
    let shop = Shop::shared(Arc::default(), CartPolicy::shared());
    let id = shop.cart_with_lines(2);
    let (store, catalog) = calls(&shop, || drop(shop.read(&ann(), &Target::Cart(id)).unwrap()));
    assert_eq!((store, catalog), (BTreeMap::from([(StoreCall::Load, 1)]), 1));
}

#[test]
fn the_age_of_a_cart_does_not_matter() {
    let shop = Shop::new(CartPolicy::storefront());
    let first = calls(&shop, || drop(shop.execute(ann(), &current(), &add("mug", 1)).unwrap()));
    let young = calls(&shop, || drop(shop.execute(ann(), &current(), &add("mug", 1)).unwrap()));
    (0..200).for_each(|_| drop(shop.execute(ann(), &current(), &add("mug", 1)).unwrap()));
    let old = calls(&shop, || drop(shop.execute(ann(), &current(), &add("mug", 1)).unwrap()));
    assert_eq!(young, old);
    assert_eq!((young.1, first.1), (1, 1));
}

#[test]
fn copies_and_merges_ask_the_catalog_once() {
    let shop = Shop::new(CartPolicy { guests: CartPolicy::telecom().guests, ..CartPolicy::shared() });
    let source = shop.cart_with_lines(50);
    let copy = DuplicateCart { source, name: None };
    let (_, catalog) = calls(&shop, || drop(block_on(shop.service.duplicate(&ann().into(), &copy)).unwrap()));
    assert_eq!(catalog, 1);
    let token = shop.service.new_guest();
    let guests = shop.create(cart_core::actor::Actor::Guest(token.clone())).unwrap().view.cart.id();
    let merge = cart_core::command::MergeCarts {
        from: Some(guests),
        into: Some(source),
        strategy: cart_core::merge::MergeStrategy::Sum,
    };
    let (_, catalog) = calls(&shop, || {
        drop(block_on(shop.service.merge(&ann().into(), &token, &crate::shop::shop(), &merge)).unwrap());
    });
    assert_eq!(catalog, 1);
}

#[test]
fn a_request_key_costs_no_call_the_first_time() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    let plain = calls(&shop, || drop(shop.execute(ann(), &cart, &add("mug", 1)).unwrap()));
    let keyed = calls(&shop, || drop(shop.execute(ann_with("k"), &cart, &add("mug", 1)).unwrap()));
    assert_eq!(plain, keyed);
}

/// Promotions, fees, taxes and uses: what each command asks the store, the catalog and the host.
fn calls_with_terms(lines: usize) -> Vec<(Calls, usize)> {
    let host = Arc::new(Host::default());
    for (id, total) in [("one", Some(9)), ("other", Some(9)), ("free", None)] {
        let effect = Effect::Gift { product: product("cup"), quantity: quantity(1) };
        let limit = UseLimit { total, per_customer: None };
        host.promotions.put(Promotion { limit, ..Promotion::new(promotion_id(id), id, effect) });
    }
    let mut policy = CartPolicy::company();
    policy.limits.lines = 1000;
    let shop = Shop::over(Arc::default(), policy, |builder| host.serve(builder));
    let id = shop.cart_with_lines(lines);
    let line = shop.stored(id).lines()[0].id;
    let ask = |command: &Command| {
        host.asked();
        let calls = calls(&shop, || drop(shop.execute(ann(), &Target::Cart(id), command).unwrap()));
        (calls, host.asked().len())
    };
    commands(line).iter().map(ask).collect()
}

#[test]
fn terms_cost_one_call_of_each_port_whatever_the_size_of_the_cart() {
    let (small, large) = (calls_with_terms(2), calls_with_terms(500));
    assert_eq!(small, large);
    for (command, ((store, catalog), host)) in large.into_iter().enumerate() {
        assert_eq!((store.get(&StoreCall::Uses), catalog), (Some(&1), 1), "command {command}");
        assert!(store.values().all(|calls| *calls == 1) && store.len() <= 2, "command {command}: {store:?}");
        // Customer, promotions, fees, taxes; an empty cart has nothing to tax.
        assert!(host == 4 || (host == 3 && command == 14), "command {command}: {host}");
    }
}
