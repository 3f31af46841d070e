//! How the world delivers and is paid.

use std::fmt::Display;

use cart_core::memory::MemoryMethodBook;
use cart_core::selection::Method;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Error, World, distinct};

/// A method as the core reads it, and its `id`.
pub(super) type WorldMethod = Map<String, Value>;

impl World {
    /// Its shipping and payment methods.
    pub(super) fn methods(&self) -> Result<MemoryMethodBook, Error> {
        let book = MemoryMethodBook::default();
        let shipping = self.shipping_methods.iter().map(|method| read("shipping method", method));
        distinct("shipping method", shipping)?
            .into_iter()
            .for_each(|(id, method)| book.put_shipping(id, method));
        let payment = self.payment_methods.iter().map(|method| read("payment method", method));
        distinct("payment method", payment)?
            .into_iter()
            .for_each(|(id, method)| book.put_payment(id, method));
        Ok(book)
    }
}

fn read<Id: DeserializeOwned + Display>(what: &str, method: &WorldMethod) -> Result<(Id, Method), Error> {
    let mut fields = method.clone();
    let id = fields.remove("id").ok_or_else(|| format!("a {what} has no id"))?;
    let id: Id = serde_json::from_value(id).map_err(|error| format!("id of a {what}: {error}"))?;
    let method =
        serde_json::from_value(Value::Object(fields)).map_err(|error| format!("{what} {id}: {error}"))?;
    Ok((id, method))
}
