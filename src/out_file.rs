//! Files that appear whole or not at all.
//!
//! What is written goes into a temporary file of the same folder, which gets its name once everything is
//! on the disk: whoever looks finds the old file, or the whole new one. Only this module makes files for
//! people; it must not know what is in them, and must not print.
//!
//! While it is written its writer holds a lock on it. What somebody killed left behind has none: the next file
//! made in that folder removes it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, FlockOperation, Mode, OFlags, RenameFlags, flock, fstat,
};
use rustix::io::Errno;

/// Bytes gathered before they are written.
const BUFFER: usize = 128 * 1024;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum OutFileError {
    /// Something of that name is there, and nobody said that it may go.
    #[error("{}: it is there already", .0.display())]
    Exists(PathBuf),
    /// It is a folder.
    #[error("{}: it is a folder", .0.display())]
    Folder(PathBuf),
    /// It is a link, a device, a pipe: replacing it would not do what was meant.
    #[error("{}: it is {what}, which is not replaced", path.display())]
    Special {
        /// The path.
        path: PathBuf,
        /// What it is: `a link`, `a device`.
        what: &'static str,
    },
    /// It is the store, or one of the files beside it.
    #[error("{}: it belongs to the store", .0.display())]
    Store(PathBuf),
    /// The folder it should be in is not there.
    #[error("{}: there is no such folder", .0.display())]
    NoFolder(PathBuf),
    /// The system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
}

/// A file on its way. Dropped before [`OutFile::commit`], nothing of it is left.
#[derive(Debug)]
pub struct OutFile {
    folder: OwnedFd,
    /// Its name in the folder while it is written; `None` once it has its own.
    temporary: Option<OsString>,
    name: OsString,
    path: PathBuf,
    replace: bool,
    file: BufWriter<File>,
}

impl OutFile {
    /// Begins a file at `path`, readable by its owner alone. What is there is replaced at the end where
    /// `replace` says so, if it is a file; it is never the store at `store`.
    ///
    /// # Errors
    /// Where nothing can be written there, or something is there that stays.
    pub fn create(path: &Path, replace: bool, store: &Path) -> Result<Self, OutFileError> {
        let name = match path.components().next_back() {
            Some(Component::Normal(name)) if !ends_with_slash(path) => name.to_owned(),
            _ => return Err(OutFileError::Folder(path.to_owned())),
        };
        let parent = match path.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let failed = |source: Errno| OutFileError::Io {
            path: path.to_owned(),
            source: source.into(),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder =
            rustix::fs::openat(CWD, &parent, flags, Mode::empty()).map_err(|e| match e {
                Errno::NOENT | Errno::NOTDIR => OutFileError::NoFolder(parent.clone()),
                other => failed(other),
            })?;
        // A whole path says where it went, from whatever folder it was typed.
        let path = parent
            .canonicalize()
            .map_or(path.to_owned(), |p| p.join(&name));
        check(&path, replace, store)?;
        remove_left_behind(&folder);
        let (temporary, file) = temporary(&folder).map_err(|source| OutFileError::Io {
            path: path.clone(),
            source: source.into(),
        })?;
        Ok(Self {
            folder,
            temporary: Some(temporary),
            name,
            path,
            replace,
            file: BufWriter::with_capacity(BUFFER, File::from(file)),
        })
    }

    /// Where it will be: the whole path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Brings everything onto the disk and gives the file its name.
    ///
    /// # Errors
    /// Where the disk is full, or something of that name came in between; nothing is left then.
    pub fn commit(mut self) -> Result<PathBuf, OutFileError> {
        let failed = |source: io::Error| OutFileError::Io {
            path: self.path.clone(),
            source,
        };
        self.file.flush().map_err(failed)?;
        self.file.get_ref().sync_all().map_err(failed)?;
        if let Some(temporary) = &self.temporary {
            if self.replace {
                rustix::fs::renameat(&self.folder, temporary, &self.folder, &self.name)
            } else {
                self.rename_to_nothing(temporary)
            }
            .map_err(|error| match error {
                Errno::EXIST => OutFileError::Exists(self.path.clone()),
                Errno::ISDIR => OutFileError::Folder(self.path.clone()),
                other => failed(other.into()),
            })?;
        }
        self.temporary = None;
        // Not every file system can do that for folders; the file itself is safe.
        let _ = rustix::fs::fsync(&self.folder);
        Ok(self.path.clone())
    }

    /// Gives it its name unless something has that already, in one step of the file system.
    fn rename_to_nothing(&self, temporary: &OsString) -> rustix::io::Result<()> {
        let (folder, name) = (&self.folder, &self.name);
        let flags = RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(folder, temporary, folder, name, flags) {
            // Some file systems know no such renaming, but all know names that must be new.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                rustix::fs::linkat(folder, temporary, folder, name, AtFlags::empty())?;
                rustix::fs::unlinkat(folder, temporary, AtFlags::empty())
            }
            done => done,
        }
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // It may be gone already; there is nothing else to try.
            let _ = rustix::fs::unlinkat(&self.folder, temporary, AtFlags::empty());
        }
    }
}

