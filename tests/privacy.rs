//! Nothing that is to be hidden leaves: every case of the corpus in every place of a conversation, through
//! storing, reading and writing.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // helpers of tests are tests

use std::sync::atomic::AtomicBool;

use afterword::export::json::whole_json;
use afterword::export::outgoing::Outgoing;
use afterword::export::outputs::{Choice, Choices, OUTPUTS, OutputInfo};
use afterword::export::run;
use afterword::import::{self, PathOrStdin, Request};
use afterword::model::{
    Attributes, Button, Change, Clock, CorrectionField, Edit, Entity, Event, EventKind,
    EventTarget, Imported, NoteId, Prediction, Privacy, Set, SlotSet, Target,
};
use afterword::store::Store;
use afterword::store::testing::{imported, main_source, message, temporary};
use afterword::text::redact::redact;

struct Case {
    kind: String,
    text: String,
    redact: Vec<String>,
}

/// The corpus; none, and a word about it, where it is not here.
fn cases() -> Vec<Case> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/corpora/hostile/pii/pii_cases.jsonl"
    );
    let Ok(lines) = std::fs::read_to_string(path) else {
        eprintln!("skipped: ../shared/data/corpora/hostile/pii is not here");
        return Vec::new();
    };
    let case = |line: &str| {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| case[key].as_str().unwrap().to_owned();
        let redact = case["redact"].as_array().unwrap().iter();
        Case {
            kind: text("kind"),
            text: text("text"),
            redact: redact.map(|r| r.as_str().unwrap().to_owned()).collect(),
        }
    };
    lines.lines().map(case).collect()
}

#[test]
fn the_corpus_is_masked_and_nothing_else() {
    for case in cases() {
        let masked = redact(&case.text);
        for needle in &case.redact {
            assert!(!masked.contains(needle), "{}: {}", case.kind, case.text);
        }
        if case.redact.is_empty() {
            assert_eq!(masked, case.text, "{}", case.kind);
        } else {
            assert!(masked.contains('['), "{}", case.text);
        }
    }
}

const USER: &str = "u-4915112345678";
const NAME: &str = "Annegret Kowalewski";
const AGENT: &str = "jonas.f";

/// A conversation that has `text` wherever a text can stand.
fn everywhere(text: &str) -> Imported {
    let json = serde_json::Value::from(text).to_string();
    let chars = text.chars().count() as u32;
    let said = Event {
        payload: Some(text.into()),
        entities: vec![Entity {
            name: "thing".into(),
            value: json.as_str().into(),
            span: Some((0, chars)),
            ..Entity::default()
        }],
        raw: Some(format!("{{\"a\":[{json},{{\"b\":{json}}}],\"n\":17,\"f\":0.5}}").into()),
        ..message(EventKind::User, 1_000, text)
    };
    let answer = Event {
        buttons: vec![Button {
            title: text.into(),
            payload: Some(text.into()),
        }],
        raw: Some(format!("no json: {text}").into()),
        ..message(EventKind::Bot, 2_000, text)
    };
    let slot = Event {
        slot: Some(SlotSet {
            name: "note".into(),
            value: format!("{{\"deep\":[{json}]}}").into(),
        }),
        text: None,
        ..message(EventKind::Slot, 3_000, "")
    };
    let mut imported = imported(USER, vec![said, answer, slot]);
    imported.attributes = Attributes {
        user_id: Some(USER.into()),
        user_name: Some(NAME.into()),
        agent: Some(AGENT.into()),
        location: Some(text.into()),
        device: Some(text.into()),
        rating: Some(2),
        rating_comment: Some(text.into()),
        summary: Some(text.into()),
        metadata: vec![("about".into(), json.as_str().into())],
        ..Attributes::default()
    };
    imported
}

/// Stores it with a note and corrections that say the same.
fn store(store: &mut Store, imported: Imported, text: &str) -> i64 {
    let mut ingest = store.begin_import(&main_source()).unwrap();
    let id = imported.key.id();
    ingest.take(imported).unwrap();
    ingest.finish().unwrap();
    let row = store.row_of(id).unwrap().unwrap();
    let key = store.whole(row).unwrap().unwrap().keys[0];
    let conversation = Target {
        conversation: id,
        event: None,
    };
    let event = Target {
        event: Some(EventTarget { key, seq: 0 }),
        ..conversation
    };
    let json = serde_json::Value::from(text).to_string();
    let end = text.chars().count();
    let entities = format!("[{{\"entity\":\"e\",\"value\":{json},\"start\":0,\"end\":{end}}}]");
    let correction = |field, value: &str| Set::Correction {
        field,
        value: Some(value.into()),
    };
    let note = |id: u8| Set::Note {
        id: NoteId([id; 16]),
        text: Some(text.into()),
    };
    let edits = [
        (conversation, note(1)),
        (event, note(2)),
        (event, Set::Flag(true)),
        (event, correction(CorrectionField::Entities, &entities)),
        (conversation, correction(CorrectionField::Summary, &json)),
    ];
    let change = Change {
        edits: edits
            .map(|(target, set)| Edit {
                targets: vec![target],
                set,
            })
            .into(),
        bulk: None,
    };
    store.apply(&change, "kim", &Clock::system()).unwrap();
    row
}

