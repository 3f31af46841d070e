//! What a request says, as it says it.

use std::collections::{BTreeMap, BTreeSet};

use cart_core::charge::Fee;
use cart_core::coupon::CouponCode;
use cart_core::id::{CategoryId, ChannelId, CustomerGroupId, CustomerKey, ProductId, PromotionId, TaxClass};
use cart_core::money::Currency;
use cart_core::policy::{CouponPolicy, PricingPolicy};
use cart_core::product::{Options, Stock};
use cart_core::promotion::Promotion;
use cart_core::quantity::Quantity;
use cart_core::tax::Treatment;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::Error;
use super::json;

/// A request to price a cart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) currency: Option<Currency>,
    pub(super) exponent: Option<u8>,
    pub(super) now: Option<DateTime<Utc>>,
    pub(super) channel: Option<ChannelId>,
    #[serde(default)]
    pub(super) policy: PricingPolicy,
    #[serde(default)]
    pub(super) customer: CustomerRequest,
    pub(super) destination: Option<String>,
    pub(super) lines: Vec<Goods>,
    #[serde(default)]
    pub(super) products: Vec<Goods>,
    pub(super) taxes: Option<BTreeMap<TaxClass, Treatment>>,
    pub(super) external_tax: Option<ExternalTaxRequest>,
    #[serde(default)]
    pub(super) promotions: Vec<Promotion>,
    #[serde(default)]
    pub(super) uses: BTreeMap<PromotionId, UsesRequest>,
    #[serde(default)]
    pub(super) coupons: Vec<CouponCode>,
    #[serde(default)]
    pub(super) refused_gifts: BTreeSet<PromotionId>,
    /// A method with its id.
    pub(super) shipping: Option<Map<String, Value>>,
    pub(super) payment: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) fees: Vec<Fee>,
}

/// Who buys.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CustomerRequest {
    pub(super) groups: BTreeSet<CustomerGroupId>,
    pub(super) key: Option<CustomerKey>,
    pub(super) tax_exempt: bool,
}

/// A product, and how many units of it are a line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Goods {
    pub(super) id: Option<String>,
    pub(super) quantity: Option<Quantity>,
    pub(super) unit_price: String,
    pub(super) list_price: Option<String>,
    #[serde(default)]
    pub(super) tiers: Vec<TierRequest>,
    pub(super) product: Option<ProductId>,
    pub(super) name: Option<String>,
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) categories: Vec<CategoryId>,
    pub(super) tax_class: Option<TaxClass>,
    #[serde(default)]
    pub(super) grams: u32,
    #[serde(default = "yes")]
    pub(super) needs_delivery: bool,
    #[serde(default)]
    pub(super) options: Options,
    pub(super) stock: Option<Stock>,
}

/// What one unit costs from a quantity on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TierRequest {
    pub(super) from: Quantity,
    pub(super) unit_price: String,
    pub(super) list_price: Option<String>,
}

/// How often a promotion was used before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UsesRequest {
    #[serde(default)]
    pub(super) total: u32,
    #[serde(default)]
    pub(super) by_customer: u32,
}

/// A tax service's figures.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ExternalTaxRequest {
    pub(super) lines: Vec<String>,
    pub(super) charges: Vec<String>,
}

fn yes() -> bool {
    true
}

/// Reads a request.
pub(super) fn read(json: &[u8]) -> Result<Request, Error> {
    let mut value = json::parse(json)?;
    let Some(fields) = value.as_object_mut() else { return Err(Error::about_all("a request is an object")) };
    set_policy_defaults(fields.entry("policy").or_insert_with(|| json!({})));
    check_tax_mode(&value)?;
    json::read(&value)
}

/// Who asks with promotions, shipping or fees wants them looked at.
fn set_policy_defaults(policy: &mut Value) {
    let Some(policy) = policy.as_object_mut() else { return };
    for stage in ["promotions", "shipping", "fees"] {
        policy.entry(stage).or_insert(Value::Bool(true));
    }
    // Where there are no promotions, a policy cannot allow codes.
    let max = if policy.get("promotions") == Some(&Value::Bool(false)) { 0 } else { CouponPolicy::MAX };
    let coupons = policy.entry("coupons").or_insert_with(|| json!({}));
    if let Some(coupons) = coupons.as_object_mut() {
        coupons.entry("max").or_insert(max.into());
    }
}

/// Taxes that nothing would look at are a mistake of whoever states them.
fn check_tax_mode(request: &Value) -> Result<(), Error> {
    let mode = request.pointer("/policy/tax/mode");
    let states = |field| request.get(field).is_some_and(|value| !value.is_null());
    if states("taxes") && mode.is_none() {
        return Err(Error::at("taxes", "policy.tax.mode must say whether they are inside or on-top"));
    }
    if states("external_tax") && mode.is_none_or(|mode| mode != "external") {
        return Err(Error::at("external_tax", "policy.tax.mode must be external"));
    }
    Ok(())
}
