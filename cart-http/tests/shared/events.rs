//! Live updates, through the routes of the surface.

use axum::body::Body;
use axum::http::{Method, Response};
use http_body_util::BodyExt as _;
use serde_json::json;

use crate::support::Friends;

/// What a stream says next.
async fn next(answer: &mut Response<Body>) -> String {
    let frame = answer.body_mut().frame().await.expect("a message").unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn owners_and_bearers_of_links_are_told_of_the_same_change_in_their_own_way() {
    let friends = Friends::meet_in_memory();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({})).await;
    let get = async |client: crate::support::Client, path: &str| {
        client.open(Method::GET, path, String::new()).await
    };
    let mut streams = [
        get(friends.ann(), &format!("{cart}/events")).await,
        get(friends.nobody(), &format!("shared/{link}/events")).await,
        get(friends.nobody().with("x-share-token", &link), "shared/events").await,
    ];
    for stream in &mut streams {
        assert_eq!(
            (stream.status(), &stream.headers()["referrer-policy"]),
            (200.try_into().unwrap(), &"no-referrer".parse().unwrap())
        );
        assert!(next(stream).await.contains("event: ready\nid: 3\ndata: {\"version\":3}"));
        assert!(next(stream).await.contains("event: presence"));
    }
    friends.ann().post(&format!("{cart}/add-item"), json!({"product_id": "pen"})).await.ok();
    for (stream, is_owner) in streams.iter_mut().zip([true, false, false]) {
        let mut told = next(stream).await;
        while !told.contains("event: change") {
            told = next(stream).await;
        }
        assert!(told.contains("id: 4\n") && told.contains("\"product_id\":"), "{told}");
        assert_eq!((told.contains("ann"), told.contains("1.20")), (is_owner, is_owner), "{told}");
    }
    drop(streams);
    assert_eq!((friends.hub.streams(), friends.hub.carts()), (0, 0));
    let listed = friends.ann().get(&format!("{cart}/links")).await.ok();
    assert_eq!(listed["links"][0]["view_count"], 2, "a stream is an opening");
}
