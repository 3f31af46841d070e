//! A shop that takes orders, and clients that speak HTTP to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use cart_core::actor::{Actor, GuestToken};
use cart_core::checkout::InitiationType;
use cart_core::id::{AddressId, PaymentMethodId, ShippingMethodId, StockItemId, UserId};
use cart_core::memory::{MemoryAddressBook, MemoryMethodBook, MemoryPromotionBook};
use cart_core::money::{Currency, Money};
use cart_core::policy::{CartPolicy, CheckoutPolicy};
use cart_core::port::{Clock as _, StockLedger as _};
use cart_core::product::{Product, Stock, UnitPrices};
use cart_core::selection::{Address, Method as ShopMethod};
use cart_core::service::CartService;
use cart_core::testing::samples::{channel, owner, product, stock_item};
use cart_core::testing::{CountingIds, FailingStore, FixedCatalog, ManualClock, RecordingTimer};
use cart_http::rate::{Limits, Quota, RateSettings};
use cart_http::serve::{ServeLimits, serve};
use cart_http::{AuthError, Authenticator, Guard, orders, shop};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::on_file::store_on_file;
use crate::partners::{Bank, OrderBook, SIGNATURE, Script, Signatures, Veto, sign};

/// What a test may choose about a shop before it opens.
pub(crate) struct Plan {
    pub(crate) policy: CartPolicy,
    /// The channel that the orders are of; carts are of `shop`.
    pub(crate) orders_of: &'static str,
    /// Whether the host places the orders.
    pub(crate) by_host: bool,
    pub(crate) deadline: Duration,
    /// How many orders a customer has in a minute.
    pub(crate) quota: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            policy: CartPolicy { checkout: CheckoutPolicy::default(), ..CartPolicy::storefront() },
            orders_of: "shop",
            by_host: false,
            deadline: Duration::from_secs(3600),
            quota: Quota::MOST,
        }
    }
}

