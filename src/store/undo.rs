//! Taking changes back, and taking that back.
//!
//! An undo is an entry like any other: it writes the old values again, but only where the present value is
//! still the one that the entry wrote. Whose value a register holds is settled by [`Origins`]: a value that
//! an undo restored counts as that of the entry that first wrote it, so that taking back several entries
//! one after the other, newest first, ends where it began.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::entry::{Body, Origin, Write, kind_code};
use super::origins::{Meta, Origins, UNDONE, damaged, read_body, undone};
use super::registers::{Held, Register, Site, place};
use super::rows::in_order;
use super::tags::{Vocabulary, rule_id};
use super::values::{Value, What, fold};
use super::writer::{EntryWriter, Head};
use super::{Result, Store, StoreError, sqlite};
use crate::model::{Ack, Clock, EntryId, EntryKind, EventKey, LeftAlone, Target};

impl Store {
    /// Takes back one's own newest `n` changes that are neither undos nor undone, newest first: all of
    /// them or none. Fewer where there are not so many; refused where there is none.
    ///
    /// A change of which nothing is one's own any more is taken back too, leaving everything alone, so
    /// that the next undo goes on to the one before it.
    pub fn undo_last(&mut self, n: usize, reviewer: &str, clock: &Clock) -> Result<Vec<Ack>> {
        self.write(|tx| {
            let mut done = Vec::new();
            let mut before = i64::MAX;
            let mut purged = false;
            while done.len() < n
                && let Some(meta) = newest_before(tx, reviewer, before)?
            {
                before = meta.seq;
                match take_back(tx, &meta, EntryKind::Undo, reviewer, clock)? {
                    Some(ack) => done.push(ack),
                    None => purged = true,
                }
            }
            match (done.is_empty(), purged) {
                (false, _) => Ok(done),
                (true, true) => Err(of_purged()),
                (true, false) => Err(StoreError::Refused("nothing to undo".to_owned())),
            }
        })
    }

    /// Takes back one entry, whoever wrote it and whatever came after. Of a redo the change is meant that
    /// it brought back; taking back an undo is a redo.
    pub fn undo_entry(&mut self, id: EntryId, reviewer: &str, clock: &Clock) -> Result<Ack> {
        self.write(|tx| {
            let mut meta = by_id(tx, id)?;
            while meta.kind == EntryKind::Redo
                && let Some(undo) = meta.undoes
                && let Some(change) = by_id(tx, undo)?.undoes
            {
                meta = by_id(tx, change)?;
            }
            if undone(tx, meta.id)? {
                return Err(StoreError::Refused(format!(
                    "entry {id:.8} is taken back already"
                )));
            }
            let kind = match meta.kind {
                EntryKind::Undo => EntryKind::Redo,
                _ => EntryKind::Undo,
            };
            take_back(tx, &meta, kind, reviewer, clock)?.ok_or_else(of_purged)
        })
    }

    /// Takes back one's own newest undo that no change of one's own followed; `None` where there is none.
    pub fn redo(&mut self, reviewer: &str, clock: &Clock) -> Result<Option<Ack>> {
        self.write(|tx| {
            let sql = format!(
                "SELECT j.seq FROM journal j WHERE j.reviewer = ?1 AND j.kind = ?2
                 AND j.seq > coalesce((SELECT max(c.seq) FROM journal c
                     WHERE c.reviewer = ?1 AND c.kind = ?3), 0)
                 AND NOT {UNDONE} ORDER BY j.seq DESC LIMIT 1"
            );
            let kinds = (kind_code(EntryKind::Undo), kind_code(EntryKind::Change));
            let found: Option<i64> = tx
                .prepare_cached(&sql)
                .and_then(|mut q| {
                    q.query_row(params![reviewer, kinds.0, kinds.1], |r| r.get(0))
                        .optional()
                })
                .map_err(sqlite("reading the journal"))?;
            let Some(seq) = found else { return Ok(None) };
            let meta = Meta::by_seq(tx, seq)?.ok_or_else(|| damaged(tx, seq))?;
            take_back(tx, &meta, EntryKind::Redo, reviewer, clock)
        })
    }
}

fn by_id(tx: &Connection, id: EntryId) -> Result<Meta> {
    Meta::by_id(tx, id)?
        .ok_or_else(|| StoreError::Refused(format!("there is no entry {id:.8} in the journal")))
}

fn of_purged() -> StoreError {
    StoreError::Refused("that was purged: it cannot be taken back".to_owned())
}

