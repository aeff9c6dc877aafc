//! Known answers of the reference evaluation, and the laws it must keep on random conversations.

use chrono::{FixedOffset, NaiveDate};

use super::testing::{Made, NOW, REVIEWERS, Random, random_conversation, random_filter};
use super::*;
use crate::model::{
    ActionRun, Attributes, Confidence, ConversationId, CorrectionField, Entity, Event, EventKey,
    EventKind, EventTarget, Facts, FlowState, FlowStep, Millis, Note, NoteId, Prediction, Ranked,
    Review, SlotSet, Status, Verdict, event_keys, mark_reverted,
};

struct Owned {
    id: ConversationId,
    external_id: String,
    attributes: Attributes,
    events: Vec<Event>,
    keys: Vec<EventKey>,
    facts: Facts,
    review: Review,
}

impl Owned {
    fn new(attributes: Attributes, mut events: Vec<Event>, review: Review) -> Self {
        mark_reverted(&mut events);
        Self {
            id: ConversationId([0x5a; 16]),
            external_id: "Anna#2".into(),
            keys: event_keys(&events),
            facts: Facts::derive(&attributes, &events, None),
            attributes,
            events,
            review,
        }
    }

    fn made(made: Made) -> Self {
        let mut owned = Self::new(
            made.imported.attributes.clone(),
            made.imported.events.clone(),
            made.review(),
        );
        owned.id = made.imported.key.id();
        owned.external_id = made.imported.key.native.for_search().to_owned();
        owned
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            id: self.id,
            source: "main",
            external_id: &self.external_id,
            attributes: &self.attributes,
            events: &self.events,
            keys: &self.keys,
            facts: &self.facts,
            review: &self.review,
        }
    }
}

/// Two hours east of Greenwich, so that local days are not those of UTC.
fn context() -> Context {
    Context {
        now: NOW,
        zone: Zone::Fixed(FixedOffset::east_opt(7200).unwrap()),
        newest: Some(Millis::parse_rfc3339("2026-05-18T12:00:00Z").unwrap()),
        me: REVIEWERS[0].to_owned(),
    }
}

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).unwrap()
}

fn said(kind: EventKind, text: &str) -> Event {
    Event {
        kind,
        text: Some(text.into()),
        ..Event::default()
    }
}

fn understood(text: &str, intent: &str, confidence: f64, second: f64) -> Event {
    let ranked = |name: &str, confidence| Ranked {
        name: name.into(),
        confidence: Some(Confidence(confidence)),
    };
    Event {
        intent: Some(Prediction {
            name: Some(intent.into()),
            confidence: Some(Confidence(confidence)),
            ranking: vec![ranked(intent, confidence), ranked("other", second)],
        }),
        ..said(EventKind::User, text)
    }
}

fn action(name: &str, confidence: f64, policy: &str) -> Event {
    Event {
        kind: EventKind::Action,
        action: Some(ActionRun {
            name: Some(name.into()),
            confidence: Some(Confidence(confidence)),
            policy: Some(policy.into()),
        }),
        ..Event::default()
    }
}

fn slot(name: &str, json: &str) -> Event {
    Event {
        kind: EventKind::Slot,
        slot: Some(SlotSet {
            name: name.into(),
            value: json.into(),
        }),
        ..Event::default()
    }
}

fn flow(name: &str, step: Option<&str>, state: FlowState) -> Event {
    Event {
        kind: EventKind::Flow,
        flow: Some(FlowStep {
            name: name.into(),
            step: step.map(Into::into),
            state,
        }),
        ..Event::default()
    }
}

