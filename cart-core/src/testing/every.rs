//! One of every command, for tables of who may do what.

use crate::checkout::{Handoff, PlacedOrder, Reason};
use crate::command::{AddLine, BatchMode, BeginCheckout, Command, LineEdit};
use crate::event::Settings;
use crate::id::{CheckoutId, GrantId, LineId, LinkId, OrderRef, SuggestionId};
use crate::metadata::Metadata;
use crate::money::Currency;
use crate::selection::{Selection, SelectionKind};
use crate::sharing::{LinkChanges, LinkTerms, PermissionGroup, Proposal};
use crate::testing::samples::{address_id, coupon, name, note, product, promotion_id, quantity, user_id};

/// What the commands of [`every_command`] are about.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// A line of the cart.
    pub line: LineId,
    /// A grant of the cart.
    pub grant: GrantId,
    /// A link of the cart.
    pub link: LinkId,
    /// A suggestion about the cart, to be decided on.
    pub suggestion: SuggestionId,
    /// A suggestion that whoever asks has made, to be withdrawn.
    pub own: SuggestionId,
    /// The checkout that the cart is in.
    pub checkout: CheckoutId,
}

/// Rows of a name, the commands that it stands for, and one of them. A command without a row does not compile.
macro_rules! commands {
    ($named:ident: $($name:literal, $pattern:pat => $command:expr;)*) => {
        /// One of every command, each by its name.
        ///
        /// Products are `cup`, users `dan`, coupon codes `NEW` and `OLD`, promotions `free-cup` and `free-plate`,
        /// addresses `office`; the other currency is the dollar.
        pub fn every_command($named: Named) -> Vec<(&'static str, Command)> {
            vec![$(($name, $command)),*]
        }

        /// The name by which [`every_command`] has a command like this one.
        pub const fn name_of(command: &Command) -> &'static str {
            match command {
                $($pattern => $name,)*
            }
        }
    };
}

commands! { named:
    "rename", Command::Rename { .. } => Command::Rename { name: Some(name("n")) };
    "change settings", Command::ChangeSettings { .. } => Command::ChangeSettings { settings: settings() };
    "set note", Command::SetNote { .. } => Command::SetNote { note: Some(note("n")) };
    "set metadata", Command::SetMetadata { .. } => Command::SetMetadata { metadata: metadata() };
    "add", Command::Edit(LineEdit::Add(_)) => Command::Edit(add());
    "set quantity", Command::Edit(LineEdit::SetQuantity { .. }) => {
        Command::Edit(LineEdit::SetQuantity { line: named.line, quantity: quantity(3) })
    };
    "increase", Command::Edit(LineEdit::Increase { .. }) => {
        Command::Edit(LineEdit::Increase { line: named.line, by: quantity(2) })
    };
    "decrease", Command::Edit(LineEdit::Decrease { .. }) => {
        Command::Edit(LineEdit::Decrease { line: named.line, by: quantity(1) })
    };
    "set line note", Command::Edit(LineEdit::SetNote { .. }) => {
        Command::Edit(LineEdit::SetNote { line: named.line, note: Some(note("n")) })
    };
    "remove", Command::Edit(LineEdit::Remove { .. }) => Command::Edit(LineEdit::Remove { line: named.line });
    "edit lines", Command::EditLines { .. } => {
        Command::EditLines { edits: vec![add()], mode: BatchMode::PerLine }
    };
    "clear", Command::Clear => Command::Clear;
    "select", Command::Select { .. } => Command::Select { selection: Selection::Address(address_id("office")) };
    "unselect", Command::Unselect { .. } => Command::Unselect { selection: SelectionKind::Address };
    "add coupon", Command::AddCoupon { .. } => Command::AddCoupon { code: coupon("NEW") };
    "remove coupon", Command::RemoveCoupon { .. } => Command::RemoveCoupon { code: coupon("OLD") };
    "refuse gift", Command::RefuseGift { .. } => Command::RefuseGift { promotion: promotion_id("free-cup") };
    "accept gift", Command::AcceptGift { .. } => Command::AcceptGift { promotion: promotion_id("free-plate") };
    "acknowledge", Command::AcknowledgePrices => Command::AcknowledgePrices;
    "change currency", Command::ChangeCurrency { .. } => Command::ChangeCurrency { currency: Currency::USD };
    "share", Command::Share { .. } => {
        Command::Share { user: user_id("dan"), group: PermissionGroup::READ_ONLY }
    };
    "change grant", Command::ChangeGrant { .. } => {
        Command::ChangeGrant { grant: named.grant, group: PermissionGroup::FULL_ACCESS }
    };
    "revoke grant", Command::RevokeGrant { .. } => Command::RevokeGrant { grant: named.grant };
    "leave", Command::Leave => Command::Leave;
    "transfer", Command::Transfer { .. } => Command::Transfer { user: user_id("dan"), keep: None };
    "create link", Command::CreateLink { .. } => Command::CreateLink { terms: LinkTerms::default() };
    "change link", Command::ChangeLink { .. } => {
        let changes = LinkChanges { uses: Some(Some(1)), ..LinkChanges::default() };
        Command::ChangeLink { link: named.link, changes }
    };
    "rotate link", Command::RotateLink { .. } => Command::RotateLink { link: named.link };
    "revoke link", Command::RevokeLink { .. } => Command::RevokeLink { link: named.link };
    "suggest", Command::Suggest { .. } => {
        let proposal = Proposal::Add { product: product("cup"), quantity: quantity(2) };
        Command::Suggest { proposal, comment: None, name: None }
    };
    "withdraw", Command::Withdraw { .. } => Command::Withdraw { suggestion: named.own };
    "accept", Command::Accept { .. } => {
        Command::Accept { suggestions: vec![named.suggestion], mode: BatchMode::AllOrNothing }
    };
    "decline", Command::Decline { .. } => Command::Decline { suggestions: vec![named.suggestion] };
    "undo", Command::Undo => Command::Undo;
    "begin checkout", Command::BeginCheckout(_) => {
        Command::BeginCheckout(BeginCheckout::whole(Handoff::Host))
    };
    "cancel checkout", Command::CancelCheckout { .. } => {
        Command::CancelCheckout { checkout: named.checkout }
    };
    "extend checkout", Command::ExtendCheckout { .. } => {
        Command::ExtendCheckout { checkout: named.checkout }
    };
    "complete checkout", Command::CompleteCheckout { .. } => {
        Command::CompleteCheckout { checkout: named.checkout, order: PlacedOrder::new(order()) }
    };
    "fail checkout", Command::FailCheckout { .. } => {
        Command::FailCheckout { checkout: named.checkout, why: why() }
    };
    "abandon", Command::Abandon => Command::Abandon;
    "recover", Command::Recover => Command::Recover;
    "expire", Command::Expire => Command::Expire;
}

