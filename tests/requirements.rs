//! The table of requirements names tests that exist.

use std::path::Path;

const TABLE: &str = include_str!("../docs/requirements.md");
const THREATS: &str = include_str!("../docs/security.md");

/// What is put between backquotes as `file::test`.
fn named_tests() -> Vec<(&'static str, &'static str)> {
    TABLE.split('`').chain(THREATS.split('`')).filter_map(|text| text.split_once(".rs::")).collect()
}

#[test]
fn every_test_that_the_table_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = named_tests();
    assert!(tests.len() > 100, "the table is read");
    for (file, test) in tests {
        let path = root.join(format!("{file}.rs"));
        let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}.rs: {error}"));
        assert!(source.contains(&format!("fn {test}")), "{file}.rs has no test {test}");
    }
}

#[test]
fn every_decision_that_the_table_names_exists() {
    let decisions = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for link in TABLE.split("](").chain(THREATS.split("](")).skip(1).filter_map(|rest| rest.split(')').next())
    {
        let file = link.split('#').next().unwrap_or_default();
        assert!(decisions.join(file).exists(), "{file}");
    }
}

#[test]
fn every_row_is_settled() {
    let rows: Vec<_> =
        TABLE.lines().filter(|line| line.starts_with("| S") || line.starts_with("| C")).collect();
    assert!(rows.len() >= 365, "{}", rows.len());
    for row in rows {
        assert!(!row.ends_with("|  |"), "{row}");
    }
}
