//! A host whose carts are watched, and readers of its streams.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Request, Response};
use axum::routing::get;
use cart_core::actor::Actor;
use cart_core::command::{AddLine, Command, LineEdit};
use cart_core::id::{CartId, LinkId};
use cart_core::memory::{MemoryDirectory, MemoryStore};
use cart_core::money::Currency;
use cart_core::policy::{CartPolicy, SharingPolicy};
use cart_core::service::{CartService, Target};
use cart_core::sharing::{LinkShows, LinkTerms, LinkToken, PermissionGroup};
use cart_core::testing::samples::{channel, company_id, product, quantity, user_for, user_id};
use cart_core::testing::{CountingIds, FailingStore, FixedCatalog, ManualClock, RecordingTimer};
use cart_http::live::{self, LiveHub, LiveLimits, Resume};
use cart_http::{Guard, Problem, ProblemCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower_service::Service as _;

/// A host with carts of the company `acme`, which are shared in every way.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) service: Arc<CartService>,
    pub(crate) hub: Arc<LiveHub>,
    pub(crate) store: Arc<FailingStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) directory: Arc<MemoryDirectory>,
}

pub(crate) fn policy() -> CartPolicy {
    let (company, shared) = (CartPolicy::company(), CartPolicy::shared());
    let sharing = SharingPolicy { links: shared.sharing.links, ..company.sharing };
    CartPolicy { sharing, pricing: shared.pricing, ..company }
}

impl Host {
    pub(crate) fn new() -> Self {
        Self::with(policy(), LiveLimits::default())
    }

    pub(crate) fn limited(limit: impl FnOnce(&mut LiveLimits)) -> Self {
        let mut limits = LiveLimits::default();
        limit(&mut limits);
        Self::with(policy(), limits)
    }

    pub(crate) fn with(policy: CartPolicy, limits: LiveLimits) -> Self {
        let store = Arc::new(FailingStore::new(Arc::new(MemoryStore::default())));
        let clock = Arc::new(ManualClock::default());
        let hub = Arc::new(LiveHub::with_limits(limits, clock.clone()));
        let directory = Arc::new(MemoryDirectory::default());
        for name in ["ann", "bob", "carl", "dan"] {
            directory.put(company_id("acme"), user_id(name));
        }
        Self::over(store, clock, hub, directory, policy)
    }

    pub(crate) fn over(
        store: Arc<FailingStore>,
        clock: Arc<ManualClock>,
        hub: Arc<LiveHub>,
        directory: Arc<MemoryDirectory>,
        policy: CartPolicy,
    ) -> Self {
        let catalog = FixedCatalog::default().with("mug", 1250, Currency::EUR);
        let service = CartService::builder(store.clone(), Arc::new(catalog))
            .channel(channel("shop"), policy, Currency::EUR)
            .directory(directory.clone())
            .clock(clock.clone())
            .ids(Arc::new(CountingIds::default()))
            .timer(Arc::new(RecordingTimer::default()))
            .publisher(hub.clone())
            .build()
            .unwrap();
        Self { service: Arc::new(service), hub, store, clock, directory }
    }

    pub(crate) fn router(&self) -> Router {
        let routes = Router::new()
            .route("/carts/{cart}", get(by_id))
            .route("/links/{token}", get(by_link))
            .with_state(self.clone());
        Guard::new(Arc::new(CountingIds::default()), self.clock.clone()).around(routes)
    }

    /// A cart of Ann's with a mug in it: version 2.
    pub(crate) async fn cart(&self) -> CartId {
        let made = self.service.create(&ann().into(), &channel("shop"), &Default::default()).await.unwrap();
        let cart = made.view.cart.id();
        self.add(cart).await;
        cart
    }

    /// Adds a mug.
    pub(crate) async fn add(&self, cart: CartId) {
        let add = AddLine::new(product("mug"), quantity(1));
        self.execute(ann(), cart, Command::Edit(LineEdit::Add(add))).await;
    }

    pub(crate) async fn execute(&self, actor: Actor, cart: CartId, command: Command) -> Option<LinkToken> {
        self.service.execute(&actor.into(), &Target::Cart(cart), &command).await.unwrap().token
    }

    /// Shares a cart with Bob, who may only look.
    pub(crate) async fn share(&self, cart: CartId) {
        self.execute(ann(), cart, Command::Share { user: user_id("bob"), group: PermissionGroup::READ_ONLY })
            .await;
    }

    pub(crate) async fn unshare(&self, cart: CartId) {
        let grant = self.service.grants(&ann(), &Target::Cart(cart)).await.unwrap()[0].id;
        self.execute(ann(), cart, Command::RevokeGrant { grant }).await;
    }

