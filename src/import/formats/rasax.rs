//! Rasa X: its database as an SQLite file, with what people decided in it.
//!
//! Conversations and events come from `conversation` and `conversation_event`; review status, tags,
//! flags and corrected intents become reviews of `rasa-x`. The file holds accounts and tokens as well:
//! no statement here names a table beyond the five below, nor the user who created a conversation.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rusqlite::types::{Value, ValueRef};

use super::rasa_rows::{Found, Sender, Table, position, text};
use super::sqlite::Source;
use super::{ReadError, SenderLog, Sink};
use crate::import::sessions::SourceReview;
use crate::model::{Attributes, EventKind, Millis, Status};

const EVENTS: &str = "conversation_event";
const CONVERSATIONS: &str = "conversation";
const CORRECTIONS: &str = "message_correction";
const TAGS: &str = "conversation_tag";
const TAGGED: &str = "conversation_to_tag_mapping";

/// Rows of the small tables read in one statement.
const PAGE: i64 = 2_000;

/// Columns of the events beyond those of every Rasa table.
const FURTHER: [&str; 3] = ["is_flagged", "is_unflagged", "rasa_environment"];

/// True if the file is a Rasa X database.
pub(crate) fn matches(source: &Source) -> Result<bool, ReadError> {
    if !source.has_table(EVENTS)? || !source.has_table(CONVERSATIONS)? {
        return Ok(false);
    }
    let columns = source.columns(EVENTS)?;
    let has = |name: &str| columns.iter().any(|c| c == name);
    Ok(has("conversation_id") && has("data"))
}

/// Delivers all conversations, in the order of their first events, with their reviews; those without
/// any event are counted. `from` is a position that an interrupted import reached.
pub fn read(path: &Path, from: Option<u64>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let source = Source::open(path)?;
    let table = Table::open(&source, EVENTS, "conversation_id")?;
    let mut decisions = Decisions::read(&source)?;
    let senders = table.senders(&source, sink)?;
    let mut known: HashSet<String> = HashSet::with_capacity(senders.len());
    for sender in senders {
        known.insert(sender.name.for_search().to_owned());
        let position = position(sender.first);
        if from.is_some_and(|from| position <= from) {
            continue;
        }
        let events = table.events(&source, &sender, &FURTHER, sink)?;
        if !events.is_empty() {
            sink.sender(log(sender, events, &mut decisions, position))?;
        }
        sink.at(position)?;
    }
    // Those without events come last, so that an import that goes on counts them once.
    for conversation in column(&source, CONVERSATIONS, "sender_id")? {
        if !known.contains(&conversation) {
            sink.empty();
        }
    }
    source.finish()
}

fn log(sender: Sender, events: Vec<Found>, decisions: &mut Decisions, position: u64) -> SenderLog {
    let name = sender.name.for_search();
    let mut reviews = decisions.of_conversations.remove(name).unwrap_or_default();
    let corrected = decisions.corrected.remove(name).unwrap_or_default();
    let mut attributes = Attributes::default();
    let mut log = Vec::with_capacity(events.len());
    for (index, found) in events.into_iter().enumerate() {
        let [flagged, unflagged, environment] = &found.further[..] else {
            continue;
        };
        if is_true(flagged) && !is_true(unflagged) {
            reviews.push(SourceReview::Flag(index));
        }
        if attributes.environment.is_none() {
            attributes.environment = text(ValueRef::from(environment)).map(Into::into);
        }
        let event = found.parsed.event;
        if event.event.kind == EventKind::User
            && let Some(intent) = event.event.at.and_then(|at| corrected.get(&at))
        {
            reviews.push(SourceReview::Intent(index, intent.as_str().into()));
        }
        log.push(event);
    }
    SenderLog {
        sender: sender.name,
        attributes,
        events: log,
        reviews,
        position,
    }
}

fn is_true(value: &Value) -> bool {
    matches!(value, Value::Integer(number) if *number != 0)
}

/// What people decided, by conversation.
#[derive(Default)]
struct Decisions {
    of_conversations: HashMap<String, Vec<SourceReview>>,
    /// Corrected intents by the time of the message.
    corrected: HashMap<String, HashMap<Millis, String>>,
}

impl Decisions {
    fn read(source: &Source) -> Result<Self, ReadError> {
        let mut found = Self::default();
        let columns = source.columns(CONVERSATIONS)?;
        if columns.iter().any(|c| c == "review_status") {
            for [sender, status] in rows(source, CONVERSATIONS, ["sender_id", "review_status"])? {
                let (Some(sender), Some(status)) = (sender, status.as_deref().and_then(status_of))
                else {
                    continue;
                };
                found.add(sender, SourceReview::Status(status));
            }
        }
        if source.has_table(TAGS)? && source.has_table(TAGGED)? {
            let tags: HashMap<String, String> = rows(source, TAGS, ["id", "value"])?
                .into_iter()
                .filter_map(|[id, value]| id.zip(value))
                .collect();
            for [tag, sender] in rows(source, TAGGED, ["tag_id", "conversation_id"])? {
                if let (Some(name), Some(sender)) = (tag.and_then(|tag| tags.get(&tag)), sender) {
                    found.add(sender, SourceReview::Tag(name.as_str().into()));
                }
            }
        }
        if source.has_table(CORRECTIONS)? {
            let names = ["conversation_id", "message_timestamp", "intent"];
            for [sender, at, intent] in rows(source, CORRECTIONS, names)? {
                let at = at.and_then(|at| at.parse().ok().and_then(Millis::from_seconds));
                if let (Some(sender), Some(at), Some(intent)) = (sender, at, intent) {
                    found
                        .corrected
                        .entry(sender)
                        .or_default()
                        .insert(at, intent);
                }
            }
        }
        Ok(found)
    }

    fn add(&mut self, sender: String, review: SourceReview) {
        self.of_conversations
            .entry(sender)
            .or_default()
            .push(review);
    }
}

/// The review status of Rasa X in our words; `unread` is no decision.
fn status_of(status: &str) -> Option<Status> {
    match status {
        "reviewed" => Some(Status::Reviewed),
        "requires_action" | "saved_for_later" => Some(Status::Saved),
        _ => None,
    }
}

/// One column of a small table, page by page; empty cells are left out.
fn column(source: &Source, table: &str, name: &str) -> Result<Vec<String>, ReadError> {
    let rows = rows(source, table, [name])?;
    Ok(rows.into_iter().filter_map(|[value]| value).collect())
}

/// Columns of a small table as text, page by page.
fn rows<const N: usize>(
    source: &Source,
    table: &str,
    names: [&str; N],
) -> Result<Vec<[Option<String>; N]>, ReadError> {
    let sql = format!(
        "SELECT rowid, {} FROM \"{table}\" WHERE rowid > ?1 ORDER BY rowid LIMIT {PAGE}",
        names.join(", ")
    );
    let mut all = Vec::new();
    let mut after = i64::MIN;
    loop {
        let page = source.query("conversations", &sql, [after], |row| {
            let mut cells = [const { None }; N];
            for (index, cell) in cells.iter_mut().enumerate() {
                *cell = text(row.get_ref(index + 1)?);
            }
            Ok((row.get::<_, i64>(0)?, cells))
        })?;
        let Some((last, _)) = page.last() else {
            return Ok(all);
        };
        after = *last;
        all.extend(page.into_iter().map(|(_, cells)| cells));
    }
}
