//! Six conversations made by hand, so that the answer to every filter can be told by reading them.

use afterword::catalogue::{Catalogue, Question};
use afterword::filter::{Context, Filter, Subject, Zone, select};
use afterword::model::{
    ActionRun, Attributes, Change, Clock, Confidence, ConversationKey, CorrectionField, Edit,
    Entity, Event, EventKind, EventTarget, FlowState, FlowStep, Imported, Millis, NoteId,
    Prediction, Ranked, Set, SlotSet, Status, Target, Verdict, event_keys,
};
use afterword::store::testing::{auto_tag, temporary};
use afterword::store::{SourceSpec, Store, Whole};
use tempfile::TempDir;

/// A store, its catalogue, and every conversation read whole.
pub struct Shelf {
    _dir: TempDir,
    pub store: Store,
    pub catalogue: Catalogue,
    pub whole: Vec<Whole>,
}

impl Shelf {
    /// The six conversations `a` to `f`, with what reviewers decided.
    pub fn new() -> Self {
        let (dir, mut store) = temporary();
        for (source, all) in [
            ("main", vec![a(), c(), d(), e(), f()]),
            ("Other", vec![b()]),
        ] {
            let spec = SourceSpec {
                name: source.into(),
                format: "test".into(),
                session_mode: "none".into(),
            };
            let mut ingest = store.begin_import(&spec).unwrap();
            for imported in all {
                ingest.take(imported).unwrap();
            }
            ingest.finish().unwrap();
        }
        decide(&mut store);
        let rows = rows_of(&store);
        let row = |native: &str| {
            let whole = rows.iter().map(|r| store.whole(*r).unwrap().unwrap());
            let found = whole.into_iter().find(|w| native_of(w) == native);
            found.unwrap().card.row
        };
        let (rb, rf) = (row("b"), row("f"));
        auto_tag(&mut store, "streak", &[rb, rf]);
        let whole = rows_of(&store)
            .into_iter()
            .map(|row| store.whole(row).unwrap().unwrap())
            .collect();
        let catalogue = Catalogue::build(&store).unwrap();
        Self {
            _dir: dir,
            store,
            catalogue,
            whole,
        }
    }

    /// Wednesday 2026-05-20, 14:00 local time, two hours east of Greenwich.
    pub fn context(&self) -> Context {
        Context {
            now: at("2026-05-20T12:00"),
            zone: Zone::Fixed(chrono::FixedOffset::east_opt(7200).unwrap()),
            newest: self.catalogue.newest(),
            me: "ann".into(),
        }
    }

    /// Letters of the conversations that the catalogue finds.
    pub fn found(&mut self, filter: &Filter) -> String {
        let question = Question {
            filter: filter.clone(),
            ..Question::default()
        };
        let context = self.context();
        let answer = self.catalogue.answer(&self.store, &question, &context);
        self.letters(&answer.unwrap().rows)
    }

    /// Letters of the conversations that the reference finds.
    pub fn plainly(&self, filter: &Filter) -> String {
        let subjects: Vec<Subject<'_>> = self.whole.iter().map(subject).collect();
        let found = select(filter, &subjects, &self.context());
        let rows: Vec<i64> = found.iter().map(|i| self.whole[*i].card.row).collect();
        self.letters(&rows)
    }

    fn letters(&self, rows: &[i64]) -> String {
        let of = |row: &i64| {
            let whole = self.whole.iter().find(|w| w.card.row == *row).unwrap();
            native_of(whole).to_owned()
        };
        let mut letters: Vec<String> = rows.iter().map(of).collect();
        letters.sort();
        letters.concat()
    }
}

/// Every row of the store, deleted ones too.
fn rows_of(store: &Store) -> Vec<i64> {
    let mut catalogue = Catalogue::build(store).unwrap();
    let all = afterword::filter::parse("is:deleted OR -is:deleted").unwrap();
    catalogue.rows(store, &all, &Context::default()).unwrap()
}

fn native_of(whole: &Whole) -> &str {
    let external = whole.card.external_id.for_search();
    external.split('-').next().unwrap()
}

pub fn subject(whole: &Whole) -> Subject<'_> {
    Subject {
        id: whole.card.id,
        source: whole.card.source.for_search(),
        external_id: whole.card.external_id.for_search(),
        attributes: &whole.card.attributes,
        events: &whole.events,
        keys: &whole.keys,
        facts: &whole.facts,
        review: &whole.review,
    }
}

/// A moment in UTC.
pub fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(&format!("{text}:00Z")).unwrap()
}

