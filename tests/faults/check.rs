//! What must be so in the end, whatever happened.

use cart_core::cart::Cart;
use cart_core::checkout::{OrderDraft, PaymentOutcome};
use cart_core::event::CartEvent;
use cart_core::facts::Uses;
use cart_core::id::{CartId, CheckoutId, LineId};
use cart_core::journal::{Entry, Position};
use cart_core::money::{Currency, Money};
use cart_core::port::Clock;
use cart_core::status::Status;
use chrono::TimeDelta;

use crate::fault::Plan;
use crate::run::{Process, SUPPLIED, Stock, item};
use crate::script::Script;
use crate::world::OrderIs;

/// Checks everything, and says how to get there again if something is wrong.
pub fn check(process: &Process, script: Script, plan: &Plan) {
    let wrong = wrong(process, script, plan);
    if !wrong.is_empty() {
        let trace = process.shared.world().trace.join("\n  ");
        let entries = journal(process);
        let story = entries.iter().map(|entry| format!("{} v{} {:?}", entry.at, entry.version, entry.events));
        let story = story.collect::<Vec<_>>().join("\n  ");
        panic!(
            "{wrong:#?}\n{script:?}, stock counted by {:?}, {plan:?}\n  {trace}\n  {story}",
            process.stock
        );
    }
}

fn wrong(process: &Process, script: Script, plan: &Plan) -> Vec<String> {
    let mut wrong = Vec::new();
    let entries = journal(process);
    let ordered = ordered(&entries);
    if ordered.len() > 1 {
        wrong.push(format!("{} orders of one cart", ordered.len()));
    }
    let is_clean = plan.troubles.is_empty() && plan.outage.is_none();
    if is_clean && script.orders() == ordered.is_empty() {
        wrong.push("without faults the script comes to something else".to_owned());
    }
    wrong.extend(wrong_orders(process, &ordered));
    wrong.extend(wrong_money(process, &ordered));
    wrong.extend(wrong_stock(process, &entries, &ordered));
    wrong.extend(wrong_uses(process, &entries, &ordered));
    wrong.extend(wrong_lines(process, &entries, &ordered));
    wrong.extend(wrong_carts(process, &entries));
    wrong
}

fn journal(process: &Process) -> Vec<Entry> {
    let entries = process.finish(process.store.entries_after(Position::default(), usize::MAX)).unwrap();
    entries.into_iter().map(|positioned| positioned.entry).collect()
}

fn ordered(entries: &[Entry]) -> Vec<CheckoutId> {
    let events = entries.iter().flat_map(|entry| &entry.events);
    let completed = events.filter_map(|event| match event {
        CartEvent::CheckoutCompleted { checkout, .. } => Some(*checkout),
        _ => None,
    });
    completed.collect()
}

fn wrong_orders(process: &Process, ordered: &[CheckoutId]) -> Vec<String> {
    let world = process.shared.world();
    let of_carts = ordered.iter().filter(|id| world.orders.get(id) != Some(&OrderIs::Confirmed));
    let mut wrong: Vec<String> = of_carts.map(|id| format!("{id} is completed without an order")).collect();
    let alive = world.orders.iter().filter(|(_, state)| **state != OrderIs::Cancelled);
    let stray = alive.filter(|(id, _)| !ordered.contains(id));
    wrong.extend(stray.map(|(id, state)| format!("{id} is {state:?} without a completed cart")));
    wrong
}

fn wrong_money(process: &Process, ordered: &[CheckoutId]) -> Vec<String> {
    let (costs, world) = (process.checkouts(), process.shared.world());
    let zero = Money::zero(Currency::EUR);
    let mut wrong = Vec::new();
    for (id, payment) in &world.payments {
        let kept = payment.captured.unwrap_or(zero).minor() - payment.refunded.unwrap_or(zero).minor();
        let cost = costs.iter().find(|(known, _)| known == id).map_or(0, |(_, cost)| cost.minor());
        let due = if ordered.contains(id) { cost } else { 0 };
        if kept != due {
            wrong.push(format!("{kept} are kept for {id}, not {due}"));
        }
        if matches!(payment.state, Some(PaymentOutcome::Pending(_))) {
            wrong.push(format!("{id} can still be paid for"));
        }
        if payment.captures > 1 {
            wrong.push(format!("{id} was paid for {} times", payment.captures));
        }
    }
    let unpaid = ordered.iter().filter(|id| !world.payments.contains_key(id) && !world.host.contains_key(id));
    wrong.extend(unpaid.map(|id| format!("nobody paid for {id}")));
    wrong
}

