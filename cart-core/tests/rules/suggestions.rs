//! Suggesting changes, and deciding on what was suggested.

use cart_core::actor::ActorRef;
use cart_core::command::{BatchMode, Command};
use cart_core::event::CartEvent;
use cart_core::id::SuggestionId;
use cart_core::journal::EditOutcome;
use cart_core::notice::Notice;
use cart_core::policy::{OnDuplicate, OverAsking, Suggestions};
use cart_core::rejection::Rejection;
use cart_core::sharing::Proposal;
use cart_core::testing::samples::{
    at, line_id, link_bearer, product, quantity, suggestion_id, user, user_for,
};
use cart_core::testing::{As, Ask, GivenCart, Happened, Scenario, ann, cart, given};
use cart_core::text::{Comment, PersonName};

use BatchMode::{AllOrNothing, PerLine};

fn bearer() -> As {
    As(link_bearer(1))
}

fn adding(id: &str, units: u32) -> Proposal {
    Proposal::Add { product: product(id), quantity: quantity(units) }
}

fn setting(line: u64, units: u32) -> Proposal {
    Proposal::SetQuantity { line: line_id(line), quantity: quantity(units) }
}

fn removing(line: u64) -> Proposal {
    Proposal::Remove { line: line_id(line) }
}

fn replacing(line: u64, by: &str, units: u32) -> Proposal {
    Proposal::Replace { line: line_id(line), product: product(by), quantity: quantity(units) }
}

fn suggest(proposal: Proposal) -> Command {
    Command::Suggest { proposal, comment: None, name: None }
}

/// A cart with a mug and a link whose bearers may suggest.
fn open() -> GivenCart {
    cart().with_line("mug", 2).with_link(1, |terms| terms.may_suggest = true)
}

/// The same with waiting suggestions of whoever holds the link.
fn waiting<const N: usize>(proposals: [Proposal; N]) -> Scenario {
    given(
        proposals.into_iter().fold(open(), |cart, proposal| cart.with_suggestion(&link_bearer(1), proposal)),
    )
}

fn accept(numbers: &[u64], mode: BatchMode) -> Ask {
    let suggestions = numbers.iter().map(|n| suggestion_id(*n)).collect();
    ann().ask(Command::Accept { suggestions, mode })
}

fn decline(numbers: &[u64]) -> Ask {
    ann().ask(Command::Decline { suggestions: numbers.iter().map(|n| suggestion_id(*n)).collect() })
}

fn accepted(n: u64) -> CartEvent {
    let author = ActorRef::LinkBearer { token: cart_core::testing::samples::link_token(1).digest() };
    CartEvent::SuggestionAccepted { suggestion: suggestion_id(n), author }
}

fn stale(n: u64) -> Rejection {
    Rejection::SuggestionStale { suggestion: suggestion_id(n) }
}

fn missing(n: u64) -> Rejection {
    Rejection::SuggestionNotFound { suggestion: suggestion_id(n) }
}

fn left(happened: Happened, waiting: usize) -> Happened {
    happened.then_cart(|cart| cart.suggestions().len() == waiting)
}

#[test]
fn a_suggestion_says_what_by_whom_and_when_and_changes_no_line() {
    let comment = Some(Comment::new("for the office").unwrap());
    let name = Some(PersonName::new("Mum").unwrap());
    let said = Command::Suggest { proposal: adding("cup", 2), comment: comment.clone(), name: name.clone() };
    given(open()).when(bearer().ask(said)).then_lines([("mug", 2)]).then_events_fit(|events| {
        let [CartEvent::SuggestionMade { suggestion }] = events else { return false };
        suggestion.author == link_bearer(1).to_ref()
            && suggestion.comment == comment
            && suggestion.name == name
            && suggestion.made_at == at(60)
    });
}

#[test]
fn whoever_has_an_account_goes_by_that_and_not_by_a_name_they_give() {
    let name = Some(PersonName::new("Somebody else").unwrap());
    let said = Command::Suggest { proposal: adding("cup", 2), comment: None, name };
    given(open()).when(ann().ask(said)).then_cart(|cart| cart.suggestions()[0].name.is_none());
}

#[test]
fn the_same_suggestion_of_the_same_author_waits_once() {
    let twice = given(open()).when(bearer().ask(suggest(adding("cup", 2))));
    let twice = twice.when(bearer().ask(suggest(adding("cup", 2)))).then_nothing();
    left(twice.when(ann().ask(suggest(adding("cup", 2)))), 2);
    left(waiting([adding("cup", 2)]).when(bearer().ask(suggest(adding("cup", 3)))), 2);
}

