//! The table of what was suggested and not decided on.

use std::sync::Arc;

use cart_core::id::{CartId, SuggestionId};
use cart_core::sharing::Suggestion;
use cart_core::text::{Comment, PersonName};
use rusqlite::{Row, Transaction, params};

use super::columns::{Columns, int, json, micros, time, to_json, uuid};
use crate::error::Refusal;
use crate::seal::{RowKey, Seal, Value, field};

pub(crate) const TABLE: &str = "suggestions";

const INSERT: &str =
    "INSERT INTO suggestions (cart_id, suggestion_id, position, made_at, author, proposal, name,
         comment)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const REMOVE: &str = "DELETE FROM suggestions WHERE cart_id = ?1 AND suggestion_id = ?2";
const CLEAR: &str = "DELETE FROM suggestions WHERE cart_id = ?1";
const OF_CART: &str = "SELECT suggestion_id, position, made_at, author, proposal, name, comment
     FROM suggestions WHERE cart_id = ?1";
const EXISTS: &str = "SELECT 1 FROM suggestions WHERE suggestion_id = ?1";

/// A suggestion that is being added, and its place in the order.
#[derive(Debug)]
pub(crate) struct SuggestionRow {
    id: SuggestionId,
    position: i64,
    made_at: i64,
    author: String,
    proposal: String,
    name: Option<Value>,
    comment: Option<Value>,
}

impl SuggestionRow {
    pub(crate) fn of(
        seal: &Seal,
        cart: CartId,
        suggestion: &Suggestion,
        position: i64,
    ) -> rusqlite::Result<Self> {
        let row = RowKey::part(cart, suggestion.id.as_uuid());
        let (name, comment) = (&suggestion.name, &suggestion.comment);
        let name = name.as_ref().map(ToString::to_string);
        let comment = comment.as_ref().map(ToString::to_string);
        Ok(Self {
            id: suggestion.id,
            position,
            made_at: micros(suggestion.made_at),
            author: to_json(&suggestion.author)?,
            proposal: to_json(&suggestion.proposal)?,
            name: seal.close_some(field::SUGGESTION_NAME, row, name),
            comment: seal.close_some(field::SUGGESTION_COMMENT, row, comment),
        })
    }

    /// Whether any suggestion that waits has this one's id.
    pub(crate) fn exists(&self, transaction: &Transaction<'_>) -> rusqlite::Result<bool> {
        transaction.prepare_cached(EXISTS)?.exists([self.id.as_uuid().as_bytes()])
    }
}

/// Adds a suggestion.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    cart: CartId,
    row: &SuggestionRow,
) -> rusqlite::Result<()> {
    transaction.prepare_cached(INSERT)?.execute(params![
        cart.as_uuid().as_bytes(),
        row.id.as_uuid().as_bytes(),
        row.position,
        row.made_at,
        row.author,
        row.proposal,
        row.name,
        row.comment,
    ])?;
    Ok(())
}

/// Removes a suggestion; answers how many such suggestions there were.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    cart: CartId,
    suggestion: SuggestionId,
) -> rusqlite::Result<usize> {
    let (cart, suggestion) = (cart.as_uuid(), suggestion.as_uuid());
    transaction.prepare_cached(REMOVE)?.execute([cart.as_bytes(), suggestion.as_bytes()])
}

/// Removes all suggestions of a cart.
pub(crate) fn clear(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<()> {
    transaction.prepare_cached(CLEAR)?.execute([cart.as_uuid().as_bytes()]).map(drop)
}

/// The suggestions of a cart, in order, each with its place in it.
pub(crate) fn of_cart(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
) -> Result<Vec<(i64, Arc<Suggestion>)>, Refusal> {
    let mut statement = transaction.prepare_cached(OF_CART)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut suggestions = Vec::new();
    while let Some(row) = rows.next()? {
        suggestions.push(read(seal, row, cart)?);
    }
    suggestions.sort_by_key(|(position, _)| *position);
    Ok(suggestions)
}

fn read(seal: &Seal, row: &Row<'_>, cart: CartId) -> Result<(i64, Arc<Suggestion>), Refusal> {
    let mut columns = Columns::of(TABLE, row).of_cart(cart);
    let id = SuggestionId::from_uuid(columns.take(uuid)?);
    let key = RowKey::part(cart, id.as_uuid());
    let (position, made_at) = (columns.take(int)?, columns.take(time)?);
    let (author, proposal) = (columns.take(json)?, columns.take(json)?);
    let name = columns.take_protected(seal, field::SUGGESTION_NAME, key, |text| PersonName::new(text))?;
    let comment = columns.take_protected(seal, field::SUGGESTION_COMMENT, key, |text| Comment::new(text))?;
    Ok((position, Arc::new(Suggestion { id, author, name, proposal, comment, made_at })))
}
