//! The smallest host: a catalog, offers, a store and a service. `cargo run --example embed`

use std::sync::Arc;

use cart_core::coupon::CouponCode;
use cart_core::port::{PromotionBook, PromotionQuery};
use cart_core::prelude::*;
use cart_core::promotion::Promotion;
use cart_store_sqlite::{Options, SqliteStore};

/// The shop's own products; here there is one kind of thing, and it never runs out.
#[derive(Debug)]
struct Mugs;

#[async_trait]
impl Catalog for Mugs {
    async fn products(&self, query: &ProductQuery<'_>) -> Result<Vec<Option<Arc<Product>>>, PortError> {
        let prices = UnitPrices::undiscounted(Money::new(12_50, Currency::EUR));
        let mug = prices.map(|prices| Arc::new(Product::new("Mug", prices))).ok();
        Ok(query.keys.iter().map(|key| mug.clone().filter(|_| key.product.as_str() == "mug")).collect())
    }
}

/// The shop's own offers, from wherever it keeps them.
#[derive(Debug)]
struct Offers(Vec<Arc<Promotion>>);

#[async_trait]
impl PromotionBook for Offers {
    async fn promotions(&self, _query: &PromotionQuery<'_>) -> Result<Vec<Arc<Promotion>>, PortError> {
        Ok(self.0.clone())
    }
}

const WELCOME: &str = r#"{"id": "welcome", "name": "Welcome", "codes": ["HELLO10"],
    "effect": {"on": "order", "reduction": {"percent": "0.10"}}}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = SqliteStore::open("carts.db", &Options::default())?;
    let shop = ChannelId::new("shop")?;
    let carts = CartService::builder(Arc::new(store), Arc::new(Mugs))
        .channel(shop.clone(), CartPolicy::storefront(), Currency::EUR)
        .promotions(Arc::new(Offers(vec![Arc::new(serde_json::from_str(WELCOME)?)])))
        .build()?;

    let (ann, cart) = (Caller::new(Actor::user(UserId::new("ann")?)), Target::Current(shop));
    let mug = ProductKey::plain(ProductId::new("mug")?);
    let add = Command::Edit(LineEdit::Add(AddLine::new(mug, Quantity::new(2)?)));
    carts.execute(&ann, &cart, &add).await?;
    let coupon = Command::AddCoupon { code: CouponCode::new("hello10")? };
    let outcome = carts.execute(&ann, &cart, &coupon).await?;
    print!("{}", outcome.view.priced.explain());
    Ok(())
}
