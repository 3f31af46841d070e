//! The items of the cart, which are lines to the rest of the library.

use axum::extract::State;
use cart_core::command::{Command, LineEdit};
use cart_core::id::LineId;

use super::Shop;
use super::answer::Answer;
use super::bodies::{AddItem, Batch, ChangeItem, Nothing, Units};
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::Problem;
use crate::shopper::Write;

pub(super) async fn add(
    State(shop): State<Shop>,
    write: Write,
    StrictJson(item): StrictJson<AddItem>,
) -> Result<Answer, Problem> {
    shop.write(write, Command::Edit(item.into_edit("")?)).await
}

pub(super) async fn edit(
    State(shop): State<Shop>,
    write: Write,
    InPath(line): InPath<LineId>,
    StrictJson(change): StrictJson<ChangeItem>,
) -> Result<Answer, Problem> {
    shop.write(write, change.into_command(line)?).await
}

pub(super) async fn increase(
    State(shop): State<Shop>,
    write: Write,
    InPath(line): InPath<LineId>,
    units: Option<StrictJson<Units>>,
) -> Result<Answer, Problem> {
    let by = Units::quantity(units)?;
    shop.write(write, Command::Edit(LineEdit::Increase { line, by })).await
}

pub(super) async fn decrease(
    State(shop): State<Shop>,
    write: Write,
    InPath(line): InPath<LineId>,
    units: Option<StrictJson<Units>>,
) -> Result<Answer, Problem> {
    let by = Units::quantity(units)?;
    shop.write(write, Command::Edit(LineEdit::Decrease { line, by })).await
}

pub(super) async fn remove(
    State(shop): State<Shop>,
    write: Write,
    InPath(line): InPath<LineId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    shop.write(write, Command::Edit(LineEdit::Remove { line })).await
}

pub(super) async fn edit_many(
    State(shop): State<Shop>,
    write: Write,
    StrictJson(batch): StrictJson<Batch>,
) -> Result<Answer, Problem> {
    Ok(shop.write(write, batch.into_command()?).await?.with_results())
}
