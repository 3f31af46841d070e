//! A shop that is served, and clients that speak HTTP to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use cart_core::actor::{Actor, GuestToken, Owner};
use cart_core::id::{AddressId, PaymentMethodId, ShippingMethodId, UserId};
use cart_core::memory::{
    MemoryAddressBook, MemoryFeeBook, MemoryMethodBook, MemoryPromotionBook, MemoryTaxBook,
};
use cart_core::money::{Currency, Money};
use cart_core::policy::CartPolicy;
use cart_core::port::Store;
use cart_core::product::{Product, QuantityRule, Stock, UnitPrices};
use cart_core::quantity::Quantity;
use cart_core::selection::{Address, Method as ShopMethod};
use cart_core::service::CartService;
use cart_core::testing::samples::{channel, owner, product};
use cart_core::testing::{
    CountingIds, FailingStore, FixedCatalog, ManualClock, RecordingPublisher, RecordingTimer,
};
use cart_http::serve::{ServeLimits, serve};
use cart_http::{AuthError, Authenticator, Guard, shop};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::on_file::store_on_file;

/// What a test may choose about a shop before it opens.
pub(crate) struct Plan {
    pub(crate) policy: CartPolicy,
    /// Another store than one on a file of its own.
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) deadline: Duration,
    pub(crate) channel: &'static str,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            policy: CartPolicy::storefront(),
            store: None,
            deadline: Duration::from_secs(3600),
            channel: "shop",
        }
    }
}

/// A shop that is served until the test ends.
pub(crate) struct Shop {
    _folder: TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) catalog: Arc<FixedCatalog>,
    pub(crate) methods: Arc<MemoryMethodBook>,
    pub(crate) promotions: Arc<MemoryPromotionBook>,
    pub(crate) fees: Arc<MemoryFeeBook>,
    pub(crate) taxes: Arc<MemoryTaxBook>,
    pub(crate) store: Arc<FailingStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) publisher: Arc<RecordingPublisher>,
    pub(crate) abandoned: Arc<Abandoned>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::open_as(Plan::default()).await
    }

    pub(crate) async fn open_with(change: impl FnOnce(&mut CartPolicy)) -> Self {
        let mut plan = Plan::default();
        change(&mut plan.policy);
        Self::open_as(plan).await
    }

    pub(crate) async fn open_as(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (store, folder) = store_on_file();
        let shop = Self {
            address: listener.local_addr().unwrap(),
            catalog: Arc::new(stocked()),
            methods: Arc::new(methods()),
            promotions: Arc::default(),
            fees: Arc::default(),
            taxes: Arc::default(),
            store: Arc::new(FailingStore::new(plan.store.unwrap_or(store))),
            _folder: folder,
            clock: Arc::default(),
            publisher: Arc::default(),
            abandoned: Arc::default(),
        };
        let service = CartService::builder(shop.store.clone(), shop.catalog.clone())
            .channel(channel("shop"), plan.policy, Currency::EUR)
            .addresses(Arc::new(addresses()))
            .methods(shop.methods.clone())
            .promotions(shop.promotions.clone())
            .fees(shop.fees.clone())
            .taxes(shop.taxes.clone())
            .clock(shop.clock.clone())
            .ids(Arc::new(CountingIds::default()))
            .timer(Arc::new(RecordingTimer::default()))
            .publisher(shop.publisher.clone())
            .build()
            .unwrap();
        let routes = shop::router(Arc::new(service), channel(plan.channel), Arc::new(Names));
        let guard = Guard::new(Arc::new(CountingIds::default()), shop.clock.clone()).deadline(plan.deadline);
        let app = guard.around(routes).layer(from_fn_with_state(shop.abandoned.clone(), watch));
        let served = serve(listener, app, ServeLimits::default(), std::future::pending());
        tokio::spawn(served);
        on_offer().into_iter().for_each(|promotion| shop.promote(promotion));
        shop
    }

    /// Offers a promotion, which is written as hosts write it.
    pub(crate) fn promote(&self, promotion: Value) {
        self.promotions.put(serde_json::from_value(promotion).unwrap());
    }

    /// A client with this bearer token.
    pub(crate) fn client(&self, token: &str) -> Client {
        Client { address: self.address, headers: vec![("authorization".into(), format!("Bearer {token}"))] }
    }

    pub(crate) fn ann(&self) -> Client {
        self.client("ann")
    }

    pub(crate) fn bob(&self) -> Client {
        self.client("bob")
    }

    pub(crate) fn nobody(&self) -> Client {
        Client { address: self.address, headers: Vec::new() }
    }
}

/// How many handlers were dropped before they had answered, as happens when their client leaves.
#[derive(Default)]
pub(crate) struct Abandoned(Arc<AtomicUsize>);

