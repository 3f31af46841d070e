//! The store in memory keeps the laws of stores, and refuses units that break the contract.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use cart_core::memory::MemoryStore;
use cart_core::store_laws;

store_laws!(laws, (MemoryStore::default(), ()));

mod broken_units {
    use std::sync::Arc;

    use cart_core::cart::{Cart, InconsistentCart};
    use cart_core::event::CartEvent;
    use cart_core::journal::{Entry, Position};
    use cart_core::line::Line;
    use cart_core::memory::{BrokenUnit, MemoryStore};
    use cart_core::port::{CartStore as _, Commit, EventLog as _, StoreError};
    use cart_core::testing::block_on;
    use cart_core::testing::samples::{Write, added, cart_id, created, line, name, owner, unit};
    use cart_core::version::Version;

    /// The first two commits of a cart.
    fn good() -> [Commit; 2] {
        let first = Write::new([added(line(1, 1))]).create(cart_id(1), created(owner("ann")));
        let second = Write::new([CartEvent::Renamed { name: Some(name("n")) }]).change(&first.cart);
        [first, second]
    }

    fn with_entry(commit: &Commit, change: impl FnOnce(&mut Entry)) -> Commit {
        let mut entry = Entry::clone(&commit.entry);
        change(&mut entry);
        Commit { entry: Arc::new(entry), ..commit.clone() }
    }

    /// Has the first commit written, then the commits given refused.
    #[track_caller]
    fn refused(commits: impl Into<Vec<Commit>>, reason: BrokenUnit) {
        let store = MemoryStore::default();
        let [first, _] = good();
        block_on(store.commit(unit([first]))).unwrap();
        let Err(StoreError::Corrupt { source, .. }) = block_on(store.commit(unit(commits))) else {
            unreachable!("the unit is broken")
        };
        assert_eq!(source.downcast_ref::<BrokenUnit>(), Some(&reason));
        assert_eq!(block_on(store.entries_after(Position(0), 9)).unwrap().len(), 1);
    }

    #[test]
    fn a_unit_without_commits() {
        refused([], BrokenUnit::Empty);
    }

    #[test]
    fn one_cart_twice() {
        let [_, second] = good();
        let third = Write::new([added(line(2, 1))]).change(&second.cart);
        refused([second, third], BrokenUnit::CartTwice(cart_id(1)));
    }

    #[test]
    fn an_entry_without_events() {
        let [_, second] = good();
        refused([with_entry(&second, |entry| entry.events.clear())], BrokenUnit::NoEvents(cart_id(1)));
    }

    #[test]
    fn an_entry_of_another_cart_or_version() {
        let [first, second] = good();
        let mismatch = BrokenUnit::Mismatch(cart_id(1));
        refused([with_entry(&second, |entry| entry.cart = cart_id(2))], mismatch);
        refused([with_entry(&second, |entry| entry.version = Version::FIRST)], mismatch);
        refused([with_entry(&second, |entry| entry.version = entry.version.next())], mismatch);
        refused([Commit { base: None, ..second.clone() }], mismatch);
        refused([Commit { base: Some(Version::FIRST), ..first }], mismatch);
        let third = Write::new([added(line(2, 1))]).change(&second.cart);
        refused([Commit { base: Some(Version::FIRST), ..third }], mismatch);
    }

    #[test]
    fn a_creation_that_is_missing_or_one_too_many() {
        let [first, second] = good();
        let creation = first.entry.events[0].clone();
        refused([with_entry(&second, |entry| entry.events.push(creation))], BrokenUnit::Mismatch(cart_id(1)));
        let other = Write::new([]).create(cart_id(2), created(owner("bob")));
        let nothing_made = with_entry(&other, |entry| entry.events = second.entry.events.clone());
        refused([nothing_made], BrokenUnit::Mismatch(cart_id(2)));
    }

    #[test]
    fn a_state_that_could_not_be_read_back() {
        let [first, _] = good();
        let other = Line { id: line(1, 1).id, ..line(2, 1) };
        let twice = Write::new([added(other)]).change(&first.cart);
        let source = InconsistentCart::RepeatedLineId;
        refused([twice], BrokenUnit::Inconsistent { cart: cart_id(1), source });
    }

    #[test]
    fn an_entry_that_leads_elsewhere() {
        let [_, second] = good();
        let other = CartEvent::Renamed { name: None };
        refused(
            [with_entry(&second, |entry| entry.events = vec![other])],
            BrokenUnit::OtherState(cart_id(1)),
        );
        let mut stored = second.cart.to_stored();
        stored.lines.clear();
        let cart = Arc::new(Cart::from_stored(stored).unwrap());
        refused([Commit { cart, ..second }], BrokenUnit::OtherState(cart_id(1)));
    }
}
