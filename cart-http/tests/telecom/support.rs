//! A carrier's shop, and clients that speak HTTP to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use cart_core::actor::{Actor, GuestToken};
use cart_core::checkout::Reason;
use cart_core::id::{AddressId, PaymentMethodId, TaxClass, UserId};
use cart_core::memory::{
    MemoryAddressBook, MemoryMethodBook, MemoryOrders, MemoryPayments, MemoryPromotionBook, MemoryTaxBook,
};
use cart_core::money::{Currency, Money};
use cart_core::policy::CartPolicy;
use cart_core::port::{Clock as _, StockLedger as _};
use cart_core::product::{Product, Stock, UnitPrices};
use cart_core::selection::{Address, Method as PaymentMethod};
use cart_core::service::CartService;
use cart_core::tax::Treatment;
use cart_core::testing::samples::{channel, owner, product, stock_item};
use cart_core::testing::{CountingIds, FailingStore, FixedCatalog, ManualClock, RecordingTimer};
use cart_http::rate::{Limits, RateSettings};
use cart_http::serve::{ServeLimits, serve};
use cart_http::{AuthError, Authenticator, Guard, telecom};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::on_file::store_on_file;
use crate::partners::{Bank, Office};

/// A carrier's shop that is served until the test ends. Two watches are in stock.
pub(crate) struct Carrier {
    _folder: TempDir,
    address: SocketAddr,
    pub(crate) service: Arc<CartService>,
    pub(crate) store: Arc<FailingStore>,
    pub(crate) catalog: Arc<FixedCatalog>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) office: Arc<Office>,
    pub(crate) bank: Arc<Bank>,
}

impl Carrier {
    pub(crate) async fn open() -> Self {
        Self::open_around(|routes| routes).await
    }

    /// A shop with something around its routes.
    pub(crate) async fn open_around(wrap: impl FnOnce(Router) -> Router) -> Self {
        Self::open_as(|_| {}, Duration::from_secs(3600), wrap).await
    }

    /// A shop with another policy.
    pub(crate) async fn open_with(change: impl FnOnce(&mut CartPolicy)) -> Self {
        Self::open_as(change, Duration::from_secs(3600), |routes| routes).await
    }

    /// A shop in which everything is answered at once, or too late.
    pub(crate) async fn open_in_a_hurry() -> Self {
        Self::open_as(|_| {}, Duration::from_millis(1), |routes| routes).await
    }

    async fn open_as(
        change: impl FnOnce(&mut CartPolicy),
        deadline: Duration,
        wrap: impl FnOnce(Router) -> Router,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (store, folder) = store_on_file();
        let store = Arc::new(FailingStore::new(store));
        let (catalog, clock) = (Arc::new(stocked()), Arc::<ManualClock>::default());
        clock.set("2025-10-30T14:32:10Z".parse().unwrap());
        let ids = Arc::new(CountingIds::default());
        let orders = MemoryOrders::new(clock.clone(), ids.clone());
        let office = Arc::new(Office { orders, refusal: None.into(), is_down: AtomicBool::new(false) });
        let payments = MemoryPayments::new(clock.clone(), ids.clone());
        let bank = Arc::new(Bank { payments, is_down: AtomicBool::new(false) });
        let mut policy = CartPolicy::telecom();
        change(&mut policy);
        let service = CartService::builder(store.clone(), catalog.clone())
            .channel(channel("carrier"), policy, Currency::USD)
            .channel(channel("elsewhere"), CartPolicy::shared(), Currency::USD)
            .addresses(Arc::new(addresses()))
            .methods(Arc::new(methods()))
            .promotions(Arc::new(promotions()))
            .taxes(Arc::new(taxes()))
            .clock(clock.clone())
            .ids(ids)
            .timer(Arc::new(RecordingTimer::default()))
            .orders(office.clone())
            .payments(bank.clone())
            .stock_in_store();
        let service = Arc::new(service.build().unwrap());
        store.set_supply(&stock_item("watch"), 2, clock.now()).await.unwrap();
        let limits = Limits::new(RateSettings::default(), clock.clone());
        let routes = telecom::router(service.clone(), channel("carrier"), Arc::new(Names), limits.requests);
        let guard = Guard::new(Arc::new(CountingIds::default()), clock.clone()).deadline(deadline);
        tokio::spawn(serve(
            listener,
            guard.around(wrap(routes)),
            ServeLimits::default(),
            std::future::pending(),
        ));
        Self { _folder: folder, address, service, store, catalog, clock, office, bank }
    }