#[test]
fn what_is_suggested_is_about_lines_that_are_there_and_products_that_are_known() {
    let line = line_id(7);
    for proposal in [removing(7), setting(7, 1), replacing(7, "cup", 1)] {
        given(open()).when(bearer().ask(suggest(proposal))).then_refused_as(Rejection::LineNotFound { line });
    }
    for proposal in [adding("cup", 1), replacing(0, "cup", 1)] {
        given(open())
            .and_unknown("cup")
            .when(bearer().ask(suggest(proposal)))
            .then_refused_as(Rejection::ProductNotFound { product: product("cup") });
    }
}

#[test]
fn stock_and_limits_are_looked_at_when_it_is_accepted() {
    left(given(open()).and_stock("cup", 1).when(bearer().ask(suggest(adding("cup", 5)))), 1);
    let accepted = waiting([adding("cup", 5)]).and_stock("cup", 1).when(accept(&[0], AllOrNothing));
    accepted.then_refused(|why| {
        let Rejection::EditRefused { index: 0, reason } = why else { return false };
        matches!(**reason, Rejection::InsufficientStock { available: 1, .. })
    });
}

#[test]
fn without_suggestions_in_the_policy_nothing_can_be_suggested() {
    given(open())
        .and_policy_with(|policy| {
            policy.sharing.suggestions = Suggestions { max: 0, max_by_author: 0, max_made: 9 }
        })
        .when(ann().ask(suggest(adding("cup", 1))))
        .then_refused_as(Rejection::NotOffered);
}

#[test]
fn as_many_wait_as_policy_says_of_an_author_and_of_all() {
    let limited = |made: u32, by: As| {
        let full = (1..=made).fold(open(), |cart, units| cart.with_suggestion(&by.0, adding("cup", units)));
        given(full).and_policy_with(|policy| {
            policy.sharing.suggestions = Suggestions { max: 4, max_by_author: 3, max_made: 9 };
        })
    };
    left(limited(2, bearer()).when(bearer().ask(suggest(adding("cup", 9)))), 3);
    let of_author = Rejection::TooManySuggestions { max: 3, by_author: true };
    for made in [3, 4] {
        limited(made, bearer())
            .when(bearer().ask(suggest(adding("cup", 9))))
            .then_refused_as(of_author.clone());
    }
    left(limited(3, bearer()).when(ann().ask(suggest(adding("cup", 9)))), 4);
    let of_all = Rejection::TooManySuggestions { max: 4, by_author: false };
    limited(4, bearer()).when(ann().ask(suggest(adding("cup", 9)))).then_refused_as(of_all);
    // What waits already is no new one.
    limited(4, bearer()).when(bearer().ask(suggest(adding("cup", 4)))).then_nothing();
}

#[test]
fn as_many_are_made_as_policy_says_whatever_became_of_them() {
    let after = |made| {
        let one = open().with_suggestion(&link_bearer(1), adding("cup", 1));
        given(one).and_policy_with(|policy| policy.sharing.suggestions.max_made = 3).and_suggested(made)
    };
    left(after(2).when(bearer().ask(suggest(adding("cup", 9)))), 2);
    let refused = Rejection::SuggestionsUsedUp { max: 3 };
    after(3).when(bearer().ask(suggest(adding("cup", 9)))).then_refused_as(refused);
    // What waits already is no new one, and can be taken back.
    after(3).when(bearer().ask(suggest(adding("cup", 1)))).then_nothing();
    left(after(3).when(bearer().ask(Command::Withdraw { suggestion: suggestion_id(0) })), 0);
}

#[test]
fn only_the_author_takes_a_suggestion_back() {
    let withdraw = |n| Command::Withdraw { suggestion: suggestion_id(n) };
    waiting([adding("cup", 1)])
        .when(bearer().ask(withdraw(0)))
        .then_events([CartEvent::SuggestionWithdrawn { suggestion: suggestion_id(0) }])
        .when(bearer().ask(withdraw(0)))
        .then_refused_as(missing(0));
    waiting([adding("cup", 1)]).when(ann().ask(withdraw(0))).then_refused_as(missing(0));
    let other = open().with_link(2, |terms| terms.may_suggest = true);
    given(other.with_suggestion(&link_bearer(1), adding("cup", 1)))
        .when(As(link_bearer(2)).ask(withdraw(0)))
        .then_refused_as(missing(0));
    let elsewhere = cart().owned_by(&user_for("ann", "acme")).with_suggestion(&user("ann"), adding("cup", 1));
    given(elsewhere).when(As(user_for("ann", "acme")).ask(withdraw(0))).then_refused_as(missing(0));
}

