//! Stock over a long time of many checkouts: what a count by hand comes to.

#![expect(clippy::indexing_slicing, reason = "there are three items, and places are below three")]

use std::sync::Arc;

use super::counting::is_out_of_stock;
use super::stock::{ITEMS, at_time, begun, cart, level, supply};
use super::{block_on, commit, put};
use crate::cart::Cart;
use crate::checkout::CheckoutStep;
use crate::port::{Commit, Store, StoreError};
use crate::testing::Dice;
use crate::testing::samples::{
    at, checkout_advanced, checkout_cancelled, checkout_completed_in_part, checkout_id, stock_claimed,
    stock_item,
};

/// Over a long time of checkouts that begin, are extended, are sold to and end, the stock is at every step what a count by
/// hand comes to, and no step is refused or done that the count does not refuse or do.
pub fn stock_is_what_a_count_by_hand_comes_to(store: &dyn Store) {
    let supplied = [7, 5, 3];
    supply(store, &[0, 1, 2].map(|place| (ITEMS[place], supplied[place])));
    let mut ledger = ByHand { store, dice: Dice::new(2_026), now: 0, supplied, claims: vec![] };
    let mut carts = [0, 1, 2, 3].map(|n| cart(store, n));
    for n in 100..600 {
        ledger.now += i64::from(ledger.roll(3));
        let cart = &mut carts[ledger.place(4)];
        *cart = ledger.step(cart, n);
        ledger.check(ledger.now);
        ledger.check(ledger.now + 4);
    }
}

/// A store, and its stock as somebody would count it on paper.
struct ByHand<'a> {
    store: &'a dyn Store,
    dice: Dice,
    now: i64,
    supplied: [u32; 3],
    claims: Vec<Claim>,
}

/// What a checkout has.
#[derive(Clone, Copy)]
struct Claim {
    checkout: u64,
    units: [u32; 3],
    /// Until when it is held; none if it is sold.
    until: Option<i64>,
}

impl Claim {
    fn is_held(&self, now: i64) -> bool {
        self.until.is_some_and(|until| until > now)
    }

    fn items(&self) -> Vec<(&'static str, u32)> {
        ITEMS.into_iter().zip(self.units).filter(|(_, units)| *units > 0).collect()
    }
}

impl ByHand<'_> {
    fn roll(&mut self, end: u32) -> u32 {
        u32::try_from(self.dice.below(end.into())).unwrap_or_default()
    }

    fn place(&mut self, end: u32) -> usize {
        usize::try_from(self.roll(end)).unwrap_or_default()
    }

    /// One thing that may happen to a cart or to the supply, in the store and by hand.
    fn step(&mut self, cart: &Arc<Cart>, n: u64) -> Arc<Cart> {
        let current = cart.current_checkout().map(|checkout| checkout.id);
        let place = self.claims.iter().position(|claim| Some(checkout_id(claim.checkout)) == current);
        match (place, self.roll(6)) {
            (None, 0) => self.resupply(cart),
            (None, _) => self.begin(cart, n),
            (Some(place), 0) => self.cancel(cart, place),
            (Some(place), 1) => self.extend(cart, place),
            (Some(_), 2) => self.sweep(cart),
            (Some(place), _) => self.claim(cart, place),
        }
    }

    fn resupply(&mut self, cart: &Arc<Cart>) -> Arc<Cart> {
        let (place, supplied) = (self.place(3), self.roll(12));
        let (held, sold) = self.taken(place, self.now);
        let set = block_on(self.store.set_supply(&stock_item(ITEMS[place]), supplied, at(self.now)));
        assert_eq!(set.is_ok(), supplied >= held + sold, "{set:?}");
        self.supplied[place] = if set.is_ok() { supplied } else { self.supplied[place] };
        Arc::clone(cart)
    }

    fn begin(&mut self, cart: &Arc<Cart>, checkout: u64) -> Arc<Cart> {
        let units = [self.roll(3) + 1, self.roll(3), self.roll(3)];
        let until = self.now + 1 + i64::from(self.roll(5));
        let claim = Claim { checkout, units, until: Some(until) };
        let fits = self.fits(&claim);
        let begun = begun(cart, checkout, until, &claim.items());
        if self.is_done(at_time(self.now, cart, [begun.clone()]), fits) {
            self.claims.push(claim);
            return at_time(self.now, cart, [begun]).cart;
        }
        Arc::clone(cart)
    }

    /// Sells a checkout what it holds, or what is free. Some lines of its cart are left to be ordered.
    fn claim(&mut self, cart: &Arc<Cart>, place: usize) -> Arc<Cart> {
        let Claim { checkout, .. } = self.claims[place];
        let fits = self.fits(&self.claims[place]);
        let claimed = stock_claimed(checkout, &self.claims[place].items());
        let events = [claimed, checkout_completed_in_part(checkout, "order")];
        if self.is_done(at_time(self.now, cart, events.clone()), fits) {
            self.claims[place].until = None;
            return at_time(self.now, cart, events).cart;
        }
        Arc::clone(cart)
    }

    fn cancel(&mut self, cart: &Cart, place: usize) -> Arc<Cart> {
        let Claim { checkout, .. } = self.claims.swap_remove(place);
        put(self.store, at_time(self.now, cart, [checkout_cancelled(checkout)]))
    }

    fn extend(&mut self, cart: &Cart, place: usize) -> Arc<Cart> {
        let (until, claim) = (self.now + 5, &mut self.claims[place]);
        claim.until = if claim.is_held(self.now) { Some(until) } else { claim.until };
        let longer = CheckoutStep::Extended { deadline: at(until), held_until: at(until) };
        put(self.store, at_time(self.now, cart, [checkout_advanced(claim.checkout, longer)]))
    }

    fn sweep(&self, cart: &Arc<Cart>) -> Arc<Cart> {
        block_on(self.store.remove_ended_holds(at(self.now), 1)).expect("the store answers");
        Arc::clone(cart)
    }

    /// Commits, and checks that the store refuses just what does not fit.
    fn is_done(&self, written: Commit, fits: bool) -> bool {
        let done: Result<(), StoreError> = commit(self.store, [written]);
        assert!(done.as_ref().err().is_none_or(is_out_of_stock), "{done:?}");
        assert_eq!(done.is_ok(), fits, "at {}", self.now);
        fits
    }

    /// How many units of an item are held and sold.
    fn taken(&self, place: usize, now: i64) -> (u32, u32) {
        let units = |claim: &Claim| claim.units[place];
        let held = self.claims.iter().filter(|claim| claim.is_held(now)).map(units).sum();
        let sold = self.claims.iter().filter(|claim| claim.until.is_none()).map(units).sum();
        (held, sold)
    }

    /// Whether all that a checkout wants is free or held for it.
    fn fits(&self, wanted: &Claim) -> bool {
        let own = self.claims.iter().find(|claim| claim.checkout == wanted.checkout);
        let own = own.filter(|claim| claim.is_held(self.now)).map_or([0; 3], |claim| claim.units);
        [0, 1, 2].into_iter().all(|place| {
            let (held, sold) = self.taken(place, self.now);
            wanted.units[place] + held + sold <= self.supplied[place] + own[place]
        })
    }

    fn check(&self, now: i64) {
        for place in [0, 1, 2] {
            let (held, sold) = self.taken(place, now);
            let free = self.supplied[place] - held - sold;
            assert_eq!(level(self.store, ITEMS[place], now), (free, held, sold), "{} at {now}", ITEMS[place]);
        }
    }
}
