//! What promotions are tried and applied in.

use crate::cart::Cart;
use crate::facts::Facts;
use crate::id::ShippingMethodId;
use crate::pricing::priced::PricedLine;
use crate::pricing::tax::Rates;

/// The world in which promotions are tried and applied.
#[derive(Clone, Copy, Debug)]
pub(in crate::pricing) struct World<'a> {
    pub(in crate::pricing) cart: &'a Cart,
    pub(in crate::pricing) facts: &'a Facts,
    pub(in crate::pricing) lines: &'a [PricedLine],
    pub(in crate::pricing) rates: &'a Rates<'a>,
}

/// Delivery by a method, and what it costs now.
#[derive(Clone, Copy, Debug)]
pub(in crate::pricing) struct Delivery<'a> {
    pub(in crate::pricing) method: &'a ShippingMethodId,
    pub(in crate::pricing) current: i64,
}
