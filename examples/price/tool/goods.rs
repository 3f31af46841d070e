//! The products of a request.

use cart_core::id::{ProductId, TaxClass};
use cart_core::money::{Currency, Money};
use cart_core::product::{PriceTier, Product, ProductKey, Stock, UnitPrices};

use super::error::{At as _, Error};
use super::request::{Goods, TierRequest};

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
