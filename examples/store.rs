//! Looks after a store's file: `cargo run --release --example store -- verify data/carts.db`
//!
//! ```text
//! store verify FILE          says what is wrong with it, if anything is
//! store backup FILE TO       copies it; a store in use is copied by the host that uses it
//! store export FILE          writes its journal to standard output, one entry in a line
//! store replay FILE          makes a new store of an exported journal on standard input
//! store reseal FILE          seals what is not sealed with the current key
//! ```
//!
//! `CART_KEY_RING` has the keys, the current one first, as the storefront takes them. An exported journal is plain text.

use std::path::Path;
use std::process::ExitCode;

use cart_seal::KeyRingError;
use cart_store_sqlite::{Options, SqliteStore};
use futures_executor::block_on;

type Error = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str = "usage: store verify FILE | backup FILE TO | export FILE | replay FILE | reseal FILE";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("store: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<ExitCode, Error> {
    match words {
        ["verify", file] => return verify(&open(file)?),
        ["backup", file, to] => block_on(open(file)?.backup(Path::new(to)))?,
        ["export", file] => {
            let entries = block_on(open(file)?.export(std::io::stdout()))?;
            eprintln!("{entries} entries exported");
        }
        ["replay", file] => {
            let entries = SqliteStore::replay(file, &options()?, std::io::stdin().lock())?;
            eprintln!("{entries} entries replayed");
        }
        ["reseal", file] => eprintln!("{} carts sealed anew", block_on(reseal(&open(file)?))?),
        _ => return Err(USAGE.into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens a store that is there; a misspelt name makes no new one.
fn open(file: &str) -> Result<SqliteStore, Error> {
    if !Path::new(file).exists() {
        return Err(format!("there is no file {file}").into());
    }
    Ok(SqliteStore::open(file, &options()?)?)
}

/// An error with what caused it: which cart and column, for instance.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn options() -> Result<Options, Error> {
    let keys = std::env::var("CART_KEY_RING").ok().filter(|keys| !keys.is_empty());
    let keys = keys
        .map(|keys| keys.parse())
        .transpose()
        .map_err(|error: KeyRingError| format!("CART_KEY_RING: {}", with_causes(&error)))?;
    Ok(keys.into_iter().fold(Options::default(), Options::key_ring))
}

/// Goes through all carts, some at a time.
async fn reseal(store: &SqliteStore) -> Result<usize, Error> {
    let (mut carts, mut after) = (0, None);
    loop {
        let sealed = store.reseal(after, 1000).await?;
        carts += sealed.carts;
        after = sealed.next;
        if after.is_none() {
            return Ok(carts);
        }
    }
}

fn verify(store: &SqliteStore) -> Result<ExitCode, Error> {
    let report = block_on(store.verify())?;
    println!("{} carts, {} lines, {} entries", report.carts, report.lines, report.entries);
    report.findings.iter().for_each(|finding| println!("{finding}"));
    match (report.is_sound(), report.more) {
        (true, _) => println!("sound"),
        (false, 0) => {}
        (false, more) => println!("and {more} more"),
    }
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
