//! Random filters and conversations for property tests: small vocabularies, so that terms hit often, and
//! with everything in them that is easily forgotten (absent attributes, accents, scripts without spaces,
//! forms, fallbacks, deleted conversations). The same seed gives the same thing for ever.

use super::ast::Filter;
use super::parse::parse;
use crate::model::{
    ActionRun, Attributes, Button, Change, Confidence, ConversationKey, CorrectionField, Edit,
    Entity, Event, EventKind, EventTarget, FlowState, FlowStep, Imported, Millis, Note, NoteId,
    Prediction, Ranked, Review, Set, SlotSet, Status, Target, Verdict, event_keys,
};
use crate::text::Untrusted;

/// A small random generator (xorshift), so that the seeds of tests need no crate.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Any seed will do.
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.next();
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of `all`, which is not empty.
    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn maybe(&mut self, all: &[&str]) -> Option<Untrusted> {
        (!self.once_in(3)).then(|| self.of(all).into())
    }
}

/// 2026-05-20T12:00:00Z, a Wednesday: the present of the random conversations, which lie in the days and
/// weeks before it.
pub const NOW: Millis = Millis(1_779_278_400_000);
/// The reviewers of the random reviews; the first is `me`.
pub const REVIEWERS: [&str; 2] = ["ann", "Bo"];

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
const TAGS: &[&str] = &["billing", "Late reply", "none"];
const TOPICS: &[&str] = &["returns/refund", "returns", "delivery"];
const SENTIMENTS: &[&str] = &["positive", "Negative", "-0.4", "0.25"];
const CONFIDENCES: &[f64] = &[0.3, 0.5, 0.699_99, 0.7, 0.700_04, 0.95, 1.0];

