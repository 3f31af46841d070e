//! What surrounds every router: ids, problem documents, private answers.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use cart_core::port::{Clock, Ids};
use futures_util::FutureExt as _;
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::body::BodyLimit;
use crate::deadline::{Deadline, outcome_unknown};
use crate::dialect::Dialect;
use crate::problem::{Problem, ProblemCode};
use crate::request_id::{RequestId, X_REQUEST_ID};

/// How long it took, as clients are told.
const X_RESPONSE_TIME: HeaderName = HeaderName::from_static("x-response-time");

/// The layer around a host's routers.
///
/// * Every request has a [`RequestId`]: the client's if it is well-formed, else a new one. Every answer
///   carries it, and every [problem document](Problem) names it, but for those that are given again to repeated
///   [orders](crate::orders).
/// * Unknown paths and methods are answered with problem documents; a panic in a handler with
///   [`ProblemCode::Internal`], and the process lives on.
/// * A request that is not answered by its deadline is answered with [`ProblemCode::Unavailable`], or, if it may
///   have changed something, with [`ProblemCode::OutcomeUnknown`].
/// * `X-Response-Time` says how many milliseconds passed until the answer began.
/// * What is logged (with the `tracing` crate) while a request is handled is in a span that names its id.
/// * No answer is stored by caches or shared between users (`Cache-Control: no-store`, unless the handler
///   sets another; `Vary: Authorization`), interpreted as another type, or told to other sites by `Referer`.
///
/// There is no CORS: browsers on other origins are refused unless the host adds it.
#[derive(Clone, Debug)]
pub struct Guard {
    ids: Arc<dyn Ids>,
    clock: Arc<dyn Clock>,
    body_limit: BodyLimit,
    deadline: Deadline,
    #[cfg(feature = "metrics")]
    metrics: Option<Arc<crate::ops::Metrics>>,
}

impl Guard {
    /// A guard with the default body limit of 64 KiB and the default deadline of 30 seconds.
    pub fn new(ids: Arc<dyn Ids>, clock: Arc<dyn Clock>) -> Self {
        Self {
            ids,
            clock,
            body_limit: BodyLimit::default(),
            deadline: Deadline::default(),
            #[cfg(feature = "metrics")]
            metrics: None,
        }
    }

    /// Counts the requests.
    #[cfg(feature = "metrics")]
    #[must_use]
    pub fn metrics(mut self, metrics: Arc<crate::ops::Metrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Sets the largest JSON body, in bytes.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = BodyLimit(bytes);
        self
    }

    /// Sets the longest time from the end of a request's head to the start of its answer. Keep it longer than a
    /// body may take to arrive.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Deadline(deadline);
        self
    }

    /// Puts the guard around all routes that `router` has now. Its fallbacks are replaced.
    pub fn around(self, router: Router) -> Router {
        router
            .fallback(async || ProblemCode::NotFound)
            .method_not_allowed_fallback(async || ProblemCode::MethodNotAllowed)
            .layer(from_fn_with_state(self, guard))
    }

    fn new_id(&self) -> RequestId {
        self.ids.uuid(self.clock.now()).into()
    }
}

async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let id = RequestId::from_headers(request.headers()).unwrap_or_else(|| guard.new_id());
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(guard.body_limit);
    request.extensions_mut().insert(guard.deadline);
    let dialect = Dialect::default();
    request.extensions_mut().insert(dialect.clone());
    let span = tracing::error_span!("request", %id);
    let (began, seen) = (Instant::now(), Seen::of(&request));
    let mut answer = in_time(guard.deadline, request, next).instrument(span).await;
    let took = began.elapsed();
    guard.count(&seen, &answer, took);
    time(&mut answer, took);
    dialect.translate(&mut answer);
    sign(&mut answer, &id);
    keep_private(&mut answer);
    answer
}

/// What is counted of a request.
struct Seen {
    method: Method,
    route: Option<MatchedPath>,
}

impl Seen {
    fn of(request: &Request) -> Self {
        Self { method: request.method().clone(), route: request.extensions().get().cloned() }
    }
}

impl Guard {
    #[cfg(feature = "metrics")]
    fn count(&self, seen: &Seen, answer: &Response, took: Duration) {
        let Some(metrics) = &self.metrics else { return };
        let route = seen.route.as_ref().map(MatchedPath::as_str);
        metrics.answered(&seen.method, route, answer.status(), took);
        if let Some(problem) = answer.extensions().get::<Problem>() {
            metrics.failed(problem.code());
        }
    }

    #[cfg(not(feature = "metrics"))]
    const fn count(&self, _: &Seen, _: &Response, _: Duration) {}
}

/// Says how long it took until the answer began, in the form of `telecom-cart-api.md`: `45ms`.
fn time(answer: &mut Response, took: Duration) {
    if let Ok(text) = HeaderValue::from_str(&format!("{}ms", took.as_millis())) {
        answer.headers_mut().insert(X_RESPONSE_TIME, text);
    }
}

async fn in_time(Deadline(deadline): Deadline, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    timeout(deadline, unharmed(request, next)).await.unwrap_or_else(|_| late(&method))
}

async fn unharmed(request: Request, next: Next) -> Response {
    // What a panicking handler shares with others is behind locks and the store, which see to themselves.
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answer.unwrap_or_else(|_| {
        // The panic's own words may hold anything; the host's panic hook has them.
        tracing::error!("a handler panicked");
        ProblemCode::Internal.into_response()
    })
}

fn late(method: &Method) -> Response {
    if !method.is_safe() {
        return outcome_unknown().into_response();
    }
    tracing::error!("a read did not end by its deadline");
    Problem::new(ProblemCode::Unavailable).retry_soon().into_response()
}

fn sign(answer: &mut Response, id: &RequestId) {
    answer.headers_mut().insert(X_REQUEST_ID, id.to_header());
    if let Some(problem) = answer.extensions_mut().remove::<Problem>() {
        answer.headers_mut().remove(header::CONTENT_LENGTH);
        *answer.body_mut() = Body::from(problem.document(Some(id)));
    }
}

fn keep_private(answer: &mut Response) {
    let headers = answer.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("authorization"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