/// One's own newest change before the entry `before` that stands.
fn newest_before(tx: &Connection, reviewer: &str, before: i64) -> Result<Option<Meta>> {
    let sql = format!(
        "SELECT j.seq FROM journal j WHERE j.reviewer = ?1 AND j.seq < ?2 AND j.kind = ?3
         AND NOT {UNDONE} ORDER BY j.seq DESC LIMIT 1"
    );
    let seq: Option<i64> = tx
        .prepare_cached(&sql)
        .and_then(|mut q| {
            q.query_row(
                params![reviewer, before, kind_code(EntryKind::Change)],
                |r| r.get(0),
            )
            .optional()
        })
        .map_err(sqlite("reading the journal"))?;
    match seq {
        Some(seq) => Meta::by_seq(tx, seq),
        None => Ok(None),
    }
}

/// Appends the inverse of an entry, of what still is as it left it. `None`, and nothing written, where all
/// that it was about was purged.
fn take_back(
    tx: &Connection,
    entry: &Meta,
    kind: EntryKind,
    reviewer: &str,
    clock: &Clock,
) -> Result<Option<Ack>> {
    let Some(body) = read_body(tx, entry.seq)? else {
        return Ok(None);
    };
    let (bulk, summary): (Option<String>, String) = tx
        .prepare_cached("SELECT bulk, summary FROM journal WHERE seq = ?1")
        .and_then(|mut q| q.query_row([entry.seq], |r| Ok((r.get(0)?, r.get(1)?))))
        .map_err(sqlite("reading the journal"))?;
    let about = |what| body.writes.iter().any(|w| w.what == what);
    let both = about(What::Status) && about(What::Verdict);
    let mut inverse = Inverse {
        tx,
        entry,
        writer: EntryWriter::begin(tx)?,
        origins: Origins::new(tx),
        vocabulary: Vocabulary::read(tx)?,
        left: Vec::new(),
        decisions: both.then(HashMap::new),
        found: body.writes.is_empty(),
    };
    inverse.registers(&body)?;
    inverse.tags(&body)?;
    if !inverse.found {
        return Ok(None);
    }
    let head = Head::now(tx, kind, Some(entry.id), reviewer, bulk.as_deref(), clock)?;
    let change = summary.strip_prefix("undo: ").unwrap_or(&summary);
    let verb = if kind == EntryKind::Redo {
        "redo"
    } else {
        "undo"
    };
    let mut ack = inverse.writer.finish(&head, format!("{verb}: {change}"))?;
    ack.left = inverse.left;
    Ok(Some(ack))
}

/// What registers get back.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Back {
    value: Value,
    origin: Origin,
    /// The conversation's last decision from then on.
    decided: Option<Option<i64>>,
}

/// Registers that get the same back.
struct Group {
    back: Back,
    sites: Vec<Site>,
}

struct Inverse<'c, 'e> {
    tx: &'c Connection,
    entry: &'e Meta,
    writer: EntryWriter<'c>,
    origins: Origins<'c>,
    vocabulary: Vocabulary<'c>,
    left: Vec<LeftAlone>,
    /// Whose status or verdict a row has got back from this entry, which the journal does not know yet;
    /// kept where the entry is about both.
    decisions: Option<HashMap<i64, Option<EntryId>>>,
    /// True once something of the entry was still here.
    found: bool,
}

impl Inverse<'_, '_> {
    /// True if the register still holds what the entry wrote: by itself, or brought back since.
    fn is_own(
        &mut self,
        by: i64,
        wrote: Origin,
        what: &What,
        row: i64,
        event: Option<EventKey>,
    ) -> Result<bool> {
        if by == self.entry.seq {
            return Ok(true);
        }
        let owner = self.origins.of(Some(by), what, row, event)?;
        Ok(owner == wrote.from(self.entry.id))
    }

    /// What a register gets back.
    fn back(
        &mut self,
        old: &(Value, Origin),
        what: &What,
        row: i64,
        event: Option<EventKey>,
    ) -> Result<(Value, Origin)> {
        // A redo brings back what its undo took, which therefore counts as standing.
        let but = self.entry.undoes;
        self.origins.standing(old, but, what, row, event)
    }

    fn registers(&mut self, body: &Body) -> Result<()> {
        self.origins.rows()?.learn(body.conversations())?;
        for write in body.writes.iter().rev() {
            let on_event = write.targets.are_events();
            let (tx, vocabulary) = (self.tx, &self.vocabulary);
            let place = place(
                &write.what,
                on_event,
                |tag| vocabulary.id(tag),
                |rule| rule_id(tx, rule),
            )?;
            let Some(place) = place else { continue };
            let mut targets = Vec::with_capacity(write.targets.len());
            for target in write.targets.iter() {
                if let Some(row) = self.origins.rows()?.find(target.conversation)? {
                    targets.push((row, target));
                }
            }
            self.found |= !targets.is_empty();
            in_order(&mut targets);
            self.restore(write, &targets, &mut Register::open(self.tx, place)?)?;
        }
        Ok(())
    }

