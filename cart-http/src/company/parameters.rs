//! The parameters of a query. Those that an operation does not know are refused.

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;

use super::refusal::Refusal;
use crate::problem::{Problem, ProblemCode};

/// Parameters by name, each there once.
#[derive(Debug)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// The parameters of a query, of which an operation knows some.
    ///
    /// # Errors
    /// 400 for one that is not known or there twice, and for text that is not UTF-8.
    pub(super) fn of(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Problem::new(ProblemCode::MalformedUri))?;
        let mut all = BTreeMap::new();
        for (name, value) in pairs {
            if !known.contains(&name.as_str()) || all.contains_key(&name) {
                return Err(malformed(&name));
            }
            all.insert(name, value);
        }
        Ok(Self(all))
    }

    /// The value of a parameter, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A parameter that cannot be read.
pub(super) fn malformed(parameter: &str) -> Problem {
    Problem::new(ProblemCode::MalformedUri).field("parameter", parameter)
}

/// For operations that know no parameter.
#[derive(Debug)]
pub(super) struct NoParameters;

impl<S: Send + Sync> FromRequestParts<S> for NoParameters {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Parameters::of(&parts.uri, &[])?;
        Ok(Self)
    }
}
