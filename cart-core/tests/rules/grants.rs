//! Granting access to colleagues, taking it away, and handing carts over.

use std::sync::Arc;

use cart_core::actor::{Actor, Owner};
use cart_core::command::Command;
use cart_core::event::CartEvent;
use cart_core::id::GrantId;
use cart_core::permission::{Permission, Permissions};
use cart_core::policy::{CartPolicy, CouponMisfit, CouponPolicy, PricingPolicy, Ttl};
use cart_core::rejection::Rejection;
use cart_core::sharing::{PermissionGroup, PermissionGroupId};
use cart_core::status::StatusName;
use cart_core::testing::samples::{
    at, company_id, coupon, grant_id, guest, link_bearer, link_id, user, user_for, user_id,
};
use cart_core::testing::{As, GivenCart, Scenario, cart, given};
use chrono::TimeDelta;

use crate::support::in_checkout;

const READ_ONLY: PermissionGroupId = PermissionGroup::READ_ONLY;
const FULL: PermissionGroupId = PermissionGroup::FULL_ACCESS;
/// May share, but neither edit nor check out.
const HOST: PermissionGroupId = PermissionGroupId(3);
const UNKNOWN: PermissionGroupId = PermissionGroupId(99);

fn policy() -> CartPolicy {
    let mut policy = CartPolicy::company();
    let permissions = [Permission::ViewShared, Permission::View, Permission::Suggest, Permission::Share];
    let host = PermissionGroup { id: HOST, name: "Host".into(), permissions: Permissions::of(&permissions) };
    policy.sharing.groups.push(host);
    policy
}

/// A cart of `ann`'s, for acme.
fn anns() -> GivenCart {
    cart().owned_by(&user_for("ann", "acme")).with_line("mug", 1)
}

fn shared(cart: GivenCart) -> Scenario {
    given(cart).and_policy(policy())
}

fn of_acme(name: &str) -> As {
    As(user_for(name, "acme"))
}

fn share(user: &str, group: PermissionGroupId) -> Command {
    Command::Share { user: user_id(user), group }
}

fn change(n: u64, group: PermissionGroupId) -> Command {
    Command::ChangeGrant { grant: grant_id(n), group }
}

fn transfer(user: &str, keep: Option<PermissionGroupId>) -> Command {
    Command::Transfer { user: user_id(user), keep }
}

#[test]
fn a_grant_says_to_whom_what_by_whom_and_when() {
    shared(anns()).when(of_acme("ann").ask(share("bob", READ_ONLY))).then_events_fit(|events| {
        let [CartEvent::GrantMade { grant }] = events else { return false };
        grant.user == user_id("bob")
            && grant.group == READ_ONLY
            && grant.granted_by == user_for("ann", "acme").to_ref()
            && grant.granted_at == at(60)
    });
}

#[test]
fn granting_the_same_again_is_nothing_and_another_group_is_to_be_changed() {
    let given = shared(anns().shared_with("bob", READ_ONLY));
    given.clone().when(of_acme("ann").ask(share("bob", READ_ONLY))).then_nothing();
    given
        .when(of_acme("ann").ask(share("bob", FULL)))
        .then_refused_as(Rejection::AlreadyShared { grant: grant_id(0) });
}

#[test]
fn only_colleagues_of_a_companys_cart_are_granted_anything() {
    let ask = |who: &str| of_acme("ann").ask(share(who, READ_ONLY));
    shared(anns())
        .and_members(true, false)
        .when(ask("zoe"))
        .then_refused_as(Rejection::NotInCompany { user: user_id("zoe") });
    shared(anns()).when(ask("ann")).then_refused_as(Rejection::AlreadyOwner);
    for owner in [user("ann"), guest(1)] {
        shared(cart().owned_by(&owner))
            .when(As(owner).ask(share("bob", READ_ONLY)))
            .then_refused_as(Rejection::NoCompany);
    }
}

