//! Buy some, get some cheaper: which units are reduced.

use crate::pricing::basket::{Basket, Item, Portion};
use crate::promotion::Scope;
use crate::quantity::Quantity;

/// The terms of such an offer.
#[derive(Clone, Copy, Debug)]
pub(super) struct BuyGet<'a> {
    pub(super) buy: &'a Scope,
    pub(super) buy_quantity: Quantity,
    pub(super) get: &'a Scope,
    pub(super) get_quantity: Quantity,
    pub(super) max_times: Option<Quantity>,
}

/// An item whose units can be reduced.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    place: usize,
    units: u64,
    is_bought: bool,
}

impl BuyGet<'_> {
    /// The units that are reduced, in the order of the lines.
    pub(super) fn portions(&self, basket: &Basket<'_>) -> Vec<Portion> {
        let candidates = self.candidates(basket);
        let in_buy = basket.concerned(self.buy).map(|(_, item)| u64::from(item.quantity)).sum();
        let mut left = self.reduced(&candidates, in_buy);
        let mut portions = Vec::new();
        for candidate in candidates {
            let units = candidate.units.min(left);
            left -= units;
            portions.extend(
                basket.items.get(candidate.place).and_then(|item| portion(candidate.place, item, units)),
            );
        }
        portions.sort_unstable_by_key(|portion: &Portion| portion.place);
        portions
    }

    /// The items whose units can be reduced, the cheapest units first.
    fn candidates(&self, basket: &Basket<'_>) -> Vec<Candidate> {
        let mut items: Vec<(usize, &Item)> = basket.concerned(self.get).collect();
        items.sort_by_key(|(_, item)| item.unit);
        let buys_all = self.buy.is_everything();
        let candidate = |(place, item): (usize, &Item)| Candidate {
            place,
            units: item.quantity.into(),
            is_bought: buys_all || basket.is_in(self.buy, item),
        };
        items.into_iter().map(candidate).collect()
    }

    /// How many units are reduced: the largest number that enough units are bought for.
    ///
    /// One more unit reduced is at most one fewer bought, so what holds for a number holds for every smaller one.
    fn reduced(&self, candidates: &[Candidate], in_buy: u64) -> u64 {
        let (mut enough, mut too_many) =
            (0, candidates.iter().map(|candidate| candidate.units).sum::<u64>() + 1);
        while enough + 1 < too_many {
            let number = enough + (too_many - enough) / 2;
            if self.is_earned(number, candidates, in_buy) { enough = number } else { too_many = number }
        }
        enough
    }

    fn is_earned(&self, number: u64, candidates: &[Candidate], in_buy: u64) -> bool {
        let mut left = number;
        let mut bought = in_buy;
        for candidate in candidates {
            let units = candidate.units.min(left);
            left -= units;
            bought -= if candidate.is_bought { units } else { 0 };
        }
        let times = bought / u64::from(self.buy_quantity.get());
        let times = self.max_times.map_or(times, |max| times.min(max.get().into()));
        number <= times * u64::from(self.get_quantity.get())
    }
}

/// So many units of an item, and what they cost now, rounded down; none if that is no unit.
fn portion(place: usize, item: &Item, units: u64) -> Option<Portion> {
    let units = u32::try_from(units).ok().filter(|units| *units > 0)?;
    // At most the quantity's share of an amount of 64 bits.
    let amount = i128::from(item.current) * i128::from(units) / i128::from(item.quantity.max(1));
    Some(Portion { place, units, amount: i64::try_from(amount).ok()? })
}
