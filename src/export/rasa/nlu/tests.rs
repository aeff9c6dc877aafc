use serde_json::Value;

use super::*;
use crate::export::outgoing::Privacy;
use crate::export::rasa::testing::{Talk, correct};
use crate::model::CorrectionField::{Entities, Intent};

fn export(wholes: &[Whole], predicted: bool) -> (String, Written) {
    let mut nlu = Box::new(Nlu::new(predicted));
    let mut out = Vec::new();
    for whole in wholes {
        nlu.take(&mut out, &Outgoing::new(whole.clone(), &Privacy::none()))
            .unwrap();
    }
    let written = nlu.finish(&mut out).unwrap();
    (String::from_utf8(out).unwrap(), written)
}

/// Intent and marked text of each example.
fn examples(yaml: &str) -> Vec<(String, String)> {
    let value: Value = serde_yaml_ng::from_str(yaml).unwrap();
    assert_eq!(value["version"], "3.1");
    let mut all = Vec::new();
    for block in value["nlu"].as_array().unwrap() {
        for example in block["examples"].as_array().unwrap() {
            let of = |v: &Value| v.as_str().unwrap().to_owned();
            all.push((of(&block["intent"]), of(&example["text"])));
        }
    }
    all
}

fn pairs(all: &[(String, String)]) -> Vec<(&str, &str)> {
    all.iter().map(|(i, t)| (i.as_str(), t.as_str())).collect()
}

const CITY: &str =
    r#"[{"entity":"city","value":"Rome","start":3,"end":7,"extractor":"DIETClassifier"}]"#;

#[test]
fn only_what_a_person_corrected_or_confirmed_is_an_example() {
    let mut whole = Talk::default()
        .user("to Rome", "travel", CITY)
        .user("qwe", "nlu_fallback", "[]")
        .user("hello", "greet", "[]")
        .user("bye", "bye", "[]")
        .whole();
    let (yaml, written) = export(&[whole.clone()], false);
    assert!(yaml.ends_with("nlu: []\n"), "{yaml}");
    assert_eq!((written.count, written.unit), (0, "examples"));

    correct(&mut whole, 0, Intent, "\"travel\"");
    correct(&mut whole, 1, Intent, "\"help\"");
    correct(
        &mut whole,
        2,
        Entities,
        r#"[{"entity":"who","value":"w","start":0,"end":5,"group":"1"}]"#,
    );
    let (yaml, written) = export(&[whole.clone()], false);
    let expected = [
        (
            "greet",
            r#"[hello]{"entity": "who", "group": "1", "value": "w"}"#,
        ),
        ("help", "qwe"),
        ("travel", "to [Rome](city)"),
    ];
    assert_eq!(pairs(&examples(&yaml)), expected);
    assert_eq!((written.count, written.left_out), (3, vec![]));

    let (yaml, _) = export(&[whole], true);
    assert_eq!(pairs(&examples(&yaml))[0], ("bye", "bye"));
    assert_eq!(examples(&yaml).len(), 4);
}

#[test]
fn marking_entities_confirms_no_guess_behind_a_fallback() {
    let mut whole = Talk::default()
        .user("qwe", "nlu_fallback", "[]")
        .user("hello", "greet", "[]")
        .whole();
    correct(&mut whole, 0, Entities, "[]");
    correct(&mut whole, 1, Entities, "[]");
    let (yaml, written) = export(&[whole.clone()], false);
    assert_eq!(pairs(&examples(&yaml)), [("greet", "hello")]);
    assert_eq!(
        written.left_out,
        [(
            1,
            "messages whose entities alone were corrected, of a fallback"
        )]
    );
    correct(&mut whole, 0, Intent, "\"second\"");
    let (yaml, written) = export(&[whole], false);
    assert_eq!(examples(&yaml).len(), 2);
    assert_eq!(written.left_out, []);
}

#[test]
fn predicted_ones_are_those_that_were_understood() {
    let whole = Talk::default()
        .user("qwe", "nlu_fallback", "[]")
        .user("/greet", "greet", "[]")
        .user("hello", "greet", "[]")
        .whole();
    let (yaml, written) = export(&[whole], true);
    assert_eq!(pairs(&examples(&yaml)), [("greet", "hello")]);
    assert_eq!(written.left_out, []);
}

#[test]
fn what_cannot_be_an_example_is_left_out_and_counted() {
    let overlap = r#"[{"entity":"a","value":"ab","start":0,"end":2},{"entity":"b","value":"bc","start":1,"end":3}]"#;
    let nowhere = r#"[{"entity":"a","value":"x"}]"#;
    let mut whole = Talk::default()
        .user("abc", "x", overlap)
        .user("abc", "x", nowhere)
        .user("a\0b", "x", "[]")
        .user("/x", "x", "[]")
        .user("abc", "x", "[]")
        .user("abc", "a/b/c", "[]")
        .user("abc", "x", "[]")
        .user("abc", "x", "[]")
        .whole();
    for (seq, intent) in ["x", "x", "x", "x", "nlu_fallback", "a/b/c", "x", "x"]
        .iter()
        .enumerate()
    {
        correct(&mut whole, seq, Intent, &Value::from(*intent).to_string());
    }
    let (yaml, written) = export(&[whole], false);
    assert_eq!(pairs(&examples(&yaml)), [("x", "abc")]);
    assert_eq!(
        written.left_out,
        [
            (1, "messages with an entity that Rasa cannot mark"),
            (
                1,
                "messages with an entity whose place in the text is not known"
            ),
            (1, "messages with a NUL character"),
            (1, "corrected button clicks"),
            (1, "messages whose intent is a fallback"),
            (1, "messages with an intent that is no name for Rasa"),
            (1, "repetitions"),
        ]
    );
}

