//! What is ordered, frozen.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Owner;
use crate::cart::Cart;
use crate::id::{
    AddressId, CartId, ChannelId, CheckoutId, FeeId, LineId, PaymentMethodId, ShippingMethodId, StockItemId,
};
use crate::line::Line;
use crate::metadata::Metadata;
use crate::money::Currency;
use crate::pricing::{
    Derivation, LineAmounts, PricedCart, PricedCharge, PricedCoupon, PricedGift, PricedLine, PricedPromotion,
    TaxTotal, Totals,
};
use crate::product::{Product, ProductKey, Stock, UnitPrices};
use crate::quantity::Quantity;
use crate::selection::Selections;
use crate::text::{Locale, Note};
use crate::version::Version;

/// What is ordered, and what it costs: frozen when the checkout begins, and the same for everybody who is asked about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderDraft {
    /// The checkout, whose id tells this order from every other.
    pub checkout: CheckoutId,
    /// The cart.
    pub cart: CartId,
    /// The version of the cart that was frozen.
    pub version: Version,
    /// Which surface or shop it is from.
    pub channel: ChannelId,
    /// Whose order it is.
    pub owner: Owner,
    /// The currency of all amounts.
    pub currency: Currency,
    /// When it was frozen (UTC).
    pub at: DateTime<Utc>,
    /// When the checkout was to end by itself at first (UTC).
    pub deadline: DateTime<Utc>,
    /// Whether these are all lines of the cart; the others stay in it.
    pub whole: bool,
    /// Whether the cart was made for this order alone.
    pub one_off: bool,
    /// What is ordered; never empty.
    pub lines: Vec<DraftLine>,
    /// Where to deliver, how, and how to pay.
    #[serde(default, skip_serializing_if = "Selections::is_empty")]
    pub selections: Selections,
    /// The address for the bill; that of the delivery if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<AddressId>,
    /// Delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<PricedCharge<ShippingMethodId>>,
    /// Paying by the selected method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PricedCharge<PaymentMethodId>>,
    /// Other fees and surcharges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<PricedCharge<FeeId>>,
    /// The taxes by name and rate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxTotal>,
    /// What became of each promotion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotions: Vec<PricedPromotion>,
    /// What became of each coupon code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<PricedCoupon>,
    /// What the shopper gets for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gifts: Vec<PricedGift>,
    /// The sums.
    pub totals: Totals,
    /// How they came to be.
    pub derivation: Derivation,
    /// The language in which the owner reads product names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// The cart's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The host's own data on the cart.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftLine {
    /// The line of the cart.
    pub line: LineId,
    /// What is ordered.
    pub product: ProductKey,
    /// The name that the shopper saw.
    pub name: Arc<str>,
    /// The kind of product.
    pub kind: Arc<str>,
    /// How many units.
    pub quantity: Quantity,
    /// What one unit costs.
    pub prices: UnitPrices,
    /// What the line adds to the totals.
    pub amounts: LineAmounts,
    /// What the stock is counted as, where it is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock_item: Option<StockItemId>,
    /// The shopper's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The host's own data.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

/// What a draft is besides the cart and its price.
pub(crate) struct Frozen {
    pub(crate) checkout: CheckoutId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) deadline: DateTime<Utc>,
    pub(crate) whole: bool,
    pub(crate) one_off: bool,
    pub(crate) billing_address: Option<AddressId>,
}

impl OrderDraft {
    /// Freezes a cart of which every line can be ordered; lines that cannot are left out.
    pub(crate) fn freeze(cart: &Cart, priced: PricedCart, frozen: Frozen) -> Self {
        Self {
            checkout: frozen.checkout,
            cart: cart.id(),
            version: cart.version(),
            channel: cart.channel().clone(),
            owner: cart.owner().clone(),
            currency: cart.currency(),
            at: frozen.at,
            deadline: frozen.deadline,
            whole: frozen.whole,
            one_off: frozen.one_off,
            lines: priced.lines.iter().filter_map(DraftLine::of).collect(),
            selections: cart.selections().clone(),
            billing_address: frozen.billing_address,
            shipping: priced.shipping,
            payment: priced.payment,
            fees: priced.fees,
            taxes: priced.taxes,
            promotions: priced.promotions,
            coupons: priced.coupons,
            gifts: priced.gifts,
            totals: priced.totals,
            derivation: priced.derivation,
            locale: cart.settings().locale.clone(),
            note: cart.note().cloned(),
            metadata: cart.metadata().clone(),
        }
    }

    /// What the cart cost when it was frozen, with what the catalog says about its products now.
    pub(crate) fn priced<'a>(
        &self,
        lines: impl Iterator<Item = (&'a Arc<Line>, Option<&'a Arc<Product>>)>,
    ) -> PricedCart {
        let of_line = |(line, product): (&Arc<Line>, Option<&Arc<Product>>)| {
            let ordered = self.lines.iter().find(|ordered| ordered.line == line.id)?;
            let product = product.cloned();
            let (prices, amounts) = (ordered.prices, Ok(ordered.amounts));
            Some(PricedLine { line: Arc::clone(line), product, prices, amounts })
        };
        PricedCart {
            lines: lines.filter_map(of_line).collect(),
            shipping: self.shipping.clone(),
            payment: self.payment.clone(),
            fees: self.fees.clone(),
            taxes: self.taxes.clone(),
            promotions: self.promotions.clone(),
            coupons: self.coupons.clone(),
            gifts: self.gifts.clone(),
            totals: self.totals,
            derivation: self.derivation.clone(),
            notices: Vec::new(),
        }
    }
}

impl DraftLine {
    fn of(priced: &PricedLine) -> Option<Self> {
        let (product, amounts) = (priced.product.as_ref()?, priced.amounts.ok()?);
        Some(Self {
            line: priced.line.id,
            product: priced.line.key.product.clone(),
            name: Arc::clone(&product.name),
            kind: Arc::clone(&product.kind),
            quantity: priced.line.quantity,
            prices: priced.prices,
            amounts,
            stock_item: match &product.stock {
                Stock::Limited { item, .. } => Some(item.clone()),
                Stock::Unlimited | Stock::OutOfStock | Stock::Call => None,
            },
            note: priced.line.note.clone(),
            metadata: priced.line.metadata.clone(),
        })
    }
}
