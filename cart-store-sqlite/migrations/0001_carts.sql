-- Carts, their lines, the journal of what happened to them, and how often promotions were used.
--
-- Ids are 16 bytes, times are UTC microseconds, amounts are minor units of the cart's currency. A column holds NULL
-- where there is nothing, and JSON where the library's types are written as they are.

CREATE TABLE carts (
    id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- What every write changes comes first: the rest of a row often stays as it is, byte for byte.
    version         INTEGER NOT NULL CHECK (version >= 1),
    updated_at      INTEGER NOT NULL,
    line_count      INTEGER NOT NULL CHECK (line_count >= 0),
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
    attempt         BLOB    CHECK (length(attempt) = 16),
    deadline        INTEGER,
    order_ref       TEXT    CHECK (order_ref <> ''),
    abandoned_at    INTEGER,
    abandoned_for   TEXT    CHECK (abandoned_for IN ('given_up', 'expired', 'merged')),
    merged_into     BLOB    CHECK (length(merged_into) = 16),
    merged_version  INTEGER CHECK (merged_version >= 1),

    address         TEXT    CHECK (address <> ''),
    shipping_method TEXT    CHECK (shipping_method <> ''),
    payment_method  TEXT    CHECK (payment_method <> ''),
    coupons         TEXT    CHECK (coupons <> ''),
    refused_gifts   TEXT    CHECK (refused_gifts <> ''),
    settings        TEXT,
    name            TEXT    CHECK (length(name) BETWEEN 1 AND 100),
    note            TEXT    CHECK (length(note) BETWEEN 1 AND 500),
    metadata        TEXT,

    CHECK (updated_at >= created_at),
    -- A status has the data that belongs to it, and no other.
    CHECK ((status = 'checkout') = (attempt IS NOT NULL)),
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
    WHERE status = 'active' AND expires_at IS NOT NULL;

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
    options           TEXT    CHECK (options <> ''),
    -- The part of the metadata that makes this a line of its own.
    distinct_metadata TEXT    CHECK (distinct_metadata <> ''),
    note              TEXT    CHECK (length(note) BETWEEN 1 AND 500),
    metadata          TEXT    CHECK (metadata <> ''),

    CHECK (unit_price <= list_price),
    CHECK ((acknowledged_list IS NULL) = (acknowledged_unit IS NULL)),
    CHECK (acknowledged_unit <= acknowledged_list),
    PRIMARY KEY (cart_id, line_id)
) STRICT, WITHOUT ROWID;

-- Every accepted write, once. The position is the row's number: entries are only ever added, so it grows and is
-- never used again.
CREATE TABLE journal (
    position    INTEGER NOT NULL PRIMARY KEY,
    cart_id     BLOB    NOT NULL REFERENCES carts (id),
    version     INTEGER NOT NULL CHECK (version >= 1),
    at          INTEGER NOT NULL,
    -- What a repeated request must have in common with this one; NULL if the service made the key itself.
    fingerprint BLOB    CHECK (length(fingerprint) = 16),
    request_key TEXT    NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    actor       TEXT    NOT NULL CHECK (actor <> ''),
    events      TEXT    NOT NULL CHECK (events <> ''),
    reply       TEXT    CHECK (reply <> ''),
    -- FNV-1a (64 bits) over the rest of the row, position apart: shows damage that still reads as an entry.
    checksum    INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX journal_by_version ON journal (cart_id, version);

-- A request of an actor changes a cart once. Only keys that callers gave can come again, so only they are here.
CREATE UNIQUE INDEX journal_by_request ON journal (cart_id, request_key, actor)
    WHERE fingerprint IS NOT NULL;

CREATE TRIGGER journal_is_not_rewritten BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is only added to');
END;

CREATE TRIGGER journal_is_not_shortened BEFORE DELETE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is only added to');
END;

-- The uses of promotions with a limit, by checkouts that were not cancelled.
CREATE TABLE promotion_uses (
    cart_id   BLOB NOT NULL REFERENCES carts (id),
    attempt   BLOB NOT NULL CHECK (length(attempt) = 16),
    promotion TEXT NOT NULL CHECK (promotion <> ''),
    -- What tells the customer apart from others; empty if nobody knows.
    customer  TEXT NOT NULL,

    PRIMARY KEY (cart_id, attempt, promotion)
) STRICT, WITHOUT ROWID;

-- What a checkout has used, without knowing its cart.
CREATE INDEX uses_by_attempt ON promotion_uses (attempt, promotion, customer);

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
