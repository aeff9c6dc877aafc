//! kill -9 in the middle of triage, of import and of export: nothing acknowledged is lost, nothing is doubled,
//! no part of a file is left under its name, and `doctor` is content.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use afterword::model::{Change, Clock, Edit, NoteId, Set, Status, Target, Verdict};
use afterword::store::{Access, JournalQuery, Store};
use assert_cmd::cargo::CommandCargoExt;

/// Kills of each kind; the first acknowledgements or batches fall well inside this many milliseconds.
const KILLS: u32 = 50;
const VICTIM: &str = "AFTERWORD_TEST_VICTIM";

/// A small generator with a fixed seed: the moments of the kills differ, run by run alike.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// A log of our own writing: `senders` users with a few turns each, one event a line.
fn log(path: &Path, senders: usize) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for s in 0..senders {
        let start = 1_700_000_000.0 + s as f64 * 60.0;
        let mut line = |at: f64, rest: &str| {
            writeln!(
                file,
                r#"{{"sender_id": "user-{s}", "timestamp": {at}, {rest}}}"#
            )
            .unwrap();
        };
        line(
            start,
            r#""event": "action", "name": "action_session_start", "policy": null, "confidence": 1.0"#,
        );
        line(start, r#""event": "session_started""#);
        for turn in 0..4 {
            let at = start + 1.0 + f64::from(turn);
            line(
                at,
                &format!(
                    r#""event": "user", "text": "where is parcel {s}-{turn}", "input_channel": "rest", "parse_data": {{"intent": {{"name": "track", "confidence": 0.{turn}1}}, "intent_ranking": [], "entities": []}}"#
                ),
            );
            line(
                at + 0.2,
                r#""event": "action", "name": "utter_track", "policy": "RulePolicy", "confidence": 1.0"#,
            );
            line(
                at + 0.3,
                &format!(r#""event": "bot", "text": "It is on its way ({turn}).", "data": {{}}"#),
            );
        }
    }
    file.flush().unwrap();
}

fn afterword(store: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("afterword").unwrap();
    command
        .env_clear()
        .env("HOME", store.parent().unwrap())
        .arg("--store")
        .arg(store)
        .args(args);
    command
}

fn sound(store: &Path) {
    let out = afterword(store, &["doctor", "--deep"]).output().unwrap();
    assert!(
        out.status.success(),
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
}

/// What the parent of [`nothing_acknowledged_is_lost_when_killed_while_triaging`] kills: decides for ever,
/// and says each change aloud once it is acknowledged. Without its variable it does nothing.
#[test]
fn triage_victim() {
    let Some(path) = std::env::var_os(VICTIM) else {
        return;
    };
    let mut store = Store::open(Path::new(&path), &Access::Review).unwrap();
    let ids = store.ids(&Vec::from_iter(1..=40)).unwrap();
    for n in 0u64.. {
        let conversation = ids[(n % ids.len() as u64) as usize];
        let target = Target {
            conversation,
            event: None,
        };
        let mut note = [0; 16];
        note[..8].copy_from_slice(&n.to_le_bytes());
        note[8..12].copy_from_slice(&std::process::id().to_le_bytes());
        let sets = vec![
            Set::Status(if n.is_multiple_of(2) {
                Status::Reviewed
            } else {
                Status::Saved
            }),
            Set::Verdict(Some(if n.is_multiple_of(3) {
                Verdict::Positive
            } else {
                Verdict::Negative
            })),
            Set::Tag {
                name: format!("tag {}", n % 7).as_str().into(),
                on: !n.is_multiple_of(5),
            },
            Set::Note {
                id: NoteId(note),
                text: Some(format!("note {n}").as_str().into()),
            },
        ];
        let edits = sets
            .into_iter()
            .map(|set| Edit {
                targets: vec![target],
                set,
            })
            .collect();
        let ack = store
            .apply(&Change { edits, bulk: None }, "victim", &Clock::system())
            .unwrap();
        println!("ack {}", ack.entry());
        std::io::stdout().flush().unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_killed_while_triaging() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("events.jsonl");
    log(&export, 40);
    let path = folder.path().join("store.db");
    assert!(
        afterword(&path, &["import"])
            .arg(&export)
            .output()
            .unwrap()
            .status
            .success()
    );
    let mut random = Random(7);
    let (mut acknowledged, mut unheard) = (0, 0);
    for _ in 0..KILLS {
        let before = entries(&path);
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "triage_victim", "--nocapture"])
            .env(VICTIM, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        let mut heard = Vec::new();
        // The clock of the kill starts with the first acknowledgement.
        while heard.is_empty() {
            let line = lines.next().unwrap().unwrap();
            heard.extend(line.split("ack ").nth(1).map(str::to_owned));
        }
        std::thread::sleep(Duration::from_millis(random.below(25)));
        victim.kill().unwrap();
        victim.wait().unwrap();
        heard.extend(
            lines
                .map_while(Result::ok)
                .filter_map(|l| l.split("ack ").nth(1).map(str::to_owned)),
        );
        let after = entries(&path);
        let new: Vec<&String> = after.iter().filter(|e| !before.contains(e)).collect();
        for entry in &heard {
            assert!(new.contains(&entry), "an acknowledged change is lost");
        }
        assert!(
            new.len() <= heard.len() + 1,
            "more than the one change that was under way"
        );
        acknowledged += heard.len();
        unheard += new.len() - heard.len();
    }
    sound(&path);
    println!(
        "{KILLS} kills, {acknowledged} acknowledged changes kept, {unheard} were under way and kept too"
    );
}

fn entries(path: &Path) -> Vec<String> {
    let store = Store::open(path, &Access::Read).unwrap();
    store
        .journal(&JournalQuery::default())
        .unwrap()
        .iter()
        .map(|e| e.id.to_string())
        .collect()
}

#[test]
fn a_killed_import_goes_on_and_ends_as_if_nothing_had_happened() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("events.jsonl");
    log(&export, 500);
    let whole = folder.path().join("whole.db");
    let began = std::time::Instant::now();
    assert!(
        afterword(&whole, &["import"])
            .arg(&export)
            .output()
            .unwrap()
            .status
            .success()
    );
    let takes = began.elapsed().as_millis().max(40) as u64;
    let expected = content(&whole);
    let mut random = Random(11);
    let (mut kills, mut stores) = (0, 0);
    while kills < KILLS {
        stores += 1;
        let path = folder.path().join(format!("killed-{stores}.db"));
        // A few kills on the way, then to the end.
        for _ in 0..5 {
            let mut victim = afterword(&path, &["import"])
                .arg(&export)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(random.below(takes)));
            if victim.try_wait().unwrap().is_none() {
                victim.kill().unwrap();
                kills += 1;
            }
            victim.wait().unwrap();
        }
        let end = afterword(&path, &["import", "--json"])
            .arg(&export)
            .output()
            .unwrap();
        assert!(
            end.status.success(),
            "{}",
            String::from_utf8_lossy(&end.stderr)
        );
        assert!(
            content(&path) == expected,
            "the killed import differs from the undisturbed one"
        );
        sound(&path);
    }
    println!("{kills} kills of {stores} imports, each ended like the undisturbed one");
}

