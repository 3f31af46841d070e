//! Clients that mean harm, or are broken, at the storefront: a shopper among them notices nothing, and they are shed.
//!
//! More of them: `CART_ABUSE=full cargo test --release --test abuse -- --nocapture`.

mod support;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Client, Storefront};

/// A deadline of the server's (`ServeLimits`), and what a busy machine may add to it.
const SHED: Duration = Duration::from_secs(90);

/// How many of each kind there are.
struct Crowd {
    half_heads: usize,
    slow_bodies: usize,
    deaf: usize,
    silent: usize,
    oversize: usize,
}

fn crowd() -> Crowd {
    if std::env::var("CART_ABUSE").is_ok_and(|size| size == "full") {
        Crowd { half_heads: 2000, slow_bodies: 500, deaf: 500, silent: 5000, oversize: 1000 }
    } else {
        Crowd { half_heads: 100, slow_bodies: 50, deaf: 25, silent: 200, oversize: 100 }
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("there is room for one more");
    stream.set_read_timeout(Some(SHED)).expect("an open socket");
    stream
}

/// Sends what the server may refuse to take to the end.
fn send(stream: &mut TcpStream, bytes: &[u8]) {
    match stream.write_all(bytes) {
        Ok(()) => {}
        Err(error) if [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset].contains(&error.kind()) => {}
        Err(error) => panic!("{error}"),
    }
}

fn many(count: usize, address: SocketAddr, bytes: &[u8]) -> Vec<TcpStream> {
    let open = |_| {
        let mut stream = connect(address);
        send(&mut stream, bytes);
        stream
    };
    (0..count).map(open).collect()
}

/// Whether the server has ended a connection, and what it said before.
fn end_of(mut stream: TcpStream) -> String {
    let (mut said, mut bytes) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => said.extend(&bytes[..read]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("it is still there: {error}"),
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// A shopper fills a cart and looks at it; says how long each request took.
fn shop(ann: &Client) -> Vec<Duration> {
    let mut took = Vec::new();
    for units in 1..=100 {
        let began = Instant::now();
        let item = json!({"product_id": "sunscreen-50", "quantity": 1});
        let added = ann.send_json("POST", "/api/shop/cart/items", &item);
        took.push(began.elapsed());
        assert_eq!(added.status, 200, "{added:?}");
        let began = Instant::now();
        let cart = ann.send("GET", "/api/shop/cart");
        took.push(began.elapsed());
        assert_eq!((cart.status, &cart.body["item_count"]), (200, &json!(units)));
    }
    ann.send("DELETE", "/api/shop/cart");
    took.sort_unstable();
    took
}

fn print(when: &str, took: &[Duration]) {
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    println!("{when}: {} requests, p50 {:?}, p99 {:?}", took.len(), at(50), at(99));
}

fn mebibytes(storefront: &Storefront) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", storefront.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}

/// How many connections the shopper keeps at the most.
const KEPT: usize = 8;

fn connections(storefront: &Storefront) -> usize {
    let files = std::fs::read_dir(format!("/proc/{}/fd", storefront.id())).expect("a process");
    // One may be closed while they are listed.
    let targets = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

fn wait_until(is_so: impl Fn() -> bool) {
    let give_up = Instant::now() + SHED;
    while !is_so() {
        assert!(Instant::now() < give_up, "it does not come to that");
        std::thread::yield_now();
    }
}

#[test]
fn a_shopper_in_a_hostile_crowd_is_served_and_the_crowd_is_shed() {
    let folder = tempfile::tempdir().expect("a folder");
    let storefront = Storefront::start(&folder.path().join("carts.db"));
    let (address, crowd) = (storefront.address, crowd());
    let ann = storefront.sign_in("ann");
    print("quiet", &shop(&ann));
    let (before, quiet) = (mebibytes(&storefront), connections(&storefront) + KEPT);

    let half = many(crowd.half_heads, address, b"GET /api/shop/cart HTTP/1.1\r\nHost: shop\r\nX-Half: ");
    let slow = many(
        crowd.slow_bodies,
        address,
        b"POST /api/cart/create HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{\"cart",
    );
    let silent = many(crowd.silent, address, b"");
    // They ask for much, over and over, and read none of it.
    let metrics = "GET /metrics HTTP/1.1\r\nHost: shop\r\n\r\n".repeat(3000);
    let deaf = many(crowd.deaf, address, metrics.as_bytes());
    print("crowded", &shop(&ann));
    for stream in many(crowd.oversize, address, &oversize()) {
        let said = end_of(stream);
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 413") || said.starts_with("HTTP/1.1 401"),
            "{said}"
        );
    }
    print("among the oversize", &shop(&ann));
    let grown = mebibytes(&storefront).saturating_sub(before);
    println!("memory grew by {grown} MiB from {before} MiB");

    let shed = |kind: &str, streams: Vec<TcpStream>, may_say: &dyn Fn(&str) -> bool| {
        let (began, count) = (Instant::now(), streams.len());
        for stream in streams {
            let said = end_of(stream);
            assert!(may_say(&said), "{kind}: {said}");
        }
        println!("{count} with {kind} were shed after another {:?}", began.elapsed());
    };
    let refusal = |said: &str| said.is_empty() || said.starts_with("HTTP/1.1 4");
    shed("half a head", half, &refusal);
    shed("a slow body", slow, &refusal);
    shed("nothing to say", silent, &str::is_empty);
    // Whoever reads now is not deaf any more, so it is the server that is asked.
    wait_until(|| connections(&storefront) <= quiet);
    drop(deaf);
    print("after them", &shop(&ann));
    assert!(grown < 32 + 4 * u64::try_from(crowd.silent).expect("small") / 100, "{grown} MiB");
}

/// A body of a megabyte, where 64 KiB is the most.
fn oversize() -> Vec<u8> {
    let head = "POST /api/cart/create HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n";
    [head.as_bytes(), &vec![b' '; 1 << 20]].concat()
}

#[test]
fn what_two_servers_could_read_differently_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let storefront = Storefront::start(&folder.path().join("carts.db"));
    let post = "POST /api/cart/create HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n";
    let forms = [
        format!("{post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
        format!("{post}Content-Length: +2\r\n\r\n{{}}"),
        format!("{post}Content-Length: 2, 2\r\n\r\n{{}}x"),
        format!("{post}Content-Length : 2\r\n\r\n{{}}"),
        format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        format!("{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"),
        "GET /api/shop/cart HTTP/1.1\r\n\r\n".to_owned(),
        "GET /api/shop/cart HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned(),
        "GET /api/shop/cart HTTP/9.9\r\nHost: shop\r\n\r\n".to_owned(),
        "GET  /api/shop/cart HTTP/1.1\r\nHost: shop\r\n\r\n".to_owned(),
        "GET /api/shop/cart HTTP/1.1\r\nHost: shop\r\n folded: x\r\n\r\n".to_owned(),
        "GET /api/shop/cart HTTP/1.1\r\nHost: shop\r\nX: a\0b\r\n\r\n".to_owned(),
    ];
    for form in forms {
        // Whatever follows in the same connection is not taken for a request.
        let smuggled = "GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n";
        let mut stream = connect(storefront.address);
        send(&mut stream, format!("{form}{smuggled}").as_bytes());
        let said = end_of(stream);
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 4") || said.starts_with("HTTP/1.1 5"),
            "{form:?}: {said}"
        );
        assert_eq!(
            said.matches("HTTP/1.1 ").count().min(2),
            usize::from(!said.is_empty()),
            "{form:?}: {said}"
        );
    }
    assert_eq!(support::client(&storefront.address.to_string()).send("GET", "/healthz").status, 200);
}
