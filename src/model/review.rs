//! What reviewers decide, and how a decision travels: [`Change`] in, [`Ack`] back.

use serde::{Deserialize, Serialize};

use super::{ConversationId, EntryId, EventKey, Millis};
use crate::text::Untrusted;

/// Where a conversation stands in the review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody decided yet.
    #[default]
    Unread,
    /// Decided.
    Reviewed,
    /// Put by for later.
    Saved,
    /// Left out of everything until asked for; undoable.
    Deleted,
}

impl Status {
    /// All, in the order of the facet.
    pub const ALL: [Self; 4] = [Self::Unread, Self::Reviewed, Self::Saved, Self::Deleted];

    /// `unread`, `reviewed`, `saved`, `deleted`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Reviewed => "reviewed",
            Self::Saved => "saved",
            Self::Deleted => "deleted",
        }
    }

    /// The letter of the list.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Unread => "N",
            Self::Reviewed => "R",
            Self::Saved => "S",
            Self::Deleted => "D",
        }
    }
}

/// A judgement, independent of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// An example of how it should be.
    Positive,
    /// An example of how it should not be.
    Negative,
}

impl Verdict {
    /// `positive`, `negative`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
        }
    }
}

/// Identity of a note, given by whoever writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NoteId(pub [u8; 16]);

/// What a correction is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CorrectionField {
    /// Intent of a message.
    Intent,
    /// Entities of a message (JSON array).
    Entities,
    /// Topics of a conversation (JSON array).
    Topics,
    /// Sentiment of a conversation.
    Sentiment,
    /// Summary of a conversation.
    Summary,
    /// Language of a conversation.
    Language,
}

impl CorrectionField {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Intent,
        Self::Entities,
        Self::Topics,
        Self::Sentiment,
        Self::Summary,
        Self::Language,
    ];

    /// The name in JSON and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Entities => "entities",
            Self::Topics => "topics",
            Self::Sentiment => "sentiment",
            Self::Summary => "summary",
            Self::Language => "language",
        }
    }
}

/// One event, by key and by where it stood when the change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventTarget {
    /// Its key; decides.
    pub key: EventKey,
    /// Its number then; only for showing a detached review.
    pub seq: u32,
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The conversation.
    pub conversation: ConversationId,
    /// The event, where it is about one.
    pub event: Option<EventTarget>,
}

/// The new value of one register. Registers are merged one by one: the last writer wins per field, per
/// (conversation, tag), per event flag, per note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Set {
    /// Status of the conversation.
    Status(Status),
    /// Verdict of the conversation.
    Verdict(Option<Verdict>),
    /// Flag of the event, or of the conversation where the target has none.
    Flag(bool),
    /// A tag of the conversation; a tag not in the vocabulary is added to it.
    Tag {
        /// Tag.
        name: Untrusted,
        /// On or off.
        on: bool,
    },
    /// A rule's label that a person does not want here.
    AutoTagDismissed {
        /// Auto tag.
        name: Untrusted,
        /// Dismissed or back.
        dismissed: bool,
    },
    /// A note on the target; `None` removes it.
    Note {
        /// Which note.
        id: NoteId,
        /// Its text.
        text: Option<Untrusted>,
    },
    /// A correction on the target; `None` removes it.
    Correction {
        /// Of what.
        field: CorrectionField,
        /// The person's value as JSON text.
        value: Option<Untrusted>,
    },
    /// The reviewer whose queue the conversation is in.
    Queue(Option<Untrusted>),
    /// Description and digit of a tag (no targets).
    TagInfo {
        /// Tag.
        name: Untrusted,
        /// What it is for.
        description: Option<Untrusted>,
        /// The digit key that sets it.
        key: Option<char>,
    },
    /// A tag's new name (no targets).
    TagRename {
        /// From.
        from: Untrusted,
        /// To.
        to: Untrusted,
    },
    /// Takes a tag out of the vocabulary (no targets; conversations lose it by edits of their own).
    TagDelete {
        /// Tag.
        name: Untrusted,
    },
}

