//! What sealing costs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cart_core::event::CartEvent;
use cart_core::testing::samples::{Write, added, cart_id, created, line, note, owner};
use cart_store_sqlite::{Options, SqliteStore};

use crate::support::{Place, commit, keys, load, normal, sealing};

const TIMES: u64 = 4_000;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The medians of adding a line, of changing a note and of loading a cart of ten lines.
fn measure(options: &Options) -> [Duration; 3] {
    let place = Place::new();
    let store = SqliteStore::open(&place.path, options).unwrap();
    let (mut adding, mut noting, mut loading) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..TIMES / 10 {
        let made = Write::new([]).create(cart_id(number), created(owner("ann")));
        let mut cart = Arc::clone(&made.cart);
        commit(&store, made).unwrap();
        for n in 0..10 {
            let noted =
                CartEvent::NoteChanged { note: Some(note("a note of some forty characters in a cart")) };
            for (event, times) in [(added(line(n, 1)), &mut adding), (noted, &mut noting)] {
                let write = Write::new([event]).change(&cart);
                cart = Arc::clone(&write.cart);
                let begun = Instant::now();
                commit(&store, write).unwrap();
                times.push(begun.elapsed());
            }
        }
        let begun = Instant::now();
        load(&store, cart.id()).unwrap();
        loading.push(begun.elapsed());
    }
    [adding, noting, loading].map(median)
}

#[test]
#[ignore = "a measurement: wants a quiet machine"]
fn what_sealing_costs() {
    for _ in 0..3 {
        for (name, options) in [("plain", normal()), ("sealed", sealing(&keys("1")))] {
            let [adding, noting, loading] = measure(&options.on_caller(true));
            println!("{name}: add {adding:?}, note {noting:?}, load {loading:?}");
        }
    }
}
