//! The gates to changing a cart.

use chrono::{DateTime, Utc};

use crate::actor::Actor;
use crate::authorise::authorise;
use crate::cart::Cart;
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
    /// Proves that the actor may change lines and choices of this cart at `now`.
    ///
    /// # Errors
    /// In this order: [`Rejection::CartNotFound`], [`Rejection::Forbidden`], [`Rejection::WrongStatus`],
    /// [`Rejection::Expired`].
    pub fn edit_as(&self, actor: &Actor, now: DateTime<Utc>) -> Result<Editing<'_>, Rejection> {
        self.changeable(actor, Permission::Edit, now)
    }

    /// Proves that the actor may dispose of this cart at `now`: give it up or merge it.
    ///
    /// # Errors
    /// As [`Cart::edit_as`].
    pub fn own_as(&self, actor: &Actor, now: DateTime<Utc>) -> Result<Editing<'_>, Rejection> {
        self.changeable(actor, Permission::Own, now)
    }

    fn changeable(
        &self,
        actor: &Actor,
        permission: Permission,
        now: DateTime<Utc>,
    ) -> Result<Editing<'_>, Rejection> {
        authorise(actor, self, permission)?;
        if !matches!(self.status(), Status::Active) {
            return Err(Rejection::WrongStatus { status: self.status().name() });
        }
        if self.has_expired(now) { Err(Rejection::Expired) } else { Ok(Editing { cart: self }) }
    }
}

impl<'a> Editing<'a> {
    /// The cart.
    pub const fn cart(self) -> &'a Cart {
        self.cart
    }

    /// A line of this cart.
    ///
    /// # Errors
    /// [`Rejection::LineNotFound`] if this cart has no such line, whatever other carts have.
    pub fn line(self, line: LineId) -> Result<&'a Line, Rejection> {
        self.cart.line(line).ok_or(Rejection::LineNotFound { line })
    }
}
