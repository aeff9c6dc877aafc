//! From one sender's events to conversations: where sessions begin, what they are called, what is said
//! of them, and the reviews that belong to them.

use crate::import::formats::SenderLog;
use crate::model::{Imported, Status};
use crate::text::Untrusted;

/// Where a new conversation of the same sender begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionMode {
    /// At each session marker of the source.
    #[default]
    Marker,
    /// Never: a sender is one conversation.
    None,
    /// After a silence of so many milliseconds; markers do not count.
    Gap(i64),
}

/// A review that a source brings, before events have keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceReview {
    /// Status of the sender's conversations.
    Status(Status),
    /// A tag on the sender's conversations.
    Tag(Untrusted),
    /// The event of this index is flagged.
    Flag(usize),
    /// The user message of this index has this intent.
    Intent(usize, Untrusted),
}

/// The conversations of one sender, in order. `source` is the source's name.
pub fn conversations(log: SenderLog, mode: SessionMode, source: &Untrusted) -> Vec<Imported> {
    let _ = (log, mode, source);
    Vec::new()
}
