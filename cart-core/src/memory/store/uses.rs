//! How often promotions with a limit were used.

use std::collections::HashMap;

use crate::event::CartEvent;
use crate::facts::Uses;
use crate::id::{CheckoutId, CustomerKey, PromotionId};
use crate::journal::Entry;
use crate::port::{StoreError, Unit};
use crate::promotion::PromotionUse;

/// The uses of checkouts that were not cancelled.
#[derive(Debug, Default)]
pub(super) struct UseBook {
    by_checkout: HashMap<CheckoutId, Vec<PromotionUse>>,
    /// Follows from `by_checkout`.
    counts: HashMap<PromotionId, Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: u32,
    by_customer: HashMap<CustomerKey, u32>,
}

impl UseBook {
    /// How often a promotion was used, a checkout apart.
    pub(super) fn uses(
        &self,
        promotion: &PromotionId,
        customer: Option<&CustomerKey>,
        except: Option<CheckoutId>,
    ) -> Uses {
        let counted = self.counts.get(promotion);
        let by = |customer| counted.and_then(|counts| counts.by_customer.get(customer)).copied();
        let all = Uses {
            total: counted.map_or(0, |counts| counts.total),
            by_customer: customer.and_then(by).unwrap_or_default(),
        };
        let own = except.and_then(|checkout| self.by_checkout.get(&checkout)).into_iter().flatten();
        own.filter(|used| used.promotion == *promotion).fold(all, |uses, used| Uses {
            total: uses.total.saturating_sub(1),
            by_customer: uses.by_customer.saturating_sub(u32::from(is_by(used, customer))),
        })
    }

    /// Counts the uses of a unit and gives back those of checkouts that it cancels, in its order.
    ///
    /// # Errors
    /// [`StoreError::UsedUp`] for the first use beyond a limit; nothing of the unit is counted then.
    pub(super) fn count(&mut self, unit: &Unit) -> Result<Vec<Undo>, StoreError> {
        let mut undone = Vec::new();
        for event in unit.commits.iter().flat_map(|commit| &commit.entry.events) {
            if let Err(used_up) = self.count_event(event, &mut undone) {
                self.take_back(&mut undone);
                return Err(used_up);
            }
        }
        Ok(undone)
    }

    /// Takes back what a unit has counted.
    pub(super) fn take_back(&mut self, undone: &mut Vec<Undo>) {
        undone.drain(..).rev().for_each(|undo| self.undo(undo));
    }

    /// Follows a rewritten entry: what still counts of it counts for the customers that it names now, whatever the limits.
    pub(super) fn rewrite(&mut self, entry: &Entry) {
        for event in &entry.events {
            if let CartEvent::CheckoutBegun { checkout } = event
                && self.by_checkout.contains_key(&checkout.id)
            {
                while self.give_back(checkout.id).is_some() {}
                checkout.uses.iter().for_each(|used| self.take(checkout.id, used.clone()));
            }
        }
    }

    fn count_event(&mut self, event: &CartEvent, undone: &mut Vec<Undo>) -> Result<(), StoreError> {
        if let CartEvent::CheckoutBegun { checkout } = event {
            for used in &checkout.uses {
                self.check(used)?;
                self.take(checkout.id, used.clone());
                undone.push(Undo::GiveBack(checkout.id));
            }
        } else if let CartEvent::CheckoutCancelled { checkout, .. } = event {
            while let Some(used) = self.give_back(*checkout) {
                undone.push(Undo::Take(*checkout, used));
            }
        }
        Ok(())
    }

    fn check(&self, used: &PromotionUse) -> Result<(), StoreError> {
        let uses = self.uses(&used.promotion, used.customer.as_ref(), None);
        let is_reached = |limit: Option<u32>, uses| limit.is_some_and(|limit| uses >= limit);
        let by_all = is_reached(used.limit.total, uses.total);
        let by_customer = used.customer.is_some() && is_reached(used.limit.per_customer, uses.by_customer);
        if by_all || by_customer {
            return Err(StoreError::UsedUp { promotion: used.promotion.clone(), by_customer: !by_all });
        }
        Ok(())
    }

    fn take(&mut self, checkout: CheckoutId, used: PromotionUse) {
        let counts = self.counts.entry(used.promotion.clone()).or_default();
        counts.total = counts.total.saturating_add(1);
        if let Some(customer) = &used.customer {
            let by_customer = counts.by_customer.entry(customer.clone()).or_default();
            *by_customer = by_customer.saturating_add(1);
        }
        self.by_checkout.entry(checkout).or_default().push(used);
    }

    /// Gives the last use of a checkout back; none if it has none any more.
    fn give_back(&mut self, checkout: CheckoutId) -> Option<PromotionUse> {
        let uses = self.by_checkout.get_mut(&checkout)?;
        let used = uses.pop()?;
        if uses.is_empty() {
            self.by_checkout.remove(&checkout);
        }
        if let Some(counts) = self.counts.get_mut(&used.promotion) {
            counts.total = counts.total.saturating_sub(1);
            let by_customer =
                used.customer.as_ref().and_then(|customer| counts.by_customer.get_mut(customer));
            if let Some(by_customer) = by_customer {
                *by_customer = by_customer.saturating_sub(1);
            }
        }
        Some(used)
    }

    fn undo(&mut self, undo: Undo) {
        match undo {
            Undo::GiveBack(checkout) => drop(self.give_back(checkout)),
            Undo::Take(checkout, used) => self.take(checkout, used),
        }
    }
}

/// What takes back what a refused unit has counted already.
pub(super) enum Undo {
    GiveBack(CheckoutId),
    Take(CheckoutId, PromotionUse),
}

fn is_by(used: &PromotionUse, customer: Option<&CustomerKey>) -> bool {
    used.customer.is_some() && used.customer.as_ref() == customer
}
