//! The store: the ports of `cart-core`, translated to calls of the engine.

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use cart_core::actor::{ActorRef, Owner};
use cart_core::cart::Cart;
use cart_core::facts::Uses;
use cart_core::id::{
    CartId, ChannelId, CheckoutId, CompanyId, CustomerKey, GrantId, LinkId, PromotionId, StockItemId, UserId,
};
use cart_core::journal::{Entry, KeyOrigin, Position, Positioned, Request};
use cart_core::port::{
    CartIndex, CartStore, CartSummary, CheckoutIndex, Checkpoint, EventLog, GrantedCart, HeldBack,
    LinkLedger, Openings, PageRequest, Progress, RelayLedger, RelayName, Rewritten, ShareIndex, StockLedger,
    StockLevel, StoreError, Unit, UseLedger,
};
use cart_core::sharing::LinkDigest;
use cart_core::version::Version;
use cart_seal::KeyId;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction};

use crate::commit::Prepared;
use crate::engine::{BackupError, Engine, Fault, OpenError, ReadError, WriteError};
use crate::error::{self, Refusal};
use crate::index::{self, Grantee};
use crate::keys;
use crate::load;
use crate::options::Options;
use crate::reseal::{self, Due, Resealed};
use crate::rewrite::Rewriting;
use crate::schema::MIGRATIONS;
use crate::seal::Seal;
use crate::table::OwnerColumns;
use crate::table::requests::{self, Forgotten};
use crate::table::rewriting::REMNANTS;
use crate::table::{checkouts, journal, openings, relays, stock, uses};
use crate::transfer::{self, ExportError, ReplayError};
use crate::verify::{self, Finding, Report};

/// The most rows that a read takes on the calling thread, or lines that a cart has which is loaded there.
const FEW: usize = 32;

/// Carts in an SQLite file that this value owns.
///
/// * What [`commit`](CartStore::commit) was answered for is durable in the sense of
///   [`Durability`](crate::Durability). A commit that failed at the disk is [`StoreError::Unknown`], and the store
///   then takes no more writes until it is opened again; [`find_request`](EventLog::find_request) answers
///   [`StoreError::Unavailable`] for what it does not find, because opening may bring that commit back.
/// * Of several reasons to refuse a commit, [`StoreError::Conflict`] is told first: a repeated request that was
///   decided on an old state is a conflict, one decided on the current state is [`StoreError::Repeated`]. Told last are
///   [`StoreError::UsedUp`], the total limit before the customer's, and then what is wrong with the stock.
/// * A write takes one statement for the cart, one for each line that an event names (one for all lines added after
///   one another) and one for the journal, whatever the size or age of the cart. Another currency names all lines. A
///   checkout takes one statement more for each step (three when it begins), two or three for each use of a promotion with
///   a limit, and for each stock item that the store counts two when it begins, and four when it is claimed.
///
/// # Which thread works
///
/// Threads of the store read and write the file; the calling thread only waits for their answer, without blocking,
/// so all methods may be called from async code. Reads of a few rows, and commits at
/// [`Durability::Normal`](crate::Durability::Normal), take some ten microseconds, less than handing them to another
/// thread and back (see [`engine`](crate::engine) for figures). A host that accepts that an async thread now and then
/// waits for pages of the file that the system has not in memory, or for the system to take a write in, lets the
/// calling thread do these with [`Options::on_caller`].
#[derive(Debug)]
pub struct SqliteStore {
    pub(crate) engine: Engine,
    seal: Seal,
    /// The key that seals is known to be on record.
    is_on_record: AtomicBool,
}

