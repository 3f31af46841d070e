//! Carts of guests and customers, found by their id and ordered where they are (`telecom-cart-api.md`).
//!
//! | method and path | body | what it does |
//! |---|---|---|
//! | `POST /api/v1/carts` | `customerId` (the caller's own), `metadata`; may be left out | makes a cart: 201 |
//! | `GET /api/v1/carts/{cartId}` | | shows it, priced now |
//! | `POST /api/v1/carts/{cartId}/items` | `productId`, `quantity`, `metadata` (`planType`, `contractLength`, `imei`) | adds units of a product |
//! | `DELETE /api/v1/carts/{cartId}/items/{itemId}` | | removes an item, and those that need it where policy says so |
//! | `POST /api/v1/carts/{cartId}/checkout` | `customerId` (the caller's own), `paymentMethodId`, `shippingAddress`, `billingAddress`, `promoCode` | orders it |
//! | `GET /api/v1/carts/{cartId}/checkout/{checkoutId}` | | says what became of an order that was pending |
//!
//! Every answer to the first four is the cart, by the names of the document. `customerId` is whose cart it is; a guest's has
//! none. Ids are `cart_`, `item_` or `checkout_` and 32 hexadecimal digits; `orderId` is the id that the shop's order service
//! gives, as it gives it. Times are RFC 3339 in UTC.
//!
//! Amounts are JSON numbers with all decimal places of the currency, such as `108.50`. `subtotal` is what the items cost after
//! all discounts, without tax; `subtotal` and `tax` add up to `total`. `totalPrice` is what an item adds to that, its share of a
//! promotion taken off; an item that cannot be bought now adds nothing, and keeps the cart from being ordered. Name and type
//! of a product that the catalog no longer knows are null.
//!
//! Of an item's `metadata`, `planType`, `dataCap` and `contractLength` are shown. A `dataCap` is the shop's to say, so it is
//! not taken from clients. Another plan type, contract length or handset (`imei`) makes another item. The cart's `metadata` is
//! for the shop: it goes with the order, and is not shown.
//!
//! # Ordering
//! An address is `{"addressId": "..."}`: one of the customer's in the shop's address book. The bill goes where the delivery
//! goes unless `billingAddress` says otherwise. `promoCode` is the only code that counts; one that takes nothing off is
//! refused.
//!
//! `status` is `confirmed`, with the `confirmationNumber`, or `pending`: then `confirmationNumber` is null, as is `orderId` until
//! the order is placed, `checkoutId` says where to look, `Retry-After` when there is nothing to do but to wait, and
//! `payment` (`initiationType`, `gatewayPayload`) how to pay where the customer has to do something. An order that came to
//! nothing is answered, and looked up, as an error.
//!
//! # Writes
//! Every write takes an `X-Idempotency-Key` (or `Idempotency-Key`): sent again with the same key, it is not done again but
//! answered as the first time, with `Idempotency-Replayed: true`. `If-Match` takes the `ETag` of a cart. Writes have no
//! query.
//!
//! # Errors
//! Errors are `{"error": {"code", "message", "details"}}`, everywhere under `/api/v1/carts`; that includes what is answered by
//! the [`Guard`](crate::Guard) in the place of this router. `code` is one of the document's twelve.
//!
//! | status and code | when |
//! |---|---|
//! | 400 `INVALID_REQUEST` | the body makes no sense: `field` and `value` say what; a choice does not fit |
//! | 400 `INVALID_CARD_ID` | a cart to be shown is named by text that is no id of a cart |
//! | 404 `CART_NOT_FOUND` | there is no such cart, it has expired, or it is not the caller's |
//! | 400 `INVALID_ITEM` | there is no such product, or it is not sold in that quantity, or the body makes no sense |
//! | 409 `INCOMPATIBLE_ITEMS` | items do not go together; `clashes` are those of [`ProblemCode`](crate::ProblemCode::IncompatibleItems) |
//! | 422 `PRODUCT_UNAVAILABLE` | the product cannot be bought now, or not as many units |
//! | 404 `ITEM_NOT_FOUND` | the cart has no such item |
//! | 400 `EMPTY_CART` | there is nothing to order |
//! | 402 `PAYMENT_FAILED` | the payment was declined; the cart can be ordered again |
//! | 409 `INVENTORY_UNAVAILABLE` | what is in the cart cannot be had any more |
//! | 422 `INVALID_PROMO_CODE` | there is no such code, or it takes nothing off |
//! | 500 `INTERNAL_ERROR` | something went wrong |
//!
//! What the document has no row for has the status that all surfaces give it (such as 401 and 503), the nearest of these codes, and
//! the code of the [catalogue](crate::ProblemCode) as `problem` among the `details`. Other details are the members of the
//! problem, in camel case; amounts among them are decimal text.

