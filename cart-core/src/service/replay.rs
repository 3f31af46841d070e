//! Answering a repeated request as the first time.

use std::sync::Arc;

use super::find::Found;
use super::gather::About;
use super::task::Task;
use super::view::{Caller, CartView, Outcome};
use super::{CartError, CartService};
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::id::CartId;
use crate::journal::{Entry, KeyOrigin, Request};
use crate::port::{BoxError, StoreError};
use crate::status::{AbandonReason, Status};
use crate::version::Version;

impl CartService {
    /// The answer to the request that used the caller's key on this cart before; none if there was none.
    ///
    /// # Errors
    /// [`CartError::RequestKeyReused`] if that request asked for something else.
    pub(super) async fn replayed(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        cart: Option<CartId>,
    ) -> Result<Option<Outcome>, CartError> {
        let (Some(key), Some(cart)) = (&caller.key, cart) else { return Ok(None) };
        let origin = KeyOrigin::Caller { fingerprint: task.fingerprint() };
        let request = Request { key: key.clone(), origin };
        match self.ports.store.find_request(cart, &caller.actor.to_ref(), &request).await? {
            None => Ok(None),
            Some(entry) if entry.request == request => Ok(Some(self.first_answer(entry).await?)),
            Some(_) => Err(CartError::RequestKeyReused),
        }
    }

    /// For a merge of a guest's cart that was merged into one of the caller's before: the answer of that time.
    pub(super) async fn merged_before(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        found: &Found,
    ) -> Result<Option<Outcome>, CartError> {
        let (Task::Merge { merge, .. }, Some(guests)) = (task, &found.other) else { return Ok(None) };
        let Status::Abandoned { reason: AbandonReason::Merged { into, version }, .. } = guests.status()
        else {
            return Ok(None);
        };
        let Some(cart) = self.ports.store.load(*into).await? else { return Ok(None) };
        let is_same = merge.into.is_none_or(|asked| asked == *into);
        // Whoever owns the cart now; grants do not come into it.
        if !is_same || Some(cart.owner()) != caller.actor.owner().as_ref() {
            return Ok(None);
        }
        let before = Version::new(version.get() - 1);
        let took_lines = |event: &CartEvent| matches!(event, CartEvent::GuestCartMerged { report } if report.from == guests.id());
        match self.ports.store.entries(*into, before, 1).await?.pop() {
            Some(entry) if entry.events.iter().any(took_lines) => Ok(Some(self.first_answer(entry).await?)),
            Some(_) | None => Ok(None),
        }
    }

    /// The cart as an entry left it, with today's prices.
    async fn first_answer(&self, entry: Entry) -> Result<Outcome, CartError> {
        let cart = self.cart_as_of(entry.cart, entry.version).await?;
        let channel = self.channel(cart.channel())?;
        let facts = self.gather(channel, About::cart(&cart)).await?;
        let (priced, _) = self.price(&cart, facts).await?;
        let notices = entry.reply.notices.clone();
        Ok(Outcome {
            view: CartView { cart, priced, notices },
            reply: entry.reply.clone(),
            created: entry.version == Version::FIRST,
            entry: Some(Arc::new(entry)),
            token: None,
            replayed: true,
        })
    }

    /// A cart as a version of it was.
    pub(super) async fn cart_as_of(&self, id: CartId, version: Version) -> Result<Arc<Cart>, CartError> {
        if let Some(cart) = self.hot.cart(id).filter(|cart| cart.version() == version) {
            return Ok(cart);
        }
        let mut cart: Option<Cart> = None;
        while let Some(left) = left_to(version, cart.as_ref()) {
            let after = cart.as_ref().map(Cart::version);
            let entries = self.ports.store.entries(id, after, left.min(PAGE)).await?;
            if entries.is_empty() {
                return Err(corrupt("a journal ends before a version that it answered with".into()));
            }
            cart = Cart::replay_onto(cart, &entries).map_err(|error| corrupt(error.into()))?;
        }
        cart.map(Arc::new).ok_or_else(|| corrupt("a cart has no journal".into()))
    }
}

/// How many entries are read at once, so that an old cart takes no more memory than a young one.
const PAGE: usize = 500;

/// How many entries lead from a cart to a version of it; none if it is there.
fn left_to(version: Version, cart: Option<&Cart>) -> Option<usize> {
    let left = version.get().checked_sub(cart.map_or(0, |cart| cart.version().get()))?;
    usize::try_from(left).ok().filter(|left| *left > 0)
}

fn corrupt(source: BoxError) -> CartError {
    StoreError::Corrupt { store: "journal", source }.into()
}
