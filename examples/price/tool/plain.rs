//! The core's own data as a reader of answers wants it: amounts as decimal text, lines by the request's names.

use std::collections::HashMap;

use cart_core::money::Money;
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::goods::line_id;

/// Translates values.
#[derive(Debug)]
pub(super) struct Plain<'a> {
    names: HashMap<String, &'a str>,
}

impl<'a> Plain<'a> {
    /// Translates values about a cart whose lines have these names, in this order.
    pub(super) fn new(names: &'a [String]) -> Self {
        let ids = (0..).map(|place| line_id(place).to_string());
        Self { names: ids.zip(names.iter().map(String::as_str)).collect() }
    }

    pub(super) fn value(&self, value: &impl Serialize) -> Result<Value, Error> {
        serde_json::to_value(value).map(|value| self.translate(value)).map_err(Error::about_all)
    }

    pub(super) fn list<T: Serialize>(&self, values: &[T]) -> Result<Vec<Value>, Error> {
        values.iter().map(|value| self.value(value)).collect()
    }

    /// A value that is an object.
    pub(super) fn object(&self, value: &impl Serialize) -> Result<Map<String, Value>, Error> {
        match self.value(value)? {
            Value::Object(fields) => Ok(fields),
            other => Err(Error::about_all(format!("{other} is no object"))),
        }
    }

    fn translate(&self, value: Value) -> Value {
        match value {
            Value::Object(fields) => match serde_json::from_value::<Money>(Value::Object(fields.clone())) {
                Ok(amount) => amount.to_decimal().into(),
                Err(_) => fields.into_iter().map(|(key, value)| self.field(key, value)).collect(),
            },
            Value::Array(values) => values.into_iter().map(|value| self.translate(value)).collect(),
            other => other,
        }
    }

    fn field(&self, key: String, value: Value) -> (String, Value) {
        let name = value.as_str().filter(|_| key == "line").and_then(|id| self.names.get(id));
        let value = name.map(|name| Value::from(*name)).unwrap_or_else(|| self.translate(value));
        (key, value)
    }
}
