//! What is measured against: an axum handler that does nothing but answer bytes.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use tokio::net::TcpListener;

/// Names the file with the bytes, to the process that is to serve them.
pub const FILE: &str = "CART_LOAD_BARE";

pub fn is_asked_for() -> bool {
    std::env::var_os(FILE).is_some()
}

pub fn serve() {
    let bytes = std::fs::read(std::env::var_os(FILE).expect("a file")).expect("the bytes");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("http://{}", listener.local_addr().expect("an address"));
        let answer = async move || ([(header::CONTENT_TYPE, "application/json")], bytes.clone());
        axum::serve(listener, Router::new().route("/", get(answer))).await.expect("it serves");
    });
}
