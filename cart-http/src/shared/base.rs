//! What share links begin with.

use std::fmt;

use axum::http::Uri;
use cart_core::sharing::LinkToken;

/// The address before `/cart/share/<token>` in the links that are given to shoppers, such as `https://shop.example`.
///
/// What answers there is the host's: a page that opens the cart with the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareBase(String);

/// Text that share links cannot begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "share links begin with an https address without user, query and fragment; http only on this machine"
)]
pub struct ShareBaseError;

impl ShareBase {
    /// Reads an address. A slash at its end does not matter.
    ///
    /// # Errors
    /// [`ShareBaseError`] if it is not absolute, has a user, a query or a fragment, or is not `https`: tokens are not to
    /// be read on the way. `http` is for trying things out, at a loopback address only.
    pub fn new(text: &str) -> Result<Self, ShareBaseError> {
        let uri: Uri = text.parse().map_err(|_| ShareBaseError)?;
        let is_kept_private = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]")),
            _ => false,
        };
        if is_kept_private && !text.contains(['@', '?', '#']) {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(ShareBaseError)
        }
    }

    /// The link with a token.
    pub(super) fn link(&self, token: &LinkToken) -> String {
        format!("{self}/cart/share/{}", token.reveal())
    }
}

impl fmt::Display for ShareBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_the_base_the_path_of_the_document_and_the_token() {
        let token = LinkToken::from_random([0xab; 32]);
        for base in ["https://quince.com", "https://quince.com/"] {
            let link = ShareBase::new(base).unwrap().link(&token);
            assert_eq!(link, format!("https://quince.com/cart/share/{}", "ab".repeat(32)));
        }
    }

    #[test]
    fn what_would_show_tokens_on_the_way_is_refused() {
        assert!(ShareBase::new("http://127.0.0.1:8080").is_ok());
        for text in [
            "",
            "/",
            "shop.example",
            "http://shop.example",
            "https://",
            "https://a@shop.example",
            "https://shop.example?x=1",
            "https://shop.example#x",
            "ftp://shop.example",
        ] {
            assert_eq!(ShareBase::new(text), Err(ShareBaseError), "{text}");
        }
    }
}
