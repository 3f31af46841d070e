//! A payment provider in memory, which does as it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use crate::checkout::{Capture, Initiation, InitiationType, PaymentOutcome, Reason};
use crate::id::{CheckoutId, PaymentMethodId, PaymentRef};
use crate::money::Money;
use crate::port::{BoxError, Clock, Ids, PaymentRequest, Payments, PortError};

const NAME: &str = "memory payments";

/// Takes payments in memory, for tests and demos: no money moves.
///
/// What becomes of a payment is scripted by its method, or for all. One that waits for the shopper is paid or declined by
/// whoever plays the shopper ([`MemoryPayments::pay_pending`], [`MemoryPayments::decline_pending`]); what these answer is
/// what the provider would call the host back with. There is one payment for each checkout.
#[derive(Debug)]
pub struct MemoryPayments {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    till: Mutex<Till>,
}

#[derive(Debug)]
struct Till {
    script: PaymentScript,
    by_method: HashMap<PaymentMethodId, PaymentScript>,
    page: String,
    payments: HashMap<CheckoutId, MemoryPayment>,
}

/// What becomes of payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentScript {
    /// The money is taken at once.
    Capture,
    /// It is not taken.
    Decline {
        /// What the shopper is told.
        why: Reason,
    },
    /// The shopper has to do something first.
    Pending(InitiationType),
}

/// A payment of [`MemoryPayments`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryPayment {
    /// How much was to be paid; none if it was ended before anybody asked for it.
    pub amount: Option<Money>,
    /// Where it stands. Money that was given back was taken before.
    pub outcome: PaymentOutcome,
    /// Whether all that was taken was given back.
    pub refunded: bool,
}

impl MemoryPayment {
    /// How much was taken and not given back; none if nothing.
    pub fn kept(&self) -> Option<Money> {
        match &self.outcome {
            PaymentOutcome::Captured(capture) if !self.refunded => Some(capture.amount),
            PaymentOutcome::Captured(_)
            | PaymentOutcome::Pending(_)
            | PaymentOutcome::Declined { .. }
            | PaymentOutcome::Voided => None,
        }
    }
}

impl MemoryPayments {
    /// A provider that takes every payment at once.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let till = Till {
            script: PaymentScript::Capture,
            by_method: HashMap::new(),
            page: "https://pay.example".into(),
            payments: HashMap::new(),
        };
        Self { clock, ids, till: Mutex::new(till) }
    }

    /// Says what becomes of payments from now on whose method has no script of its own.
    pub fn script(&self, script: PaymentScript) {
        self.till().script = script;
    }

    /// Says what becomes of payments by a method from now on.
    pub fn script_for(&self, method: PaymentMethodId, script: PaymentScript) {
        self.till().by_method.insert(method, script);
    }

    /// Says under which address shoppers pay from now on; the checkout's id is added to it as a last segment.
    pub fn set_page(&self, url: impl Into<String>) {
        self.till().page = url.into();
    }

    /// The payment of a checkout.
    pub fn payment(&self, checkout: CheckoutId) -> Option<MemoryPayment> {
        self.till().payments.get(&checkout).cloned()
    }

    /// All payments, in no particular order.
    pub fn all(&self) -> Vec<(CheckoutId, MemoryPayment)> {
        self.till().payments.iter().map(|(checkout, payment)| (*checkout, payment.clone())).collect()
    }

    /// The shopper pays what is pending; where the payment stands then. One that is not pending stays as it is, and of a
    /// checkout without a payment there is none.
    ///
    /// # Errors
    /// [`PortError`] if the ids that this provider was given make no names.
    pub fn pay_pending(&self, checkout: CheckoutId) -> Result<Option<PaymentOutcome>, PortError> {
        let name = self.name()?;
        Ok(self.till().settle(checkout, |amount| capture(name, amount)))
    }

    /// The shopper, or their bank, does not pay what is pending; otherwise as [`MemoryPayments::pay_pending`].
    pub fn decline_pending(&self, checkout: CheckoutId, why: Reason) -> Option<PaymentOutcome> {
        self.till().settle(checkout, |_| PaymentOutcome::Declined { why })
    }

    fn till(&self) -> MutexGuard<'_, Till> {
        // Nothing between the first change and the last can panic, so the till is whole even then.
        self.till.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self) -> Result<PaymentRef, PortError> {
        let name = format!("pay_{}", self.ids.uuid(self.clock.now()).simple());
        PaymentRef::new(name).map_err(broken)
    }
}