mod answer;
mod bodies;
mod caller;
mod cart;
mod carts;
mod checkout;
mod codes;
mod details;
mod ids;
mod items;
mod number;
mod order;
mod path;
mod refusal;
mod sent;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn;
use axum::routing::{any, delete, get, post};
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::id::{CartId, ChannelId};
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, CartService, CartView, Target};

use self::answer::Answer;
use self::caller::Write;
use self::refusal::Refusal;
use crate::auth::Authenticator;
use crate::deadline::complete;
use crate::problem::ProblemCode;
use crate::rate::RateLimits;

/// The routes of the document, for the carts of `channel`, under `/api/v1/carts`. The service places the orders and has them
/// paid for. Whoever asks may do so as often as `limits` say, such as [`Limits::requests`](crate::rate::Limits::requests); every
/// answer has the headers of [`rate`](crate::rate).
///
/// Put a [`Guard`](crate::Guard) around it: it adds what every answer needs.
pub fn router(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    limits: RateLimits,
) -> Router {
    let carts = Router::new()
        .route("/", post(carts::create))
        .route("/{cart_id}", get(carts::show))
        .route("/{cart_id}/items", post(items::add))
        .route("/{cart_id}/items/{item_id}", delete(items::remove))
        .route("/{cart_id}/checkout", post(checkout::begin))
        .route("/{cart_id}/checkout/{checkout_id}", get(checkout::show))
        .fallback(async || ProblemCode::NotFound)
        .method_not_allowed_fallback(async || ProblemCode::MethodNotAllowed)
        .with_state(Telecom { service, channel, authenticator: Arc::clone(&authenticator) });
    // A nested fallback has no say about the prefix with nothing but a slash behind it.
    let nothing = any(async || ProblemCode::NotFound);
    let routes = Router::new().nest("/api/v1/carts", carts).route("/api/v1/carts/", nothing);
    in_form(limits.around(authenticator, routes))
}

/// Has errors of `routes` answered in the form of this surface: for what a host puts around the [`router`], such as limits.
pub fn in_form(routes: Router) -> Router {
    routes.layer(from_fn(refusal::in_form))
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Telecom {
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
}

impl FromRef<Telecom> for Arc<dyn Authenticator> {
    fn from_ref(telecom: &Telecom) -> Self {
        Arc::clone(&telecom.authenticator)
    }
}

impl Telecom {
    /// A cart of this channel, for whoever may see it.
    async fn seen(&self, actor: &Actor, target: &Target) -> Result<CartView, CartError> {
        let view = self.service.cart(actor, target).await?;
        let is_here = *view.cart.channel() == self.channel;
        if is_here { Ok(view) } else { Err(Rejection::CartNotFound.into()) }
    }

    /// Changes a cart of this channel, to the end, whether the client waits or not.
    async fn change(self, write: Write, cart: CartId, command: Command) -> Result<Answer, Refusal> {
        let Write { actor, conditions } = write;
        let deadline = conditions.deadline;
        let writing = async move {
            let target = Target::Cart(cart);
            self.seen(&actor, &target).await?;
            Ok(conditions.execute(&self.service, actor, &target, &command).await?)
        };
        Answer::written(&complete(deadline, writing).await?)
    }
}
