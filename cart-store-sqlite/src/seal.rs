//! What is personal, on its way into columns and out of them: as text, or sealed where there is a key ring.

use std::borrow::Cow;
use std::fmt;

use cart_core::id::CartId;
use cart_core::version::Version;
use cart_seal::{KeyId, KeyRing, OpenError, Place};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde::{Serialize, Serializer};

use crate::error::Unread;

/// What seals and opens protected values: a key ring, or nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seal(Option<KeyRing>);

/// A protected column. Its names are in what is sealed: they stay as they are, whatever becomes of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    table: &'static str,
    column: &'static str,
}

/// All protected columns.
pub(crate) mod field {
    use super::Field;

    const fn of(table: &'static str, column: &'static str) -> Field {
        Field { table, column }
    }

    pub(crate) const CART_ADDRESS: Field = of("cart", "address");
    pub(crate) const CART_COUPONS: Field = of("cart", "coupons");
    pub(crate) const CART_NAME: Field = of("cart", "name");
    pub(crate) const CART_NOTE: Field = of("cart", "note");
    pub(crate) const CART_METADATA: Field = of("cart", "metadata");
    pub(crate) const LINE_DISTINCT: Field = of("line", "distinct_metadata");
    pub(crate) const LINE_NOTE: Field = of("line", "note");
    pub(crate) const LINE_METADATA: Field = of("line", "metadata");
    pub(crate) const LINK_LABEL: Field = of("link", "label");
    pub(crate) const SUGGESTION_NAME: Field = of("suggestion", "name");
    pub(crate) const SUGGESTION_COMMENT: Field = of("suggestion", "comment");
    pub(crate) const CHECKOUT_RECORD: Field = of("checkout", "record");
    pub(crate) const CHECKOUT_PROGRESS: Field = of("checkout", "progress");
    pub(crate) const ORDER_DRAFT: Field = of("order", "draft");
    pub(crate) const ORDER_PAYMENT: Field = of("order", "payment");
    pub(crate) const ENTRY_FINGERPRINT: Field = of("entry", "fingerprint");
    pub(crate) const ENTRY_EVENTS: Field = of("entry", "events");
    pub(crate) const ENTRY_REPLY: Field = of("entry", "reply");
}

/// The row that a value belongs to: a cart, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowKey {
    cart: [u8; 16],
    part: Option<[u8; 16]>,
}

impl RowKey {
    pub(crate) const fn of(cart: CartId) -> Self {
        Self { cart: cart.as_uuid().into_bytes(), part: None }
    }

    /// The row of something in a cart, by its id.
    pub(crate) const fn part(cart: CartId, id: uuid::Uuid) -> Self {
        Self { cart: cart.as_uuid().into_bytes(), part: Some(id.into_bytes()) }
    }

    /// The row of an entry of the journal.
    pub(crate) fn entry(cart: CartId, version: Version) -> Self {
        let part = u128::from(version.get()).to_be_bytes();
        Self { cart: cart.as_uuid().into_bytes(), part: Some(part) }
    }
}

impl Seal {
    pub(crate) const fn new(keys: Option<KeyRing>) -> Self {
        Self(keys)
    }

    /// Whether values are sealed.
    pub(crate) const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The id of the key that seals, if there is one.
    pub(crate) fn current(&self) -> Option<KeyId> {
        self.0.as_ref().map(KeyRing::current)
    }

    /// The key that seals, if there is one, and the proof that it is this one.
    pub(crate) fn prove(&self) -> Option<(KeyId, Vec<u8>)> {
        self.0.as_ref().map(|keys| (keys.current(), at_proof(keys.current(), |place| keys.seal(&[], place))))
    }

    /// Checks that a key is at hand, and is the one of the proof.
    pub(crate) fn check(&self, key: KeyId, proof: &[u8]) -> Result<(), OpenError> {
        let keys = self.0.as_ref().ok_or(OpenError::KeyMissing { key })?;
        at_proof(key, |place| keys.open(proof, place)).map(drop)
    }

