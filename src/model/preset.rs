//! Saved filters and the orders of the list.

use serde::{Deserialize, Serialize};

/// What the list is sorted by. Absent values come last in both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// Last activity; the natural direction is newest first.
    #[default]
    Ended,
    /// Start.
    Started,
    /// Duration.
    Duration,
    /// Number of messages.
    Messages,
    /// User messages.
    UserMessages,
    /// Bot messages.
    BotMessages,
    /// Queries.
    Queries,
    /// Fallbacks.
    Fallbacks,
    /// Rating.
    Rating,
    /// Lowest effective confidence.
    Confidence,
    /// Lowest margin.
    Margin,
    /// Lowest action confidence.
    ActionConfidence,
    /// Moment of the last decision.
    Decided,
    /// Short id.
    Id,
    /// User's name, else id.
    User,
    /// User's id.
    UserId,
    /// Escalated ones first.
    Escalated,
    /// Agent.
    Agent,
    /// Language.
    Language,
    /// Location.
    Location,
    /// Channel.
    Channel,
    /// Device.
    Device,
    /// Version of the assistant.
    Version,
    /// Tags.
    Tags,
    /// Auto tags.
    AutoTags,
    /// Topics.
    Topics,
    /// Sentiment.
    Sentiment,
    /// Queue.
    Queue,
}

impl SortKey {
    /// Every key with its name in commands and presets, the words of the title line, and whether the
    /// natural direction is descending.
    pub const ALL: &[(Self, &'static str, &'static str, bool)] = &[
        (Self::Ended, "ended", "newest first", true),
        (Self::Started, "started", "newest start first", true),
        (Self::Duration, "duration", "longest first", true),
        (Self::Messages, "messages", "most messages first", true),
        (
            Self::UserMessages,
            "user_messages",
            "most user messages first",
            true,
        ),
        (
            Self::BotMessages,
            "bot_messages",
            "most bot messages first",
            true,
        ),
        (Self::Queries, "queries", "most queries first", true),
        (Self::Fallbacks, "fallbacks", "most fallbacks first", true),
        (Self::Rating, "rating", "worst rating first", false),
        (
            Self::Confidence,
            "confidence",
            "least confident first",
            false,
        ),
        (Self::Margin, "margin", "smallest margin first", false),
        (
            Self::ActionConfidence,
            "action_confidence",
            "least confident action first",
            false,
        ),
        (Self::Decided, "decided", "last decided first", true),
        (Self::Id, "id", "by id", false),
        (Self::User, "user", "by user", false),
        (Self::UserId, "user_id", "by user id", false),
        (Self::Escalated, "escalated", "escalated first", true),
        (Self::Agent, "agent", "by agent", false),
        (Self::Language, "language", "by language", false),
        (Self::Location, "location", "by location", false),
        (Self::Channel, "channel", "by channel", false),
        (Self::Device, "device", "by device", false),
        (Self::Version, "version", "by version", false),
        (Self::Tags, "tags", "by tag", false),
        (Self::AutoTags, "auto_tags", "by auto tag", false),
        (Self::Topics, "topics", "by topic", false),
        (Self::Sentiment, "sentiment", "by sentiment", false),
        (Self::Queue, "queue", "by queue", false),
    ];

    fn row(self) -> &'static (Self, &'static str, &'static str, bool) {
        Self::ALL
            .iter()
            .find(|r| r.0 == self)
            .unwrap_or(&Self::ALL[0])
    }

    /// Name in commands, presets and JSON.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Words of the title line for the natural direction.
    pub fn words(self) -> &'static str {
        self.row().2
    }

    /// True if the natural direction is descending.
    pub fn descending(self) -> bool {
        self.row().3
    }

    /// The key of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|r| r.1 == name).map(|r| r.0)
    }
}

/// A saved filter with sort order and columns, on a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    /// Name, unique without regard to case.
    pub name: String,
    /// The key after `'`.
    pub key: Option<char>,
    /// The filter in canonical text.
    pub filter: String,
    /// Sort order.
    pub sort: SortKey,
    /// Against the natural direction.
    pub reverse: bool,
    /// Columns of the list beside the standing ones; empty: the standard set.
    #[serde(default)]
    pub columns: Vec<String>,
}
