//! The service of a shop that sells what is in the world.

use std::sync::Arc;

use cart_core::policy::{CartPolicy, CheckoutPolicy, PricingPolicy, SharingPolicy, TaxMode, TaxPolicy};
use cart_core::port::Store;
use cart_core::service::{CartService, CartServiceBuilder};
use chrono::TimeDelta;

use super::{Error, World};

impl World {
    /// Carts of its channels in a store, with everything that the world knows.
    pub(crate) fn service(
        &self,
        store: Arc<dyn Store>,
        time: TimeDelta,
    ) -> Result<CartServiceBuilder, Error> {
        let catalog = self.catalog()?;
        let promotions = self.promotions(&catalog)?;
        Ok(CartService::builder(store, Arc::new(catalog))
            .channel(self.channel.clone(), timed(policy(), time), self.currency)
            .channel(self.shared_channel.clone(), timed(shared_policy(), time), self.currency)
            .channel(self.module_channel.clone(), timed(module_policy(), time), self.currency)
            .channel(self.telecom_channel.clone(), timed(CartPolicy::telecom(), time), self.currency)
            .directory(Arc::new(self.directory()))
            .addresses(Arc::new(self.addresses()))
            .methods(Arc::new(self.methods()?))
            .customers(Arc::new(self.customers()?))
            .promotions(Arc::new(promotions))
            .fees(Arc::new(self.fees()?))
            .taxes(Arc::new(self.taxes()?)))
    }
}

/// The same with so much time for a checkout.
fn timed(policy: CartPolicy, time: TimeDelta) -> CartPolicy {
    CartPolicy { checkout: CheckoutPolicy { time, ..policy.checkout }, ..policy }
}

/// A storefront whose prices are without tax, as in the United States: it is added once there is an address.
fn policy() -> CartPolicy {
    let storefront = CartPolicy::storefront();
    let tax = TaxPolicy { mode: TaxMode::OnTop, ..storefront.pricing.tax };
    CartPolicy { pricing: PricingPolicy { tax, ..storefront.pricing }, ..storefront }
}

/// Carts on the same terms, as many as somebody wants, shared by link and with colleagues.
fn shared_policy() -> CartPolicy {
    let (by_link, among_colleagues) = (CartPolicy::shared(), CartPolicy::company());
    let sharing = SharingPolicy { groups: among_colleagues.sharing.groups, ..by_link.sharing };
    let shop = policy();
    let checkout = CheckoutPolicy { required: shop.checkout.required, ..by_link.checkout };
    CartPolicy { sharing, pricing: shop.pricing, checkout, ..by_link }
}

/// One cart for each customer, with each product once, on the same terms.
fn module_policy() -> CartPolicy {
    let digital = CartPolicy::digital();
    let tax = policy().pricing.tax;
    CartPolicy { pricing: PricingPolicy { tax, ..digital.pricing }, ..digital }
}
