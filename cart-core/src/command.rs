//! What can be asked of a cart. No command has a price.

mod name;

use serde::Serialize;

use crate::checkout::{Handoff, PlacedOrder, Reason};
use crate::coupon::CouponCode;
use crate::event::Settings;
use crate::id::{AddressId, CartId, CheckoutId, GrantId, LineId, LinkId, PromotionId, SuggestionId, UserId};
use crate::merge::MergeStrategy;
use crate::metadata::Metadata;
use crate::money::{Currency, Money};
use crate::permission::Permission;
use crate::product::ProductKey;
use crate::quantity::Quantity;
use crate::selection::{Selection, SelectionKind};
use crate::sharing::{LinkChanges, LinkTerms, PermissionGroupId, Proposal};
use crate::text::{CartName, Comment, Note, PersonName};

/// Something to be done to an existing cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Give it another name, or none.
    Rename {
        /// The name.
        name: Option<CartName>,
    },
    /// Replace its settings.
    ChangeSettings {
        /// All settings.
        settings: Settings,
    },
    /// Give it another note, or none.
    SetNote {
        /// The note.
        note: Option<Note>,
    },
    /// Replace its metadata.
    SetMetadata {
        /// All metadata.
        metadata: Metadata,
    },
    /// Change one line.
    Edit(LineEdit),
    /// Change several lines in one write, in the order given.
    EditLines {
        /// What to change; an edit sees what the ones before it did.
        edits: Vec<LineEdit>,
        /// What a refused edit does to the others.
        mode: BatchMode,
    },
    /// Remove all lines, and what else the policy says.
    Clear,
    /// Make a choice about delivery or payment.
    Select {
        /// The choice.
        selection: Selection,
    },
    /// Take a choice back.
    Unselect {
        /// Which choice.
        selection: SelectionKind,
    },
    /// Put a coupon code on the cart.
    AddCoupon {
        /// The code.
        code: CouponCode,
    },
    /// Take a coupon code off the cart.
    RemoveCoupon {
        /// The code.
        code: CouponCode,
    },
    /// Say no to what a promotion gives.
    RefuseGift {
        /// Which promotion.
        promotion: PromotionId,
    },
    /// Say yes to it after all.
    AcceptGift {
        /// Which promotion.
        promotion: PromotionId,
    },
    /// Take note of all prices that have changed; until then every answer says so.
    AcknowledgePrices,
    /// Bring the cart into another currency, at the catalog's prices of now.
    ChangeCurrency {
        /// The currency.
        currency: Currency,
    },
    /// Grant a user of the cart's company access.
    Share {
        /// To whom.
        user: UserId,
        /// What kind of access.
        group: PermissionGroupId,
    },
    /// Put a grant into another permission group.
    ChangeGrant {
        /// Which grant.
        grant: GrantId,
        /// What kind of access.
        group: PermissionGroupId,
    },
    /// Take access away.
    RevokeGrant {
        /// Which grant.
        grant: GrantId,
    },
    /// Give up what was granted to oneself.
    Leave,
    /// Hand the cart over to another user of its company.
    Transfer {
        /// To whom.
        user: UserId,
        /// What kind of access the owner until now keeps; none if absent.
        keep: Option<PermissionGroupId>,
    },
    /// Make a share link. Its token is in the answer, once.
    CreateLink {
        /// What is chosen about it; without an end, policy says how long it lives.
        terms: LinkTerms,
    },
    /// Choose something about a link anew.
    ChangeLink {
        /// Which link.
        link: LinkId,
        /// What is chosen about it; the rest stays as it is by then.
        changes: LinkChanges,
    },
    /// Give a link another token. Its token is in the answer, once; the one before opens nothing any more.
    RotateLink {
        /// Which link.
        link: LinkId,
    },
    /// End a link.
    RevokeLink {
        /// Which link.
        link: LinkId,
    },
    /// Suggest a change, to be decided on by somebody who may make it.
    Suggest {
        /// The change.
        proposal: Proposal,
        /// What is said about it.
        comment: Option<Comment>,
        /// What an author without an account calls themselves; of one with an account, it is not kept.
        name: Option<PersonName>,
    },
    /// Take a suggestion of one's own back.
    Withdraw {
        /// Which suggestion.
        suggestion: SuggestionId,
    },
    /// Make the changes that were suggested, in the order given.
    Accept {
        /// Which suggestions.
        suggestions: Vec<SuggestionId>,
        /// What a refused one does to the others.
        mode: BatchMode,
    },
    /// Turn suggestions down.
    Decline {
        /// Which suggestions.
        suggestions: Vec<SuggestionId>,
    },
    /// Undo the last write that changed what is in the cart, as far as that is still possible. Undone again, it is
    /// done again.
    Undo,
    /// Begin to order the cart, or some of its lines.
    BeginCheckout(BeginCheckout),
    /// Give up a checkout that is not paid for.
    CancelCheckout {
        /// Which.
        checkout: CheckoutId,
    },
    /// Give a checkout more time.
    ExtendCheckout {
        /// Which.
        checkout: CheckoutId,
    },
    /// Say that a checkout became an order; for the host, where it places the orders.
    CompleteCheckout {
        /// Which.
        checkout: CheckoutId,
        /// The order.
        order: PlacedOrder,
    },
    /// Say that a checkout became no order; for the host, where it places the orders.
    FailCheckout {
        /// Which.
        checkout: CheckoutId,
        /// Why, for the shopper.
        why: Reason,
    },
    /// Give the cart up.
    Abandon,
    /// Make an abandoned cart active again.
    Recover,
    /// End a cart whose lifetime has ended; for the host's jobs.
    Expire,
}

