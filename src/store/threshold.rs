//! The confidence threshold of a source: what its fallback classifier recorded last.
//!
//! Conversations that record one use their own; the others use the source's. It is only known when all
//! of an import is read, so those written before are derived again at its end: the order in which
//! files come must not decide who was understood.

use rusqlite::{Connection, OptionalExtension, params};

use super::record::Summary;
use super::{Result, sqlite};
use crate::model::Confidence;

/// The end and the id of the conversation that recorded it last: a fixed order whatever comes first.
type When = (i64, [u8; 16]);

/// The threshold known so far.
pub(crate) fn of_source(conn: &Connection, source: i64) -> Result<Option<Confidence>> {
    let steps: Option<i16> = conn
        .query_row(
            "SELECT threshold FROM source WHERE id = ?1",
            [source],
            |r| r.get(0),
        )
        .map_err(sqlite("reading the sources"))?;
    Ok(steps.map(Confidence::of_steps))
}

/// What the conversations of one batch recorded.
#[derive(Default)]
pub(crate) struct Learned {
    /// The conversation that recorded it last, once it was looked up, and what.
    newest: Option<(Option<When>, Option<Confidence>)>,
    /// It is another than the store says.
    fresh: bool,
}

impl Learned {
    /// Notes what a conversation recorded; true if it is the source's threshold from now on.
    pub(crate) fn learn(
        &mut self,
        conn: &Connection,
        source: i64,
        own: Confidence,
        when: When,
    ) -> Result<bool> {
        let (newest, threshold) = match self.newest {
            Some(known) => known,
            None => (newest(conn, source)?, None),
        };
        if newest.is_some_and(|known| when < known) {
            self.newest = Some((newest, threshold));
            return Ok(false);
        }
        self.newest = Some((Some(when), Some(own)));
        self.fresh = true;
        if threshold != Some(own) {
            let changed = conn
                .prepare_cached(
                    "UPDATE source SET threshold = ?2 WHERE id = ?1 AND threshold IS NOT ?2",
                )
                .and_then(|mut q| q.execute(params![source, own.steps()]))
                .map_err(sqlite("writing the source"))?;
            if changed > 0 {
                put(conn, &stale_name(source), &[1])?;
            }
        }
        Ok(true)
    }

    /// Writes which conversation recorded it last; at the end of the batch.
    pub(crate) fn save(&mut self, conn: &Connection, source: i64) -> Result<()> {
        if let (true, Some((Some((ended, id)), _))) = (self.fresh, self.newest) {
            let mut when = ended.to_le_bytes().to_vec();
            when.extend_from_slice(&id);
            put(conn, &when_name(source), &when)?;
        }
        self.fresh = false;
        Ok(())
    }
}

/// The rows that were derived with another threshold than the source has now.
pub(crate) fn stale_rows(
    conn: &Connection,
    source: i64,
    threshold: Option<Confidence>,
) -> Result<Vec<i64>> {
    let Some(now) = threshold.map(Confidence::steps) else {
        return Ok(Vec::new());
    };
    if get(conn, &stale_name(source))?.is_none() {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    let mut query = conn
        .prepare("SELECT row, summary FROM card WHERE source = ?1")
        .map_err(sqlite("reading the thresholds"))?;
    let mut found = query
        .query([source])
        .map_err(sqlite("reading the thresholds"))?;
    while let Some(row) = found.next().map_err(sqlite("reading the thresholds"))? {
        let summary: Vec<u8> = row.get(1).map_err(sqlite("reading the thresholds"))?;
        let stale = match postcard::from_bytes::<Summary>(&summary) {
            Ok(summary) => !summary.own_threshold && summary.threshold != now,
            Err(_) => false,
        };
        if stale {
            rows.push(row.get(0).map_err(sqlite("reading the thresholds"))?);
        }
    }
    Ok(rows)
}

/// Every row has been derived with the threshold the source has now.
pub(crate) fn settled(conn: &Connection, source: i64) -> Result<()> {
    conn.execute("DELETE FROM meta WHERE name = ?1", [stale_name(source)])
        .map(|_| ())
        .map_err(sqlite("writing the source"))
}

fn newest(conn: &Connection, source: i64) -> Result<Option<When>> {
    let stored = get(conn, &when_name(source))?;
    Ok(stored.and_then(|bytes| {
        let (ended, id) = bytes.split_first_chunk::<8>()?;
        Some((i64::from_le_bytes(*ended), id.try_into().ok()?))
    }))
}

fn when_name(source: i64) -> String {
    format!("threshold of {source}")
}

fn stale_name(source: i64) -> String {
    format!("threshold to apply of {source}")
}

fn get(conn: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    conn.prepare_cached("SELECT value FROM meta WHERE name = ?1")
        .and_then(|mut q| q.query_row([name], |r| r.get(0)).optional())
        .map_err(sqlite("reading the store's own values"))
}

fn put(conn: &Connection, name: &str, value: &[u8]) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")
        .and_then(|mut q| q.execute(params![name, value]))
        .map(|_| ())
        .map_err(sqlite("writing the store's own values"))
}
