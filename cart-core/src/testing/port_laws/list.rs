//! The lists of all laws, as tests.

/// Makes one `#[test]` of each [law](crate::testing::port_laws::orders) that [`Orders`](crate::port::Orders) must keep, in a
/// module of the name given.
///
/// The second argument is an expression, evaluated anew for each law, that gives a pair: an adapter without orders, and
/// whatever must outlive it (`()` if nothing must). The drafts that it is given are
/// [`order_draft`](crate::testing::samples::order_draft)s.
#[macro_export]
macro_rules! orders_laws {
    ($module:ident, $orders_and_guard:expr) => {
        $crate::port_law_tests! {
            orders, $module, $orders_and_guard,
            a_checkout_makes_one_order
            checkouts_make_different_orders
            an_order_is_confirmed_once
            an_order_without_a_payment_is_confirmed
            an_order_that_was_not_placed_is_not_confirmed
            a_cancelled_order_is_no_more
            a_confirmed_order_can_be_cancelled
            an_order_that_comes_after_its_cancellation_is_refused
            orders_placed_at_once_are_one
            a_cancellation_wins_over_an_order_at_once
        }
    };
}

/// Makes one `#[test]` of each [law](crate::testing::port_laws::payments) that [`Payments`](crate::port::Payments) must keep,
/// in a module of the name given.
///
/// The second argument is an expression, evaluated anew for each law, that gives a pair: a
/// [`Till`](crate::testing::port_laws::payments::Till) without payments, and whatever must outlive it (`()` if nothing must).
#[macro_export]
macro_rules! payments_laws {
    ($module:ident, $till_and_guard:expr) => {
        $crate::port_law_tests! {
            payments, $module, $till_and_guard,
            a_payment_is_taken
            a_payment_is_taken_once
            an_unknown_payment_has_no_status
            a_declined_payment_takes_nothing
            a_pending_payment_is_taken_when_the_shopper_pays
            a_voided_payment_cannot_be_paid
            a_payment_that_comes_after_its_end_takes_nothing
            a_taken_payment_is_not_voided
            a_refund_gives_all_back_once
            payments_are_told_apart
            payments_asked_for_at_once_are_one
            a_payment_is_taken_or_voided_and_never_both
        }
    };
}

/// Makes one `#[test]` of each [law](crate::testing::port_laws::inventory) that an [`Inventory`](crate::port::Inventory) must
/// keep, in a module of the name given.
///
/// The second argument is an expression, evaluated anew for each law, that gives a pair: an empty
/// [`Warehouse`](crate::testing::port_laws::inventory::Warehouse), and whatever must outlive it (`()` if nothing must).
#[macro_export]
macro_rules! inventory_laws {
    ($module:ident, $warehouse_and_guard:expr) => {
        $crate::port_law_tests! {
            inventory, $module, $warehouse_and_guard,
            what_is_supplied_is_free
            a_checkouts_own_stock_is_free_for_it
            all_is_held_or_nothing
            a_repeated_hold_holds_once
            a_hold_ends_by_itself
            a_repeated_hold_lasts_until_the_later_end
            an_owner_has_no_more_held_than_they_may
            a_claim_sells_what_is_held_once
            a_late_claim_sells_what_is_free
            what_is_released_is_free
            what_comes_after_the_release_is_refused
            the_last_unit_is_held_once
            a_release_wins_over_a_hold_at_once
        }
    };
}

/// What the lists of laws expand to.
#[doc(hidden)]
#[macro_export]
macro_rules! port_law_tests {
    ($port:ident, $module:ident, $made_and_guard:expr, $($law:ident)*) => {
        mod $module {
            #[allow(unused_imports)]
            use super::*;

            $(
                #[test]
                fn $law() {
                    let (made, guard) = $made_and_guard;
                    $crate::testing::port_laws::$port::$law(&made);
                    drop(made);
                    drop(guard);
                }
            )*
        }
    };
}
