//! Opening a store: the one place where a connection is made and its rules are set.
//!
//! Nothing else may open the file, not even to read a byte: closing any other descriptor of it would drop
//! SQLite's locks.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Access, Result, StoreError};

/// `Aftw`: marks the file as a store of this program.
pub(crate) const APPLICATION_ID: i32 = 0x4166_7477;

/// One open store. Not shared between threads: each thread that needs it opens its own.
pub struct Store {
    conn: Connection,
    path: PathBuf,
    access: Access,
    notices: Vec<String>,
}

impl Store {
    /// Opens the store at `path`; creates it where `access` allows.
    pub fn open(path: &Path, access: &Access) -> Result<Self> {
        let conn = Connection::open(path).map_err(sqlite("opening the store"))?;
        let store = Self {
            conn,
            path: path.to_path_buf(),
            access: *access,
            notices: Vec::new(),
        };
        let tables: i64 = store
            .conn
            .query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))
            .map_err(sqlite("opening the store"))?;
        if tables == 0 {
            store
                .conn
                .execute_batch(include_str!("schema.sql"))
                .map_err(sqlite("creating the store"))?;
        }
        Ok(store)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why it was opened.
    pub fn access(&self) -> Access {
        self.access
    }

    /// What the user should know about the place of the store, once.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// For the other files of this module.
    pub(crate) fn connection(&self) -> &Connection {
        &self.conn
    }

    /// For the other files of this module; a write goes through [`Store::write`].
    pub(crate) fn connection_mut(&mut self) -> &mut Connection {
        &mut self.conn
    }

    /// Does `work` in one `BEGIN IMMEDIATE` transaction and commits it, after checking that the file on
    /// disk is still the one that was opened. An error of `work` rolls everything back.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sqlite("writing"))?;
        let done = work(&tx)?;
        tx.commit().map_err(sqlite("writing"))?;
        Ok(done)
    }
}

/// Turns SQLite's word into ours: `.map_err(sqlite("reading the list"))`.
pub(crate) fn sqlite(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::OperationInterrupted) => StoreError::Interrupted,
        _ => StoreError::Sqlite { doing, source },
    }
}

/// Next value of the store's one counter: every row written in this transaction carries it, so that
/// another process can ask for what changed since.
pub(crate) fn next_rev(tx: &Connection) -> Result<i64> {
    tx.prepare_cached(
        "INSERT INTO meta (name, value) VALUES ('rev', 1)
         ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
    )
    .and_then(|mut q| q.query_row([], |r| r.get(0)))
    .map_err(sqlite("counting revisions"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::temporary;

    #[test]
    fn a_new_store_has_every_table() {
        let (_dir, store) = temporary();
        let tables: i64 = store
            .connection()
            .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('conversation', 'search', 'filter_history')", [], |r| r.get(0))
            .unwrap();
        assert_eq!(tables, 3);
    }
}
