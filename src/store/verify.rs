//! Whether the registers are what the journal adds up to: read by `doctor`, changes nothing.
//!
//! The journal is replayed in memory by the rule of [`Stamp`] alone, without the code that writes
//! registers, so that a fault of either shows.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::entry::kind_of;
use super::origins::{Meta, Origins, read_body};
use super::registers::{Register, place};
use super::rows::Rows;
use super::tags::{Vocabulary, rule_id};
use super::values::{Stamp, Value, What};
use super::{Result, Store, sqlite};
use crate::model::{ConversationId, EntryId, EntryKind, EventTarget, Target};

/// More differences than these are counted.
const SHOWN: usize = 50;

impl Store {
    /// Compares the registers with what the journal adds up to; one line for each difference.
    ///
    /// What stands about purged conversations or dropped rules is passed over.
    pub fn verify_registers(&self) -> Result<Vec<String>> {
        // One snapshot, so that nobody writes between the journal and the registers.
        let tx = self
            .connection()
            .unchecked_transaction()
            .map_err(sqlite("checking the reviews"))?;
        check(&tx)
    }
}

fn check(conn: &Connection) -> Result<Vec<String>> {
    let replayed = Replayed::read(conn)?;
    let mut faults = Faults::default();
    replayed.compare(conn, &mut faults)?;
    find_strangers(conn, &mut faults)?;
    check_counters(conn, &mut faults)?;
    check_decisions(conn, &mut faults)?;
    Ok(faults.into_lines())
}

#[derive(Default)]
struct Faults {
    lines: Vec<String>,
    more: usize,
}

impl Faults {
    fn add(&mut self, line: impl FnOnce() -> String) {
        if self.lines.len() < SHOWN {
            self.lines.push(line());
        } else {
            self.more += 1;
        }
    }

    fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        self.lines
    }
}

/// What won a register.
struct Winner {
    stamp: Stamp,
    seq: i64,
    value: Value,
    target: Option<Target>,
}

type Key = (What, i64, Option<[u8; 16]>);

/// The last write of every register, by the journal alone.
struct Replayed(HashMap<Key, Winner>);

impl Replayed {
    fn read(conn: &Connection) -> Result<Self> {
        let mut won: HashMap<Key, Winner> = HashMap::new();
        let mut rows = Rows::open(conn)?;
        for (seq, stamp) in entries(conn)? {
            let Some(body) = read_body(conn, seq)? else {
                continue; // emptied by a purge
            };
            for write in body.writes {
                let what = write.what.key();
                let value = write.new.0;
                let mut place = |key: Key, target: Option<Target>| {
                    let later = won.get(&key).is_none_or(|w| w.stamp < stamp);
                    if later {
                        let value = value.clone();
                        won.insert(
                            key,
                            Winner {
                                stamp,
                                seq,
                                value,
                                target,
                            },
                        );
                    }
                };
                if matches!(what, What::Vocabulary(_)) {
                    place((what.clone(), 0, None), None);
                }
                for target in write.targets.iter() {
                    if let Some(row) = rows.find(target.conversation)? {
                        let event = target.event.map(|e| e.key.0);
                        place((what.clone(), row, event), Some(target));
                    }
                }
            }
        }
        Ok(Self(won))
    }

    fn compare(&self, conn: &Connection, faults: &mut Faults) -> Result<()> {
        let vocabulary = Vocabulary::read(conn)?;
        for ((what, row, _), winner) in &self.0 {
            let event = winner.target.and_then(|t| t.event);
            let (held, by) = if let What::Vocabulary(name) = what {
                let name = name.for_search();
                let value = Value::Tag(vocabulary.get(name).cloned());
                (value, vocabulary.by(name))
            } else {
                match held(conn, &vocabulary, what, *row, event)? {
                    Some(held) => held,
                    None => continue,
                }
            };
            if (&held, by) != (&winner.value, Some(winner.seq)) {
                faults.add(|| {
                    format!(
                        "{}: {} is not what the journal says (entry {:.8})",
                        subject(winner.target),
                        name(what),
                        winner.stamp.id
                    )
                });
            }
        }
        Ok(())
    }
}

/// Registers that no entry of the journal wrote.
fn find_strangers(conn: &Connection, faults: &mut Faults) -> Result<()> {
    for (what, sql) in [
        (
            "status",
            "SELECT row FROM review WHERE status_by IS NULL AND status <> 0",
        ),
        (
            "verdict",
            "SELECT row FROM review WHERE verdict_by IS NULL AND verdict <> 0",
        ),
        (
            "flag",
            "SELECT row FROM review WHERE flagged_by IS NULL AND flagged <> 0",
        ),
        (
            "queue",
            "SELECT row FROM review WHERE queue_by IS NULL AND queue IS NOT NULL",
        ),
        (
            "dismissed auto tag",
            "SELECT row FROM auto_tag WHERE by IS NULL AND dismissed",
        ),
        (
            "status",
            "SELECT row FROM review WHERE status_by IS NOT NULL
             AND status_by NOT IN (SELECT seq FROM journal)",
        ),
        (
            "verdict",
            "SELECT row FROM review WHERE verdict_by IS NOT NULL
             AND verdict_by NOT IN (SELECT seq FROM journal)",
        ),
        (
            "tag",
            "SELECT row FROM conversation_tag WHERE by NOT IN (SELECT seq FROM journal)",
        ),
        (
            "flag",
            "SELECT row FROM event_flag WHERE by NOT IN (SELECT seq FROM journal)",
        ),
        (
            "note",
            "SELECT row FROM note WHERE by NOT IN (SELECT seq FROM journal)",
        ),
        (
            "correction",
            "SELECT row FROM correction WHERE by NOT IN (SELECT seq FROM journal)",
        ),
    ] {
        for row in numbers(conn, sql)? {
            faults.add(|| format!("row {row}: a {what} that no journal entry wrote"));
        }
    }
    Ok(())
}

