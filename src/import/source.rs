//! Which files an import is about: arguments, folders and what is in them, standard input.
//!
//! What has no end or is no file is refused here; what the files hold is looked at in
//! [`super::unpack`].

use std::fs;
use std::path::{Path, PathBuf};

use super::formats::ReadError;

/// One argument of `import`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathOrStdin {
    /// A file or a folder.
    Path(PathBuf),
    /// `-`.
    Stdin,
}

impl PathOrStdin {
    /// `-` is standard input, everything else a path, also `file:x` and `-rf`.
    pub fn from_argument(argument: &std::ffi::OsStr) -> Self {
        if argument == "-" {
            Self::Stdin
        } else {
            Self::Path(argument.into())
        }
    }
}

/// One thing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Where it is.
    pub place: PathOrStdin,
    /// How the report names it; as the user wrote it, so it may hold anything.
    pub name: String,
    /// Its size, where known.
    pub bytes: Option<u64>,
}

/// A file that a folder holds and that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// The files behind the arguments: folders with everything in them, sorted, links followed once.
///
/// # Errors
///
/// Where an argument itself is not there or is nothing to read from. What a folder holds beside is
/// listed, not fatal.
pub fn expand(inputs: &[PathOrStdin]) -> Result<(Vec<InputFile>, Vec<LeftOut>), ReadError> {
    let mut found = Vec::new();
    let mut left_out = Vec::new();
    for input in inputs {
        let PathOrStdin::Path(path) = input else {
            found.push(InputFile {
                place: PathOrStdin::Stdin,
                name: "-".to_owned(),
                bytes: None,
            });
            continue;
        };
        let meta = fs::metadata(path).map_err(|source| ReadError::Io {
            path: path.clone(),
            source,
        })?;
        if meta.is_dir() {
            let mut above = Vec::new();
            walk(path, &mut above, &mut found, &mut left_out);
        } else {
            check_kind(path, &meta).map_err(|reason| ReadError::Unusable {
                path: path.clone(),
                reason,
            })?;
            found.push(input_file(path, &meta));
        }
    }
    Ok((found, left_out))
}

fn input_file(path: &Path, meta: &fs::Metadata) -> InputFile {
    InputFile {
        place: PathOrStdin::Path(path.to_owned()),
        name: path.to_string_lossy().into_owned(),
        bytes: meta.is_file().then_some(meta.len()),
    }
}

/// Everything in a folder. `above` holds the canonical folders on the way here: a link back to one of
/// them ends there.
fn walk(
    folder: &Path,
    above: &mut Vec<PathBuf>,
    found: &mut Vec<InputFile>,
    left_out: &mut Vec<LeftOut>,
) {
    let mut skip = |path: &Path, reason: String| {
        left_out.push(LeftOut {
            name: path.to_string_lossy().into_owned(),
            reason,
        });
    };
    let real = match folder.canonicalize() {
        Ok(real) => real,
        Err(error) => return skip(folder, error.to_string()),
    };
    if above.contains(&real) {
        return;
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return skip(folder, error.to_string()),
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    above.push(real);
    for path in paths {
        if is_aside(&path) {
            continue;
        }
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => walk(&path, above, found, left_out),
            Ok(meta) => match check_kind(&path, &meta) {
                Ok(()) => found.push(input_file(&path, &meta)),
                Err(reason) => left_out.push(LeftOut {
                    name: path.to_string_lossy().into_owned(),
                    reason,
                }),
            },
            Err(error) => left_out.push(LeftOut {
                name: path.to_string_lossy().into_owned(),
                reason: error.to_string(),
            }),
        }
    }
    above.pop();
}

/// Hidden files, and what SQLite keeps beside a database: read with it, never by themselves.
fn is_aside(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with('.') {
        return true;
    }
    ["-wal", "-shm", "-journal"].iter().any(|end| {
        name.strip_suffix(end)
            .is_some_and(|database| path.with_file_name(database).is_file())
    })
}

/// Refuses what has no end or is no file at all.
fn check_kind(path: &Path, meta: &fs::Metadata) -> Result<(), String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = meta.file_type();
        // `<(zcat log.gz)` of a shell: already open at the other end, so it can neither hang nor repeat.
        let from_shell = path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd");
        if kind.is_fifo() && !from_shell {
            return Err("is a named pipe; pass `-` and redirect it instead".to_owned());
        }
        if kind.is_socket() || kind.is_char_device() || kind.is_block_device() {
            return Err("is a device or a socket, not a file".to_owned());
        }
        if meta.is_file()
            && let Ok(real) = path.canonicalize()
            && ["/proc", "/sys", "/dev"]
                .iter()
                .any(|p| real.starts_with(p))
            && !real.starts_with("/dev/shm")
        {
            return Err("is a view into the running system, not a file".to_owned());
        }
    }
    if meta.is_dir() {
        return Err("is a folder".to_owned());
    }
    Ok(())
}
