//! What others publish comes out right: examples with figures from the test suites and manuals of other commerce
//! systems and from tax authorities, each under the convention that its source states.
//!
//! The files in `tests/pricing_cases` hold facts: a request as `examples/price` reads it, and the figures of the source,
//! which are a part of the answer. A figure that the source does not state is not compared.

#[path = "../examples/price/tool/mod.rs"]
mod tool;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

/// The fewest cases that are worth calling many.
const FEWEST: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Where the figures are published.
    source: String,
    /// How they are worked out there.
    convention: String,
    request: Value,
    /// A part of the answer.
    expect: Value,
}

/// All cases, each with the file it is in.
fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pricing_cases");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| read(path)).collect()
}

fn read(path: &Path) -> Vec<(String, Case)> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let file: File =
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
    file.cases.into_iter().map(|case| (name.clone(), case)).collect()
}

/// How the answer differs from what is published, in the words of a report; none if it does not.
fn failure(case: &Case) -> Option<String> {
    let answer = match tool::run(case.request.to_string(), DateTime::UNIX_EPOCH) {
        Ok(answer) => serde_json::to_value(&answer).unwrap(),
        Err(error) => return Some(format!("    {error}\n")),
    };
    let mut differences = Vec::new();
    compare(&case.expect, &answer, "", &mut differences);
    // A tax that is unknown or a method that does not fit would leave parts of the request without effect.
    compare(&json!([]), &answer["notices"], "notices", &mut differences);
    let lines = |text: &Value| text.as_array().into_iter().flatten().map(shown).collect::<String>();
    (!differences.is_empty()).then(|| differences.concat() + &lines(&answer["explanation"]))
}

fn shown(line: &Value) -> String {
    format!("      | {}\n", line.as_str().unwrap_or_default())
}

/// Notes where `answer` is not what is expected, which is a part of it: of objects some fields, of lists all elements.
fn compare(expected: &Value, answer: &Value, at: &str, differences: &mut Vec<String>) {
    match (expected, answer) {
        (Value::Object(expected), Value::Object(answer)) => {
            for (field, expected) in expected {
                let at = if at.is_empty() { field.clone() } else { format!("{at}.{field}") };
                compare(expected, answer.get(field).unwrap_or(&Value::Null), &at, differences);
            }
        }
        (Value::Array(expected), Value::Array(answer)) if expected.len() == answer.len() => {
            for (place, (expected, answer)) in expected.iter().zip(answer).enumerate() {
                compare(expected, answer, &format!("{at}[{place}]"), differences);
            }
        }
        _ if expected == answer => {}
        _ => differences.push(format!("    {at}: published {expected}, answered {answer}\n")),
    }
}

/// How many figures are compared.
fn figures(expected: &Value) -> usize {
    match expected {
        Value::Object(fields) => fields.values().map(figures).sum(),
        Value::Array(elements) => elements.iter().map(figures).sum(),
        Value::String(text) => usize::from(is_amount(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn is_amount(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

#[test]
fn published_examples_come_out_right() {
    let report = |(file, case): &(String, Case)| {
        let failure = failure(case)?;
        Some(format!("\n{file}: {} ({})\n    {}\n{failure}", case.name, case.source, case.convention))
    };
    let failures: Vec<String> = cases().iter().filter_map(report).collect();
    assert!(failures.is_empty(), "{} examples differ:\n{}", failures.len(), failures.concat());
}

#[test]
fn there_are_many_and_each_says_where_it_is_from() {
    let cases = cases();
    assert!(cases.len() >= FEWEST, "only {} examples", cases.len());
    let mut names = BTreeSet::new();
    for (file, case) in &cases {
        let name = format!("{file}: {}", case.name);
        let said = [("name", &case.name), ("source", &case.source), ("convention", &case.convention)];
        for (field, text) in said {
            assert!(!text.trim().is_empty(), "{name}: no {field}");
        }
        assert!(figures(&case.expect) > 0, "{name}: nothing is compared");
        assert!(names.insert(name.clone()), "{name}: there are two");
    }
}

#[test]
fn a_figure_that_differs_or_is_missing_is_noticed() {
    let differs = |expected: Value, answer: Value| {
        let mut differences = Vec::new();
        compare(&expected, &answer, "", &mut differences);
        !differences.is_empty()
    };
    let answer = json!({"totals": {"tax": "1.00", "total": "9.00"}, "lines": [{"tax": "1.00"}]});
    assert!(!differs(json!({"totals": {"tax": "1.00"}}), answer.clone()));
    assert!(differs(json!({"totals": {"tax": "1.01"}}), answer.clone()));
    assert!(differs(json!({"totals": {"fees": "1.00"}}), answer.clone()));
    assert!(differs(json!({"lines": []}), answer.clone()));
    assert!(differs(json!({"lines": [{"tax": "1.00"}, {"tax": "0.00"}]}), answer));
    assert_eq!(figures(&json!({"totals": {}, "lines": [], "taxes": [{"name": "VAT"}]})), 0);
    assert_eq!(figures(&json!({"totals": {"tax": "1.00"}, "lines": [{"discount": "-2"}]})), 2);
}

#[test]
fn a_request_that_is_none_fails_its_example() {
    let case = |request: Value| Case {
        name: String::new(),
        source: String::new(),
        convention: String::new(),
        request,
        expect: json!({"totals": {"total": "1.00"}}),
    };
    assert_eq!(failure(&case(json!({"lines": [{"unit_price": "1.00"}]}))), None);
    assert!(failure(&case(json!({"lines": [{"unit_price": "2.00"}]}))).unwrap().contains("totals.total"));
    assert!(failure(&case(json!({"lines": [{"unit_prise": "1.00"}]}))).unwrap().contains("unit_prise"));
}
