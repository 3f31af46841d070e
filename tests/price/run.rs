//! Runs of the program.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::program;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program with a request on its standard input.
pub(crate) fn run(request: impl AsRef<[u8]>) -> Run {
    let mut command = Command::new(program("price"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input is piped");
    // It stops reading a request that is too long.
    let _ = stdin.write_all(request.as_ref());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The answer to a request that is one.
pub(crate) fn answer(request: &Value) -> Value {
    let run = run(request.to_string());
    assert_eq!(run.code, Some(0), "{request}\n{run:?}");
    assert_eq!(run.stderr, "");
    serde_json::from_str(&run.stdout).expect("an answer is JSON")
}
