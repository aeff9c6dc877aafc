mod reviews;

use super::*;
use crate::export::json::whole_json;
use crate::model::{
    CorrectionField, EventKind, EventTarget, Facts, FlowState, Note, NoteId, Review, Set, Status,
    Verdict, event_keys,
};
use crate::store::{Card, CardReview, Marks, Whole};
use proptest::prelude::*;

/// A conversation as the store would give it back; the derived figures do not matter on the way back.
fn whole(imported: &Imported, review: Review) -> Whole {
    let keys = event_keys(&imported.events);
    let corrected = review.corrections.iter().filter(|c| c.0.is_none());
    let card = Card {
        row: 1,
        id: imported.key.id(),
        source: imported.key.source.clone(),
        external_id: imported.external_id.clone().unwrap_or_default(),
        key: imported.key.clone(),
        attributes: imported.attributes.clone(),
        preview: None,
        started: imported.events.iter().filter_map(|e| e.at).min(),
        ended: imported.events.iter().filter_map(|e| e.at).max(),
        messages: 3,
        user_messages: 2,
        bot_messages: 1,
        queries: 9,
        fallbacks: 0,
        problems: 0,
        escalated: true,
        min_confidence: Some(Confidence(0.1)),
        min_margin: None,
        min_action_confidence: None,
        marks: Marks::default(),
        intents: Vec::new(),
        actions: Vec::new(),
        final_slots: Vec::new(),
        flows: Vec::new(),
        review: CardReview {
            status: review.status,
            verdict: review.verdict,
            flagged: review.flagged,
            flagged_events: u32::try_from(review.flagged_events.len()).unwrap(),
            notes: u32::try_from(review.notes.len()).unwrap(),
            corrections: u32::try_from(review.corrections.len()).unwrap(),
            tags: review.tags.clone(),
            auto_tags: review.auto_tags.clone(),
            queue: review.queue.clone(),
            corrected: corrected.map(|c| (c.1, c.2.clone())).collect(),
            decided: review.decided.clone(),
        },
    };
    Whole {
        card,
        events: imported.events.clone(),
        keys,
        facts: Facts::default(),
        review,
    }
}

fn read(json: &str) -> Imported {
    Afterword { with_review: false }.read(json).unwrap()
}

fn text() -> impl Strategy<Value = Untrusted> {
    prop_oneof![
        "[a-z_]{0,12}",
        ".{0,12}",
        "[\u{0}-\u{20}\u{7f}-\u{9f}\u{202a}-\u{202e}\u{2028}\u{feff}\u{e0041}\"\\\\]{0,6}",
    ]
    .prop_map(Untrusted::from)
}

fn some_text() -> impl Strategy<Value = Option<Untrusted>> {
    proptest::option::of(text())
}

/// JSON text in the spelling of the store.
fn json_value() -> impl Strategy<Value = Untrusted> {
    prop_oneof![
        Just("null".to_owned()),
        Just("12345678901234567890123".to_owned()),
        Just("1.50".to_owned()),
        Just("{\"a\":[1,{}],\"b\":\"x\"}".to_owned()),
        text().prop_map(|t| {
            let mut out = String::new();
            crate::import::formats::json_text::push_string(&mut out, t.for_export());
            out
        }),
    ]
    .prop_map(Untrusted::from)
}

fn confidence() -> impl Strategy<Value = Option<Confidence>> {
    proptest::option::of((-1.0f64..1.0).prop_map(Confidence))
}

fn moments() -> impl Strategy<Value = Option<Millis>> {
    proptest::option::of((-60_000_000_000_000i64..250_000_000_000_000).prop_map(Millis))
}

