//! One operation of a surface.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::headers::{self, Header};
use crate::problem::ProblemCode;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Whoever the authenticator knows.
    Known,
    /// Whoever has a share link, whose token is in a header.
    Bearer,
    /// Anybody, or whoever proves themselves in a way that is not described.
    Anybody,
}

/// An operation, as it is put together.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) name: String,
    summary: &'static str,
    asks: Asks,
    parameters: Vec<Value>,
    body: Option<Body>,
    answers: Vec<Answer>,
    pub(super) refusals: Vec<(Option<StatusCode>, ProblemCode)>,
}

#[derive(Debug)]
struct Body {
    media: Vec<&'static str>,
    schema: Value,
    required: bool,
    example: Option<Value>,
}

/// An answer that is no refusal.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    says: &'static str,
    content: Option<(&'static str, Value)>,
    headers: Vec<Header>,
    links: Map<String, Value>,
}

impl Answer {
    /// An answer in JSON.
    pub(crate) fn json(status: StatusCode, says: &'static str, schema: &Value) -> Self {
        Self::with(status, says, "application/json", schema)
    }

    /// An answer in another form.
    pub(crate) fn with(status: StatusCode, says: &'static str, media: &'static str, schema: &Value) -> Self {
        let content = Some((media, schema.clone()));
        Self { status, says, content, headers: Vec::new(), links: Map::new() }
    }

    /// An answer without a document.
    pub(crate) fn empty(status: StatusCode, says: &'static str) -> Self {
        Self { status, says, content: None, headers: Vec::new(), links: Map::new() }
    }

    /// Adds headers that it may have.
    pub(crate) fn headers(mut self, headers: &[Header]) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Leads on to another operation, by what the answer says.
    pub(crate) fn link(mut self, operation: &str, parameters: &[(&str, &str)]) -> Self {
        let parameters = Value::from_iter(parameters.iter().map(|(name, from)| (*name, *from)));
        self.links.insert(operation.into(), json!({"operationId": operation, "parameters": parameters}));
        self
    }

    fn to_value(&self, is_guarded: bool) -> Value {
        let mut answer = json!({"description": self.says});
        let headers = headers::references(&self.headers, is_guarded);
        put(&mut answer, "headers", (!headers.is_empty()).then_some(Value::Object(headers)));
        let content = self.content.as_ref().map(|(media, schema)| json!({*media: {"schema": schema}}));
        put(&mut answer, "content", content);
        put(&mut answer, "links", (!self.links.is_empty()).then(|| Value::Object(self.links.clone())));
        answer
    }
}

pub(super) fn put(value: &mut Value, name: &str, member: Option<Value>) {
    if let (Value::Object(members), Some(member)) = (value, member) {
        members.insert(name.into(), member);
    }
}

impl Operation {
    pub(super) fn new(method: &'static str, path: String, name: String, summary: &'static str) -> Self {
        Self {
            method,
            path,
            name,
            summary,
            asks: Asks::Known,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// Says who may ask.
    pub(crate) fn asked_by(mut self, asks: Asks) -> Self {
        self.asks = asks;
        self
    }

    /// Whether it is for those only whom the authenticator knows.
    pub(super) fn is_for_known(&self) -> bool {
        self.asks == Asks::Known
    }

    /// Whether it has a body.
    pub(super) const fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// Adds a parameter of the path.
    pub(super) fn in_path(&mut self, name: &str, schema: &Value) {
        let parameter = json!({"name": name, "in": "path", "required": true, "schema": schema});
        self.parameters.push(parameter);
    }

    /// Adds parameters of the query, which are the members of an object.
    pub(crate) fn query(mut self, schema: &Value) -> Self {
        for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let mut schema = schema.clone();
            let says = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter =
                json!({"name": name, "in": "query", "required": false, "schema": not_null(schema)});
            put(&mut parameter, "description", says);
            self.parameters.push(parameter);
        }
        self
    }

    /// Adds a header, or any other parameter that is described in one place.
    pub(crate) fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Takes a body, such as the example.
    pub(crate) fn takes(self, schema: &Value, example: Value) -> Self {
        self.body(vec!["application/json"], schema, true, Some(example))
    }

    /// Takes a body that may be left out.
    pub(crate) fn may_take(self, schema: &Value, example: Value) -> Self {
        self.body(vec!["application/json"], schema, false, Some(example))
    }

    /// Takes a body in one of several forms.
    pub(crate) fn takes_as(self, media: Vec<&'static str>, schema: &Value, example: Value) -> Self {
        self.body(media, schema, true, Some(example))
    }

    fn body(
        mut self,
        media: Vec<&'static str>,
        schema: &Value,
        required: bool,
        example: Option<Value>,
    ) -> Self {
        self.body = Some(Body { media, schema: schema.clone(), required, example });
        self
    }

    /// Adds an answer.
    pub(crate) fn answers(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// Adds what it may be refused for.
    pub(crate) fn refuses(mut self, codes: &[ProblemCode]) -> Self {
        self.refusals.extend(codes.iter().map(|code| (None, *code)));
        self
    }

    /// Adds what it is refused for with another status than elsewhere.
    pub(crate) fn refuses_as(mut self, status: StatusCode, codes: &[ProblemCode]) -> Self {
        self.refusals.extend(codes.iter().map(|code| (Some(status), *code)));
        self
    }

    /// The operation as the document has it, with these answers for refusals.
    pub(super) fn to_value(&self, tag: &str, is_guarded: bool, refusals: Map<String, Value>) -> Value {
        let own = self
            .answers
            .iter()
            .map(|answer| (answer.status.as_str().to_owned(), answer.to_value(is_guarded)));
        let responses: Map<String, Value> = own.chain(refusals).collect();
        let mut operation = json!({
            "operationId": self.name,
            "summary": self.summary,
            "tags": [tag],
            "security": self.security(),
            "responses": responses,
        });
        let parameters = (!self.parameters.is_empty()).then(|| Value::from(self.parameters.clone()));
        put(&mut operation, "parameters", parameters);
        put(&mut operation, "requestBody", self.body.as_ref().map(Body::to_value));
        operation
    }

    fn security(&self) -> Value {
        match self.asks {
            Asks::Known => json!([{"bearer": []}]),
            Asks::Bearer => json!([{"shareToken": []}]),
            Asks::Anybody => json!([]),
        }
    }
}

impl Body {
    fn to_value(&self) -> Value {
        let content = self.media.iter().map(|media| {
            let mut form = json!({"schema": self.schema});
            put(&mut form, "example", self.example.clone());
            ((*media).to_owned(), form)
        });
        json!({"required": self.required, "content": content.collect::<Map<String, Value>>()})
    }
}

/// What is left out of a query is not null.
fn not_null(mut schema: Value) -> Value {
    let kind = schema.get("type").and_then(Value::as_array);
    let kind = kind.and_then(|kinds| kinds.iter().find(|kind| *kind != "null")).cloned();
    put(&mut schema, "type", kind);
    schema
}
