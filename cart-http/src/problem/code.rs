//! The catalogue of error codes.

use axum::http::StatusCode;

macro_rules! catalogue {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// Every error that the routers answer with. Codes are stable: programs may rely on them.
        ///
        /// | code | status | title |
        /// |---|---|---|
        $(#[doc = concat!("| [`", $code, "`](Self::", stringify!($name), ") | `", stringify!($status), "` | ", $title, " |")])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ProblemCode {
            $($(#[$doc])+ $name,)+
        }

        impl ProblemCode {
            /// The whole catalogue.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code in the document.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                }
            }

            /// A sentence that is the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)+
                }
            }
        }
    };
}

catalogue! {
    /// The body is not JSON, repeats a key, nests too deep or goes on after its end.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not well-formed JSON";
    /// A header such as `If-Match` or `Idempotency-Key` cannot be read; `header` names it.
    MalformedHeader = "malformed_header", BAD_REQUEST, "A request header is malformed";
    /// The request must be safe to repeat, and so names itself with an `Idempotency-Key`.
    IdempotencyKeyRequired = "idempotency_key_required", BAD_REQUEST, "An idempotency key is required";
    /// A part of the path or the query cannot be read, or the query has a parameter that is not known.
    MalformedUri = "malformed_uri", BAD_REQUEST, "The path or query is malformed";
    /// A list cannot go on from the cursor: it is of another list or of another caller.
    BadCursor = "bad_cursor", BAD_REQUEST, "The cursor is not of this list";
    /// No credentials, or none that are valid.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Authentication is required";
    /// A callback that the payment provider cannot be shown to have sent.
    CallbackRefused = "callback_refused", UNAUTHORIZED, "The callback is not the payment provider's";
    /// Nothing was paid for `checkout_id`, so nothing is ordered, and the cart can be changed again; `reason` is
    /// `payment_declined`, with what the provider says in `detail`, or `payment_mismatch`: another amount was paid, and
    /// is paid back.
    PaymentFailed = "payment_failed", PAYMENT_REQUIRED, "The payment failed";
    /// The actor may see this, but not do that.
    Forbidden = "forbidden", FORBIDDEN, "The action is not allowed";
    /// The channel has no carts for guests.
    GuestsRefused = "guests_refused", FORBIDDEN, "Guests cannot have a cart here";
    /// The channel's policy does not offer this.
    NotOffered = "not_offered", FORBIDDEN, "The shop does not offer this";
    /// There is nothing here that the actor may see.
    NotFound = "not_found", NOT_FOUND, "Not found";
    /// The actor has no such cart.
    CartNotFound = "cart_not_found", NOT_FOUND, "There is no such cart";
    /// The cart has no such line; `item_id` says which.
    LineNotFound = "line_not_found", NOT_FOUND, "The cart has no such item";
    /// No promotion that may concern the cart gives anything by this id: `promotion_id`.
    GiftNotFound = "gift_not_found", NOT_FOUND, "There is no such gift";
    /// The cart has no such grant; `grant_id` says which.
    GrantNotFound = "grant_not_found", NOT_FOUND, "There is no such grant";
    /// The cart has no such share link; `link_id` says which.
    LinkNotFound = "link_not_found", NOT_FOUND, "There is no such link";
    /// Nothing undecided has this id: it never was, or it was decided on or withdrawn; `suggestion_id` says which.
    SuggestionNotFound = "suggestion_not_found", NOT_FOUND, "There is no such suggestion";
    /// The cart never had this version; `version` says which.
    VersionNotFound = "version_not_found", NOT_FOUND, "The cart has no such version";
    /// The actor has no such checkout; `checkout_id` says which.
    CheckoutNotFound = "checkout_not_found", NOT_FOUND, "There is no such checkout";
    /// The path exists, but not with this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The client accepts the answer only in a form that is not served.
    NotAcceptable = "not_acceptable", NOT_ACCEPTABLE, "The answer is not served in the form that is accepted";
    /// The body stopped arriving or took too long.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "The request arrived too slowly";
    /// The cart is in a status in which this cannot be done; `cart_status` says which.
    WrongStatus = "wrong_status", CONFLICT, "The cart's status does not allow this";
    /// The cart's lifetime has not ended.
    NotExpired = "not_expired", CONFLICT, "The cart has not expired";
    /// The time in which the cart could be recovered has passed.
    NotRecoverable = "not_recoverable", CONFLICT, "The cart cannot be recovered";
    /// The owner may have one open cart and has it; `cart_id` says which.
    CartExists = "cart_exists", CONFLICT, "There is already an open cart";
    /// The product is in the cart, and the channel does not add quantities up; `item_id` says where.
    DuplicateLine = "duplicate_line", CONFLICT, "The product is in the cart already";
    /// The user has access of another kind already; `grant_id` says what, to be changed instead.
    AlreadyShared = "already_shared", CONFLICT, "The cart is shared with the user already";
    /// The line that the suggestion is about is gone; `suggestion_id` says which suggestion.
    SuggestionStale = "suggestion_stale", CONFLICT, "What the suggestion is about is gone";
    /// Nothing that was done to the cart lately can be undone.
    NothingToUndo = "nothing_to_undo", CONFLICT, "There is nothing to undo";
    /// The product `product_id` is no longer sold.
    ProductWithdrawn = "product_withdrawn", CONFLICT, "The product is no longer sold";
    /// The product `product_id` cannot be bought now; `reason` is `out_of_stock`, `call` or `currency`.
    ProductUnavailable = "product_unavailable", CONFLICT, "The product cannot be bought now";
    /// Fewer units of `product_id` can be had than asked for: the line would have `requested`, and could have
    /// `available`.
    InsufficientStock = "insufficient_stock", CONFLICT, "There is not enough in stock";
    /// What would come in does not go with what is in the cart, or with something else that would come in. Each of `clashes`
    /// has the `rule` that is broken, the `product_id` that has it and its `item_id` (null for what was not added), the
    /// `others` with the same two, at most ten of them, and what else the rule says: `requires` comes with `any_of`
    /// (`products` and `categories`), `group` with `group`, `follows` with `units`, `parents` (units of what is followed)
    /// and `quantity` (`at_most` or `equal`); `excludes` with nothing.
    IncompatibleItems = "incompatible_items", CONFLICT, "The items do not go together";
    /// Other items need what would go; each of `clashes` has one of them and what it would lack, as for
    /// `incompatible_items`.
    HasDependants = "has_dependants", CONFLICT, "Other items need this one";
    /// There is nothing in the cart that could be ordered.
    EmptyCart = "empty_cart", CONFLICT, "The cart is empty";
    /// `obstacles` are all the things that keep the cart from being ordered.
    NotOrderable = "not_orderable", CONFLICT, "The cart cannot be ordered as it is";
    /// The order would cost `total` in `currency`, not the `expected_total` in `expected_currency`.
    TotalChanged = "total_changed", CONFLICT, "The order costs something else";
    /// The stock was bought by somebody else: of `stock_item` there are `available` units left. Either may be absent.
    InventoryUnavailable = "inventory_unavailable", CONFLICT, "There is not enough in stock for the order";
    /// At most `maximum` units are held for one customer's checkouts at a time; the number may be absent.
    TooMuchHeld = "too_much_held", CONFLICT, "Too much is held for other checkouts already";
    /// The checkout ended without an order; `reason` is `cancelled`, `timed_out`, `payment_declined`,
    /// `payment_mismatch`, `order_refused`, `out_of_stock`, `too_much_held`, `vetoed` or `failed`.
    CheckoutEnded = "checkout_ended", CONFLICT, "The checkout has ended";
    /// The checkout was paid for or became an order, so that it cannot be given up.
    CheckoutGoesAhead = "checkout_goes_ahead", CONFLICT, "The order goes ahead";
    /// The checkout became another order already; `order_id` says which.
    AlreadyOrdered = "already_ordered", CONFLICT, "The checkout became another order";
    /// The time of a checkout can be extended `maximum` times.
    TooManyExtensions = "too_many_extensions", CONFLICT, "The time cannot be extended again";
    /// The request with this idempotency key has no answer yet; repeated later, it gets it. It began `checkout_id`, and
    /// goes on by itself at `retry_at` if nothing is heard before.
    RequestInProgress = "request_in_progress", CONFLICT, "The request is still under way";
    /// Products of the cart have no price in `currency`; `item_ids` says which items.
    NoPriceInCurrency = "no_price_in_currency", CONFLICT, "There is no price in that currency";
    /// The promotion `promotion_id` was used as often as it can be; `by_customer` says whether by this customer, and
    /// not by all together.
    PromotionUsedUp = "promotion_used_up", CONFLICT, "The promotion has been used up";
    /// Others changed the cart each time it was tried. `cart` is the cart as it was last seen, where there is one.
    Contended = "contended", CONFLICT, "Too many others are changing the cart";
    /// The cart's lifetime has ended.
    CartExpired = "cart_expired", GONE, "The cart has expired";
    /// `If-Match` named another version than the cart has: `current_version` (null without a cart), shown as `cart`.
    VersionConflict = "version_conflict", PRECONDITION_FAILED, "The cart has changed";
    /// The body is larger than allowed: `limit_bytes`.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is declared as something else than JSON in UTF-8.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON in UTF-8";
    /// The body has a field that the operation does not know.
    UnknownField = "unknown_field", UNPROCESSABLE_ENTITY, "The body has an unknown field";
    /// The body lacks a field that the operation needs.
    MissingField = "missing_field", UNPROCESSABLE_ENTITY, "The body lacks a field";
    /// A field of the body has the wrong type or is out of range.
    InvalidValue = "invalid_value", UNPROCESSABLE_ENTITY, "A value is of the wrong type or out of range";
    /// The request asks for no change at all.
    NothingToDo = "nothing_to_do", UNPROCESSABLE_ENTITY, "The request asks for nothing";
    /// The idempotency key was used before, for another request.
    RequestKeyReused = "request_key_reused", UNPROCESSABLE_ENTITY, "The idempotency key was used for another request";
    /// The catalog has no product `product_id`.
    ProductNotFound = "product_not_found", UNPROCESSABLE_ENTITY, "There is no such product";
    /// Fewer units than a line of the product may have: `minimum`.
    BelowMinimum = "below_minimum", UNPROCESSABLE_ENTITY, "The quantity is too small";
    /// More units than a line may have: `maximum`.
    AboveMaximum = "above_maximum", UNPROCESSABLE_ENTITY, "The quantity is too large";
    /// The product is bought in multiples of `multiple_of`.
    NotMultiple = "not_multiple", UNPROCESSABLE_ENTITY, "The quantity is not a multiple of what is sold";
    /// A cart has at most `maximum` lines.
    TooManyLines = "too_many_lines", UNPROCESSABLE_ENTITY, "The cart cannot have more items";
    /// A batch has at most `maximum` edits.
    TooManyEdits = "too_many_edits", UNPROCESSABLE_ENTITY, "The batch has too many edits";
    /// An owner has at most `maximum` open carts.
    TooManyCarts = "too_many_carts", UNPROCESSABLE_ENTITY, "There are too many open carts";
    /// The choice does not fit: `selection` is `address`, `billing_address`, `shipping_method` or `payment_method`; `reason` is
    /// `not_found`, `inactive`, `currency`, `contents`, `destination`, `nothing_to_deliver`, `subtotal` or `weight`.
    SelectionMisfit = "selection_misfit", UNPROCESSABLE_ENTITY, "The choice does not fit the cart";
    /// No promotion has the coupon code.
    CouponNotFound = "coupon_not_found", UNPROCESSABLE_ENTITY, "There is no such coupon";
    /// The coupon takes nothing off this cart, and the shop keeps no code that does not; `reason` says why, with
    /// `minimum` and `units` or `subtotal` for what there is too little of, and `excluded_by` for another promotion.
    CouponNotApplicable = "coupon_not_applicable", UNPROCESSABLE_ENTITY, "The coupon does not apply to the cart";
    /// The shop refuses the order; `reason` is `vetoed` or `order_refused`, `detail` what the shop says.
    OrderRefused = "order_refused", UNPROCESSABLE_ENTITY, "The shop refuses the order";
    /// A payment of `announced` was announced, and `expected` is to be paid, each in its currency.
    PaymentMismatch = "payment_mismatch", UNPROCESSABLE_ENTITY, "Another amount is to be paid";
    /// A cart takes at most `maximum` coupon codes.
    TooManyCoupons = "too_many_coupons", UNPROCESSABLE_ENTITY, "The cart cannot take more coupons";
    /// An amount would be too large to be computed exactly.
    AmountOverflow = "amount_overflow", UNPROCESSABLE_ENTITY, "The amounts are too large";
    /// The carts are of different channels or currencies, or one cart twice.
    Unmergeable = "unmergeable", UNPROCESSABLE_ENTITY, "The carts cannot be merged";
    /// The cart belongs to no company, and so can be granted to nobody.
    NoCompany = "no_company", UNPROCESSABLE_ENTITY, "The cart belongs to no company";
    /// The user does not belong to the cart's company; `user_id` says who.
    NotInCompany = "not_in_company", UNPROCESSABLE_ENTITY, "The user does not belong to the cart's company";
    /// The cart is the user's own.
    AlreadyOwner = "already_owner", UNPROCESSABLE_ENTITY, "The cart is the user's own";
    /// The shop has no such permission group; `permission_group_id` says which.
    GroupNotFound = "group_not_found", UNPROCESSABLE_ENTITY, "There is no such permission group";
    /// A cart is shared with at most `maximum` users.
    TooManyGrants = "too_many_grants", UNPROCESSABLE_ENTITY, "The cart cannot be shared with more users";
    /// A link would end before now, later than the shop allows, or not at all where the shop wants an end; or it could
    /// never be opened. `latest` is the latest end, null if any will do.
    LinkTerms = "link_terms", UNPROCESSABLE_ENTITY, "A link cannot have these terms";
    /// A cart has at most `maximum` links.
    TooManyLinks = "too_many_links", UNPROCESSABLE_ENTITY, "The cart cannot have more links";
    /// At most `maximum` suggestions may wait for a decision; `by_author` says whether of the same author, and not of
    /// all together.
    TooManySuggestions = "too_many_suggestions", UNPROCESSABLE_ENTITY, "No more suggestions may wait";
    /// At most `maximum` suggestions may be made with the link or the grant, whatever became of those before.
    SuggestionsUsedUp = "suggestions_used_up", UNPROCESSABLE_ENTITY, "No more suggestions may be made";
    /// Too many requests in a while: at most `limit`; the next one may come after `retry_after` seconds.
    RateLimitExceeded = "rate_limit_exceeded", TOO_MANY_REQUESTS, "There were too many requests";
    /// Something failed that should not.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    /// Something needed cannot be reached now; nothing was changed, and the same request may succeed later.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Temporarily unavailable";
    /// As many live streams are open as may be, of this cart or altogether.
    TooManyStreams = "too_many_streams", SERVICE_UNAVAILABLE, "There are too many live streams";
    /// The change may have happened or not. Sending the same request again is safe with the idempotency key it had.
    OutcomeUnknown = "outcome_unknown", SERVICE_UNAVAILABLE, "Whether it was done is not known";
    /// There is no room for the change; nothing was changed.
    StorageFull = "storage_full", INSUFFICIENT_STORAGE, "There is no room left";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_in_snake_case() {
        let codes: HashSet<_> = ProblemCode::ALL.iter().map(|code| code.code()).collect();
        assert_eq!(codes.len(), ProblemCode::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }

    #[test]
    fn every_code_is_an_error() {
        let mut statuses = ProblemCode::ALL.iter().map(|code| code.status());
        assert!(statuses.all(|status| status.is_client_error() || status.is_server_error()));
    }
}
