//! Which keys a file needs: on record from the first value that a key seals until none is left.

use std::collections::BTreeSet;
use std::path::Path;

use cart_seal::{KeyId, OpenError as Unsealed};
use rusqlite::{Connection, Transaction};

use crate::engine::OpenError;
use crate::error::Refusal;
use crate::seal::Seal;
use crate::table::keys::{self, OnRecord};

/// Checks that every key on record is at hand, unless it is told to be lost, and that it is the same key.
pub(crate) fn admit(
    connection: &Connection,
    path: &Path,
    seal: &Seal,
    lost: &[KeyId],
) -> Result<(), OpenError> {
    let on_record = on_record(connection).map_err(|error| OpenError::from_sqlite(path, error))?;
    on_record.into_iter().try_for_each(|OnRecord { key, proof }| {
        // Without a ring, text would be written among what is sealed.
        let is_given_up = seal.is_on() && lost.contains(&key);
        match seal.check(key, &proof) {
            Err(Unsealed::KeyMissing { .. }) if is_given_up => Ok(()),
            Err(Unsealed::KeyMissing { .. }) => Err(OpenError::KeyMissing { path: path.to_owned(), key }),
            Err(_) => Err(OpenError::WrongKey { path: path.to_owned(), key }),
            Ok(()) => Ok(()),
        }
    })
}

fn on_record(connection: &Connection) -> rusqlite::Result<Vec<OnRecord>> {
    if keys::are_kept(connection)? { keys::all(connection) } else { Ok(Vec::new()) }
}

/// Puts a key on record, if there is one and it is not.
pub(crate) fn note(transaction: &Transaction<'_>, key: Option<(KeyId, Vec<u8>)>) -> rusqlite::Result<()> {
    key.map_or(Ok(()), |(key, proof)| keys::note(transaction, key, &proof))
}

/// The keys on record besides the current one.
pub(crate) fn but(transaction: &Transaction<'_>, current: KeyId) -> Result<BTreeSet<KeyId>, Refusal> {
    let on_record = keys::all(transaction)?.into_iter().map(|known| known.key);
    Ok(on_record.filter(|key| *key != current).collect())
}

/// Takes keys off record, and answers them by rising id.
pub(crate) fn forget(transaction: &Transaction<'_>, keys: BTreeSet<KeyId>) -> Result<Vec<KeyId>, Refusal> {
    keys.iter().try_for_each(|key| keys::forget(transaction, *key))?;
    Ok(keys.into_iter().collect())
}
