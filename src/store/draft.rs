//! Everything that is computed for one conversation before it is written.
//!
//! A [`Draft`] needs no store and is made on any thread: its values are still names. [`Rows`] is the same
//! with the numbers that the store has for them.

use std::convert::Infallible;

use super::narrow::{StoredTurn, encode_ids, encode_turns, facet_values, folded, kept};
use super::numbers::{Names, Values};
use super::record::{Record, Summary};
use super::{Facet, Marks, Result, StoreError};
use crate::filter::values::lacks_prediction;
use crate::model::{Attributes, Author, Confidence, ConversationKey, Event, Facts, Millis};
use crate::text::{Untrusted, search_document};

/// Longest preview kept, in bytes: the list shows one line of it.
const LONGEST_PREVIEW: usize = 400;

/// One conversation derived from what its source says; values are still names.
pub(crate) struct Draft {
    /// Narrow row and card, but for the numbers of source and values.
    record: Record,
    /// The names of all values.
    names: Names,
    /// Values of the narrow row, as places in `names`.
    facet_values: Vec<u32>,
    /// Turns whose numbers are places in `names`.
    turns: Vec<StoredTurn>,
    /// Slots ever filled: place of the name, folded value.
    slots: Vec<(u32, String)>,
    documents: (String, String),
    own_threshold: Option<Confidence>,
}

/// One conversation ready to be written.
pub(crate) struct Rows {
    /// Narrow row and card.
    pub record: Record,
    /// Stored turns.
    pub turns: Vec<u8>,
    /// Slots ever filled: number of the name, folded value; ascending, each once.
    pub slot_values: Vec<(i64, String)>,
    /// Search documents of user and assistant.
    pub documents: (String, String),
    /// The threshold that the conversation itself recorded.
    pub own_threshold: Option<Confidence>,
}

impl Draft {
    /// Derives all of it from what a source says (`events` with `reverted` set).
    pub(crate) fn make(
        key: &ConversationKey,
        session: u32,
        attributes: &Attributes,
        events: &[Event],
        threshold: Option<Confidence>,
    ) -> Result<Self> {
        let facts = Facts::derive(attributes, events, threshold);
        let own_threshold = says_threshold(attributes, events).then_some(facts.threshold);
        let mut names = Names::default();
        let values = facet_values(attributes, &facts);
        let facet_values = values.iter().map(|(f, v)| names.place(*f, v)).collect();
        let mut place =
            |facet, value: &str| Ok::<_, Infallible>(i64::from(names.place(facet, value)));
        let turns = facts.turns.iter();
        let turns = turns.map(|turn| StoredTurn::of(turn, &mut place));
        let turns = turns.map(|turn| match turn {
            Ok(turn) => turn,
        });
        let turns = turns.collect();
        let slot = |(name, value): &(Untrusted, Untrusted)| {
            let name = names.place(Facet::Slot, &kept(name.for_search()));
            (name, folded(value.for_search()))
        };
        let slots = facts.slots.iter().map(slot).collect();
        let record = Record {
            source: 0,
            started: facts.started.map(|t| t.0),
            ended: facts.ended.map(|t| t.0),
            messages: facts.messages,
            user_messages: facts.user_messages,
            bot_messages: facts.bot_messages,
            queries: facts.queries,
            fallbacks: facts.fallbacks,
            problems: facts.problems,
            rating: attributes.rating,
            min_confidence: facts.min_confidence.map(Confidence::steps),
            min_margin: facts.min_margin.map(Confidence::steps),
            min_action_confidence: facts.min_action_confidence.map(Confidence::steps),
            marks: marks(attributes, &facts).0,
            facet_values: Vec::new(),
            id: key.id().0,
            native: key.native.for_search().to_owned(),
            keyed_at: key.time.0,
            session,
            user_id: owned(attributes.user_id.as_ref()),
            user_name: owned(attributes.user_name.as_ref()),
            preview: preview(events, &facts),
            attributes: plain(attributes)?,
            summary: plain(&Summary {
                threshold: facts.threshold.steps(),
                own_threshold: own_threshold.is_some(),
                min_confidence: facts.min_confidence,
                min_margin: facts.min_margin,
                min_action_confidence: facts.min_action_confidence,
                intents: facts.intents,
                actions: facts.actions,
                final_slots: facts.final_slots,
                flows: facts.flows,
            })?,
        };
        Ok(Self {
            record,
            names,
            facet_values,
            turns,
            slots,
            documents: documents(events),
            own_threshold,
        })
    }

