//! One log in pieces: whatever comes first, the store holds the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::ingest::put_all;
use crate::model::{
    Change, Clock, ConversationId, Edit, Event, EventKind, EventTarget, Imported, Millis, Set,
    SlotSet, Status, Target,
};
use crate::store::testing::{imported, main_source, message, session_start, temporary};
use crate::store::unite::begins_a_session;
use crate::store::{Outcome, Store};

const MINUTE: i64 = 60_000;

/// Sessions of one sender: marker, messages, slots; pauses of a quarter of an hour.
fn log(sessions: &[usize]) -> Vec<Event> {
    let mut at = 0;
    let mut events = Vec::new();
    for (number, &length) in sessions.iter().enumerate() {
        at += 15 * MINUTE;
        events.push(session_start(at));
        for n in 0..length {
            at += 15 * MINUTE;
            events.push(match n % 3 {
                0 => message(EventKind::User, at, &format!("question {number} {n}")),
                1 => message(EventKind::Bot, at, &format!("answer {number} {n}")),
                _ => Event {
                    slot: Some(SlotSet {
                        name: "city".into(),
                        value: format!("\"Rome {number} {n}\"").into(),
                    }),
                    ..message(EventKind::Slot, at, "city")
                },
            });
        }
    }
    events
}

/// As an importer splits at markers.
fn split(events: &[Event]) -> Vec<Imported> {
    let mut sessions: Vec<Vec<Event>> = Vec::new();
    for event in events {
        if sessions.is_empty() || begins_a_session(std::slice::from_ref(event)) {
            sessions.push(Vec::new());
        }
        sessions.last_mut().unwrap().push(event.clone());
    }
    sessions
        .into_iter()
        .map(|events| imported("anna", events))
        .collect()
}

/// Everything of the content that does not depend on what came first, by id.
type Content = BTreeMap<ConversationId, (Vec<Event>, Vec<String>, Vec<String>, Vec<String>)>;

