//! What a share link shows of a cart.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{LinkShows, ShareLink, Suggestion};
use crate::actor::ActorRef;
use crate::cart::Cart;
use crate::id::{CartId, LineId};
use crate::money::{Currency, Money};
use crate::pricing::{PricedCart, PricedLine};
use crate::product::{Product, ProductKey};
use crate::quantity::Quantity;
use crate::status::StatusName;
use crate::text::CartName;
use crate::version::Version;

/// A cart as the bearer of a share link sees it: products and quantities, and what else the link shows.
///
/// Never in it: whose the cart is, notes, metadata, address and other choices, coupon codes, whom else it is shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCart {
    /// Which cart; knowing that opens nothing.
    pub id: CartId,
    /// Its version.
    pub version: Version,
    /// Its status.
    pub status: StatusName,
    /// What its owner calls it, where the link shows names.
    pub name: Option<CartName>,
    /// Its lines, in order.
    pub lines: Vec<SharedLine>,
    /// What it costs, where the link shows prices.
    pub prices: Option<SharedPrices>,
    /// The waiting suggestions that were made with the same link.
    pub suggestions: Vec<Arc<Suggestion>>,
    /// Whether changes may be suggested.
    pub may_suggest: bool,
    /// The first instant (UTC) at which the link opens nothing any more; never if absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A line as the bearer of a share link sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedLine {
    /// Which line.
    pub id: LineId,
    /// What it is of.
    pub product: ProductKey,
    /// What the catalog says about it; none if it does not know it.
    pub known: Option<Arc<Product>>,
    /// How many units.
    pub quantity: Quantity,
    /// What it costs, where the link shows prices; none if it cannot be bought now.
    pub price: Option<SharedPrice>,
    /// Who added it, where the link shows names.
    pub added_by: Option<ActorRef>,
}

/// What a line costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedPrice {
    /// One unit.
    pub unit: Money,
    /// The whole line, after all discounts.
    pub total: Money,
}

/// What a cart costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedPrices {
    /// The currency of all amounts.
    pub currency: Currency,
    /// What the lines cost at list prices.
    pub subtotal: Money,
    /// What is taken off them.
    pub discount: Money,
    /// What is to be paid.
    pub total: Money,
}

impl SharedCart {
    /// What a link shows of a cart.
    pub fn of(cart: &Cart, priced: &PricedCart, link: &ShareLink) -> Self {
        let shows = link.terms.shows;
        let author = ActorRef::LinkBearer { token: link.token };
        let own = cart.suggestions().iter().filter(|suggestion| suggestion.author == author);
        Self {
            id: cart.id(),
            version: cart.version(),
            status: cart.status().name(),
            name: cart.name().filter(|_| shows.names).cloned(),
            lines: priced.lines.iter().map(|line| SharedLine::of(line, shows)).collect(),
            prices: shows.prices.then(|| SharedPrices {
                currency: cart.currency(),
                subtotal: priced.totals.subtotal,
                discount: priced.totals.discount,
                total: priced.totals.total,
            }),
            suggestions: own.map(|suggestion| as_shown(suggestion, shows)).collect(),
            may_suggest: link.terms.may_suggest,
            expires_at: link.terms.expires_at,
        }
    }
}

/// A suggestion as the link shows it: what its author calls themselves is a name like others.
fn as_shown(suggestion: &Arc<Suggestion>, shows: LinkShows) -> Arc<Suggestion> {
    if shows.names || suggestion.name.is_none() {
        return Arc::clone(suggestion);
    }
    Arc::new(Suggestion { name: None, ..Suggestion::clone(suggestion) })
}

impl SharedLine {
    fn of(priced: &PricedLine, shows: LinkShows) -> Self {
        let line = &priced.line;
        let amounts = priced.amounts.as_ref().ok().filter(|_| shows.prices);
        Self {
            id: line.id,
            product: line.key.product.clone(),
            known: priced.product.clone(),
            quantity: line.quantity,
            price: amounts.map(|amounts| SharedPrice { unit: priced.prices.unit(), total: amounts.total }),
            added_by: shows.names.then(|| line.added_by.clone()),
        }
    }
}
