//! Conversations in, conversations out.

use crate::model::{Confidence, Event, EventKind, Imported, Prediction, Ranked};
use crate::store::testing::{imported, main_source, message, session_start, temporary};
use crate::store::{Outcome, Position, Store, StoreError};
use crate::text::Untrusted;

/// A dialogue of one session: a marker, then turns of both sides, a second apart.
pub(super) fn dialogue(start: i64, messages: i64) -> Vec<Event> {
    let mut events = vec![session_start(start)];
    for n in 0..messages {
        let kind = if n % 2 == 0 {
            EventKind::User
        } else {
            EventKind::Bot
        };
        events.push(message(
            kind,
            start + 1000 * (n + 1),
            &format!("message {n}"),
        ));
    }
    events
}

pub(super) fn put_all(store: &mut Store, conversations: Vec<Imported>) -> Vec<Outcome> {
    let mut ingest = store.begin_import(&main_source()).unwrap();
    let outcomes = conversations
        .into_iter()
        .map(|c| ingest.take(c).unwrap())
        .collect();
    ingest.finish().unwrap();
    outcomes
}

fn texts(store: &Store, row: i64) -> Vec<String> {
    let whole = store.whole(row).unwrap().unwrap();
    whole
        .events
        .iter()
        .map(|e| e.text.as_ref().unwrap().for_search().to_owned())
        .collect()
}

#[test]
fn what_is_put_comes_back() {
    let (_dir, mut store) = temporary();
    let one = imported("anna", dialogue(1_000_000, 6));
    assert_eq!(put_all(&mut store, vec![one.clone()]), [Outcome::New]);

    let row = store.row_of(one.key.id()).unwrap().unwrap();
    let whole = store.whole(row).unwrap().unwrap();
    assert_eq!(whole.events, one.events);
    assert_eq!(whole.card.attributes, one.attributes);
    assert_eq!(whole.card.key, one.key);
    assert_eq!(whole.card.external_id, "anna".into());
    assert_eq!(store.cards(&[row]).unwrap(), [whole.card]);
    assert_eq!(store.whole(row + 1).unwrap(), None);
}

#[test]
fn cards_come_in_the_order_asked_for() {
    let (_dir, mut store) = temporary();
    put_all(
        &mut store,
        (0..5)
            .map(|n| imported(&format!("u{n}"), dialogue(n * 100_000, 2)))
            .collect(),
    );
    let cards = store.cards(&[4, 2, 99, 5, 2]).unwrap();
    assert_eq!(
        cards.iter().map(|c| c.row).collect::<Vec<_>>(),
        [4, 2, 5, 2]
    );
    assert_eq!(cards[1], cards[3]);
}

#[test]
fn sessions_of_one_sender_are_numbered_as_they_come() {
    let (_dir, mut store) = temporary();
    let sessions = || (0..3).map(|n| imported("anna", dialogue(n * 10_000_000, 2)));
    assert_eq!(
        put_all(&mut store, sessions().collect()),
        [Outcome::New, Outcome::New, Outcome::New]
    );
    let labels: Vec<_> = store
        .cards(&[1, 2, 3])
        .unwrap()
        .into_iter()
        .map(|c| c.external_id)
        .collect();
    assert_eq!(labels, ["anna".into(), "anna#2".into(), "anna#3".into()]);
    // Known ones keep their label, whatever comes before them.
    let earlier = imported("anna", dialogue(-10_000_000, 2));
    assert_eq!(put_all(&mut store, vec![earlier]), [Outcome::New]);
    assert_eq!(
        put_all(&mut store, sessions().collect()),
        [Outcome::Unchanged, Outcome::Unchanged, Outcome::Unchanged]
    );
    assert_eq!(store.cards(&[4]).unwrap()[0].external_id, "anna#4".into());

    let found = store.resolve("anna#2").unwrap();
    assert_eq!(found.iter().map(|f| f.row).collect::<Vec<_>>(), [2]);
    assert_eq!(store.resolve("anna").unwrap()[0].row, 1);
    let id = found[0].id.to_string();
    assert_eq!(store.resolve(&id[..10]).unwrap(), found);
    assert_eq!(store.resolve("nobody").unwrap(), []);
}

