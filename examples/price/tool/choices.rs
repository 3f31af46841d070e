//! The choices of the shopper in a request.

use cart_core::facts::Choices;
use cart_core::id::{AddressId, PaymentMethodId, ShippingMethodId};
use cart_core::selection::{Address, Method, Selections};

use super::error::{At as _, Error};
use super::request::{MethodRequest, Request};

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
