//! Counting stock: what is supplied, held and sold.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::actor::Owner;
use crate::checkout::StockUnits;
use crate::id::{CheckoutId, StockItemId};
use crate::port::{Hold, StockLevel};

/// Why stock does not change as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shortage {
    /// There is too little of an item.
    Short { item: StockItemId, available: u32 },
    /// The owner has too much held.
    TooMuch { max: u32 },
}

/// What there is of every item, and for whom. Always: what is held and sold of an item is at most what was supplied, and
/// is what the claims come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StockBook {
    levels: HashMap<StockItemId, StockLevel>,
    claims: HashMap<CheckoutId, Claim>,
    /// The claims that are held, by their ends. Follows from `claims`.
    ends: BTreeSet<(DateTime<Utc>, CheckoutId)>,
    /// How many units are held for whom. Follows from `claims`.
    held_for: HashMap<Owner, u64>,
}

/// What a checkout has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claim {
    owner: Owner,
    items: Vec<StockUnits>,
    /// Until when it is held; none if it is sold.
    until: Option<DateTime<Utc>>,
}

impl StockBook {
    /// What there is of an item at a time; what is held for `except` counts as free.
    pub(super) fn level(
        &self,
        item: &StockItemId,
        except: Option<CheckoutId>,
        now: DateTime<Utc>,
    ) -> Option<StockLevel> {
        let mut level = *self.levels.get(item)?;
        let ended = self.ends.iter().take_while(|(until, _)| *until <= now).map(|(_, id)| *id);
        let own = except.filter(|id| self.held_until(*id).is_some_and(|until| until > now));
        for claim in ended.chain(own).filter_map(|id| self.claims.get(&id)) {
            level.held = level.held.saturating_sub(units_of(&claim.items, item));
        }
        Some(level)
    }

    pub(super) fn set_supply(
        &mut self,
        item: &StockItemId,
        supplied: u32,
        now: DateTime<Utc>,
    ) -> Result<(), Shortage> {
        self.remove_ended(now, usize::MAX);
        let level = self.levels.get(item).copied().unwrap_or_default();
        if supplied < level.held.saturating_add(level.sold) {
            return Err(Shortage::Short { item: item.clone(), available: level.free() });
        }
        self.levels.insert(item.clone(), StockLevel { supplied, ..level });
        Ok(())
    }

    /// Removes holds that have ended; how many.
    pub(super) fn remove_ended(&mut self, now: DateTime<Utc>, limit: usize) -> usize {
        let ended = self.ended(now, limit);
        ended.iter().for_each(|id| drop(self.put(*id, None)));
        ended.len()
    }

    /// Takes back what a checkout has, held or sold.
    pub(super) fn release(&mut self, checkout: CheckoutId) {
        self.put(checkout, None);
    }

    /// Says for whom a checkout has what it has.
    pub(super) fn set_owner(&mut self, checkout: CheckoutId, owner: &Owner) {
        if let Some(claim) = self.claims.get(&checkout).cloned() {
            self.put(checkout, Some(Claim { owner: owner.clone(), ..claim }));
        }
    }

