//! What orders are called.

use cart_core::id::{CheckoutId, IdError, OrderRef};
use chrono::{DateTime, Utc};
use uuid::Uuid;

const PREFIX: &str = "ord_";

/// The number before the first: numbers have seven digits from the start.
const BASE: i64 = 1_000_000;

/// Digits and capital letters that are not taken for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a code of six characters can say: 30 bits.
const CODES: u64 = 1 << 30;

/// Odd, so that multiplying goes through all codes before one comes again.
const STEP: u64 = 0x2545_F491;

/// The id of a checkout's order. It says which checkout it is from, so that one is found by the other.
pub(super) fn id(checkout: CheckoutId) -> Result<OrderRef, IdError> {
    OrderRef::new(format!("{PREFIX}{}", checkout.as_uuid().simple()))
}

/// The number that people read out.
pub(super) fn number(number: i64) -> Result<OrderRef, IdError> {
    OrderRef::new(number.saturating_add(BASE).to_string())
}

/// What the shopper is given as proof: the day (UTC) and a code that is another one for each order.
pub(super) fn confirmation(number: i64, at: DateTime<Utc>) -> Result<OrderRef, IdError> {
    OrderRef::new(format!("CONF-{}-{}", at.date_naive(), code(number)))
}

fn code(number: i64) -> String {
    let code = number.unsigned_abs().wrapping_mul(STEP) % CODES;
    let letters = (0..6).rev().map(|place| (code >> (5 * place)) % 32);
    letters
        .filter_map(|letter| ALPHABET.get(usize::try_from(letter).ok()?))
        .map(|byte| char::from(*byte))
        .collect()
}

/// What an order is asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Checkout(CheckoutId),
    Number(i64),
}

/// What an order's id or number names; none if it is neither.
pub(super) fn parse(order: &OrderRef) -> Option<Name> {
    let text = order.as_str();
    if let Some(id) = text.strip_prefix(PREFIX) {
        let id = Uuid::try_parse(id).ok().filter(|uuid| uuid.simple().to_string() == id)?;
        return Some(Name::Checkout(CheckoutId::from_uuid(id)));
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<i64>().ok().filter(|number| digits && *number > BASE)?;
    Some(Name::Number(number.saturating_sub(BASE)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_first_codes_are_all_different_and_of_six_characters() {
        let codes: BTreeSet<String> = (1..100_000).map(code).collect();
        assert_eq!(codes.len(), 99_999);
        assert!(codes.iter().all(|code| code.len() == 6));
    }

    #[test]
    fn a_confirmation_shows_its_day() {
        let at = DateTime::from_timestamp(1_761_782_400, 0).unwrap();
        let shown = confirmation(1, at).unwrap();
        assert_eq!(shown.as_str(), format!("CONF-2025-10-30-{}", code(1)));
    }

    #[test]
    fn an_id_and_a_number_lead_back_to_what_they_name() {
        let checkout = CheckoutId::from_uuid(Uuid::from_u128(77));
        assert_eq!(parse(&id(checkout).unwrap()), Some(Name::Checkout(checkout)));
        assert_eq!(parse(&number(12).unwrap()), Some(Name::Number(12)));
    }

    #[test]
    fn what_is_neither_id_nor_number_names_nothing() {
        for text in ["ord_", "ord_1", "1000000", "-5", "+1000005", "12", "99999999999999999999", "CONF-1"] {
            assert_eq!(parse(&OrderRef::new(text).unwrap()), None, "{text}");
        }
    }
}
