use super::*;
use crate::import::formats::rasa::parse;

fn log(raws: &[String]) -> SenderLog {
    SenderLog {
        sender: "u1".into(),
        events: raws.iter().map(|raw| parse(raw).unwrap().event).collect(),
        ..SenderLog::default()
    }
}

fn user(at: f64) -> String {
    format!(r#"{{"event": "user", "timestamp": {at}, "text": "hi"}}"#)
}

fn event(kind: &str, at: f64) -> String {
    format!(r#"{{"event": "{kind}", "timestamp": {at}}}"#)
}

/// What Rasa writes when a session begins; the marker carries the time.
fn opening(at: f64, metadata: bool) -> Vec<String> {
    let slot = format!(
        r#"{{"event": "slot", "timestamp": {}, "name": "session_started_metadata", "value": {{"lang": "it", "page": 3}}}}"#,
        at - 0.002
    );
    let action = format!(
        r#"{{"event": "action", "timestamp": {}, "name": "action_session_start"}}"#,
        at - 0.001
    );
    let mut block = vec![action, event("session_started", at)];
    if metadata {
        block.insert(0, slot);
    }
    block
}

/// How many events each conversation has, and the time of its key.
fn split(raws: &[String], mode: SessionMode) -> Vec<(usize, i64)> {
    let found = conversations(log(raws), mode, &"main".into());
    let found = found.iter();
    found.map(|c| (c.events.len(), c.key.time.0)).collect()
}

#[test]
fn a_session_begins_with_the_block_before_its_marker() {
    let raws = [
        opening(1.0, true),
        vec![user(2.0), user(3.0)],
        opening(10.0, true),
        vec![user(11.0)],
        opening(20.0, false),
        vec![event("session_started", 30.0)],
    ]
    .concat();
    assert_eq!(
        split(&raws, SessionMode::Marker),
        [(5, 1_000), (4, 10_000), (2, 20_000), (1, 30_000)]
    );
    assert_eq!(split(&raws, SessionMode::None), [(12, 1_000)]);
    assert_eq!(split(&[], SessionMode::Marker), []);
}

#[test]
fn what_stands_before_the_first_marker_is_a_conversation_of_its_own() {
    let raws = [vec![user(5.0)], opening(10.0, false), vec![user(11.0)]].concat();
    assert_eq!(split(&raws, SessionMode::Marker), [(1, 5_000), (3, 10_000)]);
    // A marker that comes later must not change a key that is already known.
    assert_eq!(split(&raws, SessionMode::None), [(4, 5_000)]);
}

#[test]
fn silence_splits_where_asked_for() {
    let raws = [
        user(1.0),
        user(1.5),
        user(4.0),
        user(3.0),
        user(6.0),
        user(8.001),
    ];
    let mode = SessionMode::Gap(2_000);
    assert_eq!(split(&raws, mode), [(2, 1_000), (3, 4_000), (1, 8_001)]);
}

#[test]
fn without_times_the_key_has_none() {
    let raw = [r#"{"event": "user", "text": "hi"}"#.to_owned()];
    assert_eq!(split(&raw, SessionMode::Marker), [(1, 0)]);
}

#[test]
fn two_beginnings_at_one_moment_are_one_conversation() {
    let raws = [opening(1.0, false), vec![user(2.0)], opening(1.0, false)].concat();
    assert_eq!(split(&raws, SessionMode::Marker), [(5, 1_000)]);
}

#[test]
fn every_event_is_in_exactly_one_session() {
    let raws = [opening(1.0, true), vec![user(2.0)], opening(3.0, true)].concat();
    let events = log(&raws).events;
    for mode in [SessionMode::Marker, SessionMode::None, SessionMode::Gap(1)] {
        let ranges = split_sessions(&events, mode);
        let all: Vec<usize> = ranges.into_iter().flatten().collect();
        assert_eq!(all, (0..events.len()).collect::<Vec<_>>(), "{mode}");
    }
}

#[test]
fn a_conversation_is_described_by_what_is_said_first() {
    let said = |at: f64, channel: &str, more: &str| {
        format!(
            r#"{{"event": "user", "timestamp": {at}, "text": "hi", "input_channel": {channel}, "metadata": {{"model_id": "m{at}", {more}}}}}"#
        )
    };
    let raws = [
        opening(1.0, true),
        vec![
            said(2.0, "null", r#""lang": "de", "assistant_id": "bot""#),
            said(3.0, r#""rest""#, r#""city": "Rome""#),
            r#"{"event": "agent", "timestamp": 4, "text": "Hello"}"#.to_owned(),
        ],
        opening(10.0, false),
        vec![said(11.0, r#""voice""#, r#""is_external": false"#)],
    ]
    .concat();
    let log = log(&raws);
    assert_eq!(log.assistant_id().unwrap().for_search(), "bot");
    let found = conversations(log, SessionMode::Marker, &"main".into());
    let text = |t: &Option<Untrusted>| t.as_ref().map(|t| t.for_search().to_owned());
    let [first, second] = &found[..] else {
        panic!("two sessions");
    };
    let is = |found: &Option<Untrusted>, expected: &str| {
        assert_eq!(text(found).as_deref(), Some(expected));
    };
    is(&first.attributes.channel, "rest");
    is(&first.attributes.version, "m2");
    is(&first.attributes.language, "it");
    is(&first.attributes.location, "Rome");
    is(&first.attributes.user_id, "u1");
    assert_eq!(first.attributes.metadata, [("page".into(), "3".into())]);
    assert_eq!(first.attributes.escalated, Some(true));
    is(&second.attributes.channel, "voice");
    assert_eq!(second.attributes.escalated, None);
    assert_eq!(second.attributes.language, None);
}

#[test]
fn reviews_go_to_the_sessions_they_belong_to() {
    let raws = [
        opening(1.0, false),
        vec![user(2.0)],
        opening(10.0, false),
        vec![user(11.0)],
    ];
    let mut log = log(&raws.concat());
    log.reviews = vec![
        SourceReview::Tag("nlu".into()),
        SourceReview::Flag(2),
        SourceReview::Intent(5, "say \"hi\"".into()),
        SourceReview::Flag(99),
    ];
    let found = conversations(log.clone(), SessionMode::Marker, &"main".into());
    let edits = |c: &Imported| c.reviews[0].change.edits.clone();
    let [first, second] = &found[..] else {
        panic!("two sessions");
    };
    assert_eq!(edits(first).len(), 2);
    let flagged = edits(first)[1].targets[0];
    assert_eq!(flagged.conversation, first.key.id());
    let event = flagged.event.unwrap();
    assert_eq!((event.seq, event.key), (2, event_keys(&first.events)[2]));
    let Set::Correction { value, .. } = &edits(second)[1].set else {
        panic!("a correction");
    };
    assert_eq!(value.as_ref().unwrap().for_search(), r#""say \"hi\"""#);
    assert_ne!(first.reviews[0].entry, second.reviews[0].entry);
    assert_eq!(first.reviews[0].at, Millis(2_000));

    // The same decisions are the same entry; other decisions are another.
    let again = conversations(log.clone(), SessionMode::Marker, &"main".into());
    assert_eq!(again, found);
    log.reviews[1] = SourceReview::Flag(1);
    let other = conversations(log, SessionMode::Marker, &"main".into());
    assert_ne!(other[0].reviews[0].entry, first.reviews[0].entry);
    assert_eq!(other[1].reviews, second.reviews);
}

#[test]
fn session_modes_are_written_and_read() {
    for mode in [
        SessionMode::Marker,
        SessionMode::None,
        SessionMode::Gap(90_000),
    ] {
        assert_eq!(mode.to_string().parse(), Ok(mode));
    }
    assert_eq!("gap:30m".parse(), Ok(SessionMode::Gap(1_800_000)));
    assert_eq!("gap:1h".parse(), Ok(SessionMode::Gap(3_600_000)));
    for wrong in [
        "",
        "gap",
        "gap:",
        "gap:0",
        "gap:-5m",
        "gap:5y",
        "gap:99999999999999999d",
        "Marker",
    ] {
        assert!(wrong.parse::<SessionMode>().is_err(), "{wrong}");
    }
}
