//! Carts whose changes are handed on.

use std::sync::Arc;

use cart_core::command::{Command, CreateCart};
use cart_core::id::CartId;
use cart_core::memory::MemoryStore;
use cart_core::money::Currency;
use cart_core::policy::CartPolicy;
use cart_core::port::{EventSink, RelayName};
use cart_core::service::{Caller, CartService, Relay, Target};
use cart_core::testing::samples::{channel, name, note, user_for};
use cart_core::testing::{CountingIds, FixedCatalog, ManualClock};

/// A company's carts, on a clock that stands still.
pub(crate) struct Shop {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<ManualClock>,
    service: CartService,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let (store, clock) = (Arc::new(MemoryStore::default()), Arc::new(ManualClock::default()));
        let service = CartService::builder(store.clone(), Arc::new(FixedCatalog::default()))
            .channel(channel("company"), CartPolicy::company(), Currency::EUR)
            .clock(clock.clone())
            .ids(Arc::new(CountingIds::default()))
            .build()
            .unwrap();
        Self { store, clock, service }
    }

    /// A new cart of Ann's, who acts for Acme.
    pub(crate) async fn cart(&self) -> CartId {
        let caller = Caller::new(user_for("ann", "acme"));
        let cart = CreateCart { name: Some(name("Offsite")), ..CreateCart::default() };
        self.service.create(&caller, &channel("company"), &cart).await.unwrap().view.cart.id()
    }

    /// Gives a cart another note.
    pub(crate) async fn note(&self, cart: CartId, text: &str) {
        let caller = Caller::new(user_for("ann", "acme"));
        let command = Command::SetNote { note: Some(note(text)) };
        self.service.execute(&caller, &Target::Cart(cart), &command).await.unwrap();
    }

    /// A relay of everything that happens here.
    pub(crate) fn relay(&self, sink: Arc<dyn EventSink>) -> Relay {
        let name = RelayName::new("test").unwrap();
        Relay::new(self.store.clone(), sink, self.clock.clone(), name)
    }
}
