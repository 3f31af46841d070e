//! One cart against its journal.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use cart_core::cart::{Cart, ReplayError};
use cart_core::event::CartEvent;
use cart_core::id::{CartId, CheckoutId};
use cart_core::journal::{Entry, Position, Positioned};
use cart_core::status::{AbandonReason, Status};
use cart_core::version::Version;
use cart_seal::KeyId;
use rusqlite::Transaction;

use super::merged;
use super::report::{Problem, Report};
use super::stock::Claims;
use super::uses::Uses;
use crate::error::Refusal;
use crate::load;
use crate::reseal;
use crate::seal::Seal;
use crate::table::checkouts::Stored;
use crate::table::stock::Claim;
use crate::table::uses::{self, Use};
use crate::table::{checkouts, journal, keys, lines, requests, stock};

/// Checks all rows of one cart, one entry of its journal at a time.
pub(super) fn check(transaction: &Transaction<'_>, seal: &Seal, id: CartId, report: &mut Report) {
    report.carts += 1;
    let stored = load::cart(transaction, seal, id);
    let stored_uses = uses::of_cart(transaction, id);
    let mut history = History::new(id, report);
    let read = journal::each_of_cart(transaction, seal, id, None, usize::MAX, |entry| {
        history.take(entry);
        Ok(ControlFlow::Continue(()))
    });
    if let Err(refusal) = read {
        history.unreadable(refusal.into());
    }
    match stored_uses {
        Ok(stored) => history.compare_uses(&stored),
        Err(refusal) => history.add(refusal.into()),
    }
    match stock::of_cart(transaction, id) {
        Ok(stored) => history.compare_claims(&stored),
        Err(refusal) => history.add(refusal.into()),
    }
    match checkouts::ids_of(transaction, id) {
        Ok(stored) => history.compare_checkouts(&stored),
        Err(refusal) => history.add(refusal.into()),
    }
    match stored {
        Ok(stored) => {
            history.compare(stored.as_ref());
            stored.iter().for_each(|stored| check_merge(transaction, seal, stored, report));
        }
        Err(refusal) => history.unreadable(refusal.into()),
    }
    check_order(transaction, id, report);
    check_requests(transaction, id, report);
    if let Err(refusal) = check_keys(transaction, seal, id, report) {
        report.add(Some(id), refusal.into());
    }
}

fn check_requests(transaction: &Transaction<'_>, id: CartId, report: &mut Report) {
    match requests::are_placed(transaction, id) {
        Ok(true) => {}
        Ok(false) => report.add(Some(id), Problem::OtherRequest),
        Err(error) => report.add(Some(id), Problem::Structure(error.to_string())),
    }
}

fn check_keys(
    transaction: &Transaction<'_>,
    seal: &Seal,
    id: CartId,
    report: &mut Report,
) -> Result<(), Refusal> {
    if !seal.is_on() {
        return Ok(()); // what is sealed nevertheless does not open
    }
    let mut used = reseal::used_by(transaction, id.as_uuid().as_bytes())?;
    for known in keys::all(transaction)? {
        used.remove(&known.key);
    }
    used.into_iter().for_each(|KeyId(key)| report.add(Some(id), Problem::KeyNotOnRecord { key }));
    Ok(())
}

fn check_merge(transaction: &Transaction<'_>, seal: &Seal, stored: &Cart, report: &mut Report) {
    let problem = merged::check(transaction, seal, stored).unwrap_or_else(|refusal| Some(refusal.into()));
    problem.into_iter().for_each(|problem| report.add(Some(stored.id()), problem));
}

fn check_order(transaction: &Transaction<'_>, id: CartId, report: &mut Report) {
    match lines::count_places(transaction, id) {
        Ok((lines, places)) if lines == places => report.lines += lines,
        Ok(_) => report.add(Some(id), Problem::SamePlace),
        Err(error) => report.add(Some(id), Problem::Structure(error.to_string())),
    }
}

/// A cart as its journal makes it, entry by entry.
struct History<'a> {
    id: CartId,
    report: &'a mut Report,
    cart: Option<Cart>,
    uses: Uses,
    claims: Claims,
    begun: BTreeSet<CheckoutId>,
    due: Version,
    last: Position,
    /// An entry is missing, so that what follows makes no cart.
    broken: bool,
}

impl<'a> History<'a> {
    fn new(id: CartId, report: &'a mut Report) -> Self {
        Self {
            id,
            report,
            cart: None,
            uses: Uses::default(),
            claims: Claims::default(),
            begun: BTreeSet::new(),
            due: Version::FIRST,
            last: Position(0),
            broken: false,
        }
    }

