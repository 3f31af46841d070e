//! Settings by name.

use super::forwarded::TrustedProxies;
use super::quota::Quota;

/// The quotas of [`Limits`](super::Limits), and the proxies in front of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateSettings {
    /// How many changes of carts in which time.
    pub customer_writes: Quota,
    /// How many requests with share links.
    pub links: Quota,
    /// How many orders.
    pub checkouts: Quota,
    /// How many requests of any kind.
    pub requests: Quota,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
}

/// A setting that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be {expected}")]
pub struct RateSettingsError {
    /// Which.
    pub name: &'static str,
    expected: &'static str,
}

const LIMIT: &str = "CART_CUSTOMER_OPERATION_RATE_LIMIT";
const LINKS: &str = "CART_LINK_RATE_LIMIT";
const CHECKOUTS: &str = "CART_CHECKOUT_RATE_LIMIT";
const REQUESTS: &str = "CART_REQUEST_RATE_LIMIT";
const WINDOW: &str = "CART_CUSTOMER_RATE_WINDOW_SECONDS";
const PROXIES: &str = "CART_TRUSTED_PROXIES";

impl RateSettings {
    /// Reads settings from text values by name, such as the process environment:
    /// `CART_CUSTOMER_OPERATION_RATE_LIMIT` (1 to 10,000; 60), `CART_LINK_RATE_LIMIT` (120), `CART_CHECKOUT_RATE_LIMIT`
    /// (30), `CART_REQUEST_RATE_LIMIT` (100), for all of them `CART_CUSTOMER_RATE_WINDOW_SECONDS` (1 to 86,400; 60), and
    /// `CART_TRUSTED_PROXIES` (networks with commas between them; none).
    ///
    /// # Errors
    /// [`RateSettingsError`] names the first setting that is wrong.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Result<Self, RateSettingsError> {
        let number = |name, usual| match value(name) {
            None => Ok(usual),
            Some(text) => text.trim().parse().map_err(|_| not_a_number(name)),
        };
        let window_secs = number(WINDOW, 60)?;
        let quota = |name, usual: Quota| {
            let limit = number(name, usual.limit())?;
            // One of the two is out of range; the other fits together with any that is not.
            let culprit = if Quota::new(limit, 1).is_err() { name } else { WINDOW };
            Quota::new(limit, window_secs).map_err(|_| not_a_number(culprit))
        };
        let usual = Self::default();
        let proxies = TrustedProxies::parse(&value(PROXIES).unwrap_or_default());
        let expected = "IP addresses or networks with commas between them";
        Ok(Self {
            customer_writes: quota(LIMIT, usual.customer_writes)?,
            links: quota(LINKS, usual.links)?,
            checkouts: quota(CHECKOUTS, usual.checkouts)?,
            requests: quota(REQUESTS, usual.requests)?,
            proxies: proxies.map_err(|_| RateSettingsError { name: PROXIES, expected })?,
        })
    }
}

fn not_a_number(name: &'static str) -> RateSettingsError {
    let expected =
        if name == WINDOW { "a whole number from 1 to 86400" } else { "a whole number from 1 to 10000" };
    RateSettingsError { name, expected }
}

impl Default for RateSettings {
    /// The usual quotas in 60 seconds, such as 60 writes (`cart-module.md`, section 11), and no proxies.
    fn default() -> Self {
        Self {
            customer_writes: Quota::CUSTOMER_WRITES,
            links: Quota::LINKS,
            checkouts: Quota::CHECKOUTS,
            requests: Quota::REQUESTS,
            proxies: TrustedProxies::none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[(&str, &str)]) -> Result<RateSettings, &'static str> {
        let value =
            |name: &str| settings.iter().find(|(n, _)| *n == name).map(|(_, text)| (*text).to_owned());
        RateSettings::read(value).map_err(|error| error.name)
    }

    #[test]
    fn without_settings_customers_have_60_writes_in_60_seconds() {
        assert_eq!(read(&[]), Ok(RateSettings::default()));
        assert_eq!(RateSettings::default().customer_writes, Quota::new(60, 60).unwrap());
    }

    #[test]
    fn settings_are_read_by_the_names_of_the_document() {
        let settings = read(&[(LIMIT, "5"), (WINDOW, " 30 "), (PROXIES, "10.0.0.0/8")]).unwrap();
        assert_eq!(settings.customer_writes, Quota::new(5, 30).unwrap());
        assert_eq!(settings.links, Quota::new(120, 30).unwrap());
        assert_eq!(settings.proxies, TrustedProxies::parse("10.0.0.0/8").unwrap());
        let settings = read(&[(LINKS, "1"), (CHECKOUTS, "2"), (REQUESTS, "3")]).unwrap();
        let limits = [settings.links, settings.checkouts, settings.requests].map(Quota::limit);
        assert_eq!(limits, [1, 2, 3]);
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (name, text) in [
            (LIMIT, "0"),
            (LIMIT, "-1"),
            (LIMIT, "1e2"),
            (LIMIT, "10001"),
            (LINKS, "0"),
            (CHECKOUTS, "10001"),
            (REQUESTS, "many"),
            (WINDOW, "0"),
            (WINDOW, "86401"),
            (WINDOW, ""),
            (PROXIES, "proxy"),
        ] {
            assert_eq!(read(&[(name, text)]), Err(name), "{name} {text}");
        }
    }
}
