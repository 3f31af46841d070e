//! Beginning a checkout.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Decision, after, choices, coupons, decide, price};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::checkout::{
    Checkout, Frozen, Handoff, Obstacle, OrderDraft, PaymentState, Progress, StockClaim, StockCounting,
    StockState, StockUnits,
};
use crate::command::{BeginCheckout, BuyNow, Command, LineEdit};
use crate::coupon::CouponCode;
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::fit::needs_delivery;
use crate::id::{AddressId, CheckoutId, LineId, StockItemId};
use crate::permission::Permission;
use crate::policy::CouponMisfit;
use crate::pricing::PricedCart;
use crate::product::Stock;
use crate::rejection::Rejection;
use crate::selection::SelectionKind;

/// What is to be ordered of a cart, before it is priced: the chosen lines, with the code that is given with them.
#[derive(Clone, Debug)]
pub struct Ordering {
    /// The cart with only the lines that are ordered.
    pub cart: Cart,
    whole: bool,
    billing_address: Option<AddressId>,
    /// What happens to the cart before.
    before: Decision,
}

/// What is to be ordered of a cart.
///
/// # Errors
/// [`Rejection::NotOrderable`] for an empty cart, [`Rejection::LineNotFound`], [`Rejection::BillingAddressNotFound`], and
/// those of making choices and of adding a coupon.
pub fn ordering(cart: Editing<'_>, order: &BeginCheckout, facts: &Facts) -> Result<Ordering, Rejection> {
    if order.lines.is_none() && cart.cart().lines().is_empty() {
        // Choices and codes have nothing to fit.
        return Err(Rejection::NotOrderable { obstacles: vec![Obstacle::Empty] });
    }
    let before = before(cart, order, facts)?;
    let mut subject = after(cart.cart(), &before.events);
    let whole = match &order.lines {
        None => true,
        Some(chosen) => {
            chosen.iter().try_for_each(|line| cart.line(*line).map(drop))?;
            subject.keep_only(chosen);
            subject.lines().len() == cart.cart().lines().len()
        }
    };
    Ok(Ordering { cart: subject, whole, billing_address: order.billing_address.clone(), before })
}

/// What happens to a cart before it is ordered.
fn before(cart: Editing<'_>, order: &BeginCheckout, facts: &Facts) -> Result<Decision, Rejection> {
    if order.billing_address.is_some() && facts.choices.billing_address.is_none() {
        return Err(Rejection::BillingAddressNotFound);
    }
    let mut all = Decision { events: unwanted_codes(cart.cart(), order), ..Decision::default() };
    for selection in &order.selections {
        let draft = after(cart.cart(), &all.events);
        all.events.extend(choices::select(cart.of(&draft), selection, facts)?);
    }
    if let Some(code) = &order.code {
        let draft = after(cart.cart(), &all.events);
        take(&mut all, coupons::add(cart.of(&draft), code, facts)?);
    }
    Ok(all)
}

fn unwanted_codes(cart: &Cart, order: &BeginCheckout) -> Vec<CartEvent> {
    let is_unwanted = |code: &&CouponCode| order.only_code && order.code.as_ref() != Some(*code);
    let unwanted = cart.coupons().iter().filter(is_unwanted);
    unwanted.map(|code| CartEvent::CouponRemoved { code: code.clone() }).collect()
}

/// Begins a checkout of what is to be ordered.
pub(super) fn begin(
    cart: Editing<'_>,
    actor: &Actor,
    order: &BeginCheckout,
    one_off: bool,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    let ordering = ordering(cart, order, facts)?;
    let priced = price(&ordering.cart, facts)?;
    let obstacles = obstacles(&ordering.cart, &priced, facts);
    if !obstacles.is_empty() {
        return Err(Rejection::NotOrderable { obstacles });
    }
    let actual = priced.totals.total;
    match order.expected_total {
        Some(expected) if expected != actual => return Err(Rejection::TotalChanged { expected, actual }),
        Some(_) | None => {}
    }
    let checkout = checkout(&ordering, actor, priced, order.handoff, one_off, facts);
    let mut decision = ordering.before;
    decision.events.extend(super::handoff::begun(cart.cart(), checkout, facts));
    Ok(decision)
}

