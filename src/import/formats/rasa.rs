//! Rasa's events: from one event's JSON to a [`RasaEvent`], without looking at its neighbours.
//!
//! Rasa 1 to 3, Rasa Pro and CALM write the same shape into every container: the SQL tracker store, the
//! trackers of the HTTP interface, the event broker, Rasa X. What follows from neighbours (the title of
//! a clicked button, which form ended, the session) is filled in by [`link`] once a sender's events
//! stand together. An event of an unknown type is kept as a system event under its own name.

mod link;
mod meta;
mod sound;
mod wire;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use link::{hands_over, link};
pub(super) use sound::{Sound, sound};

use super::RasaEvent;
use super::json_text::{canonical, mend_numbers, mend_surrogates, too_deep};
use crate::model::{
    ActionRun, Button, Confidence, Entity, Event, EventKind, FlowState, FlowStep, Millis,
    Prediction, Ranked, SlotSet,
};
use crate::text::Untrusted;
use wire::{BotData, EntityRecord, IntentRecord, List, Raw, Record, ShapeRecord};

/// The actions by which Rasa says that it did not understand.
const FALLBACK_ACTIONS: [&str; 4] = [
    "action_default_fallback",
    "action_default_ask_affirmation",
    "action_default_ask_rephrase",
    "action_two_stage_fallback",
];

/// The flow that CALM starts when it has no answer.
const CANNOT_HANDLE: &str = "pattern_cannot_handle";

/// The sender that Rasa itself assumes where nobody names one.
pub(super) const NO_SENDER: &str = "default";

/// What the columns of a tracker store say, for rows whose JSON does not.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// `type_name`
    pub type_name: Option<String>,
    /// `timestamp`
    pub timestamp: Option<f64>,
    /// `intent_name`
    pub intent_name: Option<String>,
    /// `action_name`: the `name` of whatever event the row holds.
    pub action_name: Option<String>,
}

/// One record as read: the event, and whose it is where it says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// `sender_id` of an event broker's record.
    pub sender: Option<Untrusted>,
    /// The event.
    pub event: RasaEvent,
}

/// A tracker's sender and its events, each verbatim.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracker<'a> {
    /// `sender_id`, in Redis `name`.
    pub sender: Option<Untrusted>,
    /// The events.
    pub events: Vec<&'a str>,
}

/// Reads one event. The error says what is wrong, for the report.
pub fn parse(raw: &str) -> Result<Parsed, String> {
    parse_row(raw, &Columns::default())
}

/// Reads one event that stands in a table row. Rows that other programs wrote may have no `event` in
/// their JSON: the columns say then what they are.
pub fn parse_row(raw: &str, columns: &Columns) -> Result<Parsed, String> {
    if too_deep(raw) {
        return Err("nested more than 128 deep".to_owned());
    }
    let mended = mend_surrogates(raw);
    match serde_json::from_str::<Record<'_>>(&mended) {
        Ok(record) => convert(&record, raw, columns),
        Err(error) => {
            let Some(mended) = mend_numbers(&mended) else {
                return Err(format!("not JSON: {error}"));
            };
            let record: Record<'_> =
                serde_json::from_str(&mended).map_err(|error| format!("not JSON: {error}"))?;
            convert(&record, raw, columns)
        }
    }
}

/// What a JSON value of Rasa is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape<'a> {
    /// An object with a sender's `events`; without them where they were not asked for.
    Tracker(Tracker<'a>),
    /// An object with `event`; read it with [`parse`].
    Event,
    /// An object of something else.
    Other,
}

/// Tells what a JSON value is, and takes a tracker apart without reading its events. The error says why
/// it is no JSON.
pub fn shape(raw: &str) -> Result<Shape<'_>, String> {
    // Most records of an event broker name no `events`, and are read once.
    if names_an_event_alone(raw) {
        return Ok(Shape::Event);
    }
    let record: ShapeRecord<'_> =
        serde_json::from_str(raw).map_err(|error| format!("not JSON: {error}"))?;
    if record.event.as_str().is_some_and(|event| !event.is_empty()) {
        return Ok(Shape::Event);
    }
    let sender = record.sender_id.scalar().or_else(|| record.name.scalar());
    let events: Vec<&str> = record.events.0.iter().filter_map(|raw| raw.0).collect();
    let looks_like_events = || {
        let first = events.first().is_some_and(|raw| {
            let first: Record<'_> = serde_json::from_str(raw).unwrap_or_default();
            first.event.as_str().is_some()
        });
        first || sender.is_some() && (events.is_empty() || record.slots.0.is_some())
    };
    if !looks_like_events() {
        return Ok(Shape::Other);
    }
    Ok(Shape::Tracker(Tracker {
        sender: sender.map(|s| s.as_ref().into()),
        events,
    }))
}

