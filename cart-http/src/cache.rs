//! Settings of the cache of users' carts.

use chrono::TimeDelta;

/// How long a cart may be kept in the host's [cache](cart_core::port::CartCache) after it was last read from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// For so long.
    pub time: TimeDelta,
}

/// A setting that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be a whole number from 1 to {}", CacheSettings::LONGEST)]
pub struct CacheSettingsError {
    /// Which.
    pub name: &'static str,
}

const TIME: &str = "CART_CUSTOMER_CACHE_TTL_SECONDS";

impl CacheSettings {
    /// The longest time, in seconds: a day.
    pub const LONGEST: i64 = 86_400;

    /// Reads settings from text values by name, such as the process environment: `CART_CUSTOMER_CACHE_TTL_SECONDS` (1 to
    /// 86,400; 60).
    ///
    /// # Errors
    /// [`CacheSettingsError`] names the setting if it is wrong.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Result<Self, CacheSettingsError> {
        let Some(text) = value(TIME) else { return Ok(Self::default()) };
        let seconds = text.trim().parse::<i64>().ok().filter(|seconds| (1..=Self::LONGEST).contains(seconds));
        let time = seconds.map(TimeDelta::seconds).ok_or(CacheSettingsError { name: TIME })?;
        Ok(Self { time })
    }
}

impl Default for CacheSettings {
    /// 60 seconds (`cart-module.md`, section 11).
    fn default() -> Self {
        Self { time: TimeDelta::seconds(60) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: Option<&str>) -> Result<i64, &'static str> {
        let value = |name: &str| text.filter(|_| name == TIME).map(str::to_owned);
        CacheSettings::read(value).map(|settings| settings.time.num_seconds()).map_err(|error| error.name)
    }

    #[test]
    fn a_cart_is_kept_for_60_seconds_or_as_long_as_the_setting_says() {
        assert_eq!(read(None), Ok(60));
        assert_eq!((read(Some(" 5 ")), read(Some("86400"))), (Ok(5), Ok(86_400)));
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for text in ["", "0", "-1", "1.5", "86401", "a minute"] {
            assert_eq!(read(Some(text)), Err(TIME), "{text}");
        }
    }
}
