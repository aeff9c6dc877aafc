//! How conversations come in: one import of one source, in batches that are each one transaction.
//!
//! An import never removes an event: what becomes of each conversation stands in [`super::arrive`]. An
//! error ends the batch: it is rolled back, the source stays incomplete, and the next import goes on from
//! the last committed position.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, params};

use super::numbers::ValueIds;
use super::pack::Dictionary;
use super::pending::Pending;
use super::place::{Family, SessionMode};
use super::prepare::{Prepared, Preparer};
use super::stored::known;
use super::threshold::{self, Learned};
use super::{Outcome, Result, Store, StoreError, next_rev, sqlite};
use crate::model::{Confidence, Imported};
use crate::text::Untrusted;

/// After this long a batch should be committed, so that reviewers are not held.
const BATCH: Duration = Duration::from_millis(50);

/// What writing one conversation is taken to cost before it was measured.
const FIRST_COST: Duration = Duration::from_micros(100);

/// What an import is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSpec {
    /// Its name; what ids are made of.
    pub name: Untrusted,
    /// The format it was read as.
    pub format: String,
    /// How its events are split into sessions: `marker`, `none` or `gap:<milliseconds>`.
    pub session_mode: String,
}

/// How far one input was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Byte offset or row after the last committed conversation.
    pub at: i64,
    /// Read to its end.
    pub done: bool,
}

/// One running import. Dropping it rolls the open batch back and leaves the source incomplete.
pub struct Ingest<'a> {
    pub(super) store: &'a mut Store,
    pub(super) source: i64,
    pub(super) name: Untrusted,
    pub(super) mode: SessionMode,
    pub(super) threshold: Option<Confidence>,
    pub(super) values: ValueIds,
    pub(super) preparer: Preparer,
    pub(super) family: Family,
    /// New conversations of the open batch that are not written yet, and the row of the next one.
    pub(super) pending: Pending,
    pub(super) next_row: i64,
    /// A dictionary that the open batch has written, and its number.
    pub(super) entered: Option<(Arc<Dictionary>, i64)>,
    pub(super) learned: Learned,
    /// False while no conversation was ever purged.
    pub(super) any_purged: bool,
    /// What writing and committing one pending conversation took lately.
    cost: Duration,
    /// What `data_version` was when the last batch began: where it is another, another process wrote.
    seen: Option<i64>,
    /// The open batch: its revision and when it began.
    batch: Option<(i64, Instant)>,
}

impl Store {
    /// Begins an import. The session mode of a source is fixed by its first conversation: another one
    /// is refused, since the same log would come apart differently.
    pub fn begin_import(&mut self, source: &SourceSpec) -> Result<Ingest<'_>> {
        let mode = SessionMode::parse(&source.session_mode)?;
        let id = self.write(|tx| enter_source(tx, source))?;
        let threshold = threshold::of_source(self.connection(), id)?;
        let preparer = self.preparer()?;
        Ok(Ingest {
            store: self,
            source: id,
            name: source.name.clone(),
            mode,
            threshold,
            values: ValueIds::default(),
            preparer,
            family: Family::default(),
            pending: Pending::default(),
            next_row: 0,
            entered: None,
            learned: Learned::default(),
            any_purged: false,
            cost: FIRST_COST,
            seen: None,
            batch: None,
        })
    }
}

impl Store {
    /// The known sources with how their events are split into sessions, for an import that is not told.
    pub fn session_modes(&self) -> Result<Vec<(Untrusted, String)>> {
        self.connection()
            .prepare("SELECT name, session_mode FROM source ORDER BY name")
            .and_then(|mut q| {
                q.query_map([], |r| Ok((r.get::<_, String>(0)?.into(), r.get(1)?)))?
                    .collect()
            })
            .map_err(sqlite("reading the sources"))
    }
}

