//! What the provider knows of payments, in a file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use cart_core::checkout::InitiationType;
use cart_core::id::CheckoutId;
use cart_core::money::Money;
use cart_core::port::PortError;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::PORT;

/// A payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) state: State,
    pub(super) amount: Money,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// The shopper has to do something.
    Waiting {
        kind: InitiationType,
    },
    /// Nobody is told anything.
    Silent,
    Captured,
    Declined,
    Voided,
    Refunded,
}

/// All payments, by the checkouts that they are for.
#[derive(Debug)]
pub(super) struct Ledger {
    file: PathBuf,
    payments: Mutex<BTreeMap<CheckoutId, Known>>,
}

impl Ledger {
    pub(super) fn open(file: &Path) -> io::Result<Self> {
        let payments = match std::fs::read(file) {
            Ok(json) => serde_json::from_slice(&json)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { file: file.to_owned(), payments: Mutex::new(payments) })
    }

    pub(super) async fn known(&self, checkout: CheckoutId) -> Option<Known> {
        self.payments.lock().await.get(&checkout).cloned()
    }

    /// Changes what is known of a payment, and answers it once it is in the file.
    pub(super) async fn change(
        &self,
        checkout: CheckoutId,
        how: impl FnOnce(Option<Known>) -> Option<Known> + Send,
    ) -> Result<Option<Known>, PortError> {
        let mut payments = self.payments.lock().await;
        let mut changed = payments.clone();
        if let Some(known) = how(changed.get(&checkout).cloned()) {
            changed.insert(checkout, known);
        }
        self.write(&changed).await.map_err(|error| PortError::new(PORT, error))?;
        *payments = changed;
        Ok(payments.get(&checkout).cloned())
    }

    /// Puts a new file in the place of the old one, so that there is always a whole one.
    async fn write(&self, payments: &BTreeMap<CheckoutId, Known>) -> io::Result<()> {
        let new = self.file.with_extension("new");
        tokio::fs::write(&new, serde_json::to_vec(payments)?).await?;
        tokio::fs::rename(&new, &self.file).await
    }
}
