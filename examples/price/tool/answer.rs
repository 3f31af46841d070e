//! What a priced cart is answered as.

use cart_core::coupon::CouponCode;
use cart_core::id::PromotionId;
use cart_core::money::{Currency, Money, Rate};
use cart_core::notice::Unavailable;
use cart_core::pricing::{
    LeftOut, LineAmounts, Part, PricedCart, PricedCharge, PricedCoupon, PricedGift, PricedLine,
    PricedPromotion, Step, TaxTotal, Totals, Working,
};
use cart_core::product::ProductKey;
use cart_core::promotion::NotApplied;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::build::Built;
use super::error::Error;
use super::plain::Plain;

/// The answer to a request; `docs/pricing.md` has the fields.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    currency: Currency,
    lines: Vec<LineAnswer>,
    shipping: Option<ChargeAnswer>,
    payment: Option<ChargeAnswer>,
    fees: Vec<ChargeAnswer>,
    taxes: Vec<TaxAnswer>,
    promotions: Vec<PromotionAnswer>,
    coupons: Vec<CouponAnswer>,
    gifts: Vec<GiftAnswer>,
    totals: TotalsAnswer,
    notices: Vec<Value>,
    derivation: Vec<StepAnswer>,
    explanation: Vec<String>,
}

/// An amount as decimal text.
#[derive(Debug)]
struct Amount(Money);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_decimal())
    }
}

