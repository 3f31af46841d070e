//! Resources, as they are shown.

use cart_core::actor::Owner;
use cart_core::cart::Cart;
use cart_core::id::{CartId, UserId};
use cart_core::permission::Permissions;
use cart_core::port::CartSummary;
use cart_core::sharing::{Grant, PermissionGroup, PermissionGroupId};
use cart_core::version::Version;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::base::BaseAddress;

pub(super) const SHARED_CARTS: &str = "shared-carts";
pub(super) const GROUPS: &str = "cart-permission-groups";
pub(super) const CARTS: &str = "carts";
pub(super) const OWNERS: &str = "cart-owners";

/// A [resource object](https://jsonapi.org/format/1.1/#document-resource-objects).
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyResource{A}"))]
pub(super) struct Resource<A> {
    r#type: &'static str,
    id: String,
    attributes: A,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationships: Option<Relationships>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<SelfLink>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanySelfLink"))]
pub(super) struct SelfLink {
    #[serde(rename = "self")]
    address: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyRelationships"))]
struct Relationships {
    #[serde(rename = "cart-permission-groups")]
    groups: Linkage,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyLinkage"))]
struct Linkage {
    data: [Identifier; 1],
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyIdentifier"))]
struct Identifier {
    r#type: &'static str,
    id: String,
}

impl<A> Resource<A> {
    fn new(kind: &'static str, id: impl ToString, attributes: A, base: &BaseAddress) -> Self {
        let id = id.to_string();
        let address = base.join(&format!("/{kind}/{id}"));
        Self { r#type: kind, id, attributes, relationships: None, links: Some(SelfLink { address }) }
    }

    /// Where it is found.
    pub(super) fn address(&self) -> Option<&str> {
        self.links.as_ref().map(|links| links.address.as_str())
    }
}

/// With whom a cart is shared, and how.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyShare"))]
#[serde(rename_all = "camelCase")]
pub(super) struct ShareBody {
    id_company_user: UserId,
    id_cart_permission_group: PermissionGroupId,
}

pub(super) fn share(grant: &Grant, base: &BaseAddress) -> Resource<ShareBody> {
    let attributes = ShareBody { id_company_user: grant.user.clone(), id_cart_permission_group: grant.group };
    Resource::new(SHARED_CARTS, grant.id, attributes, base)
}

/// A kind of access.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyGroup"))]
pub(super) struct GroupBody {
    name: String,
    permissions: Permissions,
}

pub(super) fn group(group: &PermissionGroup, base: &BaseAddress) -> Resource<GroupBody> {
    let attributes = GroupBody { name: group.name.clone(), permissions: group.permissions };
    Resource::new(GROUPS, group.id, attributes, base)
}

/// A cart, without what is in it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyCart"))]
#[serde(rename_all = "camelCase")]
pub(super) struct CartBody {
    name: Option<String>,
    /// None for a guest's, which is never shown here.
    id_owner: Option<UserId>,
    #[cfg_attr(feature = "openapi", schemars(with = "cart_core::status::StatusName"))]
    status: &'static str,
    version: Version,
    line_count: usize,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl CartBody {
    pub(super) fn of(cart: &Cart) -> Self {
        Self {
            name: cart.name().map(ToString::to_string),
            id_owner: user_of(cart.owner()),
            status: cart.status().name().as_str(),
            version: cart.version(),
            line_count: cart.lines().len(),
            created_at: cart.created_at(),
            updated_at: cart.updated_at(),
        }
    }

    pub(super) fn listed(cart: &CartSummary, owner: &Owner) -> Self {
        Self {
            name: cart.name.as_ref().map(ToString::to_string),
            id_owner: user_of(owner),
            status: cart.status.as_str(),
            version: cart.version,
            line_count: cart.lines,
            created_at: cart.created_at,
            updated_at: cart.updated_at,
        }
    }
}

fn user_of(owner: &Owner) -> Option<UserId> {
    match owner {
        Owner::User { user, .. } => Some(user.clone()),
        Owner::Guest { .. } => None,
    }
}

/// A cart of the caller's, or one that is shared with them in a permission group.
pub(super) fn cart(
    id: CartId,
    attributes: CartBody,
    shared_as: Option<PermissionGroupId>,
    base: &BaseAddress,
) -> Resource<CartBody> {
    let relationships = shared_as.map(|group| Relationships {
        groups: Linkage { data: [Identifier { r#type: GROUPS, id: group.to_string() }] },
    });
    Resource { relationships, ..Resource::new(CARTS, id, attributes, base) }
}

/// Whose a cart is.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyOwner"))]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnerBody {
    id_company_user: Option<UserId>,
}

pub(super) fn owner(cart: &Cart) -> Resource<OwnerBody> {
    let attributes = OwnerBody { id_company_user: user_of(cart.owner()) };
    let id = cart.id().to_string();
    Resource { r#type: OWNERS, id, attributes, relationships: None, links: None }
}
