//! When jobs run.

use std::time::Duration;

use chrono::TimeDelta;

/// How long jobs rest, how much they do at once, and how long request keys are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSettings {
    /// Between two looks for carts whose lifetime has ended (`CART_EXPIRE_INTERVAL_MS` of `cart-module.md`).
    pub expire: Duration,
    /// Between two looks for checkouts that somebody has to look at.
    pub recover: Duration,
    /// Between two removals of holds that have ended.
    pub holds: Duration,
    /// Between two looks for request keys that are old enough to be forgotten.
    pub forget: Duration,
    /// How long request keys are kept; at least [`JobSettings::LEAST_RETENTION`].
    pub retention: TimeDelta,
    /// How much a job does at once, at least 1.
    pub batch: usize,
}

impl JobSettings {
    /// A client may repeat a request for a day.
    pub const LEAST_RETENTION: TimeDelta = TimeDelta::hours(24);

    /// Reads settings from text values by name, such as the process environment: `CART_EXPIRE_INTERVAL_MS`,
    /// `CART_RECOVER_INTERVAL_MS`, `CART_HOLDS_INTERVAL_MS`, `CART_FORGET_INTERVAL_MS` (milliseconds, at least 1) and
    /// `CART_REQUEST_RETENTION_HOURS` (hours, at least 24). What is not said is as by default.
    ///
    /// # Errors
    /// [`JobSettingsError`] names the first setting that is wrong.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Result<Self, JobSettingsError> {
        let number = |name: &'static str, least: u64| match value(name) {
            None => Ok(None),
            Some(text) => match text.trim().parse::<u64>() {
                Ok(number) if (least..=MOST).contains(&number) => Ok(Some(number)),
                Ok(_) | Err(_) => Err(JobSettingsError { name, least }),
            },
        };
        let rest = |name: &'static str, default: Duration| {
            Ok(number(name, 1)?.map_or(default, Duration::from_millis))
        };
        let default = Self::default();
        let hours = number("CART_REQUEST_RETENTION_HOURS", 24)?;
        let retention = hours.and_then(|hours| TimeDelta::try_hours(i64::try_from(hours).ok()?));
        Ok(Self {
            expire: rest("CART_EXPIRE_INTERVAL_MS", default.expire)?,
            recover: rest("CART_RECOVER_INTERVAL_MS", default.recover)?,
            holds: rest("CART_HOLDS_INTERVAL_MS", default.holds)?,
            forget: rest("CART_FORGET_INTERVAL_MS", default.forget)?,
            retention: retention.unwrap_or(default.retention),
            batch: default.batch,
        })
    }
}

/// More is as good as never: about three hundred years of milliseconds.
const MOST: u64 = 10_000_000_000_000;

impl Default for JobSettings {
    /// Carts every ten minutes (as `cart-module.md` says), checkouts every five seconds, holds every minute, request keys
    /// every hour after a week; 1,000 at once.
    fn default() -> Self {
        Self {
            expire: Duration::from_secs(600),
            recover: Duration::from_secs(5),
            holds: Duration::from_secs(60),
            forget: Duration::from_secs(3600),
            retention: TimeDelta::days(7),
            batch: 1000,
        }
    }
}

/// A setting that is no number, or too small or large a one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be a whole number from {least} on")]
pub struct JobSettingsError {
    /// Which setting.
    pub name: &'static str,
    /// The least that it can be.
    pub least: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, text: &str) -> Result<JobSettings, JobSettingsError> {
        JobSettings::read(|asked| (asked == name).then(|| text.to_owned()))
    }

    #[test]
    fn what_is_not_said_is_as_by_default() {
        assert_eq!(JobSettings::read(|_| None), Ok(JobSettings::default()));
        assert_eq!(JobSettings::default().expire, Duration::from_millis(600_000));
    }

    #[test]
    fn every_setting_is_read() {
        let second = Duration::from_secs(1);
        assert_eq!(read("CART_EXPIRE_INTERVAL_MS", "1000").unwrap().expire, second);
        assert_eq!(read("CART_RECOVER_INTERVAL_MS", " 1000 ").unwrap().recover, second);
        assert_eq!(read("CART_HOLDS_INTERVAL_MS", "1000").unwrap().holds, second);
        assert_eq!(read("CART_FORGET_INTERVAL_MS", "1000").unwrap().forget, second);
        assert_eq!(read("CART_REQUEST_RETENTION_HOURS", "48").unwrap().retention, TimeDelta::hours(48));
    }

    #[test]
    fn a_setting_that_is_wrong_is_named() {
        for text in ["", "0", "-1", "1.5", "soon", "99999999999999999999"] {
            let refused = read("CART_EXPIRE_INTERVAL_MS", text).unwrap_err();
            assert_eq!((refused.name, refused.least), ("CART_EXPIRE_INTERVAL_MS", 1), "{text:?}");
        }
        assert!(read("CART_REQUEST_RETENTION_HOURS", "23").is_err());
    }
}
