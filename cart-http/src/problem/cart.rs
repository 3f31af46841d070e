//! How the refusals and failures of the cart service are answered: the one table from errors to codes.

use std::error::Error;

use axum::http::header;
use cart_core::port::StoreError;
use cart_core::product::ProductKey;
use cart_core::rejection::Rejection;
use cart_core::relation::Clash;
use cart_core::service::CartError;
use cart_core::version::Version;
use serde_json::Value;

use super::{Problem, ProblemCode, checkout, word};
use crate::clash::ClashBody;
use crate::not_applied::WhyNot;
use crate::precondition::etag;

impl From<CartError> for Problem {
    /// Answers every error with its code. What went wrong below is logged, and not told to the client.
    fn from(error: CartError) -> Self {
        match &error {
            CartError::Rejected(rejection) => rejection.into(),
            CartError::VersionMismatch { current } => version_conflict(Some(current.cart.version())),
            CartError::Contended { .. } => Self::new(ProblemCode::Contended).retry_soon(),
            CartError::RequestKeyReused => Self::new(ProblemCode::RequestKeyReused),
            CartError::InProgress { checkout, retry_at } => checkout::in_progress(*checkout, *retry_at),
            CartError::Money(_) => Self::new(ProblemCode::AmountOverflow),
            CartError::Port(_) => logged(ProblemCode::Unavailable, &error).retry_soon(),
            CartError::Store(store) => from_store(store, &error),
            CartError::BadCursor => Self::new(ProblemCode::BadCursor),
            // The host has mounted a router for a channel that its service does not have, or not in this way.
            CartError::UnknownChannel | CartError::NoCurrentCart => logged(ProblemCode::Internal, &error),
            _ => logged(ProblemCode::Internal, &error),
        }
    }
}

/// `If-Match` did not hold: the cart has another version, or there is no cart.
pub(crate) fn version_conflict(current: Option<Version>) -> Problem {
    let problem = Problem::new(ProblemCode::VersionConflict);
    match current {
        Some(version) => problem.field("current_version", version.get()).header(header::ETAG, etag(version)),
        None => problem.field("current_version", Value::Null),
    }
}

fn from_store(store: &StoreError, error: &CartError) -> Problem {
    match store {
        StoreError::Conflict { .. } | StoreError::AlreadyOpen { .. } | StoreError::Repeated { .. } => {
            Problem::new(ProblemCode::Contended).retry_soon()
        }
        StoreError::UsedUp { promotion, by_customer } => checkout::used_up(promotion, *by_customer),
        StoreError::OutOfStock { item, available } => checkout::short_of(Some(item), Some(*available)),
        StoreError::TooMuchHeld { max } => checkout::too_much_held(Some(*max)),
        StoreError::Unavailable { .. } => logged(ProblemCode::Unavailable, error).retry_soon(),
        // The host's key ring lacks a key: once it is back, so is the cart.
        StoreError::KeyMissing { .. } => logged(ProblemCode::Unavailable, error).retry_soon(),
        StoreError::Full { .. } => logged(ProblemCode::StorageFull, error),
        StoreError::Unknown { .. } => logged(ProblemCode::OutcomeUnknown, error).retry_soon(),
        StoreError::Corrupt { .. } => logged(ProblemCode::Internal, error),
        _ => logged(ProblemCode::Internal, error),
    }
}

