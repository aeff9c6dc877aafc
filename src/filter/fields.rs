//! The table of fields: parser, completion, help and the manual are made from it, so that none of them
//! can know a field the others do not.

use super::ast::Field;
use ValueKind as K;

/// What may stand after the name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A word or a phrase, found as the search index finds it.
    Words,
    /// Names of the log or of the reviewers, `a,b`, `ask_*`, `none`.
    Names,
    /// Names, each also with a confidence: `refund<0.5`.
    Scored,
    /// A name, or a name with its value: `city=Rome`.
    Named,
    /// One of a closed list.
    Closed,
    /// One of a closed list, or a number.
    Sentiment,
    /// A whole number: `5`, `8..`, with `<5` too.
    Count,
    /// A decimal number: `0.6`, with `<0.6` too.
    Decimal,
    /// A span of time: `5m`.
    Span,
    /// A date, a time or a span back.
    Date,
    /// One date, as the beginning or the end: `since:` and `until:`.
    Bound,
    /// A time of day, usually a range.
    TimeOfDay,
    /// One whole number, for the sample alone.
    Sample,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// The field.
    pub field: Field,
    /// Its name; empty for words without a field.
    pub name: &'static str,
    /// What may stand after the name.
    pub kind: ValueKind,
    /// The closed list of values, or those worth offering first.
    pub values: &'static [&'static str],
    /// True if `none` can be asked for.
    pub absence: bool,
    /// What it matches: the end of a sentence that begins with "conversations".
    pub help: &'static str,
    /// An example that parses.
    pub example: &'static str,
    /// It may stand inside `turn(…)`.
    pub in_turn: bool,
    /// It is a facet: its values are shown with counts.
    pub facet: bool,
}

impl FieldInfo {
    /// The values (for `corrected:` the names) that may stand after the name, where the list is closed; for
    /// `is:` it is another inside `turn(…)`.
    pub fn closed(&self, in_turn: bool) -> &'static [&'static str] {
        match (self.field, in_turn) {
            (Field::Is, true) => TURN_IS,
            (Field::Corrected, _) => self.values,
            _ if matches!(self.kind, ValueKind::Closed | ValueKind::Sentiment) => self.values,
            _ => &[],
        }
    }
}

/// The values of `is:` inside `turn(…)`.
pub const TURN_IS: &[&str] = &["fallback", "problem", "flagged", "button"];

/// The days of `weekday:`, from Monday.
pub const WEEKDAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The facets that are one yes-or-no value of `is:` each.
pub const IS_FACETS: &[&str] = &["escalated", "fallback", "problem", "flagged"];

const STATUSES: &[&str] = &["unread", "reviewed", "saved", "deleted"];
const DATES: &[&str] = &[
    "today",
    "yesterday",
    "24h",
    "7d",
    "4w",
    "week-1",
    "month-1",
    "newest-7d",
];

/// A row with what most fields have: names, absence, no facet, not inside a turn.
const fn row(field: Field, name: &'static str, kind: ValueKind) -> FieldInfo {
    FieldInfo {
        field,
        name,
        kind,
        values: &[],
        absence: true,
        help: "",
        example: "",
        in_turn: false,
        facet: false,
    }
}

impl FieldInfo {
    const fn says(mut self, help: &'static str, example: &'static str) -> Self {
        self.help = help;
        self.example = example;
        self
    }
    const fn of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }
    const fn always(mut self) -> Self {
        self.absence = false;
        self
    }
    const fn facet(mut self) -> Self {
        self.facet = true;
        self
    }
    const fn in_turn(mut self) -> Self {
        self.in_turn = true;
        self
    }
}

