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
    /// A quota for writes, counted in this process and apart from others of another name.
    pub fn of_writes(
        scope: &'static str,
        quota: Quota,
        proxies: TrustedProxies,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let own = SlidingWindow::new(Arc::clone(&clock));
        Self { scope, quota, counts_reads: false, proxies, clock, own, shared: None }
    }

    /// The same for all requests, reads too.
    pub fn of_requests(
        scope: &'static str,
        quota: Quota,
        proxies: TrustedProxies,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { counts_reads: true, ..Self::of_writes(scope, quota, proxies, clock) }
    }

    /// Counts by this limiter. Where it fails, this process counts by itself.
    #[must_use]
    pub fn counted_by(self, limiter: Arc<dyn RateLimiter>) -> Self {
        Self { shared: Some(limiter), ..self }
    }

    /// Puts the quota around all routes that `router` has now. Whom `authenticator` knows is counted as who they are;
    /// routes that have the same one do not ask it again.
    ///
    /// Keep it off the callbacks of payment providers: they all come from a few addresses.
    pub fn around<S>(self, authenticator: Arc<dyn Authenticator>, router: Router<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
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

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use axum::body::Body;
    use axum::extract::FromRef;
    use axum::http::{Method, StatusCode};
    use axum::routing::get;
    use cart_core::id::UserId;
    use cart_core::testing::ManualClock;
    use tower_service::Service as _;

    use super::*;
    use crate::auth::{AuthError, Authenticated};

    /// Knows everybody as one user.
    #[derive(Debug)]
    struct Always(&'static str);

    #[async_trait]
    impl Authenticator for Always {
        async fn authenticate(&self, _: &Parts) -> Result<Actor, AuthError> {
            Ok(Actor::user(UserId::new(self.0).unwrap()))
        }
    }

    #[derive(Clone)]
    struct Shop(Arc<dyn Authenticator>);

    impl FromRef<Shop> for Arc<dyn Authenticator> {
        fn from_ref(shop: &Shop) -> Self {
            Arc::clone(&shop.0)
        }
    }

    async fn who(Authenticated(actor): Authenticated) -> String {
        format!("{actor:?}")
    }

    fn known(name: &'static str) -> Arc<dyn Authenticator> {
        Arc::new(Always(name))
    }

    fn routes(path: &str, authenticator: &Arc<dyn Authenticator>) -> Router {
        Router::new().route(path, get(who).post(who)).with_state(Shop(Arc::clone(authenticator)))
    }

    fn limits(limit: u32) -> RateLimits {
        let quota = Quota::new(limit, 60).unwrap();
        RateLimits::of_writes("writes", quota, TrustedProxies::none(), Arc::<ManualClock>::default())
    }

    async fn ask(app: &mut Router, method: Method, path: &str) -> Response {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        app.call(request).await.unwrap()
    }

    #[tokio::test]
    async fn clones_count_together_and_reads_do_not_count() {
        let (ann, limits) = (known("ann"), limits(2));
        let one = limits.clone().around(Arc::clone(&ann), routes("/one", &ann));
        let mut app = one.merge(limits.around(Arc::clone(&ann), routes("/two", &ann)));
        for (method, path, status) in [
            (Method::POST, "/one", StatusCode::OK),
            (Method::GET, "/one", StatusCode::OK),
            (Method::POST, "/two", StatusCode::OK),
            (Method::POST, "/one", StatusCode::TOO_MANY_REQUESTS),
            (Method::POST, "/two", StatusCode::TOO_MANY_REQUESTS),
            (Method::GET, "/two", StatusCode::OK),
        ] {
            assert_eq!(ask(&mut app, method.clone(), path).await.status(), status, "{method} {path}");
        }
    }

    #[tokio::test]
    async fn all_requests_may_count_and_another_scope_counts_apart() {
        let ann = known("ann");
        let (quota, clock) = (Quota::new(1, 60).unwrap(), Arc::<ManualClock>::default());
        let all = RateLimits::of_requests("links", quota, TrustedProxies::none(), clock);
        let mut app = all.around(Arc::clone(&ann), routes("/links", &ann));
        assert_eq!(ask(&mut app, Method::GET, "/links").await.status(), StatusCode::OK);
        let refused = ask(&mut app, Method::GET, "/links").await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        let writes = limits(1);
        let (scope, other) = (RateLimits { scope: "links", ..writes.clone() }, writes);
        let mut app = scope.around(Arc::clone(&ann), routes("/links", &ann));
        let mut writing = other.around(Arc::clone(&ann), routes("/cart", &ann));
        assert_eq!(ask(&mut app, Method::POST, "/links").await.status(), StatusCode::OK);
        assert_eq!(ask(&mut writing, Method::POST, "/cart").await.status(), StatusCode::OK, "in one window");
    }

    #[tokio::test]
    async fn whom_the_limits_know_is_not_whom_a_route_with_another_authenticator_knows() {
        let (ann, bob) = (known("ann"), known("bob"));
        let mut app = limits(9).around(ann, routes("/", &bob));
        let answer = ask(&mut app, Method::POST, "/").await;
        let body = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        assert_eq!(body, format!("{:?}", Actor::user(UserId::new("bob").unwrap())));
    }
}