    /// Makes changes together, or none if one is refused.
    pub(super) fn change<E>(&mut self, how: impl FnOnce(&mut Changes<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut changes = Changes { book: self, before: Vec::new() };
        how(&mut changes).inspect_err(|_| changes.take_back())
    }

    fn ended(&self, now: DateTime<Utc>, limit: usize) -> Vec<CheckoutId> {
        let ended = self.ends.iter().take_while(|(until, _)| *until <= now).take(limit);
        ended.map(|(_, id)| *id).collect()
    }

    fn held_until(&self, checkout: CheckoutId) -> Option<DateTime<Utc>> {
        self.claims.get(&checkout)?.until
    }

    /// Puts what a checkout has in the place of what it had, which is answered. Nothing else changes claims.
    fn put(&mut self, checkout: CheckoutId, claim: Option<Claim>) -> Option<Claim> {
        let before = self.claims.remove(&checkout);
        if let Some(before) = &before {
            self.uncount(checkout, before);
        }
        if let Some(claim) = claim {
            self.count(checkout, &claim);
            self.claims.insert(checkout, claim);
        }
        before
    }

    fn count(&mut self, checkout: CheckoutId, claim: &Claim) {
        self.change_levels(claim, u32::saturating_add);
        if let Some(until) = claim.until {
            self.ends.insert((until, checkout));
            let held = self.held_for.entry(claim.owner.clone()).or_default();
            *held = held.saturating_add(sum(&claim.items));
            self.forget_if_nothing(&claim.owner);
        }
    }

    fn uncount(&mut self, checkout: CheckoutId, claim: &Claim) {
        self.change_levels(claim, u32::saturating_sub);
        if let Some(until) = claim.until {
            self.ends.remove(&(until, checkout));
            if let Some(held) = self.held_for.get_mut(&claim.owner) {
                *held = held.saturating_sub(sum(&claim.items));
            }
            self.forget_if_nothing(&claim.owner);
        }
    }

    fn forget_if_nothing(&mut self, owner: &Owner) {
        if self.held_for.get(owner) == Some(&0) {
            self.held_for.remove(owner);
        }
    }

    fn change_levels(&mut self, claim: &Claim, how: fn(u32, u32) -> u32) {
        for StockUnits { item, units } in &claim.items {
            let Some(level) = self.levels.get_mut(item) else { continue };
            let counted = if claim.until.is_some() { &mut level.held } else { &mut level.sold };
            *counted = how(*counted, *units);
        }
    }
}

/// Changes of claims that can be taken back.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    book: &'a mut StockBook,
    /// What each change has replaced, in their order.
    before: Vec<(CheckoutId, Option<Claim>)>,
}

impl Changes<'_> {
    /// Holds all items, or none. What the checkout has already it keeps, until the later end.
    pub(super) fn reserve(&mut self, hold: &Hold<'_>, now: DateTime<Utc>) -> Result<(), Shortage> {
        self.remove_ended(now);
        if let Some(had) = self.book.claims.get(&hold.checkout) {
            if had.until.is_some_and(|until| until < hold.until) {
                self.extend(hold.checkout, hold.until, now);
            }
            return Ok(());
        }
        self.check_owner(hold)?;
        self.check_free(hold)?;
        self.put(hold.checkout, Some(claim(hold, Some(hold.until))));
        Ok(())
    }

    /// Makes what is held sold, or what is free; nothing if it is sold already.
    pub(super) fn claim(&mut self, hold: &Hold<'_>, now: DateTime<Utc>) -> Result<(), Shortage> {
        self.remove_ended(now);
        if self.book.claims.get(&hold.checkout).is_some_and(|claim| claim.until.is_none()) {
            return Ok(());
        }
        self.check_free(hold)?;
        self.put(hold.checkout, Some(claim(hold, None)));
        Ok(())
    }

    /// Holds for longer what is held.
    pub(super) fn extend(&mut self, checkout: CheckoutId, until: DateTime<Utc>, now: DateTime<Utc>) {
        self.remove_ended(now);
        let held = self.book.claims.get(&checkout).filter(|claim| claim.until.is_some());
        if let Some(held) = held.cloned() {
            self.put(checkout, Some(Claim { until: Some(until), ..held }));
        }
    }

    /// Takes back what a checkout has, held or sold.
    pub(super) fn release(&mut self, checkout: CheckoutId) {
        self.put(checkout, None);
    }

    fn remove_ended(&mut self, now: DateTime<Utc>) {
        self.book.ended(now, usize::MAX).into_iter().for_each(|ended| self.put(ended, None));
    }

    fn check_owner(&self, hold: &Hold<'_>) -> Result<(), Shortage> {
        let Some(max) = hold.max_held else { return Ok(()) };
        let held = self.book.held_for.get(hold.owner).copied().unwrap_or_default();
        let fits = held.saturating_add(sum(hold.items)) <= u64::from(max);
        if fits { Ok(()) } else { Err(Shortage::TooMuch { max }) }
    }

    /// Whether there is enough for a checkout, what is held for it included.
    fn check_free(&self, hold: &Hold<'_>) -> Result<(), Shortage> {
        let own = self.book.claims.get(&hold.checkout).map_or(&[][..], |claim| &claim.items);
        for StockUnits { item, .. } in hold.items {
            let free = self.book.levels.get(item).copied().unwrap_or_default().free();
            let available = free.saturating_add(units_of(own, item));
            if available < units_of(hold.items, item) {
                return Err(Shortage::Short { item: item.clone(), available });
            }
        }
        Ok(())
    }

    fn put(&mut self, checkout: CheckoutId, claim: Option<Claim>) {
        self.before.push((checkout, self.book.put(checkout, claim)));
    }

    fn take_back(&mut self) {
        while let Some((checkout, before)) = self.before.pop() {
            self.book.put(checkout, before);
        }
    }
}

