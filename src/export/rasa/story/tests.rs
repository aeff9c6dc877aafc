use crate::export::rasa::testing::{Talk, correct};
use crate::model::CorrectionField;

use super::*;

fn story(whole: &Whole, last: Option<usize>) -> String {
    let lines: Vec<String> = lines(whole, last)
        .into_iter()
        .map(|l| l.for_export().to_owned())
        .collect();
    lines
        .join("\n")
        .replacen(&whole.card.id.to_string(), "ID", 1)
}

#[test]
fn a_story_has_what_was_meant_done_set_and_active() {
    let talk = Talk::default()
        .json(r#"{"event":"action","name":"action_session_start"}"#)
        .json(r#"{"event":"session_started"}"#)
        .json(r#"{"event":"slot","name":"session_started_metadata","value":{"a":1}}"#)
        .listen()
        .user("book a table: [now]", "book", r#"[{"entity":"day","value":"now","start":15,"end":18,"extractor":"DucklingEntityExtractor"}]"#)
        .slot("day", "\"now\"")
        .slot("n", "{\"b\":[1,\"x\"],\"a\":null}")
        .action("book_form")
        .json(r#"{"event":"active_loop","name":"book_form"}"#)
        .slot("requested_slot", "\"people\"")
        .bot("For how many?")
        .listen()
        .user("/inform{\"people\": 2}", "inform", r#"[{"entity":"people","value":2,"role":"guest"}]"#)
        .action("book_form")
        .slot("requested_slot", "null")
        .json(r#"{"event":"active_loop","name":null}"#)
        .action("utter_done")
        .listen();
    let whole = talk.whole();
    assert_eq!(
        story(&whole, None),
        r#"- story: "ID"
  steps:
  - intent: "book"
    entities:
    - "day": "now"
  - slot_was_set:
    - "day": "now"
    - "n": {"a": null, "b": [1, "x"]}
  - action: "book_form"
  - active_loop: "book_form"
  - slot_was_set:
    - "requested_slot": "people"
  - intent: "inform"
    entities:
    - "people": 2
      role: "guest"
  - action: "book_form"
  - slot_was_set:
    - "requested_slot": null
  - active_loop: null
  - action: "utter_done""#
    );
    // Up to an event: that one is in, the next is not.
    let form = whole
        .events
        .iter()
        .position(|e| e.kind == EventKind::Flow)
        .unwrap();
    assert!(story(&whole, Some(form)).ends_with("active_loop: \"book_form\""));
    assert!(story(&whole, Some(form - 1)).ends_with("action: \"book_form\""));
    assert_eq!(story(&whole, Some(0)), "- story: \"ID\"\n  steps: []");
}

#[test]
fn what_was_taken_back_later_is_out_of_the_whole_and_in_before_it() {
    let talk = Talk::default()
        .user("hi", "greet", "[]")
        .action("utter_greet")
        .listen()
        .user("qwe", "nlu_fallback", "[]")
        .action("action_default_fallback")
        .json(r#"{"event":"rewind"}"#)
        .user("bye", "bye", "[]");
    let whole = talk.whole();
    let all = story(&whole, None);
    assert!(!all.contains("nlu_fallback"), "{all}");
    assert!(all.contains("\"bye\""));
    let then = story(&whole, Some(4));
    assert!(
        then.ends_with("- intent: \"nlu_fallback\"\n  - action: \"action_default_fallback\""),
        "{then}"
    );
}

#[test]
fn a_correction_is_the_intent_of_the_story() {
    let talk = Talk::default()
        .user("hi", "nlu_fallback", "[]")
        .action("utter_greet");
    let mut whole = talk.whole();
    correct(&mut whole, 0, CorrectionField::Intent, "\"faq/hours\"");
    let marked = r#"[{"entity":"who","value":"hi","start":0,"end":2,"group":"g"}]"#;
    correct(&mut whole, 0, CorrectionField::Entities, marked);
    assert_eq!(
        story(&whole, None),
        "- story: \"ID\"\n  steps:\n  - intent: \"faq\"\n    entities:\n    - \"who\": \"hi\"\n      group: \"g\"\n  # These ran after another intent than the right one: put the right actions here.\n  - action: \"utter_greet\""
    );
}

#[test]
fn without_intents_and_actions_the_words_are_the_story() {
    let mut whole = Talk::default().bot("Hello").whole();
    whole.events.push(Event {
        kind: EventKind::User,
        text: Some("a\nb".into()),
        ..Event::default()
    });
    assert_eq!(
        story(&whole, None),
        "- story: \"ID\"\n  steps:\n  - bot: \"Hello\"\n  - user: \"a\\nb\""
    );
}

#[test]
fn a_button_of_another_source_says_what_it_means() {
    let mut whole = Talk::default().action("utter_ask").whole();
    whole.events.push(Event {
        kind: EventKind::User,
        payload: Some("/inform{\"size\": [\"S\", \"M\"]}".into()),
        ..Event::default()
    });
    assert!(story(&whole, None).ends_with(
        "- intent: \"inform\"\n    entities:\n    - \"size\": \"S\"\n    - \"size\": \"M\""
    ));
}

#[test]
fn a_reset_of_the_slots_clears_those_that_had_a_value() {
    let talk = Talk::default()
        .user("hi", "greet", "[]")
        .slot("a", "1")
        .slot("b", "2")
        .slot("a", "null")
        .action("action_clear")
        .json(r#"{"event":"reset_slots"}"#);
    let all = story(&talk.whole(), None);
    assert!(
        all.ends_with("- action: \"action_clear\"\n  - slot_was_set:\n    - \"b\": null"),
        "{all}"
    );
}
