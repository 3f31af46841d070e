//! Phasing capabilities in.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::actor::Actor;
use crate::command::Command;

/// What a host can give to some of its users first. What was made with it stays when it is turned off again: links open, codes
/// count, suggestions can be accepted, grants and links can be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Putting coupon codes on carts.
    Coupons,
    /// Sharing carts with colleagues.
    Grants,
    /// Making share links, and changing and rotating them.
    Links,
    /// Suggesting changes.
    Suggestions,
    /// Undoing changes.
    Undo,
}

impl Capability {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Coupons, Self::Grants, Self::Links, Self::Suggestions, Self::Undo];

    /// The name of its flag: `cart.coupons`, `cart.grants`, `cart.links`, `cart.suggestions` or `cart.undo`.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Coupons => "cart.coupons",
            Self::Grants => "cart.grants",
            Self::Links => "cart.links",
            Self::Suggestions => "cart.suggestions",
            Self::Undo => "cart.undo",
        }
    }

    /// The one that a command needs.
    pub const fn of(command: &Command) -> Option<Self> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "few commands can be phased in")]
        match command {
            Command::AddCoupon { .. } => Some(Self::Coupons),
            Command::Share { .. } | Command::ChangeGrant { .. } => Some(Self::Grants),
            Command::CreateLink { .. } | Command::ChangeLink { .. } | Command::RotateLink { .. } => {
                Some(Self::Links)
            }
            Command::Suggest { .. } => Some(Self::Suggestions),
            Command::Undo => Some(Self::Undo),
            _ => None,
        }
    }
}

/// Says who has which capability. What policy does not offer, no flag gives.
#[async_trait]
pub trait Flags: Debug + Send + Sync + 'static {
    /// Whether an actor has it. The same actor gets the same answer until somebody decides otherwise. Asked once for each
    /// write that needs one, so it should answer from memory; what it answers when it does not know is its own to decide.
    async fn is_on(&self, capability: Capability, actor: &Actor) -> bool;
}

/// As whom an actor is told apart from others where flags are decided: users by their id, whichever company they act for;
/// guests, and holders of links, by the digest of what they hold. The system itself is nobody.
pub fn targeting_key(actor: &Actor) -> Option<String> {
    match actor {
        Actor::User { user, .. } => Some(user.as_str().to_owned()),
        Actor::Guest(token) => Some(format!("guest:{}", token.id())),
        Actor::LinkBearer(token) => Some(format!("link:{}", token.digest())),
        Actor::Staff(user) => Some(format!("staff:{user}")),
        Actor::System => None,
    }
}

/// Which way a write went that needs a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// The actor has it.
    On,
    /// The actor does not.
    Off,
}

impl Variant {
    /// Its name: `on` or `off`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}
