//! The README tells the truth: its program is the example, the example runs, its commands are the ones that CI runs.

mod support;

const README: &str = include_str!("../README.md");
const CI: &str = include_str!("../.ci/run");

/// The code blocks of the README in a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn the_program_in_the_readme_is_the_embed_example() {
    let example = include_str!("../examples/embed.rs");
    let program = example.split_once("\n\n").map(|(_, program)| program.trim_end());
    assert_eq!(blocks("rust").first().copied(), program);
}

#[test]
fn the_embed_example_runs_and_its_cart_is_there_the_next_time() {
    let folder = tempfile::tempdir().expect("a folder");
    for total in ["= total 22.50 EUR\n", "= total 45.00 EUR\n"] {
        let run = std::process::Command::new(support::program("embed")).current_dir(folder.path()).output();
        let run = run.expect("the example can be run");
        let explained = String::from_utf8_lossy(&run.stdout);
        assert!(explained.contains("Mug: Welcome, ") && explained.ends_with(total), "{run:?}");
    }
}

#[test]
fn ci_runs_the_readmes_test_command() {
    let test = blocks("sh").into_iter().flat_map(str::lines).find(|line| line.starts_with("cargo test"));
    let test = test.expect("the README has a test command");
    assert!(CI.lines().any(|line| line == test), "{test}");
}

#[test]
fn the_readme_starts_the_storefront() {
    let started = blocks("sh")
        .into_iter()
        .flat_map(str::lines)
        .any(|line| line == "cargo run --release --example storefront");
    assert!(started);
}
