//! The things of afterword as plain data: conversations, events, reviews and changes.
//!
//! The words are those of the product: one thing has one name. This module knows neither SQL nor
//! files nor the screen; what can be computed from one conversation alone is computed here, in one
//! place, for the store, the reference evaluation and the reader alike.

mod confidence;
mod conversation;
mod correction;
mod event;
mod facts;
mod ids;
mod link;
mod preset;
mod privacy;
mod pseudonym;
pub(crate) mod replay;
mod review;
mod slots;
mod time;

pub use confidence::{Confidence, DEFAULT_THRESHOLD};
pub use conversation::{Attributes, Imported, ReviewSeed};
pub use correction::{
    MarkedEntity, SENTIMENTS, check_correction, correction_json, correction_words, entities_json,
    entities_of, shown_intent, spelled, string_json, string_of, strings_json, strings_of,
};
pub use event::{
    ActionRun, Author, Button, Entity, Event, EventKind, FlowState, FlowStep, Prediction, Ranked,
    SlotSet,
};
pub use facts::{
    Facts, FlowOutcome, MessageMark, TurnFacts, is_bookkeeping, is_bookkeeping_slot, is_quiet,
    mark_reverted, reverted,
};
pub(crate) use ids::Hash;
pub use ids::{ConversationId, ConversationKey, EntryId, EventKey, event_keys};
pub use link::{Link, without_surroundings};
pub use preset::{Preset, SortKey};
pub use privacy::Privacy;
pub(crate) use privacy::{Masked, relabel};
pub use pseudonym::Pseudonyms;
pub use review::{
    Ack, Change, CorrectionField, Edit, EntryKind, EventTarget, JournalEntry, LeftAlone, Note,
    NoteId, Review, Set, Status, Tag, Target, Verdict,
};
pub use slots::{SlotState, slot_states_at, slot_values_before};
pub use time::{Clock, Millis};