fn logged(code: ProblemCode, error: &(dyn Error + 'static)) -> Problem {
    tracing::error!(code = code.code(), error, "a request failed");
    Problem::new(code)
}

impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Self {
        use ProblemCode as Code;
        match rejection {
            Rejection::CartNotFound => Self::new(Code::CartNotFound),
            Rejection::Forbidden { permission } => {
                Self::new(Code::Forbidden).field("permission", word(permission))
            }
            Rejection::GuestsRefused => Self::new(Code::GuestsRefused),
            Rejection::CannotOwn => Self::new(Code::Forbidden),
            Rejection::NotOffered => Self::new(Code::NotOffered),
            Rejection::WrongStatus { status } => {
                Self::new(Code::WrongStatus).field("cart_status", status.as_str())
            }
            Rejection::Expired => Self::new(Code::CartExpired),
            Rejection::NotExpired => Self::new(Code::NotExpired),
            Rejection::NotRecoverable => Self::new(Code::NotRecoverable),
            Rejection::CartExists { cart } => Self::new(Code::CartExists).field("cart_id", cart.to_string()),
            Rejection::LineNotFound { line } => {
                Self::new(Code::LineNotFound).field("item_id", line.to_string())
            }
            Rejection::DuplicateLine { line } => {
                Self::new(Code::DuplicateLine).field("item_id", line.to_string())
            }
            Rejection::NothingToDo => Self::new(Code::NothingToDo),
            Rejection::EditRefused { index, reason } => Self::from(&**reason).field("edit_index", *index),
            Rejection::ProductNotFound { product } => of_product(Code::ProductNotFound, product),
            Rejection::ProductWithdrawn { product } => of_product(Code::ProductWithdrawn, product),
            Rejection::ProductUnavailable { product, reason } => {
                of_product(Code::ProductUnavailable, product).field("reason", word(reason))
            }
            Rejection::InsufficientStock { product, requested, available } => {
                of_product(Code::InsufficientStock, product)
                    .field("requested", *requested)
                    .field("available", *available)
            }
            Rejection::BelowMinimum { min } => Self::new(Code::BelowMinimum).field("minimum", min.get()),
            Rejection::AboveMaximum { max } => Self::new(Code::AboveMaximum).field("maximum", max.get()),
            Rejection::NotMultiple { step } => Self::new(Code::NotMultiple).field("multiple_of", step.get()),
            Rejection::TooManyLines { max } => Self::new(Code::TooManyLines).field("maximum", *max),
            Rejection::TooManyEdits { max } => Self::new(Code::TooManyEdits).field("maximum", *max),
            Rejection::TooManyCarts { max } => Self::new(Code::TooManyCarts).field("maximum", *max),
            Rejection::IncompatibleItems { clashes } => {
                Self::new(Code::IncompatibleItems).field("clashes", bodies(clashes))
            }
            Rejection::HasDependants { clashes } => {
                Self::new(Code::HasDependants).field("clashes", bodies(clashes))
            }
            Rejection::SelectionMisfit { selection, reason } => Self::new(Code::SelectionMisfit)
                .field("selection", word(selection))
                .field("reason", word(reason)),
            Rejection::BillingAddressNotFound => Self::new(Code::SelectionMisfit)
                .field("selection", "billing_address")
                .field("reason", "not_found"),
            // A code may be worth money: no answer repeats it where it might be written down.
            Rejection::CouponNotFound { .. } => Self::new(Code::CouponNotFound),
            Rejection::CouponNotApplicable { reason, .. } => WhyNot::of(reason)
                .into_members()
                .fold(Self::new(Code::CouponNotApplicable), |problem, (name, value)| {
                    problem.field(name, value)
                }),
            Rejection::TooManyCoupons { max } => Self::new(Code::TooManyCoupons).field("maximum", *max),
            Rejection::GiftNotFound { promotion } => {
                Self::new(Code::GiftNotFound).field("promotion_id", promotion.as_str())
            }
            Rejection::NoPriceInCurrency { currency, lines } => {
                let items: Vec<String> = lines.iter().map(ToString::to_string).collect();
                Self::new(Code::NoPriceInCurrency).field("currency", currency.code()).field("item_ids", items)
            }
            Rejection::AmountOverflow => Self::new(Code::AmountOverflow),
            Rejection::Unmergeable => Self::new(Code::Unmergeable),
            Rejection::NoCompany => Self::new(Code::NoCompany),
            Rejection::NotInCompany { user } => Self::new(Code::NotInCompany).field("user_id", user.as_str()),
            Rejection::AlreadyOwner => Self::new(Code::AlreadyOwner),
            Rejection::AlreadyShared { grant } => {
                Self::new(Code::AlreadyShared).field("grant_id", grant.to_string())
            }
            Rejection::GroupNotFound { group } => {
                Self::new(Code::GroupNotFound).field("permission_group_id", group.0)
            }
            Rejection::GrantNotFound { grant } => {
                Self::new(Code::GrantNotFound).field("grant_id", grant.to_string())
            }
            Rejection::TooManyGrants { max } => Self::new(Code::TooManyGrants).field("maximum", *max),
            Rejection::LinkNotFound { link } => {
                Self::new(Code::LinkNotFound).field("link_id", link.to_string())
            }
            Rejection::LinkTerms { latest } => Self::new(Code::LinkTerms).field("latest", word(latest)),
            Rejection::TooManyLinks { max } => Self::new(Code::TooManyLinks).field("maximum", *max),
            Rejection::SuggestionNotFound { suggestion } => {
                Self::new(Code::SuggestionNotFound).field("suggestion_id", suggestion.to_string())
            }
            Rejection::SuggestionStale { suggestion } => {
                Self::new(Code::SuggestionStale).field("suggestion_id", suggestion.to_string())
            }
            Rejection::TooManySuggestions { max, by_author } => {
                Self::new(Code::TooManySuggestions).field("maximum", *max).field("by_author", *by_author)
            }
            Rejection::SuggestionsUsedUp { max } => Self::new(Code::SuggestionsUsedUp).field("maximum", *max),
            Rejection::VersionNotFound { version } => {
                Self::new(Code::VersionNotFound).field("version", version.get())
            }
            Rejection::NothingToUndo => Self::new(Code::NothingToUndo),
            Rejection::NotOrderable { obstacles } => checkout::not_orderable(obstacles),
            Rejection::TotalChanged { expected, actual } => checkout::total_changed(*expected, *actual),
            Rejection::PromotionUsedUp { promotion, by_customer } => {
                checkout::used_up(promotion, *by_customer)
            }
            Rejection::OutOfStock { item, available } => checkout::short_of(Some(item), Some(*available)),
            Rejection::TooMuchHeld { max } => checkout::too_much_held(Some(*max)),
            Rejection::Vetoed { why } => checkout::refused("vetoed", why),
            Rejection::CheckoutNotFound { checkout } => {
                Self::new(Code::CheckoutNotFound).field("checkout_id", checkout.to_string())
            }
            Rejection::CheckoutEnded { reason } => checkout::ended(reason),
            Rejection::CheckoutGoesAhead => Self::new(Code::CheckoutGoesAhead),
            Rejection::AlreadyOrdered { order } => {
                Self::new(Code::AlreadyOrdered).field("order_id", order.as_str())
            }
            Rejection::TooManyExtensions { max } => Self::new(Code::TooManyExtensions).field("maximum", *max),
            Rejection::PaymentMismatch { expected, announced } => checkout::mismatch(*expected, *announced),
            _ => logged(Code::Internal, rejection),
        }
    }
}

