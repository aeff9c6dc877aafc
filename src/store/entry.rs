//! One journal entry: what it holds, how it is kept, and the one way to write it.
//!
//! An entry names conversations, events and tags by what they are in every store, never by the numbers of
//! this one, so that it can travel. Entries are only ever appended.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::registers::{Held, Place, Put, Register, Rows, Stamp, Value, What};
use super::{Result, StoreError, next_rev, sqlite};
use crate::model::{
    Ack, Clock, ConversationId, EntryId, EntryKind, EventKey, EventTarget, Millis, Target,
};
use crate::text::Untrusted;

/// Whose decision a value is. A value that an undo restored is that of the entry that first wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// The entry's that holds this.
    This,
    /// Nobody's: the initial value.
    Nobody,
    /// That entry's.
    Entry(EntryId),
}

impl Origin {
    /// The entry meant, seen from the entry `this`.
    pub(crate) fn from(self, this: EntryId) -> Option<EntryId> {
        match self {
            Self::This => Some(this),
            Self::Nobody => None,
            Self::Entry(id) => Some(id),
        }
    }

    /// The way back from [`Origin::from`].
    pub(crate) fn of(entry: Option<EntryId>) -> Self {
        entry.map_or(Self::Nobody, Self::Entry)
    }
}

/// One new value for many registers that held the same before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Write {
    /// Which register of the targets.
    pub what: What,
    /// Its value from now on, and whose it is.
    pub new: (Value, Origin),
    /// Its value until now, and whose it was.
    pub old: (Value, Origin),
    /// Where.
    pub targets: Targets,
}

/// Everything an entry writes. No register occurs twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    /// In the order of writing.
    pub writes: Vec<Write>,
}

/// Many targets as two plain runs of bytes: a list of a hundred thousand is written and read at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Targets {
    conversations: Bytes,
    /// Key and number of an event each; empty where the targets are conversations.
    events: Bytes,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let bytes: &[u8] = Deserialize::deserialize(from)?;
        Ok(Self(bytes.to_vec()))
    }
}

const CONVERSATION: usize = 16;
const EVENT: usize = 16 + 4;

impl Targets {
    /// Adds one; all of a list are events or none is.
    fn push(&mut self, target: &Target) {
        self.conversations.0.extend(target.conversation.0);
        if let Some(event) = target.event {
            self.events.0.extend(event.key.0);
            self.events.0.extend(event.seq.to_le_bytes());
        }
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.conversations.0.len() / CONVERSATION
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Target> + '_ {
        let mut events = self.events.0.chunks_exact(EVENT);
        self.conversations
            .0
            .chunks_exact(CONVERSATION)
            .map(move |id| Target {
                conversation: ConversationId(array(id)),
                event: events.next().map(|event| EventTarget {
                    key: EventKey(array(&event[..16])),
                    seq: u32::from_le_bytes(array(&event[16..])),
                }),
            })
    }

    /// True if the conversation occurs.
    pub(crate) fn about(&self, id: ConversationId) -> bool {
        self.conversations
            .0
            .chunks_exact(CONVERSATION)
            .any(|c| c == id.0)
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(bytes);
    out
}

/// First byte of a body: postcard follows.
const PLAIN: u8 = 1;
/// First byte of a body: zstd of postcard follows.
const ZSTD: u8 = 2;
/// Bodies larger than this are compressed.
const LARGE: usize = 4096;
/// No body is larger when unpacked: a million targets take 36 MB.
const LARGEST: usize = 1 << 30;

impl Body {
    /// As the journal keeps it.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let refuse = |e: &dyn std::fmt::Display| {
            StoreError::Refused(format!("the change cannot be written: {e}"))
        };
        let plain = postcard::to_extend(self, vec![PLAIN]).map_err(|e| refuse(&e))?;
        if plain.len() <= LARGE {
            return Ok(plain);
        }
        let mut packed = vec![ZSTD];
        packed.extend(zstd::bulk::compress(&plain[1..], 1).map_err(|e| refuse(&e))?);
        Ok(packed)
    }

    /// Reads it back; `None` where it is damaged.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (&PLAIN, rest) => postcard::from_bytes(rest).ok(),
            (&ZSTD, rest) => {
                let size = zstd::zstd_safe::get_frame_content_size(rest).ok()??;
                let size = usize::try_from(size).ok().filter(|&s| s <= LARGEST)?;
                postcard::from_bytes(&zstd::bulk::decompress(rest, size).ok()?).ok()
            }
            _ => None,
        }
    }
}

