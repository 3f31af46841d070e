//! A service with everything around it.

use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::cart::Cart;
use cart_core::command::{AddLine, Command, CreateCart, LineEdit};
use cart_core::id::{CartId, ChannelId};
use cart_core::journal::{Entry, Position};
use cart_core::memory::MemoryStore;
use cart_core::money::Currency;
use cart_core::policy::CartPolicy;
use cart_core::port::{CartStore, Directory, EventLog, Store};
use cart_core::product::{Product, ProductKey};
use cart_core::service::{Caller, CartError, CartService, CartServiceBuilder, CartView, Outcome, Target};
use cart_core::testing::samples::{channel, key, prices, product, quantity, user};
use cart_core::testing::{
    CountingIds, CountingStore, FailingStore, FixedCatalog, ManualClock, RecordingPublisher, RecordingTimer,
    block_on,
};

pub(crate) struct Shop {
    pub(crate) service: CartService,
    /// What the service writes to, behind what counts and fails.
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) failing: Arc<FailingStore>,
    pub(crate) counting: Arc<CountingStore>,
    pub(crate) catalog: Arc<FixedCatalog>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) publisher: Arc<RecordingPublisher>,
    pub(crate) timer: Arc<RecordingTimer>,
}

impl Shop {
    /// One channel, `shop`, in euro, that sells mugs and cups at 10.00.
    pub(crate) fn new(policy: CartPolicy) -> Self {
        Self::over(Arc::new(MemoryStore::default()), policy, |builder| builder)
    }

    /// The same over a store that others use too.
    pub(crate) fn over(
        memory: Arc<MemoryStore>,
        policy: CartPolicy,
        change: impl FnOnce(CartServiceBuilder) -> CartServiceBuilder,
    ) -> Self {
        let failing = FailingStore::new(Arc::clone(&memory) as Arc<dyn Store>);
        Self::around(memory, failing, policy, change)
    }

    /// The same over a store that says so, as one that several processes write to.
    pub(crate) fn shared(memory: Arc<MemoryStore>, policy: CartPolicy) -> Self {
        Self::shared_with(memory, policy, |builder| builder)
    }

    /// The same with more around it.
    pub(crate) fn shared_with(
        memory: Arc<MemoryStore>,
        policy: CartPolicy,
        change: impl FnOnce(CartServiceBuilder) -> CartServiceBuilder,
    ) -> Self {
        let failing = FailingStore::new(Arc::clone(&memory) as Arc<dyn Store>).shared();
        // Ids of a process of its own, so that they do not meet those of the others.
        let ids = Arc::new(cart_core::memory::RandomIds);
        Self::around(memory, failing, policy, |builder| change(builder.ids(ids)))
    }

    /// The same where others' grants count, as the directory says.
    pub(crate) fn shared_by(
        memory: Arc<MemoryStore>,
        policy: CartPolicy,
        directory: Arc<dyn Directory>,
    ) -> Self {
        Self::shared_with(memory, policy, |builder| builder.directory(directory))
    }

    fn around(
        memory: Arc<MemoryStore>,
        failing: FailingStore,
        policy: CartPolicy,
        change: impl FnOnce(CartServiceBuilder) -> CartServiceBuilder,
    ) -> Self {
        let failing = Arc::new(failing);
        let counting = Arc::new(CountingStore::new(Arc::clone(&failing) as Arc<dyn Store>));
        let catalog = Arc::new(FixedCatalog::default().with("mug", 1000, Currency::EUR).with(
            "cup",
            1000,
            Currency::EUR,
        ));
        let clock = Arc::new(ManualClock::default());
        let publisher = Arc::new(RecordingPublisher::default());
        let timer = Arc::new(RecordingTimer::default());
        let builder =
            CartService::builder(Arc::clone(&counting) as Arc<dyn Store>, Arc::clone(&catalog) as _)
                .channel(shop(), policy, Currency::EUR)
                .clock(Arc::clone(&clock) as _)
                .ids(Arc::new(CountingIds::default()))
                .publisher(Arc::clone(&publisher) as _)
                .timer(Arc::clone(&timer) as _);
        let service = change(builder).build().unwrap();
        Self { service, memory, failing, counting, catalog, clock, publisher, timer }
    }

