//! The derivation as text, for people.

use std::collections::HashMap;
use std::fmt;

use super::derivation::{Part, Rule, Step, Subject, Working};
use super::priced::{PricedCart, PricedLine, PricedPromotion};
use crate::id::{LineId, PromotionId};
use crate::money::{Money, Rate, Rounding};
use crate::policy::TaxLevel;

/// Why a cart costs what it costs, as lines of text: each step, then each total.
#[derive(Clone, Copy, Debug)]
pub struct Explanation<'a> {
    cart: &'a PricedCart,
    for_host: bool,
}

impl PricedCart {
    /// Why it costs what it costs, as text for the shopper: of the promotions that do not apply, it names only those
    /// for which there is a code on the cart.
    pub const fn explain(&self) -> Explanation<'_> {
        Explanation { cart: self, for_host: false }
    }

    /// Why it costs what it costs, as text for the host: with every promotion that may have concerned the cart, also
    /// those that are for other customers or have not begun.
    pub const fn explain_all(&self) -> Explanation<'_> {
        Explanation { cart: self, for_host: true }
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: HashMap<LineId, &str> =
            self.cart.lines.iter().map(|line| (line.line.id, name_of(line))).collect();
        for step in self.cart.derivation.steps() {
            self.write_step(f, step, &names)?;
        }
        for promotion in self.cart.promotions.iter().filter(|promotion| self.is_told(promotion)) {
            for whole in &promotion.wholes {
                writeln!(f, "{}: {} in all", promotion.name, Worked(*whole))?;
            }
            if let Err(reason) = &promotion.outcome {
                writeln!(f, "{}: not applied, {reason}", promotion.name)?;
            }
        }
        for gift in &self.cart.gifts {
            writeln!(f, "{}: {} × {} for nothing", self.name_of(&gift.promotion), gift.quantity, gift.name)?;
        }
        self.write_totals(f)
    }
}

impl Explanation<'_> {
    fn write_step(
        &self,
        f: &mut fmt::Formatter<'_>,
        step: &Step,
        names: &HashMap<LineId, &str>,
    ) -> fmt::Result {
        write_subject(f, &step.subject, names)?;
        f.write_str(": ")?;
        match &step.rule {
            Rule::ListPrice { list, quantity } => write!(f, "list price {} × {quantity}", list.to_decimal())?,
            Rule::CatalogDiscount { unit_discount, quantity } => {
                write!(f, "sold {} below that × {quantity}", unit_discount.to_decimal())?;
            }
            Rule::Promotion { promotion, working } => {
                write!(f, "{}, {}", self.name_of(promotion), Worked(*working))?;
            }
            Rule::Charge { working } => write!(f, "{}", Worked(*working))?,
            Rule::Tax { name, rate, compound, on, rounding, level } => {
                let on_top = if *compound { " and the taxes on it" } else { "" };
                let inside = if step.part == Part::TaxInside { " inside" } else { " of" };
                write!(f, "{name}, {}{inside} {}{on_top}, ", Percent(*rate), on.to_decimal())?;
                write!(f, "rounded {} {}", word(*rounding), level_word(*level))?;
            }
            Rule::ExternalTax => f.write_str("tax as the tax service says")?,
            Rule::CashRounding { increment, rounding } => {
                write!(f, "rounded {} to a multiple of {}", word(*rounding), increment.to_decimal())?;
            }
        }
        let counts = if step.part == Part::TaxInside { "contains" } else { "" };
        writeln!(f, " = {counts}{}{}", if counts.is_empty() { "" } else { " " }, Signed(step.amount))
    }

    /// Whether the reader may know of a promotion.
    fn is_told(&self, promotion: &PricedPromotion) -> bool {
        let applies = |other: &&PricedPromotion| other.code == promotion.code && other.outcome.is_ok();
        // A code that applies says enough; it may be for other customers' offers as well.
        let sleeps = promotion.code.is_some() && !self.cart.promotions.iter().any(|other| applies(&other));
        self.for_host || promotion.outcome.is_ok() || sleeps
    }

    fn name_of<'b>(&'b self, id: &'b PromotionId) -> &'b str {
        let known = self.cart.promotions.iter().find(|priced| priced.id == *id);
        known.map_or(id.as_str(), |priced| &priced.name)
    }

    fn write_totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let totals = &self.cart.totals;
        let parts = [
            ("+", "subtotal", totals.subtotal),
            ("-", "discount", totals.discount),
            ("+", "shipping", totals.shipping),
            ("-", "shipping discount", totals.shipping_discount),
            ("+", "fees", totals.fees),
            ("+", "tax", totals.tax_on_top),
            ("+", "cash rounding", totals.cash_rounding),
        ];
        for (sign, name, amount) in
            parts.into_iter().filter(|(_, name, amount)| *name == "subtotal" || !amount.is_zero())
        {
            writeln!(f, "{sign} {name} {}", amount.to_decimal())?;
        }
        if totals.tax_on_top.is_zero() && !totals.tax.is_zero() {
            writeln!(f, "  of which tax {}", totals.tax.to_decimal())?;
        }
        writeln!(f, "= total {}", totals.total)
    }
}

