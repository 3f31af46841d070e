//! A cart and the world around it, as plain data that can be changed and shown.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cart_core::cart::{Cart, StoredCart};
use cart_core::facts::{Choices, Facts, Members, Products, Terms};
use cart_core::line::Line;
use cart_core::money::{Currency, MoneyError};
use cart_core::policy::CartPolicy;
use cart_core::pricing::{PricedCart, price};
use cart_core::product::{Product, ProductKey};
use cart_core::tax::Taxes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// All that pricing depends on.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) cart: StoredCart,
    /// The catalog; a product that is missing is unknown to it.
    pub(crate) catalog: BTreeMap<ProductKey, Arc<Product>>,
    pub(crate) policy: CartPolicy,
    pub(crate) now: DateTime<Utc>,
    pub(crate) choices: Choices,
    pub(crate) terms: Terms,
}

impl Case {
    pub(crate) fn currency(&self) -> Currency {
        self.cart.currency
    }

    pub(crate) fn cart(&self) -> Cart {
        Cart::from_stored(self.cart.clone()).unwrap()
    }

    pub(crate) fn facts(&self) -> Facts {
        let cart = Arc::new(self.cart());
        let of_cart = cart.lines().iter().map(|line| self.catalog.get(&line.key.product).cloned()).collect();
        let others =
            self.catalog.iter().map(|(key, product)| (key.clone(), Some(Arc::clone(product)))).collect();
        Facts {
            now: self.now,
            policy: Arc::new(self.policy.clone()),
            products: Products::of_cart(cart, of_cart, others),
            choices: self.choices.clone(),
            terms: self.terms.clone(),
            members: Members::default(),
            token: None,
            undoing: None,
            suggested: 0,
            parties: cart_core::facts::Parties::default(),
            first_id: Uuid::from_u128(1),
        }
    }

    /// What the engine says.
    pub(crate) fn priced(&self) -> Result<PricedCart, MoneyError> {
        price(&self.cart(), &self.facts())
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

impl Case {
    fn write_line(&self, f: &mut fmt::Formatter<'_>, line: &Line) -> fmt::Result {
        write!(f, "  line {} × {}, snapshot {}", line.quantity, json(&line.key), json(&line.snapshot))?;
        writeln!(f, ", added {}", line.added_at)
    }

    fn write_terms(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms = &self.terms;
        for promotion in &terms.promotions {
            writeln!(f, "  promotion {}", json(promotion))?;
        }
        for fee in &terms.fees {
            writeln!(f, "  fee {}", json(fee))?;
        }
        writeln!(f, "  uses {:?}, customer {:?}", terms.uses, terms.customer)?;
        match &terms.taxes {
            Taxes::Table(table) => table
                .iter()
                .try_for_each(|(class, treatment)| writeln!(f, "  tax of {class}: {}", json(treatment))),
            Taxes::External(figures) => writeln!(f, "  taxes from outside {figures:?}"),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {} in {} at {}", self.cart.currency, self.cart.channel, self.now)?;
        writeln!(f, "  policy {:?} {}", self.policy.price_basis, json(&self.policy.pricing))?;
        self.cart.lines.iter().try_for_each(|line| self.write_line(f, line))?;
        for (key, product) in &self.catalog {
            writeln!(f, "  product {} {product:?}", json(key))?;
        }
        let codes: Vec<&str> = self.cart.coupons.iter().map(|code| code.as_str()).collect();
        writeln!(f, "  codes {codes:?}, refused gifts {:?}", self.cart.refused_gifts)?;
        writeln!(f, "  selections {:?}", self.cart.selections)?;
        writeln!(f, "  choices {:?}", self.choices)?;
        self.write_terms(f)
    }
}
