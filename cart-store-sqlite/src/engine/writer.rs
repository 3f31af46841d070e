//! The one writer: a queue before one connection, and whoever serves it.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use cart_core::port::Meter;
use rusqlite::Connection;

use super::error::Fault;
use super::file::Identity;
use super::group;
use super::job::Job;
use super::log::{Log, Wipe};
use super::wipe::{self, Remnants};
use super::{join, lock};

/// The most writes that share a transaction. Beyond it a flush is no longer a noticeable share of the work, while
/// the first in the group waits for the last.
const GROUP: usize = 256;
/// The most writes that a calling thread serves besides its own.
const COMPANY: usize = 32;

/// Who runs the statements of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// The writer's own thread: a commit waits for the disk.
    Thread,
    /// The caller that finds the connection free, taking others along: a commit waits for nothing.
    Caller,
}

/// The writing side of a store.
#[derive(Debug)]
pub(super) struct Writer {
    desk: Arc<Desk>,
    threads: Vec<JoinHandle<()>>,
}

/// What the callers, the writer's thread and the thread that empties the log share.
#[derive(Debug)]
struct Desk {
    queue: Mutex<Queue>,
    work: Condvar,
    connection: Mutex<Connection>,
    /// The database as a file; none in memory. Closing it drops SQLite's locks, so it outlives the connections.
    file: Option<File>,
    stopped: AtomicBool,
    identity: Option<Identity>,
    log: Option<Log>,
    service: Service,
    waiting: usize,
    patience: Duration,
    meter: Option<Arc<dyn Meter>>,
}

#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Box<dyn Job>>,
    /// The writer's thread waits for work; without this a wake-up could be spared by none.
    asleep: bool,
    /// The log is being emptied.
    paused: bool,
    /// The log cannot be emptied.
    refusing: bool,
    closed: bool,
}

/// What a writer is made of.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) connection: Connection,
    /// The connection that empties the log, and the log; none in memory.
    pub(super) log: Option<(Connection, Log)>,
    /// The database as a file; none in memory.
    pub(super) file: Option<File>,
    pub(super) identity: Option<Identity>,
    pub(super) service: Service,
    pub(super) waiting: usize,
    pub(super) patience: Duration,
    pub(super) meter: Option<Arc<dyn Meter>>,
}

impl Writer {
    pub(super) fn start(setup: Setup) -> std::io::Result<Self> {
        let (emptying, log) = setup.log.unzip();
        let desk = Arc::new(Desk {
            queue: Mutex::default(),
            work: Condvar::new(),
            connection: Mutex::new(setup.connection),
            file: setup.file,
            stopped: AtomicBool::new(false),
            identity: setup.identity,
            log,
            service: setup.service,
            waiting: setup.waiting,
            patience: setup.patience,
            meter: setup.meter,
        });
        let mut writer = Self { desk: Arc::clone(&desk), threads: Vec::new() };
        writer.spawn("cart-writer", move |desk| desk.serve())?;
        if let Some(connection) = emptying {
            writer.spawn("cart-log", move |desk| desk.keep_log_short(&connection))?;
        }
        Ok(writer)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce(&Desk) + Send + 'static) -> std::io::Result<()> {
        let desk = Arc::clone(&self.desk);
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || work(&desk))?;
        self.threads.push(thread);
        Ok(())
    }

    /// Takes a write; it is done whether or not its answer is waited for.
    pub(super) fn submit(&self, job: Box<dyn Job>) {
        self.desk.submit(job);
    }

    /// Takes the wish that what was replaced be wiped; answers it at once where there is no file.
    pub(super) fn ask_to_wipe(&self, wipe: Wipe) {
        match &self.desk.log {
            Some(log) => log.ask(wipe),
            None => drop(wipe.caller.send(Ok(()))),
        }
    }

    /// Answers whether a commit has failed at the disk, so that writes are refused.
    pub(super) fn is_stopped(&self) -> bool {
        self.desk.is_stopped()
    }
}

impl Drop for Writer {
    /// Finishes what waits, then ends the threads.
    fn drop(&mut self) {
        lock(&self.desk.queue).closed = true;
        self.desk.work.notify_all();
        if let Some(log) = &self.desk.log {
            log.close();
        }
        self.threads.drain(..).for_each(join);
    }
}

impl Desk {
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    fn submit(&self, job: Box<dyn Job>) {
        let mut queue = lock(&self.queue);
        if let Some(fault) = self.refusal(&queue) {
            drop(queue);
            return group::refuse([job], &fault);
        }
        queue.jobs.push_back(job);
        match self.service {
            Service::Thread => wake(&self.work, &mut queue),
            Service::Caller => self.serve_as_caller(queue),
        }
    }

    fn refusal(&self, queue: &Queue) -> Option<Fault> {
        match () {
            () if queue.closed => Some(Fault::Closed),
            () if self.is_stopped() => Some(Fault::Stopped),
            () if queue.refusing => Some(Fault::LogFull),
            () if queue.jobs.len() >= self.waiting => Some(Fault::Overloaded),
            () => None,
        }
    }

