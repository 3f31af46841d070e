//! What is so before.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Ask, Happened};
use crate::actor::{Actor, ActorRef, Owner};
use crate::cart::{Cart, StoredCart};
use crate::charge::Fee;
use crate::command::Command;
use crate::customer::Customer;
use crate::event::Settings;
use crate::facts::{Choices, Facts, Members, Parties, Products, Terms, Undoing, Uses};
use crate::id::{ProductId, PromotionId, StockItemId};
use crate::line::Line;
use crate::metadata::Metadata;
use crate::money::{Currency, Money};
use crate::policy::CartPolicy;
use crate::product::{Product, ProductKey, Stock, UnitPrices};
use crate::promotion::{Effect, Promotion};
use crate::selection::{Address, Method, Selection, Selections};
use crate::sharing::{Grant, LinkTerms, PermissionGroupId, Proposal, ShareLink, Suggestion};
use crate::status::Status;
use crate::tax::Taxes;
use crate::testing::samples::{
    at, cart_id, channel, coupon, grant_id, line_id, link_id, link_token, note, prices, product,
    promotion_id, quantity, suggestion_id, user, user_id,
};
use crate::version::Version;

const PRICE: i64 = 1000;

/// A cart to start from.
#[derive(Clone, Debug)]
pub struct GivenCart(StoredCart);

/// An active, empty cart of the user `ann` in euro, made at [`at`]`(0)`, that lives for ever.
#[expect(clippy::expect_used, reason = "users own carts")]
pub fn cart() -> GivenCart {
    GivenCart(StoredCart {
        id: cart_id(1),
        channel: channel("shop"),
        owner: user("ann").owner().expect("users own carts"),
        sole: false,
        name: None,
        currency: Currency::EUR,
        status: Status::Active,
        version: Version::FIRST,
        lines: Vec::new(),
        selections: Selections::default(),
        coupons: Vec::new(),
        refused_gifts: BTreeSet::new(),
        grants: Vec::new(),
        links: Vec::new(),
        suggestions: Vec::new(),
        checkouts: Vec::new(),
        settings: Settings::default(),
        note: None,
        metadata: Metadata::default(),
        duplicate_of: None,
        created_at: at(0),
        updated_at: at(0),
        expires_at: None,
    })
}

