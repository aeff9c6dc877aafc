//! Opening: what is made, what is refused, and that what is refused stays as it was.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::ingest::{dialogue, put_all};
use crate::model::EventKind;
use crate::store::migrate::VERSION;
use crate::store::open::{open_at, wait_a_little};
use crate::store::surroundings::Survey;
use crate::store::testing::{imported, main_source, message, session_start, temporary};
use crate::store::{Access, Store, StoreError};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn refused(path: &Path, access: Access) -> String {
    match Store::open(path, &access) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error.to_string(),
    }
}

/// The file is refused with these words, and neither it nor its folder changes.
fn refused_unchanged(path: &Path, words: &[&str]) {
    let hash = |path| blake3::hash(&fs::read(path).unwrap());
    let before = (hash(path), entries(path));
    for access in [Access::Read, Access::Review, Access::Import] {
        let error = refused(path, access);
        assert!(
            words.iter().all(|w| error.contains(w)),
            "{}: {error}",
            path.display()
        );
    }
    assert_eq!((hash(path), entries(path)), before, "{}", path.display());
}

fn entries(path: &Path) -> Vec<PathBuf> {
    let folder = fs::read_dir(path.parent().unwrap()).unwrap();
    let mut names: Vec<_> = folder.map(|e| e.unwrap().path()).collect();
    names.sort();
    names
}

#[test]
fn a_new_store_is_private_with_all_that_belongs_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new/deep/store.db");
    let mut store = Store::open(&path, &Access::Review).unwrap();
    put_all(&mut store, vec![imported("anna", dialogue(0, 2))]);
    for file in [path.clone(), beside(&path, "-wal"), beside(&path, "-shm")] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert_eq!(mode(&dir.path().join("new")), 0o700);
    assert_eq!(mode(&dir.path().join("new/deep")), 0o700);
    assert_eq!(store.notices(), [""; 0]);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let wide = Store::open(&path, &Access::Read).unwrap();
    assert!(
        wide.notices()[0].contains("chmod 600"),
        "{:?}",
        wide.notices()
    );
}

#[test]
fn the_rules_of_a_connection_hold() {
    let (_dir, store) = temporary();
    let read = |store: &Store, sql: &str| -> String {
        store
            .connection()
            .query_row(sql, [], |r| Ok(format!("{:?}", r.get_ref(0)?)))
            .unwrap()
    };
    assert!(read(&store, "PRAGMA page_size").contains("16384"));
    assert!(read(&store, "PRAGMA synchronous").contains('2'));
    let import = Store::open(store.path(), &Access::Import).unwrap();
    assert!(read(&import, "PRAGMA synchronous").contains('1'));
    let mut reader = Store::open(store.path(), &Access::Read).unwrap();
    assert!(read(&reader, "PRAGMA busy_timeout").contains("5000"));
    // Writers wait as long, looking more often.
    assert!(wait_a_little(4_999) && !wait_a_little(5_000));
    assert!(reader.connection().execute("DELETE FROM meta", []).is_err());
    assert!(matches!(
        reader.write(|_| Ok(())),
        Err(StoreError::Unusable { .. })
    ));
    let uuid = |s: &Store| read(s, "SELECT hex(value) FROM meta WHERE name = 'uuid'");
    assert_eq!(uuid(&store), uuid(&reader));
    assert_ne!(uuid(&store), uuid(&temporary().1));
}

#[test]
fn what_is_no_store_is_refused_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for (name, bytes) in [
        ("one.db", &b"x"[..]),
        ("text.db", &[b'a'; 5000]),
        ("json.db", b"{}\n"),
    ] {
        fs::write(path(name), bytes).unwrap();
        refused_unchanged(&path(name), &[name, "not a store"]);
    }
    let foreign = path("foreign.db");
    Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE t (a)")
        .unwrap();
    refused_unchanged(&foreign, &["foreign.db", "not a store"]);

    let hot = path("other-wal.db");
    let other = Connection::open(&hot).unwrap();
    other
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
        .unwrap();
    refused_unchanged(&hot, &["not a store"]);

    assert!(refused(dir.path(), Access::Review).contains("not a file"));
    assert!(refused(&path("nothing.db"), Access::Read).contains("import"));
    fs::write(path("empty.db"), b"").unwrap();
    assert!(refused(&path("empty.db"), Access::Read).contains("import"));
    assert!(Store::open(&path("empty.db"), &Access::Review).is_ok());
}

