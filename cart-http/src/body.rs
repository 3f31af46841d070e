//! Reading a request body within its limits.

use std::error::Error;

use axum::body::{Body, HttpBody as _};
use http_body_util::BodyExt as _;

use crate::problem::{Problem, ProblemCode};

/// The body stopped arriving, or took longer than it may altogether. Answered with 408.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request body arrives too slowly")]
pub struct BodyTooSlow;

/// The largest body that is read, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyLimit(pub(crate) usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(64 * 1024)
    }
}

/// The whole body. One that announces to be too large is refused unread.
pub(crate) async fn read(mut body: Body, BodyLimit(limit): BodyLimit) -> Result<Vec<u8>, Problem> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large(limit));
    }
    let mut bytes = Vec::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        let data = frame.into_data().unwrap_or_default(); // trailers carry nothing for us
        if data.len() > limit.saturating_sub(bytes.len()) {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn too_large(limit: usize) -> Problem {
    Problem::new(ProblemCode::BodyTooLarge).field("limit_bytes", limit)
}

fn broken(error: &axum::Error) -> Problem {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    let slow = causes.any(|cause| cause.is::<BodyTooSlow>());
    Problem::new(if slow { ProblemCode::RequestTimeout } else { ProblemCode::MalformedJson })
}

#[cfg(test)]
mod tests {
    use axum::BoxError;
    use futures_util::stream;

    use super::*;

    fn chunks(chunks: Vec<Result<&'static str, BoxError>>) -> Body {
        Body::from_stream(stream::iter(chunks))
    }

    async fn refusal(body: Body) -> ProblemCode {
        read(body, BodyLimit(4)).await.unwrap_err().code()
    }

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_read() {
        assert_eq!(read(Body::from("abcd"), BodyLimit(4)).await.unwrap(), b"abcd");
        assert_eq!(read(chunks(vec![Ok("ab"), Ok("cd")]), BodyLimit(4)).await.unwrap(), b"abcd");
        assert_eq!(read(Body::empty(), BodyLimit(0)).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn one_byte_more_is_refused_announced_or_not() {
        assert_eq!(refusal(Body::from("abcde")).await, ProblemCode::BodyTooLarge);
        assert_eq!(refusal(chunks(vec![Ok("ab"), Ok("cde")])).await, ProblemCode::BodyTooLarge);
    }

    #[tokio::test]
    async fn a_late_body_is_told_from_a_broken_one() {
        assert_eq!(refusal(chunks(vec![Err(BodyTooSlow.into())])).await, ProblemCode::RequestTimeout);
        assert_eq!(refusal(chunks(vec![Err("reset".into())])).await, ProblemCode::MalformedJson);
    }
}