impl GivenCart {
    /// The same with whatever else changed.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut StoredCart)) -> Self {
        change(&mut self.0);
        self
    }

    /// The same with another id, the `n`th.
    #[must_use]
    pub fn numbered(self, n: u64) -> Self {
        self.with(|cart| cart.id = cart_id(n))
    }

    /// The same with units of a product without options, added at 10.00.
    #[must_use]
    pub fn with_line(self, id: &str, units: u32) -> Self {
        self.with_line_of(product(id), units, |_| {})
    }

    /// The same with units of a product, changed as needed. The `n`th line, from 0, has the id [`line_id`]`(n)`.
    #[must_use]
    pub fn with_line_of(self, product: ProductKey, units: u32, change: impl FnOnce(&mut Line)) -> Self {
        self.with(|cart| {
            let mut line = Line {
                id: line_id(u64::try_from(cart.lines.len()).unwrap_or_default()),
                key: crate::line::LineKey { product, distinct: Metadata::default() },
                quantity: quantity(units),
                note: None,
                metadata: Metadata::default(),
                snapshot: prices(PRICE, cart.currency),
                acknowledged: None,
                added_at: at(0),
                added_by: user("ann").to_ref(),
            };
            change(&mut line);
            cart.lines.push(Arc::new(line));
        })
    }

    /// The same with another owner.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that gives a cart to staff is wrong")]
    pub fn owned_by(self, actor: &Actor) -> Self {
        let owner = actor.owner().expect("the actor owns carts");
        self.with(|cart| cart.owner = owner)
    }

    /// The same with another currency; to be called before lines are added.
    #[must_use]
    pub fn in_currency(self, currency: Currency) -> Self {
        self.with(|cart| cart.currency = currency)
    }

    /// The same in another status.
    #[must_use]
    pub fn in_status(self, status: Status) -> Self {
        self.with(|cart| cart.status = status)
    }

    /// The same with a lifetime that ends.
    #[must_use]
    pub fn expiring_at(self, end: DateTime<Utc>) -> Self {
        self.with(|cart| cart.expires_at = Some(end))
    }

    /// The same with a note.
    #[must_use]
    pub fn noted(self, text: &str) -> Self {
        self.with(|cart| cart.note = Some(note(text)))
    }

    /// The same with a coupon code.
    #[must_use]
    pub fn with_coupon(self, code: &str) -> Self {
        self.with(|cart| cart.coupons.push(coupon(code)))
    }

    /// The same without what a promotion gives, because its owner said no.
    #[must_use]
    pub fn refusing(self, promotion: &str) -> Self {
        self.with(|cart| {
            cart.refused_gifts.insert(promotion_id(promotion));
        })
    }

    /// The same with a choice made.
    #[must_use]
    pub fn choosing(self, selection: Selection) -> Self {
        self.with(|cart| match selection {
            Selection::Address(id) => cart.selections.address = Some(id),
            Selection::ShippingMethod(id) => cart.selections.shipping_method = Some(id),
            Selection::PaymentMethod(id) => cart.selections.payment_method = Some(id),
        })
    }

    /// The same, granted to a user by its owner. The `n`th grant, from 0, has the id [`grant_id`]`(n)`.
    #[must_use]
    pub fn shared_with(self, user: &str, group: PermissionGroupId) -> Self {
        self.with(|cart| {
            cart.grants.push(Arc::new(Grant {
                id: grant_id(count(&cart.grants)),
                user: user_id(user),
                group,
                granted_by: owner_of(cart),
                granted_at: at(0),
            }));
        })
    }

    /// The same with a share link of its owner's, whose token is [`link_token`]`(token)`, with terms changed as needed.
    /// The `n`th link, from 0, has the id [`link_id`]`(n)`.
    #[must_use]
    pub fn with_link(self, token: u8, change: impl FnOnce(&mut LinkTerms)) -> Self {
        let mut terms = LinkTerms::default();
        change(&mut terms);
        self.with(|cart| {
            cart.links.push(Arc::new(ShareLink {
                id: link_id(count(&cart.links)),
                token: link_token(token).digest(),
                terms,
                made_by: owner_of(cart),
                made_at: at(0),
            }));
        })
    }

    /// The same with a waiting suggestion. The `n`th, from 0, has the id [`suggestion_id`]`(n)`.
    #[must_use]
    pub fn with_suggestion(self, author: &Actor, proposal: Proposal) -> Self {
        self.with(|cart| {
            cart.suggestions.push(Arc::new(Suggestion {
                id: suggestion_id(count(&cart.suggestions)),
                author: author.to_ref(),
                name: None,
                proposal,
                comment: None,
                made_at: at(0),
            }));
        })
    }

    /// The cart.
    #[expect(clippy::expect_used, reason = "a test that describes an impossible cart is wrong")]
    pub fn build(self) -> Cart {
        Cart::from_stored(self.0).expect("the cart is consistent")
    }
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or_default()
}

fn owner_of(cart: &StoredCart) -> ActorRef {
    match &cart.owner {
        Owner::User { user, company } => ActorRef::User { user: user.clone(), company: company.clone() },
        Owner::Guest { guest } => ActorRef::Guest { guest: *guest },
    }
}

/// A cart and the world around it.
#[derive(Clone, Debug)]
pub struct Scenario {
    cart: Cart,
    policy: CartPolicy,
    now: DateTime<Utc>,
    products: HashMap<ProductId, Option<Product>>,
    choices: Choices,
    terms: Terms,
    members: Members,
    undoing: Option<Undoing>,
    parties: Parties,
    suggested: usize,
}

