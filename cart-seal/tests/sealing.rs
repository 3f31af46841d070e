//! What sealing promises: only the same ring and the same place open a value, and only unaltered.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::HashSet;

use cart_seal::{KeyId, KeyRing, OVERHEAD, OpenError, Place, SealKey};
use proptest::collection::vec;
use proptest::prelude::*;

const ROW: &[&[u8]] = &[b"7"];
const NAME: Place<'_> = Place::new("cart", "name", ROW);

/// A key that differs from those of other seeds in every byte.
fn key(seed: u8) -> SealKey {
    SealKey::from_bytes(std::array::from_fn(|place| seed.wrapping_add(u8::try_from(place * 7).unwrap())))
        .unwrap()
}

fn ring() -> KeyRing {
    KeyRing::new(KeyId(1), key(1))
}

proptest! {
    #[test]
    fn what_was_sealed_opens(
        plain in vec(any::<u8>(), 0..600),
        table in ".{0,12}",
        column in ".{0,12}",
        row in vec(vec(any::<u8>(), 0..40), 0..4),
        id in any::<u32>(),
        seed in any::<u8>(),
    ) {
        let ring = KeyRing::new(KeyId(id), key(seed));
        let row: Vec<&[u8]> = row.iter().map(Vec::as_slice).collect();
        let place = Place::new(&table, &column, &row);
        let sealed = ring.seal(&plain, &place);
        prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD);
        prop_assert_eq!(KeyRing::key_of(&sealed), Ok(KeyId(id)));
        prop_assert_eq!(ring.open(&sealed, &place), Ok(plain));
    }

    #[test]
    fn bytes_from_outside_never_open(bytes in vec(any::<u8>(), 0..200), sealed_like in any::<bool>()) {
        let head: &[u8] = if sealed_like { &[1, 0, 0, 0, 1] } else { &[] };
        prop_assert!(ring().open(&[head, &bytes].concat(), &NAME).is_err());
    }
}

#[test]
fn the_value_is_not_to_be_seen() {
    let plain = b"Ann's wedding list";
    let sealed = ring().seal(plain, &NAME);
    for part in plain.windows(4) {
        assert!(!sealed.windows(4).any(|window| window == part));
    }
}

#[test]
fn no_byte_can_be_changed() {
    let ring = ring().and_old(KeyId(2), key(2)).unwrap();
    let sealed = ring.seal(b"twenty bytes of text", &NAME);
    for at in 0..sealed.len() {
        for change in 1..=u8::MAX {
            let mut altered = sealed.clone();
            altered[at] ^= change;
            let expected = match at {
                0 => OpenError::NotSealed,
                1..5 if KeyRing::key_of(&altered) != Ok(KeyId(2)) => {
                    OpenError::KeyMissing { key: KeyRing::key_of(&altered).unwrap() }
                }
                _ => OpenError::Forged,
            };
            assert_eq!(ring.open(&altered, &NAME), Err(expected), "byte {at} changed by {change}");
        }
    }
}

#[test]
fn no_byte_can_be_left_out_or_added() {
    let sealed = ring().seal(b"text", &NAME);
    for length in 0..sealed.len() {
        let expected = if length < OVERHEAD { OpenError::NotSealed } else { OpenError::Forged };
        assert_eq!(ring().open(&sealed[..length], &NAME), Err(expected), "{length}");
    }
    assert_eq!(ring().open(&[&sealed[..], b"\0"].concat(), &NAME), Err(OpenError::Forged));
}

#[test]
fn a_value_opens_in_its_own_place_only() {
    let places = [
        Place::new("cart", "name", &[b"7"]),
        Place::new("cart", "name", &[b"8"]),
        Place::new("cart", "name", &[b"7", b""]),
        Place::new("cart", "name", &[b"7", b"1"]),
        Place::new("cart", "name", &[b"1", b"7"]),
        Place::new("cart", "name", &[b"71"]),
        Place::new("cart", "name", &[]),
        Place::new("cart", "note", &[b"7"]),
        Place::new("line", "name", &[b"7"]),
        Place::new("cartn", "ame", &[b"7"]),
        Place::new("cart", "name7", &[]),
        Place::new("name", "cart", &[b"7"]),
        Place::new("", "", &[]),
    ];
    let ring = ring();
    for from in &places {
        let sealed = ring.seal(b"Ann", from);
        for to in &places {
            let expected = if from == to { Ok(b"Ann".to_vec()) } else { Err(OpenError::Forged) };
            assert_eq!(ring.open(&sealed, to), expected, "{from:?} to {to:?}");
        }
    }
}

#[test]
fn rotating_keeps_old_values_readable_until_the_key_is_dropped() {
    let before = ring();
    let during = KeyRing::new(KeyId(2), key(2)).and_old(KeyId(1), key(1)).unwrap();
    let after = KeyRing::new(KeyId(2), key(2));

    let old = before.seal(b"Ann", &NAME);
    assert!(!during.is_current(&old));
    let new = during.seal(&during.open(&old, &NAME).unwrap(), &NAME);
    assert!(during.is_current(&new));

    assert_eq!(after.open(&new, &NAME).unwrap(), b"Ann");
    assert_eq!(after.open(&old, &NAME), Err(OpenError::KeyMissing { key: KeyId(1) }));
    assert_eq!(before.open(&new, &NAME), Err(OpenError::KeyMissing { key: KeyId(2) }));
}

#[test]
fn another_key_of_the_same_id_does_not_open() {
    let sealed = ring().seal(b"Ann", &NAME);
    assert_eq!(KeyRing::new(KeyId(1), key(2)).open(&sealed, &NAME), Err(OpenError::Forged));
}

/// Both ids stand for one key here, so only the associated data can tell.
#[test]
fn the_id_of_the_key_is_authenticated() {
    let ring = ring().and_old(KeyId(2), key(1)).unwrap();
    let mut sealed = ring.seal(b"Ann", &NAME);
    sealed[4] = 2;
    assert_eq!(KeyRing::key_of(&sealed), Ok(KeyId(2)));
    assert_eq!(ring.open(&sealed, &NAME), Err(OpenError::Forged));
}

#[test]
fn a_value_in_clear_is_neither_current_nor_opened() {
    for clear in ["", "Ann", "a note in clear that is longer than the overhead of a sealed value"] {
        assert!(!ring().is_current(clear.as_bytes()));
        assert_eq!(KeyRing::key_of(clear.as_bytes()), Err(OpenError::NotSealed));
        assert_eq!(ring().open(clear.as_bytes(), &NAME), Err(OpenError::NotSealed));
    }
}

#[test]
fn every_value_has_a_nonce_of_its_own() {
    let ring = ring();
    let nonces: HashSet<[u8; 24]> =
        (0..2_000).map(|_| ring.seal(b"", &NAME)[5..29].try_into().unwrap()).collect();
    assert_eq!(nonces.len(), 2_000);
}
