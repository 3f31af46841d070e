//! The storefront as a newcomer meets it: started on a file, tried with the commands it prints, stopped, started
//! again.

mod support;

use serde_json::json;
use support::page::{Curl, is_problem, run};
use support::{Answer, Storefront};

const CART: &str = "/api/shop/cart";

fn database() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("data").join("carts.db");
    (folder, file)
}

fn send(curl: &Curl) -> Answer {
    let (host, path) = curl.url.trim_start_matches("http://").split_once('/').expect("a path");
    let headers: Vec<_> = curl.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    support::client(host)
        .try_send(&curl.method, &format!("/{path}"), &headers, curl.body.as_deref())
        .expect("the storefront answers")
}

#[test]
fn every_printed_command_works() {
    let (_folder, file) = database();
    let storefront = Storefront::start(&file);
    let mut answers = Vec::new();
    run(&storefront.page, send, |curl, answer| {
        let has = |text| curl.body.as_ref().is_some_and(|body| body.contains(text));
        let expected = match () {
            () if has("\"quantity\": 50") => 409,
            () if has("AUTUMN26") => 422,
            () if has("idCompanyUser") => 201,
            () if has("declined-card") => 402,
            () => 200,
        };
        assert_eq!(answer.status, expected, "{curl:?} {answer:?}");
        answers.push(answer.body.clone());
    });
    assert_eq!(answers.len(), 34);
    assert_eq!(answers[0]["items"], json!([]));
    assert_eq!(answers[2]["items"][0]["quantity"], 3);
    assert_eq!(answers[2]["total"], "388.50");
    assert_eq!(answers[2]["gifts"][0]["promotion_id"], "incense-gift");
    assert_eq!(answers[3]["gifts"], json!([]));
    assert_eq!(answers[3]["refused_gifts"][0]["promotion_id"], "incense-gift");
    assert_eq!(answers[4]["gifts"], answers[2]["gifts"]);
    assert!(is_problem(&answers[5]), "{}", answers[5]);
    let (coupons, explained) = (&answers[14]["coupons"], &answers[15]);
    assert_eq!((&coupons[0]["code"], &coupons[0]["applied"]), (&json!("WELCOME10"), &json!(true)));
    assert_eq!(explained["total"], answers[14]["total"]);
    assert!(
        explained["text"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains("Welcome"))
    );
    assert_eq!(answers[16]["coupons"][1]["reason"], "not_started");
    assert!(is_problem(&answers[17]), "{}", answers[17]);
    assert_eq!(answers[18]["version"], answers[19]["version"], "the key was used before");
    assert_eq!(answers[20]["status"], "confirmed");
    assert_eq!(answers[20], answers[21], "the key was used before");
    assert_eq!(answers[22]["code"], "payment_failed");
    assert_eq!(answers[23]["status"], "payment_pending");
    assert_eq!(answers[25]["status"], "confirmed");
    assert_eq!(answers[27]["data"]["attributes"]["idCompanyUser"], "dora");
    let shown = &answers[29]["cart"]["items"];
    let of = |item: usize| (shown[item]["product_id"].as_str(), shown[item]["quantity"].as_u64());
    assert_eq!((of(0), of(1)), ((Some("desk-lamp"), Some(2)), (Some("beach-towel"), Some(1))));
    assert_eq!(answers[30]["results"][0]["outcome"], "done");
    let newest = &answers[31]["changes"][0];
    assert_eq!(
        (&newest["by"]["user_id"], &newest["what"][0]["product_id"]),
        (&json!("dora"), &json!("sun-hat"))
    );
    assert_eq!(answers[32]["status"], "undone");
    assert_eq!(answers[33]["items"][0]["productType"], "device");
}

#[test]
fn a_cart_is_there_after_a_restart() {
    let (_folder, file) = database();
    let storefront = Storefront::start(&file);
    let body = json!({"product_id": "desk-lamp", "quantity": 3, "note": "für das Büro 💡"});
    let added = storefront.sign_in("ann").send_json("POST", &format!("{CART}/items"), &body);
    assert_eq!(added.status, 200, "{added:?}");
    assert!(storefront.terminate().success(), "it ends in good order when asked to");

    let storefront = Storefront::start(&file);
    let read = storefront.sign_in("ann").send("GET", CART);
    assert_eq!((read.body, read.etag), (added.body, added.etag));
    assert_eq!(storefront.sign_in("ben").send("GET", CART).body["items"], json!([]));
}

#[test]
fn a_second_process_on_the_same_file_is_refused() {
    let (_folder, file) = database();
    let first = Storefront::start(&file);
    let output = support::run_to_end(&file);
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("carts.db") && !message.contains("InUse"), "{message}");
    assert_eq!(first.sign_in("ann").send("GET", CART).status, 200);
}
