//! The whole way against known answers: `import` of real databases, then `list --json`, must give the
//! counts and the final slot values that were computed from the raw rows by somebody else's code.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // helpers of tests are tests

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use serde_json::Value;

/// Real logs beside the repository, where they are.
fn data() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: ../shared/data is not here");
    None
}

fn afterword(store: &Path, args: &[&str]) -> Vec<Value> {
    let out = Command::cargo_bin("afterword")
        .unwrap()
        .env_clear()
        .env("HOME", store.parent().unwrap())
        .arg("--store")
        .arg(store)
        .args(args)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout)
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

#[derive(Debug, Default, PartialEq)]
struct Sum {
    sessions: u64,
    user_messages: u64,
    bot_messages: u64,
    intents: BTreeMap<String, u64>,
    actions: BTreeMap<String, u64>,
    channels: u64,
    min_confidence: Option<i64>,
    min_action_confidence: Option<i64>,
    started: Option<i64>,
    ended: Option<i64>,
}

fn ten_thousandths(value: &Value) -> Option<i64> {
    value.as_f64().map(|c| (c * 10_000.0).round() as i64)
}

fn lowest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}

fn moment(value: &Value) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(value.as_str()?)
        .ok()
        .map(|t| t.timestamp_millis())
}

fn add(to: &mut BTreeMap<String, u64>, counts: &Value) {
    for (name, n) in counts.as_object().into_iter().flatten() {
        *to.entry(name.clone()).or_default() += n.as_u64().unwrap();
    }
}

fn check(input: &str, truth: &str, slots: Option<&str>) {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.db");
    let input = data.join(input);
    let report = &afterword(&store, &["import", "--json", input.to_str().unwrap()])[0];
    let read = &report["conversations"];
    let mut ours: BTreeMap<String, Sum> = BTreeMap::new();
    let mut last_slots: BTreeMap<String, (i64, Value)> = BTreeMap::new();
    let listed = afterword(&store, &["list", "--json"]);
    assert_eq!(read["new"].as_u64(), Some(listed.len() as u64));
    for c in &listed {
        let sender = c["user_id"].as_str().unwrap().to_owned();
        let sum = ours.entry(sender.clone()).or_default();
        sum.sessions += 1;
        sum.user_messages += c["user_messages"].as_u64().unwrap();
        sum.bot_messages += c["bot_messages"].as_u64().unwrap();
        add(&mut sum.intents, &c["intents"]);
        add(&mut sum.actions, &c["actions"]);
        sum.min_confidence = lowest(sum.min_confidence, ten_thousandths(&c["min_confidence"]));
        sum.min_action_confidence = lowest(
            sum.min_action_confidence,
            ten_thousandths(&c["min_action_confidence"]),
        );
        sum.started = lowest(sum.started, moment(&c["started_at"]));
        sum.ended = sum.ended.max(moment(&c["ended_at"]));
        let at = moment(&c["ended_at"]).unwrap_or_default();
        if last_slots
            .get(&sender)
            .is_none_or(|(before, _)| *before <= at)
        {
            last_slots.insert(sender, (at, c["slots"].clone()));
        }
    }
    let lines = |path: &Path| -> Vec<Value> {
        std::fs::read_to_string(path)
            .unwrap()
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    };
    let mut theirs: BTreeMap<String, Sum> = BTreeMap::new();
    for t in lines(&data.join("truth").join(truth)) {
        let mut sum = Sum {
            sessions: t["sessions"].as_u64().unwrap().max(1),
            user_messages: t["user_messages"].as_u64().unwrap(),
            bot_messages: t["bot_messages"].as_u64().unwrap(),
            min_confidence: ten_thousandths(&t["min_confidence"]),
            min_action_confidence: ten_thousandths(&t["min_action_confidence"]),
            started: t["started"].as_f64().map(|s| (s * 1000.0).round() as i64),
            ended: t["ended"].as_f64().map(|s| (s * 1000.0).round() as i64),
            ..Sum::default()
        };
        add(&mut sum.intents, &t["intents"]);
        add(&mut sum.actions, &t["actions"]);
        theirs.insert(t["sender"].as_str().unwrap().to_owned(), sum);
    }
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        theirs.keys().collect::<Vec<_>>()
    );
    let mut different = Vec::new();
    for (sender, their) in &theirs {
        let our = &ours[sender];
        // The known answers count a sender's markers, which a log may begin without.
        let sessions = our.sessions == their.sessions || our.sessions == their.sessions + 1;
        let alike = Sum {
            sessions: their.sessions,
            ..copy(our)
        } == *their;
        if !(sessions && alike) {
            different.push(format!("{sender}: {our:?} instead of {their:?}"));
        }
    }
    assert!(
        different.is_empty(),
        "{} of {}: {}",
        different.len(),
        theirs.len(),
        different[0]
    );
    let Some(slots) = slots else { return };
    for t in lines(&data.join("truth").join(slots)) {
        let sender = t["sender_id"].as_str().unwrap();
        let ours = last_slots[sender].1.as_object().unwrap();
        for (name, value) in t["slots"].as_object().unwrap() {
            let our = ours.get(name).unwrap_or(&Value::Null);
            assert_eq!(our, value, "slot {name} of {sender}");
        }
    }
}

fn copy(sum: &Sum) -> Sum {
    Sum {
        intents: sum.intents.clone(),
        actions: sum.actions.clone(),
        ..*sum
    }
}

#[test]
fn helpdesk_database() {
    check(
        "rasa-server/helpdesk/rasa.db.zst",
        "rasa-server-helpdesk.jsonl",
        Some("rasa-server-helpdesk.slots.jsonl"),
    );
}

#[test]
fn moodbot_database() {
    check(
        "rasa-server/moodbot/rasa.db.zst",
        "rasa-server-moodbot.jsonl",
        Some("rasa-server-moodbot.slots.jsonl"),
    );
}

#[test]
fn tracker_store_of_an_internship() {
    let name = "adorsys-academic__cui-internship-experience__rasa__tracker";
    check(
        &format!("rasa-tracker-sqlite/{name}.db"),
        &format!("{name}.jsonl"),
        None,
    );
}

#[test]
fn tracker_store_with_rows_without_events() {
    let name = "casousavng__chatbot__rasa_tracker";
    check(
        &format!("rasa-tracker-sqlite/{name}.db"),
        &format!("{name}.jsonl"),
        None,
    );
}

#[test]
fn rasa_x_databases() {
    for name in [
        "Ajju2211__Restaurant-Bot-Automation__rasa",
        "RasaHQ__helpdesk-assistant__rasa",
        "adorsys-academic__cui-internship-experience__rasa__rasa",
    ] {
        check(
            &format!("rasax-sqlite/{name}.db"),
            &format!("{name}.jsonl"),
            None,
        );
    }
}
