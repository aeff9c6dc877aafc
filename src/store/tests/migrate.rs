//! The frame of migrations, with steps that are not real.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Transaction;

use super::ingest::{dialogue, put_all};
use crate::store::migrate::{Step, migrate};
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
        to: 2,
        run: add_colour,
    }];
    let backup = migrate(store.connection_mut(), &path, &steps)
        .unwrap()
        .unwrap();
    assert_eq!(version(&store), 2);
    assert_eq!(
        migrate(store.connection_mut(), &path, &steps).unwrap(),
        None
    );

    assert_eq!(
        fs::metadata(&backup).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let former = Store::open(&backup, &Access::Read).unwrap();
    assert_eq!(version(&former), 1);
    assert_eq!(former.resolve("anna").unwrap().len(), 1);
}

#[test]
fn a_step_that_fails_leaves_the_version_before_it() {
    let (_dir, mut store) = temporary();
    let path = store.path().to_path_buf();
    let steps = [
        Step {
            to: 2,
            run: add_colour,
        },
        Step {
            to: 3,
            run: fail_half_way,
        },
    ];
    assert!(migrate(store.connection_mut(), &path, &steps).is_err());
    assert_eq!(version(&store), 2);
    let (_dir, mut store) = temporary();
    let path = store.path().to_path_buf();
    assert!(
        migrate(
            store.connection_mut(),
            &path,
            &[Step {
                to: 2,
                run: fail_half_way
            }]
        )
        .is_err()
    );
    assert_eq!(version(&store), 1);
    assert!(put_all(&mut store, vec![imported("anna", dialogue(0, 2))]).len() == 1);
}
