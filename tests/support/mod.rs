//! What the end-to-end tests share: a real storefront process on a real SQLite file, and a client for it.
#![allow(dead_code, reason = "each test uses its part")]

pub mod page;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use serde_json::Value;

/// A secret of the tests' own, so that tokens outlive a restart.
const SECRET: &str = "an end-to-end secret of enough bytes";

/// A storefront process. Killed without notice when dropped.
#[derive(Debug)]
pub struct Storefront {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// The page it printed.
    pub page: String,
    _stdout: BufReader<ChildStdout>,
}

impl Storefront {
    /// Starts the example program on a database file and returns once it listens.
    pub fn start(database: &Path) -> Self {
        Self::start_with(database, &[])
    }

    /// The same with more settings.
    pub fn start_with(database: &Path, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(program("storefront"))
            .env("CART_LISTEN", "127.0.0.1:0")
            .env("CART_CHECKOUT_RATE_LIMIT", "10000")
            .env("CART_DATABASE", database)
            .env("CART_JWT_SECRET", SECRET)
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the storefront starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
        let page = read_page(&mut stdout);
        let address = page.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next());
        let address = address.and_then(|text| text.parse().ok()).expect("the page says where it listens");
        Self { child, address, page, _stdout: stdout }
    }

    /// Ends the process at once, as a crash would.
    pub fn kill(mut self) {
        self.child.kill().expect("it is running");
        self.child.wait().expect("it ends");
    }

    /// The same while others are using it.
    pub fn kill_now(&self) {
        let ended = Command::new("kill").args(["-9", &self.child.id().to_string()]).status();
        assert!(ended.expect("kill can be run").success());
    }

    /// Asks the process to end, and waits until it has.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let ended = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(ended.expect("kill can be run").success());
        self.child.wait().expect("it ends")
    }

    /// A client that acts as a demo user.
    pub fn sign_in(&self, user: &str) -> Client {
        self.try_sign_in(user).expect("the demo answers")
    }

    /// The same where it may be dying.
    pub fn try_sign_in(&self, user: &str) -> Option<Client> {
        let url = format!("http://{}/demo/tokens/{user}", self.address);
        let token = agent().post(&url).send_empty().ok()?.body_mut().read_to_string().ok()?;
        Some(Client { base: format!("http://{}", self.address), token: Some(token) })
    }
}

impl Drop for Storefront {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program until it ends by itself.
pub fn run_to_end(database: &Path) -> std::process::Output {
    let mut command = Command::new(program("storefront"));
    command.env("CART_LISTEN", "127.0.0.1:0").env("CART_DATABASE", database).env("CART_JWT_SECRET", SECRET);
    command.output().expect("the storefront can be run")
}

/// A client that is nobody, for a host and port.
pub fn client(host: &str) -> Client {
    Client { base: format!("http://{host}"), token: None }
}

/// Reads what the program prints until it has said how to end it.
fn read_page(stdout: &mut BufReader<ChildStdout>) -> String {
    let mut page = String::new();
    while !page.contains("ctrl-c ends it") {
        let read = stdout.read_line(&mut page).expect("its output can be read");
        assert!(read > 0, "the storefront ended before it listened; it printed: {page}");
    }
    page
}

/// An example program, built as the tests are.
pub fn program(name: &str) -> PathBuf {
    static BUILT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let test = std::env::current_exe().expect("this test has a path");
    let profile = test.parent().and_then(Path::parent).expect("it is in the profile's deps folder");
    // Held while building, so that no other test runs what is not there yet.
    let mut built = BUILT.lock().expect("no panic");
    if built.insert(name.to_owned()) {
        // A single test target does not build the examples; after `cargo test` without a target, this does nothing.
        let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--quiet", "--example", name]);
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo can be run").success());
    }
    profile.join("examples").join(name)
}

/// A client of the storefront.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    token: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The `ETag`, if there is one.
    pub etag: Option<String>,
    /// The body; text if it is not JSON.
    pub body: Value,
}

impl Client {
    /// Sends a request without a body.
    pub fn send(&self, method: &str, path: &str) -> Answer {
        self.try_send(method, path, &[], None).expect("the storefront answers")
    }

    /// Sends a request with a JSON body.
    pub fn send_json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.try_send(method, path, &[], Some(&body.to_string())).expect("the storefront answers")
    }

    /// Sends a request; an error if there was no whole answer.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if body.is_some() && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type")) {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.unwrap_or_default().to_owned()).expect("a well-formed request");
        let mut answer = agent().run(request)?;
        let etag = answer.headers().get("ETag").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = answer.body_mut().read_to_string()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status: answer.status().as_u16(), etag, body })
    }
}

/// One connection pool for all; answers of any status are answers.
fn agent() -> &'static ureq::Agent {
    static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build()
            .into()
    })
}
