//! Why lines are left out of sums, as it is answered.

use cart_core::notice::Unavailable;
use cart_core::pricing::LeftOut;

pub(crate) const fn word(left_out: LeftOut) -> &'static str {
    match left_out {
        LeftOut::Withdrawn => "withdrawn",
        LeftOut::AmountOverflow => "amount_overflow",
        LeftOut::Unavailable(Unavailable::OutOfStock) => "out_of_stock",
        LeftOut::Unavailable(Unavailable::Call) => "call",
        LeftOut::Unavailable(Unavailable::Currency) => "currency",
    }
}

/// The words.
#[cfg(feature = "openapi")]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "LeftOut", rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) enum Word {
    Withdrawn,
    AmountOverflow,
    OutOfStock,
    Call,
    Currency,
}
