//! Opaque places in lists, good only for the list and the caller they were given to.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::actor::ActorRef;
use crate::id::{CartId, ChannelId};
use crate::token::{hex, same, unhex};

/// Where a list goes on. Opaque text of 96 characters: it says nothing to its holder, and is good only for the list and
/// the caller that it was given to, by the services that have the same key.
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor([u8; 48]);

/// Text that is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor")]
pub struct CursorError;

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, CursorError> {
        unhex(text).map(Self).ok_or(CursorError)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor(..)")
    }
}

/// Makes cursors and knows its own.
pub(super) struct Cursors {
    key: [u8; 32],
}

impl fmt::Debug for Cursors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursors(..)")
    }
}

/// Which list of whom.
#[derive(Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) list: &'static str,
    pub(super) channel: &'a ChannelId,
    pub(super) actor: &'a ActorRef,
}

impl Cursors {
    pub(super) const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    pub(super) fn after(&self, cart: CartId, of: Listed<'_>) -> Cursor {
        let mut bytes = [0; 48];
        let (place, seal) = bytes.split_at_mut(16);
        place.copy_from_slice(cart.as_uuid().as_bytes());
        seal.copy_from_slice(&self.seal(cart, of));
        Cursor(bytes)
    }

    /// The place that a cursor names, if it was made for this list and caller.
    pub(super) fn read(&self, cursor: &Cursor, of: Listed<'_>) -> Result<CartId, CursorError> {
        let (place, seal) = cursor.0.split_first_chunk::<16>().ok_or(CursorError)?;
        let cart = CartId::from_uuid(Uuid::from_bytes(*place));
        let seal: [u8; 32] = seal.try_into().map_err(|_| CursorError)?;
        if same(seal, self.seal(cart, of)) { Ok(cart) } else { Err(CursorError) }
    }

    fn seal(&self, cart: CartId, Listed { list, channel, actor }: Listed<'_>) -> [u8; 32] {
        let actor = serde_json::to_vec(actor).unwrap_or_default();
        let mut mac = hmac_sha256::HMAC::new(self.key);
        for part in [list.as_bytes(), channel.as_str().as_bytes(), &actor, cart.as_uuid().as_bytes()] {
            mac.update((part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::{cart_id, channel, user};

    #[test]
    fn a_cursor_is_good_only_where_it_was_given() {
        let cursors = Cursors::new([1; 32]);
        let (shop, other, ann, bob) =
            (channel("shop"), channel("other"), user("ann").to_ref(), user("bob").to_ref());
        let of = Listed { list: "owned", channel: &shop, actor: &ann };
        let cursor: Cursor = cursors.after(cart_id(7), of).to_string().parse().unwrap();
        assert_eq!(cursors.read(&cursor, of), Ok(cart_id(7)));
        for elsewhere in
            [Listed { list: "shared", ..of }, Listed { channel: &other, ..of }, Listed { actor: &bob, ..of }]
        {
            assert_eq!(cursors.read(&cursor, elsewhere), Err(CursorError));
        }
        assert_eq!(Cursors::new([2; 32]).read(&cursor, of), Err(CursorError));
    }

    #[test]
    fn a_cursor_with_any_bit_changed_is_refused() {
        let (cursors, shop, ann) = (Cursors::new([1; 32]), channel("shop"), user("ann").to_ref());
        let of = Listed { list: "owned", channel: &shop, actor: &ann };
        let cursor = cursors.after(cart_id(7), of);
        for place in 0..48 * 8 {
            let mut changed = cursor.clone();
            changed.0[place / 8] ^= 1 << (place % 8);
            assert_eq!(cursors.read(&changed, of), Err(CursorError), "{place}");
        }
    }
}
