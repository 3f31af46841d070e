//! Ports that do as they are told, and say what they were asked.

mod catalog;
mod counting;
mod failing;
mod holding;
mod system;

pub use self::catalog::FixedCatalog;
pub use self::counting::CountingStore;
pub use self::failing::{FailingStore, Fault};
pub use self::holding::HoldingStore;
pub use self::system::{CountingIds, ManualClock, RecordingPublisher, RecordingTimer};

/// A method of the store's ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreCall {
    /// [`CartStore::load`](crate::port::CartStore::load).
    Load,
    /// [`CartStore::commit`](crate::port::CartStore::commit).
    Commit,
    /// [`CartIndex::open_cart`](crate::port::CartIndex::open_cart).
    OpenCart,
    /// [`CartIndex::count_open`](crate::port::CartIndex::count_open).
    CountOpen,
    /// [`CartIndex::carts_of`](crate::port::CartIndex::carts_of).
    CartsOf,
    /// [`CartIndex::due`](crate::port::CartIndex::due).
    Due,
    /// [`EventLog::entries`](crate::port::EventLog::entries).
    Entries,
    /// [`EventLog::entries_after`](crate::port::EventLog::entries_after).
    EntriesAfter,
    /// [`EventLog::find_request`](crate::port::EventLog::find_request).
    FindRequest,
    /// [`EventLog::forget_requests`](crate::port::EventLog::forget_requests).
    ForgetRequests,
    /// [`CheckoutIndex::cart_of_checkout`](crate::port::CheckoutIndex::cart_of_checkout).
    CartOfCheckout,
    /// [`CheckoutIndex::checkouts_due`](crate::port::CheckoutIndex::checkouts_due).
    CheckoutsDue,
    /// [`StockLedger::stock`](crate::port::StockLedger::stock).
    Stock,
    /// [`StockLedger::set_supply`](crate::port::StockLedger::set_supply).
    SetSupply,
    /// [`StockLedger::remove_ended_holds`](crate::port::StockLedger::remove_ended_holds).
    RemoveEndedHolds,
    /// [`UseLedger::uses`](crate::port::UseLedger::uses).
    Uses,
    /// [`CartStore::rewrite`](crate::port::CartStore::rewrite).
    Rewrite,
    /// [`ShareIndex::carts_granted_to`](crate::port::ShareIndex::carts_granted_to).
    CartsGrantedTo,
    /// [`ShareIndex::cart_with_grant`](crate::port::ShareIndex::cart_with_grant).
    CartWithGrant,
    /// [`ShareIndex::cart_with_link`](crate::port::ShareIndex::cart_with_link).
    CartWithLink,
    /// [`LinkLedger::open_link`](crate::port::LinkLedger::open_link).
    OpenLink,
    /// [`LinkLedger::openings`](crate::port::LinkLedger::openings).
    Openings,
    /// [`RelayLedger::checkpoint`](crate::port::RelayLedger::checkpoint).
    Checkpoint,
    /// [`RelayLedger::held_due`](crate::port::RelayLedger::held_due).
    HeldDue,
    /// [`RelayLedger::parked`](crate::port::RelayLedger::parked).
    Parked,
    /// [`RelayLedger::held_among`](crate::port::RelayLedger::held_among).
    HeldAmong,
    /// [`RelayLedger::note_progress`](crate::port::RelayLedger::note_progress).
    NoteProgress,
}
