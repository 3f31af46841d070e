//! The life of a cart of which orders are made, or not, in every way.

use std::sync::Arc;

use serde_json::{Value, json};

use super::life::{Life, metadata};
use crate::checkout::{
    Capture, Checkout, CheckoutStep, DraftLine, EndReason, Handoff, Initiation, InitiationType, OrderDraft,
    PaymentState, PlacedOrder, Progress, StockClaim, StockCounting, StockState, Task,
};
use crate::event::CartEvent;
use crate::id::{CustomerKey, FeeId, OrderRef, PaymentMethodId, PaymentRef, ShippingMethodId, StockItemId};
use crate::money::{Currency, Money, Rate, Rounding};
use crate::policy::TaxLevel;
use crate::pricing::{
    LineAmounts, Part, PricedCharge, PricedCoupon, PricedGift, PricedPromotion, Rule, Step, Subject,
    TaxTotal, Totals, Working,
};
use crate::promotion::{NotApplied, PromotionUse, UseLimit};
use crate::selection::Selections;
use crate::status::AbandonReason;
use crate::testing::samples::{
    Write, added, address_id, at, cart_id, checkout, checkout_advanced, checkout_id, coupon, created, line,
    line_id, note, owner, placed_order, prices, product, promotion_id, quantity, reason, stock_units, user,
};
use crate::text::Locale;

/// A cart of which first some lines are ordered, then nothing in many ways, and at last the rest.
pub(super) fn ordered() -> Life {
    let mut writes = vec![Write::new([added(line(41, 2)), added(line(42, 1)), added(line(43, 3))])];
    writes.extend(partly_ordered());
    writes.extend(timed_out());
    writes.extend(declined());
    writes.extend(paid_late());
    writes.extend(refused_for_every_reason());
    writes.extend(given_up_and_taken_up_again());
    writes.extend(bought());
    Life { cart: cart_id(9), created: created(owner("eve")), writes }
}

/// Some lines are ordered, with everything that can happen on the way.
fn partly_ordered() -> Vec<Write> {
    let step = |step| checkout_advanced(1, step);
    let order = PlacedOrder {
        number: Some(OrderRef::new("2026-000.017").expect("an order number")),
        confirmation: Some(OrderRef::new("CONF-2026-01-01-É!").expect("a confirmation")),
        estimated_delivery: Some(at(86_400)),
        ..placed_order("order/1 ∎")
    };
    let form = json!({"fields": {"PaReq": "<b>'\"&", "n": 1, "none": null}, "é": [true, -1.5]});
    let claimed =
        CheckoutStep::StockClaimed { counted_by: StockCounting::Inventory, items: stock_units(&ITEMS) };
    vec![
        Write::new([begun(1, false), asked(1, Task::Reserve, 10)]).with_key("order-these"),
        Write::new([step(CheckoutStep::Delayed { until: at(11), tries: 1 })]),
        Write::new([step(CheckoutStep::Parked { until: at(3611), tries: u32::MAX })]),
        Write::new([asked(1, Task::Reserve, 12)]),
        Write::new([step(CheckoutStep::StockHeld { until: at(99) }), asked(1, Task::Place, 13)]),
        Write::new([step(CheckoutStep::OrderPlaced { order: order.clone() }), asked(1, Task::Pay, 14)]),
        Write::new([step(pending(InitiationType::FormPost, form))]),
        Write::new([step(CheckoutStep::Extended { deadline: at(600), held_until: at(660) })]),
        Write::new([step(captured("pay-1", i64::MAX)), asked(1, Task::Claim, 15)]),
        Write::new([step(claimed), asked(1, Task::Confirm, 16)]),
        Write::new([
            step(CheckoutStep::OrderConfirmed { order: order.clone() }),
            CartEvent::LineRemoved { line: line_id(41) },
            CartEvent::CheckoutCompleted { checkout: checkout_id(1), order: order.order, remains: true },
        ]),
    ]
}

