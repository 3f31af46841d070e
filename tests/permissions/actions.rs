//! What is asked: every command, and every question of the service.

use std::pin::Pin;

use cart_core::actor::Actor;
use cart_core::command::{CreateCart, DuplicateCart, MergeCarts};
use cart_core::merge::MergeStrategy;
use cart_core::money::Currency;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, HistoryRequest, ListRequest, Outcome, Target};
use cart_core::testing::samples::{channel, prices};
use cart_core::testing::{every_command, name_of};
use cart_core::version::Version;

use crate::shelf::{Kept, Shelf};

/// What came of it, unless it was refused.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Something was written.
    Done,
    /// It was so already.
    Same,
    /// A question was answered.
    Seen,
    /// It is not a question for this principal.
    NotAsked,
}

type Answered<'a> = Pin<Box<dyn Future<Output = Result<Answer, CartError>> + 'a>>;

/// Something that a principal does or asks.
pub type Action = Box<dyn for<'a> Fn(&'a Shelf, &'a Kept, usize, &'a Actor, &'a Target) -> Answered<'a>>;

/// One word for an answer.
pub fn word(answer: &Result<Answer, CartError>) -> &'static str {
    match answer {
        Ok(Answer::Done) => "done",
        Ok(Answer::Same) => "same",
        Ok(Answer::Seen) => "seen",
        Ok(Answer::NotAsked) => ".",
        Err(CartError::Rejected(why)) => refusal(why),
        Err(other) => panic!("{other:?} has no place in the table"),
    }
}

fn refusal(why: &Rejection) -> &'static str {
    match why {
        Rejection::CartNotFound | Rejection::GrantNotFound { .. } => "-",
        Rejection::Forbidden { .. } => "forbidden",
        Rejection::WrongStatus { .. } => "status",
        Rejection::Expired => "expired",
        Rejection::NotExpired => "unexpired",
        Rejection::NotRecoverable => "final",
        Rejection::NoCompany => "no company",
        Rejection::CannotOwn => "no owner",
        Rejection::CheckoutNotFound { .. } => "none",
        Rejection::CheckoutGoesAhead | Rejection::AlreadyOrdered { .. } => "ordered",
        other => panic!("{other:?} has no place in the table"),
    }
}

/// Everything that can be done or asked, by name.
pub fn actions() -> Vec<(&'static str, Action)> {
    let mut actions = commands();
    actions.extend(makings());
    actions.extend(questions());
    actions.extend(lists());
    actions
}

fn written(outcome: Result<Outcome, CartError>) -> Result<Answer, CartError> {
    outcome.map(|outcome| if outcome.entry.is_some() { Answer::Done } else { Answer::Same })
}

fn commands() -> Vec<(&'static str, Action)> {
    let names = every_command(Kept::sample().named(0)).into_iter().map(|(name, _)| name);
    let command = |name: &'static str| {
        action(name, move |shelf, kept, who, actor, target| {
            Box::pin(async move {
                let commands = every_command(kept.named(who));
                let found = commands.into_iter().find(|(_, command)| name_of(command) == name);
                let (_, command) = found.expect("a command of this name");
                // What has a price in dollars has none in euro.
                let in_dollars = name == "change currency";
                let currency = if in_dollars { Currency::USD } else { Currency::EUR };
                shelf.catalog.change("mug", |mug| mug.prices = prices(11_00, currency));
                written(shelf.service.execute(&Caller::new(actor.clone()), target, &command).await)
            })
        })
    };
    names.map(command).collect()
}

fn action(
    name: &'static str,
    action: impl for<'a> Fn(&'a Shelf, &'a Kept, usize, &'a Actor, &'a Target) -> Answered<'a> + 'static,
) -> (&'static str, Action) {
    (name, Box::new(action))
}

/// An action that does the same whoever asks.
macro_rules! action {
    ($name:literal, |$shelf:ident, $kept:pat_param, $actor:ident, $target:pat_param| $body:expr) => {
        action($name, |$shelf, $kept, _, $actor, $target| Box::pin(async move { $body }))
    };
}

