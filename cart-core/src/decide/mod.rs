//! May it happen? Every rule about changing carts, as synchronous functions over plain data.
//!
//! [`decide`] says what happens to an existing cart; [`create`], [`duplicate`] and [`merge`] are about carts that
//! come to be or end together. What they return is applied by [`Cart::apply`] and written by a store.

mod choices;
mod create;
mod demand;
mod duplicate;
mod lifecycle;
mod lines;
mod merge;
mod stock;

pub use self::create::{Origin, create};
pub use self::duplicate::duplicate;
pub use self::merge::{Merged, merge};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::command::Command;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::journal::Reply;
use crate::policy::Ttl;
use crate::rejection::Rejection;
use crate::status::Status;

/// What happens. No events: it is so already, and there is nothing to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// What changes, in order.
    pub events: Vec<CartEvent>,
    /// What else is answered.
    pub reply: Reply,
}

impl From<Vec<CartEvent>> for Decision {
    fn from(events: Vec<CartEvent>) -> Self {
        Self { events, reply: Reply::default() }
    }
}

/// Decides what a command does to a cart.
///
/// # Errors
/// [`Rejection`] if a rule refuses it. Checks run in one order: may see, may do, right status, well-formed, in
/// catalog, in stock, within limits.
pub fn decide(cart: &Cart, actor: &Actor, command: &Command, facts: &Facts) -> Result<Decision, Rejection> {
    let mut decision = match command {
        Command::Edit(edit) => lines::edit(cart, actor, edit, facts)?,
        Command::EditLines { edits, mode } => lines::edit_many(cart, actor, edits, *mode, facts)?,
        Command::Clear => lines::clear(cart.edit_as(actor, facts.now)?, facts).into(),
        Command::Select { selection } => {
            choices::select(cart.edit_as(actor, facts.now)?, selection, facts)?.into()
        }
        Command::Unselect { selection } => {
            choices::unselect(cart.edit_as(actor, facts.now)?, *selection).into()
        }
        Command::AddCoupon { .. }
        | Command::RemoveCoupon { .. }
        | Command::RefuseGift { .. }
        | Command::AcceptGift { .. }
        | Command::AcknowledgePrices
        | Command::ChangeCurrency { .. } => return Err(Rejection::NotOffered),
        Command::Abandon => lifecycle::abandon(cart, actor, facts)?.into(),
        Command::Recover => lifecycle::recover(cart, actor, facts)?.into(),
        Command::Expire => lifecycle::expire(cart, actor, facts)?.into(),
        Command::Rename { .. }
        | Command::ChangeSettings { .. }
        | Command::SetNote { .. }
        | Command::SetMetadata { .. } => lifecycle::describe(cart.edit_as(actor, facts.now)?, command).into(),
    };
    slide_expiry(cart, &mut decision.events, facts);
    Ok(decision)
}

/// Moves the end of a sliding lifetime, for a write that leaves the cart active.
fn slide_expiry(cart: &Cart, events: &mut Vec<CartEvent>, facts: &Facts) {
    let ends = |event: &CartEvent| matches!(event, CartEvent::Abandoned { .. } | CartEvent::Recovered { .. });
    if events.is_empty() || !matches!(cart.status(), Status::Active) || events.iter().any(ends) {
        return;
    }
    let lifetime = facts.policy.lifetime(cart.owner());
    if let (Ttl::Sliding(_), Some(expires_at)) = (lifetime, lifetime.end_from(facts.now)) {
        events.push(CartEvent::ExpiryMoved { expires_at });
    }
}
