//! Media types and their parameters ([RFC 9110, section 8.3.1](https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1)).

use axum::http::HeaderValue;

/// What is answered.
pub(super) const JSON_API: HeaderValue = HeaderValue::from_static("application/vnd.api+json");

/// A media type with its parameters, names in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MediaType {
    essence: String,
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Reads one media type.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = outside_quotes(text, ';').into_iter().map(|part| part.trim_matches([' ', '\t']));
        let essence = parts.next()?.to_ascii_lowercase();
        let parameters = parts.filter(|part| !part.is_empty()).map(parameter);
        Some(Self { essence, parameters: parameters.collect::<Option<_>>()? })
    }

    /// Whether it is JSON:API's, in whatever form.
    pub(super) fn is_json_api(&self) -> bool {
        JSON_API == self.essence.as_str()
    }

    /// Whether it is JSON:API's without extensions. Profiles change nothing for those who do not know them.
    pub(super) fn is_plain_json_api(&self) -> bool {
        self.is_json_api() && self.parameters.iter().all(|(name, value)| changes_nothing(name, value))
    }

    /// Whether it is JSON in UTF-8 (RFC 8259, sections 8.1 and 11).
    pub(super) fn is_json(&self) -> bool {
        let is_utf8 =
            |(name, value): &(String, String)| name == "charset" && value.eq_ignore_ascii_case("utf-8");
        self.essence == "application/json" && self.parameters.iter().all(is_utf8)
    }

    /// The same without its weight in an `Accept` header.
    pub(super) fn without_weight(mut self) -> Self {
        self.parameters.retain(|(name, _)| name != "q");
        self
    }
}

fn changes_nothing(name: &str, value: &str) -> bool {
    name == "profile" || (name == "ext" && value.trim().is_empty())
}

fn parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    Some((name.to_ascii_lowercase(), bare.to_owned()))
}

/// The parts of a header that a separator outside of quotes separates.
pub(super) fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(|next: char| {
        let separates = next == separator && !is_quoted;
        is_quoted ^= next == '"' && !is_escaped;
        is_escaped = is_quoted && next == '\\' && !is_escaped;
        separates
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_api_is_plain_without_extensions() {
        for text in [
            "application/vnd.api+json",
            "Application/VND.api+json",
            "application/vnd.api+json;",
            "application/vnd.api+json; profile=\"https://a.example/x; https://b.example/y\"",
            "application/vnd.api+json; ext=\"\"",
        ] {
            assert!(MediaType::parse(text).unwrap().is_plain_json_api(), "{text}");
        }
        for text in [
            "application/vnd.api+json; charset=utf-8",
            "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
            "application/vnd.api+json; q=1",
        ] {
            let media_type = MediaType::parse(text).unwrap();
            assert!(media_type.is_json_api() && !media_type.is_plain_json_api(), "{text}");
        }
    }

    #[test]
    fn json_is_in_utf8() {
        for (text, is_json) in [
            ("application/json", true),
            ("application/json; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/json; charset=latin1", false),
            ("application/json; version=1", false),
            ("text/json", false),
            ("application/problem+json", false),
        ] {
            assert_eq!(MediaType::parse(text).unwrap().is_json(), is_json, "{text}");
        }
        assert_eq!(MediaType::parse("application/json; charset"), None);
    }

    #[test]
    fn separators_in_quotes_separate_nothing() {
        assert_eq!(outside_quotes(r#"a;b="c;\";d";e"#, ';'), ["a", r#"b="c;\";d""#, "e"]);
    }
}