impl SqliteStore {
    /// Opens the store in the file at a path, which is created (readable by its owner alone) if there is none.
    ///
    /// Reads and writes the file on the calling thread. Only one store at a time can have a file open; its lock is
    /// the file beside it with `.lock` at the end.
    ///
    /// The [key ring](Options::key_ring) must have every key of which something is left in the file, and they must be
    /// the same keys: otherwise what is written from now on and what is there would need different rings.
    ///
    /// # Errors
    /// See [`OpenError`]; the file is then as it was.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self, OpenError> {
        let seal = Seal::new(options.keys.clone());
        let admit = |found: &Connection, path: &Path| keys::admit(found, path, &seal, &options.lost_keys);
        let engine = Engine::open_admitted(path.as_ref(), options, MIGRATIONS, admit)?;
        // Left over when the process ended before it was done. It is done in the background.
        drop(engine.wipe(REMNANTS));
        Ok(Self { engine, seal, is_on_record: AtomicBool::new(false) })
    }

    /// Opens an empty store in memory, gone when dropped; for tests. All work is done on the calling thread.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn in_memory() -> Result<Self, OpenError> {
        let engine = Engine::in_memory(&Options::default(), MIGRATIONS)?;
        Ok(Self { engine, seal: Seal::default(), is_on_record: AtomicBool::new(false) })
    }

    /// Copies the store to a new file while it is in use. The copy holds what was committed when it was begun,
    /// appears complete or not at all, and opens as a store of its own.
    ///
    /// # Errors
    /// [`BackupError`], for instance when there is a file already or the store is in memory.
    pub async fn backup(&self, to: &Path) -> Result<(), ReadError<BackupError>> {
        self.engine.backup(to).await
    }

    /// Answers whether a commit failed at the disk, so that writes are refused until the store is opened again.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.engine.is_stopped()
    }

    /// Reads all there is and reports what cannot be right: pages, constraints and schema, rows that do not read
    /// as what they were, journals with gaps or out of order, carts that are not what their journal makes of them or
    /// that changed after their end.
    ///
    /// The store may be in use, and no write waits for this as long as the log has room; memory use does not grow
    /// with the store. Carts that are made meanwhile may be left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; what is wrong with the store itself is in the report.
    pub async fn verify(&self) -> Result<Report, StoreError> {
        verify::verify(&self.engine, &self.seal).await
    }

    /// Writes the whole journal as text, one entry in a line (see [`transfer`]), and answers how many entries that
    /// were. [`SqliteStore::replay`] makes a store of it again.
    ///
    /// How much of each stock item was supplied goes with it; orders, openings of links and relays do not.
    /// What the file keeps sealed, an export holds in clear: treat it as the key itself. The store may be in use;
    /// entries made meanwhile may be among those written. A thread of the store writes, so
    /// a writer that blocks keeps one of the [readers](Options::readers) to itself.
    ///
    /// # Errors
    /// [`ExportError`]; what was written until then has no end and cannot be replayed.
    pub async fn export(&self, to: impl Write + Send + 'static) -> Result<u64, ExportError> {
        transfer::export(&self.engine, &self.seal, to).await
    }

    /// Makes a store at a path where there is nothing of an exported journal: with the same carts, lines and
    /// journal, positions included, and the same stock. The file appears complete or not at all.
    ///
    /// Of the options, it looks at the [key ring](Options::key_ring) alone, and seals with it. Reads, and writes the
    /// file, on the calling thread, as [`SqliteStore::open`] does.
    ///
    /// # Errors
    /// [`ReplayError`], for instance when the export was cut short or is not of this format.
    pub fn replay(path: impl AsRef<Path>, options: &Options, from: impl BufRead) -> Result<u64, ReplayError> {
        transfer::replay(path.as_ref(), &Seal::new(options.keys.clone()), from)
    }

    /// Seals with the current key of the [key ring](Options::key_ring) what is not, in so many carts after another one by
    /// rising id (from the first if none is named; at least one), and answers after which to go on. Without a key ring, it
    /// has nothing to do.
    ///
    /// Each cart is done in a transaction of its own, and one in which all is sealed with the current key is only read.
    /// One in which something cannot be opened is left as it is and told. The store may be in use, and the job may be given
    /// up and begun again at any point. When it has gone through all carts, the keys that nothing is sealed with any more
    /// are taken off the record of those that the store needs to open; they can be dropped, if no backup needs them. What
    /// was replaced cannot be read from the file when this is answered: for that, all of the file is read once for each
    /// call that has sealed something, and writes wait.
    ///
    /// ```
    /// # async fn job(store: &cart_store_sqlite::SqliteStore) -> Result<(), cart_core::port::StoreError> {
    /// let mut after = None;
    /// loop {
    ///     let done = store.reseal(after, 1_000).await?;
    ///     done.damaged.iter().for_each(|finding| eprintln!("{finding}"));
    ///     after = done.next;
    ///     if after.is_none() {
    ///         return Ok(());
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// What the store cannot do, for instance because the disk is full; what was done until then stays done.
    pub async fn reseal(&self, after: Option<CartId>, limit: usize) -> Result<Resealed, StoreError> {
        let Some(current) = self.seal.current() else { return Ok(Resealed::default()) };
        let seal = self.seal.clone();
        let due = move |transaction: &Transaction<'_>| reseal::due(transaction, &seal, after, limit);
        let Due { carts, damaged, next } = self.look(usize::MAX, due).await?;
        let mut done = Resealed { damaged, next, ..Resealed::default() };
        for cart in carts {
            match self.reseal_one(cart).await? {
                Ok(is_sealed) => done.carts += usize::from(is_sealed),
                Err(finding) => done.damaged.push(finding),
            }
        }
        self.wipe().await?;
        if next.is_none() {
            done.retired = self.retire(current).await?;
        }
        Ok(done)
    }

    async fn reseal_one(&self, cart: CartId) -> Result<Result<bool, Finding>, StoreError> {
        let seal = self.seal.clone();
        let sealed = self.write_sealed(move |transaction| reseal::cart(transaction, &seal, cart)).await;
        match sealed {
            Err(WriteError::Refused(refusal)) => Ok(Err(reseal::damaged(cart, refusal)?)),
            sealed => sealed.map(Ok).map_err(error::of_write),
        }
    }

    /// Takes the keys off record that nothing is sealed with. Looking at the carts one after the other is enough: only the
    /// current key seals.
    async fn retire(&self, current: KeyId) -> Result<Vec<KeyId>, StoreError> {
        let mut keys = self.look(usize::MAX, move |transaction| keys::but(transaction, current)).await?;
        let mut after = Some(Vec::new());
        while let Some(from) = after {
            let unused = move |transaction: &Transaction<'_>| reseal::unused(transaction, keys, from);
            (keys, after) = self.look(usize::MAX, unused).await?;
        }
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let forget = move |transaction: &Transaction<'_>| keys::forget(transaction, keys);
        self.engine.write(forget).await.map_err(error::of_write)
    }

    /// Writes what has been sealed. The first such write also puts the key on record: not before, because a key that has
    /// sealed nothing may still be replaced by another one.
    pub(crate) async fn write_sealed<T, F>(&self, statements: F) -> Result<T, WriteError<Refusal>>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
        T: Send + 'static,
    {
        let is_on_record = self.is_on_record.load(Ordering::Relaxed);
        let key = if is_on_record { None } else { self.seal.prove() };
        let noted = move |transaction: &Transaction<'_>| {
            keys::note(transaction, key)?;
            statements(transaction)
        };
        let written = self.engine.write(noted).await?;
        self.is_on_record.store(true, Ordering::Relaxed);
        Ok(written)
    }

    pub(crate) const fn seal(&self) -> &Seal {
        &self.seal
    }

    /// Wipes what was written anew out of the file and its log, if that was not done.
    pub(crate) async fn wipe(&self) -> Result<(), StoreError> {
        self.engine.wipe(REMNANTS).await.map_err(error::undone)
    }

    /// Reads so many rows at most.
    pub(crate) async fn look<T, F>(&self, rows: usize, statements: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
        T: Send + 'static,
    {
        let answer = match rows {
            0..=FEW => self.engine.read(statements).await,
            _ => self.engine.scan(statements).await,
        };
        answer.map_err(error::of_read)
    }
}

