//! The cart and the facts that a request describes.

use std::collections::HashSet;
use std::sync::Arc;

use cart_core::actor::Owner;
use cart_core::cart::{Cart, StoredCart};
use cart_core::coupon::CouponCode;
use cart_core::event::Settings;
use cart_core::facts::{Facts, Products};
use cart_core::id::{CartId, ChannelId, UserId};
use cart_core::metadata::Metadata;
use cart_core::money::Currency;
use cart_core::policy::{CartPolicy, CouponPolicy};
use cart_core::selection::Selections;
use cart_core::status::Status;
use cart_core::version::Version;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::{At as _, Error};
use super::goods::NamedLine;
use super::request::Request;
use super::{choices, goods, terms};

/// A cart to be priced, with what its lines are called.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) cart: Arc<Cart>,
    pub(super) facts: Facts,
    /// The ids of the lines as the request has them, in the cart's order.
    pub(super) names: Vec<String>,
}

/// Reads what the fields mean.
pub(super) fn build(request: &Request, now: DateTime<Utc>) -> Result<Built, Error> {
    let currency = currency(request.currency, request.exponent)?;
    let now = request.now.unwrap_or(now);
    let lines = goods::lines(&request.lines, currency)?;
    let others = goods::other_products(&request.products, currency)?;
    let policy = CartPolicy { pricing: request.policy.clone(), ..CartPolicy::storefront() };
    policy.check().at(|| "policy".to_owned())?;
    let terms = terms::read(request, currency)?;
    let (choices, selections) = choices::read(request)?;
    let cart = Arc::new(cart(request, currency, now, &lines, selections)?);
    let (names, products): (Vec<_>, Vec<_>) =
        lines.into_iter().map(|line| (line.name, Some(Arc::new(line.product)))).unzip();
    let products = Products::of_cart(Arc::clone(&cart), products, others);
    let facts = Facts { choices, terms, ..Facts::of_products(now, Arc::new(policy), products) };
    Ok(Built { cart, facts, names })
}

/// The currency, or one that stands in for any with so many decimal places.
fn currency(named: Option<Currency>, exponent: Option<u8>) -> Result<Currency, Error> {
    let Some(exponent) = exponent else { return Ok(named.unwrap_or(Currency::EUR)) };
    let stand_in = match exponent {
        0 => Currency::JPY,
        2 => Currency::EUR,
        3 => Currency::KWD,
        4 => Currency::from_code("CLF").at(|| "exponent".to_owned())?,
        _ => return Err(Error::at("exponent", "an exponent is 0, 2, 3 or 4")),
    };
    match named {
        Some(named) if named.exponent() != exponent => {
            Err(Error::at("exponent", format!("{named} has {} decimal places", named.exponent())))
        }
        named => Ok(named.unwrap_or(stand_in)),
    }
}

fn cart(
    request: &Request,
    currency: Currency,
    now: DateTime<Utc>,
    lines: &[NamedLine],
    selections: Selections,
) -> Result<Cart, Error> {
    let channel = request.channel.clone().map_or_else(|| ChannelId::new("shop"), Ok);
    let stored = StoredCart {
        id: CartId::from_uuid(Uuid::from_u128(1)),
        channel: channel.at(|| "channel".to_owned())?,
        owner: Owner::User { user: UserId::new("shopper").at(|| "customer".to_owned())?, company: None },
        sole: true,
        name: None,
        currency,
        status: Status::Active,
        version: Version::FIRST,
        lines: lines
            .iter()
            .enumerate()
            .map(|(place, line)| line.read(place, now))
            .collect::<Result<_, _>>()?,
        selections,
        coupons: coupons(request)?,
        refused_gifts: request.refused_gifts.clone(),
        grants: Vec::new(),
        links: Vec::new(),
        suggestions: Vec::new(),
        checkouts: Vec::new(),
        settings: Settings::default(),
        note: None,
        metadata: Metadata::default(),
        duplicate_of: None,
        created_at: now,
        updated_at: now,
        expires_at: None,
    };
    Cart::from_stored(stored).at(|| "lines".to_owned())
}

/// Each code once, as commands would have put them on the cart.
fn coupons(request: &Request) -> Result<Vec<CouponCode>, Error> {
    let policy = &request.policy;
    // Codes can be left on a cart from when there were promotions.
    let max = if policy.promotions { policy.coupons.max } else { CouponPolicy::MAX };
    let mut seen = HashSet::new();
    let distinct: Vec<CouponCode> =
        request.coupons.iter().filter(|code| seen.insert(*code)).cloned().collect();
    if distinct.len() > max {
        return Err(Error::at("coupons", format!("the policy allows {max} codes")));
    }
    Ok(distinct)
}