fn claim(hold: &Hold<'_>, until: Option<DateTime<Utc>>) -> Claim {
    Claim { owner: hold.owner.clone(), items: hold.items.to_vec(), until }
}

fn units_of(items: &[StockUnits], item: &StockItemId) -> u32 {
    items.iter().filter(|units| units.item == *item).fold(0, |sum, units| sum.saturating_add(units.units))
}

fn sum(items: &[StockUnits]) -> u64 {
    items.iter().map(|item| u64::from(item.units)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::samples::{at, checkout_id, owner, stock_item};

    const ITEMS: [&str; 3] = ["a", "b", "c"];

    #[derive(Clone, Debug)]
    enum Move {
        Reserve { checkout: u64, units: [u32; 3], lasts: i64, max: Option<u32> },
        Claim { checkout: u64, units: [u32; 3] },
        Extend { checkout: u64, lasts: i64 },
        Release { checkout: u64 },
    }

    /// What is done at once, after so many seconds.
    #[derive(Clone, Debug)]
    enum Act {
        Unit { after: i64, moves: Vec<Move>, fails: bool },
        Supply { after: i64, item: usize, supplied: u32 },
        Sweep { after: i64, limit: usize },
        SetOwner { checkout: u64 },
    }

    fn moves() -> impl Strategy<Value = Move> {
        let (checkout, units) = (0..6_u64, || [0..4_u32, 0..3, 0..3]);
        prop_oneof![
            4 => (checkout.clone(), units(), 1..9_i64, proptest::option::of(1..9_u32)).prop_map(
                |(checkout, units, lasts, max)| Move::Reserve { checkout, units, lasts, max }
            ),
            3 => (checkout.clone(), units()).prop_map(|(checkout, units)| Move::Claim { checkout, units }),
            1 => (checkout.clone(), 1..9_i64).prop_map(|(checkout, lasts)| Move::Extend { checkout, lasts }),
            1 => checkout.prop_map(|checkout| Move::Release { checkout }),
        ]
    }

    fn acts() -> impl Strategy<Value = Act> {
        prop_oneof![
            6 => (0..3_i64, vec(moves(), 1..4), proptest::bool::weighted(0.2))
                .prop_map(|(after, moves, fails)| Act::Unit { after, moves, fails }),
            2 => (0..3_i64, 0..3_usize, 0..12_u32)
                .prop_map(|(after, item, supplied)| Act::Supply { after, item, supplied }),
            1 => (0..3_i64, 0..3_usize).prop_map(|(after, limit)| Act::Sweep { after, limit }),
            1 => (0..6_u64).prop_map(|checkout| Act::SetOwner { checkout }),
        ]
    }

    fn items(units: [u32; 3]) -> Vec<StockUnits> {
        let all = ITEMS.iter().zip(units).filter(|(_, units)| *units > 0);
        all.map(|(item, units)| StockUnits { item: stock_item(item), units }).collect()
    }

    /// Two owners share the checkouts.
    fn owner_of(checkout: u64) -> Owner {
        owner(if checkout.is_multiple_of(2) { "ann" } else { "bob" })
    }

    fn run(changes: &mut Changes<'_>, one: &Move, now: i64) -> Result<(), Shortage> {
        let hold = |checkout: u64, units, lasts, max_held, how: &mut dyn FnMut(&Hold<'_>) -> _| {
            let (owner, items) = (owner_of(checkout), items(units));
            let (checkout, until) = (checkout_id(checkout), at(now + lasts));
            how(&Hold { checkout, owner: &owner, items: &items, until, max_held })
        };
        match *one {
            Move::Reserve { checkout, units, lasts, max } => {
                hold(checkout, units, lasts, max, &mut |hold| changes.reserve(hold, at(now)))
            }
            Move::Claim { checkout, units } => {
                hold(checkout, units, 0, None, &mut |hold| changes.claim(hold, at(now)))
            }
            Move::Extend { checkout, lasts } => {
                changes.extend(checkout_id(checkout), at(now + lasts), at(now));
                Ok(())
            }
            Move::Release { checkout } => {
                changes.release(checkout_id(checkout));
                Ok(())
            }
        }
    }

    /// Does it, and checks that what is refused changes nothing.
    fn act(book: &mut StockBook, act: &Act, now: &mut i64) -> Result<(), TestCaseError> {
        match act {
            Act::Unit { after, moves, fails } => {
                *now += after;
                let before = book.clone();
                let all = book.change(|changes| {
                    moves.iter().try_for_each(|one| run(changes, one, *now))?;
                    if *fails { Err(Shortage::TooMuch { max: 0 }) } else { Ok(()) }
                });
                prop_assert!(all.is_ok() || *book == before, "a refused unit changed something");
            }
            Act::Supply { after, item, supplied } => {
                *now += after;
                let item = stock_item(ITEMS[*item]);
                let level = book.level(&item, None, at(*now)).unwrap_or_default();
                let fits = *supplied >= level.held + level.sold;
                let set = book.set_supply(&item, *supplied, at(*now));
                prop_assert_eq!(set.is_ok(), fits);
            }
            Act::Sweep { after, limit } => {
                *now += after;
                let levels =
                    |book: &StockBook| ITEMS.map(|item| book.level(&stock_item(item), None, at(*now)));
                let before = levels(book);
                prop_assert!(book.remove_ended(at(*now), *limit) <= *limit);
                prop_assert_eq!(levels(book), before);
            }
            Act::SetOwner { checkout } => book.set_owner(checkout_id(*checkout), &owner("cid")),
        }
        Ok(())
    }

    /// Whether levels are what the claims come to, now and later, and what follows from the claims follows.
    fn check(book: &StockBook, now: i64) -> Result<(), TestCaseError> {
        for (item, then) in ITEMS.map(stock_item).iter().flat_map(|item| [0, 2, 5].map(|then| (item, then))) {
            let Some(level) = book.level(item, None, at(now + then)) else { continue };
            let units = |is_counted: &dyn Fn(&Claim) -> bool| -> u32 {
                book.claims
                    .values()
                    .filter(|claim| is_counted(claim))
                    .map(|claim| units_of(&claim.items, item))
                    .sum()
            };
            prop_assert_eq!(
                level.held,
                units(&|claim| claim.until.is_some_and(|until| until > at(now + then)))
            );
            prop_assert_eq!(level.sold, units(&|claim| claim.until.is_none()));
            prop_assert_eq!(level.free() + level.held + level.sold, level.supplied);
            for id in (0..6).map(checkout_id).filter(|id| book.held_until(*id) > Some(at(now + then))) {
                let own = units_of(&book.claims[&id].items, item);
                let without = book.level(item, Some(id), at(now + then)).unwrap_or_default();
                prop_assert_eq!(without.free(), level.free() + own);
            }
        }
        let mut again = StockBook { levels: book.levels.clone(), ..StockBook::default() };
        again.levels.values_mut().for_each(|level| (level.held, level.sold) = (0, 0));
        book.claims.iter().for_each(|(id, claim)| drop(again.put(*id, Some(claim.clone()))));
        prop_assert_eq!(&again, book);
        Ok(())
    }

    proptest! {
        #[test]
        fn stock_is_what_the_claims_come_to(acts in vec(acts(), 1..40)) {
            let (mut book, mut now) = (StockBook::default(), 0);
            for item in ITEMS.map(stock_item) {
                prop_assert_eq!(book.set_supply(&item, 6, at(0)), Ok(()));
            }
            for one in &acts {
                act(&mut book, one, &mut now)?;
                check(&book, now)?;
            }
        }
    }

    #[test]
    fn what_is_written_twice_counts_twice() {
        let mut book = StockBook::default();
        assert_eq!(book.set_supply(&stock_item("a"), 3, at(0)), Ok(()));
        let (owner, twice) = (owner("ann"), [items([2, 0, 0]), items([2, 0, 0])].concat());
        let (checkout, until) = (checkout_id(1), at(9));
        let hold = Hold { checkout, owner: &owner, items: &twice, until, max_held: None };
        let short = Shortage::Short { item: stock_item("a"), available: 3 };
        assert_eq!(book.change(|changes| changes.reserve(&hold, at(0))), Err(short));
    }
}