#[async_trait]
impl CartStore for SqliteStore {
    async fn load(&self, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        let seal = self.seal.clone();
        if self.engine.reads_on_caller() {
            let seal = seal.clone();
            let small = move |transaction: &Transaction<'_>| load::small(transaction, &seal, cart, FEW);
            let found = self.look(FEW, small).await?;
            if let Ok(found) = found {
                return Ok(found.map(Arc::new));
            }
        }
        let found = self.look(usize::MAX, move |transaction| load::cart(transaction, &seal, cart)).await?;
        Ok(found.map(Arc::new))
    }

    async fn commit(&self, unit: Unit) -> Result<(), StoreError> {
        let unit = Prepared::new(&self.seal, unit)?;
        self.write_sealed(move |transaction| unit.write(transaction)).await.map_err(error::of_write)
    }

    async fn rewrite(&self, history: Rewritten) -> Result<(), StoreError> {
        let rewriting = Rewriting::new(&self.seal, &history)?;
        let rewritten = self.write_sealed(move |transaction| rewriting.write(transaction)).await;
        rewritten.map_err(error::of_write)?;
        self.wipe().await
    }

    fn is_only_writer(&self) -> bool {
        true
    }
}

#[async_trait]
impl CartIndex for SqliteStore {
    async fn open_cart(&self, channel: &ChannelId, owner: &Owner) -> Result<Option<CartId>, StoreError> {
        let (channel, owner) = (channel.clone(), OwnerColumns::of(owner));
        self.look(1, move |transaction| index::open_cart(transaction, &channel, &owner)).await
    }

