//! How the world delivers and is paid.

use std::collections::BTreeMap;
use std::fmt::Display;

use cart_core::id::PaymentMethodId;
use cart_core::memory::MemoryMethodBook;
use cart_core::selection::Method;
use serde::Deserialize;
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
        let payment = self.payment_methods.iter().map(|method| {
            let mut method = method.clone();
            method.remove(SCRIPT);
            read("payment method", &method)
        });
        distinct("payment method", payment)?
            .into_iter()
            .for_each(|(id, method)| book.put_payment(id, method));
        Ok(book)
    }
}

/// What becomes of payments by a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Script {
    /// The money is taken at once.
    #[default]
    Captures,
    /// It is not.
    Declines,
    /// The shopper pays, or not, on a page of the provider's.
    Redirects,
    /// The shopper's client posts a form to the provider.
    PostsForm,
    /// The provider does not answer.
    TimesOut,
}

/// What becomes of payments by a method, for the demo provider.
const SCRIPT: &str = "demo";

impl World {
    /// What becomes of payments, by method.
    pub(crate) fn scripts(&self) -> Result<BTreeMap<PaymentMethodId, Script>, Error> {
        let scripts = self.payment_methods.iter().filter_map(|method| {
            let script = method.get(SCRIPT)?;
            Some((method.get("id")?, script))
        });
        let read = |(id, script): (&Value, &Value)| {
            let id: PaymentMethodId = serde_json::from_value(id.clone())?;
            let script = Script::deserialize(script)
                .map_err(|error| format!("{SCRIPT} of payment method {id}: {error}"))?;
            Ok((id, script))
        };
        distinct("payment method", scripts.map(read))
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
