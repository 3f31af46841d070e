//! Who may do what through the service, over every store: the whole matrix, checked in as `permissions.txt`.
//!
//! Every principal gives every command and asks every question about a cart in every status. After each refusal, nothing
//! that is stored has changed. After a wanted change of the rules, `CART_WRITE_TABLES=1 cargo test --test permissions`
//! writes the file anew; what changed is then to be read in the difference.

#[path = "permissions/actions.rs"]
mod actions;
#[path = "permissions/principals.rs"]
mod principals;
#[path = "permissions/shelf.rs"]
mod shelf;
#[path = "permissions/stores.rs"]
mod stores;

use std::fmt::Write as _;
use std::path::Path;

use cart_core::service::CartError;
use cart_core::testing::{block_on, every_command};

use crate::actions::{Action, Answer, actions, word};
use crate::principals::{NAMES, principals};
use crate::shelf::{Kept, Place, Shelf, place};
use crate::stores::{Opened, stores};

const HEAD: &str = "\
# Who may do what through the service, over every store; the test beside this file says how to write it anew.
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
# seen        answered                          final       it cannot be recovered
# forbidden   they may see it, but not do this  no company  it belongs to no company
# no owner    they own no carts                 none        it is in no such checkout
# .           not a question for them           ordered     it has become an order
#
# In brackets: questions. All else is written, and nothing is after a refusal.
";

#[test]
fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/permissions.txt");
    for (name, open) in stores() {
        let found = table(open);
        if std::env::var_os("CART_WRITE_TABLES").is_some() {
            std::fs::write(&path, &found).expect("the table can be written");
        }
        let expected = std::fs::read_to_string(&path).expect("the table is checked in");
        let pairs = found.lines().zip(expected.lines());
        let differences: Vec<_> = pairs.filter(|(found, expected)| found != expected).collect();
        assert!(found == expected, "over {name}: {differences:#?}\nthe table is now:\n{found}");
    }
}

fn table(open: fn() -> Opened) -> String {
    let mut table = HEAD.to_owned();
    for place in place::ALL {
        let shelf = Shelf::new(open());
        writeln!(table, "\n# {}", place.name()).expect("text");
        writeln!(table, "{:16}{}", "", row(NAMES)).expect("text");
        for (name, action) in actions() {
            let words = (0..NAMES.len()).map(|who| cell(&shelf, place, who, &action));
            writeln!(table, "{name:16}{}", row(words.collect::<Vec<_>>())).expect("text");
        }
    }
    table
}

fn row(cells: impl IntoIterator<Item = &'static str>) -> String {
    let cells: String = cells.into_iter().map(|cell| format!("{cell:11}")).collect();
    cells.trim_end().to_owned()
}

/// What one principal is answered to one action on a cart in a status.
fn cell(shelf: &Shelf, place: Place, who: usize, action: &Action) -> &'static str {
    let kept = shelf.take(place);
    let principal = &principals(&kept)[who];
    let before = shelf.stored();
    let answer = block_on(action(shelf, &kept, who, &principal.actor, &principal.target));
    let word = word(&answer);
    let after = shelf.stored();
    if answer.is_err() {
        assert_eq!(before, after, "{}, {}: refused, yet something is written", place.name(), principal.name);
    }
    let writes = matches!(answer, Ok(Answer::Done));
    if writes || before != after {
        shelf.spend(place);
    }
    word
}

#[test]
fn what_belongs_to_another_cart_is_not_found_on_ones_own() {
    for (name, open) in stores() {
        let shelf = Shelf::new(open());
        let (mine, other) = (shelf.make(Place::Active), shelf.make(Place::Active));
        let owner = &principals(&mine)[0];
        let before = shelf.stored();
        for (command, asked) in every_command(other.named(0)) {
            let names_something = [
                ("set quantity", "line_not_found"),
                ("increase", "line_not_found"),
                ("decrease", "line_not_found"),
                ("set line note", "line_not_found"),
                ("remove", "line_not_found"),
                ("change grant", "grant_not_found"),
                ("revoke grant", "grant_not_found"),
                ("change link", "link_not_found"),
                ("rotate link", "link_not_found"),
                ("revoke link", "link_not_found"),
                ("withdraw", "suggestion_not_found"),
                ("accept", "edit_refused"),
                ("decline", "suggestion_not_found"),
            ];
            let Some((_, expected)) = names_something.iter().find(|(name, _)| *name == command) else {
                continue;
            };
            let caller = owner.actor.clone().into();
            let answer = block_on(shelf.service.execute(&caller, &owner.target, &asked));
            let Err(CartError::Rejected(why)) = answer else { panic!("{name}, {command}: {answer:?}") };
            let why = serde_json::to_value(&why).expect("a refusal can be written");
            assert_eq!(why["rejection"], *expected, "{name}, {command}");
            assert!(command != "accept" || why["reason"]["rejection"] == "suggestion_not_found", "{why}");
            assert_eq!(before, shelf.stored(), "{name}, {command}");
        }
        check_untouched(&shelf, &[&mine, &other]);
    }
}

fn check_untouched(shelf: &Shelf, carts: &[&Kept]) {
    for kept in carts {
        assert_eq!(shelf.version(kept), kept.version);
    }
}
