//! How a store is opened.

use std::sync::Arc;
use std::time::Duration;

use cart_core::port::Meter;
use cart_seal::{KeyId, KeyRing};

/// What an acknowledged write has survived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Acknowledged means flushed to the disk: the write survives a loss of power.
    #[default]
    Full,
    /// Acknowledged means handed to the operating system: the write survives the end of the process at any
    /// point. A loss of power may take back the last writes, never a part of one, and never damages the file.
    Normal,
}

/// Settings of a store; the defaults suit one service on one machine.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) durability: Durability,
    pub(crate) readers: usize,
    pub(crate) waiting: usize,
    pub(crate) patience: Duration,
    pub(crate) log_bytes: u64,
    pub(crate) on_caller: bool,
    pub(crate) keys: Option<KeyRing>,
    pub(crate) lost_keys: Vec<KeyId>,
    pub(crate) meter: Option<Arc<dyn Meter>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            readers: 2,
            waiting: 4_096,
            patience: Duration::from_secs(5),
            log_bytes: 56 << 20,
            on_caller: false,
            keys: None,
            lost_keys: Vec::new(),
            meter: None,
        }
    }
}

impl Options {
    /// Says what an acknowledged write survives; [`Durability::Full`] unless told.
    #[must_use]
    pub const fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Sets the number of reading connections, 1 to 64 (values outside are moved to the nearest); 2 unless told.
    #[must_use]
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = readers.clamp(1, 64);
        self
    }

    /// Sets how many calls may wait for the writer, and how many for a reader, at least 1; 4,096 of each unless
    /// told. A call past that is answered at once as overloaded.
    #[must_use]
    pub fn waiting(mut self, calls: usize) -> Self {
        self.waiting = calls.max(1);
        self
    }

    /// Sets how long a write waits for a lock that another program holds on the file, or for a long reader to
    /// let go of a full log, before it is refused; 5 seconds unless told.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets the size in bytes that the write-ahead log does not outgrow, at least 1 MiB; 56 MiB unless told.
    ///
    /// The log is emptied long before, unless a reader holds on to an old state of the file. Writes then wait,
    /// and past their patience are refused, instead of filling the disk. One group of waiting writes may go past
    /// the limit by what it writes.
    #[must_use]
    pub fn log_limit_bytes(mut self, bytes: u64) -> Self {
        self.log_bytes = bytes.max(1 << 20);
        self
    }

    /// Sets whether the calling thread may do short work on the file itself: read a few rows (some 30 at most), and
    /// commit at [`Durability::Normal`], other callers' waiting writes along with its own. Unless told, it may not,
    /// and threads of the store do everything: a caller does nothing but wait.
    ///
    /// It saves the way to another thread and back, some 15 us of a commit and 3 to 11 us of a read
    /// ([figures](crate::engine)). No flush and no lock is waited for, but the system may now and then read from the
    /// disk or hold a write up until it has room for it, and an async thread is blocked for as long. So it is for
    /// hosts on a fast local disk.
    #[must_use]
    pub const fn on_caller(mut self, allowed: bool) -> Self {
        self.on_caller = allowed;
        self
    }

    /// Seals what is personal (see the crate's documentation) with the current key of a ring, and opens what any key of
    /// the ring has sealed; unless told, it is stored as text.
    ///
    /// What was stored as text before stays readable, and stays text until it is written again or
    /// [`reseal`](crate::SqliteStore::reseal) comes to it. The other way there is none: once something is sealed, the
    /// file opens only with a ring that has every key of which something is left in it.
    #[must_use]
    pub fn key_ring(mut self, keys: KeyRing) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Says that a key is lost, so that the file opens without it, with a ring of other keys.
    ///
    /// What it sealed stays as it is, should the key be found again. Reading it is
    /// [`KeyMissing`](cart_core::port::StoreError::KeyMissing), also for a list with such a cart in it and for an
    /// export; all else goes on.
    #[must_use]
    pub fn lost_key(mut self, key: KeyId) -> Self {
        self.lost_keys.push(key);
        self
    }

    /// Tells a meter how many writes share each [commit](Meter::committed), on the thread that commits.
    #[must_use]
    pub fn meter(mut self, meter: Arc<dyn Meter>) -> Self {
        self.meter = Some(meter);
        self
    }
}
