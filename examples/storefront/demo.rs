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
use cart_http::JwtAuthenticator;

use crate::settings::Settings;
use crate::world::{World, WorldUser};

const TOKEN_LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);

#[derive(Debug)]
struct Demo {
    users: Vec<WorldUser>,
    authenticator: Arc<JwtAuthenticator>,
}

/// `POST /demo/tokens/{user}`: a token of a demo user, in plain text. A real host signs users in instead.
pub(crate) fn router(users: Vec<WorldUser>, authenticator: Arc<JwtAuthenticator>) -> Router {
    Router::new()
        .route("/demo/tokens/{user}", post(token))
        .with_state(Arc::new(Demo { users, authenticator }))
}

async fn token(State(demo): State<Arc<Demo>>, Path(id): Path<String>) -> Result<String, StatusCode> {
    let user = demo.users.iter().find(|user| user.id.as_str() == id).ok_or(StatusCode::NOT_FOUND)?;
    Ok(demo.authenticator.mint(&user.id, user.company.as_ref(), TOKEN_LIFETIME))
}

/// Prints what is served, and commands to try it with; `key` is for the request that is sent twice.
pub(crate) fn print_page(address: SocketAddr, settings: &Settings, world: &World, key: &str) {
    let users: Vec<&str> = world.users.iter().map(|user| user.id.as_str()).collect();
    say(&format!("Carts are kept in {} and served at http://{address}", settings.database.display()));
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
curl -s -X DELETE {shop} -H "$AUTH"; echo"#
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