    /// Narrow row and card, but for the numbers of source and values.
    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// The threshold that the conversation itself recorded.
    pub(crate) fn own_threshold(&self) -> Option<Confidence> {
        self.own_threshold
    }

    /// Search documents of user and assistant.
    pub(crate) fn into_documents(self) -> (String, String) {
        self.documents
    }

    /// Gives it the number of its session, which the hash of its content covers.
    pub(crate) fn set_session(&mut self, session: u32) {
        self.record.session = session;
    }

    /// Puts the store's numbers in the place of names.
    pub(crate) fn into_rows(mut self, source: i64, values: &mut dyn Values) -> Result<Rows> {
        let ids = self.names.numbers(values)?;
        let id = |place: u32| ids[place as usize];
        let mut own: Vec<i64> = self.facet_values.iter().map(|&v| id(v)).collect();
        own.sort_unstable();
        own.dedup();
        self.record.source = source;
        self.record.facet_values = encode_ids(&own);
        for turn in &mut self.turns {
            turn.renumber(&ids);
        }
        let slots = self.slots.into_iter();
        let mut slot_values: Vec<_> = slots.map(|(name, value)| (id(name), value)).collect();
        slot_values.sort_unstable();
        slot_values.dedup();
        Ok(Rows {
            record: self.record,
            turns: encode_turns(&self.turns),
            slot_values,
            documents: self.documents,
            own_threshold: self.own_threshold,
        })
    }
}

/// True if the conversation itself says which threshold its classifier applied.
fn says_threshold(attributes: &Attributes, events: &[Event]) -> bool {
    attributes.threshold.is_some()
        || events.iter().any(|e| {
            e.intent
                .as_ref()
                .and_then(|i| i.recorded_threshold())
                .is_some()
        })
}

fn marks(attributes: &Attributes, facts: &Facts) -> Marks {
    let bits = [
        (facts.escalated, Marks::ESCALATED),
        (facts.fallbacks > 0, Marks::FALLBACK),
        (facts.problems > 0, Marks::PROBLEM),
        (facts.failed, Marks::FAILED),
        (facts.doubted, Marks::DOUBTED),
        (facts.clicked, Marks::CLICKED),
        (attributes.rating_comment.is_some(), Marks::COMMENT),
        (lacks_prediction(facts), Marks::NO_PREDICTION),
    ];
    Marks(bits.iter().filter(|b| b.0).map(|b| b.1).sum())
}

fn preview(events: &[Event], facts: &Facts) -> Option<String> {
    let text = events
        .get(facts.preview? as usize)?
        .text
        .as_ref()?
        .for_search();
    let end = (0..=text.len().min(LONGEST_PREVIEW))
        .rev()
        .find(|&i| text.is_char_boundary(i))?;
    Some(text[..end].to_owned())
}

/// What the search index holds: one document of what the user said, one of what was answered (by the
/// assistant or a human agent).
pub(crate) fn documents(events: &[Event]) -> (String, String) {
    let (mut user, mut bot) = (String::new(), String::new());
    for event in events {
        if let (Some(author), Some(text)) = (event.kind.author(), &event.text) {
            let side = if author == Author::User {
                &mut user
            } else {
                &mut bot
            };
            search_document(side, text.for_search());
        }
    }
    (user, bot)
}

fn owned(text: Option<&Untrusted>) -> Option<String> {
    text.map(|t| t.for_search().to_owned())
}

fn plain<T: serde::Serialize>(value: &T) -> Result<Vec<u8>> {
    postcard::to_stdvec(value)
        .map_err(|_| StoreError::Refused("a conversation cannot be written".into()))
}

/// Lowest and highest time of the events.
pub(crate) fn span(events: &[Event]) -> Option<(i64, i64)> {
    let times = || events.iter().filter_map(|e| e.at).map(|Millis(t)| t);
    Some((times().min()?, times().max()?))
}
