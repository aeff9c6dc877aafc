//! Rasa's JSON containers: trackers (HTTP interface, MongoDB, Redis) and records of an event broker or
//! of `rasa export`, one value at a time.

use std::borrow::Cow;

use super::json_text::mend_numbers;
use super::rasa::{Shape, parse, shape, tracker};
use super::{Place, RasaLine, RecordFormat, SenderLog, Sink, Stop};

/// The sender that Rasa itself assumes where nobody names one.
const NO_SENDER: &str = "default";

/// Reads trackers and events, also mixed.
#[derive(Debug, Default)]
pub struct RasaJson;

/// True if a JSON value looks like a tracker or an event of Rasa.
pub fn matches(record: &[u8]) -> bool {
    shape(&String::from_utf8_lossy(record)).is_some()
}

impl RecordFormat for RasaJson {
    fn record(&mut self, raw: &[u8], place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        let text = String::from_utf8_lossy(raw);
        let text = text.trim();
        // Redis tools print the stored text as a JSON string.
        let text: Cow<'_, str> = match text.starts_with('"') {
            true => match serde_json::from_str::<String>(text) {
                Ok(inner) => Cow::Owned(inner),
                Err(error) => {
                    sink.reject(place, format!("not JSON: {error}"));
                    return Ok(());
                }
            },
            false => Cow::Borrowed(text),
        };
        match shape(&text).or_else(|| shape(&mend_numbers(&text)?)) {
            Some(Shape::Tracker) => self.tracker(&text, place, sink),
            Some(Shape::Event) => self.event(&text, place, sink),
            None => {
                let reason = match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
                    Err(error) => format!("not JSON: {error}"),
                    Ok(_) => "neither a tracker nor an event of Rasa".to_owned(),
                };
                sink.reject(place, reason);
                Ok(())
            }
        }
    }
}

impl RasaJson {
    fn event(&self, text: &str, place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        match parse(text) {
            Ok(parsed) => sink.interleaved(RasaLine {
                sender: parsed.sender.unwrap_or_else(|| NO_SENDER.into()),
                event: parsed.event,
                place,
            }),
            Err(reason) => {
                sink.reject(place, reason);
                Ok(())
            }
        }
    }

    fn tracker(&self, text: &str, place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        let mended;
        let found = match tracker(text) {
            Ok(found) => Ok(found),
            Err(reason) => match mend_numbers(text) {
                Some(text) => {
                    mended = text;
                    tracker(&mended)
                }
                None => Err(reason),
            },
        };
        let found = match found {
            Ok(found) => found,
            Err(reason) => {
                sink.reject(place, reason);
                return Ok(());
            }
        };
        if found.events.is_empty() {
            sink.empty();
            return Ok(());
        }
        let mut events = Vec::with_capacity(found.events.len());
        for (index, raw) in found.events.into_iter().enumerate() {
            match parse(raw) {
                Ok(parsed) => events.push(parsed.event),
                Err(reason) => sink.reject(place, format!("event {index}: {reason}")),
            }
        }
        sink.sender(SenderLog {
            sender: found.sender.unwrap_or_else(|| NO_SENDER.into()),
            events,
            ..SenderLog::default()
        })
    }
}