/// Writes or finds the source; it is incomplete from now on.
fn enter_source(tx: &Connection, source: &SourceSpec) -> Result<i64> {
    let name = source.name.for_search();
    let known: Option<(i64, String)> = tx
        .query_row(
            "SELECT id, session_mode FROM source WHERE name = ?1",
            [name],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .optional()
        .map_err(sqlite("reading the sources"))?;
    let Some((id, mode)) = known else {
        return tx
            .query_row(
                "INSERT INTO source (name, format, session_mode) VALUES (?1, ?2, ?3) RETURNING id",
                params![name, source.format, source.session_mode],
                |r| r.get(0),
            )
            .map_err(sqlite("writing the source"));
    };
    let used: bool = tx
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM card WHERE source = ?1)",
            [id],
            |r| r.get(0),
        )
        .map_err(sqlite("reading the sources"))?;
    if used && mode != source.session_mode {
        return Err(StoreError::Refused(format!(
            "the source {} was imported with --sessions {}: import with another --source to split it by {}",
            Untrusted::from(name).line().as_str(),
            SessionMode::words(&mode),
            SessionMode::words(&source.session_mode),
        )));
    }
    tx.execute(
        "UPDATE source SET complete = 0, session_mode = ?2 WHERE id = ?1",
        params![id, source.session_mode],
    )
    .map_err(sqlite("writing the source"))?;
    Ok(id)
}

