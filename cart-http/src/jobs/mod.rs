//! Runs the jobs of a service on tokio, for hosts without a scheduler of their own.
//!
//! A job does its work in batches until nothing is due, then rests for its interval. What fails is logged and tried again
//! after the next rest; other jobs go on meanwhile. What there is to do is in the store, so nothing is lost when the process
//! ends, and two processes that run the same jobs do nothing twice.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use cart_core::service::CartService;
//! # async fn example(service: Arc<CartService>) {
//! use cart_http::jobs::{JobSettings, Jobs};
//!
//! let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! let jobs = Jobs::of_service(service, &JobSettings::default());
//! let running = tokio::spawn(jobs.run(async { drop(stopped.await) }));
//! // ... and when the host ends:
//! drop(stop);
//! drop(running.await);
//! # }
//! ```

mod run;
mod settings;
mod standard;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cart_core::port::BoxError;
use cart_core::service::CartService;

pub use self::settings::{JobSettings, JobSettingsError};

type Work = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Worked, BoxError>> + Send>> + Send + Sync>;

/// What one batch of a job came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worked {
    /// There may be more to do at once.
    More,
    /// Nothing is due any more.
    Done,
}

/// Jobs that are run side by side, each one batch at a time.
#[derive(Debug, Default)]
pub struct Jobs(Vec<Job>);

struct Job {
    name: &'static str,
    rest: Duration,
    work: Work,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("name", &self.name).field("rest", &self.rest).finish_non_exhaustive()
    }
}

impl Jobs {
    /// No jobs yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// All jobs of a service: it ends carts whose lifetime has ended, goes on with checkouts that somebody has to look at,
    /// removes holds of stock that have ended, and forgets old request keys.
    pub fn of_service(service: Arc<CartService>, settings: &JobSettings) -> Self {
        standard::jobs(service, settings)
    }

    /// One more job, such as handing events on, or sealing anew what is sealed with an old key. Each call of `work` does one
    /// batch; it is called again at once after [`Worked::More`], and after a rest otherwise.
    #[must_use]
    pub fn every<W, F>(mut self, name: &'static str, rest: Duration, work: W) -> Self
    where
        W: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<Worked, BoxError>> + Send + 'static,
    {
        self.0.push(Job { name, rest, work: Box::new(move || Box::pin(work())) });
        self
    }

    /// Runs the jobs until `stop` completes, and returns once the batches that were under way are done.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        run::all(self.0, stop).await;
    }
}
