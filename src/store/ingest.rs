//! How conversations come in: one import of one source, in batches that are each one transaction.
//!
//! An import never removes an event. What a known conversation and a new reading of it are to each other
//! is decided in [`super::unite`], which conversation a reading belongs to in [`super::place`]; here it
//! is written. An error ends the batch: it is rolled back, the source stays incomplete, and the next
//! import goes on from the last committed position.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, params};

use super::body::{Packer, encode};
use super::draft::Draft;
use super::narrow::folded;
use super::numbers::{ValueIds, Values, ValuesIn};
use super::place::{self, Place, SessionMode};
use super::record::Record;
use super::seeds::apply_seed;
use super::stored::{known, write_draft};
use super::threshold;
use super::unite::{self, Union};
use super::{Facet, Outcome, Result, Store, StoreError, next_rev, sqlite};
use crate::model::{
    Attributes, Confidence, ConversationId, ConversationKey, Event, Facts, Imported, Millis,
    ReviewSeed, mark_reverted,
};
use crate::text::Untrusted;

/// After this long a batch should be committed, so that reviewers are not held.
const BATCH: Duration = Duration::from_millis(50);

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
    store: &'a mut Store,
    source: i64,
    name: Untrusted,
    mode: SessionMode,
    threshold: Option<Confidence>,
    values: ValueIds,
    packer: Packer,
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
        let packer = Packer::new(self.connection())?;
        Ok(Ingest {
            store: self,
            source: id,
            name: source.name.clone(),
            mode,
            threshold,
            values: ValueIds::default(),
            packer,
            batch: None,
        })
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
    /// Takes one conversation in. An error ends the batch; the caller should stop.
    pub fn put(&mut self, imported: Imported) -> Result<Outcome> {
        self.guarded(|ingest, rev| ingest.take_in(imported, rev))
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

    /// True if the open batch has held the store as long as it should.
    pub fn due(&self) -> bool {
        self.batch
            .is_some_and(|(_, began)| began.elapsed() >= BATCH)
    }

    /// Commits what was put since the last commit.
    pub fn commit_batch(&mut self) -> Result<()> {
        if self.batch.take().is_none() {
            return Ok(());
        }
        let done = self.store.still_there().and_then(|()| {
            self.store
                .connection()
                .execute_batch("COMMIT")
                .map_err(sqlite("saving the import"))
        });
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    /// Ends the import: everything is on the disk, and the source is complete.
    pub fn finish(mut self) -> Result<()> {
        self.commit_batch()?;
        self.settle_threshold()?;
        self.store.barrier(self.source)
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
        match next_rev(self.store.connection()) {
            Ok(rev) => {
                self.batch = Some((rev, Instant::now()));
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
        let conn = self.store.connection();
        if !conn.is_autocommit() {
            let _ = conn.execute_batch("ROLLBACK");
        }
    }

    fn take_in(&mut self, imported: Imported, rev: i64) -> Result<Outcome> {
        let Imported {
            mut key,
            external_id,
            attributes,
            events,
            reviews,
        } = imported;
        key.source = self.name.clone();
        let conn = self.store.connection();
        if is_purged(conn, key.id())? {
            return Ok(Outcome::Purged);
        }
        let siblings = place::siblings(conn, self.source, key.native.for_search())?;
        let place = place::find(conn, &siblings, &key, &events, self.mode)?;
        match place {
            Place::Refused(reason) => Ok(Outcome::Rejected(reason)),
            Place::New => {
                let session = place::label(&siblings, &key, external_id.as_ref());
                self.add(key, session, attributes, events, &reviews, rev)
            }
            Place::Known(row) => self.unite(row, key, attributes, events, &reviews, rev),
            Place::Rest(row, from) => {
                let (rest, theirs) = self.cut(row, from, rev)?;
                let events = match unite::unite(rest, events) {
                    Union::Grown(events, _) => events,
                    _ => return Err(StoreError::Refused("a session did not come apart".into())),
                };
                let attributes = unite::unite_attributes(theirs, attributes, true);
                let session = place::label(&siblings, &key, external_id.as_ref());
                self.add(key, session, attributes, events, &reviews, rev)
            }
        }
    }

    /// Takes the events from `from` on out of a known session; returns them and its attributes.
    fn cut(&mut self, row: i64, from: usize, rev: i64) -> Result<(Vec<Event>, Attributes)> {
        let (record, mut events) = known(self.store.connection(), row)?;
        let (key, attributes) = self.identity(&record)?;
        self.forget_slot_values(row, &attributes, &events)?;
        let rest = events.split_off(from);
        self.write_down(Some(row), &key, record.session, &attributes, events, rev)?;
        Ok((rest, attributes))
    }

    /// Key and attributes of what is stored.
    fn identity(&self, record: &Record) -> Result<(ConversationKey, Attributes)> {
        let attributes = postcard::from_bytes(&record.attributes)
            .map_err(|_| StoreError::Damaged(ConversationId(record.id)))?;
        let key = ConversationKey {
            source: self.name.clone(),
            native: record.native.as_str().into(),
            time: Millis(record.keyed_at),
        };
        Ok((key, attributes))
    }

    /// Removes the slot values of a row; they are found by slot, so they are derived once more.
    fn forget_slot_values(
        &mut self,
        row: i64,
        attributes: &Attributes,
        events: &[Event],
    ) -> Result<()> {
        let facts = Facts::derive(attributes, events, self.threshold);
        let conn = self.store.connection();
        for (name, value) in &facts.slots {
            let mut values = ValuesIn {
                conn,
                ids: &mut self.values,
            };
            let slot = values.id(Facet::Slot, name.for_search())?;
            conn.prepare_cached(
                "DELETE FROM slot_value WHERE slot = ?1 AND value = ?2 AND row = ?3",
            )
            .and_then(|mut q| q.execute(params![slot, folded(value.for_search()), row]))
            .map_err(sqlite("writing a conversation"))?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        key: ConversationKey,
        session: u32,
        attributes: Attributes,
        events: Vec<Event>,
        reviews: &[ReviewSeed],
        rev: i64,
    ) -> Result<Outcome> {
        let row = self.write_down(None, &key, session, &attributes, events, rev)?;
        self.seed(row, reviews)?;
        Ok(Outcome::New)
    }

    fn unite(
        &mut self,
        row: i64,
        key: ConversationKey,
        attributes: Attributes,
        events: Vec<Event>,
        reviews: &[ReviewSeed],
        rev: i64,
    ) -> Result<Outcome> {
        let (record, old_events) = match known(self.store.connection(), row) {
            Ok(known) => known,
            Err(StoreError::Damaged(_)) => {
                return self.heal(row, key, attributes, events, reviews, rev);
            }
            Err(error) => return Err(error),
        };
        let (mut old_key, old_attributes) = self.identity(&record)?;
        let marked = unite::begins_a_session(&old_events);
        let new_marked = unite::begins_a_session(&events);
        let (count, new_count) = (old_events.len(), events.len());
        // A fuller or equal reading is the newer word on the whole conversation.
        let (events, grown, first) = match unite::unite(old_events, events) {
            Union::Contradiction(reason) => {
                return Ok(Outcome::Rejected(format!(
                    "{reason}: if it comes from another assistant, import it with another --source"
                )));
            }
            Union::Contained => (None, false, false),
            Union::Grown(events, first) => (Some(events), true, first),
        };
        let newer = grown || new_count >= count;
        let attributes = unite::unite_attributes(old_attributes.clone(), attributes, newer);
        let earlier = match (marked, new_marked) {
            (false, true) => first || key.time <= old_key.time,
            (true, false) => false,
            _ => first && key.time < old_key.time,
        };
        let old_id = old_key.id();
        if grown && earlier && key.time != old_key.time {
            old_key = key;
        }
        if !grown && attributes == old_attributes {
            return Ok(match self.seed(row, reviews)? {
                true => Outcome::Updated,
                false => Outcome::Unchanged,
            });
        }
        let events = match events {
            Some(events) => events,
            None => known(self.store.connection(), row)?.1,
        };
        if old_key.id() != old_id {
            rename(self.store.connection(), row, old_id, old_key.id())?;
        }
        self.write_down(
            Some(row),
            &old_key,
            record.session,
            &attributes,
            events,
            rev,
        )?;
        self.seed(row, reviews)?;
        Ok(Outcome::Updated)
    }

    /// Writes a reading over a row that cannot be read any more: its label and its reviews stay.
    fn heal(
        &mut self,
        row: i64,
        key: ConversationKey,
        attributes: Attributes,
        events: Vec<Event>,
        reviews: &[ReviewSeed],
        rev: i64,
    ) -> Result<Outcome> {
        let session: u32 = self
            .store
            .connection()
            .query_row("SELECT session FROM card WHERE row = ?1", [row], |r| {
                r.get(0)
            })
            .map_err(sqlite("reading a conversation"))?;
        self.write_down(Some(row), &key, session, &attributes, events, rev)?;
        self.seed(row, reviews)?;
        Ok(Outcome::Updated)
    }

    /// Writes everything of one conversation, in place of what was there.
    fn write_down(
        &mut self,
        row: Option<i64>,
        key: &ConversationKey,
        session: u32,
        attributes: &Attributes,
        mut events: Vec<Event>,
        rev: i64,
    ) -> Result<i64> {
        mark_reverted(&mut events);
        let conn = self.store.connection();
        let mut values = ValuesIn {
            conn,
            ids: &mut self.values,
        };
        let draft = Draft::make(
            self.source,
            key,
            session,
            attributes,
            &events,
            self.threshold,
            &mut values,
        )?;
        let plain = encode(&events)?;
        let row = write_draft(conn, row, &draft, &plain, &mut self.packer, rev)?;
        if let Some(own) = draft.own_threshold {
            let when = (draft.record.ended.unwrap_or(i64::MIN), draft.record.id);
            if threshold::learn(conn, self.source, own, when)? {
                self.threshold = Some(own);
            }
        }
        Ok(row)
    }

    /// Enters the reviews that came with it; true if one was new.
    fn seed(&self, row: i64, reviews: &[ReviewSeed]) -> Result<bool> {
        let mut new = false;
        for seed in reviews {
            new |= apply_seed(self.store.connection(), row, seed)?;
        }
        Ok(new)
    }

    /// Applies the source's threshold, as it is known at the end, to the conversations that were
    /// written before it was.
    fn settle_threshold(&mut self) -> Result<()> {
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
            if self.due() {
                self.commit_batch()?;
            }
        }
        self.guarded(|ingest, _| threshold::settled(ingest.store.connection(), ingest.source))?;
        self.commit_batch()
    }
}

impl Drop for Ingest<'_> {
    fn drop(&mut self) {
        if self.batch.is_some() {
            self.roll_back();
        }
    }
}

fn is_purged(conn: &Connection, id: ConversationId) -> Result<bool> {
    conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM purged WHERE id = ?1)")
        .and_then(|mut q| q.query_row([id.0], |r| r.get(0)))
        .map_err(sqlite("reading what was purged"))
}

/// The conversation has a new id from now on; the old one goes on naming it.
fn rename(conn: &Connection, row: i64, old: ConversationId, new: ConversationId) -> Result<()> {
    let run = |sql: &str, id: ConversationId| {
        conn.execute(sql, params![id.0, row])
            .map_err(sqlite("renaming a conversation"))
    };
    run(
        "INSERT OR REPLACE INTO former_id (id, row) VALUES (?1, ?2)",
        old,
    )?;
    run("DELETE FROM former_id WHERE id = ?1 AND row = ?2", new)?;
    Ok(())
}
