//! Which kinds of access there are.

use axum::extract::State;
use cart_core::sharing::PermissionGroup;

use super::Company;
use super::answer::Answer;
use super::caller::Colleague;
use super::parameters::NoParameters;
use super::path::Named;
use super::refusal::Refusal;
use super::resource::{self, GroupBody, Resource};
use crate::problem::{Problem, ProblemCode};

pub(super) async fn list(
    State(company): State<Company>,
    _: Colleague,
    _: NoParameters,
) -> Result<Answer<Vec<Resource<GroupBody>>>, Refusal> {
    let groups = company.groups()?.iter().map(|group| resource::group(group, &company.base));
    Ok(Answer::ok(groups.collect()))
}

pub(super) async fn show(
    State(company): State<Company>,
    _: Colleague,
    _: NoParameters,
    Named(id): Named,
) -> Result<Answer<Resource<GroupBody>>, Refusal> {
    let group = company.groups()?.iter().find(|group| group.id.to_string() == id);
    let group = group.ok_or(Problem::new(ProblemCode::NotFound))?;
    Ok(Answer::ok(resource::group(group, &company.base)))
}

impl Company {
    pub(super) fn groups(&self) -> Result<&[PermissionGroup], Refusal> {
        Ok(&self.service.sharing(&self.channel)?.groups)
    }
}
