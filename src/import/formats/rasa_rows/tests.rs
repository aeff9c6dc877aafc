use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::import::formats::databases::Database;
use crate::import::sessions::{SessionMode, SourceReview};
use crate::import::testing::Collect;
use crate::model::{Set, Status};

const TRACKER: &str = "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, type_name TEXT, \
    timestamp FLOAT, intent_name TEXT, action_name TEXT, data TEXT);";
const INDEX: &str = "CREATE INDEX ix ON events (sender_id);";

fn file(sql: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracker.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(sql).unwrap();
    (folder, path)
}

fn row(id: i64, sender: &str, text: &str) -> String {
    format!(
        r#"INSERT INTO events (id, sender_id, data) VALUES ({id}, {sender}, '{{"event": "user", "timestamp": {id}, "text": "{text}"}}');"#
    )
}

fn read(path: &std::path::Path, from: Option<u64>) -> Collect {
    let mut found = Collect::default();
    let kind = Database::detect(path).unwrap().unwrap();
    kind.read(path, from, &mut found).unwrap();
    found
}

/// Sender and texts, in the order of delivery.
fn texts(found: &Collect) -> Vec<(String, Vec<String>)> {
    let text = |e: &super::super::RasaEvent| e.event.text.as_ref().unwrap().for_search().to_owned();
    let logs = found.logs.iter();
    logs.map(|log| {
        let events = log.events.iter().map(text).collect();
        (log.sender.for_search().to_owned(), events)
    })
    .collect()
}

#[test]
fn senders_come_in_the_order_of_their_first_rows_with_or_without_an_index() {
    let rows: String = [
        (1, "'b'"),
        (2, "'a'"),
        (3, "'b'"),
        (4, "7"),
        (5, "''"),
        (6, "x'c3a4'"),
        (7, "'a'"),
    ]
    .map(|(id, sender)| row(id, sender, &format!("t{id}")))
    .concat();
    let expected = [
        ("b", vec!["t1", "t3"]),
        ("a", vec!["t2", "t7"]),
        ("7", vec!["t4"]),
        ("", vec!["t5"]),
        ("ä", vec!["t6"]),
    ]
    .map(|(sender, texts)| {
        (
            sender.to_owned(),
            texts.into_iter().map(str::to_owned).collect(),
        )
    });
    for index in [INDEX, ""] {
        let (_folder, path) = file(&[TRACKER, index, &rows].concat());
        let found = read(&path, None);
        assert_eq!(texts(&found), expected, "{index}");
        assert_eq!(found.rejected, []);
        let positions: Vec<_> = found.logs.iter().map(|log| log.position).collect();
        assert_eq!(positions, [1, 2, 4, 5, 6]);
    }
}

#[test]
fn more_events_than_a_page_keep_their_order() {
    let rows: String = (1..=1_203)
        .map(|id| row(id, "'a'", &format!("t{id}")))
        .collect();
    for index in [INDEX, ""] {
        let (_folder, path) = file(&["BEGIN;", TRACKER, index, &rows, "COMMIT;"].concat());
        let found = read(&path, None);
        let expected: Vec<String> = (1..=1_203).map(|id| format!("t{id}")).collect();
        assert_eq!(texts(&found), [("a".to_owned(), expected)]);
    }
}

#[test]
fn an_interrupted_reading_goes_on_after_its_position() {
    let rows: String = [(1, "'b'"), (2, "'a'"), (3, "'c'")]
        .map(|(id, sender)| row(id, sender, "x"))
        .concat();
    let (_folder, path) = file(&[TRACKER, INDEX, &rows].concat());
    let mut found = Collect {
        stop_at: Some(2),
        ..Collect::default()
    };
    let stopped = Database::RasaSql.read(&path, None, &mut found);
    assert!(matches!(stopped, Err(ReadError::Stop(_))));
    assert_eq!(found.logs.len(), 2);
    let rest = read(&path, found.positions.last().copied());
    assert_eq!(texts(&rest), [("c".to_owned(), vec!["x".to_owned()])]);
}

#[test]
fn a_row_that_cannot_be_read_costs_that_row_alone() {
    for index in [INDEX, ""] {
        let (_folder, path) = file(
            &[
                TRACKER,
                index,
                &row(1, "'a'", "one"),
                "INSERT INTO events (id, sender_id, data) VALUES (2, 'a', '{broken');",
                "INSERT INTO events (id, sender_id, data) VALUES (3, NULL, '{\"event\": \"user\"}');",
                "INSERT INTO events (id, sender_id, data) VALUES (4, 'a', NULL);",
                "INSERT INTO events (id, sender_id, type_name, data) VALUES (5, 'a', 'bot', zeroblob(17000000));",
                &row(6, "'a'", "six"),
                "INSERT INTO events (id, sender_id, data) VALUES (7, 'a', x'7b226576656e74223a2275736572222c2274657874223a22ff227d');",
            ]
            .concat(),
        );
        let found = read(&path, None);
        let expected = ["one", "six", "\u{fffd}"].map(str::to_owned).to_vec();
        assert_eq!(texts(&found), [("a".to_owned(), expected)]);
        let mut rejected: Vec<_> = found.rejected.clone();
        rejected.sort_by_key(|(place, _)| match place {
            Place::Row(row) => *row,
            _ => 0,
        });
        let places: Vec<_> = rejected.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [2, 3, 4, 5].map(Place::Row));
        assert!(rejected[0].1.starts_with("not JSON"));
        assert_eq!(rejected[1].1, "no sender");
        assert_eq!(rejected[2].1, "no event type");
        assert_eq!(rejected[3].1, "larger than 16 MiB");
    }
}

