//! What is written to logs.

use std::io;
use std::sync::{Arc, Mutex};

use cart_core::testing::{Fault, StoreCall};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::Shop;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Log {
    fn start(&self) -> tracing::subscriber::DefaultGuard {
        let log = tracing_subscriber::fmt().with_writer(self.clone()).with_ansi(false);
        tracing::subscriber::set_default(log.with_max_level(LevelFilter::INFO).finish())
    }

    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

// All tasks of such a test run on its own thread, so they all write to its log.
#[tokio::test]
async fn a_failure_is_logged_with_its_causes_and_the_request_it_befell() {
    let log = Log::default();
    let _guard = log.start();
    let shop = Shop::open().await;
    shop.store.fail_next(StoreCall::Commit, 1, Fault::Full);
    let ann = shop.ann().with("x-request-id", "mine-1");
    ann.try_to_add("mug", 1).await.problem(507, "storage_full");
    shop.catalog.set_down(true);
    ann.try_to_add("mug", 1).await.problem(503, "unavailable");
    let lines = log.lines();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for (line, causes) in lines.iter().zip([
        ["code=\"storage_full\"", "failing store is full", "it was told to fail"],
        ["code=\"unavailable\"", "catalog is unavailable", "it was told to be down"],
    ]) {
        assert!(line.contains("ERROR") && line.contains("id=mine-1"), "{line}");
        assert!(causes.iter().all(|cause| line.contains(cause)), "{line}");
        assert!(!line.contains("ann") && !line.contains("mug"), "nothing personal: {line}");
    }
}

#[tokio::test]
async fn what_is_refused_is_not_an_error() {
    let log = Log::default();
    let _guard = log.start();
    let shop = Shop::open().await;
    shop.ann().try_to_add("none", 1).await.problem(422, "product_not_found");
    shop.ann().with("if-match", "\"1\"").try_to_add("mug", 1).await.problem(412, "version_conflict");
    shop.client("forged").get().await.problem(401, "unauthenticated");
    assert_eq!(log.lines(), [""; 0]);
}
