//! How an input is known again after an interrupted import.

use std::fs;
use std::time::UNIX_EPOCH;

use super::request::Request;
use super::sessions::SessionMode;
use super::source::{InputFile, PathOrStdin};
use crate::model::{Hash, Millis};

/// What makes an input the same as last time: where it is, what it is, and what was asked of it. Only
/// then do its conversations come in the same order again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InputMark {
    /// The name under which the store keeps how far it was read.
    pub id: [u8; 16],
    size: u64,
    file: (u64, u64),
}

impl InputMark {
    /// The mark of a file; standard input has none.
    pub fn of(input: &InputFile, head: &[u8], request: &Request) -> Option<Self> {
        let PathOrStdin::Path(path) = &input.place else {
            return None;
        };
        let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let modified = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let mut hash = Hash::new("input");
        hash.bytes(path.canonicalize().ok()?.as_os_str().as_encoded_bytes());
        hash.bytes(&meta.len().to_le_bytes());
        hash.bytes(&modified.as_nanos().to_le_bytes());
        hash.bytes(head);
        let sessions: SessionMode = request.sessions.unwrap_or_default();
        hash.text(&sessions.to_string());
        hash.number(request.since.map_or(i64::MIN, |Millis(ms)| ms));
        hash.text(request.format.as_deref().unwrap_or_default());
        hash.number(i64::from(request.with_review));
        Some(Self {
            id: hash.end(),
            size: meta.len(),
            file: identity(&meta),
        })
    }

    /// The mark of what several inputs hold together, if each has one.
    pub fn together(marks: &[Option<Self>]) -> Option<Self> {
        let mut hash = Hash::new("inputs");
        let mut size = 0;
        for mark in marks {
            let mark = mark.as_ref()?;
            hash.bytes(&mark.id);
            size += mark.size;
        }
        Some(Self {
            id: hash.end(),
            size,
            file: (0, 0),
        })
    }

    /// True if the file was cut or replaced since; one that only grew is read as far as it was there.
    pub fn shrunk(&self, now: &Self) -> bool {
        now.size < self.size || now.file != self.file
    }
}

#[cfg(unix)]
fn identity(meta: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> (u64, u64) {
    (0, 0)
}
