//! The stages after the lines, in their order.

use super::basket::{Basket, Item};
use super::charges::{Charging, Extra};
use super::derivation::{Derivation, Part, Subject};
use super::priced::{PricedCart, PricedCharge, PricedGift, PricedLine, PricedPromotion};
use super::promotions::{Delivery, Promotions, World, about_coupons, price_coupons};
use super::tax::{Rates, Taxed, ToTax};
use super::{notices, totals};
use crate::cart::Cart;
use crate::facts::Facts;
use crate::fit::stale_selections;
use crate::id::{FeeId, PaymentMethodId, ShippingMethodId, TaxClass};
use crate::money::{Money, MoneyError};
use crate::notice::Notice;
use crate::policy::TaxMode;
use crate::selection::SelectionKind;
use crate::tax::{TaxableCart, Taxes};

/// A cart up to its taxes.
#[derive(Debug)]
pub(super) struct Work<'a> {
    facts: &'a Facts,
    basket: Basket<'a>,
    rates: Rates<'a>,
    promotions: Vec<PricedPromotion>,
    gifts: Vec<PricedGift>,
    shipping: Option<Extra<'a, ShippingMethodId>>,
    payment: Option<Extra<'a, PaymentMethodId>>,
    fees: Vec<Extra<'a, FeeId>>,
    stale: Vec<Notice>,
}

impl<'a> Work<'a> {
    /// Does all the work up to the taxes.
    pub(super) fn new(
        cart: &'a Cart,
        facts: &'a Facts,
        lines: &'a [PricedLine],
        derivation: &mut Derivation,
    ) -> Self {
        let mut basket = Basket::new(&facts.policy.pricing, cart.currency(), lines);
        let rates = Rates::of(&basket, facts);
        let stale = stale_selections(cart, facts);
        let fits = |kind| !stale.iter().any(|notice| is_about(notice, kind));
        let charging = Charging {
            cart,
            facts,
            is_shipped: fits(SelectionKind::ShippingMethod),
            is_paid: fits(SelectionKind::PaymentMethod),
        };
        let world = World { cart, facts, lines, rates: &rates };
        let (promotions, gifts, shipping) = reduced(world, charging, &mut basket, derivation);
        let cost = shipping.as_ref().map_or(0, |extra| extra.current);
        let payment = charging.payment(&basket, cost);
        let fees = charging.fees(&basket, cost);
        if let Some(extra) = &payment {
            extra.explain(Part::Fees, Subject::Payment(extra.id.clone()), &basket, derivation);
        }
        for extra in &fees {
            extra.explain(Part::Fees, Subject::Fee(extra.id.clone()), &basket, derivation);
        }
        Self { facts, basket, rates, promotions, gifts, shipping, payment, fees, stale }
    }

    fn as_to_tax(&mut self) -> ToTax<'_, 'a> {
        ToTax {
            basket: &self.basket,
            shipping: self.shipping.as_mut(),
            payment: self.payment.as_mut(),
            fees: &mut self.fees,
        }
    }

    /// What a tax service has to know.
    pub(super) fn taxable(mut self) -> TaxableCart {
        self.as_to_tax().taxable()
    }

    /// Works the taxes out.
    pub(super) fn finish(mut self, derivation: &mut Derivation) -> Result<Worked, MoneyError> {
        let mut unknown = Vec::new();
        let taxed = match self.basket.policy.tax.mode {
            TaxMode::None => Taxed::default(),
            TaxMode::OnTop | TaxMode::Inside => {
                let Self { basket, rates, shipping, payment, fees, .. } = &mut self;
                let (shipping, payment) = (shipping.as_mut(), payment.as_mut());
                let taxed = ToTax { basket, shipping, payment, fees }.by_rates(rates, derivation)?;
                unknown.extend(rates.unknown().map(|class| Some(class.clone())));
                taxed
            }
            TaxMode::External => match &self.facts.terms.taxes {
                _ if self.facts.terms.customer.tax_exempt => Taxed::default(),
                Taxes::External(Some(figures)) => {
                    let taxed = self.as_to_tax().by_service(figures, derivation)?;
                    // An empty cart has no tax, whatever the figures.
                    unknown.extend((taxed.is_none() && !self.basket.items.is_empty()).then_some(None));
                    taxed.unwrap_or_default()
                }
                Taxes::External(None) | Taxes::Table(_) => {
                    // An empty cart has no tax, known or not.
                    unknown.extend((!self.basket.items.is_empty()).then_some(None));
                    Taxed::default()
                }
            },
        };
        let basket = &self.basket;
        Ok(Worked {
            shipping: self.shipping.as_ref().map(|extra| extra.priced(basket)),
            payment: self.payment.as_ref().map(|extra| extra.priced(basket)),
            fees: self.fees.iter().map(|extra| extra.priced(basket)).collect(),
            items: self.basket.items,
            promotions: self.promotions,
            gifts: self.gifts,
            taxed,
            unknown,
            stale: self.stale,
        })
    }
}

