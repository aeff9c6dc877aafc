//! Events of many senders that come interleaved, put together by sender.
//!
//! An event broker's file has everybody's events mixed, and several files have one sender's in pieces. They
//! stay in memory while they are few; beyond that they go to a private temporary database that has no name
//! on the disk and vanishes with the process, however it ends.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::formats::{Place, RasaEvent, RasaLine, SenderLog};
use crate::text::Untrusted;

/// Bytes kept in memory before they are put aside.
const IN_MEMORY: usize = 48 * 1024 * 1024;

/// What can go wrong with putting aside: the disk is full, above all.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// SQLite's own word.
    #[error("putting events aside in {folder}: {0}", folder = std::env::temp_dir().display())]
    Sqlite(#[from] rusqlite::Error),
    /// A record that does not read back.
    #[error("putting events aside in {folder}: what was written does not read back", folder = std::env::temp_dir().display())]
    Damaged,
}

/// Interleaved events, waiting for the end of their source.
pub(super) struct Staging {
    ids: HashMap<Untrusted, usize>,
    senders: Vec<Waiting>,
    buffered: usize,
    aside: Option<Connection>,
    limit: usize,
}

/// One sender's events.
struct Waiting {
    name: Untrusted,
    /// Input and place of the first event.
    first: (u32, Place),
    /// Events one after the other, each after the number of its input.
    buffer: Vec<u8>,
}

/// A sender's events together, with the input and place of the first.
pub(super) struct Staged {
    pub log: SenderLog,
    pub input: u32,
    pub place: Place,
}

impl Staging {
    pub fn new() -> Self {
        Self::with_limit(IN_MEMORY)
    }

    fn with_limit(limit: usize) -> Self {
        Self {
            ids: HashMap::new(),
            senders: Vec::new(),
            buffered: 0,
            aside: None,
            limit,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.senders.is_empty()
    }

    /// Adds the next event of an input. Inputs come one after the other.
    pub fn add(&mut self, input: u32, line: RasaLine) -> Result<(), StagingError> {
        let id = match self.ids.get(&line.sender) {
            Some(&id) => id,
            None => {
                let id = self.senders.len();
                self.senders.push(Waiting {
                    name: line.sender.clone(),
                    first: (input, line.place),
                    buffer: Vec::new(),
                });
                self.ids.insert(line.sender, id);
                id
            }
        };
        let buffer = &mut self.senders[id].buffer;
        let before = buffer.len();
        let taken = std::mem::take(buffer);
        *buffer =
            postcard::to_extend(&(input, &line.event), taken).map_err(|_| StagingError::Damaged)?;
        self.buffered += buffer.len() - before;
        if self.buffered > self.limit {
            self.put_aside()?;
        }
        Ok(())
    }

    fn put_aside(&mut self) -> Result<(), StagingError> {
        let aside = match &mut self.aside {
            Some(aside) => aside,
            none => none.insert(open()?),
        };
        let tx = aside.transaction()?;
        {
            let mut insert =
                tx.prepare_cached("INSERT INTO piece (sender, events) VALUES (?1, ?2)")?;
            for (id, sender) in self.senders.iter_mut().enumerate() {
                if sender.buffer.is_empty() {
                    continue;
                }
                // Records are parsed and verbatim at once, so they shrink well.
                let packed =
                    zstd::bulk::compress(&sender.buffer, 1).map_err(|_| StagingError::Damaged)?;
                let length = i64::try_from(sender.buffer.len()).unwrap_or(i64::MAX);
                let packed = [&length.to_le_bytes()[..], &packed].concat();
                insert.execute(params![i64::try_from(id).unwrap_or(i64::MAX), packed])?;
                sender.buffer = Vec::new();
            }
        }
        tx.commit()?;
        self.buffered = 0;
        Ok(())
    }

    /// Hands everything on, sender by sender in the order in which they first appeared.
    pub fn deliver<E: From<StagingError>>(
        self,
        mut take: impl FnMut(Staged) -> Result<(), E>,
    ) -> Result<(), E> {
        let wrap = |error: rusqlite::Error| E::from(StagingError::Sqlite(error));
        if let Some(aside) = &self.aside {
            aside
                .execute_batch("CREATE INDEX piece_sender ON piece (sender)")
                .map_err(wrap)?;
        }
        for (id, sender) in self.senders.into_iter().enumerate() {
            let mut events = Vec::new();
            if let Some(aside) = &self.aside {
                let pieces = pieces(aside, id).map_err(wrap)?;
                for piece in pieces {
                    decode(&unpack(&piece)?, &mut events)?;
                }
            }
            decode(&sender.buffer, &mut events)?;
            for events in in_order(events) {
                take(Staged {
                    log: SenderLog {
                        sender: sender.name.clone(),
                        events,
                        ..SenderLog::default()
                    },
                    input: sender.first.0,
                    place: sender.first.1,
                })?;
            }
        }
        Ok(())
    }
}

/// A database without a name: SQLite keeps it in memory as long as it fits, and unlinks its file at once.
fn open() -> Result<Connection, StagingError> {
    let aside = Connection::open("")?;
    aside.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
         CREATE TABLE piece (id INTEGER PRIMARY KEY, sender INTEGER NOT NULL, events BLOB NOT NULL)",
    )?;
    Ok(aside)
}

