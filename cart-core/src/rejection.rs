//! Why something asked for does not happen.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::checkout::{EndReason, Obstacle, Reason};
use crate::coupon::CouponCode;
use crate::id::{
    CartId, CheckoutId, GrantId, LineId, LinkId, OrderRef, PromotionId, StockItemId, SuggestionId, UserId,
};
use crate::money::{Currency, Money};
use crate::notice::Unavailable;
use crate::permission::Permission;
use crate::product::ProductKey;
use crate::promotion::NotApplied;
use crate::quantity::Quantity;
use crate::relation::Clash;
use crate::selection::{Misfit, SelectionKind};
use crate::sharing::PermissionGroupId;
use crate::status::StatusName;
use crate::version::Version;

/// A rule's refusal. Nothing has changed when one is returned.
///
/// Checks run in one order everywhere: may see, may do, right status, well-formed, in catalog, in stock, within
/// limits. The same bad request always gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "rejection", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rejection {
    /// There is no such cart for this actor: it does not exist, or they may not see it.
    #[error("there is no such cart")]
    CartNotFound,
    /// The actor may see the cart but not do this.
    #[error("this is not permitted")]
    Forbidden {
        /// What would be needed.
        permission: Permission,
    },
    /// The channel's policy has no carts for guests.
    #[error("guests cannot have a cart here")]
    GuestsRefused,
    /// Staff and the system own no carts.
    #[error("this actor cannot own a cart")]
    CannotOwn,
    /// The channel's policy does not offer this.
    #[error("the shop does not offer this")]
    NotOffered,
    /// The cart is not in a status in which this can be done.
    #[error("the cart is {status}")]
    WrongStatus {
        /// The status it is in.
        status: StatusName,
    },
    /// The cart's lifetime has ended.
    #[error("the cart has expired")]
    Expired,
    /// The cart's lifetime has not ended.
    #[error("the cart has not expired")]
    NotExpired,
    /// The time in which it could be recovered has passed, or policy does not allow it.
    #[error("the cart cannot be recovered")]
    NotRecoverable,
    /// The owner already has an open cart in this channel.
    #[error("there is already an open cart")]
    CartExists {
        /// Which cart.
        cart: CartId,
    },
    /// The cart has no such line.
    #[error("the cart has no such line")]
    LineNotFound {
        /// Which line.
        line: LineId,
    },
    /// The line key is in the cart already, and policy does not add up.
    #[error("the product is in the cart already")]
    DuplicateLine {
        /// The line that is there.
        line: LineId,
    },
    /// A batch without edits.
    #[error("there is nothing to do")]
    NothingToDo,
    /// One edit of an all-or-nothing batch is refused, so all are.
    #[error("edit {index} is refused: {reason}")]
    EditRefused {
        /// Which edit, counted from 0.
        index: usize,
        /// Why.
        reason: Box<Rejection>,
    },
    /// The catalog has no such product.
    #[error("there is no such product")]
    ProductNotFound {
        /// Which product.
        product: ProductKey,
    },
    /// The product is known but no longer sold.
    #[error("the product is no longer sold")]
    ProductWithdrawn {
        /// Which product.
        product: ProductKey,
    },
    /// The product is known but cannot be bought now.
    #[error("the product cannot be bought now")]
    ProductUnavailable {
        /// Which product.
        product: ProductKey,
        /// Why.
        reason: Unavailable,
    },
    /// Fewer units can be had than asked for.
    #[error("only {available} can be had")]
    InsufficientStock {
        /// Which product.
        product: ProductKey,
        /// The quantity the line would have.
        requested: u32,
        /// The largest quantity the line could have, after what other lines of the cart draw on the same stock.
        available: u32,
    },
    /// Fewer units than the product may be bought in.
    #[error("the smallest quantity is {min}")]
    BelowMinimum {
        /// The smallest quantity of the line.
        min: Quantity,
    },
    /// More units than a line may have.
    #[error("the largest quantity is {max}")]
    AboveMaximum {
        /// The largest quantity of the line.
        max: Quantity,
    },
    /// The product is bought in multiples.
    #[error("the quantity must be a multiple of {step}")]
    NotMultiple {
        /// Of what.
        step: Quantity,
    },
    /// The cart cannot have more lines.
    #[error("a cart has at most {max} lines")]
    TooManyLines {
        /// How many it may have.
        max: usize,
    },
    /// The batch has too many edits.
    #[error("a batch has at most {max} edits")]
    TooManyEdits {
        /// How many it may have.
        max: usize,
    },
    /// The owner cannot have more open carts in this channel.
    #[error("at most {max} open carts are allowed")]
    TooManyCarts {
        /// How many an owner may have.
        max: usize,
    },
    /// What would come in does not go with what is in the cart, or with something else that would come in.
    #[error("the products do not go together: {}", sentence(clashes))]
    IncompatibleItems {
        /// The clashes that are not there now, in the order of the lines.
        clashes: Vec<Clash>,
    },
    /// Lines that would stay need what would go, or as many units of it.
    #[error("other products need it: {}", sentence(clashes))]
    HasDependants {
        /// A clash for each line that would be left without what it needs, in the order of the lines.
        clashes: Vec<Clash>,
    },
    /// The choice does not fit.
    #[error("the selection does not fit the cart")]
    SelectionMisfit {
        /// Which choice.
        selection: SelectionKind,
        /// Why.
        reason: Misfit,
    },
    /// The owner has no such address to send the bill to.
    #[error("there is no such billing address")]
    BillingAddressNotFound,
    /// No promotion has this coupon code.
    #[error("there is no such coupon")]
    CouponNotFound {
        /// The code.
        code: CouponCode,
    },
    /// The coupon does not apply to the cart.
    #[error("the coupon does not apply: {reason}")]
    CouponNotApplicable {
        /// The code.
        code: CouponCode,
        /// Why.
        reason: NotApplied,
    },
    /// The cart cannot hold more coupon codes.
    #[error("a cart takes at most {max} coupon codes")]
    TooManyCoupons {
        /// How many it may hold.
        max: usize,
    },
    /// No promotion of this name gives anything.
    #[error("there is no such gift")]
    GiftNotFound {
        /// Which promotion.
        promotion: PromotionId,
    },
    /// Products of the cart have no price in the currency.
    #[error("{} lines have no price in {currency}", lines.len())]
    NoPriceInCurrency {
        /// The currency.
        currency: Currency,
        /// The lines without a price.
        lines: Vec<LineId>,
    },
    /// An amount would be too large to be computed exactly.
    #[error("the amounts are too large")]
    AmountOverflow,
    /// The cart belongs to no company, so it cannot be shared with users or handed over.
    #[error("the cart belongs to no company")]
    NoCompany,
    /// The user does not belong to the cart's company.
    #[error("the user does not belong to the cart's company")]
    NotInCompany {
        /// Who.
        user: UserId,
    },
    /// The cart is the user's own.
    #[error("the cart is the user's own")]
    AlreadyOwner,
    /// The user has access of another kind already; change that instead.
    #[error("the cart is shared with the user already")]
    AlreadyShared {
        /// What the user has.
        grant: GrantId,
    },
    /// The channel has no such permission group.
    #[error("there is no such permission group")]
    GroupNotFound {
        /// Which group.
        group: PermissionGroupId,
    },
    /// The cart has no such grant.
    #[error("there is no such grant")]
    GrantNotFound {
        /// Which grant.
        grant: GrantId,
    },
    /// The cart cannot be shared with more users.
    #[error("a cart is shared with at most {max} users")]
    TooManyGrants {
        /// With how many it may be shared.
        max: usize,
    },
    /// The cart has no such link.
    #[error("there is no such link")]
    LinkNotFound {
        /// Which link.
        link: LinkId,
    },
    /// A link would end before now, later than policy allows, or not at all where policy wants an end; or it could
    /// never be opened.
    #[error("the terms of the link are not possible")]
    LinkTerms {
        /// The latest time (UTC) at which it may end, where policy names one.
        latest: Option<DateTime<Utc>>,
    },
    /// The cart cannot have more links.
    #[error("a cart has at most {max} links")]
    TooManyLinks {
        /// How many it may have.
        max: usize,
    },
    /// Nothing undecided has this id: it never was, or it was decided on or withdrawn.
    #[error("there is no such suggestion")]
    SuggestionNotFound {
        /// Which suggestion.
        suggestion: SuggestionId,
    },
    /// The line that a suggestion is about is gone.
    #[error("the line of the suggestion is gone")]
    SuggestionStale {
        /// Which suggestion.
        suggestion: SuggestionId,
    },
    /// No more suggestions may wait for a decision.
    #[error("at most {max} suggestions may wait")]
    TooManySuggestions {
        /// How many may wait.
        max: usize,
        /// Whether that many are this author's.
        by_author: bool,
    },
    /// No more suggestions may be made with the link or the grant, whatever became of those before.
    #[error("at most {max} suggestions may be made")]
    SuggestionsUsedUp {
        /// How many may be made.
        max: usize,
    },
    /// The cart never had this version.
    #[error("the cart has no version {version}")]
    VersionNotFound {
        /// Which version.
        version: Version,
    },
    /// There is nothing that could be undone.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// Something keeps the cart from being ordered.
    #[error("{} things keep the cart from being ordered", obstacles.len())]
    NotOrderable {
        /// All that does, in the order of the cart's lines, then of its coupons and choices.
        obstacles: Vec<Obstacle>,
    },
    /// The order would cost something else than the shopper saw.
    #[error("the order costs {actual}, not {expected}")]
    TotalChanged {
        /// What the shopper saw.
        expected: Money,
        /// What it costs now.
        actual: Money,
    },
    /// A promotion of the order was used as often as it can be, a moment ago.
    #[error("a promotion has just been used up")]
    PromotionUsedUp {
        /// Which.
        promotion: PromotionId,
        /// Whether by this customer, and not by all together.
        by_customer: bool,
    },
    /// The stock for the order was bought by somebody else, a moment ago.
    #[error("there is not enough in stock")]
    OutOfStock {
        /// What of.
        item: StockItemId,
        /// How many units are left.
        available: u32,
    },
    /// The owner has as much held for checkouts as one may.
    #[error("at most {max} units are held for one owner")]
    TooMuchHeld {
        /// How many units.
        max: u32,
    },
    /// The host's own check refuses the order.
    #[error("the order is refused: {why}")]
    Vetoed {
        /// What the host says, for the shopper.
        why: Reason,
    },
    /// The cart is in no such checkout.
    #[error("there is no such checkout")]
    CheckoutNotFound {
        /// Which.
        checkout: CheckoutId,
    },
    /// The checkout has ended without an order.
    #[error("the checkout has ended: {reason}")]
    CheckoutEnded {
        /// Why.
        reason: EndReason,
    },
    /// The order was paid for or goes ahead, so the checkout cannot be given up.
    #[error("the order goes ahead")]
    CheckoutGoesAhead,
    /// The checkout became another order already.
    #[error("the checkout became order {order}")]
    AlreadyOrdered {
        /// Which.
        order: OrderRef,
    },
    /// The checkout's time cannot be extended again.
    #[error("the time can be extended at most {max} times")]
    TooManyExtensions {
        /// How often it can be.
        max: u32,
    },
    /// A payment of another amount was announced than is to be paid.
    #[error("{expected} is to be paid, not {announced}")]
    PaymentMismatch {
        /// What is to be paid.
        expected: Money,
        /// What was announced.
        announced: Money,
    },
    /// The carts to be merged are of different channels or currencies, or one cart twice.
    #[error("the carts cannot be merged")]
    Unmergeable,
}

/// The first clash in words, and how many more there are.
fn sentence(clashes: &[Clash]) -> String {
    match clashes {
        [] => String::new(),
        [only] => only.to_string(),
        [first, more @ ..] => format!("{first}, and {} more", more.len()),
    }
}
