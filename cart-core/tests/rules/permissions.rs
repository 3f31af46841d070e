//! Who may do what, in which status: the whole table, checked in beside this file.
//!
//! After a wanted change of the rules, `CART_WRITE_TABLES=1 cargo test -p cart-core --test rules` writes it anew; what
//! changed is then to be read in the difference.

use std::fmt::Write as _;
use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::authorise::{Access, authorise, held_by};
use cart_core::cart::Cart;
use cart_core::command::Command;
use cart_core::decide::decide;
use cart_core::facts::{Members, Undoing};
use cart_core::id::SuggestionId;
use cart_core::money::Currency;
use cart_core::permission::{Permission, Permissions};
use cart_core::policy::{CartPolicy, Links, SharingPolicy, Suggestions};
use cart_core::rejection::Rejection;
use cart_core::selection::{Address, Selection};
use cart_core::sharing::{PermissionGroup, PermissionGroupId, Proposal};
use cart_core::status::{AbandonReason, Status};
use cart_core::testing::samples::{
    address_id, at, cart_id, checkout_id, grant_id, guest, line_id, link_bearer, link_id, prices, product,
    quantity, suggestion_id, user, user_for, user_id,
};
use cart_core::testing::{GivenCart, Named, Scenario, cart, every_command, given};
use cart_core::version::Version;

use crate::support::{checked_table, gift_of, in_checkout, ordered, sleeping, tenth_off, undoing};

/// Who asks, and whether the directory says that they belong to the cart's company.
#[derive(Clone)]
struct Principal {
    name: &'static str,
    actor: Actor,
    is_member: bool,
}

fn principals() -> Vec<Principal> {
    let of = |(name, actor, is_member)| Principal { name, actor, is_member };
    [
        ("owner", user_for("ann", "acme"), true),
        ("sharer", user_for("sue", "acme"), true),
        ("full", user_for("bob", "acme"), true),
        ("read-only", user_for("carl", "acme"), true),
        ("left", user_for("eve", "acme"), false),
        ("colleague", user_for("dan", "acme"), true),
        ("link+", link_bearer(2), true),
        ("link", link_bearer(1), true),
        ("link ended", link_bearer(3), true),
        ("link gone", link_bearer(9), true),
        ("elsewhere", user_for("ann", "globex"), true),
        ("privately", user("ann"), true),
        ("moved", user_for("bob", "globex"), true),
        ("other firm", user_for("zoe", "globex"), true),
        ("holder", guest(1), true),
        ("guest", guest(2), true),
        ("staff", Actor::Staff(user_id("ann")), true),
        ("system", Actor::System, true),
    ]
    .map(of)
    .into()
}

const SHARER: PermissionGroupId = PermissionGroupId(3);

fn policy() -> CartPolicy {
    let sharer = PermissionGroup {
        id: SHARER,
        name: "Sharer".into(),
        ..PermissionGroup::full_access().allowing(Permission::Share)
    };
    CartPolicy {
        sharing: SharingPolicy {
            groups: vec![PermissionGroup::read_only(), PermissionGroup::full_access(), sharer],
            links: Links::Allowed { lifetime: None, longest: None, max: 20 },
            suggestions: Suggestions { max: 100, max_by_author: 20, max_made: 500 },
            ..SharingPolicy::default()
        },
        ..sleeping()
    }
}

