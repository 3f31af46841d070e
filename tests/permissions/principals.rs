//! Who asks.

use cart_core::actor::Actor;
use cart_core::service::Target;
use cart_core::testing::samples::{user, user_for, user_id};

use crate::shelf::Kept;

/// Who asks, and how they name the cart.
pub struct Principal {
    /// What the table calls them.
    pub name: &'static str,
    /// Who they are.
    pub actor: Actor,
    /// The cart, or whatever their link opens.
    pub target: Target,
}

/// What the table calls the principals, in their order.
pub const NAMES: [&str; 18] = [
    "owner",
    "sharer",
    "full",
    "read-only",
    "left",
    "colleague",
    "link+",
    "link",
    "link ended",
    "link gone",
    "elsewhere",
    "privately",
    "moved",
    "other firm",
    "holder",
    "guest",
    "staff",
    "system",
];

/// Those who ask about a cart. Everybody of flesh and blood is of this cart alone, so that what they own elsewhere does
/// not count.
pub fn principals(kept: &Kept) -> Vec<Principal> {
    let of = |name: &str, company: &str| user_for(&kept.person(name), company);
    let actors = [
        of("ann", "acme"),
        of("sue", "acme"),
        of("bob", "acme"),
        of("carl", "acme"),
        of("eve", "acme"),
        of("dora", "acme"),
        Actor::LinkBearer(kept.link_token(1)),
        Actor::LinkBearer(kept.link_token(0)),
        Actor::LinkBearer(kept.link_token(2)),
        Actor::LinkBearer(kept.link_token(9)),
        of("ann", "globex"),
        user(&kept.person("ann")),
        of("bob", "globex"),
        of("zoe", "globex"),
        Actor::Guest(kept.guest_token(0)),
        Actor::Guest(kept.guest_token(1)),
        Actor::Staff(user_id("support")),
        Actor::System,
    ];
    let named = |(name, actor)| {
        let target =
            if matches!(actor, Actor::LinkBearer(_)) { Target::Linked } else { Target::Cart(kept.cart) };
        Principal { name, actor, target }
    };
    NAMES.into_iter().zip(actors).map(named).collect()
}