/// A cart, under the policy [`CartPolicy::shared`], at [`at`]`(60)`.
pub fn given(cart: GivenCart) -> Scenario {
    Scenario {
        cart: cart.build(),
        policy: CartPolicy::shared(),
        now: at(60),
        products: HashMap::new(),
        choices: Choices::default(),
        terms: Terms::default(),
        members: Members { actor: true, named: true },
        undoing: None,
        parties: Parties::default(),
        suggested: 0,
    }
}

impl Scenario {
    /// The same with others who take part in checkouts.
    #[must_use]
    pub fn and_parties(self, parties: Parties) -> Self {
        Self { parties, ..self }
    }

    /// The same under another policy.
    #[must_use]
    pub fn and_policy(self, policy: CartPolicy) -> Self {
        Self { policy, ..self }
    }

    /// The same with the policy changed.
    #[must_use]
    pub fn and_policy_with(mut self, change: impl FnOnce(&mut CartPolicy)) -> Self {
        change(&mut self.policy);
        self
    }

    /// The same at another time.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>) -> Self {
        Self { now, ..self }
    }

    /// The same with a product changed.
    #[must_use]
    pub fn and_product(mut self, id: &str, change: impl FnOnce(&mut Product)) -> Self {
        let (key, currency) = (product(id), self.cart.currency());
        let mut known = self.known(&key, currency).unwrap_or_else(|| usual(&key, currency));
        change(&mut known);
        self.products.insert(product(id).product, Some(known));
        self
    }

    /// The same with so many units of a product, on which no other draws.
    #[must_use]
    pub fn and_stock(self, id: &str, available: u32) -> Self {
        self.and_shared_stock(id, available, [id])
    }

    /// The same with so many units of a stock item, on which all the products draw.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that names no valid stock item is wrong")]
    pub fn and_shared_stock<'a>(
        self,
        item: &str,
        available: u32,
        products: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let item = StockItemId::new(item).expect("a stock item id");
        let stock = Stock::Limited { item, available };
        products.into_iter().fold(self, |given, id| given.and_stock_of(id, stock.clone()))
    }

    /// The same with a product of whatever stock.
    #[must_use]
    pub fn and_stock_of(self, id: &str, stock: Stock) -> Self {
        self.and_product(id, |product| product.stock = stock)
    }

    /// The same with a product listed at and sold for so many minor units.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that names no valid prices is wrong")]
    pub fn and_prices(self, id: &str, list: i64, unit: i64) -> Self {
        let money = |minor| Money::new(minor, self.cart.currency());
        let prices = UnitPrices::new(money(list), money(unit)).expect("prices");
        self.and_product(id, |product| product.prices = prices)
    }

    /// The same without a product in the catalog.
    #[must_use]
    pub fn and_unknown(mut self, id: &str) -> Self {
        self.products.insert(product(id).product, None);
        self
    }

    /// The same with what the host says about the address concerned.
    #[must_use]
    pub fn and_address(mut self, address: Option<Address>) -> Self {
        self.choices.address = address;
        self
    }

    /// The same with what the host says about the shipping method concerned.
    #[must_use]
    pub fn and_shipping_method(mut self, method: Option<Method>) -> Self {
        self.choices.shipping_method = method;
        self
    }

    /// The same with what the host says about the payment method concerned.
    #[must_use]
    pub fn and_payment_method(mut self, method: Option<Method>) -> Self {
        self.choices.payment_method = method;
        self
    }

    /// The same with a promotion that may concern the cart.
    #[must_use]
    pub fn and_promotion(mut self, promotion: Promotion) -> Self {
        self.terms.promotions.push(Arc::new(promotion));
        self
    }

    /// The same with a promotion used so often, by all together and by the cart's owner.
    #[must_use]
    pub fn and_uses(mut self, promotion: PromotionId, total: u32, by_customer: u32) -> Self {
        self.terms.uses.push((promotion, Uses { total, by_customer }));
        self
    }

    /// The same with what is known about the cart's owner.
    #[must_use]
    pub fn and_customer(mut self, customer: Customer) -> Self {
        self.terms.customer = customer;
        self
    }

    /// The same with a fee that may be charged.
    #[must_use]
    pub fn and_fee(mut self, fee: Fee) -> Self {
        self.terms.fees.push(Arc::new(fee));
        self
    }

    /// The same with what the host says about taxes.
    #[must_use]
    pub fn and_taxes(mut self, taxes: Taxes) -> Self {
        self.terms.taxes = taxes;
        self
    }

    /// The same with what the directory says about the actor, and about the user that the command names. By default both
    /// belong to the cart's company.
    #[must_use]
    pub fn and_members(self, actor: bool, named: bool) -> Self {
        Self { members: Members { actor, named }, ..self }
    }

    /// The same with a write that can be undone.
    #[must_use]
    pub fn and_undoing(self, undoing: Undoing) -> Self {
        Self { undoing: Some(undoing), ..self }
    }

    /// The same after so many suggestions with what lets the actor in.
    #[must_use]
    pub fn and_suggested(self, suggested: usize) -> Self {
        Self { suggested, ..self }
    }

    /// The cart as it is.
    pub const fn cart(&self) -> &Cart {
        &self.cart
    }

    /// What a decision about the cart, and products besides its own and its gifts, would know.
    pub fn facts(&self, others: impl IntoIterator<Item = ProductKey>) -> Facts {
        self.facts_in(self.cart.currency(), others)
    }

    /// The same for a decision that brings the cart into a currency: products that nothing was said about cost as many
    /// minor units in it.
    pub fn facts_in(&self, currency: Currency, others: impl IntoIterator<Item = ProductKey>) -> Facts {
        let known = |key: &ProductKey| self.known(key, currency).map(Arc::new);
        let of_cart = self.cart.lines().iter().map(|line| known(&line.key.product)).collect();
        let others = others.into_iter().chain(self.gifts()).map(|key| {
            let product = known(&key);
            (key, product)
        });
        let products = Products::of_cart(Arc::new(self.cart.clone()), of_cart, others.collect());
        Facts {
            now: self.now,
            policy: Arc::new(self.policy.clone()),
            products,
            choices: self.choices.clone(),
            terms: self.terms.clone(),
            members: self.members,
            token: Some(link_token(0xff)),
            undoing: self.undoing.clone(),
            parties: self.parties,
            suggested: self.suggested,
            // Far from the ids of given lines, and another one for each version of the cart.
            first_id: Uuid::from_u64_pair(self.cart.version().get(), 1 << 32),
        }
    }

    /// What a command would be decided with.
    pub(super) fn facts_for(&self, command: &Command) -> Facts {
        let asked = if let Command::ChangeCurrency { currency } = command { Some(*currency) } else { None };
        let currency = asked.unwrap_or(self.cart.currency());
        let suggested = self.cart.suggestions().iter().filter_map(|suggestion| suggestion.proposal.product());
        let undone = self.undoing.iter().flat_map(|undoing| undoing.before.lines());
        let undone = undone.map(|line| &line.key.product);
        self.facts_in(currency, command.added_products().chain(suggested).chain(undone).cloned())
    }

    fn gifts(&self) -> impl Iterator<Item = ProductKey> {
        self.terms.promotions.iter().filter_map(|promotion| {
            let Effect::Gift { product, .. } = &promotion.effect else { return None };
            Some(product.clone())
        })
    }

    /// Asks something of the cart.
    #[must_use]
    pub fn when(self, ask: Ask) -> Happened {
        Happened::of(self, &ask)
    }

    pub(super) fn with_cart(self, cart: Cart) -> Self {
        Self { cart, ..self }
    }

    fn known(&self, key: &ProductKey, currency: Currency) -> Option<Product> {
        self.products.get(&key.product).cloned().unwrap_or_else(|| Some(usual(key, currency)))
    }
}

fn usual(key: &ProductKey, currency: Currency) -> Product {
    Product::new(key.product.as_str(), prices(PRICE, currency))
}
