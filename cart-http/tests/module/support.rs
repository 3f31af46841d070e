//! A shop with the cart module, and clients that speak HTTP to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, header};
use cart_core::actor::{Actor, GuestToken};
use cart_core::checkout::InitiationType;
use cart_core::id::{CheckoutId, UserId};
use cart_core::memory::{MemoryOrders, MemoryPayments, MemoryPromotionBook, PaymentScript};
use cart_core::money::{Currency, Money};
use cart_core::policy::CartPolicy;
use cart_core::product::{Product, Stock, UnitPrices};
use cart_core::service::CartService;
use cart_core::testing::samples::{channel, product};
use cart_core::testing::{CountingIds, FailingStore, FixedCatalog, ManualClock, RecordingTimer};
use cart_http::orders::{CallbackError, PaymentGateway, PaymentNews};
use cart_http::rate::{Limits, Quota, RateLimiter, RateSettings};
use cart_http::serve::{ServeLimits, serve};
use cart_http::{AuthError, Authenticator, Guard, module, orders};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::on_file::store_on_file;

/// What a test may choose about a shop before it opens.
pub(crate) struct Plan {
    pub(crate) policy: CartPolicy,
    pub(crate) settings: RateSettings,
    /// Who counts requests, if not the process.
    pub(crate) limiter: Option<Arc<dyn RateLimiter>>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { policy: CartPolicy::digital(), settings: RateSettings::default(), limiter: None }
    }
}

/// A shop that is served until the test ends. A singing bowl costs 20.00 instead of 25.00, a ringtone 1.20.
pub(crate) struct Shop {
    _folder: TempDir,
    address: SocketAddr,
    pub(crate) service: Arc<CartService>,
    pub(crate) store: Arc<FailingStore>,
    pub(crate) catalog: Arc<FixedCatalog>,
    pub(crate) promotions: Arc<MemoryPromotionBook>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) payments: Arc<MemoryPayments>,
    pub(crate) orders: Arc<MemoryOrders>,
    pub(crate) names: Arc<Names>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::open_as(Plan::default()).await
    }

    /// A shop whose customers may write so often.
    pub(crate) async fn with_quota(limit: u32, secs: u32) -> Self {
        let settings =
            RateSettings { customer_writes: Quota::new(limit, secs).unwrap(), ..RateSettings::default() };
        Self::open_as(Plan { settings, ..Plan::default() }).await
    }

    pub(crate) async fn open_as(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (store, folder) = store_on_file();
        let store = Arc::new(FailingStore::new(store));
        let (catalog, promotions) = (Arc::new(stocked()), Arc::new(on_offer()));
        let (clock, ids) = (Arc::<ManualClock>::default(), Arc::<CountingIds>::default());
        let payments = Arc::new(MemoryPayments::new(clock.clone(), ids.clone()));
        payments.script(PaymentScript::Pending(InitiationType::Redirect));
        let book = Arc::new(MemoryOrders::new(clock.clone(), ids.clone()));
        let service = CartService::builder(store.clone(), catalog.clone())
            .channel(channel("module"), plan.policy, Currency::EUR)
            .promotions(promotions.clone())
            .orders(book.clone())
            .payments(payments.clone())
            .clock(clock.clone())
            .ids(ids)
            .timer(Arc::new(RecordingTimer::default()))
            .build();
        let (service, names) = (Arc::new(service.unwrap()), Arc::<Names>::default());
        let limits = Limits::new(plan.settings, clock.clone());
        let limits = match plan.limiter {
            Some(limiter) => limits.counted_by(&limiter),
            None => limits,
        };
        let carts = module::router(service.clone(), channel("module"), names.clone(), limits.writes);
        let ordering = orders::router(
            service.clone(),
            channel("module"),
            names.clone(),
            Arc::new(Provider(payments.clone())),
            limits.checkouts,
        );
        let guard = Guard::new(Arc::new(CountingIds::default()), clock.clone());
        let app: Router = guard.around(carts.merge(ordering));
        tokio::spawn(serve(listener, app, ServeLimits::default(), std::future::pending()));
        Self {
            _folder: folder,
            address,
            service,
            store,
            catalog,
            promotions,
            clock,
            payments,
            orders: book,
            names,
        }
    }

    /// A client with this bearer token.
    pub(crate) fn client(&self, token: &str) -> Client {
        self.nobody().with("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn ann(&self) -> Client {
        self.client("ann")
    }

    pub(crate) fn nobody(&self) -> Client {
        Client { address: self.address, prefix: "/api/cart", headers: Vec::new() }
    }

    /// Offers a promotion, which is written as hosts write it.
    pub(crate) fn promote(&self, promotion: Value) {
        self.promotions.put(serde_json::from_value(promotion).unwrap());
    }
}

