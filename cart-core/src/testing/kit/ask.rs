//! What is asked.

use std::fmt;

use crate::actor::Actor;
use crate::cart::Cart;
use crate::command::{AddLine, BatchMode, Command, LineEdit};
use crate::id::LineId;
use crate::money::Currency;
use crate::selection::{Selection, SelectionKind};
use crate::testing::samples::{coupon, line_id, note, product, promotion_id, quantity, user};

/// A command, by an actor, about a cart that is not known yet.
pub struct Ask {
    pub(super) actor: Actor,
    command: Box<dyn Fn(&Cart) -> Command>,
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("actor", &self.actor).finish_non_exhaustive()
    }
}

impl Ask {
    /// The command, for a cart.
    pub fn command(&self, cart: &Cart) -> Command {
        (self.command)(cart)
    }
}

/// Somebody who asks.
#[derive(Clone, Debug)]
pub struct As(pub Actor);

/// The user `ann`, who owns the carts of the kit if not said otherwise.
pub fn ann() -> As {
    As(user("ann"))
}

/// The line of a product; one that no cart has if there is none.
fn line(cart: &Cart, id: &str) -> LineId {
    let found = cart.lines().iter().find(|line| line.key.product.product.as_str() == id);
    found.map_or(line_id(u64::from(u32::MAX)), |line| line.id)
}

impl As {
    /// Asks for any command.
    pub fn ask(self, command: Command) -> Ask {
        self.ask_of(move |_| command.clone())
    }

    /// Asks for a command that depends on the cart.
    pub fn ask_of(self, command: impl Fn(&Cart) -> Command + 'static) -> Ask {
        Ask { actor: self.0, command: Box::new(command) }
    }

    fn edit(self, id: &str, edit: impl Fn(LineId) -> LineEdit + 'static) -> Ask {
        let id = id.to_owned();
        self.ask_of(move |cart| Command::Edit(edit(line(cart, &id))))
    }

    /// Asks to add units of a product without options.
    pub fn add(self, id: &str, units: u32) -> Ask {
        self.add_line(AddLine::new(product(id), quantity(units)))
    }

    /// Asks to add a line.
    pub fn add_line(self, add: AddLine) -> Ask {
        self.ask(Command::Edit(LineEdit::Add(add)))
    }

    /// Asks to set the quantity of a product's line.
    pub fn set_quantity(self, id: &str, units: u32) -> Ask {
        self.edit(id, move |line| LineEdit::SetQuantity { line, quantity: quantity(units) })
    }

    /// Asks to add units to a product's line.
    pub fn increase(self, id: &str, by: u32) -> Ask {
        self.edit(id, move |line| LineEdit::Increase { line, by: quantity(by) })
    }

    /// Asks to take units off a product's line.
    pub fn decrease(self, id: &str, by: u32) -> Ask {
        self.edit(id, move |line| LineEdit::Decrease { line, by: quantity(by) })
    }

    /// Asks to give a product's line a note, or none.
    pub fn note_line(self, id: &str, text: Option<&str>) -> Ask {
        let text = text.map(note);
        self.edit(id, move |line| LineEdit::SetNote { line, note: text.clone() })
    }

    /// Asks to remove a product's line.
    pub fn remove(self, id: &str) -> Ask {
        self.edit(id, |line| LineEdit::Remove { line })
    }

    /// Asks for several edits in one write; each is asked for as if alone, of the cart as it is before all of them.
    pub fn edit_lines(self, mode: BatchMode, asks: impl Into<Vec<Ask>>) -> Ask {
        let asks = asks.into();
        self.ask_of(move |cart| {
            let edits = asks.iter().flat_map(|ask| ask.command(cart).edits().to_vec()).collect();
            Command::EditLines { edits, mode }
        })
    }

    /// Asks to remove all lines.
    pub fn clear(self) -> Ask {
        self.ask(Command::Clear)
    }

    /// Asks to make a choice.
    pub fn select(self, selection: Selection) -> Ask {
        self.ask(Command::Select { selection })
    }

    /// Asks to take a choice back.
    pub fn unselect(self, selection: SelectionKind) -> Ask {
        self.ask(Command::Unselect { selection })
    }

    /// Asks to put a coupon code on the cart.
    pub fn add_coupon(self, code: &str) -> Ask {
        self.ask(Command::AddCoupon { code: coupon(code) })
    }

    /// Asks to take a coupon code off the cart.
    pub fn remove_coupon(self, code: &str) -> Ask {
        self.ask(Command::RemoveCoupon { code: coupon(code) })
    }

    /// Says no to what a promotion gives.
    pub fn refuse_gift(self, promotion: &str) -> Ask {
        self.ask(Command::RefuseGift { promotion: promotion_id(promotion) })
    }

    /// Says yes to it after all.
    pub fn accept_gift(self, promotion: &str) -> Ask {
        self.ask(Command::AcceptGift { promotion: promotion_id(promotion) })
    }

    /// Takes note of all prices.
    pub fn acknowledge_prices(self) -> Ask {
        self.ask(Command::AcknowledgePrices)
    }

    /// Asks to bring the cart into another currency.
    pub fn change_currency(self, currency: Currency) -> Ask {
        self.ask(Command::ChangeCurrency { currency })
    }
}