fn ends_with_slash(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

/// Refuses what is there and has to stay.
fn check(path: &Path, replace: bool, store: &Path) -> Result<(), OutFileError> {
    let there = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => {
            let path = path.to_owned();
            return Err(OutFileError::Io { path, source });
        }
        Ok(there) => there,
    };
    let kind = there.file_type();
    let special = |what| OutFileError::Special {
        path: path.to_owned(),
        what,
    };
    if kind.is_dir() {
        return Err(OutFileError::Folder(path.to_owned()));
    }
    if kind.is_symlink() {
        return Err(special("a link"));
    }
    if kind.is_fifo() || kind.is_socket() {
        return Err(special("a pipe"));
    }
    if !kind.is_file() {
        return Err(special("a device"));
    }
    for ending in ["", "-wal", "-shm"] {
        let mut beside = store.as_os_str().to_owned();
        beside.push(ending);
        if std::fs::metadata(beside).is_ok_and(|m| (m.dev(), m.ino()) == (there.dev(), there.ino()))
        {
            return Err(OutFileError::Store(path.to_owned()));
        }
    }
    if replace {
        Ok(())
    } else {
        Err(OutFileError::Exists(path.to_owned()))
    }
}

/// What a temporary name begins and ends with; random hexadecimal digits stand between.
const NAME: (&str, &str) = (".afterword-", ".tmp");
/// How many of them.
const DIGITS: usize = 16;

/// A new file of a name that nobody else has, locked as long as it is open.
fn temporary(folder: &OwnedFd) -> rustix::io::Result<(OsString, OwnedFd)> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    loop {
        let mut random = [0; DIGITS / 2];
        getrandom::fill(&mut random).map_err(|_| Errno::IO)?;
        let digits = data_encoding::HEXLOWER.encode(&random);
        let name = format!("{}{digits}{}", NAME.0, NAME.1);
        let file = match rustix::fs::openat(folder, &name, flags, Mode::RUSR | Mode::WUSR) {
            Err(Errno::EXIST) => continue,
            made => made?,
        };
        // A file system without locks keeps what is left behind, and that is all.
        let _ = flock(&file, FlockOperation::LockExclusive);
        // Between making and locking it was free to be removed.
        if fstat(&file)?.st_nlink > 0 {
            return Ok((name.into(), file));
        }
    }
}

/// Removes temporary files of ours that nobody holds. What cannot be looked at stays.
fn remove_left_behind(folder: &OwnedFd) {
    let Ok(entries) = Dir::read_from(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let digits = name
            .to_str()
            .ok()
            .and_then(|n| n.strip_prefix(NAME.0)?.strip_suffix(NAME.1));
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if digits.is_some_and(|d| d.len() == DIGITS && d.bytes().all(hex)) {
            let _ = remove_unheld(folder, name);
        }
    }
}

