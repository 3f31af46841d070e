//! A cart's version as an entity tag ([RFC 9110, sections 8.8.3 and 13.1.1][rfc]).
//!
//! [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1

use axum::http::{HeaderMap, HeaderValue, header};
use cart_core::version::Version;

use crate::problem::{Problem, ProblemCode};

/// The `ETag` of a cart at this version: the version in quotes, such as `"7"`.
pub fn etag(version: Version) -> HeaderValue {
    // Digits in quotes are allowed in a header.
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The versions for which a write is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whichever version there is.
    Any,
    /// One of these. Empty if the client named tags that no cart ever has, so that nothing matches.
    OneOf(Vec<Version>),
}

impl IfMatch {
    /// Reads the `If-Match` header; none if it is absent.
    ///
    /// # Errors
    /// [`ProblemCode::MalformedHeader`] if it is empty, not a list of entity tags, holds a weak tag (a write
    /// needs the exact version), or joins `*` with anything else.
    pub fn from_headers(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let lines: Vec<_> = headers.get_all(header::IF_MATCH).iter().map(HeaderValue::as_bytes).collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let malformed = || Problem::new(ProblemCode::MalformedHeader).field("header", "If-Match");
        Self::parse(&lines.join(&b", "[..])).map(Some).ok_or_else(malformed)
    }

    /// Whether a write is meant for a cart at this version.
    pub fn allows(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }

    fn parse(list: &[u8]) -> Option<Self> {
        if list.trim_ascii() == b"*" {
            return Some(Self::Any);
        }
        let mut rest = skip_separators(list);
        let mut versions = Vec::new();
        let mut tags = 0_usize;
        while !rest.is_empty() {
            let (tag, after) = strong_tag(rest)?;
            versions.extend(as_version(tag));
            tags = tags.saturating_add(1);
            rest = next_member(after)?;
        }
        (tags > 0).then_some(Self::OneOf(versions))
    }
}

/// The text between the quotes that `list` begins with, and what follows them.
fn strong_tag(list: &[u8]) -> Option<(&[u8], &[u8])> {
    let quoted = list.strip_prefix(b"\"")?;
    let end = quoted.iter().position(|&byte| byte == b'"')?;
    let (tag, after) = quoted.split_at_checked(end)?;
    tag.iter().all(|&byte| byte > b' ' && byte != 0x7f).then_some((tag, after.get(1..)?))
}

/// What follows the comma, if there is one where it must be.
fn next_member(after: &[u8]) -> Option<&[u8]> {
    let rest = after.trim_ascii_start();
    (rest.is_empty() || rest.starts_with(b",")).then(|| skip_separators(rest))
}

/// Lists may hold empty members (section 5.6.1).
fn skip_separators(list: &[u8]) -> &[u8] {
    let start = list.iter().position(|byte| !b", \t".contains(byte)).unwrap_or(list.len());
    list.get(start..).unwrap_or_default()
}

/// The version that this tag stands for, in its one spelling.
fn as_version(tag: &[u8]) -> Option<Version> {
    let text = str::from_utf8(tag).ok()?;
    let version = Version::new(text.parse().ok()?)?;
    (version.to_string() == text).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(count: u64) -> Version {
        Version::new(count).unwrap()
    }

    fn one_of(counts: &[u64]) -> IfMatch {
        IfMatch::OneOf(counts.iter().copied().map(version).collect())
    }

    fn read(lines: &[&str]) -> Result<Option<IfMatch>, ProblemCode> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::IF_MATCH, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        IfMatch::from_headers(&headers).map_err(|problem| problem.code())
    }

    #[test]
    fn the_tag_is_the_version_in_quotes() {
        assert_eq!(etag(version(7)), "\"7\"");
        assert_eq!(read(&[etag(version(u64::MAX)).to_str().unwrap()]), Ok(Some(one_of(&[u64::MAX]))));
    }

    #[test]
    fn one_tag_a_list_several_lines_and_the_star_are_read() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["\"7\""]), Ok(Some(one_of(&[7]))));
        assert_eq!(read(&["\"7\", \"8\",\"9\""]), Ok(Some(one_of(&[7, 8, 9]))));
        assert_eq!(read(&[", \"7\" ,,\t\"8\","]), Ok(Some(one_of(&[7, 8]))));
        assert_eq!(read(&["\"7\"", "\"8\""]), Ok(Some(one_of(&[7, 8]))));
        assert_eq!(read(&[" * "]), Ok(Some(IfMatch::Any)));
    }

    #[test]
    fn tags_that_no_cart_has_match_nothing() {
        for tag in
            ["\"\"", "\"abc\"", "\"0\"", "\"07\"", "\"+7\"", "\"7,8\"", "\"18446744073709551616\"", "\"é\""]
        {
            assert_eq!(read(&[tag]), Ok(Some(one_of(&[]))), "{tag}");
        }
        assert!(!one_of(&[]).allows(version(7)));
    }

    #[test]
    fn weak_and_malformed_tags_are_refused() {
        for list in [
            "",
            " ",
            ",",
            "7",
            "\"7",
            "7\"",
            "W/\"7\"",
            "\"7\" \"8\"",
            "\"7\"\"8\"",
            "\"7\", W/\"8\"",
            "*, \"7\"",
            "\"7\", *",
            "**",
            "\"7 \"",
            "\"7\tx\"",
            "'7'",
            "\"7\";q=1",
        ] {
            assert_eq!(read(&[list]), Err(ProblemCode::MalformedHeader), "{list}");
        }
    }

    #[test]
    fn a_write_is_meant_for_the_named_versions() {
        assert!(IfMatch::Any.allows(version(3)));
        assert!(one_of(&[2, 3]).allows(version(3)));
        assert!(!one_of(&[2, 4]).allows(version(3)));
    }
}