fn outgoing(store: &Store, row: i64, privacy: &Privacy) -> String {
    let whole = store.whole(row).unwrap().unwrap();
    whole_json(Outgoing::new(whole, privacy).whole())
}

/// The needles that a JSON text holds, however they are spelt in it.
fn leaks(json: &str, needles: &[&str]) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let plain = |text: &str| -> String {
        let shown = text
            .chars()
            .filter(|c| c.is_alphanumeric() || "@.".contains(*c));
        shown.collect::<String>().to_lowercase()
    };
    let all = plain(&value.to_string().replace("\\n", ""));
    let has = |needle: &&&str| all.contains(&plain(needle));
    needles
        .iter()
        .filter(has)
        .map(|n| (*n).to_owned())
        .collect()
}

#[test]
fn no_case_leaves_from_any_place() {
    for case in cases() {
        if case.redact.is_empty() {
            continue;
        }
        let (_dir, mut here) = temporary();
        let row = store(&mut here, everywhere(&case.text), &case.text);
        let needles: Vec<&str> = case.redact.iter().map(String::as_str).collect();
        let open = outgoing(&here, row, &Privacy::none());
        assert!(!leaks(&open, &needles).is_empty(), "{}", case.text);
        let hidden = outgoing(&here, row, &here.privacy(false, true).unwrap());
        assert_eq!(leaks(&hidden, &needles), [""; 0], "{}\n{hidden}", case.text);
    }
}

#[test]
fn no_person_leaves_from_any_place() {
    let text = format!("I am {NAME} ({USER}), annegret for you; was with {AGENT} before. {USER}x");
    let (_dir, mut here) = temporary();
    let row = store(&mut here, everywhere(&text), &text);
    let people = [USER, NAME, AGENT, "Kowalewski"];
    assert_eq!(
        leaks(&outgoing(&here, row, &Privacy::none()), &people),
        people
    );
    let privacy = here.privacy(true, false).unwrap();
    let hidden = outgoing(&here, row, &privacy);
    assert_eq!(leaks(&hidden, &people), [""; 0], "{hidden}");
    let pseudonym = privacy.user(USER);
    assert!(hidden.contains(pseudonym.for_export()), "{hidden}");
    // Another store gives other names.
    let (_other_dir, other) = temporary();
    let elsewhere = outgoing(&here, row, &other.privacy(true, false).unwrap());
    assert!(!elsewhere.contains(pseudonym.for_export()));
}

#[test]
fn what_leaves_hidden_comes_back_as_what_it_says_it_is() {
    let text = format!("mail {NAME} at a@b.co please");
    let (_dir, mut here) = temporary();
    let row = store(&mut here, everywhere(&text), &text);
    let privacy = here.privacy(true, true).unwrap();
    let whole = Outgoing::new(here.whole(row).unwrap().unwrap(), &privacy);
    let json = whole_json(whole.whole());
    // Importing the log with the same switches gives the same conversation …
    let stored = privacy.imported(everywhere(&text));
    assert_eq!(stored.key.id(), whole.whole().card.id);
    assert_ne!(stored.key.id(), everywhere(&text).key.id());
    // … and so does the export, with its reviews on the same events.
    let (_other_dir, mut other) = temporary();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.jsonl");
    std::fs::write(&file, format!("{json}\n")).unwrap();
    let request = Request {
        inputs: vec![PathOrStdin::from_argument(file.as_os_str())],
        with_review: true,
        ..Request::default()
    };
    import::run(&mut other, &request, &AtomicBool::new(false), &mut ()).unwrap();
    let row = other.row_of(whole.whole().card.id).unwrap().unwrap();
    let again = other.whole(row).unwrap().unwrap();
    assert_eq!(again.keys, whole.whole().keys);
    assert_eq!(whole_json(&again), json);
}

#[test]
fn spans_of_entities_follow_their_words() {
    let text = "book for a@b.co in Rome";
    let mut conversation = everywhere(text);
    conversation.events[0].entities = vec![
        Entity {
            name: "contact".into(),
            value: "\"A@B.CO\"".into(),
            span: Some((9, 15)),
            ..Entity::default()
        },
        Entity {
            name: "city".into(),
            value: "\"Rome\"".into(),
            span: Some((19, 23)),
            ..Entity::default()
        },
    ];
    let (_dir, here) = temporary();
    let hidden = here.privacy(false, true).unwrap().imported(conversation);
    let said = hidden.events[0].text.as_ref().unwrap().for_export();
    assert_eq!(said, "book for [email] in Rome");
    let entities = &hidden.events[0].entities;
    assert_eq!(entities[0].span, Some((9, 16)));
    assert_eq!(entities[0].value.for_export(), "\"[email]\"");
    assert_eq!(entities[1].span, Some((20, 24)));
    assert_eq!(entities[1].value.for_export(), "\"Rome\"");
}