prop_compose! {
    fn event()(
        at in moments(),
        kind in proptest::sample::select(vec![
            EventKind::User, EventKind::Bot, EventKind::Agent, EventKind::Action, EventKind::Slot,
            EventKind::Flow, EventKind::Session, EventKind::Handover, EventKind::Restart, EventKind::System,
        ]),
        texts in (some_text(), some_text()),
        buttons in proptest::collection::vec((text(), some_text()), 0..3),
        intent in proptest::option::of((
            some_text(), confidence(), proptest::collection::vec((text(), confidence()), 0..3),
        )),
        entities in proptest::collection::vec(
            (text(), json_value(), proptest::option::of((0u32..9, 9u32..20)), some_text(), some_text(), confidence()),
            0..3,
        ),
        action in proptest::option::of((some_text(), confidence(), some_text())),
        slot in proptest::option::of((text(), json_value())),
        flow in proptest::option::of((text(), some_text(), proptest::sample::select(vec![
            FlowState::Started, FlowState::Step, FlowState::Completed, FlowState::Cancelled,
            FlowState::Interrupted, FlowState::Resumed,
        ]))),
        marks in (any::<bool>(), any::<bool>()),
        raw in proptest::option::of(prop_oneof![
            Just(Untrusted::from("{\"event\": \"user\", \"n\": 1.0,  \"t\": \"\\ud83d\"}")),
            Just(Untrusted::from("\"text\"")),
            text(),
        ]),
    ) -> Event {
        Event {
            at,
            kind,
            text: texts.0,
            payload: texts.1,
            buttons: buttons.into_iter().map(|(title, payload)| Button { title, payload }).collect(),
            intent: intent.map(|(name, confidence, ranking)| Prediction {
                name,
                confidence,
                ranking: ranking.into_iter().map(|(name, confidence)| Ranked { name, confidence }).collect(),
            }),
            entities: entities
                .into_iter()
                .map(|(name, value, span, role, extractor, confidence)| Entity {
                    name, value, span, role, extractor, confidence,
                })
                .collect(),
            action: action.map(|(name, confidence, policy)| ActionRun { name, confidence, policy }),
            slot: slot.map(|(name, value)| SlotSet { name, value }),
            flow: flow.map(|(name, step, state)| FlowStep { name, step, state }),
            fallback: marks.0,
            reverted: marks.1,
            raw,
        }
    }
}

