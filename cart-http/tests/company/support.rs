//! A company's carts, and clients that ask for them.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, header};
use cart_core::actor::{Actor, GuestToken};
use cart_core::command::{Command, CreateCart};
use cart_core::id::{CartId, CompanyId, UserId};
use cart_core::memory::MemoryDirectory;
use cart_core::money::Currency;
use cart_core::policy::{CartPolicy, TaxPolicy};
use cart_core::service::{Caller, CartService, Target};
use cart_core::testing::samples::{channel, name};
use cart_core::testing::{CountingIds, FailingStore, FixedCatalog, ManualClock};
use cart_http::company::{BaseAddress, in_form, router};
use cart_http::rate::{Quota, RateLimits, TrustedProxies};
use cart_http::{AuthError, Authenticator, Guard};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower_service::Service as _;

use crate::on_file::store_on_file;

pub(crate) const READ_ONLY: u32 = 1;
pub(crate) const FULL_ACCESS: u32 = 2;
pub(crate) const JSON_API: &str = "application/vnd.api+json";

/// Acme, where Ann, Bob, Carol and Dan work, and Globex, where Eve works, and Ann and Bob as well.
pub(crate) struct Acme {
    _folder: TempDir,
    pub(crate) service: Arc<CartService>,
    pub(crate) directory: Arc<MemoryDirectory>,
    pub(crate) store: Arc<FailingStore>,
    app: Router,
}

fn routes(service: &Arc<CartService>) -> Router {
    let base = BaseAddress::new("http://glue.mysprykershop.com").unwrap();
    router(Arc::clone(service), channel("company"), Arc::new(Names), base)
}

fn guarded(routes: Router) -> Router {
    Guard::new(Arc::new(CountingIds::default()), Arc::<ManualClock>::default()).around(routes)
}

impl Acme {
    pub(crate) fn open() -> Self {
        Self::open_with(|_| ())
    }

    pub(crate) fn open_with(change: impl FnOnce(&mut CartPolicy)) -> Self {
        let mut policy = CartPolicy::company();
        policy.pricing.tax = TaxPolicy::default();
        change(&mut policy);
        let directory = Arc::new(MemoryDirectory::default());
        for (user, company) in [
            ("ann", "acme"),
            ("bob", "acme"),
            ("carol", "acme"),
            ("dan", "acme"),
            ("eve", "globex"),
            ("ann", "globex"),
            ("bob", "globex"),
        ] {
            directory.put(CompanyId::new(company).unwrap(), UserId::new(user).unwrap());
        }
        let (store, folder) = store_on_file();
        let store = Arc::new(FailingStore::new(store));
        let clock = Arc::new(ManualClock::default());
        let catalog = FixedCatalog::default().with("mug", 1250, Currency::EUR);
        let service = CartService::builder(store.clone(), Arc::new(catalog))
            .channel(channel("company"), policy, Currency::EUR)
            .channel(channel("other"), CartPolicy::shared(), Currency::EUR)
            .directory(directory.clone())
            .clock(clock)
            .ids(Arc::new(CountingIds::default()))
            .build()
            .unwrap();
        let service = Arc::new(service);
        let app = guarded(routes(&service));
        Self { _folder: folder, service, directory, store, app }
    }

    /// The same, where everybody may write so often in a minute.
    pub(crate) fn with_writes(self, writes: u32) -> Self {
        let (quota, clock) = (Quota::new(writes, 60).unwrap(), Arc::<ManualClock>::default());
        let limits = RateLimits::of_writes("writes", quota, TrustedProxies::none(), clock);
        let limited = limits.around(Arc::new(Names), routes(&self.service));
        Self { app: guarded(in_form(limited)), ..self }
    }

    /// A client with this bearer token: `user@company`, `user`, or what [`Names`] knows.
    pub(crate) fn client(&self, token: &str) -> Client {
        self.nobody().with("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn ann(&self) -> Client {
        self.client("ann@acme")
    }

    pub(crate) fn bob(&self) -> Client {
        self.client("bob@acme")
    }

    pub(crate) fn carol(&self) -> Client {
        self.client("carol@acme")
    }

    pub(crate) fn nobody(&self) -> Client {
        Client { app: self.app.clone(), headers: Vec::new() }
    }

    /// A new cart of somebody's.
    pub(crate) async fn cart_of(&self, token: &str) -> CartId {
        self.cart_in("company", token).await
    }

    pub(crate) async fn cart_in(&self, channel_name: &str, token: &str) -> CartId {
        let caller = Caller::new(actor(token).unwrap());
        let cart = CreateCart { name: Some(name("Offsite")), ..CreateCart::default() };
        self.service.create(&caller, &channel(channel_name), &cart).await.unwrap().view.cart.id()
    }

    /// A cart of Ann's that Bob may read and Carol may work on.
    pub(crate) async fn shared_cart(&self) -> CartId {
        let cart = self.cart_of("ann@acme").await;
        self.ann().share(cart, "bob", READ_ONLY).await.made();
        self.ann().share(cart, "carol", FULL_ACCESS).await.made();
        cart
    }

    /// Does something to a cart without HTTP.
    pub(crate) async fn execute(&self, token: &str, cart: CartId, command: Command) {
        let caller = Caller::new(actor(token).unwrap());
        self.service.execute(&caller, &Target::Cart(cart), &command).await.unwrap();
    }

    /// Says that somebody has left Acme.
    pub(crate) fn leaves(&self, user: &str) {
        self.directory.remove(&CompanyId::new("acme").unwrap(), &UserId::new(user).unwrap());
    }
}

/// Takes what a token says for true.
#[derive(Debug)]
pub(crate) struct Names;

#[async_trait]
impl Authenticator for Names {
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        let value = request.headers.get(header::AUTHORIZATION).ok_or(AuthError::Missing)?;
        actor(value.to_str().unwrap().strip_prefix("Bearer ").unwrap())
    }
}

