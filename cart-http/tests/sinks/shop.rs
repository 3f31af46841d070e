//! Carts whose changes are handed on.

use std::sync::Arc;

use cart_core::command::{AddLine, Command, CreateCart, LineEdit};
use cart_core::id::CartId;
use cart_core::memory::MemoryStore;
use cart_core::money::Currency;
use cart_core::policy::{CartPolicy, TaxPolicy};
use cart_core::port::{EventSink, RelayName};
use cart_core::service::{Caller, CartService, Relay, Target};
use cart_core::testing::samples::{channel, name, note, product, quantity, user_for};
use cart_core::testing::{CountingIds, FixedCatalog, ManualClock};

/// A company's carts, on a clock that stands still.
pub(crate) struct Shop {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<ManualClock>,
    service: CartService,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let mut policy = CartPolicy::company();
        policy.pricing.tax = TaxPolicy::default();
        let (store, clock) = (Arc::new(MemoryStore::default()), Arc::new(ManualClock::default()));
        let catalog = FixedCatalog::default().with("mug", 1250, Currency::EUR);
        let service = CartService::builder(store.clone(), Arc::new(catalog))
            .channel(channel("company"), policy, Currency::EUR)
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
        self.execute(cart, Command::SetNote { note: Some(note(text)) }).await;
    }

    /// Puts two mugs into a cart.
    pub(crate) async fn add_mugs(&self, cart: CartId) {
        self.execute(cart, Command::Edit(LineEdit::Add(AddLine::new(product("mug"), quantity(2))))).await;
    }

    async fn execute(&self, cart: CartId, command: Command) {
        let caller = Caller::new(user_for("ann", "acme"));
        self.service.execute(&caller, &Target::Cart(cart), &command).await.unwrap();
    }

    /// A relay of everything that happens here.
    pub(crate) fn relay(&self, sink: Arc<dyn EventSink>) -> Relay {
        let name = RelayName::new("test").unwrap();
        Relay::new(self.store.clone(), sink, self.clock.clone(), name)
    }
}
