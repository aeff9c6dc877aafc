use super::super::testing::{imported, main_source, message, session_start, temporary};
use super::*;
use crate::model::{
    EntryId, EventKind, EventTarget, Millis, NoteId, Review, Status, Verdict, event_keys,
};
use crate::store::{Access, JournalQuery};

/// A store with conversations of four events each, and their ids.
pub(crate) fn reviewed_store(n: usize) -> (tempfile::TempDir, Store, Vec<ConversationId>) {
    let (dir, mut store) = temporary();
    let mut ids = Vec::new();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    for i in 0..n {
        let start = 1_000_000 + i as i64 * 100_000;
        let events = vec![
            session_start(start),
            message(EventKind::User, start + 1000, "hello"),
            message(EventKind::Bot, start + 2000, "what can I do?"),
            message(EventKind::User, start + 3000, "nothing"),
        ];
        let one = imported(&format!("user-{i}"), events);
        ids.push(one.key.id());
        ingest.take(one).unwrap();
    }
    ingest.finish().unwrap();
    (dir, store, ids)
}

pub(crate) fn on(ids: &[ConversationId], set: Set) -> Change {
    let whole = |&conversation| Target {
        conversation,
        event: None,
    };
    Change {
        edits: vec![Edit {
            targets: ids.iter().map(whole).collect(),
            set,
        }],
        bulk: None,
    }
}

pub(crate) fn row(store: &Store, id: ConversationId) -> i64 {
    store.row_of(id).unwrap().unwrap()
}

/// The event `seq` of a conversation.
pub(crate) fn event(store: &Store, id: ConversationId, seq: u32) -> EventTarget {
    let whole = store.whole(row(store, id)).unwrap().unwrap();
    EventTarget {
        key: event_keys(&whole.events)[seq as usize],
        seq,
    }
}

pub(crate) fn on_event(id: ConversationId, event: EventTarget, set: Set) -> Change {
    Change {
        edits: vec![Edit {
            targets: vec![Target {
                conversation: id,
                event: Some(event),
            }],
            set,
        }],
        bulk: None,
    }
}

pub(crate) fn both(mut first: Change, second: Change) -> Change {
    first.edits.extend(second.edits);
    first
}

pub(crate) fn tag(name: &str, on: bool) -> Set {
    Set::Tag {
        name: name.into(),
        on,
    }
}

pub(crate) fn clock() -> Clock {
    Clock::fixed(Millis(1_700_000_000_000))
}

pub(crate) fn review_of(store: &Store, id: ConversationId) -> Review {
    let row = row(store, id);
    let whole = store.whole(row).unwrap().unwrap();
    store.review(row, &event_keys(&whole.events)).unwrap()
}

pub(crate) fn sound(store: &Store) {
    assert_eq!(store.verify_registers().unwrap(), Vec::<String>::new());
}

fn refusal(store: &mut Store, change: &Change) -> String {
    let before = entries(store);
    let error = store.apply(change, "ann", &clock()).unwrap_err();
    assert_eq!(entries(store), before, "a refused change left an entry");
    error.to_string()
}

fn entries(store: &Store) -> Vec<EntryId> {
    let all = store.journal(&JournalQuery::default()).unwrap();
    all.iter().map(|e| e.id).collect()
}

fn tag_names(review: &Review) -> Vec<&str> {
    review.tags.iter().map(|t| t.for_search()).collect()
}

#[test]
fn a_verdict_with_its_status_is_one_entry_and_the_decision() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let change = both(
        on(&ids[..1], Set::Status(Status::Reviewed)),
        on(&ids[..1], Set::Verdict(Some(Verdict::Negative))),
    );
    let ack = store.apply(&change, "ann", &clock()).unwrap();
    assert_eq!(ack.summary, "negative, reviewed");
    assert_eq!(ack.rows, [row(&store, ids[0])]);
    assert_eq!(
        (ack.kind, ack.at),
        (EntryKind::Change, Millis(1_700_000_000_000))
    );
    let review = review_of(&store, ids[0]);
    assert_eq!(review.status, Status::Reviewed);
    assert_eq!(review.verdict, Some(Verdict::Negative));
    assert_eq!(
        review.decided,
        Some(("ann".into(), Millis(1_700_000_000_000)))
    );
    assert_eq!(review_of(&store, ids[1]), Review::default());
    assert_eq!(entries(&store), [ack.entry()]);
    sound(&store);
}

