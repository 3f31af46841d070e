//! What is asked of the service, whatever the kind, so that all of it takes one path.

use serde::Serialize;
use uuid::Builder;

use super::cache::CurrentKey;
use super::view::Target;
use super::{CartError, CartService};
use crate::actor::{Actor, ActorRef, Owner};
use crate::command::{BuyNow, Command, CreateCart, DuplicateCart, MergeCarts};
use crate::id::{CartId, ChannelId};
use crate::journal::{Fingerprint, RequestKey, digest_128};
use crate::port::Capability;
use crate::rejection::Rejection;

/// Something that writes.
#[derive(Debug, Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub(super) enum Task<'a> {
    Create {
        channel: &'a ChannelId,
        cart: &'a CreateCart,
    },
    FirstRead {
        channel: &'a ChannelId,
    },
    Execute {
        target: &'a Target,
        command: &'a Command,
    },
    BuyNow {
        channel: &'a ChannelId,
        purchase: &'a BuyNow,
    },
    Duplicate {
        copy: &'a DuplicateCart,
    },
    Merge {
        #[serde(serialize_with = "without_secret")]
        guest: &'a Actor,
        channel: &'a ChannelId,
        merge: &'a MergeCarts,
    },
}

fn without_secret<S: serde::Serializer>(actor: &&Actor, serializer: S) -> Result<S::Ok, S::Error> {
    actor.to_ref().serialize(serializer)
}

/// What commands wait for in turn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum TurnKey {
    /// A cart that exists.
    Cart(CartId),
    /// An owner's carts that are about to be made.
    Owner(ChannelId, Owner),
}

impl Task<'_> {
    /// Tells the task from another one.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        // Only maps with keys that are not text could fail, and there are none.
        Fingerprint::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// What it is called where it is counted.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::FirstRead { .. } => "first_read",
            Self::Execute { command, .. } => command.name(),
            Self::BuyNow { .. } => "buy_now",
            Self::Duplicate { .. } => "duplicate",
            Self::Merge { .. } => "merge",
        }
    }

    /// The capability that it needs.
    pub(super) const fn capability(&self) -> Option<Capability> {
        match self {
            Self::Execute { command, .. } => Capability::of(command),
            Self::Create { .. }
            | Self::FirstRead { .. }
            | Self::BuyNow { .. }
            | Self::Duplicate { .. }
            | Self::Merge { .. } => None,
        }
    }

    /// Whether it does what can be done to a cart whose lifetime has ended.
    pub(super) fn takes_expired(&self) -> bool {
        match self {
            Self::Execute { command, .. } => matches!(command, Command::Expire | Command::Recover),
            Self::Duplicate { .. } => true,
            Self::Create { .. } | Self::FirstRead { .. } | Self::BuyNow { .. } | Self::Merge { .. } => false,
        }
    }
}

impl CartService {
    /// The id of a cart that a request with a key of the caller's makes. It follows from the key, so that the same
    /// request finds the cart that it made before.
    pub(super) fn id_for_request(actor: &ActorRef, channel: &ChannelId, key: &RequestKey) -> CartId {
        let actor = serde_json::to_vec(actor).unwrap_or_default();
        let digest = digest_128(&[&actor, channel.as_str().as_bytes(), key.as_str().as_bytes()]);
        CartId::from_uuid(Builder::from_custom_bytes(digest.into_bytes()).into_uuid())
    }

    /// Whose current cart, and where.
    pub(super) fn current_key(actor: &Actor, channel: &ChannelId) -> Result<CurrentKey, CartError> {
        let owner = actor.owner().ok_or(Rejection::CannotOwn)?;
        Ok((channel.clone(), owner))
    }
}

impl Task<'_> {
    /// The channel that the task names.
    pub(super) fn channel(&self) -> Option<&ChannelId> {
        match self {
            Self::Create { channel, .. }
            | Self::FirstRead { channel }
            | Self::BuyNow { channel, .. }
            | Self::Merge { channel, .. } => Some(channel),
            Self::Execute { target: Target::Current(channel), .. } => Some(channel),
            Self::Execute { target: Target::Cart(_) | Target::Linked, .. } | Self::Duplicate { .. } => None,
        }
    }
}
