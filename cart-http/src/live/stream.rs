//! One reader's stream.

use std::collections::VecDeque;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use cart_core::actor::Actor;
use cart_core::history::{Change, Happened};
use cart_core::journal::Entry;
use cart_core::service::{CartError, CartService, Watch};
use cart_core::status::StatusName;
use cart_core::version::Version;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, sleep_until};

use super::hub::{LiveHub, Subscription};
use super::message::{Ending, Message};
use super::presence::{Presence, Viewer};
use super::resume::Resume;
use crate::stopping::Stopping;

/// For how long a proof that the reader may read is good.
const PROVEN_FOR: Duration = Duration::from_secs(1);
/// How many changes are read from the journal at once.
const PAGE: usize = 100;

/// What one reader is told, and how far they are. Nothing is told that was not just proven to be theirs to know.
#[derive(Debug)]
pub(super) struct Stream {
    service: Arc<CartService>,
    hub: Arc<LiveHub>,
    actor: Actor,
    stopping: Stopping,
    subscription: Subscription,
    watch: Watch,
    proven_at: Instant,
    /// The last version that was told; 0 before all of them.
    told: u64,
    /// Changes after that, without gaps, as the reader may see them by the last proof.
    next: VecDeque<Change>,
    /// Whether there are changes after those in `next` that only the journal has.
    is_behind: bool,
    heartbeat: Instant,
    presence_due: Option<Instant>,
    presence_told: Option<(Presence, Instant)>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Opening,
    Open,
    /// The last message but the one that says so was told.
    Ending(Ending),
    Ended,
}

/// What a stream waits for.
enum Signal {
    Change(Arc<Entry>),
    Missed,
    Presence,
    Heartbeat,
    /// The time of what lets the reader in has come.
    Over,
    Stop,
}

/// What a stream is made from.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) service: Arc<CartService>,
    pub(super) hub: Arc<LiveHub>,
    pub(super) actor: Actor,
    pub(super) subscription: Subscription,
    /// Proven after the subscription began, so that no change falls between them.
    pub(super) watch: Watch,
    pub(super) resume: Resume,
}

/// How soon it is looked again whether somebody may read on whose end has passed.
const PASSED: Duration = Duration::from_secs(1);

impl Stream {
    pub(super) fn new(opened: Opened) -> Self {
        let Opened { service, hub, actor, mut subscription, watch, resume } = opened;
        let Resume { known, stopping, only_head: _ } = resume;
        let now = Instant::now();
        if watch.presence {
            subscription.join(Viewer::of(&actor));
        }
        let current = watch.version.get();
        Self {
            heartbeat: now + hub.limits().heartbeat,
            presence_due: watch.presence.then_some(now),
            told: known.unwrap_or(current),
            is_behind: known.is_some_and(|known| known != current),
            service,
            hub,
            actor,
            stopping,
            subscription,
            watch,
            proven_at: now,
            next: VecDeque::new(),
            presence_told: None,
            stage: Stage::Opening,
        }
    }

    /// The next message; none after the one that says that nothing follows.
    pub(super) async fn message(&mut self) -> Option<Message> {
        let ending = match self.stage {
            Stage::Opening => {
                self.stage = Stage::Open;
                return Some(Message::Ready { after: self.told, current: self.watch.version.get() });
            }
            Stage::Open => match self.step().await {
                Ok(message) => return Some(message),
                Err(ending) => ending,
            },
            Stage::Ending(ending) => ending,
            Stage::Ended => return None,
        };
        self.stage = Stage::Ended;
        Some(Message::End(ending))
    }

    async fn step(&mut self) -> Result<Message, Ending> {
        loop {
            if let Some(message) = self.ready().await? {
                return Ok(message);
            }
            match self.signal().await {
                Signal::Change(first) => self.receive(Some(first)).await?,
                Signal::Missed => self.is_behind = true,
                Signal::Presence => {
                    if let Some(presence) = self.presence().await? {
                        return Ok(Message::Presence(presence));
                    }
                }
                Signal::Heartbeat => {
                    self.look_around().await?;
                    return Ok(Message::Heartbeat);
                }
                Signal::Over => self.prove().await?,
                Signal::Stop => return Err(Ending::ShuttingDown),
            }
        }
    }

    /// The next change, or that there are too many of them, without waiting for others to write.
    async fn ready(&mut self) -> Result<Option<Message>, Ending> {
        if self.next.is_empty() && !self.is_behind {
            return Ok(None);
        }
        self.stop_if_asked()?;
        // Somebody who reads slowly is told nothing that was theirs to know only earlier.
        if self.proven_at.elapsed() >= PROVEN_FOR || !self.subscription.changes.is_empty() {
            self.prove().await?;
        }
        if self.next.is_empty() && self.is_behind && !self.catch_up().await? {
            return Ok(Some(self.resync()));
        }
        Ok(self.next.pop_front().map(|change| self.tell(change)))
    }

    fn stop_if_asked(&self) -> Result<(), Ending> {
        if self.stopping.is_asked() || *self.subscription.closed.borrow() {
            return Err(Ending::ShuttingDown);
        }
        Ok(())
    }

    fn tell(&mut self, change: Change) -> Message {
        self.told = change.version.get();
        if change.what.contains(&Happened::StatusChanged { status: StatusName::Completed }) {
            self.stage = Stage::Ending(Ending::CheckedOut);
        }
        Message::Change(Box::new(change))
    }

