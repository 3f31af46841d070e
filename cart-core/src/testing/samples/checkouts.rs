//! Checkouts, and what happens to them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{at, cart_id, channel, checkout_id, line, owner, stock_item, user};
use crate::checkout::{
    Checkout, CheckoutStep, DraftLine, EndReason, Handoff, OrderDraft, PaymentState, PlacedOrder, Progress,
    Reason, StockClaim, StockCounting, StockState, StockUnits,
};
use crate::event::CartEvent;
use crate::id::{OrderRef, PaymentMethodId};
use crate::metadata::Metadata;
use crate::money::{Currency, Money};
use crate::pricing::{Derivation, LineAmounts, Totals};
use crate::promotion::PromotionUse;
use crate::selection::Selections;
use crate::version::Version;

/// The `n`th checkout at its begin: of the host's, of nothing, with a deadline.
pub fn checkout(n: u64, deadline: DateTime<Utc>) -> Checkout {
    let (id, stock) = (checkout_id(n), StockState::NotNeeded);
    let claim =
        StockClaim { counted_by: StockCounting::Nobody, items: vec![], until: deadline, max_held: None };
    let draft = OrderDraft {
        checkout: id,
        cart: cart_id(1),
        version: Version::FIRST,
        channel: channel("shop"),
        owner: owner("ann"),
        currency: Currency::EUR,
        at: at(0),
        deadline,
        whole: true,
        one_off: false,
        lines: vec![],
        selections: Selections::default(),
        billing_address: None,
        shipping: None,
        payment: None,
        fees: vec![],
        taxes: vec![],
        promotions: vec![],
        coupons: vec![],
        gifts: vec![],
        totals: Totals::zero(Currency::EUR),
        derivation: Derivation::default(),
        locale: None,
        note: None,
        metadata: Metadata::default(),
    };
    Checkout {
        id,
        by: user("ann").to_ref(),
        handoff: Handoff::Host,
        deadline,
        draft: Arc::new(draft),
        uses: vec![],
        stock: claim,
        progress: Progress::begin(stock, PaymentState::NotNeeded, deadline),
    }
}

/// What the `n`th checkout orders: one unit of the product `product-1` at 10.00 euro, paid by the method `card`.
#[expect(clippy::expect_used, reason = "the names are well-formed")]
pub fn order_draft(n: u64) -> OrderDraft {
    let price = Money::new(1_000, Currency::EUR);
    let zero = Money::zero(Currency::EUR);
    let ordered = line(1, 1);
    let line = DraftLine {
        line: ordered.id,
        product: ordered.key.product,
        name: "Product 1".into(),
        kind: "physical".into(),
        quantity: ordered.quantity,
        prices: ordered.snapshot,
        amounts: LineAmounts { subtotal: price, discount: zero, total: price, tax: zero },
        stock_item: None,
        note: None,
        metadata: Metadata::default(),
    };
    let method = PaymentMethodId::new("card").expect("a method id");
    OrderDraft {
        lines: vec![line],
        selections: Selections { payment_method: Some(method), ..Selections::default() },
        totals: Totals { subtotal: price, total: price, ..Totals::zero(Currency::EUR) },
        ..OrderDraft::clone(&checkout(n, at(900)).draft)
    }
}

/// The begin of the `n`th checkout, with uses of promotions.
pub fn checkout_begun(n: u64, deadline: DateTime<Utc>, uses: impl Into<Vec<PromotionUse>>) -> CartEvent {
    let checkout = Checkout { uses: uses.into(), ..checkout(n, deadline) };
    CartEvent::CheckoutBegun { checkout: Arc::new(checkout) }
}

/// The end of the `n`th checkout without an order.
pub const fn checkout_cancelled(n: u64) -> CartEvent {
    CartEvent::CheckoutCancelled { checkout: checkout_id(n), reason: EndReason::Cancelled }
}

/// The `n`th checkout became an order.
pub fn checkout_completed(n: u64, order: &str) -> CartEvent {
    let (checkout, order) = (checkout_id(n), placed_order(order).order);
    CartEvent::CheckoutCompleted { checkout, order, remains: false }
}

/// Some lines of the cart of the `n`th checkout became an order; the others stay in it.
pub fn checkout_completed_in_part(n: u64, order: &str) -> CartEvent {
    let (checkout, order) = (checkout_id(n), placed_order(order).order);
    CartEvent::CheckoutCompleted { checkout, order, remains: true }
}

/// Something that happens to the `n`th checkout.
pub fn checkout_advanced(n: u64, step: CheckoutStep) -> CartEvent {
    CartEvent::CheckoutAdvanced { checkout: checkout_id(n), step: Arc::new(step) }
}

/// Units of stock items, in the order given.
pub fn stock_units(items: &[(&str, u32)]) -> Vec<StockUnits> {
    items.iter().map(|(item, units)| StockUnits { item: stock_item(item), units: *units }).collect()
}

/// The `n`th checkout at its begin, with stock that the store holds for it until its deadline.
pub fn stocked_checkout(n: u64, deadline: DateTime<Utc>, items: &[(&str, u32)]) -> Checkout {
    let stock = StockClaim {
        counted_by: StockCounting::Store,
        items: stock_units(items),
        until: deadline,
        max_held: None,
    };
    let progress = Progress::begin(StockState::Held { until: deadline }, PaymentState::NotNeeded, deadline);
    Checkout { stock, progress, ..checkout(n, deadline) }
}

/// What the store holds for the `n`th checkout, or else what is free, becomes the order's.
pub fn stock_claimed(n: u64, items: &[(&str, u32)]) -> CartEvent {
    let (counted_by, items) = (StockCounting::Store, stock_units(items));
    checkout_advanced(n, CheckoutStep::StockClaimed { counted_by, items })
}

/// An order of which nothing else is known.
#[expect(clippy::expect_used, reason = "tests name orders as they should")]
pub fn placed_order(order: &str) -> PlacedOrder {
    PlacedOrder::new(OrderRef::new(order).expect("an order"))
}

/// Why somebody outside refused something.
#[expect(clippy::expect_used, reason = "a test that gives no valid reason is wrong")]
pub fn reason(text: &str) -> Reason {
    Reason::new(text).expect("a reason")
}
