//! Making a store: aside, as a whole, and only then under its name.
//!
//! Whoever is killed meanwhile leaves nothing, or a whole store. The file has its rights before the first
//! byte is written, whatever the process allows by default; the log inherits them.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::migrate::{STEPS, VERSION};
use super::open::{APPLICATION_ID, cannot, unusable};
use super::{Result, sqlite};

/// What a killed creation left is cleared away after this time.
const LEFT_OVER: Duration = Duration::from_secs(600);

/// Makes the store at `path`. One that another process made meanwhile is left as it is.
pub(crate) fn create(path: &Path, folder: &Path) -> Result<()> {
    let failed = |e: std::io::Error| unusable(path, format!("it cannot be made: {e}"));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.new-");
    clear_left_overs(folder, &prefix);
    let new = tempfile::Builder::new()
        .prefix(&prefix)
        .tempfile_in(folder)
        .map_err(failed)?;
    fs::set_permissions(new.path(), fs::Permissions::from_mode(0o600)).map_err(failed)?;
    fill(new.path())?;
    new.as_file().sync_all().map_err(failed)?;
    // Closed before it has its name: closing it later would drop the locks of whoever opens it then.
    let new = new.into_temp_path();
    put_in_place(&new, path).map_err(failed)?;
    fs::File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(failed)
}

/// Gives the new file its name, unless there is a store of that name by now.
fn put_in_place(new: &Path, path: &Path) -> std::io::Result<()> {
    // A file without a byte says nothing; it makes way.
    if fs::metadata(path).is_ok_and(|f| f.len() == 0) {
        return fs::rename(new, path);
    }
    let moved = match renameat_with(CWD, new, CWD, path, RenameFlags::NOREPLACE) {
        // Not every file system can.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            fs::hard_link(new, path).and_then(|()| fs::remove_file(new))
        }
        moved => moved.map_err(std::io::Error::from),
    };
    match moved {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        moved => moved,
    }
}

/// Makes every table, the mark and the version, and turns the write-ahead log on.
fn fill(path: &Path) -> Result<()> {
    let mut random = [0u8; 48];
    getrandom::fill(&mut random).map_err(|e| unusable(path, format!("no random numbers: {e}")))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags).map_err(|e| cannot(path, e))?;
    let begin = |conn: &mut Connection| -> rusqlite::Result<()> {
        conn.pragma_update(None, "page_size", 16384)?;
        conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
    };
    begin(&mut conn).map_err(sqlite("creating the store"))?;
    let tx = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sqlite("creating the store"))?;
    let make = || -> rusqlite::Result<()> {
        tx.execute_batch(include_str!("schema.sql"))?;
        super::presets::make_presets(&tx)?;
        tx.execute(
            "INSERT INTO meta (name, value) VALUES ('uuid', ?1), ('pseudonyms', ?2), ('rev', 0)",
            [&random[..16], &random[16..]],
        )?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", VERSION)
    };
    make().map_err(sqlite("creating the store"))?;
    for step in STEPS {
        (step.run)(&tx)?;
    }
    tx.commit().map_err(sqlite("creating the store"))?;
    // Closing the only connection writes the log into the file and removes it.
    conn.close().map_err(|(_, e)| cannot(path, e))
}

fn clear_left_overs(folder: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let old = || {
            let changed = entry.metadata().ok()?.modified().ok()?;
            changed.elapsed().ok().filter(|age| *age > LEFT_OVER)
        };
        if entry.file_name().to_string_lossy().starts_with(prefix) && old().is_some() {
            // Best effort: what stays does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}
