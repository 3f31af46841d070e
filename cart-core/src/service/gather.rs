//! Gathering what a decision needs to know.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use super::{CartError, CartService, Channel};
use crate::actor::Owner;
use crate::cart::Cart;
use crate::command::Command;
use crate::facts::{Choices, Facts, Products};
use crate::id::{AddressId, ChannelId, PaymentMethodId, ShippingMethodId};
use crate::money::Currency;
use crate::port::{MethodQuery, Methods, PortError, PriceContext, ProductQuery};
use crate::product::ProductKey;
use crate::selection::{Address, Selection, Selections};
use crate::text::Locale;

/// What facts are about: a cart, or one that is about to be.
pub(super) struct About<'a> {
    pub(super) channel: &'a ChannelId,
    pub(super) owner: &'a Owner,
    pub(super) currency: Currency,
    pub(super) locale: Option<&'a Locale>,
    pub(super) selections: Selections,
    /// The cart whose lines are concerned.
    pub(super) cart: Option<&'a Arc<Cart>>,
    /// Other products that are concerned.
    pub(super) others: Vec<&'a ProductKey>,
}

impl<'a> About<'a> {
    pub(super) fn cart(cart: &'a Arc<Cart>) -> Self {
        Self {
            channel: cart.channel(),
            owner: cart.owner(),
            currency: cart.currency(),
            locale: cart.settings().locale.as_ref(),
            selections: cart.selections().clone(),
            cart: Some(cart),
            others: Vec::new(),
        }
    }

    /// The same, and what a command brings in.
    pub(super) fn and(mut self, command: &'a Command) -> Self {
        self.others.extend(command.added_products());
        if let Command::Select { selection } = command {
            match selection.clone() {
                Selection::Address(id) => self.selections.address = Some(id),
                Selection::ShippingMethod(id) => self.selections.shipping_method = Some(id),
                Selection::PaymentMethod(id) => self.selections.payment_method = Some(id),
            }
        }
        self
    }

    /// The same, and the products of another cart.
    pub(super) fn and_lines(mut self, other: &'a Cart) -> Self {
        self.others.extend(other.lines().iter().map(|line| &line.key.product));
        self
    }
}

impl CartService {
    /// The time, in the whole microseconds that every store keeps.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    /// Facts for decisions that no product or choice has a part in; asks nobody.
    pub(super) fn facts_without_products(&self, channel: &Channel) -> Facts {
        let now = self.now();
        Facts {
            now,
            policy: Arc::clone(&channel.policy),
            products: Products::default(),
            choices: Choices::default(),
            first_line_id: self.ids.uuid(now),
        }
    }

    /// Gathers facts with one call of the catalog, and at most one each of the other ports.
    pub(super) async fn gather(&self, channel: &Channel, about: About<'_>) -> Result<Facts, CartError> {
        let now = self.now();
        let address = self.address(about.owner, about.selections.address.as_ref()).await?;
        let shipping = about.selections.shipping_method.as_ref();
        let methods = self.methods(&about, shipping, about.selections.payment_method.as_ref()).await?;
        let choices = Choices {
            address,
            shipping_method: methods.shipping_method,
            payment_method: methods.payment_method,
        };
        Ok(Facts {
            now,
            policy: Arc::clone(&channel.policy),
            products: self.products(about, now).await?,
            choices,
            first_line_id: self.ids.uuid(now),
        })
    }

    async fn products(&self, about: About<'_>, now: DateTime<Utc>) -> Result<Products, PortError> {
        let lines = about.cart.map(|cart| cart.lines()).unwrap_or_default();
        let mut keys: Vec<&ProductKey> = Vec::with_capacity(lines.len() + about.others.len());
        keys.extend(lines.iter().map(|line| &line.key.product));
        keys.extend(&about.others);
        if keys.is_empty() {
            return Ok(Products::default());
        }
        let context = PriceContext {
            channel: about.channel.clone(),
            currency: about.currency,
            locale: about.locale.cloned(),
            owner: about.owner.clone(),
            now,
        };
        let mut found = self.catalog.products(&ProductQuery { context: &context, keys: &keys }).await?;
        if found.len() != keys.len() {
            let (asked, answered) = (keys.len(), found.len());
            return Err(PortError::new("catalog", format!("{answered} answers to {asked} questions")));
        }
        let others = about.others.into_iter().cloned().zip(found.split_off(lines.len())).collect();
        Ok(match about.cart {
            Some(cart) => Products::of_cart(Arc::clone(cart), found, others),
            None => Products::new(others),
        })
    }

    async fn address(&self, owner: &Owner, id: Option<&AddressId>) -> Result<Option<Address>, PortError> {
        match id {
            Some(id) => self.addresses.address(owner, id).await,
            None => Ok(None),
        }
    }

    async fn methods(
        &self,
        about: &About<'_>,
        shipping_method: Option<&ShippingMethodId>,
        payment_method: Option<&PaymentMethodId>,
    ) -> Result<Methods, PortError> {
        if shipping_method.is_none() && payment_method.is_none() {
            return Ok(Methods::default());
        }
        let (channel, currency) = (about.channel, about.currency);
        self.methods.methods(&MethodQuery { channel, currency, shipping_method, payment_method }).await
    }
}