/// A change of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum LineEdit {
    /// Put units of a product into the cart.
    Add(AddLine),
    /// Set how many units a line has.
    SetQuantity {
        /// Which line.
        line: LineId,
        /// How many.
        quantity: Quantity,
    },
    /// Add units to a line.
    Increase {
        /// Which line.
        line: LineId,
        /// How many more.
        by: Quantity,
    },
    /// Take units off a line.
    Decrease {
        /// Which line.
        line: LineId,
        /// How many fewer.
        by: Quantity,
    },
    /// Give a line another note, or none.
    SetNote {
        /// Which line.
        line: LineId,
        /// The note.
        note: Option<Note>,
    },
    /// Remove a line.
    Remove {
        /// Which line.
        line: LineId,
    },
}

/// Units of a product to be put into a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddLine {
    /// The product and the options chosen for it.
    pub product: ProductKey,
    /// How many units.
    pub quantity: Quantity,
    /// A note for the line. When the line key is in the cart already, it replaces that line's note; absent, it
    /// leaves it.
    pub note: Option<Note>,
    /// The host's own data. When the line key is in the cart already, that line keeps what it has.
    pub metadata: Metadata,
}

impl AddLine {
    /// So many units of a product, with nothing else to say.
    pub fn new(product: ProductKey, quantity: Quantity) -> Self {
        Self { product, quantity, note: None, metadata: Metadata::default() }
    }
}

/// What is to be ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BeginCheckout {
    /// The lines to order; all if absent. The others stay in the cart.
    pub lines: Option<Vec<LineId>>,
    /// What the shopper was told that it costs; anything if absent.
    pub expected_total: Option<Money>,
    /// A coupon code to put on the cart before.
    pub code: Option<CouponCode>,
    /// Whether the cart is to have no other codes than that one: those that it has are taken off before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only_code: bool,
    /// Choices to make before, each fitting the cart with those before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub selections: Vec<Selection>,
    /// An address of the owner's for the bill; that of the delivery if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<AddressId>,
    /// Who places the order.
    pub handoff: Handoff,
}

impl BeginCheckout {
    /// The whole cart, whatever it costs.
    pub const fn whole(handoff: Handoff) -> Self {
        Self {
            lines: None,
            expected_total: None,
            code: None,
            only_code: false,
            selections: Vec::new(),
            billing_address: None,
            handoff,
        }
    }
}

/// One product to be ordered at once, without a cart of its owner's being touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BuyNow {
    /// What to buy.
    pub add: AddLine,
    /// Where to deliver it, how, and how to pay.
    pub selections: Vec<Selection>,
    /// The cart to be made for it.
    pub cart: CreateCart,
    /// How to order it; the lines are all there are.
    pub order: BeginCheckout,
}

/// What a refused edit of a batch does to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchMode {
    /// One refused, all refused.
    AllOrNothing,
    /// The others are done; the answer says which were not, and why.
    PerLine,
}

/// A cart to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CreateCart {
    /// Its name.
    pub name: Option<CartName>,
    /// Its currency; the channel's own if absent.
    pub currency: Option<Currency>,
    /// Its settings.
    pub settings: Settings,
    /// Its note.
    pub note: Option<Note>,
    /// The host's own data.
    pub metadata: Metadata,
}

/// A cart to be copied into a new one of the same owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DuplicateCart {
    /// The cart to copy.
    pub source: CartId,
    /// The name of the copy; the source's if absent.
    pub name: Option<CartName>,
}

/// A guest's cart to be merged into a user's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergeCarts {
    /// The guest's cart; the guest's current one if absent.
    pub from: Option<CartId>,
    /// The user's cart; the user's current one if absent, made if there is none.
    pub into: Option<CartId>,
    /// How.
    pub strategy: MergeStrategy,
}

