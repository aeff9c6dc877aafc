use super::super::apply::tests::{both, clock, on, reviewed_store, sound, tag};
use crate::model::{NoteId, Set, Status, Verdict};

#[test]
fn every_kind_of_tampering_is_named() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let note = Set::Note {
        id: NoteId([1; 16]),
        text: Some("n".into()),
    };
    let mut all = on(&ids[..1], Set::Status(Status::Reviewed));
    for set in [
        Set::Verdict(Some(Verdict::Positive)),
        Set::Flag(true),
        Set::Queue(Some("bo".into())),
        tag("x", true),
        note,
    ] {
        all = both(all, on(&ids[..1], set));
    }
    store.apply(&all, "ann", &clock()).unwrap();
    sound(&store);
    for (sql, said) in [
        ("UPDATE review SET status = 2", "status"),
        ("UPDATE review SET verdict = 0", "verdict"),
        ("UPDATE review SET flagged = 0", "flag"),
        ("UPDATE review SET queue = NULL", "queue"),
        ("UPDATE review SET decided_by = NULL", "decision"),
        ("UPDATE review SET notes = 3", "notes"),
        ("UPDATE review SET flagged_events = 1", "flagged events"),
        ("UPDATE review SET corrections = 1", "corrections"),
        ("UPDATE note SET text = 'other'", "note"),
        ("UPDATE tag SET digit = '1'", "tag x"),
        ("UPDATE conversation_tag SET present = 0", "tag x"),
        ("DELETE FROM conversation_tag", "tag x"),
        ("UPDATE review SET status_by = 99", "status"),
        (
            "INSERT INTO review (row, rev, status) SELECT row, 1, 1 FROM card WHERE row NOT IN (SELECT row FROM review)",
            "status",
        ),
        ("DELETE FROM journal", "no journal entry"),
    ] {
        store
            .connection()
            .execute_batch("SAVEPOINT tamper")
            .unwrap();
        store.connection().execute_batch(sql).unwrap();
        // The check brings a transaction of its own where it can; here it runs inside this one.
        let found = super::check(store.connection()).unwrap();
        assert!(
            found.iter().any(|line| line.contains(said)),
            "{sql}: {found:?}"
        );
        store
            .connection()
            .execute_batch("ROLLBACK TO tamper; RELEASE tamper")
            .unwrap();
    }
    sound(&store);
}

#[test]
fn a_damaged_entry_is_an_error_that_names_it() {
    let (_dir, mut store, ids) = reviewed_store(1);
    store
        .apply(&on(&ids, Set::Flag(true)), "ann", &clock())
        .unwrap();
    store
        .connection()
        .execute_batch("UPDATE journal SET body = x'0107ffff'")
        .unwrap();
    let error = store.verify_registers().unwrap_err().to_string();
    assert!(error.contains("journal entry 1 is damaged"), "{error}");
    let error = store.undo_last(1, "ann", &clock()).unwrap_err().to_string();
    assert!(error.contains("afterword doctor"), "{error}");
}