#[test]
fn a_newer_store_is_refused_unchanged_with_both_versions() {
    for version in [VERSION + 1, i32::MAX] {
        let (_dir, store) = temporary();
        let path = store.path().to_path_buf();
        drop(store);
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", version)
            .unwrap();
        refused_unchanged(&path, &[&version.to_string(), &format!("knows {VERSION}")]);
    }
}

#[test]
fn hostile_databases_as_a_store_are_refused_unchanged() {
    let samples = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/corpora/hostile/sqlite"
    );
    let Ok(samples) = fs::read_dir(samples) else {
        eprintln!("skipped: no hostile databases here");
        return;
    };
    for sample in samples {
        let sample = sample.unwrap().path();
        if !sample.is_file() {
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        let copy = dir.path().join("store.db");
        fs::copy(&sample, &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).unwrap();
        let before = fs::read(&copy).unwrap();
        if before.is_empty() {
            continue;
        }
        for access in [Access::Read, Access::Review] {
            let error = refused(&copy, access);
            assert!(error.contains("store.db"), "{error}");
        }
        assert!(fs::read(&copy).unwrap() == before, "{}", sample.display());
        assert_eq!(entries(&copy).len(), 1, "{}", sample.display());
    }
}

#[test]
fn one_store_has_one_name() {
    let (dir, store) = temporary();
    let link = dir.path().join("link.db");
    std::os::unix::fs::symlink(store.path(), &link).unwrap();
    assert_eq!(
        Store::open(&link, &Access::Read).unwrap().path(),
        store.path()
    );
    let nowhere = dir.path().join("nowhere.db");
    std::os::unix::fs::symlink(dir.path().join("gone"), &nowhere).unwrap();
    assert!(refused(&nowhere, Access::Review).contains("link"));
    fs::hard_link(store.path(), dir.path().join("second.db")).unwrap();
    assert!(refused(store.path(), Access::Review).contains("hard link"));
}

struct Mounted(u64);

impl Survey for Mounted {
    fn kind(&self, _: &Path) -> Option<u64> {
        Some(self.0)
    }
    fn exists(&self, path: &Path) -> bool {
        path.ends_with(".stfolder")
    }
}

#[test]
fn no_store_is_made_on_a_network_and_one_that_is_there_is_warned_about() {
    let (dir, store) = temporary();
    let new = dir.path().join("new.db");
    let error = open_at(&new, Access::Review, &Mounted(0x6969))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("NFS") && error.contains("--store"),
        "{error}"
    );
    assert!(!new.exists());
    let there = open_at(store.path(), Access::Review, &Mounted(0x6969)).unwrap();
    assert!(
        there.notices().iter().any(|n| n.contains("NFS")),
        "{:?}",
        there.notices()
    );
    let synced = open_at(&new, Access::Review, &Mounted(0xef53)).unwrap();
    assert!(
        synced.notices().iter().any(|n| n.contains("Syncthing")),
        "{:?}",
        synced.notices()
    );
}

#[test]
fn a_deleted_store_takes_no_more_writes() {
    let (_dir, mut store) = temporary();
    put_all(&mut store, vec![imported("anna", dialogue(0, 2))]);
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(beside(store.path(), ending)).unwrap();
    }
    let error = store.write(|_| Ok(())).unwrap_err().to_string();
    assert!(
        error.contains("gone") && error.contains("not saved"),
        "{error}"
    );
    let mut ingest = store.begin_import(&crate::store::testing::main_source());
    assert!(ingest.as_mut().is_err());
}

