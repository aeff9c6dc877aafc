//! Every kind of review over generated conversations, through the stores of two people.

use std::collections::BTreeSet;

use proptest::test_runner::TestRunner;

use super::*;
use crate::export::outgoing::{Outgoing, Privacy};
use crate::model::{Change, Clock, Edit, EventKey, Target, spelled, string_json};
use crate::store::testing::{main_source, temporary};
use crate::store::{Store, StoreError};

/// One decision: of which conversation, which of its events, who, how long after the one before, what.
#[derive(Clone, Debug)]
struct Decision {
    conversation: usize,
    event: Place,
    reviewer: String,
    later: i64,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Conversation,
    Event(usize),
    /// An event that an earlier reading had.
    Gone(u8),
}

#[derive(Clone, Debug)]
enum What {
    Set(Set),
    Note(Untrusted),
    /// The newest note is written anew, or removed.
    Again(Option<Untrusted>),
}

fn json_text() -> impl Strategy<Value = Untrusted> {
    text().prop_map(|t| string_json(t.for_export()))
}

fn correction() -> impl Strategy<Value = Set> {
    use CorrectionField::{Entities, Intent, Language, Sentiment, Summary, Topics};
    let entities = (text(), json_text()).prop_map(|(name, value)| {
        let name = string_json(&format!("e{}", name.for_export()));
        format!(
            r#"[{{"entity":{},"value":{},"start":0,"end":1,"role":"to"}}]"#,
            name.for_export(),
            value.for_export()
        )
    });
    let value = prop_oneof![
        json_text().prop_map(|v| (Intent, v)),
        entities.prop_map(|v| (Entities, v.into())),
        Just((Entities, "[]".into())),
        json_text().prop_map(|v| (Topics, format!("[{}]", v.for_export()).into())),
        Just((Sentiment, "-0.25".into())),
        json_text().prop_map(|v| (Sentiment, v)),
        json_text().prop_map(|v| (Summary, v)),
        json_text().prop_map(|v| (Language, v)),
    ];
    (value, any::<bool>()).prop_map(|((field, value), on)| Set::Correction {
        field,
        // As a person's correction is written, wherever it is made.
        value: on.then(|| spelled(field, value)),
    })
}

fn what() -> impl Strategy<Value = What> {
    let statuses = vec![
        Status::Unread,
        Status::Reviewed,
        Status::Saved,
        Status::Deleted,
    ];
    let verdicts = vec![None, Some(Verdict::Positive), Some(Verdict::Negative)];
    prop_oneof![
        proptest::sample::select(statuses).prop_map(|s| What::Set(Set::Status(s))),
        proptest::sample::select(verdicts).prop_map(|v| What::Set(Set::Verdict(v))),
        any::<bool>().prop_map(|on| What::Set(Set::Flag(on))),
        (text(), any::<bool>()).prop_map(|(name, on)| What::Set(Set::Tag { name, on })),
        some_text().prop_map(|queue| What::Set(Set::Queue(queue))),
        text().prop_map(What::Note),
        some_text().prop_map(What::Again),
        correction().prop_map(What::Set),
        correction().prop_map(What::Set),
    ]
}

fn decision() -> impl Strategy<Value = Decision> {
    let place = prop_oneof![
        3 => Just(Place::Conversation),
        4 => (0usize..6).prop_map(Place::Event),
        1 => (0u8..3).prop_map(Place::Gone),
    ];
    let reviewer = prop_oneof![Just("ann".to_owned()), Just("bé 日".to_owned())];
    (0usize..3, place, reviewer, 0i64..3, what()).prop_map(
        |(conversation, event, reviewer, later, what)| Decision {
            conversation,
            event,
            reviewer,
            later,
            what,
        },
    )
}

fn stored(all: Vec<Imported>) -> (tempfile::TempDir, Store) {
    let (dir, mut store) = temporary();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    for imported in all {
        ingest.take(imported).unwrap();
    }
    ingest.finish().unwrap();
    (dir, store)
}

/// What `export --as jsonl --with-review` writes of each, by what it says.
fn exported(store: &Store) -> Vec<String> {
    let rows = store.first_page(100).unwrap();
    let mut all: Vec<String> = rows
        .into_iter()
        .map(|row| store.whole(row).unwrap().unwrap())
        .map(|mut whole| {
            // An import does not repeat what is so without it: who took every decision back is not told.
            if whole.review.status == Status::Unread && whole.review.verdict.is_none() {
                whole.review.decided = None;
            }
            whole
        })
        .map(|whole| whole_json(Outgoing::new(whole, &Privacy::none()).whole()))
        .collect();
    all.sort();
    all
}

