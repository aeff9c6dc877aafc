//! One conversation with everything, verified.

use std::collections::HashMap;

use super::body::decode;
use super::cards::{card, source_name};
use super::record::{Record, Summary};
use super::stored::plain_body;
use super::{CardReview, Result, Store, StoreError, Whole};
use crate::model::{Confidence, ConversationId, Facts, event_keys};

impl Store {
    /// The conversation in this row; `None` where there is none. What does not read back as it was
    /// written is [`StoreError::Damaged`], never shown as if it were right.
    pub fn whole(&self, row: i64) -> Result<Option<Whole>> {
        // One state of the store: a line and a body of two moments would look like damage.
        self.reading(|| self.read_whole(row))
    }

    fn read_whole(&self, row: i64) -> Result<Option<Whole>> {
        let conn = self.connection();
        let Some((record, content)) = Record::load(conn, row)? else {
            return Ok(None);
        };
        let id = ConversationId(record.id);
        let damaged = || StoreError::Damaged(id);
        let plain = plain_body(conn, row)?.ok_or_else(damaged)?;
        if record.hash(&plain)[..] != content[..] {
            return Err(damaged());
        }
        let events = decode(&plain).ok_or_else(damaged)?;
        let summary: Summary = postcard::from_bytes(&record.summary).map_err(|_| damaged())?;
        let threshold = Confidence::of_steps(summary.threshold);
        let source = source_name(conn, &mut HashMap::new(), record.source)?;
        let reviews = self.card_reviews(&[row])?.remove(&row);
        let card = card(
            row,
            record,
            source,
            reviews.unwrap_or_else(CardReview::default),
        )?;
        // The threshold that was applied, so that the reader and the list say the same.
        let facts = Facts::derive(&card.attributes, &events, Some(threshold));
        let keys = event_keys(&events);
        let review = self.review(row, &keys)?;
        Ok(Some(Whole {
            card,
            events,
            keys,
            facts,
            review,
        }))
    }
}

impl Whole {
    /// Borrowed for the filter language.
    pub fn subject(&self) -> crate::filter::Subject<'_> {
        crate::filter::Subject {
            id: self.card.id,
            source: self.card.source.for_search(),
            external_id: self.card.external_id.for_search(),
            attributes: &self.card.attributes,
            events: &self.events,
            keys: &self.keys,
            facts: &self.facts,
            review: &self.review,
        }
    }
}