impl Till {
    fn script_of(&self, method: Option<&PaymentMethodId>) -> &PaymentScript {
        method.and_then(|method| self.by_method.get(method)).unwrap_or(&self.script)
    }

    /// Ends a payment that is pending; where it stands then.
    fn settle(
        &mut self,
        checkout: CheckoutId,
        outcome: impl FnOnce(Money) -> PaymentOutcome,
    ) -> Option<PaymentOutcome> {
        let payment = self.payments.get_mut(&checkout)?;
        if let (PaymentOutcome::Pending(_), Some(amount)) = (&payment.outcome, payment.amount) {
            payment.outcome = outcome(amount);
        }
        Some(payment.outcome.clone())
    }

    /// What becomes of a payment that is begun.
    fn begun(&self, request: &PaymentRequest<'_>, name: PaymentRef) -> PaymentOutcome {
        match self.script_of(request.method) {
            PaymentScript::Capture => capture(name, request.amount),
            PaymentScript::Decline { why } => PaymentOutcome::Declined { why: why.clone() },
            PaymentScript::Pending(kind) => {
                let payload = payload(&self.page, request, &name);
                PaymentOutcome::Pending(Initiation { kind: *kind, payload })
            }
        }
    }
}

#[async_trait]
impl Payments for MemoryPayments {
    async fn pay(&self, request: &PaymentRequest<'_>) -> Result<PaymentOutcome, PortError> {
        let (name, mut till) = (self.name()?, self.till());
        if let Some(known) = till.payments.get(&request.checkout) {
            return Ok(known.outcome.clone());
        }
        let outcome = till.begun(request, name);
        let payment =
            MemoryPayment { amount: Some(request.amount), outcome: outcome.clone(), refunded: false };
        till.payments.insert(request.checkout, payment);
        Ok(outcome)
    }

    async fn status(&self, checkout: CheckoutId) -> Result<Option<PaymentOutcome>, PortError> {
        Ok(self.payment(checkout).map(|payment| payment.outcome))
    }

    async fn void(&self, checkout: CheckoutId) -> Result<PaymentOutcome, PortError> {
        let mut till = self.till();
        if let Some(ended) = till.settle(checkout, |_| PaymentOutcome::Voided) {
            return Ok(ended);
        }
        let outcome = PaymentOutcome::Voided;
        let never = MemoryPayment { amount: None, outcome: outcome.clone(), refunded: false };
        till.payments.insert(checkout, never);
        Ok(outcome)
    }

    async fn refund(&self, checkout: CheckoutId, capture: &Capture) -> Result<(), PortError> {
        let mut till = self.till();
        let taken = till.payments.get_mut(&checkout);
        let taken = taken.filter(|known| known.outcome == PaymentOutcome::Captured(capture.clone()));
        taken.ok_or_else(|| broken("nothing like that was taken"))?.refunded = true;
        Ok(())
    }
}

const fn capture(payment: PaymentRef, amount: Money) -> PaymentOutcome {
    PaymentOutcome::Captured(Capture { payment, amount })
}