fn statuses() -> [(&'static str, GivenCart); 9] {
    let abandoned = |reason| Status::Abandoned { since: at(60), reason };
    let merged = AbandonReason::Merged { into: cart_id(2), version: Version::FIRST };
    [
        ("active", owned()),
        ("active, the guest's", owned().owned_by(&guest(1))),
        ("lapsed", owned().expiring_at(at(60))),
        ("checkout", in_checkout(owned())),
        ("completed", ordered(owned())),
        ("active again", undoing(owned())),
        ("given up", owned().in_status(abandoned(AbandonReason::GivenUp))),
        ("expired", owned().in_status(abandoned(AbandonReason::Expired)).expiring_at(at(60))),
        ("merged", owned().in_status(abandoned(merged))),
    ]
}

/// A cart with something of everything, and one suggestion of each principal's.
fn owned() -> GivenCart {
    let chosen = Selection::Address(address_id("home"));
    let full = cart().owned_by(&user_for("ann", "acme")).with_line("mug", 2).noted("hello").choosing(chosen);
    let full = full.with_coupon("OLD").refusing("free-plate");
    let granted = full
        .shared_with("carl", PermissionGroup::READ_ONLY)
        .shared_with("bob", PermissionGroup::FULL_ACCESS)
        .shared_with("sue", SHARER)
        .shared_with("eve", PermissionGroup::FULL_ACCESS);
    let linked = granted
        .with_link(1, |_| {})
        .with_link(2, |terms| terms.may_suggest = true)
        .with_link(3, |terms| (terms.may_suggest, terms.expires_at) = (true, Some(at(60))));
    let proposal = || Proposal::Add { product: product("cup"), quantity: quantity(1) };
    principals()
        .into_iter()
        .fold(linked, |cart, principal| cart.with_suggestion(&principal.actor, proposal()))
}

/// The world around a cart, in which nothing but who asks and the cart's status is in the way of a command.
fn world(cart: GivenCart) -> Scenario {
    let scenario = given(cart)
        .and_address(Some(Address { country: "CH".into() }))
        .and_policy(policy())
        .and_promotion(tenth_off("ten", &["NEW"]))
        .and_promotion(gift_of("free-cup", "cup"))
        .and_prices("mug", 11_00, 11_00);
    let after = Arc::new(scenario.cart().clone());
    let mut before = after.to_stored();
    before.lines = before.lines.iter().map(|line| Arc::new(line.as_ref().clone())).collect();
    before.lines.iter_mut().for_each(|line| Arc::make_mut(line).quantity = quantity(1));
    let before = Arc::new(Cart::from_stored(before).unwrap());
    scenario.and_undoing(Undoing { version: Version::FIRST, before, after })
}

fn named(own: SuggestionId) -> Named {
    Named {
        line: line_id(0),
        grant: grant_id(0),
        link: link_id(0),
        suggestion: suggestion_id(0),
        own,
        checkout: checkout_id(1),
    }
}

type Answer = Result<bool, Rejection>;

fn asked(world: &Scenario, principal: &Principal, command: &Command) -> Answer {
    let mut facts = world.facts([product("cup")]);
    facts.members = Members { actor: principal.is_member, named: true };
    decide(world.cart(), &principal.actor, command, &facts).map(|decision| !decision.events.is_empty())
}

fn access<'a>(policy: &'a CartPolicy, principal: &Principal) -> Access<'a> {
    Access { now: at(60), sharing: &policy.sharing, is_member: principal.is_member }
}

/// What each principal is answered to each command, by the command's name.
fn answers(world: &Scenario) -> Vec<(&'static str, Vec<Answer>)> {
    let in_dollars = world.clone().and_product("mug", |mug| mug.prices = prices(1, Currency::USD));
    let principals = principals();
    let mut rows: Vec<(&'static str, Vec<Answer>)> =
        every_command(named(suggestion_id(0))).iter().map(|(name, _)| (*name, Vec::new())).collect();
    for (n, principal) in (0..).zip(&principals) {
        let commands = every_command(named(suggestion_id(n)));
        for ((name, command), (_, row)) in commands.iter().zip(&mut rows) {
            let world = if *name == "change currency" { &in_dollars } else { world };
            row.push(asked(world, principal, command));
        }
    }
    rows
}

/// One word for an answer.
fn word(answer: &Answer) -> &'static str {
    match answer {
        Ok(true) => "done",
        Ok(false) => "same",
        Err(Rejection::CartNotFound) => "-",
        Err(Rejection::Forbidden { .. }) => "forbidden",
        Err(Rejection::WrongStatus { .. }) => "status",
        Err(Rejection::Expired) => "expired",
        Err(Rejection::NotExpired) => "unexpired",
        Err(Rejection::NotRecoverable) => "final",
        Err(Rejection::NoCompany) => "no company",
        Err(Rejection::CheckoutNotFound { .. }) => "none",
        Err(Rejection::CheckoutGoesAhead | Rejection::AlreadyOrdered { .. }) => "ordered",
        Err(other) => unreachable!("{other:?} has no place in the table"),
    }
}

const HEAD: &str = "\
# Who may do what, decided by the rules alone; `permissions.rs` beside this file walks it and says how to write it anew.
#
# owner       ann, for acme                     link ended  whoever holds a link whose time has ended
# sharer      granted full access, and to share link gone   whoever holds a link that was revoked
# full        granted full access               elsewhere   the owner, acting for another company
# read-only   granted read-only access          privately   the owner, acting for nobody
# left        granted full access, but not of   moved       granted full access, acting for another company
#             the company any more              other firm  somebody of another company
# colleague   of the company, without a grant   holder      whoever holds the guest's token
# link+       whoever holds a link that lets    guest       whoever holds another guest's token, as anybody may
#             suggest                           staff       the host's support
# link        whoever holds a link              system      the host's jobs
#
# -           there is no such cart             status      not in this status
# done        done                              expired     its lifetime has ended
# same        it is so already                  unexpired   its lifetime has not ended
# forbidden   they may see it, but not do this  final       it cannot be recovered
# ordered     it has become an order            no company  it belongs to no company
# none        it is in no such checkout
#
# active again: its checkout has ended, and is being undone
";