prop_compose! {
    fn imported()(
        key in (text(), text(), -60_000_000_000_000i64..250_000_000_000_000),
        external_id in text(),
        a in (some_text(), some_text(), some_text(), some_text(), some_text(), some_text()),
        b in (some_text(), some_text(), some_text(), some_text(), some_text()),
        rating in proptest::option::of(1u8..=5),
        queries in proptest::option::of(0u32..9),
        escalated in proptest::option::of(any::<bool>()),
        threshold in confidence(),
        metadata in proptest::collection::vec((text(), json_value()), 0..4),
        topics in proptest::collection::vec(text(), 0..3),
        sentiment in proptest::option::of(prop_oneof![Just("0.25".into()), Just("positive".into())]),
        events in proptest::collection::vec(event(), 1..6),
    ) -> Imported {
        Imported {
            key: ConversationKey { source: key.0, native: key.1, time: Millis(key.2) },
            external_id: Some(external_id),
            attributes: Attributes {
                channel: a.0,
                user_id: a.1,
                user_name: a.2,
                language: a.3,
                location: a.4,
                device: a.5,
                version: b.0,
                environment: b.1,
                agent: b.2,
                rating,
                rating_comment: b.3,
                queries,
                escalated,
                threshold,
                metadata,
                topics,
                sentiment,
                summary: b.4,
            },
            events,
            reviews: Vec::new(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What goes out comes back the same, and goes out the same again, on one line that acts on nothing.
    #[test]
    fn there_and_back_without_loss(imported in imported()) {
        let json = whole_json(&whole(&imported, Review::default()));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
        let acts = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{2028}' | '\u{feff}');
        prop_assert!(!json.chars().any(acts));
        let back = read(&json);
        prop_assert_eq!(&whole_json(&whole(&back, Review::default())), &json);
        prop_assert_eq!(event_keys(&back.events), event_keys(&imported.events));
        prop_assert_eq!(back, imported);
    }
}

fn hello() -> Imported {
    let said = |text: &str, at| Event {
        at: Some(Millis(at)),
        kind: EventKind::User,
        text: Some(text.into()),
        ..Event::default()
    };
    Imported {
        key: ConversationKey {
            source: "shop".into(),
            native: "u1".into(),
            time: Millis(1_000),
        },
        external_id: Some("u1#2".into()),
        attributes: Attributes {
            language: Some("en".into()),
            ..Attributes::default()
        },
        events: vec![said("hello", 1_000), said("bye", 2_000)],
        reviews: Vec::new(),
    }
}

fn reviewed(imported: &Imported) -> Review {
    let keys = event_keys(&imported.events);
    let second = EventTarget {
        key: keys[1],
        seq: 1,
    };
    let gone = EventTarget {
        key: crate::model::EventKey([7; 16]),
        seq: 9,
    };
    let note = |id: u8, event, text: &str| Note {
        id: NoteId([id; 16]),
        event,
        detached: false,
        text: text.into(),
        reviewer: "ann".into(),
        at: Millis(3_000),
    };
    Review {
        status: Status::Reviewed,
        verdict: Some(Verdict::Negative),
        flagged: true,
        flagged_events: vec![second, gone],
        tags: vec!["refund".into()],
        auto_tags: vec!["by rule".into()],
        notes: vec![note(1, None, "whole"), note(2, Some(second), "one")],
        corrections: vec![
            (None, CorrectionField::Language, "\"fr\"".into()),
            (Some(second), CorrectionField::Intent, "\"goodbye\"".into()),
        ],
        queue: Some("bea".into()),
        decided: Some(("cid".into(), Millis(4_000))),
    }
}

#[test]
fn a_correction_is_shown_but_not_taken_for_what_the_source_said() {
    let imported = hello();
    let json = whole_json(&whole(&imported, reviewed(&imported)));
    let shown: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(shown["conversation"]["language"], "fr");
    assert_eq!(read(&json), imported);
}

#[test]
fn reviews_come_back_as_journal_entries_of_their_reviewers() {
    let imported = hello();
    let json = whole_json(&whole(&imported, reviewed(&imported)));
    let back = Afterword { with_review: true }.read(&json).unwrap();
    let who: Vec<&str> = back
        .reviews
        .iter()
        .map(|r| r.reviewer.for_search())
        .collect();
    assert_eq!(who, ["cid", "ann", "ann"]);
    assert_eq!(back.reviews[0].at, Millis(4_000));
    let sets: Vec<&Set> = back.reviews[0]
        .change
        .edits
        .iter()
        .map(|e| &e.set)
        .collect();
    assert_eq!(
        sets,
        [
            &Set::Status(Status::Reviewed),
            &Set::Verdict(Some(Verdict::Negative)),
            &Set::Flag(true),
            &Set::Tag {
                name: "refund".into(),
                on: true
            },
            &Set::Queue(Some("bea".into())),
            &Set::Correction {
                field: CorrectionField::Language,
                value: Some("\"fr\"".into())
            },
            &Set::Flag(true),
            &Set::Correction {
                field: CorrectionField::Intent,
                value: Some("\"goodbye\"".into())
            },
            &Set::Flag(true),
        ]
    );
    let events: Vec<Option<u32>> = back.reviews[0]
        .change
        .edits
        .iter()
        .map(|e| e.targets[0].event.map(|t| t.seq))
        .collect();
    assert_eq!(events[5..], [None, Some(1), Some(1), Some(9)]);
    assert_eq!(
        back.reviews[2].change.edits[0].set,
        Set::Note {
            id: NoteId([2; 16]),
            text: Some("one".into())
        }
    );
    let again = Afterword { with_review: true }.read(&json).unwrap();
    assert_eq!(back, again);
}

#[test]
fn a_conversation_of_another_program_needs_little() {
    let back = read(
        r#"{"conversation": {"external_id": "a"}, "events": [{"kind": "user", "text": "x", "at": "2026-01-01T00:00:00+01:00"}]}"#,
    );
    assert_eq!(back.key.source.for_search(), "main");
    assert_eq!(back.key.native.for_search(), "a");
    assert_eq!(back.key.time.to_rfc3339(), "2025-12-31T23:00:00.000Z");
}

#[test]
fn what_is_wrong_is_said() {
    let read = |json| Afterword::default().read(json).unwrap_err();
    assert!(read("{}").starts_with("not afterword's JSON"));
    assert_eq!(
        read(r#"{"conversation": {}, "events": []}"#),
        "a conversation without external_id"
    );
    assert_eq!(
        read(r#"{"conversation": {"external_id": "a"}, "events": [{"kind": "bot", "at": "now"}]}"#),
        "event 0: a time that is not RFC 3339"
    );
    assert_eq!(
        read(r#"{"conversation": {"external_id": "a", "rating": 9}, "events": []}"#),
        "rating 9: not from 1 to 5"
    );
}
