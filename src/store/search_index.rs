//! The full-text index: how it is made, and how it is made afresh from the bodies.
//!
//! Its documents are words of [`crate::text::tokens`] already, so SQLite has only to part them at spaces:
//! to its `ascii` tokenizer everything beyond ASCII belongs to a word, and ours hold no other ASCII than
//! letters and digits.

use rusqlite::{CachedStatement, Connection, params};

use super::body::decode;
use super::draft::documents;
use super::stored::plain_body;
use super::{Result, sqlite};

/// The table, in place of the one that version 1 made; how its segments are merged.
///
/// Each batch of an import leaves one segment. Merging eight at a time writes every word less often than
/// merging four, and a question still looks at few of them. What is due is merged a little with each
/// batch; only at far more segments than that would come up would a whole level be merged in one
/// transaction, which at a million conversations holds every reviewer up for seconds.
const MAKE: &str = "
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
    user, bot, content='', contentless_delete=1, tokenize='ascii'
);
INSERT INTO search (search, rank) VALUES ('pgsz', 8000);
INSERT INTO search (search, rank) VALUES ('automerge', 8);
INSERT INTO search (search, rank) VALUES ('crisismerge', 256);
";

/// Makes the index anew: the second version of the store, see [`super::migrate`].
pub(super) fn make(conn: &Connection) -> Result<()> {
    conn.execute_batch(MAKE)
        .map_err(sqlite("making the search index"))?;
    let rows: Vec<i64> = conn
        .prepare("SELECT row FROM card ORDER BY row")
        .and_then(|mut q| q.query_map([], |r| r.get(0))?.collect())
        .map_err(sqlite("reading the conversations"))?;
    for row in rows {
        // Of a damaged one nothing can be found; `doctor` names it.
        if let Some(events) = plain_body(conn, row)?.and_then(|plain| decode(&plain)) {
            let (user, bot) = documents(&events);
            insert(conn)
                .and_then(|mut q| q.execute(params![row, user, bot]))
                .map_err(sqlite("making the search index"))?;
        }
    }
    Ok(())
}

/// Puts the words of one conversation in: row, words of the user, words of the assistant.
pub(super) fn insert(conn: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    conn.prepare_cached("INSERT INTO search (rowid, user, bot) VALUES (?1, ?2, ?3)")
}
