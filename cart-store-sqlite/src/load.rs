//! From rows to a cart.

use cart_core::cart::Cart;
use cart_core::id::CartId;
use rusqlite::Transaction;

use crate::error::{Damage, Refusal};
use crate::table::{carts, lines};

/// Loads a cart with two statements, however many lines it has.
pub(crate) fn cart(transaction: &Transaction<'_>, id: CartId) -> Result<Option<Cart>, Refusal> {
    let Some((mut stored, count)) = carts::find(transaction, id)? else { return Ok(None) };
    let lines = lines::of_cart(transaction, id, stored.currency)?;
    if lines.len() != count {
        let what = format!("{count} lines belong to it, {} are there", lines.len());
        return Err(Damage::new(carts::TABLE, id, what).into());
    }
    stored.lines = lines.into_iter().map(|(_, line)| line).collect();
    let cart = Cart::from_stored(stored).map_err(|error| Damage::new(carts::TABLE, id, error.to_string()))?;
    Ok(Some(cart))
}