/// The events, a minute apart from `start` on.
fn timed(start: &str, mut events: Vec<Event>) -> Vec<Event> {
    for (i, event) in (0..).zip(&mut events) {
        event.at = Some(Millis(at(start).0 + i * 60_000));
    }
    events
}

fn made(native: &str, source: &str, attributes: Attributes, events: Vec<Event>) -> Imported {
    Imported {
        key: ConversationKey {
            source: source.into(),
            native: format!("{native}-1").into(),
            time: events.first().and_then(|e| e.at).unwrap_or_default(),
        },
        external_id: None,
        attributes,
        events,
        reviews: Vec::new(),
    }
}

fn said(kind: EventKind, text: &str) -> Event {
    Event {
        kind,
        text: Some(text.into()),
        ..Event::default()
    }
}

fn user(text: &str, intent: &str, confidence: f64, second: f64) -> Event {
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

fn with_entity(name: &str, json: &str, event: Event) -> Event {
    Event {
        entities: vec![Entity {
            name: name.into(),
            value: json.into(),
            ..Entity::default()
        }],
        ..event
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

fn fallback(confidence: f64) -> Event {
    Event {
        fallback: true,
        ..action("action_default_fallback", confidence, "TEDPolicy")
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

/// A refund that went wrong on Saturday night: started 2026-05-16 23:30 local time, 13 minutes long, into
/// Sunday is not reached (last activity 23:43). Two turns, four messages, one fallback, handed over.
fn a() -> Imported {
    let events = vec![
        with_entity(
            "city",
            "\"Rome\"",
            user("I want my refund, please", "ask_refund", 0.91, 0.05),
        ),
        action("utter_ask", 0.98, "RulePolicy"),
        said(EventKind::Bot, "What is your e-mail?"),
        slot("city", "\"Rome\""),
        flow("checkout", None, FlowState::Started),
        flow("checkout", Some("email"), FlowState::Step),
        user(
            "\u{6211}\u{8981}\u{9000}\u{6b3e} 1182.",
            "inform",
            0.43,
            0.4,
        ),
        action("action_listen", 0.1, "MemoPolicy"),
        fallback(0.4),
        slot("city", "null"),
        said(EventKind::Handover, "to support"),
        said(EventKind::System, "note"),
        said(EventKind::System, "note"),
        said(EventKind::Agent, "Caf\u{e9} support here, the link is new"),
    ];
    let attributes = Attributes {
        channel: Some("WebChat".into()),
        user_id: Some("u-7".into()),
        user_name: Some("Anna K".into()),
        language: Some("en".into()),
        location: Some("S\u{e3}o Paulo".into()),
        device: Some("phone".into()),
        agent: Some("support".into()),
        version: Some("2026.1".into()),
        environment: Some("production".into()),
        rating: Some(2),
        rating_comment: Some("slow".into()),
        metadata: vec![("tier".into(), "\"Gold\"".into()), ("n".into(), "3".into())],
        topics: vec!["billing".into()],
        sentiment: Some("-0.4".into()),
        ..Attributes::default()
    };
    made("a", "main", attributes, timed("2026-05-16T21:30", events))
}

/// All went well, today from 08:00 to 08:07 local time; the user pressed a button. Other source.
fn b() -> Imported {
    let events = vec![
        user("hello there", "greet", 1.0, 0.0),
        action("utter_greet", 1.0, "RulePolicy"),
        said(EventKind::Bot, "Hello! Order or refund?"),
        Event {
            payload: Some("/ask_order".into()),
            ..user("Order", "ask_order", 1.0, 0.0)
        },
        slot("Order ID", "3"),
        flow("checkout", None, FlowState::Started),
        flow("checkout", Some("payment"), FlowState::Step),
        flow("checkout", None, FlowState::Completed),
    ];
    let attributes = Attributes {
        channel: Some("WhatsApp".into()),
        user_id: Some("u-8".into()),
        language: Some("pt-BR".into()),
        version: Some("2026.2".into()),
        rating: Some(5),
        metadata: vec![("tier".into(), "\"silver\"".into())],
        topics: vec!["returns/refund".into(), "delivery".into()],
        sentiment: Some("positive".into()),
        ..Attributes::default()
    };
    made("b", "Other", attributes, timed("2026-05-20T06:00", events))
}

/// One user message without a prediction, and nothing is known of it: no time, no attribute.
fn c() -> Imported {
    made(
        "c",
        "main",
        Attributes::default(),
        vec![said(EventKind::User, "refunds, order: my order-refund")],
    )
}

/// The assistant alone spoke, yesterday (2026-05-19) at 10:00 local time.
fn d() -> Imported {
    let events = vec![
        said(EventKind::Bot, "Your order is on its way"),
        said(EventKind::Bot, "none"),
    ];
    let attributes = Attributes {
        channel: Some("none".into()),
        language: Some("none".into()),
        ..Attributes::default()
    };
    made("d", "main", attributes, timed("2026-05-19T08:00", events))
}

/// Deleted. Like `a` in little.
fn e() -> Imported {
    let events = vec![user("refund gone", "ask_refund", 0.2, 0.1), fallback(0.3)];
    let attributes = Attributes {
        channel: Some("webchat".into()),
        user_id: Some("u-7".into()),
        rating: Some(1),
        ..Attributes::default()
    };
    made("e", "main", attributes, timed("2026-05-20T07:00", events))
}

/// A form left at its second step, Monday 2026-05-18 from 04:00 to 06:00 local time.
fn f() -> Imported {
    let mut events = timed(
        "2026-05-18T02:00",
        vec![
            user("my refund order", "nlu_fallback", 0.7, 0.3),
            flow("returns_form", None, FlowState::Started),
            flow("returns_form", Some("email"), FlowState::Step),
            flow("returns_form", Some("payment"), FlowState::Step),
            slot("city", "\"none\""),
            with_entity(
                "amount",
                "3",
                user("a < b OR \"c\" (d)", "ask_order", 0.75, 0.7),
            ),
            action("utter_sorry", 0.65, "RulePolicy"),
            said(EventKind::Bot, "Sorry"),
        ],
    );
    if let Some(last) = events.last_mut() {
        last.at = Some(at("2026-05-18T04:00"));
    }
    let attributes = Attributes {
        channel: Some("voice ivr, \"new\"".into()),
        user_id: Some("u-9".into()),
        user_name: Some("\u{39f}\u{394}\u{39f}\u{3a3}".into()),
        language: Some("pt-PT".into()),
        queries: Some(7),
        sentiment: Some("negative".into()),
        metadata: vec![("a=b".into(), "\"x y\"".into())],
        ..Attributes::default()
    };
    made("f", "main", attributes, events)
}

fn decide(store: &mut Store) {
    let on = |imported: &Imported, event: Option<usize>| Target {
        conversation: imported.key.id(),
        event: event.map(|seq| EventTarget {
            key: event_keys(&imported.events)[seq],
            seq: seq as u32,
        }),
    };
    let correction = |field, json: &str| Set::Correction {
        field,
        value: Some(json.into()),
    };
    let note = |id: u8, text: &str| Set::Note {
        id: NoteId([id; 16]),
        text: Some(text.into()),
    };
    let tag = |name: &str| Set::Tag {
        name: name.into(),
        on: true,
    };
    let queue = |name: &str| Set::Queue(Some(name.into()));
    let (a, b, d, e, f) = (a(), b(), d(), e(), f());
    let all = [
        (
            "Bo",
            "2026-05-19T08:00",
            vec![
                (on(&a, None), Set::Status(Status::Reviewed)),
                (on(&a, None), Set::Verdict(Some(Verdict::Negative))),
                (on(&a, None), tag("billing")),
                (on(&a, None), tag("Late reply")),
                (on(&a, None), queue("ann")),
                (on(&a, Some(8)), Set::Flag(true)),
                (on(&a, Some(2)), note(1, "Took over too late")),
                (
                    on(&a, Some(6)),
                    correction(CorrectionField::Intent, "\"ask_order\""),
                ),
                (
                    on(&a, None),
                    correction(CorrectionField::Topics, "[\"returns/refund\",\"fees\"]"),
                ),
            ],
        ),
        (
            "ann",
            "2026-05-20T10:00",
            vec![
                (on(&b, None), Set::Status(Status::Saved)),
                (on(&b, None), Set::Verdict(Some(Verdict::Positive))),
                (on(&b, None), tag("none")),
                (on(&b, None), Set::Flag(true)),
                (on(&b, None), queue("Bo")),
                (on(&e, None), Set::Status(Status::Deleted)),
                (
                    on(&f, None),
                    correction(CorrectionField::Language, "\"it\""),
                ),
                (
                    on(&f, None),
                    correction(CorrectionField::Summary, "\"a form\""),
                ),
                (on(&d, None), note(2, "nothing said")),
            ],
        ),
    ];
    for (who, when, sets) in all {
        let edits = sets.into_iter().map(|(target, set)| Edit {
            targets: vec![target],
            set,
        });
        let change = Change {
            edits: edits.collect(),
            bulk: None,
        };
        store.apply(&change, who, &Clock::fixed(at(when))).unwrap();
    }
}
