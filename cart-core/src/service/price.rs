//! Pricing a cart, with the taxes that somebody outside works out.

use super::{CartError, CartService};
use crate::cart::Cart;
use crate::facts::Facts;
use crate::pricing::{PricedCart, price};

impl CartService {
    /// What a cart costs, and the facts with which that was worked out.
    pub(super) async fn price(&self, cart: &Cart, facts: Facts) -> Result<(PricedCart, Facts), CartError> {
        Ok((price(cart, &facts)?, facts))
    }
}
