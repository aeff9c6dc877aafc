//! What an importer yields: one conversation with its events, before anything is derived from it.

use serde::{Deserialize, Serialize};

use super::{Change, Confidence, ConversationKey, EntryId, Event, Millis};
use crate::text::Untrusted;

/// What a source says of a whole conversation. Absent is `None`, never 0 or empty text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attributes {
    /// Where it took place: `webchat`, `whatsapp`, …
    pub channel: Option<Untrusted>,
    /// The user's id; for Rasa the sender without `#k`.
    pub user_id: Option<Untrusted>,
    /// The user's name.
    pub user_name: Option<Untrusted>,
    /// Language tag (`en`, `pt-BR`).
    pub language: Option<Untrusted>,
    /// Place of the user.
    pub location: Option<Untrusted>,
    /// Device of the user.
    pub device: Option<Untrusted>,
    /// Version of the assistant (`model_id`).
    pub version: Option<Untrusted>,
    /// Environment (`production`).
    pub environment: Option<Untrusted>,
    /// Human agent or team.
    pub agent: Option<Untrusted>,
    /// 1 to 5.
    pub rating: Option<u8>,
    /// What the user wrote with the rating.
    pub rating_comment: Option<Untrusted>,
    /// The source's own count of unique user questions.
    pub queries: Option<u32>,
    /// The source's own word on whether a human took over; else it follows from the events.
    pub escalated: Option<bool>,
    /// The source's own fallback threshold, where it says so outside the events.
    pub threshold: Option<Confidence>,
    /// Everything else, as name and JSON text, in the source's order.
    pub metadata: Vec<(Untrusted, Untrusted)>,
    /// Imported topics (`returns/refund`), sentiment (JSON text) and summary.
    pub topics: Vec<Untrusted>,
    /// `positive`, `neutral`, `negative` or a number, as the source has it.
    pub sentiment: Option<Untrusted>,
    /// A summary that the source brings.
    pub summary: Option<Untrusted>,
}

/// Review decisions that a source brings, as one journal entry.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewSeed {
    /// Derived from the content, so that importing again adds nothing.
    pub entry: EntryId,
    /// `rasa-x`, or who decided in our own JSONL.
    pub reviewer: Untrusted,
    /// When, in the source's time; the conversation's last time where it does not say.
    pub at: Millis,
    /// What was decided, on the conversation it comes with.
    pub change: Change,
}

/// One conversation as read from an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// Source, native id, time.
    pub key: ConversationKey,
    /// The label to keep where the export names one (our own JSONL); else the store gives
    /// `native`, `native#2`, … in order of arrival.
    pub external_id: Option<Untrusted>,
    /// What the source says of it.
    pub attributes: Attributes,
    /// Events in the source's order; `reverted` is set over the whole list by the store.
    pub events: Vec<Event>,
    /// Reviews it brings.
    pub reviews: Vec<ReviewSeed>,
}
