//! The codes of the document, and which of them a problem is.

use axum::http::StatusCode;

use crate::problem::ProblemCode;

/// How a problem is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    /// Whether the document means just this; else the nearest of its codes is answered, and what it is, is a detail.
    pub(super) is_meant: bool,
}

const INVALID_REQUEST: &str = "INVALID_REQUEST";

/// The rows of the document's tables.
pub(super) const INVALID_CARD_ID: Row = Row::meant(StatusCode::BAD_REQUEST, "INVALID_CARD_ID");
pub(super) const INVALID_ITEM: Row = Row::meant(StatusCode::BAD_REQUEST, "INVALID_ITEM");
const CART_NOT_FOUND: Row = Row::meant(StatusCode::NOT_FOUND, "CART_NOT_FOUND");
pub(super) const ITEM_NOT_FOUND: Row = Row::meant(StatusCode::NOT_FOUND, "ITEM_NOT_FOUND");
pub(super) const INCOMPATIBLE_ITEMS: Row = Row::meant(StatusCode::CONFLICT, "INCOMPATIBLE_ITEMS");
const PRODUCT_UNAVAILABLE: Row = Row::meant(StatusCode::UNPROCESSABLE_ENTITY, "PRODUCT_UNAVAILABLE");
const EMPTY_CART: Row = Row::meant(StatusCode::BAD_REQUEST, "EMPTY_CART");
const PAYMENT_FAILED: Row = Row::meant(StatusCode::PAYMENT_REQUIRED, "PAYMENT_FAILED");
pub(super) const INVENTORY_UNAVAILABLE: Row = Row::meant(StatusCode::CONFLICT, "INVENTORY_UNAVAILABLE");
pub(super) const INVALID_PROMO_CODE: Row = Row::meant(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_PROMO_CODE");
const INTERNAL_ERROR: Row = Row::meant(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR");
pub(super) const BAD_REQUEST: Row = Row::meant(StatusCode::BAD_REQUEST, INVALID_REQUEST);

impl Row {
    const fn meant(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, is_meant: true }
    }

    /// Something else that this code is the nearest for.
    const fn nearly(self) -> Self {
        Self { is_meant: false, ..self }
    }

    /// Something that the document has no row for: the problem's own status, and a code.
    const fn other(code: ProblemCode, nearest: &'static str) -> Self {
        Self { status: code.status(), code: nearest, is_meant: false }
    }

    /// How a problem is answered.
    pub(super) const fn of(code: ProblemCode) -> Self {
        use ProblemCode as Code;
        match code {
            Code::MalformedJson | Code::UnknownField | Code::MissingField | Code::InvalidValue => BAD_REQUEST,
            Code::MalformedHeader
            | Code::IdempotencyKeyRequired
            | Code::MalformedUri
            | Code::BadCursor
            | Code::NothingToDo
            | Code::SelectionMisfit => BAD_REQUEST.nearly(),
            Code::CartNotFound | Code::CartExpired => CART_NOT_FOUND,
            Code::CheckoutNotFound => CART_NOT_FOUND.nearly(),
            Code::LineNotFound => ITEM_NOT_FOUND,
            Code::ProductNotFound => INVALID_ITEM,
            Code::BelowMinimum
            | Code::AboveMaximum
            | Code::NotMultiple
            | Code::TooManyLines
            | Code::DuplicateLine
            | Code::TooManyEdits
            | Code::AmountOverflow => INVALID_ITEM.nearly(),
            Code::IncompatibleItems => INCOMPATIBLE_ITEMS,
            Code::HasDependants => INCOMPATIBLE_ITEMS.nearly(),
            Code::ProductUnavailable | Code::ProductWithdrawn | Code::InsufficientStock => {
                PRODUCT_UNAVAILABLE
            }
            Code::NoPriceInCurrency => PRODUCT_UNAVAILABLE.nearly(),
            Code::EmptyCart => EMPTY_CART,
            Code::PaymentFailed => PAYMENT_FAILED,
            Code::PaymentMismatch => PAYMENT_FAILED.nearly(),
            Code::InventoryUnavailable => INVENTORY_UNAVAILABLE,
            Code::TooMuchHeld => INVENTORY_UNAVAILABLE.nearly(),
            Code::CouponNotFound | Code::CouponNotApplicable => INVALID_PROMO_CODE,
            Code::TooManyCoupons | Code::PromotionUsedUp => INVALID_PROMO_CODE.nearly(),
            Code::Internal => INTERNAL_ERROR,
            Code::Unavailable | Code::TooManyStreams | Code::OutcomeUnknown | Code::StorageFull => {
                Self::other(code, INTERNAL_ERROR.code)
            }
            Code::Unauthenticated
            | Code::CallbackRefused
            | Code::Forbidden
            | Code::GuestsRefused
            | Code::NotOffered
            | Code::NotFound
            | Code::GiftNotFound
            | Code::GrantNotFound
            | Code::LinkNotFound
            | Code::SuggestionNotFound
            | Code::VersionNotFound
            | Code::MethodNotAllowed
            | Code::NotAcceptable
            | Code::RequestTimeout
            | Code::WrongStatus
            | Code::NotExpired
            | Code::NotRecoverable
            | Code::CartExists
            | Code::AlreadyShared
            | Code::SuggestionStale
            | Code::NothingToUndo
            | Code::NotOrderable
            | Code::TotalChanged
            | Code::CheckoutEnded
            | Code::CheckoutGoesAhead
            | Code::AlreadyOrdered
            | Code::TooManyExtensions
            | Code::RequestInProgress
            | Code::Contended
            | Code::VersionConflict
            | Code::BodyTooLarge
            | Code::UnsupportedMediaType
            | Code::RequestKeyReused
            | Code::TooManyCarts
            | Code::OrderRefused
            | Code::Unmergeable
            | Code::NoCompany
            | Code::NotInCompany
            | Code::AlreadyOwner
            | Code::GroupNotFound
            | Code::TooManyGrants
            | Code::LinkTerms
            | Code::TooManyLinks
            | Code::TooManySuggestions
            | Code::SuggestionsUsedUp
            | Code::RateLimitExceeded => Self::other(code, INVALID_REQUEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes and statuses of the document.
    const DOCUMENT: [(u16, &str); 12] = [
        (400, "INVALID_REQUEST"),
        (500, "INTERNAL_ERROR"),
        (400, "INVALID_CARD_ID"),
        (404, "CART_NOT_FOUND"),
        (400, "INVALID_ITEM"),
        (409, "INCOMPATIBLE_ITEMS"),
        (422, "PRODUCT_UNAVAILABLE"),
        (404, "ITEM_NOT_FOUND"),
        (400, "EMPTY_CART"),
        (402, "PAYMENT_FAILED"),
        (409, "INVENTORY_UNAVAILABLE"),
        (422, "INVALID_PROMO_CODE"),
    ];

    #[test]
    fn every_problem_has_a_code_of_the_document() {
        for code in ProblemCode::ALL {
            let row = Row::of(*code);
            let is_of_document = |(status, name): &(u16, &str)| {
                *name == row.code && (!row.is_meant || *status == row.status.as_u16())
            };
            assert!(DOCUMENT.iter().any(is_of_document), "{code:?}: {row:?}");
        }
    }

    #[test]
    fn whose_fault_it_is_never_changes() {
        for code in ProblemCode::ALL {
            let row = Row::of(*code);
            assert_eq!(row.status.is_server_error(), code.status().is_server_error(), "{code:?}");
            assert_eq!(row.code == INTERNAL_ERROR.code, row.status.is_server_error(), "{code:?}");
        }
    }
}
