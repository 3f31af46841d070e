//! The cart and its sums.

use cart_core::cart::Cart;
use cart_core::id::{CartId, LineId};
use cart_core::money::Currency;
use cart_core::pricing::{PricedCart, PricedLine};
use cart_core::service::CartView;
use cart_core::status::StatusName;
use cart_core::text::{CartName, Locale, Note};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::notice::NoticeBody;
use crate::priced::{CostBody, ItemBody, Prices};

/// The cart. Without a cart there is no id, and the version is 0.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopCart"))]
pub(in crate::shop) struct CartBody<'a> {
    id: Option<CartId>,
    version: u64,
    status: StatusName,
    #[cfg_attr(feature = "openapi", schemars(with = "cart_core::money::Currency"))]
    currency: &'static str,
    name: Option<&'a CartName>,
    note: Option<&'a Note>,
    items: Vec<Item<'a>>,
    item_count: u64,
    #[serde(flatten)]
    cost: CostBody<'a>,
    settings: SettingsBody<'a>,
    notices: Vec<NoticeBody<'a>>,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopItem"))]
struct Item<'a> {
    id: LineId,
    #[serde(flatten)]
    item: ItemBody<'a>,
}

impl<'a> Item<'a> {
    fn of(line: &'a PricedLine) -> Self {
        Self { id: line.line.id, item: ItemBody::of(line) }
    }
}

#[derive(Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopSettings"))]
struct SettingsBody<'a> {
    locale: Option<&'a Locale>,
}

impl<'a> CartBody<'a> {
    pub(super) fn of(view: &'a CartView, prices: Prices) -> Self {
        let (cart, priced): (&Cart, &PricedCart) = (&view.cart, &view.priced);
        Self {
            id: Some(cart.id()),
            version: cart.version().get(),
            status: cart.status().name(),
            currency: cart.currency().code(),
            name: cart.name(),
            note: cart.note(),
            items: priced.lines.iter().map(Item::of).collect(),
            item_count: cart.lines().iter().map(|line| u64::from(line.quantity.get())).sum(),
            cost: CostBody::of(view, prices),
            settings: SettingsBody { locale: cart.settings().locale.as_ref() },
            notices: view.all_notices().filter_map(NoticeBody::of).collect(),
            created_at: Some(cart.created_at()),
            updated_at: Some(cart.updated_at()),
            expires_at: cart.expires_at(),
        }
    }

    pub(super) fn empty(currency: Currency, prices: Prices) -> Self {
        Self {
            id: None,
            version: 0,
            status: StatusName::Active,
            currency: currency.code(),
            name: None,
            note: None,
            items: Vec::new(),
            item_count: 0,
            cost: CostBody::nothing(currency, prices),
            settings: SettingsBody::default(),
            notices: Vec::new(),
            created_at: None,
            updated_at: None,
            expires_at: None,
        }
    }
}
