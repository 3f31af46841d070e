//! The catalogue of error codes.

use axum::http::StatusCode;

macro_rules! catalogue {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// Every error that the routers answer with. Codes are stable: programs may rely on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ProblemCode {
            $($(#[$doc])+ $name,)+
        }

        impl ProblemCode {
            /// The whole catalogue.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code in the document.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                }
            }

            /// A sentence that is the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)+
                }
            }
        }
    };
}

catalogue! {
    /// The body is not JSON, repeats a key, nests too deep or goes on after its end.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not well-formed JSON";
    /// A header such as `If-Match` or `Idempotency-Key` cannot be read.
    MalformedHeader = "malformed_header", BAD_REQUEST, "A request header is malformed";
    /// A part of the path or the query cannot be read.
    MalformedUri = "malformed_uri", BAD_REQUEST, "The path or query is malformed";
    /// No credentials, or none that are valid.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Authentication is required";
    /// The actor may see this, but not do that.
    Forbidden = "forbidden", FORBIDDEN, "The action is not allowed";
    /// There is nothing here that the actor may see.
    NotFound = "not_found", NOT_FOUND, "Not found";
    /// The path exists, but not with this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The body stopped arriving or took too long.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "The request arrived too slowly";
    /// `If-Match` named another version than the cart has.
    VersionConflict = "version_conflict", PRECONDITION_FAILED, "The cart has changed";
    /// The body is larger than allowed.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is declared as something else than JSON in UTF-8.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON in UTF-8";
    /// The body has a field that the operation does not know.
    UnknownField = "unknown_field", UNPROCESSABLE_ENTITY, "The body has an unknown field";
    /// The body lacks a field that the operation needs.
    MissingField = "missing_field", UNPROCESSABLE_ENTITY, "The body lacks a field";
    /// A field of the body has the wrong type or is out of range.
    InvalidValue = "invalid_value", UNPROCESSABLE_ENTITY, "A value is of the wrong type or out of range";
    /// Something failed that should not.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    /// Something needed cannot be reached now; the same request may succeed later.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Temporarily unavailable";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_in_snake_case() {
        let codes: HashSet<_> = ProblemCode::ALL.iter().map(|code| code.code()).collect();
        assert_eq!(codes.len(), ProblemCode::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }

    #[test]
    fn every_code_is_an_error() {
        let mut statuses = ProblemCode::ALL.iter().map(|code| code.status());
        assert!(statuses.all(|status| status.is_client_error() || status.is_server_error()));
    }
}
