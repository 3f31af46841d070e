-- Carts, their lines, with whom they are shared, their checkouts, the journal of what happened to them, which requests
-- asked for it, how often promotions were used and links opened, what is in stock and for whom, how far the journal was
-- handed on, and orders.
--
-- Ids are 16 bytes, times are UTC microseconds, amounts are minor units of the cart's currency. A column holds NULL
-- where there is nothing, and JSON where the library's types are written as they are. A column of type ANY holds text,
-- or, where a key ring is configured, the same text sealed, in bytes: 45 more than the text has.

CREATE TABLE carts (
    id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- What every write changes comes first: the rest of a row often stays as it is, byte for byte.
    version         INTEGER NOT NULL CHECK (version >= 1),
    updated_at      INTEGER NOT NULL,
    line_count      INTEGER NOT NULL CHECK (line_count >= 0),
    -- How many grants, links and suggestions there are together.
    shares          INTEGER NOT NULL CHECK (shares >= 0),
    -- How many checkouts. A cart with one never expires.
    checkouts       INTEGER NOT NULL CHECK (checkouts >= 0),
    expires_at      INTEGER,
    channel         TEXT    NOT NULL CHECK (channel <> ''),
    owner_kind      TEXT    NOT NULL CHECK (owner_kind IN ('user', 'guest')),
    -- A user's id, or the digest of a guest's token. The token itself is nowhere.
    owner           TEXT    NOT NULL CHECK (owner <> ''),
    -- The company for which a user owns the cart; empty if none.
    company         TEXT    NOT NULL CHECK (company = '' OR owner_kind = 'user'),
    -- Whether the owner may have only one open cart in the channel.
    sole            INTEGER NOT NULL CHECK (sole IN (0, 1)),
    currency        TEXT    NOT NULL CHECK (length(currency) = 3),
    created_at      INTEGER NOT NULL,
    duplicate_of    BLOB    CHECK (length(duplicate_of) = 16),

    status          TEXT    NOT NULL CHECK (status IN ('active', 'checkout', 'completed', 'abandoned')),
    checkout_id     BLOB    CHECK (length(checkout_id) = 16),
    deadline        INTEGER,
    order_ref       TEXT    CHECK (order_ref <> ''),
    abandoned_at    INTEGER,
    abandoned_for   TEXT    CHECK (abandoned_for IN ('given_up', 'expired', 'merged')),
    merged_into     BLOB    CHECK (length(merged_into) = 16),
    merged_version  INTEGER CHECK (merged_version >= 1),

    address         ANY     CONSTRAINT address CHECK (CASE typeof(address)
        WHEN 'text' THEN address <> '' WHEN 'blob' THEN length(address) > 45 ELSE address IS NULL END),
    shipping_method TEXT    CHECK (shipping_method <> ''),
    payment_method  TEXT    CHECK (payment_method <> ''),
    coupons         ANY     CONSTRAINT coupons CHECK (CASE typeof(coupons)
        WHEN 'text' THEN coupons <> '' WHEN 'blob' THEN length(coupons) > 45 ELSE coupons IS NULL END),
    refused_gifts   TEXT    CHECK (refused_gifts <> ''),
    name            ANY     CONSTRAINT name CHECK (CASE typeof(name)
        WHEN 'text' THEN length(name) BETWEEN 1 AND 100 WHEN 'blob' THEN length(name) > 45 ELSE name IS NULL END),
    note            ANY     CONSTRAINT note CHECK (CASE typeof(note)
        WHEN 'text' THEN length(note) BETWEEN 1 AND 500 WHEN 'blob' THEN length(note) > 45 ELSE note IS NULL END),
    metadata        ANY     CONSTRAINT metadata CHECK (CASE typeof(metadata)
        WHEN 'text' THEN metadata <> '' WHEN 'blob' THEN length(metadata) > 45 ELSE metadata IS NULL END),
    settings        TEXT,

    CHECK (updated_at >= created_at),
    -- A status has the data that belongs to it, and no other.
    CHECK ((status = 'checkout') = (checkout_id IS NOT NULL)),
    CHECK ((status = 'checkout') = (deadline IS NOT NULL)),
    CHECK ((status = 'completed') = (order_ref IS NOT NULL)),
    CHECK ((status = 'abandoned') = (abandoned_at IS NOT NULL)),
    CHECK ((status = 'abandoned') = (abandoned_for IS NOT NULL)),
    CHECK ((abandoned_for IS 'merged') = (merged_into IS NOT NULL)),
    CHECK ((abandoned_for IS 'merged') = (merged_version IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- One open cart for each owner and channel, where the channel allows no more.
CREATE UNIQUE INDEX one_open_cart ON carts (channel, owner_kind, owner, company)
    WHERE sole = 1 AND status IN ('active', 'checkout');

-- The open carts of owners who may have many. An open cart is in this index or in the one above.
CREATE INDEX open_carts ON carts (channel, owner_kind, owner, company)
    WHERE sole = 0 AND status IN ('active', 'checkout');

-- The carts of an owner by age; by id where that is the same.
CREATE INDEX carts_by_owner ON carts (channel, owner_kind, owner, company, created_at, id);

CREATE INDEX carts_by_expiry ON carts (expires_at, id)
    WHERE status = 'active' AND checkouts = 0 AND expires_at IS NOT NULL;

CREATE TABLE lines (
    cart_id           BLOB    NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    line_id           BLOB    NOT NULL CHECK (length(line_id) = 16),
    -- Grows with every line that is added to the cart; says nothing but the order.
    position          INTEGER NOT NULL CHECK (position >= 0),
    quantity          INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    -- What one unit cost when the line was added, or its price was noted anew.
    list_price        INTEGER NOT NULL CHECK (list_price >= 0),
    unit_price        INTEGER NOT NULL CHECK (unit_price >= 0),
    -- What the catalog said one unit costs when the shopper last took note of it, if that was after.
    acknowledged_list INTEGER CHECK (acknowledged_list >= 0),
    acknowledged_unit INTEGER CHECK (acknowledged_unit >= 0),
    added_at          INTEGER NOT NULL,
    added_by          TEXT    NOT NULL CHECK (added_by <> ''),
    product           TEXT    NOT NULL CHECK (product <> ''),
    -- The part of the metadata that makes this a line of its own.
    distinct_metadata ANY     CONSTRAINT distinct_metadata CHECK (CASE typeof(distinct_metadata)
        WHEN 'text' THEN distinct_metadata <> '' WHEN 'blob' THEN length(distinct_metadata) > 45 ELSE distinct_metadata IS NULL END),
    note              ANY     CONSTRAINT note CHECK (CASE typeof(note)
        WHEN 'text' THEN length(note) BETWEEN 1 AND 500 WHEN 'blob' THEN length(note) > 45 ELSE note IS NULL END),
    metadata          ANY     CONSTRAINT metadata CHECK (CASE typeof(metadata)
        WHEN 'text' THEN metadata <> '' WHEN 'blob' THEN length(metadata) > 45 ELSE metadata IS NULL END),
    options           TEXT    CHECK (options <> ''),

    CHECK (unit_price <= list_price),
    CHECK ((acknowledged_list IS NULL) = (acknowledged_unit IS NULL)),
    CHECK (acknowledged_unit <= acknowledged_list),
    PRIMARY KEY (cart_id, line_id)
) STRICT, WITHOUT ROWID;

-- To whom carts are granted.
CREATE TABLE grants (
    cart_id    BLOB    NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    grant_id   BLOB    NOT NULL CHECK (length(grant_id) = 16),
    -- Grows with everything that is shared of the cart; says nothing but the order. So it does in the next two tables.
    position   INTEGER NOT NULL CHECK (position >= 0),
    user       TEXT    NOT NULL CHECK (user <> ''),
    group_id   INTEGER NOT NULL CHECK (group_id BETWEEN 0 AND 4294967295),
    granted_at INTEGER NOT NULL,
    granted_by TEXT    NOT NULL CHECK (granted_by <> ''),
    -- As the cart has it, so that a user's carts are found in their order: channel, company, whether it is open, age.
    channel    TEXT    NOT NULL CHECK (channel <> ''),
    company    TEXT    NOT NULL,
    is_open    INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    created_at INTEGER NOT NULL,

    PRIMARY KEY (cart_id, grant_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX grants_by_id ON grants (grant_id);

CREATE UNIQUE INDEX one_grant_of_a_user ON grants (cart_id, user);

-- The open carts that are granted to a user, by age; by id where that is the same.
CREATE INDEX grants_by_user ON grants (channel, company, user, created_at, cart_id) WHERE is_open = 1;

-- The links that show carts to whoever has their token.
CREATE TABLE links (
    cart_id      BLOB    NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    link_id      BLOB    NOT NULL CHECK (length(link_id) = 16),
    position     INTEGER NOT NULL CHECK (position >= 0),
    -- The digest of the token. The token itself is nowhere.
    token        BLOB    NOT NULL CHECK (length(token) = 32),
    expires_at   INTEGER,
    -- How often it may be opened.
    uses         INTEGER CHECK (uses BETWEEN 0 AND 4294967295),
    shows_prices INTEGER NOT NULL CHECK (shows_prices IN (0, 1)),
    shows_names  INTEGER NOT NULL CHECK (shows_names IN (0, 1)),
    may_suggest  INTEGER NOT NULL CHECK (may_suggest IN (0, 1)),
    made_at      INTEGER NOT NULL,
    made_by      TEXT    NOT NULL CHECK (made_by <> ''),
    label        ANY     CONSTRAINT label CHECK (CASE typeof(label)
        WHEN 'text' THEN length(label) BETWEEN 1 AND 100 WHEN 'blob' THEN length(label) > 45 ELSE label IS NULL END),

    PRIMARY KEY (cart_id, link_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX links_by_id ON links (link_id);

CREATE UNIQUE INDEX links_by_token ON links (token);

-- What was suggested and not decided on.
CREATE TABLE suggestions (
    cart_id       BLOB    NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    suggestion_id BLOB    NOT NULL CHECK (length(suggestion_id) = 16),
    position      INTEGER NOT NULL CHECK (position >= 0),
    made_at       INTEGER NOT NULL,
    author        TEXT    NOT NULL CHECK (author <> ''),
    proposal      TEXT    NOT NULL CHECK (proposal <> ''),
    name          ANY     CONSTRAINT name CHECK (CASE typeof(name)
        WHEN 'text' THEN length(name) BETWEEN 1 AND 100 WHEN 'blob' THEN length(name) > 45 ELSE name IS NULL END),
    comment       ANY     CONSTRAINT comment CHECK (CASE typeof(comment)
        WHEN 'text' THEN length(comment) BETWEEN 1 AND 500 WHEN 'blob' THEN length(comment) > 45 ELSE comment IS NULL END),

    PRIMARY KEY (cart_id, suggestion_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX suggestions_by_id ON suggestions (suggestion_id);

-- Every accepted write, once. The position is the row's number: entries are only ever added, so it grows and is
-- never used again.
CREATE TABLE journal (
    position    INTEGER NOT NULL PRIMARY KEY,
    cart_id     BLOB    NOT NULL REFERENCES carts (id),
    version     INTEGER NOT NULL CHECK (version >= 1),
    at          INTEGER NOT NULL,
    -- What a repeated request must have in common with this one, sealed as the events are; NULL if the service made
    -- the key itself.
    fingerprint BLOB    CHECK (length(fingerprint) IN (16, 61)),
    request_key TEXT    NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    actor       TEXT    NOT NULL CHECK (actor <> ''),
    events      ANY     NOT NULL CONSTRAINT events CHECK (CASE typeof(events)
        WHEN 'text' THEN events <> '' WHEN 'blob' THEN length(events) > 45 ELSE 0 END),
    reply       ANY     CONSTRAINT reply CHECK (CASE typeof(reply)
        WHEN 'text' THEN reply <> '' WHEN 'blob' THEN length(reply) > 45 ELSE reply IS NULL END),
    -- FNV-1a (64 bits) over the rest of the row, position apart: shows damage that still reads as an entry.
    checksum    INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX journal_by_version ON journal (cart_id, version);

-- The entries that callers' requests have written, by the keys that they gave: a request of an actor changes a cart
-- once. Keys that the service makes never come again, so they are not here; nor are keys that were forgotten.
CREATE TABLE requests (
    cart_id     BLOB    NOT NULL REFERENCES carts (id),
    request_key TEXT    NOT NULL,
    actor       TEXT    NOT NULL,
    position    INTEGER NOT NULL,

    PRIMARY KEY (cart_id, request_key, actor)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER requests_follow_entries AFTER INSERT ON journal
WHEN NEW.fingerprint IS NOT NULL
BEGIN
    INSERT INTO requests (cart_id, request_key, actor, position)
    VALUES (NEW.cart_id, NEW.request_key, NEW.actor, NEW.position);
END;

CREATE TRIGGER requests_follow_actors AFTER UPDATE OF actor ON journal
WHEN NEW.fingerprint IS NOT NULL AND NEW.actor <> OLD.actor
BEGIN
    UPDATE requests SET actor = NEW.actor
    WHERE cart_id = NEW.cart_id AND request_key = NEW.request_key AND actor = OLD.actor AND position = NEW.position;
END;

-- Up to which place of the journal keys were forgotten, and those before it that were kept, as their carts were in
-- checkout.
CREATE TABLE forgotten_requests (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL CHECK (position >= 0)
) STRICT;

CREATE TABLE kept_requests (
    position INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- The keys that have sealed something that is still there. Each has sealed an empty text in its proof, which no other key
-- of the same number opens.
CREATE TABLE seal_keys (
    key_id INTEGER NOT NULL PRIMARY KEY CHECK (key_id BETWEEN 0 AND 4294967295),
    proof  BLOB    NOT NULL CHECK (length(proof) = 45)
) STRICT;

-- The cart whose history is being written anew, without some personal data or under another key; empty but inside such
-- a transaction.
CREATE TABLE rewriting (
    cart_id BLOB NOT NULL PRIMARY KEY CHECK (length(cart_id) = 16)
) STRICT, WITHOUT ROWID;

-- What was written anew may have left something in unused parts of the file that is still to be wiped.
CREATE TABLE remnants (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1)
) STRICT;

CREATE TRIGGER journal_is_not_rewritten BEFORE UPDATE ON journal
WHEN NOT EXISTS (SELECT 1 FROM rewriting WHERE cart_id = OLD.cart_id)
BEGIN
    SELECT RAISE(ABORT, 'the journal is only added to');
END;

-- Where an entry stands, and what it is the answer to, is never another.
CREATE TRIGGER journal_keeps_its_order BEFORE UPDATE ON journal
WHEN (NEW.position, NEW.cart_id, NEW.version, NEW.at, NEW.request_key)
    IS NOT (OLD.position, OLD.cart_id, OLD.version, OLD.at, OLD.request_key)
BEGIN
    SELECT RAISE(ABORT, 'the journal is only added to');
END;

CREATE TRIGGER journal_is_not_shortened BEFORE DELETE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is only added to');
END;

-- The uses of promotions with a limit, by checkouts that were not cancelled.
CREATE TABLE promotion_uses (
    cart_id     BLOB NOT NULL REFERENCES carts (id),
    checkout_id BLOB NOT NULL CHECK (length(checkout_id) = 16),
    promotion   TEXT NOT NULL CHECK (promotion <> ''),
    -- What tells the customer apart from others; empty if nobody knows.
    customer    TEXT NOT NULL,

    PRIMARY KEY (cart_id, checkout_id, promotion)
) STRICT, WITHOUT ROWID;

-- What a checkout has used, without knowing its cart.
CREATE INDEX uses_by_checkout ON promotion_uses (checkout_id, promotion, customer);

-- What the counts below are checked against.
CREATE INDEX uses_by_promotion ON promotion_uses (promotion, customer);

-- How many uses there are: each is counted for its customer, if there is one, and for all customers together, which is
-- the row with an empty customer. A use beyond a limit finds no row to change.
CREATE TABLE promotion_counts (
    promotion TEXT    NOT NULL CHECK (promotion <> ''),
    customer  TEXT    NOT NULL,
    uses      INTEGER NOT NULL CHECK (uses >= 0),

    PRIMARY KEY (promotion, customer)
) STRICT, WITHOUT ROWID;

-- Which cart a checkout is of, whatever became of either.
CREATE TABLE checkout_carts (
    checkout_id BLOB NOT NULL PRIMARY KEY CHECK (length(checkout_id) = 16),
    cart_id     BLOB NOT NULL REFERENCES carts (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX checkouts_by_cart ON checkout_carts (cart_id);

-- The checkouts that carts are in or became orders by, and those that have ended and are not undone: what changes of
-- them.
CREATE TABLE checkouts (
    cart_id     BLOB    NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    checkout_id BLOB    NOT NULL REFERENCES checkout_carts (checkout_id),
    -- Grows with every checkout of the cart; says nothing but the order.
    position    INTEGER NOT NULL CHECK (position >= 0),
    -- When somebody has to look at it, unless it is completed.
    due_at      INTEGER NOT NULL,
    deadline    INTEGER NOT NULL,
    completed   INTEGER NOT NULL CHECK (completed IN (0, 1)),
    progress    ANY     NOT NULL CONSTRAINT progress CHECK (CASE typeof(progress)
        WHEN 'text' THEN progress <> '' WHEN 'blob' THEN length(progress) > 45 ELSE 0 END),

    PRIMARY KEY (cart_id, checkout_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX checkouts_by_due ON checkouts (due_at, checkout_id) WHERE completed = 0;

-- The part of them that is written once: what is ordered, by whom, with which stock. It is long, so it is not beside
-- what changes.
CREATE TABLE checkout_records (
    cart_id     BLOB NOT NULL,
    checkout_id BLOB NOT NULL,
    record      ANY  NOT NULL CONSTRAINT record CHECK (CASE typeof(record)
        WHEN 'text' THEN record <> '' WHEN 'blob' THEN length(record) > 45 ELSE 0 END),

    PRIMARY KEY (cart_id, checkout_id),
    FOREIGN KEY (cart_id, checkout_id) REFERENCES checkouts (cart_id, checkout_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What there is of each stock item: free, held and sold units are what was supplied.
CREATE TABLE stock (
    item     TEXT    NOT NULL PRIMARY KEY CHECK (item <> ''),
    supplied INTEGER NOT NULL CHECK (supplied BETWEEN 0 AND 4294967295),
    -- Held units count until somebody needs them or their hold is removed, also when its time has ended.
    held     INTEGER NOT NULL CHECK (held >= 0),
    sold     INTEGER NOT NULL CHECK (sold >= 0),
    free     INTEGER NOT NULL GENERATED ALWAYS AS (supplied - held - sold) VIRTUAL CHECK (free >= 0)
) STRICT, WITHOUT ROWID;

-- What is or was held for checkouts, and what was sold to them; a checkout without an order leaves nothing here.
CREATE TABLE stock_claims (
    checkout_id BLOB    NOT NULL REFERENCES checkout_carts (checkout_id),
    item        TEXT    NOT NULL REFERENCES stock (item),
    units       INTEGER NOT NULL CHECK (units BETWEEN 1 AND 4294967295),
    state       TEXT    NOT NULL CHECK (state IN ('held', 'ended', 'sold')),
    -- Until when it is held, exclusive, or was to be.
    until       INTEGER NOT NULL,
    -- For whom, while it is held.
    owner       TEXT    CHECK (owner <> ''),

    CHECK ((state = 'held') = (owner IS NOT NULL)),
    PRIMARY KEY (checkout_id, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX claims_by_end ON stock_claims (until, checkout_id) WHERE state = 'held';

CREATE INDEX claims_by_owner ON stock_claims (owner, until, units) WHERE state = 'held';

-- Which holds of an item have ended, and what its levels are checked against.
CREATE INDEX claims_by_item ON stock_claims (item, state, until, units);

-- How often links were opened, as long as they are there. It is no part of their carts.
CREATE TABLE link_openings (
    link_id  BLOB    NOT NULL PRIMARY KEY REFERENCES links (link_id) ON DELETE CASCADE,
    openings INTEGER NOT NULL CHECK (openings >= 1),
    last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each relay has handed the journal on.
CREATE TABLE relays (
    name     TEXT    NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64),
    position INTEGER NOT NULL CHECK (position >= 0),
    -- How often progress was noted.
    revision INTEGER NOT NULL CHECK (revision >= 1)
) STRICT, WITHOUT ROWID;

-- The carts of which a relay holds entries back: those from one version to another.
CREATE TABLE relay_holds (
    relay        TEXT    NOT NULL REFERENCES relays (name),
    cart_id      BLOB    NOT NULL CHECK (length(cart_id) = 16),
    from_version INTEGER NOT NULL CHECK (from_version >= 1),
    to_version   INTEGER NOT NULL CHECK (to_version >= from_version),
    tries        INTEGER NOT NULL CHECK (tries BETWEEN 0 AND 4294967295),
    -- When the first of them is tried again; NULL if it is parked.
    due_at       INTEGER,
    reason       TEXT    NOT NULL,

    PRIMARY KEY (relay, cart_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_by_due ON relay_holds (relay, due_at, cart_id) WHERE due_at IS NOT NULL;

CREATE INDEX parked_holds ON relay_holds (relay, cart_id) WHERE due_at IS NULL;

-- The orders of hosts that keep them here. One checkout makes one order.
CREATE TABLE orders (
    -- What people read out. Grows with every order, not necessarily by one.
    number       INTEGER PRIMARY KEY CHECK (number >= 1),
    checkout_id  BLOB    NOT NULL UNIQUE CHECK (length(checkout_id) = 16),
    cart_id      BLOB    NOT NULL CHECK (length(cart_id) = 16),
    status       TEXT    NOT NULL CHECK (status IN ('payment_pending', 'confirmed', 'cancelled')),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL CHECK (updated_at >= created_at),
    confirmed_at INTEGER CHECK (confirmed_at BETWEEN created_at AND updated_at),
    owner_kind   TEXT    NOT NULL CHECK (owner_kind IN ('user', 'guest')),
    owner        TEXT    NOT NULL CHECK (owner <> ''),
    company      TEXT    NOT NULL CHECK (company = '' OR owner_kind = 'user'),
    -- What is ordered and what it costs, as it was when the checkout began.
    draft        ANY     NOT NULL CONSTRAINT draft CHECK (CASE typeof(draft)
        WHEN 'text' THEN draft <> '' WHEN 'blob' THEN length(draft) > 45 ELSE 0 END),
    -- What was paid.
    payment      ANY     CONSTRAINT payment CHECK (CASE typeof(payment)
        WHEN 'text' THEN payment <> '' WHEN 'blob' THEN length(payment) > 45 ELSE payment IS NULL END)
) STRICT;

CREATE INDEX orders_by_cart ON orders (cart_id);

-- The orders of an owner by number.
CREATE INDEX orders_by_owner ON orders (owner_kind, owner, company);

-- The checkouts whose orders are refused, as they were cancelled.
CREATE TABLE cancelled_orders (
    checkout_id BLOB NOT NULL PRIMARY KEY CHECK (length(checkout_id) = 16)
) STRICT, WITHOUT ROWID;