/// The shopper never pays; all is undone, and the checkout forgotten.
fn timed_out() -> Vec<Write> {
    let step = |step| checkout_advanced(2, step);
    vec![
        Write::new([begun(2, true), asked(2, Task::Reserve, 20)]),
        Write::new([step(CheckoutStep::StockHeld { until: at(99) }), asked(2, Task::Place, 21)]),
        Write::new([step(CheckoutStep::OrderPlaced { order: placed_order("2") }), asked(2, Task::Pay, 22)]),
        Write::new([step(pending(InitiationType::Redirect, json!({"url": "https://pay.example/?a=b"})))]),
        Write::new([step(CheckoutStep::GivenUp { reason: EndReason::TimedOut }), asked(2, Task::Void, 23)]),
        Write::new([
            step(CheckoutStep::PaymentVoided),
            ended(2, EndReason::TimedOut),
            asked(2, Task::CancelOrder, 24),
        ]),
        Write::new([step(CheckoutStep::OrderCancelled), asked(2, Task::Release, 25)]),
        Write::new([step(CheckoutStep::StockReleased)]),
    ]
}

/// A payment is declined; the next checkout begins before all is undone.
fn declined() -> Vec<Write> {
    let (step, why) = (|step| checkout_advanced(3, step), reason("„zu wenig“ 💸"));
    let declined = EndReason::PaymentDeclined { why: why.clone() };
    vec![
        Write::new([begun(3, true), asked(3, Task::Reserve, 30)]),
        Write::new([step(CheckoutStep::StockHeld { until: at(99) }), asked(3, Task::Place, 31)]),
        Write::new([step(CheckoutStep::OrderPlaced { order: placed_order("3") }), asked(3, Task::Pay, 32)]),
        Write::new([
            step(CheckoutStep::PaymentDeclined { why }),
            ended(3, declined),
            asked(3, Task::CancelOrder, 33),
        ]),
        Write::new([begun(4, true), asked(4, Task::Reserve, 34)]),
        Write::new([step(CheckoutStep::OrderCancelled), asked(3, Task::Release, 35)]),
        Write::new([checkout_advanced(4, CheckoutStep::StockHeld { until: at(99) })]),
        Write::new([checkout_advanced(4, CheckoutStep::OrderRefused { why: reason(&"x".repeat(200)) })]),
        Write::new([ended(4, EndReason::OrderRefused { why: reason("no") })]),
        Write::new([step(CheckoutStep::StockReleased)]),
        Write::new([checkout_advanced(4, CheckoutStep::OrderCancelled)]),
        Write::new([checkout_advanced(4, CheckoutStep::StockReleased)]),
    ]
}

/// The second checkout is paid for after it was forgotten, and paid back.
fn paid_late() -> Vec<Write> {
    let capture = Capture { payment: payment("late"), amount: Money::new(1, Currency::EUR) };
    let mut record = full_checkout(2, true);
    record.progress.ended = Some(EndReason::TimedOut);
    record.progress.payment = PaymentState::Captured { capture };
    record.progress.stock = StockState::Released;
    vec![
        Write::new([CartEvent::CheckoutUnsettled { checkout: Arc::new(record) }, asked(2, Task::Refund, 40)]),
        Write::new([checkout_advanced(2, CheckoutStep::PaymentRefunded)]),
    ]
}

fn refused_for_every_reason() -> Vec<Write> {
    let cancelled = |(n, reason): (u64, EndReason)| {
        let begun = CartEvent::CheckoutBegun { checkout: Arc::new(checkout(n, at(900))) };
        [Write::new([begun]), Write::new([ended(n, reason)])]
    };
    (10..).zip(reasons()).flat_map(cancelled).collect()
}

/// Every reason why a checkout can end without an order.
pub(super) fn reasons() -> [EndReason; 9] {
    [
        EndReason::Cancelled,
        EndReason::TimedOut,
        EndReason::PaymentMismatch,
        EndReason::OutOfStock { item: None },
        EndReason::OutOfStock { item: StockItemId::new("item É").ok() },
        EndReason::TooMuchHeld,
        EndReason::Vetoed { why: reason("by the host") },
        EndReason::Failed { why: reason("for another reason") },
        EndReason::PaymentDeclined { why: reason("again") },
    ]
}