fn remove_unheld(folder: &OwnedFd, name: &std::ffi::CStr) -> rustix::io::Result<()> {
    // Nothing here may wait: it could be a pipe of that name.
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::openat(folder, name, flags, Mode::empty())?;
    let there = fstat(&file)?;
    let is_file = FileType::from_raw_mode(there.st_mode) == FileType::RegularFile;
    if is_file && there.st_uid == rustix::process::geteuid().as_raw() {
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        rustix::fs::unlinkat(folder, name, AtFlags::empty())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn write(path: &Path, replace: bool, text: &str) -> Result<PathBuf, OutFileError> {
        let mut file = OutFile::create(path, replace, Path::new("/nowhere"))?;
        file.write_all(text.as_bytes()).unwrap();
        file.commit()
    }

    #[test]
    fn it_is_there_whole_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mut file = OutFile::create(&path, false, Path::new("/nowhere")).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(file);
        assert!(names(folder.path()).is_empty());
        let written = write(&path, false, "whole").unwrap();
        assert_eq!(written, path.canonicalize().unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(names(folder.path()), ["a.jsonl"]);
    }

    #[test]
    fn what_is_there_stays_unless_it_may_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "old").unwrap();
        assert!(matches!(
            write(&path, false, "new"),
            Err(OutFileError::Exists(_))
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        write(&path, true, "new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn what_comes_in_between_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let file = OutFile::create(&path, false, Path::new("/nowhere")).unwrap();
        std::fs::write(&path, "of another").unwrap();
        assert!(matches!(file.commit(), Err(OutFileError::Exists(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"of another");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn what_a_killed_writer_left_goes_and_what_is_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let left = ".afterword-0123456789abcdef.tmp";
        let others = [
            ".afterword-0123456789abcdeg.tmp",
            ".afterword-0123.tmp",
            "notes.tmp",
        ];
        for name in others.iter().chain([&left]) {
            std::fs::write(at(name), "half").unwrap();
        }
        std::os::unix::fs::symlink(at("notes.tmp"), at(".afterword-1111111111111111.tmp")).unwrap();
        let first = OutFile::create(&at("a"), false, Path::new("/nowhere")).unwrap();
        assert!(!at(left).exists());
        // Another writer at the same time takes nothing from it.
        write(&at("b"), false, "b").unwrap();
        first.commit().unwrap();
        assert_eq!(
            names(folder.path()),
            [
                ".afterword-0123.tmp",
                ".afterword-0123456789abcdeg.tmp",
                ".afterword-1111111111111111.tmp",
                "a",
                "b",
                "notes.tmp"
            ]
        );
    }

    #[test]
    fn what_is_no_file_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("folder")).unwrap();
        std::fs::write(at("file"), "x").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        std::os::unix::fs::symlink(at("gone"), at("loose")).unwrap();
        std::fs::write(at("store.db"), "x").unwrap();
        std::fs::write(at("store.db-wal"), "x").unwrap();
        for (path, said) in [
            (at("folder"), "it is a folder"),
            (at("folder/"), "it is a folder"),
            (PathBuf::from(".."), "it is a folder"),
            (PathBuf::from("/"), "it is a folder"),
            (at("link"), "it is a link, which is not replaced"),
            (at("loose"), "it is a link, which is not replaced"),
            (at("none/a"), "there is no such folder"),
            (at("file/a"), "there is no such folder"),
            (at("store.db"), "it belongs to the store"),
            (at("store.db-wal"), "it belongs to the store"),
            (
                PathBuf::from("/dev/full"),
                "it is a device, which is not replaced",
            ),
        ] {
            let refused = OutFile::create(&path, true, &at("store.db")).unwrap_err();
            assert!(refused.to_string().ends_with(said), "{path:?}: {refused}");
        }
        let refused = OutFile::create(&at(&"long".repeat(80)), false, &at("store.db"));
        assert!(refused.is_err());
        assert_eq!(
            names(folder.path()),
            [
                "file",
                "folder",
                "link",
                "loose",
                "store.db",
                "store.db-wal"
            ]
        );
        assert_eq!(std::fs::read(at("file")).unwrap(), b"x");
    }
}
