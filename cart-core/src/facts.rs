//! What a decision needs to know from outside: gathered before, so that rules look nothing up.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::authorise::Access;
use crate::cart::Cart;
use crate::charge::Fee;
use crate::checkout::StockCounting;
use crate::customer::Customer;
use crate::id::{LineId, PromotionId};
use crate::line::Line;
use crate::policy::CartPolicy;
use crate::product::{Product, ProductKey};
use crate::promotion::Promotion;
use crate::selection::{Address, Method};
use crate::sharing::LinkToken;
use crate::tax::Taxes;
use crate::version::Version;

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
    /// What prices depend on besides.
    pub terms: Terms,
    /// Who belongs to the company concerned.
    pub members: Members,
    /// The secret of a link that is about to get one.
    pub token: Option<LinkToken>,
    /// What a command to undo would undo; none if there is nothing.
    pub undoing: Option<Undoing>,
    /// How many suggestions were made with the link or the grant that lets the actor in, counted no further than
    /// [`Suggestions::max_made`](crate::policy::Suggestions::max_made); 0 for whoever needs neither.
    pub suggested: usize,
    /// Who takes part in a checkout.
    pub parties: Parties,
    /// The id that the first new line, grant, link, suggestion or checkout gets; the next ones get the ids that follow it. An id
    /// that the cart has for such a thing already is passed over.
    pub first_id: Uuid,
}

/// Who takes part in checkouts besides the shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Who counts stock.
    pub stock: StockCounting,
    /// Whether the service takes payments, where it places orders.
    pub payments: bool,
}

impl Default for Parties {
    /// Nobody.
    fn default() -> Self {
        Self { stock: StockCounting::Nobody, payments: false }
    }
}

impl Facts {
    /// What is known about products, and nothing else: as for pricing a cart that nobody changes.
    pub fn of_products(now: DateTime<Utc>, policy: Arc<CartPolicy>, products: Products) -> Self {
        Self {
            now,
            policy,
            products,
            choices: Choices::default(),
            terms: Terms::default(),
            members: Members::default(),
            token: None,
            undoing: None,
            parties: Parties::default(),
            suggested: 0,
            first_id: Uuid::nil(),
        }
    }

    /// The first id from [`Facts::first_id`] on that is not taken, even if the source of ids repeats itself.
    pub(crate) fn fresh<T>(&self, id: impl Fn(Uuid) -> T, is_taken: impl Fn(&T) -> bool) -> T {
        let mut next = self.first_id;
        loop {
            let found = id(next);
            if !is_taken(&found) {
                return found;
            }
            next = following(next);
        }
    }

    /// What it takes to say what is permitted.
    pub fn access(&self) -> Access<'_> {
        Access { now: self.now, sharing: &self.policy.sharing, is_member: self.members.actor }
    }
}

/// Who belongs to the company concerned, as the directory says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// The actor. Asked about only if that is what lets them in.
    pub actor: bool,
    /// The user named by the command, if it names one.
    pub named: bool,
}

/// A write that would be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoing {
    /// The version that it made.
    pub version: Version,
    /// The cart before it.
    pub before: Arc<Cart>,
    /// The cart after it.
    pub after: Arc<Cart>,
}

/// What the catalog says about the products of a cart's lines, and about others that a command brings in.
#[derive(Clone, Debug, Default)]
pub struct Products {
    /// The cart whose lines were asked about.
    cart: Option<Arc<Cart>>,
    /// The answers about its lines, in their order.
    of_cart: Vec<Option<Arc<Product>>>,
    others: Others,
}

/// The answers about products that are not asked about as those of a cart's lines. Where a product occurs twice, the
/// last answer counts.
#[derive(Clone, Debug)]
enum Others {
    /// So few that looking through them is fastest, as for a single edit.
    Few(Vec<(ProductKey, Option<Arc<Product>>)>),
    /// As many as another cart has lines; each of them is looked up.
    Many(HashMap<ProductKey, Option<Arc<Product>>>),
}

impl Default for Others {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl From<Vec<(ProductKey, Option<Arc<Product>>)>> for Others {
    fn from(answers: Vec<(ProductKey, Option<Arc<Product>>)>) -> Self {
        const FEW: usize = 8;
        if answers.len() <= FEW { Self::Few(answers) } else { Self::Many(answers.into_iter().collect()) }
    }
}

impl Others {
    fn answers(&self) -> impl Iterator<Item = &Option<Arc<Product>>> {
        let (few, many) = match self {
            Self::Few(answers) => (Some(answers), None),
            Self::Many(answers) => (None, Some(answers)),
        };
        let few = few.into_iter().flatten().map(|(_, answer)| answer);
        few.chain(many.into_iter().flat_map(HashMap::values))
    }