#[test]
fn a_group_that_policy_does_not_have_is_not_found() {
    let unknown = Rejection::GroupNotFound { group: UNKNOWN };
    let given = shared(anns().shared_with("bob", READ_ONLY));
    for command in [share("carl", UNKNOWN), change(0, UNKNOWN), transfer("bob", Some(UNKNOWN))] {
        given.clone().when(of_acme("ann").ask(command)).then_refused_as(unknown.clone());
    }
}

#[test]
fn without_groups_in_the_policy_nothing_is_granted_or_handed_over() {
    for command in [share("bob", READ_ONLY), transfer("bob", None)] {
        given(anns()).when(of_acme("ann").ask(command)).then_refused_as(Rejection::NotOffered);
    }
}

#[test]
fn a_group_that_policy_has_no_more_opens_nothing() {
    given(anns().shared_with("bob", FULL))
        .and_policy_with(|policy| policy.sharing.groups = vec![PermissionGroup::read_only()])
        .when(of_acme("bob").add("mug", 1))
        .then_refused_as(Rejection::CartNotFound);
}

#[test]
fn a_cart_is_granted_to_as_many_as_policy_says() {
    for (granted, fits) in [(1, true), (2, false), (3, false)] {
        let cart = (0..granted).fold(anns(), |cart, n| cart.shared_with(&format!("user-{n}"), READ_ONLY));
        let happened = shared(cart)
            .and_policy_with(|policy| policy.sharing.max_grants = 2)
            .when(of_acme("ann").ask(share("bob", READ_ONLY)));
        if fits {
            happened.then_cart(|cart| cart.grants().len() == granted + 1);
        } else {
            happened.then_refused_as(Rejection::TooManyGrants { max: 2 });
        }
    }
}

#[test]
fn nobody_gives_what_they_do_not_hold_to_others_or_themselves() {
    let given = shared(anns().shared_with("sue", HOST).shared_with("bob", READ_ONLY));
    let lacking = || Rejection::Forbidden { permission: Permission::EditLines };
    for command in [share("carl", FULL), change(1, FULL), change(0, FULL)] {
        given.clone().when(of_acme("sue").ask(command)).then_refused_as(lacking());
    }
    given
        .clone()
        .when(of_acme("sue").ask(share("carl", READ_ONLY)))
        .then_cart(|cart| cart.grants().len() == 3);
    given.clone().when(of_acme("sue").ask(change(1, HOST))).then_cart(|cart| cart.grants()[1].group == HOST);
    given
        .when(of_acme("sue").ask(change(0, READ_ONLY)))
        .then_cart(|cart| cart.grants()[0].group == READ_ONLY);
}

#[test]
fn nobody_lets_a_link_suggest_who_may_not_suggest() {
    let terms = |may_suggest| cart_core::sharing::LinkTerms { may_suggest, ..Default::default() };
    let given = shared(anns().shared_with("sue", HOST).with_link(1, |_| {})).and_policy_with(|policy| {
        policy.sharing.links = cart_core::policy::Links::Allowed { lifetime: None, longest: None, max: 5 };
        let sharing = [Permission::ViewShared, Permission::View, Permission::Share];
        policy.sharing.groups[2].permissions = Permissions::of(&sharing);
    });
    let lacking = Rejection::Forbidden { permission: Permission::Suggest };
    let link = link_id(0);
    for command in [
        Command::CreateLink { terms: terms(true) },
        Command::ChangeLink { link, changes: terms(true).into() },
    ] {
        given.clone().when(of_acme("sue").ask(command)).then_refused_as(lacking.clone());
    }
    given
        .when(of_acme("sue").ask(Command::CreateLink { terms: terms(false) }))
        .then_cart(|cart| cart.links().len() == 2);
}

#[test]
fn a_grant_moves_to_another_group_once() {
    let given = shared(anns().shared_with("bob", READ_ONLY));
    let moved = given.when(of_acme("ann").ask(change(0, FULL)));
    moved
        .then_events([CartEvent::GrantChanged { grant: grant_id(0), group: FULL }])
        .when(of_acme("ann").ask(change(0, FULL)))
        .then_nothing();
}

