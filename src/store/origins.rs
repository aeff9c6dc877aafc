//! Whose values they are: reading entries back to find out whose decision a register holds.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::entry::{Body, Origin, kind_of};
use super::rows::Rows;
use super::values::{Stamp, Value, What};
use super::{Result, StoreError, sqlite};
use crate::model::{EntryId, EntryKind, EventKey};
use crate::text::Untrusted;

/// What is known of an entry without reading its body.
#[derive(Clone, Debug)]
pub(crate) struct Meta {
    /// Number in this store.
    pub seq: i64,
    /// Identity.
    pub id: EntryId,
    /// Hybrid clock, microseconds.
    pub at: i64,
    /// Kind.
    pub kind: EntryKind,
    /// The entry it takes back.
    pub undoes: Option<EntryId>,
    /// Who.
    pub reviewer: Untrusted,
}

impl Meta {
    const COLUMNS: &'static str = "seq, id, at, kind, undoes, reviewer";

    fn take(r: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: r.get(0)?,
            id: EntryId(r.get(1)?),
            at: r.get(2)?,
            kind: kind_of(r.get(3)?),
            undoes: r.get::<_, Option<[u8; 16]>>(4)?.map(EntryId),
            reviewer: r.get::<_, String>(5)?.into(),
        })
    }

    /// The entry of that number.
    pub(crate) fn by_seq(conn: &Connection, seq: i64) -> Result<Option<Self>> {
        Self::one(conn, "seq", &seq)
    }

    /// The entry of that identity.
    pub(crate) fn by_id(conn: &Connection, id: EntryId) -> Result<Option<Self>> {
        Self::one(conn, "id", &id.0)
    }

    fn one(conn: &Connection, by: &str, key: &dyn rusqlite::ToSql) -> Result<Option<Self>> {
        let sql = format!("SELECT {} FROM journal WHERE {by} = ?1", Self::COLUMNS);
        conn.prepare_cached(&sql)
            .and_then(|mut q| q.query_row([key], Self::take).optional())
            .map_err(sqlite("reading the journal"))
    }

    /// For deciding which of two entries wins.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp {
            person: self.kind != EntryKind::Import,
            at: self.at,
            id: self.id,
        }
    }
}

/// Body of the entry `seq`. `None`: a purge emptied it.
pub(crate) fn read_body(conn: &Connection, seq: i64) -> Result<Option<Body>> {
    let bytes: Vec<u8> = conn
        .prepare_cached("SELECT body FROM journal WHERE seq = ?1")
        .and_then(|mut q| q.query_row([seq], |r| r.get(0)))
        .map_err(sqlite("reading the journal"))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    Body::from_bytes(&bytes)
        .map(Some)
        .ok_or_else(|| damaged(conn, seq))
}

/// The error of an entry that does not read back.
pub(crate) fn damaged(conn: &Connection, seq: i64) -> StoreError {
    StoreError::Unusable {
        path: conn.path().unwrap_or_default().into(),
        reason: format!("journal entry {seq} is damaged: run `afterword doctor`"),
    }
}

/// What an entry wrote into a register: whose the new value is, and what was there before.
#[derive(Clone)]
struct Written {
    new: Origin,
    old: (Value, Origin),
}

/// Everything an entry wrote, by [`What::key`], row and event.
#[derive(Default)]
struct Wrote {
    written: Vec<Written>,
    /// Ascending, with the place in `written`.
    places: HashMap<What, Vec<(Place, usize)>>,
}

/// Row and event of a register as this store finds it.
type Place = (i64, Option<EventKey>);

impl Wrote {
    fn get(&self, what: &What, place: Place) -> Option<&Written> {
        let places = self.places.get(what)?;
        let at = places.binary_search_by_key(&place, |p| p.0).ok()?;
        self.written.get(places[at].1)
    }
}

/// A chain of values that were taken back is followed so far: more would be a forged journal.
const LONGEST: usize = 10_000;

/// Whose decision the present value of a register is. Remembers what it read, for one transaction.
pub(crate) struct Origins<'c> {
    conn: &'c Connection,
    rows: Option<Rows<'c>>,
    metas: HashMap<i64, Meta>,
    wrote: HashMap<i64, Wrote>,
    undone: HashMap<EntryId, bool>,
    stamps: HashMap<EntryId, Option<(Stamp, i64)>>,
}

