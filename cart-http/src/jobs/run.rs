//! Running jobs.

use futures_util::future::join_all;
use tokio::sync::watch;
use tracing::{debug, warn};

use super::{Job, Worked};

/// Runs jobs until `stop` completes.
pub(super) async fn all(jobs: Vec<Job>, stop: impl Future<Output = ()> + Send) {
    let (sender, stopped) = watch::channel(false);
    let jobs = join_all(jobs.into_iter().map(|job| one(job, stopped.clone())));
    let stopping = async move {
        stop.await;
        // That nobody listens any more is as good.
        let _ = sender.send(true);
    };
    tokio::join!(jobs, stopping);
}

async fn one(job: Job, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let rests = match (job.work)().await {
            Ok(Worked::More) => false,
            Ok(Worked::Done) => true,
            Err(error) => {
                warn!(job = job.name, error = &*error as &dyn std::error::Error, "a job failed");
                true
            }
        };
        if rests {
            debug!(job = job.name, "nothing is due");
            tokio::select! {
                () = tokio::time::sleep(job.rest) => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
        } else {
            // A job with much to do leaves the thread to others between its batches.
            tokio::task::yield_now().await;
        }
    }
}
