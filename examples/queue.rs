//! A host without HTTP: it takes what shoppers want from a queue, where a message may come twice, and answers in lines.
//!
//! `cargo run --example queue < messages.jsonl`, each line such as
//! `{"id": "m-1", "user": "ann", "add": {"product": "mug", "quantity": 2}}` or `{"id": "m-2", "user": "ann", "clear": {}}`.

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

use cart_core::journal::RequestKey;
use cart_core::memory::MemoryCatalog;
use cart_core::prelude::*;
use cart_store_sqlite::{Options, SqliteStore};
use serde::Deserialize;
use serde_json::{Value, json};

/// A message, as the queue has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    /// Identifies it for good: the same message again does nothing again.
    id: RequestKey,
    user: UserId,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Add { product: ProductId, quantity: Quantity },
    Remove { product: ProductId },
    Clear {},
}

/// Takes messages, one after the other.
struct Worker {
    service: CartService,
    shop: Target,
}

impl Worker {
    /// What is answered to a line of the queue. A message that cannot be understood is answered too, or it would block all
    /// that come after it.
    async fn take(&self, line: &str) -> Value {
        match serde_json::from_str::<Message>(line) {
            Ok(message) => self.act(message).await,
            Err(error) => json!({ "error": "not understood", "why": error.to_string() }),
        }
    }

    async fn act(&self, Message { id, user, what }: Message) -> Value {
        let caller = Caller::new(Actor::user(user)).with_key(id.clone());
        let done = match self.command(&caller, what).await {
            Ok(command) => self.service.execute(&caller, &self.shop, &command).await,
            Err(refused) => Err(refused),
        };
        match done {
            Ok(outcome) => json!({
                "id": id,
                "version": outcome.view.cart.version(),
                "total": outcome.view.priced.totals.total.to_string(),
                "again": outcome.replayed,
            }),
            Err(refused) => json!({ "id": id, "error": refused.to_string() }),
        }
    }

    async fn command(&self, caller: &Caller, what: What) -> Result<Command, CartError> {
        Ok(match what {
            What::Add { product, quantity } => {
                Command::Edit(LineEdit::Add(AddLine::new(ProductKey::plain(product), quantity)))
            }
            What::Remove { product } => {
                let view = self.service.cart(caller.actor(), &self.shop).await?;
                let mut lines = view.cart.lines().iter();
                let found = lines.find(|line| line.key.product.product == product);
                let line = found.ok_or(Rejection::ProductNotFound { product: ProductKey::plain(product) })?;
                Command::Edit(LineEdit::Remove { line: line.id })
            }
            What::Clear {} => Command::Clear,
        })
    }
}

fn catalog() -> Result<MemoryCatalog, Box<dyn Error>> {
    let catalog = MemoryCatalog::default();
    let prices = UnitPrices::undiscounted(Money::new(12_50, Currency::EUR))?;
    catalog.put(ProductId::new("mug")?, Product::new("Mug", prices));
    Ok(catalog)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = SqliteStore::open("queue.db", &Options::default())?;
    let channel = ChannelId::new("shop")?;
    let service = CartService::builder(Arc::new(store), Arc::new(catalog()?))
        .channel(channel.clone(), CartPolicy::storefront(), Currency::EUR)
        .build()?;
    let worker = Worker { service, shop: Target::Current(channel) };
    for line in std::io::stdin().lock().lines() {
        let answer = worker.take(&line?).await;
        writeln!(std::io::stdout(), "{answer}")?;
    }
    Ok(())
}
