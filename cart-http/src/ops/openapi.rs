//! The description of these routes.

use axum::http::StatusCode;
use serde_json::json;

use crate::openapi::{Answer, Asks, Description, Form, Surface};

const SAYS: &str = "What those who run a service look at. Served where only they get to.";

/// The routes of [`ops`](crate::ops).
pub fn describe() -> Description {
    let mut ops = Surface::new("ops", SAYS, Form::PROBLEM).unguarded();
    let plain = |status, says, text: &str| Answer::with(status, says, "text/plain", &json!({"const": text}));
    let live = ops.get("/healthz", "live", "Whether the process answers").asked_by(Asks::Anybody);
    ops.add(live.answers(plain(StatusCode::OK, "It does.", "ok\n")));
    let ready = ops.get("/readyz", "ready", "Whether the service can do its work").asked_by(Asks::Anybody);
    let ready = ready.answers(plain(StatusCode::OK, "It can.", "ready\n"));
    ops.add(ready.answers(plain(StatusCode::SERVICE_UNAVAILABLE, "It cannot now.", "not ready\n")));
    let text = json!({"type": "string"});
    let metrics = ops.get("/metrics", "metrics", "What is counted").asked_by(Asks::Anybody);
    let media = "application/openmetrics-text";
    let metrics = metrics.answers(Answer::with(StatusCode::OK, "OpenMetrics text.", media, &text));
    ops.add(metrics.answers(Answer::empty(StatusCode::INTERNAL_SERVER_ERROR, "It could not be written.")));
    ops.described()
}
