//! Capabilities for a share of the users.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use async_trait::async_trait;

use crate::actor::Actor;
use crate::journal::digest_128;
use crate::port::{Capability, Flags, targeting_key};

/// Gives each capability to so many of a hundred actors, always the same ones: with a higher percentage all who had it keep
/// it. Who is among the first for one says nothing about another. The system has all of them.
///
/// ```
/// use cart_core::memory::Rollout;
/// use cart_core::port::Capability;
///
/// let rollout = Rollout::of_everything().with(Capability::Links, 5);
/// rollout.set(Capability::Links, 20);
/// assert_eq!(rollout.percent(Capability::Links), 20);
/// ```
#[derive(Debug)]
pub struct Rollout {
    percents: RwLock<BTreeMap<Capability, u8>>,
    otherwise: u8,
}

impl Rollout {
    /// Everything is on for everybody, unless it is said otherwise.
    pub const fn of_everything() -> Self {
        Self { percents: RwLock::new(BTreeMap::new()), otherwise: 100 }
    }

    /// Everything is off, unless it is said otherwise.
    pub const fn of_nothing() -> Self {
        Self { percents: RwLock::new(BTreeMap::new()), otherwise: 0 }
    }

    /// With a capability for so many percent; more than 100 are 100.
    #[must_use]
    pub fn with(self, capability: Capability, percent: u8) -> Self {
        self.set(capability, percent);
        self
    }

    /// Changes it at once.
    pub fn set(&self, capability: Capability, percent: u8) {
        self.percents.write().unwrap_or_else(PoisonError::into_inner).insert(capability, percent.min(100));
    }

    /// How many percent have a capability.
    pub fn percent(&self, capability: Capability) -> u8 {
        let percents = self.percents.read().unwrap_or_else(PoisonError::into_inner);
        percents.get(&capability).copied().unwrap_or(self.otherwise)
    }
}

/// Text that is no rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rollout is flags with percentages, such as cart.links=20,cart.undo=0")]
pub struct RolloutError;

impl FromStr for Rollout {
    type Err = RolloutError;

    /// Reads `cart.links=20,cart.undo=0`: flags with whole percentages from 0 to 100, each once. Everything else is on.
    fn from_str(text: &str) -> Result<Self, RolloutError> {
        let mut percents = BTreeMap::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let (flag, percent) = part.split_once('=').ok_or(RolloutError)?;
            let named = |capability: &Capability| capability.flag() == flag.trim();
            let capability = Capability::ALL.into_iter().find(named).ok_or(RolloutError)?;
            let percent = percent.trim().parse::<u8>().ok().filter(|percent| *percent <= 100);
            if percents.insert(capability, percent.ok_or(RolloutError)?).is_some() {
                return Err(RolloutError);
            }
        }
        Ok(Self { percents: RwLock::new(percents), ..Self::of_everything() })
    }
}

/// Where somebody is in the line for a capability: 0 is first, 9,999 is last.
fn place(capability: Capability, key: &str) -> u128 {
    digest_128(&[capability.flag().as_bytes(), key.as_bytes()]).as_u128() % 10_000
}

#[async_trait]
impl Flags for Rollout {
    async fn is_on(&self, capability: Capability, actor: &Actor) -> bool {
        let Some(key) = targeting_key(actor) else { return true };
        place(capability, &key) < u128::from(self.percent(capability)) * 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::block_on;
    use crate::testing::samples::{user, user_for};

    fn who_has(rollout: &Rollout, capability: Capability) -> Vec<bool> {
        let is_on = |n| block_on(rollout.is_on(capability, &user(&format!("user-{n}"))));
        (0..2000).map(is_on).collect()
    }

    fn count(has: &[bool]) -> usize {
        has.iter().filter(|has| **has).count()
    }

    #[test]
    fn about_so_many_have_it_and_all_of_them_keep_it() {
        let rollout = Rollout::of_nothing();
        let mut before = who_has(&rollout, Capability::Links);
        assert_eq!(count(&before), 0);
        for percent in [1, 5, 20, 50, 99, 100] {
            rollout.set(Capability::Links, percent);
            let now = who_has(&rollout, Capability::Links);
            assert!(before.iter().zip(&now).all(|(before, now)| *now || !before), "{percent}");
            let expected = usize::from(percent) * 20;
            assert!(count(&now).abs_diff(expected) <= 100, "{percent}: {}", count(&now));
            assert_eq!(now, who_has(&rollout, Capability::Links), "always the same ones");
            before = now;
        }
        assert_eq!(count(&before), 2000);
    }

    #[test]
    fn a_rollout_is_read_from_text() {
        let rollout: Rollout = " cart.links = 20, cart.undo=0,".parse().unwrap();
        let percents = Capability::ALL.map(|capability| rollout.percent(capability));
        assert_eq!(percents, [100, 100, 20, 100, 0]);
        assert_eq!("".parse::<Rollout>().unwrap().percent(Capability::Links), 100);
        for text in [
            "links=20",
            "cart.links",
            "cart.links=101",
            "cart.links=-1",
            "cart.links=1.5",
            "cart.links=1,cart.links=2",
        ] {
            assert_eq!(text.parse::<Rollout>().map(drop), Err(RolloutError), "{text}");
        }
    }

    #[test]
    fn who_is_first_for_one_is_not_first_for_another() {
        let rollout = Rollout::of_nothing().with(Capability::Links, 50).with(Capability::Undo, 50);
        let (links, undo) = (who_has(&rollout, Capability::Links), who_has(&rollout, Capability::Undo));
        let both = links.iter().zip(&undo).filter(|(links, undo)| **links && **undo).count();
        assert!((400..600).contains(&both), "{both}");
    }

    #[test]
    fn a_person_is_the_same_for_every_company_and_the_system_is_nobody() {
        let rollout = Rollout::of_nothing().with(Capability::Grants, 50);
        for n in 0..100 {
            let name = format!("user-{n}");
            let alone = block_on(rollout.is_on(Capability::Grants, &user(&name)));
            assert_eq!(alone, block_on(rollout.is_on(Capability::Grants, &user_for(&name, "acme"))));
        }
        assert!(block_on(rollout.is_on(Capability::Undo, &Actor::System)));
    }
}
