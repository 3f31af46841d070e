//! A client that costs little: one connection, one request at a time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A connection that is kept.
pub struct Client(BufReader<TcpStream>);

/// An answer, and how long it took.
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
    pub took: Duration,
}

impl Reply {
    /// A field of the document.
    pub fn text(&self, field: &str) -> String {
        let document: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        document[field].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("an open socket");
        Self(BufReader::new(stream))
    }

    /// As the `n`th visitor, who comes from an address of their own by a proxy that the server trusts.
    pub fn get(&mut self, path: &str, n: usize) -> Reply {
        let address = format!("198.18.{}.{}", n / 256 % 256, n % 256);
        self.send("GET", path, &format!("x-forwarded-for: {address}\r\n"), "")
    }

    pub fn post(&mut self, path: &str, token: &str, body: &str) -> Reply {
        self.send("POST", path, &format!("authorization: Bearer {token}\r\n"), body)
    }

    fn send(&mut self, method: &str, path: &str, who: &str, body: &str) -> Reply {
        let what = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: load\r\n{who}{what}content-length: {length}\r\n\r\n{body}"
        );
        let began = Instant::now();
        self.0.get_mut().write_all(request.as_bytes()).expect("it is sent");
        let (status, body) = self.read();
        Reply { status, body, took: began.elapsed() }
    }

    fn read(&mut self) -> (u16, Vec<u8>) {
        let (mut line, mut status, mut length) = (String::new(), 0, 0);
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).expect("it answers") > 0, "the server hung up");
            let head = line.trim_end();
            if head.is_empty() {
                break;
            }
            if status == 0 {
                status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
            } else if let Some(bytes) = head.strip_prefix("content-length: ") {
                length = bytes.parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("the body");
        (status, body)
    }
}