fn pieces(aside: &Connection, id: usize) -> rusqlite::Result<Vec<Vec<u8>>> {
    let id = i64::try_from(id).unwrap_or(i64::MAX);
    aside
        .prepare_cached("SELECT events FROM piece WHERE sender = ?1 ORDER BY id")?
        .query_map([id], |row| row.get(0))?
        .collect()
}

fn unpack(piece: &[u8]) -> Result<Vec<u8>, StagingError> {
    let (length, packed) = piece
        .split_first_chunk::<8>()
        .ok_or(StagingError::Damaged)?;
    let length = usize::try_from(i64::from_le_bytes(*length)).map_err(|_| StagingError::Damaged)?;
    zstd::bulk::decompress(packed, length).map_err(|_| StagingError::Damaged)
}

fn decode(mut bytes: &[u8], events: &mut Vec<(u32, RasaEvent)>) -> Result<(), StagingError> {
    while !bytes.is_empty() {
        let (event, rest) = postcard::take_from_bytes(bytes).map_err(|_| StagingError::Damaged)?;
        events.push(event);
        bytes = rest;
    }
    Ok(())
}

/// One sender's events of several inputs: the inputs in the order of time, since names of rotated logs
/// (`log`, `log.1`) say nothing; within an input the order is the source's own. Inputs that overlap in
/// time are readings of the same, and stay apart for the store to unite.
fn in_order(events: Vec<(u32, RasaEvent)>) -> Vec<Vec<RasaEvent>> {
    let mut parts: Vec<(u32, Vec<RasaEvent>)> = Vec::new();
    for (input, event) in events {
        match parts.last_mut() {
            Some((last, part)) if *last == input => part.push(event),
            _ => parts.push((input, vec![event])),
        }
    }
    let times = |part: &[RasaEvent]| {
        let times = part.iter().filter_map(|e| e.event.at);
        (times.clone().min(), times.max())
    };
    parts.sort_by_key(|(_, part)| times(part).0);
    let mut joined: Vec<Vec<RasaEvent>> = Vec::new();
    for (_, part) in parts {
        match joined.last_mut() {
            Some(before) if times(before).1 < times(&part).0 => before.extend(part),
            _ => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Event, Millis};

    fn line(sender: &str, at: i64) -> RasaLine {
        RasaLine {
            sender: sender.into(),
            event: RasaEvent {
                event: Event {
                    at: Some(Millis(at)),
                    raw: Some("{}".repeat(10).into()),
                    ..Event::default()
                },
                ..RasaEvent::default()
            },
            place: Place::Line(at.unsigned_abs()),
        }
    }

    fn delivered(staging: Staging) -> Vec<(String, Vec<i64>)> {
        let mut all = Vec::new();
        staging
            .deliver(|staged| {
                let times = staged.log.events.iter().map(|e| e.event.at.unwrap().0);
                all.push((staged.log.sender.for_search().to_owned(), times.collect()));
                Ok::<(), StagingError>(())
            })
            .unwrap();
        all
    }

    #[test]
    fn events_come_back_by_sender_from_memory_and_from_the_disk() {
        for limit in [0, 100, 1000, usize::MAX] {
            let mut staging = Staging::with_limit(limit);
            for at in 0..40 {
                staging
                    .add(0, line(["b", "a", "c"][at % 3], i64::try_from(at).unwrap()))
                    .unwrap();
            }
            assert_eq!(staging.aside.is_some(), limit < usize::MAX);
            let expected: Vec<(String, Vec<i64>)> = ["b", "a", "c"]
                .iter()
                .zip(0..)
                .map(|(name, from)| ((*name).to_owned(), (from..40).step_by(3).collect()))
                .collect();
            assert_eq!(delivered(staging), expected);
        }
    }

    #[test]
    fn inputs_are_put_in_the_order_of_time_but_not_what_is_in_them() {
        let mut staging = Staging::new();
        for (input, at) in [(0, 20), (0, 19), (1, 10), (1, 12), (1, 11)] {
            staging.add(input, line("a", at)).unwrap();
        }
        assert_eq!(
            delivered(staging),
            [("a".to_owned(), vec![10, 12, 11, 20, 19])]
        );
    }

    #[test]
    fn two_readings_of_the_same_are_not_taken_for_two_parts() {
        let mut staging = Staging::new();
        for (input, at) in [(0, 1), (0, 2), (1, 1), (1, 2), (1, 3)] {
            staging.add(input, line("a", at)).unwrap();
        }
        assert_eq!(
            delivered(staging),
            [
                ("a".to_owned(), vec![1, 2]),
                ("a".to_owned(), vec![1, 2, 3])
            ]
        );
    }
}
