use super::*;
use crate::import::formats::table;
use proptest::prelude::*;

fn name(text: &str) -> String {
    match detect(text.as_bytes()) {
        Found::Format(format) => format.name.to_owned(),
        Found::Empty => "empty".to_owned(),
        Found::Other(words) => words,
    }
}

#[test]
fn keys_are_found_three_levels_deep() {
    let text = r#"{"a": 1, "b": {"c": "x\"y", "d": {"e": {"f": {"g": 1}}}}, "h": [{"i": [1]}, {"j": 2}], "k": []}"#;
    let found: Vec<String> = paths(text.as_bytes()).into_iter().collect();
    assert_eq!(
        found,
        [
            "a", "b", "b.c", "b.d", "b.d.e", "b.d.e.f", "h", "h[].i", "k"
        ]
    );
}

#[test]
fn the_formats_that_are_read_are_told_apart() {
    let event = r#""event": "user", "timestamp": 1.5, "text": "x""#;
    let tracker = format!(r#"{{"sender_id": "a", "slots": {{}}, "events": [{{{event}}}]}}"#);
    for (text, expected) in [
        (tracker.clone(), table::RASA_TRACKER_JSON),
        (format!("[{tracker}]"), table::RASA_TRACKER_JSON),
        (
            format!("\n{tracker}\n{tracker}\n"),
            table::RASA_TRACKER_JSON,
        ),
        (
            format!(r#"{{"_id": {{"$oid": "1"}}, "sender_id": "a", "events": [{{{event}}}]}}"#),
            table::RASA_TRACKER_JSON,
        ),
        (
            format!(r#"{{"events": [{{{event}}}], "name": "a"}}"#),
            table::RASA_TRACKER_JSON,
        ),
        (
            format!(r#"{{"sender_id": "a", {event}}}"#),
            table::RASA_EVENTS,
        ),
        (format!("[{{{event}}}]"), table::RASA_EVENTS),
        (
            r#"{"conversation": {"id": "x"}, "events": []}"#.to_owned(),
            table::AFTERWORD,
        ),
    ] {
        assert_eq!(name(&text), expected, "{text}");
    }
}

#[test]
fn a_record_longer_than_the_head_and_a_damaged_first_record_are_no_hindrance() {
    let slots = format!(
        r#"{{"sender_id": "a", "slots": {{"x": "{}"#,
        "y".repeat(70_000)
    );
    assert_eq!(name(&slots), table::RASA_TRACKER_JSON);
    let text = format!(
        r#"{{"sender_id": "a", "events": [{{"event": "user", "t": "{}"#,
        "y".repeat(70_000)
    );
    assert_eq!(name(&text), table::RASA_TRACKER_JSON);
    let text =
        "{\"sender_id\": \"a\n{\"sender_id\": \"a\", \"event\": \"user\", \"timestamp\": 1}\n";
    assert_eq!(name(text), table::RASA_EVENTS);
}

#[test]
fn what_is_not_read_is_named() {
    for (text, words) in [
        ("", "empty"),
        (" \n\0\0", "empty"),
        (
            r#"{"mapping": {}, "current_node": "x"}"#,
            "recognised as a ChatGPT export: not supported yet",
        ),
        (
            r#"[{"conversations": [{"from": "human", "value": "x"}]}]"#,
            "recognised as a ShareGPT data set: not supported yet",
        ),
        (
            r#"{"messages": [{"role": "user"}]}"#,
            "recognised as OpenAI messages: not supported yet",
        ),
        ("PK\u{3}\u{4}", "a zip archive: unpack it first"),
        (
            r#"{"b": 1, "a": {"c": 2}}"#,
            "unknown format: JSON objects with the keys a, b; `afterword formats` lists what is read",
        ),
        (
            "[1, 2]",
            "unknown format: JSON without objects that have keys; `afterword formats` lists what is read",
        ),
        (
            "hello",
            "unknown format: text that is not JSON; `afterword formats` lists what is read",
        ),
        (
            "\u{1}\u{2}",
            "unknown format: binary data; `afterword formats` lists what is read",
        ),
    ] {
        assert_eq!(name(text), words, "{text:?}");
    }
}

#[test]
fn the_samples_of_other_platforms_are_recognised() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let folders = [
        ("abcd", "ABCD"),
        ("botframework-transcript", "Bot Framework"),
        ("chatgpt-export", "ChatGPT"),
        ("copilot-studio", "Copilot"),
        ("langfuse", "Langfuse"),
        ("oasst", "Open Assistant"),
        ("openai-messages", "OpenAI"),
        ("sharegpt", "ShareGPT"),
        ("taskmaster", "Taskmaster"),
        ("watson", "watsonx"),
        ("rasa-event-log", "rasa-events"),
        ("rasa-redis-json", "rasa-tracker-json"),
    ];
    for (folder, expected) in folders {
        let Ok(files) = std::fs::read_dir(format!("{data}/{folder}")) else {
            eprintln!("skipped: {folder} is not there");
            continue;
        };
        for file in files.map(|f| f.unwrap().path()) {
            let mut head = std::fs::read(&file).unwrap();
            head.truncate(64 * 1024);
            let found = match detect(&head) {
                Found::Format(format) => format.name.to_owned(),
                Found::Other(words) => words,
                Found::Empty => "empty".to_owned(),
            };
            assert!(found.contains(expected), "{}: {found}", file.display());
        }
    }
}

proptest! {
    #[test]
    fn no_input_makes_it_panic(text in proptest::collection::vec(
        prop_oneof![
            Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b'"'), Just(b'\\'), Just(b':'), Just(b','),
            any::<u8>()
        ],
        0..100,
    )) {
        detect(&text);
    }
}
