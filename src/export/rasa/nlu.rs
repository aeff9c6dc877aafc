//! Examples for Rasa's language understanding: what people corrected or confirmed, by intent. Each example
//! is exactly the user's text with exactly its entities, or it is left out. Nothing here opens a file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Result, Write};

use super::markup::marked;
use super::message::{Mention, is_fallback, is_intent_name, meaning};
use super::tally::Tally;
use crate::export::outgoing::Outgoing;
use crate::export::output::{Output, Written};
use crate::export::yaml;
use crate::model::{Event, EventKind, MarkedEntity, MessageMark, Prediction, shown_intent};
use crate::store::Whole;
use crate::text::Untrusted;

/// The output. Examples wait for the end, where they stand by intent and in order of their texts.
#[derive(Debug, Default)]
pub struct Nlu {
    predicted: bool,
    /// Marked texts by intent.
    examples: BTreeMap<String, BTreeSet<String>>,
    /// For each text its intents.
    intents: HashMap<String, BTreeSet<String>>,
    tally: Tally,
}

impl Nlu {
    /// With `predicted`, also what nobody looked at, where the assistant understood it.
    pub fn new(predicted: bool) -> Self {
        Self {
            predicted,
            ..Self::default()
        }
    }

    fn message(&mut self, whole: &Whole, seq: usize, event: &Event, understood: bool) {
        let meaning = meaning(event, whole.keys.get(seq).copied(), &whole.review);
        let guessed = self.predicted && understood && !event.fallback;
        if !(meaning.by_person || guessed) {
            return;
        }
        if event.payload.is_some() {
            // Nobody typed it. Worth a word only where a person took the trouble.
            if meaning.by_person {
                self.tally.leave_out(1, "corrected button clicks");
            }
            return;
        }
        let corrected = whole
            .keys
            .get(seq)
            .and_then(|key| whole.review.corrected_intent(*key));
        let fallback = event.intent.as_ref().is_some_and(Prediction::is_fallback);
        if corrected.is_none() && fallback {
            // What stands behind a fallback is a guess that nobody confirmed by marking entities.
            return self.tally.leave_out(
                1,
                "messages whose entities alone were corrected, of a fallback",
            );
        }
        let Some(intent) = corrected.or_else(|| shown_intent(event).cloned()) else {
            return self.tally.leave_out(1, "messages without an intent");
        };
        match example(&intent, event, &meaning.entities) {
            Err(reason) => self.tally.leave_out(1, reason),
            Ok((text, example)) => {
                let intent = intent.for_export();
                let examples = self.examples.entry(intent.to_owned()).or_default();
                if !examples.insert(example) {
                    return self.tally.leave_out(1, "repetitions");
                }
                let intents = self.intents.entry(text.to_owned()).or_default();
                intents.insert(intent.to_owned());
            }
        }
    }
}

/// The text and its marked form, or why there is none.
fn example<'a>(
    intent: &Untrusted,
    event: &'a Event,
    entities: &[Mention],
) -> std::result::Result<(&'a str, String), &'static str> {
    if is_fallback(intent) {
        return Err("messages whose intent is a fallback");
    }
    if !is_intent_name(intent.for_export()) {
        return Err("messages with an intent that is no name for Rasa");
    }
    let text = event.text.as_ref().map_or("", Untrusted::for_export);
    if text.is_empty() {
        return Err("messages without text");
    }
    if text.contains('\0') {
        return Err("messages with a NUL character");
    }
    // Rasa, too, leaves out what an extractor found that learns nothing from examples.
    let marks: Option<Vec<MarkedEntity>> = entities
        .iter()
        .filter(|e| !e.untrained)
        .map(Mention::marked)
        .collect();
    let marks = marks.ok_or("messages with an entity whose place in the text is not known")?;
    let example =
        marked(text, &marks).map_err(|_| "messages with an entity that Rasa cannot mark")?;
    Ok((text, example))
}

impl Output for Nlu {
    fn take(&mut self, _: &mut dyn Write, conversation: &Outgoing) -> Result<()> {
        let whole = conversation.whole();
        let understood: BTreeSet<u32> = whole
            .facts
            .turns
            .iter()
            .filter(|turn| turn.mark == MessageMark::Understood)
            .filter_map(|turn| turn.user)
            .collect();
        for (seq, event) in whole.events.iter().enumerate() {
            if event.kind == EventKind::User {
                let understood = u32::try_from(seq).is_ok_and(|seq| understood.contains(&seq));
                self.message(whole, seq, event, understood);
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Write) -> Result<Written> {
        out.write_all(yaml::head("Training data").as_bytes())?;
        let empty = self.examples.is_empty();
        out.write_all(if empty { b"nlu: []\n" } else { b"nlu:\n" })?;
        let mut count = 0;
        for (intent, examples) in &self.examples {
            let mut block = "- intent: ".to_owned();
            yaml::text(&mut block, intent);
            block.push_str("\n  examples:\n");
            for example in examples {
                block.push_str("  - text: ");
                yaml::text(&mut block, example);
                block.push('\n');
                count += 1;
            }
            out.write_all(block.as_bytes())?;
        }
        let torn = self.intents.values().filter(|intents| intents.len() > 1);
        let torn = torn.count() as u64;
        self.tally.remark(torn, "texts under more than one intent");
        Ok(self.tally.written(count, "examples"))
    }
}

#[cfg(test)]
mod tests;
