use super::*;
use crate::model::{ActionRun, Entity, Prediction, SlotSet};
use crate::store::body::encode;

/// Everything about one made-up person.
struct Person {
    name: String,
    phone: String,
    text: String,
    key: String,
}

fn person(n: usize) -> Person {
    let mut rest = 1_000_003 + n * 7_919;
    let mut letters = String::new();
    for _ in 0..8 {
        letters.push(char::from(b'a' + (rest % 26) as u8));
        rest = rest / 26 + 17 * (rest % 26);
    }
    Person {
        phone: format!("+49 30 {:07}", 1_000_003 * (n % 997 + 1) % 9_999_991),
        text: format!("my parcel {letters} never came to {letters} street"),
        key: format!("for_{letters}"),
        name: letters,
    }
}

fn conversation(n: usize) -> (Vec<Event>, Attributes) {
    let Person {
        name,
        phone,
        text,
        key,
    } = person(n);
    let mut events = Vec::new();
    for turn in 0..6 {
        let raw = format!(
            r#"{{"event": "user", "text": "{text}", "number": "{phone}", "{key}": 1, "plan": "gold", "parse_data": {{"intent": {{"name": "track_order", "confidence": 0.{n}}}}}}}"#
        );
        events.push(Event {
            at: Some(Millis(1_700_000_000_000 + (n * 1000 + turn) as i64)),
            kind: EventKind::User,
            text: Some(text.as_str().into()),
            payload: Some(phone.as_str().into()),
            intent: Some(Prediction {
                name: Some("track_order".into()),
                confidence: Some(Confidence(0.123_456 + n as f64)),
                ranking: Vec::new(),
            }),
            entities: vec![Entity {
                name: "person".into(),
                value: format!("\"{name}\"").into(),
                ..Entity::default()
            }],
            raw: Some(raw.into()),
            ..Event::default()
        });
        // A word that many say is no name for that.
        events.push(Event {
            kind: EventKind::Bot,
            text: Some("certainly".into()),
            action: Some(ActionRun {
                name: Some("certainly".into()),
                ..ActionRun::default()
            }),
            slot: Some(SlotSet {
                name: "phone_number".into(),
                value: format!("{{\"e164\": \"{phone}\"}}").into(),
            }),
            raw: Some(format!(r#"{{"event": "bot", "text": "certainly", "to": "{name}", "policy": "RulePolicy"}}"#).into()),
            ..Event::default()
        });
    }
    let attributes = Attributes {
        user_id: Some(phone.as_str().into()),
        user_name: Some(name.as_str().into()),
        ..Attributes::default()
    };
    (events, attributes)
}

fn samples(count: usize) -> Vec<Sample> {
    (0..count)
        .map(|n| {
            let (events, attributes) = conversation(n);
            let native = format!("sender-{n:06}");
            Sample::of(&encode(events).unwrap(), &native, &attributes)
        })
        .collect()
}

fn holds(data: &[u8], text: &str) -> bool {
    memchr::memmem::find(data, text.as_bytes()).is_some()
}

#[test]
fn nothing_that_anybody_said_is_readable_in_a_dictionary() {
    let data = train(&samples(300)).unwrap();
    assert!(holds(&data, "track_order"), "what all share is in it");
    for n in 0..300 {
        let person = person(n);
        for secret in [&person.name, &person.phone, &person.text, &person.key] {
            assert!(!holds(&data, secret), "{secret}");
        }
        // Nor a recognisable part of a number.
        assert!(!holds(&data, &person.phone[7..]), "{}", person.phone);
        assert!(!holds(&data, &format!("sender-{n:06}")));
    }
    // Said by everybody, but said.
    assert!(!holds(&data, "certainly"));
    assert!(!holds(&data, "parcel"));
}

#[test]
fn somebody_who_comes_often_is_no_name_that_many_share() {
    let mut samples = samples(100);
    let often = |n: usize| {
        let (mut events, attributes) = conversation(n);
        for event in &mut events {
            event.raw = Some(r#"{"event": "user", "to": "wilhelmina", "by": "theodora"}"#.into());
        }
        Sample::of(&encode(events).unwrap(), "wilhelmina", &attributes)
    };
    // More than half know the one as sender; a third names the other.
    samples.extend((100..220).map(often));
    samples.extend((0..120).map(|n| {
        let (events, attributes) = conversation(n);
        Sample::of(&encode(events).unwrap(), "x", &attributes)
    }));
    let data = train(&samples).unwrap();
    assert!(!holds(&data, "wilhelmina"));
    assert!(!holds(&data, "theodora"));
}

#[test]
fn a_text_that_looks_like_a_reference_is_not_learnt() {
    let mut samples = samples(100);
    samples.extend((0..100).map(|n| {
        let (mut events, attributes) = conversation(n);
        events[0].text = Some("\u{1}call me under my number".into());
        Sample::of(&encode(events).unwrap(), "x", &attributes)
    }));
    let data = train(&samples).unwrap();
    assert!(!holds(&data, "call me"));
}

#[test]
fn too_few_conversations_make_no_dictionary() {
    assert!(train(&samples(FEWEST - 1)).is_none());
    assert!(train(&[]).is_none());
}

#[test]
fn records_that_are_no_json_leave_nothing() {
    let text = |raw: &str| {
        let names = Names::default();
        names.mask_record(&raw.into()).for_export().to_owned()
    };
    assert_eq!(text("<user>Anna Maria</user>"), " ");
    assert_eq!(
        text("{\"a\": \"b\\\"c\", \"n\": -1.5e3, \"t\": true"),
        "{\"\": \"\", \"\": 0, \"\": true"
    );
    assert_eq!(text("\"ä"), "\"\"");
    assert_eq!(text("\""), "\"\"");
    assert_eq!(text("NaN, falsehood"), ", ");
}
