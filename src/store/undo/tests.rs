use super::super::apply::tests::{
    both, clock, event, on, on_event, review_of, reviewed_store, row, sound, tag,
};
use super::*;
use crate::model::{
    Change, ConversationId, CorrectionField, EventTarget, NoteId, Review, Set, Status, Verdict,
};
use crate::store::JournalQuery;

#[test]
fn every_kind_of_edit_is_taken_back_and_brought_again() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let user = event(&store, ids[0], 1);
    let note = |text: Option<&str>| Set::Note {
        id: NoteId([7; 16]),
        text: text.map(Into::into),
    };
    let correction = |field, value: Option<&str>| Set::Correction {
        field,
        value: value.map(Into::into),
    };
    let intent = |value| on_event(ids[0], user, correction(CorrectionField::Intent, value));
    let summary = |value| on(&ids, correction(CorrectionField::Summary, value));
    let steps: Vec<Change> = vec![
        on(&ids, Set::Status(Status::Saved)),
        on(&ids, Set::Status(Status::Deleted)),
        on(&ids, Set::Verdict(Some(Verdict::Positive))),
        on(&ids, Set::Verdict(None)),
        on(&ids, Set::Flag(true)),
        on_event(ids[0], user, Set::Flag(true)),
        on(&ids, Set::Flag(false)),
        on_event(ids[0], user, Set::Flag(false)),
        on(&ids, tag("a", true)),
        on(&ids, tag("b", true)),
        on(&ids, tag("a", false)),
        on_event(ids[0], user, note(Some("one"))),
        on_event(ids[0], user, note(Some("two"))),
        on_event(ids[0], user, note(None)),
        intent(Some("\"x\"")),
        intent(Some("\"y\"")),
        intent(None),
        summary(Some("\"s\"")),
        on(&ids, Set::Queue(Some("bo".into()))),
        on(&ids, Set::Queue(None)),
    ];
    // Taken back one by one, each step of the way is the same again; and forward once more.
    let mut states = vec![review_of(&store, ids[0])];
    for step in &steps {
        store.apply(step, "ann", &clock()).unwrap();
        states.push(review_of(&store, ids[0]));
    }
    for state in states.iter().rev().skip(1) {
        let acks = store.undo_last(1, "ann", &clock()).unwrap();
        assert_eq!(acks[0].kind, EntryKind::Undo);
        assert_eq!(acks[0].rows, [row(&store, ids[0])]);
        assert_eq!(&review_of(&store, ids[0]), state, "{}", acks[0].summary);
    }
    assert!(store.undo_last(1, "ann", &clock()).is_err());
    assert_eq!(
        store.tags().unwrap(),
        [],
        "tags that only undone changes made"
    );
    for state in &states[1..] {
        let ack = store.redo("ann", &clock()).unwrap().unwrap();
        assert_eq!(&review_of(&store, ids[0]), state, "{}", ack.summary);
    }
    assert!(store.redo("ann", &clock()).unwrap().is_none());
    sound(&store);
    // All of it at once.
    let acks = store.undo_last(99, "ann", &clock()).unwrap();
    assert_eq!(acks.len(), steps.len());
    assert_eq!(review_of(&store, ids[0]), Review::default());
    sound(&store);
}

#[test]
fn the_words_and_marks_of_the_journal_follow() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let mut bulk = on(&ids, Set::Verdict(Some(Verdict::Negative)));
    bulk.bulk = Some("is:unread".into());
    let first = store.apply(&bulk, "ann", &clock()).unwrap();
    let undo = store.undo_last(1, "ann", &clock()).unwrap().remove(0);
    assert_eq!(undo.summary, "undo: 2 conversations: negative");
    let lines = |store: &Store| -> Vec<(String, bool, bool)> {
        let all = store.journal(&JournalQuery::default()).unwrap();
        all.into_iter()
            .map(|e| (e.summary, e.undone, e.bulk.is_some()))
            .collect()
    };
    assert_eq!(
        lines(&store),
        [
            ("undo: 2 conversations: negative".into(), false, true),
            ("2 conversations: negative".into(), true, true),
        ]
    );
    let redo = store.redo("ann", &clock()).unwrap().unwrap();
    assert_eq!(redo.summary, "redo: 2 conversations: negative");
    assert_eq!(
        lines(&store),
        [
            ("redo: 2 conversations: negative".into(), false, true),
            ("undo: 2 conversations: negative".into(), true, true),
            ("2 conversations: negative".into(), false, true),
        ]
    );
    // Taking the redo back takes the change back; it cannot be taken back twice.
    let again = store.undo_entry(redo.entry(), "ann", &clock()).unwrap();
    assert_eq!(again.summary, "undo: 2 conversations: negative");
    let error = store
        .undo_entry(first.entry(), "ann", &clock())
        .unwrap_err();
    assert!(error.to_string().contains("taken back already"));
    // Taking an undo back is a redo.
    let back = store.undo_entry(again.entry(), "bo", &clock()).unwrap();
    assert_eq!(back.kind, EntryKind::Redo);
    assert_eq!(review_of(&store, ids[0]).verdict, Some(Verdict::Negative));
    let decided = review_of(&store, ids[0]).decided.unwrap();
    assert_eq!(
        decided.0,
        "ann".into(),
        "whoever takes back decides nothing"
    );
    sound(&store);
}

