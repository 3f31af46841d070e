//! The cart as it is answered.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use cart_core::cart::Cart;
use cart_core::id::{AddressId, CartId, LineId, PaymentMethodId, ProductId, ShippingMethodId};
use cart_core::journal::EditOutcome;
use cart_core::metadata::Metadata;
use cart_core::money::{Currency, Money};
use cart_core::notice::Unavailable;
use cart_core::pricing::{LeftOut, PricedLine, Totals};
use cart_core::product::Options;
use cart_core::quantity::Quantity;
use cart_core::service::{CartError, CartView, Outcome};
use cart_core::status::StatusName;
use cart_core::text::{CartName, Locale, Note};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::amount::Amount;
use super::notice::NoticeBody;
use crate::precondition::etag;
use crate::problem::{Problem, ProblemCode};

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a request is answered with.
#[derive(Debug)]
pub(super) struct Answer {
    cart: Shown,
    preview: bool,
    replayed: bool,
    edits: Vec<EditOutcome>,
    has_results: bool,
}

#[derive(Debug)]
enum Shown {
    Cart(Box<CartView>),
    /// There is no cart yet.
    Empty(Currency),
}

impl Answer {
    /// The cart as it is.
    pub(super) fn shown(view: CartView) -> Self {
        Self::of(Shown::Cart(Box::new(view)), false)
    }

    /// No cart yet.
    pub(super) fn empty(currency: Currency, preview: bool) -> Self {
        Self::of(Shown::Empty(currency), preview)
    }

    /// The cart after a change.
    pub(super) fn changed(outcome: Outcome, preview: bool) -> Self {
        let Outcome { view, reply, replayed, .. } = outcome;
        Self { replayed, edits: reply.edits, ..Self::of(Shown::Cart(Box::new(view)), preview) }
    }

    /// Also says what became of each edit.
    pub(super) fn with_results(self) -> Self {
        Self { has_results: true, ..self }
    }

    fn of(cart: Shown, preview: bool) -> Self {
        Self { cart, preview, replayed: false, edits: Vec::new(), has_results: false }
    }

    fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&AnswerBody {
            cart: match &self.cart {
                Shown::Cart(view) => CartBody::of(view),
                Shown::Empty(currency) => CartBody::empty(*currency),
            },
            results: self.has_results.then(|| self.edits.iter().map(ResultBody::of).collect()),
            preview: self.preview,
        })
    }

    /// The version that the client has seen then; what is only previewed is at none.
    fn etag(&self) -> Option<HeaderValue> {
        match &self.cart {
            Shown::Cart(view) if !self.preview => Some(etag(view.cart.version())),
            Shown::Cart(_) | Shown::Empty(_) => None,
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Ok(body) = self.body() else { return ProblemCode::Internal.into_response() };
        let mut response = body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.extend(self.etag().map(|etag| (header::ETAG, etag)));
        if self.replayed {
            headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// The problem, with the cart as it is where the error knows it.
pub(super) fn with_current(error: CartError) -> Problem {
    let cart = current(&error).and_then(|view| serde_json::to_value(CartBody::of(view)).ok());
    let problem = Problem::from(error);
    match cart {
        Some(cart) => problem.field("cart", cart),
        None => problem,
    }
}

fn current(error: &CartError) -> Option<&CartView> {
    if let CartError::VersionMismatch { current } | CartError::Contended { current: Some(current) } = error {
        Some(current)
    } else {
        None
    }
}

#[derive(Serialize)]
struct AnswerBody<'a> {
    #[serde(flatten)]
    cart: CartBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<ResultBody<'a>>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    preview: bool,
}

/// The cart. Without a cart there is no id, and the version is 0.
#[derive(Serialize)]
struct CartBody<'a> {
    id: Option<CartId>,
    version: u64,
    status: StatusName,
    currency: &'static str,
    name: Option<&'a CartName>,
    note: Option<&'a Note>,
    items: Vec<ItemBody<'a>>,
    item_count: u64,
    subtotal: Amount,
    discount: Amount,
    total: Amount,
    address_id: Option<&'a AddressId>,
    shipping_method_id: Option<&'a ShippingMethodId>,
    payment_method_id: Option<&'a PaymentMethodId>,
    settings: SettingsBody<'a>,
    notices: Vec<NoticeBody>,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Default, Serialize)]
struct SettingsBody<'a> {
    locale: Option<&'a Locale>,
}