impl<'c> Origins<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self {
            conn,
            rows: None,
            metas: HashMap::new(),
            wrote: HashMap::new(),
            undone: HashMap::new(),
            stamps: HashMap::new(),
        }
    }

    /// The rows of conversations; who asks for many of them says so once for all.
    pub(crate) fn rows(&mut self) -> Result<&mut Rows<'c>> {
        let rows = match self.rows.take() {
            Some(rows) => rows,
            None => Rows::open(self.conn)?,
        };
        Ok(self.rows.insert(rows))
    }

    /// What is known of the entry `seq`.
    pub(crate) fn meta(&mut self, seq: i64) -> Result<&Meta> {
        if !self.metas.contains_key(&seq) {
            let meta = Meta::by_seq(self.conn, seq)?.ok_or_else(|| damaged(self.conn, seq))?;
            self.metas.insert(seq, meta);
        }
        Ok(&self.metas[&seq])
    }

    /// Whose value it is that the entry `by` wrote into the register `what`, under its [`What::key`], of
    /// `row` and `event`.
    pub(crate) fn of(
        &mut self,
        by: Option<i64>,
        what: &What,
        row: i64,
        event: Option<EventKey>,
    ) -> Result<Option<EntryId>> {
        let Some(by) = by else { return Ok(None) };
        let meta = self.meta(by)?;
        let (id, kind) = (meta.id, meta.kind);
        if !matches!(kind, EntryKind::Undo | EntryKind::Redo) {
            return Ok(Some(id));
        }
        let written = self.wrote(by)?.get(what, (row, event));
        Ok(written.map_or(Some(id), |w| w.new.from(id)))
    }

    /// The value to go back to when a later one is taken back: `old` itself, or, where that was taken back
    /// too in the meantime, what was there before it. The entry `but` counts as standing. `what` is under
    /// its [`What::key`].
    pub(crate) fn standing(
        &mut self,
        old: &(Value, Origin),
        but: Option<EntryId>,
        what: &What,
        row: i64,
        event: Option<EventKey>,
    ) -> Result<(Value, Origin)> {
        let mut old = old.clone();
        for _ in 0..LONGEST {
            let Origin::Entry(id) = old.1 else { break };
            if but == Some(id) || !self.is_undone(id)? {
                break;
            }
            let Some(meta) = Meta::by_id(self.conn, id)? else {
                break;
            };
            match self.wrote(meta.seq)?.get(what, (row, event)) {
                Some(written) => old = written.old.clone(),
                None => break,
            }
        }
        Ok(old)
    }

    fn is_undone(&mut self, id: EntryId) -> Result<bool> {
        if let Some(&known) = self.undone.get(&id) {
            return Ok(known);
        }
        let undone = undone(self.conn, id)?;
        self.undone.insert(id, undone);
        Ok(undone)
    }

    fn wrote(&mut self, seq: i64) -> Result<&Wrote> {
        if !self.wrote.contains_key(&seq) {
            let wrote = self.read_wrote(seq)?;
            self.wrote.insert(seq, wrote);
        }
        Ok(&self.wrote[&seq])
    }

    fn read_wrote(&mut self, seq: i64) -> Result<Wrote> {
        let body = read_body(self.conn, seq)?.unwrap_or_default();
        let rows = self.rows()?;
        rows.learn(body.conversations())?;
        let mut wrote = Wrote::default();
        for write in body.writes {
            let place = wrote.written.len();
            let what = write.what.key();
            let vocabulary = matches!(what, What::Vocabulary(_));
            let places = wrote.places.entry(what).or_default();
            if vocabulary {
                places.push(((0, None), place));
            }
            for target in write.targets.iter() {
                if let Some(row) = rows.find(target.conversation)? {
                    places.push(((row, target.event.map(|e| e.key)), place));
                }
            }
            wrote.written.push(Written {
                new: write.new.1,
                old: write.old,
            });
        }
        for places in wrote.places.values_mut() {
            places.sort_unstable();
        }
        Ok(wrote)
    }

    fn stamp_of(&mut self, id: EntryId) -> Result<Option<(Stamp, i64)>> {
        if let Some(&known) = self.stamps.get(&id) {
            return Ok(known);
        }
        let stamp = Meta::by_id(self.conn, id)?.map(|meta| (meta.stamp(), meta.seq));
        self.stamps.insert(id, stamp);
        Ok(stamp)
    }

    /// The entry that decided last, by whose status and verdict the conversation has.
    pub(crate) fn decision(
        &mut self,
        row: i64,
        status: Option<i64>,
        verdict: Option<i64>,
    ) -> Result<Option<i64>> {
        let status = self.of(status, &What::Status, row, None)?;
        let verdict = self.of(verdict, &What::Verdict, row, None)?;
        self.later([status, verdict])
    }

    /// The number of the later of the entries whose status and verdict a conversation has.
    pub(crate) fn later(&mut self, owners: [Option<EntryId>; 2]) -> Result<Option<i64>> {
        let mut last: Option<(Stamp, i64)> = None;
        for id in owners.into_iter().flatten() {
            // The entry of an origin can be missing where a bundle left it out: then nobody decided.
            last = last.max(self.stamp_of(id)?);
        }
        Ok(last.map(|(_, seq)| seq))
    }
}

/// True for an entry `j` that an undo or redo took back which itself still stands.
pub(crate) const UNDONE: &str = "EXISTS (SELECT 1 FROM journal u WHERE u.undoes = j.id
    AND NOT EXISTS (SELECT 1 FROM journal r WHERE r.undoes = u.id))";

/// True if the entry is taken back, and that stands.
pub(crate) fn undone(conn: &Connection, id: EntryId) -> Result<bool> {
    let sql = format!("SELECT {UNDONE} FROM journal j WHERE j.id = ?1");
    conn.prepare_cached(&sql)
        .and_then(|mut q| q.query_row([id.0], |r| r.get(0)).optional())
        .map(|found| found.unwrap_or(false))
        .map_err(sqlite("reading the journal"))
}

/// Sets the last decision on these conversations from the entries whose status and verdict they have.
pub(crate) fn settle_decisions(conn: &Connection, mut rows: Vec<i64>) -> Result<()> {
    rows.sort_unstable();
    rows.dedup();
    let mut origins = Origins::new(conn);
    let failed = sqlite("writing a review");
    let mut read = conn
        .prepare_cached("SELECT status_by, verdict_by FROM review WHERE row = ?1")
        .map_err(&failed)?;
    let mut write = conn
        .prepare_cached("UPDATE review SET decided_by = ?2 WHERE row = ?1")
        .map_err(&failed)?;
    for row in rows {
        let by = read.query_row([row], |r| Ok((r.get(0)?, r.get(1)?)));
        if let Some((status, verdict)) = by.optional().map_err(&failed)? {
            let decision = origins.decision(row, status, verdict)?;
            write.execute(params![row, decision]).map_err(&failed)?;
        }
    }
    Ok(())
}
