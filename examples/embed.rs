//! The smallest host: a catalog, a store and a service. `cargo run --example embed`

use std::sync::Arc;

use cart_core::prelude::*;
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = SqliteStore::open("carts.db", &Options::default())?;
    let shop = ChannelId::new("shop")?;
    let carts = CartService::builder(Arc::new(store), Arc::new(Mugs))
        .channel(shop.clone(), CartPolicy::storefront(), Currency::EUR)
        .build()?;

    let ann = Caller::new(Actor::user(UserId::new("ann")?));
    let mug = ProductKey::plain(ProductId::new("mug")?);
    let add = Command::Edit(LineEdit::Add(AddLine::new(mug, Quantity::new(2)?)));
    let outcome = carts.execute(&ann, &Target::Current(shop), &add).await?;
    println!("{} for {} lines", outcome.view.priced.totals.total, outcome.view.cart.lines().len());
    Ok(())
}
