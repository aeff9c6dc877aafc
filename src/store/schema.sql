-- Version 1 of the store. Never edited once released: later versions are migrations of their own.

-- Single values: uuid of the store, `rev` (the counter every written row carries), key of pseudonyms.
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    format TEXT NOT NULL,
    session_mode TEXT NOT NULL,          -- marker | none | gap:<milliseconds>
    threshold INTEGER,                   -- ten-thousandths, as the source's fallback classifier recorded it
    complete INTEGER NOT NULL DEFAULT 0  -- 0 while an import of it is unfinished
) STRICT;

-- How far each input was read, so that an interrupted import goes on from there.
CREATE TABLE import_position (
    source INTEGER NOT NULL REFERENCES source(id),
    input BLOB NOT NULL,                 -- hash of canonical path and head of the file
    position INTEGER NOT NULL,           -- byte offset or row id after the last committed batch
    done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, input)
) STRICT, WITHOUT ROWID;

-- Every value that filters and facets know, once. `facet` is the number of store::Facet.
CREATE TABLE facet_value (
    id INTEGER PRIMARY KEY,
    facet INTEGER NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (facet, value)
) STRICT;

-- The narrow row: all that the catalogue is built from, and nothing else, so that a scan is short.
CREATE TABLE conversation (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    rev INTEGER NOT NULL,
    source INTEGER NOT NULL REFERENCES source(id),
    started INTEGER, ended INTEGER,      -- milliseconds, UTC
    messages INTEGER NOT NULL, user_messages INTEGER NOT NULL, bot_messages INTEGER NOT NULL,
    queries INTEGER NOT NULL, fallbacks INTEGER NOT NULL, problems INTEGER NOT NULL,
    rating INTEGER,
    min_confidence INTEGER, min_margin INTEGER, min_action_confidence INTEGER,  -- ten-thousandths
    marks INTEGER NOT NULL,              -- bits of store::Marks
    facet_values BLOB NOT NULL           -- ascending ids of facet_value, deltas as LEB128
) STRICT;
CREATE INDEX conversation_ended ON conversation (ended);
CREATE INDEX conversation_rev ON conversation (rev);