fn content(store: &Store) -> Content {
    let rows = |sql: &str| -> Vec<i64> {
        let mut query = store.connection().prepare(sql).unwrap();
        query
            .query_map([], |r| r.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let strings = |sql: &str, row: i64| -> Vec<String> {
        let mut query = store.connection().prepare(sql).unwrap();
        query
            .query_map([row], |r| r.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    rows("SELECT row FROM conversation")
        .into_iter()
        .map(|row| {
            let whole = store.whole(row).unwrap().unwrap();
            let slots = strings(
                "SELECT v.value || '=' || s.value FROM slot_value s JOIN facet_value v ON v.id = s.slot WHERE s.row = ?1 ORDER BY 1",
                row,
            );
            let line = strings(
                "SELECT concat_ws('|', started, ended, messages, queries, problems, keyed_at, preview, user_id) FROM conversation JOIN card USING (row) WHERE conversation.row = ?1",
                row,
            );
            let mut ids = Vec::new();
            let bytes: Vec<u8> = store
                .connection()
                .query_row("SELECT facet_values FROM conversation WHERE row = ?1", [row], |r| r.get(0))
                .unwrap();
            assert!(crate::store::narrow::decode_ids(&bytes, |id| ids.push(id)));
            let mut values: Vec<String> = ids
                .into_iter()
                .flat_map(|id| strings("SELECT facet || ':' || value FROM facet_value WHERE id = ?1", id))
                .collect();
            values.sort();
            (whole.card.id, (whole.events, slots, line, values))
        })
        .collect()
}

fn hits(store: &Store, word: &str) -> Vec<String> {
    let mut query = store
        .connection()
        .prepare(
            "SELECT card.id FROM search JOIN card ON card.row = search.rowid WHERE search MATCH ?1",
        )
        .unwrap();
    let mut ids: Vec<String> = query
        .query_map([word], |r| Ok(ConversationId(r.get(0)?).to_string()))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    ids.sort();
    ids
}

/// The log cut into overlapping or touching pieces, in some order.
fn pieces() -> impl Strategy<Value = (Vec<Event>, Vec<Vec<Event>>)> {
    (
        proptest::collection::vec(1usize..7, 1..4),
        proptest::collection::vec((0usize..30, 0usize..4), 0..5),
        any::<u64>(),
    )
        .prop_map(|(sessions, cuts, order)| {
            let events = log(&sessions);
            let mut places: Vec<(usize, usize)> = cuts
                .into_iter()
                .map(|(at, overlap)| (at % events.len(), overlap))
                .collect();
            places.sort();
            let (mut from, mut parts) = (0, Vec::new());
            for (at, overlap) in places {
                if at > from {
                    parts.push(events[from..(at + overlap).min(events.len())].to_vec());
                    from = at;
                }
            }
            parts.push(events[from..].to_vec());
            let mut seed = order;
            for i in (1..parts.len()).rev() {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                parts.swap(i, (seed >> 33) as usize % (i + 1));
            }
            (events, parts)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn pieces_in_any_order_are_the_whole((events, parts) in pieces()) {
        let (_one_dir, mut one) = temporary();
        put_all(&mut one, split(&events));
        let (_many_dir, mut many) = temporary();
        for part in &parts {
            for outcome in put_all(&mut many, split(part)) {
                prop_assert!(!matches!(outcome, Outcome::Rejected(_) | Outcome::Purged), "{:?}", outcome);
            }
        }
        prop_assert_eq!(content(&one), content(&many));
        prop_assert_eq!(hits(&one, "question"), hits(&many, "question"));
        prop_assert_eq!(hits(&one, "answer"), hits(&many, "answer"));
        // And the whole once more changes nothing.
        for outcome in put_all(&mut many, split(&events)) {
            prop_assert_eq!(outcome, Outcome::Unchanged);
        }
    }
}

#[test]
fn a_beginning_that_comes_late_gives_the_id_and_the_former_one_still_finds_it() {
    let (_dir, mut store) = temporary();
    let events = log(&[6]);
    let tail = split(&events[3..]);
    let former = tail[0].key.id();
    put_all(&mut store, tail);
    let whole = split(&events);
    let id = whole[0].key.id();
    assert_ne!(id, former);
    assert_eq!(put_all(&mut store, whole), [Outcome::Updated]);
    assert_eq!(store.row_of(former).unwrap(), Some(1));
    assert_eq!(store.row_of(id).unwrap(), Some(1));
    assert_eq!(store.resolve(&former.to_string()).unwrap()[0].id, id);
    // The tail again is known by its former id.
    assert_eq!(
        put_all(&mut store, split(&events[3..])),
        [Outcome::Unchanged]
    );
    assert_eq!(store.whole(1).unwrap().unwrap().events, events);
}

#[test]
fn the_missing_middle_goes_between() {
    let (_dir, mut store) = temporary();
    let events = log(&[9]);
    put_all(&mut store, split(&events[..3]));
    assert_eq!(put_all(&mut store, split(&events[6..])), [Outcome::Updated]);
    assert_eq!(
        put_all(&mut store, split(&events[2..7])),
        [Outcome::Updated]
    );
    assert_eq!(store.whole(1).unwrap().unwrap().events, events);
}

#[test]
fn what_contradicts_is_refused_and_nothing_changes() {
    let (_dir, mut store) = temporary();
    let events = log(&[6]);
    put_all(&mut store, split(&events));
    let before = content(&store);

    let mut other_words = events.clone();
    other_words[2].text = Some("something else".into());
    let mut other_order = events.clone();
    other_order.swap(2, 3);
    // Another assistant that calls its user by the same name.
    let mut elsewhere = log(&[8]);
    for event in &mut elsewhere {
        event.at.as_mut().unwrap().0 += 7 * MINUTE;
    }
    for wrong in [other_words, other_order, elsewhere] {
        let outcome = put_all(&mut store, split(&wrong)).remove(0);
        let Outcome::Rejected(reason) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(reason.contains("--source"), "{reason}");
        assert_eq!(content(&store), before);
    }
}

#[test]
fn formats_of_one_source_may_alternate() {
    let (_dir, mut store) = temporary();
    let with_records = split(&log(&[6]));
    let mut without = with_records.clone();
    for event in &mut without[0].events {
        event.raw = None;
    }
    without[0].attributes.channel = None;
    put_all(&mut store, with_records.clone());
    let before = content(&store);
    assert_eq!(put_all(&mut store, without), [Outcome::Unchanged]);
    assert_eq!(content(&store), before);
    let mut rated = with_records;
    rated[0].attributes.rating = Some(4);
    assert_eq!(put_all(&mut store, rated.clone()), [Outcome::Updated]);
    assert_eq!(put_all(&mut store, rated), [Outcome::Unchanged]);
    assert_eq!(store.cards(&[1]).unwrap()[0].attributes.rating, Some(4));
}

#[test]
fn logs_without_times_grow_and_contradict_by_their_order() {
    let plain = |words: &[&str]| {
        let events = words.iter().map(|w| Event {
            at: None,
            ..message(EventKind::User, 0, w)
        });
        imported("anna", events.collect())
    };
    let (_dir, mut store) = temporary();
    let mut put = |words: &[&str]| put_all(&mut store, vec![plain(words)]).remove(0);
    assert_eq!(put(&["hi", "yes", "yes", "no"]), Outcome::New);
    assert_eq!(put(&["yes", "yes"]), Outcome::Unchanged);
    assert_eq!(put(&["hi", "yes", "yes", "no", "yes"]), Outcome::Updated);
    assert_eq!(put(&["no", "yes", "bye"]), Outcome::Updated);
    assert_eq!(put(&["hello", "hi", "yes"]), Outcome::Updated);
    assert!(matches!(put(&["hello", "what"]), Outcome::Rejected(_)));
    let said: Vec<_> = store
        .whole(1)
        .unwrap()
        .unwrap()
        .events
        .into_iter()
        .map(|e| e.text.unwrap())
        .collect();
    assert_eq!(
        said,
        ["hello", "hi", "yes", "yes", "no", "yes", "bye"].map(Into::into)
    );
}

#[test]
fn without_sessions_everything_of_a_sender_is_one_conversation() {
    let (_dir, mut store) = temporary();
    let mut spec = main_source();
    spec.session_mode = "none".into();
    let events = log(&[4, 4]);
    let mut ingest = store.begin_import(&spec).unwrap();
    assert_eq!(
        ingest.take(imported("anna", events[5..].to_vec())).unwrap(),
        Outcome::New
    );
    assert_eq!(
        ingest.take(imported("anna", events[..5].to_vec())).unwrap(),
        Outcome::Updated
    );
    ingest.finish().unwrap();
    assert_eq!(store.whole(1).unwrap().unwrap().events, events);
}

#[test]
fn a_gap_joins_what_is_near_and_keeps_apart_what_is_far() {
    let (_dir, mut store) = temporary();
    let mut spec = main_source();
    spec.session_mode = format!("gap:{}", 20 * MINUTE);
    let events = log(&[12]);
    let mut ingest = store.begin_import(&spec).unwrap();
    assert_eq!(
        ingest.take(imported("anna", events[..3].to_vec())).unwrap(),
        Outcome::New
    );
    assert_eq!(
        ingest
            .take(imported("anna", events[3..5].to_vec()))
            .unwrap(),
        Outcome::Updated
    );
    assert_eq!(
        ingest.take(imported("anna", events[8..].to_vec())).unwrap(),
        Outcome::New
    );
    assert!(matches!(
        ingest
            .take(imported("anna", events[5..8].to_vec()))
            .unwrap(),
        Outcome::Rejected(_)
    ));
    ingest.finish().unwrap();
}

#[test]
fn reviews_stay_with_their_conversation_through_all_of_it() {
    let clock = Clock::fixed(Millis(1_000));
    let (_dir, mut store) = temporary();
    let events = log(&[6, 3]);
    // The tail of the first session and, without its marker, of the second: one conversation for now.
    put_all(&mut store, split(&events[3..7]));
    put_all(&mut store, split(&events[9..]));
    let whole = store.whole(1).unwrap().unwrap();
    assert_eq!(whole.events.len(), 6);
    let target = |seq: usize| Target {
        conversation: whole.card.id,
        event: Some(EventTarget {
            key: whole.keys[seq],
            seq: seq as u32,
        }),
    };
    let change = |targets, set| Change {
        edits: vec![Edit { targets, set }],
        bulk: None,
    };
    store
        .apply(
            &change(vec![target(0), target(5)], Set::Flag(true)),
            "me",
            &clock,
        )
        .unwrap();
    let of_all = Target {
        conversation: whole.card.id,
        event: None,
    };
    store
        .apply(
            &change(vec![of_all], Set::Status(Status::Reviewed)),
            "me",
            &clock,
        )
        .unwrap();

    // The beginning gives it another id, the marker in between takes the second session out.
    put_all(&mut store, split(&events));
    let first = store.whole(1).unwrap().unwrap();
    assert_ne!(first.card.id, whole.card.id);
    assert_eq!(first.events, events[..7]);
    assert_eq!(first.review.status, Status::Reviewed);
    assert_eq!(
        first.review.flagged_events.len(),
        2,
        "one of them detached, none lost"
    );
    assert_eq!(store.whole(2).unwrap().unwrap().events, events[7..]);
    assert_eq!(store.doctor(true).unwrap(), []);
    // The former id still takes changes.
    store
        .apply(
            &change(vec![of_all], Set::Status(Status::Saved)),
            "me",
            &clock,
        )
        .unwrap();
    assert_eq!(store.cards(&[1]).unwrap()[0].review.status, Status::Saved);
    assert_eq!(store.doctor(true).unwrap(), []);
}

#[test]
fn a_slot_with_a_very_long_name_goes_with_its_session() {
    let slot = Event {
        slot: Some(SlotSet {
            name: "n".repeat(10_000).as_str().into(),
            value: "1".into(),
        }),
        ..message(EventKind::Slot, 30 * MINUTE, "slot")
    };
    let (_dir, mut store) = temporary();
    // Without the marker of the second session the two look like one.
    let known = vec![
        session_start(0),
        message(EventKind::User, MINUTE, "hi"),
        slot.clone(),
    ];
    let rest = vec![session_start(29 * MINUTE), slot];
    put_all(&mut store, vec![imported("anna", known)]);
    let outcomes = put_all(&mut store, vec![imported("anna", rest)]);
    assert_eq!(outcomes, [Outcome::New]);
    assert_eq!(store.doctor(true).unwrap(), []);
}