fn of_product(code: ProblemCode, product: &ProductKey) -> Problem {
    Problem::new(code).field("product_id", product.product.as_str())
}

fn bodies(clashes: &[Clash]) -> Value {
    word(clashes.iter().map(ClashBody::of).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use cart_core::coupon::CouponCode;
    use cart_core::id::{CartId, GrantId, LineId, LinkId, ProductId, PromotionId, SuggestionId, UserId};
    use cart_core::money::{Currency, Money};
    use cart_core::notice::Unavailable;
    use cart_core::permission::Permission;
    use cart_core::promotion::NotApplied;
    use cart_core::quantity::Quantity;
    use cart_core::relation::{Broken, ClashingLine, ProductSet};
    use cart_core::selection::{Misfit, SelectionKind};
    use cart_core::sharing::PermissionGroupId;
    use cart_core::status::StatusName;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    fn promotion() -> PromotionId {
        PromotionId::new("spring").unwrap()
    }

    /// One of each.
    fn rejections() -> Vec<(Rejection, u16, &'static str, Value)> {
        let id = Uuid::from_u128(7);
        let (cart, line) = (CartId::from_uuid(id), LineId::from_uuid(id));
        let product = ProductKey::plain(ProductId::new("mug").unwrap());
        let six = Quantity::new(6).unwrap();
        let (code, none) = (CouponCode::new("SECRET").unwrap(), json!({}));
        let euros = |minor| Money::new(minor, Currency::EUR);
        vec![
            (Rejection::CartNotFound, 404, "cart_not_found", none.clone()),
            (
                Rejection::Forbidden { permission: Permission::Own },
                403,
                "forbidden",
                json!({"permission": "own"}),
            ),
            (Rejection::GuestsRefused, 403, "guests_refused", none.clone()),
            (Rejection::CannotOwn, 403, "forbidden", none.clone()),
            (Rejection::NotOffered, 403, "not_offered", none.clone()),
            (
                Rejection::WrongStatus { status: StatusName::Completed },
                409,
                "wrong_status",
                json!({"cart_status": "completed"}),
            ),
            (Rejection::Expired, 410, "cart_expired", none.clone()),
            (Rejection::NotExpired, 409, "not_expired", none.clone()),
            (Rejection::NotRecoverable, 409, "not_recoverable", none.clone()),
            (Rejection::CartExists { cart }, 409, "cart_exists", json!({"cart_id": ID})),
            (Rejection::LineNotFound { line }, 404, "line_not_found", json!({"item_id": ID})),
            (Rejection::DuplicateLine { line }, 409, "duplicate_line", json!({"item_id": ID})),
            (Rejection::NothingToDo, 422, "nothing_to_do", none.clone()),
            (
                Rejection::EditRefused { index: 3, reason: Rejection::Expired.into() },
                410,
                "cart_expired",
                json!({"edit_index": 3}),
            ),
            (
                Rejection::ProductNotFound { product: product.clone() },
                422,
                "product_not_found",
                json!({"product_id": "mug"}),
            ),
            (
                Rejection::ProductWithdrawn { product: product.clone() },
                409,
                "product_withdrawn",
                json!({"product_id": "mug"}),
            ),
            (
                Rejection::ProductUnavailable { product: product.clone(), reason: Unavailable::OutOfStock },
                409,
                "product_unavailable",
                json!({"product_id": "mug", "reason": "out_of_stock"}),
            ),
            (
                Rejection::InsufficientStock { product, requested: 9, available: 2 },
                409,
                "insufficient_stock",
                json!({"product_id": "mug", "requested": 9, "available": 2}),
            ),
            (Rejection::BelowMinimum { min: six }, 422, "below_minimum", json!({"minimum": 6})),
            (Rejection::AboveMaximum { max: six }, 422, "above_maximum", json!({"maximum": 6})),
            (Rejection::NotMultiple { step: six }, 422, "not_multiple", json!({"multiple_of": 6})),
            (Rejection::TooManyLines { max: 5 }, 422, "too_many_lines", json!({"maximum": 5})),
            (Rejection::TooManyEdits { max: 5 }, 422, "too_many_edits", json!({"maximum": 5})),
            (Rejection::TooManyCarts { max: 5 }, 422, "too_many_carts", json!({"maximum": 5})),
            (
                Rejection::SelectionMisfit {
                    selection: SelectionKind::ShippingMethod,
                    reason: Misfit::NothingToDeliver,
                },
                422,
                "selection_misfit",
                json!({"selection": "shipping_method", "reason": "nothing_to_deliver"}),
            ),
            (Rejection::CouponNotFound { code: code.clone() }, 422, "coupon_not_found", none.clone()),
            (
                Rejection::CouponNotApplicable { code: code.clone(), reason: NotApplied::Ended },
                422,
                "coupon_not_applicable",
                json!({"reason": "ended"}),
            ),
            (
                Rejection::CouponNotApplicable {
                    code,
                    reason: NotApplied::BelowSubtotal { min: euros(5000), subtotal: euros(1250) },
                },
                422,
                "coupon_not_applicable",
                json!({"reason": "below_subtotal", "minimum": "50.00", "subtotal": "12.50"}),
            ),
            (Rejection::TooManyCoupons { max: 5 }, 422, "too_many_coupons", json!({"maximum": 5})),
            (
                Rejection::GiftNotFound { promotion: promotion() },
                404,
                "gift_not_found",
                json!({"promotion_id": "spring"}),
            ),
            (
                Rejection::NoPriceInCurrency { currency: Currency::USD, lines: vec![line] },
                409,
                "no_price_in_currency",
                json!({"currency": "USD", "item_ids": [ID]}),
            ),
            (Rejection::AmountOverflow, 422, "amount_overflow", none.clone()),
            (Rejection::Unmergeable, 422, "unmergeable", none),
        ]
    }

    /// One of each that rules between lines bring.
    fn rejections_of_relations() -> Vec<(Rejection, u16, &'static str, Value)> {
        let id = |id| ProductId::new(id).unwrap();
        let plan = ClashingLine { line: Some(LineId::from_uuid(Uuid::from_u128(7))), product: id("plan") };
        let pager = ClashingLine { line: None, product: id("pager") };
        let pass = ClashingLine { line: plan.line, product: id("pass") };
        let any_of = ProductSet { products: [id("plan")].into(), ..ProductSet::default() };
        let excluded = Clash { line: pager, broken: Broken::Excludes, others: vec![plan] };
        let orphaned = Clash { line: pass, broken: Broken::Requires { any_of }, others: vec![] };
        vec![
            (
                Rejection::IncompatibleItems { clashes: vec![excluded] },
                409,
                "incompatible_items",
                json!({"clashes": [{
                    "item_id": null, "product_id": "pager", "rule": "excludes",
                    "others": [{"item_id": ID, "product_id": "plan"}],
                }]}),
            ),
            (
                Rejection::HasDependants { clashes: vec![orphaned] },
                409,
                "has_dependants",
                json!({"clashes": [{
                    "item_id": ID, "product_id": "pass", "rule": "requires",
                    "any_of": {"products": ["plan"]}, "others": [],
                }]}),
            ),
        ]
    }

    /// One of each that sharing brings.
    fn rejections_of_sharing() -> Vec<(Rejection, u16, &'static str, Value)> {
        let id = Uuid::from_u128(7);
        let (grant, link) = (GrantId::from_uuid(id), LinkId::from_uuid(id));
        let (suggestion, version) = (SuggestionId::from_uuid(id), Version::new(9).unwrap());
        let user = UserId::new("bob").unwrap();
        let latest = chrono::DateTime::from_timestamp(0, 0);
        let (none, of_suggestion) = (json!({}), json!({"suggestion_id": ID}));
        vec![
            (Rejection::NoCompany, 422, "no_company", none.clone()),
            (Rejection::NotInCompany { user }, 422, "not_in_company", json!({"user_id": "bob"})),
            (Rejection::AlreadyOwner, 422, "already_owner", none.clone()),
            (Rejection::AlreadyShared { grant }, 409, "already_shared", json!({"grant_id": ID})),
            (
                Rejection::GroupNotFound { group: PermissionGroupId(5) },
                422,
                "group_not_found",
                json!({"permission_group_id": 5}),
            ),
            (Rejection::GrantNotFound { grant }, 404, "grant_not_found", json!({"grant_id": ID})),
            (Rejection::TooManyGrants { max: 5 }, 422, "too_many_grants", json!({"maximum": 5})),
            (Rejection::LinkNotFound { link }, 404, "link_not_found", json!({"link_id": ID})),
            (Rejection::LinkTerms { latest }, 422, "link_terms", json!({"latest": "1970-01-01T00:00:00Z"})),
            (Rejection::LinkTerms { latest: None }, 422, "link_terms", json!({"latest": null})),
            (Rejection::TooManyLinks { max: 5 }, 422, "too_many_links", json!({"maximum": 5})),
            (
                Rejection::SuggestionNotFound { suggestion },
                404,
                "suggestion_not_found",
                of_suggestion.clone(),
            ),
            (Rejection::SuggestionStale { suggestion }, 409, "suggestion_stale", of_suggestion),
            (
                Rejection::TooManySuggestions { max: 5, by_author: true },
                422,
                "too_many_suggestions",
                json!({"maximum": 5, "by_author": true}),
            ),
            (Rejection::SuggestionsUsedUp { max: 5 }, 422, "suggestions_used_up", json!({"maximum": 5})),
            (Rejection::VersionNotFound { version }, 404, "version_not_found", json!({"version": 9})),
            (Rejection::NothingToUndo, 409, "nothing_to_undo", none),
        ]
    }

    #[test]
    fn every_rejection_has_its_code_and_what_the_client_can_use() {
        let all = rejections().into_iter().chain(rejections_of_relations()).chain(rejections_of_sharing());
        for (rejection, status, code, members) in all {
            let mut document = Problem::from(&rejection).to_value(None);
            let document = document.as_object_mut().unwrap();
            assert_eq!(document.remove("status"), Some(status.into()), "{rejection}");
            assert_eq!(document.remove("code"), Some(code.into()), "{rejection}");
            assert!(document.remove("type").is_some() && document.remove("title").is_some());
            assert_eq!(Value::Object(document.clone()), members, "{rejection}");
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_the_clients_mistake() {
        let document = Problem::from(CartError::BadCursor).to_value(None);
        assert_eq!((&document["status"], &document["code"]), (&400.into(), &"bad_cursor".into()));
    }

    #[test]
    fn a_missing_key_is_our_own_and_is_not_named() {
        let error = StoreError::KeyMissing { store: "the file", key: 4711 };
        let document = Problem::from(CartError::Store(error)).to_value(None);
        assert_eq!((&document["status"], &document["code"]), (&503.into(), &"unavailable".into()));
        assert!(!document.to_string().contains("4711"), "{document}");
    }

    #[test]
    fn a_promotion_that_others_used_up_is_a_conflict() {
        let error = StoreError::UsedUp { promotion: promotion(), by_customer: true };
        let document = Problem::from(CartError::Store(error)).to_value(None);
        assert_eq!((&document["status"], &document["code"]), (&409.into(), &"promotion_used_up".into()));
        assert_eq!((&document["promotion_id"], &document["by_customer"]), (&"spring".into(), &true.into()));
    }
}