#[test]
fn conversations_of_a_user_come_newest_first_and_no_more_than_asked() {
    let (_dir, mut store) = temporary();
    let of = |native: &str, user: Option<&str>, at: i64| {
        let mut one = imported(native, dialogue(at, 2));
        one.attributes.user_id = user.map(Untrusted::from);
        one
    };
    // Imported in another order than they took place.
    put_all(
        &mut store,
        vec![
            of("a", Some("anna"), 30_000_000),
            of("b", Some("anna"), 10_000_000),
            of("c", Some("bo"), 50_000_000),
            of("d", Some("anna"), 20_000_000),
            of("e", None, 0),
        ],
    );
    let rows = |row, most| {
        let found = store.same_user(row, most).unwrap();
        (found.rows, found.more)
    };
    assert_eq!(rows(2, 10), (vec![1, 4, 2], false));
    assert_eq!(rows(2, 3), (vec![1, 4, 2], false));
    assert_eq!(rows(3, 10), (vec![3], false));
    // Without a user there is nobody else, not everybody else without one.
    assert_eq!(rows(5, 10), (vec![], false));
    assert_eq!(rows(99, 10), (vec![], false));
    // The one that was asked about is among them, however few are wanted.
    assert_eq!(rows(2, 2), (vec![1, 2], true));
    assert_eq!(rows(1, 1), (vec![1], true));
}