/// Decides, and says what kinds of decisions took effect.
fn decide(store: &mut Store, decisions: &[Decision], kinds: &mut BTreeSet<String>) {
    let rows = store.first_page(100).unwrap();
    let known: Vec<Whole> = rows
        .iter()
        .map(|row| store.whole(*row).unwrap().unwrap())
        .collect();
    let mut now = 1_779_278_400_000;
    let mut newest = None;
    for (n, decision) in (0u64..).zip(decisions) {
        now += decision.later;
        let whole = &known[decision.conversation % known.len()];
        let event = match decision.event {
            Place::Conversation => None,
            Place::Event(seq) => {
                let seq = seq % whole.keys.len();
                let key = whole.keys[seq];
                Some(EventTarget {
                    key,
                    seq: seq as u32,
                })
            }
            Place::Gone(n) => Some(EventTarget {
                key: EventKey([n; 16]),
                seq: u32::from(n) + 50,
            }),
        };
        let mut target = Target {
            conversation: whole.card.id,
            event,
        };
        let set = match &decision.what {
            What::Set(set @ Set::Correction { field, .. }) => {
                let of_message =
                    matches!(field, CorrectionField::Intent | CorrectionField::Entities);
                if !of_message {
                    target.event = None;
                }
                set.clone()
            }
            What::Set(set @ Set::Flag(_)) => set.clone(),
            What::Set(set) => {
                target.event = None;
                set.clone()
            }
            What::Note(text) => {
                let mut id = [0; 16];
                id[..8].copy_from_slice(&n.to_le_bytes());
                newest = Some((target, NoteId(id)));
                Set::Note {
                    id: NoteId(id),
                    text: Some(text.clone()),
                }
            }
            What::Again(text) => {
                let Some((on, id)) = newest else { continue };
                target = on;
                Set::Note {
                    id,
                    text: text.clone(),
                }
            }
        };
        let place = match decision.event {
            _ if target.event.is_none() => "conversation",
            Place::Gone(_) => "gone",
            _ => "event",
        };
        let kind = match &set {
            Set::Correction { field, value } => {
                format!("{} {}", field.name(), value.is_some())
            }
            Set::Note { text, .. } => format!("note {} on {place}", text.is_some()),
            Set::Flag(on) => format!("flag {on} on {place}"),
            Set::Tag { on, .. } => format!("tag {on}"),
            other => format!("{other:?}").split('(').next().unwrap().to_owned(),
        };
        let edits = vec![Edit {
            targets: vec![target],
            set,
        }];
        let change = Change { edits, bulk: None };
        match store.apply(&change, &decision.reviewer, &Clock::fixed(Millis(now))) {
            Ok(_) => drop(kinds.insert(kind)),
            // Names of nothing, and what is so already.
            Err(StoreError::Refused(_) | StoreError::Unchanged) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

/// Both texts around the first character in which they differ.
fn first_difference(a: &str, b: &str) -> Option<(String, String)> {
    let at = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(at.saturating_sub(60)).take(120).collect();
    (a != b).then(|| (around(a), around(b)))
}

/// What is exported with its reviews, imported with them and exported again, is the same text: status,
/// verdict, flags, tags, notes with their hand and time, corrections, queue, who decided last and when.
#[test]
fn reviews_come_back_through_another_store() {
    let config = ProptestConfig::default();
    let cases = config.cases.min(4_096);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: if cases == 256 { 96 } else { cases },
        failure_persistence: None,
        max_shrink_iters: 512,
        ..config
    });
    let strategy = (
        proptest::collection::vec(imported(), 1..4),
        proptest::collection::vec(decision(), 1..24),
    );
    let kinds = std::cell::RefCell::new(BTreeSet::new());
    let run = runner.run(&strategy, |(mut all, decisions)| {
        for (n, imported) in all.iter_mut().enumerate() {
            imported.key.source = "main".into();
            imported.key.native = format!("u{n}").into();
            // A JSON object says a name once.
            let mut names = BTreeSet::new();
            let metadata = &mut imported.attributes.metadata;
            metadata.retain(|(name, _)| names.insert(name.clone()));
        }
        let (_dir, mut store) = stored(all);
        decide(&mut store, &decisions, &mut kinds.borrow_mut());
        let sent = exported(&store);
        let with_review = Afterword { with_review: true };
        let back = sent.iter().map(|json| with_review.read(json).unwrap());
        let (_other, mut other) = stored(back.clone().collect());
        for (came, went) in exported(&other).iter().zip(&sent) {
            prop_assert_eq!(first_difference(came, went), None);
        }
        prop_assert_eq!(other.first_page(100).unwrap().len(), sent.len());
        // Once more adds nothing.
        let mut ingest = other.begin_import(&main_source()).unwrap();
        back.for_each(|imported| drop(ingest.take(imported).unwrap()));
        ingest.finish().unwrap();
        for (came, went) in exported(&other).iter().zip(&sent) {
            prop_assert_eq!(first_difference(came, went), None);
        }
        prop_assert_eq!(other.first_page(100).unwrap().len(), sent.len());
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    let kinds = kinds.into_inner();
    for kind in [
        "Status",
        "Verdict",
        "Queue",
        "flag true on conversation",
        "flag false on conversation",
        "flag true on event",
        "flag true on gone",
        "tag true",
        "note true on conversation",
        "note true on event",
        "note true on gone",
        "note false on event",
        "intent true",
        "entities true",
        "topics true",
        "sentiment true",
        "summary true",
        "language true",
    ] {
        assert!(kinds.contains(kind), "{kind} never took effect: {kinds:?}");
    }
}
