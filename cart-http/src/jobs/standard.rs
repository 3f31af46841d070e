//! The jobs that every service has.

use std::future::Future;
use std::sync::Arc;

use cart_core::port::BoxError;
use cart_core::service::{CartError, CartService};
use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use tracing::warn;

use super::{JobSettings, Jobs, Worked};

pub(super) fn jobs(service: Arc<CartService>, settings: &JobSettings) -> Jobs {
    let JobSettings { expire, recover, holds, forget, retention, batch } = settings.clone();
    let retention = retention.max(JobSettings::LEAST_RETENTION);
    Jobs::new()
        .every("expire carts", expire, batches(&service, batch, expire_carts))
        .every("recover checkouts", recover, batches(&service, batch, recover_checkouts))
        .every("remove ended holds", holds, batches(&service, batch, remove_ended_holds))
        .every(
            "forget requests",
            forget,
            batches(&service, batch, move |service, batch| forget_requests(service, retention, batch)),
        )
}

/// A job of which each batch says how much it did; a full one says that there may be more.
fn batches<W, F>(
    service: &Arc<CartService>,
    batch: usize,
    work: W,
) -> impl Fn() -> BoxFuture<'static, Result<Worked, BoxError>> + Send + Sync + 'static
where
    W: Fn(Arc<CartService>, usize) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<usize, CartError>> + Send + 'static,
{
    let (service, batch) = (Arc::clone(service), batch.max(1));
    move || {
        let (service, work) = (Arc::clone(&service), work.clone());
        Box::pin(async move {
            let done = work(service, batch).await?;
            Ok(if done < batch { Worked::Done } else { Worked::More })
        })
    }
}

async fn remove_ended_holds(service: Arc<CartService>, batch: usize) -> Result<usize, CartError> {
    service.remove_ended_holds(batch).await
}

async fn forget_requests(
    service: Arc<CartService>,
    retention: TimeDelta,
    batch: usize,
) -> Result<usize, CartError> {
    service.forget_requests(retention, batch).await
}

async fn expire_carts(service: Arc<CartService>, batch: usize) -> Result<usize, CartError> {
    let done = service.expire_due(batch).await?;
    for (cart, error) in &done.failures {
        warn!(%cart, %error, "a cart could not be ended");
    }
    Ok(done.carts)
}

async fn recover_checkouts(service: Arc<CartService>, batch: usize) -> Result<usize, CartError> {
    let done = service.recover_checkouts(batch).await?;
    for (checkout, error) in &done.failures {
        warn!(%checkout, %error, "a checkout could not be gone on with");
    }
    // Those that failed are due still: they are looked at again after the rest.
    Ok(done.checkouts.saturating_sub(done.failures.len()))
}
