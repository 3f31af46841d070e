//! From each event to the rows that it names, and no others.

use std::collections::BTreeMap;

use cart_core::cart::Cart;
use cart_core::event::CartEvent;
use cart_core::id::{CartId, CheckoutId, GrantId, LineId, LinkId, SuggestionId};
use cart_core::journal::Entry;
use cart_core::product::UnitPrices;
use cart_core::quantity::Quantity;
use cart_core::sharing::{LinkDigest, PermissionGroupId};
use cart_core::version::Version;
use rusqlite::Transaction;

use crate::error::{Damage, Refusal, is_unique};
use crate::seal::{Seal, Value};
use crate::table::checkouts::{self, CheckoutRow, ProgressRow};
use crate::table::columns::integer;
use crate::table::grants::{self, CartPlace, GrantRow};
use crate::table::lines::{self, LineRow};
use crate::table::links::{self, LinkRow, TermsRow};
use crate::table::suggestions::{self, SuggestionRow};

/// Statements on the rows of a cart in other tables than its own, made before the writer's turn.
#[derive(Debug)]
pub(crate) enum Step {
    AddLines(Vec<LineRow>),
    SetQuantity(LineId, Quantity),
    SetNote(LineId, Option<Value>),
    SetPrices(LineId, UnitPrices),
    Acknowledge(LineId, UnitPrices),
    SetAllPrices(Vec<UnitPrices>),
    RemoveLine(LineId),
    ClearLines,
    AddGrant(CartPlace, GrantRow),
    SetGroup(GrantId, PermissionGroupId),
    SetPlace(CartPlace),
    RemoveGrant(GrantId),
    AddLink(Box<LinkRow>),
    SetTerms(LinkId, TermsRow),
    SetToken(LinkId, LinkDigest),
    RemoveLink(LinkId),
    AddSuggestion(SuggestionRow),
    RemoveSuggestion(SuggestionId),
    ClearShares,
    ClaimCheckoutId(CheckoutId),
    PutCheckout(CheckoutRow),
    AdvanceCheckout(ProgressRow),
    RemoveCheckout(CheckoutId),
    ClearCheckouts,
}

/// More than an entry has events: a cart's lines are bounded, and so is what one command does to each.
const EVENTS_OF_AN_ENTRY: i64 = 1 << 20;

/// The place in the order of what the event with this number adds: it is added at the end, and later entries have
/// higher versions.
pub(crate) fn position(version: Version, number: i64) -> i64 {
    integer(version.get()).saturating_mul(EVENTS_OF_AN_ENTRY).saturating_add(number)
}

/// The steps of an entry: one for each row that an event names, one for all lines that are added after one another, and
/// one for each checkout, whatever happens to it.
pub(crate) fn of_entry(seal: &Seal, cart: &Cart, entry: &Entry) -> rusqlite::Result<Vec<Step>> {
    let mut steps = Vec::new();
    for (number, event) in (0..).zip(&entry.events) {
        let step = of_event(seal, cart, event, position(entry.version, number))?;
        match (steps.last_mut(), step) {
            (Some(Step::AddLines(before)), Some(Step::AddLines(added))) => before.extend(added),
            (_, step) => steps.extend(step),
        }
    }
    for (id, touched) in touched(entry) {
        steps.extend(of_checkout(seal, cart, id, &touched)?);
    }
    Ok(steps)
}

/// What an entry does to a checkout.
#[derive(Debug, Default)]
struct Touched {
    /// Whether it begins with the entry.
    begins: bool,
    /// Where it is put in the cart's order, if it is.
    place: Option<i64>,
}

fn touched(entry: &Entry) -> BTreeMap<CheckoutId, Touched> {
    let mut touched: BTreeMap<CheckoutId, Touched> = BTreeMap::new();
    for (number, event) in (0..).zip(&entry.events) {
        if let CartEvent::CheckoutBegun { checkout } | CartEvent::CheckoutUnsettled { checkout } = event {
            let of = touched.entry(checkout.id).or_default();
            of.begins |= matches!(event, CartEvent::CheckoutBegun { .. });
            of.place = Some(position(entry.version, number));
        } else if let CartEvent::CheckoutAdvanced { checkout, .. }
        | CartEvent::CheckoutCancelled { checkout, .. }
        | CartEvent::CheckoutCompleted { checkout, .. } = event
        {
            touched.entry(*checkout).or_default();
        }
    }
    touched
}

