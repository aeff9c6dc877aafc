//! afterword's own JSON, as `show --json` writes it, without loss.
//!
//! Figures that follow from the events are not read: the store derives them again.

mod reviews;
mod wire;

#[cfg(test)]
mod tests;

use serde_json::value::RawValue;

use super::json_text::{canonical, deeper_than};
use super::{Place, RecordFormat, Sink, Stop};
use crate::import::records::OWN_DEPTH_CAP;
use crate::model::{
    ActionRun, Attributes, Button, Confidence, ConversationKey, Entity, Event, FlowStep, Imported,
    Millis, Prediction, Ranked, SlotSet,
};
use crate::text::Untrusted;
use wire::{ConversationRecord, EventRecord, Record, Recorded};

/// Reads our own JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct Afterword {
    /// Reviews come too.
    pub with_review: bool,
}

impl RecordFormat for Afterword {
    fn record(&self, raw: &[u8], place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        match self.read(&String::from_utf8_lossy(raw)) {
            Ok(imported) => deliver(imported, sink),
            Err(reason) => {
                sink.reject(place, reason);
                Ok(())
            }
        }
    }

    fn sound(&self, text: &str, _: Place, sink: &mut dyn Sink) -> Result<bool, Stop> {
        if deeper_than(text, OWN_DEPTH_CAP) {
            return Ok(false);
        }
        match self.read(text) {
            Ok(imported) => deliver(imported, sink).map(|()| true),
            Err(_) => Ok(false),
        }
    }
}

fn deliver(imported: Imported, sink: &mut dyn Sink) -> Result<(), Stop> {
    if imported.events.is_empty() {
        sink.empty();
        return Ok(());
    }
    sink.conversation(imported)
}

impl Afterword {
    /// One conversation of its JSON. The error says what is wrong, for the report.
    pub fn read(self, raw: &str) -> Result<Imported, String> {
        let record: Record<'_> =
            serde_json::from_str(raw).map_err(|error| format!("not afterword's JSON: {error}"))?;
        let about = &record.conversation;
        let recorded = record.recorded.as_ref();
        let native = recorded.and_then(|r| r.native_id.as_ref());
        let Some(native) = native.or(about.external_id.as_ref()) else {
            return Err("a conversation without external_id".to_owned());
        };
        let events = record
            .events
            .iter()
            .enumerate()
            .map(|(seq, event)| self::event(event).map_err(|why| format!("event {seq}: {why}")))
            .collect::<Result<Vec<Event>, String>>()?;
        let keyed_at = match recorded.and_then(|r| r.keyed_at.as_ref()) {
            Some(text) => Some(moment(text)?),
            None => events.iter().find_map(|e| e.at),
        };
        let mut imported = Imported {
            key: ConversationKey {
                source: about.source.clone().unwrap_or_else(|| "main".into()),
                native: native.clone(),
                time: keyed_at.unwrap_or_default(),
            },
            external_id: about.external_id.clone(),
            attributes: attributes(about, recorded)?,
            events,
            reviews: Vec::new(),
        };
        if self.with_review {
            imported.reviews = reviews::seeds(&record, &imported)?;
        }
        Ok(imported)
    }
}

fn moment(text: &str) -> Result<Millis, String> {
    Millis::parse_rfc3339(text).ok_or_else(|| "a time that is not RFC 3339".to_owned())
}

/// JSON text in the one spelling in which values are compared.
fn value(raw: &RawValue) -> Untrusted {
    canonical(raw.get()).as_ref().into()
}

/// A text, or the JSON of what is none.
fn text_or_json(raw: &RawValue) -> Option<Untrusted> {
    match raw.get() {
        "null" => None,
        text if text.starts_with('"') => Some(
            serde_json::from_str::<String>(text)
                .unwrap_or_default()
                .into(),
        ),
        other => Some(other.into()),
    }
}

fn attributes(
    about: &ConversationRecord<'_>,
    recorded: Option<&Recorded<'_>>,
) -> Result<Attributes, String> {
    let rating = match about.rating {
        Some(rating @ 1..=5) => Some(rating as u8),
        Some(other) => return Err(format!("rating {other}: not from 1 to 5")),
        None => None,
    };
    // Written by another program, there is no second account: what is shown is what was said.
    let (language, topics, sentiment, summary) = match recorded {
        Some(r) => (&r.language, &r.topics, r.sentiment, &r.summary),
        None => (
            &about.language,
            &about.topics,
            about.sentiment,
            &about.summary,
        ),
    };
    let own = |flag: Option<bool>| flag.filter(|escalated| *escalated);
    Ok(Attributes {
        channel: about.channel.clone(),
        user_id: about.user_id.clone(),
        user_name: about.user_name.clone(),
        language: language.clone(),
        location: about.location.clone(),
        device: about.device.clone(),
        version: about.version.clone(),
        environment: recorded.and_then(|r| r.environment.clone()),
        agent: about.agent.clone(),
        rating,
        rating_comment: about.rating_comment.clone(),
        queries: recorded.and_then(|r| r.queries),
        escalated: recorded.map_or_else(|| own(about.escalated), |r| r.escalated),
        threshold: recorded.and_then(|r| r.threshold).map(Confidence::from),
        metadata: about
            .metadata
            .0
            .iter()
            .map(|(name, raw)| (name.clone(), value(raw)))
            .collect(),
        topics: topics.clone().unwrap_or_default(),
        sentiment: sentiment.and_then(text_or_json),
        summary: summary.clone(),
    })
}

fn event(record: &EventRecord<'_>) -> Result<Event, String> {
    let at = record.at.as_deref().map(moment).transpose()?;
    Ok(Event {
        at,
        kind: record.kind,
        text: record.text.clone(),
        payload: record.payload.clone(),
        buttons: record
            .buttons
            .iter()
            .flatten()
            .map(|b| Button {
                title: b.title.clone(),
                payload: b.payload.clone(),
            })
            .collect(),
        intent: record.intent.as_ref().map(|intent| Prediction {
            name: intent.name.clone(),
            confidence: intent.confidence.map(Confidence::from),
            ranking: intent
                .ranking
                .iter()
                .flatten()
                .map(|ranked| Ranked {
                    name: ranked.name.clone(),
                    confidence: ranked.confidence.map(Confidence::from),
                })
                .collect(),
        }),
        entities: record
            .entities
            .iter()
            .flatten()
            .map(|entity| Entity {
                name: entity.name.clone(),
                value: entity.value.map_or("null".into(), value),
                span: entity.start.zip(entity.end),
                role: entity.role.clone(),
                extractor: entity.extractor.clone(),
                confidence: entity.confidence.map(Confidence::from),
            })
            .collect(),
        action: record.action.as_ref().map(|action| ActionRun {
            name: action.name.clone(),
            confidence: action.confidence.map(Confidence::from),
            policy: action.policy.clone(),
        }),
        slot: record.slot.as_ref().map(|slot| SlotSet {
            name: slot.name.clone(),
            value: slot.value.map_or("null".into(), value),
        }),
        flow: record.flow.as_ref().map(|flow| FlowStep {
            name: flow.name.clone(),
            step: flow.step.clone(),
            state: flow.state,
        }),
        fallback: record.fallback.unwrap_or_default(),
        reverted: record.reverted.unwrap_or_default(),
        raw: record.raw.and_then(text_or_json),
    })
}
