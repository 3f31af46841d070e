//! The counts themselves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use cart_core::port::{Publisher, Variant, Wrote};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::activity::Counting;
use super::labels::{
    CommandLabels, ErrorLabels, EventLabels, OutcomeLabels, RequestLabels, RouteLabels, StepLabels,
    WriteLabels, method,
};
use crate::problem::ProblemCode;

/// Seconds, from below a write in memory to what no client waits for.
const BUCKETS: [f64; 14] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Writes that share a commit; a store takes a few hundred at most.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// The name of [`CheckoutStep::Parked`](cart_core::checkout::CheckoutStep::Parked).
const PARKED: &str = "parked";

type Timings<L> = Family<L, Histogram, fn() -> Histogram>;

/// Reads a value when somebody looks.
type Probe = Box<dyn Fn() -> i64 + Send + Sync>;

/// Counts of what a process does, for Prometheus and whatever else reads OpenMetrics.
///
/// | name | labels | what |
/// |---|---|---|
/// | `cart_http_requests_total` | `method`, `route`, `status` | requests that were answered |
/// | `cart_http_request_seconds` | `method`, `route` | until the answer began |
/// | `cart_http_errors_total` | `code` | problem documents, by [`ProblemCode`] |
/// | `cart_writes_total` | `command`, `end`, `variant` | writes that were asked for, by how they [ended](cart_core::port::WriteEnd) |
/// | `cart_write_seconds` | `command`, `variant` | how long they took |
/// | `cart_write_retries_total` | | lost races that were tried again |
/// | `cart_events_total` | `event` | what happened to carts, sharing and checkouts included |
/// | `cart_checkouts_total` | `outcome` | checkouts that ended: `completed`, or why not |
/// | `cart_checkout_steps_total` | `step` | what [happened](cart_core::checkout::CheckoutStep) to checkouts between begin and end |
/// | `cart_holds_total` | `step` | stock `held` for a checkout, by the store or the host's inventory (each time it was given more time too), `claimed` by its order, or `released` by the inventory; what the store holds for a checkout is free when that ends |
/// | `cart_commit_batch_size` | | writes that the store [committed together](cart_core::port::Meter::committed) |
/// | `cart_cache_failures_total` | | how often the [cache](cart_core::port::CartCache) was done without |
///
/// (`variant` is `on` or `off` for what needs a [capability](cart_core::port::Capability), else `none`), and what the host
/// adds with [`Metrics::gauge`]. The requests are counted by a [`Guard`](crate::Guard) that is told to
/// ([`Guard::metrics`](crate::Guard::metrics)), the writes by a service of which this is the
/// [meter](cart_core::service::CartServiceBuilder::meter), the commits by a store of which it is the meter, the events by
/// its [`publisher`](Metrics::publisher).
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Timings<RouteLabels>,
    errors: Family<ErrorLabels, Counter>,
    writes: Family<WriteLabels, Counter>,
    write_seconds: Timings<CommandLabels>,
    retries: Counter,
    events: Family<EventLabels, Counter>,
    checkouts: Family<OutcomeLabels, Counter>,
    checkout_steps: Family<StepLabels, Counter>,
    holds: Family<StepLabels, Counter>,
    commit_batch_size: Histogram,
    cache_failures: Counter,
    probes: Vec<(Gauge, Probe)>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let timings = histogram as fn() -> Histogram;
        let mut metrics = Self {
            registry: Registry::with_prefix("cart"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(timings),
            errors: Family::default(),
            writes: Family::default(),
            write_seconds: Family::new_with_constructor(timings),
            retries: Counter::default(),
            events: Family::default(),
            checkouts: Family::default(),
            checkout_steps: Family::default(),
            holds: Family::default(),
            commit_batch_size: Histogram::new(SIZES),
            cache_failures: Counter::default(),
            probes: Vec::new(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests that were answered", self.requests.clone());
        let until = "Seconds until the answer began";
        registry.register("http_request_seconds", until, self.request_seconds.clone());
        registry.register("http_errors", "Problem documents", self.errors.clone());
        registry.register("writes", "Writes that were asked for", self.writes.clone());
        registry.register("write_seconds", "Seconds that writes took", self.write_seconds.clone());
        registry.register("write_retries", "Lost races that were tried again", self.retries.clone());
        registry.register("events", "What happened to carts", self.events.clone());
        registry.register("checkouts", "Checkouts that ended", self.checkouts.clone());
        registry.register("checkout_steps", "What happened to checkouts", self.checkout_steps.clone());
        registry.register("holds", "What happened to holds of stock", self.holds.clone());
        let together = "Writes that the store committed together";
        registry.register("commit_batch_size", together, self.commit_batch_size.clone());
        registry.register("cache_failures", "Failures of the cache of carts", self.cache_failures.clone());
        // A count that is not there before its first time does not rise then, and what rarely happens is alerted on.
        drop(self.errors.get_or_create(&ErrorLabels { code: ProblemCode::OutcomeUnknown.code() }));
        drop(self.checkout_steps.get_or_create(&StepLabels { step: PARKED }));
    }

    /// Adds a value that is read whenever somebody looks, under `cart_` and a name, such as how many streams are open.
    /// Reading must cost little and must not block.
    #[must_use]
    pub fn gauge(mut self, name: &str, help: &str, read: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        let gauge = Gauge::default();
        self.registry.register(name, help, gauge.clone());
        self.probes.push((gauge, Box::new(read)));
        self
    }

    /// A publisher that counts what happens, and passes it on.
    pub fn publisher(self: &Arc<Self>, next: Arc<dyn Publisher>) -> Arc<dyn Publisher> {
        Arc::new(Counting { metrics: Arc::clone(self), next })
    }

    /// All of it as OpenMetrics text.
    ///
    /// # Errors
    /// None that is known of; the encoder might have one.
    pub fn to_text(&self) -> Result<String, fmt::Error> {
        for (gauge, read) in &self.probes {
            gauge.set(read());
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Counts a request that was answered. Paths that are no route are one route, so that nobody makes up new ones.
    pub(crate) fn answered(&self, on: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
        let (method, route) = (method(on), route.unwrap_or("none").to_owned());
        self.request_seconds
            .get_or_create(&RouteLabels { method, route: route.clone() })
            .observe(took.as_secs_f64());
        let labels = RequestLabels { method, route, status: status.as_u16() };
        self.requests.get_or_create(&labels).inc();
    }

    pub(crate) fn failed(&self, code: ProblemCode) {
        self.errors.get_or_create(&ErrorLabels { code: code.code() }).inc();
    }

    pub(super) fn count_write(&self, write: &Wrote) {
        let (command, variant) = (write.what, write.variant.map_or("none", Variant::as_str));
        let labels = WriteLabels { command, end: write.end.as_str(), variant };
        self.writes.get_or_create(&labels).inc();
        let took = write.took.to_std().unwrap_or_default().as_secs_f64();
        self.write_seconds.get_or_create(&CommandLabels { command, variant }).observe(took);
        self.retries.inc_by(u64::from(write.retries));
    }

    pub(super) fn count_commit(&self, writes: usize) {
        self.commit_batch_size.observe(u32::try_from(writes).unwrap_or(u32::MAX).into());
    }

    pub(super) fn count_cache_failure(&self) {
        self.cache_failures.inc();
    }

    pub(super) fn happened(&self, event: &'static str) {
        self.events.get_or_create(&EventLabels { event }).inc();
    }

    pub(super) fn stepped(&self, step: &'static str) {
        self.checkout_steps.get_or_create(&StepLabels { step }).inc();
    }

    pub(super) fn hold(&self, step: &'static str) {
        self.holds.get_or_create(&StepLabels { step }).inc();
    }

    pub(super) fn checked_out(&self, outcome: &'static str) {
        self.checkouts.get_or_create(&OutcomeLabels { outcome }).inc();
    }
}
