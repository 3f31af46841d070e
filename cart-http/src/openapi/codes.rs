//! What operations of one kind are refused for, whichever surface they are of.

use crate::problem::ProblemCode::{self, *};

/// Anything.
pub(super) const ALWAYS: &[ProblemCode] =
    &[MalformedUri, NotFound, MethodNotAllowed, RateLimitExceeded, Internal, Unavailable];

/// Who is asking.
pub(super) const KNOWN: &[ProblemCode] = &[Unauthenticated, Forbidden, GuestsRefused];

/// What has a body.
pub(super) const BODY: &[ProblemCode] = &[
    MalformedJson,
    RequestTimeout,
    BodyTooLarge,
    UnsupportedMediaType,
    UnknownField,
    MissingField,
    InvalidValue,
];

/// Looking at a cart.
pub(crate) const READ: &[ProblemCode] = &[CartNotFound, CartExpired, AmountOverflow];

/// Changing a cart.
pub(crate) const WRITE: &[ProblemCode] = &[
    MalformedHeader,
    NotOffered,
    CartNotFound,
    WrongStatus,
    Contended,
    CartExpired,
    VersionConflict,
    RequestKeyReused,
    AmountOverflow,
    OutcomeUnknown,
    StorageFull,
];

/// Making a cart.
pub(crate) const MAKE: &[ProblemCode] = &[CartExists, TooManyCarts];

/// How many units an item has.
pub(crate) const QUANTITY: &[ProblemCode] = &[
    ProductNotFound,
    ProductWithdrawn,
    ProductUnavailable,
    InsufficientStock,
    IncompatibleItems,
    HasDependants,
    BelowMinimum,
    AboveMaximum,
    NotMultiple,
    NoPriceInCurrency,
];

/// Putting a product in.
pub(crate) const ADD: &[ProblemCode] = &[DuplicateLine, TooManyLines];

/// An item that is there.
pub(crate) const ITEM: &[ProblemCode] = &[LineNotFound];

/// Removing an item.
pub(crate) const REMOVE: &[ProblemCode] = &[LineNotFound, HasDependants];

/// Putting a coupon code on.
pub(crate) const COUPON: &[ProblemCode] = &[CouponNotFound, CouponNotApplicable, TooManyCoupons];

/// A choice about delivery or payment.
pub(crate) const CHOICE: &[ProblemCode] = &[SelectionMisfit];

/// Beginning an order.
pub(crate) const ORDER: &[ProblemCode] = &[
    PaymentFailed,
    LineNotFound,
    EmptyCart,
    NotOrderable,
    TotalChanged,
    InventoryUnavailable,
    TooMuchHeld,
    CheckoutEnded,
    AlreadyOrdered,
    RequestInProgress,
    PromotionUsedUp,
    SelectionMisfit,
    CouponNotFound,
    CouponNotApplicable,
    TooManyCoupons,
    NothingToDo,
    OrderRefused,
    PaymentMismatch,
];

/// Going on with a checkout.
pub(crate) const CHECKOUT: &[ProblemCode] =
    &[CheckoutNotFound, CheckoutEnded, CheckoutGoesAhead, TooManyExtensions, RequestInProgress];