/// What makes carts.
fn makings() -> Vec<(&'static str, Action)> {
    vec![
        action!("create", |shelf, _, actor, _| {
            let caller = Caller::new(actor.clone());
            written(shelf.service.create(&caller, &channel("shop"), &CreateCart::default()).await)
        }),
        action!("duplicate", |shelf, kept, actor, _| {
            let copy = DuplicateCart { source: kept.cart, name: None };
            written(shelf.service.duplicate(&Caller::new(actor.clone()), &copy).await)
        }),
        action!("merge into it", |shelf, kept, actor, _| {
            let from = Some(kept.guests());
            let merge = MergeCarts { from, into: Some(kept.cart), strategy: MergeStrategy::Sum };
            let caller = Caller::new(actor.clone());
            written(shelf.service.merge(&caller, &kept.guest_token(7), &channel("shop"), &merge).await)
        }),
        action!("merge it away", |shelf, kept, actor, _| {
            let Actor::Guest(token) = actor else { return Ok(Answer::NotAsked) };
            let into = Some(kept.another());
            let merge = MergeCarts { from: Some(kept.cart), into, strategy: MergeStrategy::Sum };
            let caller = Caller::new(kept.somebody());
            written(shelf.service.merge(&caller, token, &channel("shop"), &merge).await)
        }),
    ]
}

/// What only looks.
fn questions() -> Vec<(&'static str, Action)> {
    vec![
        action!("(cart)", |shelf, _, actor, target| {
            shelf.service.cart(actor, target).await.map(|_| Answer::Seen)
        }),
        action!("(open link)", |shelf, _, actor, _| {
            let Actor::LinkBearer(token) = actor else { return Ok(Answer::NotAsked) };
            shelf.service.open_link(token).await.map(|_| Answer::Seen)
        }),
        action!("(preview link)", |shelf, _, actor, _| {
            let Actor::LinkBearer(token) = actor else { return Ok(Answer::NotAsked) };
            shelf.service.preview_link(token).await.map(|_| Answer::Seen)
        }),
        action!("(links)", |shelf, _, actor, target| {
            shelf.service.links(actor, target).await.map(|_| Answer::Seen)
        }),
        action!("(grants)", |shelf, _, actor, target| {
            shelf.service.grants(actor, target).await.map(|_| Answer::Seen)
        }),
        action!("(grant)", |shelf, kept, actor, _| {
            shelf.service.grant(actor, kept.grant(0)).await.map(|_| Answer::Seen)
        }),
        action!("(standing)", |shelf, _, actor, target| {
            shelf.service.standing(actor, target).await.map(|_| Answer::Seen)
        }),
        action!("(watch)", |shelf, _, actor, target| {
            shelf.service.watch(actor, target).await.map(|_| Answer::Seen)
        }),
        action!("(preview watch)", |shelf, _, actor, target| {
            shelf.service.preview_watch(actor, target).await.map(|_| Answer::Seen)
        }),
        action!("(rewatch)", |shelf, kept, actor, _| {
            shelf.service.rewatch(actor, kept.cart).await.map(|_| Answer::Seen)
        }),
        action!("(changes)", |shelf, kept, actor, _| {
            shelf.service.changes(actor, kept.cart, None, 10).await.map(|_| Answer::Seen)
        }),
        action!("(history)", |shelf, _, actor, target| {
            let request = HistoryRequest { before: None, limit: 10 };
            shelf.service.history(actor, target, request).await.map(|_| Answer::Seen)
        }),
        action!("(cart at)", |shelf, _, actor, target| {
            shelf.service.cart_at(actor, target, Version::FIRST).await.map(|_| Answer::Seen)
        }),
        action!("(preview)", |shelf, _, actor, target| {
            let caller = Caller::new(actor.clone());
            let rename = cart_core::command::Command::Rename { name: None };
            shelf.service.preview(&caller, target, &rename).await.map(|_| Answer::Seen)
        }),
    ]
}

/// Whether the cart is in somebody's lists.
fn lists() -> Vec<(&'static str, Action)> {
    vec![
        action!("(own carts)", |shelf, kept, actor, _| {
            let all = ListRequest::default();
            let page = shelf.service.carts(actor, &channel("shop"), &all).await?;
            listed(page.items.iter().any(|cart| cart.id == kept.cart))
        }),
        action!("(shared carts)", |shelf, kept, actor, _| {
            let all = ListRequest::default();
            let page = shelf.service.carts_shared_with(actor, &channel("shop"), &all).await?;
            listed(page.items.iter().any(|granted| granted.cart.id == kept.cart))
        }),
    ]
}

fn listed(is_listed: bool) -> Result<Answer, CartError> {
    if is_listed { Ok(Answer::Seen) } else { Err(Rejection::CartNotFound.into()) }
}