#[test]
fn every_kind_of_edit_is_held_and_counted() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let user = event(&store, ids[0], 1);
    let id = NoteId([7; 16]);
    let all = [
        on(&ids, Set::Flag(true)),
        on_event(ids[0], user, Set::Flag(true)),
        on(&ids, tag(" Billing ", true)),
        on_event(
            ids[0],
            user,
            Set::Note {
                id,
                text: Some("lost".into()),
            },
        ),
        on_event(
            ids[0],
            user,
            Set::Correction {
                field: CorrectionField::Intent,
                value: Some("\"refund\"".into()),
            },
        ),
        on(
            &ids,
            Set::Correction {
                field: CorrectionField::Topics,
                value: Some("[\"a\",\"b\"]".into()),
            },
        ),
        on(&ids, Set::Queue(Some("bo".into()))),
    ];
    let words: Vec<String> = all
        .iter()
        .map(|c| store.apply(c, "ann", &clock()).unwrap().summary)
        .collect();
    assert_eq!(
        words,
        [
            "flagged",
            "flagged event 1",
            "tag Billing on",
            "note: lost",
            "intent corrected: refund",
            "topics corrected: a b",
            "assigned to bo",
        ]
    );
    let review = review_of(&store, ids[0]);
    assert!(review.flagged);
    assert_eq!(review.flagged_events, [user]);
    assert_eq!(tag_names(&review), ["Billing"]);
    assert_eq!(review.notes.len(), 1);
    assert_eq!(review.notes[0].event, Some(user));
    assert!(!review.notes[0].detached);
    assert_eq!(review.notes[0].reviewer, "ann".into());
    assert_eq!(
        review.corrections,
        [
            (None, CorrectionField::Topics, "[\"a\",\"b\"]".into()),
            (Some(user), CorrectionField::Intent, "\"refund\"".into()),
        ]
    );
    assert_eq!(review.queue, Some("bo".into()));
    assert_eq!(review.decided, None, "none of it is a decision");

    let card = store.card_reviews(&[row(&store, ids[0])]).unwrap();
    let card = &card[&row(&store, ids[0])];
    assert_eq!(
        (card.flagged_events, card.notes, card.corrections),
        (1, 1, 2)
    );
    assert_eq!(
        card.corrected,
        [(CorrectionField::Topics, "[\"a\",\"b\"]".into())]
    );
    sound(&store);
}

#[test]
fn what_stands_on_an_event_that_is_gone_is_detached() {
    let (_dir, mut store, ids) = reviewed_store(1);
    let gone = EventTarget {
        key: EventKey([9; 16]),
        seq: 17,
    };
    let note = Set::Note {
        id: NoteId([1; 16]),
        text: Some("where?".into()),
    };
    store
        .apply(&on_event(ids[0], gone, note), "ann", &clock())
        .unwrap();
    let review = review_of(&store, ids[0]);
    assert!(review.notes[0].detached);
    assert_eq!(review.notes[0].event, Some(gone));
    // An event that moved is where it is now.
    let moved = store
        .review(row(&store, ids[0]), &[EventKey([1; 16]), EventKey([9; 16])])
        .unwrap();
    assert!(!moved.notes[0].detached);
    assert_eq!(moved.notes[0].event.unwrap().seq, 1);
}

#[test]
fn what_changes_nothing_is_left_out() {
    let (_dir, mut store, ids) = reviewed_store(3);
    store
        .apply(
            &on(&ids[..1], Set::Status(Status::Reviewed)),
            "ann",
            &clock(),
        )
        .unwrap();
    let ack = store
        .apply(&on(&ids, Set::Status(Status::Reviewed)), "bo", &clock())
        .unwrap();
    assert_eq!(ack.rows.len(), 2);
    assert_eq!(ack.summary, "2 conversations: reviewed");
    // Who decided first stays.
    assert_eq!(review_of(&store, ids[0]).decided.unwrap().0, "ann".into());

    for change in [
        on(&ids, Set::Status(Status::Reviewed)),
        on(&ids, tag("unheard", false)),
        on(&ids, Set::Verdict(None)),
        on(&[], Set::Flag(true)),
        Change::default(),
    ] {
        let error = store.apply(&change, "ann", &clock()).unwrap_err();
        assert!(matches!(error, StoreError::Unchanged), "{error}");
    }
    assert_eq!(entries(&store).len(), 2);
}