#[test]
fn a_text_under_two_intents_is_in_twice_and_said() {
    let mut one = Talk::default().user("yes", "affirm", "[]").whole();
    let mut two = Talk::default().user("yes", "deny", "[]").whole();
    correct(&mut one, 0, Intent, "\"affirm\"");
    correct(&mut two, 0, Intent, "\"thanks\"");
    let (yaml, written) = export(&[two.clone(), one.clone()], false);
    assert_eq!(
        pairs(&examples(&yaml)),
        [("affirm", "yes"), ("thanks", "yes")]
    );
    assert_eq!(written.remarks, [(1, "texts under more than one intent")]);
    // The order of the conversations changes nothing.
    assert_eq!(export(&[one, two], false).0, yaml);
}

#[test]
fn what_duckling_found_is_no_mark() {
    let found = CITY.replace("DIETClassifier", "DucklingEntityExtractor");
    let mut whole = Talk::default().user("to Rome", "travel", &found).whole();
    correct(&mut whole, 0, Intent, "\"travel\"");
    let (yaml, _) = export(&[whole], false);
    assert_eq!(pairs(&examples(&yaml)), [("travel", "to Rome")]);
}

#[test]
fn a_group_stays_a_group() {
    let grouped = r#"[{"entity":"city","value":"Rome","start":3,"end":7,"group":"2"}]"#;
    let mut whole = Talk::default().user("to Rome", "travel", grouped).whole();
    correct(&mut whole, 0, Intent, "\"travel\"");
    let (yaml, _) = export(&[whole], false);
    let expected = r#"to [Rome]{"entity": "city", "group": "2"}"#;
    assert_eq!(pairs(&examples(&yaml)), [("travel", expected)]);
}

#[test]
fn a_message_that_was_taken_back_counts() {
    let mut whole = Talk::default()
        .user("qwe", "nlu_fallback", "[]")
        .action("action_default_fallback")
        .json(r#"{"event":"rewind"}"#)
        .whole();
    assert!(whole.events[0].reverted);
    correct(&mut whole, 0, Intent, "\"help\"");
    assert_eq!(
        pairs(&examples(&export(&[whole], false).0)),
        [("help", "qwe")]
    );
}

#[test]
fn a_masked_message_is_marked_where_its_words_are_now() {
    // Before the city stands an address, which is an entity too, and behind it a number.
    let entities = r#"[{"entity":"city","value":"Rome","start":19,"end":23,"group":"2"},
        {"entity":"date","value":"may","start":39,"end":42,"role":"by"}]"#;
    let text = "me, a.long@b.co to Rome +4915112345678 may";
    let mut whole = Talk::default().user(text, "travel", entities).whole();
    correct(&mut whole, 0, Intent, "\"travel\"");
    let hidden = |privacy: &Privacy, whole: &Whole| {
        let mut nlu = Box::new(Nlu::new(false));
        let leaving = Outgoing::new(whole.clone(), privacy);
        let said = leaving.whole().events.iter().find_map(|e| e.text.clone());
        let mut out = Vec::new();
        nlu.take(&mut out, &leaving).unwrap();
        let written = nlu.finish(&mut out).unwrap();
        (String::from_utf8(out).unwrap(), said.unwrap(), written)
    };
    let privacy = Privacy::new(crate::model::Pseudonyms::new([1; 32]), true, true);
    let (yaml, said, _) = hidden(&privacy, &whole);
    assert_eq!(said.for_export(), "me, [email] to Rome [phone] may");
    let marked = r#"me, [email] to [Rome]{"entity": "city", "group": "2"} [phone] [may]{"entity": "date", "role": "by"}"#;
    assert_eq!(pairs(&examples(&yaml)), [("travel", marked)]);
    let mut masked = whole.clone();
    // A person's marks move as well; what is masked itself holds a bracket, and no entity can.
    let hand = r#"[{"entity":"city","value":"Rome","start":19,"end":23}]"#;
    correct(&mut whole, 0, Entities, hand);
    let (yaml, _, _) = hidden(&privacy, &whole);
    let marked = "me, [email] to [Rome](city) [phone] may";
    assert_eq!(pairs(&examples(&yaml)), [("travel", marked)]);
    correct(
        &mut masked,
        0,
        Entities,
        r#"[{"entity":"mail","value":"x","start":4,"end":15}]"#,
    );
    let (yaml, _, written) = hidden(&privacy, &masked);
    assert!(yaml.ends_with("nlu: []\n"), "{yaml}");
    assert_eq!(
        written.left_out,
        [(1, "messages with an entity that Rasa cannot mark")]
    );
}
