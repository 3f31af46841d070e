//! A payment provider for the demo: it does what is scripted for the payment method, and takes nobody's money.
//!
//! What it knows is in a file of its own, as a real provider's is, so that it survives the shop's restarts.

mod callback;
mod ledger;
mod page;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use cart_core::checkout::{Capture, Initiation, InitiationType, PaymentOutcome, Reason};
use cart_core::id::{CheckoutId, PaymentMethodId, PaymentRef};
use cart_core::port::{PaymentRequest, Payments, PortError};
use serde_json::{Map, json};

use self::callback::Signer;
use self::ledger::{Known, Ledger, State};
use crate::world::Script;

/// The provider.
#[derive(Debug)]
pub(crate) struct DemoProvider {
    scripts: BTreeMap<PaymentMethodId, Script>,
    ledger: Ledger,
    signer: Signer,
    /// Where its page is, and where it calls back.
    address: SocketAddr,
}

impl DemoProvider {
    /// A provider that keeps what it knows in a file, serves its page at an address, and calls back there.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn open(
        scripts: BTreeMap<PaymentMethodId, Script>,
        file: &Path,
        secret: [u8; 32],
        address: SocketAddr,
    ) -> std::io::Result<Self> {
        Ok(Self { scripts, ledger: Ledger::open(file)?, signer: Signer::new(secret), address })
    }

    /// Its page.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        page::router(Arc::clone(self))
    }

    fn script(&self, method: Option<&PaymentMethodId>) -> Script {
        method.and_then(|method| self.scripts.get(method)).copied().unwrap_or_default()
    }

    fn outcome(&self, checkout: CheckoutId, known: &Known) -> Result<PaymentOutcome, PortError> {
        Ok(match known.state {
            State::Waiting { kind } => PaymentOutcome::Pending(self.initiation(checkout, kind)),
            State::Captured | State::Refunded => PaymentOutcome::Captured(Capture {
                payment: PaymentRef::new(format!("demo-{checkout}"))
                    .map_err(|error| PortError::new(PORT, error))?,
                amount: known.amount,
            }),
            State::Declined => PaymentOutcome::Declined { why: declined()? },
            State::Voided => PaymentOutcome::Voided,
            State::Silent => return Err(silent()),
        })
    }

    fn initiation(&self, checkout: CheckoutId, kind: InitiationType) -> Initiation {
        let url = format!("http://{}/demo/pay/{checkout}", self.address);
        let payload = match kind {
            InitiationType::Redirect => json!({"url": url}),
            InitiationType::FormPost => json!({"url": url, "fields": {"outcome": "success"}}),
        };
        let payload = if let serde_json::Value::Object(payload) = payload { payload } else { Map::new() };
        Initiation { kind, payload }
    }
}

const PORT: &str = "demo payments";

#[async_trait]
impl Payments for DemoProvider {
    async fn pay(&self, request: &PaymentRequest<'_>) -> Result<PaymentOutcome, PortError> {
        let state = match self.script(request.method) {
            Script::Captures => State::Captured,
            Script::Declines => State::Declined,
            Script::Redirects => State::Waiting { kind: InitiationType::Redirect },
            Script::PostsForm => State::Waiting { kind: InitiationType::FormPost },
            Script::TimesOut => State::Silent,
        };
        let new = Known { state, amount: request.amount };
        let known = self.ledger.change(request.checkout, |known| known.or(Some(new))).await?;
        self.outcome(request.checkout, &known.ok_or_else(silent)?)
    }

    async fn status(&self, checkout: CheckoutId) -> Result<Option<PaymentOutcome>, PortError> {
        let known = self.ledger.known(checkout).await;
        known.map(|known| self.outcome(checkout, &known)).transpose()
    }

    async fn void(&self, checkout: CheckoutId) -> Result<PaymentOutcome, PortError> {
        let voided = |known: Option<Known>| match known {
            Some(Known { state: State::Waiting { .. } | State::Silent, amount }) => {
                Some(Known { state: State::Voided, amount })
            }
            known => known,
        };
        match self.ledger.change(checkout, voided).await? {
            Some(known) => self.outcome(checkout, &known),
            None => Ok(PaymentOutcome::Voided),
        }
    }

    async fn refund(&self, checkout: CheckoutId, _: &Capture) -> Result<(), PortError> {
        let refunded = |known: Option<Known>| known.map(|known| Known { state: State::Refunded, ..known });
        self.ledger.change(checkout, refunded).await.map(drop)
    }
}

fn declined() -> Result<Reason, PortError> {
    Reason::new("The bank declined the payment.").map_err(|error| PortError::new(PORT, error))
}

fn silent() -> PortError {
    PortError::new(PORT, "no answer in time")
}