impl Abandoned {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

async fn watch(State(abandoned): State<Arc<Abandoned>>, request: Request, next: Next) -> Response {
    let unless_answered = Abandoned(Arc::clone(&abandoned.0));
    let answer = next.run(request).await;
    std::mem::forget(unless_answered);
    answer
}

/// Takes the name of a user for a token.
#[derive(Debug)]
struct Names;

#[async_trait]
impl Authenticator for Names {
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        let value = request.headers.get(header::AUTHORIZATION).ok_or(AuthError::Missing)?;
        match value.to_str().unwrap().strip_prefix("Bearer ").unwrap() {
            "guest" => Ok(Actor::Guest(GuestToken::from_random([7; 32]))),
            "staff" => Ok(Actor::Staff(UserId::new("sam").unwrap())),
            "system" => Ok(Actor::System),
            "forged" => Err(AuthError::Refused { reason: "forged" }),
            "down" => Err(AuthError::Unavailable("the directory's secret address".into())),
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

    pub(crate) async fn get(&self) -> Reply {
        self.send(Method::GET, "", None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Adds units of a product; returns the cart.
    pub(crate) async fn add(&self, product: &str, quantity: u32) -> Value {
        self.try_to_add(product, quantity).await.ok()
    }

    /// Asks to add units of a product.
    pub(crate) async fn try_to_add(&self, product: &str, quantity: u32) -> Reply {
        self.post("/items", json!({"product_id": product, "quantity": quantity})).await
    }

    /// Sends a request to a path below the cart's, with a body of JSON if there is one.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let mut client = self.clone();
        if body.is_some() {
            client = client.with("content-type", "application/json");
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        client.send_text(method, &format!("/api/shop/cart{path}"), body).await
    }

    /// Sends a request as it is.
    pub(crate) async fn send_text(&self, method: Method, path: &str, body: impl Into<String>) -> Reply {
        let mut request =
            axum::http::Request::builder().method(method).uri(path).header(header::HOST, "shop");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = request.body(Full::new(axum::body::Bytes::from(body.into()))).unwrap();
        let (head, body) = sender.send_request(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: head.status.as_u16(), headers: head.headers, json }
    }
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

    /// The body of an answer with 200 whose entity tag, if it has one, is the cart's version.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/json"));
        if let Some(etag) = self.header("etag") {
            assert_eq!(etag, format!("\"{}\"", self.json["version"]));
        }
        self.json
    }

    /// The problem document, which has this status and code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, &self.json["code"]), (status, &Value::from(code)), "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["request_id"].as_str(), self.header("x-request-id"));
        self.json
    }
}

/// The id of the cart's `index`th item.
#[track_caller]
pub(crate) fn item_id(cart: &Value, index: usize) -> String {
    cart["items"][index]["id"].as_str().expect("an item").to_owned()
}

/// A product at these list and unit prices in cents.
fn offer(list: i64, unit: i64) -> Product {
    let prices = UnitPrices::new(Money::new(list, Currency::EUR), Money::new(unit, Currency::EUR));
    Product { image: Some("/img/1.jpg".into()), ..Product::new("A thing", prices.unwrap()) }
}

fn quantity(units: u32) -> Quantity {
    Quantity::new(units).unwrap()
}

/// A catalog of products that are named for what is special about them.
fn stocked() -> FixedCatalog {
    let catalog = FixedCatalog::default().with("pen", 120, Currency::EUR).with("foreign", 120, Currency::USD);
    catalog.put(product("mug"), offer(1500, 1250));
    catalog.put(product("lamp"), offer(4000, 4000));
    catalog.set_stock("lamp", 5);
    catalog.put(product("call"), Product { stock: Stock::Call, ..offer(100, 100) });
    catalog.put(product("out"), Product { stock: Stock::OutOfStock, ..offer(100, 100) });
    catalog.put(product("old"), Product { withdrawn: true, ..offer(100, 100) });
    catalog
        .put(product("ebook"), Product { needs_delivery: false, kind: "digital".into(), ..offer(900, 900) });
    let by_six = QuantityRule::new(quantity(6), quantity(24), quantity(6)).unwrap();
    catalog.put(product("beer"), Product { quantity_rule: by_six, ..offer(150, 150) });
    catalog.put(product("palace"), offer(i64::MAX / 2, i64::MAX / 2));
    catalog
}

/// Promotions for those who have the code.
fn on_offer() -> Vec<Value> {
    let off = |reduction: Value| json!({"on": "order", "reduction": reduction});
    vec![
        json!({"id": "ten", "name": "Ten off", "codes": ["TEN"], "effect": off(json!({"percent": "0.10"}))}),
        json!({
            "id": "big", "name": "Big order", "codes": ["BIG"],
            "conditions": {"min_subtotal": {"amounts": {"EUR": "50.00"}}},
            "effect": off(json!({"amount": {"EUR": "20.00"}})),
        }),
        json!({
            "id": "past", "name": "Last year", "codes": ["PAST"],
            "conditions": {"ends_at": "2025-12-31T00:00:00Z"},
            "effect": off(json!({"percent": "0.10"})),
        }),
        json!({
            "id": "pens", "name": "A pen with it", "codes": ["PEN"],
            "effect": {"on": "gift", "product": {"product": "pen"}, "quantity": 2},
        }),
    ]
}

fn addresses() -> MemoryAddressBook {
    let book = MemoryAddressBook::default();
    let put = |owner: Owner, id: &str, country: &str| {
        book.put(owner, AddressId::new(id).unwrap(), Address { country: country.into() });
    };
    put(owner("ann"), "ann-home", "DE");
    put(owner("ann"), "ann-island", "IS");
    put(owner("bob"), "bob-home", "DE");
    book
}

fn methods() -> MemoryMethodBook {
    let book = MemoryMethodBook::default();
    let method = |name: &str| ShopMethod::new(name);
    let domestic = ShopMethod { countries: ["DE".into()].into(), ..method("Post") };
    let digital = ShopMethod { kinds: ["digital".into()].into(), ..method("Mail") };
    let retired = ShopMethod { active: false, ..method("Coach") };
    let dollars = ShopMethod { currencies: [Currency::USD].into(), ..method("Dollars") };
    for (id, method) in [("post", domestic), ("mail", digital), ("coach", retired), ("abroad", dollars)] {
        book.put_shipping(ShippingMethodId::new(id).unwrap(), method.clone());
        book.put_payment(PaymentMethodId::new(id).unwrap(), method);
    }
    book.put_payment(PaymentMethodId::new("card").unwrap(), method("Card"));
    book
}
