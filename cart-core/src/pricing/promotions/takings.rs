//! What a promotion takes off: worked out before anything is changed, so that it can be tried.

use crate::id::ShippingMethodId;
use crate::pricing::derivation::Working;
use crate::product::ProductKey;

/// What a promotion takes off, or gives.
#[derive(Debug, Default)]
pub(super) struct Takings {
    /// Off items, by their places; each above 0 and at most what the item costs.
    pub(super) items: Vec<Taking>,
    /// How discounts that were split over items were worked out as a whole.
    pub(super) wholes: Vec<Working>,
    /// Off shipping, with its working; above 0 and at most what it costs.
    pub(super) shipping: Option<(ShippingMethodId, i64, Working)>,
    /// For nothing, with what it would cost.
    pub(super) gift: Option<(ProductKey, i64)>,
}

/// What is taken off an item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taking {
    pub(super) place: usize,
    pub(super) amount: i64,
    pub(super) working: Working,
}

impl Takings {
    /// Nothing yet, with room for as many items.
    pub(super) fn with_room_for(items: usize) -> Self {
        Self { items: Vec::with_capacity(items), ..Self::default() }
    }

    /// Notes what is taken off an item, if it is anything.
    pub(super) fn take(&mut self, place: usize, amount: i64, working: Working) {
        if amount > 0 {
            self.items.push(Taking { place, amount, working });
        }
    }

    /// What is taken off in all.
    pub(super) fn discount(&self) -> i64 {
        let items: i64 = self.items.iter().map(|taking| taking.amount).sum();
        items + self.shipping.as_ref().map_or(0, |(_, amount, _)| *amount)
    }

    /// What the shopper gains: what is taken off, and what a gift would cost.
    pub(super) fn gain(&self) -> i64 {
        self.discount() + self.gift.as_ref().map_or(0, |(_, value)| *value)
    }

    /// Whether nothing is taken off and nothing given.
    pub(super) fn is_nothing(&self) -> bool {
        self.items.is_empty() && self.shipping.is_none() && self.gift.is_none()
    }
}
