//! What commands are called where they are counted.

use super::{Command, LineEdit};

impl Command {
    /// Its name, such as `rename` or `add_line`: one of few, and nothing of what was asked.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rename { .. } => "rename",
            Self::ChangeSettings { .. } => "change_settings",
            Self::SetNote { .. } => "set_note",
            Self::SetMetadata { .. } => "set_metadata",
            Self::Edit(edit) => edit.name(),
            Self::EditLines { .. } => "edit_lines",
            Self::Clear => "clear",
            Self::Select { .. } => "select",
            Self::Unselect { .. } => "unselect",
            Self::AddCoupon { .. } => "add_coupon",
            Self::RemoveCoupon { .. } => "remove_coupon",
            Self::RefuseGift { .. } => "refuse_gift",
            Self::AcceptGift { .. } => "accept_gift",
            Self::AcknowledgePrices => "acknowledge_prices",
            Self::ChangeCurrency { .. } => "change_currency",
            Self::Share { .. } => "share",
            Self::ChangeGrant { .. } => "change_grant",
            Self::RevokeGrant { .. } => "revoke_grant",
            Self::Leave => "leave",
            Self::Transfer { .. } => "transfer",
            Self::CreateLink { .. } => "create_link",
            Self::ChangeLink { .. } => "change_link",
            Self::RotateLink { .. } => "rotate_link",
            Self::RevokeLink { .. } => "revoke_link",
            Self::Suggest { .. } => "suggest",
            Self::Withdraw { .. } => "withdraw",
            Self::Accept { .. } => "accept",
            Self::Decline { .. } => "decline",
            Self::Undo => "undo",
            Self::BeginCheckout(_) => "begin_checkout",
            Self::CancelCheckout { .. } => "cancel_checkout",
            Self::ExtendCheckout { .. } => "extend_checkout",
            Self::CompleteCheckout { .. } => "complete_checkout",
            Self::FailCheckout { .. } => "fail_checkout",
            Self::Abandon => "abandon",
            Self::Recover => "recover",
            Self::Expire => "expire",
        }
    }
}

impl LineEdit {
    /// Its name, such as `add_line`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add_line",
            Self::SetQuantity { .. } => "set_quantity",
            Self::Increase { .. } => "increase",
            Self::Decrease { .. } => "decrease",
            Self::SetNote { .. } => "set_line_note",
            Self::Remove { .. } => "remove_line",
        }
    }
}
