//! The choices of the shopper in a request.

use cart_core::facts::Choices;
use cart_core::id::{AddressId, PaymentMethodId, ShippingMethodId};
use cart_core::selection::{Address, Method, Selections};
use serde_json::{Map, Value};

use super::error::{At as _, Error};
use super::json;
use super::request::Request;

/// The selected methods and the destination, and that they are selected.
pub(super) fn read(request: &Request) -> Result<(Choices, Selections), Error> {
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
    if let Some(fields) = &request.shipping {
        let (id, method) = method(fields, "shipping")?;
        selections.shipping_method = Some(ShippingMethodId::new(id).at(|| "shipping.id".to_owned())?);
        choices.shipping_method = Some(method);
    }
    if let Some(fields) = &request.payment {
        let (id, method) = method(fields, "payment")?;
        selections.payment_method = Some(PaymentMethodId::new(id).at(|| "payment.id".to_owned())?);
        choices.payment_method = Some(method);
    }
    Ok((choices, selections))
}

/// A method and its id, which is its name too where it has none.
fn method(fields: &Map<String, Value>, field: &str) -> Result<(String, Method), Error> {
    let mut fields = fields.clone();
    let id = fields.remove("id").unwrap_or_default();
    let id: Option<String> = json::read_at(&id, &format!("{field}.id"))?;
    let id = id.unwrap_or_else(|| "standard".to_owned());
    if fields.get("name").is_none_or(Value::is_null) {
        fields.insert("name".to_owned(), id.as_str().into());
    }
    Ok((id, json::read_at(&Value::Object(fields), field)?))
}
