//! The document that is checked in, and what holds of it.

use std::collections::BTreeSet;
use std::path::Path;

use cart_http::ProblemCode;
use serde_json::Value;

use crate::surfaces::{all, merged};

const WRITE: &str = "CART_WRITE_OPENAPI";

#[test]
fn what_is_checked_in_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let document = merged().to_json();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    let command = format!("{WRITE}=1 cargo test -p cart-http --all-features --test openapi");
    assert!(
        checked_in == document,
        "docs/openapi.json is not what the code says; write it anew with: {command}"
    );
}

/// Everything to which something in a value refers.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn everything_referred_to_is_there() {
    let document = merged();
    let mut found = BTreeSet::new();
    references(document.value(), &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let there = document.value().pointer(reference.strip_prefix('#').unwrap());
        assert!(there.is_some_and(|value| !value.is_null()), "{reference}");
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().values().map(move |operation| (path, operation)))
}

#[test]
fn names_of_operations_are_unique_and_links_lead_to_them() {
    let document = merged();
    let names: Vec<_> =
        operations(document.value()).map(|(_, one)| one["operationId"].as_str().unwrap()).collect();
    let unique: BTreeSet<_> = names.iter().copied().collect();
    assert_eq!(names.len(), unique.len());
    let text = document.to_json();
    let linked = text
        .lines()
        .filter(|line| line.starts_with("              "))
        .filter_map(|line| line.trim().strip_prefix("\"operationId\": \"")?.split('"').next());
    let mut count = 0;
    for name in linked {
        count += 1;
        assert!(unique.contains(name), "{name}");
    }
    assert!(count > 10, "{count}");
}

#[test]
fn surfaces_that_call_something_alike_mean_the_same() {
    let mut seen = serde_json::Map::new();
    for (name, _, description) in all() {
        let document = cart_http::openapi::Document::merged([description]);
        for (schema, said) in document.value()["components"]["schemas"].as_object().unwrap() {
            let before = seen.insert(schema.clone(), said.clone());
            assert!(before.is_none_or(|before| before == *said), "{name}: {schema}");
        }
    }
}

/// What is refused with which codes, by the statuses that the catalogue has for them.
#[test]
fn every_problem_is_answered_with_the_status_of_the_catalogue() {
    let document = merged();
    let statuses: std::collections::HashMap<_, _> =
        ProblemCode::ALL.iter().map(|code| (code.code(), code.status().as_str().to_owned())).collect();
    let mut checked = 0;
    for (path, operation) in operations(document.value()) {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = match answer["$ref"].as_str() {
                Some(reference) => document.value().pointer(reference.strip_prefix('#').unwrap()).unwrap(),
                None => answer,
            };
            let schema = &answer["content"]["application/problem+json"]["schema"];
            for code in schema["properties"]["code"]["enum"].as_array().into_iter().flatten() {
                assert_eq!(&statuses[code.as_str().unwrap()], status, "{path}: {code}");
                checked += 1;
            }
        }
    }
    assert!(checked > 1000, "{checked}");
}
