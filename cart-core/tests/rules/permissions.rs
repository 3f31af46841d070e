//! Who may do what, in which status: the whole table, checked in beside this file.

use std::fmt::Write as _;

use cart_core::actor::Actor;
use cart_core::authorise::authorise;
use cart_core::command::{AddLine, BatchMode, Command, LineEdit};
use cart_core::decide::decide;
use cart_core::event::Settings;
use cart_core::id::{AddressId, AttemptId, OrderRef, UserId};
use cart_core::metadata::Metadata;
use cart_core::money::Currency;
use cart_core::permission::Permission;
use cart_core::rejection::Rejection;
use cart_core::selection::{Address, Selection, SelectionKind};
use cart_core::status::{AbandonReason, Status};
use cart_core::testing::samples::{
    at, cart_id, coupon, guest, line_id, note, prices, product, promotion_id, quantity, user, user_for,
};
use cart_core::testing::{GivenCart, cart, given};
use cart_core::version::Version;

use crate::support::{gift_of, sleeping, tenth_off};

fn principals() -> [(&'static str, Actor); 8] {
    [
        ("owner", user_for("ann", "acme")),
        ("owner elsewhere", user_for("ann", "globex")),
        ("owner privately", user("ann")),
        ("colleague", user_for("bob", "acme")),
        ("other user", user("bob")),
        ("guest", guest(1)),
        ("staff", Actor::Staff(UserId::new("ann").unwrap())),
        ("system", Actor::System),
    ]
}

fn statuses() -> [(&'static str, GivenCart); 8] {
    let attempt = AttemptId::from_uuid(uuid::Uuid::nil());
    let abandoned = |reason| Status::Abandoned { since: at(60), reason };
    let merged = AbandonReason::Merged { into: cart_id(2), version: Version::FIRST };
    [
        ("active", owned()),
        ("active, the guest's", owned().owned_by(&guest(1))),
        ("lapsed", owned().expiring_at(at(60))),
        ("checkout", owned().in_status(Status::Checkout { attempt, deadline: at(99) })),
        ("completed", owned().in_status(Status::Completed { order: OrderRef::new("o").unwrap() })),
        ("given up", owned().in_status(abandoned(AbandonReason::GivenUp))),
        ("expired", owned().in_status(abandoned(AbandonReason::Expired)).expiring_at(at(60))),
        ("merged", owned().in_status(abandoned(merged))),
    ]
}

fn owned() -> GivenCart {
    let chosen = Selection::Address(AddressId::new("home").unwrap());
    let full = cart().owned_by(&user_for("ann", "acme")).with_line("mug", 2).noted("hello").choosing(chosen);
    full.with_coupon("OLD").refusing("free-plate")
}

fn commands() -> Vec<(&'static str, Command)> {
    let (line, two) = (line_id(0), quantity(2));
    let add = LineEdit::Add(AddLine::new(product("cup"), two));
    let office = AddressId::new("office").unwrap();
    vec![
        ("rename", Command::Rename { name: Some(cart_core::testing::samples::name("n")) }),
        ("change settings", Command::ChangeSettings { settings: settings() }),
        ("set note", Command::SetNote { note: Some(note("n")) }),
        ("set metadata", Command::SetMetadata { metadata: metadata() }),
        ("add", Command::Edit(add.clone())),
        ("set quantity", Command::Edit(LineEdit::SetQuantity { line, quantity: quantity(3) })),
        ("increase", Command::Edit(LineEdit::Increase { line, by: two })),
        ("decrease", Command::Edit(LineEdit::Decrease { line, by: quantity(1) })),
        ("set line note", Command::Edit(LineEdit::SetNote { line, note: Some(note("n")) })),
        ("remove", Command::Edit(LineEdit::Remove { line })),
        ("edit lines", Command::EditLines { edits: vec![add], mode: BatchMode::PerLine }),
        ("clear", Command::Clear),
        ("select", Command::Select { selection: Selection::Address(office) }),
        ("unselect", Command::Unselect { selection: SelectionKind::Address }),
        ("add coupon", Command::AddCoupon { code: coupon("NEW") }),
        ("remove coupon", Command::RemoveCoupon { code: coupon("OLD") }),
        ("refuse gift", Command::RefuseGift { promotion: promotion_id("free-cup") }),
        ("accept gift", Command::AcceptGift { promotion: promotion_id("free-plate") }),
        ("acknowledge", Command::AcknowledgePrices),
        ("change currency", Command::ChangeCurrency { currency: Currency::USD }),
        ("abandon", Command::Abandon),
        ("recover", Command::Recover),
        ("expire", Command::Expire),
    ]
}

fn settings() -> Settings {
    Settings { locale: Some("de".to_owned().try_into().unwrap()) }
}

fn metadata() -> Metadata {
    crate::support::metadata(serde_json::json!({"k": 1}))
}

/// One word for an answer.
fn word(answer: Result<bool, Rejection>) -> &'static str {
    match answer {
        Ok(true) => "done",
        Ok(false) => "so already",
        Err(Rejection::CartNotFound) => "-",
        Err(Rejection::Forbidden { .. }) => "forbidden",
        Err(Rejection::WrongStatus { .. }) => "wrong status",
        Err(Rejection::Expired) => "expired",
        Err(Rejection::NotExpired) => "not expired",
        Err(Rejection::NotRecoverable) => "not recoverable",
        Err(other) => unreachable!("{other:?} has no place in the table"),
    }
}

fn table() -> String {
    let mut table = String::new();
    for (status, cart) in statuses() {
        let given = given(cart)
            .and_address(Some(Address { country: "CH".into() }))
            .and_policy(sleeping())
            .and_promotion(tenth_off("ten", &["NEW"]))
            .and_promotion(gift_of("free-cup", "cup"))
            .and_prices("mug", 11_00, 11_00);
        let in_dollars = given.clone().and_product("mug", |mug| mug.prices = prices(1, Currency::USD));
        writeln!(table, "\n# {status}").unwrap();
        writeln!(table, "{:16}{}", "", row(principals().map(|(name, _)| name))).unwrap();
        for (name, permission) in [("(view)", Permission::View), ("(own)", Permission::Own)] {
            let answers = principals()
                .map(|(_, actor)| word(authorise(&actor, given.cart(), permission).map(|()| true)));
            writeln!(table, "{name:16}{}", row(answers)).unwrap();
        }
        for (name, command) in commands() {
            let world = if matches!(command, Command::ChangeCurrency { .. }) { &in_dollars } else { &given };
            let facts = world.facts([product("cup")]);
            let answers = principals().map(|(_, actor)| {
                let decided = decide(given.cart(), &actor, &command, &facts);
                word(decided.map(|decision| !decision.events.is_empty()))
            });
            writeln!(table, "{name:16}{}", row(answers)).unwrap();
        }
    }
    table
}

fn row(cells: [&str; 8]) -> String {
    cells.iter().map(|cell| format!("{cell:17}")).collect::<String>().trim_end().to_owned()
}

#[test]
fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let (expected, found) = (include_str!("permissions.txt"), table());
    let differences: Vec<_> =
        found.lines().zip(expected.lines()).filter(|(found, expected)| found != expected).collect();
    assert!(found.lines().eq(expected.lines()), "{differences:#?}\nthe table is now:\n{found}");
}
