//! From the JSON of a request to an answer, without any I/O.

mod answer;
mod build;
mod choices;
mod error;
mod goods;
mod json;
mod plain;
mod request;
mod terms;

use cart_core::pricing;
use chrono::{DateTime, Utc};

use self::answer::Answer;
pub(crate) use self::error::Error;

/// Prices the request in `json`; `now` is when, unless it says so itself.
///
/// # Errors
/// [`Error`] if it is no request, or a contradictory one.
pub(crate) fn run(json: impl AsRef<[u8]>, now: DateTime<Utc>) -> Result<Answer, Error> {
    let request = request::read(json.as_ref())?;
    let built = build::build(&request, now)?;
    terms::check_figures(&built.cart, &built.facts)?;
    let priced = pricing::price(&built.cart, &built.facts).map_err(Error::about_all)?;
    answer::of(&built, &priced)
}
