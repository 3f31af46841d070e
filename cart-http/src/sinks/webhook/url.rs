//! Where webhooks are sent.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::Uri;

/// The address of a receiver: `https`, or `http` to the same machine. Its path and query may be secrets, so they do not
/// show in `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Uri);

/// Text that is not the address of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook address is an https URL without user and fragment; http only to the same machine")]
pub struct WebhookUrlError;

impl WebhookUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// [`WebhookUrlError`] if it is not absolute, has a user or a fragment, or is neither `https` nor `http` to
    /// `localhost` or a loopback address.
    pub fn new(text: &str) -> Result<Self, WebhookUrlError> {
        let uri: Uri = text.parse().map_err(|_| WebhookUrlError)?;
        let has_user = uri.authority().is_none_or(|authority| authority.as_str().contains('@'));
        let is_safe = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => uri.host().is_some_and(is_loopback),
            Some(_) | None => false,
        };
        if is_safe && !has_user && !text.contains('#') { Ok(Self(uri)) } else { Err(WebhookUrlError) }
    }

    pub(super) const fn uri(&self) -> &Uri {
        &self.0
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

impl FromStr for WebhookUrl {
    type Err = WebhookUrlError;
    fn from_str(text: &str) -> Result<Self, WebhookUrlError> {
        Self::new(text)
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host) = (self.0.scheme_str(), self.0.host());
        write!(f, "WebhookUrl({}://{}/..)", scheme.unwrap_or_default(), host.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_the_same_machine_are_taken() {
        for text in [
            "https://hooks.example/carts?key=1",
            "https://10.0.0.1:8443",
            "HTTPS://hooks.example/",
            "http://localhost:8080/x",
            "http://127.8.9.1/",
            "http://[::1]:80/",
        ] {
            assert!(WebhookUrl::new(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_others_could_read_or_misread_is_refused() {
        for text in [
            "",
            "/carts",
            "hooks.example",
            "ftp://localhost/",
            "http://hooks.example/",
            "http://127.0.0.1.example/",
            "http://localhost.example/",
            "http://10.0.0.1/",
            "http://[::2]/",
            "https://user@hooks.example/",
            "http://localhost@hooks.example/",
            "https://hooks.example/#part",
            "https:///carts",
        ] {
            assert_eq!(WebhookUrl::new(text), Err(WebhookUrlError), "{text}");
        }
    }

    #[test]
    fn the_path_does_not_show() {
        let url = WebhookUrl::new("https://hooks.example/s3cret?s3cret").unwrap();
        assert_eq!(format!("{url:?}"), "WebhookUrl(https://hooks.example/..)");
    }
}
