//! Gathering what a decision needs to know.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use super::{CartError, CartService, Channel};
use crate::actor::Owner;
use crate::cart::Cart;
use crate::command::{BeginCheckout, Command};
use crate::coupon::CouponCode;
use crate::facts::{Choices, Facts, Members, Products, Terms, Undoing};
use crate::id::{AddressId, ChannelId, CheckoutId, SuggestionId};
use crate::money::Currency;
use crate::port::{MethodQuery, Methods, PortError, PriceContext, ProductQuery, TermsContext};
use crate::product::ProductKey;
use crate::promotion::{Effect, Promotion};
use crate::selection::{Address, Selection, SelectionKind, Selections};
use crate::status::Status;
use crate::text::Locale;

/// What facts are about: a cart, or one that is about to be.
pub(super) struct About<'a> {
    pub(super) channel: &'a ChannelId,
    pub(super) owner: &'a Owner,
    pub(super) currency: Currency,
    pub(super) locale: Option<&'a Locale>,
    pub(super) selections: Selections,
    /// The address for the bill of what is about to be ordered.
    pub(super) billing_address: Option<AddressId>,
    /// The cart whose lines are concerned.
    pub(super) cart: Option<&'a Arc<Cart>>,
    /// Other products that are concerned.
    pub(super) others: Vec<&'a ProductKey>,
    /// The coupon codes on the cart, and those that are about to be.
    pub(super) codes: Vec<CouponCode>,
    /// Where the cart is in its life; none if it is about to be.
    pub(super) status: Option<&'a Status>,
}

impl<'a> About<'a> {
    pub(super) fn cart(cart: &'a Arc<Cart>) -> Self {
        Self {
            channel: cart.channel(),
            owner: cart.owner(),
            currency: cart.currency(),
            locale: cart.settings().locale.as_ref(),
            selections: cart.selections().clone(),
            billing_address: None,
            cart: Some(cart),
            others: Vec::new(),
            codes: cart.coupons().to_vec(),
            status: Some(cart.status()),
        }
    }

    /// A copy of a cart, which takes on lines and codes, but neither choices nor a checkout.
    pub(super) fn copy_of(cart: &'a Arc<Cart>) -> Self {
        Self { selections: Selections::default(), status: None, ..Self::cart(cart) }
    }

    /// The same, and what a command changes about it.
    pub(super) fn and(mut self, command: &'a Command) -> Self {
        self.others.extend(command.added_products());
        #[expect(clippy::wildcard_enum_match_arm, reason = "few commands change what else facts are about")]
        match command {
            Command::Select { selection } => self.select(selection.clone()),
            Command::Unselect { selection } => self.unselect(*selection),
            Command::AddCoupon { code } => self.codes.push(code.clone()),
            Command::ChangeCurrency { currency } => self.currency = *currency,
            Command::BeginCheckout(order) => self.order(order),
            Command::Accept { suggestions, .. } => self.add_suggested(suggestions),
            _ => {}
        }
        self
    }

    /// What an order brings with it.
    pub(super) fn order(&mut self, order: &BeginCheckout) {
        self.codes.extend(order.code.clone());
        self.billing_address.clone_from(&order.billing_address);
        order.selections.iter().for_each(|selection| self.select(selection.clone()));
    }

    /// The products that accepted suggestions bring in.
    fn add_suggested(&mut self, suggestions: &[SuggestionId]) {
        let Some(cart) = self.cart else { return };
        let accepted = suggestions.iter().filter_map(|id| cart.suggestion(*id));
        self.others.extend(accepted.filter_map(|suggestion| suggestion.proposal.product()));
    }

    pub(super) fn select(&mut self, selection: Selection) {
        match selection {
            Selection::Address(id) => self.selections.address = Some(id),
            Selection::ShippingMethod(id) => self.selections.shipping_method = Some(id),
            Selection::PaymentMethod(id) => self.selections.payment_method = Some(id),
        }
    }

    fn unselect(&mut self, kind: SelectionKind) {
        match kind {
            SelectionKind::Address => self.selections.address = None,
            SelectionKind::ShippingMethod => self.selections.shipping_method = None,
            SelectionKind::PaymentMethod => self.selections.payment_method = None,
        }
    }

    /// The same, and what is put back by undoing a write.
    pub(super) fn and_undoing(mut self, undoing: &'a Undoing) -> Self {
        self.selections = undoing.before.selections().clone();
        self.and_cart(&undoing.before)
    }

    /// The same, and the products and codes of another cart.
    pub(super) fn and_cart(mut self, other: &'a Cart) -> Self {
        self.others.extend(other.lines().iter().map(|line| &line.key.product));
        self.codes.extend_from_slice(other.coupons());
        self
    }
}

