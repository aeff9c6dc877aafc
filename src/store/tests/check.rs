//! Damage is named, what can be mended is mended, what cannot is healed by importing again.

use super::ingest::{dialogue, put_all};
use crate::model::{EventKind, Set, SlotSet, Status};
use crate::store::apply::tests::{clock, on, tag};
use crate::store::testing::{imported, message, temporary};
use crate::store::{Access, Outcome, Store, StoreError};

fn filled() -> (tempfile::TempDir, Store) {
    let (dir, mut store) = temporary();
    let conversations = (0..20).map(|n| imported(&format!("user {n}"), dialogue(n * 1_000_000, 5)));
    put_all(&mut store, conversations.collect());
    (dir, store)
}

fn words(store: &Store) -> Vec<String> {
    store
        .doctor(true)
        .unwrap()
        .into_iter()
        .map(|f| f.what)
        .collect()
}

#[test]
fn a_sound_store_has_no_findings() {
    let (_dir, store) = filled();
    assert_eq!(words(&store), [""; 0]);
    assert_eq!(store.doctor(false).unwrap(), []);
}

#[test]
fn what_follows_from_the_events_is_mended() {
    let (_dir, mut store) = filled();
    let before = store.cards(&[1, 2, 3, 4, 5]).unwrap();
    for sql in [
        "UPDATE conversation SET messages = 77 WHERE row = 1",
        "UPDATE card SET preview = 'never said' WHERE row = 2",
        "DELETE FROM turn WHERE row = 3",
        "DELETE FROM search WHERE rowid = 4",
        "DELETE FROM conversation WHERE row = 5",
        "INSERT INTO slot_value (slot, value, row) VALUES (1, 'x', 1)",
    ] {
        store.connection().execute(sql, []).unwrap();
    }
    let found = store.doctor(true).unwrap();
    assert!(found.len() >= 6, "{found:?}");
    assert!(found.iter().all(|f| f.repairable), "{found:?}");
    let repaired = store.repair().unwrap();
    assert_eq!((repaired.rebuilt, repaired.damaged), (20, 0));
    assert_eq!(words(&store), [""; 0]);
    assert_eq!(store.cards(&[1, 2, 3, 4, 5]).unwrap(), before);
    let hits: i64 = store
        .connection()
        .query_row(
            "SELECT count(*) FROM search WHERE search MATCH 'message'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(hits, 20);
}

/// What derived tables hold, review state and journal beside them.
fn tables(store: &Store) -> Vec<String> {
    let conn = store.connection();
    let dump = |sql: &str| -> String {
        let mut query = conn.prepare(sql).unwrap();
        let columns = query.column_count();
        let line = |r: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
            let cells = (0..columns).map(|i| Ok(format!("{:?}", r.get_ref(i)?)));
            Ok(cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
        };
        let lines = query.query_map([], line).unwrap();
        lines
            .collect::<rusqlite::Result<Vec<_>>>()
            .unwrap()
            .join("\n")
    };
    [
        "SELECT row, source, started, ended, messages, user_messages, bot_messages, queries, fallbacks,
         problems, rating, min_confidence, min_margin, min_action_confidence, marks,
         hex(facet_values) FROM conversation ORDER BY row",
        "SELECT row, hex(id), preview, user_id, user_name, hex(summary), hex(content) FROM card
         ORDER BY row",
        "SELECT row, hex(turns) FROM turn ORDER BY row",
        "SELECT slot, value, row FROM slot_value ORDER BY slot, value, row",
        "SELECT id, hex(sz) FROM search_docsize ORDER BY id",
        "SELECT * FROM review ORDER BY row",
        "SELECT row, tag, present, by FROM conversation_tag ORDER BY row, tag",
        "SELECT seq, hex(id), at, wall, reviewer, summary, hex(body) FROM journal ORDER BY seq",
    ]
    .map(dump)
    .to_vec()
}

/// A store whose conversations fill slots, carry predictions, and are reviewed.
fn reviewed() -> (tempfile::TempDir, Store) {
    let (dir, mut store) = temporary();
    let conversations = (0..20).map(|n| {
        let mut one = imported(&format!("user {n}"), dialogue(n * 1_000_000, 5));
        let mut slot = message(EventKind::Slot, n * 1_000_000 + 900_000, "");
        slot.text = None;
        slot.slot = Some(SlotSet {
            name: "city".into(),
            value: format!("\"town {n}\"").as_str().into(),
        });
        one.events.push(slot);
        one
    });
    put_all(&mut store, conversations.collect());
    let ids = store.ids(&[1, 2, 3]).unwrap();
    for set in [Set::Status(Status::Reviewed), tag("x", true)] {
        store.apply(&on(&ids, set), "ann", &clock()).unwrap();
    }
    (dir, store)
}

#[test]
fn each_damage_of_what_follows_is_named_and_mended_alone() {
    let (_dir, mut store) = reviewed();
    assert_eq!(words(&store), [""; 0]);
    let good = tables(&store);
    assert!(good.iter().all(|t| !t.is_empty()), "{good:?}");
    // Narrow rows, cards, turns, slots, the search: changed, missing, surplus.
    let surplus_narrow = "INSERT INTO conversation SELECT 999, rev, source, started, ended, messages,
        user_messages, bot_messages, queries, fallbacks, problems, rating, min_confidence, min_margin,
        min_action_confidence, marks, facet_values FROM conversation WHERE row = 1";
    for (damage, named) in [
        (
            "UPDATE conversation SET messages = 77 WHERE row = 1",
            "line does not agree",
        ),
        (
            "UPDATE conversation SET ended = ended + 1 WHERE row = 1",
            "line does not agree",
        ),
        (
            "UPDATE conversation SET facet_values = x'01' WHERE row = 2",
            "line does not agree",
        ),
        (
            "UPDATE conversation SET marks = marks | 1 WHERE row = 3",
            "line does not agree",
        ),
        (
            "DELETE FROM conversation WHERE row = 5",
            "row in conversation is missing",
        ),
        (
            surplus_narrow,
            "row 999 of conversation belongs to no conversation",
        ),
        (
            "UPDATE card SET preview = 'never said' WHERE row = 2",
            "line does not agree",
        ),
        (
            "UPDATE card SET user_id = 'somebody' WHERE row = 2",
            "line does not agree",
        ),
        (
            "UPDATE turn SET turns = x'00' WHERE row = 4",
            "turns do not agree",
        ),
        ("DELETE FROM turn WHERE row = 3", "row in turn is missing"),
        (
            "INSERT INTO turn VALUES (999, x'00')",
            "row 999 of turn belongs to no conversation",
        ),
        ("DELETE FROM slot_value WHERE row = 6", "slots do not agree"),
        (
            "INSERT INTO slot_value SELECT slot, 'x', 1 FROM slot_value LIMIT 1",
            "values of slots",
        ),
        (
            "INSERT INTO slot_value SELECT slot, 'x', 999 FROM slot_value LIMIT 1",
            "values of slots",
        ),
        (
            "DELETE FROM search WHERE rowid = 4",
            "row in search_docsize is missing",
        ),
        (
            "INSERT INTO search (rowid, user, bot) VALUES (999, 'a', 'b')",
            "row 999 of search_docsize belongs to no conversation",
        ),
        (
            "INSERT OR REPLACE INTO search (rowid, user, bot) VALUES (4, 'other', 'words')",
            "search does not find its words",
        ),
    ] {
        store.connection().execute(damage, []).unwrap();
        let found = store.doctor(true).unwrap();
        assert!(!found.is_empty(), "{damage}");
        for finding in &found {
            assert!(finding.repairable, "{damage}: {finding:?}");
        }
        let here = found.iter().any(|f| f.what.contains(named));
        assert!(here, "{damage}: {found:?}");
        assert_eq!(store.repair().unwrap().damaged, 0, "{damage}");
        assert_eq!(words(&store), [""; 0], "{damage}");
        assert_eq!(tables(&store), good, "{damage}");
    }
}

#[test]
fn very_much_damage_is_counted() {
    let (_dir, store) = filled();
    let conn = store.connection();
    conn.execute("UPDATE conversation SET messages = 77", [])
        .unwrap();
    assert_eq!(store.doctor(true).unwrap().len(), 20);
    let mut findings = crate::store::check::Findings::default();
    for n in 0..3_000 {
        findings.push(crate::store::Finding {
            conversation: None,
            what: n.to_string(),
            repairable: n == 2_999,
        });
    }
    let all = findings.into_vec();
    assert_eq!(all.len(), 1_001);
    assert!(all[1_000].what.starts_with("2000 more") && all[1_000].repairable);
}

#[test]
fn damaged_truth_is_named_not_shown_and_healed_by_importing_again() {
    let (_dir, mut store) = filled();
    store
        .connection()
        .execute(
            "UPDATE body SET events = (SELECT events FROM body WHERE row = 2) WHERE row = 1",
            [],
        )
        .unwrap();
    assert!(matches!(store.whole(1), Err(StoreError::Damaged(_))));
    let found = store.doctor(true).unwrap();
    assert!(
        found
            .iter()
            .any(|f| !f.repairable && f.what.contains("import it again")),
        "{found:?}"
    );
    assert_eq!(store.repair().unwrap().damaged, 1);
    assert!(
        matches!(store.whole(1), Err(StoreError::Damaged(_))),
        "a repair must not hide damage"
    );

    let again = imported("user 0", dialogue(0, 5));
    assert_eq!(put_all(&mut store, vec![again.clone()]), [Outcome::Updated]);
    assert_eq!(store.whole(1).unwrap().unwrap().events, again.events);
    store.repair().unwrap();
    assert_eq!(words(&store), [""; 0]);
}

#[test]
fn an_unfinished_import_is_named() {
    let (_dir, mut store) = filled();
    drop(
        store
            .begin_import(&crate::store::testing::main_source())
            .unwrap(),
    );
    let found = words(&store);
    assert!(found.len() == 1 && found[0].contains("main"), "{found:?}");
}

/// Everything a person sees, as text; `None` where something does not read.
fn shown(store: &Store) -> Option<String> {
    let rows: Vec<i64> = (1..=20).collect();
    let cards = store.cards(&rows).ok()?;
    let wholes: Option<Vec<_>> = rows.iter().map(|&r| store.whole(r).ok()?).collect();
    let texts = |card: &crate::store::Card| {
        format!(
            "{} {}",
            card.external_id.for_search(),
            card.preview.as_ref().map_or("", |p| p.for_search())
        )
    };
    let mut out: String = cards.iter().map(texts).collect();
    for whole in wholes? {
        for event in whole.events {
            out.push_str(event.text.as_ref().map_or("", |t| t.for_search()));
        }
    }
    out.push_str(&format!("{cards:?}"));
    Some(out)
}

#[test]
fn flipped_bits_are_noticed() {
    let (dir, store) = filled();
    let good = shown(&store).unwrap();
    let path = store.path().to_path_buf();
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    // Free space is most of a small store, and says nothing.
    let used: Vec<usize> = (100..bytes.len()).filter(|&i| bytes[i] != 0).collect();
    let flipped = dir.path().join("flipped.db");
    let (mut changed, mut noticed) = (0, 0);
    let mut seed = 42u64;
    for _ in 0..150 {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = used[(seed >> 20) as usize % used.len()];
        let mut copy = bytes.clone();
        copy[at] ^= 1 << (seed >> 60 & 7);
        std::fs::write(&flipped, &copy).unwrap();
        let Ok(store) = Store::open(&flipped, &Access::Read) else {
            continue;
        };
        let now = shown(&store);
        if now.as_ref() != Some(&good) {
            changed += 1;
            // Either it is not shown at all, or doctor names it.
            let named = store.doctor(true).map_or(true, |f| !f.is_empty());
            noticed += usize::from(now.is_none() || named);
        }
    }
    assert!(changed > 5, "the flips must hit something: {changed}");
    assert_eq!(noticed, changed);
}
