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
    Columns, count, flag, from_json, integer, json_or_default, maybe, micros, parsed, time, to_json_unless,
    uuid, version,
};
use super::owner::{self, OwnerColumns};
use super::status::{self, StatusColumns};
use crate::error::{Damage, Refusal};
use crate::seal::{RowKey, Seal, Value, field};

pub(crate) const TABLE: &str = "carts";

/// All columns, in the order in which they are read and written.
macro_rules! columns {
    () => {
        "id, version, updated_at, line_count, shares, checkouts, expires_at, channel, owner_kind, owner, company, sole,
         currency, created_at, duplicate_of, status, checkout_id, deadline, order_ref, abandoned_at, abandoned_for, merged_into,
         merged_version, address, shipping_method, payment_method, coupons, refused_gifts, settings, name, note,
         metadata"
    };
}

const INSERT: &str = concat!(
    "INSERT INTO carts (",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
         ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)"
);
const FIND: &str = concat!("SELECT ", columns!(), " FROM carts WHERE id = ?1");

/// What every update does: the compare-and-swap on the version.
macro_rules! update {
    ($($and:expr),*) => {
        concat!(
            "UPDATE carts SET version = ?3, updated_at = ?4, line_count = ?5, shares = ?6",
            $(", ", $and,)*
            " WHERE id = ?1 AND version = ?2"
        )
    };
}

/// The columns that say what a cart is like; no index has any of them.
macro_rules! described {
    () => {
        "currency = ?7, address = ?8, shipping_method = ?9, payment_method = ?10, coupons = ?11,
         refused_gifts = ?12, settings = ?13, name = ?14, note = ?15, metadata = ?16"
    };
}

// Columns that did not change are left out, above all those of indexes, which SQLite would write again.
const TOUCH: &str = update!();
const MOVE_EXPIRY: &str = update!("expires_at = ?7");
/// What may change with a checkout while the status stays.
const ADVANCE: &str = update!("checkouts = ?7, deadline = ?8");
pub(crate) const DESCRIBE: &str = update!(described!());
pub(crate) const DESCRIBE_AND_MOVE_EXPIRY: &str = update!(described!(), "expires_at = ?17");

/// The columns of the status, and what may change with it.
macro_rules! status {
    () => {
        "expires_at = ?17, status = ?18, checkout_id = ?19, deadline = ?20, order_ref = ?21, abandoned_at = ?22,
         abandoned_for = ?23, merged_into = ?24, merged_version = ?25, checkouts = ?26"
    };
}

const CHANGE_STATUS: &str = update!(described!(), status!());
const CHANGE_ALL: &str = update!(described!(), status!(), "owner_kind = ?27, owner = ?28, company = ?29");

/// How much of a cart's row a write changes, lines apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Name, note, settings, metadata, selections, currency, coupons or which gifts were refused.
    pub(crate) description: bool,
    /// When it expires.
    pub(crate) expiry: bool,
    /// How many checkouts it has, or the deadline of the one that it is in.
    pub(crate) checkouts: bool,
    /// Its status, and with it perhaps all of that.
    pub(crate) status: bool,
    /// Whose it is, and with it perhaps all of that.
    pub(crate) owner: bool,
}

impl Changed {
    /// Everything, as when a cart is made.
    pub(crate) const ALL: Self =
        Self { description: true, expiry: true, checkouts: true, status: true, owner: true };

    /// Several changes at once are rare, and then all that may change with the status is written.
    const fn simplified(self) -> Self {
        let status = self.status || (self.checkouts && (self.description || self.expiry));
        Self { status, ..self }
    }

    const fn is_described(self) -> bool {
        self.description || self.status || self.owner
    }
}

/// What becomes of a cart's row, made before the writer's turn as far as it takes more than copying.
#[derive(Debug)]
pub(crate) struct CartRow {
    changed: Changed,
    described: Option<Described>,
}

impl CartRow {
    pub(crate) fn of(seal: &Seal, cart: &Cart, changed: Changed) -> rusqlite::Result<Self> {
        let changed = changed.simplified();
        let described = changed.is_described().then(|| Described::of(seal, cart)).transpose()?;
        Ok(Self { changed, described })
    }

