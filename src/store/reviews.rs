//! The present review state of conversations: what the registers say, for the list and for the reader.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row};

use super::values::{field_of, status_of, verdict_of};
use super::{CardReview, Result, Store, sqlite};
use crate::model::{CorrectionField, EventKey, EventTarget, Millis, Note, NoteId, Review};
use crate::text::Untrusted;

impl Store {
    /// Everything reviewers decided about the conversation `row`; `keys` are those of its events as they
    /// are now: what stands on another event is detached.
    pub fn review(&self, row: i64, keys: &[EventKey]) -> Result<Review> {
        review(self.connection(), row, keys).map_err(sqlite("reading a review"))
    }

    /// The review state of the lines of a list, by row; every row asked for has one.
    pub fn card_reviews(&self, rows: &[i64]) -> Result<HashMap<i64, CardReview>> {
        let read = || -> rusqlite::Result<_> {
            rows.iter()
                .map(|&row| Ok((row, card_review(self.connection(), row)?)))
                .collect()
        };
        read().map_err(sqlite("reading the reviews of the list"))
    }
}

/// The columns of `review`, with who decided.
#[derive(Default)]
struct Line {
    card: CardReview,
    notes: bool,
    corrections: bool,
}

fn line(conn: &Connection, row: i64) -> rusqlite::Result<Line> {
    let take = |r: &Row<'_>| {
        let decided = match (r.get::<_, Option<String>>(7)?, r.get::<_, Option<i64>>(8)?) {
            (Some(reviewer), Some(wall)) => Some((reviewer.into(), Millis(wall))),
            _ => None,
        };
        let (notes, corrections) = (r.get(4)?, r.get(5)?);
        let card = CardReview {
            status: status_of(r.get(0)?),
            verdict: verdict_of(r.get(1)?),
            flagged: r.get(2)?,
            flagged_events: r.get(3)?,
            notes,
            corrections,
            queue: r.get::<_, Option<String>>(6)?.map(Untrusted::from),
            decided,
            ..CardReview::default()
        };
        Ok(Line {
            card,
            notes: notes > 0,
            corrections: corrections > 0,
        })
    };
    let found = conn
        .prepare_cached(
            "SELECT r.status, r.verdict, r.flagged, r.flagged_events, r.notes, r.corrections,
             r.queue, j.reviewer, j.wall
             FROM review r LEFT JOIN journal j ON j.seq = r.decided_by WHERE r.row = ?1",
        )?
        .query_row([row], take)
        .optional()?;
    Ok(found.unwrap_or_default())
}

fn names(conn: &Connection, sql: &str, row: i64) -> rusqlite::Result<Vec<Untrusted>> {
    conn.prepare_cached(sql)?
        .query_map([row], |r| Ok(Untrusted::from(r.get::<_, String>(0)?)))?
        .collect()
}

pub(super) fn tags(conn: &Connection, row: i64) -> rusqlite::Result<Vec<Untrusted>> {
    let sql = "SELECT t.name FROM conversation_tag c JOIN tag t ON t.id = c.tag
               WHERE c.row = ?1 AND c.present ORDER BY t.name COLLATE NOCASE";
    names(conn, sql, row)
}

fn auto_tags(conn: &Connection, row: i64) -> rusqlite::Result<Vec<Untrusted>> {
    let sql = "SELECT r.tag FROM auto_tag a JOIN rule r ON r.id = a.rule
               WHERE a.row = ?1 AND NOT a.dismissed ORDER BY r.tag COLLATE NOCASE";
    names(conn, sql, row)
}

fn card_review(conn: &Connection, row: i64) -> rusqlite::Result<CardReview> {
    let line = line(conn, row)?;
    let mut card = line.card;
    card.tags = tags(conn, row)?;
    card.auto_tags = auto_tags(conn, row)?;
    if line.corrections {
        card.corrected = corrections(conn, row)?
            .into_iter()
            .filter(|(event, _, _)| event.is_none())
            .map(|(_, field, value)| (field, value))
            .collect();
    }
    Ok(card)
}

fn review(conn: &Connection, row: i64, keys: &[EventKey]) -> rusqlite::Result<Review> {
    let places: HashMap<EventKey, u32> = keys.iter().copied().zip(0..).collect();
    // Where the event stands now; where it is gone, where it stood.
    let now = |event: EventTarget| EventTarget {
        seq: places.get(&event.key).copied().unwrap_or(event.seq),
        ..event
    };
    let line = line(conn, row)?;
    let mut flagged_events = Vec::new();
    if line.card.flagged_events > 0 {
        flagged_events = conn
            .prepare_cached("SELECT event, seq FROM event_flag WHERE row = ?1 AND present")?
            .query_map([row], |r| {
                let key = EventKey(r.get(0)?);
                Ok(now(EventTarget {
                    key,
                    seq: r.get(1)?,
                }))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        flagged_events.sort_by_key(|e| e.seq);
    }
    let mut notes = Vec::new();
    if line.notes {
        notes = read_notes(conn, row)?;
        for note in &mut notes {
            note.detached = note.event.is_some_and(|e| !places.contains_key(&e.key));
            note.event = note.event.map(now);
        }
    }
    let mut corrected = Vec::new();
    if line.corrections {
        corrected = corrections(conn, row)?;
        for (event, _, _) in &mut corrected {
            *event = event.map(now);
        }
        corrected.sort_by_key(|(event, _, _)| event.map(|e| e.seq));
    }
    Ok(Review {
        status: line.card.status,
        verdict: line.card.verdict,
        flagged: line.card.flagged,
        flagged_events,
        tags: tags(conn, row)?,
        auto_tags: auto_tags(conn, row)?,
        notes,
        corrections: corrected,
        queue: line.card.queue,
        decided: line.card.decided,
    })
}

fn read_notes(conn: &Connection, row: i64) -> rusqlite::Result<Vec<Note>> {
    conn.prepare_cached(
        "SELECT n.id, n.event, n.seq, n.text, j.reviewer, j.wall
         FROM note n JOIN journal j ON j.seq = n.written_by
         WHERE n.row = ?1 AND n.text IS NOT NULL ORDER BY j.at, n.id",
    )?
    .query_map([row], |r| {
        let key: Option<[u8; 16]> = r.get(1)?;
        let seq: Option<u32> = r.get(2)?;
        Ok(Note {
            id: NoteId(r.get(0)?),
            event: key.map(|key| EventTarget {
                key: EventKey(key),
                seq: seq.unwrap_or_default(),
            }),
            detached: false,
            text: r.get::<_, String>(3)?.into(),
            reviewer: r.get::<_, String>(4)?.into(),
            at: Millis(r.get(5)?),
        })
    })?
    .collect()
}

type Corrected = (Option<EventTarget>, CorrectionField, Untrusted);

fn corrections(conn: &Connection, row: i64) -> rusqlite::Result<Vec<Corrected>> {
    let mut statement = conn.prepare_cached(
        "SELECT event, seq, field, value FROM correction
         WHERE row = ?1 AND value IS NOT NULL ORDER BY event, field",
    )?;
    let rows = statement.query_map([row], |r| {
        let event: Vec<u8> = r.get(0)?;
        let seq: Option<u32> = r.get(1)?;
        let event = <[u8; 16]>::try_from(event).ok().map(|key| EventTarget {
            key: EventKey(key),
            seq: seq.unwrap_or_default(),
        });
        let value: String = r.get(3)?;
        Ok(field_of(r.get(2)?).map(|field| (event, field, value.into())))
    })?;
    rows.filter_map(rusqlite::Result::transpose).collect()
}
