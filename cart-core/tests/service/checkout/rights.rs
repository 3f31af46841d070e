//! Who may order, and who may know of it.

use std::sync::Arc;

use async_trait::async_trait;
use cart_core::actor::Actor;
use cart_core::checkout::Stage;
use cart_core::command::Command;
use cart_core::id::{CompanyId, UserId};
use cart_core::permission::Permission;
use cart_core::policy::CartPolicy;
use cart_core::port::{Directory, PortError};
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, Target};
use cart_core::sharing::{LinkTerms, PermissionGroup, PermissionGroupId};
use cart_core::testing::block_on;
use cart_core::testing::samples::{checkout_id, guest, key, user_for, user_id};

use super::support::{Counts, Pays, Till};
use crate::host::Host;
use crate::shop::{add, ann, bob, rejection, shop};

/// Everybody belongs to every company.
#[derive(Debug)]
struct Everybody;

#[async_trait]
impl Directory for Everybody {
    async fn is_member(&self, _: &CompanyId, _: &UserId) -> Result<bool, PortError> {
        Ok(true)
    }
}

/// A till of companies, and a cart of `ann`'s for `acme`.
fn company() -> (Till, Target, Actor) {
    let till = Till::over(Arc::default(), CartPolicy::company(), Counts::Nobody, |builder| {
        Arc::new(Host::default()).serve(builder).directory(Arc::new(Everybody))
    });
    let owner = user_for("ann", "acme");
    let cart = block_on(till.shop.service.create(&owner.clone().into(), &shop(), &Default::default()));
    let cart = Target::Cart(cart.unwrap().view.cart.id());
    till.shop.execute(owner.clone(), &cart, &add("mug", 1)).unwrap();
    (till, cart, owner)
}

fn share(till: &Till, owner: &Actor, cart: &Target, user: &str, group: PermissionGroupId) {
    let share = Command::Share { user: user_id(user), group };
    till.shop.execute(owner.clone(), cart, &share).unwrap();
}

#[test]
fn strangers_do_not_learn_of_a_checkout() {
    let till = Till::new();
    let cart = till.cart(1);
    let token = till.shop.execute(ann(), &cart, &Command::CreateLink { terms: LinkTerms::default() });
    let (_, id) = till.pending_of(cart);
    let bearer = Actor::LinkBearer(token.unwrap().token.unwrap());
    for who in [bob(), guest(1), bearer, user_for("ann", "acme")] {
        let unknown = checkout_id(77);
        for checkout in [id, unknown] {
            let not_found = Rejection::CheckoutNotFound { checkout };
            assert_eq!(rejection(till.state(&who, checkout)), not_found, "{who:?}");
            assert_eq!(rejection(till.cancel(who.clone(), checkout)), not_found);
            assert_eq!(rejection(till.extend(who.clone(), checkout)), not_found);
        }
    }
    assert!(matches!(till.stage(id), Stage::PaymentPending { .. }));
}

#[test]
fn whoever_may_only_look_may_only_look() {
    let (till, cart, owner) = company();
    till.partners.pays(Pays::Later);
    share(&till, &owner, &cart, "carl", PermissionGroup::READ_ONLY);
    let carl = user_for("carl", "acme");
    let forbidden = Rejection::Forbidden { permission: Permission::CheckOut };
    assert_eq!(rejection(till.checkout(carl.clone(), &cart)), forbidden);
    let id = till.checkout(owner.clone(), &cart).unwrap().checkout.id;
    assert!(matches!(till.state(&carl, id).unwrap().stage, Stage::PaymentPending { .. }));
    assert_eq!(rejection(till.cancel(carl.clone(), id)), forbidden);
    assert_eq!(rejection(till.extend(carl.clone(), id)), forbidden);
    // The same when it is over.
    till.cancel(owner, id).unwrap();
    assert_eq!(rejection(till.cancel(carl.clone(), id)), forbidden);
    assert_eq!(rejection(till.extend(carl, id)), forbidden);
}

#[test]
fn whoever_may_check_out_does_so_by_keys_of_their_own() {
    let (till, cart, owner) = company();
    share(&till, &owner, &cart, "carl", PermissionGroup::FULL_ACCESS);
    till.partners.pays(Pays::Later);
    let carl = || Caller::new(user_for("carl", "acme")).with_key(key("k"));
    let id = till.checkout(carl(), &cart).unwrap().checkout.id;
    // The owner's key is another one, even if it is called the same.
    let owners = Caller::new(owner.clone()).with_key(key("k"));
    assert!(matches!(rejection(till.checkout(owners, &cart)), Rejection::WrongStatus { .. }));
    assert!(till.checkout(carl(), &cart).unwrap().replayed);
    assert!(matches!(till.cancel(owner, id).unwrap().stage, Stage::Ended { .. }));
}

#[test]
fn the_hosts_staff_see_it_and_change_nothing() {
    let till = Till::new();
    let (_, id) = till.pending(1);
    let staff = Actor::Staff(user_id("sue"));
    assert!(matches!(till.state(&staff, id).unwrap().stage, Stage::PaymentPending { .. }));
    assert_eq!(rejection(till.cancel(staff, id)), Rejection::Forbidden { permission: Permission::CheckOut });
}

#[test]
fn the_hosts_own_answers_are_nobody_elses_to_give() {
    let till = Till::new();
    let (cart, id) = till.pending(1);
    let order = super::support::order(id);
    let complete = Command::CompleteCheckout { checkout: id, order };
    let why = cart_core::testing::samples::reason("no");
    for command in [complete, Command::FailCheckout { checkout: id, why }] {
        let refused = till.shop.execute(ann(), &cart, &command);
        assert!(
            matches!(
                refused,
                Err(CartError::Rejected(Rejection::Forbidden { permission: Permission::Operate }))
            ),
            "{refused:?}"
        );
    }
}
