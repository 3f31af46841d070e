//! Friends who shop together, and clients that ask for their carts.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, header};
use cart_core::actor::{Actor, GuestToken, Owner};
use cart_core::command::Command;
use cart_core::id::{AddressId, CompanyId, PaymentMethodId, ShippingMethodId, UserId};
use cart_core::memory::{
    MemoryAddressBook, MemoryDirectory, MemoryMethodBook, MemoryOrders, MemoryPayments, MemoryPromotionBook,
    MemoryStore, RandomIds,
};
use cart_core::money::Currency;
use cart_core::policy::{CartPolicy, SharingPolicy};
use cart_core::port::Store;
use cart_core::selection::{Address, Method as ShopMethod};
use cart_core::service::{Caller, CartService, Target};
use cart_core::sharing::PermissionGroupId;
use cart_core::testing::samples::{channel, company_id, user_id};
use cart_core::testing::{CountingIds, FailingStore, FixedCatalog, ManualClock};
use cart_http::live::LiveHub;
use cart_http::rate::{Limits, Quota, RateLimiter, RateSettings};
use cart_http::shared::{ShareBase, router};
use cart_http::{AuthError, Authenticator, Guard};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower_service::Service as _;

use crate::on_file::store_on_file;

const BASE: &str = "https://shop.example/cart/share/";

/// Ann and her friends, who also work for Acme.
pub(crate) struct Friends {
    _folder: TempDir,
    pub(crate) service: Arc<CartService>,
    pub(crate) hub: Arc<LiveHub>,
    pub(crate) store: Arc<FailingStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) catalog: Arc<FixedCatalog>,
    pub(crate) payments: Arc<MemoryPayments>,
    app: Router,
}

impl Friends {
    pub(crate) fn meet() -> Self {
        Self::gather(CartPolicy::shared(), plenty(), None)
    }

    /// On a store in memory, for tests whose time goes on by itself when nobody has anything to do: threads of a store's are
    /// nobody to it.
    pub(crate) fn meet_in_memory() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::gather_on((Arc::new(MemoryStore::default()), folder), CartPolicy::shared(), plenty(), None)
    }

    /// Where delivery, payment and coupon codes count.
    pub(crate) fn meet_in_town() -> Self {
        let pricing = CartPolicy::storefront().pricing;
        Self::gather(CartPolicy { pricing, ..CartPolicy::shared() }, plenty(), None)
    }

    /// Where not much is to be had at once.
    pub(crate) fn meet_in_a_crowd(rates: RateSettings, limiter: Option<Arc<dyn RateLimiter>>) -> Self {
        Self::gather(CartPolicy::shared(), rates, limiter)
    }

    fn gather(shared: CartPolicy, rates: RateSettings, limiter: Option<Arc<dyn RateLimiter>>) -> Self {
        Self::gather_on(store_on_file(), shared, rates, limiter)
    }

    fn gather_on(
        (store, folder): (Arc<dyn Store>, TempDir),
        shared: CartPolicy,
        rates: RateSettings,
        limiter: Option<Arc<dyn RateLimiter>>,
    ) -> Self {
        let sharing =
            SharingPolicy { groups: CartPolicy::company().sharing.groups, ..shared.sharing.clone() };
        let store = Arc::new(FailingStore::new(store));
        let clock = Arc::new(ManualClock::default());
        let catalog =
            FixedCatalog::default().with("mug", 1250, Currency::EUR).with("pen", 120, Currency::EUR);
        let catalog = Arc::new(catalog);
        let hub = Arc::new(LiveHub::new(clock.clone()));
        let directory = Arc::new(MemoryDirectory::default());
        for name in ["ann", "bob", "carol"] {
            directory.put(company_id("acme"), user_id(name));
        }
        let payments = Arc::new(MemoryPayments::new(clock.clone(), Arc::new(RandomIds)));
        let service = CartService::builder(store.clone(), catalog.clone())
            .channel(channel("shared"), CartPolicy { sharing, ..shared }, Currency::EUR)
            .directory(directory)
            .addresses(Arc::new(addresses()))
            .methods(Arc::new(methods()))
            .promotions(Arc::new(promotions()))
            .clock(clock.clone())
            .ids(Arc::new(CountingIds::default()))
            .publisher(hub.clone())
            .orders(Arc::new(MemoryOrders::new(clock.clone(), Arc::new(RandomIds))))
            .payments(payments.clone())
            .build()
            .unwrap();
        let service = Arc::new(service);
        let base = ShareBase::new("https://shop.example").unwrap();
        let limits = Limits::new(rates, clock.clone());
        let limits = limiter.map_or(limits.clone(), |limiter| limits.counted_by(&limiter));
        let routes = router(service.clone(), channel("shared"), Arc::new(Names), base, hub.clone(), &limits);
        let app = Guard::new(Arc::new(CountingIds::default()), clock.clone()).around(routes);
        Self { _folder: folder, service, hub, store, clock, catalog, payments, app }
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

    pub(crate) fn nobody(&self) -> Client {
        Client { app: self.app.clone(), headers: Vec::new() }
    }

    /// A cart of Ann's with two mugs: version 2.
    pub(crate) async fn cart(&self) -> String {
        let made = self.ann().post("create", json!({"cart_name": "Vacation"})).await.made();
        let cart = made["cart_id"].as_str().unwrap().to_owned();
        self.ann().post(&format!("{cart}/add-item"), json!({"product_id": "mug", "quantity": 2})).await.ok();
        cart
    }

    /// Ann's new link to a cart: its token.
    pub(crate) async fn link(&self, cart: &str, terms: Value) -> String {
        token(&self.ann().post(&format!("{cart}/share"), terms).await.made())
    }

    /// The only item of a cart.
    pub(crate) async fn item(&self, cart: &str) -> String {
        self.view(cart).await.cart.lines()[0].id.to_string()
    }

    pub(crate) async fn view(&self, cart: &str) -> cart_core::service::CartView {
        let ann = actor("ann@acme").unwrap();
        self.service.cart(&ann, &Target::Cart(cart.parse().unwrap())).await.unwrap()
    }

    pub(crate) async fn version(&self, cart: &str) -> u64 {
        self.view(cart).await.cart.version().get()
    }

    /// Does something to a cart of Ann's without HTTP.
    pub(crate) async fn execute(&self, cart: &str, command: Command) {
        let caller = Caller::new(actor("ann@acme").unwrap());
        self.service.execute(&caller, &Target::Cart(cart.parse().unwrap()), &command).await.unwrap();
    }

    /// Lets a colleague in: 1 to look, 2 to work on it.
    pub(crate) async fn grant(&self, cart: &str, user: &str, group: u32) {
        self.execute(cart, Command::Share { user: user_id(user), group: PermissionGroupId(group) }).await;
    }
}

