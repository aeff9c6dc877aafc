//! Stories for Rasa's dialogue policies: one per conversation, as it went after all that was taken back.
//! Nothing here opens a file.

use std::io::{Result, Write};

use super::message::is_intent_name;
use super::story::{self, Noted, Step};
use super::tally::Tally;
use crate::export::outgoing::Outgoing;
use crate::export::output::{Output, Written};
use crate::export::yaml;
use crate::text::Untrusted;

/// The output.
#[derive(Debug, Default)]
pub struct Stories {
    count: u64,
    tally: Tally,
}

impl Output for Stories {
    fn take(&mut self, out: &mut dyn Write, conversation: &Outgoing) -> Result<()> {
        let whole = conversation.whole();
        let steps = story::steps(whole, whole.events.len());
        if let Err(reason) = is_story(&steps) {
            self.tally.leave_out(1, reason);
            return Ok(());
        }
        let mut text = String::new();
        let noted = story::write(&mut text, whole, &steps, &mut story::user);
        remark(&mut self.tally, noted);
        self.tally.remark(nameless(&steps), NAMELESS);
        begin(out, "Stories", self.count)?;
        self.count += 1;
        out.write_all(text.as_bytes())
    }

    fn finish(self: Box<Self>, out: &mut dyn Write) -> Result<Written> {
        end(out, "Stories", self.count)?;
        Ok(self.tally.written(self.count, "stories"))
    }
}

/// Says what came up while a story was written.
pub(super) fn remark(tally: &mut Tally, noted: Noted) {
    tally.remark(noted.replaced, "characters U+0000 written as U+FFFD");
    tally.remark(
        noted.unsure,
        "turns with the actions of a wrong intent, marked with a comment",
    );
}

/// What is said of entities that a story has no place for.
const NAMELESS: &str = "entities named role or group, not in the stories";

/// Whether Rasa can learn or test something from these steps; the error is the reason why not.
pub(super) fn is_story(steps: &[Step]) -> std::result::Result<(), &'static str> {
    let mut said = false;
    for step in steps {
        let Step::User(_, meaning) = step else {
            continue;
        };
        said = true;
        let Some(intent) = &meaning.intent else {
            return Err("conversations with a message that has no intent");
        };
        if !is_intent_name(intent.for_export()) {
            return Err("conversations with an intent that is no name for Rasa");
        }
    }
    if !said {
        return Err("conversations without a user message");
    }
    let empty = |text: &Untrusted| text.for_export().trim().is_empty();
    if steps
        .iter()
        .any(|s| matches!(s, Step::Action(name) if empty(name)))
    {
        return Err("conversations with an action without a name");
    }
    Ok(())
}

fn nameless(steps: &[Step]) -> u64 {
    let of = |step: &Step| match step {
        Step::User(_, meaning) => meaning
            .entities
            .iter()
            .filter(|e| !story::has_a_name(e))
            .count() as u64,
        _ => 0,
    };
    steps.iter().map(of).sum()
}

/// Before each story: with the first comes the head of the file.
pub(super) fn begin(out: &mut dyn Write, what: &str, count: u64) -> Result<()> {
    if count == 0 {
        out.write_all(yaml::head(what).as_bytes())?;
        out.write_all(b"stories:\n")?;
    }
    Ok(())
}

/// After the last story: without any the file says so.
pub(super) fn end(out: &mut dyn Write, what: &str, count: u64) -> Result<()> {
    if count == 0 {
        out.write_all(yaml::head(what).as_bytes())?;
        out.write_all(b"stories: []\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
