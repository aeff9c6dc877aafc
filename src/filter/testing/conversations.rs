//! Random conversations of a small vocabulary.

use super::reviews::{Made, random_sets};
use super::{NOW, REVIEWERS, Random};
use crate::model::{
    ActionRun, Attributes, Button, Confidence, ConversationKey, Entity, Event, EventKind,
    FlowState, FlowStep, Imported, Millis, Prediction, Ranked, SlotSet,
};

const HOUR: i64 = 3_600_000;
const CHANNELS: &[&str] = &["webchat", "WhatsApp", "voice ivr"];
const LANGUAGES: &[&str] = &["en", "pt-BR", "none"];
const PLACES: &[&str] = &["Lisbon", "S\u{e3}o Paulo", "SA\u{303}O PAULO"];
const USERS: &[&str] = &["u1", "u2", "Anna K", "\u{39f}\u{394}\u{39f}\u{3a3}"];
const INTENTS: &[&str] = &["greet", "ask_refund", "ask_order", "nlu_fallback", "Inform"];
const ACTIONS: &[&str] = &[
    "utter_greet",
    "utter_sorry",
    "action_default_fallback",
    "action_listen",
];
const POLICIES: &[&str] = &["RulePolicy", "TEDPolicy"];
const SAID: &[&str] = &[
    "refund my order please",
    "my refund",
    "order",
    "Caf\u{e9} ol\u{e9}",
    "cafe\u{301} order 1182",
    "\u{9000}\u{6b3e}\u{8ba2}\u{5355}",
    "\u{8ba2}\u{5355}\u{9000}\u{6b3e} order",
    "\u{1f600}",
    "",
    "refunds, order: my order-refund",
];
const SLOTS: &[&str] = &["city", "Order ID"];
const VALUES: &[&str] = &["\"Rome\"", "\"none\"", "3", "null", "[1,2]", "\"ROME\""];
const FLOWS: &[&str] = &["checkout", "returns_form"];
const STEPS: &[&str] = &["email", "payment"];
const TOPICS: &[&str] = &["returns/refund", "returns", "delivery"];
const SENTIMENTS: &[&str] = &["positive", "Negative", "-0.4", "0.25"];
const CONFIDENCES: &[f64] = &[0.3, 0.5, 0.699_99, 0.7, 0.700_04, 0.95, 1.0];

/// A random conversation.
pub fn random_conversation(seed: u64) -> Made {
    let mut random = Random::new(seed ^ 0xc0ff_ee00);
    let random = &mut random;
    let started = NOW.0 - random.below(24 * 40) as i64 * HOUR + random.below(60) as i64 * 60_000;
    let timed = !random.once_in(12);
    let mut at = started;
    let mut events = Vec::new();
    for _ in 0..random.below(6) {
        push_turn(random, &mut events);
    }
    for event in &mut events {
        at += random.of(&[0, 700, 5_000, 61_000, 900_000]);
        event.at = timed.then_some(Millis(at));
    }
    let first = events.first().and_then(|e| e.at).unwrap_or_default();
    let attributes = random_attributes(random);
    let native = format!("{}-{seed}", random.of(USERS));
    let sets = random_sets(random, &events, seed);
    Made {
        imported: Imported {
            key: ConversationKey {
                source: random.of(&["main", "Other"]).into(),
                native: native.into(),
                time: first,
            },
            external_id: None,
            attributes,
            events,
            reviews: Vec::new(),
        },
        sets,
        reviewer: random.of(&REVIEWERS),
        decided: Millis(NOW.0 - random.below(24 * 6) as i64 * HOUR),
    }
}

