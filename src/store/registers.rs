//! The registers: one value each, of which the last writer wins.
//!
//! Every register is read and written here, whatever table it lives in, so that a change, an undo, an
//! import and the check agree on what a register is. This file knows nothing of journal entries beyond
//! the number of the one that wrote a value.

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::feed::json_list;
use super::values::{Value, What, field_code, status_of, verdict_of};
use super::{Result, StoreError, sqlite};
use crate::model::{ConversationId, CorrectionField, EntryId, EventTarget, NoteId, Status, Target};
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

impl Place {
    /// True where there is one register of a conversation, which its row names.
    fn is_of_whole(self) -> bool {
        !matches!(self, Self::EventFlag | Self::Note(_) | Self::Correction(_))
    }
}

/// What a register holds and the journal number of the entry that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Its value; the initial one where nobody wrote.
    pub value: Value,
    /// Who wrote it.
    pub by: Option<i64>,
    /// Of a status, who wrote the verdict, and the other way round: the later of them decided.
    pub beside: Option<i64>,
}

/// One register of one conversation or event with what it held before a write.
pub(crate) struct Site {
    /// Conversation.
    pub row: i64,
    /// As the journal names it.
    pub target: Target,
    /// What it holds.
    pub held: Held,
    /// Whose value that is.
    pub owner: Option<EntryId>,
}

/// A new value for a register of many targets.
pub(crate) struct Put<'a> {
    /// Value from now on.
    pub new: &'a Value,
    /// Number of the entry that writes.
    pub by: i64,
    /// Revision that the touched rows get.
    pub rev: i64,
    /// The conversations' last decision from now on; `None`: it stays.
    pub decided: Option<Option<i64>>,
}

