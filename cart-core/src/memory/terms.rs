//! On which terms a host sells, kept in maps.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;

use crate::actor::Owner;
use crate::charge::Fee;
use crate::coupon::CouponCode;
use crate::customer::Customer;
use crate::id::{FeeId, PromotionId, TaxClass};
use crate::port::{
    CustomerBook, FeeBook, PortError, PromotionBook, PromotionQuery, TaxBook, TaxService, TermsContext,
};
use crate::promotion::Promotion;
use crate::selection::Address;
use crate::tax::{ExternalTax, TaxableCart, Treatment};

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// Customers by the owners of carts. About an owner who was not put in, nothing is known.
#[derive(Debug, Default)]
pub struct MemoryCustomerBook {
    customers: RwLock<HashMap<Owner, Customer>>,
}

impl MemoryCustomerBook {
    /// Sets what is known about an owner.
    pub fn put(&self, owner: Owner, customer: Customer) {
        write(&self.customers).insert(owner, customer);
    }
}

#[async_trait]
impl CustomerBook for MemoryCustomerBook {
    async fn customer(&self, owner: &Owner) -> Result<Customer, PortError> {
        Ok(read(&self.customers).get(owner).cloned().unwrap_or_default())
    }
}

/// Promotions, the same for every channel but for their own conditions. They may be changed at any time.
#[derive(Debug, Default)]
pub struct MemoryPromotionBook {
    shelf: RwLock<Promotions>,
}

#[derive(Debug, Default)]
struct Promotions {
    all: BTreeMap<PromotionId, Arc<Promotion>>,
    // However many promotions need a code, a look asks for those of a few.
    automatic: BTreeSet<PromotionId>,
    by_code: HashMap<CouponCode, BTreeSet<PromotionId>>,
}

impl MemoryPromotionBook {
    /// Sets a promotion, replacing one with the same id.
    pub fn put(&self, promotion: Promotion) {
        let mut shelf = write(&self.shelf);
        shelf.remove(&promotion.id);
        shelf.put(promotion);
    }

    /// Forgets a promotion.
    pub fn remove(&self, id: &PromotionId) {
        write(&self.shelf).remove(id);
    }

    /// All promotions, by id.
    pub fn all(&self) -> Vec<Arc<Promotion>> {
        read(&self.shelf).all.values().cloned().collect()
    }
}

impl Promotions {
    fn put(&mut self, promotion: Promotion) {
        if promotion.is_automatic() {
            self.automatic.insert(promotion.id.clone());
        }
        for code in &promotion.codes {
            self.by_code.entry(code.clone()).or_default().insert(promotion.id.clone());
        }
        self.all.insert(promotion.id.clone(), Arc::new(promotion));
    }

    fn remove(&mut self, id: &PromotionId) {
        let Some(promotion) = self.all.remove(id) else { return };
        self.automatic.remove(id);
        for code in &promotion.codes {
            if let Some(ids) = self.by_code.get_mut(code)
                && ids.remove(id)
                && ids.is_empty()
            {
                self.by_code.remove(code);
            }
        }
    }

    fn that_may_concern(&self, codes: &[CouponCode]) -> Vec<Arc<Promotion>> {
        let coded = codes.iter().filter_map(|code| self.by_code.get(code)).flatten();
        let ids: BTreeSet<&PromotionId> = self.automatic.iter().chain(coded).collect();
        ids.into_iter().filter_map(|id| self.all.get(id).cloned()).collect()
    }
}

#[async_trait]
impl PromotionBook for MemoryPromotionBook {
    async fn promotions(&self, query: &PromotionQuery<'_>) -> Result<Vec<Arc<Promotion>>, PortError> {
        Ok(read(&self.shelf).that_may_concern(query.codes))
    }
}

/// Fees, the same for every channel, in the order in which they were put in first.
#[derive(Debug, Default)]
pub struct MemoryFeeBook {
    fees: RwLock<Vec<Arc<Fee>>>,
}

impl MemoryFeeBook {
    /// Sets a fee, in the place of one with the same id.
    pub fn put(&self, fee: Fee) {
        let mut fees = write(&self.fees);
        let fee = Arc::new(fee);
        match fees.iter_mut().find(|known| known.id == fee.id) {
            Some(known) => *known = fee,
            None => fees.push(fee),
        }
    }