/// One term as text; `in_turn`: of those that may stand inside `turn(…)`.
fn term(random: &mut Random, in_turn: bool) -> String {
    const BOTH: &[&str] = &[
        "refund",
        "order*",
        "cafe",
        "\u{9000}\u{6b3e}",
        "\u{8ba2}*",
        "\"my order\"",
        "\"my ord\"*",
        "order-refund",
        "user_text:refund",
        "user_text:\"my refund\",1182",
        "user_text:none",
        "bot_text:order",
        "bot_text:none",
        "bot_text:caf*",
        "intent:greet",
        "intent:ASK_*",
        "intent:none",
        "intent:greet,inform",
        "intent:none,greet",
        "intent:ask_refund<0.7",
        "intent:ask_*>=0.5",
        "intent:nlu_fallback<0.7",
        "intent:*",
        "action:utter_greet",
        "action:none",
        "action:utter_*<0.7",
        "action:utter_sorry=0.7",
        "confidence<0.7",
        "confidence<=0.7",
        "confidence:0.7",
        "confidence:none",
        "confidence:0.5..0.7",
        "confidence>0.5",
        "margin<0.1",
        "margin:none",
        "margin:-0.2..0.2",
        "entity:city",
        "entity:city=rome",
        "entity:city=none",
        "entity:city=r*",
        "entity:none",
        "entity:city=\"none\"",
        "is:fallback",
        "is:problem",
        "is:flagged",
        "corrected:intent",
        "corrected:intent=greet",
        "corrected:none",
        "corrected:intent=none",
        "corrected:topic=returns",
        "corrected:topic=returns/*",
        "corrected:sentiment,language",
    ];
    const WHOLE: &[&str] = &[
        "id:a",
        "id:u1",
        "id:\"u2#2\"",
        "source:main",
        "source:other,main",
        "source:none",
        "channel:webchat",
        "channel:WHATSAPP,none",
        "channel:\"voice i\"*",
        "lang:PT*",
        "lang:none",
        "lang:\"none\"",
        "location:\"s\u{e3}o paulo\"",
        "location:none",
        "device:none",
        "device:phone",
        "agent:support",
        "agent:*",
        "version:v1",
        "version:none",
        "meta:env=production",
        "meta:env",
        "meta:tier=gold",
        "meta:tier=none",
        "meta:none",
        "meta:count=3",
        "user:u1",
        "user:\"anna k\"",
        "user:none",
        "user:\u{3bf}\u{3b4}\u{3bf}\u{3c2}",
        "since:7d",
        "since:yesterday",
        "until:week-1",
        "until:24h",
        "since:newest-2d",
        "date:today",
        "date:none",
        "date:14d..3d",
        "date:7d",
        "date<week-0",
        "date>2026-05-18",
        "date:2026-05-19T10:00..",
        "started:month-0",
        "started>=yesterday",
        "started:newest-7d",
        "time:22:00..06:00",
        "time:08:00..17:59",
        "time>12:00",
        "time:none",
        "weekday:sat,sun",
        "weekday:wed",
        "decided:none",
        "decided:yesterday",
        "decided:3d..",
        "duration>5m",
        "duration:..30m",
        "duration:none",
        "messages:3..",
        "messages:0",
        "user_messages:0",
        "user_messages<2",
        "bot_messages>1",
        "queries:1..2",
        "fallbacks:1..",
        "fallbacks:0",
        "rating<=2",
        "rating:none",
        "rating:4,5",
        "rating:..3",
        "rating>=1",
        "action_confidence<0.7",
        "action_confidence:none",
        "policy:TED*",
        "policy:none",
        "policy:rulepolicy",
        "slot:city",
        "slot:city=rome",
        "slot:city=none",
        "slot:\"order id\"=3",
        "slot:city=\"[1,\"*",
        "slot:none",
        "slot:*",
        "slot:city=*",
        "flow:checkout",
        "flow:none",
        "step:checkout/email",
        "step:checkout/*",
        "node:email",
        "completed:checkout",
        "completed:none",
        "dropoff:checkout",
        "dropoff:checkout/payment",
        "dropoff:none",
        "is:unread",
        "is:reviewed,saved",
        "is:deleted",
        "is:escalated",
        "is:rated",
        "flag:conversation",
        "flag:message",
        "verdict:positive",
        "verdict:none",
        "verdict:negative,none",
        "tag:billing",
        "tag:none",
        "tag:\"none\"",
        "tag:\"late reply\"",
        "tag:b*",
        "auto:none",
        "auto:streak",
        "status:unread",
        "status:deleted,saved",
        "has:note",
        "has:correction",
        "has:comment",
        "has:button",
        "has:rating",
        "has:tag",
        "note:late",
        "note:\"too late\"",
        "note:none",
        "queue:me",
        "queue:none",
        "queue:bo",
        "reviewer:me",
        "reviewer:none",
        "topic:returns",
        "topic:returns/refund",
        "topic:none",
        "sentiment:positive",
        "sentiment:none",
        "sentiment<0",
        "sentiment:-0.5..0.3",
        "sentiment:0.25,negative",
    ];
    const TURN: &[&str] = &["is:button", "is:fallback", "is:problem"];
    let terms = match in_turn {
        true if random.once_in(6) => TURN,
        true => BOTH,
        false if random.once_in(4) => BOTH,
        false => WHOLE,
    };
    random.of(terms).to_owned()
}

fn part(random: &mut Random, depth: u64, in_turn: bool) -> String {
    match random.below(if depth == 0 { 5 } else { 9 }) {
        0 => format!("-{}", term(random, in_turn)),
        1 if !in_turn => {
            let name = random.of(&["turn", "turn", "last"]);
            format!("{name}({})", any(random, depth.min(1), true))
        }
        5 | 6 => format!("({})", any(random, depth - 1, in_turn)),
        7 => format!("-({})", any(random, depth - 1, in_turn)),
        _ => term(random, in_turn),
    }
}

fn any(random: &mut Random, depth: u64, in_turn: bool) -> String {
    let mut text = part(random, depth, in_turn);
    for _ in 0..random.below(3) {
        text.push_str(random.of(&[" ", " ", " OR "]));
        text.push_str(&part(random, depth, in_turn));
    }
    text
}

/// The text of a random filter, which parses.
pub fn random_text(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = any(&mut random, 2, false);
    if random.once_in(10) {
        text = format!(
            "({text}) sample:{} seed:{}",
            random.below(20),
            random.below(3)
        );
    }
    text
}

/// A random filter.
pub fn random_filter(seed: u64) -> Filter {
    parse(&random_text(seed)).unwrap_or_default()
}

/// A random conversation with what reviewers decided about it.
#[derive(Clone, Debug)]
pub struct Made {
    /// As an importer would yield it.
    pub imported: Imported,
    /// Decisions in order: on which event (or the conversation), what.
    pub sets: Vec<(Option<usize>, Set)>,
    /// Who decided.
    pub reviewer: &'static str,
    /// When.
    pub decided: Millis,
}