#[expect(clippy::expect_used, reason = "the reference is well-formed")]
fn order() -> OrderRef {
    OrderRef::new("order-1").expect("an order")
}

#[expect(clippy::expect_used, reason = "the reason is well-formed")]
fn why() -> Reason {
    Reason::new("no").expect("a reason")
}

fn add() -> LineEdit {
    LineEdit::Add(AddLine::new(product("cup"), quantity(2)))
}

#[expect(clippy::expect_used, reason = "the locale is well-formed")]
fn settings() -> Settings {
    Settings { locale: Some("de".to_owned().try_into().expect("a locale")) }
}

#[expect(clippy::expect_used, reason = "the metadata is well-formed")]
fn metadata() -> Metadata {
    let object = serde_json::from_str(r#"{"k": 1}"#).expect("an object");
    Metadata::new(object).expect("metadata")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::{checkout_id, grant_id, line_id, link_id, suggestion_id};

    #[test]
    fn every_command_stands_under_its_own_name() {
        let named = Named {
            line: line_id(0),
            grant: grant_id(0),
            link: link_id(0),
            suggestion: suggestion_id(0),
            own: suggestion_id(1),
            checkout: checkout_id(0),
        };
        for (name, command) in every_command(named) {
            assert_eq!(name_of(&command), name);
        }
    }

    #[test]
    fn every_command_is_counted_under_the_name_that_it_is_written_with() {
        let named = Named {
            line: line_id(0),
            grant: grant_id(0),
            link: link_id(0),
            suggestion: suggestion_id(0),
            own: suggestion_id(1),
            checkout: checkout_id(0),
        };
        for (_, command) in every_command(named) {
            let written = serde_json::to_value(&command).unwrap();
            let expected = match (written["command"].as_str(), written["edit"].as_str()) {
                (_, Some("add")) => "add_line",
                (_, Some("set_note")) => "set_line_note",
                (_, Some("remove")) => "remove_line",
                (_, Some(edit)) => edit,
                (written, None) => written.unwrap(),
            };
            assert_eq!(command.name(), expected);
        }
    }
}