#[test]
fn a_replaced_store_is_left_as_it_is() {
    let (_dir, mut store) = temporary();
    put_all(&mut store, vec![imported("anna", dialogue(0, 2))]);
    let path = store.path().to_path_buf();
    let (_other_dir, mut other) = temporary();
    put_all(&mut other, vec![imported("bert", dialogue(0, 2))]);
    let other_path = other.path().to_path_buf();
    drop(other);
    fs::rename(&other_path, &path).unwrap();
    let before = fs::read(&path).unwrap();

    let error = store.write(|_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("another file"), "{error}");
    drop(store);
    assert!(fs::read(&path).unwrap() == before);
    assert!(
        !beside(&path, "-wal").exists(),
        "the old log must not be played onto the new file"
    );
    let store = Store::open(&path, &Access::Read).unwrap();
    assert_eq!(store.resolve("bert").unwrap().len(), 1);
    assert_eq!(store.doctor(true).unwrap(), []);
}

#[test]
fn an_upgrade_meanwhile_stops_the_older_program() {
    let (_dir, mut store) = temporary();
    let newer = Connection::open(store.path()).unwrap();
    newer
        .pragma_update(None, "user_version", VERSION + 1)
        .unwrap();
    let error = store.write(|_| Ok(())).unwrap_err().to_string();
    let words = format!("upgraded to version {}", VERSION + 1);
    assert!(error.contains(&words), "{error}");
    assert!(store.connection().is_autocommit());
}

#[test]
fn a_truncated_store_never_panics_and_is_never_sound() {
    let (dir, mut store) = temporary();
    put_all(
        &mut store,
        (0..30)
            .map(|n| imported(&format!("u{n}"), dialogue(n * 1_000_000, 4)))
            .collect(),
    );
    let path = store.path().to_path_buf();
    drop(store);
    let bytes = fs::read(&path).unwrap();
    let cut = dir.path().join("cut.db");
    for length in (1..bytes.len())
        .step_by(16_384)
        .chain((16_384..bytes.len()).step_by(16_384))
    {
        fs::write(&cut, &bytes[..length]).unwrap();
        if let Ok(store) = Store::open(&cut, &Access::Read) {
            let sound = store.doctor(true).is_ok_and(|f| f.is_empty());
            assert!(!sound, "cut at {length}");
            let _ = store.cards(&[1, 2, 3]);
        }
        assert_eq!(fs::metadata(&cut).unwrap().size(), length as u64);
    }
}

#[test]
fn many_that_make_the_store_at_once_make_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| Store::open(&path, &Access::Review).unwrap());
        }
    });
    let store = Store::open(&path, &Access::Read).unwrap();
    assert_eq!(store.doctor(true).unwrap(), []);
}

#[test]
fn a_checkpoint_that_was_cut_short_is_no_damage() {
    let (folder, mut store) = temporary();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    for n in 0..200 {
        let events = vec![
            session_start(n),
            message(EventKind::User, n + 1, "hello again"),
        ];
        ingest.take(imported(&format!("user {n}"), events)).unwrap();
    }
    ingest.commit_batch().unwrap();
    drop(ingest);
    // The file and its log as they stand while the store is open.
    let path = store.path().to_owned();
    let log = |path: &std::path::Path| path.with_extension("db-wal");
    let [torn, whole] = ["torn.db", "whole.db"].map(|name| folder.path().join(name));
    for copy in [&torn, &whole] {
        std::fs::copy(&path, copy).unwrap();
        std::fs::copy(log(&path), log(copy)).unwrap();
    }
    let conn = rusqlite::Connection::open(&whole).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(conn);
    // Only the first page has reached the file: it tells of pages that are in the log alone.
    let first = &std::fs::read(&whole).unwrap()[..16_384];
    let mut bytes = std::fs::read(&torn).unwrap();
    bytes[..16_384].copy_from_slice(first);
    std::fs::write(&torn, bytes).unwrap();
    let store = Store::open(&torn, &Access::Review).unwrap();
    assert_eq!(store.first_page(1000).unwrap().len(), 200);
    assert_eq!(
        store
            .doctor(true)
            .unwrap()
            .iter()
            .filter(|f| f.conversation.is_some())
            .count(),
        0
    );
}