impl Ingest<'_> {
    /// Takes one conversation of this source in. An error ends the batch; the caller should stop.
    pub fn put(&mut self, prepared: Prepared) -> Result<Outcome> {
        self.guarded(|ingest, rev| ingest.take_in(prepared, rev))
    }

    /// Prepares a conversation and takes it in, for a caller that has no threads to prepare it on.
    pub fn take(&mut self, imported: Imported) -> Result<Outcome> {
        let prepared = self.preparer.prepare(imported)?;
        self.put(prepared)
    }

    /// How far an input (by its 16-byte or longer mark) was read by committed batches.
    pub fn position(&self, input: &[u8]) -> Result<Option<Position>> {
        self.store
            .connection()
            .query_row(
                "SELECT position, done FROM import_position WHERE source = ?1 AND input = ?2",
                params![self.source, input],
                |r| {
                    Ok(Position {
                        at: r.get(0)?,
                        done: r.get(1)?,
                    })
                },
            )
            .optional()
            .map_err(sqlite("reading how far the import came"))
    }

    /// Notes how far an input was read, in the same transaction as the conversations before it.
    pub fn set_position(&mut self, input: &[u8], position: Position) -> Result<()> {
        self.guarded(|ingest, _| {
            ingest
                .store
                .connection()
                .prepare_cached(
                    "INSERT INTO import_position (source, input, position, done) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET position = ?3, done = ?4",
                )
                .and_then(|mut q| {
                    q.execute(params![ingest.source, input, position.at, position.done])
                })
                .map_err(sqlite("noting how far the import came"))?;
            Ok(())
        })
    }

    /// A number that changes when another connection has written.
    pub fn data_version(&self) -> Result<i64> {
        self.store.data_version()
    }

    /// True if the open batch, when it is written, will have held the store for so long.
    pub fn due(&self, most: Duration) -> bool {
        let pending = u32::try_from(self.pending.len()).unwrap_or(u32::MAX);
        self.batch
            .is_some_and(|(_, began)| began.elapsed() + self.cost.saturating_mul(pending) >= most)
    }

    /// Commits what was put since the last commit.
    pub fn commit_batch(&mut self) -> Result<()> {
        let Some((rev, _)) = self.batch else {
            return Ok(());
        };
        let began = Instant::now();
        let pending = self.pending.len();
        let done = self.write_batch(rev);
        if done.is_err() {
            self.roll_back();
            return done;
        }
        self.batch = None;
        if let Some((dictionary, number)) = self.entered.take() {
            let _ = dictionary.number.set(number);
        }
        if let Some(each) = u32::try_from(pending).ok().filter(|n| *n > 0) {
            self.cost = (self.cost + began.elapsed() / each) / 2;
        }
        Ok(())
    }

    fn write_batch(&mut self, rev: i64) -> Result<()> {
        let conn = self.store.connection();
        self.pending.write(conn, rev)?;
        self.learned.save(conn, self.source)?;
        self.store.still_there()?;
        conn.execute_batch("COMMIT")
            .map_err(sqlite("saving the import"))
    }

    /// Ends the import: everything is on the disk, and the source is complete.
    pub fn finish(mut self) -> Result<()> {
        self.commit_batch()?;
        self.settle_threshold()?;
        self.store.barrier(self.source, true)
    }

    /// Ends the import of something that could not be read to its end: everything that was put is on the
    /// disk, and the source stays incomplete.
    pub fn finish_incomplete(mut self) -> Result<()> {
        self.commit_batch()?;
        self.settle_threshold()?;
        self.store.barrier(self.source, false)
    }

    /// Leaves the import for now: everything that was put is on the disk, and the next one goes on.
    pub fn leave(mut self) -> Result<()> {
        self.commit_batch()?;
        self.store.barrier(self.source, false)
    }

    /// Runs `work` inside the open batch, beginning one where there is none.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self, i64) -> Result<T>) -> Result<T> {
        let rev = match self.batch {
            Some((rev, _)) => rev,
            None => self.begin()?,
        };
        let done = work(self, rev);
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    fn begin(&mut self) -> Result<i64> {
        self.store.begin_writing()?;
        // From here on an error must close the transaction again.
        let begun = self.data_version().and_then(|version| {
            let conn = self.store.connection();
            self.next_row = next_row(conn)?;
            self.any_purged = any_purged(conn)?;
            Ok((version, next_rev(conn)?))
        });
        match begun {
            Ok((version, rev)) => {
                self.learned = Learned::default();
                self.batch = Some((rev, Instant::now()));
                if self.seen.replace(version) != Some(version) {
                    self.family = Family::default();
                    self.read_threshold();
                }
                Ok(rev)
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    fn roll_back(&mut self) {
        self.batch = None;
        // Numbers of values that the rolled back batch had given out mean nothing any more.
        self.values = ValueIds::default();
        self.family = Family::default();
        self.pending.clear();
        self.entered = None;
        self.learned = Learned::default();
        let conn = self.store.connection();
        if !conn.is_autocommit() {
            let _ = conn.execute_batch("ROLLBACK");
        }
        self.read_threshold();
    }

    /// Takes up the source's threshold as the store has it.
    fn read_threshold(&mut self) {
        let known = threshold::of_source(self.store.connection(), self.source);
        self.set_threshold(known.unwrap_or(None));
    }

    /// The source's threshold from now on, here and for whoever prepares.
    pub(super) fn set_threshold(&mut self, threshold: Option<Confidence>) {
        self.threshold = threshold;
        self.store.terms().set_threshold(&self.name, threshold);
    }

    /// Applies the source's threshold, as it is known at the end, to the conversations that were
    /// written before it was.
    fn settle_threshold(&mut self) -> Result<()> {
        // Another process may have learned it.
        self.read_threshold();
        let rows = threshold::stale_rows(self.store.connection(), self.source, self.threshold)?;
        for row in rows {
            self.guarded(|ingest, rev| {
                let (record, events) = match known(ingest.store.connection(), row) {
                    Err(StoreError::Damaged(_)) => return Ok(()),
                    known => known?,
                };
                let (key, attributes) = ingest.identity(&record)?;
                ingest.write_down(Some(row), &key, record.session, &attributes, events, rev)?;
                Ok(())
            })?;
            if self.due(BATCH) {
                self.commit_batch()?;
            }
        }
        self.guarded(|ingest, _| threshold::settled(ingest.store.connection(), ingest.source))?;
        self.commit_batch()
    }
}

/// The number after the highest that a row ever had.
fn next_row(conn: &Connection) -> Result<i64> {
    let last: Option<i64> = conn
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'conversation'")
        .and_then(|mut q| q.query_row([], |r| r.get(0)).optional())
        .map_err(sqlite("reading the rows"))?;
    Ok(last.unwrap_or(0) + 1)
}

fn any_purged(conn: &Connection) -> Result<bool> {
    conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM purged)")
        .and_then(|mut q| q.query_row([], |r| r.get(0)))
        .map_err(sqlite("reading what was purged"))
}

impl Drop for Ingest<'_> {
    fn drop(&mut self) {
        if self.batch.is_some() {
            self.roll_back();
        }
    }
}
