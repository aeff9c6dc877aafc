use super::*;
use crate::export::outgoing::Privacy;
use crate::export::rasa::testing::{Talk, correct};
use crate::model::CorrectionField;
use crate::store::Whole;

fn export(wholes: &[Whole]) -> (String, Written) {
    let mut stories = Box::new(Stories::default());
    let mut out = Vec::new();
    for whole in wholes {
        stories
            .take(&mut out, &Outgoing::new(whole.clone(), &Privacy::none()))
            .unwrap();
    }
    let written = stories.finish(&mut out).unwrap();
    let yaml = String::from_utf8(out).unwrap();
    let value: serde_json::Value = serde_yaml_ng::from_str(&yaml).unwrap();
    assert_eq!(
        value["stories"].as_array().unwrap().len() as u64,
        written.count
    );
    (yaml, written)
}

#[test]
fn each_conversation_with_a_user_is_a_story() {
    let whole = Talk::default()
        .user("hi", "greet", "[]")
        .action("utter_greet")
        .whole();
    let alone = Talk::default().action("utter_greet").whole();
    let (yaml, written) = export(&[whole.clone(), alone, whole.clone()]);
    assert_eq!(yaml.matches("version:").count(), 1);
    assert_eq!(
        yaml.matches(&format!("- story: \"{}\"\n", whole.card.id))
            .count(),
        2
    );
    assert_eq!((written.count, written.unit), (2, "stories"));
    assert_eq!(
        written.left_out,
        [(1, "conversations without a user message")]
    );
    assert!(export(&[]).0.ends_with("stories: []\n"));
}

#[test]
fn the_actions_of_a_wrong_intent_are_marked() {
    let talk = Talk::default()
        .user("hi", "bye", "[]")
        .slot("a", "1")
        .action("utter_bye");
    let mut whole = talk.whole();
    assert_eq!(export(&[whole.clone()]).1.remarks, []);
    correct(&mut whole, 0, CorrectionField::Intent, "\"greet\"");
    let (yaml, written) = export(&[whole]);
    assert!(
        yaml.contains("put the right actions here.\n  - action: \"utter_bye\""),
        "{yaml}"
    );
    assert_eq!(
        written.remarks,
        [(
            1,
            "turns with the actions of a wrong intent, marked with a comment"
        )]
    );
}

#[test]
fn what_rasa_could_not_learn_from_is_left_out() {
    let mut whole = Talk::default().user("hi", "greet", "[]").whole();
    whole.events[0].intent = None;
    let (_, written) = export(&[whole.clone()]);
    assert_eq!(
        written.left_out,
        [(1, "conversations with a message that has no intent")]
    );
    correct(&mut whole, 0, CorrectionField::Intent, "\"a/b/c\"");
    let (_, written) = export(&[whole]);
    assert_eq!(
        written.left_out,
        [(1, "conversations with an intent that is no name for Rasa")]
    );
}

#[test]
fn values_cannot_leave_their_place() {
    let hostile = "\"x\\\"\\n  - action: evil\\u0000\"";
    let entity =
        format!(r#"[{{"entity":"a: b","value":{hostile}}},{{"entity":"role","value":"x"}}]"#);
    let whole = Talk::default()
        .user("hi", "greet\n- story: evil", &entity)
        .slot("s]", hostile)
        .action("a: b # c")
        .whole();
    let (yaml, written) = export(&[whole]);
    let value: serde_json::Value = serde_yaml_ng::from_str(&yaml).unwrap();
    let steps = value["stories"][0]["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 3);
    assert_eq!(steps[0]["intent"], "greet\n- story: evil");
    assert_eq!(
        steps[0]["entities"][0]["a: b"],
        "x\"\n  - action: evil\u{fffd}"
    );
    assert_eq!(
        steps[1]["slot_was_set"][0]["s]"],
        "x\"\n  - action: evil\u{fffd}"
    );
    assert_eq!(steps[2]["action"], "a: b # c");
    assert_eq!(
        written.remarks,
        [
            (2, "characters U+0000 written as U+FFFD"),
            (1, "entities named role or group, not in the stories"),
        ]
    );
}
