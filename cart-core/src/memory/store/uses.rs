//! How often promotions with a limit were used.

use std::collections::HashMap;

use crate::event::CartEvent;
use crate::facts::Uses;
use crate::id::{AttemptId, CustomerKey, PromotionId};
use crate::journal::Entry;
use crate::port::{StoreError, Unit};
use crate::promotion::PromotionUse;

/// The uses of checkouts that were not cancelled.
#[derive(Debug, Default)]
pub(super) struct UseBook {
    by_attempt: HashMap<AttemptId, Vec<PromotionUse>>,
    /// Follows from `by_attempt`.
    counts: HashMap<PromotionId, Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: u32,
    by_customer: HashMap<CustomerKey, u32>,
}

impl UseBook {
    /// How often a promotion was used, a checkout attempt apart.
    pub(super) fn uses(
        &self,
        promotion: &PromotionId,
        customer: Option<&CustomerKey>,
        except: Option<AttemptId>,
    ) -> Uses {
        let counted = self.counts.get(promotion);
        let by = |customer| counted.and_then(|counts| counts.by_customer.get(customer)).copied();
        let all = Uses {
            total: counted.map_or(0, |counts| counts.total),
            by_customer: customer.and_then(by).unwrap_or_default(),
        };
        let own = except.and_then(|attempt| self.by_attempt.get(&attempt)).into_iter().flatten();
        own.filter(|used| used.promotion == *promotion).fold(all, |uses, used| Uses {
            total: uses.total.saturating_sub(1),
            by_customer: uses.by_customer.saturating_sub(u32::from(is_by(used, customer))),
        })
    }

    /// Counts the uses of a unit and gives back those of checkouts that it cancels, in its order.
    ///
    /// # Errors
    /// [`StoreError::UsedUp`] for the first use beyond a limit; nothing of the unit is counted then.
    pub(super) fn count(&mut self, unit: &Unit) -> Result<(), StoreError> {
        let mut undone = Vec::new();
        for event in unit.commits.iter().flat_map(|commit| &commit.entry.events) {
            if let Err(used_up) = self.count_event(event, &mut undone) {
                undone.into_iter().rev().for_each(|undo| self.undo(undo));
                return Err(used_up);
            }
        }
        Ok(())
    }

    /// Follows a rewritten entry: what still counts of it counts for the customers that it names now, whatever the limits.
    pub(super) fn rewrite(&mut self, entry: &Entry) {
        for event in &entry.events {
            if let CartEvent::CheckoutBegun { attempt, uses, .. } = event
                && self.by_attempt.contains_key(attempt)
            {
                while self.give_back(*attempt).is_some() {}
                uses.iter().for_each(|used| self.take(*attempt, used.clone()));
            }
        }
    }

    fn count_event(&mut self, event: &CartEvent, undone: &mut Vec<Undo>) -> Result<(), StoreError> {
        if let CartEvent::CheckoutBegun { attempt, uses, .. } = event {
            for used in uses {
                self.check(used)?;
                self.take(*attempt, used.clone());
                undone.push(Undo::GiveBack(*attempt));
            }
        } else if let CartEvent::CheckoutCancelled { attempt } = event {
            while let Some(used) = self.give_back(*attempt) {
                undone.push(Undo::Take(*attempt, used));
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

    fn take(&mut self, attempt: AttemptId, used: PromotionUse) {
        let counts = self.counts.entry(used.promotion.clone()).or_default();
        counts.total = counts.total.saturating_add(1);
        if let Some(customer) = &used.customer {
            let by_customer = counts.by_customer.entry(customer.clone()).or_default();
            *by_customer = by_customer.saturating_add(1);
        }
        self.by_attempt.entry(attempt).or_default().push(used);
    }

    /// Gives the last use of an attempt back; none if it has none any more.
    fn give_back(&mut self, attempt: AttemptId) -> Option<PromotionUse> {
        let uses = self.by_attempt.get_mut(&attempt)?;
        let used = uses.pop()?;
        if uses.is_empty() {
            self.by_attempt.remove(&attempt);
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
            Undo::GiveBack(attempt) => drop(self.give_back(attempt)),
            Undo::Take(attempt, used) => self.take(attempt, used),
        }
    }
}

/// What takes back what a refused unit has counted already.
enum Undo {
    GiveBack(AttemptId),
    Take(AttemptId, PromotionUse),
}

fn is_by(used: &PromotionUse, customer: Option<&CustomerKey>) -> bool {
    used.customer.is_some() && used.customer.as_ref() == customer
}
