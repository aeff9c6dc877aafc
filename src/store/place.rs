//! Which known conversation a reading belongs to, before anything is written.
//!
//! The key decides. Where it is new, a reading may still be a piece of a known session: an export that
//! begins in the middle, or goes on where another ended, has another first event and so another key.
//!
//! * A reading that shares an event with a known session of the same sender is that session.
//! * One that does not begin with a session marker goes on with the session before it (`marker`), with
//!   the one at most the gap away (`gap`), or with the sender's only one (`none`).
//! * One that runs through a known session without sharing an event comes from somewhere else: refused.

use rusqlite::{Connection, OptionalExtension, params};

use super::draft::span;
use super::record::Record;
use super::stored::known_events;
use super::unite::{begins_a_session, belongs_between, share_events};
use super::{Result, StoreError, sqlite};
use crate::model::{ConversationKey, Event};
use crate::text::Untrusted;

/// Sessions of one sender may overlap by this much, since clocks and queues are not exact.
const OVERLAP_MS: i64 = 10 * 60_000;

/// How a source's events are split into sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionMode {
    /// At the source's session markers.
    Marker,
    /// Not at all: one conversation a sender.
    None,
    /// Where nothing happened for this many milliseconds.
    Gap(i64),
}

impl SessionMode {
    /// `marker`, `none` or `gap:<milliseconds>`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let gap = || text.strip_prefix("gap:")?.parse().ok();
        match text {
            "marker" => Ok(Self::Marker),
            "none" => Ok(Self::None),
            _ => match gap() {
                Some(ms) if ms > 0 => Ok(Self::Gap(ms)),
                _ => Err(StoreError::Refused(
                    "the session mode is marker, none or gap with a length".into(),
                )),
            },
        }
    }

    /// As people write it: `gap:30m`.
    pub(crate) fn words(stored: &str) -> String {
        match Self::parse(stored) {
            Ok(Self::Gap(ms)) => format!("gap:{}", crate::text::duration(ms)),
            _ => stored.to_owned(),
        }
    }
}

/// A known session of the same sender.
#[derive(Clone, Debug)]
pub(crate) struct Sibling {
    row: i64,
    id: [u8; 16],
    session: u32,
    span: Option<(i64, i64)>,
}

impl Sibling {
    /// A session as it has just been written.
    pub(crate) fn of(row: i64, record: &Record) -> Self {
        Self {
            row,
            id: record.id,
            session: record.session,
            span: record.started.zip(record.ended),
        }
    }
}

/// The known sessions of the sender whose readings are coming: kept from one reading to the next, since
/// there are senders with thousands of them.
#[derive(Debug, Default)]
pub(crate) struct Family {
    native: Option<String>,
    /// In the order of their labels.
    members: Vec<Sibling>,
}

impl Family {
    /// The sessions of this sender.
    pub(crate) fn of(
        &mut self,
        conn: &Connection,
        source: i64,
        native: &str,
    ) -> Result<&[Sibling]> {
        if self.native.as_deref() != Some(native) {
            self.members = siblings(conn, source, native)?;
            self.native = Some(native.to_owned());
        }
        Ok(&self.members)
    }

    /// True if it is the family of this sender.
    pub(crate) fn is(&self, native: &str) -> bool {
        self.native.as_deref() == Some(native)
    }

    /// A session of that sender was written.
    pub(crate) fn note(&mut self, native: &str, written: Sibling) {
        if self.native.as_deref() != Some(native) {
            return;
        }
        match self.members.iter_mut().find(|s| s.row == written.row) {
            Some(known) => *known = written,
            None => {
                let after = |s: &Sibling| s.session <= written.session;
                let place = self.members.partition_point(after);
                self.members.insert(place, written);
            }
        }
    }
}

/// Where a reading goes.
#[derive(Debug, PartialEq)]
pub(crate) enum Place {
    /// Into a row of its own.
    New,
    /// Into this row.
    Known(i64),
    /// Into a row of its own, with what this row has from this event on.
    Rest(i64, usize),
    /// Nowhere, with the reason.
    Refused(String),
}

/// The known sessions of one sender, in the order of their labels.
fn siblings(conn: &Connection, source: i64, native: &str) -> Result<Vec<Sibling>> {
    conn.prepare_cached(
        "SELECT k.row, k.id, k.session, c.started, c.ended FROM card k JOIN conversation c ON c.row = k.row
         WHERE k.source = ?1 AND k.native = ?2 ORDER BY k.session",
    )
    .and_then(|mut q| {
        q.query_map(params![source, native], |r| {
            let (started, ended): (Option<i64>, Option<i64>) = (r.get(3)?, r.get(4)?);
            Ok(Sibling {
                row: r.get(0)?,
                id: r.get(1)?,
                session: r.get(2)?,
                span: started.zip(ended),
            })
        })?
        .collect()
    })
    .map_err(sqlite("reading the sessions of a sender"))
}