fn wrong_stock(process: &Process, entries: &[Entry], ordered: &[CheckoutId]) -> Vec<String> {
    let drafts = ordered.iter().filter_map(|id| draft(entries, *id));
    let lines = drafts.flat_map(|draft| &draft.lines).filter(|line| line.stock_item.is_some());
    let sold: u32 = lines.map(|line| line.quantity.get()).sum();
    let found = match process.stock {
        Stock::Store => {
            let now = process.shared.clock.now();
            let level = process.finish(process.store.stock(&[item()], None, now)).unwrap().remove(0).unwrap();
            (level.free(), level.held, level.sold)
        }
        Stock::Inventory => {
            let world = process.shared.world();
            let units = |items: &Vec<(_, u32)>| items.iter().map(|(_, units)| units).sum::<u32>();
            let held = world.held.values().map(|(items, _)| units(items)).sum();
            (world.free(&item()), held, world.sold.values().map(units).sum())
        }
    };
    let expected = (SUPPLIED - sold, 0, sold);
    if found == expected {
        vec![]
    } else {
        vec![format!("free, held and sold units are {found:?}, not {expected:?}")]
    }
}

/// What a checkout orders.
fn draft(entries: &[Entry], id: CheckoutId) -> Option<&OrderDraft> {
    entries.iter().flat_map(|entry| &entry.events).find_map(|event| match event {
        CartEvent::CheckoutBegun { checkout } if checkout.id == id => Some(&*checkout.draft),
        _ => None,
    })
}

/// Every line that was ever added is in its cart still, or in an order.
fn wrong_lines(process: &Process, entries: &[Entry], ordered: &[CheckoutId]) -> Vec<String> {
    let added = entries.iter().flat_map(|entry| {
        entry.events.iter().filter_map(|event| match event {
            CartEvent::LineAdded { line } => Some((entry.cart, line.id)),
            _ => None,
        })
    });
    let is_ordered = |line: LineId| {
        let mut drafts = ordered.iter().filter_map(|id| draft(entries, *id));
        drafts.any(|draft| draft.lines.iter().any(|ordered| ordered.line == line))
    };
    let is_lost = |(cart, line): &(CartId, LineId)| {
        let stored = process.finish(process.store.load(*cart)).unwrap().unwrap();
        let is_there = stored.line(*line).is_some();
        let is_over = matches!(stored.status(), Status::Completed { .. });
        if is_ordered(*line) { is_there && !is_over } else { !is_there || is_over }
    };
    added
        .filter(is_lost)
        .map(|(cart, line)| format!("line {line} of {cart} is lost, or ordered and there"))
        .collect()
}

fn wrong_uses(process: &Process, entries: &[Entry], ordered: &[CheckoutId]) -> Vec<String> {
    let used = |event: &CartEvent| match event {
        CartEvent::CheckoutBegun { checkout } => ordered.contains(&checkout.id) && !checkout.uses.is_empty(),
        _ => false,
    };
    let expected = entries.iter().flat_map(|entry| &entry.events).filter(|event| used(event)).count();
    let once = ["once".parse().unwrap()];
    let uses = process.finish(process.store.uses(&once, None, None)).unwrap();
    let found = uses.first().copied().unwrap_or(Uses::default()).total;
    if usize::try_from(found).unwrap() == expected {
        vec![]
    } else {
        vec![format!("the code was used {found} times, not {expected}")]
    }
}

fn wrong_carts(process: &Process, entries: &[Entry]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut ids: Vec<_> = entries.iter().map(|entry| entry.cart).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let stored = process.finish(process.store.load(id)).unwrap().unwrap();
        let replayed = Cart::replay(entries.iter().filter(|entry| entry.cart == id)).unwrap().unwrap();
        if *stored != replayed {
            wrong.push(format!("the journal of {id} does not make the stored cart"));
        }
        if matches!(stored.status(), Status::Checkout { .. }) {
            wrong.push(format!("{id} is still in checkout"));
        }
        let open = stored.checkouts().iter().filter(|checkout| !checkout.progress.completed);
        wrong.extend(open.map(|checkout| format!("{} is not undone: {:?}", checkout.id, checkout.progress)));
    }
    let never = process.shared.clock.now() + TimeDelta::days(1000);
    let due = process.finish(process.store.checkouts_due(never, 100)).unwrap();
    if !due.is_empty() {
        wrong.push(format!("{due:?} are still due"));
    }
    wrong
}
