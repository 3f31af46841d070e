//! Where a reader goes on.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};
use serde::Deserialize;

use crate::problem::{Problem, ProblemCode};
use crate::stopping::Stopping;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How a stream is asked for: the version that its reader knows, from `Last-Event-ID` or else from `?after=`, if any.
///
/// As an extractor it refuses, with a [`Problem`], a header that is no version and any other parameter of the query.
#[derive(Debug)]
pub struct Resume {
    /// The last version that the reader knows; none if they begin.
    pub(super) known: Option<u64>,
    /// Whether it is only asked whether there would be a stream.
    pub(super) only_head: bool,
    pub(super) stopping: Stopping,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameters {
    #[serde(default)]
    after: Option<u64>,
}

impl<S: Send + Sync> FromRequestParts<S> for Resume {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(Parameters { after }) =
            Query::try_from_uri(&parts.uri).map_err(|_| Problem::new(ProblemCode::MalformedUri))?;
        // Browsers reconnect with the same address, so the header is what is newer.
        let known = last_event_id(&parts.headers)?.or(after);
        let stopping = parts.extensions.get().cloned().unwrap_or_default();
        Ok(Self { known, only_head: parts.method == Method::HEAD, stopping })
    }
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let mut values = headers.get_all(LAST_EVENT_ID).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let version = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match (version.and_then(|text| text.parse().ok()), values.next()) {
        (Some(version), None) => Ok(Some(version)),
        _ => Err(Problem::new(ProblemCode::MalformedHeader).field("header", "Last-Event-ID")),
    }
}
