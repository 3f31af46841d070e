//! Jobs run until they are told to stop, whatever becomes of one of them.

#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cart_core::checkout::{Handoff, Stage};
use cart_core::command::{BeginCheckout, CreateCart};
use cart_core::memory::{MemoryCatalog, MemoryStore};
use cart_core::policy::Ttl;
use cart_core::prelude::*;
use cart_core::status::StatusName;
use cart_core::testing::{ManualClock, block_on};
use cart_http::jobs::{JobSettings, Jobs, Worked};
use chrono::TimeDelta;
use tokio::sync::Notify;

const SECOND: Duration = Duration::from_secs(1);

fn settings() -> JobSettings {
    JobSettings { expire: SECOND, recover: SECOND, holds: SECOND, forget: SECOND, ..JobSettings::default() }
}

/// A shop whose carts live for an hour, with a cart of Ann's.
struct Shop {
    clock: Arc<ManualClock>,
    service: Arc<CartService>,
    cart: Target,
}

fn ann() -> Caller {
    Caller::new(Actor::user(UserId::new("ann").unwrap()))
}

fn shop() -> Shop {
    let clock = Arc::new(ManualClock::default());
    let channel = ChannelId::new("shop").unwrap();
    let catalog = MemoryCatalog::default();
    let price = UnitPrices::undiscounted(Money::new(12_50, Currency::EUR)).unwrap();
    catalog.put(ProductId::new("mug").unwrap(), Product::new("Mug", price));
    let policy = CartPolicy { user_lifetime: Ttl::Sliding(TimeDelta::hours(1)), ..CartPolicy::shared() };
    let service = CartService::builder(Arc::new(MemoryStore::default()), Arc::new(catalog))
        .channel(channel.clone(), policy, Currency::EUR)
        .clock(Arc::clone(&clock) as _)
        .build()
        .unwrap();
    let made = block_on(service.create(&ann(), &channel, &CreateCart::default())).unwrap();
    let cart = Target::Cart(made.view.cart.id());
    let mug = ProductKey::plain(ProductId::new("mug").unwrap());
    let add = Command::Edit(LineEdit::Add(AddLine::new(mug, Quantity::ONE)));
    block_on(service.execute(&ann(), &cart, &add)).unwrap();
    Shop { clock, service: Arc::new(service), cart }
}

/// Runs jobs for so many seconds.
async fn run_for(jobs: Jobs, seconds: u64) {
    jobs.run(tokio::time::sleep(Duration::from_secs(seconds))).await;
}

#[tokio::test(start_paused = true)]
async fn carts_end_and_checkouts_time_out() {
    let Shop { clock, service, cart } = shop();
    let begun = service.checkout(&ann(), &cart, &BeginCheckout::whole(Handoff::Host)).await.unwrap();
    run_for(Jobs::of_service(Arc::clone(&service), &settings()), 3).await;
    let state = service.checkout_state(ann().actor(), begun.checkout.id).await.unwrap();
    assert_eq!(state.stage, Stage::Begun, "its time is not over");

    clock.advance(TimeDelta::minutes(31));
    run_for(Jobs::of_service(Arc::clone(&service), &settings()), 3).await;
    let state = service.checkout_state(ann().actor(), begun.checkout.id).await.unwrap();
    assert!(matches!(state.stage, Stage::Ended { .. }), "{:?}", state.stage);
    assert_eq!(state.view.cart.status().name(), StatusName::Active);

    clock.advance(TimeDelta::hours(2));
    run_for(Jobs::of_service(Arc::clone(&service), &settings()), 3).await;
    assert_eq!(service.expire_due(10).await.unwrap().carts, 0, "the job has ended it");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_is_run_again_and_keeps_no_other_waiting() {
    let (failing, working) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = |counter: &Arc<AtomicUsize>| {
        let counter = Arc::clone(counter);
        move || counter.fetch_add(1, Ordering::Relaxed)
    };
    let (fails, works) = (counted(&failing), counted(&working));
    let jobs = Jobs::new()
        .every("failing", SECOND, move || {
            fails();
            async { Err("no".into()) }
        })
        .every("working", SECOND, move || {
            works();
            async { Ok(Worked::Done) }
        });
    jobs.run(tokio::time::sleep(Duration::from_millis(2500))).await;
    assert_eq!((failing.load(Ordering::Relaxed), working.load(Ordering::Relaxed)), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_job_goes_on_without_a_rest_while_there_is_more() {
    let batches = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&batches);
    let jobs = Jobs::new().every("many", Duration::from_secs(3600), move || {
        let batch = counter.fetch_add(1, Ordering::Relaxed);
        async move { Ok(if batch < 9 { Worked::More } else { Worked::Done }) }
    });
    run_for(jobs, 60).await;
    assert_eq!(batches.load(Ordering::Relaxed), 10);
}

#[tokio::test]
async fn the_batch_under_way_is_finished_before_the_jobs_stop() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let finished = Arc::new(AtomicUsize::new(0));
    let (has_begun, may_go_on, counter) = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&finished));
    let jobs = Jobs::new().every("long", Duration::from_secs(3600), move || {
        let (begun, go_on) = (Arc::clone(&has_begun), Arc::clone(&may_go_on));
        let finished = Arc::clone(&counter);
        async move {
            begun.notify_one();
            go_on.notified().await;
            finished.fetch_add(1, Ordering::Relaxed);
            Ok(Worked::More)
        }
    });
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let running = tokio::spawn(jobs.run(async move { stopped.notified().await }));
    begun.notified().await;
    stop.notify_one();
    tokio::task::yield_now().await;
    assert!(!running.is_finished());
    go_on.notify_one();
    running.await.unwrap();
    assert_eq!(finished.load(Ordering::Relaxed), 1);
}