#[derive(Debug, Serialize)]
struct LineAnswer {
    id: String,
    list_price: Amount,
    unit_price: Amount,
    quantity: u32,
    #[serde(flatten)]
    amounts: LineOutcome,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum LineOutcome {
    Counts { subtotal: Amount, discount: Amount, total: Amount, tax: Amount },
    LeftOut { left_out: &'static str },
}

#[derive(Debug, Serialize)]
struct ChargeAnswer {
    id: String,
    name: String,
    price: Amount,
    discount: Amount,
    total: Amount,
    tax: Amount,
}

#[derive(Debug, Serialize)]
struct TaxAnswer {
    name: String,
    rate: Rate,
    compound: bool,
    on: Amount,
    amount: Amount,
}

/// What a promotion or a code does.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Discount(Amount),
    NotApplied(Value),
}

#[derive(Debug, Serialize)]
struct PromotionAnswer {
    id: PromotionId,
    name: String,
    code: Option<CouponCode>,
    #[serde(flatten)]
    outcome: Outcome,
    wholes: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct CouponAnswer {
    code: CouponCode,
    promotion: Option<PromotionId>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
struct GiftAnswer {
    promotion: PromotionId,
    product: ProductKey,
    name: String,
    quantity: u32,
    value: Amount,
}

#[derive(Debug, Serialize)]
struct TotalsAnswer {
    subtotal: Amount,
    discount: Amount,
    shipping: Amount,
    shipping_discount: Amount,
    fees: Amount,
    tax: Amount,
    tax_on_top: Amount,
    net: Amount,
    cash_rounding: Amount,
    total: Amount,
}

#[derive(Debug, Serialize)]
struct StepAnswer {
    part: Part,
    subject: Value,
    rule: Value,
    /// What the rule says besides its name.
    #[serde(flatten)]
    data: Map<String, Value>,
    amount: Amount,
}

/// Says what a priced cart costs.
pub(super) fn of(built: &Built, priced: &PricedCart) -> Result<Answer, Error> {
    let plain = Plain::new(&built.names);
    let lines = built.names.iter().zip(&priced.lines).map(|(name, line)| line_answer(name, line)).collect();
    let promotions = priced.promotions.iter().map(|promotion| promotion_answer(promotion, &plain));
    let coupons = priced.coupons.iter().map(|coupon| coupon_answer(coupon, &plain));
    let steps = priced.derivation.steps().iter().map(|step| step_answer(step, &plain));
    Ok(Answer {
        currency: built.cart.currency(),
        lines,
        shipping: priced.shipping.as_ref().map(charge_answer),
        payment: priced.payment.as_ref().map(charge_answer),
        fees: priced.fees.iter().map(charge_answer).collect(),
        taxes: priced.taxes.iter().map(tax_answer).collect(),
        promotions: promotions.collect::<Result<_, _>>()?,
        coupons: coupons.collect::<Result<_, _>>()?,
        gifts: priced.gifts.iter().map(gift_answer).collect(),
        totals: totals_answer(&priced.totals)?,
        notices: plain.list(&priced.notices)?,
        derivation: steps.collect::<Result<_, _>>()?,
        explanation: priced.explain_all().to_string().lines().map(str::to_owned).collect(),
    })
}

fn line_answer(name: &str, line: &PricedLine) -> LineAnswer {
    LineAnswer {
        id: name.to_owned(),
        list_price: Amount(line.prices.list()),
        unit_price: Amount(line.prices.unit()),
        quantity: line.line.quantity.get(),
        amounts: line_outcome(line.amounts),
    }
}

fn line_outcome(amounts: Result<LineAmounts, LeftOut>) -> LineOutcome {
    match amounts {
        Ok(LineAmounts { subtotal, discount, total, tax }) => LineOutcome::Counts {
            subtotal: Amount(subtotal),
            discount: Amount(discount),
            total: Amount(total),
            tax: Amount(tax),
        },
        Err(reason) => LineOutcome::LeftOut { left_out: left_out(reason) },
    }
}

fn left_out(reason: LeftOut) -> &'static str {
    match reason {
        LeftOut::Withdrawn => "withdrawn",
        LeftOut::Unavailable(Unavailable::OutOfStock) => "out_of_stock",
        LeftOut::Unavailable(Unavailable::Call) => "call",
        LeftOut::Unavailable(Unavailable::Currency) => "currency",
        LeftOut::AmountOverflow => "amount_overflow",
    }
}

fn charge_answer<Id: ToString>(charge: &PricedCharge<Id>) -> ChargeAnswer {
    ChargeAnswer {
        id: charge.id.to_string(),
        name: charge.name.to_string(),
        price: Amount(charge.price),
        discount: Amount(charge.discount),
        total: Amount(charge.total),
        tax: Amount(charge.tax),
    }
}

fn tax_answer(tax: &TaxTotal) -> TaxAnswer {
    TaxAnswer {
        name: tax.name.to_string(),
        rate: tax.rate,
        compound: tax.compound,
        on: Amount(tax.on),
        amount: Amount(tax.amount),
    }
}

fn outcome(outcome: &Result<Money, NotApplied>, plain: &Plain<'_>) -> Result<Outcome, Error> {
    match outcome {
        Ok(discount) => Ok(Outcome::Discount(Amount(*discount))),
        Err(reason) => plain.value(reason).map(Outcome::NotApplied),
    }
}

fn promotion_answer(promotion: &PricedPromotion, plain: &Plain<'_>) -> Result<PromotionAnswer, Error> {
    Ok(PromotionAnswer {
        id: promotion.id.clone(),
        name: promotion.name.to_string(),
        code: promotion.code.clone(),
        outcome: outcome(&promotion.outcome, plain)?,
        wholes: plain.list::<Working>(&promotion.wholes)?,
    })
}

fn coupon_answer(coupon: &PricedCoupon, plain: &Plain<'_>) -> Result<CouponAnswer, Error> {
    Ok(CouponAnswer {
        code: coupon.code.clone(),
        promotion: coupon.promotion.clone(),
        outcome: outcome(&coupon.outcome, plain)?,
    })
}

fn gift_answer(gift: &PricedGift) -> GiftAnswer {
    GiftAnswer {
        promotion: gift.promotion.clone(),
        product: gift.product.clone(),
        name: gift.name.to_string(),
        quantity: gift.quantity.get(),
        value: Amount(gift.value),
    }
}

fn step_answer(step: &Step, plain: &Plain<'_>) -> Result<StepAnswer, Error> {
    let mut data = plain.object(&step.rule)?;
    Ok(StepAnswer {
        part: step.part,
        subject: plain.value(&step.subject)?,
        rule: data.remove("rule").unwrap_or_default(),
        data,
        amount: Amount(step.amount),
    })
}

fn totals_answer(totals: &Totals) -> Result<TotalsAnswer, Error> {
    Ok(TotalsAnswer {
        subtotal: Amount(totals.subtotal),
        discount: Amount(totals.discount),
        shipping: Amount(totals.shipping),
        shipping_discount: Amount(totals.shipping_discount),
        fees: Amount(totals.fees),
        tax: Amount(totals.tax),
        tax_on_top: Amount(totals.tax_on_top),
        net: Amount(totals.net().map_err(Error::about_all)?),
        cash_rounding: Amount(totals.cash_rounding),
        total: Amount(totals.total),
    })
}