#[test]
fn of_two_edits_of_one_register_the_later_counts() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let twice = both(
        on(&[ids[0], ids[1], ids[0]], Set::Status(Status::Saved)),
        on(&ids[..1], Set::Status(Status::Reviewed)),
    );
    let ack = store.apply(&twice, "ann", &clock()).unwrap();
    assert_eq!(review_of(&store, ids[0]).status, Status::Reviewed);
    assert_eq!(review_of(&store, ids[1]).status, Status::Saved);
    store.undo_entry(ack.entry(), "ann", &clock()).unwrap();
    assert_eq!(review_of(&store, ids[0]).status, Status::Unread);
    sound(&store);
}

#[test]
fn what_is_not_there_is_refused_and_nothing_of_the_change_is_kept() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let stranger = ConversationId([5; 16]);
    let words = refusal(
        &mut store,
        &on(&[ids[0], stranger], Set::Status(Status::Deleted)),
    );
    assert_eq!(words, format!("there is no conversation {stranger:.8}"));
    assert_eq!(review_of(&store, ids[0]), Review::default());

    let words = refusal(
        &mut store,
        &both(on(&ids, tag("new", true)), on(&[stranger], Set::Flag(true))),
    );
    assert!(words.starts_with("there is no conversation"));
    assert_eq!(store.tags().unwrap(), [], "the tag of a refused change");

    let user = event(&store, ids[0], 1);
    let intent = |value: &str| Set::Correction {
        field: CorrectionField::Intent,
        value: Some(value.into()),
    };
    assert!(refusal(&mut store, &on(&ids[..1], intent("\"x\""))).contains("on a message"));
    assert!(refusal(&mut store, &on_event(ids[0], user, intent("x"))).contains("no JSON"));
    let note = Set::Note {
        id: NoteId([1; 16]),
        text: Some("x".into()),
    };
    assert!(refusal(&mut store, &on(&ids, note.clone())).contains("one place"));
    store.apply(&on(&ids[..1], note), "ann", &clock()).unwrap();
    let elsewhere = Set::Note {
        id: NoteId([1; 16]),
        text: Some("y".into()),
    };
    assert!(refusal(&mut store, &on(&ids[1..], elsewhere)).contains("another conversation"));
    assert_eq!(
        refusal(&mut store, &on(&ids, tag("  ", true))),
        "a tag needs a name"
    );
    let dismissed = Set::AutoTagDismissed {
        name: "streak".into(),
        dismissed: true,
    };
    assert!(refusal(&mut store, &on(&ids, dismissed)).contains("no rule"));
}

#[test]
fn tags_are_one_whatever_the_case_in_every_script() {
    let (_dir, mut store, ids) = reviewed_store(2);
    store
        .apply(&on(&ids[..1], tag("Ärger", true)), "ann", &clock())
        .unwrap();
    let ack = store
        .apply(&on(&ids[1..], tag("äRGER", true)), "bo", &clock())
        .unwrap();
    assert_eq!(ack.summary, "tag Ärger on");
    let tags = store.tags().unwrap();
    assert_eq!(tags.len(), 1);
    assert_eq!((tags[0].name.for_search(), tags[0].count), ("Ärger", 2));
    // Deleted conversations are not counted.
    store
        .apply(&on(&ids[1..], Set::Status(Status::Deleted)), "bo", &clock())
        .unwrap();
    assert_eq!(store.tags().unwrap()[0].count, 1);
}

fn info(name: &str, description: Option<&str>, key: Option<char>) -> Change {
    on(
        &[],
        Set::TagInfo {
            name: name.into(),
            description: description.map(Into::into),
            key,
        },
    )
}

#[test]
fn a_digit_has_one_tag_and_two_can_swap() {
    let (_dir, mut store, _ids) = reviewed_store(1);
    store
        .apply(&info("a", Some("first"), Some('1')), "ann", &clock())
        .unwrap();
    store
        .apply(&info("b", None, Some('2')), "ann", &clock())
        .unwrap();
    assert_eq!(
        refusal(&mut store, &info("c", None, Some('1'))),
        "the key 1 sets the tag a already"
    );
    assert!(refusal(&mut store, &info("c", None, Some('0'))).contains("1 to 9"));
    let swap = both(
        info("a", Some("first"), Some('2')),
        info("b", None, Some('1')),
    );
    let ack = store.apply(&swap, "ann", &clock()).unwrap();
    assert_eq!(ack.summary, "tag a on key 2, tag b on key 1");
    let keys: Vec<_> = store.tags().unwrap().iter().map(|t| t.key).collect();
    assert_eq!(keys, [Some('2'), Some('1')]);
    store.undo_last(1, "ann", &clock()).unwrap();
    let tags = store.tags().unwrap();
    assert_eq!(tags[0].key, Some('1'));
    assert_eq!(tags[0].description, Some("first".into()));
    sound(&store);
}

