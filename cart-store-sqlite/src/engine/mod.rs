//! The engine below the tables: a file, one writer with group commit, readers beside it.
//!
//! Calls are closures over a transaction, so the engine knows nothing of carts.
//!
//! * **A file has one owner** ([`OpenError::InUse`]), is ours ([`OpenError::Foreign`]) and is of a schema that this
//!   release knows ([`OpenError::NewerSchema`]).
//! * **A write is answered after its commit**, with one of three outcomes: done, not done
//!   ([`WriteError::Refused`], [`WriteError::NotCommitted`]), or not known ([`WriteError::Unknown`]). Writes that
//!   wait at the same time share a transaction and its flush, each in a savepoint of its own.
//! * **No calling thread touches the file.** Threads of the engine run every write and every read. Where a host
//!   allows it ([`Options::on_caller`]), reads of a few rows run on the calling thread, and with
//!   [`Durability::Normal`], when a commit is a copy into the system's cache, the caller that finds the connection
//!   free makes it: two changes of thread cost more than such a transaction. Even then no calling thread waits for
//!   the disk to flush or for a lock.
//! * **A failed flush stops the writer.** The log may then end in a transaction that only recovery can decide on,
//!   so writes are refused until the file is opened again ([`Engine::is_stopped`]); reads go on.
//!
//! Why so, in figures: p50 of one caller, then the rate of 64 callers on two threads, for a transaction of three
//! statements (2-core VM, 2026-11-22, the range of two to four runs, `cargo test --release -p cart-store-sqlite --lib
//! -- --ignored --nocapture --test-threads 1 hand_over`):
//!
//! | | one caller, `Normal` | one caller, `Full` | 64 callers, `Normal` | 64 callers, `Full` |
//! |---|---|---|---|---|
//! | written by hand (64: in batches of 64) | 14 us | 63-75 us | 34-43 k/s | 29-37 k/s |
//! | a thread commits | 31-37 us | **79-84 us** | 36-39 k/s | **32-37 k/s** |
//! | the caller commits (`on_caller`; at `Full` only to compare) | **17-18 us** | 70-89 us | **38-45 k/s** | 23-32 k/s |
//!
//! A point read costs 2.1 us by hand, 2.3 us on the calling thread, and 5 to 13 us on another.

mod backup;
mod build;
mod connect;
mod error;
mod file;
mod group;
mod job;
mod log;
mod owner;
mod readers;
mod unfinished;
mod wipe;
mod writer;

#[cfg(test)]
mod measure;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_channel::oneshot;
use rusqlite::{Connection, Transaction};
use rusqlite_migration::{M, Migrations};

pub use backup::BackupError;
pub(crate) use build::{BuildError, build};
pub use error::{Fault, OpenError, ReadError, WriteError};

use crate::options::{Durability, Options};
use file::Identity;
use job::{Answer, Call};
use log::{Log, Wipe};
use owner::OwnerLock;
use readers::{Length, Readers};
pub(crate) use wipe::Remnants;
use writer::{Service, Setup, Writer};

/// An open database.
///
/// Dropping it finishes what waits, empties the log and gives the file up; it blocks for as long as that takes.
// The fields are dropped in this order: the writer's connection is the last to be closed, which empties the log.
#[derive(Debug)]
pub struct Engine {
    /// How reads of a few rows are run.
    point: Length,
    readers: Option<Readers>,
    writer: Writer,
    _owner: Option<OwnerLock>,
}

