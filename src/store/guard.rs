//! Is the file on the disk still the one that is open?
//!
//! SQLite does not notice when its file is deleted or replaced (as synchronising services do): it goes on
//! writing into what nobody will ever open, and its old log is played onto the new file. So the file is
//! compared before every commit. Asking about a file is harmless; opening it would not be.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Which files were opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    store: Option<(u64, u64)>,
    log: Option<(u64, u64)>,
}

/// What became of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is the one that was opened.
    Same,
    /// There is none any more.
    Gone,
    /// Another one has its name.
    Replaced,
}

impl Identity {
    /// The files at `path` and beside it, as they are now.
    pub(crate) fn of(path: &Path) -> Self {
        Self {
            store: mark(path),
            log: mark(&beside(path, "-wal")),
        }
    }

    /// Compares with what is there now.
    pub(crate) fn presence(&self, path: &Path) -> Presence {
        match mark(path) {
            None => Presence::Gone,
            now if now == self.store => Presence::Same,
            _ => Presence::Replaced,
        }
    }

    /// Moves the log that belongs to the former file aside, so that it is never played onto the new one.
    /// A log that is not ours is left alone.
    pub(crate) fn put_log_aside(&self, path: &Path) {
        let log = beside(path, "-wal");
        if self.log.is_none() || mark(&log) != self.log {
            return;
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_millis());
        for ending in ["-wal", "-shm"] {
            let from = beside(path, ending);
            let to = beside(path, &format!("{ending}.orphan-{now}"));
            // Best effort: there may be no rights to do so, and the caller refuses to write anyway.
            let _ = fs::rename(from, to);
        }
    }
}

fn mark(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|m| (m.dev(), m.ino()))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}
