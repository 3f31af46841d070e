//! What shipping, payment and fees cost.

use cart_core::charge::{Charge, Fee, FeeBasis};
use cart_core::pricing::MAX_SUBTOTAL;
use cart_core::product::Product;
use cart_core::selection::Method;

use super::amounts::{rate, round, whole};
use super::lines::{Item, bought};
use super::promotions::Run;
use crate::answer::ChargeAnswer;
use crate::case::Case;

/// What is charged besides the lines.
pub(crate) struct Charges {
    pub(crate) shipping: Option<ChargeAnswer>,
    pub(crate) payment: Option<ChargeAnswer>,
    pub(crate) fees: Vec<ChargeAnswer>,
}

impl Charges {
    pub(crate) fn all(&self) -> impl Iterator<Item = &ChargeAnswer> {
        self.shipping.iter().chain(&self.payment).chain(&self.fees)
    }

    pub(crate) fn set_taxes(&mut self, taxes: &[i128]) {
        let all = self.shipping.iter_mut().chain(&mut self.payment).chain(&mut self.fees);
        all.zip(taxes).for_each(|(charge, tax)| charge.tax = *tax);
    }
}

/// What a charge depends on.
struct Basis {
    units: i128,
    grams: i128,
    subtotal: i128,
    fraction_of: i128,
}

