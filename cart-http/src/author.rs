//! Who did something, as it is answered.

use cart_core::actor::{ActorRef, Owner};
use serde::Serialize;

/// Somebody who did something. Digests of tokens are of no use to readers.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Author"))]
pub(crate) struct AuthorBody<'a> {
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = ["user", "guest", "link_bearer", "staff", "system"])))]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
}

impl<'a> AuthorBody<'a> {
    pub(crate) fn of(actor: &'a ActorRef) -> Self {
        let (kind, user_id) = match actor {
            ActorRef::User { user, .. } => ("user", Some(user.as_str())),
            ActorRef::Guest { .. } => ("guest", None),
            ActorRef::LinkBearer { .. } => ("link_bearer", None),
            ActorRef::Staff { user } => ("staff", Some(user.as_str())),
            ActorRef::System => ("system", None),
        };
        Self { kind, user_id }
    }
}

impl<'a> From<&'a Owner> for AuthorBody<'a> {
    fn from(owner: &'a Owner) -> Self {
        let (kind, user_id) = match owner {
            Owner::User { user, .. } => ("user", Some(user.as_str())),
            Owner::Guest { .. } => ("guest", None),
        };
        Self { kind, user_id }
    }
}