/// The cart is as the whole entry leaves it.
fn of_checkout(
    seal: &Seal,
    cart: &Cart,
    id: CheckoutId,
    touched: &Touched,
) -> rusqlite::Result<Option<Step>> {
    let cart_id = cart.id();
    Ok(match (cart.checkout(id), touched.place) {
        (Some(checkout), Some(place)) => {
            Some(Step::PutCheckout(CheckoutRow::of(seal, cart_id, checkout, place)?))
        }
        (Some(checkout), None) => Some(Step::AdvanceCheckout(ProgressRow::of(seal, cart_id, checkout)?)),
        // It was over as soon as it had begun.
        (None, Some(_)) if touched.begins => Some(Step::ClaimCheckoutId(id)),
        (None, _) => Some(Step::RemoveCheckout(id)),
    })
}

/// The cart is as the whole entry leaves it.
fn of_event(seal: &Seal, cart: &Cart, event: &CartEvent, position: i64) -> rusqlite::Result<Option<Step>> {
    let id = cart.id();
    Ok(Some(match event {
        CartEvent::LineAdded { line } => Step::AddLines(vec![LineRow::of(seal, id, line, position)?]),
        CartEvent::QuantityChanged { line, to, .. } => Step::SetQuantity(*line, *to),
        CartEvent::LineNoteChanged { line, note } => {
            Step::SetNote(*line, lines::note(seal, id, *line, note.as_ref()))
        }
        CartEvent::LinePriced { line, prices } => Step::SetPrices(*line, *prices),
        CartEvent::PriceAcknowledged { line, prices } => Step::Acknowledge(*line, *prices),
        CartEvent::CurrencyChanged { prices, .. } => Step::SetAllPrices(prices.clone()),
        CartEvent::LineRemoved { line } => Step::RemoveLine(*line),
        CartEvent::Cleared { .. } => Step::ClearLines,
        CartEvent::GrantMade { grant } => Step::AddGrant(CartPlace::of(cart), GrantRow::of(grant, position)?),
        CartEvent::GrantChanged { grant, group } => Step::SetGroup(*grant, *group),
        CartEvent::GrantRevoked { grant } => Step::RemoveGrant(*grant),
        CartEvent::LinkMade { link } => Step::AddLink(Box::new(LinkRow::of(seal, id, link, position)?)),
        CartEvent::LinkChanged { link, terms } => Step::SetTerms(*link, TermsRow::of(seal, id, *link, terms)),
        CartEvent::LinkRotated { link, token } => Step::SetToken(*link, *token),
        CartEvent::LinkRevoked { link } => Step::RemoveLink(*link),
        CartEvent::SuggestionMade { suggestion } => {
            Step::AddSuggestion(SuggestionRow::of(seal, id, suggestion, position)?)
        }
        CartEvent::SuggestionWithdrawn { suggestion }
        | CartEvent::SuggestionDeclined { suggestion }
        | CartEvent::SuggestionAccepted { suggestion, .. } => Step::RemoveSuggestion(*suggestion),
        // Grants are found by the cart's company, and only while it is open.
        CartEvent::OwnerChanged { .. }
        | CartEvent::Abandoned { .. }
        | CartEvent::Recovered { .. }
        | CartEvent::CheckoutCompleted { .. }
            if !cart.grants().is_empty() =>
        {
            Step::SetPlace(CartPlace::of(cart))
        }
        // Checkouts are written as the whole entry leaves them; the rest is on the cart's row.
        CartEvent::OwnerChanged { .. }
        | CartEvent::Abandoned { .. }
        | CartEvent::Recovered { .. }
        | CartEvent::CheckoutCompleted { .. }
        | CartEvent::Created(_)
        | CartEvent::Renamed { .. }
        | CartEvent::SettingsChanged { .. }
        | CartEvent::NoteChanged { .. }
        | CartEvent::MetadataChanged { .. }
        | CartEvent::CouponAdded { .. }
        | CartEvent::CouponRemoved { .. }
        | CartEvent::GiftRefused { .. }
        | CartEvent::GiftAccepted { .. }
        | CartEvent::AddressSelected { .. }
        | CartEvent::ShippingMethodSelected { .. }
        | CartEvent::PaymentMethodSelected { .. }
        | CartEvent::ExpiryMoved { .. }
        | CartEvent::GuestCartMerged { .. }
        | CartEvent::CheckoutBegun { .. }
        | CartEvent::CheckoutAdvanced { .. }
        | CartEvent::CheckoutCancelled { .. }
        | CartEvent::CheckoutUnsettled { .. }
        | CartEvent::Undone { .. } => return Ok(None),
    }))
}

