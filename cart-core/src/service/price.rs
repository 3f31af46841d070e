//! Pricing a cart, with the taxes that somebody outside works out.

use super::{CartError, CartService};
use crate::cart::Cart;
use crate::facts::Facts;
use crate::policy::TaxMode;
use crate::port::TermsContext;
use crate::pricing::{PricedCart, price, taxable};
use crate::tax::{ExternalTax, Taxes};

impl CartService {
    /// What a cart costs, and the facts with which that was worked out.
    pub(super) async fn price(
        &self,
        cart: &Cart,
        mut facts: Facts,
    ) -> Result<(PricedCart, Facts), CartError> {
        let is_external = facts.policy.pricing.tax.mode == TaxMode::External;
        if is_external && !facts.terms.customer.tax_exempt {
            facts.terms.taxes = Taxes::External(self.external_tax(cart, &facts).await?);
        }
        Ok((price(cart, &facts)?, facts))
    }

    async fn external_tax(&self, cart: &Cart, facts: &Facts) -> Result<Option<ExternalTax>, CartError> {
        let taxable = taxable(cart, facts)?;
        if taxable.lines.is_empty() && taxable.charges.is_empty() {
            return Ok(Some(ExternalTax::default()));
        }
        let context = TermsContext {
            channel: cart.channel().clone(),
            currency: cart.currency(),
            owner: cart.owner().clone(),
            customer: facts.terms.customer.clone(),
            now: facts.now,
        };
        let selected = cart.selections().address.as_ref();
        let destination = selected.and(facts.choices.address.as_ref());
        Ok(self.ports.tax_service.tax(&context, destination, &taxable).await?)
    }
}
