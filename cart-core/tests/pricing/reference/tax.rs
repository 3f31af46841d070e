//! Taxes on lines and charges.

use cart_core::id::TaxClass;
use cart_core::money::Money;
use cart_core::policy::{TaxBase, TaxLevel, TaxMode, TaxSplit};
use cart_core::tax::{ExternalTax, TaxRate, Taxes, Treatment};

use super::amounts::{Fraction, fraction, largest_remainder, rate, round, whole};
use super::charges::Charges;
use super::lines::Item;
use super::promotions::Run;
use crate::answer::TaxAnswer;
use crate::case::Case;

/// The taxes of each line and then each charge, and by rate.
pub(crate) struct Taxed {
    pub(crate) each: Vec<i128>,
    pub(crate) totals: Vec<TaxAnswer>,
    pub(crate) unknown: Vec<Option<TaxClass>>,
}

/// A line or a charge.
struct Subject {
    class: Option<TaxClass>,
    amount: i128,
    units: i128,
}

/// One tax of one line or charge.
struct Cell {
    subject: usize,
    tax: TaxRate,
    exact: Fraction,
    amount: i128,
}

pub(crate) fn tax(case: &Case, items: &[Item<'_>], run: &Run<'_>, charges: &Charges) -> Taxed {
    let subjects = subjects(case, items, run, charges);
    match (case.policy.pricing.tax.mode, &case.terms.taxes) {
        (TaxMode::None, _) => untaxed(&subjects, Vec::new()),
        (TaxMode::External, _) if case.terms.customer.tax_exempt => untaxed(&subjects, Vec::new()),
        (TaxMode::External, Taxes::External(Some(figures))) if is_about(figures, items.len(), charges) => {
            external(items.len(), figures, charges)
        }
        (TaxMode::External, _) if subjects.is_empty() => untaxed(&subjects, Vec::new()),
        (TaxMode::External, _) => untaxed(&subjects, vec![None]),
        (TaxMode::OnTop | TaxMode::Inside, _) => by_table(case, &subjects),
    }
}

fn untaxed(subjects: &[Subject], unknown: Vec<Option<TaxClass>>) -> Taxed {
    Taxed { each: vec![0; subjects.len()], totals: Vec::new(), unknown }
}

/// Whether there is a figure for each line and each charge that costs anything.
fn is_about(figures: &ExternalTax, lines: usize, charges: &Charges) -> bool {
    let asked = charges.all().filter(|charge| charge.price > 0).count();
    figures.lines.len() == lines && figures.charges.len() == asked
}

fn external(lines: usize, figures: &ExternalTax, charges: &Charges) -> Taxed {
    let minor = |money: Option<&Money>| money.map_or(0, |money| i128::from(money.minor()));
    let mut each: Vec<i128> = (0..lines).map(|at| minor(figures.lines.get(at))).collect();
    let mut of_charges = figures.charges.iter();
    for charge in charges.all() {
        each.push(if charge.price > 0 { minor(of_charges.next()) } else { 0 });
    }
    Taxed { each, totals: Vec::new(), unknown: Vec::new() }
}

fn subjects(case: &Case, items: &[Item<'_>], run: &Run<'_>, charges: &Charges) -> Vec<Subject> {
    let is_after = case.policy.pricing.tax.base == TaxBase::AfterDiscounts;
    let lines = items.iter().zip(&run.current).map(|(item, current)| Subject {
        class: Some(item.product.tax_class.clone()),
        amount: if is_after { *current } else { item.amount() },
        units: item.units,
    });
    let class = |id: &str| {
        let fee = case.terms.fees.iter().find(|fee| fee.id.as_str() == id);
        fee.and_then(|fee| fee.tax_class.clone())
    };
    let method =
        |method: &Option<cart_core::selection::Method>| method.as_ref().and_then(|m| m.tax_class.clone());
    let charge = |class, charge: &crate::answer::ChargeAnswer| {
        let amount = if is_after { charge.price - charge.discount } else { charge.price };
        Subject { class, amount, units: 1 }
    };
    let shipping = charges.shipping.iter().map(|of| charge(method(&case.choices.shipping_method), of));
    let payment = charges.payment.iter().map(|of| charge(method(&case.choices.payment_method), of));
    let fees = charges.fees.iter().map(|of| charge(class(&of.id), of));
    lines.chain(shipping).chain(payment).chain(fees).collect()
}

/// The rates of a class; none if they are not known.
pub(crate) fn rates(case: &Case, class: Option<&TaxClass>) -> Option<Vec<TaxRate>> {
    let Some(class) = class else { return Some(Vec::new()) };
    if case.terms.customer.tax_exempt {
        return Some(Vec::new());
    }
    let Taxes::Table(table) = &case.terms.taxes else { return None };
    match table.get(class)? {
        Treatment::Exempt => Some(Vec::new()),
        Treatment::Rates(rates) => {
            let sum = effective(rates).into_iter().fold(whole(0), |sum, rate| sum + rate);
            (sum <= whole(10) && rates.len() <= Treatment::MAX_RATES).then(|| rates.to_vec())
        }
    }
}

/// What each tax is of the net amount.
pub(crate) fn effective(rates: &[TaxRate]) -> Vec<Fraction> {
    let parallel = rates.iter().filter(|tax| !tax.compound).fold(whole(0), |sum, tax| sum + rate(tax.rate));
    let of =
        |tax: &TaxRate| if tax.compound { rate(tax.rate) * (whole(1) + &parallel) } else { rate(tax.rate) };
    rates.iter().map(of).collect()
}

fn by_table(case: &Case, subjects: &[Subject]) -> Taxed {
    let mut cells = Vec::new();
    let mut unknown = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        match rates(case, subject.class.as_ref()) {
            None => unknown.push(subject.class.clone()),
            Some(rates) => cells.extend(of_subject(case, at, subject, &rates)),
        }
    }
    unknown.sort();
    unknown.dedup();
    round_together(case, &mut cells);
    let mut each = vec![0; subjects.len()];
    cells.iter().for_each(|cell| each[cell.subject] += cell.amount);
    Taxed { each, totals: totals(subjects, &cells), unknown }
}

/// The taxes of one line or charge, rounded where each is rounded by itself.
fn of_subject(case: &Case, at: usize, subject: &Subject, rates: &[TaxRate]) -> Vec<Cell> {
    let policy = case.policy.pricing.tax;
    let effective = effective(rates);
    let sum = effective.iter().fold(whole(0), |sum, rate| sum + rate);
    let is_inside = policy.mode == TaxMode::Inside;
    let gross = if is_inside { whole(1) + sum } else { whole(1) };
    let factors: Vec<Fraction> = effective.into_iter().map(|rate| rate / &gross).collect();
    let units = if policy.level == TaxLevel::PerUnit { subject.units } else { 1 };
    let of_unit = |unit: i128| match (is_inside, policy.split) {
        (false, _) => rounded(case, unit, &factors, None),
        (true, TaxSplit::RoundTax) => rounded(case, unit, &factors, Some(unit)),
        (true, TaxSplit::RoundNet) => net_rounded(case, unit, &gross, &factors),
    };
    let amounts = each_unit(subject.amount, units, factors.len(), of_unit);
    let cell = |(tax, (factor, amount)): (&TaxRate, (&Fraction, i128))| Cell {
        subject: at,
        tax: tax.clone(),
        exact: whole(subject.amount) * factor,
        amount,
    };
    rates.iter().zip(factors.iter().zip(amounts)).map(cell).collect()
}

/// The taxes of some units of an amount, each unit by itself.
fn each_unit(amount: i128, units: i128, taxes: usize, of_unit: impl Fn(i128) -> Vec<i128>) -> Vec<i128> {
    let mut sums = vec![0; taxes];
    let dearer = amount % units;
    for (unit, count) in [(amount / units, units - dearer), (amount / units + 1, dearer)] {
        if count > 0 {
            sums.iter_mut().zip(of_unit(unit)).for_each(|(sum, tax)| *sum += tax * count);
        }
    }
    sums
}

/// Each tax of an amount rounded, and no more than the ones before left of what there is.
fn rounded(case: &Case, amount: i128, factors: &[Fraction], mut left: Option<i128>) -> Vec<i128> {
    let tax = |factor: &Fraction| {
        let tax = round(&(whole(amount) * factor), case.policy.pricing.tax.rounding);
        let tax = left.map_or(tax, |left| tax.min(left));
        left = left.map(|left| left - tax);
        tax
    };
    factors.iter().map(tax).collect()
}

/// The taxes inside an amount whose net is rounded.
fn net_rounded(case: &Case, amount: i128, gross: &Fraction, factors: &[Fraction]) -> Vec<i128> {
    let net = round(&(whole(amount) / gross), case.policy.pricing.tax.rounding);
    let exact: Vec<Fraction> = factors.iter().map(|factor| whole(amount) * factor).collect();
    // Without taxes there is nothing to split: the net is the amount.
    largest_remainder(amount - net, &exact)
}

/// Rounds what is rounded for several at once, and gives each its share.
fn round_together(case: &Case, cells: &mut [Cell]) {
    let policy = case.policy.pricing.tax;
    let groups: Vec<Vec<usize>> = match policy.level {
        TaxLevel::PerUnit | TaxLevel::PerLine => Vec::new(),
        TaxLevel::PerTotal => vec![(0..cells.len()).collect()],
        TaxLevel::PerRate => {
            let of = |tax: &TaxRate| (0..cells.len()).filter(|&at| cells[at].tax == *tax).collect();
            distinct(cells).iter().map(of).collect()
        }
    };
    for group in groups {
        let exact: Vec<Fraction> = group.iter().map(|&at| cells[at].exact.clone()).collect();
        let sum = exact.iter().fold(fraction(0, 1), |sum, exact| sum + exact);
        let shares = largest_remainder(round(&sum, policy.rounding), &exact);
        group.into_iter().zip(shares).for_each(|(at, share)| cells[at].amount = share);
    }
}

/// The taxes, in the order in which they first occur.
fn distinct(cells: &[Cell]) -> Vec<TaxRate> {
    let mut taxes: Vec<TaxRate> = Vec::new();
    for cell in cells {
        if !taxes.contains(&cell.tax) {
            taxes.push(cell.tax.clone());
        }
    }
    taxes
}

fn totals(subjects: &[Subject], cells: &[Cell]) -> Vec<TaxAnswer> {
    let answer = |tax: TaxRate| {
        let of: Vec<&Cell> = cells.iter().filter(|cell| cell.tax == tax).collect();
        let on = of.iter().map(|cell| subjects[cell.subject].amount).sum();
        TaxAnswer { tax, on, amount: of.iter().map(|cell| cell.amount).sum() }
    };
    distinct(cells).into_iter().map(answer).collect()
}
