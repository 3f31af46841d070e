//! From rows to a cart.

use cart_core::cart::{Cart, StoredCart};
use cart_core::id::CartId;
use rusqlite::Transaction;

use crate::error::{Damage, Refusal};
use crate::seal::Seal;
use crate::table::carts::{self, Parts};
use crate::table::grants::CartPlace;
use crate::table::{checkouts, grants, lines, links, suggestions};

/// Loads a cart with two statements, however many lines it has; with three more if it is shared, and one more if it has
/// checkouts.
pub(crate) fn cart(transaction: &Transaction<'_>, seal: &Seal, id: CartId) -> Result<Option<Cart>, Refusal> {
    let Some((stored, parts)) = carts::find(transaction, seal, id)? else { return Ok(None) };
    whole(transaction, seal, stored, parts).map(Some)
}

/// A cart has more lines than were to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Loads a cart of at most so many lines and shares. Of one with more, only its own row is read.
pub(crate) fn small(
    transaction: &Transaction<'_>,
    seal: &Seal,
    id: CartId,
    most: usize,
) -> Result<Result<Option<Cart>, TooLong>, Refusal> {
    let Some((stored, parts)) = carts::find(transaction, seal, id)? else { return Ok(Ok(None)) };
    // What a checkout orders is about as long as the cart.
    let lines = parts.lines.saturating_mul(parts.checkouts.saturating_add(1));
    if lines.saturating_add(parts.shares).saturating_add(parts.checkouts) > most {
        return Ok(Err(TooLong));
    }
    whole(transaction, seal, stored, parts).map(|cart| Ok(Some(cart)))
}

fn whole(
    transaction: &Transaction<'_>,
    seal: &Seal,
    mut stored: StoredCart,
    parts: Parts,
) -> Result<Cart, Refusal> {
    let id = stored.id;
    let lines = lines::of_cart(transaction, seal, id, stored.currency)?;
    check_count(id, "lines", parts.lines, lines.len())?;
    stored.lines = lines.into_iter().map(|(_, line)| line).collect();
    let places = if parts.shares > 0 { read_shares(transaction, seal, &mut stored)? } else { Vec::new() };
    let shares = stored.grants.len() + stored.links.len() + stored.suggestions.len();
    check_count(id, "shares", parts.shares, shares)?;
    if parts.checkouts > 0 {
        stored.checkouts = checkouts::of_cart(transaction, seal, id)?;
    }
    check_count(id, "checkouts", parts.checkouts, stored.checkouts.len())?;
    let cart = Cart::from_stored(stored).map_err(|error| Damage::new(carts::TABLE, id, error.to_string()))?;
    let place = CartPlace::of(&cart);
    if places.iter().any(|told| *told != place) {
        return Err(Damage::new(grants::TABLE, id, "a grant says of the cart what is not so").into());
    }
    Ok(cart)
}

/// Reads what is shared of a cart; answers what its grants say of the cart.
fn read_shares(
    transaction: &Transaction<'_>,
    seal: &Seal,
    stored: &mut StoredCart,
) -> Result<Vec<CartPlace>, Refusal> {
    let granted = grants::of_cart(transaction, stored.id)?;
    let (grants, places) = granted.into_iter().map(|stored| (stored.grant, stored.place)).unzip();
    let links = links::of_cart(transaction, seal, stored.id)?;
    let suggestions = suggestions::of_cart(transaction, seal, stored.id)?;
    stored.grants = grants;
    stored.links = links.into_iter().map(|(_, link)| link).collect();
    stored.suggestions = suggestions.into_iter().map(|(_, suggestion)| suggestion).collect();
    Ok(places)
}

fn check_count(cart: CartId, what: &str, told: usize, found: usize) -> Result<(), Damage> {
    if told == found {
        return Ok(());
    }
    Err(Damage::new(carts::TABLE, cart, format!("{told} {what} belong to it, {found} are there")))
}
