//! The tables of how often promotions were used: each use, and how many there are.

use cart_core::facts::Uses;
use cart_core::id::{CartId, CheckoutId, CustomerKey, PromotionId};
use cart_core::promotion::PromotionUse;
use rusqlite::{Row, Transaction, params};

use super::columns::{Columns, count as number, parsed, text, uuid};
use crate::error::{Damage, Refusal};

pub(crate) const TABLE: &str = "promotion_uses";
const COUNTS: &str = "promotion_counts";

/// All customers together, and nobody in particular.
const ANYBODY: &str = "";

/// Changes no row where the limit is reached.
const TAKE: &str = "INSERT INTO promotion_counts (promotion, customer, uses) SELECT ?1, ?2, 1 WHERE ?3 > 0
     ON CONFLICT (promotion, customer) DO UPDATE SET uses = uses + 1 WHERE uses < ?3";
const INSERT: &str =
    "INSERT INTO promotion_uses (cart_id, checkout_id, promotion, customer) VALUES (?1, ?2, ?3, ?4)";
const DELETE: &str =
    "DELETE FROM promotion_uses WHERE cart_id = ?1 AND checkout_id = ?2 RETURNING promotion, customer";
const GIVE_BACK: &str =
    "UPDATE promotion_counts SET uses = uses - 1 WHERE promotion = ?1 AND customer IN ('', ?2)";
const FORGET: &str = "DELETE FROM promotion_counts WHERE promotion = ?1 AND customer = ?2 AND uses = 0";
/// Comparing with a customer or a checkout that is not there gives NULL: nothing is found.
const FIND: &str = "SELECT
     coalesce((SELECT uses FROM promotion_counts WHERE promotion = ?1 AND customer = ''), 0)
     - (SELECT count(*) FROM promotion_uses WHERE checkout_id = ?3 AND promotion = ?1),
     coalesce((SELECT uses FROM promotion_counts WHERE promotion = ?1 AND customer = ?2), 0)
     - (SELECT count(*) FROM promotion_uses WHERE checkout_id = ?3 AND promotion = ?1 AND customer = ?2)";
const OF_CART: &str = "SELECT checkout_id, promotion, customer FROM promotion_uses WHERE cart_id = ?1 ORDER BY checkout_id, promotion";

/// The next promotion by name that has counts, and the next that has uses.
const NEXT: &str = "SELECT
     (SELECT promotion FROM promotion_counts WHERE promotion > ?1 ORDER BY promotion LIMIT 1),
     (SELECT promotion FROM promotion_uses WHERE promotion > ?1 ORDER BY promotion LIMIT 1)";
/// How many uses a promotion has, and how many are counted for all; whether as many are counted for each customer as
/// that one has, and some for every customer who has any.
const CHECK_COUNTS: &str = "SELECT
     (SELECT count(*) FROM promotion_uses WHERE promotion = ?1),
     (SELECT uses FROM promotion_counts WHERE promotion = ?1 AND customer = ''),
     NOT EXISTS (SELECT 1 FROM promotion_counts AS counted WHERE promotion = ?1 AND customer > ''
         AND uses <> (SELECT count(*) FROM promotion_uses WHERE promotion = ?1 AND customer = counted.customer))
     AND NOT EXISTS (SELECT 1 FROM promotion_uses AS used WHERE promotion = ?1 AND customer > ''
         AND NOT EXISTS (SELECT 1 FROM promotion_counts WHERE promotion = ?1 AND customer = used.customer))";

/// Counts the uses of a checkout, all of them or up to the first that is beyond a limit.
pub(crate) fn count(
    transaction: &Transaction<'_>,
    cart: CartId,
    checkout: CheckoutId,
    uses: &[PromotionUse],
) -> Result<(), Refusal> {
    uses.iter().try_for_each(|used| {
        take(transaction, used)?;
        let (cart, checkout) = (cart.as_uuid(), checkout.as_uuid());
        let params = params![cart.as_bytes(), checkout.as_bytes(), used.promotion.as_str(), customer(used)];
        transaction.prepare_cached(INSERT)?.execute(params)?;
        Ok(())
    })
}

fn take(transaction: &Transaction<'_>, used: &PromotionUse) -> Result<(), Refusal> {
    let PromotionUse { promotion, customer, limit } = used;
    let used_up = |by_customer| Err(Refusal::UsedUp { promotion: promotion.clone(), by_customer });
    if !take_one(transaction, promotion, ANYBODY, limit.total)? {
        return used_up(false);
    }
    match customer {
        Some(customer) if !take_one(transaction, promotion, customer.as_str(), limit.per_customer)? => {
            used_up(true)
        }
        Some(_) | None => Ok(()),
    }
}

/// Counts one more use; answers whether the limit allowed it.
fn take_one(
    transaction: &Transaction<'_>,
    promotion: &PromotionId,
    customer: &str,
    limit: Option<u32>,
) -> rusqlite::Result<bool> {
    let limit = limit.map_or(i64::MAX, i64::from);
    let taken = transaction.prepare_cached(TAKE)?.execute(params![promotion.as_str(), customer, limit])?;
    Ok(taken == 1)
}

