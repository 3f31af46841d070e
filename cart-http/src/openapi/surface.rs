//! One surface, as it is put together.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::codes;
use super::form::Form;
use super::headers::{self, Header};
use super::operation::{Operation, put};
use super::schema::{self, closed, inlined, plain};
use crate::problem::ProblemCode;

/// The description of one surface.
#[derive(Clone, Debug)]
pub struct Description {
    pub(super) tag: Value,
    pub(super) paths: BTreeMap<String, Map<String, Value>>,
    pub(super) schemas: Map<String, Value>,
    pub(super) examples: Map<String, Value>,
}

/// What a surface is described with.
pub(crate) struct Surface {
    name: &'static str,
    says: &'static str,
    form: Form,
    sent: SchemaGenerator,
    shown: SchemaGenerator,
    in_path: BTreeMap<&'static str, Value>,
    operations: Vec<Operation>,
    is_guarded: bool,
    key: &'static str,
}

impl Surface {
    /// A surface whose operations are called by what begins with its name.
    pub(crate) fn new(name: &'static str, says: &'static str, form: Form) -> Self {
        Self {
            name,
            says,
            form,
            sent: schema::of_requests(),
            shown: schema::of_answers(),
            in_path: BTreeMap::new(),
            operations: Vec::new(),
            is_guarded: true,
            key: "Idempotency-Key",
        }
    }

    /// One that is mounted outside of the guard, and refuses nothing.
    pub(crate) fn unguarded(mut self) -> Self {
        self.is_guarded = false;
        self
    }

    /// One whose document spells the header of idempotency keys in this way.
    pub(crate) fn keyed_by(mut self, header: &'static str) -> Self {
        self.key = header;
        self
    }

    /// The schema of a body.
    pub(crate) fn sent<T: JsonSchema>(&mut self) -> Value {
        schema::of::<T>(&mut self.sent)
    }

    /// The schema of an answer.
    pub(crate) fn shown<T: JsonSchema>(&mut self) -> Value {
        schema::of::<T>(&mut self.shown)
    }

    /// The schema of a query, which is not kept.
    pub(crate) fn query<T: JsonSchema>(&mut self) -> Value {
        let mut schema = T::json_schema(&mut self.sent).to_value();
        plain(&mut schema);
        schema
    }

    /// Says what a name in paths stands for.
    pub(crate) fn in_path<T: JsonSchema>(&mut self, name: &'static str) {
        let schema = self.sent::<T>();
        self.names(name, schema);
    }

    /// The same by a schema.
    pub(crate) fn names(&mut self, name: &'static str, schema: Value) {
        self.in_path.insert(name, schema);
    }

    /// An operation of this surface that looks.
    pub(crate) fn get(&self, path: &str, name: &str, summary: &'static str) -> Operation {
        self.operation("get", path, name, summary)
    }

    /// An operation of this surface that changes something: it can be repeated, and made to depend on a version.
    pub(crate) fn write(
        &self,
        method: &'static str,
        path: &str,
        name: &str,
        summary: &'static str,
    ) -> Operation {
        ["If-Match", self.key]
            .into_iter()
            .fold(self.operation(method, path, name, summary), |operation, header| {
                operation.parameter(headers::parameter(header))
            })
            .refuses(codes::WRITE)
    }

    /// How an operation of this surface is called.
    pub(crate) fn name_of(&self, name: &str) -> String {
        format!("{}_{name}", self.name)
    }

