//! The bodies of requests. None has a price, an owner, a token or a version: unknown fields are refused.

use cart_core::checkout::Handoff;
use cart_core::command::{AddLine, BatchMode, BeginCheckout, Command, CreateCart, LineEdit};
use cart_core::coupon::CouponCode;
use cart_core::id::{AddressId, LineId, PaymentMethodId, ProductId, ShippingMethodId, SuggestionId, UserId};
use cart_core::money::Currency;
use cart_core::product::{Options, ProductKey};
use cart_core::quantity::Quantity;
use cart_core::selection::Selection;
use cart_core::sharing::{LinkChanges, LinkShows, LinkTerms, Proposal};
use cart_core::text::{CartName, Comment, LinkLabel, PersonName};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

use crate::count::Count;
use crate::json::word;
use crate::orders::expected_total;
use crate::problem::Problem;

/// A body with nothing to say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedNothing"))]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedCreate"))]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    /// Whose the cart is to be; the caller's if left out, and nobody else's.
    pub(super) user_id: Option<UserId>,
    cart_name: Option<CartName>,
}

impl Create {
    pub(super) fn into_cart(self) -> CreateCart {
        CreateCart { name: self.cart_name, ..CreateCart::default() }
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedAddItem"))]
#[serde(deny_unknown_fields)]
pub(super) struct AddItem {
    product_id: ProductId,
    #[serde(default)]
    quantity: Count,
    #[serde(default)]
    options: Options,
}

impl AddItem {
    pub(super) fn product(&self) -> ProductKey {
        ProductKey { product: self.product_id.clone(), options: self.options.clone() }
    }

    pub(super) fn into_command(self) -> Result<Command, Problem> {
        let quantity = self.quantity.quantity("", "quantity")?;
        Ok(Command::Edit(LineEdit::Add(AddLine::new(self.product(), quantity))))
    }
}

/// What the cart is to be called; null takes the name away.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedRename"))]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    pub(super) cart_name: Option<CartName>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedSetQuantity"))]
#[serde(deny_unknown_fields)]
pub(super) struct SetQuantity {
    pub(super) quantity: Count,
}

/// What to order of the cart: all of it, if nothing is said.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedOrder"))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Order {
    item_ids: Option<Vec<LineId>>,
    expected_total: Option<String>,
    currency: Option<Currency>,
    code: Option<CouponCode>,
    address_id: Option<AddressId>,
    billing_address_id: Option<AddressId>,
    shipping_method_id: Option<ShippingMethodId>,
    payment_method_id: Option<PaymentMethodId>,
}

impl Order {
    /// `usual` is the currency of amounts of which nothing is said.
    pub(super) fn into_order(self, handoff: Handoff, usual: Currency) -> Result<BeginCheckout, Problem> {
        let expected_total = expected_total(self.expected_total.as_deref(), self.currency, usual)?;
        // The address comes first: the methods must fit it.
        let address = self.address_id.map(Selection::Address);
        let shipping = self.shipping_method_id.map(Selection::ShippingMethod);
        let payment = self.payment_method_id.map(Selection::PaymentMethod);
        Ok(BeginCheckout {
            lines: self.item_ids,
            expected_total,
            code: self.code,
            selections: [address, shipping, payment].into_iter().flatten().collect(),
            billing_address: self.billing_address_id,
            ..BeginCheckout::whole(handoff)
        })
    }
}

/// What is chosen about a new link.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedNewLink"))]
#[serde(deny_unknown_fields, default)]
pub(super) struct NewLink {
    label: Option<LinkLabel>,
    expires_at: Option<DateTime<Utc>>,
    uses: Option<u32>,
    shows: Shows,
    may_suggest: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedShows"))]
#[serde(deny_unknown_fields, default)]
struct Shows {
    prices: bool,
    names: bool,
}

impl From<Shows> for LinkShows {
    fn from(Shows { prices, names }: Shows) -> Self {
        Self { prices, names }
    }
}

impl NewLink {
    pub(super) fn into_terms(self) -> LinkTerms {
        let Self { label, expires_at, uses, shows, may_suggest } = self;
        LinkTerms { label, expires_at, uses, shows: shows.into(), may_suggest }
    }
}

/// What is to be another about a link; what is left out stays, and null takes it away.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedChangeLink"))]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeLink {
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<LinkLabel>"))]
    label: Option<Option<LinkLabel>>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<DateTime<Utc>>"))]
    expires_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<u32>"))]
    uses: Option<Option<u32>>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "Shown"))]
    shows: Option<Shown>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "bool"))]
    may_suggest: Option<bool>,
}

