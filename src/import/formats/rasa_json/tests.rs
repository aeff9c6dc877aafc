use super::*;
use crate::import::sessions::SessionMode;
use crate::import::testing::Collect;

fn read(records: &[&str]) -> Collect {
    let mut found = Collect::default();
    for (number, record) in (1..).zip(records) {
        let done = RasaJson.record(record.as_bytes(), Place::Line(number), &mut found);
        assert_eq!(done, Ok(()));
    }
    found
}

const EVENT: &str = r#"{"event": "user", "timestamp": 1.5, "text": "hi"}"#;

#[test]
fn trackers_come_under_their_sender() {
    let found = read(&[
        &format!(r#"{{"sender_id": "a", "slots": {{}}, "events": [{EVENT}, {EVENT}]}}"#),
        &format!(r#"{{"events": [{EVENT}], "name": "b"}}"#),
        &format!(
            r#"{{"_id": {{"$oid": "x"}}, "sender_id": 12345678901234567890123, "events": [{EVENT}]}}"#
        ),
        &format!(r#"{{"events": [{EVENT}]}}"#),
    ]);
    let senders: Vec<_> = found
        .logs
        .iter()
        .map(|log| (log.sender.for_search(), log.events.len()))
        .collect();
    let long = "12345678901234567890123";
    assert_eq!(senders, [("a", 2), ("b", 1), (long, 1), ("default", 1)]);
    assert_eq!(found.rejected, []);
}

#[test]
fn a_tracker_as_text_in_a_json_string_is_read() {
    let tracker = format!(r#"{{"events": [{EVENT}], "name": "b"}}"#);
    let quoted = serde_json::to_string(&tracker).unwrap();
    let found = read(&[&quoted]);
    let conversation = &found.conversations(SessionMode::Marker)[0];
    assert_eq!(conversation.key.native.for_search(), "b");
    let raw = conversation.events[0].raw.as_ref().unwrap();
    assert_eq!(raw.for_export(), EVENT, "verbatim");
}

#[test]
fn a_tracker_without_events_is_empty() {
    let found = read(&[
        r#"{"sender_id": "a", "slots": {}, "events": null}"#,
        r#"{"sender_id": "b", "events": []}"#,
    ]);
    assert_eq!((found.logs.len(), found.empty), (0, 2));
}

#[test]
fn one_broken_event_costs_that_event_alone() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let found = read(&[&format!(
        r#"{{"sender_id": "a", "events": [{EVENT}, {{"no": "event"}}, {{"event": "slot", "name": "x", "value": {deep}}}, {EVENT}]}}"#
    )]);
    assert_eq!(found.logs[0].events.len(), 2);
    assert_eq!(
        found.rejected,
        [
            (Place::Line(1), "event 1: no event type".to_owned()),
            (
                Place::Line(1),
                "event 2: nested more than 128 deep".to_owned()
            ),
        ]
    );
}

#[test]
fn figures_that_are_none_do_not_cost_the_tracker() {
    let found = read(&[
        r#"{"sender_id": "a", "latest_message": {"x": NaN}, "events": [{"event": "action", "name": "b", "confidence": NaN, "timestamp": 1}]}"#,
        r#"{"sender_id": "c", "event": "action", "name": "b", "confidence": NaN, "timestamp": 1}"#,
    ]);
    assert_eq!(found.rejected, []);
    assert_eq!((found.logs.len(), found.lines.len()), (1, 1));
}

#[test]
fn broker_records_come_with_their_sender_wherever_it_stands() {
    let found = read(&[
        r#"{"sender_id": "a", "event": "user", "timestamp": 1.5, "text": "the \"events\" of today"}"#,
        r#"{"event": "user", "timestamp": 2.5, "text": "b", "sender_id": "b"}"#,
        EVENT,
    ]);
    let senders: Vec<_> = found.lines.iter().map(|l| l.sender.for_search()).collect();
    assert_eq!(senders, ["a", "b", "default"]);
}

#[test]
fn what_is_not_rasas_is_rejected_with_the_reason() {
    let found = read(&[
        "{",
        "[1]",
        "7",
        r#"{"conversation_id": "c"}"#,
        "\"x",
        "\"x\"",
        "",
    ]);
    let reasons: Vec<_> = found.rejected.iter().map(|(_, r)| r.as_str()).collect();
    assert_eq!(found.rejected.len(), 7);
    assert!(reasons[0].starts_with("not JSON: EOF"), "{}", reasons[0]);
    assert_eq!(reasons[3], "neither a tracker nor an event of Rasa");
    assert!(reasons[4].starts_with("not JSON"), "{}", reasons[4]);
}

#[test]
fn the_json_test_suite_neither_panics_nor_gets_in() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/corpora/JSONTestSuite/test_parsing"
    );
    let Ok(files) = std::fs::read_dir(folder) else {
        eprintln!("skipped: {folder} is not there");
        return;
    };
    let mut seen = 0;
    for file in files {
        let path = file.unwrap().path();
        let raw = std::fs::read(&path).unwrap();
        let mut found = Collect::default();
        RasaJson.record(&raw, Place::Whole, &mut found).unwrap();
        assert_eq!(
            found.logs.len() + found.lines.len(),
            0,
            "{}",
            path.display()
        );
        // The same as a value inside an event: read or rejected, never more.
        let text = String::from_utf8_lossy(&raw);
        let inside =
            format!(r#"{{"event": "slot", "timestamp": 1, "name": "x", "value": {text}}}"#);
        let mut found = Collect::default();
        RasaJson
            .record(inside.as_bytes(), Place::Whole, &mut found)
            .unwrap();
        assert_eq!(
            found.lines.len() + found.rejected.len(),
            1,
            "{}",
            path.display()
        );
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("y_") {
            assert_eq!(found.rejected, [], "{name}");
        }
        // Python's figures that are none are the one thing taken beyond the standard.
        if name.starts_with("n_") && !text.contains("NaN") && !text.contains("Infinity") {
            assert_eq!(found.lines.len(), 0, "{name}");
        }
        seen += 1;
    }
    assert!(seen > 300, "{seen}");
}

#[test]
fn what_is_sound_is_read_in_one_go_and_says_the_same() {
    let deep = |levels: usize| {
        let value = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(
            r#"{{"sender_id": "a", "events": [{{"event": "slot", "name": "x", "value": {value}}}]}}"#
        )
    };
    let event = r#"{"event": "user", "timestamp": 1.5, "text": "gr\u00f6\u00dfe \ud83d\ude00", "parse_data": {"intent": {"name": "a", "confidence": 0.1}}, "metadata": {"assistant_id": "s"}}"#;
    let sound = [
        format!(r#"{{"sender_id": "a", "slots": {{}}, "events": [{event}, {EVENT}]}}"#),
        format!(r#"{{"events":[{EVENT}],"name":17,"sender_id":null}}"#),
        format!(r#"{{ "events" : [ {EVENT} , {EVENT} ] }}"#),
        event.to_owned(),
        deep(120),
    ];
    let odd = [
        format!(r#"{{"sender_id": "a", "events": [{EVENT}, 7]}}"#),
        format!(r#"{{"sender_id": "a", "events": [{EVENT}], "events": []}}"#),
        format!(r#"{{"sender_id": "a", "events": [{EVENT}], "event": "user"}}"#),
        format!(r#"{{"sender_id": "a", "events": [{EVENT}]}} {{}}"#),
        format!(r#"{{"sender_id": "a", "events": [{EVENT},]}}"#),
        format!(r#"{{7: "a", "events": [{EVENT}]}}"#),
        r#"{"sender_id": "a", "events": []}"#.to_owned(),
        r#"{"sender_id": "a", "events": [{"event": "user", "text": "\ud83d"}]}"#.to_owned(),
        r#"{"sender_id": "a", "events": [{"event": "user", "confidence": NaN}]}"#.to_owned(),
        "{\"sender_id\": \"a\", \"events\": [{\"event\": \"user\", \"text\": \"a\tb\"}]}"
            .to_owned(),
        deep(127),
        "[]".to_owned(),
    ];
    for (texts, is_sound) in [(&sound[..], true), (&odd[..], false)] {
        for text in texts {
            let mut found = Collect::default();
            let said = RasaJson.sound(text, Place::Line(1), &mut found);
            assert_eq!(said, Ok(is_sound), "{text}");
            let exact = if is_sound {
                read(&[text])
            } else {
                Collect::default()
            };
            assert!(found == exact, "{text}");
        }
    }
}
