//! Sharing carts by link.

use cart_core::command::Command;
use cart_core::event::CartEvent;
use cart_core::id::LinkId;
use cart_core::policy::{CartPolicy, Links, PolicyError, SharingPolicy};
use cart_core::rejection::Rejection;
use cart_core::sharing::{LinkShows, LinkTerms, PermissionGroup, PermissionGroupId};
use cart_core::status::StatusName;
use cart_core::testing::samples::{at, link_bearer, link_id, link_token};
use cart_core::testing::{Happened, Scenario, ann, cart, given};
use chrono::{DateTime, TimeDelta, Utc};

use crate::support::in_checkout;

fn allowed(lifetime: Option<i64>, longest: Option<i64>, max: usize) -> Links {
    let seconds = |length: Option<i64>| length.map(TimeDelta::seconds);
    Links::Allowed { lifetime: seconds(lifetime), longest: seconds(longest), max }
}

/// A cart with one link, where links live as long as policy says.
fn shared(links: Links) -> Scenario {
    given(cart().with_link(1, |_| {})).and_policy_with(|policy| policy.sharing.links = links)
}

fn ending(expires_at: Option<DateTime<Utc>>) -> LinkTerms {
    LinkTerms { expires_at, ..LinkTerms::default() }
}

fn create(given: Scenario, terms: LinkTerms) -> Happened {
    given.when(ann().ask(Command::CreateLink { terms }))
}

fn change(given: Scenario, terms: LinkTerms) -> Happened {
    given.when(ann().ask(Command::ChangeLink { link: link_id(0), changes: terms.into() }))
}

const FOREVER: Links = Links::Allowed { lifetime: None, longest: None, max: 20 };

#[test]
fn a_link_is_kept_by_the_digest_of_the_token_that_the_facts_bring() {
    create(shared(FOREVER), LinkTerms::default()).then_events_fit(|events| {
        let [CartEvent::LinkMade { link }] = events else { return false };
        link.token == link_token(0xff).digest() && link.made_by == ann().0.to_ref() && link.made_at == at(60)
    });
}

#[test]
fn a_link_ends_when_its_maker_says_or_else_when_policy_says() {
    let ends = |links, asked: Option<DateTime<Utc>>, expected: Option<DateTime<Utc>>| {
        create(shared(links), ending(asked)).then_cart(|cart| cart.links()[1].terms.expires_at == expected);
    };
    ends(FOREVER, None, None);
    ends(allowed(Some(10), None, 20), None, Some(at(70)));
    ends(allowed(Some(10), None, 20), Some(at(65)), Some(at(65)));
    ends(allowed(Some(10), Some(20), 20), None, Some(at(70)));
    ends(allowed(Some(10), Some(20), 20), Some(at(80)), Some(at(80)));
    ends(FOREVER, Some(at(61)), Some(at(61)));
}

#[test]
fn a_link_cannot_end_now_or_before_or_later_than_policy_says() {
    let refused = |links, asked, latest| {
        create(shared(links), ending(Some(asked))).then_refused_as(Rejection::LinkTerms { latest });
    };
    refused(FOREVER, at(60), None);
    refused(FOREVER, at(59), None);
    refused(FOREVER, at(61) + CartPolicy::LONGEST, None);
    refused(FOREVER, DateTime::<Utc>::MAX_UTC, None);
    refused(allowed(Some(10), Some(20), 20), at(81), Some(at(80)));
    refused(allowed(Some(10), Some(20), 20), at(60), Some(at(80)));
    create(shared(FOREVER), ending(Some(at(60) + CartPolicy::LONGEST)))
        .then_cart(|cart| cart.links().len() == 2);
}

#[test]
fn an_end_is_kept_in_whole_microseconds_as_every_store_keeps_it() {
    let end = at(70) + TimeDelta::nanoseconds(999);
    create(shared(FOREVER), ending(Some(end)))
        .then_cart(|cart| cart.links()[1].terms.expires_at == Some(at(70)));
    // What is cut off must not leave an end that is over.
    let over = at(60) + TimeDelta::nanoseconds(999);
    create(shared(FOREVER), ending(Some(over))).then_refused_as(Rejection::LinkTerms { latest: None });
    change(shared(FOREVER), ending(Some(end)))
        .then_cart(|cart| cart.links()[0].terms.expires_at == Some(at(70)));
}

#[test]
fn a_link_that_could_never_be_opened_is_refused() {
    let never = LinkTerms { uses: Some(0), ..LinkTerms::default() };
    create(shared(FOREVER), never.clone()).then_refused_as(Rejection::LinkTerms { latest: None });
    change(shared(FOREVER), never).then_refused_as(Rejection::LinkTerms { latest: None });
    create(shared(FOREVER), LinkTerms { uses: Some(1), ..LinkTerms::default() })
        .then_cart(|cart| cart.links()[1].terms.uses == Some(1));
}

