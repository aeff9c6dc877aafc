//! From an older store to the present one: a numbered list, forward only.
//!
//! Before the first step the store is copied and the copy verified. Each step is one transaction that
//! also writes the new version: whatever happens, a store has one version as a whole.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::open::unusable;
use super::{Result, search_index, sqlite};

/// The version this program reads and writes.
pub(crate) const VERSION: i32 = 2;

/// One step.
pub(crate) struct Step {
    /// The version it leads to, from the one before.
    pub to: i32,
    /// What it does; never changed once released.
    pub run: fn(&Transaction<'_>) -> Result<()>,
}

/// All steps, ascending. Version 1 is `schema.sql`.
pub(crate) const STEPS: &[Step] = &[Step {
    // Also the first version whose bodies may hold references (`lean`): an older program must not read
    // them as damaged.
    to: 2,
    run: |tx| search_index::make(tx),
}];

/// Runs the steps that the store still lacks; returns the backup that was made before the first.
pub(crate) fn migrate(
    conn: &mut Connection,
    path: &Path,
    steps: &[Step],
) -> Result<Option<PathBuf>> {
    let from = version(conn)?;
    let Some(last) = steps.last().filter(|s| s.to > from) else {
        return Ok(None);
    };
    let backup = back_up(conn, path, from)?;
    for step in steps.iter().filter(|s| s.to > from) {
        let tx = conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sqlite("upgrading the store"))?;
        // Another process may have done this step while this one waited.
        if version(&tx)? >= step.to {
            continue;
        }
        (step.run)(&tx)?;
        tx.pragma_update(None, "user_version", step.to)
            .and_then(|()| tx.commit())
            .map_err(sqlite("upgrading the store"))?;
    }
    let now = version(conn)?;
    if now < last.to {
        return Err(unusable(
            path,
            format!("the upgrade ended at version {now}"),
        ));
    }
    Ok(backup)
}

fn version(conn: &Connection) -> Result<i32> {
    conn.query_row("PRAGMA user_version", [], |r| r.get(0))
        .map_err(sqlite("reading the version of the store"))
}

/// Copies the store beside itself and verifies the copy; it gets its name only then. `None`: another
/// process has upgraded the store in the meantime, and has the backup.
pub(super) fn back_up(conn: &Connection, path: &Path, from: i32) -> Result<Option<PathBuf>> {
    let failed = |e: std::io::Error| unusable(path, format!("it cannot be backed up: {e}"));
    let folder = path.parent().unwrap_or(Path::new("/"));
    let copy = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    fs::set_permissions(copy.path(), fs::Permissions::from_mode(0o600)).map_err(failed)?;
    {
        let mut to = Connection::open(copy.path()).map_err(sqlite("backing the store up"))?;
        // All pages at once: between two steps somebody else's commit would begin it anew, without end
        // while an import runs.
        rusqlite::backup::Backup::new(conn, &mut to)
            .and_then(|b| b.run_to_completion(i32::MAX, std::time::Duration::ZERO, None))
            .map_err(sqlite("backing the store up"))?;
        if version(&to)? != from {
            return Ok(None);
        }
        let word: String = to
            .query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))
            .map_err(sqlite("checking the backup"))?;
        if word != "ok" {
            let reason = format!(
                "a copy of it is damaged, so it is not upgraded: restore a backup, or export what can \
                 still be read ({word})"
            );
            return Err(unusable(path, reason));
        }
    }
    copy.as_file().sync_all().map_err(failed)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".v{from}.backup"));
    let name = PathBuf::from(name);
    copy.persist(&name).map_err(|e| failed(e.error))?;
    fs::File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(failed)?;
    Ok(Some(name))
}
