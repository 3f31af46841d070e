//! The gates to changing a cart.

use crate::actor::Actor;
use crate::authorise::authorise;
use crate::cart::Cart;
use crate::facts::Facts;
use crate::id::LineId;
use crate::line::Line;
use crate::permission::Permission;
use crate::rejection::Rejection;
use crate::status::Status;

/// Proof that an actor may change this cart now.
#[derive(Clone, Copy, Debug)]
pub struct Editing<'a> {
    cart: &'a Cart, // private: only the gates below make one
}

impl Cart {
    /// Proves that the actor has a permission that changes this cart, and that it is active and has not expired.
    ///
    /// # Errors
    /// In this order: [`Rejection::CartNotFound`], [`Rejection::Forbidden`], [`Rejection::WrongStatus`],
    /// [`Rejection::Expired`].
    pub fn edit_as(
        &self,
        actor: &Actor,
        permission: Permission,
        facts: &Facts,
    ) -> Result<Editing<'_>, Rejection> {
        authorise(actor, self, permission, &facts.access())?;
        match self.status() {
            Status::Active => self.unexpired(facts),
            Status::Checkout { .. } | Status::Completed { .. } | Status::Abandoned { .. } => {
                Err(Rejection::WrongStatus { status: self.status().name() })
            }
        }
    }

    /// Proves that the actor has a permission by which they take access away, and that the cart is open: active or being
    /// checked out. A revocation need not wait for a payment.
    ///
    /// # Errors
    /// As [`Cart::edit_as`].
    pub fn restrict_as(
        &self,
        actor: &Actor,
        permission: Permission,
        facts: &Facts,
    ) -> Result<Editing<'_>, Rejection> {
        authorise(actor, self, permission, &facts.access())?;
        if self.status().is_open() {
            self.unexpired(facts)
        } else {
            Err(Rejection::WrongStatus { status: self.status().name() })
        }
    }

    fn unexpired(&self, facts: &Facts) -> Result<Editing<'_>, Rejection> {
        if self.has_expired(facts.now) { Err(Rejection::Expired) } else { Ok(Editing { cart: self }) }
    }
}

impl<'a> Editing<'a> {
    /// The cart.
    pub const fn cart(self) -> &'a Cart {
        self.cart
    }

    /// The same proof for this cart as events would leave it.
    pub(crate) const fn of(self, draft: &Cart) -> Editing<'_> {
        Editing { cart: draft }
    }

    /// A line of this cart.
    ///
    /// # Errors
    /// [`Rejection::LineNotFound`] if this cart has no such line, whatever other carts have.
    pub fn line(self, line: LineId) -> Result<&'a Line, Rejection> {
        self.cart.line(line).ok_or(Rejection::LineNotFound { line })
    }
}