/// Decides where a reading belongs.
pub(crate) fn find(
    conn: &Connection,
    siblings: &[Sibling],
    key: &ConversationKey,
    events: &[Event],
    mode: SessionMode,
) -> Result<Place> {
    if siblings.is_empty() {
        return Ok(Place::New);
    }
    let id = key.id().0;
    if let Some(same) = siblings.iter().find(|s| s.id == id) {
        return Ok(Place::Known(same.row));
    }
    if let Some(row) = former(conn, id)?
        && siblings.iter().any(|s| s.row == row)
    {
        return Ok(Place::Known(row));
    }
    let Some(here) = span(events) else {
        return Ok(match mode {
            SessionMode::None => Place::Known(siblings[0].row),
            _ => Place::New,
        });
    };
    let marked = mode == SessionMode::Marker && begins_a_session(events);
    let mut overlapping = Vec::new();
    let mut crossed = false;
    for sibling in siblings {
        let Some(there) = sibling.span else { continue };
        let common = here.1.min(there.1) - here.0.max(there.0);
        if common < 0 {
            continue;
        }
        let Some(there_events) = known_events(conn, sibling.row)? else {
            continue;
        };
        if marked
            && there.0 < here.0
            && let Some(from) = belongs_between(&there_events, events, OVERLAP_MS)
        {
            return Ok(Place::Rest(sibling.row, from));
        }
        if share_events(&there_events, events) {
            overlapping.push(sibling.row);
        }
        crossed |= common > OVERLAP_MS;
    }
    match overlapping[..] {
        [] => {}
        [row] => return Ok(Place::Known(row)),
        _ => return Ok(bridge()),
    }
    if let Some(place) = neighbour(conn, siblings, here, events, mode)? {
        return Ok(place);
    }
    Ok(match crossed {
        true => Place::Refused(
            "it runs through a known session of the same name without sharing an event: if it comes \
             from another assistant, import it with another --source"
                .into(),
        ),
        false => Place::New,
    })
}

fn bridge() -> Place {
    Place::Refused(
        "it joins two conversations that are already here: import all files of this log together \
         with another --source"
            .into(),
    )
}

/// The session that the reading goes on with, or that goes on with it.
fn neighbour(
    conn: &Connection,
    siblings: &[Sibling],
    here: (i64, i64),
    events: &[Event],
    mode: SessionMode,
) -> Result<Option<Place>> {
    let timed = || siblings.iter().filter_map(|s| Some((s.row, s.span?)));
    let before = timed()
        .filter(|(_, span)| span.0 <= here.0)
        .max_by_key(|(_, span)| span.0);
    let after = timed()
        .filter(|(_, span)| span.0 > here.0)
        .min_by_key(|(_, span)| span.0);
    match mode {
        SessionMode::None => Ok(before.or(after).map(|(row, _)| Place::Known(row))),
        SessionMode::Gap(gap) => {
            let near_before = before.filter(|(_, span)| here.0 - span.1 <= gap);
            let near_after = after.filter(|(_, span)| span.0 - here.1 <= gap);
            Ok(match (near_before, near_after) {
                (Some(_), Some(_)) => Some(bridge()),
                (Some((row, _)), None) | (None, Some((row, _))) => Some(Place::Known(row)),
                (None, None) => None,
            })
        }
        SessionMode::Marker => {
            if let Some((row, _)) = before
                && !begins_a_session(events)
            {
                return Ok(Some(Place::Known(row)));
            }
            // What follows without a marker of its own is the rest of this one.
            match after {
                Some((row, _)) => {
                    let headless = |events: Vec<Event>| !begins_a_session(&events);
                    let rest = known_events(conn, row)?.is_some_and(headless);
                    Ok(rest.then_some(Place::Known(row)))
                }
                None => Ok(None),
            }
        }
    }
}

fn former(conn: &Connection, id: [u8; 16]) -> Result<Option<i64>> {
    conn.prepare_cached("SELECT row FROM former_id WHERE id = ?1")
        .and_then(|mut q| q.query_row([id], |r| r.get(0)).optional())
        .map_err(sqlite("looking a conversation up"))
}

/// The number of a new session: the one its own label names where that is free, else the next.
pub(crate) fn label(
    siblings: &[Sibling],
    key: &ConversationKey,
    wanted: Option<&Untrusted>,
) -> u32 {
    let next = siblings.iter().map(|s| s.session).max().unwrap_or(0) + 1;
    let wanted = wanted.and_then(|label| {
        let rest = label.for_search().strip_prefix(key.native.for_search())?;
        match rest.strip_prefix('#') {
            Some(number) => number.parse().ok().filter(|&n: &u32| n > 1),
            None => rest.is_empty().then_some(1),
        }
    });
    wanted
        .filter(|n| siblings.iter().all(|s| s.session != *n))
        .unwrap_or(next)
}
