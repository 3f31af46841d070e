//! Undos that come in at once with other writes.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use cart_core::command::Command;
use cart_core::memory::MemoryStore;
use cart_core::money::Currency;
use cart_core::policy::CartPolicy;
use cart_core::port::Store;
use cart_core::service::{Caller, CartError, CartService, Outcome, Target};
use cart_core::sharing::Proposal;
use cart_core::testing::samples::{product, quantity};
use cart_core::testing::{FailingStore, FixedCatalog, HoldingStore, RecordingTimer, block_on};

use crate::shop::{Shop, add, ann, ann_with, lines, shop};

/// A cart with a mug, and after that a cup, and two processes: ours, whose commits are held, and theirs.
struct Process {
    service: CartService,
    holding: Arc<HoldingStore>,
    theirs: Shop,
    cart: Target,
}

impl Process {
    fn start() -> Self {
        let memory = Arc::new(MemoryStore::default());
        let theirs = Shop::shared(Arc::clone(&memory), CartPolicy::shared());
        let cart = Target::Cart(theirs.cart());
        theirs.execute(ann(), &cart, &add("mug", 1)).unwrap();
        theirs.execute(ann(), &cart, &add("cup", 1)).unwrap();
        let shared = FailingStore::new(memory as Arc<dyn Store>).shared();
        let holding = Arc::new(HoldingStore::new(Arc::new(shared)));
        let catalog =
            FixedCatalog::default().with("mug", 1000, Currency::EUR).with("cup", 1000, Currency::EUR);
        let service = CartService::builder(Arc::clone(&holding) as Arc<dyn Store>, Arc::new(catalog))
            .timer(Arc::new(RecordingTimer::default()))
            .channel(shop(), CartPolicy::shared(), Currency::EUR)
            .build()
            .unwrap();
        Self { service, holding, theirs, cart }
    }

    /// What is in the cart now.
    fn stored(&self) -> Vec<(String, u32)> {
        let Target::Cart(id) = self.cart else { unreachable!("it is named by its id") };
        owned(&lines(&self.theirs.stored(id)))
    }

    /// Undoes, with the commits let through one by one.
    fn undo(&self) -> Result<Outcome, CartError> {
        let caller = Caller::new(ann());
        self.finish(pin!(self.service.execute(&caller, &self.cart, &Command::Undo)))
    }

    fn finish<T>(&self, mut asked: Pin<&mut impl Future<Output = T>>) -> T {
        loop {
            match poll(asked.as_mut()) {
                Poll::Ready(answer) => return answer,
                Poll::Pending => assert!(block_on(self.holding.release()), "it waits for something else"),
            }
        }
    }
}

fn poll<T>(asked: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    asked.poll(&mut Context::from_waker(Waker::noop()))
}

fn owned(lines: &[(&str, u32)]) -> Vec<(String, u32)> {
    lines.iter().map(|(id, units)| ((*id).to_owned(), *units)).collect()
}

/// The lines of the cart that somebody who came too late is shown.
fn overtaken(answer: Result<Outcome, CartError>) -> Vec<(String, u32)> {
    let Err(CartError::VersionMismatch { current }) = answer else { unreachable!("{answer:?}") };
    owned(&lines(&current.cart))
}

#[test]
fn of_two_undos_at_once_one_is_too_late() {
    let process = Process::start();
    let caller = Caller::new(ann());
    let undo = || process.service.execute(&caller, &process.cart, &Command::Undo);
    let (mut first, mut second) = (pin!(undo()), pin!(undo()));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    let undone = process.finish(first.as_mut()).unwrap();
    assert_eq!(lines(&undone.view.cart), [("mug", 1)]);
    assert_eq!(overtaken(process.finish(second.as_mut())), owned(&[("mug", 1)]));
    assert_eq!(process.stored(), owned(&[("mug", 1)]));
    // Whoever asks after that knows of it, and does it again.
    assert_eq!(lines(&process.undo().unwrap().view.cart), [("mug", 1), ("cup", 1)]);
}

#[test]
fn an_undo_that_lost_a_race_undoes_what_it_was_about_or_nothing() {
    let suggest = Command::Suggest {
        proposal: Proposal::Add { product: product("mug"), quantity: quantity(1) },
        comment: None,
        name: None,
    };
    for (other, left, is_late) in [
        (Command::Undo, &[("mug", 1)][..], true),
        (add("mug", 1), &[("mug", 2), ("cup", 1)], true),
        (suggest, &[("mug", 1)], false),
    ] {
        let process = Process::start();
        let caller = Caller::new(ann());
        let mut ours = pin!(process.service.execute(&caller, &process.cart, &Command::Undo));
        assert!(poll(ours.as_mut()).is_pending());
        process.theirs.execute(ann(), &process.cart, &other).unwrap();
        let answer = process.finish(ours);
        if is_late {
            assert_eq!(overtaken(answer), owned(left), "{other:?}");
        } else {
            assert_eq!(lines(&answer.unwrap().view.cart), left, "{other:?}");
        }
        assert_eq!(process.stored(), owned(left), "{other:?}");
    }
}

#[test]
fn what_others_wrote_before_is_undone_also_if_an_older_cart_is_at_hand() {
    let process = Process::start();
    assert!(block_on(process.service.cart(&ann(), &process.cart)).is_ok());
    process.theirs.execute(ann(), &process.cart, &add("mug", 4)).unwrap();
    assert_eq!(lines(&process.undo().unwrap().view.cart), [("mug", 1), ("cup", 1)]);
}

#[test]
fn an_undo_that_comes_twice_with_one_key_is_answered_alike() {
    let process = Process::start();
    let caller = ann_with("k");
    let undo = || process.service.execute(&caller, &process.cart, &Command::Undo);
    let (mut first, mut second) = (pin!(undo()), pin!(undo()));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    let (first, second) = (process.finish(first).unwrap(), process.finish(second).unwrap());
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!((first.entry, first.view.cart), (second.entry, second.view.cart));
}

#[test]
fn an_undo_that_names_a_version_undoes_nothing_else() {
    let process = Process::start();
    let named = Caller::new(ann())
        .if_match(block_on(process.service.cart(&ann(), &process.cart)).unwrap().cart.version());
    let undo = || process.finish(pin!(process.service.execute(&named, &process.cart, &Command::Undo)));
    assert_eq!(lines(&undo().unwrap().view.cart), [("mug", 1)]);
    assert_eq!(overtaken(undo()), owned(&[("mug", 1)]));
}
