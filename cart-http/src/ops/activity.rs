//! Counting what happens to carts.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use cart_core::checkout::{CheckoutStep, StockState};
use cart_core::event::CartEvent;
use cart_core::journal::Entry;
use cart_core::port::{Meter, PortError, Publisher, Wrote};

use super::Metrics;
use crate::problem::EndBody;

/// Counts what is published, and passes it on.
pub(super) struct Counting {
    pub(super) metrics: Arc<Metrics>,
    pub(super) next: Arc<dyn Publisher>,
}

impl fmt::Debug for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counting").field("next", &self.next).finish_non_exhaustive()
    }
}

impl Publisher for Counting {
    fn publish(&self, entries: &[Arc<Entry>]) {
        for event in entries.iter().flat_map(|entry| &entry.events) {
            self.metrics.happened(event.name());
            if let CartEvent::CheckoutAdvanced { step, .. } = event {
                self.metrics.stepped(step.name());
            }
            if let Some(step) = hold(event) {
                self.metrics.hold(step);
            }
            if let Some(outcome) = outcome(event) {
                self.metrics.checked_out(outcome);
            }
        }
        self.next.publish(entries);
    }
}

impl Meter for Metrics {
    fn wrote(&self, write: &Wrote) {
        self.count_write(write);
    }

    fn cache_failed(&self, error: &PortError) {
        tracing::warn!(error = error as &dyn Error, "the cache failed; the store answers");
        self.count_cache_failure();
    }

    fn committed(&self, writes: usize) {
        self.count_commit(writes);
    }
}

/// What happened to the stock that is held for a checkout, if anything did.
fn hold(event: &CartEvent) -> Option<&'static str> {
    if let CartEvent::CheckoutBegun { checkout } = event {
        return matches!(checkout.progress.stock, StockState::Held { .. }).then_some("held");
    }
    let CartEvent::CheckoutAdvanced { step, .. } = event else { return None };
    let is = [
        ("held", matches!(**step, CheckoutStep::StockHeld { .. })),
        ("claimed", matches!(**step, CheckoutStep::StockClaimed { .. })),
        ("released", matches!(**step, CheckoutStep::StockReleased)),
    ];
    is.into_iter().find_map(|(name, is)| is.then_some(name))
}

/// How a checkout ended, if that is what happened.
fn outcome(event: &CartEvent) -> Option<&'static str> {
    if let CartEvent::CheckoutCompleted { .. } = event {
        return Some("completed");
    }
    let CartEvent::CheckoutCancelled { reason, .. } = event else { return None };
    Some(EndBody::of(reason).reason())
}
