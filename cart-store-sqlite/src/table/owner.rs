//! Whose cart it is, as columns.

use cart_core::actor::Owner;
use cart_core::id::{CompanyId, UserId};

use super::columns::{Columns, parsed, text};
use crate::error::Damage;

/// The columns `owner_kind`, `owner` and `company`.
#[derive(Clone, Debug)]
pub(crate) struct OwnerColumns {
    pub(crate) kind: &'static str,
    pub(crate) owner: String,
    pub(crate) company: String,
}

impl OwnerColumns {
    pub(crate) fn of(owner: &Owner) -> Self {
        match owner {
            Owner::User { user, company } => Self {
                kind: "user",
                owner: user.as_str().to_owned(),
                company: company.as_ref().map(|company| company.as_str().to_owned()).unwrap_or_default(),
            },
            Owner::Guest { guest } => {
                Self { kind: "guest", owner: guest.to_string(), company: String::new() }
            }
        }
    }
}

pub(crate) fn read(columns: &mut Columns<'_, '_>) -> Result<Owner, Damage> {
    let is_user = columns.take(|value| match text(value)? {
        "user" => Ok(true),
        "guest" => Ok(false),
        _ => Err("neither user nor guest".to_owned()),
    })?;
    if !is_user {
        let guest = columns.take(parsed(str::parse))?;
        columns.take(|_| Ok(()))?;
        return Ok(Owner::Guest { guest });
    }
    let user = columns.take(parsed(UserId::new))?;
    let company = columns.take(parsed(|company| match company {
        "" => Ok(None),
        company => CompanyId::new(company).map(Some),
    }))?;
    Ok(Owner::User { user, company })
}
