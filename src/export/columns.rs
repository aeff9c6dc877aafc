//! One conversation as columns: the names of `list --json`, and the values under them. Nothing here writes.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Every column: the names of `list --json`, in its order.
pub const NAMES: &[&str] = &[
    "id",
    "source",
    "external_id",
    "channel",
    "user_id",
    "user_name",
    "started_at",
    "ended_at",
    "duration_s",
    "messages",
    "user_messages",
    "bot_messages",
    "queries",
    "rating",
    "rating_comment",
    "escalated",
    "agent",
    "language",
    "location",
    "device",
    "status",
    "verdict",
    "flagged",
    "flagged_events",
    "notes",
    "corrections",
    "tags",
    "auto_tags",
    "queue",
    "version",
    "min_confidence",
    "min_margin",
    "min_action_confidence",
    "fallbacks",
    "intents",
    "actions",
    "slots",
    "flows",
    "topics",
    "sentiment",
    "summary",
    "metadata",
];

/// The columns of CSV where none are named.
pub const CSV: &[&str] = &[
    "id",
    "source",
    "external_id",
    "user_id",
    "channel",
    "status",
    "verdict",
    "flagged",
    "started_at",
    "ended_at",
    "messages",
    "min_confidence",
    "rating",
    "tags",
];

/// The column of that name.
pub fn column(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|known| **known == name).copied()
}

/// What stands in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A figure, digit by digit.
    Figure(String),
    /// Anything else; absent is empty.
    Text(String),
}

impl Cell {
    /// What it says.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Figure(text) | Self::Text(text) => text,
        }
    }
}

/// The fields of one conversation by their JSON names: one truth for all outputs, figures digit by digit.
#[derive(Debug)]
pub struct Values(BTreeMap<String, Box<RawValue>>);

impl Values {
    /// Those of what [`super::json::conversation_json`] wrote.
    ///
    /// # Errors
    /// Where it is not that.
    pub fn of(json: &str) -> serde_json::Result<Self> {
        Ok(Self(serde_json::from_str(json)?))
    }

    /// A figure or a text as it is, names in a row, anything else as JSON; absent is empty.
    pub fn cell(&self, name: &str) -> Cell {
        let raw = self.0.get(name).map_or("null", |raw| raw.get());
        if raw == "null" {
            Cell::Text(String::new())
        } else if let Ok(text) = serde_json::from_str::<String>(raw) {
            Cell::Text(text)
        } else if let Ok(names) = serde_json::from_str::<Vec<String>>(raw) {
            Cell::Text(names.join(", "))
        } else if serde_json::from_str::<serde_json::Number>(raw).is_ok() {
            Cell::Figure(raw.to_owned())
        } else {
            Cell::Text(raw.to_owned())
        }
    }
}
