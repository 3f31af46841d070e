//! The steps of an explanation: the derivation in the words of this surface.

use cart_core::id::{FeeId, LineId, PaymentMethodId, PromotionId, ShippingMethodId};
use cart_core::money::{Rate, Rounding};
use cart_core::policy::TaxLevel;
use cart_core::pricing::{Part, Rule, Step, Subject, Working};
use cart_core::quantity::Quantity;
use serde::Serialize;

use crate::amount::Amount;

/// One amount that goes into a sum.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Step"))]
pub(super) struct StepBody<'a> {
    part: Part,
    subject: SubjectBody<'a>,
    #[serde(flatten)]
    rule: RuleBody<'a>,
    amount: Amount,
}

impl<'a> StepBody<'a> {
    pub(super) fn of(step: &'a Step) -> Self {
        Self {
            part: step.part,
            subject: SubjectBody::of(&step.subject),
            rule: RuleBody::of(&step.rule),
            amount: Amount(step.amount),
        }
    }
}

/// What a step is about; empty for the cart as a whole.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Subject"))]
#[serde(untagged)]
enum SubjectBody<'a> {
    Item { item_id: &'a LineId },
    Shipping { shipping_method_id: &'a ShippingMethodId },
    Payment { payment_method_id: &'a PaymentMethodId },
    Fee { fee_id: &'a FeeId },
    Cart {},
}

impl<'a> SubjectBody<'a> {
    const fn of(subject: &'a Subject) -> Self {
        match subject {
            Subject::Line(item_id) => Self::Item { item_id },
            Subject::Shipping(shipping_method_id) => Self::Shipping { shipping_method_id },
            Subject::Payment(payment_method_id) => Self::Payment { payment_method_id },
            Subject::Fee(fee_id) => Self::Fee { fee_id },
            Subject::Total => Self::Cart {},
        }
    }
}

/// Why, with what the amount was worked out from.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Rule"))]
#[serde(tag = "rule", rename_all = "snake_case")]
enum RuleBody<'a> {
    ListPrice {
        list_price: Amount,
        quantity: Quantity,
    },
    CatalogDiscount {
        unit_discount: Amount,
        quantity: Quantity,
    },
    Promotion {
        promotion_id: &'a PromotionId,
        working: WorkingBody,
    },
    Charge {
        working: WorkingBody,
    },
    Tax {
        name: &'a str,
        rate: Rate,
        compound: bool,
        on: Amount,
        rounding: Rounding,
        level: TaxLevel,
    },
    ExternalTax,
    CashRounding {
        increment: Amount,
        rounding: Rounding,
    },
    /// A rule that this surface does not know; its amount counts all the same.
    Other,
}

impl<'a> RuleBody<'a> {
    fn of(rule: &'a Rule) -> Self {
        match *rule {
            Rule::ListPrice { list, quantity } => Self::ListPrice { list_price: Amount(list), quantity },
            Rule::CatalogDiscount { unit_discount, quantity } => {
                Self::CatalogDiscount { unit_discount: Amount(unit_discount), quantity }
            }
            Rule::Promotion { ref promotion, working } => {
                Self::Promotion { promotion_id: promotion, working: working.into() }
            }
            Rule::Charge { working } => Self::Charge { working: working.into() },
            Rule::Tax { ref name, rate, compound, on, rounding, level } => {
                Self::Tax { name, rate, compound, on: Amount(on), rounding, level }
            }
            Rule::ExternalTax => Self::ExternalTax,
            Rule::CashRounding { increment, rounding } => {
                Self::CashRounding { increment: Amount(increment), rounding }
            }
            _ => Self::Other,
        }
    }
}

/// How the amount of a promotion or a charge was worked out.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Working"))]
#[serde(rename_all = "snake_case")]
enum WorkingBody {
    Stated { amount: Amount },
    Fraction { rate: Rate, of: Amount, each_of: Option<Quantity>, rounding: Rounding },
    Price { price: Amount, from: Amount },
    Share { of: Amount },
}

impl From<Working> for WorkingBody {
    fn from(working: Working) -> Self {
        match working {
            Working::Stated { amount } => Self::Stated { amount: Amount(amount) },
            Working::Fraction { rate, of, each_of, rounding } => {
                Self::Fraction { rate, of: Amount(of), each_of, rounding }
            }
            Working::Price { price, from } => Self::Price { price: Amount(price), from: Amount(from) },
            Working::Share { of } => Self::Share { of: Amount(of) },
        }
    }
}
