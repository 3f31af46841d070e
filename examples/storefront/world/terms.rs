//! On which terms the world sells: promotions, taxes, fees, and who its customers are.

use std::sync::Arc;

use cart_core::customer::Customer;
use cart_core::id::CustomerKey;
use cart_core::memory::{MemoryCustomerBook, MemoryFeeBook, MemoryPromotionBook, MemoryTaxBook};
use cart_core::promotion::{Effect, Promotion};
use cart_core::tax::Treatment;

use super::products::WorldCatalog;
use super::{Error, TaxTable, World, distinct};

impl World {
    /// What is known about its users.
    pub(super) fn customers(&self) -> Result<MemoryCustomerBook, Error> {
        let book = MemoryCustomerBook::default();
        for user in &self.users {
            let customer = Customer {
                groups: user.groups.clone(),
                key: Some(CustomerKey::new(user.id.as_str())?),
                tax_exempt: user.tax_exempt,
            };
            book.put(user.owner(), customer);
        }
        Ok(book)
    }

    /// Its promotions, none of which contradicts itself.
    pub(super) fn promotions(&self, catalog: &WorldCatalog) -> Result<MemoryPromotionBook, Error> {
        let checked = self.promotions.iter().map(|promotion| {
            check(promotion, catalog).map_err(|error| format!("promotion {}: {error}", promotion.id))?;
            Ok((promotion.id.clone(), promotion))
        });
        let book = MemoryPromotionBook::default();
        distinct("promotion", checked)?.into_values().cloned().for_each(|promotion| book.put(promotion));
        Ok(book)
    }

    /// Its fees, in the order of the file.
    pub(super) fn fees(&self) -> Result<MemoryFeeBook, Error> {
        distinct("fee", self.fees.iter().map(|fee| Ok((fee.id.clone(), ()))))?;
        let book = MemoryFeeBook::default();
        self.fees.iter().cloned().for_each(|fee| book.put(fee));
        Ok(book)
    }

    /// Its taxes.
    pub(super) fn taxes(&self) -> Result<MemoryTaxBook, Error> {
        let book = MemoryTaxBook::default();
        for (country, table) in &self.taxes {
            check_taxes(table).map_err(|error| format!("taxes of {country}: {error}"))?;
            book.put(Arc::clone(country), table.clone());
        }
        if let Some(table) = &self.taxes_without_destination {
            check_taxes(table).map_err(|error| format!("taxes without a destination: {error}"))?;
            book.put_without_destination(table.clone());
        }
        Ok(book)
    }
}

fn check(promotion: &Promotion, catalog: &WorldCatalog) -> Result<(), Error> {
    promotion.check()?;
    if let Effect::Gift { product, .. } = &promotion.effect
        && !catalog.has(&product.product)
    {
        return Err(format!("there is no product {}", product.product).into());
    }
    Ok(())
}

fn check_taxes(table: &TaxTable) -> Result<(), Error> {
    for (class, treatment) in table {
        match treatment {
            Treatment::Rates(rates) => {
                Treatment::rates(Arc::clone(rates)).map_err(|error| format!("class {class}: {error}"))?;
            }
            Treatment::Exempt => {}
        }
    }
    Ok(())
}
