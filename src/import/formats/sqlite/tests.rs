use std::collections::BTreeMap;

use super::*;
use crate::import::formats::databases::Database;
use crate::import::testing::Collect;

/// Every file of a folder with its bytes and time.
fn state(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries
        .map(|path| {
            let time = fs::metadata(&path).unwrap().modified().unwrap();
            (path.clone(), (fs::read(&path).unwrap(), time))
        })
        .collect()
}

const CREATE: &str = "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), \
    type_name VARCHAR(255), timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT); \
    CREATE INDEX ix_events_sender_id ON events (sender_id);";

fn insert(connection: &Connection, sender: &str, count: usize) {
    let data = r#"{"event": "user", "timestamp": 1, "text": "hi"}"#;
    for _ in 0..count {
        let sql = "INSERT INTO events (sender_id, data) VALUES (?1, ?2)";
        connection.execute(sql, [sender, data]).unwrap();
    }
}

fn database(path: &Path, journal: &str) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .pragma_update(None, "journal_mode", journal)
        .unwrap();
    connection.execute_batch(CREATE).unwrap();
    insert(&connection, "a", 3);
    connection
}

/// How many events are read from the file.
fn read(path: &Path) -> usize {
    let mut found = Collect::default();
    let kind = Database::detect(path).unwrap().unwrap();
    kind.read(path, None, &mut found).unwrap();
    assert_eq!(found.rejected, []);
    found.logs.iter().map(|log| log.events.len()).sum()
}

#[test]
fn a_file_at_rest_is_left_as_it_is() {
    for journal in ["delete", "wal"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tracker.db");
        drop(database(&path, journal));
        let before = state(folder.path());
        assert_eq!((before.len(), read(&path)), (1, 3), "{journal}");
        assert_eq!(state(folder.path()), before, "{journal}");
    }
}

#[cfg(unix)]
#[test]
fn a_name_is_a_name_and_no_address() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "a?mode=rw&x=%41#b",
        "file:x?mode=memory",
        "-rf",
        "ä\n\u{1b}[1m",
    ] {
        let path = folder.path().join(name);
        drop(database(&path, "delete"));
        assert_eq!(read(&path), 3, "{name:?}");
    }
}

#[test]
fn a_running_server_in_wal_mode_is_read_to_its_last_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracker.db");
    let server = database(&path, "wal");
    insert(&server, "b", 2);
    let bytes = |ending| fs::read(beside(&path, ending)).unwrap();
    let before = (bytes(""), bytes("-wal"));
    assert_eq!(read(&path), 5);
    assert!((bytes(""), bytes("-wal")) == before, "its files changed");
    insert(&server, "b", 1);
    assert_eq!(read(&path), 6);
}

#[test]
fn a_wal_that_came_alone_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracker.db");
    let server = database(&path, "wal");
    insert(&server, "b", 2);
    let taken = tempfile::tempdir().unwrap();
    let copy = taken.path().join("copy of tracker.db");
    for ending in ["", "-wal"] {
        fs::copy(beside(&path, ending), beside(&copy, ending)).unwrap();
    }
    let before = state(taken.path());
    assert_eq!((before.len(), read(&copy)), (2, 5));
    assert_eq!(state(taken.path()), before);

    // What is read in its place lies where nobody else looks, and goes even where the process is killed.
    let source = Source::open(&copy).unwrap();
    let read = PathBuf::from(source.connection.path().unwrap());
    let folder = read.parent().unwrap().to_owned();
    assert!(folder.join("lock").exists());
    drop(source);
    assert!(!folder.exists());
}

#[test]
fn what_was_left_half_written_is_rolled_back_in_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracker.db");
    let server = database(&path, "delete");
    // A small cache writes into the file before the commit.
    server.pragma_update(None, "cache_size", 1).unwrap();
    server.execute_batch("BEGIN").unwrap();
    insert(&server, "b", 2_000);
    server.cache_flush().unwrap();
    let taken = tempfile::tempdir().unwrap();
    let copy = taken.path().join("tracker.db");
    for ending in ["", "-journal"] {
        fs::copy(beside(&path, ending), beside(&copy, ending)).unwrap();
    }
    let before = state(taken.path());
    assert_eq!(before.len(), 2);
    assert_eq!(read(&copy), 3);
    assert_eq!(state(taken.path()), before);
}

#[test]
fn a_server_in_rollback_mode_can_write_between_any_two_statements() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracker.db");
    let server = database(&path, "delete");
    server.busy_timeout(Duration::ZERO).unwrap();
    let source = Source::open(&path).unwrap();
    for count in 0..3 {
        let sql = "SELECT id FROM events ORDER BY id";
        let rows = source.query("events", sql, [], |row| row.get::<_, i64>(0));
        assert_eq!(rows.unwrap().len(), 3 + count);
        // Fails at once if a lock were held.
        insert(&server, "b", 1);
    }
    source.finish().unwrap();
}

#[test]
fn a_file_read_without_locks_must_not_have_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracker.db");
    drop(database(&path, "wal"));
    let source = Source::open(&path).unwrap();
    source.finish().unwrap();
    let server = Connection::open(&path).unwrap();
    insert(&server, "b", 1);
    let error = source.finish().unwrap_err().to_string();
    assert!(error.ends_with("import it again"), "{error}");
}

#[test]
fn nothing_can_be_written_through_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracker.db");
    drop(database(&path, "delete"));
    let source = Source::open(&path).unwrap();
    let tried = source.query("x", "DELETE FROM events", [], |_| Ok(()));
    assert!(tried.is_err());
    let other = format!("ATTACH '{}' AS x", folder.path().join("x.db").display());
    assert!(source.query("x", &other, [], |_| Ok(())).is_err());
    assert_eq!(read(&path), 3);
}

#[test]
fn what_is_no_database_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    fs::write(&path, "").unwrap();
    let words = |path: &Path| Source::open(path).err().unwrap().to_string();
    assert!(words(&path).ends_with("too short for a database"));
    fs::write(&path, [b'x'; 200]).unwrap();
    assert!(words(&path).ends_with("not an SQLite database"));
    assert!(words(folder.path()).ends_with("not a file"));
    assert!(words(&folder.path().join("gone")).contains("gone: "));
}

#[test]
fn hostile_files_end_in_words_and_stay_as_they_are() {
    let corpus = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/corpora/hostile/sqlite"
    );
    let Ok(files) = fs::read_dir(corpus) else {
        eprintln!("skipped: {corpus} is not there");
        return;
    };
    let mut seen = 0;
    for file in files {
        let from = file.unwrap().path();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(from.file_name().unwrap());
        fs::write(&path, fs::read(&from).unwrap()).unwrap();
        let before = state(folder.path());
        let mut found = Collect::default();
        if let Ok(Some(kind)) = Database::detect(&path) {
            // Any end but a panic will do; what was read until then counts.
            let _ = kind.read(&path, None, &mut found);
        }
        // Whatever they are, they can be read as the tables they pretend to have.
        let _ = Database::RasaSql.read(&path, None, &mut found);
        let _ = Database::RasaX.read(&path, None, &mut found);
        assert_eq!(state(folder.path()), before, "{}", path.display());
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}
