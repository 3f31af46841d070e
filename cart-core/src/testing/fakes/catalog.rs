//! A catalog whose answers a test sets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::id::StockItemId;
use crate::money::Currency;
use crate::port::{Catalog, PortError, ProductQuery};
use crate::product::{Product, ProductKey, Stock};
use crate::testing::samples::{prices, product};

/// A catalog that knows what it was told, and how often it was asked.
///
/// A key with options that it was not told about is answered as the product without options.
#[derive(Debug, Default)]
pub struct FixedCatalog {
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    products: HashMap<ProductKey, Arc<Product>>,
    calls: Vec<usize>,
    is_down: bool,
}

impl FixedCatalog {
    /// The same with a product of unlimited stock, at a price in minor units that is list and unit price.
    #[must_use]
    pub fn with(self, id: &str, minor: i64, currency: Currency) -> Self {
        self.put(product(id), Product::new(id, prices(minor, currency)));
        self
    }

    /// Sets what is known about a product.
    pub fn put(&self, key: ProductKey, product: Product) {
        self.shelf().products.insert(key, Arc::new(product));
    }

    /// Sets the price of a known product in minor units, as list and unit price.
    pub fn set_price(&self, id: &str, minor: i64) {
        self.change(id, |product| product.prices = prices(minor, product.prices.currency()));
    }

    /// Sets how many units of a known product there are, which no other product draws on.
    pub fn set_stock(&self, id: &str, available: u32) {
        let item = StockItemId::new(id);
        self.change(id, |product| {
            product.stock = item.map_or(Stock::OutOfStock, |item| Stock::Limited { item, available });
        });
    }

    /// Ends the sale of a known product.
    pub fn withdraw(&self, id: &str) {
        self.change(id, |product| product.withdrawn = true);
    }

    /// Changes what is known about a product; nothing if it is unknown.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Product)) {
        if let Some(product) = self.shelf().products.get_mut(&product(id)) {
            change(Arc::make_mut(product));
        }
    }

    /// Forgets a product.
    pub fn remove(&self, id: &str) {
        self.shelf().products.remove(&product(id));
    }

    /// Answers nobody while down.
    pub fn set_down(&self, is_down: bool) {
        self.shelf().is_down = is_down;
    }

    /// For each call since the last [`FixedCatalog::forget_calls`], how many products were asked about.
    pub fn calls(&self) -> Vec<usize> {
        self.shelf().calls.clone()
    }

    /// Starts counting calls anew.
    pub fn forget_calls(&self) {
        self.shelf().calls.clear();
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Catalog for FixedCatalog {
    async fn products(&self, query: &ProductQuery<'_>) -> Result<Vec<Option<Arc<Product>>>, PortError> {
        let mut shelf = self.shelf();
        shelf.calls.push(query.keys.len());
        if shelf.is_down {
            return Err(PortError::new("catalog", "it was told to be down"));
        }
        let known = |key: &ProductKey| {
            let plain = || shelf.products.get(&ProductKey::plain(key.product.clone()));
            shelf.products.get(key).or_else(plain).cloned()
        };
        Ok(query.keys.iter().map(|key| known(key)).collect())
    }
}