impl CartService {
    /// The time, in the whole microseconds that every store keeps.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now().trunc_subsecs(6)
    }

    /// Facts for decisions that no product or choice has a part in; asks nobody.
    pub(super) fn facts_without_products(&self, channel: &Channel) -> Facts {
        let now = self.now();
        Facts {
            now,
            policy: Arc::clone(&channel.policy),
            products: Products::default(),
            choices: Choices::default(),
            terms: Terms::default(),
            members: Members::default(),
            token: None,
            undoing: None,
            parties: self.parties(),
            suggested: 0,
            first_id: self.ports.ids.uuid(now),
        }
    }

    /// Gathers facts with one call of the catalog, and at most one each of the other ports.
    pub(super) async fn gather(&self, channel: &Channel, about: About<'_>) -> Result<Facts, CartError> {
        let context = self.context(&about).await?;
        let (now, groups) = (context.now, context.customer.groups.clone());
        let choices = self.choices(&about).await?;
        let terms = self.terms(&channel.policy.pricing, context, &about, choices.address.as_ref()).await?;
        let prices = PriceContext {
            channel: about.channel.clone(),
            currency: about.currency,
            locale: about.locale.cloned(),
            owner: about.owner.clone(),
            groups,
            now,
        };
        let products = self.products(about, &prices, &terms.promotions).await?;
        let (policy, first_id) = (Arc::clone(&channel.policy), self.ports.ids.uuid(now));
        Ok(Facts {
            now,
            policy,
            products,
            choices,
            terms,
            members: Members::default(),
            token: None,
            undoing: None,
            suggested: 0,
            parties: self.parties(),
            first_id,
        })
    }

    async fn context(&self, about: &About<'_>) -> Result<TermsContext, PortError> {
        Ok(TermsContext {
            channel: about.channel.clone(),
            currency: about.currency,
            owner: about.owner.clone(),
            customer: self.ports.customers.customer(about.owner).await?,
            now: self.now(),
        })
    }

    async fn products(
        &self,
        about: About<'_>,
        context: &PriceContext,
        promotions: &[Arc<Promotion>],
    ) -> Result<Products, CartError> {
        let lines = about.cart.map(|cart| cart.lines()).unwrap_or_default();
        let others: Vec<&ProductKey> = about.others.into_iter().chain(gifts(promotions)).collect();
        let mut keys: Vec<&ProductKey> = Vec::with_capacity(lines.len() + others.len());
        keys.extend(lines.iter().map(|line| &line.key.product));
        keys.extend(&others);
        if keys.is_empty() {
            return Ok(Products::default());
        }
        let mut found = self.ports.catalog.products(&ProductQuery { context, keys: &keys }).await?;
        if found.len() != keys.len() {
            let (asked, answered) = (keys.len(), found.len());
            return Err(PortError::new("catalog", format!("{answered} answers to {asked} questions")).into());
        }
        self.count_stock(&mut found, current(about.status)).await?;
        let others = others.into_iter().cloned().zip(found.split_off(lines.len())).collect();
        Ok(match about.cart {
            Some(cart) => Products::of_cart(Arc::clone(cart), found, others),
            None => Products::new(others),
        })
    }

    async fn choices(&self, about: &About<'_>) -> Result<Choices, PortError> {
        let address = self.address(about.owner, about.selections.address.as_ref()).await?;
        let billing_address = self.address(about.owner, about.billing_address.as_ref()).await?;
        let Methods { shipping_method, payment_method } = self.methods(about).await?;
        Ok(Choices { address, billing_address, shipping_method, payment_method })
    }

    async fn address(&self, owner: &Owner, id: Option<&AddressId>) -> Result<Option<Address>, PortError> {
        match id {
            Some(id) => self.ports.addresses.address(owner, id).await,
            None => Ok(None),
        }
    }

    async fn methods(&self, about: &About<'_>) -> Result<Methods, PortError> {
        let shipping_method = about.selections.shipping_method.as_ref();
        let payment_method = about.selections.payment_method.as_ref();
        if shipping_method.is_none() && payment_method.is_none() {
            return Ok(Methods::default());
        }
        let (channel, currency) = (about.channel, about.currency);
        self.ports.methods.methods(&MethodQuery { channel, currency, shipping_method, payment_method }).await
    }
}

/// The checkout that holds the cart.
pub(super) const fn current(status: Option<&Status>) -> Option<CheckoutId> {
    if let Some(Status::Checkout { checkout, .. }) = status { Some(*checkout) } else { None }
}

/// The products that promotions give for nothing.
fn gifts(promotions: &[Arc<Promotion>]) -> impl Iterator<Item = &ProductKey> {
    promotions.iter().filter_map(|promotion| {
        let Effect::Gift { product, .. } = &promotion.effect else { return None };
        Some(product)
    })
}
