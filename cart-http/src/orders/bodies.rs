//! The bodies of requests. What is to be paid can only be said to be expected, never set.

use cart_core::checkout::Handoff;
use cart_core::command::{AddLine, BeginCheckout, BuyNow, CreateCart};
use cart_core::coupon::CouponCode;
use cart_core::id::{AddressId, CartId, LineId, PaymentMethodId, ProductId, ShippingMethodId};
use cart_core::metadata::Metadata;
use cart_core::money::{Currency, Money};
use cart_core::product::{Options, ProductKey};
use cart_core::selection::Selection;
use cart_core::text::Note;
use serde::Deserialize;

use crate::count::Count;
use crate::problem::{Problem, ProblemCode};

/// A body with nothing to say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "OrdersNothing"))]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What to order of a cart: all of it, if nothing is said.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "OrdersBegin"))]
#[serde(deny_unknown_fields)]
pub(super) struct Begin {
    #[serde(default)]
    pub(super) cart_id: Option<CartId>,
    #[serde(default)]
    item_ids: Option<Vec<LineId>>,
    #[serde(default)]
    expected_total: Option<String>,
    #[serde(default)]
    currency: Option<Currency>,
    #[serde(default)]
    code: Option<CouponCode>,
}

impl Begin {
    /// `usual` is the currency of amounts of which nothing is said.
    pub(super) fn into_order(self, handoff: Handoff, usual: Currency) -> Result<BeginCheckout, Problem> {
        let expected_total = expected_total(self.expected_total.as_deref(), self.currency, usual)?;
        let (lines, code) = (self.item_ids, self.code);
        Ok(BeginCheckout { lines, expected_total, code, ..BeginCheckout::whole(handoff) })
    }
}

/// What a cart is expected to cost, in its usual currency unless another is said.
pub(crate) fn expected_total(
    text: Option<&str>,
    currency: Option<Currency>,
    usual: Currency,
) -> Result<Option<Money>, Problem> {
    if currency.is_some() && text.is_none() {
        // A cart has its currency; saying it here must not seem to change it.
        return Err(missing("/expected_total"));
    }
    expected(text, currency.unwrap_or(usual))
}

/// One product to be ordered by itself.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "OrdersPurchase"))]
#[serde(deny_unknown_fields)]
pub(super) struct Purchase {
    product_id: ProductId,
    #[serde(default)]
    quantity: Count,
    #[serde(default)]
    options: Options,
    #[serde(default)]
    note: Option<Note>,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    address_id: Option<AddressId>,
    #[serde(default)]
    shipping_method_id: Option<ShippingMethodId>,
    #[serde(default)]
    payment_method_id: Option<PaymentMethodId>,
    #[serde(default)]
    currency: Option<Currency>,
    #[serde(default)]
    expected_total: Option<String>,
    #[serde(default)]
    code: Option<CouponCode>,
}

impl Purchase {
    pub(super) fn into_purchase(self, handoff: Handoff, usual: Currency) -> Result<BuyNow, Problem> {
        let expected_total = expected(self.expected_total.as_deref(), self.currency.unwrap_or(usual))?;
        let address = self.address_id.map(Selection::Address);
        let shipping = self.shipping_method_id.map(Selection::ShippingMethod);
        let payment = self.payment_method_id.map(Selection::PaymentMethod);
        Ok(BuyNow {
            add: AddLine {
                product: ProductKey { product: self.product_id, options: self.options },
                quantity: self.quantity.quantity("", "quantity")?,
                note: self.note,
                metadata: self.metadata,
            },
            // The address comes first: the methods must fit it.
            selections: [address, shipping, payment].into_iter().flatten().collect(),
            cart: CreateCart { currency: self.currency, ..CreateCart::default() },
            order: BeginCheckout { expected_total, code: self.code, ..BeginCheckout::whole(handoff) },
        })
    }
}

/// An amount as decimal text, as answers have it.
fn expected(text: Option<&str>, currency: Currency) -> Result<Option<Money>, Problem> {
    let amount = text.map(|text| Money::parse_decimal(text, currency)).transpose();
    amount.map_err(|_| Problem::new(ProblemCode::InvalidValue).field("pointer", "/expected_total"))
}

pub(super) fn missing(pointer: &'static str) -> Problem {
    Problem::new(ProblemCode::MissingField).field("pointer", pointer)
}