    async fn count_open(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let (channel, owner) = (channel.clone(), OwnerColumns::of(owner));
        self.look(1, move |transaction| index::count_open(transaction, &channel, &owner, now)).await
    }

    async fn carts_of(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        page: PageRequest,
    ) -> Result<Vec<CartSummary>, StoreError> {
        let (seal, channel, owner) = (self.seal.clone(), channel.clone(), OwnerColumns::of(owner));
        let find =
            move |transaction: &Transaction<'_>| index::carts_of(transaction, &seal, &channel, &owner, page);
        self.look(page.limit, find).await
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CartId>, StoreError> {
        self.look(limit, move |transaction| index::due(transaction, now, limit)).await
    }
}

#[async_trait]
impl EventLog for SqliteStore {
    async fn entries(
        &self,
        cart: CartId,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let seal = self.seal.clone();
        self.look(limit, move |transaction| journal::of_cart(transaction, &seal, cart, after, limit)).await
    }

    async fn entries_after(&self, position: Position, limit: usize) -> Result<Vec<Positioned>, StoreError> {
        let seal = self.seal.clone();
        self.look(limit, move |transaction| journal::after(transaction, &seal, position, limit)).await
    }

    /// A caller's key is looked up with one statement. A service's is found by going through the cart's
    /// entries from the last.
    async fn find_request(
        &self,
        cart: CartId,
        actor: &ActorRef,
        request: &Request,
    ) -> Result<Option<Entry>, StoreError> {
        let rows = match request.origin {
            KeyOrigin::Caller { .. } => 1,
            KeyOrigin::Service => usize::MAX,
        };
        let (seal, actor, request) = (self.seal.clone(), actor.clone(), request.clone());
        let find =
            move |transaction: &Transaction<'_>| journal::find(transaction, &seal, cart, &actor, &request);
        match self.look(rows, find).await? {
            // Recovery may still bring the commit back whose flush failed.
            None if self.engine.is_stopped() => Err(error::undone(Fault::Stopped)),
            found => Ok(found),
        }
    }

    /// Old requests are looked for in the order of the journal. One that stands there behind a thousand younger ones, because
    /// the clock was set, is forgotten when those are.
    async fn forget_requests(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        let mut forgotten = 0;
        loop {
            let left = limit.saturating_sub(forgotten);
            let forget = move |transaction: &Transaction<'_>| requests::forget(transaction, before, left);
            let Forgotten { requests, is_done } = self.engine.write(forget).await.map_err(error::of_write)?;
            forgotten += requests;
            if is_done {
                return Ok(forgotten);
            }
        }
    }
}

#[async_trait]
impl CheckoutIndex for SqliteStore {
    async fn cart_of_checkout(&self, checkout: CheckoutId) -> Result<Option<CartId>, StoreError> {
        self.look(1, move |transaction| checkouts::cart_of(transaction, checkout)).await
    }

    async fn checkouts_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CheckoutId>, StoreError> {
        self.look(limit, move |transaction| checkouts::due(transaction, now, limit)).await
    }
}

#[async_trait]
impl StockLedger for SqliteStore {
    async fn stock(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<StockLevel>>, StoreError> {
        let asked = items.to_vec();
        let find = move |transaction: &Transaction<'_>| {
            asked.iter().map(|item| stock::level(transaction, item, except, now)).collect()
        };
        self.look(items.len(), find).await
    }