    /// Makes what is stored of a text.
    pub(crate) fn close(&self, field: Field, row: RowKey, text: String) -> Value {
        match &self.0 {
            None => Value::Plain(text),
            Some(keys) => Value::Sealed(at(field, row, |place| keys.seal(text.as_bytes(), place))),
        }
    }

    /// As [`Seal::close`], of what may not be there.
    pub(crate) fn close_some(&self, field: Field, row: RowKey, text: Option<String>) -> Option<Value> {
        text.map(|text| self.close(field, row, text))
    }

    /// Makes what is stored of bytes.
    pub(crate) fn close_bytes(&self, field: Field, row: RowKey, bytes: &[u8]) -> Vec<u8> {
        match &self.0 {
            None => bytes.to_vec(),
            Some(keys) => at(field, row, |place| keys.seal(bytes, place)),
        }
    }

    /// The text of a stored value. Text that was stored as such is read whether or not there is a key ring.
    pub(crate) fn open<'a>(
        &self,
        field: Field,
        row: RowKey,
        stored: ValueRef<'a>,
    ) -> Result<Cow<'a, str>, Unread> {
        match stored {
            ValueRef::Text(text) => utf8(text).map(Cow::Borrowed),
            ValueRef::Blob(sealed) => {
                let opened = self.unseal(field, row, sealed)?;
                String::from_utf8(opened).map(Cow::Owned).map_err(|_| Unread::from("not UTF-8"))
            }
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {
                Err("neither text nor sealed".into())
            }
        }
    }

    /// The bytes of a sealed value.
    pub(crate) fn unseal(&self, field: Field, row: RowKey, sealed: &[u8]) -> Result<Vec<u8>, Unread> {
        let opened = match &self.0 {
            Some(keys) => at(field, row, |place| keys.open(sealed, place)),
            None => KeyRing::key_of(sealed).and_then(|key| Err(OpenError::KeyMissing { key })),
        };
        opened.map_err(|error| {
            let missing = if let OpenError::KeyMissing { key } = error { Some(key) } else { None };
            missing.map_or_else(|| Unread::Damaged(error.to_string()), Unread::KeyMissing)
        })
    }

    /// Whether a stored value is as it would be written now: sealed with the current key, or not at all without one.
    pub(crate) fn is_current(&self, stored: ValueRef<'_>) -> bool {
        match (&self.0, stored) {
            (None, _) | (Some(_), ValueRef::Null) => true,
            (Some(keys), ValueRef::Blob(sealed)) => keys.is_current(sealed),
            (Some(_), ValueRef::Text(_) | ValueRef::Integer(_) | ValueRef::Real(_)) => false,
        }
    }
}

fn utf8(text: &[u8]) -> Result<&str, Unread> {
    std::str::from_utf8(text).map_err(|_| "not text".into())
}

fn at<T>(field: Field, row: RowKey, then: impl FnOnce(&Place<'_>) -> T) -> T {
    let Field { table, column } = field;
    match &row.part {
        None => then(&Place::new(table, column, &[&row.cart])),
        Some(part) => then(&Place::new(table, column, &[&row.cart, part])),
    }
}

/// The place of a key's proof. Its names are sealed too, and stay.
fn at_proof<T>(KeyId(key): KeyId, then: impl FnOnce(&Place<'_>) -> T) -> T {
    then(&Place::new("key", "proof", &[&key.to_be_bytes()]))
}

/// A protected value as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Plain(String),
    Sealed(Vec<u8>),
}

impl Value {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Plain(text) => text.as_bytes(),
            Self::Sealed(bytes) => bytes,
        }
    }
}

/// Shows nothing of the value: it may be personal.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} bytes)", self.as_bytes().len())
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Plain(text) => ValueRef::Text(text.as_bytes()),
            Self::Sealed(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// JSON has no bytes: what is sealed is written in hexadecimal digits.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(text) => to.serialize_str(text),
            Self::Sealed(bytes) => to.serialize_str(&hex(bytes)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
