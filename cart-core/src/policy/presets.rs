//! One policy per document (checklist, section 1).

use chrono::TimeDelta;

use super::{
    AfterOrder, AtMinimum, Cardinality, CartPolicy, CheckoutPolicy, CouponMisfit, CouponPolicy, Creation,
    GuestCarts, Limits, Links, OnDuplicate, OnExpired, Orphans, OverAsking, PriceBasis, PricingPolicy,
    Recovery, RequiredSelections, SharingPolicy, Suggestions, TaxLevel, TaxMode, TaxPolicy, Ttl,
};
use crate::event::ClearScope;
use crate::money::Rounding;
use crate::permission::Permission;
use crate::sharing::PermissionGroup;

const EXPLICIT: Creation = Creation { explicit: true, on_first_add: false, on_first_read: false };
const ON_FIRST_ADD: Creation = Creation { explicit: false, on_first_add: true, on_first_read: false };
const ON_FIRST_READ: Creation = Creation { explicit: false, on_first_add: true, on_first_read: true };
const LINES_ONLY: ClearScope = ClearScope { selections: false, note: false, metadata: false, coupons: false };

/// The presets, one per document.
impl CartPolicy {
    /// Many named carts per user, shared by link (`shared-cart.md`). They cost what their lines cost.
    ///
    /// A link lives for 30 days if its maker does not say, and may show prices and names and take suggestions.
    pub fn shared() -> Self {
        Self {
            cardinality: Cardinality::Many,
            creation: EXPLICIT,
            guests: GuestCarts::Refused,
            user_lifetime: Ttl::Never,
            on_expired: OnExpired::NotFound,
            recovery: Recovery::Within(TimeDelta::days(30)),
            on_duplicate: OnDuplicate::Sum,
            identity: Vec::new(),
            over_asking: OverAsking::Refuse,
            at_minimum: AtMinimum::Reject,
            orphans: Orphans::Keep,
            price_basis: PriceBasis::Live,
            pricing: PricingPolicy::default(),
            clear: LINES_ONLY,
            limits: Limits::default(),
            sharing: by_link(),
            checkout: CheckoutPolicy::default(),
        }
    }

    /// Exactly one cart per user, made by the first add and kept for ever (`storefront-cart.md`).
    ///
    /// Clearing also resets address, shipping and payment: the document says that selections persist "until
    /// changed or cart is cleared". Set `clear.selections` to false for the document's other reading.
    ///
    /// Promotions, shipping and fees count; up to five coupon codes wait on the cart until they apply. The document has no
    /// taxes.
    pub fn storefront() -> Self {
        Self {
            cardinality: Cardinality::ExactlyOne,
            creation: ON_FIRST_ADD,
            on_expired: OnExpired::Replace,
            recovery: Recovery::Never,
            clear: ClearScope { selections: true, ..LINES_ONLY },
            sharing: SharingPolicy::default(),
            pricing: PricingPolicy {
                shipping: true,
                fees: true,
                ..promotions(CouponPolicy { max: 5, misfit: CouponMisfit::Sleeps })
            },
            checkout: CheckoutPolicy {
                required: RequiredSelections { delivery: true, payment_method: true },
                ..CheckoutPolicy::default()
            },
            ..Self::shared()
        }
    }

    /// One active cart per user, made by the first look, with prices as they were at the add (`cart-module.md`).
    ///
    /// One coupon code, which goes as soon as it does not apply and when the cart is cleared; no shipping. The document
    /// gives no lifetime; 30 days after the last write is this library's choice.
    pub fn digital() -> Self {
        Self {
            cardinality: Cardinality::OneActive,
            creation: ON_FIRST_READ,
            user_lifetime: Ttl::Sliding(TimeDelta::days(30)),
            on_expired: OnExpired::Replace,
            on_duplicate: OnDuplicate::Reject,
            price_basis: PriceBasis::AtAdd,
            pricing: promotions(CouponPolicy { max: 1, misfit: CouponMisfit::Removed }),
            clear: ClearScope { coupons: true, ..LINES_ONLY },
            checkout: CheckoutPolicy { after_order: AfterOrder::ClearLines, ..CheckoutPolicy::default() },
            sharing: SharingPolicy::default(),
            ..Self::shared()
        }
    }

