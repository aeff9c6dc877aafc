//! Opening somebody else's SQLite file for reading, so that neither it nor the program that owns it
//! notices: no byte of it changes, no file appears beside it, nobody waits for us longer than
//! milliseconds. And the other way round: nothing that a hostile schema holds gets to run.
//!
//! What stands beside the file decides how it is opened; see [`Source::open`].

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Params, Row};

use super::ReadError;
use crate::import::private::PrivateFolder;

#[cfg(test)]
mod tests;

/// One statement may run so long.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// No value may be longer; a record beyond it is rejected alone.
pub(crate) const LONGEST_VALUE: i32 = 16 * 1024 * 1024;

/// How long a writer that is just committing is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A database opened for reading.
pub(crate) struct Source {
    connection: Connection,
    path: PathBuf,
    /// What the file looked like, where nothing but a second look tells that it stayed so.
    before: Option<Stamp>,
    began: Instant,
    /// When the running statement began, in milliseconds since `began`.
    statement: Arc<AtomicU64>,
    /// The copy that is read in place of the file; removed with it.
    _copy: Option<PrivateFolder>,
}

/// What tells a file from what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// With SQLite's own locks. In rollback mode they are all that is needed, and leave no trace.
    Shared,
    /// As a file that nobody changes, without locks; looked at again afterwards.
    Immutable,
    /// A private copy, on which SQLite may finish what its owner left half done.
    Copy,
}

/// The file beside a database that has this ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn length(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|m| m.len())
}

impl Source {
    /// Opens the database at `path`:
    ///
    /// - in rollback mode (the tracker stores of Rasa) with `mode=ro`; where a journal stays beside it
    ///   that its owner would have to roll back, a copy;
    /// - in WAL mode without a `-wal`, or with an empty one, as immutable, because SQLite would put
    ///   files beside it;
    /// - in WAL mode with `-wal` and `-shm` with `mode=ro`; with `-wal` alone, a copy.
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let io = |source| ReadError::Io {
            path: path.to_owned(),
            source,
        };
        // An absolute path: SQLite reads a relative `file:…` as an address.
        let path = fs::canonicalize(path).map_err(io)?;
        let metadata = fs::metadata(&path).map_err(io)?;
        if !metadata.is_file() {
            return Err(unusable(&path, "not a file"));
        }
        let mut head = [0; 100];
        File::open(&path)
            .and_then(|mut file| file.read_exact(&mut head))
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => unusable(&path, "too short for a database"),
                _ => io(error),
            })?;
        if !head.starts_with(b"SQLite format 3\0") {
            return Err(unusable(&path, "not an SQLite database"));
        }
        let write_ahead = head[18] == 2 || head[19] == 2;
        let mode = choose(&path, write_ahead);
        let first = Self::open_as(&path, mode, &metadata);
        match (first, mode) {
            (Ok(source), _) => Ok(source),
            // Some file systems know no locks; a journal may have appeared since.
            (Err(_), Mode::Shared) if length(&beside(&path, "-journal")).is_some_and(|n| n > 0) => {
                Self::open_as(&path, Mode::Copy, &metadata)
            }
            (Err(_), Mode::Shared) if length(&beside(&path, "-wal")).is_none_or(|n| n == 0) => {
                Self::open_as(&path, Mode::Immutable, &metadata)
            }
            (Err(_), Mode::Shared) => Self::open_as(&path, Mode::Copy, &metadata),
            (Err(error), _) => Err(error),
        }
    }

    fn open_as(path: &Path, mode: Mode, metadata: &Metadata) -> Result<Self, ReadError> {
        let copy = match mode {
            Mode::Copy => Some(copy(path)?),
            _ => None,
        };
        let opened = match &copy {
            Some(folder) => folder.path().join("copy.db"),
            None => path.to_owned(),
        };
        let query = match mode {
            Mode::Shared => "?mode=ro",
            Mode::Immutable => "?mode=ro&immutable=1",
            Mode::Copy => "?mode=rw",
        };
        let flags = match mode {
            Mode::Copy => OpenFlags::SQLITE_OPEN_READ_WRITE,
            _ => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let sqlite = |source| ReadError::Sqlite {
            doing: "opening the database",
            source,
        };
        let connection = Connection::open_with_flags(
            address(&opened, query),
            flags | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(sqlite)?;
        let mut source = Self {
            connection,
            path: path.to_owned(),
            before: (mode == Mode::Immutable).then(|| Stamp::of(metadata)),
            began: Instant::now(),
            statement: Arc::default(),
            _copy: copy,
        };
        source.guard().map_err(sqlite)?;
        // The first look at the schema is the first that can fail.
        source.query(
            "the schema",
            "SELECT count(*) FROM sqlite_schema",
            [],
            |_| Ok(()),
        )?;
        Ok(source)
    }

    /// Nothing of the schema may run, nothing may be written, nothing may take for ever.
    fn guard(&mut self) -> rusqlite::Result<()> {
        let connection = &mut self.connection;
        connection.busy_timeout(PATIENCE)?;
        for (what, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        ] {
            connection.set_db_config(what, on)?;
        }
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "mmap_size", 0)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        // Temporary results stay in memory: a folder for them would be one more place to leave traces.
        connection.pragma_update(None, "temp_store", "memory")?;
        let (began, statement) = (self.began, Arc::clone(&self.statement));
        connection.progress_handler(
            10_000,
            Some(move || {
                let since = Duration::from_millis(statement.load(Ordering::Relaxed));
                began.elapsed().saturating_sub(since) > TIME_LIMIT
            }),
        )?;
        Ok(())
    }

    /// Runs one statement to its end and closes it, so that no lock outlives the call.
    pub(crate) fn query<T>(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, ReadError> {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.statement.store(now, Ordering::Relaxed);
        let run = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query(params)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            Ok(found)
        };
        run().map_err(|source| ReadError::Sqlite { doing, source })
    }

    /// True if this is an ordinary table: no view, no virtual one.
    pub(crate) fn has_table(&self, name: &str) -> Result<bool, ReadError> {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE \
                   AND rootpage > 0";
        Ok(!self
            .query("the schema", sql, [name], |_| Ok(()))?
            .is_empty())
    }

    /// The stored columns of a table; computed ones are left out.
    pub(crate) fn columns(&self, table: &str) -> Result<Vec<String>, ReadError> {
        let sql = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0";
        let names = self.query("the schema", sql, [table], |row| row.get::<_, String>(0))?;
        Ok(names.iter().map(|n| n.to_ascii_lowercase()).collect())
    }

    /// True if the table has an index that begins with this column and holds every row.
    pub(crate) fn has_index(&self, table: &str, column: &str) -> Result<bool, ReadError> {
        let sql = "SELECT 1 FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i \
                   WHERE l.partial = 0 AND i.seqno = 0 AND i.name = ?2 COLLATE NOCASE";
        let found = self.query("the schema", sql, [table, column], |_| Ok(()))?;
        Ok(!found.is_empty())
    }

    /// To be asked after the last statement: was what was read the file as it stood?
    pub(crate) fn finish(&self) -> Result<(), ReadError> {
        let Some(before) = &self.before else {
            return Ok(());
        };
        let now = fs::metadata(&self.path).map_err(|source| ReadError::Io {
            path: self.path.clone(),
            source,
        })?;
        let written = length(&beside(&self.path, "-wal")).is_some_and(|n| n > 0);
        if Stamp::of(&now) == *before && !written {
            return Ok(());
        }
        Err(unusable(
            &self.path,
            "changed while it was read; import it again",
        ))
    }
}

