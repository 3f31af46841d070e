//! What a decision needs to know from outside: gathered before, so that rules look nothing up.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::id::LineId;
use crate::line::Line;
use crate::policy::CartPolicy;
use crate::product::{Product, ProductKey};
use crate::selection::{Address, Method};

/// The world at the moment of a decision.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The time (UTC).
    pub now: DateTime<Utc>,
    /// How carts of this channel behave.
    pub policy: Arc<CartPolicy>,
    /// What the catalog says about the products concerned.
    pub products: Products,
    /// What the host says about the choices concerned.
    pub choices: Choices,
    /// The id that the first new line gets; the next lines get the ids that follow it.
    pub first_line_id: Uuid,
}

/// What the catalog says about the products of a cart's lines, in their order, and then of a command.
#[derive(Clone, Debug, Default)]
pub struct Products {
    answers: Vec<(ProductKey, Option<Arc<Product>>)>,
}

impl Products {
    /// Pairs the keys asked about with the catalog's answers, in the same order.
    pub fn new(answers: Vec<(ProductKey, Option<Arc<Product>>)>) -> Self {
        Self { answers }
    }

    /// What the catalog says about a product; none if it does not know it.
    pub fn product(&self, key: &ProductKey) -> Option<&Arc<Product>> {
        // What a command adds was asked about last.
        self.answers.iter().rfind(|(asked, _)| asked == key).and_then(|(_, product)| product.as_ref())
    }

    /// Each line with what the catalog says about its product.
    ///
    /// Takes one pass when the lines are in the order in which they were asked about, as a cart's are, even with
    /// some of them gone and new ones at the end.
    pub fn of_lines<'a>(
        &'a self,
        lines: &'a [Arc<Line>],
    ) -> impl Iterator<Item = (&'a Arc<Line>, Option<&'a Arc<Product>>)> {
        let mut rest = self.answers.iter();
        lines.iter().map(move |line| {
            let next = rest.find(|(asked, _)| *asked == line.key.product);
            let product = match next {
                Some((_, product)) => product.as_ref(),
                None => {
                    rest = self.answers.iter();
                    self.product(&line.key.product)
                }
            };
            (line, product)
        })
    }
}

/// What the host says about the choices that a cart has made and a command would make.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The delivery address concerned, if the owner has it.
    pub address: Option<Address>,
    /// The shipping method concerned, if the host has it.
    pub shipping_method: Option<Method>,
    /// The payment method concerned, if the host has it.
    pub payment_method: Option<Method>,
}

/// Ids for the new lines of one command.
#[derive(Debug)]
pub(crate) struct LineIds(Uuid);

impl LineIds {
    pub(crate) const fn new(first: Uuid) -> Self {
        Self(first)
    }

    /// The next id: unique within the command because it counts, and beyond because the first is random.
    pub(crate) fn take(&mut self) -> LineId {
        let id = self.0;
        self.0 = Uuid::from_u128(id.as_u128().wrapping_add(1));
        LineId::from_uuid(id)
    }
}