#[test]
fn each_kind_of_suggestion_does_what_it_says() {
    let done = |proposal, lines: &[(&str, u32)]| {
        left(waiting([proposal]).when(accept(&[0], AllOrNothing)).then_lines(lines), 0);
    };
    done(adding("cup", 3), &[("mug", 2), ("cup", 3)]);
    done(adding("mug", 3), &[("mug", 5)]);
    done(removing(0), &[]);
    done(setting(0, 9), &[("mug", 9)]);
    done(setting(0, 2), &[("mug", 2)]);
    done(replacing(0, "cup", 4), &[("cup", 4)]);
    done(replacing(0, "mug", 4), &[("mug", 4)]);
}

#[test]
fn the_line_is_the_accepters_and_the_author_is_named_beside() {
    waiting([adding("cup", 3)]).when(accept(&[0], AllOrNothing)).then_events_fit(|events| {
        let [CartEvent::LineAdded { line }, end] = events else { return false };
        line.added_by == user("ann").to_ref() && *end == accepted(0)
    });
}

#[test]
fn many_are_accepted_in_the_order_given_and_each_sees_what_those_before_did() {
    waiting([setting(0, 5), setting(0, 7)])
        .when(accept(&[1, 0], AllOrNothing))
        .then_lines([("mug", 5)])
        .then_edits(|edits| edits == [0, 0].map(|line| EditOutcome::Done { line: line_id(line) }));
    left(
        waiting([adding("cup", 1), adding("cup", 1)])
            .when(accept(&[0, 1], PerLine))
            .then_lines([("mug", 2), ("cup", 2)]),
        0,
    );
}

#[test]
fn of_two_about_one_line_the_second_is_stale_once_the_line_is_gone() {
    let both = || waiting([removing(0), setting(0, 5)]);
    left(both().when(accept(&[0, 1], PerLine)).then_lines([]).then_edits(|edits| {
        matches!(edits, [EditOutcome::Done { .. }, EditOutcome::Refused { reason }] if *reason == stale(1))
    }), 1);
    both()
        .when(accept(&[0, 1], AllOrNothing))
        .then_refused_as(Rejection::EditRefused { index: 1, reason: Box::new(stale(1)) });
    left(both().when(accept(&[1, 0], AllOrNothing)).then_lines([]), 0);
}

#[test]
fn a_stale_suggestion_waits_until_it_is_turned_down() {
    for proposal in [removing(0), setting(0, 5), replacing(0, "cup", 1)] {
        let gone = waiting([proposal]).when(ann().remove("mug"));
        let gone = left(gone, 1)
            .when(accept(&[0], PerLine))
            .then_edits(|edits| matches!(edits, [EditOutcome::Refused { reason }] if *reason == stale(0)))
            .then_nothing();
        left(gone.when(decline(&[0])), 0);
    }
}

#[test]
fn what_is_decided_on_or_withdrawn_is_not_decided_on_again() {
    let refused = Rejection::EditRefused { index: 0, reason: Box::new(missing(0)) };
    waiting([adding("cup", 1)])
        .when(accept(&[0], AllOrNothing))
        .then_lines([("mug", 2), ("cup", 1)])
        .when(accept(&[0], AllOrNothing))
        .then_refused_as(refused.clone())
        .when(decline(&[0]))
        .then_refused_as(missing(0));
    waiting([adding("cup", 1)]).when(decline(&[0])).when(accept(&[0], AllOrNothing)).then_refused_as(refused);
    waiting([adding("cup", 1)]).when(accept(&[0, 0], PerLine)).then_lines([("mug", 2), ("cup", 1)]).then_edits(
        |edits| matches!(edits, [EditOutcome::Done { .. }, EditOutcome::Refused { reason }] if *reason == missing(0)),
    );
}

