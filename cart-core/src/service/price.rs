//! Pricing a cart, with the taxes that somebody outside works out.

use super::{CartError, CartService};
use crate::cart::Cart;
use crate::checkout::OrderDraft;
use crate::facts::Facts;
use crate::money::{Currency, Money};
use crate::policy::TaxMode;
use crate::port::{PortError, TermsContext};
use crate::pricing::{MAX_SUBTOTAL, PricedCart, price, taxable};
use crate::tax::{ExternalTax, TaxableCart, Taxes};

impl CartService {
    /// What a cart costs, and the facts with which that was worked out.
    pub(super) async fn price(
        &self,
        cart: &Cart,
        mut facts: Facts,
    ) -> Result<(PricedCart, Facts), CartError> {
        if let Some(draft) = frozen(cart) {
            return Ok((draft.priced(facts.products.of_lines(cart.lines())), facts));
        }
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
        let figures = self.ports.tax_service.tax(&context, destination, &taxable).await?;
        if let Some(figures) = &figures {
            check(figures, &taxable, cart.currency())?;
        }
        Ok(figures)
    }
}

/// What a cart costs for good: one that is being ordered as a whole, or was.
fn frozen(cart: &Cart) -> Option<&OrderDraft> {
    let draft = &cart.current_checkout()?.draft;
    let is_all = draft.whole && draft.lines.len() == cart.lines().len();
    is_all.then_some(&**draft)
}

/// Refuses figures that cannot be of this cart.
fn check(figures: &ExternalTax, of: &TaxableCart, currency: Currency) -> Result<(), PortError> {
    let refused = |what: &str| Err(PortError::new("tax service", what.to_owned()));
    if figures.lines.len() != of.lines.len() || figures.charges.len() != of.charges.len() {
        return refused("another number of figures than asked for");
    }
    let mut figures = figures.lines.iter().chain(&figures.charges);
    let fits = |figure: &Money| figure.currency() == currency && (0..=MAX_SUBTOTAL).contains(&figure.minor());
    if figures.all(fits) { Ok(()) } else { refused("a figure in another currency, or out of range") }
}
