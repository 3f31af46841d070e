//! What happened to carts, as lines of the log.

use async_trait::async_trait;
use cart_core::actor::ActorRef;
use cart_core::event::CartEvent;
use cart_core::journal::Entry;
use cart_core::port::{EventSink, SinkError};
use serde_json::Value;
use tracing::Level;

/// Logs each write at level `INFO`, with the target `cart_http::sinks`: which cart, which version, what kind of actor,
/// and the names of the events. Who it was, and what names, notes, codes and amounts were in it, is not logged.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSink;

const TARGET: &str = "cart_http::sinks";

#[async_trait]
impl EventSink for TracingSink {
    async fn deliver(&self, entry: &Entry) -> Result<(), SinkError> {
        if tracing::enabled!(target: TARGET, Level::INFO) {
            let events: Vec<String> = entry.events.iter().map(name).collect();
            tracing::info!(
                target: TARGET,
                cart = %entry.cart,
                version = entry.version.get(),
                actor = kind(&entry.actor),
                events = events.join(","),
                "cart changed"
            );
        }
        Ok(())
    }
}

/// What kind of actor it was.
pub(super) const fn kind(actor: &ActorRef) -> &'static str {
    match actor {
        ActorRef::User { .. } => "user",
        ActorRef::Guest { .. } => "guest",
        ActorRef::LinkBearer { .. } => "link_bearer",
        ActorRef::Staff { .. } => "staff",
        ActorRef::System => "system",
    }
}

/// The name by which the journal knows an event.
fn name(event: &CartEvent) -> String {
    let mut tagged = serde_json::to_value(event).unwrap_or_default();
    match tagged.get_mut("event").map(Value::take) {
        Some(Value::String(name)) => name,
        Some(_) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use cart_core::testing::samples::{note, user};

    use super::*;

    #[test]
    fn an_event_is_named_as_in_the_journal() {
        let changed = CartEvent::NoteChanged { note: Some(note("for the office")) };
        assert_eq!(name(&changed), "note_changed");
    }

    #[test]
    fn kinds_of_actors_are_named_as_in_the_journal() {
        for actor in [user("ann").to_ref(), ActorRef::System] {
            assert_eq!(serde_json::to_value(&actor).unwrap()["kind"], kind(&actor));
        }
    }
}