/// What a line is called: as the catalog does, or else by the product's id.
fn name_of(priced: &PricedLine) -> &str {
    match &priced.product {
        Some(product) => &product.name,
        None => priced.line.key.product.product.as_str(),
    }
}

fn write_subject(
    f: &mut fmt::Formatter<'_>,
    subject: &Subject,
    names: &HashMap<LineId, &str>,
) -> fmt::Result {
    match subject {
        Subject::Line(id) => f.write_str(names.get(id).copied().unwrap_or("a line")),
        Subject::Shipping(method) => write!(f, "shipping by {method}"),
        Subject::Payment(method) => write!(f, "payment by {method}"),
        Subject::Fee(fee) => write!(f, "fee {fee}"),
        Subject::Total => f.write_str("total"),
    }
}

/// A working as words.
struct Worked(Working);

impl fmt::Display for Worked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Working::Stated { amount } => write!(f, "{}", amount.to_decimal()),
            Working::Fraction { rate, of, each_of: None, rounding } => {
                write!(f, "{} of {} rounded {}", Percent(rate), of.to_decimal(), word(rounding))
            }
            Working::Fraction { rate, of, each_of: Some(units), rounding } => {
                let of = of.to_decimal();
                write!(f, "{} of {of}, rounded {} for each of {units} units", Percent(rate), word(rounding))
            }
            Working::Price { price, from } => {
                write!(f, "{} instead of {}", price.to_decimal(), from.to_decimal())
            }
            Working::Share { of } => write!(f, "its share of {}", of.to_decimal()),
        }
    }
}

/// An amount with its sign.
struct Signed(Money);

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = if self.0.is_negative() { "" } else { "+" };
        write!(f, "{plus}{}", self.0.to_decimal())
    }
}

/// A rate as a percentage, exactly.
struct Percent(Rate);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let billionths = self.0.billionths();
        let (whole, rest) = (billionths / 10_000_000, billionths % 10_000_000);
        if rest == 0 {
            return write!(f, "{whole}%");
        }
        let rest = format!("{rest:07}");
        write!(f, "{whole}.{}%", rest.trim_end_matches('0'))
    }
}

const fn word(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::HalfUp => "half up",
        Rounding::HalfEven => "half to even",
        Rounding::HalfDown => "half down",
        Rounding::Up => "up",
        Rounding::Down => "down",
    }
}

const fn level_word(level: TaxLevel) -> &'static str {
    match level {
        TaxLevel::PerUnit => "for each unit",
        TaxLevel::PerLine => "for each line",
        TaxLevel::PerRate => "once for each rate",
        TaxLevel::PerTotal => "once for all",
    }
}
