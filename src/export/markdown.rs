//! A transcript in Markdown, to paste into an issue or to send.
//!
//! What comes from a log stands in code spans, one a line, whose fence is one that the line does not hold.
//! Nothing else is safe everywhere: escapes do not stop a forge from turning `@name`, `#12` or `www.` into
//! links, code does; and unlike a fenced block a span is wrapped where it is long. Words outside of spans are
//! ours alone. This module must not write files.

use std::io::{Result, Write};

use super::account::{self, Entry, Phrase, Piece};
use super::outgoing::Outgoing;
use super::output::{Output, Written};
use crate::model::{EventKind, Link, Note};
use crate::store::Whole;
use crate::text::{SafeText, Untrusted, figure};

/// Columns of a name or value inside of a sentence.
const VALUE: usize = 200;
/// The longest fence of a code span that every parser takes.
const FENCE: usize = 40;

/// `export --as markdown`: one transcript after the other, ruled off.
#[derive(Debug, Default)]
pub struct Markdown {
    count: u64,
}

impl Output for Markdown {
    fn take(&mut self, out: &mut dyn Write, conversation: &Outgoing) -> Result<()> {
        if self.count > 0 {
            out.write_all(b"\n---\n\n")?;
        }
        self.count += 1;
        out.write_all(transcript(conversation).as_bytes())
    }

    fn finish(self: Box<Self>, _: &mut dyn Write) -> Result<Written> {
        Ok(Written {
            count: self.count,
            unit: "conversations",
            ..Written::default()
        })
    }
}

/// The whole conversation: head, then what was said and done. Ends with a line break.
pub fn transcript(conversation: &Outgoing) -> String {
    let whole = conversation.whole();
    let card = &whole.card;
    let mut head = vec![
        format!("- conversation: {}", code(&card.external_id)),
        format!("- link: `{}`", Link::to(card.id, None)),
    ];
    for fact in account::facts(whole) {
        head.push(format!("- {}: {}", fact.label, words(&fact.is)));
    }
    for note in account::notes(whole) {
        head.push(format!("- note by {}", code(&note.reviewer)));
        head.push(indented(&quote(&note.text, usize::MAX)));
    }
    let mut blocks = vec![format!("# Conversation {}", card.id), head.join("\n")];
    let entries = account::entries(whole, 0..whole.events.len());
    blocks.extend(conversation_blocks(&entries, None, usize::MAX));
    blocks.join("\n\n") + "\n"
}

/// The head of an excerpt in one line, with the link to its event.
pub(super) fn head_line(whole: &Whole, at: Option<usize>) -> String {
    let card = &whole.card;
    let mut parts = vec![code(&card.external_id)];
    for fact in account::facts(whole) {
        if matches!(fact.label, "channel" | "started" | "status" | "tags") {
            parts.push(format!("{} {}", fact.label, words(&fact.is)));
        }
    }
    let event = at.and_then(|seq| whole.keys.get(seq).copied());
    parts.push(format!("`{}`", Link::to(card.id, event)));
    parts.join(" · ")
}

/// Paragraphs of what was said and done; what was done between two messages is one. `at` is the event that
/// was asked for; a message shows so many characters at most.
pub(super) fn conversation_blocks(
    entries: &[Entry<'_>],
    at: Option<usize>,
    most: usize,
) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut done: Vec<String> = Vec::new();
    for entry in entries {
        let is_asked = at == Some(entry.seq);
        let plain = entry.notes.is_empty() && !entry.flagged && !is_asked;
        if entry.quiet && plain {
            continue;
        }
        let marks = marks(entry, is_asked);
        let Some(speaker) = entry.speaker() else {
            done.push(deed(entry, &marks));
            if !entry.notes.is_empty() {
                blocks.push(deeds(&mut done));
                blocks.extend(entry.notes.iter().map(|n| note(n, most)));
            }
            continue;
        };
        if !done.is_empty() {
            blocks.push(deeds(&mut done));
        }
        let mut line = vec![format!("**{speaker}**")];
        line.extend(entry.when.clone());
        line.extend(marks);
        blocks.push(line.join(" · "));
        if let Some(text) = &entry.event.text {
            blocks.push(quote(text, most));
        }
        let under: Vec<String> = entry.under().iter().map(words).collect();
        if !under.is_empty() {
            blocks.push(under.join(" · "));
        }
        blocks.extend(entry.notes.iter().map(|n| note(n, most)));
    }
    if !done.is_empty() {
        blocks.push(deeds(&mut done));
    }
    blocks
}

