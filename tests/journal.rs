//! Any sequence of commands, through the service, on the store in memory and on SQLite: the same answers on both, and
//! folding a cart's journal gives the stored cart.

use std::sync::Arc;

use cart_core::command::{BatchMode, MergeCarts};
use cart_core::memory::MemoryStore;
use cart_core::merge::MergeStrategy;
use cart_core::policy::{AtMinimum, GuestCarts, OverAsking, Recovery, Ttl};
use cart_core::port::Store;
use cart_core::prelude::*;
use cart_core::testing::{CountingIds, FixedCatalog, ManualClock};
use cart_core::text::Note;
use cart_store_sqlite::SqliteStore;
use chrono::TimeDelta;
use futures_executor::block_on;
use proptest::prelude::*;

/// What a shopper, a guest who becomes that shopper, or the passing of time does.
#[derive(Clone, Debug)]
enum Step {
    Command(Ask),
    Guest(Ask),
    Merge(MergeStrategy),
    Wait { days: i64 },
    SetStock { product: usize, available: u32 },
    SetPrice { product: usize, minor: i64 },
}

#[derive(Clone, Debug)]
enum Ask {
    Edit(Edit),
    Batch(Vec<Edit>, BatchMode),
    Clear,
    Rename(u8),
    Abandon,
    Recover,
}

/// An edit; lines are named by their place, so that most edits hit one.
#[derive(Clone, Debug)]
enum Edit {
    Add { product: usize, quantity: u32, note: Option<u8> },
    Set { line: usize, quantity: u32 },
    Increase { line: usize, by: u32 },
    Decrease { line: usize, by: u32 },
    Note { line: usize, note: Option<u8> },
    Remove { line: usize },
}

const PRODUCTS: [&str; 5] = ["mug", "plate", "bowl", "spoon", "no-such-thing"];

