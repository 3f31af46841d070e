//! The pricing tool as its users meet it: a process that reads a request and writes an answer.

#[path = "price/bad.rs"]
mod bad;
#[path = "price/page.rs"]
mod page;
#[path = "price/path.rs"]
mod path;
#[path = "price/run.rs"]
mod run;
mod support;

use page::{Example, Row, examples};
use run::answer;
use serde_json::Value;

/// What the answer has where the page states another figure.
fn differences(example: &Example, row: &Row) -> Vec<String> {
    let mut request = example.request.clone();
    row.changes.iter().for_each(|(path, value)| path::set(&mut request, path, value.clone()));
    let answer = answer(&request);
    let figures = row.figures.iter().map(|(path, stated)| (path, *stated, path::text(&answer, path)));
    let differ = figures.filter(|(_, stated, found)| stated != found);
    differ
        .map(|(path, stated, found)| {
            format!("{}: {:?}: {path} is {found}, not {stated}", example.title, row.changes)
        })
        .collect()
}

#[test]
fn the_worked_examples_come_out_as_the_page_says() {
    let examples = examples();
    assert!(examples.len() >= 12);
    let differences: Vec<String> = examples
        .iter()
        .flat_map(|example| example.rows.iter().flat_map(|row| differences(example, row)))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn each_worked_example_states_figures() {
    for Example { title, rows, excerpt, .. } in examples() {
        let states =
            rows.iter().all(|row| !row.figures.is_empty()) && !(rows.is_empty() && excerpt.is_none());
        assert!(states, "{title}");
    }
}

#[test]
fn the_answer_on_the_page_is_the_program_s() {
    let full = examples().into_iter().find(|example| example.excerpt.is_some());
    let full = full.expect("the page has an answer");
    let answer = answer(&full.request);
    for (field, stated) in full.excerpt.as_ref().and_then(Value::as_object).expect("an answer is an object") {
        assert_eq!(&answer[field], stated, "{field}");
    }
    let explanation: Vec<_> = full.text.expect("the page has an explanation").lines().collect();
    assert_eq!(answer["explanation"], serde_json::json!(explanation));
}