#[test]
fn a_growing_conversation_is_updated_and_keeps_its_row() {
    let (_dir, mut store) = temporary();
    let all = dialogue(0, 8);
    assert_eq!(
        put_all(&mut store, vec![imported("anna", all[..4].to_vec())]),
        [Outcome::New]
    );
    assert_eq!(
        put_all(&mut store, vec![imported("anna", all.clone())]),
        [Outcome::Updated]
    );
    assert_eq!(
        put_all(&mut store, vec![imported("anna", all[..6].to_vec())]),
        [Outcome::Unchanged]
    );
    assert_eq!(store.whole(1).unwrap().unwrap().events, all);
    assert_eq!(texts(&store, 1).len(), 9);
    let hits: i64 = store
        .connection()
        .query_row(
            "SELECT count(*) FROM search WHERE search MATCH 'message'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(hits, 1);
}

#[test]
fn another_session_mode_needs_another_source() {
    let (_dir, mut store) = temporary();
    put_all(&mut store, vec![imported("anna", dialogue(0, 2))]);
    let mut other = main_source();
    other.session_mode = "gap:1800000".into();
    let error = store.begin_import(&other).err().unwrap().to_string();
    assert!(
        error.contains("--source") && error.contains("--sessions"),
        "{error}"
    );
    other.name = "second".into();
    assert!(store.begin_import(&other).is_ok());
    other.session_mode = "whatever".into();
    assert!(matches!(
        store.begin_import(&other),
        Err(StoreError::Refused(_))
    ));
}

#[test]
fn an_abandoned_batch_leaves_nothing_and_a_committed_one_its_position() {
    let (_dir, mut store) = temporary();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    ingest.take(imported("anna", dialogue(0, 2))).unwrap();
    ingest
        .set_position(
            b"file",
            Position {
                at: 100,
                done: false,
            },
        )
        .unwrap();
    ingest.commit_batch().unwrap();
    ingest.take(imported("bert", dialogue(0, 2))).unwrap();
    ingest
        .set_position(
            b"file",
            Position {
                at: 200,
                done: true,
            },
        )
        .unwrap();
    drop(ingest);

    assert_eq!(store.cards(&[1, 2]).unwrap().len(), 1);
    let complete: bool = store
        .connection()
        .query_row("SELECT complete FROM source", [], |r| r.get(0))
        .unwrap();
    assert!(!complete);
    let ingest = store.begin_import(&main_source()).unwrap();
    assert_eq!(
        ingest.position(b"file").unwrap(),
        Some(Position {
            at: 100,
            done: false
        })
    );
    assert_eq!(ingest.position(b"other").unwrap(), None);
    ingest.finish().unwrap();
    let complete: bool = store
        .connection()
        .query_row("SELECT complete FROM source", [], |r| r.get(0))
        .unwrap();
    assert!(complete);
}

/// A session with one user message of this intent and confidence.
fn judged(native: &str, start: i64, intent: &str, confidence: f64, next: Option<f64>) -> Imported {
    let ranked = |name: &str, confidence| Ranked {
        name: name.into(),
        confidence: Some(Confidence(confidence)),
    };
    let mut ranking = vec![ranked(intent, confidence)];
    ranking.extend(next.map(|c| ranked("order", c)));
    let mut events = dialogue(start, 2);
    events[1].intent = Some(Prediction {
        name: Some(intent.into()),
        confidence: Some(Confidence(confidence)),
        ranking,
    });
    imported(native, events)
}

#[test]
fn the_order_of_arrival_does_not_decide_who_was_understood() {
    let plain = || judged("anna", 0, "order", 0.6, None);
    // Fallback classifiers write their threshold as the confidence: first 0.5, later 0.3.
    let early = || judged("bert", 1_000_000, "nlu_fallback", 0.5, Some(0.2));
    let late = || judged("carl", 2_000_000, "nlu_fallback", 0.3, Some(0.2));
    let problems = |order: [Imported; 3], together: bool| {
        let (_dir, mut store) = temporary();
        if together {
            put_all(&mut store, order.to_vec());
        } else {
            for one in order {
                put_all(&mut store, vec![one]);
            }
        }
        assert_eq!(store.doctor(true).unwrap(), []);
        let row = store.resolve("anna").unwrap()[0].row;
        let whole = store.whole(row).unwrap().unwrap();
        assert_eq!(whole.card.problems, whole.facts.problems);
        assert_eq!(whole.facts.threshold, Confidence(0.3));
        whole.card.problems
    };
    for together in [true, false] {
        for order in [
            [plain(), early(), late()],
            [late(), plain(), early()],
            [early(), late(), plain()],
            [late(), early(), plain()],
        ] {
            assert_eq!(problems(order, together), 0);
        }
    }
    // Another process may learn it in the middle of an import.
    let (_dir, mut store) = temporary();
    let mut other = Store::open(store.path(), &crate::store::Access::Import).unwrap();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    ingest.take(judged("dora", 0, "order", 0.6, None)).unwrap();
    ingest.commit_batch().unwrap();
    put_all(&mut other, vec![late()]);
    ingest.take(plain()).unwrap();
    ingest.finish().unwrap();
    for row in [1, 3] {
        let whole = store.whole(row).unwrap().unwrap();
        assert_eq!(whole.facts.threshold, Confidence(0.3), "{row}");
    }
    // Without any, the standard threshold holds.
    let (_dir, mut store) = temporary();
    put_all(&mut store, vec![plain()]);
    assert_eq!(store.cards(&[1]).unwrap()[0].problems, 1);
}

#[test]
fn another_connection_sees_what_was_written_and_can_stop_a_question() {
    let (_dir, mut store) = temporary();
    let reader = Store::open(store.path(), &crate::store::Access::Read).unwrap();
    let before = reader.data_version().unwrap();
    assert_eq!(reader.data_version().unwrap(), before);
    put_all(&mut store, vec![imported("anna", dialogue(0, 2))]);
    assert_ne!(reader.data_version().unwrap(), before);
    assert_eq!(reader.first_page(10).unwrap(), [1]);

    let interrupter = reader.interrupter();
    let stopper = std::thread::spawn(move || {
        // Again and again, since an interrupt before the question begins is forgotten.
        for _ in 0..1_000 {
            std::thread::sleep(std::time::Duration::from_millis(2));
            interrupter.interrupt();
        }
    });
    let endless =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let answer = reader
        .connection()
        .query_row(endless, [], |r| r.get::<_, i64>(0))
        .map_err(crate::store::sqlite("counting for ever"));
    assert!(matches!(answer, Err(StoreError::Interrupted)));
    drop(stopper);
}

#[test]
fn metadata_in_another_order_is_nothing_new() {
    let (_dir, mut store) = temporary();
    let with = |metadata: &[(&str, &str)]| {
        let mut one = imported("anna", dialogue(1_000_000, 2));
        let pairs = metadata.iter().map(|(n, v)| ((*n).into(), (*v).into()));
        one.attributes.metadata = pairs.collect();
        one
    };
    let ways = [
        (with(&[("a", "1"), ("b", "2")]), Outcome::New),
        (with(&[("b", "2"), ("a", "1")]), Outcome::Unchanged),
        (with(&[("b", "2")]), Outcome::Unchanged),
        (with(&[("b", "3"), ("c", "4")]), Outcome::Updated),
    ];
    for (one, outcome) in ways {
        assert_eq!(put_all(&mut store, vec![one]), [outcome]);
    }
    let held = store.whole(1).unwrap().unwrap().card.attributes.metadata;
    let held: Vec<(&str, &str)> = held
        .iter()
        .map(|(n, v)| (n.for_search(), v.for_search()))
        .collect();
    assert_eq!(held, [("a", "1"), ("b", "3"), ("c", "4")]);
}

fn dictionaries(store: &Store) -> Vec<(Option<i64>, i64)> {
    store
        .connection()
        .prepare("SELECT dictionary, count(*) FROM body GROUP BY dictionary")
        .unwrap()
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap()
}

#[test]
fn the_first_thousand_conversations_train_the_one_dictionary_of_the_store() {
    let (_dir, mut store) = temporary();
    let some = |from: i64, to: i64| -> Vec<Imported> {
        (from..to)
            .map(|n| imported(&format!("u{n}"), dialogue(n * 100_000, 4)))
            .collect()
    };
    put_all(&mut store, some(0, 999));
    assert_eq!(dictionaries(&store), [(None, 999)]);
    let mut ingest = store.begin_import(&main_source()).unwrap();
    for one in some(999, 2010) {
        ingest.take(one).unwrap();
    }
    // Given up: the dictionary that it would have brought is gone with it, and the next brings it anew.
    drop(ingest);
    put_all(&mut store, some(999, 1010));
    let then = dictionaries(&store);
    assert_eq!(then.iter().map(|d| d.1).sum::<i64>(), 1010);
    assert_eq!(then.len(), 2, "{then:?}");

    // The next import, through a connection of its own, goes on with it.
    let mut again = Store::open(store.path(), &crate::store::Access::Import).unwrap();
    put_all(&mut again, some(1010, 1020));
    let now = dictionaries(&again);
    assert_eq!(now[0], then[0]);
    assert_eq!(now[1], (then[1].0, then[1].1 + 10));
    let count: i64 = again
        .connection()
        .query_row("SELECT count(*) FROM dictionary", [], |r| r.get(0))
        .unwrap();
    assert_eq!(count, 1);
    for n in [0, 998, 999, 1009, 1019] {
        let key = imported(&format!("u{n}"), dialogue(n * 100_000, 4)).key;
        let row = store.row_of(key.id()).unwrap().unwrap();
        assert_eq!(
            store.whole(row).unwrap().unwrap().events,
            dialogue(n * 100_000, 4)
        );
    }
    assert_eq!(store.doctor(true).unwrap(), []);
}

#[test]
fn what_was_prepared_under_other_terms_is_derived_once_more() {
    let (_dir, mut store) = temporary();
    let mut preparer = store.preparer().unwrap();
    let said = |native: &str, at: i64, name: &str, confidence: f64| {
        let ranked = |name: &str, c| Ranked {
            name: name.into(),
            confidence: Some(Confidence(c)),
        };
        let mut event = message(EventKind::User, at, "where is it");
        event.intent = Some(Prediction {
            name: Some(name.into()),
            confidence: Some(Confidence(confidence)),
            ranking: vec![ranked(name, confidence), ranked("greet", 0.45)],
        });
        imported(native, vec![session_start(at - 1), event])
    };
    // Prepared before anything says that this source's threshold is 0.4.
    let early = std::thread::scope(|scope| {
        let prepare = || preparer.prepare(said("anna", 1_000, "order", 0.5)).unwrap();
        scope.spawn(prepare).join().unwrap()
    });
    assert_eq!((early.events(), early.messages()), (2, 1));
    let mut ingest = store.begin_import(&main_source()).unwrap();
    ingest
        .take(said("bert", 2_000, "nlu_fallback", 0.4))
        .unwrap();
    ingest.put(early).unwrap();
    // One that was prepared for another source is refused.
    let mut other = said("cleo", 3_000, "order", 0.5);
    other.key.source = "other".into();
    let other = preparer.prepare(other).unwrap();
    assert!(ingest.put(other).is_err());
    ingest.finish().unwrap();

    // The refusal took its batch with it.
    assert_eq!(store.whole(1).unwrap(), None);
    let mut ingest = store.begin_import(&main_source()).unwrap();
    let early = preparer.prepare(said("anna", 1_000, "order", 0.5)).unwrap();
    ingest
        .take(said("bert", 2_000, "nlu_fallback", 0.4))
        .unwrap();
    ingest.put(early).unwrap();
    ingest.leave().unwrap();
    let anna = store.resolve("anna").unwrap()[0].row;
    assert_eq!(store.cards(&[anna]).unwrap()[0].problems, 0);
    assert_eq!(
        store.doctor(true).unwrap().len(),
        1,
        "it was left unfinished"
    );
}

#[test]
fn a_sender_who_comes_again_in_one_batch_is_known() {
    let (_dir, mut store) = temporary();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    let all = dialogue(0, 6);
    for (native, events, outcome) in [
        ("anna", all[..3].to_vec(), Outcome::New),
        ("bert", dialogue(0, 2), Outcome::New),
        ("anna", all.clone(), Outcome::Updated),
        ("anna", dialogue(90_000_000, 2), Outcome::New),
        ("bert", dialogue(0, 2), Outcome::Unchanged),
        ("anna", dialogue(90_000_000, 2), Outcome::Unchanged),
    ] {
        assert_eq!(ingest.take(imported(native, events)).unwrap(), outcome);
    }
    ingest.finish().unwrap();
    assert_eq!(texts(&store, 1).len(), all.len());
    assert_eq!(store.cards(&[3]).unwrap()[0].external_id, "anna#2".into());
    assert_eq!(store.doctor(true).unwrap(), []);
}
