//! What a webhook says.

use cart_core::actor::ActorRef;
use cart_core::history::{Change, Sight};
use cart_core::id::CartId;
use cart_core::journal::Entry;
use cart_core::version::Version;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::change;
use crate::sinks::trace::kind;

/// The body of a webhook; described at [`WebhookSink`](super::WebhookSink).
#[derive(Serialize)]
pub(super) struct Payload<'a> {
    r#type: &'static str,
    timestamp: DateTime<Utc>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    cart_id: CartId,
    version: Version,
    actor: ActorBody<'a>,
    events: Value,
}

/// Who it was, without the digests of tokens: they are of use to nobody outside.
#[derive(Serialize)]
struct ActorBody<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_id: Option<&'a str>,
}

impl<'a> Payload<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        let mut seen = change::body(&Change::seen(entry, Sight::Full));
        let events = seen.get_mut("what").map(Value::take).unwrap_or_default();
        let actor = ActorBody::of(&entry.actor);
        let data = Data { cart_id: entry.cart, version: entry.version, actor, events };
        Self { r#type: "cart.changed", timestamp: entry.at, data }
    }
}

impl<'a> ActorBody<'a> {
    fn of(actor: &'a ActorRef) -> Self {
        let (user_id, company_id) = match actor {
            ActorRef::User { user, company } => (Some(user.as_str()), company.as_ref().map(|id| id.as_str())),
            ActorRef::Staff { user } => (Some(user.as_str()), None),
            ActorRef::Guest { .. } | ActorRef::LinkBearer { .. } | ActorRef::System => (None, None),
        };
        Self { kind: kind(actor), user_id, company_id }
    }
}