#[test]
fn a_killed_export_leaves_the_old_file_or_the_whole_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let log_file = folder.path().join("events.jsonl");
    log(&log_file, 400);
    let store = folder.path().join("store.db");
    let done = afterword(&store, &["import"])
        .arg(&log_file)
        .output()
        .unwrap();
    assert!(done.status.success());
    let out = tempfile::tempdir().unwrap();
    let target = out.path().join("all.jsonl");
    let export = |force: bool| {
        let mut command = afterword(&store, &["export", "--as", "jsonl", "-o"]);
        command.arg(&target).args(force.then_some("--force"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let half = || {
        let entries = std::fs::read_dir(out.path()).unwrap();
        entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".tmp"))
            .collect::<Vec<_>>()
    };
    // From the first sight of the half file to the end: what the kills are spread over.
    let mut first = export(false).spawn().unwrap();
    while half().is_empty() && first.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let began = std::time::Instant::now();
    assert!(first.wait().unwrap().success());
    let writes = (began.elapsed().as_millis() as u64).max(10);
    let whole = std::fs::read(&target).unwrap();
    let mut random = Random(13);
    let (mut kills, mut writing, mut absent, mut old) = (0, 0, 0, 0);
    for n in 0..2 * KILLS {
        let force = n % 2 == 0;
        if force {
            std::fs::write(&target, "old").unwrap();
        } else {
            std::fs::remove_file(&target).unwrap();
        }
        let left = half();
        assert!(left.len() <= 1, "what was left behind is not removed");
        let mut victim = export(force).spawn().unwrap();
        // Its own half file is the sign that it writes.
        while half() == left && victim.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(random.below(writes + writes / 4)));
        if victim.try_wait().unwrap().is_none() {
            victim.kill().unwrap();
            kills += 1;
        }
        victim.wait().unwrap();
        writing += u32::from(!half().is_empty());
        match std::fs::read(&target) {
            Err(_) => absent += 1,
            Ok(text) if text == b"old" => old += 1,
            Ok(text) => assert!(text == whole, "a part of {} bytes", text.len()),
        }
        // What the next round removes must be there.
        std::fs::write(&target, "old").unwrap();
    }
    assert!(export(true).status().unwrap().success());
    assert!(half().is_empty(), "what was left behind is not removed");
    assert!(writing > KILLS, "only {writing} kills while it wrote");
    println!(
        "{kills} kills of exports, {writing} while they wrote: {absent} times no file, {old} times the old one, else whole"
    );
}

/// Everything a person sees of all conversations, in the order of their ids.
fn content(path: &Path) -> Vec<String> {
    let store = Store::open(path, &Access::Read).unwrap();
    let rows = store.first_page(1_000_000).unwrap();
    let mut all: Vec<String> = rows
        .iter()
        .map(|row| afterword::export::json::whole_json(&store.whole(*row).unwrap().unwrap()))
        .collect();
    all.sort();
    all
}
