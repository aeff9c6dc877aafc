//! The open store: its connection and how a write is begun and committed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, InterruptHandle, Transaction};

use super::guard::{Identity, Presence};
use super::migrate::VERSION;
use super::open::unusable;
use super::prepare::Terms;
use super::{Access, Result, StoreError};

/// One open store. Not shared between threads: each thread that needs it opens its own.
pub struct Store {
    conn: Connection,
    path: PathBuf,
    access: Access,
    notices: Vec<String>,
    identity: Identity,
    terms: Arc<Terms>,
}

/// Stops what a [`Store`] on another thread is reading, within milliseconds.
pub struct Interrupter(InterruptHandle);

impl Interrupter {
    /// Interrupts the running question; it answers [`StoreError::Interrupted`].
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

impl Store {
    pub(crate) fn new(
        conn: Connection,
        path: PathBuf,
        access: Access,
        notices: Vec<String>,
        identity: Identity,
    ) -> Self {
        Self {
            conn,
            path,
            access,
            notices,
            identity,
            terms: Arc::default(),
        }
    }

    /// What those who prepare conversations for it know of it.
    pub(crate) fn terms(&self) -> &Arc<Terms> {
        &self.terms
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is open for; reading alone where the file cannot be written.
    pub fn access(&self) -> Access {
        self.access
    }

    /// What the user should know about the place of the store, once.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// A handle that stops this store's questions from another thread.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(self.conn.get_interrupt_handle())
    }

    /// Begins a question: an interrupt that was meant for the one before it is forgotten.
    pub(crate) fn begin_question(&self) -> Result<()> {
        // SQLite forgets it when a statement begins while no other runs.
        self.conn
            .prepare_cached("SELECT 1")
            .and_then(|mut s| s.query_row([], |_| Ok(())))
            .map_err(sqlite("beginning a question"))
    }

    /// Fails once the question was interrupted: for what is worked out between statements.
    pub(crate) fn still_asked(&self) -> Result<()> {
        if self.conn.is_interrupted() {
            return Err(StoreError::Interrupted);
        }
        Ok(())
    }

    /// A number that changes when another connection has written.
    pub fn data_version(&self) -> Result<i64> {
        self.conn
            .query_row("PRAGMA data_version", [], |r| r.get(0))
            .map_err(sqlite("looking for changes"))
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
        self.writable()?;
        let (path, identity) = (&self.path, &self.identity);
        let tx = self
            .conn
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(sqlite("writing"))?;
        same_version(&tx, path)?;
        let done = work(&tx)?;
        still_there(identity, path)?;
        tx.commit().map_err(sqlite("writing"))?;
        Ok(done)
    }

    /// Begins a transaction that stays open over several calls; whoever begins it ends it.
    pub(crate) fn begin_writing(&self) -> Result<()> {
        self.writable()?;
        self.conn
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(sqlite("writing"))?;
        let same = same_version(&self.conn, &self.path);
        if same.is_err() {
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        same
    }

    /// Fails with the reason where the file is not the one that was opened.
    pub(crate) fn still_there(&self) -> Result<()> {
        still_there(&self.identity, &self.path)
    }

    /// Marks a source complete, or leaves it incomplete, with a commit that waits for the disk, which all
    /// commits before it share; then empties the log as far as readers let it.
    pub(crate) fn barrier(&mut self, source: i64, complete: bool) -> Result<()> {
        let level: i64 = self
            .conn
            .query_row("PRAGMA synchronous", [], |r| r.get(0))
            .map_err(sqlite("ending the import"))?;
        let set = |conn: &Connection, level: i64| {
            conn.pragma_update(None, "synchronous", level)
                .map_err(sqlite("ending the import"))
        };
        set(&self.conn, 2)?;
        let done = self.write(|tx| {
            // A commit that changes nothing would not wait for anything.
            next_rev(tx)?;
            tx.execute(
                "UPDATE source SET complete = ?2 WHERE id = ?1",
                (source, complete),
            )
            .map(|_| ())
            .map_err(sqlite("ending the import"))
        });
        set(&self.conn, level)?;
        done?;
        // Readers may hold the log; the next one to finish will empty it.
        let _ = self
            .conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        Ok(())
    }

    fn writable(&self) -> Result<()> {
        match self.access {
            Access::Read => Err(unusable(&self.path, "it is open for reading alone")),
            _ => Ok(()),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.access == Access::Read || self.identity.presence(&self.path) == Presence::Same {
            return;
        }
        // Closing would write the log into the former file and delete whatever log has its name now.
        let _ = self
            .conn
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        self.identity.put_log_aside(&self.path);
    }
}

fn still_there(identity: &Identity, path: &Path) -> Result<()> {
    let reason = match identity.presence(path) {
        Presence::Same => return Ok(()),
        Presence::Gone => "the store file is gone; the last change is not saved",
        Presence::Replaced => {
            identity.put_log_aside(path);
            "another file has taken the place of the store; the last change is not saved: start again"
        }
    };
    Err(unusable(path, reason))
}

/// A newer program may have migrated the store while this one had it open.
fn same_version(conn: &Connection, path: &Path) -> Result<()> {
    let version: i32 = conn
        .prepare_cached("PRAGMA user_version")
        .and_then(|mut q| q.query_row([], |r| r.get(0)))
        .map_err(sqlite("writing"))?;
    if version == VERSION {
        return Ok(());
    }
    Err(unusable(
        path,
        format!("the store was upgraded to version {version} by a newer afterword: start that one"),
    ))
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