#[test]
fn what_another_changed_since_stays_and_is_named() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let change = both(
        on(&ids, Set::Status(Status::Reviewed)),
        on(&ids, tag("billing", true)),
    );
    store.apply(&change, "ann", &clock()).unwrap();
    store
        .apply(&on(&ids[..1], Set::Status(Status::Saved)), "bo", &clock())
        .unwrap();
    let ack = store.undo_last(1, "ann", &clock()).unwrap().remove(0);
    assert_eq!(ack.left.len(), 1);
    assert_eq!(ack.left[0].reviewer, "bo".into());
    assert_eq!(ack.left[0].target.conversation, ids[0]);
    let review = review_of(&store, ids[0]);
    assert_eq!((review.status, review.tags.len()), (Status::Saved, 0));
    assert_eq!(review_of(&store, ids[1]), Review::default());
    assert_eq!(review.decided.unwrap().0, "bo".into());
    sound(&store);
    // Redo brings back what the undo took, and leaves what it had left.
    let ack = store.redo("ann", &clock()).unwrap().unwrap();
    assert!(ack.left.is_empty());
    let review = review_of(&store, ids[0]);
    assert_eq!((review.status, review.tags.len()), (Status::Saved, 1));
    assert_eq!(review_of(&store, ids[1]).status, Status::Reviewed);
    sound(&store);
}

#[test]
fn what_was_taken_back_meanwhile_does_not_come_back_by_another_s_undo() {
    let (_dir, mut store, ids) = reviewed_store(1);
    store
        .apply(&on(&ids, Set::Status(Status::Reviewed)), "ann", &clock())
        .unwrap();
    store
        .apply(&on(&ids, Set::Status(Status::Saved)), "bo", &clock())
        .unwrap();
    let ann = store.undo_last(1, "ann", &clock()).unwrap().remove(0);
    assert_eq!(ann.left.len(), 1);
    store.undo_last(1, "bo", &clock()).unwrap();
    assert_eq!(review_of(&store, ids[0]), Review::default());
    sound(&store);
}

#[test]
fn another_s_value_comes_back_as_that_other_s() {
    let (_dir, mut store, ids) = reviewed_store(1);
    store
        .apply(&on(&ids, Set::Status(Status::Saved)), "bo", &clock())
        .unwrap();
    store
        .apply(&on(&ids, Set::Status(Status::Reviewed)), "ann", &clock())
        .unwrap();
    store.undo_last(1, "ann", &clock()).unwrap();
    let review = review_of(&store, ids[0]);
    assert_eq!(review.status, Status::Saved);
    assert_eq!(review.decided.unwrap().0, "bo".into());
    // It still is bo's to take back.
    let ack = store.undo_last(1, "bo", &clock()).unwrap().remove(0);
    assert!(ack.left.is_empty());
    assert_eq!(review_of(&store, ids[0]), Review::default());
    sound(&store);
}

#[test]
fn a_change_after_an_undo_ends_the_redo_of_that_reviewer_alone() {
    let (_dir, mut store, ids) = reviewed_store(2);
    store
        .apply(&on(&ids[..1], Set::Flag(true)), "ann", &clock())
        .unwrap();
    store.undo_last(1, "ann", &clock()).unwrap();
    store
        .apply(&on(&ids[1..], Set::Flag(true)), "bo", &clock())
        .unwrap();
    assert!(store.redo("bo", &clock()).unwrap().is_none());
    assert!(store.redo("ann", &clock()).unwrap().is_some());
    store.undo_last(1, "ann", &clock()).unwrap();
    store
        .apply(&on(&ids[1..], tag("x", true)), "ann", &clock())
        .unwrap();
    assert!(store.redo("ann", &clock()).unwrap().is_none());
}

