//! Who is looking at a cart.

use std::collections::BTreeMap;

use cart_core::actor::{Actor, GuestId};
use cart_core::history::Sight;
use cart_core::id::UserId;
use serde::Serialize;

/// Somebody who looks at a cart, as others learn of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Viewer {
    User(UserId),
    Guest(GuestId),
    Link,
    /// The host's own people look without being seen.
    Hidden,
}

impl Viewer {
    pub(super) fn of(actor: &Actor) -> Self {
        match actor {
            Actor::User { user, .. } => Self::User(user.clone()),
            Actor::Guest(token) => Self::Guest(token.id()),
            Actor::LinkBearer(_) => Self::Link,
            Actor::Staff(_) | Actor::System => Self::Hidden,
        }
    }
}

/// All who look at a cart. Somebody who looks twice is one; of those with links that cannot be told.
#[derive(Debug, Default)]
pub(super) struct Viewers {
    users: BTreeMap<UserId, usize>,
    guests: BTreeMap<GuestId, usize>,
    links: usize,
}

impl Viewers {
    pub(super) fn join(&mut self, viewer: &Viewer) {
        match viewer {
            Viewer::User(user) => enter(&mut self.users, user),
            Viewer::Guest(guest) => enter(&mut self.guests, guest),
            Viewer::Link => self.links = self.links.saturating_add(1),
            Viewer::Hidden => {}
        }
    }

    pub(super) fn leave(&mut self, viewer: &Viewer) {
        match viewer {
            Viewer::User(user) => exit(&mut self.users, user),
            Viewer::Guest(guest) => exit(&mut self.guests, guest),
            Viewer::Link => self.links = self.links.saturating_sub(1),
            Viewer::Hidden => {}
        }
    }

    /// As much of it as somebody may see.
    pub(super) fn seen(&self, sight: Sight) -> Presence {
        let (guests, links) = (self.guests.len(), self.links);
        match sight {
            Sight::Full => Presence::Full { users: self.users.keys().cloned().collect(), guests, links },
            Sight::Link { .. } => {
                Presence::Link { count: self.users.len().saturating_add(guests).saturating_add(links) }
            }
        }
    }
}

fn enter<K: Clone + Ord>(present: &mut BTreeMap<K, usize>, who: &K) {
    let times = present.entry(who.clone()).or_default();
    *times = times.saturating_add(1);
}

fn exit<K: Ord>(present: &mut BTreeMap<K, usize>, who: &K) {
    let Some(times) = present.get_mut(who) else { return };
    *times = times.saturating_sub(1);
    if *times == 0 {
        present.remove(who);
    }
}

/// Who is looking, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Presence {
    /// Users by name; guests and those with links by number.
    Full { users: Vec<UserId>, guests: usize, links: usize },
    /// How many altogether.
    Link { count: usize },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use cart_core::actor::GuestToken;
    use cart_core::sharing::{LinkShows, LinkToken};

    fn user(name: &str) -> Viewer {
        Viewer::of(&Actor::user(UserId::new(name).unwrap()))
    }

    #[test]
    fn somebody_who_looks_twice_is_one_until_both_are_gone() {
        let mut viewers = Viewers::default();
        let link = LinkToken::from_random([1; 32]);
        let everybody = [
            user("ann"),
            user("ann"),
            user("bob"),
            Viewer::of(&Actor::Guest(GuestToken::from_random([2; 32]))),
            Viewer::of(&Actor::LinkBearer(link.clone())),
            Viewer::of(&Actor::LinkBearer(link.clone())),
            Viewer::of(&Actor::Staff(UserId::new("sam").unwrap())),
        ];
        everybody.iter().for_each(|viewer| viewers.join(viewer));
        let full = |viewers: &Viewers| serde_json::to_value(viewers.seen(Sight::Full)).unwrap();
        assert_eq!(full(&viewers), json!({"users": ["ann", "bob"], "guests": 1, "links": 2}));
        let shows = LinkShows { prices: true, names: true };
        let reduced = viewers.seen(Sight::Link { shows, token: link.digest() });
        assert_eq!(serde_json::to_value(reduced).unwrap(), json!({"count": 5}));
        viewers.leave(&user("ann"));
        assert_eq!(full(&viewers)["users"], json!(["ann", "bob"]));
        everybody.iter().skip(1).for_each(|viewer| viewers.leave(viewer));
        assert_eq!(full(&viewers), json!({"users": [], "guests": 0, "links": 0}));
    }
}
