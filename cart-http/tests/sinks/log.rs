//! Writes as lines of the log.

use std::io;
use std::sync::{Arc, Mutex};

use cart_http::sinks::TracingSink;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;

use crate::shop::Shop;

/// A log in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// A log of this thread, for as long as the guard lives.
    pub(crate) fn start(level: LevelFilter) -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
        let guard = tracing::subscriber::set_default(subscriber.with_max_level(level).finish());
        (log, guard)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn a_write_is_one_line_without_anything_personal() {
    let (log, _guard) = Log::start(LevelFilter::INFO);
    let shop = Shop::open();
    let cart = shop.cart().await;
    shop.note(cart, "for Eve").await;
    shop.add_mugs(cart).await;
    let relayed = shop.relay(Arc::new(TracingSink)).run(100).await.unwrap();
    assert_eq!((relayed.delivered, relayed.failed), (3, 0));
    let text = log.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("cart changed")).collect();
    assert_eq!(lines.len(), 3, "{text}");
    for (line, (version, events)) in
        lines.iter().zip([(1, "created"), (2, "note_changed"), (3, "line_added")])
    {
        let said = format!(r#"cart={cart} version={version} actor="user" events="{events}""#);
        assert!(line.contains("INFO cart_http::sinks:") && line.contains(&said), "{line}");
    }
    for personal in ["ann", "acme", "Offsite", "Eve", "mug", "1250", "12.50"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
}