/// A shop that is served until the test ends. Three lamps are in stock.
pub(crate) struct Shop {
    _folder: TempDir,
    address: SocketAddr,
    pub(crate) service: Arc<CartService>,
    pub(crate) store: Arc<FailingStore>,
    pub(crate) catalog: Arc<FixedCatalog>,
    pub(crate) promotions: Arc<MemoryPromotionBook>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) book: Arc<OrderBook>,
    pub(crate) bank: Arc<Bank>,
    pub(crate) veto: Arc<Veto>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::open_as(Plan::default()).await
    }

    /// A shop whose payments go like this.
    pub(crate) async fn open_with(script: Script) -> Self {
        let shop = Self::open().await;
        shop.bank.follow(script);
        shop
    }

    /// A shop whose shoppers have to go to the bank.
    pub(crate) async fn with_redirects() -> Self {
        Self::open_with(Script::Pending(InitiationType::Redirect)).await
    }

    pub(crate) async fn open_as(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (store, folder) = store_on_file();
        let store = Arc::new(FailingStore::new(store));
        let catalog = Arc::new(stocked());
        let (clock, promotions) = (Arc::<ManualClock>::default(), Arc::<MemoryPromotionBook>::default());
        let (book, bank) = (Arc::<OrderBook>::default(), Arc::<Bank>::default());
        let veto = Arc::<Veto>::default();
        let mut builder = CartService::builder(store.clone(), catalog.clone())
            .channel(channel("shop"), plan.policy.clone(), Currency::EUR)
            .channel(channel("many"), CartPolicy::shared(), Currency::EUR)
            .addresses(Arc::new(addresses()))
            .methods(Arc::new(methods()))
            .promotions(promotions.clone())
            .clock(clock.clone())
            .ids(Arc::new(CountingIds::default()))
            .timer(Arc::new(RecordingTimer::default()))
            .guard(veto.clone())
            .stock_in_store();
        if !plan.by_host {
            builder = builder.orders(book.clone()).payments(bank.clone());
        }
        let service = Arc::new(builder.build().unwrap());
        store.set_supply(&stock_item("lamp"), 3, clock.now()).await.unwrap();
        let of = channel(plan.orders_of);
        let checkouts = Quota::new(plan.quota, 60).unwrap();
        let limits = Limits::new(RateSettings { checkouts, ..RateSettings::default() }, clock.clone());
        let limits = limits.checkouts;
        let ordering = if plan.by_host {
            orders::router_for_host(service.clone(), of, Arc::new(Names), limits)
        } else {
            orders::router(service.clone(), of, Arc::new(Names), Arc::new(Signatures), limits)
        };
        let routes = shop::router(service.clone(), channel("shop"), Arc::new(Names)).merge(ordering);
        let guard = Guard::new(Arc::new(CountingIds::default()), clock.clone()).deadline(plan.deadline);
        let served = serve(listener, guard.around(routes), ServeLimits::default(), std::future::pending());
        tokio::spawn(served);
        Self { _folder: folder, address, service, store, catalog, promotions, clock, book, bank, veto }
    }

    /// A client with this bearer token.
    pub(crate) fn client(&self, token: &str) -> Client {
        Client { address: self.address, headers: vec![("authorization".into(), format!("Bearer {token}"))] }
    }

    /// Ann, with a mug for 12.50 in her cart.
    pub(crate) async fn ann_with_mug(&self) -> Client {
        let ann = self.client("ann");
        ann.add("mug", 1).await;
        ann
    }

    pub(crate) fn nobody(&self) -> Client {
        Client { address: self.address, headers: Vec::new() }
    }

    /// Somebody calls back.
    pub(crate) async fn call_back(&self, body: &str, signature: Option<&str>) -> Reply {
        let mut caller = self.nobody();
        if let Some(signature) = signature {
            caller = caller.with(SIGNATURE, signature);
        }
        caller.send_text(Method::POST, "/api/orders/payments/callback", body).await
    }

    /// The payment provider calls back.
    pub(crate) async fn hear(&self, callback: Value) -> Reply {
        let body = callback.to_string();
        self.call_back(&body, Some(&sign(&body))).await
    }
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
        self.with("idempotency-key", key)
    }

    /// Adds units of a product to the cart; returns the cart.
    pub(crate) async fn add(&self, product: &str, quantity: u32) -> Value {
        let body = json!({"product_id": product, "quantity": quantity});
        let reply = self.send(Method::POST, "/api/shop/cart/items", Some(body)).await;
        assert_eq!(reply.status, 200, "{}", reply.json);
        reply.json
    }

    pub(crate) async fn cart(&self) -> Value {
        self.send(Method::GET, "/api/shop/cart", None).await.json
    }

    /// Orders the cart, with a key.
    pub(crate) async fn checkout(&self, key: &str, body: Value) -> Reply {
        self.keyed(key).post("/checkout", body).await
    }

    /// Orders the whole cart.
    pub(crate) async fn order(&self) -> Reply {
        self.checkout("order", json!({})).await
    }

    /// How far a checkout has come.
    pub(crate) async fn look(&self, checkout: &str) -> Reply {
        self.send(Method::GET, &format!("/api/orders/checkouts/{checkout}"), None).await
    }

    /// Does something to a checkout.
    pub(crate) async fn change(&self, checkout: &str, what: &str) -> Reply {
        self.send(Method::POST, &format!("/api/orders/checkouts/{checkout}/{what}"), None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, &format!("/api/orders{path}"), Some(body)).await
    }

    /// Sends a request, with a body of JSON if there is one.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let json = |client: &Self| client.with("content-type", "application/json");
        let client = body.as_ref().map_or_else(|| self.clone(), |_| json(self));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        client.send_text(method, path, body).await
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

    pub(crate) fn is_replayed(&self) -> bool {
        self.header("idempotency-replayed") == Some("true")
    }

    /// The checkout that is answered.
    #[track_caller]
    pub(crate) fn is(self, status: u16, word: &str) -> Value {
        assert_eq!((self.status, &self.json["status"]), (status, &Value::from(word)), "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self.json
    }

    /// The problem document, which has this status and code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, &self.json["code"]), (status, &Value::from(code)), "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        self.json
    }
}

/// The id of a checkout that was answered, as text.
#[track_caller]
pub(crate) fn id(checkout: &Value) -> String {
    let id = checkout.get("id").or(checkout.get("checkout_id"));
    id.and_then(Value::as_str).expect("a checkout").to_owned()
}

/// A product at this price in cents.
fn offer(minor: i64) -> Product {
    let price = Money::new(minor, Currency::EUR);
    Product::new("A thing", UnitPrices::new(price, price).unwrap())
}

/// A mug for 12.50, a pen for 1.20, a lamp for 40.00 of which there are few, and something that is not sold now.
fn stocked() -> FixedCatalog {
    let catalog = FixedCatalog::default();
    catalog.put(product("mug"), offer(1250));
    catalog.put(product("pen"), offer(120));
    catalog.put(product("gift"), offer(0));
    let stock = Stock::Limited { item: StockItemId::new("lamp").unwrap(), available: 0 };
    catalog.put(product("lamp"), Product { stock, ..offer(4000) });
    catalog.put(product("out"), Product { stock: Stock::OutOfStock, ..offer(100) });
    catalog
}

fn addresses() -> MemoryAddressBook {
    let book = MemoryAddressBook::default();
    book.put(owner("ann"), AddressId::new("ann-home").unwrap(), Address { country: "DE".into() });
    book.put(owner("bob"), AddressId::new("bob-home").unwrap(), Address { country: "DE".into() });
    book
}

fn methods() -> MemoryMethodBook {
    let book = MemoryMethodBook::default();
    book.put_shipping(ShippingMethodId::new("post").unwrap(), ShopMethod::new("Post"));
    book.put_payment(PaymentMethodId::new("card").unwrap(), ShopMethod::new("Card"));
    book
}