    /// Adds the row of a cart.
    pub(crate) fn insert(&self, transaction: &Transaction<'_>, cart: &Cart) -> rusqlite::Result<usize> {
        let Some(described) = &self.described else { return Ok(0) };
        insert(transaction, cart, described)
    }

    /// Changes the row of a cart that is at the base version; answers how many such rows there were.
    pub(crate) fn update(
        &self,
        transaction: &Transaction<'_>,
        base: Version,
        cart: &Cart,
    ) -> rusqlite::Result<usize> {
        let (id, base, version) =
            (cart.id().as_uuid().into_bytes(), integer(base.get()), integer(cart.version().get()));
        let (at, lines, shares) = (micros(cart.updated_at()), integer(cart.lines().len()), shares(cart));
        let (expires_at, checkouts) = (cart.expires_at().map(micros), integer(cart.checkouts().len()));
        let (status, owner) = (StatusColumns::of(cart.status()), OwnerColumns::of(cart.owner()));
        let mut params: Vec<&dyn ToSql> = vec![&id, &base, &version, &at, &lines, &shares];
        let moves = self.changed.expiry || self.changed.status || self.changed.owner;
        params.extend(self.described.iter().flat_map(Described::columns));
        params.extend(moves.then_some(&expires_at as &dyn ToSql));
        if self.changed.status || self.changed.owner {
            params.extend(status.columns());
            params.push(&checkouts);
        } else if self.changed.checkouts {
            params.extend([&checkouts as &dyn ToSql, &status.deadline]);
        }
        if self.changed.owner {
            params.extend([&owner.kind as &dyn ToSql, &owner.owner, &owner.company]);
        }
        transaction.prepare_cached(self.statement())?.execute(params.as_slice())
    }

    const fn statement(&self) -> &'static str {
        match self.changed {
            Changed { owner: true, .. } => CHANGE_ALL,
            Changed { status: true, .. } => CHANGE_STATUS,
            Changed { checkouts: true, .. } => ADVANCE,
            Changed { description: true, expiry: true, .. } => DESCRIBE_AND_MOVE_EXPIRY,
            Changed { description: true, expiry: false, .. } => DESCRIBE,
            Changed { description: false, expiry: true, .. } => MOVE_EXPIRY,
            Changed { description: false, expiry: false, .. } => TOUCH,
        }
    }
}

fn insert(transaction: &Transaction<'_>, cart: &Cart, described: &Described) -> rusqlite::Result<usize> {
    let owner = OwnerColumns::of(cart.owner());
    let status = StatusColumns::of(cart.status());
    transaction.prepare_cached(INSERT)?.execute(params![
        cart.id().as_uuid().as_bytes(),
        integer(cart.version().get()),
        micros(cart.updated_at()),
        integer(cart.lines().len()),
        shares(cart),
        integer(cart.checkouts().len()),
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
        status.checkout,
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
    ])
}

fn shares(cart: &Cart) -> i64 {
    integer(cart.grants().len() + cart.links().len() + cart.suggestions().len())
}

/// The columns that say what a cart is like.
#[derive(Debug)]
struct Described {
    currency: &'static str,
    address: Option<Value>,
    shipping_method: Option<String>,
    payment_method: Option<String>,
    coupons: Option<Value>,
    refused_gifts: Option<String>,
    settings: Option<String>,
    name: Option<Value>,
    note: Option<Value>,
    metadata: Option<Value>,
}

