//! What the library needs from outside, as small object-safe traits.
//!
//! Every port has a reference adapter in [`memory`](crate::memory).

mod cache;
mod catalog;
mod checkout;
mod directory;
mod flags;
mod host;
mod meter;
mod relay;
mod share;
mod sink;
mod store;
mod terms;

use std::error::Error;

pub use self::cache::{CacheKey, CartCache};
pub use self::catalog::{Catalog, PriceContext, ProductQuery};
pub use self::checkout::{
    CheckoutGuard, CheckoutIndex, Confirming, Hold, HoldError, Inventory, Orders, PaymentRequest, Payments,
    Placing, StockLedger, StockLevel, Verdict,
};
pub use self::directory::Directory;
pub use self::flags::{Capability, Flags, Variant, targeting_key};
pub use self::host::{AddressBook, Clock, Ids, MethodBook, MethodQuery, Methods, Publisher, Timer};
pub use self::meter::{Meter, WriteEnd, Wrote};
pub use self::relay::{Checkpoint, HeldBack, Progress, RelayLedger, RelayName, RelayNameError};
pub use self::share::{GrantedCart, LinkLedger, Openings, ShareIndex};
pub use self::sink::{EventSink, SinkError};
pub use self::store::{
    CartIndex, CartStore, CartSummary, Commit, EventLog, PageRequest, Rewritten, Store, StoreError, Unit,
    UseLedger,
};
pub use self::terms::{
    CustomerBook, FeeBook, PromotionBook, PromotionQuery, TaxBook, TaxService, TermsContext,
};

/// Any error of an adapter, kept as the source of a port's error.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A port of the host could not answer.
#[derive(Debug, thiserror::Error)]
#[error("{port} is unavailable")]
pub struct PortError {
    /// Which port.
    pub port: &'static str,
    /// Why, for the host's logs.
    #[source]
    pub source: BoxError,
}

impl PortError {
    /// An error of a port, with its cause.
    pub fn new(port: &'static str, source: impl Into<BoxError>) -> Self {
        Self { port, source: source.into() }
    }
}