impl<'a> CartBody<'a> {
    fn of(view: &'a CartView) -> Self {
        let cart: &Cart = &view.cart;
        let chosen = cart.selections();
        Self {
            id: Some(cart.id()),
            version: cart.version().get(),
            status: cart.status().name(),
            name: cart.name(),
            note: cart.note(),
            items: view.priced.lines.iter().map(ItemBody::of).collect(),
            item_count: cart.lines().iter().map(|line| u64::from(line.quantity.get())).sum(),
            address_id: chosen.address.as_ref(),
            shipping_method_id: chosen.shipping_method.as_ref(),
            payment_method_id: chosen.payment_method.as_ref(),
            settings: SettingsBody { locale: cart.settings().locale.as_ref() },
            notices: view.all_notices().filter_map(NoticeBody::of).collect(),
            created_at: Some(cart.created_at()),
            updated_at: Some(cart.updated_at()),
            expires_at: cart.expires_at(),
            ..Self::with_totals(cart.currency(), &view.priced.totals)
        }
    }

    fn empty(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self::with_totals(currency, &Totals { subtotal: zero, discount: zero, total: zero })
    }

    fn with_totals(currency: Currency, totals: &Totals) -> Self {
        Self {
            id: None,
            version: 0,
            status: StatusName::Active,
            currency: currency.code(),
            name: None,
            note: None,
            items: Vec::new(),
            item_count: 0,
            subtotal: Amount(totals.subtotal),
            discount: Amount(totals.discount),
            total: Amount(totals.total),
            address_id: None,
            shipping_method_id: None,
            payment_method_id: None,
            settings: SettingsBody::default(),
            notices: Vec::new(),
            created_at: None,
            updated_at: None,
            expires_at: None,
        }
    }
}

/// A line of the cart.
#[derive(Serialize)]
struct ItemBody<'a> {
    id: LineId,
    product_id: &'a ProductId,
    name: Option<&'a str>,
    image: Option<&'a str>,
    kind: Option<&'a str>,
    options: &'a Options,
    quantity: Quantity,
    note: Option<&'a Note>,
    metadata: &'a Metadata,
    list_price: Amount,
    unit_price: Amount,
    unit_discount: Option<Amount>,
    subtotal: Option<Amount>,
    discount: Option<Amount>,
    total: Option<Amount>,
    available: bool,
    unavailable_reason: Option<&'static str>,
}

impl<'a> ItemBody<'a> {
    fn of(priced: &'a PricedLine) -> Self {
        let (line, product, amounts) = (&*priced.line, priced.product.as_deref(), priced.amounts.ok());
        Self {
            id: line.id,
            product_id: &line.key.product.product,
            name: product.map(|product| &*product.name),
            image: product.and_then(|product| product.image.as_deref()),
            kind: product.map(|product| &*product.kind),
            options: &line.key.product.options,
            quantity: line.quantity,
            note: line.note.as_ref(),
            metadata: &line.metadata,
            list_price: Amount(priced.prices.list()),
            unit_price: Amount(priced.prices.unit()),
            unit_discount: priced.prices.unit_discount().ok().map(Amount),
            subtotal: amounts.map(|amounts| Amount(amounts.subtotal)),
            discount: amounts.map(|amounts| Amount(amounts.discount)),
            total: amounts.map(|amounts| Amount(amounts.total)),
            available: amounts.is_some(),
            unavailable_reason: priced.amounts.err().map(reason),
        }
    }
}

const fn reason(left_out: LeftOut) -> &'static str {
    match left_out {
        LeftOut::Withdrawn => "withdrawn",
        LeftOut::AmountOverflow => "amount_overflow",
        LeftOut::Unavailable(Unavailable::OutOfStock) => "out_of_stock",
        LeftOut::Unavailable(Unavailable::Call) => "call",
        LeftOut::Unavailable(Unavailable::Currency) => "currency",
    }
}

/// What became of one edit of a batch.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum ResultBody<'a> {
    Done { item_id: &'a LineId },
    Refused { problem: Value },
}

impl<'a> ResultBody<'a> {
    fn of(outcome: &'a EditOutcome) -> Self {
        match outcome {
            EditOutcome::Done { line } => Self::Done { item_id: line },
            EditOutcome::Refused { reason } => {
                Self::Refused { problem: Problem::from(reason).to_value(None) }
            }
        }
    }
}
