//! The dependency tree of the core: small, and without a runtime, a web framework or a database.

use std::collections::BTreeSet;
use std::process::Command;

/// The crates that a service takes on with `cart-core` and its default features, itself included.
fn core_tree() -> BTreeSet<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let tree = Command::new(cargo)
        .args(["tree", "--locked", "-p", "cart-core", "-e", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be run");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).expect("names are text");
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn the_core_stays_within_25_crates() {
    let tree = core_tree();
    assert!(tree.contains("cart-core") && tree.contains("serde"), "{tree:?}");
    assert!(tree.len() <= 25, "{} crates: {tree:?}", tree.len());
}

#[test]
fn the_core_has_no_runtime_no_web_framework_and_no_database() {
    let tree = core_tree();
    for banned in
        ["tokio", "async-std", "smol", "axum", "hyper", "rusqlite", "libsqlite3-sys", "sqlx", "reqwest"]
    {
        assert!(!tree.contains(banned), "{banned} is in the tree");
    }
}
