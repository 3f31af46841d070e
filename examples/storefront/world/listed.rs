//! What a page shows of the world.

use std::collections::BTreeSet;

use cart_core::id::{CustomerGroupId, StockItemId, UserId};
use cart_core::money::Currency;
use serde_json::{Value, json};

use super::methods::WorldMethod;
use super::products::{WorldPrice, WorldProduct, WorldStock};
use super::{World, WorldUser};

impl World {
    /// A user who can sign in.
    pub(crate) fn user(&self, id: &UserId) -> Option<&WorldUser> {
        self.users.iter().find(|user| user.id == *id)
    }

    /// Everything that is for sale, at the prices for somebody, with what is left as `free` says.
    pub(crate) fn listed(
        &self,
        user: Option<&WorldUser>,
        free: impl Fn(&StockItemId) -> Option<u32>,
    ) -> Value {
        let groups = user.map(|user| user.groups.clone()).unwrap_or_default();
        let for_sale = self.products.iter().filter(|product| !product.withdrawn);
        let products = for_sale.filter_map(|product| product.listed(self.currency, &groups, &free));
        json!({
            "currency": self.currency.code(),
            "products": products.collect::<Vec<_>>(),
            "shipping_methods": methods(&self.shipping_methods),
            "payment_methods": methods(&self.payment_methods),
            "users": self.users.iter().map(|user| json!({"id": user.id, "company": user.company})).collect::<Vec<_>>(),
        })
    }

    /// What somebody's account knows, and who works with them.
    pub(crate) fn account(&self, user: &WorldUser) -> Value {
        let works_with_them = |other: &&WorldUser| {
            other.id != user.id && other.company.is_some() && other.company == user.company
        };
        let colleagues = self.users.iter().filter(works_with_them).map(|other| &other.id);
        let addresses = user.addresses.iter();
        let addresses = addresses.map(|address| json!({"id": address.id, "country": address.country}));
        json!({
            "id": user.id,
            "company": user.company,
            "addresses": addresses.collect::<Vec<_>>(),
            "colleagues": colleagues.collect::<Vec<_>>(),
        })
    }
}

impl WorldProduct {
    /// None if it has no price in the currency.
    fn listed(
        &self,
        currency: Currency,
        groups: &BTreeSet<CustomerGroupId>,
        free: &impl Fn(&StockItemId) -> Option<u32>,
    ) -> Option<Value> {
        let holds = |price: &&WorldPrice| {
            price.currency == currency && price.group.as_ref().is_none_or(|group| groups.contains(group))
        };
        let cheapest = self.prices.iter().filter(holds).min_by_key(|price| price.unit_minor())?;
        let (stock_type, available) = self.stock.listed(free);
        let tiers = cheapest.tiers.iter().map(|tier| json!({"from": tier.from, "unit_price": tier.unit}));
        let rule = &self.quantity_rule;
        Some(json!({
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "list_price": cheapest.list,
            "unit_price": cheapest.unit,
            "tiers": tiers.collect::<Vec<_>>(),
            "stock_type": stock_type,
            "available": available,
            "quantity_rule": {"min": rule.min, "max": rule.max, "step": rule.step},
        }))
    }
}

impl WorldStock {
    fn listed(&self, free: &impl Fn(&StockItemId) -> Option<u32>) -> (&'static str, Option<u32>) {
        match self {
            Self::Unlimited => ("unlimited", None),
            Self::Limited { item } => ("limited", free(item)),
            Self::OutOfStock => ("out_of_stock", None),
            Self::Call => ("call", None),
        }
    }
}

/// The names of those that can be chosen.
fn methods(methods: &[WorldMethod]) -> Vec<Value> {
    let active = methods.iter().filter(|method| method.get("active") != Some(&Value::Bool(false)));
    active.map(|method| json!({"id": method.get("id"), "name": method.get("name")})).collect()
}