pub(crate) fn charges(case: &Case, items: &[Item<'_>], run: &Run<'_>) -> Charges {
    let answer = |id: String, price, discount| ChargeAnswer { id, price, discount, tax: 0 };
    let selections = &case.cart.selections;
    let shipping = run.shipping.map(|(price, discount)| {
        answer(selections.shipping_method.as_ref().unwrap().to_string(), price, discount)
    });
    let lines: i128 = run.current.iter().sum();
    let order = Basis {
        units: items.iter().map(|item| item.units).sum(),
        grams: grams(items),
        subtotal: lines,
        fraction_of: lines + run.shipping.map_or(0, |(price, discount)| price - discount),
    };
    if items.is_empty() || !case.policy.pricing.fees {
        return Charges { shipping, payment: None, fees: Vec::new() };
    }
    let payment = payment(case, &order);
    let payment =
        payment.map(|price| answer(selections.payment_method.as_ref().unwrap().to_string(), price, 0));
    let fee = |fee: &Fee| Some(answer(fee.id.to_string(), fee_price(case, items, run, &order, fee)?, 0));
    let fees = case.terms.fees.iter().take(100).filter_map(|of| fee(of)).collect();
    Charges { shipping, payment, fees }
}

fn payment(case: &Case, order: &Basis) -> Option<i128> {
    let method = case.choices.payment_method.as_ref().filter(|method| method.charge != Charge::Free)?;
    case.cart.selections.payment_method.as_ref()?;
    fits(case, method, false).then(|| price(case, &method.charge, order)).flatten()
}

fn fee_price(case: &Case, items: &[Item<'_>], run: &Run<'_>, order: &Basis, fee: &Fee) -> Option<i128> {
    match &fee.on {
        FeeBasis::Order => price(case, &fee.charge, order),
        FeeBasis::Payment(methods) => {
            let selected = case.cart.selections.payment_method.as_ref()?;
            methods.contains(selected).then(|| price(case, &fee.charge, order)).flatten()
        }
        FeeBasis::Option { name, value } => {
            let is_chosen = |&at: &usize| items[at].line.key.product.options.value(name) == Some(value);
            let lines: Vec<usize> = (0..items.len()).filter(is_chosen).collect();
            let chosen: Vec<Item<'_>> = lines.iter().map(|&at| items[at].clone()).collect();
            let amount = lines.iter().map(|&at| run.current[at]).sum();
            let basis = Basis {
                units: chosen.iter().map(|item| item.units).sum(),
                grams: grams(&chosen),
                subtotal: amount,
                fraction_of: amount,
            };
            if lines.is_empty() { None } else { price(case, &fee.charge, &basis) }
        }
    }
}

/// The price of the selected shipping method for lines that cost so much.
pub(crate) fn shipping_price(case: &Case, items: &[Item<'_>], current: &[i128]) -> Option<i128> {
    let method = case.choices.shipping_method.as_ref()?;
    case.cart.selections.shipping_method.as_ref()?;
    if items.is_empty() || !case.policy.pricing.shipping || !fits(case, method, true) {
        return None;
    }
    let subtotal = current.iter().sum();
    let delivered: Vec<&Item<'_>> = items.iter().filter(|item| item.product.needs_delivery).collect();
    let units = delivered.iter().map(|item| item.units).sum();
    let basis = Basis { units, grams: grams(delivered), subtotal, fraction_of: subtotal };
    price(case, &method.charge, &basis)
}

fn grams<'i, 'a: 'i>(items: impl IntoIterator<Item = &'i Item<'a>>) -> i128 {
    items.into_iter().map(|item| i128::from(item.product.grams) * item.units).sum()
}

fn price(case: &Case, charge: &Charge, basis: &Basis) -> Option<i128> {
    let currency = case.currency();
    let price = match charge {
        Charge::Free => 0,
        Charge::Amount(amounts) => amounts.in_currency(currency)?.minor().into(),
        Charge::PerUnit(amounts) => i128::from(amounts.in_currency(currency)?.minor()) * basis.units,
        Charge::Percent(of) => round(&(whole(basis.fraction_of) * rate(*of)), case.policy.pricing.rounding),
        Charge::ByWeight(steps) => {
            let froms = steps.iter().map(|step| Some(i128::from(step.from_grams)));
            match highest(froms, basis.grams) {
                Some(at) => steps[at].amounts.in_currency(currency)?.minor().into(),
                None => 0,
            }
        }
        Charge::BySubtotal(steps) => {
            let froms =
                steps.iter().map(|step| step.from.in_currency(currency).map(|from| i128::from(from.minor())));
            match highest(froms, basis.subtotal) {
                Some(at) => steps[at].amounts.in_currency(currency)?.minor().into(),
                None => 0,
            }
        }
    };
    Some(price.min(MAX_SUBTOTAL.into()))
}

/// Which of some steps is the highest that is reached; of equals, the last.
pub(crate) fn highest(froms: impl Iterator<Item = Option<i128>>, value: i128) -> Option<usize> {
    let mut best = None;
    for (at, from) in froms.enumerate() {
        if let Some(from) = from
            && from <= value
            && best.is_none_or(|(_, highest)| from >= highest)
        {
            best = Some((at, from));
        }
    }
    best.map(|(at, _)| at)
}

/// Whether a selected method can be used for a cart.
fn fits(case: &Case, method: &Method, is_shipping: bool) -> bool {
    // Lines that are left out because their amounts do not fit can be bought all the same.
    let items: Vec<Item<'_>> = case.cart.lines.iter().filter_map(|line| bought(case, line).ok()).collect();
    let currency = case.currency();
    let amount: i128 = items.iter().map(Item::amount).sum();
    let limit =
        |amounts: &cart_core::money::Amounts| amounts.in_currency(currency).map(|m| i128::from(m.minor()));
    // Lines that do not count have a say as well.
    let of_all = |is_so: &dyn Fn(Option<&Product>) -> bool| {
        let products = case.cart.lines.iter().map(|line| case.catalog.get(&line.key.product));
        products.map(|product| product.map(AsRef::as_ref)).all(is_so)
    };
    let country = case.choices.address.as_ref().map(|address| &address.country);
    method.active
        && (method.currencies.is_empty() || method.currencies.contains(&currency))
        && method.charge.is_priced_in(currency)
        && (method.kinds.is_empty()
            || of_all(&|product| product.is_none_or(|known| method.kinds.contains(&known.kind))))
        && (method.countries.is_empty() || country.is_none_or(|country| method.countries.contains(country)))
        && (!is_shipping || !of_all(&|product| product.is_some_and(|known| !known.needs_delivery)))
        && limit(&method.min_subtotal).is_none_or(|least| least <= amount)
        && limit(&method.max_subtotal).is_none_or(|most| amount <= most)
        && method.max_grams.is_none_or(|most| {
            grams(items.iter().filter(|item| item.product.needs_delivery)) <= i128::from(most)
        })
}