fn actor(token: &str) -> Result<Actor, AuthError> {
    Ok(match token.split_once('@') {
        Some((user, company)) => {
            Actor::User { user: UserId::new(user).unwrap(), company: Some(CompanyId::new(company).unwrap()) }
        }
        None if token == "guest" => Actor::Guest(GuestToken::from_random([7; 32])),
        None if token == "staff" => Actor::Staff(UserId::new("sam").unwrap()),
        None if token == "system" => Actor::System,
        None if token == "forged" => return Err(AuthError::Refused { reason: "forged" }),
        None if token == "down" => return Err(AuthError::Unavailable("a secret address".into())),
        None => Actor::user(UserId::new(token).unwrap()),
    })
}

/// Sends requests.
#[derive(Clone)]
pub(crate) struct Client {
    app: Router,
    headers: Vec<(String, String)>,
}

impl Client {
    /// The same with another header.
    pub(crate) fn with(&self, name: &str, value: impl ToString) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_string()));
        client
    }

    pub(crate) async fn get(&self, path: impl AsRef<str>) -> Reply {
        self.send(Method::GET, path, Vec::new()).await
    }

    pub(crate) async fn delete(&self, path: impl AsRef<str>) -> Reply {
        self.send(Method::DELETE, path, Vec::new()).await
    }

    pub(crate) async fn post(&self, path: impl AsRef<str>, document: &Value) -> Reply {
        self.with("content-type", JSON_API).send(Method::POST, path, document.to_string()).await
    }

    pub(crate) async fn patch(&self, path: impl AsRef<str>, document: &Value) -> Reply {
        self.with("content-type", JSON_API).send(Method::PATCH, path, document.to_string()).await
    }

    /// Shares a cart.
    pub(crate) async fn share(&self, cart: CartId, user: &str, group: u32) -> Reply {
        self.post(format!("/carts/{cart}/shared-carts"), &share(user, group)).await
    }

    /// Puts a share into another group.
    pub(crate) async fn regroup(&self, share: &str, group: u32) -> Reply {
        let document = json!({"data": {
            "type": "shared-carts", "id": share, "attributes": {"idCartPermissionGroup": group},
        }});
        self.patch(format!("/shared-carts/{share}"), &document).await
    }

    /// Hands a cart over.
    pub(crate) async fn hand_over(&self, cart: CartId, attributes: Value) -> Reply {
        let document = json!({"data": {"type": "cart-owners", "attributes": attributes}});
        self.post(format!("/carts/{cart}/owner"), &document).await
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, method: Method, path: impl AsRef<str>, body: impl Into<Bytes>) -> Reply {
        let mut request = Request::builder().method(method).uri(path.as_ref());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(body.into())).unwrap();
        let (head, body) = self.app.clone().call(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: head.status.as_u16(), headers: head.headers, json }
    }
}

/// The document that asks for a share.
pub(crate) fn share(user: &str, group: u32) -> Value {
    json!({"data": {
        "type": "shared-carts",
        "attributes": {"idCompanyUser": user, "idCartPermissionGroup": group},
    }})
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The document of an answer with 200.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!((self.status, self.header("content-type")), (200, Some(JSON_API)), "{}", self.json);
        self.json
    }

    /// The id of what was made.
    #[track_caller]
    pub(crate) fn made(self) -> String {
        assert_eq!((self.status, self.header("content-type")), (201, Some(JSON_API)), "{}", self.json);
        self.json["data"]["id"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn done(self) {
        assert_eq!((self.status, &self.json), (204, &Value::Null));
    }

    /// The one error object, which has this status and code.
    #[track_caller]
    pub(crate) fn error(self, status: u16, code: &str) -> Value {
        let error = &self.json["errors"][0];
        assert_eq!((self.status, &error["code"]), (status, &Value::from(code)), "{}", self.json);
        assert_eq!(self.header("content-type"), Some(JSON_API));
        assert_eq!(error["status"], status.to_string());
        assert!(error["title"].as_str().is_some_and(|title| !title.is_empty()));
        assert_eq!(self.json["errors"].as_array().map(Vec::len), Some(1));
        assert_eq!(self.json["meta"]["request_id"].as_str(), self.header("x-request-id"));
        assert!(self.header("x-request-id").is_some());
        error.clone()
    }
}

/// The ids of the resources of a list.
#[track_caller]
pub(crate) fn ids(document: &Value) -> Vec<String> {
    let data = document["data"].as_array().expect("a list").iter();
    data.map(|resource| resource["id"].as_str().unwrap().to_owned()).collect()
}
