//! Key rings as hosts write them down.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::error::Error;

use cart_seal::{KeyError, KeyId, KeyRing, KeyRingError, Place, SealKey};

const ONE: &str = "8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab9159f51fd0297e236d";
const TWO: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NAME: Place<'_> = Place::new("cart", "name", &[b"7"]);

fn refusal(text: &str) -> KeyRingError {
    text.parse::<KeyRing>().unwrap_err()
}

#[test]
fn the_first_key_seals_and_the_others_open() {
    let before: KeyRing = format!("1:{ONE}").parse().unwrap();
    let after: KeyRing = format!(" 2 : {TWO} ,\n1:{ONE}\n").parse().unwrap();
    assert_eq!(after.current(), KeyId(2));
    let sealed = before.seal(b"list", &NAME);
    assert_eq!(after.open(&sealed, &NAME).unwrap(), b"list");
    assert_eq!(KeyRing::key_of(&after.seal(b"list", &NAME)), Ok(KeyId(2)));
}

#[test]
fn nothing_is_an_empty_ring() {
    assert_eq!(refusal(""), KeyRingError::Empty);
    assert_eq!(refusal(" \n"), KeyRingError::Empty);
}

#[test]
fn what_is_not_an_entry_is_named_by_its_position() {
    let good = format!("1:{ONE}");
    for bad in
        ["", ONE, &format!("{ONE}:2"), &format!("-2:{TWO}"), &format!("4294967296:{TWO}"), &format!(":{TWO}")]
    {
        assert_eq!(refusal(&format!("{bad},{good}")), KeyRingError::Malformed { position: 1 }, "{bad}");
        assert_eq!(refusal(&format!("{good},{bad}")), KeyRingError::Malformed { position: 2 }, "{bad}");
    }
}

#[test]
fn what_is_not_a_key_is_named_by_its_id() {
    let cut = &ONE[..60];
    let malformed = KeyRingError::Key { key: KeyId(3), source: KeyError::Malformed };
    assert_eq!(refusal(&format!("3:{cut}")), malformed);
    assert_eq!(refusal(&format!("1:{ONE},3:{TWO}:{TWO}")), malformed);
    let zeros = "0".repeat(64);
    assert_eq!(refusal(&format!("3:{zeros}")), KeyRingError::Key { key: KeyId(3), source: KeyError::Weak });
}

#[test]
fn two_keys_of_one_id_are_refused() {
    let taken = KeyRingError::IdTaken { key: KeyId(1) };
    assert_eq!(refusal(&format!("1:{ONE},1:{TWO}")), taken);
    assert_eq!(refusal(&format!("2:{TWO},1:{ONE},1:{TWO}")), taken);
}

#[test]
fn one_key_given_twice_is_there_once() {
    let ring: KeyRing = format!("1:{ONE},1:{ONE}").parse().unwrap();
    assert_eq!(format!("{ring:?}"), "KeyRing[1]");
}

#[test]
fn a_key_added_to_a_clone_is_in_the_clone_only() {
    let ring: KeyRing = format!("1:{ONE}").parse().unwrap();
    let wider = ring.clone().and_old(KeyId(2), TWO.parse().unwrap()).unwrap();
    assert_eq!((format!("{ring:?}"), format!("{wider:?}")), ("KeyRing[1]".into(), "KeyRing[1, 2]".into()));
}

/// The same ids with other keys read the same, so nothing of a key is shown, in whatever form.
#[test]
fn debug_of_a_ring_depends_on_its_ids_only() {
    let ring: KeyRing = format!("2:{TWO},1:{ONE}").parse().unwrap();
    let other: KeyRing = format!("2:{ONE},1:{TWO}").parse().unwrap();
    assert_eq!(format!("{ring:?}"), "KeyRing[2, 1]");
    assert_eq!(format!("{ring:#?}"), format!("{other:#?}"));
    let keys: [SealKey; 2] = [ONE.parse().unwrap(), TWO.parse().unwrap()];
    assert_eq!(format!("{:#?}", keys[0]), format!("{:#?}", keys[1]));
}

#[test]
fn no_refusal_repeats_what_was_given() {
    let secret = "c0ffee15dead";
    let settings = [
        secret.to_owned(),
        format!("{secret}:1"),
        format!("1:{secret}"),
        format!("1:{ONE},{secret}"),
        format!("1:{ONE},2:{secret}"),
        format!("1:{ONE},1:{TWO}"),
    ];
    for text in settings {
        let error = refusal(&text);
        let source = error.source().map(|source| format!("{source} {source:?}"));
        let shown = format!("{error} {error:?} {}", source.unwrap_or_default());
        for part in [secret, &ONE[..8], &TWO[..8]] {
            assert!(!shown.contains(part), "{shown}");
        }
    }
}
