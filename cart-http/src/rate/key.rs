//! Who is counted.

use std::fmt;
use std::net::IpAddr;

use cart_core::id::UserId;
use cart_core::text::percent_encoded;

use super::address;

/// Whose requests are counted together, and which of them: text of letters, digits and the signs `:`, `.`, `/`, `-`, `_`,
/// `~` and `%`.
///
/// It names a person or their address, so it is left out of `Debug` output, and of logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RateKey(Box<str>);

impl RateKey {
    /// A user, whichever company they act for.
    pub fn user(scope: &str, user: &UserId) -> Self {
        Self::new(scope, "user", &percent_encoded(user.as_str()))
    }

    /// A member of the host's staff.
    pub fn staff(scope: &str, user: &UserId) -> Self {
        Self::new(scope, "staff", &percent_encoded(user.as_str()))
    }

    /// Whoever comes from an address: of IPv6 the first 64 bits count. Without one they are all counted together.
    pub fn address(scope: &str, address: Option<IpAddr>) -> Self {
        Self::new(scope, "address", &address.map_or_else(|| "unknown".to_owned(), address::of_customer))
    }

    /// The host itself.
    pub fn system(scope: &str) -> Self {
        Self::new(scope, "system", "host")
    }

    fn new(scope: &str, kind: &str, who: &str) -> Self {
        Self(format!("cart:rate:{}:{kind}:{who}", percent_encoded(scope)).into())
    }

    /// The key as text, for stores of counts.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RateKey(_)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> RateKey {
        RateKey::user("writes", &UserId::new(text).unwrap())
    }

    #[test]
    fn no_two_who_are_counted_have_one_key() {
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let keys = [
            user("ann"),
            user("a:n"),
            user("a%3An"),
            user("é"),
            user("address:192.0.2.1"),
            RateKey::staff("writes", &UserId::new("ann").unwrap()),
            RateKey::user("reads", &UserId::new("ann").unwrap()),
            RateKey::address("writes", Some(address)),
            RateKey::address("writes", None),
            RateKey::system("writes"),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn a_key_is_plain_text_that_no_debug_output_has() {
        assert_eq!(user("a:é").as_str(), "cart:rate:writes:user:a%3A%C3%A9");
        assert!(!format!("{:?}", user("ann")).contains("ann"));
    }
}