#[test]
fn a_tag_that_others_use_stays_in_the_vocabulary() {
    let (_dir, mut store, ids) = reviewed_store(2);
    store
        .apply(&on(&ids[..1], tag("x", true)), "ann", &clock())
        .unwrap();
    store
        .apply(&on(&ids[1..], tag("x", true)), "bo", &clock())
        .unwrap();
    store.undo_last(1, "ann", &clock()).unwrap();
    let tags = store.tags().unwrap();
    assert_eq!((tags.len(), tags[0].count), (1, 1));
    sound(&store);
}

#[test]
fn a_tag_that_comes_back_after_its_deletion_is_in_the_vocabulary_again() {
    let (_dir, mut store, ids) = reviewed_store(1);
    store
        .apply(&on(&ids, tag("x", true)), "ann", &clock())
        .unwrap();
    let off = store
        .apply(&on(&ids, tag("x", false)), "ann", &clock())
        .unwrap();
    let delete = on(&[], Set::TagDelete { name: "x".into() });
    store.apply(&delete, "bo", &clock()).unwrap();
    store.undo_entry(off.entry(), "ann", &clock()).unwrap();
    assert_eq!(store.tags().unwrap()[0].count, 1);
    sound(&store);
}

#[test]
fn what_was_purged_is_refused_and_passed_over() {
    let (_dir, mut store, ids) = reviewed_store(3);
    let kept = store
        .apply(&on(&ids[..1], Set::Flag(true)), "ann", &clock())
        .unwrap();
    let emptied = store
        .apply(&on(&ids[1..2], Set::Flag(true)), "ann", &clock())
        .unwrap();
    let gone = store
        .apply(&on(&ids[2..], Set::Flag(true)), "ann", &clock())
        .unwrap();
    let purge = |store: &Store, sql: &str, id: &[u8; 16]| {
        store.connection().execute(sql, [id]).unwrap();
    };
    purge(
        &store,
        "UPDATE journal SET body = x'' WHERE id = ?1",
        &emptied.entry().0,
    );
    purge(&store, "DELETE FROM card WHERE id = ?1", &ids[2].0);
    for id in [emptied.entry(), gone.entry()] {
        let error = store.undo_entry(id, "ann", &clock()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "that was purged: it cannot be taken back"
        );
    }
    let acks = store.undo_last(1, "ann", &clock()).unwrap();
    assert_eq!(acks.len(), 1);
    assert_eq!(acks[0].rows, kept.rows);
    let error = store.undo_last(1, "ann", &clock()).unwrap_err();
    assert!(error.to_string().contains("purged"));
    let stranger = EntryId([3; 16]);
    let error = store.undo_entry(stranger, "ann", &clock()).unwrap_err();
    assert!(error.to_string().contains("no entry"));
}

#[test]
fn a_conversation_is_found_under_the_id_it_had_when_it_was_changed() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let row = row(&store, ids[0]);
    let ack = store
        .apply(&on(&ids, Set::Flag(true)), "ann", &clock())
        .unwrap();
    let new = ConversationId([4; 16]);
    store
        .connection()
        .execute_batch(&format!(
            "INSERT INTO former_id (id, row) SELECT id, row FROM card WHERE row = {row};"
        ))
        .unwrap();
    let sql = "UPDATE card SET id = ?1 WHERE row = ?2";
    store
        .connection()
        .execute(sql, params![new.0, row])
        .unwrap();
    sound(&store);
    let about = JournalQuery {
        conversation: Some(row),
        ..JournalQuery::default()
    };
    assert_eq!(
        store.journal(&about).unwrap()[0].first.as_ref().unwrap().0,
        row
    );
    assert_eq!(
        store.undo_entry(ack.entry(), "ann", &clock()).unwrap().rows,
        [row]
    );
    sound(&store);
    // Both names, one register.
    let change = both(
        on(&[new], Set::Status(Status::Saved)),
        on(&ids, Set::Status(Status::Reviewed)),
    );
    assert_eq!(
        store.apply(&change, "ann", &clock()).unwrap().summary,
        "reviewed"
    );
    sound(&store);
}

#[test]
fn a_flag_of_an_event_and_of_its_conversation_are_two() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let user: EventTarget = event(&store, ids[0], 1);
    let change = both(
        on(&ids, Set::Flag(true)),
        on_event(ids[0], user, Set::Flag(true)),
    );
    let ack = store.apply(&change, "ann", &clock()).unwrap();
    assert_eq!(ack.summary, "flagged, flagged event 1");
    store
        .apply(&on(&ids, Set::Flag(false)), "bo", &clock())
        .unwrap();
    let ack = store.undo_last(1, "ann", &clock()).unwrap().remove(0);
    assert_eq!(ack.left.len(), 1);
    let review = review_of(&store, ids[0]);
    assert!(!review.flagged && review.flagged_events.is_empty());
    sound(&store);
}

mod random;