#[test]
fn a_cart_has_as_many_links_as_policy_says_ended_ones_included() {
    for (links, fits) in [(2, true), (3, false), (4, false)] {
        let full =
            (0..links).fold(cart(), |cart, n| cart.with_link(n, |terms| terms.expires_at = Some(at(1))));
        let given = given(full).and_policy_with(|policy| policy.sharing.links = allowed(None, None, 3));
        let happened = create(given, LinkTerms::default());
        if fits {
            happened.then_cart(|cart| cart.links().len() == 3);
        } else {
            happened.then_refused_as(Rejection::TooManyLinks { max: 3 });
        }
    }
}

#[test]
fn without_links_in_the_policy_none_is_made_and_those_there_open_nothing_but_can_be_revoked() {
    create(shared(Links::Refused), LinkTerms::default()).then_refused_as(Rejection::NotOffered);
    shared(Links::Refused)
        .when(cart_core::testing::As(link_bearer(1)).ask(Command::Leave))
        .then_refused_as(Rejection::CartNotFound);
    shared(Links::Refused)
        .when(ann().ask(Command::RevokeLink { link: link_id(0) }))
        .then_events([CartEvent::LinkRevoked { link: link_id(0) }]);
}

#[test]
fn terms_are_chosen_anew_once() {
    let terms = LinkTerms { uses: Some(5), may_suggest: true, ..LinkTerms::default() };
    change(shared(FOREVER), terms.clone())
        .then_events([CartEvent::LinkChanged { link: link_id(0), terms: terms.clone() }])
        .when(ann().ask(Command::ChangeLink { link: link_id(0), changes: terms.into() }))
        .then_nothing();
}

#[test]
fn an_end_that_stays_is_not_looked_at_again_but_a_new_one_is() {
    let with_end = |end: i64| {
        given(cart().with_link(1, move |terms| terms.expires_at = Some(at(end))))
            .and_policy_with(|policy| policy.sharing.links = allowed(Some(10), Some(20), 20))
    };
    let renamed = |end: i64| {
        let label = Some(cart_core::text::LinkLabel::new("mum").unwrap());
        LinkTerms { label, ..ending(Some(at(end))) }
    };
    // It has ended, or was chosen under another policy.
    for end in [10, 500] {
        change(with_end(end), renamed(end)).then_cart(|cart| cart.links()[0].terms.label.is_some());
    }
    let latest = Some(at(80));
    change(with_end(500), renamed(499)).then_refused_as(Rejection::LinkTerms { latest });
    change(with_end(500), ending(None)).then_refused_as(Rejection::LinkTerms { latest });
    change(with_end(10), renamed(80)).then_cart(|cart| cart.links()[0].terms.expires_at == latest);
}

#[test]
fn a_link_gets_another_token_or_goes() {
    shared(FOREVER)
        .when(ann().ask(Command::RotateLink { link: link_id(0) }))
        .then_events([CartEvent::LinkRotated { link: link_id(0), token: link_token(0xff).digest() }])
        .when(cart_core::testing::As(link_bearer(1)).ask(Command::Leave))
        .then_refused_as(Rejection::CartNotFound)
        .when(ann().ask(Command::RevokeLink { link: link_id(0) }))
        .then_cart(|cart| cart.links().is_empty());
}

#[test]
fn a_link_that_is_not_there_is_not_found() {
    let link = link_id(7);
    let changes = LinkTerms::default().into();
    for command in
        [Command::ChangeLink { link, changes }, Command::RotateLink { link }, Command::RevokeLink { link }]
    {
        shared(FOREVER).when(ann().ask(command)).then_refused_as(Rejection::LinkNotFound { link });
    }
}

#[test]
fn during_a_checkout_a_link_opens_less_or_as_much_but_not_more() {
    let kept = LinkTerms { expires_at: Some(at(70)), uses: Some(3), ..LinkTerms::default() };
    let busy = || {
        let terms = kept.clone();
        given(in_checkout(cart().with_link(1, move |link| *link = terms)))
            .and_policy_with(|policy| policy.sharing.links = FOREVER)
    };
    let shows = |prices, names| LinkShows { prices, names };
    let more = [
        LinkTerms { expires_at: Some(at(71)), ..kept.clone() },
        LinkTerms { expires_at: None, ..kept.clone() },
        LinkTerms { uses: Some(4), ..kept.clone() },
        LinkTerms { uses: None, ..kept.clone() },
        LinkTerms { shows: shows(true, false), ..kept.clone() },
        LinkTerms { shows: shows(false, true), ..kept.clone() },
        LinkTerms { may_suggest: true, ..kept.clone() },
    ];
    for terms in more {
        change(busy(), terms).then_refused_as(Rejection::WrongStatus { status: StatusName::Checkout });
    }
    let less = LinkTerms { expires_at: Some(at(69)), uses: Some(2), ..kept.clone() };
    change(busy(), less.clone()).then_events([CartEvent::LinkChanged { link: link_id(0), terms: less }]);
    busy()
        .when(ann().ask(Command::RevokeLink { link: link_id(0) }))
        .then_cart(|cart| cart.links().is_empty());
}

