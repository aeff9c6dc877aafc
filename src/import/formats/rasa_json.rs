//! Rasa's JSON containers: trackers (HTTP interface, MongoDB, Redis) and records of an event broker or
//! of `rasa export`, one value at a time.

use super::json_text::mend_numbers;
use super::rasa::{NO_SENDER, Parsed, Shape, Sound, Tracker, parse, shape, sound};
use super::{Place, RasaLine, RecordFormat, SenderLog, Sink, Stop};

#[cfg(test)]
mod tests;

/// Reads trackers and events, also mixed.
#[derive(Clone, Copy, Debug, Default)]
pub struct RasaJson;

/// True if a JSON value is a tracker or an event of Rasa.
pub fn matches(record: &[u8]) -> bool {
    matches!(
        shape(&String::from_utf8_lossy(record)),
        Ok(Shape::Tracker(_) | Shape::Event)
    )
}

impl RecordFormat for RasaJson {
    fn sound(&self, text: &str, place: Place, sink: &mut dyn Sink) -> Result<bool, Stop> {
        match sound(text) {
            Some(Sound::Tracker(log)) => sink.sender(log).map(|()| true),
            Some(Sound::Event(parsed)) => interleaved(parsed, place, sink).map(|()| true),
            None => Ok(false),
        }
    }

    fn record(&self, raw: &[u8], place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        let text = String::from_utf8_lossy(raw);
        let text = text.trim();
        if !text.starts_with('"') {
            return value(text, place, sink);
        }
        // Tools for Redis print the stored text as a JSON string.
        match serde_json::from_str::<String>(text) {
            Ok(inner) => value(&inner, place, sink),
            Err(error) => {
                sink.reject(place, format!("not JSON: {error}"));
                Ok(())
            }
        }
    }
}

fn value(text: &str, place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
    let reason = match shape(text) {
        Ok(found) => return deliver(found, text, place, sink),
        Err(reason) => reason,
    };
    // Python writes `NaN` anywhere in a tracker.
    if let Some(mended) = mend_numbers(text)
        && let Ok(found) = shape(&mended)
    {
        return deliver(found, &mended, place, sink);
    }
    sink.reject(place, reason);
    Ok(())
}

fn deliver(found: Shape<'_>, text: &str, place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
    match found {
        Shape::Tracker(found) => tracker(found, place, sink),
        Shape::Event => event(text, place, sink),
        Shape::Other => {
            sink.reject(place, "neither a tracker nor an event of Rasa".to_owned());
            Ok(())
        }
    }
}

fn event(text: &str, place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
    match parse(text) {
        Ok(parsed) => interleaved(parsed, place, sink),
        Err(reason) => {
            sink.reject(place, reason);
            Ok(())
        }
    }
}

fn interleaved(parsed: Parsed, place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.interleaved(RasaLine {
        sender: parsed.sender.unwrap_or_else(|| NO_SENDER.into()),
        event: parsed.event,
        place,
    })
}

fn tracker(found: Tracker<'_>, place: Place, sink: &mut dyn Sink) -> Result<(), Stop> {
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
    if events.is_empty() {
        return Ok(());
    }
    sink.sender(SenderLog {
        sender: found.sender.unwrap_or_else(|| NO_SENDER.into()),
        events,
        ..SenderLog::default()
    })
}
