//! The table of carts.

use cart_core::cart::{Cart, StoredCart};
use cart_core::id::{AddressId, CartId, ChannelId, PaymentMethodId, ShippingMethodId};
use cart_core::metadata::Metadata;
use cart_core::money::Currency;
use cart_core::selection::Selections;
use cart_core::text::{CartName, Note};
use cart_core::version::Version;
use rusqlite::{OptionalExtension, Row, ToSql, Transaction, params};

use super::columns::{
    Columns, count, int, integer, json_or_default, maybe, micros, parsed, time, to_json_unless, uuid, version,
};
use super::owner::{self, OwnerColumns};
use super::status::{self, StatusColumns};
use crate::error::{Damage, Refusal};

pub(crate) const TABLE: &str = "carts";

/// All columns, in the order in which they are read and written.
macro_rules! columns {
    () => {
        "id, version, updated_at, line_count, expires_at, channel, owner_kind, owner, company, sole, currency,
         created_at, duplicate_of, status, attempt, deadline, order_ref, abandoned_at, abandoned_for, merged_into,
         merged_version, address, shipping_method, payment_method, coupons, refused_gifts, settings, name, note,
         metadata"
    };
}

const INSERT: &str = concat!(
    "INSERT INTO carts (",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
         ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)"
);
const FIND: &str = concat!("SELECT ", columns!(), " FROM carts WHERE id = ?1");

/// What every update does: the compare-and-swap on the version.
macro_rules! update {
    ($($and:expr),*) => {
        concat!(
            "UPDATE carts SET version = ?3, updated_at = ?4, line_count = ?5",
            $(", ", $and,)*
            " WHERE id = ?1 AND version = ?2"
        )
    };
}

/// The columns that say what a cart is like; no index has any of them.
macro_rules! described {
    () => {
        "currency = ?6, address = ?7, shipping_method = ?8, payment_method = ?9, coupons = ?10,
         refused_gifts = ?11, settings = ?12, name = ?13, note = ?14, metadata = ?15"
    };
}

// Columns that did not change are left out, above all those of indexes, which SQLite would write again.
const TOUCH: &str = update!();
const MOVE_EXPIRY: &str = update!("expires_at = ?6");
pub(crate) const DESCRIBE: &str = update!(described!());
pub(crate) const DESCRIBE_AND_MOVE_EXPIRY: &str = update!(described!(), "expires_at = ?16");
const CHANGE_ALL: &str = update!(
    described!(),
    "expires_at = ?16, status = ?17, attempt = ?18, deadline = ?19, order_ref = ?20, abandoned_at = ?21,
     abandoned_for = ?22, merged_into = ?23, merged_version = ?24"
);

/// How much of a cart's row a write changes, lines apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Name, note, settings, metadata, selections, currency, coupons or which gifts were refused.
    pub(crate) description: bool,
    /// When it expires.
    pub(crate) expiry: bool,
    /// Its status, and with it perhaps everything else.
    pub(crate) status: bool,
}

/// The new row of a cart.
pub(crate) fn insert(transaction: &Transaction<'_>, cart: &Cart) -> Result<(), Refusal> {
    let owner = OwnerColumns::of(cart.owner());
    let status = StatusColumns::of(cart.status());
    let described = Described::of(cart)?;
    transaction.prepare_cached(INSERT)?.execute(params![
        cart.id().as_uuid().as_bytes(),
        integer(cart.version().get()),
        micros(cart.updated_at()),
        integer(cart.lines().len()),
        cart.expires_at().map(micros),
        cart.channel().as_str(),
        owner.kind,
        owner.owner,
        owner.company,
        cart.is_sole(),
        described.currency,
        micros(cart.created_at()),
        cart.duplicate_of().map(|cart| cart.as_uuid().into_bytes()),
        status.status,
        status.attempt,
        status.deadline,
        status.order,
        status.abandoned_at,
        status.abandoned_for,
        status.merged_into,
        status.merged_version,
        described.address,
        described.shipping_method,
        described.payment_method,
        described.coupons,
        described.refused_gifts,
        described.settings,
        described.name,
        described.note,
        described.metadata,
    ])?;
    Ok(())
}

/// Changes the row of a cart that is at the base version; answers how many such rows there were.
pub(crate) fn update(
    transaction: &Transaction<'_>,
    base: Version,
    cart: &Cart,
    changed: Changed,
) -> Result<usize, Refusal> {
    let id = cart.id().as_uuid();
    let (id, base, version) = (id.as_bytes(), integer(base.get()), integer(cart.version().get()));
    let (at, lines, expires_at) =
        (micros(cart.updated_at()), integer(cart.lines().len()), cart.expires_at().map(micros));
    let prepare = |sql| transaction.prepare_cached(sql);
    let rows = match changed {
        Changed { description: false, expiry: false, status: false } => {
            prepare(TOUCH)?.execute(params![id, base, version, at, lines])
        }
        Changed { description: false, expiry: true, status: false } => {
            prepare(MOVE_EXPIRY)?.execute(params![id, base, version, at, lines, expires_at])
        }
        Changed { description: true, .. } | Changed { status: true, .. } => {
            let (d, s) = (Described::of(cart)?, StatusColumns::of(cart.status()));
            let mut params: Vec<&dyn ToSql> = vec![id, &base, &version, &at, &lines];
            params.extend(d.columns());
            let sql = match (changed.status, changed.expiry) {
                (false, false) => DESCRIBE,
                (false, true) => DESCRIBE_AND_MOVE_EXPIRY,
                (true, _) => CHANGE_ALL,
            };
            if changed.expiry || changed.status {
                params.push(&expires_at);
            }
            if changed.status {
                params.extend(s.columns());
            }
            prepare(sql)?.execute(params.as_slice())
        }
    };
    Ok(rows?)
}

