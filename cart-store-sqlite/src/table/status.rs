//! The status of a cart, as columns.

use cart_core::id::{CartId, CheckoutId, OrderRef};
use cart_core::status::{AbandonReason, Status};
use cart_core::version::Version;
use rusqlite::ToSql;

use super::columns::{Columns, integer, maybe, micros, parsed, text, time, uuid, version};
use crate::error::Damage;

/// The columns from `status` to `merged_version`.
#[derive(Clone, Debug, Default)]
pub(super) struct StatusColumns<'a> {
    pub(super) status: &'static str,
    pub(super) checkout: Option<[u8; 16]>,
    pub(super) deadline: Option<i64>,
    pub(super) order: Option<&'a str>,
    pub(super) abandoned_at: Option<i64>,
    pub(super) abandoned_for: Option<&'static str>,
    pub(super) merged_into: Option<[u8; 16]>,
    pub(super) merged_version: Option<i64>,
}

impl<'a> StatusColumns<'a> {
    pub(super) fn of(status: &'a Status) -> Self {
        let columns = Self { status: status.name().as_str(), ..Self::default() };
        match status {
            Status::Active => columns,
            Status::Checkout { checkout, deadline } => Self {
                checkout: Some(checkout.as_uuid().into_bytes()),
                deadline: Some(micros(*deadline)),
                ..columns
            },
            Status::Completed { order } => Self { order: Some(order.as_str()), ..columns },
            Status::Abandoned { since, reason } => {
                Self { abandoned_at: Some(micros(*since)), ..columns }.abandoned_for(*reason)
            }
        }
    }

    /// In the order of the updates.
    pub(super) fn columns(&self) -> [&dyn ToSql; 8] {
        [
            &self.status,
            &self.checkout,
            &self.deadline,
            &self.order,
            &self.abandoned_at,
            &self.abandoned_for,
            &self.merged_into,
            &self.merged_version,
        ]
    }

    fn abandoned_for(self, reason: AbandonReason) -> Self {
        match reason {
            AbandonReason::GivenUp => Self { abandoned_for: Some("given_up"), ..self },
            AbandonReason::Expired => Self { abandoned_for: Some("expired"), ..self },
            AbandonReason::Merged { into, version } => Self {
                abandoned_for: Some("merged"),
                merged_into: Some(into.as_uuid().into_bytes()),
                merged_version: Some(integer(version.get())),
                ..self
            },
        }
    }
}

/// The columns of every row are read, whichever of them its status needs.
pub(super) fn read(columns: &mut Columns<'_, '_>) -> Result<Status, Damage> {
    let name = columns.take(text)?;
    let (checkout, deadline) = (columns.take(maybe(uuid))?, columns.take(maybe(time))?);
    let order = columns.take(maybe(parsed(OrderRef::new)))?;
    let (since, why) = (columns.take(maybe(time))?, columns.take(maybe(text))?);
    let (into, version) = (columns.take(maybe(uuid))?, columns.take(maybe(version))?);
    let checkout = checkout.map(CheckoutId::from_uuid);
    let merged = into.map(CartId::from_uuid).zip(version);
    let status = match name {
        "active" => Some(Status::Active),
        "checkout" => {
            checkout.zip(deadline).map(|(checkout, deadline)| Status::Checkout { checkout, deadline })
        }
        "completed" => order.map(|order| Status::Completed { order }),
        "abandoned" => {
            since.zip(reason(why, merged)).map(|(since, reason)| Status::Abandoned { since, reason })
        }
        _ => None,
    };
    status.ok_or_else(|| columns.damaged("the status is none, or lacks what belongs to it"))
}

fn reason(why: Option<&str>, merged: Option<(CartId, Version)>) -> Option<AbandonReason> {
    match why? {
        "given_up" => Some(AbandonReason::GivenUp),
        "expired" => Some(AbandonReason::Expired),
        "merged" => merged.map(|(into, version)| AbandonReason::Merged { into, version }),
        _ => None,
    }
}
