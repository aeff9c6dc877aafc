//! Private folders for what must lie on the disk for a while: logs are nobody else's business, also
//! after a crash.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

const PREFIX: &str = "afterword-import-";
const LOCK: &str = "lock";

/// A folder younger than this may not be locked yet.
const YOUNG: Duration = Duration::from_secs(60);

/// A folder that only this user can enter. It goes with the value; where the process was killed, the
/// next one removes it.
#[derive(Debug)]
pub struct PrivateFolder {
    folder: TempDir,
    /// Locked while the process lives.
    _lock: File,
}

impl PrivateFolder {
    /// Makes one, and removes what killed processes left.
    pub fn new() -> io::Result<Self> {
        Self::within(&std::env::temp_dir(), YOUNG)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn within(parent: &Path, young: Duration) -> io::Result<Self> {
        sweep(parent, young);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o700));
        }
        let folder = builder.tempdir_in(parent)?;
        let lock = File::create_new(folder.path().join(LOCK))?;
        lock.lock()?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }
}

/// Removes folders of ours whose process is gone. What cannot be removed stays: it is not ours, or it is
/// tried again next time.
fn sweep(parent: &Path, young: Duration) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && is_left(&entry.path(), young) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_left(folder: &Path, young: Duration) -> bool {
    let Ok(meta) = fs::symlink_metadata(folder) else {
        return false;
    };
    let old = meta
        .modified()
        .ok()
        .and_then(|at| at.elapsed().ok())
        .is_some_and(|age| age >= young);
    let lock = File::open(folder.join(LOCK));
    old && meta.is_dir() && lock.is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_dead_processes_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let make = || PrivateFolder::within(parent.path(), Duration::ZERO).unwrap();
        let alive = make();
        let dead = parent.path().join("afterword-import-dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        fs::write(dead.join("source.db"), "secret").unwrap();
        let foreign = parent.path().join("afterword-import-foreign");
        fs::create_dir(&foreign).unwrap();
        let second = make();
        assert!(!dead.exists());
        assert!(alive.path().exists() && second.path().exists() && foreign.exists());
        let path = alive.path().to_owned();
        drop(alive);
        assert!(!path.exists());
    }

    #[test]
    #[cfg(unix)]
    fn nobody_else_can_enter() {
        use std::os::unix::fs::PermissionsExt;
        let folder = PrivateFolder::new().unwrap();
        let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
