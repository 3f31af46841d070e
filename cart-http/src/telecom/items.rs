//! The items of a cart, which are lines to the rest of the library.

use axum::extract::State;
use cart_core::command::{Command, LineEdit};
use cart_core::service::Target;

use super::Telecom;
use super::answer::Answer;
use super::bodies::{AddItem, Nothing};
use super::caller::Write;
use super::path::{self, Named};
use super::refusal::Refusal;
use super::sent::Sent;

pub(super) async fn add(
    State(telecom): State<Telecom>,
    write: Write,
    Named(cart): Named<String>,
    item: Result<Sent<AddItem>, Refusal>,
) -> Result<Answer, Refusal> {
    let Sent(item) = item.map_err(Refusal::of_item)?;
    let command = item.into_command().map_err(|problem| Refusal::from(problem).of_item())?;
    telecom.change(write, path::cart(&cart)?, command).await
}

pub(super) async fn remove(
    State(telecom): State<Telecom>,
    write: Write,
    Named((cart, item)): Named<(String, String)>,
    _: Option<Sent<Nothing>>,
) -> Result<Answer, Refusal> {
    let cart = path::cart(&cart)?;
    match path::item(&item) {
        Ok(line) => telecom.change(write, cart, Command::Edit(LineEdit::Remove { line })).await,
        // Who may not see the cart is not told what is in it.
        Err(nothing) => {
            telecom.seen(&write.actor, &Target::Cart(cart)).await?;
            Err(nothing)
        }
    }
}