/// Started on Saturday 2026-05-16 at 23:30 local time, four minutes long.
fn example() -> Owned {
    let mut events = vec![
        Event {
            entities: vec![Entity {
                name: "city".into(),
                value: "\"Rome\"".into(),
                ..Entity::default()
            }],
            ..understood("The refund link has expired", "ask_refund", 0.91, 0.05)
        },
        action("utter_ask", 0.98, "RulePolicy"),
        said(EventKind::Bot, "What is your e-mail?"),
        slot("city", "\"Rome\""),
        flow("checkout", None, FlowState::Started),
        flow("checkout", Some("email"), FlowState::Step),
        understood(
            "\u{6211}\u{8981}\u{9000}\u{6b3e} 1182.",
            "inform",
            0.43,
            0.4,
        ),
        action("action_listen", 0.1, "Memo"),
        Event {
            fallback: true,
            ..action("action_default_fallback", 0.4, "TEDPolicy")
        },
        said(EventKind::Agent, "Caf\u{e9} support here, link is new"),
        slot("city", "null"),
    ];
    for (i, event) in (0..).zip(&mut events) {
        event.at = Some(Millis(at("2026-05-16T21:30:00Z").0 + i * 24_000));
    }
    let keys = event_keys(&events);
    let on = |seq: usize| EventTarget {
        key: keys[seq],
        seq: seq as u32,
    };
    let review = Review {
        status: Status::Reviewed,
        verdict: Some(Verdict::Negative),
        flagged_events: vec![on(9)],
        tags: vec!["Late reply".into(), "none".into()],
        notes: vec![Note {
            id: NoteId([1; 16]),
            event: Some(on(2)),
            detached: false,
            text: "Took over too late".into(),
            reviewer: "ann".into(),
            at: NOW,
        }],
        corrections: vec![
            (Some(on(6)), CorrectionField::Intent, "\"ask_order\"".into()),
            (
                None,
                CorrectionField::Topics,
                "[\"returns/refund\",\"delivery\"]".into(),
            ),
            (None, CorrectionField::Language, "\"it\"".into()),
        ],
        queue: Some("Ann".into()),
        decided: Some(("Bo".into(), at("2026-05-19T08:00:00Z"))),
        ..Review::default()
    };
    let attributes = Attributes {
        channel: Some("WebChat".into()),
        user_id: Some("u-7".into()),
        user_name: Some("Anna K".into()),
        language: Some("en".into()),
        environment: Some("Production".into()),
        rating: Some(2),
        metadata: vec![("tier".into(), "\"Gold\"".into()), ("n".into(), "3".into())],
        topics: vec!["billing".into()],
        sentiment: Some("-0.4".into()),
        ..Attributes::default()
    };
    Owned::new(attributes, events, review)
}

#[test]
fn terms_that_hold_for_the_example() {
    let example = example();
    for text in [
        "",
        // Words: any side, accents aside, a phrase within one message, scripts without spaces.
        "refund",
        "REFUND LINK",
        "cafe",
        "refu*",
        "\"refund link\"",
        "\"link has exp\"*",
        "e-mail",
        "\u{9000}\u{6b3e}",
        "\"\u{8981}\u{9000}\"",
        "user_text:1182",
        "bot_text:caf\u{e9}",
        "bot_text:\"your e mail\"",
        "refund support",
        // Names: without case, prefixes, absence.
        "id:lj",
        "id:anna#2",
        "id:ANNA*",
        "source:MAIN",
        "channel:webchat",
        "channel:other,web*",
        "lang:it",
        "device:none",
        "device:none,phone",
        "user:\"anna k\"",
        "user:U-7",
        "meta:env=production",
        "meta:environment=prod*",
        "meta:tier",
        "meta:TIER=gold",
        "meta:n=3",
        "meta:gone=none",
        "intent:ask_refund",
        "intent:ask_*,bye",
        "action:utter_ask",
        "policy:tedpolicy",
        "policy:*",
        "entity:city",
        "entity:city=rome",
        "entity:gone=none",
        "slot:city=ROME",
        "slot:city",
        "slot:x=none",
        "flow:checkout",
        "step:checkout/email",
        "node:email",
        "dropoff:checkout",
        "dropoff:checkout/email",
        "completed:none",
        "auto:none",
        "agent:none",
        // Numbers.
        "rating:2",
        "rating<=2",
        "rating:1..2",
        "rating:none,2",
        "messages:4",
        "user_messages:2",
        "bot_messages:1",
        "fallbacks>=1",
        "confidence<0.5",
        "confidence:0.43",
        "confidence<=0.43",
        "confidence:0.43004",
        "margin<0.1",
        "margin:0.03",
        "action_confidence:0.4",
        "intent:inform<0.5",
        "intent:ask_*>0.9",
        "action:*<0.5",
        "duration:4m",
        "duration>3m",
        // Times: the day is the local one, the last activity is 23:34.
        "date:2026-05-16",
        "started:2026-05-16T23:30",
        "time:22:00..06:00",
        "time:23:30",
        "weekday:sat",
        "since:2026-05-16",
        "since:4d",
        "until:2026-05-16",
        "until:yesterday",
        "since:newest-2d",
        "date:week-1",
        "date:month-0",
        "date:7d",
        "date:5d..3d",
        "date<2026-05-17",
        "decided:yesterday",
        "date>=2026-05-16T23:34",
        "date<=2026-05-16T23:34",
        // Reviews.
        "is:reviewed",
        "status:unread,reviewed",
        "is:flagged",
        "is:rated",
        "is:fallback",
        "is:problem",
        "is:escalated",
        "flag:message",
        "verdict:negative",
        "tag:\"late reply\"",
        "tag:\"none\"",
        "has:note",
        "has:tag",
        "has:correction",
        "has:rating",
        "note:\"too late\"",
        "note:la*",
        "queue:me",
        "queue:ann",
        "reviewer:bo",
        "topic:returns",
        "topic:returns/refund",
        "topic:delivery",
        "sentiment<0",
        "sentiment:-0.5..0",
        "corrected:intent=ask_order",
        "corrected:topic=returns",
        "corrected:language",
        // Single turns.
        "turn(intent:inform confidence<0.5 is:fallback)",
        "turn(is:flagged cafe)",
        "last(intent:inform)",
        "turn(corrected:intent=ask_order)",
        "turn(-is:fallback -corrected:intent)",
        "last(entity:none)",
        "turn(action:utter_ask bot_text:mail)",
        "turn(margin>0.5)",
        "turn(action:*<0.5)",
        // Together.
        "refund -bye (tag:x OR is:reviewed)",
        "-(tag:x is:reviewed)",
        "--refund",
        "sample:0 refund",
    ] {
        let filter = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert!(matches(&filter, &example.subject(), &context()), "{text}");
        let negated = Filter::Not(Box::new(filter));
        assert!(
            text.is_empty() || !matches(&negated, &example.subject(), &context()),
            "-({text})"
        );
    }
}

