//! Who acts, and who owns a cart.

use serde::{Deserialize, Serialize};

use crate::id::{CompanyId, UserId};
use crate::sharing::{LinkDigest, LinkToken};
use crate::token::secret;

secret!(
    /// A guest's secret: 256 random bits that are the only proof of owning a guest cart.
    ///
    /// It is shown to its holder as 64 hexadecimal digits. Stores, logs and events only ever see its digest, the
    /// [`GuestId`].
    GuestToken,
    "a guest token",
    /// The SHA-256 digest of a [`GuestToken`]: identifies a guest without letting anybody act as one.
    GuestId,
    /// The digest by which stores know this guest.
    fn id,
    /// Text that is not a guest token.
    GuestTokenError
);

/// Who asks for something to be done. The host makes one from what it has authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in user, acting for a company or not.
    User {
        /// Who.
        user: UserId,
        /// The company the user acts for now; the same person acting for another company is somebody else here.
        company: Option<CompanyId>,
    },
    /// Whoever holds a guest token.
    Guest(GuestToken),
    /// Whoever holds the token of a share link.
    LinkBearer(LinkToken),
    /// A member of the host's staff: may look, for support.
    Staff(UserId),
    /// The host itself: jobs such as expiry.
    System,
}

impl Actor {
    /// A signed-in user who acts for nobody else.
    pub const fn user(user: UserId) -> Self {
        Self::User { user, company: None }
    }

    /// The same without secrets, as it is recorded.
    pub fn to_ref(&self) -> ActorRef {
        match self {
            Self::User { user, company } => ActorRef::User { user: user.clone(), company: company.clone() },
            Self::Guest(token) => ActorRef::Guest { guest: token.id() },
            Self::LinkBearer(token) => ActorRef::LinkBearer { token: token.digest() },
            Self::Staff(user) => ActorRef::Staff { user: user.clone() },
            Self::System => ActorRef::System,
        }
    }

    /// Whose carts this actor owns; none for link bearers, staff and the system, who own nothing.
    pub fn owner(&self) -> Option<Owner> {
        match self {
            Self::User { user, company } => {
                Some(Owner::User { user: user.clone(), company: company.clone() })
            }
            Self::Guest(token) => Some(Owner::Guest { guest: token.id() }),
            Self::LinkBearer(_) | Self::Staff(_) | Self::System => None,
        }
    }
}

/// Who did something, as recorded in the journal: an [`Actor`] without secrets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ActorRef {
    /// A signed-in user.
    User {
        /// Who.
        user: UserId,
        /// The company the user acted for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        company: Option<CompanyId>,
    },
    /// A guest, by the digest of the token.
    Guest {
        /// Which guest.
        guest: GuestId,
    },
    /// Whoever held the token of a share link, by its digest.
    LinkBearer {
        /// Which token.
        token: LinkDigest,
    },
    /// A member of the host's staff.
    Staff {
        /// Who.
        user: UserId,
    },
    /// The host itself.
    System,
}

/// Whose cart it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Owner {
    /// A user, in a company or not.
    User {
        /// Who.
        user: UserId,
        /// The company for which the user owns it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        company: Option<CompanyId>,
    },
    /// Whoever holds the token with this digest.
    Guest {
        /// Which guest.
        guest: GuestId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_never_shows_in_debug_output() {
        let token = GuestToken::from_random([0xab; 32]);
        assert_eq!(token.reveal().parse::<GuestToken>().unwrap(), token);
        assert!(!format!("{:?}", Actor::Guest(token)).contains("ab"));
    }

    #[test]
    fn text_that_is_no_token_is_refused() {
        for text in ["", "ab", &"AB".repeat(32), &"ab".repeat(33), &"zz".repeat(32), &"é".repeat(32)] {
            assert_eq!(text.parse::<GuestToken>(), Err(GuestTokenError), "{text}");
        }
    }

    #[test]
    fn the_same_person_for_another_company_owns_other_carts() {
        let user = UserId::new("ann").unwrap();
        let acme = Actor::User { user: user.clone(), company: Some(CompanyId::new("acme").unwrap()) };
        assert_ne!(acme.owner(), Actor::user(user).owner());
    }
}
