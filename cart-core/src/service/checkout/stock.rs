//! What there is of products whose stock is counted by the store or the host's inventory.

use std::sync::Arc;

use super::super::{CartError, CartService};
use crate::checkout::StockCounting;
use crate::id::{CheckoutId, StockItemId};
use crate::port::PortError;
use crate::product::{Product, Stock};

impl CartService {
    /// Puts what is free now in the place of what the catalog says, for products of limited stock. What is not counted stays
    /// as the catalog says.
    pub(in super::super) async fn count_stock(
        &self,
        products: &mut [Option<Arc<Product>>],
        except: Option<CheckoutId>,
    ) -> Result<(), CartError> {
        if self.parties().stock == StockCounting::Nobody {
            return Ok(());
        }
        let mut items: Vec<StockItemId> =
            products.iter().flatten().filter_map(|one| item(one)).cloned().collect();
        if items.is_empty() {
            return Ok(());
        }
        items.sort_unstable();
        items.dedup();
        let free = self.free(&items, except).await?;
        for product in products.iter_mut().flatten() {
            let Some(place) = item(product).and_then(|item| items.binary_search(item).ok()) else { continue };
            if let Some(Some(units)) = free.get(place) {
                say_available(product, *units);
            }
        }
        Ok(())
    }

    async fn free(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
    ) -> Result<Vec<Option<u32>>, CartError> {
        let free = match &self.ports.inventory {
            Some(inventory) => inventory.free(items, except).await?,
            None => {
                let levels = self.ports.store.stock(items, except, self.now()).await?;
                // Where the store counts, there is nothing of what was never supplied.
                levels.into_iter().map(|level| Some(level.unwrap_or_default().free())).collect()
            }
        };
        if free.len() == items.len() {
            return Ok(free);
        }
        let (asked, answered) = (items.len(), free.len());
        Err(PortError::new("inventory", format!("{answered} answers to {asked} questions")).into())
    }
}

/// Says how many units there are. Products that say so already stay shared with the catalog.
fn say_available(product: &mut Arc<Product>, units: u32) {
    let says = matches!(product.stock, Stock::Limited { available, .. } if available == units);
    if !says && let Stock::Limited { available, .. } = &mut Arc::make_mut(product).stock {
        *available = units;
    }
}

fn item(product: &Product) -> Option<&StockItemId> {
    match &product.stock {
        Stock::Limited { item, .. } => Some(item),
        Stock::Unlimited | Stock::OutOfStock | Stock::Call => None,
    }
}