    /// Any other operation of this surface.
    pub(crate) fn operation(
        &self,
        method: &'static str,
        path: &str,
        name: &str,
        summary: &'static str,
    ) -> Operation {
        let mut operation = Operation::new(method, path.to_owned(), self.name_of(name), summary);
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            operation.in_path(name, self.in_path.get(name).unwrap_or(&json!({"type": "string"})));
        }
        if self.is_guarded { operation.parameter(headers::parameter("X-Request-ID")) } else { operation }
    }

    /// Adds an operation.
    pub(crate) fn add(&mut self, operation: Operation) {
        let operation = if self.is_guarded { refused_by_nature(operation) } else { operation };
        self.operations.push(operation);
    }

    /// The description.
    pub(crate) fn described(mut self) -> Description {
        let mut schemas = self.shown_schemas();
        if self.is_guarded {
            let mut refusal = (self.form.schema)(&mut self.shown, &mut schemas);
            plain(&mut refusal);
            schemas.extend(self.shown_schemas());
            schemas.insert(self.form.name.into(), refusal);
            let mut problem = (Form::PROBLEM.schema)(&mut self.shown, &mut schemas);
            plain(&mut problem);
            schemas.extend(self.shown_schemas());
            schemas.insert(Form::PROBLEM.name.into(), problem);
        }
        let mut sent = self.sent.take_definitions(true);
        sent.values_mut().for_each(plain);
        schemas.extend(sent);
        let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        for operation in &self.operations {
            let value = operation.to_value(self.name, self.is_guarded, self.refusals(operation));
            paths.entry(operation.path.clone()).or_default().insert(operation.method.into(), value);
        }
        let examples = self.form.examples().into_iter().chain(Form::PROBLEM.examples()).collect();
        Description { tag: json!({"name": self.name, "description": self.says}), paths, schemas, examples }
    }

    fn shown_schemas(&self) -> Map<String, Value> {
        Self::definitions(&self.shown)
    }

    /// The schemas that a generator of answers keeps, closed.
    pub(crate) fn definitions(generator: &SchemaGenerator) -> Map<String, Value> {
        let open = generator.definitions().clone();
        let mut shown = open.clone();
        for schema in shown.values_mut() {
            inlined(schema, &open);
            plain(schema);
            closed(schema);
        }
        shown
    }

    fn refusals(&self, operation: &Operation) -> Map<String, Value> {
        let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
        for (status, code) in &operation.refusals {
            let status = status.unwrap_or_else(|| (self.form.status)(*code));
            let codes = by_status.entry(status.as_u16()).or_default();
            if !codes.contains(code) {
                codes.push(*code);
            }
        }
        by_status.into_iter().filter_map(|(status, codes)| self.refusal(status, codes)).collect()
    }

    fn refusal(&self, status: u16, mut codes: Vec<ProblemCode>) -> Option<(String, Value)> {
        codes.sort_by_key(|code| code.code());
        let known = StatusCode::from_u16(status).ok()?;
        let says: Vec<String> =
            codes.iter().map(|code| format!("{}: `{}`.", code.title(), code.code())).collect();
        let mut answer = json!({"description": says.join(" ")});
        let headers = headers::references(of_refusal(&codes).as_slice(), self.is_guarded);
        put(&mut answer, "headers", Some(Value::Object(headers)));
        put(&mut answer, "content", Some(self.form.content(known, &codes)));
        Some((status.to_string(), answer))
    }
}

/// Adds what every operation of its kind is refused for.
fn refused_by_nature(mut operation: Operation) -> Operation {
    if operation.is_for_known() {
        operation = operation.refuses(codes::KNOWN);
    }
    if operation.has_body() {
        operation = operation.refuses(codes::BODY);
    }
    operation.refuses(codes::ALWAYS)
}

/// The headers that answers with these codes may have.
fn of_refusal(codes: &[ProblemCode]) -> Vec<Header> {
    use ProblemCode as Code;
    let mut headers = Vec::new();
    let has = |wanted: &[Code]| codes.iter().any(|code| wanted.contains(code));
    if has(&[Code::Unauthenticated, Code::CallbackRefused]) {
        headers.push(Header::Challenge);
    }
    if has(&[Code::VersionConflict]) {
        headers.push(Header::ETag);
    }
    let later = [
        Code::Contended,
        Code::RequestInProgress,
        Code::Unavailable,
        Code::TooManyStreams,
        Code::OutcomeUnknown,
    ];
    if has(&later) || has(&[Code::RateLimitExceeded]) {
        headers.push(Header::RetryAfter);
    }
    headers
}
