//! An order service, a payment provider and its callbacks, which do as a test says.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use axum::http::request::Parts;
use cart_core::checkout::{
    Capture, Initiation, InitiationType, OrderDraft, PaymentOutcome, PlacedOrder, Reason,
};
use cart_core::id::{CheckoutId, OrderRef, PaymentRef};
use cart_core::money::{Currency, Money};
use cart_core::port::{
    CheckoutGuard, Confirming, Orders, PaymentRequest, Payments, Placing, PortError, Verdict,
};
use cart_http::orders::{CallbackError, PaymentGateway, PaymentNews};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

pub(crate) fn reason(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

/// Takes orders; `refusal` says no to the next ones.
#[derive(Debug, Default)]
pub(crate) struct OrderBook {
    orders: Mutex<HashMap<CheckoutId, PlacedOrder>>,
    pub(crate) refusal: Mutex<Option<Reason>>,
}

impl OrderBook {
    fn orders(&self) -> MutexGuard<'_, HashMap<CheckoutId, PlacedOrder>> {
        self.orders.lock().unwrap()
    }

    /// How many orders there are.
    pub(crate) fn count(&self) -> usize {
        self.orders().len()
    }
}

#[async_trait]
impl Orders for OrderBook {
    async fn place(&self, draft: &OrderDraft) -> Result<Placing, PortError> {
        if let Some(why) = self.refusal.lock().unwrap().clone() {
            return Ok(Placing::Refused { why });
        }
        let mut orders = self.orders();
        let next = orders.len() + 1;
        let order = orders.entry(draft.checkout).or_insert_with(|| PlacedOrder {
            number: Some(OrderRef::new(format!("2026-{next:04}")).unwrap()),
            ..PlacedOrder::new(OrderRef::new(format!("order-{next}")).unwrap())
        });
        Ok(Placing::Placed(order.clone()))
    }

    async fn confirm(
        &self,
        _: &OrderDraft,
        order: &PlacedOrder,
        _: Option<&Capture>,
    ) -> Result<Confirming, PortError> {
        let confirmation = Some(OrderRef::new(format!("CONF-{}", order.order)).unwrap());
        let estimated_delivery = chrono::DateTime::from_timestamp(2_000_000_000, 0);
        Ok(Confirming::Confirmed(PlacedOrder { confirmation, estimated_delivery, ..order.clone() }))
    }

    async fn cancel(&self, checkout: CheckoutId) -> Result<(), PortError> {
        self.orders().remove(&checkout);
        Ok(())
    }
}

/// How payments go.
#[derive(Clone, Debug, Default)]
pub(crate) enum Script {
    #[default]
    Capture,
    Decline,
    /// A payment of another amount is taken.
    CaptureTooLittle,
    /// The shopper pays with a form, or elsewhere.
    Pending(InitiationType),
    /// The provider does not answer.
    Down,
}

/// What may be in no log.
pub(crate) const SECRET: &str = "gateway-secret-4711";

/// Takes payments. As long as it is closed, nobody gets an answer.
#[derive(Debug)]
pub(crate) struct Bank {
    pub(crate) script: Mutex<Script>,
    payments: Mutex<HashMap<CheckoutId, PaymentOutcome>>,
    refunds: Mutex<usize>,
    open: Semaphore,
    pub(crate) asked: Semaphore,
}

impl Default for Bank {
    fn default() -> Self {
        Self {
            script: Mutex::default(),
            payments: Mutex::default(),
            refunds: Mutex::default(),
            open: Semaphore::new(1),
            asked: Semaphore::new(0),
        }
    }
}

impl Bank {
    pub(crate) fn follow(&self, script: Script) {
        *self.script.lock().unwrap() = script;
    }

