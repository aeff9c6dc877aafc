//! One conversation in all of its tables: written as a whole, read back verified.

use rusqlite::{Connection, OptionalExtension, params};

use super::body::{Packed, decode, unpack};
use super::draft::Rows;
use super::record::Record;
use super::{Result, StoreError, sqlite};
use crate::model::{ConversationId, Event};

/// Writes one conversation into every table, in place of what was in its row.
pub(crate) fn write_rows(
    conn: &Connection,
    row: Option<i64>,
    rows: &Rows,
    content: &[u8; 16],
    body: &Packed,
    rev: i64,
) -> Result<i64> {
    let known = row.is_some();
    let row = rows.record.save(conn, row, rev, content)?;
    let run = |sql: &str, params: &[&dyn rusqlite::ToSql]| -> Result<()> {
        conn.prepare_cached(sql)
            .and_then(|mut q| q.execute(params))
            .map(|_| ())
            .map_err(sqlite("writing a conversation"))
    };
    run(
        "INSERT OR REPLACE INTO body (row, dictionary, events) VALUES (?1, ?2, ?3)",
        params![row, body.dictionary, body.bytes],
    )?;
    run(
        "INSERT OR REPLACE INTO turn (row, turns) VALUES (?1, ?2)",
        params![row, rows.turns],
    )?;
    if known {
        // Values of slots stay: a union only adds events, and a slot once filled was filled.
        run("DELETE FROM search WHERE rowid = ?1", params![row])?;
    }
    for (slot, value) in &rows.slot_values {
        run(
            "INSERT OR IGNORE INTO slot_value (slot, value, row) VALUES (?1, ?2, ?3)",
            params![slot, value, row],
        )?;
    }
    let (user, bot) = &rows.documents;
    run(
        "INSERT INTO search (rowid, user, bot) VALUES (?1, ?2, ?3)",
        params![row, user, bot],
    )?;
    Ok(row)
}

/// The record and the events of a row that must be there, verified.
pub(crate) fn known(conn: &Connection, row: i64) -> Result<(Record, Vec<Event>)> {
    let Some((record, content)) = Record::load(conn, row)? else {
        return Err(StoreError::Refused(format!(
            "there is no conversation in row {row}"
        )));
    };
    let events = match plain_body(conn, row)? {
        Some(plain) if record.hash(&plain)[..] == content[..] => decode(&plain),
        _ => None,
    };
    match events {
        Some(events) => Ok((record, events)),
        None => Err(StoreError::Damaged(ConversationId(record.id))),
    }
}

/// The events of a row; `None` where they are damaged, which must not hold an import up.
pub(crate) fn known_events(conn: &Connection, row: i64) -> Result<Option<Vec<Event>>> {
    match known(conn, row) {
        Ok((_, events)) => Ok(Some(events)),
        Err(StoreError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The unpacked body of a row; `None` where there is none or it is damaged.
pub(crate) fn plain_body(conn: &Connection, row: i64) -> Result<Option<Vec<u8>>> {
    let stored: Option<(Option<i64>, Vec<u8>)> = conn
        .prepare_cached("SELECT dictionary, events FROM body WHERE row = ?1")
        .and_then(|mut q| {
            q.query_row([row], |r| Ok((r.get(0)?, r.get(1)?)))
                .optional()
        })
        .map_err(sqlite("reading a conversation"))?;
    match stored {
        Some((dictionary, packed)) => unpack(conn, dictionary, &packed),
        None => Ok(None),
    }
}
