//! Text written by shoppers, bounded and kept as given.
//!
//! Lengths count Unicode scalar values. The text is stored and returned unchanged (no trimming, no
//! normalisation); only NUL is refused, because not every store can hold it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Text that a cart cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The text has no characters.
    #[error("{what} must not be empty")]
    Empty {
        /// Which text.
        what: &'static str,
    },
    /// The text is longer than allowed.
    #[error("{what} must be at most {max} characters")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// The most Unicode scalar values it may have.
        max: usize,
    },
    /// The text holds U+0000.
    #[error("{what} must not contain NUL")]
    Nul {
        /// Which text.
        what: &'static str,
    },
}

fn check(text: &str, what: &'static str, max: usize) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty { what });
    }
    if text.contains('\0') {
        return Err(TextError::Nul { what });
    }
    // A scalar value has at most four bytes, so a long text is refused without counting all of it.
    if text.len() > max.saturating_mul(4) || text.chars().count() > max {
        return Err(TextError::TooLong { what, max });
    }
    Ok(())
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The most Unicode scalar values that this text may have, inclusive.
            pub const MAX_CHARS: usize = $max;

            /// Checks and wraps the text.
            ///
            /// # Errors
            /// [`TextError`] if it is empty, too long or holds NUL.
            pub fn new(text: impl AsRef<str>) -> Result<Self, TextError> {
                check(text.as_ref(), $what, $max)?;
                Ok(Self(text.as_ref().into()))
            }

            /// The text, as given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        // What shoppers write may be personal: it stays out of logs.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}

bounded_text!(
    /// A cart's name, chosen by its owner: 1 to 100 Unicode scalar values.
    CartName,
    "name",
    100
);
bounded_text!(
    /// A note on a line or a cart: 1 to 500 Unicode scalar values.
    ///
    /// The limit of 500 is a rule of the storefront document; "no note" is the absence of one, never empty text.
    Note,
    "note",
    500
);
bounded_text!(
    /// What its maker calls a share link, such as whom it was sent to: 1 to 100 Unicode scalar values.
    LinkLabel,
    "label",
    100
);
bounded_text!(
    /// What somebody without an account calls themselves: 1 to 100 Unicode scalar values. Nobody has checked it.
    PersonName,
    "name",
    100
);
bounded_text!(
    /// What is said with a suggestion: 1 to 500 Unicode scalar values.
    Comment,
    "comment",
    500
);
bounded_text!(
    /// A language tag (BCP 47) in which the owner reads product names: 1 to 35 characters.
    ///
    /// It is handed to the catalog as given; which tags it understands is the catalog's business.
    Locale,
    "locale",
    35
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_500_scalar_values_fits_and_501_do_not() {
        for letter in ["a", "é", "😀"] {
            assert!(Note::new(letter.repeat(500)).is_ok());
            assert_eq!(Note::new(letter.repeat(501)), Err(TextError::TooLong { what: "note", max: 500 }));
        }
    }

    #[test]
    fn text_is_kept_byte_for_byte() {
        for text in [" padded ", "e\u{301}", "\u{202e}bidi", "line\nbreak", "'; DROP TABLE carts;--"] {
            assert_eq!(Note::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn empty_text_and_nul_are_refused() {
        assert_eq!(Note::new(""), Err(TextError::Empty { what: "note" }));
        assert_eq!(Note::new("a\0"), Err(TextError::Nul { what: "note" }));
    }

    #[test]
    fn debug_output_does_not_show_what_was_written() {
        assert!(!format!("{:?}", Note::new("secret").unwrap()).contains("secret"));
    }
}