    /// Makes a link that shows everything that links show.
    pub(crate) async fn link(&self, cart: CartId) -> LinkToken {
        let shows = LinkShows { prices: true, names: true };
        self.link_with(cart, LinkTerms { shows, ..LinkTerms::default() }).await
    }

    pub(crate) async fn link_with(&self, cart: CartId, terms: LinkTerms) -> LinkToken {
        self.execute(ann(), cart, Command::CreateLink { terms }).await.unwrap()
    }

    pub(crate) async fn only_link(&self, cart: CartId) -> LinkId {
        self.service.links(&ann(), &Target::Cart(cart)).await.unwrap()[0].link.id
    }

    /// What somebody asks for a stream is answered with.
    pub(crate) async fn ask(&self, who: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::get(path).header("x-user", who);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router().call(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// Somebody's stream of a cart.
    pub(crate) async fn watch(&self, who: &str, cart: CartId) -> Reader {
        Reader::of(self.ask(who, &format!("/carts/{cart}"), &[]).await)
    }

    /// The same, after a version.
    pub(crate) async fn watch_after(&self, who: &str, cart: CartId, version: u64) -> Reader {
        let last = version.to_string();
        Reader::of(self.ask(who, &format!("/carts/{cart}"), &[("last-event-id", &last)]).await)
    }

    /// The stream of whoever holds a link.
    pub(crate) async fn watch_link(&self, token: &LinkToken) -> Reader {
        Reader::of(self.ask("", &format!("/links/{}", token.reveal()), &[]).await)
    }
}

pub(crate) fn ann() -> Actor {
    user_for("ann", "acme")
}

async fn by_id(
    State(host): State<Host>,
    Path(cart): Path<CartId>,
    headers: HeaderMap,
    resume: Resume,
) -> Result<axum::response::Response, Problem> {
    let actor = match headers["x-user"].to_str().unwrap() {
        "staff" => Actor::Staff(user_id("sam")),
        name => user_for(name, "acme"),
    };
    live::open(&host.hub, &host.service, actor, &Target::Cart(cart), resume).await
}

async fn by_link(
    State(host): State<Host>,
    Path(token): Path<String>,
    resume: Resume,
) -> Result<axum::response::Response, Problem> {
    let token = token.parse().map_err(|_| Problem::new(ProblemCode::CartNotFound))?;
    live::open(&host.hub, &host.service, Actor::LinkBearer(token), &Target::Linked, resume).await
}

/// One message of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) event: String,
    pub(crate) id: Option<u64>,
    pub(crate) data: Value,
}

impl Message {
    fn parse(text: &str) -> Self {
        let mut message = Self { event: "heartbeat".into(), id: None, data: Value::Null };
        for line in text.lines() {
            match line.split_once(':').unwrap() {
                ("event", event) => message.event = event.trim().into(),
                ("id", id) => message.id = Some(id.trim().parse().unwrap()),
                ("data", data) => message.data = serde_json::from_str(data).unwrap(),
                ("", comment) if comment.trim().is_empty() => {}
                other => unreachable!("{other:?}"),
            }
        }
        message
    }
}

/// Somebody who reads a stream.
pub(crate) struct Reader {
    body: Body,
    text: String,
}

impl Reader {
    #[track_caller]
    pub(crate) fn of(answer: Response<Body>) -> Self {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        Self { body: answer.into_body(), text: String::new() }
    }

    /// The next message, signs of life included; none at the end.
    pub(crate) async fn any(&mut self) -> Option<Message> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let message = Message::parse(message);
                self.text = rest.to_owned();
                return Some(message);
            }
            let frame = self.body.frame().await?.unwrap();
            self.text.push_str(str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }

    /// The next message that is no sign of life and not about who is looking.
    pub(crate) async fn next(&mut self) -> Message {
        loop {
            let message = self.any().await.expect("a message");
            if message.event != "heartbeat" && message.event != "presence" {
                return message;
            }
        }
    }

    /// The same, which is of this kind.
    pub(crate) async fn expect(&mut self, event: &str) -> Value {
        let message = self.next().await;
        assert_eq!(message.event, event, "{message:?}");
        message.data
    }

    /// Asserts that the stream ends now, saying why.
    pub(crate) async fn expect_end(&mut self, reason: &str) {
        assert_eq!(self.expect("end").await["reason"], reason);
        assert_eq!(self.any().await, None);
    }

    /// Asserts that nothing is told until the next sign of life.
    pub(crate) async fn expect_nothing(&mut self) {
        assert_eq!(self.any().await.unwrap().event, "heartbeat");
    }

    /// Who is looking, as told next.
    pub(crate) async fn presence(&mut self) -> Value {
        let message = self.any().await.unwrap();
        assert_eq!((&*message.event, message.id), ("presence", None), "{message:?}");
        message.data
    }
}
