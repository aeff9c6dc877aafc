//! Hard times: killed processes, two writers, many rows, media that cannot be written.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::ingest::{dialogue, put_all};
use crate::model::{Change, Clock, Edit, Imported, Set, Target};
use crate::store::testing::{imported, main_source, temporary};
use crate::store::{Access, Outcome, Position, Store};

const PLACE: &str = "AFTERWORD_TEST_STORE";

/// This very test binary, running one of the tests below that do nothing without their variable.
fn victim(name: &str, place: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--nocapture"])
        .arg(format!("store::tests::hard::{name}"))
        .env(PLACE, place)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// The store that the parent of this process names; `None` where the test was not run by another one.
fn place() -> Option<PathBuf> {
    std::env::var_os(PLACE).map(PathBuf::from)
}

fn numbered(n: i64) -> Imported {
    imported(&format!("user {n}"), dialogue(n * 1_000_000, 6))
}

#[test]
fn create_a_store() {
    let Some(place) = place() else { return };
    println!("ready");
    Store::open(&place, &Access::Review).unwrap();
}

#[test]
fn killed_creations_leave_nothing_or_a_whole_store() {
    for round in 0..12 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let mut child = victim("create_a_store", &path).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !line.contains("ready") && out.read_line(&mut line).unwrap() > 0 {}
        assert!(line.contains("ready"), "the victim did not run");
        std::thread::sleep(Duration::from_micros(round * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        // What is there opens as a whole store, by whoever comes next.
        let mut store = Store::open(&path, &Access::Review).unwrap();
        assert_eq!(put_all(&mut store, vec![numbered(1)]), [Outcome::New]);
        assert_eq!(store.doctor(true).unwrap(), []);
    }
}

const ALL: i64 = 400;

/// How many conversations there are.
fn count(store: &Store) -> i64 {
    let sql = "SELECT count(*) FROM conversation";
    let conn = store.connection();
    conn.query_row(sql, [], |r| r.get(0)).unwrap()
}

/// Imports what is missing after the noted position, ten conversations a batch.
fn import_numbered(path: &Path, mut told: impl FnMut(i64)) {
    let mut store = Store::open(path, &Access::Import).unwrap();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    let from = ingest.position(b"log").unwrap().map_or(0, |p| p.at);
    for n in from..ALL {
        ingest.take(numbered(n)).unwrap();
        if n % 10 == 9 {
            ingest
                .set_position(
                    b"log",
                    Position {
                        at: n + 1,
                        done: n + 1 == ALL,
                    },
                )
                .unwrap();
            ingest.commit_batch().unwrap();
            told(n + 1);
        }
    }
    ingest.finish().unwrap();
}

#[test]
fn import_a_log() {
    let Some(place) = place() else { return };
    import_numbered(&place, |n| println!("committed {n}"));
    println!("complete");
}

#[test]
fn killed_imports_go_on_where_they_stopped() {
    for round in 1..8 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let mut child = victim("import_a_log", &path).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut committed = 0;
        for line in out.lines() {
            if let Some(n) = line.unwrap().strip_prefix("committed ") {
                committed = n.parse().unwrap();
                if committed >= round * 50 {
                    break;
                }
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(committed > 0);

        let store = Store::open(&path, &Access::Review).unwrap();
        let there = count(&store);
        assert!(
            there >= committed && there % 10 == 0,
            "{there} of {committed}"
        );
        let findings = store.doctor(true).unwrap();
        assert!(
            findings.iter().all(|f| f.what.contains("not finished")),
            "{findings:?}"
        );
        drop(store);
        import_numbered(&path, |_| {});
        let store = Store::open(&path, &Access::Read).unwrap();
        assert_eq!(count(&store), ALL);
        assert_eq!(store.doctor(true).unwrap(), []);
    }
}

#[test]
fn one_log_imported_twice_at_once_is_there_once() {
    let (_dir, store) = temporary();
    let path = store.path();
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let importer = || {
            let mut store = Store::open(path, &Access::Import).unwrap();
            let mut ingest = store.begin_import(&main_source()).unwrap();
            let mut outcomes = Vec::new();
            for n in 0..120 {
                outcomes.push(ingest.take(numbered(n)).unwrap());
                if n % 10 == 9 {
                    ingest.commit_batch().unwrap();
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            ingest.finish().unwrap();
            outcomes
        };
        let both = [scope.spawn(importer), scope.spawn(importer)];
        both.into_iter().flat_map(|b| b.join().unwrap()).collect()
    });
    let count = |wanted: Outcome| outcomes.iter().filter(|o| **o == wanted).count();
    assert_eq!((count(Outcome::New), count(Outcome::Unchanged)), (120, 120));
    assert_eq!(store.doctor(true).unwrap(), []);
}

#[test]
fn reviewers_and_an_import_do_not_disturb_each_other() {
    const EDITS: usize = 600;
    let (_dir, mut store) = temporary();
    put_all(&mut store, (0..20).map(numbered).collect());
    let path = store.path();
    let ids: Vec<_> = (0..20).map(|n| numbered(n).key.id()).collect();
    // A reviewer that failed never says that it is done: then the import ends by itself.
    let at_work = AtomicUsize::new(2);
    let imported = std::thread::scope(|scope| {
        let import = scope.spawn(|| {
            let mut store = Store::open(path, &Access::Import).unwrap();
            let mut ingest = store.begin_import(&main_source()).unwrap();
            let mut n = 20;
            while n < 220 || (at_work.load(Ordering::Relaxed) > 0 && n < 20_000) {
                ingest.take(numbered(n)).unwrap();
                n += 1;
                if ingest.due(Duration::from_millis(50)) || n % 10 == 0 {
                    ingest.commit_batch().unwrap();
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            ingest.finish().unwrap();
            n
        });
        for name in ["ann", "bea"] {
            let (ids, at_work) = (&ids, &at_work);
            scope.spawn(move || {
                let mut store = Store::open(path, &Access::Review).unwrap();
                for edit in 0..EDITS {
                    let target = Target {
                        conversation: ids[edit % ids.len()],
                        event: None,
                    };
                    let set = Set::Tag {
                        name: format!("{name} {}", edit / ids.len()).into(),
                        on: true,
                    };
                    let change = Change {
                        edits: vec![Edit {
                            targets: vec![target],
                            set,
                        }],
                        bulk: None,
                    };
                    store.apply(&change, name, &Clock::system()).unwrap();
                    // Nobody decides without a pause.
                    std::thread::sleep(Duration::from_millis(2));
                }
                at_work.fetch_sub(1, Ordering::Relaxed);
            });
        }
        import.join().unwrap()
    });
    assert_eq!(store.doctor(true).unwrap(), []);
    assert_eq!(count(&store), imported);
    let rows: Vec<i64> = (1..=20).collect();
    for card in store.cards(&rows).unwrap() {
        assert_eq!(card.review.tags.len(), 2 * EDITS / ids.len());
    }
}

#[test]
fn what_an_import_is_just_writing_is_read_as_it_was_or_as_it_is() {
    let (_dir, mut store) = temporary();
    put_all(&mut store, vec![imported("ann", dialogue(0, 1))]);
    let path = store.path();
    std::thread::scope(|scope| {
        let import = scope.spawn(|| {
            let mut store = Store::open(path, &Access::Import).unwrap();
            let mut ingest = store.begin_import(&main_source()).unwrap();
            for messages in 2..200 {
                ingest.take(imported("ann", dialogue(0, messages))).unwrap();
                ingest.commit_batch().unwrap();
            }
            ingest.finish().unwrap();
        });
        let reader = Store::open(path, &Access::Read).unwrap();
        while !import.is_finished() {
            let whole = reader.whole(1).unwrap().unwrap();
            assert_eq!(whole.events.len() as u32, whole.card.messages + 1);
        }
    });
}

#[test]
fn a_full_disk_loses_the_open_batch_and_nothing_else() {
    let (_dir, mut store) = temporary();
    put_all(&mut store, (0..5).map(numbered).collect());
    let pages: i64 = store
        .connection()
        .query_row("PRAGMA page_count", [], |r| r.get(0))
        .unwrap();
    let limit = |store: &Store, pages: i64| {
        store
            .connection()
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            .unwrap();
    };
    limit(&store, pages + 6);
    let mut ingest = store.begin_import(&main_source()).unwrap();
    let (mut committed, mut n) = (5, 5);
    let error = loop {
        match ingest.take(numbered(n)) {
            Ok(_) => n += 1,
            Err(error) => break error,
        }
        if n % 5 == 0 {
            match ingest.commit_batch() {
                Ok(()) => committed = n,
                Err(error) => break error,
            }
        }
        assert!(n < 10_000, "the limit must be reached");
    };
    assert!(error.to_string().contains("full"), "{error}");
    drop(ingest);
    assert_eq!(count(&store), committed);
    let findings = store.doctor(true).unwrap();
    assert!(
        findings.iter().all(|f| f.what.contains("not finished")),
        "{findings:?}"
    );
    limit(&store, i64::from(i32::MAX));
    put_all(&mut store, (committed..n + 5).map(numbered).collect());
    assert_eq!(store.doctor(true).unwrap(), []);
}

/// Steps of SQLite's machine that `work` takes.
fn steps(store: &mut Store, work: impl FnOnce(&mut Store)) -> u64 {
    let taken = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&taken);
    let counted = move || {
        count.fetch_add(1, Ordering::Relaxed);
        false
    };
    store
        .connection_mut()
        .progress_handler(1, Some(counted))
        .unwrap();
    work(store);
    store
        .connection_mut()
        .progress_handler(1, None::<fn() -> bool>)
        .unwrap();
    taken.load(Ordering::Relaxed)
}

#[test]
fn what_is_done_often_takes_no_more_steps_in_a_large_store() {
    type Work = fn(&mut Store);
    let id = |n: i64| numbered(n).key.id();
    let works: [(&str, Work); 8] = [
        ("row_of", |s| {
            assert!(s.row_of(numbered(5).key.id()).unwrap().is_some())
        }),
        ("resolve label", |s| drop(s.resolve("user 5").unwrap())),
        ("resolve id", |s| {
            drop(s.resolve(&numbered(5).key.id().to_string()).unwrap())
        }),
        ("cards", |s| drop(s.cards(&[3, 5]).unwrap())),
        ("whole", |s| drop(s.whole(5).unwrap().unwrap())),
        ("same_user", |s| drop(s.same_user(5, 100).unwrap())),
        ("first_page", |s| drop(s.first_page(3).unwrap())),
        ("put", |s| {
            drop(put_all(
                s,
                vec![
                    numbered(5),
                    numbered(9_999),
                    imported("user 6", dialogue(6_000_000, 9)),
                ],
            ))
        }),
    ];
    let measure = |size: i64| -> Vec<u64> {
        let (_dir, mut store) = temporary();
        put_all(&mut store, (0..size).map(numbered).collect());
        assert!(store.row_of(id(5)).unwrap().is_some());
        works
            .iter()
            .map(|(_, work)| steps(&mut store, work))
            .collect()
    };
    let (small, large) = (measure(20), measure(1_000));
    for ((name, _), (small, large)) in works.iter().zip(small.iter().zip(&large)) {
        assert!(
            *small > 0 && *large <= small * 2,
            "{name}: {small} steps, then {large}"
        );
    }
}

#[test]
fn a_sender_with_many_sessions_takes_no_more_steps_for_each() {
    let measure = |sessions: i64| {
        let (_dir, mut store) = temporary();
        let session = |n: i64| imported("default", dialogue(n * 7_200_000, 2));
        let work = |s: &mut Store| {
            let outcomes = put_all(s, (0..sessions).map(session).collect());
            assert!(outcomes.iter().all(|o| *o == Outcome::New));
        };
        let taken = steps(&mut store, work) / sessions as u64;
        assert_eq!(store.doctor(true).unwrap(), []);
        taken
    };
    let (few, many) = (measure(50), measure(400));
    assert!(
        many <= few * 3 / 2,
        "{few} steps for each of 50, {many} of 400"
    );
}

#[test]
fn read_a_store() {
    let Some(place) = place() else { return };
    let store = Store::open(&place, &Access::Review).unwrap();
    assert_eq!(store.access(), Access::Read);
    assert!(
        store.notices().iter().any(|n| n.contains("READ-ONLY")),
        "{:?}",
        store.notices()
    );
    assert_eq!(store.cards(&[1]).unwrap().len(), 1);
    println!("was read");
}

#[test]
fn a_store_that_cannot_be_written_is_read() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can become somebody without rights");
        return;
    }
    let (dir, mut store) = temporary();
    put_all(&mut store, vec![numbered(1)]);
    let path = store.path().to_path_buf();
    drop(store);
    let rights = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    rights(&path, 0o444);
    rights(dir.path(), 0o555);
    let nobody = |path: &Path| {
        let mut command = victim("read_a_store", path);
        command.uid(65_534).gid(65_534).stderr(Stdio::piped());
        command.output()
    };
    match nobody(&path) {
        Ok(out) => {
            let said = String::from_utf8_lossy(&out.stdout);
            assert!(
                said.contains("was read"),
                "{said}{}",
                String::from_utf8_lossy(&out.stderr)
            );
        }
        Err(error) => eprintln!("skipped: nobody cannot run this test: {error}"),
    }
    rights(dir.path(), 0o755);
}

#[test]
fn make_a_store() {
    let Some(place) = place() else { return };
    let mut store = Store::open(&place, &Access::Review).unwrap();
    put_all(&mut store, vec![numbered(1)]);
    for ending in ["", "-wal", "-shm"] {
        let mut name = place.clone().into_os_string();
        name.push(ending);
        let mode = std::fs::metadata(&name).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", name.display());
    }
    println!("was made");
}

#[test]
fn whatever_the_process_allows_a_store_is_private() {
    for umask in ["000", "022", "077", "277"] {
        let dir = tempfile::tempdir().unwrap();
        let test = victim("make_a_store", &dir.path().join("store.db"));
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("umask {umask}; exec \"$0\" \"$@\""))
            .arg(test.get_program())
            .args(test.get_args())
            .env(PLACE, dir.path().join("store.db"));
        let out = command.output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout);
        assert!(said.contains("was made"), "umask {umask}: {said}");
    }
}