/// The token of the link that was answered.
#[track_caller]
pub(crate) fn token(made: &Value) -> String {
    let link = made["shareable_link"].as_str().expect("a link");
    let token = link.strip_prefix(BASE).expect("the host's address");
    assert!(token.len() == 64 && token.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{token}");
    token.to_owned()
}

/// Takes what a token says for true.
#[derive(Debug)]
struct Names;

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
        None if token == "forged" => return Err(AuthError::Refused { reason: "forged" }),
        None => Actor::user(UserId::new(token).unwrap()),
    })
}

/// Sends requests, to paths below `/api/cart/`.
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

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let mut client = self.clone();
        if body.is_some() {
            client = client.with("content-type", "application/json");
        }
        client.send_text(method, path, &body.map(|body| body.to_string()).unwrap_or_default()).await
    }

    /// Sends a request as it is.
    pub(crate) async fn send_text(&self, method: Method, path: &str, body: &str) -> Reply {
        let (head, body) = self.open(method, path, body.to_owned()).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: head.status.as_u16(), headers: head.headers, json, bytes }
    }

    /// The answer as it begins.
    pub(crate) async fn open(&self, method: Method, path: &str, body: String) -> axum::http::Response<Body> {
        let mut request = Request::builder().method(method).uri(format!("/api/cart/{path}"));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        self.app.clone().call(request.body(Body::from(body)).unwrap()).await.unwrap()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
    pub(crate) bytes: Bytes,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    fn with_status(self, status: u16) -> Value {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, Some("application/json")),
            "{}",
            self.json
        );
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self.json
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        self.with_status(200)
    }

    #[track_caller]
    pub(crate) fn made(self) -> Value {
        self.with_status(201)
    }

    #[track_caller]
    pub(crate) fn done(self) {
        assert_eq!((self.status, self.bytes.len()), (204, 0), "{}", self.json);
    }

    /// The problem document, which has this status and code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, &self.json["code"]), (status, &Value::from(code)), "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.json["request_id"].as_str(), self.header("x-request-id"));
        self.json
    }
    /// The same for one that does not name the request, so that it is the same again.
    #[track_caller]
    pub(crate) fn problem_without_id(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, &self.json["code"]), (status, &Value::from(code)), "{}", self.json);
        assert_eq!(self.json.get("request_id"), None);
        self.json
    }
}

/// Quotas that no test uses up by the way.
fn plenty() -> RateSettings {
    let quota = Quota::new(Quota::MOST, 60).unwrap();
    RateSettings { links: quota, checkouts: quota, ..RateSettings::default() }
}

fn addresses() -> MemoryAddressBook {
    let book = MemoryAddressBook::default();
    let at_acme = |name: &str| Owner::User { user: user_id(name), company: Some(company_id("acme")) };
    for (name, id) in [("ann", "ann-home"), ("bob", "bob-home")] {
        book.put(at_acme(name), AddressId::new(id).unwrap(), Address { country: "DE".into() });
    }
    book
}

fn methods() -> MemoryMethodBook {
    let book = MemoryMethodBook::default();
    book.put_shipping(ShippingMethodId::new("post").unwrap(), ShopMethod::new("Post"));
    book.put_payment(PaymentMethodId::new("card").unwrap(), ShopMethod::new("Card"));
    book
}

fn promotions() -> MemoryPromotionBook {
    let book = MemoryPromotionBook::default();
    let ten = json!({
        "id": "ten", "name": "10% off", "codes": ["TEN"],
        "effect": {"on": "order", "reduction": {"percent": "0.10"}},
    });
    let pens = json!({
        "id": "pens", "name": "Two pens for you", "conditions": {"min_quantity": 2},
        "effect": {"on": "gift", "product": {"product": "pen"}, "quantity": 2},
    });
    [ten, pens].into_iter().for_each(|promotion| book.put(serde_json::from_value(promotion).unwrap()));
    book
}
