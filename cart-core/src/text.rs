//! Text written by shoppers, bounded and kept as given.
//!
//! Lengths count Unicode scalar values. The text is stored and returned unchanged (no trimming, no normalisation).
//!
//! Refused is what is not shown but changes how the rest is: control characters, and those that turn the direction of
//! writing around (U+202A to U+202E, U+2066 to U+2069), with which a name could look like another. What is a text of
//! several lines may have line feeds and tabs. Marks of direction (U+200E, U+200F, U+061C) turn nothing around and stay.

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
    /// The text holds a control character, or one that turns the direction of writing around.
    #[error("{what} must not contain U+{:04X}", u32::from(*.character))]
    Unshown {
        /// Which text.
        what: &'static str,
        /// The first such character.
        character: char,
    },
}

/// How many lines a text may have.
#[derive(Clone, Copy)]
enum Lines {
    One,
    Many,
}

/// Whether a character is no part of what is read.
fn is_unshown(character: char, lines: Lines) -> bool {
    match (character, lines) {
        ('\n' | '\t', Lines::Many) => false,
        ('\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}', _) => true,
        (other, _) => other.is_control(),
    }
}

fn check(text: &str, what: &'static str, max: usize, lines: Lines) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty { what });
    }
    // A scalar value has at most four bytes, so a long text is refused without counting all of it.
    if text.len() > max.saturating_mul(4) || text.chars().count() > max {
        return Err(TextError::TooLong { what, max });
    }
    match text.chars().find(|character| is_unshown(*character, lines)) {
        Some(character) => Err(TextError::Unshown { what, character }),
        None => Ok(()),
    }
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $lines:ident) => {
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
            /// [`TextError`] if it is empty, too long or holds what is not shown.
            pub fn new(text: impl AsRef<str>) -> Result<Self, TextError> {
                check(text.as_ref(), $what, $max, Lines::$lines)?;
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
    /// A cart's name, chosen by its owner: 1 to 100 Unicode scalar values on one line.
    CartName,
    "name",
    100,
    One
);
bounded_text!(
    /// A note on a line or a cart: 1 to 500 Unicode scalar values.
    ///
    /// The limit of 500 is a rule of the storefront document; "no note" is the absence of one, never empty text.
    Note,
    "note",
    500,
    Many
);
bounded_text!(
    /// What its maker calls a share link, such as whom it was sent to: 1 to 100 Unicode scalar values on one
    /// line.
    LinkLabel,
    "label",
    100,
    One
);
bounded_text!(
    /// What somebody without an account calls themselves: 1 to 100 Unicode scalar values on one line. Nobody has
    /// checked it.
    PersonName,
    "name",
    100,
    One
);
bounded_text!(
    /// What is said with a suggestion: 1 to 500 Unicode scalar values.
    Comment,
    "comment",
    500,
    Many
);
bounded_text!(
    /// A language tag (BCP 47) in which the owner reads product names: 1 to 35 characters.
    ///
    /// It is handed to the catalog as given; which tags it understands is the catalog's business.
    Locale,
    "locale",
    35,
    One
);

/// Text as in an address, for keys whose parts must not run together: what is neither a letter or digit of ASCII nor one of
/// `-._~` is percent-encoded, byte by byte ([RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

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
        for text in
            [" padded ", "e\u{301}", "\u{200f}אבא\u{200e}", "line\nbreak\ttab", "'; DROP TABLE carts;--"]
        {
            assert_eq!(Note::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn empty_text_is_refused() {
        assert_eq!(Note::new(""), Err(TextError::Empty { what: "note" }));
    }

    /// Control characters of both sets, and all that turn the direction of writing around.
    fn unshown() -> impl Iterator<Item = char> {
        let controls = ('\0'..=' ').chain('\u{7f}'..='\u{9f}').filter(|character| *character != ' ');
        controls.chain('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}')
    }

    #[test]
    fn what_is_not_shown_is_refused_wherever_it_is() {
        for character in unshown() {
            for text in [format!("{character}a"), format!("a{character}b"), format!("a{character}")] {
                let refused = |what| TextError::Unshown { what, character };
                assert_eq!(CartName::new(&text), Err(refused("name")), "{text:?}");
                assert_eq!(PersonName::new(&text), Err(refused("name")), "{text:?}");
                assert_eq!(LinkLabel::new(&text), Err(refused("label")), "{text:?}");
                assert_eq!(Locale::new(&text), Err(refused("locale")), "{text:?}");
                let breaks = matches!(character, '\n' | '\t');
                assert_eq!(Note::new(&text).err(), (!breaks).then(|| refused("note")), "{text:?}");
                assert_eq!(Comment::new(&text).err(), (!breaks).then(|| refused("comment")), "{text:?}");
                assert!(serde_json::from_value::<CartName>(text.as_str().into()).is_err(), "{text:?}");
            }
        }
    }

    #[test]
    fn what_is_shown_is_taken_whatever_its_script() {
        for text in [
            "Weißwein 🏳️\u{200d}🌈",
            "\u{200f}עגלה",
            "سلة \u{061c}",
            "👩\u{200d}👧",
            "\u{feff}x",
            "\u{10ffff}",
        ] {
            assert!(CartName::new(text).is_ok() && PersonName::new(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_character_without_showing_it() {
        let refusal = CartName::new("a\u{202e}b").unwrap_err().to_string();
        assert_eq!(refusal, "name must not contain U+202E");
    }

    #[test]
    fn debug_output_does_not_show_what_was_written() {
        assert!(!format!("{:?}", Note::new("secret").unwrap()).contains("secret"));
    }
}
