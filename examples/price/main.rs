//! Prices one request: `cargo run --release --example price < request.json`.
//!
//! It reads JSON from standard input and answers with what everything costs, and how that came to be. The format is in
//! `docs/pricing.md`.

mod tool;

use std::io::{Read as _, Write as _, stdin, stdout};
use std::process::ExitCode;

use cart_core::memory::SystemClock;
use cart_core::port::Clock as _;
use tool::{Error, run};

/// The most bytes of a request.
const MAX_BYTES: usize = 1024 * 1024;

/// What the program ends with when the request is not one.
const BAD_REQUEST: u8 = 2;

fn main() -> ExitCode {
    let answer = read().and_then(|json| run(&json, SystemClock.now()));
    let (text, code) = match &answer {
        Ok(answer) => (serde_json::to_string_pretty(answer), ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("price: {error}");
            (serde_json::to_string(error), ExitCode::from(BAD_REQUEST))
        }
    };
    let text = text.expect("an answer has text for keys");
    // Nobody may be left to read the answer; then the exit code says that it was not delivered.
    if writeln!(stdout(), "{text}").is_ok() { code } else { ExitCode::FAILURE }
}

fn read() -> Result<Vec<u8>, Error> {
    let mut json = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    match stdin().lock().take(limit).read_to_end(&mut json) {
        Err(error) => Err(Error::about_all(format!("standard input cannot be read: {error}"))),
        Ok(_) if json.len() > MAX_BYTES => Err(Error::about_all("a request has at most 1 MiB")),
        Ok(_) => Ok(json),
    }
}
