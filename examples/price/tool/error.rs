//! Why a request is not answered, and where it says so.

use std::fmt::{self, Display};

use serde::Serialize;

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Error {
    error: String,
    at: String,
}

impl Error {
    /// Something is wrong with a field, or at a line and column.
    pub(crate) fn at(at: impl Into<String>, error: impl Display) -> Self {
        Self { error: shown(&error.to_string()), at: shown(&at.into()) }
    }

    /// Something is wrong that no single field is to blame for.
    pub(crate) fn about_all(error: impl Display) -> Self {
        Self::at("request", error)
    }
}

/// A text that may have come from outside, short and without anything that moves a terminal's cursor.
fn shown(text: &str) -> String {
    const MAX_CHARS: usize = 200;
    let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut shown: String = text.chars().take(MAX_CHARS).map(visible).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.error)
    }
}

/// Says which field a failure is about.
pub(crate) trait At<T> {
    /// The same with the field.
    fn at(self, field: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E: Display> At<T> for Result<T, E> {
    fn at(self, field: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| Error::at(field(), error))
    }
}
