use super::super::apply::tests::{both, clock, on, review_of, reviewed_store, row, sound, tag};
use super::super::testing::{imported, main_source, message, session_start, temporary};
use super::*;
use crate::model::{Change, CorrectionField, EntryId, EventKind, Millis, Review, Status, Verdict};
use crate::store::{JournalQuery, Outcome, Store};

fn seed(id: u8, at: i64, change: Change) -> ReviewSeed {
    ReviewSeed {
        entry: EntryId([id; 16]),
        reviewer: "rasa-x".into(),
        at: Millis(at),
        change,
    }
}

fn enter(store: &mut Store, row: i64, seed: &ReviewSeed) -> bool {
    store.write(|tx| apply_seed(tx, row, seed)).unwrap()
}

#[test]
fn an_import_brings_its_reviews_once() {
    let (_dir, mut store) = temporary();
    let mut one = imported(
        "anna",
        vec![session_start(1000), message(EventKind::User, 2000, "hi")],
    );
    let id = one.key.id();
    let change = both(
        on(&[id], Set::Status(Status::Reviewed)),
        on(&[id], tag("old", true)),
    );
    one.reviews = vec![seed(1, 5000, change)];
    let put = |store: &mut Store, one: &crate::model::Imported| {
        let mut ingest = store.begin_import(&main_source()).unwrap();
        let outcome = ingest.take(one.clone()).unwrap();
        ingest.finish().unwrap();
        outcome
    };
    assert_eq!(put(&mut store, &one), Outcome::New);
    let review = review_of(&store, id);
    assert_eq!(review.status, Status::Reviewed);
    assert_eq!(review.tags, ["old".into()]);
    assert_eq!(review.decided, Some(("rasa-x".into(), Millis(5000))));
    sound(&store);
    assert_eq!(put(&mut store, &one), Outcome::Unchanged);
    let journal = store.journal(&JournalQuery::default()).unwrap();
    assert_eq!(journal.len(), 1);
    assert_eq!(
        (journal[0].kind, journal[0].at),
        (EntryKind::Import, Millis(5000))
    );
    assert_eq!(journal[0].summary, "reviewed, tag old on");
}

#[test]
fn a_person_s_value_stays_whatever_the_source_s_time_says() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let row = row(&store, ids[0]);
    store
        .apply(&on(&ids, Set::Status(Status::Saved)), "ann", &clock())
        .unwrap();
    let change = both(
        on(&ids, Set::Status(Status::Deleted)),
        on(&ids, Set::Verdict(Some(Verdict::Negative))),
    );
    assert!(enter(&mut store, row, &seed(1, i64::MAX, change)));
    let review = review_of(&store, ids[0]);
    assert_eq!(
        (review.status, review.verdict),
        (Status::Saved, Some(Verdict::Negative))
    );
    assert_eq!(review.decided.unwrap().0, "ann".into());
    sound(&store);
    // Also one that a person took back: that was a decision too.
    store.undo_last(1, "ann", &clock()).unwrap();
    assert!(enter(
        &mut store,
        row,
        &seed(2, i64::MAX, on(&ids, Set::Status(Status::Deleted)))
    ));
    assert_eq!(review_of(&store, ids[0]).status, Status::Unread);
    sound(&store);
    // And what an import brought is a person's to take back.
    store.undo_entry(EntryId([1; 16]), "ann", &clock()).unwrap();
    assert_eq!(review_of(&store, ids[0]), Review::default());
    sound(&store);
}

#[test]
fn between_imports_the_later_one_wins_in_any_order() {
    let states: Vec<Review> = [[1, 2, 3], [3, 2, 1], [2, 3, 1]]
        .iter()
        .map(|order| {
            let (_dir, mut store, ids) = reviewed_store(1);
            let row = row(&store, ids[0]);
            for &n in order {
                // Two at the same moment: the id decides.
                let status = Status::ALL[n as usize];
                let at = if n == 1 { 1000 } else { 2000 };
                enter(&mut store, row, &seed(n, at, on(&ids, Set::Status(status))));
            }
            sound(&store);
            review_of(&store, ids[0])
        })
        .collect();
    assert_eq!(states[0].status, Status::Deleted);
    assert_eq!(states[0], states[1]);
    assert_eq!(states[0], states[2]);
}

#[test]
fn what_cannot_be_applied_is_passed_over() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let row = row(&store, ids[0]);
    store
        .apply(&on(&ids, tag("gone", true)), "ann", &clock())
        .unwrap();
    let delete = on(
        &[],
        Set::TagDelete {
            name: "gone".into(),
        },
    );
    store.apply(&delete, "ann", &clock()).unwrap();
    let broken = Set::Correction {
        field: CorrectionField::Summary,
        value: Some("no json".into()),
    };
    let dismissed = Set::AutoTagDismissed {
        name: "unknown".into(),
        dismissed: true,
    };
    let info = Set::TagInfo {
        name: "made".into(),
        description: None,
        key: Some('1'),
    };
    let mut all = on(&ids, Set::Flag(true));
    for set in [
        broken,
        dismissed,
        info,
        tag("gone", true),
        tag("kept", true),
    ] {
        all = both(all, on(&ids, set));
    }
    assert!(enter(&mut store, row, &seed(1, 1000, all)));
    let review = review_of(&store, ids[0]);
    assert!(review.flagged && review.corrections.is_empty());
    assert_eq!(review.tags, ["kept".into()]);
    sound(&store);
    // An entry that says nothing new is none.
    assert!(!enter(
        &mut store,
        row,
        &seed(2, 1000, on(&ids, Set::Status(Status::Unread)))
    ));
    assert!(!enter(
        &mut store,
        77,
        &seed(3, 1000, on(&ids, Set::Flag(true)))
    ));
}

#[test]
fn what_a_person_said_already_is_not_said_again() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let row = row(&store, ids[0]);
    let change = || {
        both(
            on(&ids, Set::Status(Status::Saved)),
            on(&ids, tag("old", true)),
        )
    };
    store.apply(&change(), "ann", &clock()).unwrap();
    assert!(!enter(&mut store, row, &seed(1, i64::MAX, change())));
    assert_eq!(store.journal(&JournalQuery::default()).unwrap().len(), 1);
    // What is new in it is.
    let more = both(change(), on(&ids, Set::Flag(true)));
    assert!(enter(&mut store, row, &seed(2, i64::MAX, more)));
    let journal = store.journal(&JournalQuery::default()).unwrap();
    assert_eq!((journal.len(), &*journal[0].summary), (2, "flagged"));
    sound(&store);
}

#[test]
fn a_note_comes_along_under_every_name_its_conversation_is_given() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let note = |id| {
        on(
            &[id],
            Set::Note {
                id: NoteId([9; 16]),
                text: Some("look here".into()),
            },
        )
    };
    store.apply(&note(ids[0]), "ann", &clock()).unwrap();
    let other = row(&store, ids[1]);
    assert!(enter(&mut store, other, &seed(1, 1000, note(ids[1]))));
    // However often it comes.
    assert!(!enter(&mut store, other, &seed(1, 1000, note(ids[1]))));
    for id in ids {
        let notes = review_of(&store, id).notes;
        let texts: Vec<_> = notes.iter().map(|n| n.text.for_search()).collect();
        assert_eq!(texts, ["look here"]);
    }
    sound(&store);
}
