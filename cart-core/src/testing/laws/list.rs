//! The list of all laws, as tests.

/// Makes one `#[test]` of each [law](crate::testing::laws) that stores must keep, in a module of the name given.
///
/// The second argument is an expression, evaluated anew for each law, that gives a pair: a fresh and empty store, and
/// whatever must outlive it, such as a temporary folder (`()` if nothing must).
///
/// ```
/// use cart_core::memory::MemoryStore;
/// use cart_core::store_laws;
///
/// store_laws!(memory_store, (MemoryStore::default(), ()));
/// ```
#[macro_export]
macro_rules! store_laws {
    ($module:ident, $store_and_guard:expr) => {
        $crate::store_law_tests! {
            $module, $store_and_guard,
            an_unknown_cart_is_not_there
            a_committed_cart_is_loaded
            a_stale_base_is_a_conflict
            a_future_base_is_a_conflict
            making_a_cart_that_exists_is_a_conflict
            changing_a_cart_that_is_not_there_is_a_conflict
            a_cart_can_be_changed_after_a_refused_commit
            a_unit_of_several_carts_is_written
            a_unit_is_written_as_a_whole_or_not_at_all
            lines_belong_to_their_cart
            a_dropped_commit_happens_as_a_whole_or_not_at_all
            every_field_and_status_is_kept
            every_kind_of_event_is_kept
            text_is_kept_unchanged
            the_longest_text_and_metadata_are_kept
            the_smallest_and_largest_amounts_are_kept
            times_are_kept_to_the_microsecond
            owners_are_kept
            a_large_cart_is_kept
            lines_keep_their_order
            one_write_may_change_a_line_several_times
            coupons_and_refused_gifts_are_kept
            prices_of_lines_are_kept
            another_currency_is_kept
            carts_do_not_disturb_each_other
            the_open_cart_is_found
            a_second_open_cart_is_refused
            a_second_open_cart_refuses_its_unit
            a_unit_cannot_open_two_carts_of_one_owner
            other_channels_and_owners_do_not_count
            carts_that_need_not_be_sole_do_not_count
            an_abandoned_cart_leaves_room
            a_completed_cart_leaves_room
            recovering_beside_an_open_cart_is_refused
            a_unit_may_replace_the_open_cart
            a_callers_key_counts_once
            the_key_of_a_creation_counts
            a_refused_commit_leaves_its_key_free
            a_repeated_request_refuses_its_unit
            other_actors_may_use_the_same_key
            other_carts_may_use_the_same_key
            a_services_requests_do_not_repeat
            a_callers_request_is_found_whatever_it_asked_for
            callers_and_services_keys_are_not_mixed_up
            every_request_is_found
            only_the_request_asked_for_is_found
            old_requests_are_forgotten
            the_oldest_requests_are_forgotten_first
            requests_of_carts_in_checkout_are_kept
            a_services_requests_are_not_forgotten
            a_key_that_was_used_anew_is_as_old_as_its_last_use
            forgotten_requests_stay_forgotten_in_a_rewritten_history
            entries_come_in_order
            positions_rise
            the_journal_is_read_in_pages
            a_reader_of_the_journal_misses_nothing
            the_journal_folds_to_the_cart
            the_list_shows_what_carts_are
            the_newest_carts_come_first
            carts_of_the_same_age_are_listed_by_their_ids
            pages_follow_each_other
            a_page_starts_after_its_cart
            a_page_goes_on_after_a_cart_of_others
            lists_hold_the_owners_carts_alone
            only_open_carts_are_counted
            carts_whose_lifetime_has_ended_are_not_counted
            a_sole_cart_whose_lifetime_has_ended_is_not_counted
            a_cart_in_checkout_is_counted
            the_longest_due_come_first
            a_cart_is_due_at_the_instant_its_lifetime_ends
            a_cart_that_lives_for_ever_is_never_due
            a_moved_end_counts
            a_cart_in_checkout_is_not_due
            an_abandoned_cart_is_not_due
            a_checkout_finds_its_cart
            a_checkout_is_found_whatever_became_of_it
            the_checkouts_longest_due_come_first
            a_checkout_is_due_at_its_time
            a_checkout_is_due_as_it_says_last
            a_cart_may_change_while_its_checkout_is_due
            a_completed_checkout_is_not_due
            an_ended_checkout_is_due_until_it_is_undone
            an_unsettled_checkout_is_due_again
            a_cart_with_a_checkout_to_undo_is_not_due
            checkouts_are_found_in_a_rewritten_history
            stock_is_what_was_supplied
            stock_is_answered_in_the_order_asked
            supply_is_never_below_what_is_held_and_sold
            ended_holds_bind_no_supply
            the_largest_stock_is_counted
            a_checkout_holds_its_stock
            all_items_are_held_or_none
            no_more_is_held_than_is_free
            a_hold_ends_at_its_time
            what_an_ended_hold_held_can_be_had
            an_owner_holds_no_more_than_they_may
            only_what_is_held_counts_against_its_owner
            an_extended_hold_lasts_longer
            an_ended_hold_is_not_extended
            a_checkouts_own_hold_is_free_for_it
            removing_ended_holds_changes_no_stock
            what_others_count_moves_no_stock
            a_refused_unit_moves_nothing
            the_holds_of_a_unit_count_together
            a_claim_sells_what_is_held
            a_checkout_may_be_sold_its_stock_at_once
            a_late_claim_sells_what_is_free
            a_late_claim_of_what_others_have_is_refused
            what_is_sold_cannot_be_had
            a_cancelled_checkout_gives_its_stock_back
            an_ended_hold_is_not_given_back
            a_completed_checkout_keeps_its_stock
            racing_checkouts_never_hold_a_unit_twice
            racing_late_claims_never_sell_a_unit_twice
            units_with_stock_in_opposite_orders_end
            stock_stays_when_a_history_is_rewritten
            stock_is_what_a_count_by_hand_comes_to
            one_writer_wins_each_version
            no_write_is_lost_under_contention
            one_first_cart_wins
            one_repetition_wins
            writers_of_different_carts_do_not_collide
            units_in_opposite_orders_end
            a_loaded_cart_is_never_half_written
            the_uses_of_a_checkout_count
            a_checkout_without_uses_counts_nothing
            no_use_goes_beyond_the_total
            no_use_goes_beyond_a_customers_limit
            both_limits_count
            uses_without_a_limit_are_counted
            a_use_beyond_a_limit_refuses_its_unit
            the_uses_of_a_unit_count_together
            a_refused_unit_gives_nothing_back
            a_cancelled_checkout_gives_its_uses_back_once
            a_completed_checkout_keeps_its_uses
            uses_are_answered_in_the_order_asked
            an_attempts_own_uses_are_left_out
            racing_checkouts_never_exceed_a_limit
            racing_checkouts_never_exceed_a_customers_limit
            a_grant_finds_its_cart
            the_list_shows_what_granted_carts_are
            granted_carts_are_listed_newest_first
            pages_of_granted_carts_follow_each_other
            a_page_of_granted_carts_goes_on_after_one_that_is_gone
            only_open_carts_are_listed_as_granted
            granted_carts_leave_the_list_with_their_lifetime
            granted_carts_are_those_of_channel_company_and_user
            a_revoked_grant_leaves_the_list
            a_cart_that_is_handed_over_changes_lists
            a_sole_cart_is_handed_over_to_whoever_has_none
            a_unit_may_hand_over_and_open_the_next
            a_link_finds_its_cart
            a_rotated_link_is_found_by_its_new_token_alone
            a_revoked_link_is_not_found
            a_link_is_found_whatever_became_of_its_cart
            openings_are_counted
            no_opening_goes_beyond_the_limit
            the_last_opening_never_goes_back
            openings_are_no_writes_of_the_cart
            racing_openings_never_exceed_the_limit
            a_new_relay_is_at_the_start
            progress_is_kept
            what_is_held_back_is_kept
            held_carts_are_due_in_their_order
            parked_carts_are_listed_apart
            a_held_cart_is_in_one_list
            relays_are_told_apart
            progress_on_another_checkpoint_is_not_noted
            one_run_notes_progress_on_a_checkpoint
            a_rewritten_history_is_what_is_read
            every_kind_of_event_can_be_rewritten
            a_history_of_another_version_is_a_conflict
            a_rewritten_cart_can_be_written_to
            a_write_decided_before_a_rewrite_brings_nothing_back
            requests_follow_a_rewritten_history
            lists_of_owners_follow_a_rewritten_history
            the_open_cart_follows_a_rewritten_history
            grants_and_links_follow_a_rewritten_history
            uses_follow_a_rewritten_history
            openings_stay_when_a_history_is_rewritten
        }
    };
}

/// What [`store_laws!`](crate::store_laws) expands to.
#[doc(hidden)]
#[macro_export]
macro_rules! store_law_tests {
    ($module:ident, $store_and_guard:expr, $($law:ident)*) => {
        mod $module {
            #[allow(unused_imports)]
            use super::*;

            $(
                #[test]
                fn $law() {
                    $crate::testing::laws::check($crate::testing::laws::$law, $store_and_guard);
                }
            )*
        }
    };
}
