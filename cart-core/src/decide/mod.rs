//! May it happen? Every rule about changing carts, as synchronous functions over plain data.
//!
//! [`decide`] says what happens to an existing cart; [`create`], [`duplicate`] and [`merge`] are about carts that
//! come to be or end together. What they return is applied by [`Cart::apply`] and written by a store.

mod checkout;
mod choices;
mod coupons;
mod create;
mod demand;
mod duplicate;
mod gifts;
mod grants;
mod handoff;
mod lifecycle;
mod lines;
mod links;
mod merge;
mod prices;
mod relations;
mod stock;
mod suggestions;
mod undo;

pub use self::checkout::{Ordering, buy_now, ordering, purchase};
pub use self::create::{Origin, create};
pub use self::duplicate::duplicate;
pub use self::handoff::{answered, answered_late, resumed};
pub use self::merge::{Merged, merge};
pub(crate) use self::undo::{Reach, reach};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::command::Command;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::journal::Reply;
use crate::policy::Ttl;
use crate::pricing::PricedCart;
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
/// catalog, in stock, within limits; of lines at last whether they go together.
pub fn decide(cart: &Cart, actor: &Actor, command: &Command, facts: &Facts) -> Result<Decision, Rejection> {
    let edit = || cart.edit_as(actor, command.permission(), facts);
    let restrict = || cart.restrict_as(actor, command.permission(), facts);
    let mut decision = match command {
        Command::Edit(edit) => lines::edit(cart, actor, edit, facts)?,
        Command::EditLines { edits, mode } => lines::edit_many(cart, actor, edits, *mode, facts)?,
        Command::Clear => lines::clear(edit()?, facts).into(),
        Command::Select { selection } => choices::select(edit()?, selection, facts)?.into(),
        Command::Unselect { selection } => choices::unselect(edit()?, *selection).into(),
        Command::AddCoupon { code } => coupons::add(edit()?, code, facts)?,
        Command::RemoveCoupon { code } => coupons::remove(edit()?, code).into(),
        Command::RefuseGift { promotion } => gifts::refuse(edit()?, promotion, facts)?.into(),
        Command::AcceptGift { promotion } => gifts::accept(edit()?, promotion, facts)?.into(),
        Command::AcknowledgePrices => prices::acknowledge(edit()?, facts).into(),
        Command::ChangeCurrency { currency } => prices::change_currency(edit()?, *currency, facts)?.into(),
        Command::Share { user, group } => grants::share(edit()?, actor, user, *group, facts)?.into(),
        Command::ChangeGrant { grant, group } => {
            grants::change(restrict()?, actor, *grant, *group, facts)?.into()
        }
        Command::RevokeGrant { grant } => grants::revoke(restrict()?, *grant)?.into(),
        Command::Leave => grants::leave(restrict()?, actor).into(),
        Command::Transfer { user, keep } => grants::transfer(edit()?, actor, user, *keep, facts)?.into(),
        Command::CreateLink { terms } => links::create(edit()?, actor, terms, facts)?.into(),
        Command::ChangeLink { link, changes } => {
            links::change(restrict()?, actor, *link, changes, facts)?.into()
        }
        Command::RotateLink { link } => links::rotate(restrict()?, *link, facts)?.into(),
        Command::RevokeLink { link } => links::revoke(restrict()?, *link)?.into(),
        Command::Suggest { proposal, comment, name } => {
            let said = suggestions::Said { comment: comment.as_ref(), name: name.as_ref() };
            suggestions::suggest(edit()?, actor, proposal, said, facts)?.into()
        }
        Command::Withdraw { suggestion } => suggestions::withdraw(edit()?, actor, *suggestion)?.into(),
        Command::Accept { suggestions, mode } => {
            edit()?;
            suggestions::accept(cart, actor, suggestions, *mode, facts)?
        }
        Command::Decline { suggestions } => suggestions::decline(edit()?, suggestions, facts)?.into(),
        Command::Undo => undo::undo(edit()?, actor, facts)?,
        Command::BeginCheckout(order) => checkout::begin(edit()?, actor, order, false, facts)?,
        Command::CancelCheckout { checkout } => handoff::cancel(cart, actor, *checkout, facts)?.into(),
        Command::ExtendCheckout { checkout } => handoff::extend(cart, actor, *checkout, facts)?.into(),
        Command::CompleteCheckout { checkout, order } => {
            handoff::complete(cart, actor, *checkout, order, facts)?.into()
        }
        Command::FailCheckout { checkout, why } => handoff::fail(cart, actor, *checkout, why, facts)?.into(),
        Command::Abandon => lifecycle::abandon(cart, actor, facts)?.into(),
        Command::Recover => lifecycle::recover(cart, actor, facts)?.into(),
        Command::Expire => lifecycle::expire(cart, actor, facts)?.into(),
        Command::Rename { .. }
        | Command::ChangeSettings { .. }
        | Command::SetNote { .. }
        | Command::SetMetadata { .. } => lifecycle::describe(edit()?, command).into(),
    };
    settle(cart, actor, &mut decision, facts)?;
    Ok(decision)
}

/// Adds what every write brings about that leaves the cart active.
fn settle(cart: &Cart, actor: &Actor, decision: &mut Decision, facts: &Facts) -> Result<(), Rejection> {
    coupons::remove_misfits(cart, decision, facts)?;
    // Whoever holds a link could keep the cart alive for ever.
    if !matches!(actor, Actor::LinkBearer(_)) {
        slide_expiry(cart, &mut decision.events, facts);
    }
    Ok(())
}

/// The cart as events would leave it.
fn after(cart: &Cart, events: &[CartEvent]) -> Cart {
    let mut draft = cart.clone();
    events.iter().for_each(|event| draft.apply_event(event));
    draft
}

/// What a cart would cost, as far as decisions depend on it.
fn price(cart: &Cart, facts: &Facts) -> Result<PricedCart, Rejection> {
    crate::pricing::price(cart, facts).map_err(|_| Rejection::AmountOverflow)
}

/// Moves the end of a sliding lifetime, for a write that leaves the cart active.
fn slide_expiry(cart: &Cart, events: &mut Vec<CartEvent>, facts: &Facts) {
    let ends = |event: &CartEvent| {
        matches!(
            event,
            CartEvent::Abandoned { .. } | CartEvent::Recovered { .. } | CartEvent::CheckoutBegun { .. }
        )
    };
    if events.is_empty() || !matches!(cart.status(), Status::Active) || events.iter().any(ends) {
        return;
    }
    let lifetime = facts.policy.lifetime(cart.owner());
    if let (Ttl::Sliding(_), Some(expires_at)) = (lifetime, lifetime.end_from(facts.now)) {
        events.push(CartEvent::ExpiryMoved { expires_at });
    }
}
