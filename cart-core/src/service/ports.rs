//! Everything from outside that a service uses.

use std::sync::Arc;

use crate::memory::{
    MemoryAddressBook, MemoryCustomerBook, MemoryDirectory, MemoryFeeBook, MemoryMethodBook,
    MemoryPromotionBook, MemoryTaxBook, NoGuard, NoMeter, NoPublisher, NoTaxService, RandomIds, SystemClock,
    ThreadTimer,
};
use crate::port::{
    AddressBook, Catalog, CheckoutGuard, Clock, CustomerBook, Directory, FeeBook, Flags, Ids, Inventory,
    Meter, MethodBook, Orders, Payments, PromotionBook, Publisher, Store, TaxBook, TaxService, Timer,
};

/// The ports; what each is for is said where the builder takes it.
#[derive(Debug)]
pub(super) struct Ports {
    pub(super) store: Arc<dyn Store>,
    pub(super) catalog: Arc<dyn Catalog>,
    pub(super) addresses: Arc<dyn AddressBook>,
    pub(super) methods: Arc<dyn MethodBook>,
    pub(super) customers: Arc<dyn CustomerBook>,
    pub(super) promotions: Arc<dyn PromotionBook>,
    pub(super) fees: Arc<dyn FeeBook>,
    pub(super) taxes: Arc<dyn TaxBook>,
    pub(super) tax_service: Arc<dyn TaxService>,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) orders: Option<Arc<dyn Orders>>,
    pub(super) payments: Option<Arc<dyn Payments>>,
    pub(super) inventory: Option<Arc<dyn Inventory>>,
    pub(super) counts_stock: bool,
    pub(super) guard: Arc<dyn CheckoutGuard>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) publisher: Arc<dyn Publisher>,
    pub(super) meter: Arc<dyn Meter>,
    pub(super) flags: Option<Arc<dyn Flags>>,
}

impl Ports {
    /// A store and a catalog, and what there is where a host has nothing else.
    pub(super) fn new(store: Arc<dyn Store>, catalog: Arc<dyn Catalog>) -> Self {
        Self {
            store,
            catalog,
            addresses: Arc::new(MemoryAddressBook::default()),
            methods: Arc::new(MemoryMethodBook::default()),
            customers: Arc::new(MemoryCustomerBook::default()),
            promotions: Arc::new(MemoryPromotionBook::default()),
            fees: Arc::new(MemoryFeeBook::default()),
            taxes: Arc::new(MemoryTaxBook::default()),
            tax_service: Arc::new(NoTaxService),
            directory: Arc::new(MemoryDirectory::default()),
            orders: None,
            payments: None,
            inventory: None,
            counts_stock: false,
            guard: Arc::new(NoGuard),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            timer: Arc::new(ThreadTimer),
            publisher: Arc::new(NoPublisher),
            meter: Arc::new(NoMeter),
            flags: None,
        }
    }
}