/// Lets promotions reduce the lines, then what shipping costs for what they left.
fn reduced<'a>(
    world: World<'_>,
    charging: Charging<'a>,
    basket: &mut Basket<'_>,
    derivation: &mut Derivation,
) -> (Vec<PricedPromotion>, Vec<PricedGift>, Option<Extra<'a, ShippingMethodId>>) {
    let mut promotions =
        Promotions::new(world, basket, |basket| charging.delivery(basket).as_ref().map(delivered));
    promotions.reduce_lines(basket, derivation);
    let mut shipping = charging.delivery(basket);
    if let Some(extra) = &shipping {
        extra.explain(Part::Shipping, Subject::Shipping(extra.id.clone()), basket, derivation);
    }
    let mut to_reduce = shipping.as_ref().map(delivered);
    promotions.reduce_shipping(basket, to_reduce.as_mut(), derivation);
    if let (Some(extra), Some(reduced)) = (&mut shipping, to_reduce) {
        extra.current = reduced.current;
    }
    let (promotions, gifts) = promotions.finish();
    (promotions, gifts, shipping)
}

fn delivered<'e>(extra: &Extra<'e, ShippingMethodId>) -> Delivery<'e> {
    Delivery { method: extra.id, current: extra.current }
}

fn is_about(notice: &Notice, kind: SelectionKind) -> bool {
    matches!(notice, Notice::SelectionStale { selection, .. } if *selection == kind)
}

/// A cart whose amounts are all worked out.
#[derive(Debug)]
pub(super) struct Worked {
    items: Vec<Item>,
    promotions: Vec<PricedPromotion>,
    gifts: Vec<PricedGift>,
    shipping: Option<PricedCharge<ShippingMethodId>>,
    payment: Option<PricedCharge<PaymentMethodId>>,
    fees: Vec<PricedCharge<FeeId>>,
    taxed: Taxed,
    /// The classes without a known tax; none for a tax service without figures.
    unknown: Vec<Option<TaxClass>>,
    stale: Vec<Notice>,
}

impl Worked {
    /// Writes what was worked out into the lines.
    pub(super) fn settle(&self, lines: &mut [PricedLine]) -> Result<(), MoneyError> {
        for (place, item) in self.items.iter().enumerate() {
            let Some(Ok(amounts)) = lines.get_mut(item.line).map(|line| line.amounts.as_mut()) else {
                continue;
            };
            let currency = amounts.total.currency();
            amounts.total = Money::new(item.current, currency);
            amounts.discount = amounts.subtotal.checked_sub(amounts.total)?;
            amounts.tax = Money::new(self.taxed.of_items.get(place).copied().unwrap_or(0), currency);
        }
        Ok(())
    }

    /// The priced cart, with its sums.
    pub(super) fn into_priced(
        self,
        cart: &Cart,
        facts: &Facts,
        lines: Vec<PricedLine>,
        mut derivation: Derivation,
    ) -> Result<PricedCart, MoneyError> {
        let Self { shipping, payment, fees, promotions, gifts, .. } = self;
        let (policy, currency) = (&facts.policy.pricing, cart.currency());
        let totals =
            totals::total(currency, policy.tax.mode, &lines, shipping.as_ref(), payment.as_ref(), &fees)?
                .rounded(cart, policy, &mut derivation)?;
        let coupons = price_coupons(cart, facts, &promotions);
        let mut notices = notices::collect(&lines);
        notices.extend(self.stale);
        notices.extend(about_coupons(&coupons));
        notices.extend(self.unknown.into_iter().map(|class| Notice::TaxUnknown { class }));
        let taxes = self.taxed.totals;
        Ok(PricedCart {
            lines,
            shipping,
            payment,
            fees,
            taxes,
            promotions,
            coupons,
            gifts,
            totals,
            derivation,
            notices,
        })
    }
}
