//! The cart and the facts that a request describes.

use std::collections::HashSet;
use std::sync::Arc;

use cart_core::actor::{ActorRef, Owner};
use cart_core::cart::{Cart, StoredCart};
use cart_core::coupon::CouponCode;
use cart_core::event::Settings;
use cart_core::facts::{Choices, Facts, Products};
use cart_core::id::{
    AddressId, CartId, ChannelId, LineId, PaymentMethodId, ProductId, ShippingMethodId, UserId,
};
use cart_core::line::{Line, LineKey};
use cart_core::metadata::Metadata;
use cart_core::money::Currency;
use cart_core::policy::{CartPolicy, CouponPolicy};
use cart_core::product::{Product, ProductKey};
use cart_core::quantity::Quantity;
use cart_core::selection::{Address, Method, Selections};
use cart_core::status::Status;
use cart_core::version::Version;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{At as _, Error};
use super::request::{Goods, MethodRequest, Request};
use super::terms;

/// The most lines, and the most products besides.
const MAX_LINES: usize = 1000;

/// A cart to be priced, with what its lines are called.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) cart: Arc<Cart>,
    pub(super) facts: Facts,
    /// The ids of the lines as the request has them, in the cart's order.
    pub(super) names: Vec<String>,
}

/// A line of the request.
struct NamedLine {
    name: String,
    key: ProductKey,
    product: Product,
    quantity: Quantity,
}

/// Reads what the fields mean.
pub(super) fn build(request: &Request, now: DateTime<Utc>) -> Result<Built, Error> {
    let currency = currency(request.currency, request.exponent)?;
    let now = request.now.unwrap_or(now);
    let lines = lines(&request.lines, currency)?;
    let others = other_products(&request.products, currency)?;
    let policy = CartPolicy { pricing: request.policy.clone(), ..CartPolicy::storefront() };
    policy.check().at(|| "policy".to_owned())?;
    let terms = terms::read(request, currency)?;
    let (choices, selections) = choices(request)?;
    let cart = Arc::new(cart(request, currency, now, &lines, selections)?);
    let (names, products): (Vec<_>, Vec<_>) =
        lines.into_iter().map(|line| (line.name, Some(Arc::new(line.product)))).unzip();
    let products = Products::of_cart(Arc::clone(&cart), products, others);
    let facts = Facts { now, policy: Arc::new(policy), products, choices, terms, first_line_id: Uuid::nil() };
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

fn lines(lines: &[Goods], currency: Currency) -> Result<Vec<NamedLine>, Error> {
    if lines.len() > MAX_LINES {
        return Err(Error::at("lines", format!("a request has at most {MAX_LINES} lines")));
    }
    let mut names = HashSet::with_capacity(lines.len());
    let read = |(place, goods): (usize, &Goods)| {
        let at = format!("lines[{place}]");
        let name = goods.id.clone().unwrap_or_else(|| (place + 1).to_string());
        if !names.insert(name.clone()) {
            return Err(Error::at(format!("{at}.id"), format!("another line has the id {name:?}")));
        }
        let named = ProductId::new(&name).at(|| format!("{at}.id"))?;
        let (key, product) = goods.read(goods.product.clone().unwrap_or(named), &name, currency, &at)?;
        Ok(NamedLine { name, key, product, quantity: goods.quantity.unwrap_or(Quantity::ONE) })
    };
    lines.iter().enumerate().map(read).collect()
}

type Answers = Vec<(ProductKey, Option<Arc<Product>>)>;

fn other_products(products: &[Goods], currency: Currency) -> Result<Answers, Error> {
    if products.len() > MAX_LINES {
        return Err(Error::at("products", format!("a request has at most {MAX_LINES} products")));
    }
    let mut keys = HashSet::with_capacity(products.len());
    let read = |(place, goods): (usize, &Goods)| {
        let at = format!("products[{place}]");
        if goods.id.is_some() || goods.quantity.is_some() {
            return Err(Error::at(at, "only lines have an id and a quantity"));
        }
        let missing = || Error::at(at.clone(), "missing field `product`");
        let id = goods.product.clone().ok_or_else(missing)?;
        let (key, product) = goods.read(id.clone(), id.as_str(), currency, &at)?;
        if !keys.insert(key.clone()) {
            return Err(Error::at(at, "this product occurs twice"));
        }
        Ok((key, Some(Arc::new(product))))
    };
    products.iter().enumerate().map(read).collect()
}

/// The selected methods and the destination, and that they are selected.
fn choices(request: &Request) -> Result<(Choices, Selections), Error> {
    let mut choices = Choices::default();
    let mut selections = Selections::default();
    if let Some(country) = &request.destination {
        let is_code = country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase());
        let country = is_code.then(|| country.as_str().into());
        let country =
            country.ok_or("a country is two capitals, as in ISO 3166-1").at(|| "destination".to_owned())?;
        choices.address = Some(Address { country });
        selections.address = Some(AddressId::new("destination").at(|| "destination".to_owned())?);
    }
    if let Some(method) = &request.shipping {
        selections.shipping_method =
            Some(ShippingMethodId::new(method.id()).at(|| "shipping.id".to_owned())?);
        choices.shipping_method = Some(method.read());
    }
    if let Some(method) = &request.payment {
        selections.payment_method = Some(PaymentMethodId::new(method.id()).at(|| "payment.id".to_owned())?);
        choices.payment_method = Some(method.read());
    }
    Ok((choices, selections))
}

impl MethodRequest {
    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or("standard")
    }

    fn read(&self) -> Method {
        Method {
            active: self.active,
            currencies: self.currencies.clone(),
            kinds: self.kinds.clone(),
            countries: self.countries.clone(),
            min_subtotal: self.min_subtotal.clone(),
            max_subtotal: self.max_subtotal.clone(),
            max_grams: self.max_grams,
            charge: self.charge.clone(),
            tax_class: self.tax_class.clone(),
            ..Method::new(self.name.as_deref().unwrap_or(self.id()))
        }
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

/// The id of the line at a place.
pub(super) fn line_id(place: usize) -> LineId {
    LineId::from_uuid(Uuid::from_u128(place as u128 + 1))
}

impl NamedLine {
    fn read(&self, place: usize, now: DateTime<Utc>) -> Result<Arc<Line>, Error> {
        // Its name makes each line one of its own, whatever product it is of.
        let distinct: Map<String, Value> =
            [("line".to_owned(), self.name.as_str().into())].into_iter().collect();
        let distinct = Metadata::new(distinct).at(|| format!("lines[{place}].id"))?;
        Ok(Arc::new(Line {
            id: line_id(place),
            key: LineKey { product: self.key.clone(), distinct },
            quantity: self.quantity,
            note: None,
            metadata: Metadata::default(),
            snapshot: self.product.prices_for(self.quantity),
            acknowledged: None,
            added_at: now,
            added_by: ActorRef::System,
        }))
    }
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
