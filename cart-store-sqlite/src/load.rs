//! From rows to a cart.

use cart_core::cart::{Cart, StoredCart};
use cart_core::id::CartId;
use rusqlite::Transaction;

use crate::error::{Damage, Refusal};
use crate::table::{carts, lines};

/// Loads a cart with two statements, however many lines it has.
pub(crate) fn cart(transaction: &Transaction<'_>, id: CartId) -> Result<Option<Cart>, Refusal> {
    let Some((stored, count)) = carts::find(transaction, id)? else { return Ok(None) };
    with_lines(transaction, stored, count).map(Some)
}

/// A cart has more lines than were to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Loads a cart of at most so many lines. Of one with more, only its own row is read.
pub(crate) fn small(
    transaction: &Transaction<'_>,
    id: CartId,
    most: usize,
) -> Result<Result<Option<Cart>, TooLong>, Refusal> {
    let Some((stored, count)) = carts::find(transaction, id)? else { return Ok(Ok(None)) };
    if count > most {
        return Ok(Err(TooLong));
    }
    with_lines(transaction, stored, count).map(|cart| Ok(Some(cart)))
}

fn with_lines(transaction: &Transaction<'_>, mut stored: StoredCart, count: usize) -> Result<Cart, Refusal> {
    let id = stored.id;
    let lines = lines::of_cart(transaction, id, stored.currency)?;
    if lines.len() != count {
        let what = format!("{count} lines belong to it, {} are there", lines.len());
        return Err(Damage::new(carts::TABLE, id, what).into());
    }
    stored.lines = lines.into_iter().map(|(_, line)| line).collect();
    Ok(Cart::from_stored(stored).map_err(|error| Damage::new(carts::TABLE, id, error.to_string()))?)
}
