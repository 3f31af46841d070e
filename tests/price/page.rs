//! The worked examples of `docs/pricing.md`, as they stand there.

use serde_json::Value;

const PAGE: &str = include_str!("../../docs/pricing.md");

/// A request with the figures that the page states.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) title: &'static str,
    pub(crate) request: Value,
    /// The changes of a row, and what the answer has then, by path.
    pub(crate) rows: Vec<Row>,
    /// Parts of the answer, word for word.
    pub(crate) excerpt: Option<Value>,
    /// Lines of the explanation.
    pub(crate) text: Option<&'static str>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) changes: Vec<(&'static str, Value)>,
    pub(crate) figures: Vec<(&'static str, &'static str)>,
}

/// All of them.
pub(crate) fn examples() -> Vec<Example> {
    let section = PAGE.split("\n## Worked examples\n").nth(1).expect("the page has the section");
    section.split("\n### ").skip(1).map(example).collect()
}

fn example(text: &'static str) -> Example {
    let title = text.lines().next().unwrap_or_default();
    let mut blocks = fenced(text, "json")
        .map(|block| serde_json::from_str::<Value>(block).unwrap_or_else(|error| panic!("{title}: {error}")));
    let request = blocks.next().unwrap_or_else(|| panic!("{title} has no request"));
    let excerpt = blocks.next();
    Example { title, request, rows: rows(text), excerpt, text: fenced(text, "text").next() }
}

fn fenced(text: &'static str, language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{language}\n");
    let starts: Vec<_> = text.match_indices(&fence).map(|(start, fence)| start + fence.len()).collect();
    starts.into_iter().map(|start| text[start..].split("\n```").next().expect("a block ends"))
}

fn rows(text: &'static str) -> Vec<Row> {
    let mut table = text.lines().filter(|line| line.starts_with('|')).map(cells);
    let Some(head) = table.next() else { return Vec::new() };
    let paths: Vec<_> = head.iter().skip(1).map(|path| path.trim_matches('`')).collect();
    let row = |cells: Vec<&'static str>| {
        assert_eq!(cells.len(), head.len(), "{cells:?}");
        Row {
            changes: changes(cells[0]),
            figures: paths.iter().copied().zip(cells[1..].iter().copied()).collect(),
        }
    };
    table.skip(1).map(row).collect()
}

fn cells(line: &'static str) -> Vec<&'static str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// The changes in a cell: code spans with a path and a value.
fn changes(cell: &'static str) -> Vec<(&'static str, Value)> {
    let spans: Vec<_> = cell.split('`').skip(1).step_by(2).collect();
    assert!(!spans.is_empty() || cell == "none", "{cell}");
    let change = |span: &'static str| {
        let (path, value) = span.split_once(" = ").expect("a path and a value");
        (path, serde_json::from_str(value).expect("a value is JSON"))
    };
    spans.into_iter().map(change).collect()
}
