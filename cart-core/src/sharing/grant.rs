//! Carts shared with users.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::PermissionGroupId;
use crate::actor::ActorRef;
use crate::id::{GrantId, UserId};

/// What one user of the cart's company may do with the cart, while acting for that company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Identifies the grant; unique over all carts.
    pub id: GrantId,
    /// To whom.
    pub user: UserId,
    /// What kind of access.
    pub group: PermissionGroupId,
    /// Who granted it.
    pub granted_by: ActorRef,
    /// When (UTC).
    pub granted_at: DateTime<Utc>,
}