/// The number of a kind in the store.
pub(crate) fn kind_code(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Change => 0,
        EntryKind::Undo => 1,
        EntryKind::Redo => 2,
        EntryKind::Import => 3,
    }
}

/// The kind of a number.
pub(crate) fn kind_of(code: i64) -> EntryKind {
    match code {
        1 => EntryKind::Undo,
        2 => EntryKind::Redo,
        3 => EntryKind::Import,
        _ => EntryKind::Change,
    }
}

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

/// Whose decision the present value of a register is.
pub(crate) struct Origins<'c> {
    conn: &'c Connection,
    metas: HashMap<i64, Meta>,
    /// Of undos and redos alone: what they wrote where.
    restored: HashMap<i64, HashMap<(What, i64, Option<EventKey>), Origin>>,
}

impl<'c> Origins<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self {
            conn,
            metas: HashMap::new(),
            restored: HashMap::new(),
        }
    }

    /// What is known of the entry `seq`.
    pub(crate) fn meta(&mut self, seq: i64) -> Result<&Meta> {
        if !self.metas.contains_key(&seq) {
            let meta = Meta::by_seq(self.conn, seq)?.ok_or_else(|| damaged(self.conn, seq))?;
            self.metas.insert(seq, meta);
        }
        Ok(&self.metas[&seq])
    }

    /// Whose value it is that the entry `by` wrote into the register `what` of `row` and `event`.
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
        if !self.restored.contains_key(&by) {
            let restored = self.read_restored(by)?;
            self.restored.insert(by, restored);
        }
        let origin = self.restored[&by].get(&(what.key(), row, event));
        Ok(origin.map_or(Some(id), |o| o.from(id)))
    }

    fn read_restored(&self, seq: i64) -> Result<HashMap<(What, i64, Option<EventKey>), Origin>> {
        let body = read_body(self.conn, seq)?.unwrap_or_default();
        let mut rows = Rows::open(self.conn)?;
        let mut restored = HashMap::new();
        for write in &body.writes {
            let what = write.what.key();
            if matches!(what, What::Vocabulary(_)) {
                restored.insert((what.clone(), 0, None), write.new.1);
            }
            for target in write.targets.iter() {
                if let Some(row) = rows.find(target.conversation)? {
                    let event = target.event.map(|e| e.key);
                    restored.insert((what.clone(), row, event), write.new.1);
                }
            }
        }
        Ok(restored)
    }

    /// The entry that decided last, by whose status and verdict the conversation has.
    pub(crate) fn decision(
        &mut self,
        row: i64,
        status: Option<i64>,
        verdict: Option<i64>,
    ) -> Result<Option<i64>> {
        let mut last: Option<(Stamp, i64)> = None;
        for (by, what) in [(status, What::Status), (verdict, What::Verdict)] {
            let Some(id) = self.of(by, &what, row, None)? else {
                continue;
            };
            // The entry of an origin can be missing where a bundle left it out: then nobody decided.
            if let Some(meta) = Meta::by_id(self.conn, id)? {
                last = last.max(Some((meta.stamp(), meta.seq)));
            }
        }
        Ok(last.map(|(_, seq)| seq))
    }
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
        let at = wall.0.saturating_mul(1000);
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

    /// Puts a new value into a register; `decides` where it is the conversation's decision at once.
    #[allow(clippy::too_many_arguments)] // all of them are the one write
    pub(crate) fn set(
        &mut self,
        register: &mut Register<'_>,
        what: &What,
        (row, target): (i64, &Target),
        old: (Held, Option<EntryId>),
        new: (&Value, Origin),
        decides: bool,
    ) -> Result<()> {
        register.write(&Put {
            row,
            event: target.event.as_ref(),
            old: &old.0.value,
            new: new.0,
            by: self.seq,
            rev: self.rev,
            decides,
        })?;
        self.note_write(what, target, (old.0.value, Origin::of(old.1)), new);
        self.rows.push(row);
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
                && write.targets.events.0.is_empty() == target.event.is_none()
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

    /// Appends the entry to the journal. The acknowledgement must not leave the store before the commit.
    pub(crate) fn finish(mut self, head: &Head<'_>, summary: String) -> Result<Ack> {
        self.rows.sort_unstable();
        self.rows.dedup();
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
                    self.rows.len() as i64,
                    self.first.map(|id| id.0),
                    body,
                ])
            })
            .map_err(sqlite("writing the journal"))?;
        Ok(Ack::new(head.id, head.kind, head.wall, self.rows, summary))
    }
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
