//! The tables that let the journal be written anew, and tell what is left to do after that.

use cart_core::id::CartId;
use rusqlite::Transaction;

use crate::engine::Remnants;
use crate::error::Refusal;

const BEGIN: &str = "INSERT INTO rewriting (cart_id) VALUES (?1)";
const END: &str = "DELETE FROM rewriting WHERE cart_id = ?1";
const NOTE: &str = "INSERT INTO remnants (id) VALUES (1) ON CONFLICT DO NOTHING";

/// What tells whether something is to be wiped.
pub(crate) const REMNANTS: Remnants = Remnants {
    are_there: "SELECT EXISTS (SELECT 1 FROM remnants WHERE id = 1)",
    forget: "DELETE FROM remnants WHERE id = 1",
};

/// Notes that what was there before is to be wiped.
pub(crate) fn note(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.prepare_cached(NOTE)?.execute([]).map(drop)
}

/// Lets entries of a cart be written anew, and notes that what was there before is to be wiped. When the work fails, the
/// transaction must be given up, or the permission would last.
pub(crate) fn within(
    transaction: &Transaction<'_>,
    cart: CartId,
    work: impl FnOnce() -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let cart = cart.as_uuid();
    transaction.prepare_cached(BEGIN)?.execute([cart.as_bytes()])?;
    note(transaction)?;
    work()?;
    transaction.prepare_cached(END)?.execute([cart.as_bytes()])?;
    Ok(())
}
