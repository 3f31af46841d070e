//! The engine with a table of notes.

mod crash;
mod disk;
mod opening;
mod reading;
mod wiping;
mod writing;

use std::path::PathBuf;
use std::sync::mpsc;

use futures_executor::block_on;
use rusqlite::Transaction;
use rusqlite_migration::M;
use tempfile::TempDir;

use super::{BackupError, Engine, Fault, OpenError, ReadError, WriteError};
use crate::options::{Durability, Options};

const NOTES: &[M<'_>] =
    &[M::up("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL CHECK (body <> '')) STRICT;")];

/// A folder for one test, with the place of a database in it.
struct Place {
    folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("carts.db");
        Self { folder, path }
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self) -> Engine {
        self.open_with(&Options::default())
    }

    fn open_with(&self, options: &Options) -> Engine {
        self.try_open_with(options).unwrap()
    }

    fn try_open(&self) -> Result<Engine, OpenError> {
        self.try_open_with(&Options::default())
    }

    fn try_open_with(&self, options: &Options) -> Result<Engine, OpenError> {
        Engine::open(&self.path, options, NOTES)
    }

    /// The file as another program sees it.
    fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.path).unwrap()
    }
}

fn normal() -> Options {
    Options::default().durability(Durability::Normal)
}

/// One engine of each kind.
fn every_kind() -> Vec<(Place, Engine)> {
    let kinds = [Options::default(), Options::default().on_caller(true), normal(), normal().on_caller(true)];
    let on_disk = kinds.map(|options| {
        let place = Place::new();
        let engine = place.open_with(&options);
        (place, engine)
    });
    let memory = Engine::in_memory(&Options::default(), NOTES).unwrap();
    on_disk.into_iter().chain([(Place::new(), memory)]).collect()
}

type Written = Result<(), WriteError<rusqlite::Error>>;

fn insert(transaction: &Transaction<'_>, body: &str) -> rusqlite::Result<()> {
    transaction.prepare_cached("INSERT INTO notes (body) VALUES (?1)")?.execute([body]).map(|_| ())
}

/// Hands a note over; the answer is what is returned.
fn hand_over(engine: &Engine, body: &str) -> impl Future<Output = Written> + Send + use<> {
    let body = body.to_owned();
    engine.write(move |transaction| insert(transaction, &body))
}

fn put(engine: &Engine, body: &str) -> Written {
    block_on(hand_over(engine, body))
}

fn read_notes(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<String>> {
    let mut statement = transaction.prepare_cached("SELECT body FROM notes ORDER BY id")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn notes(engine: &Engine) -> Vec<String> {
    block_on(engine.read(read_notes)).unwrap()
}

/// Holds the writer's thread inside a write, so that what is handed over meanwhile becomes one group.
struct Held {
    release: mpsc::Sender<()>,
}

impl Held {
    fn new(engine: &Engine) -> Self {
        let (begun, has_begun) = mpsc::channel();
        let (release, released) = mpsc::channel();
        drop(engine.write(move |_| {
            begun.send(()).unwrap();
            released.recv()
        }));
        has_begun.recv().unwrap();
        Self { release }
    }

    fn release(self) {
        self.release.send(()).unwrap();
    }
}
