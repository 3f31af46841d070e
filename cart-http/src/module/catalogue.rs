//! The one table from problems to the codes of the document (section 12).

use std::borrow::Cow;

use axum::http::StatusCode;

use crate::problem::ProblemCode;

/// How this surface calls a problem.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) status: StatusCode,
    pub(super) code: Cow<'static, str>,
    /// What the document recommends to show, where it does.
    pub(super) message: &'static str,
}

impl Named {
    pub(super) fn of(problem: ProblemCode) -> Self {
        use ProblemCode as Code;
        let (status, code, message) = match problem {
            Code::ProductNotFound | Code::ProductWithdrawn => {
                (StatusCode::BAD_REQUEST, "CART_PRODUCT_NOT_FOUND", "Product not found")
            }
            Code::DuplicateLine => (StatusCode::CONFLICT, "CART_ITEM_DUPLICATE", "Already in cart"),
            Code::CartNotFound => (StatusCode::NOT_FOUND, "CART_NOT_FOUND", problem.title()),
            // Whether the item is in another cart or in none is not for the caller to know.
            Code::LineNotFound => {
                (StatusCode::FORBIDDEN, "CART_ITEM_ACCESS_DENIED", "Cannot change or remove this item")
            }
            Code::RateLimitExceeded => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_EXCEEDED", "Please wait"),
            Code::CouponNotFound | Code::CouponNotApplicable => {
                (StatusCode::BAD_REQUEST, "PROMOTION_NOT_APPLICABLE", problem.title())
            }
            Code::MalformedJson
            | Code::MalformedHeader
            | Code::IdempotencyKeyRequired
            | Code::MalformedUri
            | Code::BadCursor
            | Code::Unauthenticated
            | Code::CallbackRefused
            | Code::PaymentFailed
            | Code::Forbidden
            | Code::GuestsRefused
            | Code::NotOffered
            | Code::NotFound
            | Code::GiftNotFound
            | Code::GrantNotFound
            | Code::LinkNotFound
            | Code::SuggestionNotFound
            | Code::VersionNotFound
            | Code::CheckoutNotFound
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
            | Code::ProductUnavailable
            | Code::InsufficientStock
            | Code::IncompatibleItems
            | Code::HasDependants
            | Code::EmptyCart
            | Code::NotOrderable
            | Code::TotalChanged
            | Code::InventoryUnavailable
            | Code::TooMuchHeld
            | Code::CheckoutEnded
            | Code::CheckoutGoesAhead
            | Code::AlreadyOrdered
            | Code::TooManyExtensions
            | Code::RequestInProgress
            | Code::NoPriceInCurrency
            | Code::PromotionUsedUp
            | Code::Contended
            | Code::CartExpired
            | Code::VersionConflict
            | Code::BodyTooLarge
            | Code::UnsupportedMediaType
            | Code::UnknownField
            | Code::MissingField
            | Code::InvalidValue
            | Code::NothingToDo
            | Code::RequestKeyReused
            | Code::BelowMinimum
            | Code::AboveMaximum
            | Code::NotMultiple
            | Code::TooManyLines
            | Code::TooManyEdits
            | Code::TooManyCarts
            | Code::SelectionMisfit
            | Code::OrderRefused
            | Code::PaymentMismatch
            | Code::TooManyCoupons
            | Code::AmountOverflow
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
            | Code::Internal
            | Code::Unavailable
            | Code::TooManyStreams
            | Code::OutcomeUnknown
            | Code::StorageFull => return Self::of_the_catalogue(problem),
        };
        Self { status, code: Cow::Borrowed(code), message }
    }

    /// Of what the document has no row for.
    fn of_the_catalogue(problem: ProblemCode) -> Self {
        let (status, message) = (problem.status(), problem.title());
        Self { status, code: Cow::Owned(problem.code().to_ascii_uppercase()), message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_the_document_are_answered_as_it_says() {
        use ProblemCode as Code;
        for (problem, status, code) in [
            (Code::ProductNotFound, 400, "CART_PRODUCT_NOT_FOUND"),
            (Code::DuplicateLine, 409, "CART_ITEM_DUPLICATE"),
            (Code::CartNotFound, 404, "CART_NOT_FOUND"),
            (Code::LineNotFound, 403, "CART_ITEM_ACCESS_DENIED"),
            (Code::RateLimitExceeded, 429, "RATE_LIMIT_EXCEEDED"),
            (Code::CouponNotFound, 400, "PROMOTION_NOT_APPLICABLE"),
            (Code::CouponNotApplicable, 400, "PROMOTION_NOT_APPLICABLE"),
        ] {
            let named = Named::of(problem);
            assert_eq!((named.status.as_u16(), &*named.code), (status, code));
        }
    }

    #[test]
    fn every_problem_has_a_code_in_capitals_and_a_message() {
        for problem in ProblemCode::ALL {
            let named = Named::of(*problem);
            assert!(named.code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'), "{named:?}");
            assert!(named.status.is_client_error() || named.status.is_server_error(), "{named:?}");
            assert!(!named.message.is_empty(), "{named:?}");
        }
    }
}