impl Command {
    /// What it takes to give this command. Who holds which permission is said in [`authorise`](crate::authorise).
    ///
    /// [`Command::Withdraw`] is refused to others than the author, and [`Command::Undo`] also takes the permissions of
    /// what is undone.
    pub const fn permission(&self) -> Permission {
        match self {
            Self::Edit(_)
            | Self::EditLines { .. }
            | Self::Clear
            | Self::AcknowledgePrices
            | Self::Accept { .. }
            | Self::Decline { .. }
            | Self::Undo => Permission::EditLines,
            Self::Select { .. } | Self::Unselect { .. } => Permission::EditSelections,
            Self::AddCoupon { .. }
            | Self::RemoveCoupon { .. }
            | Self::RefuseGift { .. }
            | Self::AcceptGift { .. } => Permission::ApplyCoupons,
            Self::Suggest { .. } | Self::Withdraw { .. } => Permission::Suggest,
            Self::Share { .. }
            | Self::ChangeGrant { .. }
            | Self::RevokeGrant { .. }
            | Self::CreateLink { .. }
            | Self::ChangeLink { .. }
            | Self::RotateLink { .. }
            | Self::RevokeLink { .. } => Permission::Share,
            Self::Rename { .. }
            | Self::ChangeSettings { .. }
            | Self::SetNote { .. }
            | Self::SetMetadata { .. }
            | Self::ChangeCurrency { .. } => Permission::Manage,
            Self::Leave => Permission::Leave,
            Self::Transfer { .. } | Self::Abandon | Self::Recover => Permission::Own,
            Self::BeginCheckout(_) | Self::CancelCheckout { .. } | Self::ExtendCheckout { .. } => {
                Permission::CheckOut
            }
            Self::Expire | Self::CompleteCheckout { .. } | Self::FailCheckout { .. } => Permission::Operate,
        }
    }

    /// The user that the command is about besides the actor: who gets access, or the cart.
    pub const fn named_user(&self) -> Option<&UserId> {
        if let Self::Share { user, .. } | Self::Transfer { user, .. } = self { Some(user) } else { None }
    }

    /// Whether the command gives a link a token.
    pub const fn makes_token(&self) -> bool {
        matches!(self, Self::CreateLink { .. } | Self::RotateLink { .. })
    }

    /// The edits of lines that the command asks for.
    pub fn edits(&self) -> &[LineEdit] {
        match self {
            Self::Edit(edit) => std::slice::from_ref(edit),
            Self::EditLines { edits, .. } => edits,
            Self::Rename { .. }
            | Self::ChangeSettings { .. }
            | Self::SetNote { .. }
            | Self::SetMetadata { .. }
            | Self::Clear
            | Self::Select { .. }
            | Self::Unselect { .. }
            | Self::AddCoupon { .. }
            | Self::RemoveCoupon { .. }
            | Self::RefuseGift { .. }
            | Self::AcceptGift { .. }
            | Self::AcknowledgePrices
            | Self::ChangeCurrency { .. }
            | Self::Share { .. }
            | Self::ChangeGrant { .. }
            | Self::RevokeGrant { .. }
            | Self::Leave
            | Self::Transfer { .. }
            | Self::CreateLink { .. }
            | Self::ChangeLink { .. }
            | Self::RotateLink { .. }
            | Self::RevokeLink { .. }
            | Self::Suggest { .. }
            | Self::Withdraw { .. }
            | Self::Accept { .. }
            | Self::Decline { .. }
            | Self::Undo
            | Self::BeginCheckout(_)
            | Self::CancelCheckout { .. }
            | Self::ExtendCheckout { .. }
            | Self::CompleteCheckout { .. }
            | Self::FailCheckout { .. }
            | Self::Abandon
            | Self::Recover
            | Self::Expire => &[],
        }
    }

    /// Whether the command adds something, and so makes a cart where policy says that a first add does.
    pub fn adds(&self) -> bool {
        self.edited_products().next().is_some()
    }

    /// The products that the command would add, or suggests.
    pub fn added_products(&self) -> impl Iterator<Item = &ProductKey> {
        let suggested = if let Self::Suggest { proposal, .. } = self { proposal.product() } else { None };
        suggested.into_iter().chain(self.edited_products())
    }

    fn edited_products(&self) -> impl Iterator<Item = &ProductKey> {
        self.edits().iter().filter_map(|edit| match edit {
            LineEdit::Add(add) => Some(&add.product),
            LineEdit::SetQuantity { .. }
            | LineEdit::Increase { .. }
            | LineEdit::Decrease { .. }
            | LineEdit::SetNote { .. }
            | LineEdit::Remove { .. } => None,
        })
    }
}
