//! Live updates: what happens to a cart, as it happens, as [server-sent events][sse].
//!
//! The host makes a [`LiveHub`], gives it to its service as the publisher and to the routers that have live updates:
//!
//! ```
//! use std::sync::Arc;
//!
//! use cart_core::memory::{MemoryCatalog, MemoryStore, SystemClock};
//! use cart_core::prelude::*;
//! use cart_http::live::LiveHub;
//!
//! let hub = Arc::new(LiveHub::new(Arc::new(SystemClock)));
//! let service = CartService::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryCatalog::default()))
//!     .channel(ChannelId::new("shared")?, CartPolicy::shared(), Currency::EUR)
//!     .publisher(hub.clone())
//!     .build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Messages
//!
//! | `event` | `id` | `data` |
//! |---|---|---|
//! | `ready` | the version after which changes follow | `version`: what the cart is at; always the first message |
//! | `change` | the version that it made | a [`Change`](cart_core::history::Change) as far as the reader may see it, with `item_id` for a line and amounts as decimal text |
//! | `resync` | the cart's version | `version`; changes before it were left out, so the cart is to be read anew |
//! | `presence` | | who is looking, where policy shows it: `users`, and how many `guests` and `links`; by a link only the `count` of all |
//! | `end` | | `reason`: `access_ended`, `checked_out`, `unavailable` (try again) or `shutting_down` (try again); always the last message |
//!
//! Versions have no gaps: between `ready`, `change` and `resync`, every version is told or said to be left out. A change of
//! which the reader may see nothing is told as one in which nothing happened. Comments are signs of life.
//!
//! A reader that comes back says in `Last-Event-ID` (browsers do) or `?after=` which version they know, and is told what
//! came after it; with more than 1,000 changes since, or a version that the cart has not, they are told to `resync`.
//!
//! # Who is told
//!
//! Whether the reader may read is proven again after every change, before who is looking is told, and with every sign of
//! life. A stream ends within a second of the revocation, of the end of its link, of the cart's lifetime or of the
//! checkout. Two things are noticed only with a sign of life: that somebody has left the company, which nobody tells, and
//! what other processes write, which the journal tells.
//!
//! [sse]: https://html.spec.whatwg.org/multipage/server-sent-events.html

mod hub;
mod limits;
mod message;
mod presence;
pub(crate) mod resume;
mod stream;

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use cart_core::actor::Actor;
use cart_core::service::{CartService, Target};
use futures_util::stream::{empty, unfold};

pub use self::hub::LiveHub;
pub use self::limits::LiveLimits;
pub use self::resume::Resume;
use self::stream::{Opened, Stream};
use crate::problem::{Problem, ProblemCode};

/// Tells proxies that know it not to collect what is to arrive at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Answers with the changes of a cart as they happen, for a router's own path to it. With a share link that is an opening
/// of it, if a stream begins: a request for the head alone, or one that is refused, uses nothing up.
///
/// # Errors
/// A [`Problem`]: [`ProblemCode::TooManyStreams`] if as many are open as may be, [`ProblemCode::CartNotFound`] for whoever may
/// not see what a link shows, and what the service cannot do.
pub async fn open(
    hub: &Arc<LiveHub>,
    service: &Arc<CartService>,
    actor: Actor,
    target: &Target,
    resume: Resume,
) -> Result<Response, Problem> {
    if resume.only_head {
        service.preview_watch(&actor, target).await?;
        return Ok(answer(empty()));
    }
    let slot = hub.admit().ok_or_else(too_many)?;
    let cart = service.preview_watch(&actor, target).await?.cart;
    let subscription = hub.subscribe(cart, slot).ok_or_else(too_many)?;
    // What was written before the subscription began is in this proof, and what came after it is in the subscription.
    let watch = service.watch(&actor, target).await?;
    let (hub, service) = (Arc::clone(hub), Arc::clone(service));
    Ok(answer(events(Stream::new(Opened { service, hub, actor, subscription, watch, resume }))))
}

fn too_many() -> Problem {
    const SOON: HeaderValue = HeaderValue::from_static("5");
    Problem::new(ProblemCode::TooManyStreams).header(header::RETRY_AFTER, SOON)
}

/// A message as it is sent.
type Told = Result<Event, axum::Error>;

fn events(stream: Stream) -> impl futures_util::Stream<Item = Told> + Send + 'static {
    unfold(stream, |mut stream| async {
        let message = stream.message().await?;
        Some((message.to_event(), stream))
    })
}

fn answer(events: impl futures_util::Stream<Item = Told> + Send + 'static) -> Response {
    let mut response = Sse::new(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}