/// Prepared access to one register of many conversations.
///
/// Registers of whole conversations are read and written by one statement for all targets, which is
/// several times faster than one each.
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
                "SELECT t.row, t.status, t.status_by, t.verdict_by
                 FROM json_each(?1) j LEFT JOIN review t ON t.row = j.value",
                "INSERT INTO review (row, rev, status, status_by, decided_by)
                 SELECT value, ?2, ?3, ?4, iif(?5, ?6, NULL) FROM json_each(?1) WHERE true
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, status = excluded.status,
                 status_by = excluded.status_by, decided_by = iif(?5, ?6, decided_by)",
            ),
            Place::Verdict => (
                "SELECT t.row, t.verdict, t.verdict_by, t.status_by
                 FROM json_each(?1) j LEFT JOIN review t ON t.row = j.value",
                "INSERT INTO review (row, rev, verdict, verdict_by, decided_by)
                 SELECT value, ?2, ?3, ?4, iif(?5, ?6, NULL) FROM json_each(?1) WHERE true
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, verdict = excluded.verdict,
                 verdict_by = excluded.verdict_by, decided_by = iif(?5, ?6, decided_by)",
            ),
            Place::Flag => (
                "SELECT t.row, t.flagged, t.flagged_by, NULL
                 FROM json_each(?1) j LEFT JOIN review t ON t.row = j.value",
                "INSERT INTO review (row, rev, flagged, flagged_by)
                 SELECT value, ?2, ?3, ?4 FROM json_each(?1) WHERE true
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, flagged = excluded.flagged,
                 flagged_by = excluded.flagged_by",
            ),
            Place::Queue => (
                "SELECT t.row, t.queue, t.queue_by, NULL
                 FROM json_each(?1) j LEFT JOIN review t ON t.row = j.value",
                "INSERT INTO review (row, rev, queue, queue_by)
                 SELECT value, ?2, ?3, ?4 FROM json_each(?1) WHERE true
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev, queue = excluded.queue,
                 queue_by = excluded.queue_by",
            ),
            Place::Tag(_) => (
                "SELECT t.row, t.present, t.by, NULL FROM json_each(?1) j
                 LEFT JOIN conversation_tag t ON t.tag = ?2 AND t.row = j.value",
                "INSERT INTO conversation_tag (row, tag, present, by)
                 SELECT value, ?2, ?3, ?4 FROM json_each(?1) WHERE true
                 ON CONFLICT (tag, row) DO UPDATE SET present = excluded.present, by = excluded.by",
            ),
            Place::AutoTag(_) => (
                "SELECT t.row, t.dismissed, t.by, NULL FROM json_each(?1) j
                 LEFT JOIN auto_tag t ON t.rule = ?2 AND t.row = j.value",
                "UPDATE auto_tag SET dismissed = ?3, by = ?4
                 WHERE rule = ?2 AND row IN (SELECT value FROM json_each(?1))",
            ),
            Place::EventFlag => (
                "SELECT row, present, by, NULL FROM event_flag WHERE row = ?1 AND event = ?2",
                "INSERT INTO event_flag (row, event, seq, present, by) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (row, event) DO UPDATE SET seq = excluded.seq,
                 present = excluded.present, by = excluded.by",
            ),
            Place::Note(_) => (
                "SELECT row, text, by, NULL FROM note WHERE id = ?1",
                "INSERT INTO note (row, id, event, seq, text, written_by, by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
                 ON CONFLICT (id) DO UPDATE SET text = excluded.text, by = excluded.by",
            ),
            Place::Correction(_) => (
                "SELECT row, value, by, NULL FROM correction
                 WHERE row = ?1 AND event = ?2 AND field = ?3",
                "INSERT INTO correction (row, event, field, seq, value, by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (row, event, field) DO UPDATE SET seq = excluded.seq,
                 value = excluded.value, by = excluded.by",
            ),
        };
        let touch = match place {
            Place::Status | Place::Verdict | Place::Flag | Place::Queue => None,
            Place::Tag(_) | Place::AutoTag(_) => Some(
                "INSERT INTO review (row, rev) SELECT value, ?2 FROM json_each(?1) WHERE true
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev",
            ),
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
    pub(crate) fn read(&mut self, row: i64, event: Option<EventTarget>) -> Result<Option<Held>> {
        let target = Target {
            conversation: ConversationId([0; 16]),
            event,
        };
        Ok(self.read_all(&[(row, target)])?.pop().flatten())
    }

    /// [`Register::read`] for many, in their order.
    pub(crate) fn read_all(&mut self, targets: &[(i64, Target)]) -> Result<Vec<Option<Held>>> {
        let failed = sqlite("reading a review");
        let place = self.place;
        let mut found = Vec::with_capacity(targets.len());
        if place.is_of_whole() {
            let rows = json_list(targets.iter().map(|t| t.0));
            let mut read = match place {
                Place::Tag(id) | Place::AutoTag(id) => self.read.query(params![rows, id]),
                _ => self.read.query([rows]),
            }
            .map_err(&failed)?;
            while let Some(r) = read.next().map_err(&failed)? {
                found.push(take(place, r).map_err(&failed)?);
            }
            return Ok(found);
        }
        let read = &mut self.read;
        for (row, target) in targets {
            let event = event_bytes(target.event.as_ref());
            let held = match place {
                Place::Note(id) => {
                    let take = |r: &Row<'_>| Ok((take(place, r)?, r.get::<_, i64>(0)?));
                    let held = read.query_row([id.0], take).optional().map_err(&failed)?;
                    if held.as_ref().is_some_and(|(_, at)| at != row) {
                        return Err(StoreError::Refused(
                            "that note stands on another conversation".to_owned(),
                        ));
                    }
                    held.map(|(held, _)| held)
                }
                Place::Correction(field) => read
                    .query_row(params![row, event, field_code(field)], |r| take(place, r))
                    .optional()
                    .map_err(&failed)?,
                _ => read
                    .query_row(params![row, event], |r| take(place, r))
                    .optional()
                    .map_err(&failed)?,
            };
            found.push(held.unwrap_or_else(|| Some(initial(place))));
        }
        Ok(found)
    }

    /// Writes the register of all sites and brings their review rows up to date with it.
    pub(crate) fn write(&mut self, sites: &[Site], put: &Put<'_>) -> Result<()> {
        let done = match self.place.is_of_whole() {
            true => self.write_whole(sites, put),
            false => self.write_each(sites, put),
        };
        done.map_err(sqlite("writing a review"))
    }

    fn write_whole(&mut self, sites: &[Site], put: &Put<'_>) -> rusqlite::Result<()> {
        let rows = json_list(sites.iter().map(|s| s.row));
        let write = &mut self.write;
        match self.place {
            Place::Status | Place::Verdict => {
                let (decides, decided) = (put.decided.is_some(), put.decided.flatten());
                write.execute(params![rows, put.rev, put.new, put.by, decides, decided])
            }
            Place::Tag(id) | Place::AutoTag(id) => {
                write.execute(params![rows, id, put.new, put.by])
            }
            _ => write.execute(params![rows, put.rev, put.new, put.by]),
        }?;
        if let Some(touch) = &mut self.touch {
            touch.execute(params![rows, put.rev])?;
        }
        Ok(())
    }

    fn write_each(&mut self, sites: &[Site], put: &Put<'_>) -> rusqlite::Result<()> {
        let write = &mut self.write;
        for site in sites {
            let row = site.row;
            let event = event_bytes(site.target.event.as_ref());
            let seq = site.target.event.map(|e| e.seq);
            match self.place {
                Place::Note(id) => {
                    let event = site.target.event.map(|e| e.key.0);
                    write.execute(params![row, id.0, event, seq, put.new, put.by])
                }
                Place::Correction(field) => {
                    let field = field_code(field);
                    write.execute(params![row, event, field, seq, put.new, put.by])
                }
                _ => write.execute(params![row, event, seq, put.new, put.by]),
            }?;
            if let Some(touch) = &mut self.touch {
                let more = i64::from(put.new.counts()) - i64::from(site.held.value.counts());
                touch.execute(params![row, put.rev, more])?;
            }
        }
        Ok(())
    }
}

/// What a line of the register's table says: row, value, by, beside. Without a row nobody wrote, or there
/// is no such register.
fn take(place: Place, r: &Row<'_>) -> rusqlite::Result<Option<Held>> {
    if r.get_ref(0)? == ValueRef::Null {
        return Ok((!matches!(place, Place::AutoTag(_))).then(|| initial(place)));
    }
    let value = match place {
        Place::Status => Value::Status(status_of(r.get(1)?)),
        Place::Verdict => Value::Verdict(verdict_of(r.get(1)?)),
        Place::Flag | Place::EventFlag | Place::Tag(_) | Place::AutoTag(_) => Value::On(r.get(1)?),
        Place::Queue | Place::Note(_) | Place::Correction(_) => {
            Value::Text(r.get::<_, Option<String>>(1)?.map(Untrusted::from))
        }
    };
    Ok(Some(Held {
        value,
        by: r.get(2)?,
        beside: r.get(3)?,
    }))
}

/// What a register holds that nobody wrote.
fn initial(place: Place) -> Held {
    let value = match place {
        Place::Status => Value::Status(Status::Unread),
        Place::Verdict => Value::Verdict(None),
        Place::Flag | Place::EventFlag | Place::Tag(_) | Place::AutoTag(_) => Value::On(false),
        Place::Queue | Place::Note(_) | Place::Correction(_) => Value::Text(None),
    };
    Held {
        value,
        by: None,
        beside: None,
    }
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