/// True if the text has the word `event` as a key has it, and nowhere `events`.
fn names_an_event_alone(raw: &str) -> bool {
    memchr::memmem::find(raw.as_bytes(), b"\"events\"").is_none()
        && memchr::memmem::find(raw.as_bytes(), b"\"event\"").is_some()
}

fn convert(record: &Record<'_>, raw: &str, columns: &Columns) -> Result<Parsed, String> {
    let kind = record.event.as_str().or(columns.type_name.as_deref());
    let Some(kind) = kind else {
        return Err("no event type".to_owned());
    };
    let seconds = record.timestamp.number().or(columns.timestamp);
    let mut event = event_of(kind, record, columns);
    event.at = seconds.and_then(Millis::from_seconds);
    event.raw = Some(raw.into());
    let about = meta::about(&event, record);
    Ok(Parsed {
        sender: record.sender_id.scalar().map(|s| s.as_ref().into()),
        event: RasaEvent {
            session_marker: kind == "session_started",
            event,
            about,
        },
    })
}

fn event_of(kind: &str, record: &Record<'_>, columns: &Columns) -> Event {
    let kind_of = |kind| Event {
        kind,
        ..Event::default()
    };
    let named = |event_kind| Event {
        text: Some(kind.into()),
        ..kind_of(event_kind)
    };
    match kind {
        "user" => user(record, columns),
        "bot" => bot(record),
        "agent" => Event {
            text: text(&record.text.0),
            ..kind_of(EventKind::Agent)
        },
        "action" => action(record, columns),
        "slot" => match name(record, columns) {
            Some(name) => Event {
                slot: Some(SlotSet {
                    name,
                    value: canonical(record.value.0.unwrap_or("null")).as_ref().into(),
                }),
                ..kind_of(EventKind::Slot)
            },
            None => named(EventKind::System),
        },
        // Without a name it is the end of a form that the events before it tell: see `link`.
        "active_loop" | "form" => match text(&record.name.0) {
            Some(name) => flow(name, None, FlowState::Started),
            None => named(EventKind::System),
        },
        "action_execution_rejected" => match name(record, columns) {
            Some(name) => flow(name, None, FlowState::Interrupted),
            None => named(EventKind::System),
        },
        "loop_interrupted" if record.is_interrupted.0 == Some("true") => Event {
            text: Some(kind.into()),
            ..flow(Untrusted::default(), None, FlowState::Interrupted)
        },
        "flow_started" | "flow_completed" | "flow_cancelled" | "flow_interrupted"
        | "flow_resumed" => match text(&record.flow_id.0) {
            Some(name) => calm_flow(kind, name, record),
            None => named(EventKind::System),
        },
        "session_started" | "session_ended" => named(EventKind::Session),
        "restart" => named(EventKind::Restart),
        "entities" => Event {
            entities: record.entities.0.iter().filter_map(entity).collect(),
            ..named(EventKind::System)
        },
        _ => named(EventKind::System),
    }
}

fn flow(name: Untrusted, step: Option<Untrusted>, state: FlowState) -> Event {
    Event {
        kind: EventKind::Flow,
        flow: Some(FlowStep { name, step, state }),
        ..Event::default()
    }
}

fn calm_flow(kind: &str, name: Untrusted, record: &Record<'_>) -> Event {
    let state = match kind {
        "flow_completed" => FlowState::Completed,
        "flow_cancelled" => FlowState::Cancelled,
        "flow_interrupted" => FlowState::Interrupted,
        "flow_resumed" => FlowState::Resumed,
        _ => FlowState::Started,
    };
    let fallback = state == FlowState::Started && name.for_search() == CANNOT_HANDLE;
    Event {
        fallback,
        ..flow(name, text(&record.step_id.0), state)
    }
}

fn user(record: &Record<'_>, columns: &Columns) -> Event {
    let parse = &record.parse_data;
    let intent = prediction(parse.intent, &parse.intent_ranking, columns);
    let entities = [&parse.entities, &record.entities];
    let said = text(&record.text.0);
    let cannot_handle = parse
        .commands
        .0
        .iter()
        .any(|c| c.command.as_str() == Some("cannot handle"));
    Event {
        kind: EventKind::User,
        payload: said.clone().filter(|said| {
            let external = meta::is_external(record.metadata);
            external || is_payload(said.for_search(), intent.as_ref())
        }),
        text: said,
        fallback: cannot_handle || intent.as_ref().is_some_and(Prediction::is_fallback),
        intent,
        entities: entities
            .into_iter()
            .flat_map(|list| &list.0)
            .filter_map(entity)
            .collect(),
        ..Event::default()
    }
}

