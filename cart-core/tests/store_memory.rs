//! The store in memory keeps the laws of stores, and refuses units that break the contract.

use cart_core::memory::MemoryStore;
use cart_core::store_laws;

store_laws!(laws, (MemoryStore::default(), ()));