impl Engine {
    /// Opens the file at a path, creates it (for its owner alone) if there is none, and migrates it.
    ///
    /// The file counts its schema by position in `migrations`. Opening reads and writes the file on the calling
    /// thread, and recovers what a crash has left.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; the file is then as it was.
    pub fn open(path: &Path, options: &Options, migrations: &[M<'_>]) -> Result<Self, OpenError> {
        Self::open_admitted(path, options, migrations, |_, _| Ok(()))
    }

    /// Opens as [`Engine::open`] does, once a look at the file as it was found, before it is migrated, admits that.
    pub(crate) fn open_admitted(
        path: &Path,
        options: &Options,
        migrations: &[M<'_>],
        admit: impl FnOnce(&Connection, &Path) -> Result<(), OpenError>,
    ) -> Result<Self, OpenError> {
        let path = &file::resolve(path)?;
        let owner = OwnerLock::acquire(path)?;
        file::ensure(path).map_err(|error| OpenError::from_io(path, error))?;
        let identity = Identity::note(path)?;
        let as_file = file::open(path).map_err(|error| OpenError::from_io(path, error))?;
        let connection = prepare(path, options, migrations, admit)?;
        let readers = (0..options.readers).map(|_| connect::reading(path, options.patience));
        let readers = readers.collect::<Result<Vec<_>, _>>()?;
        let log = (emptying(path, options)?, Log::new(options.log_bytes));
        let setup = Setup {
            connection,
            log: Some(log),
            file: Some(as_file),
            identity: Some(identity),
            service: service(options),
            waiting: options.waiting,
            patience: options.patience,
            meter: options.meter.clone(),
        };
        let started = |error| OpenError::from_io(path, error);
        let writer = Writer::start(setup).map_err(started)?;
        let readers = Readers::start(readers, options.waiting).map_err(started)?;
        let point = if options.on_caller { Length::Point } else { Length::Scan };
        Ok(Self { point, readers: Some(readers), writer, _owner: Some(owner) })
    }

    /// Opens an empty database in memory, gone when dropped; for tests.
    ///
    /// # Errors
    ///
    /// As [`Engine::open`], for instance when a migration fails.
    pub fn in_memory(options: &Options, migrations: &[M<'_>]) -> Result<Self, OpenError> {
        let mut connection = connect::in_memory().map_err(|error| OpenError::from_sqlite(MEMORY, error))?;
        migrate(&mut connection, Path::new(MEMORY), migrations)?;
        let setup = Setup {
            connection,
            log: None,
            file: None,
            identity: None,
            service: Service::Caller,
            waiting: options.waiting,
            patience: options.patience,
            meter: options.meter.clone(),
        };
        let writer = Writer::start(setup).map_err(|error| OpenError::from_io(MEMORY, error))?;
        Ok(Self { point: Length::Point, readers: None, writer, _owner: None })
    }

    /// Runs statements in a transaction and answers once it is durable, or has failed.
    ///
    /// The write is handed over by the call itself: it is done even if the answer is never waited for.
    /// The statements see everything written before. They must not end the transaction or defer a constraint,
    /// since they may share it. When they refuse or panic, nothing of them is stored.
    pub fn write<F, T, E>(
        &self,
        statements: F,
    ) -> impl Future<Output = Result<T, WriteError<E>>> + Send + use<F, T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let (job, answer) = Call::prepare(statements);
        self.writer.submit(job);
        written(answer)
    }

    /// Runs a few statements that read rows by key, on one state of the file: the last that was committed, or a
    /// later one. They run on the calling thread if the options allow it and a connection is free.
    pub fn read<F, T, E>(
        &self,
        statements: F,
    ) -> impl Future<Output = Result<T, ReadError<E>>> + Send + use<F, T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.look(statements, self.point)
    }

    /// Answers whether [`Engine::read`] may run statements on the calling thread where [`Engine::scan`] does not.
    #[must_use]
    pub fn reads_on_caller(&self) -> bool {
        self.readers.is_some() && self.point == Length::Point
    }

    /// Runs statements that read many rows, as [`Engine::read`] but never on the calling thread.
    pub fn scan<F, T, E>(
        &self,
        statements: F,
    ) -> impl Future<Output = Result<T, ReadError<E>>> + Send + use<F, T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.look(statements, Length::Scan)
    }