impl Made {
    /// The decisions as one change.
    pub fn change(&self) -> Change {
        let keys = event_keys(&self.imported.events);
        let edit = |(event, set): &(Option<usize>, Set)| Edit {
            targets: vec![Target {
                conversation: self.imported.key.id(),
                event: event.map(|seq| EventTarget {
                    key: keys[seq],
                    seq: seq as u32,
                }),
            }],
            set: set.clone(),
        };
        Change {
            edits: self.sets.iter().map(edit).collect(),
            bulk: None,
        }
    }

    /// What the decisions add up to.
    pub fn review(&self) -> Review {
        let mut review = Review::default();
        for edit in self.change().edits {
            let event = edit.targets[0].event;
            match edit.set {
                Set::Status(status) => review.status = status,
                Set::Verdict(verdict) => review.verdict = verdict,
                Set::Flag(_) => match event {
                    Some(target) => review.flagged_events.push(target),
                    None => review.flagged = true,
                },
                Set::Tag { name, .. } => review.tags.push(name),
                Set::Note { id, text } => review.notes.extend(text.map(|text| Note {
                    id,
                    event,
                    detached: false,
                    text,
                    reviewer: self.reviewer.into(),
                    at: self.decided,
                })),
                Set::Correction { field, value } => review
                    .corrections
                    .extend(value.map(|json| (event, field, json))),
                Set::Queue(queue) => review.queue = queue,
                _ => {}
            }
        }
        if !self.sets.is_empty() {
            review.decided = Some((self.reviewer.into(), self.decided));
        }
        review
    }
}

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

fn random_sets(random: &mut Random, events: &[Event], seed: u64) -> Vec<(Option<usize>, Set)> {
    let mut sets = Vec::new();
    if random.once_in(3) {
        return sets;
    }
    if !random.once_in(3) {
        sets.push((None, Set::Status(random.of(&Status::ALL))));
    }
    if random.once_in(2) {
        let verdict = random.of(&[Verdict::Positive, Verdict::Negative]);
        sets.push((None, Set::Verdict(Some(verdict))));
    }
    for tag in TAGS {
        if random.once_in(3) {
            let name = (*tag).into();
            sets.push((None, Set::Tag { name, on: true }));
        }
    }
    if random.once_in(3) {
        sets.push((None, Set::Queue(Some(random.of(&REVIEWERS).into()))));
    }
    if random.once_in(4) {
        sets.push((None, Set::Flag(true)));
    }
    for (field, json) in [
        (CorrectionField::Topics, "[\"returns/refund\"]"),
        (CorrectionField::Topics, "[]"),
        (CorrectionField::Sentiment, "\"negative\""),
        (CorrectionField::Language, "\"pt\""),
    ] {
        let again = |s: &(Option<usize>, Set)| matches!(s.1, Set::Correction { field: f, .. } if f == field);
        if random.once_in(5) && !sets.iter().any(again) {
            sets.push((None, correction(field, json)));
        }
    }
    note(random, None, seed, &mut sets);
    if !events.is_empty() && random.once_in(2) {
        let seq = random.below(events.len() as u64) as usize;
        let target = Some(seq);
        if random.once_in(2) {
            sets.push((target, Set::Flag(true)));
        }
        note(random, target, seed, &mut sets);
        if events[seq].kind == EventKind::User && random.once_in(2) {
            let json = random.of(&["\"greet\"", "\"ask_order\""]);
            sets.push((target, correction(CorrectionField::Intent, json)));
        }
    }
    sets
}

fn correction(field: CorrectionField, json: &str) -> Set {
    Set::Correction {
        field,
        value: Some(json.into()),
    }
}

fn note(
    random: &mut Random,
    event: Option<usize>,
    seed: u64,
    sets: &mut Vec<(Option<usize>, Set)>,
) {
    if !random.once_in(4) {
        return;
    }
    let mut id = [0; 16];
    id[..8].copy_from_slice(&seed.to_le_bytes());
    id[8..].copy_from_slice(&(sets.len() as u64).to_le_bytes());
    let text = random.of(&["answered too late", "Late!", "fine"]);
    let set = Set::Note {
        id: NoteId(id),
        text: Some(text.into()),
    };
    sets.push((event, set));
}
