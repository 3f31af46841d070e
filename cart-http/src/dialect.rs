//! The form in which a surface answers problems, also those that arise around it.

use std::sync::{Arc, OnceLock};

use axum::extract::Request;
use axum::response::Response;

use crate::problem::Problem;

/// Gives an answer the form in which a surface states a problem.
pub(crate) type Form = fn(&Problem, &mut Response);

/// Where the surface that a request came to says how it states problems, for those who answer in its place: after a
/// deadline, or when it panicked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialect(Arc<OnceLock<Form>>);

impl Dialect {
    /// Says how the surface of a request states problems.
    pub(crate) fn of(request: &Request, form: Form) {
        if let Some(Self(slot)) = request.extensions().get() {
            // The first surface that a request comes to is the outermost one.
            let _ = slot.set(form);
        }
    }

    /// States a problem as the surface does, if it said how.
    pub(crate) fn translate(&self, answer: &mut Response) {
        if let Some(form) = self.0.get()
            && let Some(problem) = answer.extensions_mut().remove::<Problem>()
        {
            form(&problem, answer);
        }
    }
}
