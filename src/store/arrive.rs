//! One conversation of an import: new, known, or a piece of one that is known.
//!
//! What two readings are to each other is decided in [`super::unite`], which conversation a reading
//! belongs to in [`super::place`]; here the decision is written.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::body::encode;
use super::draft::Draft;
use super::ingest::Ingest;
use super::narrow::{folded, kept};
use super::numbers::{Values, ValuesIn};
use super::pack::{Dictionary, Packed};
use super::pending::{New, PackedRow, rewrite};
use super::place::{self, Place, Sibling};
use super::prepare::Prepared;
use super::record::Record;
use super::seeds::apply_seed;
use super::stored::known;
use super::unite::{self, Union};
use super::{Facet, Outcome, Result, StoreError, sqlite};
use crate::model::{
    Attributes, ConversationId, ConversationKey, Event, Facts, Millis, ReviewSeed, mark_reverted,
};

impl Ingest<'_> {
    /// Decides what a reading is and writes it, inside the open batch.
    pub(super) fn take_in(&mut self, mut prepared: Prepared, rev: i64) -> Result<Outcome> {
        if prepared.key.source != self.name {
            return Err(StoreError::Refused(
                "a conversation of another source".into(),
            ));
        }
        let conn = self.store.connection();
        if self.any_purged && is_purged(conn, prepared.draft.record().id)? {
            return Ok(Outcome::Purged);
        }
        let native = prepared.key.native.for_search();
        if self.pending.holds(native) && !self.family.is(native) {
            self.pending.write(conn, rev)?;
        }
        let siblings = self.family.of(conn, self.source, native)?;
        // Nothing else is known of nearly every sender: then the events need not be looked at.
        if siblings.is_empty() {
            return self.add_prepared(prepared, rev);
        }
        self.pending.write(conn, rev)?;
        let events = prepared.unpack()?;
        let place = place::find(conn, siblings, &prepared.key, &events, self.mode)?;
        let label = || place::label(siblings, &prepared.key, prepared.external_id.as_ref());
        match place {
            Place::Refused(reason) => Ok(Outcome::Rejected(reason)),
            Place::New => {
                let session = label();
                prepared.set_session(session);
                self.add_prepared(prepared, rev)
            }
            Place::Known(row) => {
                let attributes = prepared.attributes()?;
                self.unite(
                    row,
                    prepared.key,
                    attributes,
                    events,
                    &prepared.reviews,
                    rev,
                )
            }
            Place::Rest(row, from) => {
                let session = label();
                let attributes = prepared.attributes()?;
                let (rest, theirs) = self.cut(row, from, rev)?;
                let events = match unite::unite(rest, events) {
                    Union::Grown(events, _) => events,
                    _ => return Err(StoreError::Refused("a session did not come apart".into())),
                };
                let attributes = unite::unite_attributes(theirs, attributes, true);
                let row =
                    self.write_down(None, &prepared.key, session, &attributes, events, rev)?;
                self.seed(row, &prepared.reviews, rev)?;
                Ok(Outcome::New)
            }
        }
    }

    /// Writes a new conversation: as it was prepared where that still holds, else derived once more.
    fn add_prepared(&mut self, prepared: Prepared, rev: i64) -> Result<Outcome> {
        let row = if prepared.holds(self.threshold) {
            let Prepared {
                draft,
                content,
                body,
                ..
            } = prepared;
            self.write_draft(None, draft, content, body, rev)?
        } else {
            let (attributes, events) = (prepared.attributes()?, prepared.unpack()?);
            let session = prepared.draft.record().session;
            self.write_down(None, &prepared.key, session, &attributes, events, rev)?
        };
        self.seed(row, &prepared.reviews, rev)?;
        Ok(Outcome::New)
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
    pub(super) fn identity(&self, record: &Record) -> Result<(ConversationKey, Attributes)> {
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
            let slot = values.id(Facet::Slot, &kept(name.for_search()))?;
            conn.prepare_cached(
                "DELETE FROM slot_value WHERE slot = ?1 AND value = ?2 AND row = ?3",
            )
            .and_then(|mut q| q.execute(params![slot, folded(value.for_search()), row]))
            .map_err(sqlite("writing a conversation"))?;
        }
        Ok(())
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
            return Ok(match self.seed(row, reviews, rev)? {
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
        self.seed(row, reviews, rev)?;
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
        self.seed(row, reviews, rev)?;
        Ok(Outcome::Updated)
    }

    /// Writes everything of one conversation, in place of what was there.
    pub(super) fn write_down(
        &mut self,
        row: Option<i64>,
        key: &ConversationKey,
        session: u32,
        attributes: &Attributes,
        mut events: Vec<Event>,
        rev: i64,
    ) -> Result<i64> {
        mark_reverted(&mut events);
        let draft = Draft::make(key, session, attributes, &events, self.threshold)?;
        let plain = encode(events)?;
        let content = draft.record().hash(&plain);
        let body = self.preparer.pack(&plain)?;
        self.write_draft(row, draft, content, body, rev)
    }

    fn write_draft(
        &mut self,
        row: Option<i64>,
        draft: Draft,
        content: [u8; 16],
        body: Packed,
        rev: i64,
    ) -> Result<i64> {
        let dictionary = match &body.dictionary {
            Some(dictionary) => Some(self.dictionary_number(dictionary)?),
            None => None,
        };
        let conn = self.store.connection();
        let mut values = ValuesIn {
            conn,
            ids: &mut self.values,
        };
        let rows = draft.into_rows(self.source, &mut values)?;
        if let Some(own) = rows.own_threshold {
            let when = (rows.record.ended.unwrap_or(i64::MIN), rows.record.id);
            if self.learned.learn(conn, self.source, own, when)? {
                self.set_threshold(Some(own));
            }
        }
        let conn = self.store.connection();
        let native = &rows.record.native;
        let Some(row) = row else {
            let row = self.next_row;
            self.next_row += 1;
            self.family.note(native, Sibling::of(row, &rows.record));
            self.pending.push(New {
                row,
                rows,
                content,
                dictionary,
                bytes: body.bytes,
            });
            return Ok(row);
        };
        let body = PackedRow {
            dictionary,
            bytes: &body.bytes,
        };
        rewrite(conn, row, &rows, &content, body, rev)?;
        self.family.note(native, Sibling::of(row, &rows.record));
        Ok(row)
    }

    /// The number of a dictionary, which is written where this is the first body packed with it.
    fn dictionary_number(&mut self, dictionary: &Arc<Dictionary>) -> Result<i64> {
        if let Some(number) = dictionary.number.get() {
            return Ok(*number);
        }
        if let Some((entered, number)) = &self.entered
            && Arc::ptr_eq(entered, dictionary)
        {
            return Ok(*number);
        }
        let number = self
            .store
            .connection()
            .prepare_cached("INSERT INTO dictionary (data) VALUES (?1)")
            .and_then(|mut q| q.insert([&dictionary.data]))
            .map_err(sqlite("writing the dictionary"))?;
        self.entered = Some((dictionary.clone(), number));
        Ok(number)
    }

    /// Enters the reviews that came with it; true if one was new.
    fn seed(&mut self, row: i64, reviews: &[ReviewSeed], rev: i64) -> Result<bool> {
        let mut new = false;
        if !reviews.is_empty() {
            self.pending.write(self.store.connection(), rev)?;
        }
        for seed in reviews {
            new |= apply_seed(self.store.connection(), row, seed)?;
        }
        Ok(new)
    }
}

fn is_purged(conn: &Connection, id: [u8; 16]) -> Result<bool> {
    conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM purged WHERE id = ?1)")
        .and_then(|mut q| q.query_row([id], |r| r.get(0)))
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
