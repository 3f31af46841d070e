//! What a cart's history says of one of its checkouts.

use super::Checkout;
use crate::event::CartEvent;
use crate::id::CheckoutId;

impl Checkout {
    /// Changes what is known of a checkout as an event of its cart says. Unlike the cart, this forgets nothing.
    pub(crate) fn follow(known: &mut Option<Self>, id: CheckoutId, event: &CartEvent) {
        if let CartEvent::CheckoutBegun { checkout } | CartEvent::CheckoutUnsettled { checkout } = event {
            if checkout.id == id {
                *known = Some(Self::clone(checkout));
            }
        } else if let Some(known) = known {
            known.follow_further(event);
        }
    }

    fn follow_further(&mut self, event: &CartEvent) {
        if let CartEvent::CheckoutAdvanced { checkout, step } = event
            && *checkout == self.id
        {
            self.apply(step);
        } else if let CartEvent::CheckoutCancelled { checkout, reason } = event
            && *checkout == self.id
        {
            self.end(reason);
        } else if let CartEvent::CheckoutCompleted { checkout, .. } = event
            && *checkout == self.id
        {
            self.complete();
        }
    }
}
