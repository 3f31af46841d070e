//! Tokens are in no log, in no refusal and in no debug output.

use std::io;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use cart_core::sharing::LinkToken;
use cart_core::testing::{Fault, StoreCall};
use serde_json::json;
use tracing::level_filters::LevelFilter;

use crate::support::Friends;

/// A log in memory.
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

#[tokio::test]
async fn a_token_is_shown_to_nobody_but_whom_it_was_made_for() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
    let _guard = tracing::subscriber::set_default(subscriber.with_max_level(LevelFilter::TRACE).finish());
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true, "label": "CANARY-LABEL"})).await;
    let digest = link.parse::<LinkToken>().unwrap().digest().to_string();
    let mut answers = Vec::new();
    let bearer = friends.nobody().with("x-share-token", &link);
    for call in [StoreCall::CartWithLink, StoreCall::OpenLink, StoreCall::Commit] {
        friends.store.fail_next(call, 1, Fault::Corrupt);
        answers.push(friends.nobody().get(&format!("shared/{link}")).await);
        answers.push(bearer.get("shared").await);
        let body =
            json!({"op": "add", "product_id": "pen", "comment": "CANARY-COMMENT", "name": "CANARY-NAME"});
        friends.store.fail_next(call, 1, Fault::Full);
        answers.push(bearer.post("shared/suggestions", body).await);
        answers.push(bearer.post(&format!("shared/{link}/suggestions"), json!({"op": "x"})).await);
        answers.push(bearer.send(Method::PUT, &format!("shared/{link}"), None).await);
        answers.push(bearer.get(&format!("shared/{link}/nothing")).await);
        answers.push(bearer.get(&format!("shared/{link}x")).await);
        answers.push(
            bearer
                .with("if-match", "\"1\"")
                .post("shared/suggestions", json!({"op": "add", "product_id": "pen", "quantity": 3}))
                .await,
        );
    }
    friends.catalog.set_down(true);
    answers.push(friends.nobody().get(&format!("shared/{link}")).await);
    friends.catalog.set_down(false);
    drop(friends.nobody().open(Method::GET, &format!("shared/{link}/events"), String::new()).await);
    answers.push(friends.ann().get(&format!("{cart}/links")).await);
    answers.push(friends.ann().get(&format!("{cart}/suggestions")).await);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.matches("ERROR").count() >= 3, "the failures were logged: {log}");
    for secret in [&*link, &digest, "CANARY"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    let failed = answers.iter().filter(|answer| answer.status >= 500).count();
    assert!(failed >= 3, "{failed}");
    for answer in &answers {
        let text = format!("{:?} {:?}", answer.headers, answer.bytes);
        assert!(!text.contains(&link) && !text.contains(&digest), "{text}");
    }
    let debug = format!("{:?} {:?}", friends.view(&cart).await, friends.hub);
    assert!(!debug.contains(&link) && !debug.contains("CANARY"), "{debug}");
}