impl Described {
    fn of(seal: &Seal, cart: &Cart) -> rusqlite::Result<Self> {
        let (selections, settings) = (cart.selections(), cart.settings());
        let (coupons, refused_gifts) = (cart.coupons(), cart.refused_gifts());
        let row = RowKey::of(cart.id());
        let close = |field, text: Option<String>| seal.close_some(field, row, text);
        let coupons = to_json_unless(coupons.is_empty(), &coupons)?;
        let metadata = to_json_unless(cart.metadata().is_empty(), cart.metadata())?;
        Ok(Self {
            currency: cart.currency().code(),
            address: close(field::CART_ADDRESS, selections.address.as_ref().map(ToString::to_string)),
            shipping_method: selections.shipping_method.as_ref().map(ToString::to_string),
            payment_method: selections.payment_method.as_ref().map(ToString::to_string),
            coupons: close(field::CART_COUPONS, coupons),
            refused_gifts: to_json_unless(refused_gifts.is_empty(), refused_gifts)?,
            settings: to_json_unless(*settings == Default::default(), settings)?,
            name: close(field::CART_NAME, cart.name().map(ToString::to_string)),
            note: close(field::CART_NOTE, cart.note().map(ToString::to_string)),
            metadata: close(field::CART_METADATA, metadata),
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

/// How many rows of other tables belong to a cart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    pub(crate) lines: usize,
    /// Grants, links and suggestions.
    pub(crate) shares: usize,
    pub(crate) checkouts: usize,
}

/// A cart's row, without what is in other tables; and how much should be there.
pub(crate) fn find(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
) -> Result<Option<(StoredCart, Parts)>, Refusal> {
    let mut statement = transaction.prepare_cached(FIND)?;
    let row = statement.query_row([cart.as_uuid().as_bytes()], |row| Ok(read(seal, row)));
    row.optional()?.transpose()
}

/// The key of a row, and the id if it is one.
pub(crate) type Found = (Vec<u8>, Result<CartId, Damage>);

/// The key of the cart after another one, by rising id, and the id if it is one.
pub(crate) fn next(transaction: &Transaction<'_>, after: &[u8]) -> rusqlite::Result<Option<Found>> {
    let sql = "SELECT id FROM carts WHERE id > ?1 ORDER BY id LIMIT 1";
    let mut statement = transaction.prepare_cached(sql)?;
    statement.query_row([after], |row| Ok((row.get(0)?, Columns::of(TABLE, row).take_cart()))).optional()
}

fn read(seal: &Seal, row: &Row<'_>) -> Result<(StoredCart, Parts), Refusal> {
    let mut columns = Columns::of(TABLE, row);
    let id = columns.take_cart()?;
    let key = RowKey::of(id);
    let version = columns.take(version)?;
    let updated_at = columns.take(time)?;
    let (lines, shares, checkouts) = (columns.take(count)?, columns.take(count)?, columns.take(count)?);
    let parts = Parts { lines, shares, checkouts };
    let expires_at = columns.take(maybe(time))?;
    let channel = columns.take(parsed(ChannelId::new))?;
    let owner = owner::read(&mut columns)?;
    let sole = columns.take(flag)?;
    let currency = columns.take(parsed(Currency::from_code))?;
    let created_at = columns.take(time)?;
    let duplicate_of = columns.take(maybe(uuid))?.map(CartId::from_uuid);
    let status = status::read(&mut columns)?;
    let selections = Selections {
        address: columns.take_protected(seal, field::CART_ADDRESS, key, |text| AddressId::new(text))?,
        shipping_method: columns.take(maybe(parsed(ShippingMethodId::new)))?,
        payment_method: columns.take(maybe(parsed(PaymentMethodId::new)))?,
    };
    let coupons = columns.take_protected(seal, field::CART_COUPONS, key, from_json)?.unwrap_or_default();
    let refused_gifts = columns.take(json_or_default)?;
    let settings = columns.take(json_or_default)?;
    let name = columns.take_protected(seal, field::CART_NAME, key, |text| CartName::new(text))?;
    let note = columns.take_protected(seal, field::CART_NOTE, key, |text| Note::new(text))?;
    let metadata = columns.take_protected(seal, field::CART_METADATA, key, from_json::<Metadata>)?;
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
        grants: Vec::new(),
        links: Vec::new(),
        suggestions: Vec::new(),
        checkouts: Vec::new(),
        settings,
        note,
        metadata: metadata.unwrap_or_default(),
        duplicate_of,
        created_at,
        updated_at,
        expires_at,
    };
    Ok((stored, parts))
}
