//! One conversation as its narrow row and card hold it, and the hash that guards it.
//!
//! The hash covers what a person sees of the content and nothing that differs between two stores with the
//! same content (numbers of rows, of sources, of values).

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::{Result, sqlite};
use crate::model::{Confidence, FlowOutcome};
use crate::text::Untrusted;

/// What a line shows beyond columns of its own: exact figures and counted names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// The threshold that was applied, in ten-thousandths; stands first so that it can be read alone.
    pub threshold: i16,
    /// True if the conversation itself says it, so that the source's does not matter.
    pub own_threshold: bool,
    pub min_confidence: Option<Confidence>,
    pub min_margin: Option<Confidence>,
    pub min_action_confidence: Option<Confidence>,
    pub intents: Vec<(Untrusted, u32)>,
    pub actions: Vec<(Untrusted, u32)>,
    pub final_slots: Vec<(Untrusted, Untrusted)>,
    pub flows: Vec<FlowOutcome>,
}

/// The columns of `conversation` and `card` for one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    pub source: i64,
    pub started: Option<i64>,
    pub ended: Option<i64>,
    pub messages: u32,
    pub user_messages: u32,
    pub bot_messages: u32,
    pub queries: u32,
    pub fallbacks: u32,
    pub problems: u32,
    pub rating: Option<u8>,
    pub min_confidence: Option<i16>,
    pub min_margin: Option<i16>,
    pub min_action_confidence: Option<i16>,
    pub marks: u32,
    pub facet_values: Vec<u8>,
    pub id: [u8; 16],
    pub native: String,
    pub keyed_at: i64,
    pub session: u32,
    pub user_id: Option<String>,
    pub user_name: Option<String>,
    pub preview: Option<String>,
    pub attributes: Vec<u8>,
    pub summary: Vec<u8>,
}

/// The columns that [`Record::read`] expects, from `conversation c JOIN card k`.
const COLUMNS: &str = "c.source, c.started, c.ended, c.messages, c.user_messages, c.bot_messages,
    c.queries, c.fallbacks, c.problems, c.rating, c.min_confidence, c.min_margin,
    c.min_action_confidence, c.marks, c.facet_values, k.id, k.native, k.keyed_at, k.session,
    k.user_id, k.user_name, k.preview, k.attributes, k.summary";