    fn payments(&self) -> MutexGuard<'_, HashMap<CheckoutId, PaymentOutcome>> {
        self.payments.lock().unwrap()
    }

    /// How many payments were taken.
    pub(crate) fn captures(&self) -> usize {
        self.payments().values().filter(|outcome| matches!(outcome, PaymentOutcome::Captured(_))).count()
    }

    pub(crate) fn refunds(&self) -> usize {
        *self.refunds.lock().unwrap()
    }

    /// Keeps everybody waiting from now on.
    pub(crate) fn close(&self) {
        self.open.try_acquire().unwrap().forget();
    }

    pub(crate) fn reopen(&self) {
        self.open.add_permits(1);
    }

    /// Waits until somebody has asked.
    pub(crate) async fn wait_until_asked(&self) {
        self.asked.acquire().await.unwrap().forget();
    }

    fn outcome(&self, request: &PaymentRequest<'_>) -> Result<PaymentOutcome, PortError> {
        let capture = |amount| {
            let payment = PaymentRef::new(format!("pay-{}", request.checkout)).unwrap();
            PaymentOutcome::Captured(Capture { payment, amount })
        };
        Ok(match self.script.lock().unwrap().clone() {
            Script::Capture => capture(request.amount),
            Script::CaptureTooLittle => capture(Money::new(1, request.amount.currency())),
            Script::Decline => PaymentOutcome::Declined { why: reason("Not enough funds") },
            Script::Pending(kind) => {
                let payload = json!({"url": "https://bank.example/pay", "token": SECRET});
                let Value::Object(payload) = payload else { unreachable!() };
                PaymentOutcome::Pending(Initiation { kind, payload })
            }
            Script::Down => return Err(PortError::new("bank", format!("refused {SECRET}"))),
        })
    }
}

#[async_trait]
impl Payments for Bank {
    async fn pay(&self, request: &PaymentRequest<'_>) -> Result<PaymentOutcome, PortError> {
        self.asked.add_permits(1);
        let _permit = self.open.acquire().await.unwrap();
        let outcome = self.outcome(request)?;
        Ok(self.payments().entry(request.checkout).or_insert(outcome).clone())
    }

    async fn status(&self, checkout: CheckoutId) -> Result<Option<PaymentOutcome>, PortError> {
        Ok(self.payments().get(&checkout).cloned())
    }

    async fn void(&self, checkout: CheckoutId) -> Result<PaymentOutcome, PortError> {
        let mut payments = self.payments();
        let payment = payments.entry(checkout).or_insert(PaymentOutcome::Voided);
        if let PaymentOutcome::Pending(_) = payment {
            *payment = PaymentOutcome::Voided;
        }
        Ok(payment.clone())
    }

    async fn refund(&self, _: CheckoutId, _: &Capture) -> Result<(), PortError> {
        *self.refunds.lock().unwrap() += 1;
        Ok(())
    }
}

/// Refuses orders when it is told to.
#[derive(Debug, Default)]
pub(crate) struct Veto(pub(crate) Mutex<Option<Reason>>);

#[async_trait]
impl CheckoutGuard for Veto {
    async fn before_begin(&self, _: &OrderDraft) -> Result<Verdict, PortError> {
        let why = self.0.lock().unwrap().clone();
        Ok(why.map_or(Verdict::Allow, |why| Verdict::Veto { why }))
    }

    async fn before_place(&self, _: &OrderDraft) -> Result<Verdict, PortError> {
        Ok(Verdict::Allow)
    }
}

const KEY: &[u8] = b"a key that the provider and the shop share";

/// The header with the signature of a callback.
pub(crate) const SIGNATURE: &str = "x-bank-signature";

pub(crate) fn sign(body: &str) -> String {
    let mac = hmac_sha256::HMAC::mac(body.as_bytes(), KEY);
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Believes what is signed.
#[derive(Debug)]
pub(crate) struct Signatures;

/// What the provider calls back with.
#[derive(Deserialize)]
struct Callback {
    event: String,
    checkout: Option<CheckoutId>,
    amount: Option<String>,
}

#[async_trait]
impl PaymentGateway for Signatures {
    async fn verify(&self, request: &Parts, body: &[u8]) -> Result<Option<PaymentNews>, CallbackError> {
        let signature = request.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        let body = std::str::from_utf8(body).map_err(|_| CallbackError::Refused { reason: "not text" })?;
        match signature {
            None => return Err(CallbackError::Refused { reason: "no signature" }),
            Some("down") => return Err(CallbackError::Unavailable(SECRET.into())),
            Some(signature) if signature != sign(body) => {
                return Err(CallbackError::Refused { reason: "another signature" });
            }
            Some(_) => {}
        }
        let unreadable = CallbackError::Unreadable { reason: "not of the form agreed on" };
        let Ok(callback) = serde_json::from_str::<Callback>(body) else { return Err(unreadable) };
        let Some(checkout) = callback.checkout else { return Ok(None) };
        let outcome = match (&*callback.event, callback.amount) {
            ("paid", Some(amount)) => PaymentOutcome::Captured(Capture {
                payment: PaymentRef::new("pay-by-callback").unwrap(),
                amount: Money::parse_decimal(&amount, Currency::EUR).unwrap(),
            }),
            ("declined", None) => PaymentOutcome::Declined { why: reason("The bank said no") },
            _ => return Err(unreadable),
        };
        Ok(Some(PaymentNews { checkout, outcome }))
    }
}