#[test]
fn terms_that_do_not_hold_for_the_example() {
    let example = example();
    for text in [
        "refun",
        "\"refund has\"",
        "\"expired what\"",
        "user_text:support",
        "bot_text:refund",
        "\u{6b3e}\u{9000}",
        "id:anna",
        "id:k",
        "channel:web",
        "channel:none",
        "lang:en",
        "device:*",
        "meta:tier=silver",
        "meta:tier=none",
        "meta:none",
        "intent:none",
        "intent:other",
        "action:action_listen",
        "policy:memo",
        "entity:city=none",
        "slot:city=none",
        "slot:city=null",
        "step:email",
        "completed:checkout",
        "dropoff:none",
        "rating:none",
        "rating>2",
        "messages:5..",
        "confidence<0.43",
        "confidence:none",
        "intent:inform>0.5",
        "intent:ask_refund<0.5",
        "action:utter_ask<0.5",
        "duration>5m",
        "date:2026-05-17",
        "date:2026-05-15",
        "time:06:00..22:00",
        "time:23:31",
        "weekday:sun",
        "since:2026-05-17",
        "until:2026-05-15",
        "since:newest-1d",
        "date:week-0",
        "date:3d",
        "date>2026-05-16",
        "decided:today",
        "decided:none",
        "is:unread",
        "flag:conversation",
        "verdict:none,positive",
        "tag:none",
        "tag:late",
        "has:comment",
        "has:button",
        "note:early",
        "note:none",
        "queue:bo",
        "reviewer:me",
        "topic:billing",
        "topic:refund",
        "sentiment:none",
        "sentiment:negative",
        "sentiment>0",
        "corrected:intent=ask_refund",
        "corrected:summary",
        "turn(intent:ask_refund is:fallback)",
        "turn(refund \u{9000}\u{6b3e})",
        "last(refund)",
        "turn(is:button)",
        "last(-corrected:intent)",
        "last(entity:city)",
        "is:deleted",
        "-is:reviewed",
    ] {
        let filter = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert!(!matches(&filter, &example.subject(), &context()), "{text}");
        let negated = Filter::Not(Box::new(filter));
        assert!(
            matches(&negated, &example.subject(), &context()),
            "-({text})"
        );
    }
}

