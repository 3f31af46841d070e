//! The description of several surfaces together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::headers;
use super::surface::Description;

/// An OpenAPI 3.1 document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document(Value);

impl Document {
    /// One document of several surfaces. Where two say the same name for different things, the last one holds.
    pub fn merged(surfaces: impl IntoIterator<Item = Description>) -> Self {
        let mut examples = Map::new();
        let (mut tags, mut paths, mut schemas) =
            (Vec::new(), BTreeMap::<String, Map<String, Value>>::new(), Map::new());
        for Description { tag, paths: added, schemas: named, examples: shown } in surfaces {
            tags.push(tag);
            schemas.extend(named);
            examples.extend(shown);
            for (path, operations) in added {
                paths.entry(path).or_default().extend(operations);
            }
        }
        let responses = named_once(&mut paths);
        let mut document = json!({
            "openapi": "3.1.0",
            "info": info(),
            "tags": tags,
            "paths": paths,
            "components": {
                "securitySchemes": security(),
                "headers": headers::described(),
                "parameters": headers::parameters(),
                "responses": responses,
                "schemas": schemas,
                "examples": examples,
            },
        });
        forget_unused(&mut document);
        Self(document)
    }

    /// The document as JSON text, the same each time.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&self.0).unwrap_or_default() + "\n"
    }

    /// The document as a value.
    pub const fn value(&self) -> &Value {
        &self.0
    }
}

fn info() -> Value {
    json!({
        "title": "Carts",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "The carts of a shop, and their orders",
        "description": "All surfaces that this library has. A host mounts those that it wants; whoever asks is known \
            by what the host takes as proof, here a bearer token. Unknown members of bodies and unknown parameters of \
            queries are refused. Amounts are decimal text unless a surface says otherwise; times are RFC 3339 in UTC.",
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

fn security() -> Value {
    json!({
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "shareToken": {
            "type": "apiKey", "in": "header", "name": "X-Share-Token",
            "description": "The token of a share link, for clients that keep it out of addresses.",
        },
    })
}

/// Gives a name to every answer that several operations have, and refers to it by that.
fn named_once(paths: &mut BTreeMap<String, Map<String, Value>>) -> Map<String, Value> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let each = |paths: &mut BTreeMap<String, Map<String, Value>>, visit: &mut dyn FnMut(&str, &mut Value)| {
        let operations = paths.values_mut().flat_map(Map::values_mut);
        let answers = operations.filter_map(|operation| operation.get_mut("responses")?.as_object_mut());
        answers.flat_map(|answers| answers.iter_mut()).for_each(|(status, answer)| visit(status, answer));
    };
    each(paths, &mut |_, answer| *seen.entry(answer.to_string()).or_default() += 1);
    let (mut names, mut named) = (BTreeMap::<String, String>::new(), Map::new());
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    each(paths, &mut |status, answer| {
        let text = answer.to_string();
        if seen.get(&text).is_none_or(|times| *times < 2) {
            return;
        }
        let name = names.entry(text).or_insert_with(|| {
            let number = numbers.entry(status.to_owned()).or_default();
            *number += 1;
            format!("Answer{status}.{number}")
        });
        let reference = json!({"$ref": format!("#/components/responses/{name}")});
        named.insert(name.clone(), std::mem::replace(answer, reference));
    });
    named
}

/// Takes out the schemas and examples to which nothing refers.
fn forget_unused(document: &mut Value) {
    for kind in ["schemas", "examples"] {
        while forget(document, kind) {}
    }
}

/// Takes out what nothing refers to; says whether there was anything.
fn forget(document: &mut Value, kind: &str) -> bool {
    let (mut used, start) = (BTreeSet::new(), format!("#/components/{kind}/"));
    references(document, &start, &mut used);
    let Some(Value::Object(named)) = document.pointer_mut(&format!("/components/{kind}")) else {
        return false;
    };
    let before = named.len();
    named.retain(|name, _| used.contains(name));
    named.len() < before
}

/// The names of all that something refers to below `start`.
fn references(value: &Value, start: &str, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            used.extend(reference.and_then(|reference| reference.strip_prefix(start)).map(str::to_owned));
            members.values().for_each(|member| references(member, start, used));
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, start, used)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
