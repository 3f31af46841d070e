//! The uses of promotions against the journal, and the counts against the uses.

use std::collections::{BTreeMap, BTreeSet};

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
    completed: BTreeSet<CheckoutId>,
}

impl Uses {
    pub(crate) fn fold(&mut self, event: &CartEvent) {
        if let CartEvent::CheckoutBegun { checkout } = event {
            let used = |used: &PromotionUse| ((checkout.id, used.promotion.clone()), used.customer.clone());
            self.left.extend(checkout.uses.iter().map(used));
        } else if let CartEvent::CheckoutCancelled { checkout, .. } = event {
            self.left.retain(|(of, _), _| of != checkout);
        } else if let CartEvent::CheckoutCompleted { checkout, .. } = event {
            self.completed.insert(*checkout);
        }
    }

    /// The uses that are left, by checkout and promotion.
    pub(crate) fn left(&self) -> impl Iterator<Item = (CheckoutId, PromotionUse)> {
        self.left.iter().map(|((checkout, promotion), customer)| {
            let (promotion, customer) = (promotion.clone(), customer.clone());
            (*checkout, PromotionUse { promotion, customer, limit: UseLimit::default() })
        })
    }

    /// Whether these are the stored ones, which come by checkout and promotion.
    pub(crate) fn are(&self, stored: &[Use]) -> bool {
        let left = self.left.iter().map(|((checkout, promotion), customer)| (*checkout, promotion, customer));
        left.eq(stored.iter().map(|(checkout, promotion, customer)| (*checkout, promotion, customer)))
    }

    /// A checkout with uses that is neither the one that the cart is in nor has ended in an order.
    pub(super) fn stranded(&self, status: &Status) -> Option<CheckoutId> {
        let current = match status {
            Status::Checkout { checkout, .. } => Some(*checkout),
            Status::Active | Status::Completed { .. } | Status::Abandoned { .. } => None,
        };
        let is_backed = |checkout| Some(checkout) == current || self.completed.contains(&checkout);
        self.left.keys().map(|(checkout, _)| *checkout).find(|checkout| !is_backed(*checkout))
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