    /// The answer about a product, if it was asked about.
    fn answer(&self, key: &ProductKey) -> Option<&Option<Arc<Product>>> {
        match self {
            Self::Few(answers) => answers.iter().rfind(|(asked, _)| asked == key).map(|(_, answer)| answer),
            Self::Many(answers) => answers.get(key),
        }
    }
}

impl Products {
    /// The catalog's answers about some products.
    pub fn new(answers: Vec<(ProductKey, Option<Arc<Product>>)>) -> Self {
        Self { others: answers.into(), ..Self::default() }
    }

    /// The catalog's answers about a cart's lines, in their order, and about other products.
    pub fn of_cart(
        cart: Arc<Cart>,
        of_cart: Vec<Option<Arc<Product>>>,
        others: Vec<(ProductKey, Option<Arc<Product>>)>,
    ) -> Self {
        Self { cart: Some(cart), of_cart, others: others.into() }
    }

    /// What the catalog says about a product; none if it does not know it.
    pub fn product(&self, key: &ProductKey) -> Option<&Arc<Product>> {
        match self.others.answer(key) {
            Some(product) => product.as_ref(),
            None => {
                self.asked().find(|(asked, _)| asked.key.product == *key).and_then(|(_, product)| product)
            }
        }
    }

    /// Each line with what the catalog says about its product.
    ///
    /// Takes one pass over the lines of the cart that was asked about, even when some of them are gone, have changed,
    /// or new ones stand at the end; an unchanged line is told by its address.
    pub fn of_lines<'a>(
        &'a self,
        lines: &'a [Arc<Line>],
    ) -> impl Iterator<Item = (&'a Arc<Line>, Option<&'a Arc<Product>>)> {
        let mut rest = self.asked();
        lines.iter().map(move |line| {
            let same = |asked: &Arc<Line>| Arc::ptr_eq(asked, line) || asked.key.product == line.key.product;
            let product = match rest.find(|(asked, _)| same(asked)) {
                Some((_, product)) => product,
                // Beyond the lines asked about, or out of their order.
                None => self.product(&line.key.product),
            };
            (line, product)
        })
    }

    /// Whether any product has rules about what it goes with.
    pub(crate) fn any_related(&self) -> bool {
        let has_rules = |product: &Option<Arc<Product>>| {
            product.as_ref().is_some_and(|product| !product.relations.is_empty())
        };
        self.of_cart.iter().chain(self.others.answers()).any(has_rules)
    }

    fn asked(&self) -> impl Iterator<Item = (&Arc<Line>, Option<&Arc<Product>>)> {
        let lines = self.cart.as_deref().map(Cart::lines).unwrap_or_default();
        lines.iter().zip(self.of_cart.iter().map(Option::as_ref))
    }
}

/// What the host says about the choices that a cart has made and a command would make.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The delivery address concerned, if the owner has it.
    pub address: Option<Address>,
    /// The address for the bill concerned, if the owner has it.
    pub billing_address: Option<Address>,
    /// The shipping method concerned, if the host has it.
    pub shipping_method: Option<Method>,
    /// The payment method concerned, if the host has it.
    pub payment_method: Option<Method>,
}

/// What the host says about how a cart is priced, besides products and methods.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Who buys.
    pub customer: Customer,
    /// The promotions that may concern the cart, in any order: those that need no code, and those that have one of
    /// the codes on the cart or brought in by the command.
    pub promotions: Vec<Arc<Promotion>>,
    /// How often promotions with a limit were used; one that is missing was not.
    pub uses: Vec<(PromotionId, Uses)>,
    /// The fees that may be charged.
    pub fees: Vec<Arc<Fee>>,
    /// What is taxed how.
    pub taxes: Taxes,
}

/// How often a promotion was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// By all customers together.
    pub total: u32,
    /// By the customer concerned.
    pub by_customer: u32,
}

const fn following(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().wrapping_add(1))
}

/// Ids for the new lines of one command.
#[derive(Debug)]
pub(crate) struct LineIds(Uuid);

impl LineIds {
    pub(crate) const fn new(first: Uuid) -> Self {
        Self(first)
    }

    /// The next id that no line of the cart has, even if the source of ids repeats itself.
    pub(crate) fn take(&mut self, cart: &Cart) -> LineId {
        loop {
            let id = LineId::from_uuid(self.0);
            self.0 = following(self.0);
            if cart.line(id).is_none() {
                return id;
            }
        }
    }
}