    /// A client with this bearer token.
    pub(crate) fn client(&self, token: &str) -> Client {
        self.nobody().with("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn ann(&self) -> Client {
        self.client("ann")
    }

    pub(crate) fn nobody(&self) -> Client {
        Client { address: self.address, headers: Vec::new() }
    }
}

/// Takes the name of a user for a token.
#[derive(Debug)]
struct Names;

#[async_trait]
impl Authenticator for Names {
    #[expect(clippy::panic, reason = "what one of the tokens is for")]
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        let value = request.headers.get(header::AUTHORIZATION).ok_or(AuthError::Missing)?;
        match value.to_str().unwrap().strip_prefix("Bearer ").unwrap() {
            "guest" => Ok(Actor::Guest(GuestToken::from_random([7; 32]))),
            "other guest" => Ok(Actor::Guest(GuestToken::from_random([8; 32]))),
            "staff" => Ok(Actor::Staff(UserId::new("sam").unwrap())),
            "system" => Ok(Actor::System),
            "forged" => Err(AuthError::Refused { reason: "forged" }),
            "down" => Err(AuthError::Unavailable("a secret".into())),
            "broken" => panic!("a secret"),
            "stuck" => std::future::pending().await,
            name => Ok(Actor::user(UserId::new(name).unwrap())),
        }
    }
}

/// Sends requests, each on a connection of its own.
#[derive(Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

