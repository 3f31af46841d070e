//! Servers as processes of their own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use cart_core::id::UserId;
use cart_core::memory::SystemClock;
use cart_http::{JwtAuthenticator, JwtSecret};

const SECRET: &str = "a secret of the load program's own";

/// A process that serves, ended when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

/// A token for the `n`th owner.
pub fn token(n: usize) -> String {
    let secret = JwtSecret::new(SECRET.as_bytes()).expect("it is long enough");
    let authenticator = JwtAuthenticator::new(secret, Arc::new(SystemClock));
    let owner = UserId::new(format!("owner-{n}")).expect("an id");
    authenticator.mint(&owner, None, Duration::from_secs(3600))
}

impl Server {
    /// The storefront on a new file.
    pub fn storefront(folder: &Path) -> Self {
        let mut build = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
        build.current_dir(env!("CARGO_MANIFEST_DIR")).args([
            "build",
            "--quiet",
            "--release",
            "--example",
            "storefront",
        ]);
        assert!(build.status().expect("cargo can be run").success());
        // Beside this program's `release/deps`.
        let program = std::env::current_exe().expect("a path");
        let profile = program.parent().and_then(Path::parent).expect("a folder of the profile");
        let mut command = Command::new(profile.join("examples/storefront"));
        command.env("CART_DATABASE", folder.join("carts.db")).env("CART_JWT_SECRET", SECRET);
        command.env("CART_LISTEN", "127.0.0.1:0").env("CART_TRUSTED_PROXIES", "127.0.0.1");
        Self::start(command)
    }

    /// A bare axum handler that answers these bytes.
    pub fn bare(folder: &Path, bytes: &[u8]) -> Self {
        let file = folder.join("bytes");
        std::fs::write(&file, bytes).expect("the bytes are written");
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.env(super::bare::FILE, file);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let address =
            lines.by_ref().map_while(Result::ok).find_map(|line| address(&line)).expect("it says where");
        // What else it prints is read, so that it never waits for somebody to read it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// How much memory it has, without what is paged out.
    pub fn mebibytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = resident.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        kibibytes.unwrap_or_default() / 1024
    }
}

fn address(line: &str) -> Option<SocketAddr> {
    line.split("http://").nth(1)?.split_whitespace().next()?.parse().ok()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
