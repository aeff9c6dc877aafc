//! New conversations of the open batch, written table by table.
//!
//! What lies together on the disk is read together: the narrow rows of a batch get pages of their own
//! instead of standing between bodies, and each index is touched once, in its order. Whoever must see a
//! conversation in the tables before the batch ends writes what is pending first.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::draft::Rows;
use super::{Result, search_index, sqlite};

/// One new conversation.
pub(super) struct New {
    pub row: i64,
    pub rows: Rows,
    pub content: [u8; 16],
    /// Number of the dictionary, and the packed body.
    pub dictionary: Option<i64>,
    pub bytes: Vec<u8>,
}

/// New conversations that are not in the tables yet.
#[derive(Default)]
pub(super) struct Pending {
    all: Vec<New>,
    natives: HashSet<String>,
}

impl Pending {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// True if one of them is of this sender.
    pub(super) fn holds(&self, native: &str) -> bool {
        self.natives.contains(native)
    }

    /// Puts one by.
    pub(super) fn push(&mut self, new: New) {
        self.natives.insert(new.rows.record.native.clone());
        self.all.push(new);
    }

    /// Forgets them all.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.natives.clear();
    }

    /// Writes them all, each table in one go.
    pub(super) fn write(&mut self, conn: &Connection, rev: i64) -> Result<()> {
        let done = self
            .write_tables(conn, rev)
            .map_err(sqlite("writing conversations"));
        self.clear();
        done
    }

    fn write_tables(&self, conn: &Connection, rev: i64) -> rusqlite::Result<()> {
        for new in &self.all {
            new.rows.record.save_narrow(conn, new.row, rev)?;
        }
        let mut turns = conn.prepare_cached("INSERT INTO turn (row, turns) VALUES (?1, ?2)")?;
        for new in &self.all {
            turns.execute(params![new.row, new.rows.turns])?;
        }
        for new in &self.all {
            new.rows.record.save_card(conn, new.row, &new.content)?;
        }
        let mut body =
            conn.prepare_cached("INSERT INTO body (row, dictionary, events) VALUES (?1, ?2, ?3)")?;
        for new in &self.all {
            body.execute(params![new.row, new.dictionary, new.bytes])?;
        }
        self.write_slots(conn)?;
        let mut search = search_index::insert(conn)?;
        for new in &self.all {
            let (user, bot) = &new.rows.documents;
            search.execute(params![new.row, user, bot])?;
        }
        Ok(())
    }

    fn write_slots(&self, conn: &Connection) -> rusqlite::Result<()> {
        let slots = |new: &'_ New| new.rows.slot_values.len();
        let mut all = Vec::with_capacity(self.all.iter().map(slots).sum());
        for new in &self.all {
            let values = new.rows.slot_values.iter();
            all.extend(values.map(|(slot, value)| (*slot, value.as_str(), new.row)));
        }
        // In the order of the table: pages that are touched are touched once.
        all.sort_unstable();
        let mut insert =
            conn.prepare_cached("INSERT INTO slot_value (slot, value, row) VALUES (?1, ?2, ?3)")?;
        for (slot, value, row) in all {
            insert.execute(params![slot, value, row])?;
        }
        Ok(())
    }
}

/// A packed body with the number of its dictionary.
#[derive(Clone, Copy)]
pub(crate) struct PackedRow<'a> {
    /// Of the dictionary it names.
    pub dictionary: Option<i64>,
    /// The compressed body.
    pub bytes: &'a [u8],
}

/// Writes one conversation into every table, in place of what is in its row.
pub(super) fn rewrite(
    conn: &Connection,
    row: i64,
    rows: &Rows,
    content: &[u8; 16],
    body: PackedRow<'_>,
    rev: i64,
) -> Result<()> {
    let write = || -> rusqlite::Result<()> {
        rows.record.save_narrow(conn, row, rev)?;
        rows.record.save_card(conn, row, content)?;
        let mut bodies = conn.prepare_cached(
            "INSERT OR REPLACE INTO body (row, dictionary, events) VALUES (?1, ?2, ?3)",
        )?;
        bodies.execute(params![row, body.dictionary, body.bytes])?;
        conn.prepare_cached("INSERT OR REPLACE INTO turn (row, turns) VALUES (?1, ?2)")?
            .execute(params![row, rows.turns])?;
        // Values of slots stay: a union only adds events, and a slot once filled was filled.
        let mut slots = conn.prepare_cached(
            "INSERT OR IGNORE INTO slot_value (slot, value, row) VALUES (?1, ?2, ?3)",
        )?;
        for (slot, value) in &rows.slot_values {
            slots.execute(params![slot, value, row])?;
        }
        conn.prepare_cached("DELETE FROM search WHERE rowid = ?1")?
            .execute([row])?;
        let (user, bot) = &rows.documents;
        search_index::insert(conn)?.execute(params![row, user, bot])?;
        Ok(())
    };
    write().map_err(sqlite("writing a conversation"))
}