impl Client {
    /// The same with another header.
    pub(crate) fn with(&self, name: &str, value: impl ToString) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_string()));
        client
    }

    /// The same, with a key for what is asked next.
    pub(crate) fn keyed(&self, key: &str) -> Self {
        self.with("x-idempotency-key", key)
    }

    /// Makes a cart; returns its path below the surface's.
    pub(crate) async fn cart(&self) -> String {
        let made = self.send(Method::POST, "", None).await;
        assert_eq!(made.status, 201, "{}", made.json);
        format!("/{}", text(&made.json["id"]))
    }

    /// A cart with one unit of each of these products.
    pub(crate) async fn cart_with(&self, products: &[&str]) -> String {
        let cart = self.cart().await;
        for product in products {
            self.add(&cart, product).await.ok();
        }
        cart
    }

    pub(crate) async fn add(&self, cart: &str, product: &str) -> Reply {
        self.post(&format!("{cart}/items"), json!({"productId": product, "quantity": 1})).await
    }

    /// Orders a cart, paid for by card.
    pub(crate) async fn order(&self, cart: &str) -> Reply {
        self.order_with(cart, json!({})).await
    }

    /// The same with other members in the body.
    pub(crate) async fn order_with(&self, cart: &str, members: Value) -> Reply {
        let mut body = json!({"customerId": "ann", "paymentMethodId": "card"});
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.post(&format!("{cart}/checkout"), body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a request, with a body of JSON if there is one.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        match body {
            Some(body) => self.send_json(method, path, body.to_string()).await,
            None => self.send_raw(method, path, "").await,
        }
    }

    /// Sends bytes that are said to be JSON.
    pub(crate) async fn send_json(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Reply {
        self.with("content-type", "application/json").send_raw(method, path, body).await
    }

    /// Sends a request as it is.
    pub(crate) async fn send_raw(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Reply {
        let uri = format!("/api/v1/carts{path}");
        let mut request = axum::http::Request::builder().method(method).uri(uri).header(header::HOST, "shop");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = request.body(Full::new(body.into())).unwrap();
        let (head, body) = sender.send_request(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: head.status.as_u16(), headers: head.headers, bytes, json }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    pub(crate) json: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn is_replayed(&self) -> bool {
        self.header("idempotency-replayed") == Some("true")
    }

    /// What is answered to a request that succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        self.is(200)
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self.json
    }

    /// The message and the details of an error, which has this status and code and the form of the document.
    #[track_caller]
    pub(crate) fn error(self, status: u16, code: &str) -> (String, Value) {
        let error = &self.json["error"];
        assert_eq!((self.status, &error["code"]), (status, &Value::from(code)), "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert!(self.header("x-request-id").is_some());
        assert_eq!(self.json.as_object().unwrap().len(), 1, "{}", self.json);
        let members = error.as_object().unwrap().keys();
        assert!(members.into_iter().all(|name| ["code", "message", "details"].contains(&&**name)), "{error}");
        (text(&error["message"]), error.get("details").cloned().unwrap_or_default())
    }

    /// The details of an error that the document has no row for: what it is.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str, problem: &str) -> Value {
        let (_, details) = self.error(status, code);
        assert_eq!(details["problem"], problem, "{details}");
        details
    }
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// The path of an item of a cart.
#[track_caller]
pub(crate) fn item(cart: &Value, index: usize) -> String {
    format!("/{}/items/{}", text(&cart["id"]), text(&cart["items"][index]["id"]))
}

pub(crate) fn reason(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

/// A product of a kind, at a price in cents.
fn offer(name: &str, kind: &str, minor: i64) -> Product {
    let price = Money::new(minor, Currency::USD);
    let prices = UnitPrices::new(price, price).unwrap();
    Product { kind: kind.into(), needs_delivery: kind == "device", ..Product::new(name, prices) }
}

/// The phone and the plan of the document's figures, and what goes with them or not.
fn stocked() -> FixedCatalog {
    let catalog = FixedCatalog::default();
    let related = |offer: Product, rules: Value| {
        let relations = serde_json::from_value(rules).unwrap();
        Product { relations, ..offer }
    };
    catalog.put(product("phone"), offer("Phone 15", "device", 99_999));
    catalog.put(product("plan"), offer("Unlimited 5G", "plan", 8_500));
    let roaming = json!({"requires": [{"products": ["plan"]}]});
    catalog.put(product("roaming"), related(offer("Roaming", "addon", 1_000), roaming));
    let pager = json!({"excludes": {"products": ["plan"]}});
    catalog.put(product("pager"), related(offer("Pager", "device", 2_000), pager));
    let counted = |available| Stock::Limited { item: stock_item("watch"), available };
    catalog.put(product("watch"), Product { stock: counted(0), ..offer("Watch", "device", 20_000) });
    catalog.put(product("gone"), Product { stock: Stock::OutOfStock, ..offer("Gone", "device", 100) });
    catalog.put(product("old"), Product { withdrawn: true, ..offer("Old", "device", 100) });
    catalog
}

fn addresses() -> MemoryAddressBook {
    let book = MemoryAddressBook::default();
    for (user, address) in [("ann", "ann-home"), ("ann", "ann-office"), ("bob", "bob-home")] {
        book.put(owner(user), AddressId::new(address).unwrap(), Address { country: "US".into() });
    }
    book
}

fn methods() -> MemoryMethodBook {
    let book = MemoryMethodBook::default();
    book.put_payment(PaymentMethodId::new("card").unwrap(), PaymentMethod::new("Card"));
    let closed = PaymentMethod { active: false, ..PaymentMethod::new("Cheque") };
    book.put_payment(PaymentMethodId::new("cheque").unwrap(), closed);
    book
}

/// A tenth off everything, half off from 5,000.00 on, and one that is used up by its first use.
fn promotions() -> MemoryPromotionBook {
    let book = MemoryPromotionBook::default();
    let order = |percent| json!({"on": "order", "reduction": {"percent": percent}});
    for promotion in [
        json!({"id": "tenth", "name": "A tenth", "codes": ["TENTH"], "effect": order("0.10")}),
        json!({"id": "half", "name": "Half", "codes": ["HALF"], "effect": order("0.50"),
            "conditions": {"min_subtotal": {"amounts": {"USD": "5000.00"}}}}),
        json!({"id": "once", "name": "Once", "codes": ["ONCE"], "effect": order("0.20"), "limit": {"total": 1}}),
    ] {
        book.put(serde_json::from_value(promotion).unwrap());
    }
    book
}

/// A tenth, wherever something goes.
fn taxes() -> MemoryTaxBook {
    let table = || -> BTreeMap<TaxClass, Treatment> {
        serde_json::from_value(json!({"standard": {"rates": [{"name": "Sales tax", "rate": "0.10"}]}}))
            .unwrap()
    };
    let book = MemoryTaxBook::default();
    book.put_without_destination(table());
    book.put("US", table());
    book
}
