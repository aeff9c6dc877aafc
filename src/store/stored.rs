//! One conversation read back from its tables, verified.

use rusqlite::{Connection, OptionalExtension};

use super::body::decode;
use super::pack::unpack;
use super::record::Record;
use super::train::{LONGEST_SAMPLE, Sample};
use super::{Result, StoreError, sqlite};
use crate::model::{ConversationId, Event};

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

/// The newest conversations to train a dictionary from; none where there are fewer than `count`.
pub(crate) fn latest_samples(conn: &Connection, count: usize) -> Result<Vec<Sample>> {
    let first: Option<i64> = conn
        .query_row(
            "SELECT row FROM card ORDER BY row DESC LIMIT 1 OFFSET ?1",
            [count.saturating_sub(1) as i64],
            |r| r.get(0),
        )
        .optional()
        .map_err(sqlite("reading the conversations"))?;
    let Some(first) = first else {
        return Ok(Vec::new());
    };
    let rows: Vec<i64> = conn
        .prepare("SELECT row FROM card WHERE row >= ?1")
        .and_then(|mut q| q.query_map([first], |r| r.get(0))?.collect())
        .map_err(sqlite("reading the conversations"))?;
    let mut samples = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some((record, _)), Some(plain)) = (Record::load(conn, row)?, plain_body(conn, row)?)
        else {
            continue;
        };
        if plain.len() <= LONGEST_SAMPLE
            && let Ok(attributes) = postcard::from_bytes(&record.attributes)
        {
            samples.push(Sample::of(&plain, &record.native, &attributes));
        }
    }
    Ok(samples)
}
