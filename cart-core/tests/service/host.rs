//! A host whose terms a test sets, and that says what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cart_core::actor::Owner;
use cart_core::charge::Fee;
use cart_core::customer::Customer;
use cart_core::id::{CustomerGroupId, CustomerKey, TaxClass};
use cart_core::memory::{MemoryCustomerBook, MemoryFeeBook, MemoryPromotionBook, MemoryTaxBook};
use cart_core::money::Money;
use cart_core::port::{
    CustomerBook, FeeBook, PortError, PromotionBook, PromotionQuery, TaxBook, TaxService, TermsContext,
};
use cart_core::promotion::Promotion;
use cart_core::selection::Address;
use cart_core::service::CartServiceBuilder;
use cart_core::tax::{ExternalTax, TaxableCart, Treatment};

/// What was asked, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    Customer,
    /// With these codes.
    Promotions(Vec<String>),
    Fees,
    /// For a destination in this country.
    Taxes(Option<String>),
    /// For a destination in this country, with these lines, and shipping and fees of so many minor units.
    Tax(Option<String>, Vec<i64>, i64),
}

/// All books of a host, and a tax service that taxes a fifth of whatever it is shown.
#[derive(Debug, Default)]
pub(crate) struct Host {
    pub(crate) customers: MemoryCustomerBook,
    pub(crate) promotions: MemoryPromotionBook,
    pub(crate) fees: MemoryFeeBook,
    pub(crate) taxes: MemoryTaxBook,
    asked: Mutex<Vec<Asked>>,
}

impl Host {
    /// Has a service ask this host.
    pub(crate) fn serve(self: &Arc<Self>, builder: CartServiceBuilder) -> CartServiceBuilder {
        builder
            .customers(Arc::clone(self) as _)
            .promotions(Arc::clone(self) as _)
            .fees(Arc::clone(self) as _)
            .taxes(Arc::clone(self) as _)
            .tax_service(Arc::clone(self) as _)
    }

    /// What was asked since this was asked last.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn note(&self, asked: Asked) {
        self.asked.lock().unwrap().push(asked);
    }
}

/// A customer with a key, in some groups.
pub(crate) fn customer(key: &str, groups: &[&str]) -> Customer {
    let groups = groups.iter().map(|group| CustomerGroupId::new(*group).unwrap());
    Customer { groups: groups.collect(), key: Some(CustomerKey::new(key).unwrap()), tax_exempt: false }
}

fn country(destination: Option<&Address>) -> Option<String> {
    destination.map(|address| address.country.to_string())
}

#[async_trait]
impl CustomerBook for Host {
    async fn customer(&self, owner: &Owner) -> Result<Customer, PortError> {
        self.note(Asked::Customer);
        self.customers.customer(owner).await
    }
}

#[async_trait]
impl PromotionBook for Host {
    async fn promotions(&self, query: &PromotionQuery<'_>) -> Result<Vec<Arc<Promotion>>, PortError> {
        self.note(Asked::Promotions(query.codes.iter().map(ToString::to_string).collect()));
        self.promotions.promotions(query).await
    }
}

#[async_trait]
impl FeeBook for Host {
    async fn fees(&self, context: &TermsContext) -> Result<Vec<Arc<Fee>>, PortError> {
        self.note(Asked::Fees);
        self.fees.fees(context).await
    }
}

#[async_trait]
impl TaxBook for Host {
    async fn taxes(
        &self,
        context: &TermsContext,
        destination: Option<&Address>,
    ) -> Result<Arc<BTreeMap<TaxClass, Treatment>>, PortError> {
        self.note(Asked::Taxes(country(destination)));
        self.taxes.taxes(context, destination).await
    }
}

#[async_trait]
impl TaxService for Host {
    async fn tax(
        &self,
        _context: &TermsContext,
        destination: Option<&Address>,
        cart: &TaxableCart,
    ) -> Result<Option<ExternalTax>, PortError> {
        let charges: i64 = cart.charges.iter().map(|charge| charge.amount.minor()).sum();
        let lines = cart.lines.iter().map(|line| line.amount.minor()).collect();
        self.note(Asked::Tax(country(destination), lines, charges));
        let fifth = |amount: Money| Money::new(amount.minor() / 5, amount.currency());
        let lines = cart.lines.iter().map(|line| fifth(line.amount)).collect();
        let charges = cart.charges.iter().map(|charge| fifth(charge.amount)).collect();
        Ok(Some(ExternalTax { lines, charges }))
    }
}