#[test]
fn a_renamed_tag_takes_its_conversations_along_and_comes_back() {
    let (_dir, mut store, ids) = reviewed_store(3);
    store
        .apply(&on(&ids[..2], tag("bill", true)), "ann", &clock())
        .unwrap();
    store
        .apply(&info("bill", Some("money"), Some('4')), "ann", &clock())
        .unwrap();
    let rename = |from: &str, to: &str| {
        on(
            &[],
            Set::TagRename {
                from: from.into(),
                to: to.into(),
            },
        )
    };
    let ack = store
        .apply(&rename("BILL", "billing"), "bo", &clock())
        .unwrap();
    assert_eq!(ack.summary, "2 conversations: tag bill renamed billing");
    assert_eq!(ack.rows.len(), 2);
    assert_eq!(tag_names(&review_of(&store, ids[0])), ["billing"]);
    let tags = store.tags().unwrap();
    assert_eq!((tags.len(), tags[0].key, tags[0].count), (1, Some('4'), 2));
    assert_eq!(tags[0].description, Some("money".into()));

    // What was written about the old name can still be taken back; it was changed since.
    let first = store
        .journal(&JournalQuery::default())
        .unwrap()
        .pop()
        .unwrap();
    let undone = store.undo_entry(first.id, "ann", &clock()).unwrap();
    assert_eq!(undone.left.len(), 2);
    assert_eq!(undone.left[0].reviewer, "bo".into());
    store.redo("ann", &clock()).unwrap().unwrap();

    store.undo_entry(ack.entry(), "bo", &clock()).unwrap();
    assert_eq!(tag_names(&review_of(&store, ids[0])), ["bill"]);
    assert_eq!(store.tags().unwrap()[0].key, Some('4'));
    sound(&store);

    store
        .apply(&rename("bill", "Bill"), "bo", &clock())
        .unwrap();
    assert_eq!(tag_names(&review_of(&store, ids[1])), ["Bill"]);
    store
        .apply(&on(&ids[2..], tag("other", true)), "bo", &clock())
        .unwrap();
    assert_eq!(
        refusal(&mut store, &rename("other", "bill")),
        "there is a tag Bill already"
    );
    assert_eq!(
        refusal(&mut store, &rename("nope", "x")),
        "there is no tag nope"
    );
    sound(&store);
}

#[test]
fn a_deleted_tag_leaves_every_conversation_and_comes_back_whole() {
    let (_dir, mut store, ids) = reviewed_store(3);
    store
        .apply(&on(&ids, tag("x", true)), "ann", &clock())
        .unwrap();
    store
        .apply(&info("x", Some("why"), Some('9')), "ann", &clock())
        .unwrap();
    let delete = on(&[], Set::TagDelete { name: "X".into() });
    let ack = store.apply(&delete, "ann", &clock()).unwrap();
    assert_eq!(ack.summary, "3 conversations: tag x deleted");
    assert_eq!(store.tags().unwrap(), []);
    assert_eq!(review_of(&store, ids[2]).tags, []);
    assert_eq!(
        refusal(&mut store, &delete),
        "there is no tag x".replace('x', "X")
    );

    // Its digit went to another one meanwhile: it comes back without.
    store
        .apply(&info("y", None, Some('9')), "ann", &clock())
        .unwrap();
    store.undo_entry(ack.entry(), "ann", &clock()).unwrap();
    let tags = store.tags().unwrap();
    assert_eq!((tags[0].count, tags[0].key), (3, None));
    assert_eq!(tags[0].description, Some("why".into()));
    assert_eq!(tags[1].key, Some('9'));
    sound(&store);
}