#[test]
fn a_grant_that_is_not_there_is_not_found() {
    let missing = grant_id(7);
    for command in [change(7, FULL), Command::RevokeGrant { grant: missing }] {
        shared(anns())
            .when(of_acme("ann").ask(command))
            .then_refused_as(Rejection::GrantNotFound { grant: missing });
    }
}

#[test]
fn during_a_checkout_access_is_taken_away_but_not_given() {
    let cart = || in_checkout(anns().shared_with("bob", FULL).shared_with("carl", READ_ONLY));
    let busy = || Rejection::WrongStatus { status: StatusName::Checkout };
    for command in [share("dan", READ_ONLY), change(1, FULL), transfer("bob", None)] {
        shared(cart()).when(of_acme("ann").ask(command)).then_refused_as(busy());
    }
    let less = CartEvent::GrantChanged { grant: grant_id(0), group: READ_ONLY };
    shared(cart()).when(of_acme("ann").ask(change(0, READ_ONLY))).then_events([less]);
    let gone = |n| CartEvent::GrantRevoked { grant: grant_id(n) };
    shared(cart())
        .when(of_acme("ann").ask(Command::RevokeGrant { grant: grant_id(0) }))
        .then_events([gone(0)]);
    shared(cart()).when(of_acme("carl").ask(Command::Leave)).then_events([gone(1)]);
}

#[test]
fn whoever_leaves_gives_up_their_own_grant_and_sees_nothing_more() {
    shared(anns().shared_with("carl", READ_ONLY).shared_with("bob", FULL))
        .when(of_acme("bob").ask(Command::Leave))
        .then_events([CartEvent::GrantRevoked { grant: grant_id(1) }])
        .when(of_acme("bob").ask(Command::Leave))
        .then_refused_as(Rejection::CartNotFound);
}

#[test]
fn links_of_whoever_loses_access_go_with_it_and_those_of_others_stay() {
    let with_links = || {
        let cart = anns().shared_with("bob", FULL).with_link(1, |_| {}).with_link(2, |_| {});
        cart.with(|cart| Arc::make_mut(&mut cart.links[1]).made_by = user_for("bob", "acme").to_ref())
    };
    let gone = [CartEvent::GrantRevoked { grant: grant_id(0) }, CartEvent::LinkRevoked { link: link_id(1) }];
    let revoke = Command::RevokeGrant { grant: grant_id(0) };
    shared(with_links()).when(of_acme("ann").ask(revoke)).then_events(gone.clone());
    shared(with_links()).when(of_acme("bob").ask(Command::Leave)).then_events(gone);
}

#[test]
fn the_owner_cannot_leave() {
    shared(anns())
        .when(of_acme("ann").ask(Command::Leave))
        .then_refused_as(Rejection::Forbidden { permission: Permission::Leave });
}

fn owner(name: &str) -> Owner {
    Owner::User { user: user_id(name), company: Some(company_id("acme")) }
}

#[test]
fn a_cart_that_is_handed_over_is_the_others_and_no_more_ones_own() {
    shared(anns())
        .when(of_acme("ann").ask(transfer("bob", None)))
        .then_events([CartEvent::OwnerChanged { owner: owner("bob") }])
        .when(of_acme("ann").add("mug", 1))
        .then_refused_as(Rejection::CartNotFound)
        .when(of_acme("bob").add("mug", 1))
        .then_lines([("mug", 2)]);
}

#[test]
fn who_handed_a_cart_over_keeps_what_they_said_they_keep() {
    shared(anns())
        .when(of_acme("ann").ask(transfer("bob", Some(READ_ONLY))))
        .then_cart(|cart| {
            *cart.owner() == owner("bob")
                && matches!(cart.grants(), [kept] if kept.user == user_id("ann") && kept.group == READ_ONLY)
        })
        .when(of_acme("ann").add("mug", 1))
        .then_refused_as(Rejection::Forbidden { permission: Permission::EditLines });
}