/// Number and stamp of every entry.
fn entries(conn: &Connection) -> Result<Vec<(i64, Stamp)>> {
    let read = || -> rusqlite::Result<Vec<(i64, Stamp)>> {
        conn.prepare_cached("SELECT seq, id, at, kind FROM journal")?
            .query_map([], |r| {
                let stamp = Stamp {
                    person: kind_of(r.get(3)?) != EntryKind::Import,
                    at: r.get(2)?,
                    id: EntryId(r.get(1)?),
                };
                Ok((r.get(0)?, stamp))
            })?
            .collect()
    };
    read().map_err(sqlite("checking the reviews"))
}

fn numbers(conn: &Connection, sql: &str) -> Result<Vec<i64>> {
    let read = || -> rusqlite::Result<Vec<i64>> {
        conn.prepare(sql)?.query_map([], |r| r.get(0))?.collect()
    };
    read().map_err(sqlite("checking the reviews"))
}

/// What the tables hold, and by whom; `None` where the register cannot be here.
fn held(
    conn: &Connection,
    vocabulary: &Vocabulary<'_>,
    what: &What,
    row: i64,
    event: Option<EventTarget>,
) -> Result<Option<(Value, Option<i64>)>> {
    let tag = |name: &str| vocabulary.id(name);
    let rule = |name: &str| rule_id(conn, name);
    let Some(place) = place(what, event.is_some(), tag, rule)? else {
        return Ok(None);
    };
    let held = Register::open(conn, place)?.read(row, event)?;
    Ok(held.map(|held| (held.value, held.by)))
}

fn subject(target: Option<Target>) -> String {
    match target {
        None => "vocabulary".to_owned(),
        Some(target) => {
            let conversation: ConversationId = target.conversation;
            match target.event {
                None => format!("conversation {conversation:.8}"),
                Some(event) => format!("conversation {conversation:.8}:{}", event.seq),
            }
        }
    }
}

fn name(what: &What) -> String {
    match what {
        What::Status => "status".to_owned(),
        What::Verdict => "verdict".to_owned(),
        What::Flag => "flag".to_owned(),
        What::Queue => "queue".to_owned(),
        What::Tag(name) | What::Vocabulary(name) => format!("tag {}", name.line().as_str()),
        What::AutoTag(name) => format!("auto tag {}", name.line().as_str()),
        What::Note(_) => "note".to_owned(),
        What::Correction(field) => format!("corrected {}", field.name()),
    }
}

/// The counters of `review` against what they count.
fn check_counters(conn: &Connection, faults: &mut Faults) -> Result<()> {
    for (what, sql) in [
        (
            "flagged events",
            "SELECT row FROM review r WHERE flagged_events <>
             (SELECT count(*) FROM event_flag f WHERE f.row = r.row AND f.present)",
        ),
        (
            "notes",
            "SELECT row FROM review r WHERE notes <>
             (SELECT count(*) FROM note n WHERE n.row = r.row AND n.text IS NOT NULL)",
        ),
        (
            "corrections",
            "SELECT row FROM review r WHERE corrections <>
             (SELECT count(*) FROM correction c WHERE c.row = r.row AND c.value IS NOT NULL)",
        ),
    ] {
        for row in numbers(conn, sql)? {
            faults.add(|| format!("row {row}: the number of {what} is wrong"));
        }
    }
    Ok(())
}

fn check_decisions(conn: &Connection, faults: &mut Faults) -> Result<()> {
    let read = || -> rusqlite::Result<Vec<_>> {
        conn.prepare("SELECT row, status_by, verdict_by, decided_by FROM review")?
            .query_map(params![], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get::<_, Option<i64>>(3)?))
            })?
            .collect()
    };
    let mut origins = Origins::new(conn);
    for (row, status, verdict, decided) in read().map_err(sqlite("checking the reviews"))? {
        let missing = |by: Option<i64>| by.map_or(Ok(false), |by| known(conn, by).map(|k| !k));
        if missing(status)? || missing(verdict)? {
            continue; // said already
        }
        if origins.decision(row, status, verdict)? != decided {
            faults.add(|| format!("row {row}: the last decision is not what the journal says"));
        }
    }
    Ok(())
}

fn known(conn: &Connection, seq: i64) -> Result<bool> {
    Ok(Meta::by_seq(conn, seq)?.is_some())
}

#[cfg(test)]
mod tests;
