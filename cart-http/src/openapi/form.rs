//! The forms in which surfaces answer what they refuse.

use axum::http::StatusCode;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::problem;
use super::schema::SCHEMAS;
use crate::problem::{Problem, ProblemCode};

/// How a surface answers what it refuses.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// What the schema of a refusal is called.
    pub(crate) name: &'static str,
    /// The media type.
    pub(crate) media: &'static str,
    /// The status of a problem.
    pub(crate) status: fn(ProblemCode) -> StatusCode,
    /// The schema of all refusals.
    pub(crate) schema: fn(&mut SchemaGenerator, &mut Map<String, Value>) -> Value,
    /// What else is so of those with a status and one of these codes.
    pub(crate) narrowed: fn(StatusCode, &[ProblemCode]) -> Value,
    /// How a problem looks.
    pub(crate) example: fn(&Problem, StatusCode) -> Value,
    /// Whether the guard answers in this form when it answers in the surface's place.
    pub(crate) is_guards: bool,
}

impl Form {
    /// Problem documents.
    pub(crate) const PROBLEM: Self = Self {
        name: "Problem",
        media: "application/problem+json",
        status: ProblemCode::status,
        schema: problem::schema,
        narrowed: |status, codes| {
            let codes: Vec<&str> = codes.iter().map(|code| code.code()).collect();
            json!({"properties": {"status": {"const": status.as_u16()}, "code": {"enum": codes}}})
        },
        example: |problem, _| problem.to_value(None),
        is_guards: true,
    };

    /// The answer to problems with these codes.
    pub(super) fn content(&self, status: StatusCode, codes: &[ProblemCode]) -> Value {
        let mut content = json!({self.media: self.document(status, codes)});
        let around: Vec<_> = codes.iter().copied().filter(|code| by_guard(*code)).collect();
        if let (Value::Object(content), false, false) = (&mut content, self.is_guards, around.is_empty()) {
            content.insert(Self::PROBLEM.media.into(), Self::PROBLEM.document(status, &around));
        }
        content
    }

    fn document(&self, status: StatusCode, codes: &[ProblemCode]) -> Value {
        let mut schema = (self.narrowed)(status, codes);
        if let Value::Object(schema) = &mut schema {
            schema.insert("$ref".into(), format!("{SCHEMAS}{}", self.name).into());
        }
        let examples = codes.iter().map(|code| (code.code().to_owned(), self.example_of(*code, status)));
        json!({"schema": schema, "examples": examples.collect::<Map<String, Value>>()})
    }
}

impl Form {
    fn example_of(&self, code: ProblemCode, status: StatusCode) -> Value {
        if status == (self.status)(code) {
            return json!({"$ref": format!("#/components/examples/{}.{}", self.name, code.code())});
        }
        json!({"summary": code.title(), "value": (self.example)(&Problem::new(code), status)})
    }

    /// How each problem looks, by its name in the document.
    pub(super) fn examples(&self) -> Map<String, Value> {
        let of = |code: &ProblemCode| {
            let value = (self.example)(&Problem::new(*code), (self.status)(*code));
            (format!("{}.{}", self.name, code.code()), json!({"summary": code.title(), "value": value}))
        };
        ProblemCode::ALL.iter().map(of).collect()
    }
}

/// What the guard answers in the place of any surface.
fn by_guard(code: ProblemCode) -> bool {
    [ProblemCode::Internal, ProblemCode::Unavailable, ProblemCode::OutcomeUnknown].contains(&code)
}
