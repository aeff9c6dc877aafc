//! Conversations as fine-tuning of chat models takes them: `{"messages": [{"role", "content"}, …]}`, one a
//! line. Text is exact, by JSON escapes.
//!
//! The user is `user`; the assistant and human agents are `assistant`. Several messages of one side in a row
//! stay several: OpenAI's format allows that, and joining them would teach a text that nobody wrote. There is
//! no `system` message and no tool call, because no source has a prompt or the calls of a model. What was
//! taken back, and what nobody said (triggers from outside), is left out.

use std::io::{Result, Write};

use super::json_writer::JsonWriter;
use super::outgoing::Outgoing;
use super::output::{Output, Written};
use crate::model::{Author, Event};
use crate::store::Whole;

/// What the importer calls a trigger that comes from outside of the conversation.
const TRIGGER: &str = "EXTERNAL: ";

/// `export --as chat`.
#[derive(Debug, Default)]
pub struct Chat {
    count: u64,
    one_sided: u64,
    unanswered: u64,
}

impl Output for Chat {
    fn take(&mut self, out: &mut dyn Write, conversation: &Outgoing) -> Result<()> {
        let mut said = messages(conversation.whole());
        let answered = said.iter().rposition(|m| m.role == ASSISTANT);
        let asked = said.iter().any(|m| m.role == USER);
        let Some(last) = answered.filter(|_| asked) else {
            self.one_sided += 1;
            return Ok(());
        };
        // A model learns to answer: what nobody answered ends no example.
        self.unanswered += (said.len() - last - 1) as u64;
        said.truncate(last + 1);
        self.count += 1;
        writeln!(out, "{}", line(&said))
    }

    fn finish(self: Box<Self>, _: &mut dyn Write) -> Result<Written> {
        let left_out = [
            (self.one_sided, "conversations of one side alone"),
            (self.unanswered, "last messages that nobody answered"),
        ];
        Ok(Written {
            count: self.count,
            unit: "conversations",
            left_out: left_out.into_iter().filter(|(n, _)| *n > 0).collect(),
            ..Written::default()
        })
    }
}

const USER: &str = "user";
const ASSISTANT: &str = "assistant";

struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

fn messages(whole: &Whole) -> Vec<Message<'_>> {
    whole.events.iter().filter_map(message).collect()
}

fn message(event: &Event) -> Option<Message<'_>> {
    let role = match event.kind.author()? {
        Author::User => USER,
        Author::Bot | Author::Agent => ASSISTANT,
    };
    // A click is told by the title of its button, which is its text.
    let content = event.text.as_ref()?.for_export();
    let triggered = event.payload.is_some() && content.starts_with(TRIGGER);
    let said = !event.reverted && !triggered && !content.trim().is_empty();
    said.then_some(Message { role, content })
}

fn line(messages: &[Message<'_>]) -> String {
    let mut json = JsonWriter::new();
    json.object(|json| {
        json.key("messages").array(|json| {
            for message in messages {
                json.object(|json| {
                    json.key("role").text(message.role);
                    json.key("content").text(message.content);
                });
            }
        });
    });
    json.finish()
}
