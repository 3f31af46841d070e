//! What a host knows, kept in maps.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use crate::actor::Owner;
use crate::id::{AddressId, CompanyId, PaymentMethodId, ProductId, ShippingMethodId, UserId};
use crate::port::{
    AddressBook, Catalog, Directory, MethodBook, MethodQuery, Methods, PortError, ProductQuery,
};
use crate::product::Product;
use crate::selection::{Address, Method};

/// A catalog of products that cost the same whatever options are chosen. Products may be changed at any time.
#[derive(Debug, Default)]
pub struct MemoryCatalog {
    products: RwLock<HashMap<ProductId, Arc<Product>>>,
}

impl MemoryCatalog {
    /// Sets what is known about a product, replacing what was known before.
    pub fn put(&self, id: ProductId, product: Product) {
        self.products.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::new(product));
    }

    /// Forgets a product.
    pub fn remove(&self, id: &ProductId) {
        self.products.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// What is known about a product.
    pub fn product(&self, id: &ProductId) -> Option<Arc<Product>> {
        self.products.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// All products, in no particular order.
    pub fn all(&self) -> Vec<(ProductId, Arc<Product>)> {
        let products = self.products.read().unwrap_or_else(PoisonError::into_inner);
        products.iter().map(|(id, product)| (id.clone(), Arc::clone(product))).collect()
    }
}

#[async_trait]
impl Catalog for MemoryCatalog {
    async fn products(&self, query: &ProductQuery<'_>) -> Result<Vec<Option<Arc<Product>>>, PortError> {
        let products = self.products.read().unwrap_or_else(PoisonError::into_inner);
        Ok(query.keys.iter().map(|key| products.get(&key.product).cloned()).collect())
    }
}

/// An address book.
#[derive(Debug, Default)]
pub struct MemoryAddressBook {
    addresses: RwLock<HashMap<(Owner, AddressId), Address>>,
}

impl MemoryAddressBook {
    /// Sets an address of an owner.
    pub fn put(&self, owner: Owner, id: AddressId, address: Address) {
        self.addresses.write().unwrap_or_else(PoisonError::into_inner).insert((owner, id), address);
    }
}

#[async_trait]
impl AddressBook for MemoryAddressBook {
    async fn address(&self, owner: &Owner, address: &AddressId) -> Result<Option<Address>, PortError> {
        let addresses = self.addresses.read().unwrap_or_else(PoisonError::into_inner);
        Ok(addresses.get(&(owner.clone(), address.clone())).cloned())
    }
}

/// Who belongs to which company.
#[derive(Debug, Default)]
pub struct MemoryDirectory {
    members: RwLock<HashSet<(CompanyId, UserId)>>,
}

impl MemoryDirectory {
    /// Says that a user belongs to a company from now on.
    pub fn put(&self, company: CompanyId, user: UserId) {
        self.members.write().unwrap_or_else(PoisonError::into_inner).insert((company, user));
    }

    /// Says that a user does not belong to a company any more.
    pub fn remove(&self, company: &CompanyId, user: &UserId) {
        let mut members = self.members.write().unwrap_or_else(PoisonError::into_inner);
        members.remove(&(company.clone(), user.clone()));
    }
}

#[async_trait]
impl Directory for MemoryDirectory {
    async fn is_member(&self, company: &CompanyId, user: &UserId) -> Result<bool, PortError> {
        let members = self.members.read().unwrap_or_else(PoisonError::into_inner);
        Ok(members.contains(&(company.clone(), user.clone())))
    }
}

/// Shipping and payment methods, the same for every channel.
#[derive(Debug, Default)]
pub struct MemoryMethodBook {
    shipping: RwLock<HashMap<ShippingMethodId, Method>>,
    payment: RwLock<HashMap<PaymentMethodId, Method>>,
}

impl MemoryMethodBook {
    /// Sets what is known about a shipping method.
    pub fn put_shipping(&self, id: ShippingMethodId, method: Method) {
        self.shipping.write().unwrap_or_else(PoisonError::into_inner).insert(id, method);
    }

    /// Sets what is known about a payment method.
    pub fn put_payment(&self, id: PaymentMethodId, method: Method) {
        self.payment.write().unwrap_or_else(PoisonError::into_inner).insert(id, method);
    }
}

#[async_trait]
impl MethodBook for MemoryMethodBook {
    async fn methods(&self, query: &MethodQuery<'_>) -> Result<Methods, PortError> {
        let shipping = self.shipping.read().unwrap_or_else(PoisonError::into_inner);
        let payment = self.payment.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Methods {
            shipping_method: query.shipping_method.and_then(|id| shipping.get(id).cloned()),
            payment_method: query.payment_method.and_then(|id| payment.get(id).cloned()),
        })
    }
}