fn edit() -> impl Strategy<Value = Edit> {
    let line = 0..6_usize;
    let units = 1..8_u32;
    prop_oneof![
        4 => (0..PRODUCTS.len(), units.clone(), proptest::option::of(0..3_u8))
            .prop_map(|(product, quantity, note)| Edit::Add { product, quantity, note }),
        2 => (line.clone(), units.clone()).prop_map(|(line, quantity)| Edit::Set { line, quantity }),
        1 => (line.clone(), units.clone()).prop_map(|(line, by)| Edit::Increase { line, by }),
        2 => (line.clone(), units).prop_map(|(line, by)| Edit::Decrease { line, by }),
        1 => (line.clone(), proptest::option::of(0..3_u8)).prop_map(|(line, note)| Edit::Note { line, note }),
        1 => line.prop_map(|line| Edit::Remove { line }),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    let mode = prop_oneof![Just(BatchMode::AllOrNothing), Just(BatchMode::PerLine)];
    prop_oneof![
        12 => edit().prop_map(Ask::Edit),
        3 => (proptest::collection::vec(edit(), 1..6), mode).prop_map(|(edits, mode)| Ask::Batch(edits, mode)),
        1 => Just(Ask::Clear),
        1 => (0..3_u8).prop_map(Ask::Rename),
        1 => Just(Ask::Abandon),
        1 => Just(Ask::Recover),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let strategy = prop_oneof![
        Just(MergeStrategy::Sum),
        Just(MergeStrategy::KeepHighest),
        Just(MergeStrategy::PreferUser),
        Just(MergeStrategy::PreferGuest)
    ];
    prop_oneof![
        12 => ask().prop_map(Step::Command),
        4 => ask().prop_map(Step::Guest),
        2 => strategy.prop_map(Step::Merge),
        1 => (1..20_i64).prop_map(|days| Step::Wait { days }),
        1 => (0..4_usize, 0..12_u32).prop_map(|(product, available)| Step::SetStock { product, available }),
        1 => (0..4_usize, 0..5000_i64).prop_map(|(product, minor)| Step::SetPrice { product, minor }),
    ]
}

/// One shop with everything that answers depend on under control, so that two of them answer the same.
struct Shop {
    store: Arc<dyn Store>,
    service: CartService,
    catalog: Arc<FixedCatalog>,
    clock: Arc<ManualClock>,
}

fn channel() -> ChannelId {
    ChannelId::new("shop").expect("a valid id")
}

fn policy() -> CartPolicy {
    let lifetime = Ttl::Sliding(TimeDelta::days(10));
    CartPolicy {
        guests: GuestCarts::Allowed { lifetime },
        user_lifetime: lifetime,
        recovery: Recovery::Within(TimeDelta::days(30)),
        on_duplicate: cart_core::policy::OnDuplicate::Sum,
        over_asking: OverAsking::Clamp,
        at_minimum: AtMinimum::Remove,
        ..CartPolicy::digital()
    }
}

impl Shop {
    fn open(store: Arc<dyn Store>) -> Self {
        let catalog = FixedCatalog::default()
            .with("mug", 1250, Currency::EUR)
            .with("plate", 999, Currency::EUR)
            .with("bowl", 1, Currency::EUR)
            .with("spoon", 0, Currency::EUR);
        catalog.set_stock("mug", 9);
        let (catalog, clock) = (Arc::new(catalog), Arc::new(ManualClock::default()));
        let service = CartService::builder(store.clone(), catalog.clone())
            .channel(channel(), policy(), Currency::EUR)
            .clock(clock.clone())
            .ids(Arc::new(CountingIds::default()))
            .build()
            .expect("a consistent policy");
        Self { store, service, catalog, clock }
    }

    /// Does a step and says what was answered, in words that are the same wherever the same happened.
    fn take(&self, step: &Step, guest: &GuestToken) -> String {
        let user = Actor::user(UserId::new("ann").expect("a valid id"));
        match step {
            Step::Command(ask) => self.ask(&user, ask),
            Step::Guest(ask) => self.ask(&Actor::Guest(guest.clone()), ask),
            Step::Merge(strategy) => {
                let order = MergeCarts { from: None, into: None, strategy: *strategy };
                said(block_on(self.service.merge(&Caller::new(user), guest, &channel(), &order)))
            }
            Step::Wait { days } => {
                self.clock.advance(TimeDelta::days(*days));
                let expired = if days % 2 == 0 {
                    block_on(self.service.expire_due(10)).ok().map(|done| done.carts)
                } else {
                    None
                };
                format!("{expired:?}")
            }
            Step::SetStock { product, available } => {
                self.catalog.set_stock(PRODUCTS[*product], *available);
                String::new()
            }
            Step::SetPrice { product, minor } => {
                self.catalog.set_price(PRODUCTS[*product], *minor);
                String::new()
            }
        }
    }

    fn ask(&self, actor: &Actor, ask: &Ask) -> String {
        let target = Target::Current(channel());
        let lines = match block_on(self.service.cart(actor, &target)) {
            Ok(view) => view.cart.lines().iter().map(|line| line.id).collect(),
            Err(_) => Vec::new(),
        };
        let command = command(ask, &lines);
        said(block_on(self.service.execute(&Caller::new(actor.clone()), &target, &command)))
    }

    /// Every cart that the journal speaks of is what the journal folds to.
    fn check(&self) -> Vec<Cart> {
        let all = block_on(self.store.entries_after(Default::default(), usize::MAX)).expect("the journal");
        let mut ids: Vec<CartId> = all.iter().map(|positioned| positioned.entry.cart).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| self.check_cart(id)).collect()
    }

    fn check_cart(&self, id: CartId) -> Cart {
        let entries = block_on(self.store.entries(id, None, usize::MAX)).expect("the journal");
        let stored = block_on(self.store.load(id)).expect("the store").expect("a cart with a journal exists");
        let folded = Cart::replay(&entries).expect("a whole journal").expect("at least one entry");
        assert_eq!(folded, *stored);
        folded
    }
}

fn said(answer: Result<Outcome, CartError>) -> String {
    match answer {
        Ok(outcome) => format!("{:?} {:?} {:?}", outcome.view, outcome.reply, outcome.entry),
        Err(error) => format!("{error:?}"),
    }
}

fn command(ask: &Ask, lines: &[LineId]) -> Command {
    match ask {
        Ask::Edit(edit) => Command::Edit(line_edit(edit, lines)),
        Ask::Batch(edits, mode) => {
            let edits = edits.iter().map(|edit| line_edit(edit, lines)).collect();
            Command::EditLines { edits, mode: *mode }
        }
        Ask::Clear => Command::Clear,
        Ask::Rename(name) => {
            Command::Rename { name: Some(format!("cart {name}").try_into().expect("a valid name")) }
        }
        Ask::Abandon => Command::Abandon,
        Ask::Recover => Command::Recover,
    }
}

fn line_edit(edit: &Edit, lines: &[LineId]) -> LineEdit {
    // A place beyond the end names a line that no cart has.
    let id = |place: &usize| lines.get(*place).copied().unwrap_or(LineId::from_uuid(uuid::Uuid::max()));
    let units = |units: &u32| Quantity::new(*units).expect("in range");
    let note = |note: &Option<u8>| note.map(|note| Note::new(format!("note {note}")).expect("a valid note"));
    match edit {
        Edit::Add { product, quantity, note: text } => {
            let product = ProductKey::plain(ProductId::new(PRODUCTS[*product]).expect("a valid id"));
            LineEdit::Add(AddLine { note: note(text), ..AddLine::new(product, units(quantity)) })
        }
        Edit::Set { line, quantity } => LineEdit::SetQuantity { line: id(line), quantity: units(quantity) },
        Edit::Increase { line, by } => LineEdit::Increase { line: id(line), by: units(by) },
        Edit::Decrease { line, by } => LineEdit::Decrease { line: id(line), by: units(by) },
        Edit::Note { line, note: text } => LineEdit::SetNote { line: id(line), note: note(text) },
        Edit::Remove { line } => LineEdit::Remove { line: id(line) },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_history_folds_to_the_stored_cart_and_is_the_same_on_every_store(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let guest = GuestToken::from_random([7; 32]);
        let memory = Shop::open(Arc::new(MemoryStore::default()));
        let sqlite = Shop::open(Arc::new(SqliteStore::in_memory().expect("a database in memory")));
        for step in &steps {
            prop_assert_eq!(memory.take(step, &guest), sqlite.take(step, &guest));
        }
        prop_assert_eq!(memory.check(), sqlite.check());
    }
}
