//! The SQLite file: the only SQL of the program.
//!
//! Content comes in by [`Ingest`], review changes by [`Store::apply`] through the journal; everything
//! else reads. This module must not print, must not know the screen, and must not parse exports.

mod apply;
mod arrive;
mod body;
mod cards;
mod check;
mod corrected;
mod create;
mod draft;
mod entry;
pub(crate) mod feed;
mod guard;
mod ingest;
mod journal;
mod lean;
mod migrate;
mod moments;
mod narrow;
mod notes;
mod numbers;
mod open;
mod origins;
mod pack;
mod pending;
mod place;
mod prepare;
mod presets;
mod privacy;
pub(crate) mod questions;
mod record;
mod registers;
mod resolve;
mod reviews;
mod rows;
mod search_index;
mod seeds;
mod state;
#[allow(clippy::module_inception)] // the store's own file
mod store;
mod stored;
mod surroundings;
mod tags;
#[doc(hidden)]
pub mod testing;
#[cfg(test)]
mod tests;
mod threshold;
mod train;
mod undo;
mod unite;
mod values;
mod verify;
mod whole;
mod words;
mod writer;

use std::path::PathBuf;

pub use check::{Finding, Repaired};
pub use corrected::CorrectedMessage;
pub use ingest::{Ingest, Position, SourceSpec};
pub use journal::JournalQuery;
pub(crate) use narrow::decode_ids;
pub use narrow::{StoredTurn, folded, kept, named};
pub use notes::{ListedNote, Saturation};
pub use prepare::{Prepared, Preparer};
pub use resolve::{Found, OfUser};
pub use store::{Interrupter, Store};
pub(crate) use store::{next_rev, sqlite};

use crate::model::{
    Attributes, Confidence, ConversationId, ConversationKey, Event, EventKey, Facts, FlowOutcome,
    Millis, Review, Status, Verdict,
};
use crate::text::Untrusted;

/// What can go wrong with a store. The texts name the file and the way out.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite's own word, with what was being done.
    #[error("{doing}: {words}", words = sqlite_words(source))]
    Sqlite {
        /// What was being done: `reading the list`.
        doing: &'static str,
        /// SQLite's word.
        source: rusqlite::Error,
    },
    /// Not a store, or one that cannot be used.
    #[error("{path}: {reason}", path = path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why, with hint.
        reason: String,
    },
    /// A running question was interrupted by a newer one.
    #[error("interrupted")]
    Interrupted,
    /// A stored record that does not read back.
    #[error("conversation {0} is damaged: run `afterword doctor --deep`")]
    Damaged(ConversationId),
    /// A change that names something that is not there, with the words for the reviewer.
    #[error("{0}")]
    Refused(String),
    /// A change after which everything would be as it is: nothing was written.
    #[error("nothing to change")]
    Unchanged,
}

/// SQLite's word on one line: of a statement it refuses, the reason alone.
pub(crate) fn sqlite_words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => {
            let words = other.to_string();
            words.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    }
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads alone; never creates the file.
    Read,
    /// Review changes: `synchronous=FULL`. Creates the file.
    Review,
    /// Imports: `synchronous=NORMAL` with a FULL barrier at the end. Creates the file.
    Import,
}

/// What a value of the catalogue belongs to. The number is stored: never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // the names are those of the filter fields
pub enum Facet {
    Channel = 1,
    Language = 2,
    Version = 3,
    Location = 4,
    Device = 5,
    Agent = 6,
    Intent = 7,
    Action = 8,
    Policy = 9,
    Entity = 10,
    Slot = 11,
    Flow = 12,
    /// `flow/step`
    Step = 13,
    Node = 14,
    Completed = 15,
    /// `flow` and `flow/step`, one value each
    Dropoff = 16,
    Topic = 17,
    Sentiment = 18,
    /// `name=value` of metadata and environment, folded to lower case
    Meta = 19,
    /// `name=value` of an entity, folded to lower case
    EntityValue = 20,
}

/// Yes-or-no facts of a conversation, as bits of `conversation.marks`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(pub u32);

impl Marks {
    /// Handed over.
    pub const ESCALATED: u32 = 1;
    /// Has a fallback event.
    pub const FALLBACK: u32 = 1 << 1;
    /// Has a problem turn.
    pub const PROBLEM: u32 = 1 << 2;
    /// List mark `x`.
    pub const FAILED: u32 = 1 << 3;
    /// List mark `?`.
    pub const DOUBTED: u32 = 1 << 4;
    /// Has a button click.
    pub const CLICKED: u32 = 1 << 5;
    /// Has a rating comment.
    pub const COMMENT: u32 = 1 << 6;
    /// Some user message has no predicted intent (`intent:none`).
    pub const NO_PREDICTION: u32 = 1 << 7;

    /// True if the bit is set.
    pub fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }
}

/// One line of the list: content and review state together.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // each field is one of the contract's JSON names
pub struct Card {
    pub row: i64,
    pub id: ConversationId,
    pub source: Untrusted,
    pub external_id: Untrusted,
    /// The source's own id and the time of the key (beside the contract, for a lossless way back).
    pub key: ConversationKey,
    pub attributes: Attributes,
    pub preview: Option<Untrusted>,
    pub started: Option<Millis>,
    pub ended: Option<Millis>,
    pub messages: u32,
    pub user_messages: u32,
    pub bot_messages: u32,
    pub queries: u32,
    pub fallbacks: u32,
    pub problems: u32,
    pub escalated: bool,
    pub min_confidence: Option<Confidence>,
    pub min_margin: Option<Confidence>,
    pub min_action_confidence: Option<Confidence>,
    pub marks: Marks,
    pub intents: Vec<(Untrusted, u32)>,
    pub actions: Vec<(Untrusted, u32)>,
    pub final_slots: Vec<(Untrusted, Untrusted)>,
    pub flows: Vec<FlowOutcome>,
    pub review: CardReview,
}

/// The review state that a line of the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // each field is one of the contract's JSON names
pub struct CardReview {
    pub status: Status,
    pub verdict: Option<Verdict>,
    pub flagged: bool,
    pub flagged_events: u32,
    pub notes: u32,
    pub corrections: u32,
    pub tags: Vec<Untrusted>,
    pub auto_tags: Vec<Untrusted>,
    pub queue: Option<Untrusted>,
    /// Corrected topics, sentiment, summary and language as JSON text, where a person set them.
    pub corrected: Vec<(crate::model::CorrectionField, Untrusted)>,
    pub decided: Option<(Untrusted, Millis)>,
}

/// One conversation with everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// Its line of the list.
    pub card: Card,
    /// Events in order, `reverted` set.
    pub events: Vec<Event>,
    /// Their keys.
    pub keys: Vec<EventKey>,
    /// What follows from them.
    pub facts: Facts,
    /// Reviews.
    pub review: Review,
}

/// What became of one conversation of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there.
    New,
    /// It grew.
    Updated,
    /// Nothing in it was new.
    Unchanged,
    /// It contradicts what is there, or another conversation of that name; with the reason.
    Rejected(String),
    /// It was purged before and stays away.
    Purged,
}