/// Each entity for itself would read the text from its beginning: minutes.
#[test]
fn many_entities_in_a_long_text_are_found_again() {
    let piece = "a@b.co Röme ";
    let mut conversation = everywhere(&piece.repeat(40_000));
    let city = |n: u32| Entity {
        name: "city".into(),
        value: "\"Röme\"".into(),
        span: Some((12 * n + 7, 12 * n + 11)),
        ..Entity::default()
    };
    conversation.events.truncate(1);
    conversation.events[0].raw = None;
    conversation.events[0].entities = (0..40_000).step_by(4).map(city).collect();
    let (_dir, here) = temporary();
    let hidden = here.privacy(false, true).unwrap().imported(conversation);
    let event = &hidden.events[0];
    let said = event.text.as_ref().unwrap().for_export();
    assert!(said.starts_with("[email] Röme [email] Röme "));
    for (n, entity) in event.entities.iter().enumerate() {
        let start = 13 * 4 * n as u32 + 8;
        assert_eq!(entity.span, Some((start, start + 4)));
        assert_eq!(entity.value.for_export(), "\"Röme\"");
    }
}

#[test]
fn a_number_said_once_is_hidden_in_every_spelling() {
    let mut conversation = everywhere("call me at 415-555-2671");
    conversation.events[0].raw = Some("{\"x\": 4155552671, \"t\": 1700000000.25}".into());
    conversation.events[2].slot = Some(SlotSet {
        name: "answer".into(),
        value: "\"4155552671\"".into(),
    });
    let (_dir, here) = temporary();
    let hidden = here.privacy(false, true).unwrap().imported(conversation);
    let raw = hidden.events[0].raw.as_ref().unwrap().for_export();
    assert_eq!(raw, "{\"x\": \"[phone]\", \"t\": 1700000000.25}");
    let slot = hidden.events[2].slot.as_ref().unwrap();
    assert_eq!(slot.value.for_export(), "\"[phone]\"");
}

#[test]
fn no_output_holds_what_is_hidden() {
    let text = format!(
        "I am {NAME} {USER} a.needle@secret.example 4111 1111 1111 1111 +49 171 2345678 {AGENT} [a](b: c)"
    );
    let needles = [
        USER,
        NAME,
        AGENT,
        "Kowalewski",
        "secret.example",
        "4111 1111 1111 1111",
        "171 2345678",
    ];
    let (_dir, mut here) = temporary();
    let mut conversation = everywhere(&text);
    // A word that is no entity, so that the message is an example and a test.
    conversation.events[0].payload = None;
    conversation.events[0].entities.clear();
    conversation.events[0].intent = Some(Prediction {
        name: Some("inform".into()),
        ..Prediction::default()
    });
    let row = store(&mut here, conversation, &text);
    let whole = here.whole(row).unwrap().unwrap();
    let target = Target {
        conversation: whole.card.id,
        event: Some(EventTarget {
            key: whole.keys[0],
            seq: 0,
        }),
    };
    let marked = r#"[{"entity":"who","value":"I","start":0,"end":1}]"#;
    let corrections = [
        (CorrectionField::Intent, "\"inform\""),
        (CorrectionField::Entities, marked),
    ];
    let corrected = Change {
        edits: corrections
            .map(|(field, value)| Edit {
                targets: vec![target],
                set: Set::Correction {
                    field,
                    value: Some(value.into()),
                },
            })
            .into(),
        bulk: None,
    };
    here.apply(&corrected, "kim", &Clock::system()).unwrap();
    let written = |info: &OutputInfo, hides: bool| {
        let on = Choice::ALL.into_iter();
        let on = on.filter(|c| if c.hides() { hides } else { info.takes(*c) });
        let choices = Choices {
            on: on.collect(),
            ..Choices::default()
        };
        let mut out = Vec::new();
        run::write(&here, &[row], info, &choices, &mut out, &mut |_| true).unwrap();
        String::from_utf8(out).unwrap()
    };
    for info in OUTPUTS {
        let (open, hidden) = (written(info, false), written(info, true));
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        assert!(
            !leaks(&quoted(&open), &needles).is_empty(),
            "{info:?}: {open}"
        );
        assert_eq!(
            leaks(&quoted(&hidden), &needles),
            [""; 0],
            "{info:?}: {hidden}"
        );
    }
}