#[test]
fn the_brokers_table_has_the_json_alone() {
    let (_folder, path) = file(
        r#"CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT);
           INSERT INTO events VALUES (1, 'a', '{"sender_id": "a", "event": "user", "timestamp": 1, "text": "hi"}');"#,
    );
    assert_eq!(
        texts(&read(&path, None)),
        [("a".to_owned(), vec!["hi".to_owned()])]
    );
}

#[test]
fn views_and_virtual_tables_are_not_read() {
    for sql in [
        "CREATE VIEW events AS SELECT 1 AS sender_id, 2 AS data;",
        "CREATE VIRTUAL TABLE events USING fts5(sender_id, data);",
        "CREATE TABLE events (id INTEGER, title TEXT);",
    ] {
        let (_folder, path) = file(sql);
        assert_eq!(Database::detect(&path).unwrap(), None, "{sql}");
    }
}

const RASA_X: &str = r#"
    CREATE TABLE rasa_x_user (username TEXT, password_hash TEXT);
    CREATE TABLE conversation (sender_id TEXT PRIMARY KEY, review_status TEXT, created_by TEXT);
    CREATE TABLE conversation_event (id INTEGER PRIMARY KEY, conversation_id TEXT, type_name TEXT, timestamp FLOAT,
        is_flagged BOOLEAN, is_unflagged BOOLEAN, data TEXT, rasa_environment TEXT);
    CREATE TABLE conversation_tag (id INTEGER PRIMARY KEY, value TEXT, color TEXT);
    CREATE TABLE conversation_to_tag_mapping (tag_id INTEGER, conversation_id TEXT);
    CREATE TABLE message_correction (conversation_id TEXT, message_timestamp FLOAT, intent TEXT);
    INSERT INTO conversation VALUES ('a', 'reviewed', 'me'), ('b', 'unread', 'me'), ('c', 'reviewed', 'me');
    INSERT INTO conversation_event VALUES
        (1, 'a', 'user', 1.25, 1, 0, '{"event": "user", "timestamp": 1.25, "text": "hi"}', 'production'),
        (2, 'b', 'user', 2.5, 1, 1, '{"event": "user", "timestamp": 2.5, "text": "ho"}', NULL),
        (3, 'a', 'user', 3.5, 0, NULL, '{"event": "user", "timestamp": 3.5, "text": "hu"}', 'worker');
    INSERT INTO conversation_tag VALUES (5, 'nlu-issue', 'ff0000');
    INSERT INTO conversation_to_tag_mapping VALUES (5, 'a'), (6, 'a'), (5, 'c');
    INSERT INTO message_correction VALUES ('a', 3.5, 'greet'), ('a', 9.0, 'gone'), ('b', 2.5, NULL);
"#;

#[test]
fn what_people_decided_in_rasa_x_comes_along() {
    let (_folder, path) = file(RASA_X);
    assert_eq!(Database::detect(&path).unwrap(), Some(Database::RasaX));
    let found = read(&path, None);
    assert_eq!((found.logs.len(), found.empty), (2, 1));
    assert_eq!(
        found.logs[0].reviews,
        [
            SourceReview::Status(Status::Reviewed),
            SourceReview::Tag("nlu-issue".into()),
            SourceReview::Flag(0),
            SourceReview::Intent(1, "greet".into()),
        ]
    );
    let environment = found.logs[0].attributes.environment.as_ref().unwrap();
    assert_eq!(environment.for_search(), "production");
    assert_eq!(found.logs[1].reviews, []);

    let conversations = found.conversations(SessionMode::Marker);
    let [review] = &conversations[0].reviews[..] else {
        panic!("one entry");
    };
    assert_eq!(review.reviewer.for_search(), "rasa-x");
    assert_eq!(review.at.0, 3_500);
    assert_eq!(review.change.edits.len(), 4);
    assert_eq!(review.change.edits[0].set, Set::Status(Status::Reviewed));
    let again = read(&path, None).conversations(SessionMode::Marker);
    assert_eq!(again, conversations, "importing again adds none");
}
