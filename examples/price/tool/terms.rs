//! The terms on which the cart of a request is priced.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::customer::Customer;
use cart_core::facts::{Facts, Terms, Uses};
use cart_core::id::{PromotionId, TaxClass};
use cart_core::money::{Currency, Money};
use cart_core::policy::TaxMode;
use cart_core::pricing;
use cart_core::promotion::Promotion;
use cart_core::tax::{ExternalTax, Taxes, Treatment};

use super::error::{At as _, Error};
use super::goods::amount;
use super::request::{ExternalTaxRequest, Request, UsesRequest};

/// The most promotions.
const MAX_PROMOTIONS: usize = 1000;
/// The most promotions times lines: each of them may be a step of the answer.
const MAX_STEPS: usize = 50_000;
/// The most fees; an engine looks at no more.
const MAX_FEES: usize = 100;

/// Reads the terms.
pub(super) fn read(request: &Request, currency: Currency) -> Result<Terms, Error> {
    let known = check_promotions(&request.promotions)?;
    if request.promotions.len() * request.lines.len() > MAX_STEPS {
        let many = format!("promotions times lines are at most {MAX_STEPS}");
        return Err(Error::at("promotions", many));
    }
    if let Some(id) = request.refused_gifts.iter().find(|id| !known.contains(id)) {
        return Err(Error::at("refused_gifts", format!("there is no promotion {id}")));
    }
    check_fees(request)?;
    Ok(Terms {
        customer: Customer {
            groups: request.customer.groups.clone(),
            key: request.customer.key.clone(),
            tax_exempt: request.customer.tax_exempt,
        },
        promotions: request.promotions.iter().cloned().map(Arc::new).collect(),
        uses: uses(request, &known)?,
        fees: request.fees.iter().cloned().map(Arc::new).collect(),
        taxes: taxes(request, currency)?,
    })
}

/// Checks each promotion; answers their ids.
fn check_promotions(promotions: &[Promotion]) -> Result<HashSet<&PromotionId>, Error> {
    if promotions.len() > MAX_PROMOTIONS {
        return Err(Error::at("promotions", format!("a request has at most {MAX_PROMOTIONS} promotions")));
    }
    let mut known = HashSet::with_capacity(promotions.len());
    for (place, promotion) in promotions.iter().enumerate() {
        promotion.check().at(|| format!("promotions[{place}]"))?;
        if !known.insert(&promotion.id) {
            let twice = format!("another promotion has the id {}", promotion.id);
            return Err(Error::at(format!("promotions[{place}].id"), twice));
        }
    }
    Ok(known)
}

fn check_fees(request: &Request) -> Result<(), Error> {
    if request.fees.len() > MAX_FEES {
        return Err(Error::at("fees", format!("a request has at most {MAX_FEES} fees")));
    }
    let mut known = HashSet::with_capacity(request.fees.len());
    match request.fees.iter().position(|fee| !known.insert(&fee.id)) {
        Some(place) => Err(Error::at(format!("fees[{place}].id"), "another fee has this id")),
        None => Ok(()),
    }
}

fn uses(request: &Request, known: &HashSet<&PromotionId>) -> Result<Vec<(PromotionId, Uses)>, Error> {
    let read = |(id, uses): (&PromotionId, &UsesRequest)| {
        if !known.contains(id) {
            return Err(Error::at(format!("uses.{id}"), "there is no such promotion"));
        }
        Ok((id.clone(), Uses { total: uses.total, by_customer: uses.by_customer }))
    };
    request.uses.iter().map(read).collect()
}

fn taxes(request: &Request, currency: Currency) -> Result<Taxes, Error> {
    if request.policy.tax.mode == TaxMode::External {
        let figures = request.external_tax.as_ref().map(|tax| tax.read(currency)).transpose()?;
        return Ok(Taxes::External(figures));
    }
    let table = request.taxes.clone().unwrap_or_default();
    check_table(&table)?;
    Ok(Taxes::Table(Arc::new(table)))
}

fn check_table(table: &BTreeMap<TaxClass, Treatment>) -> Result<(), Error> {
    table.iter().try_for_each(|(class, treatment)| match treatment {
        Treatment::Exempt => Ok(()),
        Treatment::Rates(rates) => {
            Treatment::rates(Arc::clone(rates)).map(|_| ()).at(|| format!("taxes.{class}"))
        }
    })
}

impl ExternalTaxRequest {
    fn read(&self, currency: Currency) -> Result<ExternalTax, Error> {
        let figures = |texts: &[String], field: &str| {
            let read = |(place, text): (usize, &String)| {
                amount(text, currency, || format!("external_tax.{field}[{place}]"))
            };
            texts.iter().enumerate().map(read).collect::<Result<Vec<Money>, Error>>()
        };
        Ok(ExternalTax { lines: figures(&self.lines, "lines")?, charges: figures(&self.charges, "charges")? })
    }
}

/// A service answers about just the cart that it is asked about, so figures of another number are a mistake.
pub(super) fn check_figures(cart: &Cart, facts: &Facts) -> Result<(), Error> {
    let Taxes::External(Some(figures)) = &facts.terms.taxes else { return Ok(()) };
    let asked = pricing::taxable(cart, facts).map_err(Error::about_all)?;
    check_count("external_tax.lines", figures.lines.len(), asked.lines.len())?;
    check_count("external_tax.charges", figures.charges.len(), asked.charges.len())
}

fn check_count(field: &str, stated: usize, asked: usize) -> Result<(), Error> {
    if stated == asked {
        return Ok(());
    }
    Err(Error::at(field, format!("there are {asked} amounts to be taxed, not {stated}")))
}
