//! The bodies of requests. None has a price, a total, a status, an owner or a version: unknown fields are refused.

use cart_core::command::{AddLine, BatchMode, Command, LineEdit};
use cart_core::id::{LineId, ProductId};
use cart_core::metadata::Metadata;
use cart_core::money::Currency;
use cart_core::product::{Options, ProductKey};
use cart_core::quantity::Quantity;
use cart_core::rejection::Rejection;
use cart_core::text::Note;
use serde::{Deserialize, Deserializer};

use crate::count::Count;
use crate::json::{Object, StrictJson, word};
use crate::problem::Problem;

/// A body with nothing to say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopNothing"))]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopAddItem"))]
#[serde(deny_unknown_fields)]
pub(super) struct AddItem {
    product_id: ProductId,
    #[serde(default)]
    quantity: Count,
    #[serde(default)]
    options: Options,
    #[serde(default)]
    note: Option<Note>,
    #[serde(default)]
    metadata: Metadata,
}

impl AddItem {
    /// The edit that it asks for; `at` is where in the body it is.
    pub(super) fn into_edit(self, at: &str) -> Result<LineEdit, Problem> {
        Ok(LineEdit::Add(AddLine {
            product: ProductKey { product: self.product_id, options: self.options },
            quantity: self.quantity.quantity(at, "quantity")?,
            note: self.note,
            metadata: self.metadata,
        }))
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopChangeItem"))]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeItem {
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "Count"))]
    quantity: Option<Count>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<Note>"))]
    note: Option<Option<Note>>,
}

impl ChangeItem {
    pub(super) fn into_command(self, line: LineId) -> Result<Command, Problem> {
        let quantity = self.quantity.map(|count| count.quantity("", "quantity")).transpose()?;
        let quantity = quantity.map(|quantity| LineEdit::SetQuantity { line, quantity });
        let note = self.note.map(|note| LineEdit::SetNote { line, note });
        match (quantity, note) {
            (Some(quantity), Some(note)) => {
                Ok(Command::EditLines { edits: vec![quantity, note], mode: BatchMode::AllOrNothing })
            }
            (Some(edit), None) | (None, Some(edit)) => Ok(Command::Edit(edit)),
            (None, None) => Err(Problem::from(&Rejection::NothingToDo)),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopUnits"))]
#[serde(deny_unknown_fields)]
pub(super) struct Units {
    #[serde(default)]
    by: Count,
}

impl Units {
    /// How many; 1 if not said.
    pub(super) fn quantity(body: Option<StrictJson<Self>>) -> Result<Quantity, Problem> {
        body.map_or_else(Self::default, |StrictJson(units)| units).by.quantity("", "by")
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopBatch"))]
#[serde(deny_unknown_fields)]
pub(super) struct Batch {
    #[serde(deserialize_with = "word")]
    mode: Mode,
    edits: Vec<Object<Edit>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopMode"))]
#[serde(rename_all = "snake_case")]
enum Mode {
    AllOrNothing,
    PerLine,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopEdit"))]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum Edit {
    Add(AddItem),
    SetQuantity {
        item_id: LineId,
        quantity: Count,
    },
    Increase {
        item_id: LineId,
        #[serde(default)]
        by: Count,
    },
    Decrease {
        item_id: LineId,
        #[serde(default)]
        by: Count,
    },
    #[cfg_attr(feature = "openapi", schemars(extend("required" = ["op", "item_id", "note"])))]
    SetNote {
        item_id: LineId,
        // Null removes the note; leaving it out is a mistake.
        #[serde(deserialize_with = "Option::deserialize")]
        note: Option<Note>,
    },
    Remove {
        item_id: LineId,
    },
}

impl Batch {
    pub(super) fn into_command(self) -> Result<Command, Problem> {
        let mode = match self.mode {
            Mode::AllOrNothing => BatchMode::AllOrNothing,
            Mode::PerLine => BatchMode::PerLine,
        };
        let edits = self.edits.into_iter().enumerate().map(|(index, Object(edit))| edit.into_edit(index));
        Ok(Command::EditLines { edits: edits.collect::<Result<_, _>>()?, mode })
    }
}

impl Edit {
    fn into_edit(self, index: usize) -> Result<LineEdit, Problem> {
        let at = format!("/edits/{index}");
        Ok(match self {
            Self::Add(item) => item.into_edit(&at)?,
            Self::SetQuantity { item_id: line, quantity } => {
                LineEdit::SetQuantity { line, quantity: quantity.quantity(&at, "quantity")? }
            }
            Self::Increase { item_id: line, by } => LineEdit::Increase { line, by: by.quantity(&at, "by")? },
            Self::Decrease { item_id: line, by } => LineEdit::Decrease { line, by: by.quantity(&at, "by")? },
            Self::SetNote { item_id: line, note } => LineEdit::SetNote { line, note },
            Self::Remove { item_id: line } => LineEdit::Remove { line },
        })
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopChooseCurrency"))]
#[serde(deny_unknown_fields)]
pub(super) struct ChooseCurrency {
    pub(super) currency: Currency,
}

/// Tells a field that is null from one that is not there.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
