//! The one way to write a journal entry: its registers, then itself.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::entry::{Body, Origin, Targets, Write, kind_code};
use super::registers::{Put, Register, Site};
use super::values::{Value, What};
use super::words::words;
use super::{Result, StoreError, next_rev, sqlite};
use crate::model::{Ack, Clock, ConversationId, EntryId, EntryKind, Millis, Target};

/// What the journal says of an entry beside its body.
pub(crate) struct Head<'a> {
    /// Identity.
    pub id: EntryId,
    /// Kind.
    pub kind: EntryKind,
    /// The entry it takes back.
    pub undoes: Option<EntryId>,
    /// Hybrid clock, microseconds.
    pub at: i64,
    /// Wall clock.
    pub wall: Millis,
    /// Who.
    pub reviewer: &'a str,
    /// Filter of a bulk change.
    pub bulk: Option<&'a str>,
}

impl<'a> Head<'a> {
    /// Head of an entry that is made here and now: a random identity, and a time after all others.
    pub(crate) fn now(
        conn: &Connection,
        kind: EntryKind,
        undoes: Option<EntryId>,
        reviewer: &'a str,
        bulk: Option<&'a str>,
        clock: &Clock,
    ) -> Result<Self> {
        let mut id = [0; 16];
        getrandom::fill(&mut id)
            .map_err(|e| StoreError::Refused(format!("the system gives no random numbers: {e}")))?;
        let newest: Option<i64> = conn
            .prepare_cached("SELECT max(at) FROM journal")
            .and_then(|mut q| q.query_row([], |r| r.get(0)))
            .map_err(sqlite("reading the journal"))?;
        let wall = clock.now();
        let at = micros(wall);
        Ok(Self {
            id: EntryId(id),
            kind,
            undoes,
            at: newest.map_or(at, |newest| at.max(newest.saturating_add(1))),
            wall,
            reviewer,
            bulk,
        })
    }
}

/// A wall clock's time as the hybrid clock counts: between the years -9999 and 9999, so that there is
/// always a later microsecond.
pub(crate) fn micros(wall: Millis) -> i64 {
    const LAST: i64 = 253_402_300_799_999;
    wall.0.clamp(-LAST, LAST) * 1000
}

/// Writes one entry: registers first, then the entry itself.
pub(crate) struct EntryWriter<'c> {
    conn: &'c Connection,
    seq: i64,
    rev: i64,
    body: Body,
    /// Where a group of equal writes stands in `body`.
    groups: HashMap<(What, Value, (Value, Origin), bool), usize>,
    rows: Vec<i64>,
    first: Option<ConversationId>,
}

impl<'c> EntryWriter<'c> {
    /// Begins an entry inside the transaction that `conn` is in.
    pub(crate) fn begin(conn: &'c Connection) -> Result<Self> {
        // The number is needed before the entry is whole; nobody else can take it inside a transaction
        // that writes.
        let seq: Option<i64> = conn
            .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
            .and_then(|mut q| q.query_row([], |r| r.get(0)).optional())
            .map_err(sqlite("reading the journal"))?;
        Ok(Self {
            conn,
            seq: seq.unwrap_or(0) + 1,
            rev: next_rev(conn)?,
            body: Body::default(),
            groups: HashMap::new(),
            rows: Vec::new(),
            first: None,
        })
    }

    /// Its number.
    pub(crate) fn seq(&self) -> i64 {
        self.seq
    }

    /// Puts a new value into the registers of all sites. `decided`: the conversations' last decision from
    /// now on; `None`: it stays.
    pub(crate) fn set(
        &mut self,
        register: &mut Register<'_>,
        what: &What,
        sites: Vec<Site>,
        new: (&Value, Origin),
        decided: Option<Option<i64>>,
    ) -> Result<()> {
        let put = Put {
            new: new.0,
            by: self.seq,
            rev: self.rev,
            decided,
        };
        register.write(&sites, &put)?;
        self.rows.reserve(sites.len());
        for site in sites {
            let old = (site.held.value, Origin::of(site.owner));
            self.note_write(what, &site.target, old, new);
            self.rows.push(site.row);
        }
        Ok(())
    }

    /// Puts a write into the entry alone.
    pub(crate) fn note_write(
        &mut self,
        what: &What,
        target: &Target,
        old: (Value, Origin),
        new: (&Value, Origin),
    ) {
        self.first.get_or_insert(target.conversation);
        let same = |write: &Write| {
            write.what == *what
                && (&write.new.0, write.new.1) == new
                && write.old == old
                && write.targets.are_events() == target.event.is_some()
        };
        // Mostly one group after the other: look at the last before hashing anything.
        if let Some(last) = self.body.writes.last_mut()
            && same(last)
        {
            last.targets.push(target);
            return;
        }
        let key = (
            what.clone(),
            new.0.clone(),
            old.clone(),
            target.event.is_some(),
        );
        if let Some(&at) = self.groups.get(&key)
            && same(&self.body.writes[at])
        {
            self.body.writes[at].targets.push(target);
            return;
        }
        self.groups.insert(key, self.body.writes.len());
        let mut targets = Targets::default();
        targets.push(target);
        self.body.writes.push(Write {
            what: what.clone(),
            new: (new.0.clone(), new.1),
            old,
            targets,
        });
    }

    /// Puts a change of the vocabulary into the entry.
    pub(crate) fn note_vocabulary(&mut self, write: Write) {
        self.body.writes.push(write);
    }

    /// What it writes so far.
    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    /// What it says of itself.
    pub(crate) fn words(&mut self) -> String {
        let conversations = self.conversations();
        words(&self.body, conversations)
    }

    /// How many conversations it changes.
    fn conversations(&mut self) -> usize {
        self.rows.sort_unstable();
        self.rows.dedup();
        self.rows.len()
    }

    /// Appends the entry to the journal. The acknowledgement must not leave the store before the commit.
    pub(crate) fn finish(mut self, head: &Head<'_>, summary: String) -> Result<Ack> {
        let conversations = self.conversations();
        let body = self.body.to_bytes()?;
        self.conn
            .prepare_cached(
                "INSERT INTO journal
                 (seq, id, at, wall, reviewer, kind, undoes, summary, bulk, targets, first, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )
            .and_then(|mut q| {
                q.execute(params![
                    self.seq,
                    head.id.0,
                    head.at,
                    head.wall.0,
                    head.reviewer,
                    kind_code(head.kind),
                    head.undoes.map(|id| id.0),
                    summary,
                    head.bulk,
                    conversations as i64,
                    self.first.map(|id| id.0),
                    body,
                ])
            })
            .map_err(sqlite("writing the journal"))?;
        Ok(Ack::new(head.id, head.kind, head.wall, self.rows, summary))
    }
}
