//! What may be permitted on a cart; who holds which is decided in [`authorise`](crate::authorise).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that may be permitted on a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See what a share link shows of the cart.
    ViewShared,
    /// See the whole cart, its totals, its suggestions and whom it is shared with.
    View,
    /// Add, change and remove lines; acknowledge prices; accept and decline suggestions.
    EditLines,
    /// Choose address, shipping and payment method.
    EditSelections,
    /// Add and remove coupon codes, refuse and accept gifts.
    ApplyCoupons,
    /// Suggest changes.
    Suggest,
    /// Grant others access, change and revoke that, and make links.
    Share,
    /// Check the cart out.
    CheckOut,
    /// Change name, note, settings, metadata and currency; read the history.
    Manage,
    /// Give up what was granted to oneself. Everybody to whom a cart was granted may; no group names it.
    Leave,
    /// Give the cart up, recover, duplicate, merge or hand it over. Only its owner may; no group names it.
    Own,
    /// Do what only the host's jobs do, such as expiring it. No group names it.
    Operate,
}

impl Permission {
    /// All permissions, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::ViewShared,
        Self::View,
        Self::EditLines,
        Self::EditSelections,
        Self::ApplyCoupons,
        Self::Suggest,
        Self::Share,
        Self::CheckOut,
        Self::Manage,
        Self::Leave,
        Self::Own,
        Self::Operate,
    ];

    /// Whether a permission group may name it.
    pub const fn is_grantable(self) -> bool {
        match self {
            Self::ViewShared
            | Self::View
            | Self::EditLines
            | Self::EditSelections
            | Self::ApplyCoupons
            | Self::Suggest
            | Self::Share
            | Self::CheckOut
            | Self::Manage => true,
            Self::Leave | Self::Own | Self::Operate => false,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of permissions.
///
/// ```
/// use cart_core::permission::{Permission, Permissions};
///
/// let some = Permissions::of(&[Permission::View, Permission::Suggest]);
/// assert!(some.contains(Permission::View) && !some.contains(Permission::EditLines));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Permission>", into = "Vec<Permission>")]
pub struct Permissions(u16);

impl Permissions {
    /// No permission.
    pub const NONE: Self = Self(0);

    /// Those named.
    pub const fn of(permissions: &[Permission]) -> Self {
        let (mut bits, mut rest) = (0, permissions);
        while let [first, others @ ..] = rest {
            bits |= first.bit();
            rest = others;
        }
        Self(bits)
    }

    /// Those of either set.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a permission is in the set.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all permissions of another set are in this one.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is none in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The permissions in it, in their order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl From<Vec<Permission>> for Permissions {
    fn from(permissions: Vec<Permission>) -> Self {
        Self::of(&permissions)
    }
}

impl From<Permissions> for Vec<Permission> {
    fn from(permissions: Permissions) -> Self {
        permissions.iter().collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        permissions.into_iter().fold(Self::NONE, |set, permission| set.and(Self::of(&[permission])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_reads_back() {
        for permission in Permission::ALL {
            let set = Permissions::of(&[permission]);
            assert_eq!(set.iter().collect::<Vec<_>>(), [permission]);
        }
        let all: Permissions = Permission::ALL.into_iter().collect();
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Permissions>(&json).unwrap(), all);
        assert!(all.includes(Permissions::NONE) && !Permissions::NONE.includes(all));
    }
}
