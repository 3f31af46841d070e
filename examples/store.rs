//! Looks after a store's file: `cargo run --release --example store -- verify data/carts.db`
//!
//! ```text
//! store verify FILE          says what is wrong with it, if anything is
//! store backup FILE TO       copies it; a store in use is copied by the host that uses it
//! store export FILE          writes its journal to standard output, one entry in a line
//! store replay FILE          makes a new store of an exported journal on standard input
//! store reseal FILE          seals what is not sealed with the current key, and says which keys are not needed any more
//! ```
//!
//! `CART_KEY_RING` has the keys, the current one first, as the storefront takes them; `CART_LOST_KEYS` the numbers of keys
//! that nobody has any more (`1,4`), so that a file opens without them. An exported journal is plain text.

use std::path::Path;
use std::process::ExitCode;

use cart_seal::{KeyId, KeyRingError};
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
        ["reseal", file] => return block_on(reseal(&open(file)?)),
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
    let keys = variable("CART_KEY_RING").map(|keys| keys.parse());
    let keys =
        keys.transpose().map_err(|error: KeyRingError| format!("CART_KEY_RING: {}", with_causes(&error)))?;
    let options = keys.into_iter().fold(Options::default(), Options::key_ring);
    Ok(lost_keys()?.into_iter().fold(options, Options::lost_key))
}

fn lost_keys() -> Result<Vec<KeyId>, Error> {
    let text = variable("CART_LOST_KEYS").unwrap_or_default();
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    let keys = keys.map(|key| key.parse().map(KeyId)).collect::<Result<_, _>>();
    Ok(keys.map_err(|error| format!("CART_LOST_KEYS: {error}"))?)
}

/// A variable's text; an empty variable counts as not set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// Goes through all carts, some at a time.
async fn reseal(store: &SqliteStore) -> Result<ExitCode, Error> {
    let (mut carts, mut damaged, mut after) = (0, 0, None);
    loop {
        let done = store.reseal(after, 1000).await?;
        done.damaged.iter().for_each(|finding| println!("{finding}"));
        done.retired.iter().for_each(|key| println!("key {key} is not needed any more"));
        (carts, damaged, after) = (carts + done.carts, damaged + done.damaged.len(), done.next);
        if after.is_none() {
            break;
        }
    }
    eprintln!("{carts} carts sealed anew, {damaged} left as they are");
    Ok(if damaged == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