fn unusable(path: &Path, reason: &str) -> ReadError {
    ReadError::Unusable {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

fn choose(path: &Path, write_ahead: bool) -> Mode {
    let filled = |ending| length(&beside(path, ending)).is_some_and(|n| n > 0);
    if write_ahead {
        let (wal, shm) = (beside(path, "-wal"), beside(path, "-shm"));
        return match (length(&wal), length(&shm)) {
            (Some(_), Some(_)) => Mode::Shared,
            (Some(n), None) if n > 0 => Mode::Copy,
            _ => Mode::Immutable,
        };
    }
    // While its owner commits, a journal stands there for moments; one that stays was left behind.
    let patience = Instant::now();
    while filled("-journal") {
        if patience.elapsed() > PATIENCE {
            return Mode::Copy;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Mode::Shared
}

/// Copies the database and what stands beside it into a private folder, as one state of it.
fn copy(path: &Path) -> Result<PrivateFolder, ReadError> {
    let io = |source| ReadError::Io {
        path: path.to_owned(),
        source,
    };
    let folder = PrivateFolder::new().map_err(io)?;
    let endings = ["", "-wal", "-journal"];
    let stamps = || {
        endings.map(|ending| {
            let metadata = fs::metadata(beside(path, ending)).ok();
            metadata.map(|m| Stamp::of(&m))
        })
    };
    for _ in 0..5 {
        let before = stamps();
        for ending in endings {
            let to = beside(&folder.path().join("copy.db"), ending);
            match copy_file(&beside(path, ending), &to) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && !ending.is_empty() => {
                    let _ = fs::remove_file(to);
                }
                Err(error) => return Err(io(error)),
            }
        }
        if stamps() == before {
            return Ok(folder);
        }
    }
    Err(unusable(
        path,
        "is being written to without pause; stop its server, or export from it",
    ))
}

/// Copies the bytes alone: permissions of the source might forbid us to recover the copy.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    let mut to = File::create(to)?;
    io::copy(&mut from, &mut to)?;
    Ok(())
}

/// The path as an address of SQLite: a `?` or `%` in a file name is no parameter.
fn address(path: &Path, query: &str) -> String {
    use std::fmt::Write as _;

    let mut address = String::from("file:");
    for byte in bytes_of(path) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                address.push(char::from(byte));
            }
            // Writing into a string cannot fail.
            _ => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address + query
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    // `C:\logs` is `/C:/logs` in an address.
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("//?/").unwrap_or(&text);
    format!("/{}", text.trim_start_matches('/')).into_bytes()
}
