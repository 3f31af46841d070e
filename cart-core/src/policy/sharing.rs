//! How carts are shared.

use chrono::TimeDelta;

use crate::sharing::{PermissionGroup, PermissionGroupId};

/// How the carts of a channel are shared. By default they are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharingPolicy {
    /// The kinds of access that can be granted to colleagues; none if carts are not shared with users.
    pub groups: Vec<PermissionGroup>,
    /// Grants of a cart; at most [`SharingPolicy::MAX_GRANTS`].
    pub max_grants: usize,
    /// Whether carts are shared by link.
    pub links: Links,
    /// What is suggested.
    pub suggestions: Suggestions,
    /// Whether those who look at a cart see who else does.
    pub presence: bool,
}

/// Whether carts are shared by link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// No.
    Refused,
    /// Yes.
    Allowed {
        /// How long a link opens the cart if its maker does not say.
        lifetime: Option<TimeDelta>,
        /// How long a link may open the cart at the most, from the moment at which its end is chosen.
        longest: Option<TimeDelta>,
        /// Links of a cart, expired ones included; at most [`SharingPolicy::MAX_LINKS`].
        max: usize,
    },
}

/// How many suggestions may wait for a decision, where stale ones count, and how many may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestions {
    /// Of a cart; none if nothing can be suggested. At most [`SharingPolicy::MAX_SUGGESTIONS`].
    pub max: usize,
    /// Of one author.
    pub max_by_author: usize,
    /// With one link or one grant as long as it lives, whatever became of those before: whoever may only suggest and
    /// withdraw would else write for ever. At most [`SharingPolicy::MAX_SUGGESTED`].
    pub max_made: usize,
}

impl SharingPolicy {
    /// The most grants that any policy may allow.
    pub const MAX_GRANTS: usize = 100;
    /// The most links that any policy may allow.
    pub const MAX_LINKS: usize = 20;
    /// The most suggestions that any policy may allow.
    pub const MAX_SUGGESTIONS: usize = 200;
    /// The most suggestions that any policy may allow to be made with one link or grant.
    pub const MAX_SUGGESTED: usize = 1_000;
    /// The most permission groups.
    pub const MAX_GROUPS: usize = 50;

    /// The permission group with this number.
    pub fn group(&self, id: PermissionGroupId) -> Option<&PermissionGroup> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// Whether carts are shared by link.
    pub const fn has_links(&self) -> bool {
        match self.links {
            Links::Refused => false,
            Links::Allowed { .. } => true,
        }
    }
}

impl Default for SharingPolicy {
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            max_grants: Self::MAX_GRANTS,
            links: Links::Refused,
            suggestions: Suggestions { max: 0, max_by_author: 0, max_made: 0 },
            presence: false,
        }
    }
}
