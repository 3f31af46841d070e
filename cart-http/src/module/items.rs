//! The items of the cart, which are lines to the rest of the library.

use axum::extract::State;
use cart_core::command::{Command, LineEdit};
use cart_core::id::LineId;

use super::Module;
use super::answer::Answer;
use super::bodies::{AddItem, ChangeItem, Nothing};
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::Problem;
use crate::shopper::Write;

pub(super) async fn add(
    State(module): State<Module>,
    write: Write,
    StrictJson(item): StrictJson<AddItem>,
) -> Result<Answer, Problem> {
    module.write(write, Command::Edit(item.into_edit()?)).await
}

pub(super) async fn change(
    State(module): State<Module>,
    write: Write,
    InPath(line): InPath<LineId>,
    StrictJson(change): StrictJson<ChangeItem>,
) -> Result<Answer, Problem> {
    let quantity = change.quantity.quantity("", "quantity")?;
    module.write(write, Command::Edit(LineEdit::SetQuantity { line, quantity })).await
}

pub(super) async fn remove(
    State(module): State<Module>,
    write: Write,
    InPath(line): InPath<LineId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    module.write(write, Command::Edit(LineEdit::Remove { line })).await
}
