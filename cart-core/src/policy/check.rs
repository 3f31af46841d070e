//! Refuses a policy that contradicts itself.

use chrono::TimeDelta;

use super::{
    Cardinality, CartPolicy, CheckoutPolicy, CouponPolicy, GuestCarts, Limits, Links, OnExpired, PriceBasis,
    PricingPolicy, Recovery, SharingPolicy, Ttl,
};
use crate::permission::{Permission, Permissions};
use crate::sharing::{PermissionGroup, PermissionGroupId};

/// Why a policy contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// No cart could ever start.
    #[error("no way of creating a cart is allowed")]
    NoCreation,
    /// Owners may have many carts, yet adding or reading without naming one should make "the" cart.
    #[error("an owner of many carts has no current one that a first add or read could create")]
    NoCurrentCart,
    /// Owners may have many carts, yet an expired one should be replaced by "the" fresh one.
    #[error("an expired cart can be replaced only where an owner has one cart")]
    NoReplacement,
    /// An expired cart should be replaced, yet carts start only by being asked for.
    #[error("an expired cart is replaced, but carts are created explicitly only")]
    ReplacementNotCreated,
    /// Exactly one cart that persists, yet it may expire without being replaced.
    #[error("a cart that always exists cannot expire without being replaced")]
    MissingExactlyOne,
    /// A time that must be longer than zero and at most 100 years is not.
    #[error("{0} must be longer than zero and at most 100 years")]
    Duration(&'static str),
    /// A time of checkouts is out of range: from one second to seven days, or none to seven days of grace.
    #[error("{0} is out of range")]
    CheckoutTime(&'static str),
    /// A limit is zero or above what is possible.
    #[error("{0} is out of range")]
    Limit(&'static str),
    /// A metadata key that makes lines distinct is empty, repeated or one too many.
    #[error("the identity keys must be at most 10, distinct and not empty")]
    Identity,
    /// A permission group has the number of another one, no name, does not let its members see the cart, or grants what
    /// cannot be granted.
    #[error("permission group {0} is not sound")]
    Group(PermissionGroupId),
    /// Carts hold coupon codes, yet there are no promotions for them.
    #[error("carts hold coupon codes, but there are no promotions")]
    CouponsWithoutPromotions,
}

impl CartPolicy {
    /// The longest of all times that a policy names or a link lives: 100 years.
    pub const LONGEST: TimeDelta = TimeDelta::days(36_525);

    /// Checks that the policy does not contradict itself. A service refuses to be built with one that does.
    ///
    /// # Errors
    /// [`PolicyError`] with the first reason found.
    pub fn check(&self) -> Result<(), PolicyError> {
        self.check_creation()?;
        self.check_durations()?;
        self.check_expiry()?;
        self.check_limits()?;
        self.sharing.check()?;
        self.pricing.check()?;
        self.checkout.check()
    }

    fn check_creation(&self) -> Result<(), PolicyError> {
        let implicit = self.creation.on_first_add || self.creation.on_first_read;
        if !implicit && !self.creation.explicit {
            return Err(PolicyError::NoCreation);
        }
        if implicit && !self.is_sole() { Err(PolicyError::NoCurrentCart) } else { Ok(()) }
    }

    fn check_expiry(&self) -> Result<(), PolicyError> {
        let replaces = self.on_expired == OnExpired::Replace;
        if replaces && !self.is_sole() {
            return Err(PolicyError::NoReplacement);
        }
        if replaces && !self.creation.on_first_add && !self.creation.on_first_read {
            return Err(PolicyError::ReplacementNotCreated);
        }
        if self.cardinality == Cardinality::ExactlyOne && self.may_expire() && !replaces {
            return Err(PolicyError::MissingExactlyOne);
        }
        Ok(())
    }

    fn may_expire(&self) -> bool {
        let guests_may = match self.guests {
            GuestCarts::Refused => false,
            GuestCarts::Allowed { lifetime } => lifetime != Ttl::Never,
        };
        guests_may || self.user_lifetime != Ttl::Never
    }

    fn check_durations(&self) -> Result<(), PolicyError> {
        check_ttl(self.user_lifetime, "the lifetime of users' carts")?;
        if let GuestCarts::Allowed { lifetime } = self.guests {
            check_ttl(lifetime, "the lifetime of guests' carts")?;
        }
        if let PriceBasis::AtAddFor(length) = self.price_basis {
            check_duration(length, "the age of a price")?;
        }
        match self.recovery {
            Recovery::Never => Ok(()),
            Recovery::Within(length) => check_duration(length, "the time for recovery"),
        }
    }

    fn check_limits(&self) -> Result<(), PolicyError> {
        let possible = [
            (self.limits.lines, Limits::MAX_LINES, "the number of lines"),
            (self.limits.edits, Limits::MAX_LINES, "the number of edits"),
            (self.limits.carts, Limits::MAX_CARTS, "the number of carts"),
        ];
        if let Some((.., what)) = possible.into_iter().find(|(limit, max, _)| !(1..=*max).contains(limit)) {
            return Err(PolicyError::Limit(what));
        }
        let mut keys = self.identity.clone();
        keys.sort_unstable();
        keys.dedup();
        let fits = keys.len() == self.identity.len() && keys.len() <= 10 && !keys.contains(&String::new());
        if fits { Ok(()) } else { Err(PolicyError::Identity) }
    }
}

impl SharingPolicy {
    fn check(&self) -> Result<(), PolicyError> {
        if self.groups.len() > Self::MAX_GROUPS {
            return Err(PolicyError::Limit("the number of permission groups"));
        }
        self.groups.iter().enumerate().try_for_each(|(index, group)| {
            let is_first = self.groups.iter().position(|other| other.id == group.id) == Some(index);
            if is_first && is_sound(group) { Ok(()) } else { Err(PolicyError::Group(group.id)) }
        })?;
        if self.max_grants > Self::MAX_GRANTS {
            return Err(PolicyError::Limit("the number of grants"));
        }
        if self.suggestions.max > Self::MAX_SUGGESTIONS {
            return Err(PolicyError::Limit("the number of suggestions"));
        }
        if self.suggestions.max_made > Self::MAX_SUGGESTED {
            return Err(PolicyError::Limit("the number of suggestions made"));
        }
        self.check_links()
    }

    fn check_links(&self) -> Result<(), PolicyError> {
        let Links::Allowed { lifetime, longest, max } = self.links else { return Ok(()) };
        let lengths = [lifetime, longest].into_iter().flatten();
        lengths.into_iter().try_for_each(|length| check_duration(length, "the lifetime of links"))?;
        if longest.is_some_and(|longest| lifetime.is_none_or(|lifetime| lifetime > longest)) {
            return Err(PolicyError::Duration("the lifetime of links"));
        }
        if (1..=Self::MAX_LINKS).contains(&max) {
            Ok(())
        } else {
            Err(PolicyError::Limit("the number of links"))
        }
    }
}

/// Whoever is in a group sees the cart, and may do nothing that only owners and jobs may.
fn is_sound(group: &PermissionGroup) -> bool {
    let sees = Permissions::of(&[Permission::ViewShared, Permission::View]);
    !group.name.is_empty()
        && group.permissions.includes(sees)
        && group.permissions.iter().all(Permission::is_grantable)
}

impl PricingPolicy {
    fn check(&self) -> Result<(), PolicyError> {
        if self.coupons.max > CouponPolicy::MAX {
            return Err(PolicyError::Limit("the number of coupon codes"));
        }
        if self.coupons.max > 0 && !self.promotions {
            return Err(PolicyError::CouponsWithoutPromotions);
        }
        let all_rise = self.cash.values().all(|cash| cash.increment > 0);
        if all_rise { Ok(()) } else { Err(PolicyError::Limit("the cash increment")) }
    }
}

impl CheckoutPolicy {
    fn check(&self) -> Result<(), PolicyError> {
        if !(Self::SHORTEST..=Self::LONGEST).contains(&self.time) {
            return Err(PolicyError::CheckoutTime("the time of a checkout"));
        }
        if !(TimeDelta::zero()..=Self::LONGEST).contains(&self.grace) {
            return Err(PolicyError::CheckoutTime("the grace of a checkout"));
        }
        if self.extensions > Self::MAX_EXTENSIONS {
            return Err(PolicyError::Limit("the number of extensions"));
        }
        // Nobody could order anything that is counted.
        let holds = self.max_held.is_none_or(|units| units > 0);
        if holds { Ok(()) } else { Err(PolicyError::Limit("the number of units held")) }
    }
}

fn check_ttl(ttl: Ttl, what: &'static str) -> Result<(), PolicyError> {
    match ttl {
        Ttl::Never => Ok(()),
        Ttl::Fixed(length) | Ttl::Sliding(length) => check_duration(length, what),
    }
}

fn check_duration(length: TimeDelta, what: &'static str) -> Result<(), PolicyError> {
    if length > TimeDelta::zero() && length <= CartPolicy::LONGEST {
        Ok(())
    } else {
        Err(PolicyError::Duration(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Creation;

    const A_MOMENT: TimeDelta = TimeDelta::milliseconds(1);

    fn refused(change: impl FnOnce(&mut CartPolicy)) -> PolicyError {
        let mut policy = CartPolicy::storefront();
        change(&mut policy);
        policy.check().unwrap_err()
    }

    #[test]
    fn a_policy_without_any_creation_is_refused() {
        let never = Creation { explicit: false, on_first_add: false, on_first_read: false };
        assert_eq!(refused(|policy| policy.creation = never), PolicyError::NoCreation);
    }

    #[test]
    fn many_carts_have_no_current_one() {
        assert_eq!(refused(|policy| policy.cardinality = Cardinality::Many), PolicyError::NoCurrentCart);
        let replaced = |policy: &mut CartPolicy| {
            *policy = CartPolicy { on_expired: OnExpired::Replace, ..CartPolicy::shared() };
        };
        assert_eq!(refused(replaced), PolicyError::NoReplacement);
    }

    #[test]
    fn a_replaced_cart_needs_a_way_to_start() {
        let explicit = Creation { explicit: true, on_first_add: false, on_first_read: false };
        assert_eq!(refused(|policy| policy.creation = explicit), PolicyError::ReplacementNotCreated);
    }

    #[test]
    fn a_cart_that_always_exists_cannot_just_expire() {
        let error = refused(|policy| {
            policy.user_lifetime = Ttl::Fixed(TimeDelta::days(1));
            policy.on_expired = OnExpired::NotFound;
        });
        assert_eq!(error, PolicyError::MissingExactlyOne);
    }

    #[test]
    fn times_and_limits_have_ranges() {
        let zero = Ttl::Sliding(TimeDelta::zero());
        assert!(matches!(refused(|policy| policy.user_lifetime = zero), PolicyError::Duration(_)));
        let ages = Ttl::Fixed(TimeDelta::days(40_000));
        assert!(matches!(refused(|policy| policy.user_lifetime = ages), PolicyError::Duration(_)));
        let basis = PriceBasis::AtAddFor(TimeDelta::zero());
        assert!(matches!(refused(|policy| policy.price_basis = basis), PolicyError::Duration(_)));
        assert!(matches!(refused(|policy| policy.limits.lines = 0), PolicyError::Limit(_)));
        assert!(matches!(refused(|policy| policy.limits.lines = 1001), PolicyError::Limit(_)));
        assert!(matches!(refused(|policy| policy.limits.edits = 0), PolicyError::Limit(_)));
        assert!(matches!(refused(|policy| policy.limits.carts = 0), PolicyError::Limit(_)));
    }

    #[test]
    fn identity_keys_are_distinct() {
        assert_eq!(refused(|policy| policy.identity = vec![String::new()]), PolicyError::Identity);
        let twice = vec!["imei".to_owned(), "imei".to_owned()];
        assert_eq!(refused(|policy| policy.identity = twice), PolicyError::Identity);
    }

    #[test]
    fn coupon_codes_need_promotions_and_have_a_bound() {
        let coupons = |max| move |policy: &mut CartPolicy| policy.pricing.coupons.max = max;
        assert_eq!(refused(coupons(CouponPolicy::MAX + 1)), PolicyError::Limit("the number of coupon codes"));
        let without = |policy: &mut CartPolicy| policy.pricing.promotions = false;
        assert_eq!(refused(without), PolicyError::CouponsWithoutPromotions);
        let mut neither = CartPolicy::storefront();
        (neither.pricing.promotions, neither.pricing.coupons.max) = (false, 0);
        assert_eq!(neither.check(), Ok(()));
    }

    #[test]
    fn checkouts_have_an_end_that_can_be_waited_for() {
        let refused = |change: fn(&mut CheckoutPolicy)| refused(|policy| change(&mut policy.checkout));
        let (time, grace) = ("the time of a checkout", "the grace of a checkout");
        assert_eq!(refused(|it| it.time = TimeDelta::milliseconds(999)), PolicyError::CheckoutTime(time));
        assert_eq!(refused(|it| it.time = TimeDelta::seconds(-1)), PolicyError::CheckoutTime(time));
        assert_eq!(refused(|it| it.grace = TimeDelta::milliseconds(-1)), PolicyError::CheckoutTime(grace));
        assert_eq!(refused(|it| it.extensions = 101), PolicyError::Limit("the number of extensions"));
        assert_eq!(refused(|it| it.max_held = Some(0)), PolicyError::Limit("the number of units held"));
        assert_eq!(
            refused(|it| it.time = CheckoutPolicy::LONGEST + A_MOMENT),
            PolicyError::CheckoutTime(time)
        );
        assert_eq!(
            refused(|it| it.grace = CheckoutPolicy::LONGEST + A_MOMENT),
            PolicyError::CheckoutTime(grace)
        );
    }

    #[test]
    fn the_ends_of_the_ranges_of_checkouts_are_in_them() {
        let mut policy = CartPolicy::storefront();
        let it = &mut policy.checkout;
        (it.time, it.grace, it.max_held) = (CheckoutPolicy::SHORTEST, TimeDelta::zero(), Some(1));
        assert_eq!(policy.check(), Ok(()));
        let it = &mut policy.checkout;
        (it.time, it.grace, it.extensions) = (CheckoutPolicy::LONGEST, CheckoutPolicy::LONGEST, 100);
        assert_eq!(policy.check(), Ok(()));
    }

    #[test]
    fn a_cash_increment_is_at_least_one_minor_unit() {
        let cash = |increment| crate::policy::CashRounding {
            increment,
            rounding: crate::money::Rounding::default(),
            methods: std::collections::BTreeSet::new(),
        };
        let of = |increment| {
            move |policy: &mut CartPolicy| {
                policy.pricing.cash.insert(crate::money::Currency::EUR, cash(increment));
            }
        };
        assert_eq!(refused(of(0)), PolicyError::Limit("the cash increment"));
        let mut policy = CartPolicy::storefront();
        of(1)(&mut policy);
        assert_eq!(policy.check(), Ok(()));
    }
}