    /// Gives the register of these targets back what it held, where it is one's own.
    fn restore(
        &mut self,
        write: &Write,
        targets: &[(i64, Target)],
        register: &mut Register<'_>,
    ) -> Result<()> {
        let what = write.what.key();
        let mut groups: Vec<Group> = Vec::new();
        let mut places: HashMap<Back, usize> = HashMap::new();
        for (&(row, target), held) in targets.iter().zip(register.read_all(targets)?) {
            let Some(held) = held else { continue };
            let Some(by) = held.by else { continue };
            let event = target.event.map(|e| e.key);
            if !self.is_own(by, write.new.1, &what, row, event)? {
                let reviewer = self.origins.meta(by)?.reviewer.clone();
                self.left.push(LeftAlone { target, reviewer });
                continue;
            }
            let back = self.back(&write.old, &what, row, event)?;
            let decided = self.decision(&what, row, &held, back.1)?;
            let back = Back {
                value: back.0,
                origin: back.1,
                decided,
            };
            let site = Site {
                row,
                target,
                held,
                owner: write.new.1.from(self.entry.id),
            };
            // Mostly all of them are alike.
            match groups.last_mut() {
                Some(last) if last.back == back => last.sites.push(site),
                _ => {
                    let at = *places.entry(back.clone()).or_insert(groups.len());
                    if at == groups.len() {
                        groups.push(Group {
                            back,
                            sites: Vec::new(),
                        });
                    }
                    groups[at].sites.push(site);
                }
            }
        }
        for Group { back, sites } in groups {
            let new = (&back.value, back.origin);
            self.writer
                .set(register, &write.what, sites, new, back.decided)?;
            // A tag that comes back is in the vocabulary again.
            if let (What::Tag(name), Value::On(true)) = (&write.what, &back.value) {
                self.vocabulary.ensure(name)?;
            }
        }
        Ok(())
    }

    /// Who decided last on a conversation whose status or verdict is `back`'s again; `None` where neither
    /// is what this is about.
    fn decision(
        &mut self,
        what: &What,
        row: i64,
        held: &Held,
        back: Origin,
    ) -> Result<Option<Option<i64>>> {
        let beside = match what {
            What::Status => What::Verdict,
            What::Verdict => What::Status,
            _ => return Ok(None),
        };
        let back = back.from(self.entry.id);
        let beside = match held.beside {
            Some(by) if by == self.writer.seq() => {
                let decisions = self.decisions.as_ref();
                decisions.and_then(|d| d.get(&row).copied()).flatten()
            }
            by => self.origins.of(by, &beside, row, None)?,
        };
        if let Some(decisions) = &mut self.decisions {
            decisions.insert(row, back);
        }
        self.origins.later([back, beside]).map(Some)
    }

    fn tags(&mut self, body: &Body) -> Result<()> {
        let mut restored = HashMap::new();
        for write in body.writes.iter().rev() {
            let What::Vocabulary(name) = &write.what else {
                continue;
            };
            self.found = true;
            let text = name.for_search();
            let Some(by) = self.vocabulary.by(text) else {
                continue;
            };
            let what = write.what.key();
            if !self.is_own(by, write.new.1, &what, 0, None)? {
                continue;
            }
            let (Value::Tag(back), origin) = self.back(&write.old, &what, 0, None)? else {
                continue;
            };
            // Others may carry by now what this entry brought into the vocabulary.
            if back.is_none() && self.vocabulary.in_use(text)? {
                continue;
            }
            self.vocabulary.set(name, back)?;
            restored.insert(fold(text), origin.from(self.entry.id));
        }
        self.give_up_taken_digits(&restored)?;
        self.vocabulary
            .flush(&mut self.writer, &mut self.origins, &restored)
    }

    /// A digit that went to another tag since stays there.
    fn give_up_taken_digits(&mut self, restored: &HashMap<String, Option<EntryId>>) -> Result<()> {
        for name in restored.keys() {
            if let Some(mut tag) = self.vocabulary.get(name).cloned()
                && let Some(digit) = tag.digit
                && self.vocabulary.holder(digit, name).is_some()
            {
                tag.digit = None;
                self.vocabulary.set(&name.as_str().into(), Some(tag))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
