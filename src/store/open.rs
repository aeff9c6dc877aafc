//! Opening a store: the one place where a connection is made and its rules are set.
//!
//! Nothing else may open the file, not even to read a byte: closing any other descriptor of it would drop
//! SQLite's locks. Whether a file is a store is therefore asked through SQLite too, read-only, so that a
//! file that is none stays as it is, byte for byte.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::create;
use super::guard::Identity;
use super::migrate::{self, VERSION};
use super::store::Store;
use super::surroundings::{Machine, Survey, survey};
use super::{Access, Result, StoreError};

/// `Aftw`: marks the file as a store of this program.
pub(crate) const APPLICATION_ID: i32 = 0x4166_7477;

/// Older ones had faults in the write-ahead log or in what the store uses.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long a writer waits for another one.
const WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// A writer looks so often whether the other one is done: an import rests for 20 ms between batches, which
/// SQLite's own waiting, longer from time to time, misses again and again.
const LOOK: std::time::Duration = std::time::Duration::from_millis(1);

/// Pages of the log until a decision pays for emptying it. An import empties it sooner: what it wrote is
/// not for a reviewer to wait for.
const REVIEWED_PAGES: i64 = 4_000;

/// Pages of the log until an import empties it: each batch writes the same pages of the indexes again, and
/// only the last form of a page goes on into the store.
const IMPORTED_PAGES: i64 = 3_000;

/// Each connection belongs to one thread; a path is never an URI by accident.
const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

impl Store {
    /// Opens the store at `path`; creates it where `access` allows. On media that cannot be written, the
    /// store is opened for reading alone: [`Store::access`] says so, and [`Store::notices`] in words.
    pub fn open(path: &Path, access: &Access) -> Result<Self> {
        open_at(path, *access, &Machine)
    }
}

/// [`Store::open`] on a machine that a test may make up.
pub(crate) fn open_at(path: &Path, access: Access, machine: &dyn Survey) -> Result<Store> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(unusable(
            path,
            format!("the linked SQLite {} is too old", rusqlite::version()),
        ));
    }
    let path = &canonical(path)?;
    let mut notices = Vec::new();
    let folder = path.parent().unwrap_or(Path::new("/"));
    // A file without a byte is no store yet, whoever made it.
    let found = fs::metadata(path)
        .ok()
        .filter(|f| f.len() > 0 || !f.is_file());
    match &found {
        Some(file) => check_file(path, file, &mut notices)?,
        None if access == Access::Read => {
            return Err(unusable(
                path,
                "there is no store here: import something first",
            ));
        }
        None => make_folder(folder)?,
    }
    let around = survey(folder, machine);
    if let Some(kind) = around.network {
        if found.is_none() {
            return Err(unusable(
                path,
                format!(
                    "this folder is on a {kind} file system, where a store can be damaged: name a \
                     local one with --store"
                ),
            ));
        }
        notices.push(format!(
            "The store lies on a {kind} file system, where it can be damaged: move it to a local disk."
        ));
    }
    if let Some(service) = around.synchronised {
        notices.push(format!(
            "The store lies in a folder that {service} synchronises: a copy taken while it is in use is \
             incomplete. Keep it elsewhere."
        ));
    }
    if found.is_none() {
        create::create(path, folder)?;
    }
    connect(path, access, notices)
}

fn connect(path: &Path, access: Access, mut notices: Vec<String>) -> Result<Store> {
    is_store(path)?;
    let read_only = !may_write(path);
    let access = match access {
        Access::Review | Access::Import if read_only => {
            notices.push("READ-ONLY: the store is on media that cannot be written.".into());
            Access::Read
        }
        access => access,
    };
    // Reading alone where writing would be allowed: then the log's files are tidied up when closing.
    let mut conn = match read_only {
        true => open_unwritable(path),
        false => Connection::open_with_flags(path, FLAGS | OpenFlags::SQLITE_OPEN_READ_WRITE),
    }
    .map_err(|e| cannot(path, e))?;
    rules(&mut conn, path, access)?;
    check_version(&conn, path)?;
    if access != Access::Read
        && let Some(backup) = migrate::migrate(&mut conn, path, migrate::STEPS)?
    {
        notices.push(format!(
            "The store was brought up to version {VERSION}; the former one is kept as {}.",
            backup.display()
        ));
    }
    let identity = Identity::of(path);
    Ok(Store::new(
        conn,
        path.to_path_buf(),
        access,
        notices,
        identity,
    ))
}

/// The file with every link of its folder followed, so that one store has one name.
fn canonical(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).map_err(|e| unusable(path, e.to_string()))?;
    if let Ok(real) = fs::canonicalize(&absolute) {
        return Ok(real);
    }
    if fs::symlink_metadata(&absolute).is_ok() {
        return Err(unusable(path, "it is a link to nowhere"));
    }
    let (Some(folder), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(unusable(path, "it is no file name"));
    };
    // Of the folder, what is there already; the rest is made.
    let real = folder.ancestors().find_map(|there| {
        let rest = folder.strip_prefix(there).ok()?;
        Some(fs::canonicalize(there).ok()?.join(rest))
    });
    Ok(real.unwrap_or_else(|| folder.to_path_buf()).join(name))
}

fn check_file(path: &Path, file: &fs::Metadata, notices: &mut Vec<String>) -> Result<()> {
    if !file.is_file() {
        return Err(unusable(path, "it is not a file"));
    }
    if file.nlink() > 1 {
        return Err(unusable(
            path,
            "it has several names (hard links), which SQLite does not survive: keep one of them",
        ));
    }
    if file.permissions().mode() & 0o077 != 0 {
        notices.push(format!(
            "Others on this machine may read the store: chmod 600 {}",
            path.display()
        ));
    }
    Ok(())
}

