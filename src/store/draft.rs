//! Everything that is computed for one conversation before it is written. No SQL but for the numbers of
//! its values.

use super::narrow::{StoredTurn, encode_ids, encode_turns, facet_values, folded, kept};
use super::numbers::Values;
use super::record::{Record, Summary};
use super::{Facet, Marks, Result, StoreError};
use crate::filter::values::lacks_prediction;
use crate::model::{Attributes, Author, Confidence, ConversationKey, Event, Facts, Millis};
use crate::text::{Untrusted, search_document};

/// Longest preview kept, in bytes: the list shows one line of it.
const LONGEST_PREVIEW: usize = 400;

/// One conversation ready to be written.
pub(crate) struct Draft {
    /// Narrow row and card.
    pub record: Record,
    /// Stored turns.
    pub turns: Vec<u8>,
    /// Slots ever filled: number of the name, folded value.
    pub slot_values: Vec<(i64, String)>,
    /// Search documents of user and assistant.
    pub documents: (String, String),
    /// The threshold that the conversation itself recorded.
    pub own_threshold: Option<Confidence>,
}

impl Draft {
    /// Derives all of it from what a source says (`events` with `reverted` set).
    pub(crate) fn make(
        source: i64,
        key: &ConversationKey,
        session: u32,
        attributes: &Attributes,
        events: &[Event],
        threshold: Option<Confidence>,
        values: &mut dyn Values,
    ) -> Result<Self> {
        let facts = Facts::derive(attributes, events, threshold);
        let own_threshold = says_threshold(attributes, events).then_some(facts.threshold);
        let mut ids = Vec::new();
        for (facet, value) in facet_values(attributes, &facts) {
            ids.push(values.id(facet, &value)?);
        }
        ids.sort_unstable();
        ids.dedup();
        let turns: Vec<StoredTurn> = facts
            .turns
            .iter()
            .map(|turn| StoredTurn::of(turn, |facet, value| values.id(facet, value)))
            .collect::<Result<_>>()?;
        let mut slot_values = Vec::new();
        for (name, value) in &facts.slots {
            let name = values.id(Facet::Slot, &kept(name.for_search()))?;
            slot_values.push((name, folded(value.for_search())));
        }
        slot_values.sort_unstable();
        slot_values.dedup();
        let record = Record {
            source,
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
            facet_values: encode_ids(&ids),
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
            turns: encode_turns(&turns),
            slot_values,
            documents: documents(events),
            own_threshold,
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
