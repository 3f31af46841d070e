//! Files with single bytes changed: told, never believed, never a panic.

use std::fs;

use cart_core::port::StoreError;
use cart_core::testing::samples::cart_id;
use cart_core::testing::{Dice, block_on};
use cart_store_sqlite::{OpenError, SqliteStore};

use crate::support::{Place, all_uses, fill, journal, load, normal};

/// What became of a damaged file.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// It was not opened.
    Refused,
    /// The verification found something.
    Found,
    /// Nothing was found.
    Sound,
}

/// Opens, verifies and reads a file. Reading may fail with an error that says why, but not otherwise.
fn look(place: &Place, carts: &[cart_core::id::CartId]) -> Told {
    let store = match SqliteStore::open(&place.path, &normal()) {
        Ok(store) => store,
        Err(error) => {
            assert!(is_told(&error), "{error:?}");
            return Told::Refused;
        }
    };
    let report = block_on(store.verify()).unwrap();
    let loaded = carts.iter().map(|cart| load(&store, *cart).map(drop));
    for error in loaded.chain([all_uses(&store).map(drop)]).filter_map(Result::err) {
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        assert!(!report.is_sound(), "{error:?} was not found");
    }
    if report.is_sound() { Told::Sound } else { Told::Found }
}

fn is_told(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::Corrupt { .. }
            | OpenError::NotADatabase { .. }
            | OpenError::Foreign { .. }
            | OpenError::NewerSchema { .. }
            | OpenError::Migration { .. }
            | OpenError::Io { .. }
    )
}

#[test]
fn a_changed_byte_is_told_or_changes_nothing() {
    let place = Place::new();
    let store = place.open();
    fill(&store);
    let entries = journal(&store);
    let mut carts: Vec<_> = entries.iter().map(|positioned| positioned.entry.cart).collect();
    carts.sort();
    carts.dedup();
    let stored: Vec<_> = carts.iter().map(|cart| load(&store, *cart).unwrap()).collect();
    let used = all_uses(&store).unwrap();
    drop(store);

    let sound = fs::read(&place.path).unwrap();
    let (mut dice, mut told) = (Dice::new(7), 0);
    for _ in 0..200 {
        let mut bytes = sound.clone();
        let offset = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
        bytes[offset] ^= 1 << dice.below(8);
        fs::write(&place.path, &bytes).unwrap();
        if look(&place, &carts) != Told::Sound {
            told += 1;
            continue;
        }
        // Nothing was found: then nothing that the store keeps has changed.
        let store = place.open();
        assert_eq!(journal(&store), entries, "byte {offset}");
        for (cart, stored) in carts.iter().zip(&stored) {
            assert_eq!(&load(&store, *cart).unwrap(), stored, "byte {offset}");
        }
        assert_eq!(all_uses(&store).unwrap(), used, "byte {offset}");
    }
    assert!(told > 50, "only {told} of 200 changed bytes mattered");
}

/// Wherever the id stands, it becomes a lower one, so that going on after it comes to rows that were there before.
#[test]
fn an_id_that_is_out_of_order_is_told_and_holds_nobody_up() {
    let place = Place::new();
    fill(&place.open());
    let (sound, id) = (fs::read(&place.path).unwrap(), cart_id(103).as_uuid().into_bytes());
    let places = (0..sound.len()).filter(|offset| sound[*offset..].starts_with(&id));
    let told = places.map(|offset| {
        let mut bytes = sound.clone();
        bytes[offset + 15] = 1;
        fs::write(&place.path, bytes).unwrap();
        look(&place, &[])
    });
    // Some places are in the unused part of a page.
    assert!(told.filter(|told| *told == Told::Found).count() > 20);
}

#[test]
fn a_file_of_noise_after_its_header_is_told() {
    let place = Place::new();
    fill(&place.open());
    let mut bytes = fs::read(&place.path).unwrap();
    let mut dice = Dice::new(3);
    bytes[4_096..].iter_mut().for_each(|byte| *byte = dice.roll().to_le_bytes()[0]);
    fs::write(&place.path, bytes).unwrap();
    assert_ne!(look(&place, &[]), Told::Sound);
}