#[test]
fn an_id_that_a_link_has_already_is_passed_over() {
    let first = LinkId::from_uuid(given(cart()).facts([]).first_id);
    let taken = cart().with_link(1, |_| {}).with(|cart| {
        std::sync::Arc::make_mut(&mut cart.links[0]).id = first;
    });
    let given = given(taken).and_policy_with(|policy| policy.sharing.links = FOREVER);
    create(given, LinkTerms::default())
        .then_cart(|cart| cart.links().len() == 2 && cart.links()[1].id != first);
}

fn checked(change: impl FnOnce(&mut SharingPolicy)) -> Result<(), PolicyError> {
    let mut policy = CartPolicy::company();
    policy.sharing.links = FOREVER;
    change(&mut policy.sharing);
    policy.check()
}

#[test]
fn a_policy_of_sharing_that_contradicts_itself_is_refused() {
    let limit = |what| Err(PolicyError::Limit(what));
    let duration = Err(PolicyError::Duration("the lifetime of links"));
    let links = |links: Links| checked(move |sharing| sharing.links = links);
    assert_eq!(checked(|_| {}), Ok(()));
    assert_eq!(checked(|sharing| sharing.max_grants = 100), Ok(()));
    assert_eq!(checked(|sharing| sharing.max_grants = 101), limit("the number of grants"));
    assert_eq!(checked(|sharing| sharing.suggestions.max = 200), Ok(()));
    assert_eq!(checked(|sharing| sharing.suggestions.max = 201), limit("the number of suggestions"));
    let made = limit("the number of suggestions made");
    assert_eq!(checked(|sharing| sharing.suggestions.max_made = 1001), made);
    assert_eq!(links(allowed(None, None, 20)), Ok(()));
    assert_eq!(links(allowed(None, None, 21)), limit("the number of links"));
    assert_eq!(links(allowed(None, None, 0)), limit("the number of links"));
    assert_eq!(links(allowed(Some(0), None, 20)), duration);
    assert_eq!(links(allowed(Some(-1), None, 20)), duration);
    assert_eq!(links(allowed(Some(1), Some(0), 20)), duration);
    assert_eq!(links(allowed(None, Some(20), 20)), duration, "without an end of its own a link has none");
    assert_eq!(links(allowed(Some(21), Some(20), 20)), duration);
    assert_eq!(links(allowed(Some(20), Some(20), 20)), Ok(()));
    assert_eq!(links(allowed(Some(36_525 * 86_400 + 1), None, 20)), duration);
}

#[test]
fn a_permission_group_that_is_not_sound_is_refused() {
    use cart_core::permission::{Permission, Permissions};
    let group = |id: u32, name: &str, permissions: &[Permission]| PermissionGroup {
        id: PermissionGroupId(id),
        name: name.into(),
        permissions: Permissions::of(permissions),
    };
    let (shared, view) = (Permission::ViewShared, Permission::View);
    let unsound = [
        group(9, "", &[shared, view]),
        group(9, "Blind", &[shared]),
        group(9, "Odd", &[view]),
        group(9, "Owner", &[shared, view, Permission::Own]),
        group(9, "Leaver", &[shared, view, Permission::Leave]),
        group(9, "Job", &[shared, view, Permission::Operate]),
    ];
    for group in unsound {
        let refused = checked(|sharing| sharing.groups.push(group.clone()));
        assert_eq!(refused, Err(PolicyError::Group(PermissionGroupId(9))), "{group:?}");
    }
    let twice = checked(|sharing| sharing.groups.push(group(1, "Again", &[shared, view])));
    assert_eq!(twice, Err(PolicyError::Group(PermissionGroupId(1))));
    let many = |count: u32| {
        checked(move |sharing| {
            sharing.groups = (0..count).map(|id| group(id, "g", &[shared, view])).collect();
        })
    };
    assert_eq!(many(50), Ok(()));
    assert_eq!(many(51), Err(PolicyError::Limit("the number of permission groups")));
}