/// True for what a button sends (`/affirm{"a": 1}`) and for triggers from outside (`EXTERNAL: greet`).
/// Rasa takes such text apart without asking its classifier, which shows: the intent is the one named,
/// and there is no second in the ranking. People type slashes, too.
fn is_payload(said: &str, intent: Option<&Prediction>) -> bool {
    if said.starts_with("EXTERNAL: ") {
        return true;
    }
    let Some(sent) = said.strip_prefix('/') else {
        return false;
    };
    let sent = sent.split(['{', '@']).next().unwrap_or_default().trim();
    match intent {
        Some(prediction) => {
            let name = prediction.name.as_ref().map_or("", Untrusted::for_search);
            // The full name of a retrieval intent is sent, the first part alone may be recorded.
            let rest = sent.strip_prefix(name).filter(|_| !name.is_empty());
            prediction.ranking.len() <= 1
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        None => !sent.is_empty() && !sent.contains(char::is_whitespace),
    }
}

fn prediction(
    intent: Raw<'_>,
    ranking: &List<IntentRecord<'_>>,
    columns: &Columns,
) -> Option<Prediction> {
    let record: IntentRecord<'_> = intent.read();
    let ranking: Vec<Ranked> = ranking
        .0
        .iter()
        .filter_map(|entry| {
            Some(Ranked {
                name: text(&entry.name.0)?,
                confidence: entry.confidence.number().map(Confidence),
            })
        })
        .collect();
    // A bare name in place of the object; else, for foreign rows, the column.
    let name = text(&record.name.0)
        .or_else(|| intent.scalar().map(|name| name.as_ref().into()))
        .or_else(|| {
            let column = columns.intent_name.as_deref();
            column.filter(|_| intent.0.is_none()).map(Untrusted::from)
        });
    let confidence = record.confidence.number().map(Confidence);
    let found = name.is_some() || confidence.is_some() || !ranking.is_empty();
    found.then_some(Prediction {
        name,
        confidence,
        ranking,
    })
}

fn entity(record: &EntityRecord<'_>) -> Option<Entity> {
    let place = |raw: Raw<'_>| {
        let number = raw.number()?;
        (number >= 0.0 && number.fract() == 0.0 && number < f64::from(u32::MAX))
            .then_some(number as u32)
    };
    let confidence = record
        .confidence_entity
        .number()
        .or_else(|| record.confidence.number());
    Some(Entity {
        name: text(&record.entity.0)?,
        value: canonical(record.value.0.unwrap_or("null")).as_ref().into(),
        span: place(record.start)
            .zip(place(record.end))
            .filter(|(from, to)| from <= to),
        role: text(&record.role.0).or_else(|| text(&record.group.0)),
        extractor: text(&record.extractor.0),
        confidence: confidence.map(Confidence),
    })
}

fn bot(record: &Record<'_>) -> Event {
    let data: BotData<'_> = record.data.read();
    let lists = [&data.buttons, &data.quick_replies, &record.buttons];
    let buttons = lists.into_iter().flat_map(|list| &list.0);
    Event {
        kind: EventKind::Bot,
        text: text(&record.text.0),
        buttons: buttons
            .filter_map(|button| {
                let payload = text(&button.payload.0);
                Some(Button {
                    title: text(&button.title.0).or_else(|| payload.clone())?,
                    payload,
                })
            })
            .collect(),
        ..Event::default()
    }
}

fn action(record: &Record<'_>, columns: &Columns) -> Event {
    let name = name(record, columns);
    Event {
        kind: EventKind::Action,
        fallback: name
            .as_ref()
            .is_some_and(|n| FALLBACK_ACTIONS.contains(&n.for_search())),
        text: match &name {
            Some(_) => None,
            None => text(&record.action_text.0),
        },
        action: Some(ActionRun {
            name,
            confidence: record.confidence.number().map(Confidence),
            policy: record.policy.as_str().map(|p| bare_policy(p).into()),
        }),
        ..Event::default()
    }
}

/// Rasa 1 numbers its policies: `policy_2_TEDPolicy`.
fn bare_policy(policy: &str) -> &str {
    policy
        .strip_prefix("policy_")
        .and_then(|rest| rest.split_once('_'))
        .filter(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        .map_or(policy, |(_, name)| name)
}

/// The event's name; where its JSON has no event at all, the column's.
fn name(record: &Record<'_>, columns: &Columns) -> Option<Untrusted> {
    text(&record.name.0).or_else(|| {
        let column = columns.action_name.as_deref();
        column
            .filter(|_| record.event.as_str().is_none())
            .map(Untrusted::from)
    })
}

fn text(found: &Option<Cow<'_, str>>) -> Option<Untrusted> {
    found.as_deref().map(Untrusted::from)
}
