//! Schemas, made from the types that are read and written.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Where schemas are found in a document.
pub(super) const SCHEMAS: &str = "#/components/schemas/";

/// Schemas of what is read.
pub(super) fn of_requests() -> SchemaGenerator {
    settings().for_deserialize().into_generator()
}

/// Schemas of what is written.
pub(super) fn of_answers() -> SchemaGenerator {
    settings().for_serialize().into_generator()
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    })
}

/// A reference to the schema of a type, which the generator keeps.
pub(super) fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

/// Leaves out what says nothing: `null` as the default of what may be left out, and Rust's formats of numbers.
pub(super) fn plain(schema: &mut Value) {
    if let Value::Object(members) = schema {
        if members.get("default").is_some_and(Value::is_null) {
            members.remove("default");
        }
        let format = members.get("format").and_then(Value::as_str);
        if format.is_some_and(|format| format.starts_with(['u', 'i']) && !format.starts_with("uu")) {
            members.remove("format");
        }
    }
    each(schema, &mut plain);
}

/// Says that there is nothing in an answer but what is described.
pub(super) fn closed(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    let is_combined = ["oneOf", "anyOf", "allOf", "$ref"].iter().any(|word| members.contains_key(*word));
    let is_open = !members.contains_key("additionalProperties");
    if members.contains_key("properties") && is_open {
        let word = if is_combined { "unevaluatedProperties" } else { "additionalProperties" };
        members.insert(word.into(), false.into());
        // What is combined with these properties must not refuse them.
        if is_combined {
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                properties.values_mut().for_each(closed);
            }
            return;
        }
    }
    each(schema, &mut closed);
}

/// Puts in the place of a reference beside which something else is said what it refers to, so that both can be closed.
pub(super) fn inlined(schema: &mut Value, schemas: &Map<String, Value>) {
    let target = named(schema).and_then(|name| schemas.get(name)).cloned();
    if let (Some(Value::Object(target)), Value::Object(members)) = (target, &mut *schema)
        && members.contains_key("properties")
    {
        members.remove("$ref");
        for (word, value) in target {
            combine(members.entry(word).or_insert(Value::Null), value);
        }
    }
    each(schema, &mut |within| inlined(within, schemas));
}

fn combine(own: &mut Value, other: Value) {
    match (own, other) {
        (Value::Object(own), Value::Object(other)) => own.extend(other),
        (Value::Array(own), Value::Array(other)) => own.extend(other),
        (own @ Value::Null, other) => *own = other,
        (Value::Object(_) | Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => {}
    }
}

/// Does something to each schema within a schema.
fn each(schema: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    let Value::Object(members) = schema else { return };
    for (word, value) in members {
        match (word.as_str(), value) {
            ("properties" | "patternProperties" | "$defs", Value::Object(schemas)) => {
                schemas.values_mut().for_each(&mut *change);
            }
            ("oneOf" | "anyOf" | "allOf", Value::Array(schemas)) => schemas.iter_mut().for_each(&mut *change),
            ("items" | "additionalProperties" | "not" | "propertyNames", value) => change(value),
            _ => {}
        }
    }
}

/// The schema to which a schema refers.
fn named(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

/// How the members of objects are called elsewhere.
pub(crate) struct Renaming<'a> {
    /// What the names of schemas that have other names of members begin with.
    pub(crate) prefix: &'static str,
    /// The other name of a member.
    pub(crate) name: fn(&str) -> String,
    /// The schema of a member that is written in another way.
    pub(crate) other: &'a dyn Fn(&str) -> Option<Value>,
}

impl Renaming<'_> {
    /// A schema with its members by their other names. Those that it refers to, and that have members, are added to
    /// `schemas`.
    pub(crate) fn of(&self, schema: &Value, schemas: &mut Map<String, Value>) -> Value {
        if let Some(name) = named(schema) {
            return self.reference(schema, name.to_owned(), schemas);
        }
        let mut schema = schema.clone();
        self.rename(&mut schema);
        if let Value::Object(members) = &mut schema {
            members.retain(|word, _| word != "additionalProperties" && word != "unevaluatedProperties");
        }
        each(&mut schema, &mut |within| *within = self.of(within, schemas));
        schema
    }

    fn reference(&self, schema: &Value, name: String, schemas: &mut Map<String, Value>) -> Value {
        let Some(target) = schemas.get(&name).cloned().filter(has_members) else { return schema.clone() };
        let other = format!("{}{name}", self.prefix);
        if !schemas.contains_key(&other) {
            schemas.insert(other.clone(), Value::Null);
            let mut renamed = self.of(&target, schemas);
            closed(&mut renamed);
            schemas.insert(other.clone(), renamed);
        }
        let mut reference = schema.clone();
        if let Value::Object(members) = &mut reference {
            members.insert("$ref".into(), format!("{SCHEMAS}{other}").into());
        }
        reference
    }

    fn rename(&self, schema: &mut Value) {
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            let renamed = std::mem::take(properties).into_iter().map(|(name, member)| {
                let written = (self.other)(&name);
                ((self.name)(&name), written.unwrap_or(member))
            });
            *properties = renamed.collect();
        }
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            let renamed = required.iter().filter_map(Value::as_str).map(|name| (self.name)(name));
            *required = renamed.map(Value::from).collect();
        }
    }
}

/// Whether it is of objects whose members have names that the library gives.
fn has_members(schema: &Value) -> bool {
    let has = |schema: &Value| schema.get("properties").is_some();
    let alternatives = ["oneOf", "anyOf"].iter().filter_map(|word| schema.get(*word)?.as_array());
    has(schema) || alternatives.flatten().any(has)
}

/// An object with these members, all of them always there, and no others.
pub(crate) fn object(members: Value) -> Value {
    let required: Vec<String> =
        members.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    json!({"type": "object", "properties": members, "required": required, "additionalProperties": false})
}

/// The same object with a member that may be left out.
pub(crate) fn with(mut object: Value, name: &str, schema: Value) -> Value {
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.insert(name.to_owned(), schema);
    }
    object
}

/// The same schema with another word, such as `description`.
pub(crate) fn saying(mut schema: Value, word: &str, what: impl Into<Value>) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert(word.to_owned(), what.into());
    }
    schema
}