-- What one line of the list and one JSON object show beyond the narrow row.
CREATE TABLE card (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,             -- 128-bit hash of the key
    source INTEGER NOT NULL,
    native TEXT NOT NULL, keyed_at INTEGER NOT NULL, session INTEGER NOT NULL,  -- external id: native, native#session
    user_id TEXT, user_name TEXT,
    preview TEXT,
    attributes BLOB NOT NULL,            -- model::Attributes, postcard
    summary BLOB NOT NULL,               -- exact minima, intents, actions, slots, flows as counted, postcard
    content BLOB NOT NULL                -- BLAKE3-128 of everything a person sees of the content
) STRICT;
-- Ids that a conversation had before an import brought an earlier beginning of it: they go on naming it.
CREATE TABLE former_id (id BLOB PRIMARY KEY, row INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX card_native ON card (source, native, session);
CREATE INDEX card_user ON card (user_id);
CREATE INDEX card_name ON card (user_name) WHERE user_name IS NOT NULL;

-- Events with the verbatim records, compressed.
CREATE TABLE body (
    row INTEGER PRIMARY KEY,
    dictionary INTEGER,                  -- NULL: compressed without one
    events BLOB NOT NULL                 -- zstd of a version byte and postcard of [model::Event]
) STRICT;
CREATE TABLE dictionary (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- What questions about single turns are answered from.
CREATE TABLE turn (row INTEGER PRIMARY KEY, turns BLOB NOT NULL) STRICT;

-- Slot values are too many for the catalogue.
CREATE TABLE slot_value (
    slot INTEGER NOT NULL,               -- facet_value of the slot
    value TEXT NOT NULL,                 -- folded to lower case; JSON strings without their quotes
    row INTEGER NOT NULL,
    PRIMARY KEY (slot, value, row)
) STRICT, WITHOUT ROWID;

-- One document a conversation, of the words of text::tokens; contentless, replaced as a whole.
CREATE VIRTUAL TABLE search USING fts5 (
    user, bot, content='', contentless_delete=1,
    tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);

-- Keys of purged conversations: import skips them.
CREATE TABLE purged (id BLOB PRIMARY KEY, row INTEGER NOT NULL, rev INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- The journal: appended to, never changed.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    at INTEGER NOT NULL,                 -- hybrid clock, microseconds: max(wall, newest + 1)
    wall INTEGER NOT NULL,               -- milliseconds
    reviewer TEXT NOT NULL,
    kind INTEGER NOT NULL,               -- model::EntryKind
    undoes BLOB,                         -- id of the entry that an undo or redo takes back
    summary TEXT NOT NULL,
    bulk TEXT,
    targets INTEGER NOT NULL,            -- how many conversations
    first BLOB,                          -- id of its first conversation
    body BLOB NOT NULL                   -- edits with old and new values, postcard, zstd where large
) STRICT;
CREATE INDEX journal_undoes ON journal (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX journal_reviewer ON journal (reviewer, seq);
CREATE INDEX journal_at ON journal (at);
-- The history of one conversation: entries about it alone, and those about several, whose bodies are looked into.
CREATE INDEX journal_first ON journal (first) WHERE first IS NOT NULL;
CREATE INDEX journal_many ON journal (seq) WHERE targets > 1;

-- The registers: what the journal adds up to. Each `_by` is the journal entry that wrote the value.
CREATE TABLE review (
    row INTEGER PRIMARY KEY,
    rev INTEGER NOT NULL,
    status INTEGER NOT NULL DEFAULT 0, status_by INTEGER,
    verdict INTEGER NOT NULL DEFAULT 0, verdict_by INTEGER,
    flagged INTEGER NOT NULL DEFAULT 0, flagged_by INTEGER,
    queue TEXT, queue_by INTEGER,
    decided_by INTEGER,                  -- the entry of the last decision: reviewer and time
    flagged_events INTEGER NOT NULL DEFAULT 0, notes INTEGER NOT NULL DEFAULT 0, corrections INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX review_rev ON review (rev);

CREATE TABLE tag (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    description TEXT, digit TEXT UNIQUE,
    present INTEGER NOT NULL DEFAULT 1, by INTEGER
) STRICT;
CREATE TABLE conversation_tag (
    tag INTEGER NOT NULL REFERENCES tag(id), row INTEGER NOT NULL,
    present INTEGER NOT NULL, by INTEGER NOT NULL,
    PRIMARY KEY (tag, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_tag_row ON conversation_tag (row);

CREATE TABLE rule (
    id INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE COLLATE NOCASE, filter TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE auto_tag (
    rule INTEGER NOT NULL, row INTEGER NOT NULL, event BLOB,   -- the event that fired it
    dismissed INTEGER NOT NULL DEFAULT 0, by INTEGER,
    PRIMARY KEY (rule, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX auto_tag_row ON auto_tag (row);

CREATE TABLE event_flag (
    row INTEGER NOT NULL, event BLOB NOT NULL, seq INTEGER NOT NULL,
    present INTEGER NOT NULL, by INTEGER NOT NULL,
    PRIMARY KEY (row, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
    id BLOB PRIMARY KEY, row INTEGER NOT NULL, event BLOB, seq INTEGER,
    text TEXT,                           -- NULL: removed
    written_by INTEGER NOT NULL,         -- the entry that first wrote it
    by INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX note_row ON note (row);

CREATE TABLE correction (
    row INTEGER NOT NULL, event BLOB NOT NULL, -- x'' for the conversation itself
    field INTEGER NOT NULL, seq INTEGER, value TEXT, by INTEGER NOT NULL,
    PRIMARY KEY (row, event, field)
) STRICT, WITHOUT ROWID;

-- Entries about conversations that are not here (yet): applied when they arrive.
CREATE TABLE parked (conversation BLOB NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (conversation, entry)) STRICT, WITHOUT ROWID;

CREATE TABLE preset (
    name TEXT PRIMARY KEY COLLATE NOCASE, key TEXT UNIQUE, filter TEXT NOT NULL,
    sort TEXT NOT NULL, reverse INTEGER NOT NULL DEFAULT 0, columns TEXT NOT NULL DEFAULT '',
    place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where the reviewer left the screen (preset, filter, conversation, sidebar), by reviewer; filter history.
CREATE TABLE screen_state (reviewer TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE filter_history (id INTEGER PRIMARY KEY AUTOINCREMENT, filter TEXT NOT NULL UNIQUE) STRICT;
