//! What registers hold, by names and in forms that mean the same in every store, and which of two values
//! wins.

use rusqlite::ToSql;
use rusqlite::types::ToSqlOutput;
use serde::{Deserialize, Serialize};

use crate::model::{CorrectionField, EntryId, NoteId, Status, Verdict};
use crate::text::Untrusted;

/// Which register of its targets a write is about, by names that mean the same in every store. The order
/// of the variants is part of the journal's format: only ever append.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum What {
    /// Status of the conversation.
    Status,
    /// Verdict of the conversation.
    Verdict,
    /// Flag of the event, or of the conversation where the target has none.
    Flag,
    /// Queue the conversation is in.
    Queue,
    /// A tag of the conversation.
    Tag(Untrusted),
    /// Whether an auto tag is dismissed.
    AutoTag(Untrusted),
    /// A note.
    Note(NoteId),
    /// A correction.
    Correction(CorrectionField),
    /// A tag's entry in the vocabulary (no targets).
    Vocabulary(Untrusted),
}

impl What {
    /// The same register under one spelling: names of tags are equal without regard to case.
    pub(crate) fn key(&self) -> Self {
        match self {
            Self::Tag(name) => Self::Tag(fold(name.for_search()).into()),
            Self::AutoTag(name) => Self::AutoTag(fold(name.for_search()).into()),
            Self::Vocabulary(name) => Self::Vocabulary(fold(name.for_search()).into()),
            other => other.clone(),
        }
    }
}

/// The one form of a name that is compared: trimmed, lower case.
pub(crate) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A tag as the vocabulary has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct TagValue {
    /// As it is spelled.
    pub name: Untrusted,
    /// What it is for.
    pub description: Option<Untrusted>,
    /// `1` to `9`, unique among the tags that are present.
    pub digit: Option<char>,
}

/// What a register holds. The order of the variants is part of the journal's format: only ever append.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Value {
    /// Of [`What::Status`].
    Status(Status),
    /// Of [`What::Verdict`].
    Verdict(Option<Verdict>),
    /// Of flags, tags, dismissals.
    On(bool),
    /// Of queue, notes, corrections.
    Text(Option<Untrusted>),
    /// Of [`What::Vocabulary`]; `None`: not in it.
    Tag(Option<TagValue>),
}

impl Value {
    /// True if something is there that the review row counts.
    pub(crate) fn counts(&self) -> bool {
        matches!(self, Self::On(true) | Self::Text(Some(_)))
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Status(status) => status_code(*status).into(),
            Self::Verdict(verdict) => verdict_code(*verdict).into(),
            Self::On(on) => i64::from(*on).into(),
            Self::Text(Some(text)) => text.for_export().into(),
            Self::Text(None) | Self::Tag(_) => rusqlite::types::Null.into(),
        })
    }
}

/// The number of a status in the store.
pub(crate) fn status_code(status: Status) -> i64 {
    match status {
        Status::Unread => 0,
        Status::Reviewed => 1,
        Status::Saved => 2,
        Status::Deleted => 3,
    }
}

/// The status of a number; an unknown one is unread.
pub(crate) fn status_of(code: i64) -> Status {
    match code {
        1 => Status::Reviewed,
        2 => Status::Saved,
        3 => Status::Deleted,
        _ => Status::Unread,
    }
}

/// The number of a verdict in the store.
pub(crate) fn verdict_code(verdict: Option<Verdict>) -> i64 {
    match verdict {
        None => 0,
        Some(Verdict::Positive) => 1,
        Some(Verdict::Negative) => 2,
    }
}

/// The verdict of a number; an unknown one is none.
pub(crate) fn verdict_of(code: i64) -> Option<Verdict> {
    match code {
        1 => Some(Verdict::Positive),
        2 => Some(Verdict::Negative),
        _ => None,
    }
}

/// The number of a corrected field in the store.
pub(crate) fn field_code(field: CorrectionField) -> i64 {
    match field {
        CorrectionField::Intent => 0,
        CorrectionField::Entities => 1,
        CorrectionField::Topics => 2,
        CorrectionField::Sentiment => 3,
        CorrectionField::Summary => 4,
        CorrectionField::Language => 5,
    }
}

/// The corrected field of a number.
pub(crate) fn field_of(code: i64) -> Option<CorrectionField> {
    CorrectionField::ALL
        .into_iter()
        .find(|&field| field_code(field) == code)
}

/// Decides between two entries that wrote the same register: the greater one wins. A person wins over
/// what came with an import; else the later entry, by the hybrid clock, then by id. This is the only
/// comparison, so that every store that knows the same entries holds the same values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    /// False for what came with an import.
    pub person: bool,
    /// Hybrid clock, microseconds.
    pub at: i64,
    /// Identity of the entry.
    pub id: EntryId,
}