/// One new value for many targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Where.
    pub targets: Vec<Target>,
    /// What.
    pub set: Set,
}

/// Everything one decision does: one journal entry, one undo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The edits, applied in order.
    pub edits: Vec<Edit>,
    /// The filter of a bulk change, for the journal.
    pub bulk: Option<String>,
}

/// What kind of entry it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A decision.
    Change,
    /// Takes back an entry.
    Undo,
    /// Takes back an undo.
    Redo,
    /// Came with an import.
    Import,
}

/// A value that an undo did not touch because somebody changed it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// Where.
    pub target: Target,
    /// Who changed it since.
    pub reviewer: Untrusted,
}

/// Proof that a change is durable. Only the store makes one; the mark `written` is built from it alone.
#[derive(Clone, Debug)]
pub struct Ack {
    entry: EntryId,
    /// Kind of the entry.
    pub kind: EntryKind,
    /// Its moment by the wall clock.
    pub at: Millis,
    /// The conversations whose review changed, by row, ascending.
    pub rows: Vec<i64>,
    /// What it says on the status line: `negative, reviewed`.
    pub summary: String,
    /// What an undo left alone.
    pub left: Vec<LeftAlone>,
}

impl Ack {
    /// For the store alone, after its commit.
    pub(crate) fn new(
        entry: EntryId,
        kind: EntryKind,
        at: Millis,
        rows: Vec<i64>,
        summary: String,
    ) -> Self {
        Self {
            entry,
            kind,
            at,
            rows,
            summary,
            left: Vec::new(),
        }
    }

    /// The entry that was written.
    pub fn entry(&self) -> EntryId {
        self.entry
    }
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Identity.
    pub id: EntryId,
    /// Kind.
    pub kind: EntryKind,
    /// The entry that an undo or redo takes back.
    pub undoes: Option<EntryId>,
    /// When, by the wall clock.
    pub at: Millis,
    /// Who.
    pub reviewer: Untrusted,
    /// What, in words: `negative, reviewed`.
    pub summary: String,
    /// The filter of a bulk change.
    pub bulk: Option<String>,
    /// How many targets.
    pub targets: u32,
    /// External id and row of the first conversation, where it is still there.
    pub first: Option<(i64, Untrusted)>,
    /// True if a later entry took it back.
    pub undone: bool,
}

/// A tag of the shared vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Name.
    pub name: Untrusted,
    /// What it is for.
    pub description: Option<Untrusted>,
    /// Digit `1` to `9`, or none.
    pub key: Option<char>,
    /// How many conversations carry it.
    pub count: u64,
}

/// A person's free text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Identity.
    pub id: NoteId,
    /// The event it stands on, or `None` for the conversation.
    pub event: Option<EventTarget>,
    /// True if that event is gone.
    pub detached: bool,
    /// What it says.
    pub text: Untrusted,
    /// Who wrote it.
    pub reviewer: Untrusted,
    /// When.
    pub at: Millis,
}

/// The present review state of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Status.
    pub status: Status,
    /// Verdict.
    pub verdict: Option<Verdict>,
    /// The conversation itself is flagged.
    pub flagged: bool,
    /// Its flagged events.
    pub flagged_events: Vec<EventTarget>,
    /// Tags, by name.
    pub tags: Vec<Untrusted>,
    /// Auto tags that are not dismissed, by name.
    pub auto_tags: Vec<Untrusted>,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// Corrections: of which event (or the conversation), of what, value as JSON text.
    pub corrections: Vec<(Option<EventTarget>, CorrectionField, Untrusted)>,
    /// The reviewer whose queue it is in.
    pub queue: Option<Untrusted>,
    /// Who decided last, and when.
    pub decided: Option<(Untrusted, Millis)>,
}