#[test]
fn a_dismissed_auto_tag_is_hidden_and_can_come_back() {
    let (_dir, mut store, ids) = reviewed_store(2);
    let row = row(&store, ids[0]);
    store
        .connection()
        .execute_batch(&format!(
            "INSERT INTO rule (id, tag, filter) VALUES (3, 'streak', 'fallbacks:2..');
             INSERT INTO auto_tag (rule, row) VALUES (3, {row});"
        ))
        .unwrap();
    assert_eq!(review_of(&store, ids[0]).auto_tags, ["streak".into()]);
    let dismiss = on(
        &ids,
        Set::AutoTagDismissed {
            name: "Streak".into(),
            dismissed: true,
        },
    );
    let ack = store.apply(&dismiss, "ann", &clock()).unwrap();
    assert_eq!(ack.rows, [row], "only the conversation that carries it");
    assert_eq!(review_of(&store, ids[0]).auto_tags, []);
    sound(&store);
    store.undo_last(1, "ann", &clock()).unwrap();
    assert_eq!(review_of(&store, ids[0]).auto_tags, ["streak".into()]);
    sound(&store);
}

#[test]
fn time_in_the_journal_only_goes_forward_though_the_clock_goes_back() {
    let (_dir, mut store, ids) = reviewed_store(1);
    for (wall, status) in [
        (5_000, Status::Reviewed),
        (-62_000, Status::Saved),
        (i64::MAX, Status::Unread),
        (4_000, Status::Deleted),
    ] {
        let clock = Clock::fixed(Millis(wall));
        store
            .apply(&on(&ids, Set::Status(status)), "ann", &clock)
            .unwrap();
        assert_eq!(review_of(&store, ids[0]).decided.unwrap().1, Millis(wall));
    }
    let all = store.journal(&JournalQuery::default()).unwrap();
    let words: Vec<&str> = all.iter().map(|e| e.summary.as_str()).collect();
    assert_eq!(words, ["deleted", "unread", "saved", "reviewed"]);
    sound(&store);
}

#[test]
fn a_statement_that_fails_in_the_middle_of_a_bulk_leaves_nothing() {
    let (_dir, mut store, ids) = reviewed_store(30);
    store
        .apply(&on(&ids[3..4], tag("x", true)), "ann", &clock())
        .unwrap();
    let before = dump(&store);
    for n in [1, 2, 15, 30] {
        let row = row(&store, ids[n - 1]);
        store
            .connection()
            .execute_batch(&format!(
                "CREATE TEMP TRIGGER fail BEFORE INSERT ON review WHEN new.row = {row}
                 BEGIN SELECT raise(ABORT, 'injected'); END"
            ))
            .unwrap();
        let mut change = both(
            on(&ids, Set::Status(Status::Reviewed)),
            on(&ids, tag("new", true)),
        );
        change.bulk = Some("is:unread".into());
        let error = store
            .apply(&change, "ann", &clock())
            .unwrap_err()
            .to_string();
        assert!(error.contains("injected"), "{error}");
        store
            .connection()
            .execute_batch("DROP TRIGGER fail")
            .unwrap();
        assert_eq!(dump(&store), before);
    }
    sound(&store);
    // The store goes on.
    store
        .apply(&on(&ids, Set::Status(Status::Reviewed)), "ann", &clock())
        .unwrap();
}

#[test]
fn a_full_disk_loses_the_one_change_alone() {
    let (_dir, mut store, ids) = reviewed_store(1);
    store
        .apply(&on(&ids, Set::Flag(true)), "ann", &clock())
        .unwrap();
    let pages: i64 = store
        .connection()
        .query_row("PRAGMA page_count", [], |r| r.get(0))
        .unwrap();
    let limit = |store: &Store, pages: i64| {
        store
            .connection()
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            .unwrap();
    };
    limit(&store, pages);
    let long = "long ".repeat(20_000);
    let note = Set::Note {
        id: NoteId([1; 16]),
        text: Some(long.into()),
    };
    let error = store
        .apply(&on(&ids, note.clone()), "ann", &clock())
        .unwrap_err();
    assert!(matches!(error, StoreError::Sqlite { .. }), "{error}");
    let review = review_of(&store, ids[0]);
    assert!(review.flagged && review.notes.is_empty());
    sound(&store);
    limit(&store, 1_000_000);
    store.apply(&on(&ids, note), "ann", &clock()).unwrap();
    assert_eq!(review_of(&store, ids[0]).notes.len(), 1);
}

