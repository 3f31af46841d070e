//! Settings, by environment variables.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use cart_core::memory::{Rollout, RolloutError};
use cart_core::policy::CheckoutPolicy;
use cart_http::cache::CacheSettings;
use cart_http::jobs::JobSettings;
use cart_http::rate::RateSettings;
use cart_seal::{KeyRing, KeyRingError};
use cart_store_sqlite::Durability;
use chrono::TimeDelta;

/// What can be set. Every variable is listed in the README.
#[derive(Debug)]
pub(crate) struct Settings {
    /// `CART_LISTEN`: where to listen; `127.0.0.1:8080` by default.
    pub(crate) listen: SocketAddr,
    /// `CART_DATABASE`: the SQLite file; `data/carts.db` by default.
    pub(crate) database: PathBuf,
    /// `CART_DURABILITY`: `full` (default: an acknowledged write survives power loss) or `normal`.
    pub(crate) durability: Durability,
    /// `CART_WORLD`: a JSON file with products, methods and users; a built-in world by default.
    pub(crate) world: Option<PathBuf>,
    /// `CART_JWT_SECRET`: at least 32 bytes that sign tokens; made anew at each start by default.
    pub(crate) jwt_secret: Option<String>,
    /// `CART_KEY_RING`: keys that seal personal data in the database, the current one first, such as
    /// `2:<64 hexadecimal digits>,1:<...>`; nothing is sealed by default.
    pub(crate) key_ring: Option<KeyRing>,
    /// `CART_SHARE_BASE`: what share links begin with; the address that is listened on by default.
    pub(crate) share_base: Option<String>,
    /// `CART_CHECKOUT_SECONDS`: for how long a checkout waits for its payment; 1800 by default.
    pub(crate) checkout_time: TimeDelta,
    /// `CART_CUSTOMER_OPERATION_RATE_LIMIT` and the others of [`RateSettings::read`].
    pub(crate) rates: RateSettings,
    /// `CART_CUSTOMER_CACHE_TTL_SECONDS`.
    pub(crate) cache: CacheSettings,
    /// `CART_ROLLOUT`: who has which capability, such as `cart.links=20`.
    pub(crate) rollout: Arc<Rollout>,
    /// `CART_EXPIRE_INTERVAL_MS` and the others of [`JobSettings::read`].
    pub(crate) jobs: JobSettings,
}

impl Settings {
    /// Reads the settings from the environment.
    ///
    /// # Errors
    /// A sentence that names the variable and what it should be.
    pub(crate) fn from_env() -> Result<Self, String> {
        Ok(Self {
            listen: parsed("CART_LISTEN", "an address and port")?
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            database: text("CART_DATABASE")?.map_or_else(|| "data/carts.db".into(), PathBuf::from),
            durability: match text("CART_DURABILITY")?.as_deref() {
                None | Some("full") => Durability::Full,
                Some("normal") => Durability::Normal,
                Some(_) => return Err("CART_DURABILITY must be full or normal".into()),
            },
            world: text("CART_WORLD")?.map(PathBuf::from),
            jwt_secret: text("CART_JWT_SECRET")?,
            key_ring: key_ring()?,
            share_base: text("CART_SHARE_BASE")?,
            checkout_time: checkout_time()?,
            rates: RateSettings::read(|name| text(name).ok().flatten()).map_err(|error| error.to_string())?,
            cache: CacheSettings::read(|name| text(name).ok().flatten())
                .map_err(|error| error.to_string())?,
            rollout: Arc::new(rollout()?),
            jobs: JobSettings::read(|name| text(name).ok().flatten()).map_err(|error| error.to_string())?,
        })
    }
}

/// What is wrong with keys is said without repeating them.
fn key_ring() -> Result<Option<KeyRing>, String> {
    let parse = |text: String| {
        text.parse().map_err(|error: KeyRingError| format!("CART_KEY_RING: {}", with_causes(&error)))
    };
    text("CART_KEY_RING")?.map(parse).transpose()
}

fn rollout() -> Result<Rollout, String> {
    let text = text("CART_ROLLOUT")?.unwrap_or_default();
    text.parse().map_err(|error: RolloutError| format!("CART_ROLLOUT: {error}"))
}

fn checkout_time() -> Result<TimeDelta, String> {
    let seconds = parsed("CART_CHECKOUT_SECONDS", "a number of seconds")?.unwrap_or(1800);
    let time = TimeDelta::try_seconds(seconds).filter(|_| seconds > 0);
    time.filter(|time| *time <= CheckoutPolicy::LONGEST).ok_or_else(|| {
        format!("CART_CHECKOUT_SECONDS must be from 1 to {}", CheckoutPolicy::LONGEST.num_seconds())
    })
}

/// An error with what caused it: what is wrong with which key, for instance.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A variable's text; an empty variable counts as not set.
fn text(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => Ok(Some(text)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(format!("{name} must be UTF-8")),
    }
}

fn parsed<T: FromStr>(name: &str, what: &str) -> Result<Option<T>, String> {
    let parse = |text: String| text.parse().map_err(|_| format!("{name} must be {what}, not {text:?}"));
    text(name)?.map(parse).transpose()
}