    fn resync(&mut self) -> Message {
        self.told = self.watch.version.get();
        self.is_behind = false;
        Message::Resync { current: self.told }
    }

    /// Reads the journal after what was told; false if that is too long ago, or was never so.
    async fn catch_up(&mut self) -> Result<bool, Ending> {
        let current = self.watch.version.get();
        let Some(missed) = current.checked_sub(self.told) else { return Ok(false) };
        if missed > CartService::MAX_CHANGES as u64 {
            return Ok(false);
        }
        let after = Version::new(self.told);
        let read = self.service.changes(&self.actor, self.watch.cart, after, PAGE).await;
        for change in read.map_err(|error| ending(&error))? {
            if change.version.get() != self.newest().saturating_add(1) {
                return Ok(false);
            }
            self.next.push_back(change);
        }
        self.is_behind = self.newest() < current;
        // What the journal should have and has not will not come by waiting.
        Ok(!(self.is_behind && self.next.is_empty()))
    }

    /// The last version that was told or is about to be.
    fn newest(&self) -> u64 {
        self.next.back().map_or(self.told, |change| change.version.get())
    }

    /// Takes the changes that have arrived, as the reader may see them now.
    async fn receive(&mut self, first: Option<Arc<Entry>>) -> Result<(), Ending> {
        let mut entries = Vec::from_iter(first);
        loop {
            match self.subscription.changes.try_recv() {
                Ok(entry) => entries.push(entry),
                Err(TryRecvError::Lagged(_)) => self.is_behind = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        self.prove().await?;
        entries.iter().for_each(|entry| self.take(entry));
        Ok(())
    }

    fn take(&mut self, entry: &Entry) {
        let (version, awaited) = (entry.version.get(), self.newest().saturating_add(1));
        if version == awaited && !self.is_behind {
            self.next.push_back(self.watch.seen(entry));
        } else if version > awaited {
            self.is_behind = true;
        }
    }

    /// Proves again that the reader may read, and notices what others than this process wrote.
    async fn look_around(&mut self) -> Result<(), Ending> {
        self.heartbeat = Instant::now() + self.hub.limits().heartbeat;
        self.receive(None).await?;
        self.is_behind |= self.watch.version.get() > self.newest();
        Ok(())
    }

    async fn prove(&mut self) -> Result<(), Ending> {
        let proof = self.service.rewatch(&self.actor, self.watch.cart).await;
        let watch = proof.map_err(|error| ending(&error))?;
        if watch.sight != self.watch.sight && !self.next.is_empty() {
            self.next.clear();
            self.is_behind = true;
        }
        (self.watch, self.proven_at) = (watch, Instant::now());
        Ok(())
    }

    /// Who is looking, if that is something else than what was told last.
    async fn presence(&mut self) -> Result<Option<Presence>, Ending> {
        self.presence_due = None;
        if self.proven_at.elapsed() >= PROVEN_FOR {
            self.prove().await?;
        }
        let presence = self.subscription.present(self.watch.sight);
        if self.presence_told.as_ref().is_some_and(|(told, _)| *told == presence) {
            return Ok(None);
        }
        self.presence_told = Some((presence.clone(), Instant::now()));
        Ok(Some(presence))
    }

    async fn signal(&mut self) -> Signal {
        let over = self.over();
        let told_at = self.presence_told.as_ref().map(|(_, at)| *at);
        loop {
            let Subscription { changes, moved, closed, .. } = &mut self.subscription;
            tokio::select! {
                biased; // who has to go goes first, and who is looking is told last
                () = self.stopping.asked() => return Signal::Stop,
                _ = closed.wait_for(|closed| *closed) => return Signal::Stop,
                entry = changes.recv() => return match entry {
                    Ok(entry) => Signal::Change(entry),
                    Err(RecvError::Lagged(_)) => Signal::Missed,
                    Err(RecvError::Closed) => Signal::Stop,
                },
                () = until(over) => return Signal::Over,
                () = sleep_until(self.heartbeat) => return Signal::Heartbeat,
                () = until(self.presence_due) => return Signal::Presence,
                _ = moved.changed(), if self.watch.presence && self.presence_due.is_none() => {
                    let pause = self.hub.limits().presence;
                    self.presence_due = Some(told_at.map_or_else(Instant::now, |at| at + pause));
                }
            }
        }
    }

    /// When what lets the reader in ends, if that is to come.
    fn over(&self) -> Option<Instant> {
        let left = self.watch.ends_at?.signed_duration_since(self.hub.now()).to_std().unwrap_or_default();
        // An end that has passed since the proof is found by the next one; where the proof held nevertheless, as for a
        // cart whose lifetime does not count during its checkout, looking again must not be all that is done.
        Instant::now().checked_add(if left.is_zero() { PASSED } else { left })
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// What a refusal to watch on means. One that is no refusal says nothing about the reader's rights, and so gives none.
fn ending(error: &CartError) -> Ending {
    if matches!(error, CartError::Rejected(_)) {
        return Ending::AccessEnded;
    }
    tracing::error!(error = error as &dyn std::error::Error, source = error.source(), "a live stream ended");
    Ending::Unavailable
}