/// What the shopper's client is given to pay with.
fn payload(page: &str, request: &PaymentRequest<'_>, payment: &PaymentRef) -> Map<String, Value> {
    let fields = [
        ("url", json!(format!("{page}/{}", request.checkout))),
        ("payment", json!(payment)),
        ("amount", json!(request.amount.to_decimal())),
        ("currency", json!(request.amount.currency().code())),
        ("order", json!(request.order.order)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn broken(error: impl Into<BoxError>) -> PortError {
    PortError::new(NAME, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::OrderDraft;
    use crate::money::Currency;
    use crate::testing::samples::{checkout_id, order_draft, placed_order, reason};
    use crate::testing::{CountingIds, ManualClock, block_on};

    fn payments() -> MemoryPayments {
        MemoryPayments::new(Arc::new(ManualClock::default()), Arc::new(CountingIds::default()))
    }

    fn pay(payments: &MemoryPayments, n: u64, method: Option<&str>) -> PaymentOutcome {
        let (order, draft): (_, OrderDraft) = (placed_order("o-1"), order_draft(n));
        let method = method.map(|method| PaymentMethodId::new(method).unwrap());
        let (checkout, amount) = (checkout_id(n), Money::new(1_234, Currency::EUR));
        let request =
            PaymentRequest { checkout, amount, method: method.as_ref(), order: &order, draft: &draft };
        block_on(payments.pay(&request)).unwrap()
    }

    #[test]
    fn a_methods_own_script_counts_before_that_of_all() {
        let payments = payments();
        let why = reason("no cover");
        payments.script(PaymentScript::Decline { why: why.clone() });
        payments.script_for(PaymentMethodId::new("card").unwrap(), PaymentScript::Capture);
        assert!(matches!(pay(&payments, 1, Some("card")), PaymentOutcome::Captured(_)));
        let declined = PaymentOutcome::Declined { why };
        assert_eq!(pay(&payments, 2, Some("cash")), declined);
        assert_eq!(pay(&payments, 3, None), declined);
    }

    #[test]
    fn a_pending_payment_says_where_and_what_to_pay() {
        let payments = payments();
        payments.set_page("https://shop.example/pay");
        payments.script(PaymentScript::Pending(InitiationType::FormPost));
        let PaymentOutcome::Pending(initiation) = pay(&payments, 1, None) else {
            unreachable!("the shopper has to do something")
        };
        assert_eq!(initiation.kind, InitiationType::FormPost);
        let field = |name: &str| initiation.payload.get(name).and_then(Value::as_str);
        let url = format!("https://shop.example/pay/{}", checkout_id(1));
        assert_eq!(field("url"), Some(url.as_str()));
        assert_eq!(["amount", "currency", "order"].map(field), [Some("12.34"), Some("EUR"), Some("o-1")]);
        assert!(field("payment").is_some_and(|name| name.starts_with("pay_")));
    }

    #[test]
    fn a_shopper_decides_once() {
        let payments = payments();
        payments.script(PaymentScript::Pending(InitiationType::Redirect));
        [1, 2].into_iter().for_each(|n| drop(pay(&payments, n, None)));
        let declined = Some(PaymentOutcome::Declined { why: reason("changed my mind") });
        assert_eq!(payments.decline_pending(checkout_id(1), reason("changed my mind")), declined);
        assert_eq!(payments.pay_pending(checkout_id(1)).unwrap(), declined);
        let paid = payments.pay_pending(checkout_id(2)).unwrap();
        assert!(matches!(paid, Some(PaymentOutcome::Captured(_))));
        assert_eq!(payments.decline_pending(checkout_id(2), reason("too late")), paid);
        assert_eq!(payments.pay_pending(checkout_id(3)).unwrap(), None);
    }

    #[test]
    fn only_what_was_taken_is_given_back() {
        let payments = payments();
        let PaymentOutcome::Captured(taken) = pay(&payments, 1, None) else { unreachable!("it is taken") };
        let other = Capture { amount: Money::new(1, Currency::EUR), ..taken.clone() };
        assert!(block_on(payments.refund(checkout_id(1), &other)).is_err());
        assert!(block_on(payments.refund(checkout_id(2), &taken)).is_err());
        assert_eq!(payments.payment(checkout_id(1)).and_then(|payment| payment.kept()), Some(taken.amount));
        assert_eq!(payments.all().len(), 1);
    }
}
