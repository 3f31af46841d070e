//! The lines and products of a request.

use std::collections::HashSet;
use std::sync::Arc;

use cart_core::actor::ActorRef;
use cart_core::id::{LineId, ProductId, TaxClass};
use cart_core::line::{Line, LineKey};
use cart_core::metadata::Metadata;
use cart_core::money::{Currency, Money};
use cart_core::product::{PriceTier, Product, ProductKey, Stock, UnitPrices};
use cart_core::quantity::Quantity;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{At as _, Error};
use super::request::{Goods, TierRequest};

/// The most lines, and the most products besides.
const MAX_LINES: usize = 1000;

/// A line of the request.
pub(super) struct NamedLine {
    pub(super) name: String,
    key: ProductKey,
    pub(super) product: Product,
    quantity: Quantity,
}

/// Reads the lines.
pub(super) fn lines(lines: &[Goods], currency: Currency) -> Result<Vec<NamedLine>, Error> {
    if lines.len() > MAX_LINES {
        return Err(Error::at("lines", format!("a request has at most {MAX_LINES} lines")));
    }
    let mut names = HashSet::with_capacity(lines.len());
    let read = |(place, goods): (usize, &Goods)| {
        let at = format!("lines[{place}]");
        let name = goods.id.clone().unwrap_or_else(|| (place + 1).to_string());
        if !names.insert(name.clone()) {
            return Err(Error::at(format!("{at}.id"), format!("another line has the id {name:?}")));
        }
        let named = ProductId::new(&name).at(|| format!("{at}.id"))?;
        let (key, product) = goods.read(goods.product.clone().unwrap_or(named), &name, currency, &at)?;
        Ok(NamedLine { name, key, product, quantity: goods.quantity.unwrap_or(Quantity::ONE) })
    };
    lines.iter().enumerate().map(read).collect()
}

/// What the catalog answers about products without a line.
type Answers = Vec<(ProductKey, Option<Arc<Product>>)>;

/// Reads the products without a line.
pub(super) fn other_products(products: &[Goods], currency: Currency) -> Result<Answers, Error> {
    if products.len() > MAX_LINES {
        return Err(Error::at("products", format!("a request has at most {MAX_LINES} products")));
    }
    let mut keys = HashSet::with_capacity(products.len());
    let read = |(place, goods): (usize, &Goods)| {
        let at = format!("products[{place}]");
        if goods.id.is_some() || goods.quantity.is_some() {
            return Err(Error::at(at, "only lines have an id and a quantity"));
        }
        let missing = || Error::at(at.clone(), "missing field `product`");
        let id = goods.product.clone().ok_or_else(missing)?;
        let (key, product) = goods.read(id.clone(), id.as_str(), currency, &at)?;
        if !keys.insert(key.clone()) {
            return Err(Error::at(at, "this product occurs twice"));
        }
        Ok((key, Some(Arc::new(product))))
    };
    products.iter().enumerate().map(read).collect()
}

/// The id of the line at a place.
pub(super) fn line_id(place: usize) -> LineId {
    LineId::from_uuid(Uuid::from_u128(place as u128 + 1))
}

impl NamedLine {
    /// The line at a place of the cart.
    pub(super) fn read(&self, place: usize, now: DateTime<Utc>) -> Result<Arc<Line>, Error> {
        // Its name makes each line one of its own, whatever product it is of.
        let distinct: Map<String, Value> =
            [("line".to_owned(), self.name.as_str().into())].into_iter().collect();
        let distinct = Metadata::new(distinct).at(|| format!("lines[{place}].id"))?;
        Ok(Arc::new(Line {
            id: line_id(place),
            key: LineKey { product: self.key.clone(), distinct },
            quantity: self.quantity,
            note: None,
            metadata: Metadata::default(),
            snapshot: self.product.prices_for(self.quantity),
            acknowledged: None,
            added_at: now,
            added_by: ActorRef::System,
        }))
    }
}

impl Goods {
    /// The product and its key; `at` is the field that is read.
    pub(super) fn read(
        &self,
        id: ProductId,
        name: &str,
        currency: Currency,
        at: &str,
    ) -> Result<(ProductKey, Product), Error> {
        let prices = prices(&self.unit_price, self.list_price.as_deref(), currency, at)?;
        let product = Product {
            kind: self.kind.as_deref().unwrap_or("product").into(),
            stock: self.stock.clone().unwrap_or(Stock::Unlimited),
            needs_delivery: self.needs_delivery,
            grams: self.grams,
            categories: self.categories.clone().into(),
            tax_class: self.tax_class.clone().unwrap_or_else(TaxClass::standard),
            tiers: tiers(&self.tiers, currency, at)?.into(),
            ..Product::new(self.name.as_deref().unwrap_or(name), prices)
        };
        Ok((ProductKey { product: id, options: self.options.clone() }, product))
    }
}

fn tiers(tiers: &[TierRequest], currency: Currency, at: &str) -> Result<Vec<PriceTier>, Error> {
    if !tiers.is_sorted_by(|lower, higher| lower.from < higher.from) {
        return Err(Error::at(format!("{at}.tiers"), "tiers must rise"));
    }
    let read = |(place, tier): (usize, &TierRequest)| {
        let at = format!("{at}.tiers[{place}]");
        let prices = prices(&tier.unit_price, tier.list_price.as_deref(), currency, &at)?;
        Ok(PriceTier { from: tier.from, prices })
    };
    tiers.iter().enumerate().map(read).collect()
}

fn prices(unit: &str, list: Option<&str>, currency: Currency, at: &str) -> Result<UnitPrices, Error> {
    let unit = amount(unit, currency, || format!("{at}.unit_price"))?;
    let list = list.map(|list| amount(list, currency, || format!("{at}.list_price"))).transpose()?;
    UnitPrices::new(list.unwrap_or(unit), unit).at(|| at.to_owned())
}

/// An amount that is not negative.
pub(super) fn amount(text: &str, currency: Currency, at: impl Fn() -> String) -> Result<Money, Error> {
    let amount = Money::parse_decimal(text, currency).at(&at)?;
    if amount.is_negative() { Err(Error::at(at(), "an amount must not be negative")) } else { Ok(amount) }
}