/// Every field, in the order of the help.
pub const FIELDS: &[FieldInfo] = &[
    row(Field::Text, "", K::Words)
        .says(
            "in which this word or \"phrase\" was said by any side",
            "\"lost order\" refund*",
        )
        .always()
        .in_turn(),
    row(Field::Id, "id", K::Names)
        .says(
            "whose short id starts so, or whose external id is exactly this",
            "id:7kq2m4xd",
        )
        .always(),
    row(Field::Source, "source", K::Names)
        .says("of this source", "source:main")
        .facet(),
    row(Field::Channel, "channel", K::Names)
        .says("on this channel", "channel:webchat,whatsapp")
        .facet(),
    row(Field::Lang, "lang", K::Names)
        .says("in this language", "lang:pt*")
        .facet(),
    row(Field::Location, "location", K::Names)
        .says("from this place", "location:Lisbon")
        .facet(),
    row(Field::Device, "device", K::Names)
        .says("on this device", "device:none")
        .facet(),
    row(Field::Agent, "agent", K::Names)
        .says("of this human agent or team", "agent:support")
        .facet(),
    row(Field::Version, "version", K::Names)
        .says("with this version of the assistant", "version:2026*")
        .facet(),
    row(Field::Meta, "meta", K::Named).says(
        "with this value in the metadata, or with this name in it",
        "meta:env=production",
    ),
    row(Field::User, "user", K::Names).says("of this user id or name", "user:anna.k"),
    row(Field::Since, "since", K::Bound)
        .of(DATES)
        .says("whose last activity is in or after this time", "since:7d")
        .always(),
    row(Field::Until, "until", K::Bound)
        .of(DATES)
        .says(
            "whose last activity is in or before this time",
            "until:yesterday",
        )
        .always(),
    row(Field::Date, "date", K::Date).of(DATES).says(
        "by last activity: one time or a range, both ends counted",
        "date:2026-05-01..2026-05-07",
    ),
    row(Field::Started, "started", K::Date)
        .of(DATES)
        .says("by start, as date: does", "started:week-1"),
    row(Field::Time, "time", K::TimeOfDay).says(
        "started at this time of day, local time, across midnight too",
        "time:22:00..06:00",
    ),
    row(Field::Weekday, "weekday", K::Closed)
        .of(WEEKDAYS)
        .says("started on these days", "weekday:sat,sun"),
    row(Field::Decided, "decided", K::Date)
        .of(DATES)
        .says("last decided then", "decided:yesterday"),
    row(Field::Duration, "duration", K::Span).says("by duration: s m h d", "duration>5m"),
    row(Field::Messages, "messages", K::Count)
        .says("by number of messages of all sides", "messages:8..")
        .always(),
    row(Field::UserMessages, "user_messages", K::Count)
        .says("by number of user messages", "user_messages:0")
        .always(),
    row(Field::BotMessages, "bot_messages", K::Count)
        .says("by number of bot messages", "bot_messages>20")
        .always(),
    row(Field::Queries, "queries", K::Count)
        .says("by number of questions the user asked", "queries:1..3")
        .always(),
    row(Field::Fallbacks, "fallbacks", K::Count)
        .says("by number of fallbacks", "fallbacks>=2")
        .always(),
    row(Field::Rating, "rating", K::Count)
        .says("rated so, 1 to 5", "rating:..2")
        .facet(),
    row(Field::Confidence, "confidence", K::Decimal)
        .says(
            "whose lowest effective intent confidence is so",
            "confidence<0.6",
        )
        .in_turn(),
    row(Field::Margin, "margin", K::Decimal)
        .says("whose lowest margin is so", "margin<0.1")
        .in_turn(),
    row(Field::ActionConfidence, "action_confidence", K::Decimal).says(
        "whose lowest action confidence is so",
        "action_confidence<0.5",
    ),
    row(Field::Intent, "intent", K::Scored)
        .says(
            "in which this intent occurs, also with such a confidence",
            "intent:refund<0.5",
        )
        .facet()
        .in_turn(),
    row(Field::Action, "action", K::Scored)
        .says(
            "in which this action occurs, also with such a confidence",
            "action:utter_*",
        )
        .facet()
        .in_turn(),
    row(Field::Policy, "policy", K::Names)
        .says("in which this policy chose an action", "policy:TEDPolicy")
        .facet(),
    row(Field::Entity, "entity", K::Named)
        .says(
            "in which this entity was found, also with this value",
            "entity:city=Rome",
        )
        .facet()
        .in_turn(),
    row(Field::Slot, "slot", K::Named)
        .says(
            "in which this slot was filled, also with this value, reverted or not",
            "slot:city=Rome",
        )
        .facet(),
    row(Field::Flow, "flow", K::Names)
        .says("in which this flow or form was entered", "flow:checkout")
        .facet(),
    row(Field::Step, "step", K::Names)
        .says("in which this step was entered", "step:checkout/payment")
        .facet(),
    row(Field::Node, "node", K::Names)
        .says("in which this step asked", "node:email")
        .facet(),
    row(Field::Completed, "completed", K::Names)
        .says("that completed this flow", "completed:checkout"),
    row(Field::Dropoff, "dropoff", K::Names)
        .says(
            "that left this flow, also at this step",
            "dropoff:checkout/payment",
        )
        .facet(),
    row(Field::UserText, "user_text", K::Words)
        .says(
            "in which the user said this",
            "user_text:\"talk to a person\"",
        )
        .in_turn(),
    row(Field::BotText, "bot_text", K::Words)
        .says(
            "in which the assistant or a human agent said this",
            "bot_text:sorry",
        )
        .in_turn(),
    row(Field::Is, "is", K::Closed)
        .of(&[
            "unread",
            "reviewed",
            "saved",
            "deleted",
            "flagged",
            "escalated",
            "rated",
            "fallback",
            "problem",
        ])
        .says(
            "in this status; flagged, handed over, rated, with a fallback, with a problem",
            "is:unread",
        )
        .always()
        .facet()
        .in_turn(),
    row(Field::Flag, "flag", K::Closed)
        .of(&["conversation", "message"])
        .says("flagged itself; with a flagged event", "flag:message")
        .always(),
    row(Field::Verdict, "verdict", K::Closed)
        .of(&["positive", "negative"])
        .says("so judged", "verdict:negative,none")
        .facet(),
    row(Field::Tag, "tag", K::Names)
        .says("carrying this tag", "tag:billing")
        .facet(),
    row(Field::Auto, "auto", K::Names)
        .says("carrying this auto tag", "auto:streak")
        .facet(),
    row(Field::Status, "status", K::Closed)
        .of(STATUSES)
        .says("in this status", "status:unread,saved")
        .always()
        .facet(),
    row(Field::Corrected, "corrected", K::Named)
        .of(&[
            "intent",
            "entities",
            "topic",
            "sentiment",
            "summary",
            "language",
        ])
        .says(
            "that a person corrected, also to this",
            "corrected:intent=refund",
        )
        .in_turn(),
    row(Field::Has, "has", K::Closed)
        .of(&["note", "correction", "comment", "button", "rating", "tag"])
        .says("with at least one", "has:note")
        .always(),
    row(Field::Note, "note", K::Words)
        .says("with a note that says this", "note:\"took over too late\""),
    row(Field::Queue, "queue", K::Names)
        .says("in this reviewer's queue; me is oneself", "queue:me")
        .facet(),
    row(Field::Reviewer, "reviewer", K::Names)
        .says(
            "last decided by this reviewer; me is oneself",
            "reviewer:me",
        )
        .facet(),
    row(Field::Topic, "topic", K::Names)
        .says("on this topic or subtopic", "topic:returns/refund")
        .facet(),
    row(Field::Sentiment, "sentiment", K::Sentiment)
        .of(&crate::model::SENTIMENTS)
        .says(
            "of this sentiment, or by a number from -1 to 1",
            "sentiment:negative",
        )
        .facet(),
    row(Field::Sample, "sample", K::Sample)
        .says(
            "of a reproducible random sample of this size, of what the rest matches",
            "sample:50",
        )
        .always(),
    row(Field::Seed, "seed", K::Sample)
        .says("of another such sample", "sample:50 seed:7")
        .always(),
];

impl Field {
    /// Its row of the table.
    pub fn info(self) -> &'static FieldInfo {
        FIELDS
            .iter()
            .find(|i| i.field == self)
            .unwrap_or(&FIELDS[0])
    }

    /// Its name; empty for words without a field.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The field of that name, without case.
    pub fn parse(name: &str) -> Option<Self> {
        FIELDS
            .iter()
            .find(|i| !i.name.is_empty() && i.name.eq_ignore_ascii_case(name))
            .map(|i| i.field)
    }
}
