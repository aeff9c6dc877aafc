//! End-to-end tests for Rasa (`rasa test`): what the user typed with the entities in it, the intent that it
//! should have, and the actions that should follow; up to the turn that was marked. Nothing here opens a
//! file.

use std::io::{Result, Write};

use super::markup::marked_as_can_be;
use super::message::{Meaning, Mention};
use super::stories::{begin, end, is_story, remark};
use super::story;
use super::tally::Tally;
use crate::export::outgoing::Outgoing;
use crate::export::output::{Output, Written};
use crate::export::yaml;
use crate::model::replay::names;
use crate::model::{Event, EventKey, EventKind, MarkedEntity};
use crate::store::Whole;
use crate::text::Untrusted;

/// The output.
#[derive(Debug, Default)]
pub struct EndToEnd {
    count: u64,
    tally: Tally,
}

/// What the file is, in its first line.
const WHAT: &str = "Tests";

impl Output for EndToEnd {
    fn take(&mut self, out: &mut dyn Write, conversation: &Outgoing) -> Result<()> {
        let whole = conversation.whole();
        let steps = story::steps(whole, end_of_test(whole));
        if let Err(reason) = is_story(&steps) {
            self.tally.leave_out(1, reason);
            return Ok(());
        }
        let mut test = String::new();
        let tally = &mut self.tally;
        let noted = story::write(&mut test, whole, &steps, &mut |out, event, meaning| {
            user(out, event, meaning, tally)
        });
        remark(tally, noted);
        begin(out, WHAT, self.count)?;
        self.count += 1;
        out.write_all(test.as_bytes())
    }

    fn finish(self: Box<Self>, out: &mut dyn Write) -> Result<Written> {
        end(out, WHAT, self.count)?;
        Ok(self.tally.written(self.count, "tests"))
    }
}

/// The step of a user message: what was typed, and the intent it should have.
fn user(out: &mut String, event: &Event, meaning: &Meaning, tally: &mut Tally) -> u64 {
    let intent = meaning.intent.as_ref().map_or("", Untrusted::for_export);
    let text = typed(event, intent);
    let wordless = event.payload.is_none() && event.text.as_ref().is_none_or(Untrusted::is_empty);
    tally.remark(wordless.into(), "messages without text, written as a click");
    // Rasa reads the entities of a click out of what it sends.
    let mentions: &[Mention] = match event.payload {
        Some(_) => &[],
        None => &meaning.entities,
    };
    let marks: Vec<MarkedEntity> = mentions.iter().filter_map(Mention::marked).collect();
    let unplaced = (mentions.len() - marks.len()) as u64;
    let (said, dropped) = marked_as_can_be(&text, &marks);
    tally.remark(
        unplaced + dropped,
        "entities that cannot be marked in the text",
    );
    out.push_str("  - user: ");
    let mut replaced = yaml::text(out, &said);
    out.push_str("\n    intent: ");
    replaced += yaml::text(out, intent);
    out.push('\n');
    replaced
}

/// What reached the assistant. A trigger from outside, or a click of another source's button, becomes what
/// a button of Rasa sends; a message without text cannot stand in a test otherwise either.
fn typed(event: &Event, intent: &str) -> String {
    let text = event.text.as_ref().map_or("", Untrusted::for_export);
    match event.payload.as_ref().map(Untrusted::for_export) {
        Some(payload) if payload.starts_with('/') => payload.to_owned(),
        None if !text.is_empty() => text.to_owned(),
        _ => format!("/{intent}"),
    }
}

/// The number after the last event of a test: the turn of the last flagged event is the last in it, without
/// what took it back; where none is flagged, all are in.
fn end_of_test(whole: &Whole) -> usize {
    let events = &whole.events;
    let is_flagged = |key: &EventKey| whole.review.flagged_events.iter().any(|e| e.key == *key);
    let Some(flagged) = whole.keys.iter().rposition(is_flagged) else {
        return events.len();
    };
    let ends = |event: &Event| match event.kind {
        EventKind::User | EventKind::Restart => true,
        EventKind::System => event
            .text
            .as_ref()
            .is_some_and(|name| matches!(name.for_search(), names::REWIND | names::UNDO)),
        _ => false,
    };
    let after = events[flagged + 1..].iter().position(ends);
    after.map_or(events.len(), |more| flagged + 1 + more)
}

#[cfg(test)]
mod tests;