    /// Carts of guests or customers that live for 30 minutes; prices hold as long (`telecom-cart-api.md`).
    ///
    /// What a plan's contract, plan type or handset (IMEI) is makes a line another line. An add-on goes with the plan that it
    /// needs. One promotion code, refused where it does not apply: it comes with the checkout, and there is no later. Tax is added
    /// to the total and rounded half up once.
    pub fn telecom() -> Self {
        let half_an_hour = TimeDelta::minutes(30);
        Self {
            guests: GuestCarts::Allowed { lifetime: Ttl::Fixed(half_an_hour) },
            user_lifetime: Ttl::Fixed(half_an_hour),
            recovery: Recovery::Never,
            identity: ["planType", "contractLength", "imei"].map(str::to_owned).into(),
            orphans: Orphans::Remove,
            price_basis: PriceBasis::AtAddFor(half_an_hour),
            checkout: CheckoutPolicy {
                required: RequiredSelections { delivery: false, payment_method: true },
                ..CheckoutPolicy::default()
            },
            sharing: SharingPolicy::default(),
            pricing: PricingPolicy {
                tax: TaxPolicy {
                    mode: TaxMode::OnTop,
                    level: TaxLevel::PerTotal,
                    rounding: Rounding::HalfUp,
                    ..TaxPolicy::default()
                },
                ..promotions(CouponPolicy { max: 1, misfit: CouponMisfit::Removed })
            },
            ..Self::shared()
        }
    }

    /// Many carts per company user, shared with colleagues (`company-shared-carts.md`).
    ///
    /// Promotions with up to ten coupon codes, shipping and fees count; taxes are those that the company's own service
    /// says.
    ///
    /// There are the two permission groups of the document; those with full access may also check out (the document does
    /// not say; checklist C10).
    pub fn company() -> Self {
        Self {
            sharing: among_colleagues(),
            pricing: PricingPolicy {
                shipping: true,
                fees: true,
                tax: TaxPolicy { mode: TaxMode::External, ..TaxPolicy::default() },
                ..promotions(CouponPolicy { max: CouponPolicy::MAX, misfit: CouponMisfit::Sleeps })
            },
            ..Self::shared()
        }
    }
}

/// Links that anybody may open, and suggestions.
fn by_link() -> SharingPolicy {
    SharingPolicy {
        links: Links::Allowed {
            lifetime: Some(TimeDelta::days(30)),
            longest: None,
            max: SharingPolicy::MAX_LINKS,
        },
        suggestions: SUGGESTIONS,
        presence: true,
        ..SharingPolicy::default()
    }
}

/// Permission groups, and suggestions.
fn among_colleagues() -> SharingPolicy {
    SharingPolicy {
        groups: vec![
            PermissionGroup::read_only(),
            PermissionGroup::full_access().allowing(Permission::CheckOut),
        ],
        suggestions: SUGGESTIONS,
        presence: true,
        ..SharingPolicy::default()
    }
}

const SUGGESTIONS: Suggestions = Suggestions { max: 100, max_by_author: 20, max_made: 500 };

/// Promotions, with coupon codes, and nothing else.
fn promotions(coupons: CouponPolicy) -> PricingPolicy {
    PricingPolicy { promotions: true, coupons, ..PricingPolicy::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_agrees_with_itself() {
        for preset in [
            CartPolicy::shared(),
            CartPolicy::storefront(),
            CartPolicy::digital(),
            CartPolicy::telecom(),
            CartPolicy::company(),
        ] {
            assert_eq!(preset.check(), Ok(()));
        }
    }
}