    pub(crate) fn execute(
        &self,
        caller: impl Into<Caller>,
        target: &Target,
        command: &Command,
    ) -> Result<Outcome, CartError> {
        block_on(self.service.execute(&caller.into(), target, command))
    }

    pub(crate) fn create(&self, caller: impl Into<Caller>) -> Result<Outcome, CartError> {
        block_on(self.service.create(&caller.into(), &shop(), &CreateCart::default()))
    }

    pub(crate) fn read(&self, actor: &Actor, target: &Target) -> Result<CartView, CartError> {
        block_on(self.service.cart(actor, target))
    }

    /// Makes `ann` a cart.
    pub(crate) fn cart(&self) -> CartId {
        self.create(ann()).unwrap().view.cart.id()
    }

    /// Makes `ann` a cart with a number of lines.
    pub(crate) fn cart_with_lines(&self, lines: usize) -> CartId {
        let id = self.cart();
        let numbers: Vec<usize> = (0..lines).collect();
        for chunk in numbers.chunks(100) {
            let edits = chunk.iter().map(|n| {
                let plain = product(&format!("p{n}"));
                self.catalog.put(plain.clone(), Product::new("p", prices(1000, Currency::EUR)));
                LineEdit::Add(AddLine::new(plain, quantity(1)))
            });
            let mode = cart_core::command::BatchMode::AllOrNothing;
            self.execute(ann(), &Target::Cart(id), &Command::EditLines { edits: edits.collect(), mode })
                .unwrap();
        }
        id
    }

    /// The cart as it is stored.
    pub(crate) fn stored(&self, id: CartId) -> Arc<Cart> {
        block_on(self.memory.load(id)).unwrap().unwrap()
    }

    /// All entries of all carts, in order.
    pub(crate) fn journal(&self) -> Vec<Entry> {
        let read = block_on(self.memory.entries_after(Position::default(), usize::MAX)).unwrap();
        read.into_iter().map(|read| read.entry).collect()
    }

    pub(crate) fn entries(&self, id: CartId) -> Vec<Entry> {
        block_on(self.memory.entries(id, None, usize::MAX)).unwrap()
    }

    /// Checks that a cart's versions have no gaps and that its journal gives what is stored.
    pub(crate) fn check(&self, id: CartId) {
        let entries = self.entries(id);
        assert!(entries.iter().zip(1..).all(|(entry, version)| entry.version.get() == version), "a gap");
        assert_eq!(Cart::replay(&entries).unwrap().as_ref(), Some(&*self.stored(id)));
    }
}

pub(crate) fn shop() -> ChannelId {
    channel("shop")
}

pub(crate) fn current() -> Target {
    Target::Current(shop())
}

pub(crate) fn ann() -> Actor {
    user("ann")
}

pub(crate) fn bob() -> Actor {
    user("bob")
}

/// `ann` with a request key.
pub(crate) fn ann_with(text: &str) -> Caller {
    Caller::new(ann()).with_key(key(text))
}

pub(crate) fn add(id: &str, units: u32) -> Command {
    add_of(product(id), units)
}

pub(crate) fn add_of(product: ProductKey, units: u32) -> Command {
    Command::Edit(LineEdit::Add(AddLine::new(product, quantity(units))))
}

pub(crate) fn rename(text: &str) -> Command {
    Command::Rename { name: Some(cart_core::testing::samples::name(text)) }
}

/// The units of each product of a cart.
pub(crate) fn lines(cart: &Cart) -> Vec<(&str, u32)> {
    cart.lines().iter().map(|line| (line.key.product.product.as_str(), line.quantity.get())).collect()
}

/// The rejection of a call that must be refused by a rule.
#[track_caller]
pub(crate) fn rejection<T: std::fmt::Debug>(result: Result<T, CartError>) -> cart_core::rejection::Rejection {
    let error = result.expect_err("it must be refused");
    let CartError::Rejected(rejection) = error else { unreachable!("it failed otherwise: {error:?}") };
    rejection
}
