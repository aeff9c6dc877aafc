use super::super::apply::tests::{both, clock, on, reviewed_store, row, tag};
use super::*;
use crate::model::{Clock, EntryId, NoteId, Set, Status};

fn words(store: &Store, query: &JournalQuery) -> Vec<String> {
    let all = store.journal(query).unwrap();
    all.into_iter().map(|e| e.summary).collect()
}

#[test]
fn the_journal_answers_by_conversation_time_reviewer_and_bulk() {
    let (_dir, mut store, ids) = reviewed_store(3);
    let at = |ms| Clock::fixed(Millis(ms));
    store
        .apply(&on(&ids[..1], Set::Flag(true)), "ann", &at(1000))
        .unwrap();
    let mut bulk = on(&ids, Set::Status(Status::Reviewed));
    bulk.bulk = Some("is:unread".into());
    store.apply(&bulk, "bo", &at(2000)).unwrap();
    store
        .apply(&on(&ids[1..2], tag("x", true)), "ann", &at(3000))
        .unwrap();
    let deal = both(
        on(&ids[..1], Set::Queue(Some("ann".into()))),
        on(&ids[2..], Set::Queue(Some("bo".into()))),
    );
    store.apply(&deal, "cy", &at(4000)).unwrap();

    let flag = "flagged";
    let reviewed = "3 conversations: reviewed";
    let tag = "tag x on";
    let dealt = "2 conversations: assigned to ann, assigned to bo";
    let all = JournalQuery::default();
    assert_eq!(words(&store, &all), [dealt, tag, reviewed, flag]);
    let of = |n: usize| JournalQuery {
        conversation: Some(row(&store, ids[n])),
        ..JournalQuery::default()
    };
    assert_eq!(words(&store, &of(0)), [dealt, reviewed, flag]);
    assert_eq!(words(&store, &of(1)), [tag, reviewed]);
    assert_eq!(words(&store, &of(2)), [dealt, reviewed]);
    let newest = JournalQuery {
        limit: Some(1),
        ..of(1)
    };
    assert_eq!(words(&store, &newest), [tag]);
    let since = JournalQuery {
        since: Some(Millis(3000)),
        ..all.clone()
    };
    assert_eq!(words(&store, &since), [dealt, tag]);
    let bulk = JournalQuery {
        bulk_only: true,
        ..all.clone()
    };
    assert_eq!(words(&store, &bulk), [reviewed]);
    let ann = JournalQuery {
        reviewer: Some("ann".into()),
        limit: Some(1),
        ..all.clone()
    };
    assert_eq!(words(&store, &ann), [tag]);
    let nobody = JournalQuery {
        conversation: Some(99),
        ..all.clone()
    };
    assert_eq!(words(&store, &nobody), Vec::<String>::new());

    let entries = store.journal(&all).unwrap();
    assert_eq!(entries[2].targets, 3);
    assert_eq!(entries[2].bulk.as_deref(), Some("is:unread"));
    assert_eq!(
        entries[2].first,
        Some((row(&store, ids[0]), "user-0".into()))
    );
    assert_eq!(
        (entries[2].at, entries[2].reviewer.clone()),
        (Millis(2000), "bo".into())
    );
}

#[test]
fn an_entry_is_found_by_the_beginning_of_its_id() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let mut known = Vec::new();
    for n in 0..40 {
        let change = on(&ids, Set::Flag(n % 2 == 0));
        known.push(store.apply(&change, "ann", &clock()).unwrap().entry());
    }
    for &id in &known {
        assert_eq!(store.find_entry(&format!("{id}")).unwrap(), id);
        assert_eq!(
            store
                .find_entry(&format!(" {id:.26} ").to_uppercase())
                .unwrap(),
            id
        );
    }
    // Forty entries share first letters: there are but 32.
    let shared = known
        .iter()
        .map(|id| format!("{id:.1}"))
        .find(|first| {
            known
                .iter()
                .filter(|id| format!("{id:.1}") == *first)
                .count()
                > 1
        })
        .unwrap();
    let error = store.find_entry(&shared).unwrap_err().to_string();
    assert!(error.contains("begins several entries"), "{error}");
    for wrong in ["", "1", "ö", "a!", &"a".repeat(30)] {
        assert!(store.find_entry(wrong).is_err(), "{wrong}");
    }
    let all: Vec<EntryId> = known;
    assert!(!all.is_empty());
}

#[test]
fn words_are_short_and_hold_no_control_characters() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let note = Set::Note {
        id: NoteId([1; 16]),
        text: Some("lost\u{1b}[2J\nthe order".into()),
    };
    let words = store
        .apply(&on(&ids[..1], note), "ann", &clock())
        .unwrap()
        .summary;
    assert!(!words.chars().any(char::is_control), "{words:?}");
    assert!(words.starts_with("note: lost"), "{words:?}");
    let mut many = on(&ids, Set::Flag(true));
    for n in 0..6 {
        many = both(many, on(&ids, tag(&format!("t{n}"), true)));
    }
    let words = store.apply(&many, "ann", &clock()).unwrap().summary;
    assert_eq!(
        words,
        "2 conversations: flagged, tag t0 on, tag t1 on, tag t2 on, and 3 more"
    );
}
