//! Typed identifiers.
//!
//! Ids that the library makes are UUIDs, ordered by time of making (version 7, RFC 9562). Ids that belong to
//! the host (users, products, addresses, methods) are opaque text of 1 to 128 characters.
//!
//! No id grants anything: knowing one never lets an actor see or change a cart.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// The longest host id, in Unicode scalar values.
pub const MAX_HOST_ID_CHARS: usize = 128;

/// Text that is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The text is empty, longer than [`MAX_HOST_ID_CHARS`], or holds a control character.
    #[error("{what} must be 1 to 128 characters without control characters")]
    Malformed {
        /// Which kind of id was expected.
        what: &'static str,
    },
    /// The text is not a UUID with hyphens, such as `01890a5d-ac96-774b-bcce-b302099a8057`. Other forms of the same id
    /// would make two texts of one id.
    #[error("{what} must be a UUID")]
    NotUuid {
        /// Which kind of id was expected.
        what: &'static str,
    },
}

/// An id of the host's, without a way of being logged.
macro_rules! private_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// Opaque text of the host: 1 to 128 Unicode scalar values without control characters, kept as given.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps the host's text.
            ///
            /// # Errors
            /// [`IdError::Malformed`] if the text is empty, too long or holds a control character.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                let text = text.as_ref();
                if text.is_empty()
                    || text.chars().take(MAX_HOST_ID_CHARS + 1).count() > MAX_HOST_ID_CHARS
                    || text.chars().any(char::is_control)
                {
                    return Err(IdError::Malformed { what: $what });
                }
                Ok(Self(text.into()))
            }

            /// The text as the host gave it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

    };
}

/// An id of the host's that says nothing about a person.
macro_rules! host_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        private_id!($(#[$doc])* $name, $what);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), &self.0)
            }
        }
    };
}

/// The UUID that a text says in its one form, if it does.
fn hyphenated(text: &str) -> Option<Uuid> {
    text.parse().map(Hyphenated::into_uuid).ok()
}

/// Reads an id that is written as text.
struct Hyphenation<T>(PhantomData<T>);

impl<T: FromStr<Err = IdError>> Visitor<'_> for Hyphenation<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                hyphenated(text).map(Self).ok_or(IdError::NotUuid { what: $what })
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Hyphenation(PhantomData))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

uuid_id!(
    /// Identifies a cart.
    CartId,
    "cart id"
);
uuid_id!(
    /// Identifies a line; always addressed together with its cart.
    LineId,
    "line id"
);
uuid_id!(
    /// Identifies a checkout: one attempt to make an order of a cart. It grants nothing to whoever knows it.
    CheckoutId,
    "checkout id"
);

uuid_id!(
    /// Identifies a grant: what a user may do with somebody else's cart. It grants nothing to whoever knows it.
    GrantId,
    "grant id"
);
uuid_id!(
    /// Identifies a share link; not its token, which opens it.
    LinkId,
    "link id"
);
uuid_id!(
    /// Identifies a suggestion.
    SuggestionId,
    "suggestion id"
);

host_id!(
    /// Identifies a user of the host.
    UserId,
    "user id"
);
host_id!(
    /// Identifies a company of the host.
    CompanyId,
    "company id"
);
host_id!(
    /// Identifies a sellable product in the host's catalog.
    ProductId,
    "product id"
);
host_id!(
    /// Identifies what is counted in the host's stock; several products may draw on the same one.
    StockItemId,
    "stock item id"
);
host_id!(
    /// Names the surface or shop that a cart belongs to; policy is per channel.
    ChannelId,
    "channel id"
);
private_id!(
    /// Identifies an address in the host's address book.
    AddressId,
    "address id"
);
host_id!(
    /// Identifies a shipping method of the host.
    ShippingMethodId,
    "shipping method id"
);
host_id!(
    /// Identifies a payment method of the host.
    PaymentMethodId,
    "payment method id"
);
host_id!(
    /// Identifies an order in the host's order system.
    OrderRef,
    "order reference"
);
host_id!(
    /// Identifies a payment at its provider.
    PaymentRef,
    "payment reference"
);

host_id!(
    /// Identifies a promotion of the host's.
    PromotionId,
    "promotion id"
);
host_id!(
    /// Identifies a group of customers, such as `trade`.
    CustomerGroupId,
    "customer group id"
);
private_id!(
    /// Tells customers apart when uses of a promotion are counted: the same for one person, whatever cart they use,
    /// such as an account number or the digest of an e-mail address.
    CustomerKey,
    "customer key"
);
host_id!(
    /// Identifies a category of products.
    CategoryId,
    "category id"
);
host_id!(
    /// Identifies a group of products of which a cart has at most one line.
    ProductGroupId,
    "product group id"
);
host_id!(
    /// Names how something is taxed, such as `standard` or `books`; what the rates are depends on the destination.
    TaxClass,
    "tax class"
);
host_id!(
    /// Identifies a fee or surcharge.
    FeeId,
    "fee id"
);

impl TaxClass {
    /// The class of what is taxed as most things are.
    pub fn standard() -> Self {
        static STANDARD: LazyLock<TaxClass> = LazyLock::new(|| TaxClass("standard".into()));
        STANDARD.clone()
    }
}

// It may be an account number: it stays out of logs.
impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerKey(..)")
    }
}

// Where somebody lives is nobody's business, not even as a reference.
impl fmt::Debug for AddressId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_id_holds_1_to_128_characters() {
        assert!(UserId::new("").is_err());
        assert!(UserId::new("é".repeat(128)).is_ok());
        assert!(UserId::new("é".repeat(129)).is_err());
    }

    #[test]
    fn control_characters_are_refused_in_ids() {
        for text in ["a\0b", "a\nb", "\u{7f}", "\u{85}"] {
            assert!(ProductId::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_uuid_is_written_with_hyphens_in_digits_of_either_case() {
        const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
        let id: CartId = ID.parse().unwrap();
        assert_eq!(id.to_string(), ID);
        assert_eq!(ID.to_uppercase().parse(), Ok(id));
        assert_eq!(serde_json::from_value::<CartId>(ID.into()).unwrap(), id);
        let uuid = id.as_uuid();
        let others = [uuid.simple().to_string(), uuid.braced().to_string(), uuid.urn().to_string()];
        for text in others.iter().map(String::as_str).chain([
            "",
            "x",
            &ID[1..],
            " 01890a5d-ac96-774b-bcce-b302099a8057",
        ]) {
            assert_eq!(text.parse::<CartId>(), Err(IdError::NotUuid { what: "cart id" }), "{text}");
            assert!(serde_json::from_value::<CartId>(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stored_id_is_checked_when_read() {
        assert!(serde_json::from_str::<UserId>("\"\"").is_err());
        assert_eq!(serde_json::from_str::<UserId>("\"U12345\"").unwrap().as_str(), "U12345");
    }
}
