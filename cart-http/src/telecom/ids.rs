//! Ids as they are shown: what they are of, and 32 hexadecimal digits.

use std::fmt;

use cart_core::id::{CartId, CheckoutId, LineId};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// What the id of a cart begins with.
pub(super) const CART: &str = "cart_";
/// What the id of an item begins with.
pub(super) const ITEM: &str = "item_";
/// What the id of a checkout begins with.
pub(super) const CHECKOUT: &str = "checkout_";

/// An id with what it begins with, such as `cart_01890a5dac96774bbcceb302099a8057`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    prefix: &'static str,
    id: Uuid,
}

impl Shown {
    pub(super) const fn new(prefix: &'static str, id: Uuid) -> Self {
        Self { prefix, id }
    }

    pub(super) const fn cart(id: CartId) -> Self {
        Self::new(CART, id.as_uuid())
    }

    pub(super) const fn item(id: LineId) -> Self {
        Self::new(ITEM, id.as_uuid())
    }

    pub(super) const fn checkout(id: CheckoutId) -> Self {
        Self::new(CHECKOUT, id.as_uuid())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.prefix, self.id.simple())
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The id that a text shows. There is one text for each id.
pub(super) fn read(prefix: &'static str, text: &str) -> Option<Uuid> {
    let id = text.strip_prefix(prefix)?.parse().ok()?;
    (Shown::new(prefix, id).to_string() == text).then_some(id)
}

/// Schemas of ids, which have one form each.
#[cfg(feature = "openapi")]
pub(super) mod schemas {
    use super::{CART, CHECKOUT, ITEM};

    macro_rules! shown {
        ($($name:ident = $prefix:ident;)+) => {
            $(pub(in crate::telecom) struct $name;

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    concat!("Telecom", stringify!($name)).into()
                }

                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    schemars::json_schema!({"type": "string", "pattern": format!("^{}[0-9a-f]{{32}}$", $prefix)})
                }
            })+
        };
    }

    shown! {
        CartId = CART;
        ItemId = ITEM;
        CheckoutId = CHECKOUT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "cart_01890a5dac96774bbcceb302099a8057";

    #[test]
    fn an_id_is_shown_as_it_is_read() {
        let id = read(CART, TEXT).unwrap();
        assert_eq!(Shown::cart(CartId::from_uuid(id)).to_string(), TEXT);
    }

    #[test]
    fn another_text_of_an_id_is_none() {
        let bare = TEXT.strip_prefix(CART).unwrap();
        for text in [
            "",
            "cart_",
            bare,
            "cart_7f8a9b2c1d3e4f5g",
            "CART_01890a5dac96774bbcceb302099a8057",
            "cart_01890A5DAC96774BBCCEB302099A8057",
            "cart_01890a5d-ac96-774b-bcce-b302099a8057",
            "cart_{01890a5d-ac96-774b-bcce-b302099a8057}",
            "cart_urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
            "cart_01890a5dac96774bbcceb302099a80570",
            " cart_01890a5dac96774bbcceb302099a8057",
            "item_01890a5dac96774bbcceb302099a8057",
        ] {
            assert_eq!(read(CART, text), None, "{text}");
        }
    }
}