    /// Forgets a fee.
    pub fn remove(&self, id: &FeeId) {
        write(&self.fees).retain(|fee| fee.id != *id);
    }
}

#[async_trait]
impl FeeBook for MemoryFeeBook {
    async fn fees(&self, _context: &TermsContext) -> Result<Vec<Arc<Fee>>, PortError> {
        Ok(read(&self.fees).clone())
    }
}

/// Tax tables, one for each country and one for carts without a destination, the same for every channel.
///
/// Where a country has no table, no tax is known; nothing is guessed.
#[derive(Debug, Default)]
pub struct MemoryTaxBook {
    tables: RwLock<HashMap<Option<Arc<str>>, TaxTable>>,
}

/// How each class of things is taxed.
type TaxTable = Arc<BTreeMap<TaxClass, Treatment>>;

impl MemoryTaxBook {
    /// Sets the table of a country: an ISO 3166-1 alpha-2 code in upper case, as addresses have it.
    pub fn put(&self, country: impl Into<Arc<str>>, table: BTreeMap<TaxClass, Treatment>) {
        write(&self.tables).insert(Some(country.into()), Arc::new(table));
    }

    /// Sets the table for carts without a destination.
    pub fn put_without_destination(&self, table: BTreeMap<TaxClass, Treatment>) {
        write(&self.tables).insert(None, Arc::new(table));
    }
}

#[async_trait]
impl TaxBook for MemoryTaxBook {
    async fn taxes(
        &self,
        _context: &TermsContext,
        destination: Option<&Address>,
    ) -> Result<TaxTable, PortError> {
        let country = destination.map(|address| Arc::clone(&address.country));
        Ok(read(&self.tables).get(&country).cloned().unwrap_or_default())
    }
}

/// Never knows a tax.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTaxService;

#[async_trait]
impl TaxService for NoTaxService {
    async fn tax(
        &self,
        _context: &TermsContext,
        _destination: Option<&Address>,
        _cart: &TaxableCart,
    ) -> Result<Option<ExternalTax>, PortError> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::Effect;
    use crate::quantity::Quantity;
    use crate::testing::samples::product;

    fn promotion(id: &str, codes: &[&str]) -> Promotion {
        let gift = Effect::Gift { product: product("mug"), quantity: Quantity::ONE };
        let codes = codes.iter().map(|code| CouponCode::new(code).unwrap()).collect();
        Promotion { codes, ..Promotion::new(PromotionId::new(id).unwrap(), id, gift) }
    }

    fn answered(book: &MemoryPromotionBook, codes: &[&str]) -> Vec<String> {
        let codes: Vec<_> = codes.iter().map(|code| CouponCode::new(code).unwrap()).collect();
        let found = read(&book.shelf).that_may_concern(&codes);
        found.iter().map(|promotion| promotion.id.to_string()).collect()
    }

    #[test]
    fn promotions_are_answered_without_a_code_and_by_each_of_theirs() {
        let book = MemoryPromotionBook::default();
        book.put(promotion("always", &[]));
        book.put(promotion("ten", &["TEN", "ZEHN"]));
        book.put(promotion("other", &["OTHER"]));
        assert_eq!(answered(&book, &[]), ["always"]);
        assert_eq!(answered(&book, &["zehn", "ten", "none"]), ["always", "ten"]);
    }

    #[test]
    fn a_replaced_or_removed_promotion_is_not_found_by_its_old_code() {
        let book = MemoryPromotionBook::default();
        book.put(promotion("a", &["OLD"]));
        book.put(promotion("a", &["NEW"]));
        assert_eq!(answered(&book, &["OLD"]), [""; 0]);
        assert_eq!(answered(&book, &["NEW"]), ["a"]);
        book.put(promotion("b", &[]));
        book.remove(&PromotionId::new("a").unwrap());
        book.remove(&PromotionId::new("b").unwrap());
        assert_eq!(answered(&book, &["NEW"]), [""; 0]);
        assert_eq!(book.all(), []);
    }
}
