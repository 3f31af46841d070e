//! The storefront held against its own description by a program that knows nothing else of it. A fuller run is
//! `tests/contract/run`, which says what can be set.

mod support;

use std::path::Path;
use std::process::Command;

/// So many requests for each operation that the run stays short; the script by itself makes more.
const EXAMPLES: &str = "2";

#[test]
fn every_answer_is_one_that_the_description_has() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/run");
    let run = Command::new(script)
        .env("CART_CONTRACT_PROGRAM", support::program("storefront"))
        .env("CART_CONTRACT_EXAMPLES", EXAMPLES)
        .env("CART_CONTRACT_PHASES", "examples,fuzzing,stateful")
        .output()
        .expect("the script can be run");
    let (report, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{report}\n{errors}");
    assert_eq!(report.matches("No issues found").count(), 3, "not everybody was tried: {report}");
}
