//! What links begin with.

use std::fmt;
use std::str::FromStr;

use axum::http::Uri;

/// The address under which clients reach the router, such as `https://glue.shop.example` or
/// `https://shop.example/api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseAddress(String);

/// Text that is not the address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a base address is an http or https URL without user, query and fragment")]
pub struct BaseAddressError;

impl BaseAddress {
    /// Reads an address. A slash at its end does not matter.
    ///
    /// # Errors
    /// [`BaseAddressError`] if it is not an absolute `http` or `https` URL, or has a user, a query or a fragment.
    pub fn new(text: &str) -> Result<Self, BaseAddressError> {
        let uri: Uri = text.parse().map_err(|_| BaseAddressError)?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        let is_plain = !text.contains(['@', '?', '#']);
        if is_web && is_plain {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(BaseAddressError)
        }
    }

    /// The address of something below, whose path begins with a slash.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl FromStr for BaseAddress {
    type Err = BaseAddressError;
    fn from_str(text: &str) -> Result<Self, BaseAddressError> {
        Self::new(text)
    }
}

impl fmt::Display for BaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_joined_without_a_second_slash() {
        for (base, joined) in [
            ("http://glue.mysprykershop.com", "http://glue.mysprykershop.com/carts"),
            ("https://shop.example/", "https://shop.example/carts"),
            ("https://shop.example:8443/api/", "https://shop.example:8443/api/carts"),
        ] {
            assert_eq!(BaseAddress::new(base).unwrap().join("/carts"), joined);
        }
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused() {
        for text in [
            "",
            "/",
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https://a@shop.example",
            "https://shop.example?x=1",
            "https://shop.example#x",
            "https://shop.example/a b",
        ] {
            assert_eq!(BaseAddress::new(text), Err(BaseAddressError), "{text}");
        }
    }
}
