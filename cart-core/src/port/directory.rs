//! Who belongs to which company.

use std::fmt::Debug;

use async_trait::async_trait;

use super::PortError;
use crate::id::{CompanyId, UserId};

/// Knows who belongs to which company now.
///
/// It is asked each time that somebody uses what was granted to them, so that access ends when they leave the company,
/// and when somebody is to be granted access or handed a cart.
#[async_trait]
pub trait Directory: Debug + Send + Sync + 'static {
    /// Whether a user belongs to a company, and may act for it, at this moment.
    ///
    /// # Errors
    /// [`PortError`] if the directory cannot answer; nobody gets in then.
    async fn is_member(&self, company: &CompanyId, user: &UserId) -> Result<bool, PortError>;
}
