//! The pages: the files beside this one as they are, with nothing built and nothing from elsewhere.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Nothing but what this shop serves itself runs or is shown, and no other site puts the page in a frame.
pub(crate) const POLICY: [(HeaderName, HeaderValue); 1] = [(
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static(
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
)];

/// The shop at `/` and wherever share links lead, the load at `/load`, and what both are made of under `/page`.
pub(crate) fn router() -> Router {
    ASSETS.iter().fold(Router::new(), |router, asset| {
        asset.paths.iter().fold(router, |router, path| router.route(path, get(async || asset.answer())))
    })
}

/// A file, and where it is.
struct Asset {
    paths: &'static [&'static str],
    kind: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn answer(&self) -> Response {
        (POLICY, [(header::CONTENT_TYPE, self.kind)], self.bytes).into_response()
    }
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A file of the folder under its name.
macro_rules! asset {
    ($kind:expr, $name:literal) => {
        asset!($kind, $name, concat!("/page/", $name))
    };
    ($kind:expr, $name:literal, $($path:expr),+) => {
        Asset { paths: &[$($path),+], kind: $kind, bytes: include_bytes!(concat!("page/", $name)) }
    };
}

const ASSETS: &[Asset] = &[
    asset!(HTML, "index.html", "/", "/cart/share", "/cart/share/{token}"),
    asset!(HTML, "load.html", "/load"),
    asset!("image/svg+xml", "icon.svg", "/page/icon.svg", "/favicon.ico"),
    asset!(CSS, "style.css"),
    asset!(SCRIPT, "js/api.js"),
    asset!(SCRIPT, "js/cart.js"),
    asset!(SCRIPT, "js/carts.js"),
    asset!(SCRIPT, "js/checkout.js"),
    asset!(SCRIPT, "js/dom.js"),
    asset!(SCRIPT, "js/feedback.js"),
    asset!(SCRIPT, "js/history.js"),
    asset!(SCRIPT, "js/items.js"),
    asset!(SCRIPT, "js/live.js"),
    asset!(SCRIPT, "js/load/chart.js"),
    asset!(SCRIPT, "js/load/main.js"),
    asset!(SCRIPT, "js/load/prometheus.js"),
    asset!(SCRIPT, "js/main.js"),
    asset!(SCRIPT, "js/money.js"),
    asset!(SCRIPT, "js/orders.js"),
    asset!(SCRIPT, "js/picture.js"),
    asset!(SCRIPT, "js/products.js"),
    asset!(SCRIPT, "js/session.js"),
    asset!(SCRIPT, "js/share.js"),
    asset!(SCRIPT, "js/source.js"),
    asset!(SCRIPT, "js/sse.js"),
    asset!(SCRIPT, "js/state.js"),
    asset!(SCRIPT, "js/status.js"),
    asset!(SCRIPT, "js/suggest.js"),
    asset!(SCRIPT, "js/suggestions.js"),
    asset!(SCRIPT, "js/sums.js"),
    asset!(SCRIPT, "js/terms.js"),
    asset!(SCRIPT, "js/words.js"),
    asset!(SCRIPT, "js/world.js"),
];