impl Step {
    /// Runs the statements of a step.
    pub(crate) fn run(&self, transaction: &Transaction<'_>, cart: CartId) -> Result<(), Refusal> {
        match self {
            Self::AddLines(rows) => lines::add(transaction, cart, rows),
            Self::SetQuantity(line, to) => {
                one(lines::TABLE, cart, lines::set_quantity(transaction, cart, *line, *to)?)
            }
            Self::SetNote(line, note) => {
                one(lines::TABLE, cart, lines::set_note(transaction, cart, *line, note.as_ref())?)
            }
            Self::SetPrices(line, prices) => {
                one(lines::TABLE, cart, lines::set_prices(transaction, cart, *line, *prices)?)
            }
            Self::Acknowledge(line, prices) => {
                one(lines::TABLE, cart, lines::acknowledge(transaction, cart, *line, *prices)?)
            }
            Self::SetAllPrices(prices) => lines::set_all_prices(transaction, cart, prices),
            Self::RemoveLine(line) => one(lines::TABLE, cart, lines::remove(transaction, cart, *line)?),
            Self::ClearLines => Ok(lines::clear(transaction, cart).map(drop)?),
            Self::AddGrant(place, row) => {
                let added = grants::insert(transaction, cart, place, row);
                added.or_else(|error| repeated(cart, error, || grants::exists(transaction, row.id())))
            }
            Self::SetGroup(grant, group) => {
                one(grants::TABLE, cart, grants::set_group(transaction, cart, *grant, *group)?)
            }
            Self::SetPlace(place) => Ok(grants::set_place(transaction, cart, place)?),
            Self::RemoveGrant(grant) => one(grants::TABLE, cart, grants::remove(transaction, cart, *grant)?),
            Self::AddLink(row) => links::insert(transaction, cart, row)
                .or_else(|error| repeated(cart, error, || row.exists(transaction))),
            Self::SetTerms(link, terms) => {
                one(links::TABLE, cart, links::set_terms(transaction, cart, *link, terms)?)
            }
            Self::SetToken(link, token) => match links::set_token(transaction, cart, *link, *token) {
                Ok(rows) => one(links::TABLE, cart, rows),
                Err(error) => repeated(cart, error, || links::has_token(transaction, *token)),
            },
            Self::RemoveLink(link) => one(links::TABLE, cart, links::remove(transaction, cart, *link)?),
            Self::AddSuggestion(row) => suggestions::insert(transaction, cart, row)
                .or_else(|error| repeated(cart, error, || row.exists(transaction))),
            Self::RemoveSuggestion(suggestion) => {
                one(suggestions::TABLE, cart, suggestions::remove(transaction, cart, *suggestion)?)
            }
            Self::ClearShares => clear_shares(transaction, cart),
            Self::ClaimCheckoutId(checkout) => checkouts::claim_id(transaction, cart, *checkout),
            Self::PutCheckout(row) => checkouts::put(transaction, cart, row),
            Self::AdvanceCheckout(row) => {
                one(checkouts::TABLE, cart, checkouts::advance(transaction, cart, row)?)
            }
            Self::RemoveCheckout(checkout) => Ok(checkouts::remove(transaction, cart, *checkout)?),
            Self::ClearCheckouts => Ok(checkouts::clear(transaction, cart)?),
        }
    }
}

fn clear_shares(transaction: &Transaction<'_>, cart: CartId) -> Result<(), Refusal> {
    grants::clear(transaction, cart)?;
    links::clear(transaction, cart)?;
    Ok(suggestions::clear(transaction, cart)?)
}

fn one(table: &'static str, cart: CartId, rows: usize) -> Result<(), Refusal> {
    match rows {
        1 => Ok(()),
        _ => Err(Damage::new(table, cart, "a row that the cart should have is missing").into()),
    }
}

/// An id or a token that is there already is a conflict: whoever made it makes another one.
fn repeated(
    cart: CartId,
    error: rusqlite::Error,
    is_there: impl FnOnce() -> rusqlite::Result<bool>,
) -> Result<(), Refusal> {
    if is_unique(&error) && is_there()? { Err(Refusal::Conflict(cart)) } else { Err(error.into()) }
}
