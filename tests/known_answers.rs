//! Known answers: the figures of real logs, computed independently of this code.
//!
//! The logs are no part of the repository; without them these tests say so and pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use afterword::import::formats::SenderLog;
use afterword::import::formats::rasa::{Columns, parse_row};
use afterword::import::sessions::{SessionMode, conversations};
use afterword::model::{Facts, Imported, mark_reverted};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

fn data() -> Option<PathBuf> {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    if data.is_dir() {
        return Some(data.to_owned());
    }
    eprintln!("skipped: {} is not there", data.display());
    None
}

/// The database at `path`, unpacked into `folder` where it is compressed.
fn database(path: &Path, folder: &Path) -> PathBuf {
    if path.extension().is_some_and(|e| e == "zst") {
        let unpacked = folder.join("rasa.db");
        let file = std::fs::File::open(path).unwrap();
        let mut out = std::fs::File::create(&unpacked).unwrap();
        zstd::stream::copy_decode(file, &mut out).unwrap();
        return unpacked;
    }
    path.to_owned()
}

fn read(database: &Path, table: &str, sender: &str) -> Vec<Imported> {
    let uri = format!("file:{}?immutable=1", database.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri, flags).unwrap();
    let mut statement = connection
        .prepare(&format!(
            "SELECT {sender}, type_name, timestamp, intent_name, action_name, data FROM {table} ORDER BY id"
        ))
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut logs: BTreeMap<String, SenderLog> = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let sender: String = row.get(0).unwrap();
        let columns = Columns {
            type_name: row.get(1).unwrap(),
            timestamp: row.get(2).unwrap(),
            intent_name: row.get(3).unwrap(),
            action_name: row.get(4).unwrap(),
        };
        let data: String = row.get(5).unwrap();
        let parsed = parse_row(&data, &columns).unwrap();
        let log = logs.entry(sender.clone()).or_default();
        log.sender = sender.as_str().into();
        log.events.push(parsed.event);
    }
    logs.into_values()
        .flat_map(|log| conversations(log, SessionMode::Marker, &"main".into()))
        .collect()
}

#[derive(Default, Debug)]
struct Sum {
    sessions: u64,
    events: u64,
    user: u64,
    bot: u64,
    agent: u64,
    nlu_fallback: u64,
    fallback_actions: u64,
    started: Option<i64>,
    ended: Option<i64>,
    min: Option<f64>,
    min_recorded: Option<f64>,
    min_action: Option<f64>,
    intents: BTreeMap<String, u64>,
    actions: BTreeMap<String, u64>,
    channels: BTreeMap<String, u64>,
    slots: BTreeMap<String, String>,
    reverted_users: u64,
}

fn lower(place: &mut Option<f64>, found: Option<f64>) {
    if let Some(found) = found
        && place.is_none_or(|p| found < p)
    {
        *place = Some(found);
    }
}

fn user_row() -> Columns {
    Columns {
        type_name: Some("user".into()),
        ..Columns::default()
    }
}

fn sums(conversations: Vec<Imported>) -> BTreeMap<String, Sum> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for mut conversation in conversations {
        mark_reverted(&mut conversation.events);
        let facts = Facts::derive(&conversation.attributes, &conversation.events, None);
        let sum = sums
            .entry(conversation.key.native.for_search().to_owned())
            .or_default();
        let events = &conversation.events;
        sum.sessions += events
            .iter()
            .filter(|e| {
                e.text
                    .as_ref()
                    .is_some_and(|t| t.for_search() == "session_started")
            })
            .count() as u64;
        sum.events += events.len() as u64;
        sum.user += u64::from(facts.user_messages);
        sum.bot += u64::from(facts.bot_messages);
        sum.agent += u64::from(facts.agent_messages);
        for (name, count) in &facts.intents {
            *sum.intents.entry(name.for_search().into()).or_default() += u64::from(*count);
            if name.for_search() == "nlu_fallback" {
                sum.nlu_fallback += u64::from(*count);
            }
        }
        for (name, count) in &facts.actions {
            *sum.actions.entry(name.for_search().into()).or_default() += u64::from(*count);
        }
        sum.fallback_actions += events
            .iter()
            .filter(|e| e.fallback && e.action.is_some())
            .count() as u64;
        for event in events {
            sum.reverted_users += u64::from(event.reverted && event.kind.name() == "user");
            let recorded = event.intent.as_ref().and_then(|i| i.confidence);
            lower(&mut sum.min_recorded, recorded.map(|c| c.0));
            if event.kind.name() == "user" {
                let again =
                    parse_row(event.raw.as_ref().unwrap().for_export(), &user_row()).unwrap();
                if let Some(channel) = again.event.about.channel {
                    *sum.channels.entry(channel.for_search().into()).or_default() += 1;
                }
            }
        }
        lower(&mut sum.min, facts.min_confidence.map(|c| c.0));
        lower(
            &mut sum.min_action,
            facts.min_action_confidence.map(|c| c.0),
        );
        sum.started = [sum.started, facts.started.map(|t| t.0)]
            .into_iter()
            .flatten()
            .min();
        sum.ended = [sum.ended, facts.ended.map(|t| t.0)]
            .into_iter()
            .flatten()
            .max();
        sum.slots = facts
            .final_slots
            .iter()
            .map(|(n, v)| (n.for_search().to_owned(), v.for_search().to_owned()))
            .collect();
    }
    sums
}