fn make_folder(folder: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|e| unusable(folder, format!("the folder cannot be made: {e}")))
}

/// Refuses what is no store of ours, having looked at the file alone: no lock, no log, nothing beside it.
fn is_store(path: &Path) -> Result<()> {
    let mark_of = |conn: Connection| -> rusqlite::Result<i32> {
        conn.query_row("PRAGMA application_id", [], |r| r.get(0))
    };
    let mut mark = open_immutable(path).and_then(mark_of);
    let torn =
        |e: &rusqlite::Error| e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt);
    if mark.as_ref().is_err_and(torn) && !no_log(path) {
        // Killed in the middle of a checkpoint: the file alone is torn, with its log it is whole.
        let flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_ONLY;
        mark = Connection::open_with_flags(path, flags).and_then(mark_of);
    }
    match mark {
        Ok(APPLICATION_ID) => Ok(()),
        Ok(_) => Err(unusable(path, "it is not a store of afterword")),
        Err(error) => Err(cannot(path, error)),
    }
}

/// The version counts as it is with the log, which a newer program may just have written.
fn check_version(conn: &Connection, path: &Path) -> Result<()> {
    let version: i32 = conn
        .query_row("PRAGMA user_version", [], |r| r.get(0))
        .map_err(|e| cannot(path, e))?;
    if version > VERSION {
        return Err(unusable(
            path,
            format!(
                "a newer afterword wrote it (store version {version}, this one knows {VERSION}): update \
                 afterword, or name another --store"
            ),
        ));
    }
    if version < 1 {
        return Err(unusable(path, "its version is missing: restore a backup"));
    }
    Ok(())
}

/// Without the right to write: as others may be writing it; where SQLite cannot, since there is no log
/// and none can be made, as a file that nobody changes. Never so with a log, which would be hidden.
fn open_unwritable(path: &Path) -> rusqlite::Result<Connection> {
    let shared = Connection::open_with_flags(path, FLAGS | OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match shared.query_row("PRAGMA user_version", [], |_| Ok(())) {
        Err(_) if no_log(path) => open_immutable(path),
        _ => Ok(shared),
    }
}

fn open_immutable(path: &Path) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02x}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri, flags)
}

fn may_write(path: &Path) -> bool {
    let writable = |p: &Path| rustix::fs::access(p, rustix::fs::Access::WRITE_OK).is_ok();
    writable(path) && path.parent().is_none_or(writable)
}

fn no_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).map_or(true, |m| m.len() == 0)
}

/// Waits for another writer, as often as fits into [`WAIT`]. False: no longer.
pub(super) fn wait_a_little(times: i32) -> bool {
    let waited = LOOK * times.unsigned_abs();
    if waited < WAIT {
        std::thread::sleep(LOOK);
    }
    waited < WAIT
}

/// Sets the rules of a connection and reads back those that safety rests on.
fn rules(conn: &mut Connection, path: &Path, access: Access) -> Result<()> {
    let waiting = match access {
        Access::Review | Access::Import => conn.busy_handler(Some(wait_a_little)),
        Access::Read => conn.busy_timeout(WAIT),
    };
    waiting.map_err(|e| cannot(path, e))?;
    let set = || -> rusqlite::Result<(String, i64)> {
        let pages = match access {
            Access::Import => IMPORTED_PAGES,
            Access::Review | Access::Read => REVIEWED_PAGES,
        };
        conn.pragma_update(None, "wal_autocheckpoint", pages)?;
        conn.set_prepared_statement_cache_capacity(128);
        conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // Plans that depend on what is bound are made again for every question; ours do not.
        conn.set_db_config(
            rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG,
            true,
        )?;
        conn.pragma_update(None, "trusted_schema", false)?;
        conn.pragma_update(None, "cell_size_check", true)?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        // What is read again and again lies in the system's cache; ours only saves asking for it.
        let cache = match access {
            Access::Import => -65_536,
            Access::Review => -16_384,
            Access::Read => -4_096,
        };
        conn.pragma_update(None, "cache_size", cache)?;
        if access == Access::Read {
            conn.pragma_update(None, "query_only", true)?;
            return Ok(("wal".into(), 0));
        }
        let mode = conn.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0))?;
        let level = if access == Access::Import {
            "NORMAL"
        } else {
            "FULL"
        };
        conn.pragma_update(None, "synchronous", level)?;
        Ok((
            mode,
            conn.query_row("PRAGMA synchronous", [], |r| r.get(0))?,
        ))
    };
    let (mode, level) = set().map_err(|e| cannot(path, e))?;
    let wanted = match access {
        Access::Read => 0,
        Access::Import => 1,
        Access::Review => 2,
    };
    if mode != "wal" || level != wanted {
        return Err(unusable(
            path,
            format!("SQLite refuses to write it safely here (journal {mode}, synchronous {level})"),
        ));
    }
    Ok(())
}

/// SQLite's refusal of a file in words.
pub(crate) fn cannot(path: &Path, error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode;
    let reason = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "it is not a store of afterword".into(),
        Some(ErrorCode::DatabaseCorrupt) => {
            "it is damaged: restore a backup, or run `afterword doctor` on a copy".into()
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds it locked: close that, and try again".into()
        }
        Some(ErrorCode::ReadOnly) => {
            "it was left in the middle of a change and cannot be written: check the rights of the file \
             and its folder"
                .into()
        }
        Some(ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "it cannot be opened: check the rights of the file and its folder".into()
        }
        _ => format!("it cannot be opened: {error}"),
    };
    unusable(path, reason)
}

/// Names the file and the way out.
pub(crate) fn unusable(path: &Path, reason: impl Into<String>) -> StoreError {
    StoreError::Unusable {
        path: path.to_path_buf(),
        reason: reason.into(),
    }
}