/// Puts one product into a cart that was made for it, and begins to order that.
///
/// # Errors
/// Those of adding a line, of making choices and of beginning a checkout.
pub fn buy_now(cart: &Cart, actor: &Actor, purchase: &BuyNow, facts: &Facts) -> Result<Decision, Rejection> {
    let (filled, mut all) = filled(cart, actor, purchase, facts)?;
    let editing = filled.edit_as(actor, Permission::CheckOut, facts)?;
    let begun = begin(editing, actor, &purchase.whole_order(), true, facts)?;
    take(&mut all, begun);
    Ok(all)
}

/// What [`buy_now`] is about to order.
///
/// # Errors
/// Those of adding a line, of making choices and of adding a coupon.
pub fn purchase(cart: &Cart, actor: &Actor, purchase: &BuyNow, facts: &Facts) -> Result<Ordering, Rejection> {
    let (filled, _) = filled(cart, actor, purchase, facts)?;
    ordering(filled.edit_as(actor, Permission::CheckOut, facts)?, &purchase.whole_order(), facts)
}

/// A cart with what is to be bought, and how it came to that.
fn filled(
    cart: &Cart,
    actor: &Actor,
    purchase: &BuyNow,
    facts: &Facts,
) -> Result<(Cart, Decision), Rejection> {
    let (mut draft, mut all) = (cart.clone(), Decision::default());
    let add = Command::Edit(LineEdit::Add(purchase.add.clone()));
    let selections = purchase.selections.iter();
    let select = selections.map(|selection| Command::Select { selection: selection.clone() });
    for command in std::iter::once(add).chain(select) {
        let decision = decide(&draft, actor, &command, facts)?;
        decision.events.iter().for_each(|event| draft.apply_event(event));
        take(&mut all, decision);
    }
    Ok((draft, all))
}

fn take(all: &mut Decision, decision: Decision) {
    all.events.extend(decision.events);
    all.reply.notices.extend(decision.reply.notices);
}

impl BuyNow {
    fn whole_order(&self) -> BeginCheckout {
        BeginCheckout { lines: None, ..self.order.clone() }
    }
}

/// The record of a checkout that begins.
pub(super) fn checkout(
    ordering: &Ordering,
    actor: &Actor,
    priced: PricedCart,
    handoff: Handoff,
    one_off: bool,
    facts: &Facts,
) -> Checkout {
    let times = facts.policy.checkout;
    let deadline = facts.now + times.time;
    let uses = priced.uses(facts);
    let items = stock_items(&ordering.cart, &priced, facts);
    let id = facts.fresh(CheckoutId::from_uuid, |id| ordering.cart.checkout(*id).is_some());
    let due = priced.totals.total.minor() > 0;
    let payment = match handoff {
        Handoff::Service if facts.parties.payments && due => PaymentState::Due,
        Handoff::Service | Handoff::Host => PaymentState::NotNeeded,
    };
    let until = deadline + times.grace;
    let stock = match facts.parties.stock {
        _ if items.is_empty() => StockState::NotNeeded,
        StockCounting::Nobody => StockState::NotNeeded,
        StockCounting::Store => StockState::Held { until },
        StockCounting::Inventory => StockState::Due,
    };
    let billing_address = ordering.billing_address.clone();
    let frozen =
        Frozen { checkout: id, at: facts.now, deadline, whole: ordering.whole, one_off, billing_address };
    Checkout {
        id,
        by: actor.to_ref(),
        handoff,
        deadline,
        draft: Arc::new(OrderDraft::freeze(&ordering.cart, priced, frozen)),
        uses,
        stock: StockClaim { counted_by: facts.parties.stock, items, until, max_held: times.max_held },
        progress: Progress::begin(stock, payment, deadline),
    }
}