fn marks(entry: &Entry<'_>, is_asked: bool) -> Vec<String> {
    let marks = entry
        .marks()
        .into_iter()
        .chain(is_asked.then_some("linked"));
    marks.map(|mark| format!("**{mark}**")).collect()
}

/// What was done: `action `find_order` 0.98 (**fallback**)`.
fn deed(entry: &Entry<'_>, marks: &[String]) -> String {
    let mut out = entry.event.kind.name().to_owned();
    let happened = words(&entry.happened());
    // A restart or handover often is called just so.
    if !happened.is_empty() && happened != format!("`{out}`") {
        out = format!("{out} {happened}");
    }
    if entry.event.kind == EventKind::System {
        out = happened;
    }
    match marks.is_empty() {
        true => out,
        false => format!("{out} ({})", marks.join(", ")),
    }
}

fn deeds(done: &mut Vec<String>) -> String {
    format!("→ {}", std::mem::take(done).join(" · "))
}

fn note(note: &Note, most: usize) -> String {
    format!(
        "**Note** by {}\n\n{}",
        code(&note.reviewer),
        quote(&note.text, most)
    )
}

fn words(phrase: &Phrase<'_>) -> String {
    let pieces = phrase.iter().map(|piece| match piece {
        Piece::Own(words) => words.clone().into_owned(),
        Piece::Log(text) => code(text),
        Piece::At(at) => account::utc(*at),
    });
    pieces.collect()
}

/// A name or value within a sentence, cut where it is long.
pub(super) fn code(text: &Untrusted) -> String {
    match text.is_empty() {
        true => "(empty)".to_owned(),
        false => span(text.preview(VALUE).as_str()),
    }
}

/// A text with its line breaks, as a quotation.
fn quote(text: &Untrusted, most: usize) -> String {
    let raw = text.for_export();
    let end = raw.char_indices().nth(most).map_or(raw.len(), |(i, _)| i);
    let safe = SafeText::block(&raw[..end]);
    let shown = safe.as_str().trim_end_matches('\n');
    let mut lines: Vec<String> = match shown.is_empty() {
        true => vec!["(empty)".to_owned()],
        false => shown.split('\n').map(span).collect(),
    };
    if end < raw.len() {
        let rest = raw[end..].chars().count() as u64;
        lines.push(format!("({} more characters)", figure(rest)));
    }
    format!("> {}", lines.join("\\\n> "))
}

fn indented(block: &str) -> String {
    let lines = block.lines().map(|line| format!("  {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// One line of harmless text as a code span; nothing where there is nothing.
fn span(line: &str) -> String {
    if line.is_empty() {
        return String::new();
    }
    let runs: Vec<usize> = line
        .split(|c| c != '`')
        .map(str::len)
        .filter(|n| *n > 0)
        .collect();
    let free = (1..=FENCE).find(|n| !runs.contains(n));
    let Some(fence) = free.map(|n| "`".repeat(n)) else {
        // No fence is left that it does not hold: made to look so, and nothing else.
        return format!("`{}`", line.replace('`', "\u{2cb}"));
    };
    let ends = |c: char| line.starts_with(c) && line.ends_with(c);
    let is_blank = line.bytes().all(|b| b == b' ');
    // A parser takes one space off both ends, where both have one.
    let pad = if line.starts_with('`') || line.ends_with('`') || ends(' ') && !is_blank {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{line}{pad}{fence}")
}