fn random_attributes(random: &mut Random) -> Attributes {
    let metadata = [("tier", "\"gold\""), ("Tier", "\"silver\""), ("count", "3")];
    Attributes {
        channel: random.maybe(CHANNELS),
        user_id: random.maybe(USERS),
        user_name: random.maybe(USERS),
        language: random.maybe(LANGUAGES),
        location: random.maybe(PLACES),
        device: random.maybe(&["phone"]),
        version: random.maybe(&["v1", "v2"]),
        environment: random.maybe(&["production", "Staging"]),
        agent: random.maybe(&["support"]),
        rating: (!random.once_in(3)).then(|| 1 + random.below(5) as u8),
        rating_comment: random.maybe(&["useless", ""]),
        queries: random.once_in(4).then(|| random.below(4) as u32),
        escalated: random.once_in(4).then(|| random.once_in(2)),
        threshold: None,
        metadata: metadata
            .into_iter()
            .filter(|_| random.once_in(3))
            .map(|(n, v)| (n.into(), v.into()))
            .collect(),
        topics: (0..random.below(3))
            .map(|_| random.of(TOPICS).into())
            .collect(),
        sentiment: random.maybe(SENTIMENTS),
        summary: None,
    }
}

fn push_turn(random: &mut Random, events: &mut Vec<Event>) {
    if !random.once_in(6) {
        events.push(user_message(random));
    }
    for _ in 0..random.below(5) {
        let event = match random.below(12) {
            0..=3 => message(EventKind::Bot, random),
            4 => message(EventKind::Agent, random),
            5..=6 => action(random),
            7 => Event {
                kind: EventKind::Slot,
                slot: Some(SlotSet {
                    name: random.of(SLOTS).into(),
                    value: random.of(VALUES).into(),
                }),
                ..Event::default()
            },
            8..=9 => flow(random),
            10 => Event {
                kind: random.of(&[EventKind::Handover, EventKind::System, EventKind::Session]),
                text: Some("rewind".into()),
                ..Event::default()
            },
            _ => Event {
                fallback: true,
                ..action(random)
            },
        };
        events.push(event);
    }
}

fn message(kind: EventKind, random: &mut Random) -> Event {
    let buttons = match random.once_in(4) {
        true => vec![Button {
            title: "Refund".into(),
            payload: Some("/ask_refund".into()),
        }],
        false => Vec::new(),
    };
    Event {
        kind,
        text: (!random.once_in(10)).then(|| random.of(SAID).into()),
        buttons,
        ..Event::default()
    }
}

fn user_message(random: &mut Random) -> Event {
    let ranked = |random: &mut Random| Ranked {
        name: random.of(INTENTS).into(),
        confidence: (!random.once_in(6)).then(|| Confidence(random.of(CONFIDENCES))),
    };
    let intent = (!random.once_in(4)).then(|| Prediction {
        name: random.maybe(INTENTS),
        confidence: (!random.once_in(5)).then(|| Confidence(random.of(CONFIDENCES))),
        ranking: (0..random.below(4)).map(|_| ranked(random)).collect(),
    });
    let entities = (0..random.below(3)).map(|_| Entity {
        name: random.of(SLOTS).into(),
        value: random.of(VALUES).into(),
        ..Entity::default()
    });
    Event {
        intent,
        entities: entities.collect(),
        payload: random.once_in(6).then(|| "/ask_refund".into()),
        fallback: random.once_in(10),
        buttons: Vec::new(),
        ..message(EventKind::User, random)
    }
}

fn action(random: &mut Random) -> Event {
    Event {
        kind: EventKind::Action,
        text: random.once_in(5).then(|| "end to end".into()),
        action: Some(ActionRun {
            name: random.maybe(ACTIONS),
            confidence: (!random.once_in(3)).then(|| Confidence(random.of(CONFIDENCES))),
            policy: random.maybe(POLICIES),
        }),
        ..Event::default()
    }
}

fn flow(random: &mut Random) -> Event {
    Event {
        kind: EventKind::Flow,
        flow: Some(FlowStep {
            name: random.of(FLOWS).into(),
            step: random.maybe(STEPS),
            state: random.of(&[
                FlowState::Started,
                FlowState::Started,
                FlowState::Step,
                FlowState::Step,
                FlowState::Completed,
                FlowState::Cancelled,
            ]),
        }),
        ..Event::default()
    }
}
