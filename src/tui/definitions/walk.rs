//! The files of a project, within bounds: so many, so deep, so large. Links are not followed: they lead out
//! of the project, or round and round.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Files and folders looked at, at most.
const ENTRIES: usize = 20_000;
/// Folders below each other, at most.
const DEPTH: usize = 12;
/// A file longer than this is not read.
const FILE_BYTES: u64 = 8 << 20;
/// All files together.
pub(super) const BYTES: u64 = 64 << 20;
/// Folders of tools, in which nobody defines anything.
const SKIPPED: [&str; 6] = [
    "node_modules",
    "venv",
    "env",
    "__pycache__",
    "models",
    "target",
];

/// What a project has.
pub(super) struct Found {
    /// Paths below the root, in order.
    pub files: Vec<PathBuf>,
    /// All of it was looked at.
    pub complete: bool,
}

/// The files below the root that may define something.
pub(super) fn files(root: &Path) -> Found {
    let mut found = Found {
        files: Vec::new(),
        complete: true,
    };
    let mut folders = vec![(PathBuf::new(), 0)];
    let mut entries = 0;
    while let Some((folder, depth)) = folders.pop() {
        let Ok(list) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in list.flatten() {
            entries += 1;
            if entries > ENTRIES {
                found.complete = false;
                found.files.sort();
                return found;
            }
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|n| !n.starts_with('.')) else {
                continue;
            };
            // The kind of the entry itself: a link is neither file nor folder.
            match entry.file_type() {
                Ok(kind) if kind.is_file() => found.files.push(folder.join(name)),
                Ok(kind) if kind.is_dir() && !SKIPPED.contains(&name) => {
                    if depth < DEPTH {
                        folders.push((folder.join(name), depth + 1));
                    } else {
                        found.complete = false;
                    }
                }
                _ => {}
            }
        }
    }
    found.files.sort();
    found
}

/// The text of a file, unless it is too long or no text; `left` is what may still be read.
pub(super) fn read(path: &Path, left: &mut u64) -> Option<String> {
    let most = FILE_BYTES.min(*left);
    let mut text = String::new();
    let file = fs::File::open(path).ok()?;
    let read = file.take(most + 1).read_to_string(&mut text).ok()? as u64;
    *left = left.saturating_sub(read);
    (read <= most).then_some(text)
}