fn customer(used: &PromotionUse) -> &str {
    used.customer.as_ref().map_or(ANYBODY, CustomerKey::as_str)
}

/// Gives back the uses of a checkout; none of them if that was done before.
pub(crate) fn give_back(
    transaction: &Transaction<'_>,
    cart: CartId,
    checkout: CheckoutId,
) -> Result<(), Refusal> {
    for (promotion, customer) in remove(transaction, cart, checkout)? {
        let counted = if customer == ANYBODY { 1 } else { 2 };
        if transaction.prepare_cached(GIVE_BACK)?.execute([promotion, customer])? != counted {
            return Err(Damage::new(COUNTS, cart, "a use of the cart is not counted").into());
        }
    }
    Ok(())
}

/// Counts all uses of a cart for the customers of another history, whatever the limits, and forgets customers who have
/// no uses any more.
pub(crate) fn replace(
    transaction: &Transaction<'_>,
    cart: CartId,
    stored: &[Use],
    by: &[(CheckoutId, PromotionUse)],
) -> Result<(), Refusal> {
    for (checkout, ..) in stored {
        give_back(transaction, cart, *checkout)?;
    }
    for (checkout, used) in by {
        count(transaction, cart, *checkout, std::slice::from_ref(used))?;
    }
    for (_, promotion, customer) in stored {
        if let Some(customer) = customer {
            transaction.prepare_cached(FORGET)?.execute([promotion.as_str(), customer.as_str()])?;
        }
    }
    Ok(())
}

/// Removes the uses of a checkout; answers of which promotions, by whom.
fn remove(
    transaction: &Transaction<'_>,
    cart: CartId,
    checkout: CheckoutId,
) -> Result<Vec<(String, String)>, Refusal> {
    let mut statement = transaction.prepare_cached(DELETE)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes(), checkout.as_uuid().as_bytes()])?;
    let mut removed = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(TABLE, row).of_cart(cart);
        removed.push((columns.take(text)?.to_owned(), columns.take(text)?.to_owned()));
    }
    Ok(removed)
}

/// How often a promotion was used, by all and by a customer, a checkout apart.
pub(crate) fn of(
    transaction: &Transaction<'_>,
    promotion: &PromotionId,
    customer: Option<&CustomerKey>,
    except: Option<CheckoutId>,
) -> Result<Uses, Refusal> {
    let except = except.map(|checkout| checkout.as_uuid().into_bytes());
    let params = params![promotion.as_str(), customer.map(CustomerKey::as_str), except];
    let mut statement = transaction.prepare_cached(FIND)?;
    Ok(statement.query_row(params, |row| Ok(counts(row)))??)
}

fn counts(row: &Row<'_>) -> Result<Uses, Damage> {
    let mut columns = Columns::of(COUNTS, row);
    Ok(Uses { total: columns.take(number)?, by_customer: columns.take(number)? })
}

/// A use of a promotion as it is stored.
pub(crate) type Use = (CheckoutId, PromotionId, Option<CustomerKey>);

/// The uses of a cart's checkouts, by checkout and promotion.
pub(crate) fn of_cart(transaction: &Transaction<'_>, cart: CartId) -> Result<Vec<Use>, Refusal> {
    let mut statement = transaction.prepare_cached(OF_CART)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut uses = Vec::new();
    while let Some(row) = rows.next()? {
        uses.push(read(row, cart)?);
    }
    Ok(uses)
}

fn read(row: &Row<'_>, cart: CartId) -> Result<Use, Damage> {
    let mut columns = Columns::of(TABLE, row).of_cart(cart);
    let checkout = CheckoutId::from_uuid(columns.take(uuid)?);
    let promotion = columns.take(parsed(PromotionId::new))?;
    let customer = columns.take(|value| match text(value)? {
        ANYBODY => Ok(None),
        customer => CustomerKey::new(customer).map(Some).map_err(|error| error.to_string()),
    })?;
    Ok((checkout, promotion, customer))
}

/// The promotion after another one, by name, that has counts or uses.
pub(crate) fn next_promotion(transaction: &Transaction<'_>, after: &str) -> rusqlite::Result<Option<String>> {
    let mut statement = transaction.prepare_cached(NEXT)?;
    let (counted, used): (Option<String>, Option<String>) =
        statement.query_row([after], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(counted.into_iter().chain(used).min())
}

/// How many uses a promotion has, and whether they are counted as they should be.
pub(crate) fn check_counts(transaction: &Transaction<'_>, promotion: &str) -> rusqlite::Result<(u64, bool)> {
    let mut statement = transaction.prepare_cached(CHECK_COUNTS)?;
    statement.query_row([promotion], |row| {
        let (uses, counted): (u32, Option<i64>) = (row.get(0)?, row.get(1)?);
        let is_counted = counted.unwrap_or_default() == i64::from(uses);
        Ok((uses.into(), is_counted && row.get(2)?))
    })
}