fn table() -> String {
    let mut table = HEAD.to_owned();
    let policy = policy();
    for (status, cart) in statuses() {
        let world = world(cart);
        writeln!(table, "\n# {status}").unwrap();
        writeln!(table, "{:18}{}", "", row(principals().iter().map(|principal| principal.name))).unwrap();
        for (name, permission) in [
            ("(see shared)", Permission::ViewShared),
            ("(see)", Permission::View),
            ("(check out)", Permission::CheckOut),
        ] {
            let answers = principals().into_iter().map(|principal| {
                let access = access(&policy, &principal);
                word(&authorise(&principal.actor, world.cart(), permission, &access).map(|()| true))
            });
            writeln!(table, "{name:18}{}", row(answers)).unwrap();
        }
        for (name, answers) in answers(&world) {
            writeln!(table, "{name:18}{}", row(answers.iter().map(word))).unwrap();
        }
    }
    table
}

fn row<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    cells.map(|cell| format!("{cell:11}")).collect::<String>().trim_end().to_owned()
}

#[test]
fn everybody_may_do_what_the_table_says_and_nothing_else() {
    checked_table("permissions.txt", &table());
}

/// Each may do all that the one after them may.
const RANKS: [&str; 6] = ["owner", "sharer", "full", "read-only", "link+", "link"];

fn ranked() -> Vec<(usize, Principal)> {
    let all = principals();
    let place = |name| all.iter().position(|principal| principal.name == name).unwrap();
    RANKS.map(|name| (place(name), all[place(name)].clone())).into()
}

#[test]
fn whoever_ranks_higher_holds_every_permission_of_those_who_rank_lower() {
    let policy = policy();
    // To give up a grant is for those who have one.
    let leave = Permissions::of(&[Permission::Leave]);
    for (status, cart) in statuses() {
        let cart = cart.build();
        let held: Vec<Permissions> = ranked()
            .iter()
            .map(|(_, principal)| held_by(&principal.actor, &cart, &access(&policy, principal)))
            .collect();
        for (pair, names) in held.windows(2).zip(RANKS.windows(2)) {
            // The guest's cart has another owner.
            let fits = pair[0].and(leave).includes(pair[1]) || status == "active, the guest's";
            assert!(fits, "{status}: {names:?} hold {pair:?}");
        }
    }
}

#[test]
fn whoever_ranks_higher_is_refused_no_command_that_those_who_rank_lower_may_give() {
    let may = |answer: &Answer| !matches!(answer, Err(Rejection::CartNotFound | Rejection::Forbidden { .. }));
    for (status, cart) in statuses().into_iter().filter(|(status, _)| *status != "active, the guest's") {
        for (name, answers) in answers(&world(cart)).into_iter().filter(|(name, _)| *name != "leave") {
            for pair in ranked().windows(2) {
                let [higher, lower] = [&pair[0], &pair[1]].map(|(place, _)| &answers[*place]);
                assert!(may(higher) || !may(lower), "{status}, {name}: {higher:?} above {lower:?}");
            }
        }
    }
}

#[test]
fn sharing_with_one_more_lowers_nobodys_rights_and_revoking_leaves_nothing_behind() {
    let policy = policy();
    let held = |cart: &Cart| -> Vec<Permissions> {
        principals()
            .iter()
            .map(|principal| held_by(&principal.actor, cart, &access(&policy, principal)))
            .collect()
    };
    let plain = cart().owned_by(&user_for("ann", "acme"));
    let shares: [fn(GivenCart) -> GivenCart; 3] = [
        |cart| cart.shared_with("bob", PermissionGroup::FULL_ACCESS),
        |cart| cart.shared_with("carl", PermissionGroup::READ_ONLY),
        |cart| cart.with_link(2, |terms| terms.may_suggest = true),
    ];
    let before = held(&plain.clone().build());
    for share in shares {
        let shared = held(&share(plain.clone()).build());
        assert!(shared.iter().zip(&before).all(|(after, before)| after.includes(*before)));
        assert_eq!(shared.iter().zip(&before).filter(|(after, before)| after != before).count(), 1);
    }
    // The cart without them is the cart after revoking them: nothing else is kept of a share.
    let granted = plain.clone().shared_with("bob", PermissionGroup::FULL_ACCESS).with_link(2, |_| {});
    let revoked = given(granted)
        .and_policy(policy.clone())
        .when(crate::support::by(user_for("ann", "acme")).ask(Command::RevokeGrant { grant: grant_id(0) }))
        .when(crate::support::by(user_for("ann", "acme")).ask(Command::RevokeLink { link: link_id(0) }));
    assert_eq!(held(revoked.scenario().cart()), before);
}
