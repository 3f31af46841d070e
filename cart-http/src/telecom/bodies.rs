//! The bodies of requests. None says what anything costs: unknown fields are refused.

use cart_core::checkout::Handoff;
use cart_core::command::{AddLine, BeginCheckout, Command, LineEdit};
use cart_core::coupon::CouponCode;
use cart_core::id::{AddressId, PaymentMethodId, ProductId};
use cart_core::metadata::Metadata;
use cart_core::product::ProductKey;
use cart_core::selection::Selection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::count::Count;
use crate::json::{Object, word};
use crate::problem::{Problem, ProblemCode};

/// A body with nothing to say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomNothing"))]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// A cart to be made.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomCreate"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Create {
    #[serde(default)]
    pub(super) customer_id: Option<String>,
    #[serde(default)]
    pub(super) metadata: Option<Metadata>,
}

/// An item to be added.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomAddItem"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AddItem {
    product_id: ProductId,
    quantity: Count,
    #[serde(default)]
    metadata: Option<Object<ItemMetadata>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomItemMetadata"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ItemMetadata {
    #[serde(default, deserialize_with = "plan_type", skip_serializing_if = "Option::is_none")]
    plan_type: Option<PlanType>,
    /// In months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contract_length: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    imei: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomPlanType"))]
#[serde(rename_all = "lowercase")]
enum PlanType {
    Prepaid,
    Postpaid,
}

fn plan_type<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<PlanType>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Word(#[serde(deserialize_with = "word")] PlanType);
    Ok(Option::<Word>::deserialize(deserializer)?.map(|Word(plan)| plan))
}

impl AddItem {
    pub(super) fn into_command(self) -> Result<Command, Problem> {
        Ok(Command::Edit(LineEdit::Add(AddLine {
            product: ProductKey::plain(self.product_id),
            quantity: self.quantity.quantity("", "quantity")?,
            note: None,
            metadata: self.metadata.map_or_else(|| Ok(Metadata::default()), |Object(some)| some.checked())?,
        })))
    }
}

impl ItemMetadata {
    fn checked(&self) -> Result<Metadata, Problem> {
        let Ok(Value::Object(members)) = serde_json::to_value(self) else {
            return Err(Problem::new(ProblemCode::Internal));
        };
        let invalid = |_| Problem::new(ProblemCode::InvalidValue).field("pointer", "/metadata");
        Metadata::new(members).map_err(invalid)
    }
}

/// What a cart is ordered with.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomOrder"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Order {
    pub(super) customer_id: String,
    payment_method_id: PaymentMethodId,
    #[serde(default)]
    shipping_address: Option<Object<Address>>,
    #[serde(default)]
    billing_address: Option<Object<Address>>,
    #[serde(default)]
    promo_code: Option<String>,
}

/// An address of the customer's, as the shop knows it: carts do not keep streets.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomAddress"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Address {
    address_id: AddressId,
}

impl Order {
    /// The order that it asks for. What the cart was ordered with before, and came to nothing, does not count.
    pub(super) fn into_command(self) -> Result<BeginCheckout, Problem> {
        let address = self.shipping_address.map(|Object(address)| Selection::Address(address.address_id));
        // The address comes first: the method must fit it.
        let selections = address.into_iter().chain([Selection::PaymentMethod(self.payment_method_id)]);
        Ok(BeginCheckout {
            code: self.promo_code.as_deref().map(promo_code).transpose()?,
            only_code: true,
            selections: selections.collect(),
            billing_address: self.billing_address.map(|Object(address)| address.address_id),
            ..BeginCheckout::whole(Handoff::Service)
        })
    }
}

/// Text that can be no code is the code of no promotion.
fn promo_code(text: &str) -> Result<CouponCode, Problem> {
    CouponCode::new(text).map_err(|_| Problem::new(ProblemCode::CouponNotFound))
}
