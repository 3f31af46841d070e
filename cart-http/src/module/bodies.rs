//! The bodies of requests. None has a price, a total, a status, an owner or a version: unknown fields are refused.

use cart_core::command::{AddLine, LineEdit};
use cart_core::coupon::CouponCode;
use cart_core::id::ProductId;
use cart_core::metadata::Metadata;
use cart_core::product::{Options, ProductKey};
use cart_core::text::Note;
use serde::Deserialize;

use crate::count::Count;
use crate::problem::{Problem, ProblemCode};

/// A body with nothing to say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleNothing"))]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleAddItem"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AddItem {
    product_id: String,
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
    pub(super) fn into_edit(self) -> Result<LineEdit, Problem> {
        Ok(LineEdit::Add(AddLine {
            // Text that cannot be an id is the id of no product, which the document has a code for.
            product: ProductKey {
                product: ProductId::new(&self.product_id)
                    .map_err(|_| Problem::new(ProblemCode::ProductNotFound))?,
                options: self.options,
            },
            quantity: self.quantity.quantity("", "quantity")?,
            note: self.note,
            metadata: self.metadata,
        }))
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleChangeItem"))]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeItem {
    pub(super) quantity: Count,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleEnterCode"))]
#[serde(deny_unknown_fields)]
pub(super) struct EnterCode {
    code: String,
}

impl EnterCode {
    /// Text that cannot be a code is the code of no promotion.
    pub(super) fn into_code(self) -> Result<CouponCode, Problem> {
        CouponCode::new(&self.code).map_err(|_| Problem::new(ProblemCode::CouponNotFound))
    }
}