/// Takes the name of a user for a token, and counts how often it was asked.
#[derive(Debug, Default)]
pub(crate) struct Names(AtomicUsize);

impl Names {
    pub(crate) fn asked(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Authenticator for Names {
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let value = request.headers.get(header::AUTHORIZATION).ok_or(AuthError::Missing)?;
        match value.to_str().unwrap().strip_prefix("Bearer ").unwrap() {
            "staff" => Ok(Actor::Staff(UserId::new("sam").unwrap())),
            "system" => Ok(Actor::System),
            "forged" => Err(AuthError::Refused { reason: "forged" }),
            "down" => Err(AuthError::Unavailable("a secret address".into())),
            name => match name.strip_prefix("guest-") {
                Some(number) => Ok(Actor::Guest(GuestToken::from_random([number.parse().unwrap(); 32]))),
                None => Ok(Actor::user(UserId::new(name).unwrap())),
            },
        }
    }
}

/// Asks the provider itself what became of the payment that a callback names.
#[derive(Debug)]
struct Provider(Arc<MemoryPayments>);

#[async_trait]
impl PaymentGateway for Provider {
    async fn verify(&self, _: &Parts, body: &[u8]) -> Result<Option<PaymentNews>, CallbackError> {
        let checkout: CheckoutId =
            serde_json::from_slice(body).map_err(|_| CallbackError::Unreadable { reason: "no checkout" })?;
        Ok(self.0.payment(checkout).map(|payment| PaymentNews { checkout, outcome: payment.outcome }))
    }
}

/// Sends requests, each on a connection of its own.
#[derive(Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    prefix: &'static str,
    headers: Vec<(String, String)>,
}

impl Client {
    /// The same with another header.
    pub(crate) fn with(&self, name: &str, value: impl ToString) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_string()));
        client
    }

    pub(crate) fn keyed(&self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    /// The same under another prefix.
    pub(crate) fn at(&self, prefix: &'static str) -> Self {
        Self { prefix, ..self.clone() }
    }

    pub(crate) async fn get(&self) -> Reply {
        self.send(Method::GET, "", None).await
    }

    pub(crate) async fn add(&self, product: &str, quantity: u32) -> Reply {
        self.post("/items", json!({"productId": product, "quantity": quantity})).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends a request below the prefix, with a body of JSON if there is one.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let client =
            if body.is_some() { self.with("content-type", "application/json") } else { self.clone() };
        client.send_text(method, path, body.map(|body| body.to_string()).unwrap_or_default()).await
    }

    /// Sends a request as it is.
    pub(crate) async fn send_text(&self, method: Method, path: &str, body: impl Into<String>) -> Reply {
        let uri = format!("{}{path}", self.prefix);
        let mut request = Request::builder().method(method).uri(uri).header(header::HOST, "shop");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = request.body(Full::new(Bytes::from(body.into()))).unwrap();
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

    /// The cart that is answered.
    #[track_caller]
    pub(crate) fn cart(self) -> Value {
        assert_eq!(
            (self.status, self.header("content-type")),
            (200, Some("application/json")),
            "{}",
            self.json
        );
        assert_eq!(self.header("cache-control"), Some("no-store"));
        let preview = self.json["preview"] == true;
        let etag = (!preview).then(|| format!("\"{}\"", self.json["version"]));
        assert_eq!(self.header("etag"), etag.as_deref());
        assert_adds_up(&self.json);
        self.json
    }

    /// The details of an error, which has this status and code and the members of every error.
    #[track_caller]
    pub(crate) fn error(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, &self.json["code"]), (status, &Value::from(code)), "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.json["statusCode"], status);
        assert!(self.json["message"].as_str().is_some_and(|message| !message.is_empty()));
        assert_eq!(self.json["requestId"].as_str(), self.header("x-request-id"));
        assert!(self.header("x-request-id").is_some());
        assert_eq!(self.json.as_object().map(serde_json::Map::len), Some(5), "{}", self.json);
        self.json["details"].clone()
    }
}

