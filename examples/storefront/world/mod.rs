//! The demo world: what a real host would have in its own systems, read from one JSON file.
//!
//! The format is documented in `docs/world.md`. Unknown fields are refused, so that a misspelt one is noticed.

mod listed;
mod methods;
mod products;
mod service;
mod terms;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use cart_core::actor::Owner;
use cart_core::charge::Fee;
use cart_core::id::{AddressId, ChannelId, CompanyId, CustomerGroupId, TaxClass, UserId};
use cart_core::memory::{MemoryAddressBook, MemoryDirectory};
use cart_core::money::Currency;
use cart_core::promotion::Promotion;
use cart_core::selection::Address;
use cart_core::tax::Treatment;
use serde::Deserialize;

pub(crate) use self::methods::Script;
use self::methods::WorldMethod;
use self::products::{StockItem, WorldProduct};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The world as its file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct World {
    pub(crate) channel: ChannelId,
    /// Where carts are that can be shared.
    #[serde(default = "shared_channel")]
    pub(crate) shared_channel: ChannelId,
    /// Where carts of single units are, one for each customer (`cart-module.md`).
    #[serde(default = "module_channel")]
    pub(crate) module_channel: ChannelId,
    /// Where carts are that are found by their id (`telecom-cart-api.md`).
    #[serde(default = "telecom_channel")]
    pub(crate) telecom_channel: ChannelId,
    pub(crate) currency: Currency,
    stock_items: Vec<StockItem>,
    products: Vec<WorldProduct>,
    shipping_methods: Vec<WorldMethod>,
    payment_methods: Vec<WorldMethod>,
    #[serde(default)]
    promotions: Vec<Promotion>,
    #[serde(default)]
    fees: Vec<Fee>,
    /// By country.
    #[serde(default)]
    taxes: BTreeMap<Arc<str>, TaxTable>,
    taxes_without_destination: Option<TaxTable>,
    pub(crate) users: Vec<WorldUser>,
}

/// How each class of things is taxed.
type TaxTable = BTreeMap<TaxClass, Treatment>;

/// Somebody who can sign in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorldUser {
    pub(crate) id: UserId,
    pub(crate) company: Option<CompanyId>,
    #[serde(default)]
    groups: BTreeSet<CustomerGroupId>,
    #[serde(default)]
    tax_exempt: bool,
    addresses: Vec<WorldAddress>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldAddress {
    id: AddressId,
    country: Arc<str>,
}

impl WorldUser {
    fn owner(&self) -> Owner {
        Owner::User { user: self.id.clone(), company: self.company.clone() }
    }
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

fn shared_channel() -> ChannelId {
    ChannelId::new("shared").expect("a channel id")
}

fn module_channel() -> ChannelId {
    ChannelId::new("digital").expect("a channel id")
}

fn telecom_channel() -> ChannelId {
    ChannelId::new("telecom").expect("a channel id")
}

fn yes() -> bool {
    true
}

impl World {
    /// Reads a world.
    pub(crate) fn parse(json: &str) -> Result<Self, Error> {
        Ok(serde_json::from_str(json)?)
    }

    /// Who belongs to which company.
    fn directory(&self) -> MemoryDirectory {
        let directory = MemoryDirectory::default();
        for user in &self.users {
            user.company.iter().for_each(|company| directory.put(company.clone(), user.id.clone()));
        }
        directory
    }

    /// The addresses of its users.
    fn addresses(&self) -> MemoryAddressBook {
        let book = MemoryAddressBook::default();
        for user in &self.users {
            for address in &user.addresses {
                book.put(user.owner(), address.id.clone(), Address { country: Arc::clone(&address.country) });
            }
        }
        book
    }
}
