//! The table of links that show carts to whoever has their token.

use std::sync::Arc;

use cart_core::id::{CartId, LinkId};
use cart_core::sharing::{LinkDigest, LinkShows, LinkTerms, ShareLink};
use cart_core::text::LinkLabel;
use rusqlite::{Row, Transaction, params};

use super::columns::{Columns, bytes, count, flag, int, json, maybe, micros, time, to_json, uuid};
use crate::error::Refusal;
use crate::seal::{RowKey, Seal, Value, field};

pub(crate) const TABLE: &str = "links";

const INSERT: &str = "INSERT INTO links (cart_id, link_id, position, token, expires_at, uses, shows_prices,
         shows_names, may_suggest, label, made_at, made_by)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const SET_TERMS: &str = "UPDATE links
     SET expires_at = ?3, uses = ?4, shows_prices = ?5, shows_names = ?6, may_suggest = ?7, label = ?8
     WHERE cart_id = ?1 AND link_id = ?2";
const SET_TOKEN: &str = "UPDATE links SET token = ?3 WHERE cart_id = ?1 AND link_id = ?2";
const REMOVE: &str = "DELETE FROM links WHERE cart_id = ?1 AND link_id = ?2";
const CLEAR: &str = "DELETE FROM links WHERE cart_id = ?1";
const OF_CART: &str =
    "SELECT link_id, position, token, expires_at, uses, shows_prices, shows_names, may_suggest,
         label, made_at, made_by
     FROM links WHERE cart_id = ?1";
const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM links WHERE link_id = ?1)
     OR EXISTS (SELECT 1 FROM links WHERE token = ?2)";
const TOKEN_EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM links WHERE token = ?1)";

/// What can be chosen about a link, as columns.
#[derive(Debug)]
pub(crate) struct TermsRow {
    expires_at: Option<i64>,
    uses: Option<u32>,
    shows: LinkShows,
    may_suggest: bool,
    label: Option<Value>,
}

impl TermsRow {
    pub(crate) fn of(seal: &Seal, cart: CartId, link: LinkId, terms: &LinkTerms) -> Self {
        let row = RowKey::part(cart, link.as_uuid());
        let label = terms.label.as_ref().map(ToString::to_string);
        Self {
            expires_at: terms.expires_at.map(micros),
            uses: terms.uses,
            shows: terms.shows,
            may_suggest: terms.may_suggest,
            label: seal.close_some(field::LINK_LABEL, row, label),
        }
    }
}

/// A link that is being added, and its place in the order.
#[derive(Debug)]
pub(crate) struct LinkRow {
    link: Arc<ShareLink>,
    terms: TermsRow,
    made_by: String,
    position: i64,
}

impl LinkRow {
    pub(crate) fn of(
        seal: &Seal,
        cart: CartId,
        link: &Arc<ShareLink>,
        position: i64,
    ) -> rusqlite::Result<Self> {
        let terms = TermsRow::of(seal, cart, link.id, &link.terms);
        Ok(Self { link: Arc::clone(link), terms, made_by: to_json(&link.made_by)?, position })
    }

    /// Whether any link has this one's id or token.
    pub(crate) fn exists(&self, transaction: &Transaction<'_>) -> rusqlite::Result<bool> {
        let id = self.link.id.as_uuid();
        let params = params![id.as_bytes(), self.link.token.to_bytes()];
        transaction.prepare_cached(EXISTS)?.query_row(params, |row| row.get(0))
    }
}

/// Adds a link.
pub(crate) fn insert(transaction: &Transaction<'_>, cart: CartId, row: &LinkRow) -> rusqlite::Result<()> {
    let LinkRow { link, terms, made_by, position } = row;
    transaction.prepare_cached(INSERT)?.execute(params![
        cart.as_uuid().as_bytes(),
        link.id.as_uuid().as_bytes(),
        position,
        link.token.to_bytes(),
        terms.expires_at,
        terms.uses,
        terms.shows.prices,
        terms.shows.names,
        terms.may_suggest,
        terms.label,
        micros(link.made_at),
        made_by,
    ])?;
    Ok(())
}

/// Changes what is chosen about a link; answers how many such links there were.
pub(crate) fn set_terms(
    transaction: &Transaction<'_>,
    cart: CartId,
    link: LinkId,
    terms: &TermsRow,
) -> rusqlite::Result<usize> {
    transaction.prepare_cached(SET_TERMS)?.execute(params![
        cart.as_uuid().as_bytes(),
        link.as_uuid().as_bytes(),
        terms.expires_at,
        terms.uses,
        terms.shows.prices,
        terms.shows.names,
        terms.may_suggest,
        terms.label,
    ])
}

/// Gives a link another token; answers how many such links there were.
pub(crate) fn set_token(
    transaction: &Transaction<'_>,
    cart: CartId,
    link: LinkId,
    token: LinkDigest,
) -> rusqlite::Result<usize> {
    let (cart, link) = (cart.as_uuid(), link.as_uuid());
    transaction.prepare_cached(SET_TOKEN)?.execute(params![
        cart.as_bytes(),
        link.as_bytes(),
        token.to_bytes()
    ])
}

/// Whether any link has this token.
pub(crate) fn has_token(transaction: &Transaction<'_>, token: LinkDigest) -> rusqlite::Result<bool> {
    transaction.prepare_cached(TOKEN_EXISTS)?.query_row([token.to_bytes()], |row| row.get(0))
}

/// Removes a link; answers how many such links there were.
pub(crate) fn remove(transaction: &Transaction<'_>, cart: CartId, link: LinkId) -> rusqlite::Result<usize> {
    let (cart, link) = (cart.as_uuid(), link.as_uuid());
    transaction.prepare_cached(REMOVE)?.execute([cart.as_bytes(), link.as_bytes()])
}

/// Removes all links of a cart.
pub(crate) fn clear(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<()> {
    transaction.prepare_cached(CLEAR)?.execute([cart.as_uuid().as_bytes()]).map(drop)
}

/// The links of a cart, in order, each with its place in it.
pub(crate) fn of_cart(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
) -> Result<Vec<(i64, Arc<ShareLink>)>, Refusal> {
    let mut statement = transaction.prepare_cached(OF_CART)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(read(seal, row, cart)?);
    }
    links.sort_by_key(|(position, _)| *position);
    Ok(links)
}

fn read(seal: &Seal, row: &Row<'_>, cart: CartId) -> Result<(i64, Arc<ShareLink>), Refusal> {
    let mut columns = Columns::of(TABLE, row).of_cart(cart);
    let id = LinkId::from_uuid(columns.take(uuid)?);
    let position = columns.take(int)?;
    let token = LinkDigest::from_bytes(columns.take(bytes)?);
    let (expires_at, uses) = (columns.take(maybe(time))?, columns.take(maybe(count))?);
    let shows = LinkShows { prices: columns.take(flag)?, names: columns.take(flag)? };
    let may_suggest = columns.take(flag)?;
    let key = RowKey::part(cart, id.as_uuid());
    let label = columns.take_protected(seal, field::LINK_LABEL, key, |text| LinkLabel::new(text))?;
    let terms = LinkTerms { label, expires_at, uses, shows, may_suggest };
    let (made_at, made_by) = (columns.take(time)?, columns.take(json)?);
    Ok((position, Arc::new(ShareLink { id, token, terms, made_by, made_at })))
}