/// The cart is given up with a checkout that is not undone yet.
fn given_up_and_taken_up_again() -> Vec<Write> {
    vec![
        Write::new([begun(5, true), asked(5, Task::Reserve, 50)]),
        Write::new([
            ended(5, EndReason::Cancelled),
            CartEvent::Abandoned { since: at(51), reason: AbandonReason::GivenUp },
            asked(5, Task::Release, 51),
        ]),
        Write::new([CartEvent::Recovered { expires_at: None }]),
    ]
}

/// The rest becomes an order by the host, while the checkout before is still being undone.
fn bought() -> Vec<Write> {
    let last = Checkout { handoff: Handoff::Host, ..full_checkout(6, true) };
    let (deadline, draft) = (last.deadline, Arc::clone(&last.draft));
    let order = placed_order("6");
    let last = Checkout { progress: checkout(6, deadline).progress, draft, ..last };
    vec![
        Write::new([CartEvent::CheckoutBegun { checkout: Arc::new(last) }]),
        Write::new([
            checkout_advanced(6, CheckoutStep::OrderConfirmed { order: order.clone() }),
            CartEvent::CheckoutCompleted { checkout: checkout_id(6), order: order.order, remains: false },
        ]),
        Write::new([checkout_advanced(5, CheckoutStep::StockReleased)]),
    ]
}

fn begun(n: u64, whole: bool) -> CartEvent {
    CartEvent::CheckoutBegun { checkout: Arc::new(full_checkout(n, whole)) }
}

fn ended(n: u64, reason: EndReason) -> CartEvent {
    CartEvent::CheckoutCancelled { checkout: checkout_id(n), reason }
}

fn asked(n: u64, task: Task, until: i64) -> CartEvent {
    checkout_advanced(n, CheckoutStep::Asked { task, until: at(until) })
}

fn captured(name: &str, minor: i64) -> CheckoutStep {
    let capture = Capture { payment: payment(name), amount: Money::new(minor, Currency::EUR) };
    CheckoutStep::PaymentCaptured { capture }
}

fn payment(name: &str) -> PaymentRef {
    PaymentRef::new(name).expect("a payment reference")
}

fn pending(kind: InitiationType, payload: Value) -> CheckoutStep {
    let Value::Object(payload) = payload else { unreachable!("a payload is an object") };
    CheckoutStep::PaymentPending { initiation: Initiation { kind, payload } }
}

const ITEMS: [(&str, u32); 2] = [("item-a", 1), ("item-b", u32::MAX)];

/// The `n`th checkout with everything that a checkout can have at its begin.
fn full_checkout(n: u64, whole: bool) -> Checkout {
    let plain = checkout(n, at(300));
    let stock = StockClaim {
        counted_by: StockCounting::Inventory,
        items: stock_units(&ITEMS),
        until: at(360),
        max_held: Some(u32::MAX),
    };
    let used = PromotionUse {
        promotion: promotion_id("spring"),
        customer: CustomerKey::new("eve@example.org").ok(),
        limit: UseLimit { total: Some(1_000), per_customer: None },
    };
    Checkout {
        by: user("eve").to_ref(),
        handoff: Handoff::Service,
        draft: Arc::new(full_draft(&plain.draft, whole)),
        uses: vec![used],
        stock,
        progress: Progress::begin(StockState::Due, PaymentState::Due, at(300)),
        ..plain
    }
}

