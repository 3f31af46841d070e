//! Coupon codes, in the one form in which they are kept and compared.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Text that is not a coupon code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a coupon code has 1 to {} letters, digits or the signs - _ . +", CouponCode::MAX_CHARS)]
pub struct CouponCodeError;

/// A coupon code as shoppers type it, made comparable.
///
/// Case, width and white space do not matter: letters become capitals, full-width forms (U+FF01 to U+FF5E) become
/// their ASCII counterparts, and white space goes wherever it is. What is left are letters, digits and the signs
/// `-`, `_`, `.` and `+`.
///
/// ```
/// use cart_core::coupon::CouponCode;
///
/// assert_eq!(CouponCode::new(" ｓummer　10 ")?, CouponCode::new("SUMMER10")?);
/// assert_eq!(CouponCode::new("summer 10")?.as_str(), "SUMMER10");
/// # Ok::<(), cart_core::coupon::CouponCodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct CouponCode(Arc<str>);

impl CouponCode {
    /// The most characters of a code in its canonical form, inclusive.
    pub const MAX_CHARS: usize = 64;

    /// Brings a text into the canonical form.
    ///
    /// # Errors
    /// [`CouponCodeError`] if that is not a code.
    pub fn new(text: impl AsRef<str>) -> Result<Self, CouponCodeError> {
        let text = text.as_ref();
        // A capital may take three characters, and white space may stand between any two; beyond that nobody types.
        if text.len() > 16 * Self::MAX_CHARS {
            return Err(CouponCodeError);
        }
        let typed = text.chars().map(half_width).filter(|c| !c.is_whitespace());
        let canonical: String = typed.flat_map(char::to_uppercase).collect();
        let fits = (1..=Self::MAX_CHARS).contains(&canonical.chars().count());
        let is_sign = |c| matches!(c, '-' | '_' | '.' | '+');
        if fits && canonical.chars().all(|c| c.is_alphanumeric() || is_sign(c)) {
            Ok(Self(canonical.into()))
        } else {
            Err(CouponCodeError)
        }
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ASCII counterpart of a full-width form; any other character as it is.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

impl TryFrom<String> for CouponCode {
    type Error = CouponCodeError;
    fn try_from(text: String) -> Result<Self, CouponCodeError> {
        Self::new(text)
    }
}

impl FromStr for CouponCode {
    type Err = CouponCodeError;
    fn from_str(text: &str) -> Result<Self, CouponCodeError> {
        Self::new(text)
    }
}

impl fmt::Display for CouponCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// A code may be worth money to whoever reads it in a log.
impl fmt::Debug for CouponCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CouponCode({} characters)", self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_space_do_not_matter() {
        let canonical = CouponCode::new("SAVE-10").unwrap();
        for typed in [
            "save-10",
            "Save-10",
            " save-10\t",
            "s a v e - 1 0",
            "ｓａｖｅ－１０",
            "SAVE\u{3000}-10",
            "SAVE\u{a0}-10",
        ] {
            assert_eq!(CouponCode::new(typed), Ok(canonical.clone()), "{typed:?}");
        }
    }

    #[test]
    fn the_canonical_form_is_its_own() {
        for typed in ["straße", "ŉ", "ﬁne", "İstanbul", "καλοκαίρι"] {
            let Ok(code) = CouponCode::new(typed) else { continue };
            assert_eq!(CouponCode::new(code.as_str()), Ok(code));
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", " ", "a\0b", "50%", "a/b", "<b>", "a'b", "\u{202e}abc"] {
            assert_eq!(CouponCode::new(text), Err(CouponCodeError), "{text:?}");
        }
        assert!(CouponCode::new("x".repeat(64)).is_ok());
        assert_eq!(CouponCode::new("x".repeat(65)), Err(CouponCodeError));
        assert_eq!(CouponCode::new("x".repeat(100_000)), Err(CouponCodeError));
    }

    #[test]
    fn a_code_stays_out_of_logs() {
        assert_eq!(format!("{:?}", CouponCode::new("SECRET").unwrap()), "CouponCode(6 characters)");
    }
}