/// Every row that a change may touch, as text.
fn dump(store: &Store) -> Vec<String> {
    let mut lines = Vec::new();
    for table in [
        "journal",
        "review",
        "tag",
        "conversation_tag",
        "event_flag",
        "note",
        "correction",
        "meta",
    ] {
        let mut statement = store
            .connection()
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> = (0..columns)
                .map(|i| format!("{:?}", row.get_ref(i).unwrap()))
                .collect();
            lines.push(format!("{table}: {}", cells.join(" ")));
        }
    }
    lines
}

#[test]
fn two_processes_take_turns_and_the_last_one_wins_each_register() {
    let (dir, mut one, ids) = reviewed_store(1);
    let mut two = Store::open(&dir.path().join("store.db"), &Access::Review).unwrap();
    for round in 0..20 {
        let status = if round % 2 == 0 {
            Status::Reviewed
        } else {
            Status::Saved
        };
        one.apply(&on(&ids, Set::Status(status)), "ann", &clock())
            .unwrap();
        let verdict = if round % 2 == 0 {
            Verdict::Positive
        } else {
            Verdict::Negative
        };
        two.apply(&on(&ids, Set::Verdict(Some(verdict))), "bo", &clock())
            .unwrap();
        two.apply(&on(&ids, Set::Status(Status::Unread)), "bo", &clock())
            .unwrap();
        assert_eq!(review_of(&one, ids[0]).status, Status::Unread);
        assert_eq!(review_of(&one, ids[0]).verdict, Some(verdict));
    }
    assert_eq!(entries(&one).len(), 60);
    sound(&one);
    // Each takes back its own; the status is the other's by now.
    let acks = one.undo_last(20, "ann", &clock()).unwrap();
    assert_eq!(acks.len(), 20);
    assert!(acks.iter().all(|a| a.left.len() == 1 && a.rows.is_empty()));
    two.undo_last(100, "bo", &clock()).unwrap();
    assert_eq!(review_of(&one, ids[0]), Review::default());
    sound(&two);
}

/// The figure that counts is printed, not asserted: machines differ.
#[test]
fn a_hundred_thousand_in_one_change() {
    const N: u32 = 100_000;
    let (_dir, mut store) = temporary();
    let conn = store.connection();
    conn.execute_batch("BEGIN").unwrap();
    let ids: Vec<ConversationId> = (0..N)
        .map(|n| {
            let mut hash = crate::model::Hash::new("test");
            hash.number(n.into());
            ConversationId(hash.end())
        })
        .collect();
    for (row, id) in (1_i64..).zip(&ids) {
        conn.prepare_cached(
            "INSERT INTO card (row, id, source, native, keyed_at, session, attributes, summary,
             content) VALUES (?1, ?2, 1, 'n', 0, 1, x'', x'', x'')",
        )
        .unwrap()
        .execute(rusqlite::params![row, id.0])
        .unwrap();
    }
    conn.execute_batch("COMMIT").unwrap();
    let timed = |what: &str, store: &mut Store, work: &dyn Fn(&mut Store) -> Ack| {
        let start = std::time::Instant::now();
        let ack = work(store);
        let bytes: i64 = store
            .connection()
            .query_row(
                "SELECT length(body) FROM journal ORDER BY seq DESC LIMIT 1",
                [],
                |r| r.get(0),
            )
            .unwrap();
        eprintln!("{what}: {:?}, entry of {bytes} bytes", start.elapsed());
        assert_eq!(ack.rows.len(), N as usize);
    };
    let reviewed = on(&ids, Set::Status(Status::Reviewed));
    let tagged = on(&ids, tag("x", true));
    timed("100,000 reviewed", &mut store, &|s| {
        s.apply(&reviewed, "ann", &clock()).unwrap()
    });
    timed("100,000 tagged", &mut store, &|s| {
        s.apply(&tagged, "ann", &clock()).unwrap()
    });
    timed("undo of the tag", &mut store, &|s| {
        s.undo_last(1, "ann", &clock()).unwrap().remove(0)
    });
    timed("undo of the status", &mut store, &|s| {
        s.undo_last(1, "ann", &clock()).unwrap().remove(0)
    });
    timed("redo of the status", &mut store, &|s| {
        s.redo("ann", &clock()).unwrap().unwrap()
    });
    timed("undo once more", &mut store, &|s| {
        s.undo_last(1, "ann", &clock()).unwrap().remove(0)
    });
    let start = std::time::Instant::now();
    sound(&store);
    eprintln!("check: {:?}", start.elapsed());
}
