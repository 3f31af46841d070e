//! The page of commands that the storefront prints, run without a shell.
//!
//! Understands what the page uses: variables, quotes, comments, and `curl` with `-s`, `-X`, `-H`, `-d`.

use std::collections::HashMap;

use serde_json::Value;

use super::Answer;

/// A command of the page.
#[derive(Debug, Default)]
pub struct Curl {
    /// The method; GET unless it says otherwise.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<String>,
}

/// Runs the page's commands in order with `send`, and hands each with its answer to `check`.
pub fn run(page: &str, send: impl Fn(&Curl) -> Answer, mut check: impl FnMut(&Curl, &Answer)) {
    let mut variables = HashMap::new();
    for line in page.lines() {
        if let Some((name, value)) = assignment(line) {
            let value = match value.strip_prefix("$(") {
                Some(command) => captured(&name, &send(&parse(command, &variables))),
                None => words(value, &variables).concat(),
            };
            variables.insert(name, value);
        } else if line.starts_with("curl ") {
            let curl = parse(line, &variables);
            let answer = send(&curl);
            check(&curl, &answer);
        }
    }
}

fn assignment(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once('=')?;
    name.bytes().all(|byte| byte.is_ascii_uppercase()).then(|| (name.to_owned(), value))
}

/// What the page's `sed` picks out of an answer.
fn captured(name: &str, answer: &Answer) -> String {
    let text = match name {
        "LINE" => answer.body["items"][0]["id"].as_str(),
        "PENDING" | "PHONES" => answer.body["id"].as_str(),
        "CART" => answer.body["cart_id"].as_str(),
        "SUGGESTION" => answer.body["suggestion_id"].as_str(),
        "SHARE" => answer.body["shareable_link"].as_str().and_then(|link| link.rsplit('/').next()),
        _ => answer.body["token"].as_str().or(answer.body.as_str()),
    };
    text.unwrap_or_else(|| panic!("{name} is not in {answer:?}")).to_owned()
}

fn parse(command: &str, variables: &HashMap<String, String>) -> Curl {
    let command = command.split("; echo").next().unwrap_or_default().split(" | ").next().unwrap_or_default();
    let mut curl = Curl { method: "GET".into(), ..Curl::default() };
    let mut words = words(command.trim_end_matches(')'), variables).into_iter().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("an option has a value");
        match word.as_str() {
            "-s" => {}
            "-X" => curl.method = value(),
            "-d" => curl.body = Some(value()),
            "-H" => {
                let header = value();
                let (name, value) = header.split_once(": ").expect("a header has a name and a value");
                curl.headers.push((name.to_owned(), value.to_owned()));
            }
            _ => curl.url = word,
        }
    }
    curl
}

/// Splits as a shell would: double quotes with variables, single quotes without.
fn words(text: &str, variables: &HashMap<String, String>) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\'' | '"', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            ('$', None | Some('"')) => {
                let mut name = String::new();
                while let Some(letter) = letters.next_if(char::is_ascii_uppercase) {
                    name.push(letter);
                }
                word.push_str(&variables[&name]);
            }
            (' ', None) => words.push(std::mem::take(&mut word)),
            (letter, _) => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Whether an answer is a problem document.
pub fn is_problem(body: &Value) -> bool {
    body["code"].is_string() && body["status"].is_number()
}