fn euro(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// A draft with everything that a draft can have.
fn full_draft(plain: &OrderDraft, whole: bool) -> OrderDraft {
    let (spring, code) = (promotion_id("spring"), coupon("ÉTÉ"));
    let rate = Rate::from_percent("7.7").expect("a rate");
    let shipping = ShippingMethodId::new("express").expect("a method id");
    let method = PaymentMethodId::new("card").expect("a method id");
    let share = Working::Share { of: euro(199) };
    let missed = NotApplied::BelowSubtotal { min: euro(50_00), subtotal: euro(49_99) };
    OrderDraft {
        cart: cart_id(9),
        owner: owner("eve"),
        whole,
        one_off: !whole,
        lines: vec![full_line(), DraftLine { stock_item: None, note: None, ..full_line() }],
        selections: Selections {
            address: Some(address_id("zuhause")),
            shipping_method: Some(shipping.clone()),
            payment_method: Some(method.clone()),
        },
        billing_address: Some(address_id("büro")),
        shipping: Some(charge(shipping, "Über Nacht")),
        payment: Some(charge(method, "card")),
        fees: vec![charge(FeeId::new("packing").expect("a fee id"), "📦")],
        taxes: vec![TaxTotal {
            name: "MWST".into(),
            rate,
            compound: true,
            on: euro(1_000),
            amount: euro(77),
        }],
        promotions: vec![
            PricedPromotion {
                id: spring.clone(),
                name: "Frühling".into(),
                code: Some(code.clone()),
                outcome: Ok(euro(199)),
                wholes: vec![share],
            },
            PricedPromotion {
                id: promotion_id("missed"),
                name: "missed".into(),
                code: None,
                outcome: Err(missed.clone()),
                wholes: vec![],
            },
        ],
        coupons: vec![
            PricedCoupon { code, promotion: Some(spring.clone()), outcome: Ok(euro(199)) },
            PricedCoupon { code: coupon("LOST"), promotion: None, outcome: Err(missed) },
        ],
        gifts: vec![PricedGift {
            promotion: spring,
            product: product("sticker"),
            name: "Aufkleber".into(),
            quantity: quantity(1),
            value: euro(50),
        }],
        totals: Totals { cash_rounding: euro(-2), total: euro(i64::MAX), ..Totals::zero(Currency::EUR) },
        derivation: derivation(rate),
        locale: Locale::new("de-CH").ok(),
        note: Some(note("bitte\nklingeln")),
        metadata: metadata(json!({"k": {"deep": [1, null]}})),
        ..plain.clone()
    }
}

fn full_line() -> DraftLine {
    DraftLine {
        line: line_id(41),
        product: product("ring"),
        name: "Ring \u{202e}אבא\u{202c} 💍".into(),
        kind: "physical".into(),
        quantity: quantity(2),
        prices: prices(1_000, Currency::EUR),
        amounts: LineAmounts { subtotal: euro(2_000), discount: euro(199), total: euro(1_801), tax: euro(0) },
        stock_item: StockItemId::new("item-a").ok(),
        note: Some(note("engraved")),
        metadata: metadata(json!({"imei": "490154203237518"})),
    }
}

fn charge<Id>(id: Id, name: &str) -> PricedCharge<Id> {
    let (price, discount, total, tax) = (euro(500), euro(100), euro(400), euro(31));
    PricedCharge { id, name: name.into(), price, discount, total, tax }
}

fn derivation(rate: Rate) -> crate::pricing::Derivation {
    let step = |part, subject, rule, minor| Step { part, subject, rule, amount: euro(minor) };
    let (line, spring) = (|| Subject::Line(line_id(41)), promotion_id("spring"));
    let tax = Rule::Tax {
        name: "MWST".into(),
        rate,
        compound: false,
        on: euro(1_000),
        rounding: Rounding::HalfEven,
        level: TaxLevel::PerTotal,
    };
    let rounded = Rule::CashRounding { increment: euro(5), rounding: Rounding::Down };
    let steps = [
        step(Part::Subtotal, line(), Rule::ListPrice { list: euro(1_000), quantity: quantity(2) }, 2_000),
        step(
            Part::Discount,
            line(),
            Rule::Promotion { promotion: spring, working: Working::Share { of: euro(199) } },
            -199,
        ),
        step(Part::TaxInside, line(), tax, 77),
        step(Part::CashRounding, Subject::Total, rounded, -2),
    ];
    let steps = serde_json::to_value(steps).expect("steps can be written");
    serde_json::from_value(steps).expect("a derivation is its steps")
}