#[test]
fn what_the_new_owner_was_granted_is_replaced_even_in_a_full_table() {
    let full = || anns().shared_with("bob", READ_ONLY).shared_with("carl", FULL);
    let limited = || shared(full()).and_policy_with(|policy| policy.sharing.max_grants = 2);
    limited().when(of_acme("ann").ask(transfer("bob", Some(FULL)))).then_cart(|cart| {
        let users: Vec<_> = cart.grants().iter().map(|grant| grant.user.as_str()).collect();
        *cart.owner() == owner("bob") && users == ["carl", "ann"]
    });
    limited()
        .when(of_acme("ann").ask(transfer("dan", Some(FULL))))
        .then_refused_as(Rejection::TooManyGrants { max: 2 });
    limited().when(of_acme("ann").ask(transfer("dan", None))).then_cart(|cart| cart.grants().len() == 2);
}

#[test]
fn a_cart_is_handed_over_only_to_a_colleague_and_only_by_its_owner() {
    shared(anns())
        .and_members(true, false)
        .when(of_acme("ann").ask(transfer("zoe", None)))
        .then_refused_as(Rejection::NotInCompany { user: user_id("zoe") });
    shared(anns()).when(of_acme("ann").ask(transfer("ann", None))).then_refused_as(Rejection::AlreadyOwner);
    shared(anns().shared_with("bob", FULL))
        .when(of_acme("bob").ask(transfer("bob", None)))
        .then_refused_as(Rejection::Forbidden { permission: Permission::Own });
    shared(cart()).when(As(user("ann")).ask(transfer("bob", None))).then_refused_as(Rejection::NoCompany);
}

#[test]
fn an_id_that_a_grant_has_already_is_passed_over() {
    let first = GrantId::from_uuid(given(anns()).facts([]).first_id);
    let taken = anns().shared_with("bob", FULL).with(|cart| {
        Arc::make_mut(&mut cart.grants[0]).id = first;
    });
    shared(taken)
        .when(of_acme("ann").ask(share("carl", READ_ONLY)))
        .then_cart(|cart| cart.grants().len() == 2 && cart.grants()[1].id != first);
}

#[test]
fn sharing_leaves_codes_alone_that_do_not_apply() {
    let removing = PricingPolicy {
        promotions: true,
        coupons: CouponPolicy { max: 3, misfit: CouponMisfit::Removed },
        ..PricingPolicy::default()
    };
    let given = shared(anns().with_coupon("OLD")).and_policy_with(|policy| policy.pricing = removing);
    given
        .clone()
        .when(of_acme("ann").ask(share("bob", READ_ONLY)))
        .then_events_fit(|events| matches!(events, [CartEvent::GrantMade { .. }]))
        .then_notices([]);
    // Any other write takes them off.
    given
        .when(of_acme("ann").add("mug", 1))
        .then_events_fit(|events| events.contains(&CartEvent::CouponRemoved { code: coupon("OLD") }));
}

#[test]
fn writes_of_link_bearers_do_not_move_the_end_of_a_lifetime_and_those_of_others_do() {
    let sliding = Ttl::Sliding(TimeDelta::hours(1));
    let given = shared(
        anns()
            .shared_with("bob", READ_ONLY)
            .with_link(1, |terms| terms.may_suggest = true)
            .expiring_at(at(90)),
    )
    .and_policy_with(|policy| {
        policy.user_lifetime = sliding;
        policy.sharing.links = cart_core::policy::Links::Allowed { lifetime: None, longest: None, max: 5 };
    });
    let suggest = |who: Actor| {
        As(who).ask(Command::Suggest {
            proposal: cart_core::sharing::Proposal::Add {
                product: cart_core::testing::samples::product("cup"),
                quantity: cart_core::testing::samples::quantity(1),
            },
            comment: None,
            name: None,
        })
    };
    given.clone().when(suggest(link_bearer(1))).then_cart(|cart| cart.expires_at() == Some(at(90)));
    let later = Some(at(60) + TimeDelta::hours(1));
    given.clone().when(suggest(user_for("bob", "acme"))).then_cart(|cart| cart.expires_at() == later);
    given.when(of_acme("ann").ask(share("carl", FULL))).then_cart(|cart| cart.expires_at() == later);
}