impl Record {
    /// Reads the columns of [`COLUMNS`].
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            source: row.get(0)?,
            started: row.get(1)?,
            ended: row.get(2)?,
            messages: row.get(3)?,
            user_messages: row.get(4)?,
            bot_messages: row.get(5)?,
            queries: row.get(6)?,
            fallbacks: row.get(7)?,
            problems: row.get(8)?,
            rating: row.get(9)?,
            min_confidence: row.get(10)?,
            min_margin: row.get(11)?,
            min_action_confidence: row.get(12)?,
            marks: row.get(13)?,
            facet_values: row.get(14)?,
            id: row.get(15)?,
            native: row.get(16)?,
            keyed_at: row.get(17)?,
            session: row.get(18)?,
            user_id: row.get(19)?,
            user_name: row.get(20)?,
            preview: row.get(21)?,
            attributes: row.get(22)?,
            summary: row.get(23)?,
        })
    }

    /// The record of a row and its content hash; `None` where there is no such row.
    pub(crate) fn load(conn: &Connection, row: i64) -> Result<Option<(Self, Vec<u8>)>> {
        let sql = const_sql();
        conn.prepare_cached(sql)
            .and_then(|mut q| {
                q.query_row(params![row], |r| Ok((Self::read(r)?, r.get(24)?)))
                    .optional()
            })
            .map_err(sqlite("reading a conversation"))
    }

    /// What cannot be derived from the events, from the card alone, and the content hash; everything else
    /// is empty.
    pub(crate) fn truth(conn: &Connection, row: i64) -> Result<(Self, Vec<u8>)> {
        conn.prepare_cached(
            "SELECT source, id, native, keyed_at, session, attributes, summary, content FROM card
             WHERE row = ?1",
        )
        .and_then(|mut q| {
            q.query_row([row], |r| {
                let record = Self {
                    source: r.get(0)?,
                    id: r.get(1)?,
                    native: r.get(2)?,
                    keyed_at: r.get(3)?,
                    session: r.get(4)?,
                    attributes: r.get(5)?,
                    summary: r.get(6)?,
                    ..Self::default()
                };
                Ok((record, r.get(7)?))
            })
        })
        .map_err(sqlite("reading a conversation"))
    }

    /// Writes the narrow row.
    pub(crate) fn save_narrow(
        &self,
        conn: &Connection,
        row: i64,
        rev: i64,
    ) -> rusqlite::Result<()> {
        conn.prepare_cached(
            "INSERT INTO conversation (row, rev, source, started, ended, messages, user_messages,
                bot_messages, queries, fallbacks, problems, rating, min_confidence, min_margin,
                min_action_confidence, marks, facet_values)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (row) DO UPDATE SET rev = ?2, started = ?4, ended = ?5, messages = ?6,
                user_messages = ?7, bot_messages = ?8, queries = ?9, fallbacks = ?10, problems = ?11,
                rating = ?12, min_confidence = ?13, min_margin = ?14, min_action_confidence = ?15,
                marks = ?16, facet_values = ?17",
        )?
        .execute(params![
            row,
            rev,
            self.source,
            self.started,
            self.ended,
            self.messages,
            self.user_messages,
            self.bot_messages,
            self.queries,
            self.fallbacks,
            self.problems,
            self.rating,
            self.min_confidence,
            self.min_margin,
            self.min_action_confidence,
            self.marks,
            self.facet_values,
        ])?;
        Ok(())
    }

    /// Writes the card.
    pub(crate) fn save_card(
        &self,
        conn: &Connection,
        row: i64,
        content: &[u8; 16],
    ) -> rusqlite::Result<()> {
        conn.prepare_cached(
            "INSERT INTO card (row, id, source, native, keyed_at, session, user_id, user_name,
                preview, attributes, summary, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (row) DO UPDATE SET id = ?2, keyed_at = ?5, user_id = ?7, user_name = ?8,
                preview = ?9, attributes = ?10, summary = ?11, content = ?12",
        )?
        .execute(params![
            row,
            self.id,
            self.source,
            self.native,
            self.keyed_at,
            self.session,
            self.user_id,
            self.user_name,
            self.preview,
            self.attributes,
            self.summary,
            content,
        ])?;
        Ok(())
    }

    /// The hash of everything a person sees of the content; `body` is the unpacked body.
    pub(crate) fn hash(&self, body: &[u8]) -> [u8; 16] {
        let mut line = Vec::with_capacity(256 + self.attributes.len() + self.summary.len());
        let mut number = |n: i64| line.extend_from_slice(&n.to_le_bytes());
        for time in [self.started, self.ended] {
            number(i64::from(time.is_some()));
            number(time.unwrap_or_default());
        }
        for count in [
            self.messages,
            self.user_messages,
            self.bot_messages,
            self.queries,
            self.fallbacks,
            self.problems,
            self.marks,
            self.session,
        ] {
            number(i64::from(count));
        }
        number(self.rating.map_or(-1, i64::from));
        for steps in [
            self.min_confidence,
            self.min_margin,
            self.min_action_confidence,
        ] {
            number(steps.map_or(i64::MIN, i64::from));
        }
        number(self.keyed_at);
        for text in [&self.user_id, &self.user_name, &self.preview] {
            let text = text.as_deref();
            line.push(u8::from(text.is_some()));
            part(&mut line, text.unwrap_or_default().as_bytes());
        }
        part(&mut line, self.native.as_bytes());
        part(&mut line, &self.id);
        part(&mut line, &self.attributes);
        part(&mut line, &self.summary);
        let mut hash = blake3::Hasher::new();
        hash.update(&(line.len() as u64).to_le_bytes());
        hash.update(&line);
        hash.update(body);
        let mut out = [0; 16];
        out.copy_from_slice(&hash.finalize().as_bytes()[..16]);
        out
    }

    /// The label that people use: the source's id, `#k` from the second session on.
    pub(crate) fn external_id(&self) -> Untrusted {
        external_id(&self.native, self.session)
    }
}

/// `native`, or `native#k` from the second session on.
pub(crate) fn external_id(native: &str, session: u32) -> Untrusted {
    match session {
        0 | 1 => native.into(),
        k => format!("{native}#{k}").into(),
    }
}

fn part(line: &mut Vec<u8>, bytes: &[u8]) {
    line.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    line.extend_from_slice(bytes);
}

fn const_sql() -> &'static str {
    use std::sync::OnceLock;
    static SQL: OnceLock<String> = OnceLock::new();
    SQL.get_or_init(|| {
        format!(
            "SELECT {COLUMNS}, k.content FROM conversation c JOIN card k ON k.row = c.row WHERE c.row = ?1"
        )
    })
}
