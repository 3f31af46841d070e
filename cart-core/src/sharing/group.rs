//! Kinds of access.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::permission::{Permission, Permissions};

/// Names a permission group: a number that stays the same for as long as the group exists (`company-shared-carts.md`
/// has it as an integer).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PermissionGroupId(pub u32);

impl fmt::Display for PermissionGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A kind of access that can be granted: a set of permissions with a number and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionGroup {
    /// Its number.
    pub id: PermissionGroupId,
    /// What people call it.
    pub name: String,
    /// What its members may do.
    pub permissions: Permissions,
}

const SEES: &[Permission] = &[Permission::ViewShared, Permission::View, Permission::Suggest];
const WORKS: &[Permission] =
    &[Permission::EditLines, Permission::EditSelections, Permission::ApplyCoupons, Permission::Manage];

impl PermissionGroup {
    /// The number of [`PermissionGroup::read_only`].
    pub const READ_ONLY: PermissionGroupId = PermissionGroupId(1);
    /// The number of [`PermissionGroup::full_access`].
    pub const FULL_ACCESS: PermissionGroupId = PermissionGroupId(2);

    /// Sees everything and suggests changes, but makes none.
    pub fn read_only() -> Self {
        Self { id: Self::READ_ONLY, name: "Read-only".into(), permissions: Permissions::of(SEES) }
    }

    /// Works on the cart as its owner does, but neither shares it, nor checks it out, nor gives it up.
    pub fn full_access() -> Self {
        let permissions = Permissions::of(SEES).and(Permissions::of(WORKS));
        Self { id: Self::FULL_ACCESS, name: "Full access".into(), permissions }
    }

    /// The same group that may also do something else.
    #[must_use]
    pub fn allowing(mut self, permission: Permission) -> Self {
        self.permissions = self.permissions.and(Permissions::of(&[permission]));
        self
    }
}