#[test]
fn what_is_absent_is_neither_less_nor_more() {
    let empty = Owned::new(Attributes::default(), Vec::new(), Review::default());
    let holds = |text: &str| matches(&parse(text).unwrap(), &empty.subject(), &context());
    for field in [
        "rating",
        "confidence",
        "margin",
        "action_confidence",
        "sentiment",
    ] {
        assert!(
            !holds(&format!("{field}<1")) && !holds(&format!("{field}>=1")),
            "{field}"
        );
        assert!(
            holds(&format!("{field}:none")) && holds(&format!("-{field}<1")),
            "{field}"
        );
    }
    for text in [
        "duration:none",
        "date:none",
        "started:none",
        "time:none",
        "weekday:none",
        "user:none",
        "user_text:none",
        "slot:none",
        "user_messages:0",
        "-since:9999y",
        "-until:today",
        "is:unread",
    ] {
        assert!(holds(text), "{text}");
    }
    for text in [
        "intent:none",
        "turn(-refund)",
        "last(-refund)",
        "duration:..1h",
        "date:7d",
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn a_user_message_without_prediction_is_found_beside_others() {
    let events = vec![
        understood("hello", "greet", 0.9, 0.0),
        said(EventKind::User, "what"),
        said(EventKind::Bot, "?"),
    ];
    let owned = Owned::new(Attributes::default(), events, Review::default());
    let holds = |text: &str| matches(&parse(text).unwrap(), &owned.subject(), &context());
    assert!(holds(
        "intent:none intent:greet turn(intent:none what) -turn(intent:none hello)"
    ));
}

#[test]
fn deleted_ones_are_there_when_asked_for_alone() {
    let mut owned = example();
    owned.review.status = Status::Deleted;
    let holds = |text: &str| matches(&parse(text).unwrap(), &owned.subject(), &context());
    assert!(!holds("") && !holds("refund") && !holds("-bye") && !holds("-is:unread"));
    assert!(
        holds("is:deleted") && holds("refund status:deleted,saved") && holds("bye OR is:deleted")
    );
    assert!(!holds("-is:deleted"));
}

#[test]
fn dates_become_local_moments() {
    let range = |text: &str| {
        let Ok(Filter::Term(Term {
            test: Test::Any(patterns),
            ..
        })) = parse(&format!("date:{text}"))
        else {
            panic!("{text}");
        };
        let Pattern::Scalar(Scalar::Date(date)) = &patterns[0] else {
            panic!("{text}");
        };
        let (from, to) = date_range(date, &context());
        format!("{} {}", from.to_rfc3339(), to.to_rfc3339()).replace(":00.000Z", "")
    };
    assert_eq!(range("2026-05-01"), "2026-04-30T22:00 2026-05-01T22:00");
    assert_eq!(
        range("2026-05-01T14:00"),
        "2026-05-01T12:00 2026-05-01T12:01"
    );
    assert_eq!(range("today"), "2026-05-19T22:00 2026-05-20T22:00");
    assert_eq!(range("yesterday"), "2026-05-18T22:00 2026-05-19T22:00");
    assert_eq!(range("week-0"), "2026-05-17T22:00 2026-05-24T22:00");
    assert_eq!(range("week-1"), "2026-05-10T22:00 2026-05-17T22:00");
    assert_eq!(range("month-3"), "2026-01-31T22:00 2026-02-28T22:00");
    assert!(range("24h").starts_with("2026-05-19T12:00 "));
    assert!(range("3mo").starts_with("2026-02-20T12:00 "));
    assert!(range("1y").starts_with("2025-05-20T12:00 "));
    assert!(range("newest-1w").starts_with("2026-05-11T12:00 "));
    for far in [
        "4294967295y",
        "week-4294967295",
        "month-4294967295",
        "4294967295w",
        "0000-01-01",
        "9999-12-31",
    ] {
        range(far);
    }
}

#[test]
fn a_month_back_from_its_last_day_is_the_last_day_of_a_shorter_one() {
    let mut context = context();
    context.now = at("2026-03-31T12:00:00Z");
    let (from, _) = date_range(&Date::Back(1, Unit::Months), &context);
    assert_eq!(from, at("2026-02-28T12:00:00Z"));
    let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
    // The computer's own zone has 23, 24 or 25 hours in a day.
    context.zone = Zone::Local;
    let (from, to) = date_range(&Date::Day(day), &context);
    assert!((23..=25).contains(&((to.0 - from.0) / 3_600_000)));
}

#[test]
fn a_sample_is_the_same_every_time_and_of_the_size_asked() {
    let owned: Vec<Owned> = (0..200)
        .map(|s| Owned::made(random_conversation(s)))
        .collect();
    let subjects: Vec<Subject<'_>> = owned.iter().map(Owned::subject).collect();
    let chosen = |text: &str| select(&parse(text).unwrap(), &subjects, &context());
    let all = chosen("is:unread");
    let some = chosen("is:unread sample:20");
    assert_eq!(some.len(), 20);
    assert!(some.iter().all(|i| all.contains(i)));
    assert_eq!(some, chosen("sample:20 is:unread seed:0"));
    assert_ne!(some, chosen("sample:20 is:unread seed:1"));
    let more = chosen("is:unread sample:30");
    assert!(
        some.iter().all(|i| more.contains(i)),
        "a greater sample holds the smaller"
    );
    assert_eq!(chosen("is:unread sample:100000"), all);
    assert_eq!(chosen("sample:0"), Vec::<usize>::new());
}

#[test]
fn hits_are_the_events_that_satisfy_a_term() {
    let owned = example();
    let hits = |text: &str| hits(&parse(text).unwrap(), &owned.subject());
    assert_eq!(hits("link"), [0, 9]);
    assert_eq!(hits("user_text:link OR bot_text:mail"), [0, 2]);
    assert_eq!(hits("-link intent:inform"), [6]);
    assert_eq!(hits("--link"), [0, 9]);
    assert_eq!(hits("confidence<0.5 entity:city=rome"), [0, 6]);
    assert_eq!(hits("action:* policy:rule*"), [1, 8]);
    assert_eq!(hits("action_confidence<0.5"), [8]);
    assert_eq!(hits("slot:city"), [3]);
    assert_eq!(hits("flow:checkout"), [4]);
    assert_eq!(hits("step:checkout/email"), [5]);
    assert_eq!(hits("dropoff:checkout/email"), [5]);
    assert_eq!(hits("is:fallback is:flagged"), [8, 9]);
    assert_eq!(hits("is:problem"), [6]);
    assert_eq!(hits("is:escalated"), [9]);
    assert_eq!(hits("has:note has:correction"), [2, 6]);
    assert_eq!(hits("note:late corrected:intent"), [2, 6]);
    assert_eq!(hits("turn(intent:inform support)"), [6, 9]);
    assert_eq!(hits("turn(link)"), [0, 6, 9]);
    assert_eq!(
        hits("tag:none rating:2 is:reviewed slot:none"),
        Vec::<u32>::new()
    );
    let words = hit_words(&parse("link -bye note:late user_text:\"a b\"*").unwrap());
    assert_eq!(words.len(), 2);
    assert_eq!((words[1].tokens.len(), words[1].prefix), (2, true));
}

#[test]
fn random_terms_divide_random_conversations() {
    let owned: Vec<Owned> = (0..300)
        .map(|s| Owned::made(random_conversation(s)))
        .collect();
    let mut divides = std::collections::BTreeMap::new();
    let mut random = Random::new(7);
    while divides.len() < 230 && random.below(100_000) > 0 {
        let filter = random_filter(random.below(u64::MAX >> 16));
        for term in terms(&filter) {
            divides.entry(term.to_string()).or_insert_with(|| {
                let turn_only = term.to_string() == "is:button";
                let filter = Filter::Term(term.clone());
                let held = owned
                    .iter()
                    .filter(|o| matches(&filter, &o.subject(), &context()))
                    .count();
                turn_only || held > 0 && held < owned.len()
            });
        }
    }
    let idle: Vec<&String> = divides.iter().filter(|d| !d.1).map(|d| d.0).collect();
    // What the random conversations cannot have, or always have.
    let known = [
        "auto:none",
        "auto:streak",
        "source:",
        "sample:",
        "seed:",
        "date:none",
        "time:none",
        "id:",
    ];
    let unknown: Vec<_> = idle
        .iter()
        .filter(|t| !known.iter().any(|k| t.starts_with(k)))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]
    #[test]
    fn a_negation_is_the_exact_complement(filter: u64, conversation: u64) {
        let owned = Owned::made(random_conversation(conversation));
        let subject = owned.subject();
        let filter = random_filter(filter);
        let negated = Filter::Not(Box::new(filter.clone()));
        let counted = owned.review.status != Status::Deleted || includes_deleted(&filter);
        let (yes, no) = (matches(&filter, &subject, &context()), matches(&negated, &subject, &context()));
        if sample(&filter).is_none() {
            proptest::prop_assert_eq!(counted, yes != no);
            proptest::prop_assert!(counted || !(yes || no));
        }
        for seq in hits(&filter, &subject) {
            proptest::prop_assert!((seq as usize) < owned.events.len());
        }
    }
}