/// The columns that say what a cart is like.
struct Described<'a> {
    currency: &'static str,
    address: Option<&'a str>,
    shipping_method: Option<&'a str>,
    payment_method: Option<&'a str>,
    coupons: Option<String>,
    refused_gifts: Option<String>,
    settings: Option<String>,
    name: Option<&'a str>,
    note: Option<&'a str>,
    metadata: Option<String>,
}

impl<'a> Described<'a> {
    fn of(cart: &'a Cart) -> rusqlite::Result<Self> {
        let (selections, settings) = (cart.selections(), cart.settings());
        let (coupons, refused_gifts) = (cart.coupons(), cart.refused_gifts());
        Ok(Self {
            currency: cart.currency().code(),
            address: selections.address.as_ref().map(AddressId::as_str),
            shipping_method: selections.shipping_method.as_ref().map(ShippingMethodId::as_str),
            payment_method: selections.payment_method.as_ref().map(PaymentMethodId::as_str),
            coupons: to_json_unless(coupons.is_empty(), &coupons)?,
            refused_gifts: to_json_unless(refused_gifts.is_empty(), refused_gifts)?,
            settings: to_json_unless(*settings == Default::default(), settings)?,
            name: cart.name().map(CartName::as_str),
            note: cart.note().map(Note::as_str),
            metadata: to_json_unless(cart.metadata().is_empty(), cart.metadata())?,
        })
    }

    /// In the order of the updates.
    fn columns(&self) -> [&dyn ToSql; 10] {
        [
            &self.currency,
            &self.address,
            &self.shipping_method,
            &self.payment_method,
            &self.coupons,
            &self.refused_gifts,
            &self.settings,
            &self.name,
            &self.note,
            &self.metadata,
        ]
    }
}

/// Whether there is such a cart.
pub(crate) fn exists(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<bool> {
    transaction.prepare_cached("SELECT 1 FROM carts WHERE id = ?1")?.exists([cart.as_uuid().as_bytes()])
}

/// A cart's row, without the lines; and how many lines there should be.
pub(crate) fn find(
    transaction: &Transaction<'_>,
    cart: CartId,
) -> Result<Option<(StoredCart, usize)>, Refusal> {
    let mut statement = transaction.prepare_cached(FIND)?;
    let row = statement.query_row([cart.as_uuid().as_bytes()], |row| Ok(read(row)));
    row.optional()?.transpose().map_err(Refusal::from)
}

/// The key of a row, and the id if it is one.
pub(crate) type Found = (Vec<u8>, Result<CartId, Damage>);

/// The key of the cart after another one, by rising id, and the id if it is one.
pub(crate) fn next(transaction: &Transaction<'_>, after: &[u8]) -> rusqlite::Result<Option<Found>> {
    let sql = "SELECT id FROM carts WHERE id > ?1 ORDER BY id LIMIT 1";
    let mut statement = transaction.prepare_cached(sql)?;
    statement.query_row([after], |row| Ok((row.get(0)?, Columns::of(TABLE, row).take_cart()))).optional()
}

fn read(row: &Row<'_>) -> Result<(StoredCart, usize), Damage> {
    let mut columns = Columns::of(TABLE, row);
    let id = columns.take_cart()?;
    let version = columns.take(version)?;
    let updated_at = columns.take(time)?;
    let lines = columns.take(count)?;
    let expires_at = columns.take(maybe(time))?;
    let channel = columns.take(parsed(ChannelId::new))?;
    let owner = owner::read(&mut columns)?;
    let sole = columns.take(int)? != 0;
    let currency = columns.take(parsed(Currency::from_code))?;
    let created_at = columns.take(time)?;
    let duplicate_of = columns.take(maybe(uuid))?.map(CartId::from_uuid);
    let status = status::read(&mut columns)?;
    let selections = Selections {
        address: columns.take(maybe(parsed(AddressId::new)))?,
        shipping_method: columns.take(maybe(parsed(ShippingMethodId::new)))?,
        payment_method: columns.take(maybe(parsed(PaymentMethodId::new)))?,
    };
    let coupons = columns.take(json_or_default)?;
    let refused_gifts = columns.take(json_or_default)?;
    let settings = columns.take(json_or_default)?;
    let name = columns.take(maybe(parsed(CartName::new)))?;
    let note = columns.take(maybe(parsed(Note::new)))?;
    let metadata: Metadata = columns.take(json_or_default)?;
    let stored = StoredCart {
        id,
        channel,
        owner,
        sole,
        name,
        currency,
        status,
        version,
        lines: Vec::new(),
        selections,
        coupons,
        refused_gifts,
        settings,
        note,
        metadata,
        duplicate_of,
        created_at,
        updated_at,
        expires_at,
    };
    Ok((stored, lines))
}
