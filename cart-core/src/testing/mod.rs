//! Tools for those who extend the library (feature `testing`).
//!
//! * A store: [`store_laws!`](crate::store_laws) makes one `#[test]` of each [law](laws); [`samples`] are carts and
//!   writes for further tests.
//! * A partner of checkouts: [`orders_laws!`](crate::orders_laws), [`payments_laws!`](crate::payments_laws) and
//!   [`inventory_laws!`](crate::inventory_laws) do the same for the [laws of their ports](port_laws).
//! * A rule: [`given`] a [`cart`], when something is asked of it, then this is what happens ([`kit`]). For tables of who
//!   may do what there is one of [every command](every_command).
//! * A host: [`FixedCatalog`], [`ManualClock`], [`CountingIds`], [`RecordingTimer`] and [`RecordingPublisher`], and
//!   around any store [`CountingStore`], [`FailingStore`] and [`HoldingStore`].
//!
//! Nothing in here needs a runtime ([`block_on`]) or a dependency beyond those of the library.

mod block_on;
mod dice;
mod every;
mod fakes;
pub mod kit;
pub mod laws;
pub mod port_laws;
pub mod samples;

pub use self::block_on::block_on;
pub use self::dice::Dice;
pub use self::every::{Named, every_command, name_of};
pub use self::fakes::{
    CountingIds, CountingStore, FailingStore, Fault, FixedCatalog, HoldingStore, ManualClock,
    RecordingPublisher, RecordingTimer, StoreCall,
};
pub use self::kit::{As, Ask, GivenCart, Happened, Scenario, ann, cart, given};
