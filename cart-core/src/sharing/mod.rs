//! Who else may do what with a cart: permission groups, grants, share links, suggestions.
//!
//! A cart is shared with colleagues by a [`Grant`], which puts one user of the cart's company into a
//! [`PermissionGroup`] of the channel's policy; and with anybody by a [`ShareLink`], whose token opens a reduced view.
//! Both end with the cart: they open only one that is active or being checked out.

mod grant;
mod group;
mod link;
mod suggestion;
mod view;

pub use self::grant::Grant;
pub use self::group::{PermissionGroup, PermissionGroupId};
pub use self::link::{LinkChanges, LinkDigest, LinkShows, LinkTerms, LinkToken, LinkTokenError, ShareLink};
pub use self::suggestion::{Proposal, Suggestion};
pub use self::view::{SharedCart, SharedLine, SharedPrice, SharedPrices};