    /// Copies the database to a path while it is in use. The copy holds what was committed when it was begun, and
    /// appears complete or not at all.
    ///
    /// # Errors
    ///
    /// [`BackupError`], for instance when there is a file already.
    pub fn backup(
        &self,
        to: &Path,
    ) -> impl Future<Output = Result<(), ReadError<BackupError>>> + Send + use<> {
        let (to, in_memory) = (to.to_owned(), self.readers.is_none());
        let copy = move |transaction: &Transaction<'_>| match in_memory {
            true => Err(BackupError::InMemory),
            false => backup::copy(transaction, &to),
        };
        self.look(copy, Length::Scan)
    }

    /// Wipes what was deleted and replaced out of the file and its log, if the remnants say that there is something, and
    /// answers once nothing of it can be read any more. Reads all of the file; writes wait meanwhile.
    ///
    /// It is done even if the answer is never waited for.
    pub(crate) fn wipe(&self, remnants: Remnants) -> impl Future<Output = Result<(), Fault>> + Send + use<> {
        let (caller, answer) = oneshot::channel();
        self.writer.ask_to_wipe(Wipe { remnants, caller });
        async move { answer.await.unwrap_or(Err(Fault::Closed)) }
    }

    /// Answers whether a commit failed at the disk, so that writes are refused until the file is opened again.
    ///
    /// Until then nobody can say what became of that commit: not finding it proves nothing.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.writer.is_stopped()
    }

    fn look<F, T, E>(
        &self,
        statements: F,
        length: Length,
    ) -> impl Future<Output = Result<T, ReadError<E>>> + Send + use<F, T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let answer = match &self.readers {
            Some(readers) => {
                let (job, answer) = Call::prepare(statements);
                readers.submit(job, length);
                answer
            }
            None => self.look_in_memory(statements),
        };
        async move { written(answer).await.map_err(unserved) }
    }

    /// A database in memory has one connection. It is kept from writing, as a reader's is.
    fn look_in_memory<F, T, E>(&self, statements: F) -> Answer<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let (job, answer) = Call::prepare(move |transaction: &Transaction<'_>| {
            let _writing_resumes_when_dropped = OnlyReading::begin(transaction);
            statements(transaction)
        });
        self.writer.submit(job);
        answer
    }
}

const MEMORY: &str = ":memory:";

/// While this lives, the connection refuses to write.
struct OnlyReading<'a>(&'a Connection);

impl<'a> OnlyReading<'a> {
    fn begin(connection: &'a Connection) -> Self {
        Self(connection).set(true)
    }

    fn set(self, on: bool) -> Self {
        // Setting a flag of the connection cannot fail; if it did, a read would merely be less strict.
        drop(self.0.pragma_update(None, "query_only", on));
        self
    }
}

impl Drop for OnlyReading<'_> {
    fn drop(&mut self) {
        drop(self.0.pragma_update(None, "query_only", false));
    }
}

/// Makes the writer's connection: ours, with a log, at the newest schema.
fn prepare(
    path: &Path,
    options: &Options,
    migrations: &[M<'_>],
    admit: impl FnOnce(&Connection, &Path) -> Result<(), OpenError>,
) -> Result<Connection, OpenError> {
    let mut connection = connect::writing(path, options.patience)?;
    connect::identify(&connection, path, migrations.len())?;
    admit(&connection, path)?;
    connect::use_log(&connection, options.durability).map_err(|error| OpenError::from_sqlite(path, error))?;
    migrate(&mut connection, path, migrations)?;
    connect::begin_log(&connection).map_err(|error| OpenError::from_sqlite(path, error))?;
    Ok(connection)
}

/// Makes the connection that empties the log. It waits for no reader: the log is tried again a moment later.
fn emptying(path: &Path, options: &Options) -> Result<Connection, OpenError> {
    let connection = connect::writing(path, Duration::ZERO)?;
    connect::use_log(&connection, options.durability).map_err(|error| OpenError::from_sqlite(path, error))?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path, migrations: &[M<'_>]) -> Result<(), OpenError> {
    let migrated = Migrations::from_slice(migrations).to_latest(connection);
    migrated.map_err(|error| OpenError::from_migration(path, error))
}

const fn service(options: &Options) -> Service {
    match options.durability {
        Durability::Normal if options.on_caller => Service::Caller,
        Durability::Normal | Durability::Full => Service::Thread,
    }
}

async fn written<T, E>(answer: Answer<T, E>) -> Result<T, WriteError<E>> {
    // Every job is answered; an answer is only lost with the thread that was to send it.
    answer.await.unwrap_or(Err(WriteError::Unknown(Fault::Closed)))
}

fn unserved<E>(error: WriteError<E>) -> ReadError<E> {
    match error {
        WriteError::Refused(refusal) => ReadError::Refused(refusal),
        WriteError::NotCommitted(fault) | WriteError::Unknown(fault) => ReadError::Unserved(fault),
    }
}

/// Locks. Jobs that panic are caught inside, so a poisoned lock guards nothing half-done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a thread to end, unless it is the one that asks: a job may be the last to hold the store.
fn join(thread: JoinHandle<()>) {
    if thread.thread().id() != thread::current().id() {
        // A panic has been reported by its own thread.
        drop(thread.join());
    }
}