    /// Serves the queue if nobody else does. Who does looks at the queue again after letting the connection go,
    /// so a job that finds it taken is never forgotten.
    fn serve_as_caller(&self, mut queue: MutexGuard<'_, Queue>) {
        if queue.paused {
            return;
        }
        let Ok(connection) = self.connection.try_lock() else { return };
        let jobs = take(&mut queue, COMPANY);
        drop(queue);
        self.commit(&connection, jobs);
        drop(connection);
        self.hand_on();
    }

    /// Leaves what is still waiting to the writer's thread.
    fn hand_on(&self) {
        let mut queue = lock(&self.queue);
        if !queue.jobs.is_empty() {
            wake(&self.work, &mut queue);
        }
    }

    /// The writer's thread.
    fn serve(&self) {
        while self.wait_for_work() {
            let connection = lock(&self.connection);
            let jobs = take(&mut lock(&self.queue), GROUP);
            self.commit(&connection, jobs);
        }
    }

    /// Answers false once the store is closed and nothing is left to do.
    fn wait_for_work(&self) -> bool {
        let mut queue = lock(&self.queue);
        loop {
            match (queue.jobs.is_empty(), queue.closed) {
                (true, true) => return false,
                (false, closed) if closed || !queue.paused => return true,
                (true | false, _) => {}
            }
            queue.asleep = true;
            queue = self.work.wait(queue).unwrap_or_else(|held| held.into_inner());
            queue.asleep = false;
        }
    }

    fn commit(&self, connection: &Connection, jobs: Vec<Box<dyn Job>>) {
        if jobs.is_empty() {
            return;
        }
        if let Some(fault) = self.obstacle() {
            return group::refuse(jobs, &fault);
        }
        group::run(connection, jobs, &self.stopped, self.meter.as_deref());
        if !self.is_stopped() && self.log.as_ref().is_some_and(|log| log.watch(connection)) {
            lock(&self.queue).paused = true;
        }
    }

    fn obstacle(&self) -> Option<Fault> {
        if self.is_stopped() {
            return Some(Fault::Stopped);
        }
        let moved = self.identity.as_ref().is_some_and(|identity| !identity.holds());
        moved.then_some(Fault::Moved)
    }

    /// The thread that empties the log.
    fn keep_log_short(&self, connection: &Connection) {
        let Some(log) = &self.log else { return };
        while log.wait() {
            let asked = log.asked();
            let only_asked = !asked.is_empty() && !lock(&self.queue).paused;
            asked.into_iter().for_each(|wipe| self.wipe(log, connection, wipe));
            if only_asked {
                continue;
            }
            log.copy(connection);
            let since = Instant::now();
            while self.empty_log(log, connection, since) && log.wait_a_moment() {}
        }
    }

    /// Wipes what was replaced, as soon as no reader holds on to it.
    fn wipe(&self, log: &Log, connection: &Connection, wipe: Wipe) {
        let since = Instant::now();
        let mut wiped = self.try_to_wipe(log, connection, &wipe.remnants);
        while matches!(wiped, Err(Fault::Held)) && since.elapsed() < self.patience && log.wait_a_moment() {
            wiped = self.try_to_wipe(log, connection, &wipe.remnants);
        }
        // A caller that has gone away does not want to know.
        drop(wipe.caller.send(wiped));
    }

    fn try_to_wipe(&self, log: &Log, connection: &Connection, remnants: &Remnants) -> Result<(), Fault> {
        let writer = lock(&self.connection);
        let wiped = self.wipe_file(log, connection, &writer, remnants);
        drop(writer);
        self.hand_on();
        wiped
    }

    fn wipe_file(
        &self,
        log: &Log,
        connection: &Connection,
        writer: &Connection,
        remnants: &Remnants,
    ) -> Result<(), Fault> {
        let (Some(file), None) = (&self.file, self.obstacle()) else { return Err(Fault::Stopped) };
        if !remnants.are_there(writer)? {
            return Ok(());
        }
        if !log.cut_off(connection)? {
            return Err(Fault::Held);
        }
        let wiped = wipe::wipe(writer, file, remnants);
        log.begin_anew(connection);
        wiped
    }

    /// Answers whether the log is still full. Writes then stay held up, and past their patience are refused.
    fn empty_log(&self, log: &Log, connection: &Connection, since: Instant) -> bool {
        lock(&self.queue).paused = true;
        let writer = lock(&self.connection);
        let full = log.empty(connection);
        drop(writer);
        let mut queue = lock(&self.queue);
        queue.paused = full;
        queue.refusing = full && since.elapsed() >= self.patience;
        let refused = if queue.refusing { take(&mut queue, usize::MAX) } else { Vec::new() };
        wake(&self.work, &mut queue);
        drop(queue);
        group::refuse(refused, &Fault::LogFull);
        full
    }
}

fn take(queue: &mut Queue, most: usize) -> Vec<Box<dyn Job>> {
    let count = queue.jobs.len().min(most);
    queue.jobs.drain(..count).collect()
}

fn wake(work: &Condvar, queue: &mut Queue) {
    if queue.asleep {
        queue.asleep = false;
        work.notify_one();
    }
}