    fn take(&mut self, entry: Result<Positioned, Refusal>) {
        self.report.entries += 1;
        match entry {
            Ok(Positioned { position, entry }) => {
                self.check_place(position, entry.version);
                self.fold(&entry);
            }
            Err(refusal) => self.unreadable(refusal.into()),
        }
    }

    fn check_place(&mut self, position: Position, version: Version) {
        if version != self.due {
            self.unreadable(Problem::Gap { due: self.due, found: version });
        }
        if position <= self.last {
            self.add(Problem::OutOfOrder(version));
        }
        (self.due, self.last) = (version.next(), position);
    }

    fn fold(&mut self, entry: &Entry) {
        if self.broken {
            return;
        }
        entry.events.iter().for_each(|event| self.uses.fold(event));
        self.claims.fold(entry);
        self.begun.extend(entry.events.iter().filter_map(begun));
        let is_creation = |event: &CartEvent| matches!(event, CartEvent::Created(_));
        let creations = entry.events.iter().filter(|event| is_creation(event)).count();
        match &mut self.cart {
            Some(cart) if creations == 0 => {
                let is_allowed = !has_ended(cart.status()) || recovers(cart.status(), entry) || undoes(entry);
                cart.apply(entry);
                if !is_allowed {
                    self.add(Problem::ChangedAfterEnd(entry.version));
                }
            }
            None if creations == 1 && entry.events.first().is_some_and(is_creation) => {
                self.cart = Cart::created_by(entry);
            }
            Some(_) | None => self.unreadable(ReplayError::Creation.into()),
        }
    }

    fn compare(&mut self, stored: Option<&Cart>) {
        match (&self.cart, stored) {
            _ if self.broken => {}
            (Some(folded), Some(stored)) if folded == stored => {}
            (Some(_), Some(_)) => self.add(Problem::OtherState),
            (Some(_), None) | (None, Some(_)) | (None, None) => self.add(Problem::Halved),
        }
    }

    fn compare_uses(&mut self, stored: &[Use]) {
        if self.broken {
            return;
        }
        if !self.uses.are(stored) {
            self.add(Problem::OtherUses);
        }
        let stranded = self.cart.as_ref().and_then(|cart| self.uses.stranded(cart.status()));
        if let Some(checkout) = stranded {
            self.add(Problem::StrandedUses { checkout });
        }
    }

    fn compare_claims(&mut self, stored: &[Claim]) {
        if !self.broken && !self.claims.are(stored) {
            self.add(Problem::OtherStock);
        }
    }

    fn compare_checkouts(&mut self, stored: &Stored) {
        let kept = self.cart.iter().flat_map(Cart::checkouts).map(|checkout| checkout.id).collect();
        if !self.broken && (&self.begun, kept) != (&stored.begun, stored.kept.clone()) {
            self.add(Problem::OtherCheckouts);
        }
    }

    fn unreadable(&mut self, problem: Problem) {
        self.broken = true;
        self.add(problem);
    }

    fn add(&mut self, problem: Problem) {
        self.report.add(Some(self.id), problem);
    }
}

const fn has_ended(status: &Status) -> bool {
    match status {
        Status::Active | Status::Checkout { .. } => false,
        Status::Completed { .. } | Status::Abandoned { .. } => true,
    }
}

/// What a checkout that has ended has done may still be undone.
fn undoes(entry: &Entry) -> bool {
    let undoes = |event: &CartEvent| {
        matches!(event, CartEvent::CheckoutAdvanced { .. } | CartEvent::CheckoutUnsettled { .. })
    };
    entry.events.iter().all(undoes)
}

/// The checkout that begins with an event.
fn begun(event: &CartEvent) -> Option<CheckoutId> {
    if let CartEvent::CheckoutBegun { checkout } | CartEvent::CheckoutUnsettled { checkout } = event {
        return Some(checkout.id);
    }
    None
}

/// A cart that was given up or has expired may be recovered; nothing else may happen to it.
fn recovers(status: &Status, entry: &Entry) -> bool {
    let is_recoverable = match status {
        Status::Abandoned { reason: AbandonReason::GivenUp | AbandonReason::Expired, .. } => true,
        Status::Abandoned { reason: AbandonReason::Merged { .. }, .. }
        | Status::Active
        | Status::Checkout { .. }
        | Status::Completed { .. } => false,
    };
    is_recoverable && matches!(entry.events.first(), Some(CartEvent::Recovered { .. }))
}
