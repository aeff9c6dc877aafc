use super::*;
use crate::export::outgoing::Privacy;
use crate::export::rasa::testing::{Talk, correct};
use crate::model::{CorrectionField, EventTarget};

fn export(whole: &Whole) -> (String, Written) {
    let mut tests = Box::new(EndToEnd::default());
    let mut out = Vec::new();
    tests
        .take(&mut out, &Outgoing::new(whole.clone(), &Privacy::none()))
        .unwrap();
    let written = tests.finish(&mut out).unwrap();
    let yaml = String::from_utf8(out).unwrap();
    let _: serde_json::Value = serde_yaml_ng::from_str(&yaml).unwrap();
    (yaml.replace(&whole.card.id.to_string(), "ID"), written)
}

fn flag(whole: &mut Whole, seq: usize) {
    let target = EventTarget {
        key: whole.keys[seq],
        seq: seq as u32,
    };
    whole.review.flagged_events.push(target);
}

fn talk() -> Talk {
    Talk::default()
        .listen()
        .user(
            "go to [Rome]",
            "travel",
            r#"[{"entity":"city","value":"Rome","start":7,"end":11}]"#,
        )
        .slot("city", "\"Rome\"")
        .action("utter_ok")
        .listen()
        .user("qwe", "nlu_fallback", "[]")
        .action("action_default_fallback")
        .json(r#"{"event":"rewind"}"#)
        .user(
            "/inform{\"n\": 2}",
            "inform",
            r#"[{"entity":"n","value":2,"start":0,"end":5}]"#,
        )
        .action("utter_done")
        .listen()
}

#[test]
fn the_whole_conversation_is_a_test_where_nothing_is_marked() {
    let (yaml, written) = export(&talk().whole());
    assert_eq!(
        yaml,
        r#"# Tests for Rasa 3 · written by afterword
version: "3.1"

stories:
- story: "ID"
  steps:
  - user: "go to [[][][Rome](city)]"
    intent: "travel"
  - slot_was_set:
    - "city": "Rome"
  - action: "utter_ok"
  - user: "/inform{\"n\": 2}"
    intent: "inform"
  - action: "utter_done"
"#
    );
    assert_eq!(
        written,
        Written {
            count: 1,
            unit: "tests",
            ..Written::default()
        }
    );
}

#[test]
fn a_test_ends_with_the_marked_turn_also_where_it_was_taken_back() {
    let mut whole = talk().whole();
    let said = |whole: &Whole, text: &str| {
        let is = |e: &Event| {
            e.kind == EventKind::User && e.text.as_ref().is_some_and(|t| t.for_search() == text)
        };
        whole.events.iter().position(is).unwrap()
    };
    let first = said(&whole, "go to [Rome]");
    flag(&mut whole, first);
    let (yaml, _) = export(&whole);
    assert!(yaml.ends_with("- action: \"utter_ok\"\n"), "{yaml}");
    let fallback = said(&whole, "qwe");
    flag(&mut whole, fallback);
    let (yaml, _) = export(&whole);
    assert!(
        yaml.ends_with("  - user: \"qwe\"\n    intent: \"nlu_fallback\"\n  - action: \"action_default_fallback\"\n"),
        "{yaml}"
    );
    // The person's intent is what the test expects; what ran then is not.
    correct(&mut whole, fallback, CorrectionField::Intent, "\"help\"");
    let (yaml, written) = export(&whole);
    assert!(
        yaml.contains("intent: \"help\"\n  # These ran after another intent"),
        "{yaml}"
    );
    assert_eq!(written.remarks.len(), 1);
}

#[test]
fn entities_that_cannot_be_marked_are_said() {
    let overlap = r#"[{"entity":"a","value":"ab","start":0,"end":2},{"entity":"b","value":"bc","start":1,"end":3},{"entity":"c","value":"x"}]"#;
    let (yaml, written) = export(&Talk::default().user("abc", "x", overlap).whole());
    assert!(yaml.contains("user: \"[ab](a)c\""), "{yaml}");
    assert_eq!(
        written.remarks,
        [(2, "entities that cannot be marked in the text")]
    );
}

#[test]
fn a_click_of_another_source_becomes_an_intent_that_is_sent() {
    let mut whole = Talk::default().user("Yes", "affirm", "[]").whole();
    whole.events[0].payload = Some("yes_button".into());
    assert!(
        export(&whole)
            .0
            .contains("user: \"/affirm\"\n    intent: \"affirm\"")
    );
}

#[test]
fn a_message_without_text_is_written_as_a_click_and_said() {
    let mut whole = Talk::default().user("Yes", "affirm", "[]").whole();
    whole.events[0].text = None;
    let (yaml, written) = export(&whole);
    assert!(yaml.contains("user: \"/affirm\"\n"), "{yaml}");
    assert_eq!(
        written.remarks,
        [(1, "messages without text, written as a click")]
    );
}
