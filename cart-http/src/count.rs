//! Numbers of units in bodies.

use cart_core::quantity::Quantity;
use cart_core::rejection::Rejection;
use serde::Deserialize;

use crate::problem::Problem;

/// A number of units as the body has it; whether it is one that a line can have is answered in the words of the
/// rule.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Count(u32);

impl Default for Count {
    fn default() -> Self {
        Self(1)
    }
}

impl Count {
    pub(crate) fn quantity(self, at: &str, field: &str) -> Result<Quantity, Problem> {
        let rejection = match Quantity::new(self.0) {
            Ok(quantity) => return Ok(quantity),
            Err(_) if self.0 < Quantity::ONE.get() => Rejection::BelowMinimum { min: Quantity::ONE },
            Err(_) => Rejection::AboveMaximum { max: Quantity::MAX },
        };
        Err(Problem::from(&rejection).field("pointer", format!("{at}/{field}")))
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Quantity::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Quantity::json_schema(generator)
    }
}
