//! The demo world: what a real host would have in its own systems, read from one JSON file.
//!
//! The format is documented in `docs/world.md`. Unknown fields are refused, so that a misspelt one is noticed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use async_trait::async_trait;
use cart_core::actor::Owner;
use cart_core::id::{
    AddressId, ChannelId, CompanyId, PaymentMethodId, ProductId, ShippingMethodId, StockItemId, UserId,
};
use cart_core::memory::{MemoryAddressBook, MemoryMethodBook};
use cart_core::money::{Currency, Money};
use cart_core::port::{Catalog, PortError, ProductQuery};
use cart_core::product::{Product, QuantityRule, Stock, UnitPrices};
use cart_core::quantity::Quantity;
use cart_core::selection::{Address, Method};
use serde::Deserialize;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The world as its file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct World {
    pub(crate) channel: ChannelId,
    pub(crate) currency: Currency,
    stock_items: Vec<StockItem>,
    products: Vec<WorldProduct>,
    shipping_methods: Vec<WorldMethod<ShippingMethodId>>,
    payment_methods: Vec<WorldMethod<PaymentMethodId>>,
    pub(crate) users: Vec<WorldUser>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StockItem {
    id: StockItemId,
    available: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldProduct {
    id: ProductId,
    name: String,
    kind: String,
    image: Option<String>,
    prices: Vec<WorldPrice>,
    stock: WorldStock,
    #[serde(default)]
    quantity_rule: WorldQuantityRule,
    #[serde(default)]
    withdrawn: bool,
    #[serde(default = "yes")]
    needs_delivery: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldPrice {
    currency: Currency,
    list: String,
    unit: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "stock_type", rename_all = "snake_case", deny_unknown_fields)]
enum WorldStock {
    Unlimited,
    Limited { item: StockItemId },
    OutOfStock,
    Call,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldQuantityRule {
    min: Option<Quantity>,
    max: Option<Quantity>,
    step: Option<Quantity>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldMethod<Id> {
    id: Id,
    name: String,
    #[serde(default = "yes")]
    active: bool,
    #[serde(default)]
    currencies: BTreeSet<Currency>,
    #[serde(default)]
    kinds: BTreeSet<Arc<str>>,
    #[serde(default)]
    countries: BTreeSet<Arc<str>>,
}

/// Somebody who can sign in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorldUser {
    pub(crate) id: UserId,
    pub(crate) company: Option<CompanyId>,
    addresses: Vec<WorldAddress>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldAddress {
    id: AddressId,
    country: Arc<str>,
}

/// Collects what must not occur twice.
fn distinct<K: Ord + Display, V>(
    what: &str,
    pairs: impl Iterator<Item = Result<(K, V), Error>>,
) -> Result<BTreeMap<K, V>, Error> {
    let mut all = BTreeMap::new();
    for pair in pairs {
        let (key, value) = pair?;
        if all.contains_key(&key) {
            return Err(format!("{what} {key} occurs twice").into());
        }
        all.insert(key, value);
    }
    Ok(all)
}

fn yes() -> bool {
    true
}

impl World {
    /// Reads a world.
    pub(crate) fn parse(json: &str) -> Result<Self, Error> {
        Ok(serde_json::from_str(json)?)
    }

    /// Its catalog.
    pub(crate) fn catalog(&self) -> Result<WorldCatalog, Error> {
        let supply =
            distinct("stock item", self.stock_items.iter().map(|item| Ok((&item.id, item.available))))?;
        let products = self.products.iter().map(|product| {
            let read = product.read(&supply).map_err(|error| format!("product {}: {error}", product.id))?;
            Ok((product.id.clone(), read))
        });
        Ok(WorldCatalog { products: distinct("product", products)? })
    }

    /// The addresses of its users.
    pub(crate) fn addresses(&self) -> MemoryAddressBook {
        let book = MemoryAddressBook::default();
        for user in &self.users {
            for address in &user.addresses {
                let owner = Owner::User { user: user.id.clone(), company: user.company.clone() };
                book.put(owner, address.id.clone(), Address { country: Arc::clone(&address.country) });
            }
        }
        book
    }

    /// Its shipping and payment methods.
    pub(crate) fn methods(&self) -> MemoryMethodBook {
        let book = MemoryMethodBook::default();
        self.shipping_methods.iter().for_each(|method| book.put_shipping(method.id.clone(), method.read()));
        self.payment_methods.iter().for_each(|method| book.put_payment(method.id.clone(), method.read()));
        book
    }
}

impl WorldProduct {
    /// The product at each of its prices.
    fn read(&self, supply: &BTreeMap<&StockItemId, u32>) -> Result<BTreeMap<Currency, Arc<Product>>, Error> {
        let by_currency = self.prices.iter().map(|price| {
            let amount = |text| Money::parse_decimal(text, price.currency);
            let prices = UnitPrices::new(amount(&price.list)?, amount(&price.unit)?)?;
            let product = Product {
                image: self.image.as_deref().map(Arc::from),
                kind: self.kind.as_str().into(),
                stock: self.stock.read(supply)?,
                quantity_rule: self.quantity_rule.read()?,
                withdrawn: self.withdrawn,
                needs_delivery: self.needs_delivery,
                ..Product::new(self.name.as_str(), prices)
            };
            Ok((price.currency, Arc::new(product)))
        });
        let by_currency = distinct("price in", by_currency)?;
        if by_currency.is_empty() { Err("it has no price".into()) } else { Ok(by_currency) }
    }
}

impl WorldStock {
    fn read(&self, supply: &BTreeMap<&StockItemId, u32>) -> Result<Stock, Error> {
        Ok(match self {
            Self::Unlimited => Stock::Unlimited,
            Self::Limited { item } => {
                let available = supply.get(item).ok_or_else(|| format!("there is no stock item {item}"))?;
                Stock::Limited { item: item.clone(), available: *available }
            }
            Self::OutOfStock => Stock::OutOfStock,
            Self::Call => Stock::Call,
        })
    }
}

impl WorldQuantityRule {
    fn read(&self) -> Result<QuantityRule, Error> {
        let any = QuantityRule::ANY;
        let (min, max) = (self.min.unwrap_or(any.min()), self.max.unwrap_or(any.max()));
        Ok(QuantityRule::new(min, max, self.step.unwrap_or(any.step()))?)
    }
}

impl<Id> WorldMethod<Id> {
    fn read(&self) -> Method {
        Method {
            active: self.active,
            currencies: self.currencies.clone(),
            kinds: self.kinds.clone(),
            countries: self.countries.clone(),
            ..Method::new(self.name.as_str())
        }
    }
}

/// The world's products, at the price of the cart's currency.
#[derive(Debug)]
pub(crate) struct WorldCatalog {
    products: BTreeMap<ProductId, BTreeMap<Currency, Arc<Product>>>,
}

#[async_trait]
impl Catalog for WorldCatalog {
    async fn products(&self, query: &ProductQuery<'_>) -> Result<Vec<Option<Arc<Product>>>, PortError> {
        let currency = &query.context.currency;
        let find = |id| {
            let prices: &BTreeMap<_, _> = self.products.get(id)?;
            // Without a price in the cart's currency, any price says that it is not sold in it.
            prices.get(currency).or_else(|| prices.values().next()).cloned()
        };
        Ok(query.keys.iter().map(|key| find(&key.product)).collect())
    }
}
