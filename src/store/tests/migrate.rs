//! The frame of migrations, with steps that are not real; then the real ones.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Transaction;

use super::ingest::{dialogue, put_all};
use crate::model::{Clock, Set, Status};
use crate::store::apply::tests::on;
use crate::store::migrate::{STEPS, Step, VERSION, back_up, migrate};
use crate::store::testing::{imported, temporary};
use crate::store::{Access, Result, Store, StoreError, sqlite};

fn add_colour(tx: &Transaction<'_>) -> Result<()> {
    tx.execute_batch("ALTER TABLE source ADD COLUMN colour TEXT")
        .map_err(sqlite("upgrading the store"))
}

fn fail_half_way(tx: &Transaction<'_>) -> Result<()> {
    add_colour(tx)?;
    Err(StoreError::Refused("no more".into()))
}

fn version(store: &Store) -> i32 {
    store
        .connection()
        .query_row("PRAGMA user_version", [], |r| r.get(0))
        .unwrap()
}

#[test]
fn a_step_runs_once_after_a_backup_that_opens() {
    let (_dir, mut store) = temporary();
    put_all(&mut store, vec![imported("anna", dialogue(0, 2))]);
    let path = store.path().to_path_buf();
    let steps = [Step {
        to: VERSION + 1,
        run: add_colour,
    }];
    let backup = migrate(store.connection_mut(), &path, &steps)
        .unwrap()
        .unwrap();
    assert_eq!(version(&store), VERSION + 1);
    assert_eq!(
        migrate(store.connection_mut(), &path, &steps).unwrap(),
        None
    );

    assert_eq!(
        fs::metadata(&backup).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let former = Store::open(&backup, &Access::Read).unwrap();
    assert_eq!(version(&former), VERSION);
    assert_eq!(former.resolve("anna").unwrap().len(), 1);
}

#[test]
fn a_step_that_fails_leaves_the_version_before_it() {
    let (_dir, mut store) = temporary();
    let path = store.path().to_path_buf();
    let steps = [
        Step {
            to: VERSION + 1,
            run: add_colour,
        },
        Step {
            to: VERSION + 2,
            run: fail_half_way,
        },
    ];
    assert!(migrate(store.connection_mut(), &path, &steps).is_err());
    assert_eq!(version(&store), VERSION + 1);
    let (_dir, mut store) = temporary();
    let path = store.path().to_path_buf();
    assert!(
        migrate(
            store.connection_mut(),
            &path,
            &[Step {
                to: VERSION + 1,
                run: fail_half_way
            }]
        )
        .is_err()
    );
    assert_eq!(version(&store), VERSION);
    assert!(put_all(&mut store, vec![imported("anna", dialogue(0, 2))]).len() == 1);
}

#[test]
fn who_comes_second_does_not_put_the_upgraded_store_in_the_place_of_the_backup() {
    let (_dir, mut store) = temporary();
    let path = store.path().to_path_buf();
    let steps = [Step {
        to: VERSION + 1,
        run: add_colour,
    }];
    let backup = migrate(store.connection_mut(), &path, &steps)
        .unwrap()
        .unwrap();
    // Another process, which had read the version before that.
    assert_eq!(back_up(store.connection(), &path, VERSION).unwrap(), None);
    let former = Store::open(&backup, &Access::Read).unwrap();
    assert_eq!(version(&former), VERSION);
}

/// Turns the store into one of version 1: with its search index, and every figure in the bodies.
fn as_version_1(store: &Store) {
    let schema = include_str!("../schema.sql");
    let from = schema.find("CREATE VIRTUAL TABLE search").unwrap();
    let to = from + schema[from..].find(";\n").unwrap();
    let conn = store.connection();
    conn.execute_batch("DROP TABLE search").unwrap();
    conn.execute_batch(&schema[from..=to]).unwrap();
    conn.execute_batch("PRAGMA user_version = 1").unwrap();
}

#[test]
fn the_second_version_finds_what_the_first_found_and_keeps_the_reviews() {
    let (_dir, mut store) = temporary();
    let mut one = imported("anna", dialogue(0, 2));
    one.events[1].text = Some("Straße, \u{6771}\u{4eac} caf\u{e9} order_id".into());
    put_all(&mut store, vec![one, imported("bert", dialogue(0, 2))]);
    let anna = store.cards(&[1]).unwrap()[0].id;
    let saved = on(&[anna], Set::Status(Status::Saved));
    store.apply(&saved, "ann", &Clock::default()).unwrap();
    as_version_1(&store);
    let path = store.path().to_path_buf();
    drop(store);

    // Reading alone changes nothing; whoever may write brings it up to date.
    let old = Store::open(&path, &Access::Read).unwrap();
    assert_eq!((version(&old), old.notices()), (1, &[][..]));
    drop(old);
    let store = Store::open(&path, &Access::Review).unwrap();
    assert_eq!(version(&store), VERSION);
    assert_eq!(STEPS.last().unwrap().to, VERSION);
    assert_eq!(store.notices().len(), 1);
    assert_eq!(store.doctor(true).unwrap(), []);
    assert_eq!(store.cards(&[1]).unwrap()[0].review.status, Status::Saved);
    let found = |words: &str| -> Vec<i64> {
        let conn = store.connection();
        let mut query = conn
            .prepare("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid")
            .unwrap();
        let rows = query.query_map([words], |r| r.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    };
    assert_eq!(found("user : \"straße 東 京 cafe order id\""), [1]);
    assert_eq!(found("user : \"message 0\""), [2]);
    assert_eq!(found("bot : \"message 1\""), [1, 2]);
}
