//! What makes the storefront a demo: tokens for the asking, and a page of commands to try.

use std::error::Error;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use cart_core::actor::GuestToken;
use cart_core::memory::RandomIds;
use cart_core::port::Ids as _;
use cart_http::JwtAuthenticator;

use crate::settings::Settings;
use crate::world::World;

const TOKEN_LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);

#[derive(Debug)]
struct Demo {
    world: Arc<World>,
    authenticator: Arc<JwtAuthenticator>,
}

/// `POST /demo/tokens/{user}`: a token of a demo user, in plain text. A real host signs users in instead.
/// `POST /demo/guests`: the secret of a new guest, in plain text.
pub(crate) fn router(world: Arc<World>, authenticator: Arc<JwtAuthenticator>) -> Router {
    Router::new()
        .route("/demo/tokens/{user}", post(token))
        .route("/demo/guests", post(async || GuestToken::from_random(RandomIds.secret()).reveal()))
        .with_state(Arc::new(Demo { world, authenticator }))
}

async fn token(State(demo): State<Arc<Demo>>, Path(id): Path<String>) -> Result<String, StatusCode> {
    let user = demo.world.users.iter().find(|user| user.id.as_str() == id).ok_or(StatusCode::NOT_FOUND)?;
    Ok(demo.authenticator.mint(&user.id, user.company.as_ref(), TOKEN_LIFETIME))
}

/// Prints what is served, and commands to try it with; `key` is for the request that is sent twice.
pub(crate) fn print_page(address: SocketAddr, settings: &Settings, world: &World, key: &str) {
    let users: Vec<&str> = world.users.iter().map(|user| user.id.as_str()).collect();
    say(&format!("Carts are kept in {} and served at http://{address}", settings.database.display()));
    say(&format!("Shop at http://{address}/ and watch the load at http://{address}/load."));
    if settings.jwt_secret.is_none() {
        say("Tokens end with this run; set CART_JWT_SECRET to keep them.");
    }
    say(&format!("Demo users: {}. Try, in another terminal:\n", users.join(", ")));
    say(&commands(address, key));
    say("\nctrl-c ends it; the carts stay.");
}

