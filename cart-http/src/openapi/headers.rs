//! The headers of requests and answers, each described once.

use serde_json::{Map, Value, json};

/// A header of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// The version of the cart.
    ETag,
    /// That the request was answered before.
    Replayed,
    /// When to ask again.
    RetryAfter,
    /// Where what was made is found.
    Location,
    /// How to authenticate.
    Challenge,
}

/// What the guard puts on every answer, and quotas where a host has them.
const AROUND: [&str; 9] = [
    "X-Request-ID",
    "X-Response-Time",
    "Cache-Control",
    "Vary",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
];

impl Header {
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::ETag => &["ETag"],
            Self::Replayed => &["Idempotency-Replayed"],
            Self::RetryAfter => &["Retry-After"],
            Self::Location => &["Location"],
            Self::Challenge => &["WWW-Authenticate"],
        }
    }
}

/// References to these headers, and to those of the guard.
pub(super) fn references(headers: &[Header], is_guarded: bool) -> Map<String, Value> {
    let around = AROUND.iter().filter(|_| is_guarded);
    let all = around.chain(headers.iter().flat_map(|header| header.names()));
    all.map(|name| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}))).collect()
}

/// All of them, described.
pub(super) fn described() -> Value {
    let whole = json!({"type": "integer", "minimum": 0});
    json!({
        "X-Request-ID": {
            "description": "The id of the request: the client's if it sent one that is well-formed, else a new one.",
            "required": true, "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        },
        "X-Response-Time": {
            "description": "How long it took until the answer began.",
            "required": true, "schema": {"type": "string", "pattern": "^[0-9]+ms$"}, "example": "12ms",
        },
        "Cache-Control": {
            "description": "No answer is stored.", "required": true, "schema": {"type": "string", "const": "no-store"},
        },
        "Vary": {
            "description": "What an answer depends on besides the address.",
            "required": true, "schema": {"type": "string", "const": "authorization"},
        },
        "X-Content-Type-Options": {
            "description": "An answer is of the type that it says.",
            "required": true, "schema": {"type": "string", "const": "nosniff"},
        },
        "Referrer-Policy": {
            "description": "No address is told to others.",
            "required": true, "schema": {"type": "string", "const": "no-referrer"},
        },
        "ETag": {
            "description": "The version of the cart, for `If-Match`. A preview has none.",
            "schema": {"type": "string", "pattern": "^\"[1-9][0-9]*\"$"}, "example": "\"7\"",
        },
        "Idempotency-Replayed": {
            "description": "The request was done before, and is answered as then.",
            "schema": {"type": "string", "const": "true"},
        },
        "Retry-After": {"description": "After how many seconds to ask again.", "schema": whole},
        "Location": {
            "description": "Where what was made is found.", "schema": {"type": "string", "format": "uri"},
        },
        "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}},
        "X-RateLimit-Limit": {
            "description": "How many requests there may be in a while, where the host limits them.", "schema": whole,
        },
        "X-RateLimit-Remaining": {"description": "How many there may be still.", "schema": whole},
        "X-RateLimit-Reset": {
            "description": "When there may be as many again, in seconds since 1970.", "schema": whole,
        },
    })
}

/// Headers of requests that several operations take.
pub(super) fn parameters() -> Value {
    let key = json!({"type": "string", "pattern": "^[!-~]{1,128}$"});
    json!({
        "Idempotency-Key": {
            "name": "Idempotency-Key", "in": "header", "schema": key,
            "description": "A key by which a repeated request is known: it is not done again but answered as the first \
                time. Also read as `X-Idempotency-Key`; if both are there, they are the same.",
        },
        "X-Idempotency-Key": {
            "name": "X-Idempotency-Key", "in": "header", "schema": key,
            "description": "A key by which a repeated request is known: it is not done again but answered as the first \
                time. Also read as `Idempotency-Key`; if both are there, they are the same.",
        },
        "If-Match": {
            "name": "If-Match", "in": "header",
            "description": "The `ETag` of a cart: done only if it is still at that version. A list, or `*` for any version.",
            "schema": {"anyOf": [
                {"type": "string", "const": "*"},
                {"type": "string", "pattern": "^\"[!#-~]*\"( ?, ?\"[!#-~]*\")*$"},
            ]},
        },
        "X-Request-ID": {
            "name": "X-Request-ID", "in": "header", "description": "An id for the request, which answers and logs repeat.",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
        },
        "Last-Event-ID": {
            "name": "Last-Event-ID", "in": "header",
            "description": "The last version that the reader knows: what came after it is told first.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"},
        },
    })
}

/// A reference to a header of requests.
pub(crate) fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}
