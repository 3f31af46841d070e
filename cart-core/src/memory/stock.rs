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

/// What there is of every item, and for whom. Always: what is held and sold of an item is at most what was supplied.
#[derive(Clone, Debug, Default)]
pub(super) struct StockBook {
    levels: HashMap<StockItemId, StockLevel>,
    claims: HashMap<CheckoutId, Claim>,
    /// The claims that are held, by their ends.
    ends: BTreeSet<(DateTime<Utc>, CheckoutId)>,
}

/// What a checkout has.
#[derive(Clone, Debug)]
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
        let own = except.filter(|id| self.held(*id).is_some_and(|until| until > now));
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
        let level = self.levels.entry(item.clone()).or_default();
        if supplied < level.held.saturating_add(level.sold) {
            return Err(Shortage::Short { item: item.clone(), available: level.free() });
        }
        level.supplied = supplied;
        Ok(())
    }

    /// Holds all items, or none; nothing if the checkout has them already.
    pub(super) fn reserve(&mut self, hold: &Hold<'_>, now: DateTime<Utc>) -> Result<(), Shortage> {
        self.remove_ended(now, usize::MAX);
        if self.claims.contains_key(&hold.checkout) {
            return Ok(());
        }
        self.check_owner(hold)?;
        self.check_free(hold.items)?;
        hold.items.iter().for_each(|wanted| {
            self.change(wanted, |level, units| level.held = level.held.saturating_add(units))
        });
        self.put(hold, Some(hold.until));
        Ok(())
    }

    /// Makes what is held sold, or what is free; nothing if it is sold already.
    pub(super) fn claim(&mut self, hold: &Hold<'_>, now: DateTime<Utc>) -> Result<(), Shortage> {
        self.remove_ended(now, usize::MAX);
        match self.claims.get(&hold.checkout).map(|claim| claim.until) {
            Some(None) => return Ok(()),
            // What it has is what it needs.
            Some(Some(_)) => self.release(hold.checkout),
            None => self.check_free(hold.items)?,
        }
        hold.items.iter().for_each(|wanted| {
            self.change(wanted, |level, units| level.sold = level.sold.saturating_add(units))
        });
        self.put(hold, None);
        Ok(())
    }

    /// Holds for longer what is held.
    pub(super) fn extend(&mut self, checkout: CheckoutId, until: DateTime<Utc>) {
        if let Some(claim) = self.claims.get_mut(&checkout)
            && let Some(held) = &mut claim.until
        {
            self.ends.remove(&(*held, checkout));
            *held = until;
            self.ends.insert((until, checkout));
        }
    }

    /// Takes back what a checkout has, held or sold.
    pub(super) fn release(&mut self, checkout: CheckoutId) {
        let Some(claim) = self.claims.remove(&checkout) else { return };
        if let Some(until) = claim.until {
            self.ends.remove(&(until, checkout));
        }
        for had in &claim.items {
            self.change(had, |level, units| match claim.until {
                Some(_) => level.held = level.held.saturating_sub(units),
                None => level.sold = level.sold.saturating_sub(units),
            });
        }
    }

    /// Forgets what was sold to a checkout: it is an order's now.
    pub(super) fn settle(&mut self, checkout: CheckoutId) {
        if self.claims.get(&checkout).is_some_and(|claim| claim.until.is_none()) {
            self.claims.remove(&checkout);
        }
    }

    /// Removes holds that have ended; how many.
    pub(super) fn remove_ended(&mut self, now: DateTime<Utc>, limit: usize) -> usize {
        let ended = self.ends.iter().take_while(|(until, _)| *until <= now).take(limit);
        let ended: Vec<CheckoutId> = ended.map(|(_, id)| *id).collect();
        ended.iter().for_each(|id| self.release(*id));
        ended.len()
    }

    fn held(&self, checkout: CheckoutId) -> Option<DateTime<Utc>> {
        self.claims.get(&checkout)?.until
    }

    fn check_owner(&self, hold: &Hold<'_>) -> Result<(), Shortage> {
        let Some(max) = hold.max_held else { return Ok(()) };
        let held = self.claims.values().filter(|claim| claim.until.is_some() && claim.owner == *hold.owner);
        let items = held.flat_map(|claim| &claim.items).chain(hold.items);
        let units: u64 = items.map(|item| u64::from(item.units)).sum();
        if units <= u64::from(max) { Ok(()) } else { Err(Shortage::TooMuch { max }) }
    }

    fn check_free(&self, items: &[StockUnits]) -> Result<(), Shortage> {
        for StockUnits { item, units } in items {
            let available = self.levels.get(item).copied().unwrap_or_default().free();
            if available < *units {
                return Err(Shortage::Short { item: item.clone(), available });
            }
        }
        Ok(())
    }

    fn change(&mut self, wanted: &StockUnits, how: impl Fn(&mut StockLevel, u32)) {
        if let Some(level) = self.levels.get_mut(&wanted.item) {
            how(level, wanted.units);
        }
    }

    fn put(&mut self, hold: &Hold<'_>, until: Option<DateTime<Utc>>) {
        if let Some(until) = until {
            self.ends.insert((until, hold.checkout));
        }
        let claim = Claim { owner: hold.owner.clone(), items: hold.items.to_vec(), until };
        self.claims.insert(hold.checkout, claim);
    }
}

fn units_of(items: &[StockUnits], item: &StockItemId) -> u32 {
    items.iter().find(|units| units.item == *item).map_or(0, |units| units.units)
}