/// Prints a line. A shop whose output nobody reads any more goes on.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The commands, each of which works as printed, in this order. Answers end without a line break, hence `echo`.
fn commands(address: SocketAddr, key: &str) -> String {
    let shop = format!("http://{address}/api/shop/cart");
    let orders = format!("http://{address}/api/shop/orders");
    let carts = format!("http://{address}/api/cart");
    let phones = format!("http://{address}/api/v1/carts");
    let body = "-H 'Content-Type: application/json'";
    let json = r#"-H "$AUTH" -H 'Content-Type: application/json'"#;
    format!(
        r#"TOKEN=$(curl -s -X POST http://{address}/demo/tokens/ann)
AUTH="Authorization: Bearer $TOKEN"
# an empty cart, then a first line, which makes the cart
curl -s {shop} -H "$AUTH"; echo
curl -s -X POST {shop}/items {json} -d '{{"product_id": "singing-bowl-18", "quantity": 2, "note": "a gift"}}'; echo
# the same product again raises the quantity; the price is the server's
curl -s -X POST {shop}/items {json} -d '{{"product_id": "singing-bowl-18"}}'; echo
# no, thank you, to the gift that comes with it, and yes after all
curl -s -X DELETE {shop}/gifts/incense-gift -H "$AUTH"; echo
curl -s -X PUT {shop}/gifts/incense-gift -H "$AUTH"; echo
# more than there is: refused with what is left
curl -s -X POST {shop}/items {json} -d '{{"product_id": "singing-bowl-18-gift", "quantity": 50}}'; echo
# several at once, each on its own
curl -s -X POST {shop}/items/batch {json} -d '{{"mode": "per_line", "edits": [{{"op": "add", "product_id": "sun-hat", "quantity": 1}}, {{"op": "add", "product_id": "statue-buddha-bronze", "quantity": 1}}]}}'; echo
# change, increase, decrease and remove the first line
LINE=$(curl -s {shop} -H "$AUTH" | sed 's/.*"items":\[{{"id":"\([^"]*\)".*/\1/')
curl -s -X PATCH {shop}/items/$LINE {json} -d '{{"quantity": 4, "note": null}}'; echo
curl -s -X POST {shop}/items/$LINE/increase -H "$AUTH"; echo
curl -s -X POST {shop}/items/$LINE/decrease -H "$AUTH"; echo
curl -s -X DELETE {shop}/items/$LINE -H "$AUTH"; echo
# address, shipping and payment
curl -s -X PUT {shop}/address {json} -d '{{"address_id": "ann-home"}}'; echo
curl -s -X PUT {shop}/shipping-method {json} -d '{{"shipping_method_id": "express"}}'; echo
curl -s -X PUT {shop}/payment-method {json} -d '{{"payment_method_id": "card"}}'; echo
# a coupon, however it is typed, and why the cart costs what it costs
curl -s -X POST {shop}/coupons {json} -d '{{"code": "welcome 10"}}'; echo
curl -s {shop}/explanation -H "$AUTH"; echo
# a code that sleeps until it applies, and one that has ended
curl -s -X POST {shop}/coupons {json} -d '{{"code": "NEWYEAR"}}'; echo
curl -s -X POST {shop}/coupons {json} -d '{{"code": "AUTUMN26"}}'; echo
# done once, however often it is sent
curl -s -X POST {shop}/items {json} -H 'Idempotency-Key: {key}' -d '{{"product_id": "beach-towel"}}'; echo
curl -s -X POST {shop}/items {json} -H 'Idempotency-Key: {key}' -d '{{"product_id": "beach-towel"}}'; echo
# ordered, and paid for by card at once; sent again, the same answer, and no second order
curl -s -X POST {orders}/checkout {json} -H 'Idempotency-Key: order-{key}' -d '{{}}'; echo
curl -s -X POST {orders}/checkout {json} -H 'Idempotency-Key: order-{key}' -d '{{}}'; echo
# one product at once, with a card that is declined: nothing is ordered
curl -s -X POST {orders}/buy-now {json} -H 'Idempotency-Key: declined-{key}' -d '{{"product_id": "sun-hat", "address_id": "ann-home", "shipping_method_id": "express", "payment_method_id": "declined-card"}}'; echo
# one product, paid for on the page of the bank
PENDING=$(curl -s -X POST {orders}/buy-now {json} -H 'Idempotency-Key: bank-{key}' -d '{{"product_id": "sun-hat", "address_id": "ann-home", "shipping_method_id": "express", "payment_method_id": "bank"}}' | sed 's/^.*"id":"\([0-9a-f-]*\)","status":"payment_pending".*$/\1/')
curl -s {orders}/checkouts/$PENDING -H "$AUTH"; echo
curl -s -X POST http://{address}/demo/pay/$PENDING -H 'Content-Type: application/x-www-form-urlencoded' -d 'outcome=success'; echo
curl -s {orders}/checkouts/$PENDING -H "$AUTH"; echo
# a cart to be shared: chen of acme makes it and fills it
CHENTOKEN=$(curl -s -X POST http://{address}/demo/tokens/chen)
CHEN="Authorization: Bearer $CHENTOKEN"
DORATOKEN=$(curl -s -X POST http://{address}/demo/tokens/dora)
DORA="Authorization: Bearer $DORATOKEN"
CART=$(curl -s -X POST {carts}/create -H "$CHEN" {body} -d '{{"cart_name": "Office move"}}' | sed 's/.*"cart_id":"\([^"]*\)".*/\1/')
curl -s -X POST {carts}/$CART/add-item -H "$CHEN" {body} -d '{{"product_id": "desk-lamp", "quantity": 2}}'; echo
# with a colleague, who may then add to it, and with friends by a link that lets them suggest
curl -s -X POST http://{address}/carts/$CART/shared-carts -H "$CHEN" {body} -d '{{"data": {{"type": "shared-carts", "attributes": {{"idCompanyUser": "dora", "idCartPermissionGroup": 2}}}}}}'; echo
curl -s -X POST {carts}/$CART/add-item -H "$DORA" {body} -d '{{"product_id": "beach-towel"}}'; echo
SHARE=$(curl -s -X POST {carts}/$CART/share -H "$CHEN" {body} -d '{{"label": "friends", "shows": {{"prices": true, "names": false}}, "may_suggest": true}}' | sed 's/.*cart\/share\/\([0-9a-f]*\).*/\1/')
curl -s {carts}/shared/$SHARE; echo
SUGGESTION=$(curl -s -X POST {carts}/shared/$SHARE/suggestions {body} -d '{{"op": "add", "product_id": "sun-hat", "quantity": 1, "comment": "for the balcony", "name": "Fay"}}' | sed 's/.*"suggestion_id":"\([^"]*\)".*/\1/')
curl -s -X POST {carts}/$CART/suggestions/accept -H "$DORA" {body} -d '{{"suggestion_ids": ["'$SUGGESTION'"]}}'; echo
# who did what; and undone
curl -s {carts}/$CART/history -H "$CHEN"; echo
curl -s -X POST {carts}/$CART/undo -H "$CHEN"; echo
# a cart of a phone company's, which a guest makes, and finds again by its id
GUESTTOKEN=$(curl -s -X POST http://{address}/demo/guests)
GUEST="X-Guest-Token: $GUESTTOKEN"
PHONES=$(curl -s -X POST {phones} -H "$GUEST" | sed 's/.*"id":"\([^"]*\)".*/\1/')
curl -s -X POST {phones}/$PHONES/items -H "$GUEST" {body} -d '{{"productId": "phone-pixel-10", "quantity": 1}}'; echo
# watch it in one terminal (curl -sN {carts}/$CART/events -H "$CHEN") while the other changes it"#
    )
}

/// Says that it has ended, and how many connections were cut because they did not end in time.
pub(crate) fn print_farewell(cut: usize) {
    say("Stopped.");
    if cut > 0 {
        say(&format!("{cut} connections were cut: they had not ended within the grace period."));
    }
}

/// Says why it cannot go on, cause by cause.
pub(crate) fn print_failure(error: &dyn Error) {
    let mut text = format!("storefront: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    let _ = writeln!(std::io::stderr(), "{text}");
}