/// All that keeps a cart from being ordered.
pub(super) fn obstacles(cart: &Cart, priced: &PricedCart, facts: &Facts) -> Vec<Obstacle> {
    if cart.lines().is_empty() {
        return vec![Obstacle::Empty];
    }
    let counts = |obstacle: &Obstacle| match obstacle {
        Obstacle::PriceChanged { .. } => facts.policy.checkout.prices_acknowledged,
        Obstacle::CouponNotApplicable { .. } => facts.policy.pricing.coupons.misfit == CouponMisfit::Removed,
        Obstacle::Empty
        | Obstacle::ProductWithdrawn { .. }
        | Obstacle::ProductUnavailable { .. }
        | Obstacle::InsufficientStock { .. }
        | Obstacle::QuantityNotSold { .. }
        | Obstacle::IncompatibleItems { .. }
        | Obstacle::AmountOverflow { .. }
        | Obstacle::SelectionMissing { .. }
        | Obstacle::SelectionMisfit { .. }
        | Obstacle::TaxUnknown { .. } => true,
    };
    let mut found: Vec<Obstacle> = priced.notices.iter().filter_map(Obstacle::of).filter(counts).collect();
    found.extend(unsold_quantities(cart, facts));
    found.extend(missing_selections(cart, facts));
    found
}

fn unsold_quantities<'a>(cart: &'a Cart, facts: &'a Facts) -> impl Iterator<Item = Obstacle> + 'a {
    facts.products.of_lines(cart.lines()).filter_map(|(line, product)| {
        let rule = product?.quantity_rule;
        let (units, max) = (line.quantity.get(), rule.max().min(facts.policy.limits.quantity));
        let is_sold =
            (rule.min().get()..=max.get()).contains(&units) && units.is_multiple_of(rule.step().get());
        let (line, min, step) = (line.id, rule.min(), rule.step());
        (!is_sold).then_some(Obstacle::QuantityNotSold { line, min, max, step })
    })
}

fn missing_selections(cart: &Cart, facts: &Facts) -> impl Iterator<Item = Obstacle> {
    let (required, chosen) = (facts.policy.checkout.required, cart.selections());
    let delivery = required.delivery && needs_delivery(cart, facts);
    [
        (delivery && chosen.address.is_none(), SelectionKind::Address),
        (delivery && chosen.shipping_method.is_none(), SelectionKind::ShippingMethod),
        (required.payment_method && chosen.payment_method.is_none(), SelectionKind::PaymentMethod),
    ]
    .into_iter()
    .filter(|(is_missing, _)| *is_missing)
    .map(|(_, selection)| Obstacle::SelectionMissing { selection })
}

/// The counted stock that an order takes, gifts included, by rising item.
fn stock_items(cart: &Cart, priced: &PricedCart, facts: &Facts) -> Vec<StockUnits> {
    if facts.parties.stock == StockCounting::Nobody {
        return Vec::new();
    }
    let lines = facts.products.of_lines(cart.lines()).map(|(line, product)| (product, line.quantity));
    let gifts = priced.gifts.iter().map(|gift| (facts.products.product(&gift.product), gift.quantity));
    let mut units: BTreeMap<&StockItemId, u32> = BTreeMap::new();
    for (product, quantity) in lines.chain(gifts) {
        if let Some(Stock::Limited { item, .. }) = product.map(|product| &product.stock) {
            let sum = units.entry(item).or_default();
            *sum = sum.saturating_add(quantity.get());
        }
    }
    units.into_iter().map(|(item, units)| StockUnits { item: item.clone(), units }).collect()
}

impl Cart {
    /// Forgets all lines but some.
    fn keep_only(&mut self, lines: &[LineId]) {
        self.retain_lines(|line| lines.contains(&line.id));
    }
}