fn check(database_path: &str, table: &str, sender: &str, truth: &str) {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = database(&data.join(database_path), folder.path());
    let sums = sums(read(&database, table, sender));
    let mut wrong = Vec::new();
    let mut seen = 0;
    for line in std::fs::read_to_string(data.join(format!("truth/{truth}.jsonl")))
        .unwrap()
        .lines()
    {
        let truth: Value = serde_json::from_str(line).unwrap();
        let sender = truth["sender"].as_str().unwrap();
        seen += 1;
        let Some(sum) = sums.get(sender) else {
            wrong.push(format!("{sender}: missing"));
            continue;
        };
        let number = |name: &str| truth[name].as_u64().unwrap();
        let map = |name: &str| -> BTreeMap<String, u64> {
            let map = truth[name].as_object().unwrap();
            map.iter()
                .map(|(k, v)| (k.clone(), v.as_u64().unwrap()))
                .collect()
        };
        let millis = |name: &str| truth[name].as_f64().map(|s| (s * 1000.0).round() as i64);
        for (name, found) in [
            ("sessions", sum.sessions),
            ("events", sum.events),
            ("user_messages", sum.user),
            ("bot_messages", sum.bot),
            ("agent_messages", sum.agent),
            ("nlu_fallback", sum.nlu_fallback),
            ("fallback_actions", sum.fallback_actions),
        ] {
            if found != number(name) {
                wrong.push(format!("{sender}: {name} {found}, not {}", number(name)));
            }
        }
        for (name, found) in [
            ("intents", &sum.intents),
            ("actions", &sum.actions),
            ("channels", &sum.channels),
        ] {
            if *found != map(name) {
                wrong.push(format!("{sender}: {name} {found:?}, not {:?}", map(name)));
            }
        }
        for (name, found) in [("started", sum.started), ("ended", sum.ended)] {
            if found != millis(name) {
                wrong.push(format!(
                    "{sender}: {name} {found:?}, not {:?}",
                    millis(name)
                ));
            }
        }
        for (name, found) in [
            ("min_confidence", sum.min),
            ("min_recorded_confidence", sum.min_recorded),
            ("min_action_confidence", sum.min_action),
        ] {
            // Reading a figure may cost its last binary digit.
            let close = match (found, truth[name].as_f64()) {
                (Some(found), Some(truth)) => (found - truth).abs() < 1e-12,
                (found, truth) => found == truth,
            };
            if !close {
                wrong.push(format!("{sender}: {name} {found:?}, not {:?}", truth[name]));
            }
        }
    }
    assert_eq!(seen, sums.len());
    let slots = data.join(format!("truth/{truth}.slots.jsonl"));
    if let Ok(slots) = std::fs::read_to_string(slots) {
        for line in slots.lines() {
            let truth: Value = serde_json::from_str(line).unwrap();
            let sender = truth["sender_id"].as_str().unwrap();
            let Some(sum) = sums.get(sender) else {
                wrong.push(format!("{sender}: missing"));
                continue;
            };
            for (name, value) in truth["slots"].as_object().unwrap() {
                let found: Value = sum
                    .slots
                    .get(name)
                    .map_or(Value::Null, |v| serde_json::from_str(v).unwrap());
                if found != *value {
                    wrong.push(format!("{sender}: slot {name} {found}, not {value}"));
                }
            }
        }
    }
    eprintln!(
        "{truth}: {seen} senders, {} reverted user",
        sums.values().map(|s| s.reverted_users).sum::<u64>()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

#[test]
fn rasa_server_helpdesk() {
    check(
        "rasa-server/helpdesk/rasa.db.zst",
        "events",
        "sender_id",
        "rasa-server-helpdesk",
    );
}
#[test]
fn rasa_server_moodbot() {
    check(
        "rasa-server/moodbot/rasa.db.zst",
        "events",
        "sender_id",
        "rasa-server-moodbot",
    );
}
#[test]
fn adorsys() {
    check(
        "rasa-tracker-sqlite/adorsys-academic__cui-internship-experience__rasa__tracker.db",
        "events",
        "sender_id",
        "adorsys-academic__cui-internship-experience__rasa__tracker",
    );
}
#[test]
fn casousavng() {
    check(
        "rasa-tracker-sqlite/casousavng__chatbot__rasa_tracker.db",
        "events",
        "sender_id",
        "casousavng__chatbot__rasa_tracker",
    );
}
#[test]
fn rasax_adorsys() {
    check(
        "rasax-sqlite/adorsys-academic__cui-internship-experience__rasa__rasa.db",
        "conversation_event",
        "conversation_id",
        "adorsys-academic__cui-internship-experience__rasa__rasa",
    );
}
#[test]
fn rasax_ajju() {
    check(
        "rasax-sqlite/Ajju2211__Restaurant-Bot-Automation__rasa.db",
        "conversation_event",
        "conversation_id",
        "Ajju2211__Restaurant-Bot-Automation__rasa",
    );
}
#[test]
fn rasax_helpdesk() {
    check(
        "rasax-sqlite/RasaHQ__helpdesk-assistant__rasa.db",
        "conversation_event",
        "conversation_id",
        "RasaHQ__helpdesk-assistant__rasa",
    );
}
