//! Lines of the list, in the order they are asked for.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::record::{Record, Summary};
use super::{Card, CardReview, Marks, Result, Store, StoreError, sqlite};
use crate::model::{ConversationId, ConversationKey, Millis};
use crate::text::Untrusted;

/// So many of the newest conversations are looked at for the first page.
const LOOKED_AT: i64 = 10_000;

impl Store {
    /// The lines of these rows, in this order; rows that are not there (any more) are left out.
    pub fn cards(&self, rows: &[i64]) -> Result<Vec<Card>> {
        self.reading(|| self.read_cards(rows))
    }

    fn read_cards(&self, rows: &[i64]) -> Result<Vec<Card>> {
        let conn = self.connection();
        let mut reviews = self.card_reviews(rows)?;
        let mut sources = HashMap::new();
        let mut cards = Vec::with_capacity(rows.len());
        for &row in rows {
            if let Some((record, _)) = Record::load(conn, row)? {
                let source = source_name(conn, &mut sources, record.source)?;
                // Twice the same row: the second keeps its review too.
                let review = match reviews.remove(&row) {
                    Some(review) => review,
                    None => self.card_reviews(&[row])?.remove(&row).unwrap_or_default(),
                };
                cards.push(card(row, record, source, review)?);
            }
        }
        Ok(cards)
    }

    /// The first page before the catalogue is built: unread conversations, newest first.
    ///
    /// It looks at the newest conversations alone, so that it takes milliseconds however many there are:
    /// where most of them are decided it has fewer lines, or none.
    pub fn first_page(&self, limit: usize) -> Result<Vec<i64>> {
        let read = || -> rusqlite::Result<Vec<i64>> {
            let mut query = self.connection().prepare_cached(
                "SELECT c.row, coalesce(r.status, 0) FROM conversation c
                 LEFT JOIN review r ON r.row = c.row
                 ORDER BY c.ended DESC, c.row DESC LIMIT ?1",
            )?;
            let mut newest = query.query([LOOKED_AT])?;
            let mut unread = Vec::new();
            while unread.len() < limit
                && let Some(r) = newest.next()?
            {
                if r.get::<_, i64>(1)? == 0 {
                    unread.push(r.get(0)?);
                }
            }
            Ok(unread)
        };
        read().map_err(sqlite("reading the first page"))
    }
}

/// Puts a line together from what is stored.
pub(crate) fn card(
    row: i64,
    record: Record,
    source: Untrusted,
    review: CardReview,
) -> Result<Card> {
    let id = ConversationId(record.id);
    let damaged = |_| StoreError::Damaged(id);
    let attributes = postcard::from_bytes(&record.attributes).map_err(damaged)?;
    let summary: Summary = postcard::from_bytes(&record.summary).map_err(damaged)?;
    let marks = Marks(record.marks);
    Ok(Card {
        row,
        id,
        external_id: record.external_id(),
        key: ConversationKey {
            source: source.clone(),
            native: record.native.into(),
            time: Millis(record.keyed_at),
        },
        source,
        attributes,
        preview: record.preview.map(Untrusted::from),
        started: record.started.map(Millis),
        ended: record.ended.map(Millis),
        messages: record.messages,
        user_messages: record.user_messages,
        bot_messages: record.bot_messages,
        queries: record.queries,
        fallbacks: record.fallbacks,
        problems: record.problems,
        escalated: marks.has(Marks::ESCALATED),
        min_confidence: summary.min_confidence,
        min_margin: summary.min_margin,
        min_action_confidence: summary.min_action_confidence,
        marks,
        intents: summary.intents,
        actions: summary.actions,
        final_slots: summary.final_slots,
        flows: summary.flows,
        review,
    })
}

/// The name of a source, asked for once.
pub(crate) fn source_name(
    conn: &Connection,
    known: &mut HashMap<i64, Untrusted>,
    source: i64,
) -> Result<Untrusted> {
    if let Some(name) = known.get(&source) {
        return Ok(name.clone());
    }
    let name: Option<String> = conn
        .prepare_cached("SELECT name FROM source WHERE id = ?1")
        .and_then(|mut q| q.query_row([source], |r| r.get(0)).optional())
        .map_err(sqlite("reading the sources"))?;
    let name = Untrusted::from(name.unwrap_or_default());
    known.insert(source, name.clone());
    Ok(name)
}