    async fn set_supply(
        &self,
        item: &StockItemId,
        supplied: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let item = item.clone();
        let set = move |transaction: &Transaction<'_>| stock::set_supply(transaction, &item, supplied, now);
        self.engine.write(set).await.map_err(error::of_write)
    }

    async fn remove_ended_holds(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        let remove = move |transaction: &Transaction<'_>| stock::remove_ended(transaction, now, limit);
        self.engine.write(remove).await.map_err(error::of_write)
    }
}

#[async_trait]
impl UseLedger for SqliteStore {
    async fn uses(
        &self,
        promotions: &[PromotionId],
        customer: Option<&CustomerKey>,
        except: Option<CheckoutId>,
    ) -> Result<Vec<Uses>, StoreError> {
        let (asked, customer) = (promotions.to_vec(), customer.cloned());
        let find = move |transaction: &Transaction<'_>| {
            let of = |promotion| uses::of(transaction, promotion, customer.as_ref(), except);
            asked.iter().map(of).collect()
        };
        self.look(promotions.len(), find).await
    }
}

#[async_trait]
impl ShareIndex for SqliteStore {
    async fn carts_granted_to(
        &self,
        channel: &ChannelId,
        company: &CompanyId,
        user: &UserId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Vec<GrantedCart>, StoreError> {
        let to = Grantee { channel: channel.clone(), company: company.clone(), user: user.clone() };
        let seal = self.seal.clone();
        let find =
            move |transaction: &Transaction<'_>| index::carts_granted_to(transaction, &seal, &to, now, page);
        self.look(page.limit, find).await
    }

    async fn cart_with_grant(&self, grant: GrantId) -> Result<Option<CartId>, StoreError> {
        self.look(1, move |transaction| index::cart_with_grant(transaction, grant)).await
    }

    async fn cart_with_link(&self, token: LinkDigest) -> Result<Option<CartId>, StoreError> {
        self.look(1, move |transaction| index::cart_with_link(transaction, token)).await
    }
}

#[async_trait]
impl LinkLedger for SqliteStore {
    async fn open_link(
        &self,
        link: LinkId,
        at: DateTime<Utc>,
        limit: Option<u32>,
    ) -> Result<bool, StoreError> {
        let opened = self.engine.write(move |transaction| openings::open(transaction, link, at, limit)).await;
        opened.map_err(error::of_write)
    }

    async fn openings(&self, links: &[LinkId]) -> Result<Vec<Openings>, StoreError> {
        let asked = links.to_vec();
        let find = move |transaction: &Transaction<'_>| {
            asked.iter().map(|link| openings::of(transaction, *link)).collect()
        };
        self.look(links.len(), find).await
    }
}

#[async_trait]
impl RelayLedger for SqliteStore {
    async fn checkpoint(&self, relay: &RelayName) -> Result<Checkpoint, StoreError> {
        let relay = relay.clone();
        self.look(1, move |transaction| relays::checkpoint(transaction, &relay)).await
    }

    async fn held_due(
        &self,
        relay: &RelayName,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        let relay = relay.clone();
        self.look(limit, move |transaction| relays::held_due(transaction, &relay, now, limit)).await
    }

    async fn parked(
        &self,
        relay: &RelayName,
        after: Option<CartId>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        let relay = relay.clone();
        self.look(limit, move |transaction| relays::parked(transaction, &relay, after, limit)).await
    }

    async fn held_among(&self, relay: &RelayName, carts: &[CartId]) -> Result<Vec<HeldBack>, StoreError> {
        let (relay, asked) = (relay.clone(), carts.to_vec());
        self.look(carts.len(), move |transaction| relays::held_among(transaction, &relay, &asked)).await
    }

    async fn note_progress(&self, relay: &RelayName, progress: Progress) -> Result<bool, StoreError> {
        let relay = relay.clone();
        let noted = self.engine.write(move |transaction| relays::note(transaction, &relay, &progress)).await;
        noted.map_err(error::of_write)
    }
}
