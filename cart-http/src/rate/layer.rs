//! A quota around routes.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use cart_core::actor::Actor;
use cart_core::port::Clock;

use super::forwarded::TrustedProxies;
use super::headers::{tell, too_many};
use super::key::RateKey;
use super::limiter::{RateLimiter, Verdict};
use super::quota::Quota;
use super::settings::RateSettings;
use super::window::SlidingWindow;
use crate::auth::{Authenticator, Proven};

/// A quota for each customer, around routes. Clones count together, so that one may be put around several routers.
///
/// Put it inside of [`Guard`](crate::Guard), and of what gives a surface's errors their shape.
#[derive(Clone, Debug)]
pub struct RateLimits {
    scope: &'static str,
    quota: Quota,
    counts_reads: bool,
    proxies: TrustedProxies,
    clock: Arc<dyn Clock>,
    own: SlidingWindow,
    shared: Option<Arc<dyn RateLimiter>>,
}

impl RateLimits {
    /// The writes of customers, counted in this process.
    pub fn customer_writes(settings: RateSettings, clock: Arc<dyn Clock>) -> Self {
        let RateSettings { customer_writes: quota, proxies } = settings;
        let own = SlidingWindow::new(Arc::clone(&clock));
        Self { scope: "writes", quota, counts_reads: false, proxies, clock, own, shared: None }
    }

    /// Counts by this limiter. Where it fails, this process counts by itself.
    #[must_use]
    pub fn counted_by(self, limiter: Arc<dyn RateLimiter>) -> Self {
        Self { shared: Some(limiter), ..self }
    }

    /// The same quota for all requests, reads too, counted apart from others of this name.
    #[must_use]
    pub fn for_all_requests(self, scope: &'static str) -> Self {
        Self { counts_reads: true, scope, ..self }
    }

    /// Puts the quota around all routes that `router` has now. Whom `authenticator` knows is counted as who they are;
    /// routes that have the same one do not ask it again.
    pub fn around(self, authenticator: Arc<dyn Authenticator>, router: Router) -> Router {
        router.layer(from_fn_with_state(Limited { limits: self, authenticator }, limit))
    }

    async fn hit(&self, key: &RateKey) -> Verdict {
        let Some(limiter) = &self.shared else { return self.own.count(key, self.quota) };
        match limiter.hit(key, self.quota).await {
            Ok(verdict) => verdict,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn Error,
                    "the rate limiter failed; this process counts alone"
                );
                self.own.count(key, self.quota)
            }
        }
    }

    fn key(&self, actor: Option<&Actor>, request: &Parts) -> RateKey {
        match actor {
            Some(Actor::User { user, .. }) => RateKey::user(self.scope, user),
            Some(Actor::Staff(user)) => RateKey::staff(self.scope, user),
            Some(Actor::System) => RateKey::system(self.scope),
            // Anybody can make tokens up, and be somebody else with every request.
            Some(Actor::Guest(_) | Actor::LinkBearer(_)) | None => {
                RateKey::address(self.scope, self.proxies.client(request))
            }
        }
    }
}

#[derive(Clone, Debug)]
struct Limited {
    limits: RateLimits,
    authenticator: Arc<dyn Authenticator>,
}

async fn limit(State(limited): State<Limited>, request: Request, next: Next) -> Response {
    let Limited { limits, authenticator } = limited;
    if request.method().is_safe() && !limits.counts_reads {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let proven = authenticator.authenticate(&parts).await.ok();
    let key = limits.key(proven.as_ref(), &parts);
    if let Some(actor) = proven {
        parts.extensions.insert(Proven { actor, by: authenticator });
    }
    let verdict = limits.hit(&key).await;
    let mut answer = match verdict.retry_in {
        None => next.run(Request::from_parts(parts, body)).await,
        Some(retry_in) => too_many(limits.quota, retry_in),
    };
    tell(answer.headers_mut(), limits.quota, &verdict, limits.clock.now());
    answer
}
