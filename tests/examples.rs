//! The example hosts run, and do what they say.

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use support::{Client, client, program};

/// An example that serves, ended when dropped.
struct Host(Child, String);

impl Host {
    fn start(name: &str, folder: &Path) -> Self {
        let mut command = Command::new(program(name));
        command.current_dir(folder).env("LISTEN", "127.0.0.1:0").stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        Self(child, line.trim().trim_start_matches("http://").to_owned())
    }

    fn client(&self) -> Client {
        client(&self.1)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_host_mounts_carts_beside_its_own_pages_and_says_who_is_who() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start("own_app", folder.path());
    let nobody = host.client();
    assert_eq!(nobody.send("GET", "/").body, "Welcome");
    assert_eq!(nobody.send("GET", "/api/shop/cart").status, 401);
    let sign_in = |name: &str| {
        let answer = nobody.try_send("POST", "/login", &[("Content-Type", "text/plain")], Some(name));
        format!("session={}", answer.expect("a session").body.as_str().expect("text"))
    };
    let (ann, bob) = (sign_in("ann"), sign_in("bob"));
    let mug = json!({"product_id": "mug"}).to_string();
    let send = |session: &str, method: &str, path: &str, body: Option<&str>| {
        nobody.try_send(method, path, &[("Cookie", session)], body).expect("an answer")
    };
    assert_eq!(send(&ann, "POST", "/api/shop/cart/items", Some(&mug)).status, 200);
    assert_eq!(send(&ann, "GET", "/api/shop/cart", None).body["total"], "12.50");
    assert_eq!(send(&bob, "GET", "/api/shop/cart", None).body["items"], json!([]));
    assert_eq!(send("session=made-up", "GET", "/api/shop/cart", None).status, 401);
}

#[test]
fn colleagues_share_a_cart_until_one_leaves_the_company() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start("b2b", folder.path());
    let client = host.client();
    let send = |who: &str, method: &str, path: &str, body: Option<&Value>| {
        let body = body.map(Value::to_string);
        client.try_send(method, path, &[("X-Employee", who)], body.as_deref()).expect("an answer")
    };
    let made = send("eve@acme", "POST", "/api/cart/create", Some(&json!({"cart_name": "Office"})));
    let cart = made.body["cart_id"].as_str().expect("a cart").to_owned();
    let add = json!({"product_id": "paper", "quantity": 2});
    let path = format!("/api/cart/{cart}/add-item");
    assert_eq!(send("frank@acme", "POST", &path, Some(&add)).status, 404);
    let share = json!({"data": {"type": "shared-carts", "attributes": {"idCompanyUser": "frank", "idCartPermissionGroup": 2}}});
    let shared = send("eve@acme", "POST", &format!("/carts/{cart}/shared-carts"), Some(&share));
    assert_eq!(shared.status, 201, "{shared:?}");
    assert_eq!(send("frank@acme", "POST", &path, Some(&add)).status, 200);
    assert_eq!(send("grace@globex", "POST", &path, Some(&add)).status, 404);
    assert_eq!(send("eve@acme", "DELETE", "/employees/frank", None).status, 200);
    assert_eq!(send("frank@acme", "POST", &path, Some(&add)).status, 404);
}

#[test]
fn a_queue_drives_carts_and_a_message_that_comes_twice_does_nothing_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let add = json!({"id": "m-1", "user": "ann", "add": {"product": "mug", "quantity": 2}}).to_string();
    let lines = [
        add.as_str(),
        add.as_str(),
        "not json",
        r#"{"id": "m-2", "user": "ann", "add": {"product": "cup", "quantity": 1}}"#,
        r#"{"id": "m-3", "user": "ann", "remove": {"product": "mug"}}"#,
        r#"{"id": "m-4", "user": "ann", "clear": {}}"#,
    ];
    let mut command = Command::new(program("queue"));
    let mut worker = command
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut queue = worker.stdin.take().expect("it is piped");
    queue.write_all(lines.join("\n").as_bytes()).expect("it reads");
    drop(queue);
    let output = worker.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let answers: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("JSON"))
        .collect();
    assert_eq!((&answers[0]["version"], &answers[0]["again"]), (&json!(1), &json!(false)));
    assert_eq!((&answers[1]["version"], &answers[1]["again"]), (&json!(1), &json!(true)));
    assert_eq!(answers[0]["total"], answers[1]["total"]);
    assert_eq!(answers[2]["error"], "not understood");
    assert!(answers[3]["error"].is_string(), "{answers:?}");
    assert_eq!(answers[4]["version"], 2, "{answers:?}");
    assert_eq!(answers.len(), lines.len());
}
