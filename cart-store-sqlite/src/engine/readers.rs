//! Readers: connections that see the last commit and wait for nobody.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::Fault;
use super::group;
use super::job::{Job, Outcome};
use super::{join, lock};

/// Who runs the statements of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// A few rows by key: the caller, if a connection is free.
    Point,
    /// As many rows as there are: a thread of the pool.
    Scan,
}

/// The reading side of a store.
#[derive(Debug)]
pub(super) struct Readers {
    pool: Arc<Pool>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Pool {
    state: Mutex<State>,
    work: Condvar,
    waiting: usize,
}

#[derive(Debug)]
struct State {
    idle: Vec<Connection>,
    jobs: VecDeque<Box<dyn Job>>,
    closed: bool,
}

impl Readers {
    pub(super) fn start(connections: Vec<Connection>, waiting: usize) -> std::io::Result<Self> {
        let count = connections.len();
        let state = State { idle: connections, jobs: VecDeque::new(), closed: false };
        let pool = Arc::new(Pool { state: Mutex::new(state), work: Condvar::new(), waiting });
        let mut readers = Self { pool, threads: Vec::new() };
        for number in 0..count {
            readers.spawn(number)?;
        }
        Ok(readers)
    }

    fn spawn(&mut self, number: usize) -> std::io::Result<()> {
        let pool = Arc::clone(&self.pool);
        let name = format!("cart-reader-{number}");
        self.threads.push(thread::Builder::new().name(name).spawn(move || pool.serve())?);
        Ok(())
    }

    pub(super) fn submit(&self, job: Box<dyn Job>, length: Length) {
        self.pool.submit(job, length);
    }
}

impl Drop for Readers {
    /// Finishes what waits, then ends the threads.
    fn drop(&mut self) {
        lock(&self.pool.state).closed = true;
        self.pool.work.notify_all();
        self.threads.drain(..).for_each(join);
    }
}

impl Pool {
    fn submit(&self, job: Box<dyn Job>, length: Length) {
        let mut state = lock(&self.state);
        let connection = match length {
            Length::Point => state.idle.pop(),
            Length::Scan => None,
        };
        if let Some(connection) = connection {
            drop(state);
            read(&connection, job);
            return self.give_back(connection);
        }
        if state.jobs.len() >= self.waiting {
            drop(state);
            return group::refuse([job], &Fault::Overloaded);
        }
        state.jobs.push_back(job);
        self.work.notify_one();
    }

    fn give_back(&self, connection: Connection) {
        let mut state = lock(&self.state);
        state.idle.push(connection);
        if !state.jobs.is_empty() || state.closed {
            self.work.notify_one();
        }
    }

    fn serve(&self) {
        while let Some((connection, job)) = self.next() {
            read(&connection, job);
            self.give_back(connection);
        }
    }

    /// Waits for a job and a connection for it; answers nothing once the pool is closed and empty.
    fn next(&self) -> Option<(Connection, Box<dyn Job>)> {
        let unready =
            |state: &mut State| (state.jobs.is_empty() || state.idle.is_empty()) && !state.finished();
        let state = self.work.wait_while(lock(&self.state), unready);
        let mut state = state.unwrap_or_else(|held| held.into_inner());
        let job = state.jobs.pop_front()?;
        let connection = state.idle.pop()?;
        Some((connection, job))
    }
}

impl State {
    fn finished(&self) -> bool {
        self.closed && self.jobs.is_empty()
    }
}

/// Runs all statements of a read on one state of the file.
fn read(connection: &Connection, mut job: Box<dyn Job>) {
    let outcome = match Transaction::new_unchecked(connection, TransactionBehavior::Deferred) {
        Ok(transaction) => {
            job.run(&transaction);
            Outcome::Committed
        }
        Err(error) => Outcome::NotCommitted(error.into()),
    };
    job.answer(&outcome);
}
