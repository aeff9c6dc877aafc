//! The registers: one value each, of which the last writer wins.
//!
//! Every register is read and written here, whatever table it lives in, so that a change, an undo, an
//! import and the check agree on what a register is. This file knows nothing of journal entries beyond
//! the number of the one that wrote a value.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::values::{Value, What, field_code, status_of, verdict_of};
use super::{Result, StoreError, sqlite};
use crate::model::{CorrectionField, EventTarget, NoteId, Status};
use crate::text::Untrusted;

/// A register's place in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// `review.status`.
    Status,
    /// `review.verdict`.
    Verdict,
    /// `review.flagged`.
    Flag,
    /// `review.queue`.
    Queue,
    /// `event_flag`.
    EventFlag,
    /// `conversation_tag`, by tag.
    Tag(i64),
    /// `auto_tag`, by rule.
    AutoTag(i64),
    /// `note`.
    Note(NoteId),
    /// `correction`.
    Correction(CorrectionField),
}

/// What a register holds and the journal number of the entry that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Its value; the initial one where nobody wrote.
    pub value: Value,
    /// Who wrote it.
    pub by: Option<i64>,
}

/// A write of one register.
pub(crate) struct Put<'a> {
    /// Conversation.
    pub row: i64,
    /// Event.
    pub event: Option<&'a EventTarget>,
    /// Value until now.
    pub old: &'a Value,
    /// Value from now on.
    pub new: &'a Value,
    /// Number of the entry that writes.
    pub by: i64,
    /// Revision that the touched row gets.
    pub rev: i64,
    /// True if the entry is the conversation's decision from now on.
    pub decides: bool,
}

/// Prepared access to one register of many conversations.
pub(crate) struct Register<'c> {
    place: Place,
    read: CachedStatement<'c>,
    write: CachedStatement<'c>,
    /// Revision and counters of the review row, where the register lives in another table.
    touch: Option<CachedStatement<'c>>,
}

impl<'c> Register<'c> {
    /// Prepares access to the register at `place`.
    pub(crate) fn open(conn: &'c Connection, place: Place) -> Result<Self> {
        let (read, write) = match place {
            Place::Status => (
                "SELECT status, status_by FROM review WHERE row = ?1",
                "INSERT INTO review (row, rev, status, status_by, decided_by)
                 VALUES (?1, ?2, ?3, ?4, iif(?5, ?4, NULL))
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, status = excluded.status,
                 status_by = excluded.status_by, decided_by = iif(?5, ?4, decided_by)",
            ),
            Place::Verdict => (
                "SELECT verdict, verdict_by FROM review WHERE row = ?1",
                "INSERT INTO review (row, rev, verdict, verdict_by, decided_by)
                 VALUES (?1, ?2, ?3, ?4, iif(?5, ?4, NULL))
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, verdict = excluded.verdict,
                 verdict_by = excluded.verdict_by, decided_by = iif(?5, ?4, decided_by)",
            ),
            Place::Flag => (
                "SELECT flagged, flagged_by FROM review WHERE row = ?1",
                "INSERT INTO review (row, rev, flagged, flagged_by) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, flagged = excluded.flagged,
                 flagged_by = excluded.flagged_by",
            ),
            Place::Queue => (
                "SELECT queue, queue_by FROM review WHERE row = ?1",
                "INSERT INTO review (row, rev, queue, queue_by) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, queue = excluded.queue,
                 queue_by = excluded.queue_by",
            ),
            Place::EventFlag => (
                "SELECT present, by FROM event_flag WHERE row = ?1 AND event = ?2",
                "INSERT INTO event_flag (row, event, seq, present, by) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (row, event) DO UPDATE SET seq = excluded.seq,
                 present = excluded.present, by = excluded.by",
            ),
            Place::Tag(_) => (
                "SELECT present, by FROM conversation_tag WHERE row = ?1 AND tag = ?2",
                "INSERT INTO conversation_tag (row, tag, present, by) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tag, row) DO UPDATE SET present = excluded.present, by = excluded.by",
            ),
            Place::AutoTag(_) => (
                "SELECT dismissed, by FROM auto_tag WHERE row = ?1 AND rule = ?2",
                "UPDATE auto_tag SET dismissed = ?3, by = ?4 WHERE row = ?1 AND rule = ?2",
            ),
            Place::Note(_) => (
                "SELECT text, by, row FROM note WHERE id = ?1",
                "INSERT INTO note (row, id, event, seq, text, written_by, by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
                 ON CONFLICT (id) DO UPDATE SET text = excluded.text, by = excluded.by",
            ),
            Place::Correction(_) => (
                "SELECT value, by FROM correction WHERE row = ?1 AND event = ?2 AND field = ?3",
                "INSERT INTO correction (row, event, field, seq, value, by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (row, event, field) DO UPDATE SET seq = excluded.seq,
                 value = excluded.value, by = excluded.by",
            ),
        };
        let touch = match place {
            Place::Status | Place::Verdict | Place::Flag | Place::Queue => None,
            Place::EventFlag => Some(
                "INSERT INTO review (row, rev, flagged_events) VALUES (?1, ?2, ?3)
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev,
                 flagged_events = flagged_events + ?3",
            ),
            Place::Note(_) => Some(
                "INSERT INTO review (row, rev, notes) VALUES (?1, ?2, ?3)
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, notes = notes + ?3",
            ),
            Place::Correction(_) => Some(
                "INSERT INTO review (row, rev, corrections) VALUES (?1, ?2, ?3)
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev,
                 corrections = corrections + ?3",
            ),
            // A third parameter that changes nothing, so that all of them are bound alike.
            Place::Tag(_) | Place::AutoTag(_) => Some(
                "INSERT INTO review (row, rev) VALUES (?1, ?2)
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev + 0 * ?3",
            ),
        };
        let prepare = |sql| conn.prepare_cached(sql).map_err(sqlite("writing a review"));
        Ok(Self {
            place,
            read: prepare(read)?,
            write: prepare(write)?,
            touch: touch.map(prepare).transpose()?,
        })
    }

