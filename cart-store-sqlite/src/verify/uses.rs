//! The uses of promotions against the journal, and the counts against the uses.

use std::collections::BTreeMap;

use cart_core::event::CartEvent;
use cart_core::id::{CheckoutId, CustomerKey, PromotionId};
use cart_core::promotion::{PromotionUse, UseLimit};
use cart_core::status::Status;
use rusqlite::Transaction;

use super::report::{Problem, Report};
use crate::table::uses::{self, Use};

/// The uses that a cart's journal leaves, event by event.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    left: BTreeMap<(CheckoutId, PromotionId), Option<CustomerKey>>,
    completed: Option<CheckoutId>,
}

impl Uses {
    pub(crate) fn fold(&mut self, event: &CartEvent) {
        if let CartEvent::CheckoutBegun { attempt, uses, .. } = event {
            let used = |used: &PromotionUse| ((*attempt, used.promotion.clone()), used.customer.clone());
            self.left.extend(uses.iter().map(used));
        } else if let CartEvent::CheckoutCancelled { attempt } = event {
            self.left.retain(|(of, _), _| of != attempt);
        } else if let CartEvent::CheckoutCompleted { attempt, .. } = event {
            self.completed = Some(*attempt);
        }
    }

    /// The uses that are left, by attempt and promotion.
    pub(crate) fn left(&self) -> impl Iterator<Item = (CheckoutId, PromotionUse)> {
        self.left.iter().map(|((attempt, promotion), customer)| {
            let (promotion, customer) = (promotion.clone(), customer.clone());
            (*attempt, PromotionUse { promotion, customer, limit: UseLimit::default() })
        })
    }

    /// Whether these are the stored ones, which come by attempt and promotion.
    pub(crate) fn are(&self, stored: &[Use]) -> bool {
        let left = self.left.iter().map(|((attempt, promotion), customer)| (*attempt, promotion, customer));
        left.eq(stored.iter().map(|(attempt, promotion, customer)| (*attempt, promotion, customer)))
    }

    /// An attempt with uses that is neither the one that holds the cart nor the one that ended in its order.
    pub(super) fn stranded(&self, status: &Status) -> Option<CheckoutId> {
        let backed = match status {
            Status::Checkout { attempt, .. } => Some(*attempt),
            Status::Completed { .. } => self.completed,
            Status::Active | Status::Abandoned { .. } => None,
        };
        self.left.keys().map(|(attempt, _)| *attempt).find(|attempt| Some(*attempt) != backed)
    }
}

/// Checks the counts of one promotion, whose key is answered; none if there is no promotion after this one.
pub(super) fn check_counts(
    transaction: &Transaction<'_>,
    after: &str,
    report: &mut Report,
) -> rusqlite::Result<Option<String>> {
    let Some(promotion) = uses::next_promotion(transaction, after)? else { return Ok(None) };
    let (uses, is_counted) = uses::check_counts(transaction, &promotion)?;
    report.uses += uses;
    if !is_counted {
        report.add(None, Problem::Miscounted { promotion: promotion.clone() });
    }
    Ok(Some(promotion))
}
