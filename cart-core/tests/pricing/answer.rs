//! What a cart costs, in a form in which two answers can be told apart.

use std::fmt::Debug;

use cart_core::coupon::CouponCode;
use cart_core::id::{PromotionId, TaxClass};
use cart_core::notice::Notice;
use cart_core::pricing::{LeftOut, PricedCart, PricedCharge};
use cart_core::product::ProductKey;
use cart_core::promotion::NotApplied;
use cart_core::tax::TaxRate;

/// The numbers and reasons of a priced cart, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) lines: Vec<Result<LineAnswer, LeftOut>>,
    pub(crate) shipping: Option<ChargeAnswer>,
    pub(crate) payment: Option<ChargeAnswer>,
    pub(crate) fees: Vec<ChargeAnswer>,
    pub(crate) taxes: Vec<TaxAnswer>,
    pub(crate) promotions: Vec<PromotionAnswer>,
    pub(crate) coupons: Vec<CouponAnswer>,
    pub(crate) gifts: Vec<GiftAnswer>,
    pub(crate) totals: TotalsAnswer,
    /// Classes without a known tax, each once, and none for figures of a tax service that are missing.
    pub(crate) unknown_taxes: Vec<Option<TaxClass>>,
    /// Codes that notices say are asleep.
    pub(crate) sleeping: Vec<CouponCode>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineAnswer {
    pub(crate) unit: i128,
    pub(crate) subtotal: i128,
    pub(crate) discount: i128,
    pub(crate) total: i128,
    pub(crate) tax: i128,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChargeAnswer {
    pub(crate) id: String,
    pub(crate) price: i128,
    pub(crate) discount: i128,
    pub(crate) tax: i128,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaxAnswer {
    pub(crate) tax: TaxRate,
    pub(crate) on: i128,
    pub(crate) amount: i128,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PromotionAnswer {
    pub(crate) id: PromotionId,
    pub(crate) code: Option<CouponCode>,
    pub(crate) outcome: Result<i128, NotApplied>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CouponAnswer {
    pub(crate) code: CouponCode,
    pub(crate) promotion: Option<PromotionId>,
    pub(crate) outcome: Result<i128, NotApplied>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GiftAnswer {
    pub(crate) promotion: PromotionId,
    pub(crate) product: ProductKey,
    pub(crate) quantity: u32,
    pub(crate) value: i128,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TotalsAnswer {
    pub(crate) subtotal: i128,
    pub(crate) discount: i128,
    pub(crate) shipping: i128,
    pub(crate) shipping_discount: i128,
    pub(crate) fees: i128,
    pub(crate) tax: i128,
    pub(crate) tax_on_top: i128,
    pub(crate) cash_rounding: i128,
    pub(crate) total: i128,
}

impl Answer {
    /// The engine's answer in this form.
    pub(crate) fn of(priced: &PricedCart) -> Self {
        Self {
            lines: lines(priced),
            shipping: priced.shipping.as_ref().map(charge),
            payment: priced.payment.as_ref().map(charge),
            fees: priced.fees.iter().map(charge).collect(),
            taxes: taxes(priced),
            promotions: promotions(priced),
            coupons: coupons(priced),
            gifts: gifts(priced),
            totals: totals(priced),
            unknown_taxes: unknown_taxes(priced),
            sleeping: sleeping(priced),
        }
    }

    /// The first part in which another answer differs.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let parts = [
            differ("lines", &self.lines, &other.lines),
            differ("promotions", &self.promotions, &other.promotions),
            differ("coupons", &self.coupons, &other.coupons),
            differ("gifts", &self.gifts, &other.gifts),
            differ("shipping", &self.shipping, &other.shipping),
            differ("payment", &self.payment, &other.payment),
            differ("fees", &self.fees, &other.fees),
            differ("taxes", &self.taxes, &other.taxes),
            differ("totals", &self.totals, &other.totals),
            differ("unknown taxes", &self.unknown_taxes, &other.unknown_taxes),
            differ("sleeping codes", &self.sleeping, &other.sleeping),
        ];
        parts.into_iter().flatten().next()
    }
}

fn differ<T: PartialEq + Debug>(what: &str, left: &T, right: &T) -> Option<String> {
    (left != right).then(|| format!("{what}:\n    {left:?}\n  but\n    {right:?}"))
}

fn lines(priced: &PricedCart) -> Vec<Result<LineAnswer, LeftOut>> {
    let answers = priced.lines.iter().map(|line| {
        line.amounts.map(|amounts| LineAnswer {
            unit: line.prices.unit().minor().into(),
            subtotal: amounts.subtotal.minor().into(),
            discount: amounts.discount.minor().into(),
            total: amounts.total.minor().into(),
            tax: amounts.tax.minor().into(),
        })
    });
    answers.collect()
}

fn charge<Id: ToString>(charge: &PricedCharge<Id>) -> ChargeAnswer {
    assert_eq!(charge.total.minor(), charge.price.minor() - charge.discount.minor());
    ChargeAnswer {
        id: charge.id.to_string(),
        price: charge.price.minor().into(),
        discount: charge.discount.minor().into(),
        tax: charge.tax.minor().into(),
    }
}

fn taxes(priced: &PricedCart) -> Vec<TaxAnswer> {
    let answers = priced.taxes.iter().map(|tax| TaxAnswer {
        tax: TaxRate { name: tax.name.clone(), rate: tax.rate, compound: tax.compound },
        on: tax.on.minor().into(),
        amount: tax.amount.minor().into(),
    });
    answers.collect()
}

fn promotions(priced: &PricedCart) -> Vec<PromotionAnswer> {
    let answers = priced.promotions.iter().map(|promotion| PromotionAnswer {
        id: promotion.id.clone(),
        code: promotion.code.clone(),
        outcome: promotion.outcome.clone().map(|taken| taken.minor().into()),
    });
    answers.collect()
}

fn coupons(priced: &PricedCart) -> Vec<CouponAnswer> {
    let answers = priced.coupons.iter().map(|coupon| CouponAnswer {
        code: coupon.code.clone(),
        promotion: coupon.promotion.clone(),
        outcome: coupon.outcome.clone().map(|taken| taken.minor().into()),
    });
    answers.collect()
}

fn gifts(priced: &PricedCart) -> Vec<GiftAnswer> {
    let answers = priced.gifts.iter().map(|gift| GiftAnswer {
        promotion: gift.promotion.clone(),
        product: gift.product.clone(),
        quantity: gift.quantity.get(),
        value: gift.value.minor().into(),
    });
    answers.collect()
}

fn totals(priced: &PricedCart) -> TotalsAnswer {
    let totals = priced.totals;
    TotalsAnswer {
        subtotal: totals.subtotal.minor().into(),
        discount: totals.discount.minor().into(),
        shipping: totals.shipping.minor().into(),
        shipping_discount: totals.shipping_discount.minor().into(),
        fees: totals.fees.minor().into(),
        tax: totals.tax.minor().into(),
        tax_on_top: totals.tax_on_top.minor().into(),
        cash_rounding: totals.cash_rounding.minor().into(),
        total: totals.total.minor().into(),
    }
}

fn unknown_taxes(priced: &PricedCart) -> Vec<Option<TaxClass>> {
    let classes = priced.notices.iter().filter_map(|notice| {
        let Notice::TaxUnknown { class } = notice else { return None };
        Some(class.clone())
    });
    let mut classes: Vec<_> = classes.collect();
    classes.sort();
    classes
}

fn sleeping(priced: &PricedCart) -> Vec<CouponCode> {
    let codes = priced.notices.iter().filter_map(|notice| {
        let Notice::CouponSleeping { code, .. } = notice else { return None };
        Some(code.clone())
    });
    codes.collect()
}
