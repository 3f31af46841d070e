//! A cart that went into another against what the other's journal says.

use cart_core::cart::Cart;
use cart_core::event::CartEvent;
use cart_core::id::CartId;
use cart_core::journal::Entry;
use cart_core::status::{AbandonReason, Status};
use cart_core::version::Version;
use rusqlite::Transaction;

use super::report::Problem;
use crate::error::Refusal;
use crate::seal::Seal;
use crate::table::journal;

/// Looks for the version of the other cart that took the lines. Both were written in one commit, so that neither is
/// ever there without the other.
pub(super) fn check(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: &Cart,
) -> Result<Option<Problem>, Refusal> {
    let Some((into, version)) = destination(cart.status()) else { return Ok(None) };
    let entry = journal::of_version(transaction, seal, into, version)?;
    let is_taken = entry.is_some_and(|entry| takes_from(&entry, cart.id()));
    Ok((!is_taken).then_some(Problem::NotMerged { into, version }))
}

const fn destination(status: &Status) -> Option<(CartId, Version)> {
    match status {
        Status::Abandoned { reason: AbandonReason::Merged { into, version }, .. } => Some((*into, *version)),
        Status::Abandoned { reason: AbandonReason::GivenUp | AbandonReason::Expired, .. }
        | Status::Active
        | Status::Checkout { .. }
        | Status::Completed { .. } => None,
    }
}

fn takes_from(entry: &Entry, cart: CartId) -> bool {
    let takes =
        |event: &CartEvent| matches!(event, CartEvent::GuestCartMerged { report } if report.from == cart);
    entry.events.iter().any(takes)
}
