//! 10,000 shared carts made, filled, shared and read through HTTP: the storefront as a process of its own on an SQLite file,
//! and beside it, in the same run, a bare axum handler that answers the same bytes.
//!
//! `cargo bench --bench load`; `CART_LOAD_CARTS` (10000), `CART_LOAD_CONNECTIONS` (32) and `CART_DURABILITY` (`full`)
//! change it. It prints requests a second, percentiles, memory and errors, and fails if there was an error.

#[path = "load/bare.rs"]
mod bare;
#[path = "load/client.rs"]
mod client;
#[path = "load/server.rs"]
mod server;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use client::{Client, Reply};
use server::Server;

/// How many carts an owner has; the policy allows a hundred.
const EACH: usize = 50;
/// How often each link is opened.
const READS: usize = 5;

fn main() {
    if bare::is_asked_for() {
        return bare::serve();
    }
    let carts = number("CART_LOAD_CARTS", 10_000);
    let connections = number("CART_LOAD_CONNECTIONS", 32);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = Server::storefront(folder.path());
    println!("{carts} carts, {connections} connections, server {} MiB at the start", server.mebibytes());

    let tokens: Vec<String> = (0..carts.div_ceil(EACH)).map(server::token).collect();
    let links = Mutex::new(vec![String::new(); carts]);
    let made = run("make, fill and share", carts, 3, connections, &server, |client, n| {
        let (replies, link) = make(client, &tokens[n / EACH]);
        links.lock().expect("no panic")[n] = link;
        replies
    });
    println!("server {} MiB", server.mebibytes());
    let links = links.into_inner().expect("no panic");
    let open = |client: &mut Client, n: usize| {
        vec![client.get(&format!("/api/cart/shared/{}", links[n % carts]), n % carts)]
    };
    let read = run("open the link", carts * READS, 1, connections, &server, open);
    println!("server {} MiB", server.mebibytes());

    let sample = Client::connect(server.address).get(&format!("/api/cart/shared/{}", links[0]), 0).body;
    let bare = Server::bare(folder.path(), &sample);
    let get = |client: &mut Client, n: usize| vec![client.get("/", n % carts)];
    let plain = run("the same bytes, bare axum", carts * READS, 1, connections, &bare, get);
    println!("bare {} MiB", bare.mebibytes());
    println!("opening a link is {:.1} times the bare handler's time", plain.rate / read.rate);
    assert_eq!(made.errors + read.errors + plain.errors, 0, "there were errors");
}

fn number(name: &str, unless_told: usize) -> usize {
    std::env::var(name).map_or(unless_told, |text| text.parse().expect("a number"))
}

/// Makes a cart, fills it and shares it; the token of its link.
fn make(client: &mut Client, token: &str) -> (Vec<Reply>, String) {
    let made = client.post("/api/cart/create", token, r#"{"cart_name": "Vacation Shopping"}"#);
    let cart = made.text("cart_id");
    let item = r#"{"product_id": "sunscreen-50", "quantity": 2}"#;
    let added = client.post(&format!("/api/cart/{cart}/add-item"), token, item);
    let shared = client.post(&format!("/api/cart/{cart}/share"), token, r#"{"shows": {"prices": true}}"#);
    let link = shared.text("shareable_link").rsplit('/').next().unwrap_or_default().to_owned();
    (vec![made, added, shared], link)
}

/// How a part went.
struct Ran {
    rate: f64,
    errors: usize,
}

/// Does something so many times, over so many connections, and prints how long its requests took.
fn run(
    what: &str,
    count: usize,
    requests_each: usize,
    connections: usize,
    server: &Server,
    act: impl Fn(&mut Client, usize) -> Vec<Reply> + Sync,
) -> Ran {
    let (next, errors) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let began = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let work = || {
            let (mut client, mut times) = (Client::connect(server.address), Vec::new());
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return times;
                }
                for reply in act(&mut client, n) {
                    times.push(reply.took);
                    errors.fetch_add(usize::from(!(200..300).contains(&reply.status)), Ordering::Relaxed);
                }
            }
        };
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    let took = began.elapsed();
    times.sort_unstable();
    assert_eq!(times.len(), count * requests_each);
    let at = |per_mille: usize| times[(times.len() - 1) * per_mille / 1000];
    let rate = times.len() as f64 / took.as_secs_f64();
    let errors = errors.into_inner();
    println!(
        "{what:28} {:>8} requests, {rate:>8.0}/s, p50 {:>8.1?}, p99 {:>8.1?}, p99.9 {:>8.1?}, {errors} errors",
        times.len(),
        at(500),
        at(990),
        at(999)
    );
    Ran { rate, errors }
}