/// Checks that `finalPayable` is `totalSp` less `appliedDiscount`, and that items add up to the sums.
#[track_caller]
fn assert_adds_up(cart: &Value) {
    let cents = |place: &Value, name: &str| {
        Money::parse_decimal(place[name].as_str().unwrap(), Currency::EUR).unwrap().minor()
    };
    let payable = cents(cart, "totalSp") - cents(cart, "appliedDiscount");
    assert_eq!(cents(cart, "finalPayable"), payable, "{cart}");
    let items = cart["items"].as_array().unwrap().iter().filter(|item| item["available"] == true);
    let items: Vec<_> = items.collect();
    for name in ["totalMrp", "totalSp", "appliedDiscount"] {
        let sum: i64 = items.iter().map(|item| cents(item, name)).sum();
        assert_eq!(sum, cents(cart, name), "{name} of {cart}");
    }
}

/// The id of an item of a cart, as text.
#[track_caller]
pub(crate) fn item_id(cart: &Value, index: usize) -> String {
    cart["items"][index]["id"].as_str().expect("an item").to_owned()
}

fn offer(name: &str, kind: &str, list: i64, unit: i64) -> Product {
    let money = |minor| Money::new(minor, Currency::EUR);
    let prices = UnitPrices::new(money(list), money(unit)).unwrap();
    Product { kind: kind.into(), ..Product::new(name, prices) }
}

fn stocked() -> FixedCatalog {
    let catalog = FixedCatalog::default();
    for (kind, name) in [("thangka", "Thangka"), ("statue", "Statue"), ("jewellery", "Ring")] {
        catalog.put(product(kind), offer(name, kind, 10_000, 10_000));
    }
    let image = Some("https://img.example/bowl.jpg".into());
    catalog.put(product("bowl"), Product { image, ..offer("Singing bowl", "singing_bowl", 2500, 2000) });
    let tone = offer("Ringtone", "digital", 120, 120);
    catalog.put(product("tone"), Product { needs_delivery: false, ..tone });
    catalog
        .put(product("out"), Product { stock: Stock::OutOfStock, ..offer("Sold out", "statue", 100, 100) });
    catalog.put(product("old"), Product { withdrawn: true, ..offer("Old", "statue", 100, 100) });
    catalog
}

fn on_offer() -> MemoryPromotionBook {
    let book = MemoryPromotionBook::default();
    let off = |reduction: Value| json!({"on": "order", "reduction": reduction});
    for promotion in [
        json!({"id": "ten", "name": "Ten off", "codes": ["TEN"], "effect": off(json!({"percent": "0.10"}))}),
        json!({
            "id": "big", "name": "Big order", "codes": ["BIG"],
            "conditions": {"min_subtotal": {"amounts": {"EUR": "50.00"}}},
            "effect": off(json!({"amount": {"EUR": "20.00"}})),
        }),
    ] {
        book.put(serde_json::from_value(promotion).unwrap());
    }
    book
}
