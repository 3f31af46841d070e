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

mod broken_histories {
    use std::sync::Arc;

    use cart_core::cart::Cart;
    use cart_core::event::CartEvent;
    use cart_core::journal::Entry;
    use cart_core::memory::{BrokenUnit, MemoryStore};
    use cart_core::port::{CartStore as _, EventLog as _, Rewritten, StoreError};
    use cart_core::testing::block_on;
    use cart_core::testing::samples::{Write, at, cart_id, created, key, name, owner, unit};

    fn good() -> Rewritten {
        let first = Write::new([]).create(cart_id(1), created(owner("ann")));
        let renamed = CartEvent::Renamed { name: Some(name("n")) };
        let second = Write::new([renamed]).change(&first.cart);
        let (base, cart) = (second.cart.version(), Arc::clone(&second.cart));
        Rewritten { base, cart, entries: vec![first.entry, second.entry] }
    }

    /// Has a history written with its last entry changed, and refused.
    #[track_caller]
    fn refused(change: impl FnOnce(&mut Rewritten), reason: BrokenUnit) {
        let (store, mut history) = (MemoryStore::default(), good());
        let commits = history.entries.iter().scan(None, |cart: &mut Option<Cart>, entry| {
            let base = cart.as_ref().map(Cart::version);
            *cart = Cart::replay_onto(cart.take(), [&**entry]).unwrap();
            let next = Arc::new(cart.clone()?);
            Some(cart_core::port::Commit { base, cart: next, entry: Arc::clone(entry) })
        });
        commits.for_each(|commit| block_on(store.commit(unit([commit]))).unwrap());
        let before = block_on(store.entries(cart_id(1), None, 9)).unwrap();
        change(&mut history);
        let Err(StoreError::Corrupt { source, .. }) = block_on(store.rewrite(history)) else {
            unreachable!("the history is broken")
        };
        assert_eq!(source.downcast_ref::<BrokenUnit>(), Some(&reason));
        assert_eq!(block_on(store.entries(cart_id(1), None, 9)).unwrap(), before);
    }

    fn last(history: &mut Rewritten, change: impl FnOnce(&mut Entry)) {
        change(Arc::make_mut(history.entries.last_mut().unwrap()));
    }

    #[test]
    fn one_of_other_entries() {
        let other = BrokenUnit::OtherHistory(cart_id(1));
        refused(|history| drop(history.entries.pop()), other);
        refused(|history| last(history, |entry| entry.at = at(99)), other);
        refused(|history| last(history, |entry| entry.version = entry.version.next()), other);
        refused(|history| last(history, |entry| entry.cart = cart_id(2)), other);
        refused(|history| last(history, |entry| entry.request.key = key("other")), other);
        refused(|history| last(history, |entry| entry.events.clear()), other);
    }

    #[test]
    fn one_that_leads_elsewhere() {
        let renamed = CartEvent::Renamed { name: Some(name("other")) };
        let elsewhere = BrokenUnit::OtherState(cart_id(1));
        refused(|history| last(history, |entry| entry.events = vec![renamed]), elsewhere);
    }
}

mod broken_shares {
    use std::sync::Arc;

    use cart_core::event::CartEvent;
    use cart_core::memory::{BrokenUnit, MemoryStore};
    use cart_core::port::{CartStore as _, StoreError};
    use cart_core::sharing::{Grant, LinkTerms, PermissionGroup, ShareLink};
    use cart_core::testing::block_on;
    use cart_core::testing::samples::{
        Write, at, cart_id, created, grant_id, link_id, link_token, owner, unit, user, user_id,
    };

    fn grant(n: u64) -> CartEvent {
        let (user_id, granted_by) = (user_id("bob"), user("ann").to_ref());
        let group = PermissionGroup::READ_ONLY;
        let grant = Grant { id: grant_id(n), user: user_id, group, granted_by, granted_at: at(0) };
        CartEvent::GrantMade { grant: Arc::new(grant) }
    }

    fn link(n: u64, token: u8) -> CartEvent {
        let (token, made_by) = (link_token(token).digest(), user("ann").to_ref());
        let terms = LinkTerms::default();
        CartEvent::LinkMade {
            link: Arc::new(ShareLink { id: link_id(n), token, terms, made_by, made_at: at(0) }),
        }
    }

    #[test]
    fn a_grant_or_a_token_of_another_cart() {
        let store = MemoryStore::default();
        let made = |n, event| Write::new([event]).create(cart_id(n), created(owner("ann")));
        block_on(store.commit(unit([made(1, grant(1)), made(2, link(1, 1))]))).unwrap();
        for event in [grant(1), link(2, 1)] {
            let Err(StoreError::Corrupt { source, .. }) = block_on(store.commit(unit([made(3, event)])))
            else {
                unreachable!("it is another cart's")
            };
            assert_eq!(source.downcast_ref::<BrokenUnit>(), Some(&BrokenUnit::NotUnique(cart_id(3))));
        }
        block_on(store.commit(unit([made(3, grant(2)), made(4, link(2, 2))]))).unwrap();
    }
}

mod broken_progress {
    use cart_core::journal::Position;
    use cart_core::memory::{BrokenProgress, MemoryStore};
    use cart_core::port::{HeldBack, Progress, RelayLedger as _, RelayName, StoreError};
    use cart_core::testing::block_on;
    use cart_core::testing::samples::cart_id;
    use cart_core::version::Version;

    fn held(from: Version) -> HeldBack {
        let (cart, to, reason) = (cart_id(1), Version::FIRST, String::new());
        HeldBack { cart, from, to, tries: 1, due_at: None, reason }
    }

    #[track_caller]
    fn refused(progress: Progress, reason: BrokenProgress) {
        let (store, relay) = (MemoryStore::default(), RelayName::new("r").unwrap());
        let first = Progress { to: Some(Position(5)), ..Progress::default() };
        assert!(block_on(store.note_progress(&relay, first)).unwrap());
        let before = block_on(store.checkpoint(&relay)).unwrap();
        let noted = block_on(store.note_progress(&relay, Progress { since: 1, ..progress }));
        let Err(StoreError::Corrupt { source, .. }) = noted else { unreachable!("the progress is broken") };
        assert_eq!(source.downcast_ref::<BrokenProgress>(), Some(&reason));
        assert_eq!(block_on(store.checkpoint(&relay)).unwrap(), before);
    }

    #[test]
    fn progress_that_goes_back() {
        refused(Progress { to: Some(Position(4)), ..Progress::default() }, BrokenProgress::Back);
    }

    #[test]
    fn one_cart_twice() {
        let (hold, twice) = (vec![held(Version::FIRST)], BrokenProgress::CartTwice(cart_id(1)));
        refused(Progress { hold: [hold.clone(), hold.clone()].concat(), ..Progress::default() }, twice);
        refused(Progress { hold, release: vec![cart_id(1)], ..Progress::default() }, twice);
    }

    #[test]
    fn a_cart_of_which_nothing_is_held_back() {
        let hold = vec![held(Version::FIRST.next())];
        refused(Progress { hold, ..Progress::default() }, BrokenProgress::NothingHeld(cart_id(1)));
    }
}
