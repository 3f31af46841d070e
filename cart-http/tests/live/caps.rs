//! How much streams may take.

use cart_core::sharing::LinkTerms;

use crate::support::Host;

#[tokio::test(start_paused = true)]
async fn one_stream_too_many_of_a_cart_or_altogether_is_told_to_wait() {
    let host = Host::limited(|limits| (limits.streams, limits.streams_of_cart) = (3, 2));
    let (one, other) = (host.cart().await, host.cart().await);
    let mut open = vec![host.watch("ann", one).await, host.watch("ann", one).await];
    for cart in [one, other, one] {
        let answer = host.ask("ann", &format!("/carts/{cart}"), &[]).await;
        if answer.status() == 200 {
            open.push(crate::support::Reader::of(answer));
            continue;
        }
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (503, &"5".parse().unwrap())
        );
    }
    assert_eq!((open.len(), host.hub.streams(), host.hub.carts()), (3, 3, 2));
    open.remove(0);
    let _again = host.watch("ann", one).await;
    assert_eq!((host.hub.streams(), host.hub.carts()), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_stream_too_many_uses_up_no_opening_of_a_link() {
    let host = Host::limited(|limits| limits.streams_of_cart = 1);
    let cart = host.cart().await;
    let token = host.link_with(cart, LinkTerms { uses: Some(1), ..LinkTerms::default() }).await;
    let anns = host.watch("ann", cart).await;
    let path = format!("/links/{}", token.reveal());
    assert_eq!(host.ask("", &path, &[]).await.status(), 503);
    drop(anns);
    host.watch_link(&token).await.expect("ready").await;
    assert_eq!(host.ask("", &path, &[]).await.status(), 404);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_of_streams_that_are_gone() {
    let host = Host::new();
    let mut open = Vec::new();
    for _ in 0..100 {
        let cart = host.cart().await;
        for who in ["ann", "ann", "staff"] {
            open.push(host.watch(who, cart).await);
        }
    }
    assert_eq!((host.hub.streams(), host.hub.carts()), (300, 100));
    drop(open);
    assert_eq!((host.hub.streams(), host.hub.carts()), (0, 0));
}