/// What it is to show from now on; what is left out stays.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedShown"))]
#[serde(deny_unknown_fields)]
struct Shown {
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "bool"))]
    prices: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schemars(with = "bool"))]
    names: Option<bool>,
}

impl ChangeLink {
    pub(super) fn into_changes(self) -> LinkChanges {
        let Self { label, expires_at, uses, shows, may_suggest } = self;
        let Shown { prices: shows_prices, names: shows_names } = shows.unwrap_or_default();
        LinkChanges { label, expires_at, uses, shows_prices, shows_names, may_suggest }
    }
}

/// Tells a field that is null from one that is not there.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedSuggest"))]
#[serde(deny_unknown_fields)]
pub(super) struct Suggest {
    #[serde(deserialize_with = "word")]
    op: Op,
    item_id: Option<LineId>,
    product_id: Option<ProductId>,
    #[serde(default)]
    options: Options,
    quantity: Option<Count>,
    comment: Option<Comment>,
    name: Option<PersonName>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedOp"))]
#[serde(rename_all = "snake_case")]
enum Op {
    Add,
    Remove,
    SetQuantity,
    Replace,
}

impl Suggest {
    pub(super) fn into_command(self) -> Result<Command, Problem> {
        let proposal = self.proposal()?;
        Ok(Command::Suggest { proposal, comment: self.comment, name: self.name })
    }

    fn proposal(&self) -> Result<Proposal, Problem> {
        match self.op {
            Op::Add => {
                self.without_item()?;
                Ok(Proposal::Add { product: self.product()?, quantity: self.quantity_or_one()? })
            }
            Op::Remove => {
                self.without_product()?;
                if self.quantity.is_some() {
                    return Err(not_here("quantity"));
                }
                Ok(Proposal::Remove { line: self.item()? })
            }
            Op::SetQuantity => {
                self.without_product()?;
                let quantity = self.quantity.ok_or_else(|| missing("quantity"))?;
                Ok(Proposal::SetQuantity { line: self.item()?, quantity: quantity.quantity("", "quantity")? })
            }
            Op::Replace => Ok(Proposal::Replace {
                line: self.item()?,
                product: self.product()?,
                quantity: self.quantity_or_one()?,
            }),
        }
    }

    fn item(&self) -> Result<LineId, Problem> {
        self.item_id.ok_or_else(|| missing("item_id"))
    }

    fn product(&self) -> Result<ProductKey, Problem> {
        let product = self.product_id.clone().ok_or_else(|| missing("product_id"))?;
        Ok(ProductKey { product, options: self.options.clone() })
    }

    fn quantity_or_one(&self) -> Result<Quantity, Problem> {
        self.quantity.unwrap_or_default().quantity("", "quantity")
    }

    fn without_item(&self) -> Result<(), Problem> {
        if self.item_id.is_some() { Err(not_here("item_id")) } else { Ok(()) }
    }

    fn without_product(&self) -> Result<(), Problem> {
        if self.product_id.is_some() {
            Err(not_here("product_id"))
        } else if !self.options.is_empty() {
            Err(not_here("options"))
        } else {
            Ok(())
        }
    }
}

fn missing(field: &'static str) -> Problem {
    Problem::new(crate::ProblemCode::MissingField).field("pointer", format!("/{field}"))
}

/// A field that says nothing together with the others.
fn not_here(field: &'static str) -> Problem {
    Problem::new(crate::ProblemCode::UnknownField).field("pointer", format!("/{field}"))
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedAccept"))]
#[serde(deny_unknown_fields)]
pub(super) struct Accept {
    suggestion_ids: Vec<SuggestionId>,
    #[serde(default, deserialize_with = "word")]
    mode: Mode,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedMode"))]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    AllOrNothing,
    PerLine,
}

impl Accept {
    pub(super) fn into_command(self) -> Command {
        let mode = match self.mode {
            Mode::AllOrNothing => BatchMode::AllOrNothing,
            Mode::PerLine => BatchMode::PerLine,
        };
        Command::Accept { suggestions: self.suggestion_ids, mode }
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedDecline"))]
#[serde(deny_unknown_fields)]
pub(super) struct Decline {
    suggestion_ids: Vec<SuggestionId>,
}

impl Decline {
    pub(super) fn into_command(self) -> Command {
        Command::Decline { suggestions: self.suggestion_ids }
    }
}
