//! The storefront's page in a real browser: what is in `tests/page` drives Chromium against a real storefront.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::Storefront;

/// Where Debian and others put Chromium, unless `CART_PAGE_CHROMIUM` says where it is.
const CHROMIUMS: [&str; 4] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

#[test]
fn the_page_works_in_a_browser() {
    let chromium = installed();
    run(npm().args(["ci", "--no-audit", "--no-fund"]));
    let folder = tempfile::tempdir().expect("a folder");
    // A browser that does everything at once is not what quotas are about.
    let settings = [("CART_LINK_RATE_LIMIT", "10000"), ("CART_CHECKOUT_RATE_LIMIT", "10000")];
    let storefront = Storefront::start_with(&folder.path().join("carts.db"), &settings);
    run(in_tests("node")
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(scenarios())
        .env("CART_PAGE_BASE", format!("http://{}", storefront.address))
        .env("CART_PAGE_CHROMIUM", chromium)
        .env("CART_PAGE_PICTURES", pictures()));
}

/// Where Chromium is, with Node and npm there too; on a Debian where this may install what it lacks, it does.
fn installed() -> PathBuf {
    let lacking = lacking();
    if !lacking.is_empty() && may_install() {
        run(Command::new("apt-get").arg("update"));
        run(Command::new("apt-get").args(["install", "-y", "--no-install-recommends"]).args(&lacking));
    }
    let names = lacking.join(", ");
    chromium().filter(|_| has("node") && has("npm")).unwrap_or_else(|| {
        panic!("this test needs {names}: install them, or say in CART_PAGE_CHROMIUM where Chromium is")
    })
}

/// Debian's names of what is not here.
fn lacking() -> Vec<&'static str> {
    let needed = [("chromium", chromium().is_some()), ("nodejs", has("node")), ("npm", has("npm"))];
    needed.into_iter().filter(|(_, is_here)| !is_here).map(|(name, _)| name).collect()
}

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CART_PAGE_CHROMIUM").map(PathBuf::from);
    named.or_else(|| CHROMIUMS.iter().map(PathBuf::from).find(|path| path.exists()))
}

fn may_install() -> bool {
    let user = Command::new("id").arg("-u").output();
    has("apt-get") && user.is_ok_and(|user| user.stdout.trim_ascii() == b"0")
}

fn has(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

fn npm() -> Command {
    let mut npm = in_tests("npm");
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    npm
}

fn in_tests(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(tests());
    command
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page")
}

/// All scenarios, in the order of their names.
fn scenarios() -> Vec<String> {
    let files = std::fs::read_dir(tests()).expect("the folder is there");
    let names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
    let mut scenarios: Vec<_> = names.filter(|name| name.ends_with(".test.mjs")).collect();
    scenarios.sort();
    assert!(!scenarios.is_empty(), "there are scenarios");
    scenarios
}

/// The folder of what the browser showed, beside what else was built.
fn pictures() -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let built = test.ancestors().nth(3).expect("it is in deps of a profile of the target folder");
    built.join("page")
}

/// Runs a command to its end, and says what it printed if that is a failure.
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} failed:\n{text}");
    println!("{text}");
}