    /// What the register of this conversation or event holds. `None` where there is no such register and
    /// none can be made: an auto tag that the conversation does not carry.
    pub(crate) fn read(&mut self, row: i64, event: Option<&EventTarget>) -> Result<Option<Held>> {
        let place = self.place;
        let take = |r: &Row<'_>| -> rusqlite::Result<Held> {
            let value = match place {
                Place::Status => Value::Status(status_of(r.get(0)?)),
                Place::Verdict => Value::Verdict(verdict_of(r.get(0)?)),
                Place::Flag | Place::EventFlag | Place::Tag(_) | Place::AutoTag(_) => {
                    Value::On(r.get(0)?)
                }
                Place::Queue | Place::Note(_) | Place::Correction(_) => {
                    Value::Text(r.get::<_, Option<String>>(0)?.map(Untrusted::from))
                }
            };
            Ok(Held {
                value,
                by: r.get(1)?,
            })
        };
        let event = event_bytes(event);
        let read = &mut self.read;
        let held = match place {
            Place::Status | Place::Verdict | Place::Flag | Place::Queue => {
                read.query_row([row], take)
            }
            Place::EventFlag => read.query_row(params![row, event], take),
            Place::Tag(id) | Place::AutoTag(id) => read.query_row([row, id], take),
            Place::Note(id) => {
                let found = read
                    .query_row([id.0], |r| Ok((take(r)?, r.get::<_, i64>(2)?)))
                    .optional()
                    .map_err(sqlite("reading a review"))?;
                return match found {
                    Some((_, at)) if at != row => Err(StoreError::Refused(
                        "that note stands on another conversation".to_owned(),
                    )),
                    Some((held, _)) => Ok(Some(held)),
                    None => Ok(Some(initial(place))),
                };
            }
            Place::Correction(field) => {
                read.query_row(params![row, event, field_code(field)], take)
            }
        };
        let held = held.optional().map_err(sqlite("reading a review"))?;
        Ok(match (held, place) {
            (None, Place::AutoTag(_)) => None,
            (held, _) => Some(held.unwrap_or_else(|| initial(place))),
        })
    }

    /// Writes the register and brings the review row up to date with it.
    pub(crate) fn write(&mut self, put: &Put<'_>) -> Result<()> {
        let event = event_bytes(put.event);
        let seq = put.event.map(|e| e.seq);
        let write = &mut self.write;
        let done = match self.place {
            Place::Status | Place::Verdict => {
                write.execute(params![put.row, put.rev, put.new, put.by, put.decides])
            }
            Place::Flag | Place::Queue => write.execute(params![put.row, put.rev, put.new, put.by]),
            Place::EventFlag => write.execute(params![put.row, event, seq, put.new, put.by]),
            Place::Tag(id) | Place::AutoTag(id) => {
                write.execute(params![put.row, id, put.new, put.by])
            }
            Place::Note(id) => {
                let event = put.event.map(|e| e.key.0);
                write.execute(params![put.row, id.0, event, seq, put.new, put.by])
            }
            Place::Correction(field) => write.execute(params![
                put.row,
                event,
                field_code(field),
                seq,
                put.new,
                put.by
            ]),
        };
        done.map_err(sqlite("writing a review"))?;
        if let Some(touch) = &mut self.touch {
            let more = i64::from(put.new.counts()) - i64::from(put.old.counts());
            touch
                .execute(params![put.row, put.rev, more])
                .map_err(sqlite("writing a review"))?;
        }
        Ok(())
    }
}

/// What a register holds that nobody wrote.
fn initial(place: Place) -> Held {
    let value = match place {
        Place::Status => Value::Status(Status::Unread),
        Place::Verdict => Value::Verdict(None),
        Place::Flag | Place::EventFlag | Place::Tag(_) | Place::AutoTag(_) => Value::On(false),
        Place::Queue | Place::Note(_) | Place::Correction(_) => Value::Text(None),
    };
    Held { value, by: None }
}

/// The key of the event as the tables have it: empty for the conversation itself.
fn event_bytes(event: Option<&EventTarget>) -> &[u8] {
    event.map_or(&[], |e| &e.key.0)
}

/// The register of this store that `what` means for a target; `None` where its tag or rule is not here.
pub(crate) fn place(
    what: &What,
    event: bool,
    tag: impl FnOnce(&str) -> Option<i64>,
    rule: impl FnOnce(&str) -> Result<Option<i64>>,
) -> Result<Option<Place>> {
    Ok(match what {
        What::Status => Some(Place::Status),
        What::Verdict => Some(Place::Verdict),
        What::Flag if event => Some(Place::EventFlag),
        What::Flag => Some(Place::Flag),
        What::Queue => Some(Place::Queue),
        What::Tag(name) => tag(name.for_search()).map(Place::Tag),
        What::AutoTag(name) => rule(name.for_search())?.map(Place::AutoTag),
        What::Note(id) => Some(Place::Note(*id)),
        What::Correction(field) => Some(Place::Correction(*field)),
        What::Vocabulary(_) => None,
    })
}
