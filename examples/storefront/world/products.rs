//! The world's products, and the catalog that they make.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use cart_core::id::{CategoryId, CustomerGroupId, ProductId, StockItemId, TaxClass};
use cart_core::money::{Currency, Money};
use cart_core::port::{Catalog, PortError, PriceContext, ProductQuery};
use cart_core::product::{PriceTier, Product, QuantityRule, Stock, UnitPrices};
use cart_core::quantity::Quantity;
use cart_core::relation::{ProductSet, Relations};
use serde::Deserialize;

use super::{Error, World, distinct, yes};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StockItem {
    id: StockItemId,
    available: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldProduct {
    pub(super) id: ProductId,
    pub(super) name: String,
    pub(super) kind: String,
    image: Option<String>,
    pub(super) prices: Vec<WorldPrice>,
    pub(super) stock: WorldStock,
    #[serde(default)]
    pub(super) quantity_rule: WorldQuantityRule,
    #[serde(default)]
    pub(super) withdrawn: bool,
    #[serde(default = "yes")]
    needs_delivery: bool,
    #[serde(default)]
    grams: u32,
    #[serde(default)]
    categories: Vec<CategoryId>,
    tax_class: Option<TaxClass>,
    #[serde(default)]
    relations: Relations,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldPrice {
    pub(super) currency: Currency,
    pub(super) group: Option<CustomerGroupId>,
    pub(super) list: String,
    pub(super) unit: String,
    #[serde(default)]
    pub(super) tiers: Vec<WorldTier>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldTier {
    pub(super) from: Quantity,
    list: String,
    pub(super) unit: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "stock_type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum WorldStock {
    Unlimited,
    Limited { item: StockItemId },
    OutOfStock,
    Call,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldQuantityRule {
    pub(super) min: Option<Quantity>,
    pub(super) max: Option<Quantity>,
    pub(super) step: Option<Quantity>,
}

impl World {
    /// How many units of what the shop begins with.
    pub(crate) fn supplies(&self) -> impl Iterator<Item = (&StockItemId, u32)> {
        self.stock_items.iter().map(|item| (&item.id, item.available))
    }

    /// Its catalog.
    pub(super) fn catalog(&self) -> Result<WorldCatalog, Error> {
        let supply =
            distinct("stock item", self.stock_items.iter().map(|item| Ok((&item.id, item.available))))?;
        let of_product = |product: &WorldProduct| {
            self.check_relations(product)?;
            product.read(&supply)
        };
        let products = self.products.iter().map(|product| {
            let read = of_product(product).map_err(|error| format!("product {}: {error}", product.id))?;
            Ok((product.id.clone(), read))
        });
        Ok(WorldCatalog { products: distinct("product", products)? })
    }

    /// Whether what a product goes with, or not, is something else that is here.
    fn check_relations(&self, product: &WorldProduct) -> Result<(), Error> {
        product.relations.check_of(&product.id)?;
        let Some(rules) = product.relations.rules() else { return Ok(()) };
        let followed = rules.follows.iter().map(|follows| &follows.parents);
        rules.requires.iter().chain([&rules.excludes]).chain(followed).try_for_each(|set| self.check_set(set))
    }

    fn check_set(&self, set: &ProductSet) -> Result<(), Error> {
        let is_here = |id: &ProductId| self.products.iter().any(|product| product.id == *id);
        let is_used = |id: &CategoryId| self.products.iter().any(|product| product.categories.contains(id));
        if let Some(product) = set.products.iter().find(|id| !is_here(id)) {
            return Err(format!("there is no product {product}").into());
        }
        match set.categories.iter().find(|id| !is_used(id)) {
            Some(category) => Err(format!("there is no product in category {category}").into()),
            None => Ok(()),
        }
    }
}

impl WorldProduct {
    /// The product at each of its prices.
    fn read(&self, supply: &BTreeMap<&StockItemId, u32>) -> Result<Prices, Error> {
        let mut prices = Prices::default();
        for price in &self.prices {
            let product = Arc::new(self.at(price, supply)?);
            let of_currency = prices.0.entry(price.currency).or_default();
            if of_currency.insert(price.group.clone(), product).is_some() {
                return Err(format!("price in {} occurs twice", price.currency).into());
            }
        }
        match prices.0.iter().find(|(_, of_currency)| !of_currency.contains_key(&None)) {
            Some((currency, _)) => Err(format!("it has no price in {currency} for everybody").into()),
            None if prices.0.is_empty() => Err("it has no price".into()),
            None => Ok(prices),
        }
    }

    fn at(&self, price: &WorldPrice, supply: &BTreeMap<&StockItemId, u32>) -> Result<Product, Error> {
        let prices = unit_prices(&price.list, &price.unit, price.currency)?;
        Ok(Product {
            image: self.image.as_deref().map(Arc::from),
            kind: self.kind.as_str().into(),
            stock: self.stock.read(supply)?,
            quantity_rule: self.quantity_rule.read()?,
            withdrawn: self.withdrawn,
            needs_delivery: self.needs_delivery,
            grams: self.grams,
            categories: self.categories.clone().into(),
            tax_class: self.tax_class.clone().unwrap_or_else(TaxClass::standard),
            tiers: price.tiers()?.into(),
            relations: self.relations.clone(),
            ..Product::new(self.name.as_str(), prices)
        })
    }
}

impl WorldPrice {
    /// What a unit costs, to compare prices of one currency by; a world that was read has none that says nothing.
    pub(super) fn unit_minor(&self) -> Option<i64> {
        Money::parse_decimal(&self.unit, self.currency).ok().map(Money::minor)
    }

    fn tiers(&self) -> Result<Vec<PriceTier>, Error> {
        if !self.tiers.is_sorted_by(|lower, higher| lower.from < higher.from) {
            return Err("price tiers must rise".into());
        }
        let read = |tier: &WorldTier| {
            Ok(PriceTier { from: tier.from, prices: unit_prices(&tier.list, &tier.unit, self.currency)? })
        };
        self.tiers.iter().map(read).collect()
    }
}

fn unit_prices(list: &str, unit: &str, currency: Currency) -> Result<UnitPrices, Error> {
    let amount = |text| Money::parse_decimal(text, currency);
    Ok(UnitPrices::new(amount(list)?, amount(unit)?)?)
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

/// A product at its prices: by currency, then for a group of customers or for everybody.
#[derive(Debug, Default)]
struct Prices(BTreeMap<Currency, BTreeMap<Option<CustomerGroupId>, Arc<Product>>>);

impl Prices {
    /// The product at the price that holds; without one in the cart's currency, any price says that it is not sold in it.
    fn in_context(&self, context: &PriceContext) -> Option<&Arc<Product>> {
        match self.0.get(&context.currency) {
            Some(prices) => cheapest(prices, &context.groups),
            None => self.0.values().next()?.get(&None),
        }
    }
}

/// The lowest of the prices for everybody and for the customer's groups.
fn cheapest<'a>(
    prices: &'a BTreeMap<Option<CustomerGroupId>, Arc<Product>>,
    groups: &BTreeSet<CustomerGroupId>,
) -> Option<&'a Arc<Product>> {
    let holds = |group: &Option<CustomerGroupId>| group.as_ref().is_none_or(|group| groups.contains(group));
    let that_hold = prices.iter().filter(|(group, _)| holds(group)).map(|(_, product)| product);
    that_hold.min_by_key(|product| product.prices.unit().minor())
}

/// The world's products, at the price for the cart's currency and its owner.
#[derive(Debug)]
pub(super) struct WorldCatalog {
    products: BTreeMap<ProductId, Prices>,
}

impl WorldCatalog {
    pub(super) fn has(&self, product: &ProductId) -> bool {
        self.products.contains_key(product)
    }
}

#[async_trait]
impl Catalog for WorldCatalog {
    async fn products(&self, query: &ProductQuery<'_>) -> Result<Vec<Option<Arc<Product>>>, PortError> {
        let find = |id| self.products.get(id)?.in_context(query.context).cloned();
        Ok(query.keys.iter().map(|key| find(&key.product)).collect())
    }
}