#[test]
fn many_are_turned_down_all_of_them_or_none() {
    let declined = |n| CartEvent::SuggestionDeclined { suggestion: suggestion_id(n) };
    let three = || waiting([adding("cup", 1), adding("cup", 2), adding("cup", 3)]);
    three().when(decline(&[2, 0])).then_events([declined(2), declined(0)]);
    three().when(decline(&[1, 1])).then_events([declined(1)]);
    three().when(decline(&[1, 9])).then_refused_as(missing(9));
}

#[test]
fn to_decide_on_none_or_on_too_many_is_refused() {
    let given = || waiting([adding("cup", 1)]).and_policy_with(|policy| policy.limits.edits = 2);
    for ask in [accept(&[], PerLine), decline(&[])] {
        given().when(ask).then_refused_as(Rejection::NothingToDo);
    }
    for ask in [accept(&[0, 1, 2], PerLine), decline(&[0, 1, 2])] {
        given().when(ask).then_refused_as(Rejection::TooManyEdits { max: 2 });
    }
}

#[test]
fn in_a_full_cart_a_line_is_replaced_but_none_is_added() {
    let full = |proposal| waiting([proposal]).and_policy_with(|policy| policy.limits.lines = 1);
    full(replacing(0, "cup", 1)).when(accept(&[0], AllOrNothing)).then_lines([("cup", 1)]);
    let reason = Box::new(Rejection::TooManyLines { max: 1 });
    full(adding("cup", 1))
        .when(accept(&[0], AllOrNothing))
        .then_refused_as(Rejection::EditRefused { index: 0, reason });
}

#[test]
fn a_replacement_that_cannot_be_had_leaves_the_line_where_it_is() {
    let given = || waiting([replacing(0, "cup", 3), setting(0, 1)]).and_stock("cup", 0);
    left(
        given().when(accept(&[0, 1], PerLine)).then_lines([("mug", 1)]).then_edits(|edits| {
            matches!(
                edits,
                [
                    EditOutcome::Refused { reason: Rejection::InsufficientStock { .. } },
                    EditOutcome::Done { .. }
                ]
            )
        }),
        1,
    );
    given()
        .when(accept(&[0, 1], AllOrNothing))
        .then_refused(|why| matches!(why, Rejection::EditRefused { index: 0, .. }));
}

#[test]
fn a_replacement_by_what_another_line_has_goes_there_or_is_refused_as_policy_says() {
    let two = |policy| {
        let two = cart().with_line("mug", 2).with_line("cup", 1);
        given(two.with_suggestion(&user("ann"), replacing(0, "cup", 4)))
            .and_policy_with(move |changed| changed.on_duplicate = policy)
    };
    two(OnDuplicate::Sum).when(accept(&[0], AllOrNothing)).then_lines([("cup", 5)]);
    let reason = Box::new(Rejection::DuplicateLine { line: line_id(1) });
    two(OnDuplicate::Reject)
        .when(accept(&[0], AllOrNothing))
        .then_refused_as(Rejection::EditRefused { index: 0, reason });
}

#[test]
fn units_that_cannot_be_had_are_told_of_where_policy_gives_less() {
    let clamping = |proposal| {
        waiting([proposal])
            .and_policy_with(|policy| policy.over_asking = OverAsking::Clamp)
            .and_stock("cup", 3)
            .and_stock("mug", 4)
    };
    let added =
        clamping(adding("cup", 5)).when(accept(&[0], AllOrNothing)).then_lines([("mug", 2), ("cup", 3)]);
    let line = added.scenario().cart().lines()[1].id;
    let told = |line, given| [Notice::QuantityClamped { line, asked: 5, given: quantity(given) }];
    clamping(adding("cup", 5)).when(accept(&[0], AllOrNothing)).then_notices(told(line, 3));
    clamping(replacing(0, "cup", 5))
        .when(accept(&[0], AllOrNothing))
        .then_lines([("cup", 3)])
        .then_notices(told(line, 3));
    clamping(setting(0, 5)).when(accept(&[0], AllOrNothing)).then_notices(told(line_id(0), 4));
}

#[test]
fn an_id_that_a_suggestion_has_already_is_passed_over() {
    let first = SuggestionId::from_uuid(given(open()).facts([]).first_id);
    let taken = open().with_suggestion(&link_bearer(1), adding("cup", 1)).with(|cart| {
        std::sync::Arc::make_mut(&mut cart.suggestions[0]).id = first;
    });
    given(taken)
        .when(bearer().ask(suggest(adding("cup", 2))))
        .then_cart(|cart| cart.suggestions().len() == 2 && cart.suggestions()[1].id != first);
}
