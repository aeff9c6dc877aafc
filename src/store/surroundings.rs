//! Where a store lies: file systems and folders that SQLite's write-ahead log does not survive on.
//!
//! Behind a trait, because no test can mount a network file system.

use std::path::Path;

/// What is known of the place of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// Name of a network or user-space file system: locks and shared memory do not work there.
    pub network: Option<&'static str>,
    /// Name of a synchronising service: it copies parts of a store that is in use.
    pub synchronised: Option<&'static str>,
}

/// Finds out about a folder.
pub(crate) trait Survey {
    /// Number of the file system's kind as Linux has it; `None` where it cannot be told.
    fn kind(&self, folder: &Path) -> Option<u64>;
    /// True if there is something of that name.
    fn exists(&self, path: &Path) -> bool;
}

/// The real machine.
pub(crate) struct Machine;

impl Survey for Machine {
    #[cfg(target_os = "linux")]
    fn kind(&self, folder: &Path) -> Option<u64> {
        // The width of the field differs between processors; the kinds have 32 bits.
        let kind = rustix::fs::statfs(folder).ok()?.f_type;
        Some(kind as u64 & 0xffff_ffff)
    }

    #[cfg(not(target_os = "linux"))]
    fn kind(&self, _folder: &Path) -> Option<u64> {
        None
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }
}

/// File systems on which several machines, or a program of a user, stand behind a file.
const NETWORK: [(u64, &str); 13] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xfe53_4d42, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0x6573_5546, "FUSE"),
    (0x0102_1997, "9p"),
    (0x0bd0_0bd0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
    (0x7375_7245, "Coda"),
    (0x1983_0326, "BeeGFS"),
    (0x564c, "NCP"),
];

/// Folders that a service keeps the same on several machines, by their names.
const SYNCHRONISED: [(&str, &str); 8] = [
    ("Dropbox", "Dropbox"),
    ("OneDrive", "OneDrive"),
    ("Mobile Documents", "iCloud"),
    ("iCloud", "iCloud"),
    ("Google Drive", "Google Drive"),
    ("GoogleDrive", "Google Drive"),
    ("Nextcloud", "Nextcloud"),
    ("ownCloud", "ownCloud"),
];

/// What such services leave in the folders they keep.
const MARKERS: [(&str, &str); 4] = [
    (".stfolder", "Syncthing"),
    (".dropbox", "Dropbox"),
    (".sync", "Resilio Sync"),
    (".owncloudsync.log", "Nextcloud"),
];

/// Looks at the folder of a store.
pub(crate) fn survey(folder: &Path, machine: &dyn Survey) -> Surroundings {
    let kind = machine.kind(folder);
    let network = NETWORK.iter().find(|n| Some(n.0) == kind).map(|n| n.1);
    Surroundings {
        network,
        synchronised: synchronised(folder, machine),
    }
}

fn synchronised(folder: &Path, machine: &dyn Survey) -> Option<&'static str> {
    folder.ancestors().find_map(|place| {
        let name = place
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let named = |entry: &&(&str, &str)| {
            // `OneDrive - Company` is one too.
            name == entry.0
                || name
                    .strip_prefix(entry.0)
                    .is_some_and(|r| r.starts_with(" -"))
        };
        let marked = |entry: &&(&str, &str)| machine.exists(&place.join(entry.0));
        let by_name = SYNCHRONISED.iter().find(named);
        by_name
            .or_else(|| MARKERS.iter().find(marked))
            .map(|entry| entry.1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake(u64, &'static str);

    impl Survey for Fake {
        fn kind(&self, _: &Path) -> Option<u64> {
            Some(self.0)
        }
        fn exists(&self, path: &Path) -> bool {
            path == Path::new(self.1)
        }
    }

    #[test]
    fn every_network_file_system_is_known() {
        for (kind, name) in [
            (0x6969, "NFS"),
            (0xfe53_4d42, "SMB"),
            (0xff53_4d42, "CIFS"),
            (0x6573_5546, "FUSE"),
            (0x0102_1997, "9p"),
            (0x0bd0_0bd0, "Lustre"),
            (0x4750_4653, "GPFS"),
        ] {
            let found = survey(Path::new("/data"), &Fake(kind, "/none"));
            assert_eq!(found.network, Some(name));
        }
        for local in [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630] {
            let found = survey(Path::new("/data"), &Fake(local, "/none"));
            assert_eq!(found, Surroundings::default());
        }
    }

    #[test]
    fn synchronised_folders_are_known_by_name_and_by_marker() {
        let at = |path: &str, marker| survey(Path::new(path), &Fake(0xef53, marker)).synchronised;
        assert_eq!(at("/home/me/Dropbox/work", "/none"), Some("Dropbox"));
        assert_eq!(at("/home/me/OneDrive - Acme/x", "/none"), Some("OneDrive"));
        assert_eq!(
            at("/home/me/sync/x", "/home/me/sync/.stfolder"),
            Some("Syncthing")
        );
        assert_eq!(at("/home/me/Dropboxes/x", "/none"), None);
        assert_eq!(at("/home/me/work", "/none"), None);
    }

    #[test]
    fn the_machine_answers() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Machine.exists(dir.path()));
        assert!(!Machine.exists(&dir.path().join("nothing")));
        assert_eq!(
            Machine.kind(dir.path()).is_some(),
            cfg!(target_os = "linux")
        );
    }
}
