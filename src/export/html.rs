//! Transcripts as one HTML file, to read on any device: no scripts, nothing remote, and a policy that forbids
//! both. What comes from a log goes through [`escaped`], as text and as attribute, and nothing else writes it.
//!
//! Conversations are written as they come, so that any number of them takes little memory. The index is
//! written last and put first by the style; a link at the top leads to it where there is no style.

use std::io::{Result, Write};

use super::account::{self, Entry, Phrase, Piece};
use super::outgoing::Outgoing;
use super::output::{Output, Written};
use crate::model::{ConversationId, CorrectionField, EventKind, Link, Note, string_of};
use crate::store::Whole;
use crate::text::{SafeText, figure};

/// Columns of a conversation's name in the index.
const NAME: usize = 60;

/// `export --as html`.
#[derive(Debug, Default)]
pub struct Html {
    /// A line of the index for each conversation.
    index: Vec<String>,
}

impl Output for Html {
    fn take(&mut self, out: &mut dyn Write, conversation: &Outgoing) -> Result<()> {
        let whole = conversation.whole();
        if self.index.is_empty() {
            begin(out)?;
        }
        self.index.push(index_line(whole));
        article(out, whole)
    }

    fn finish(self: Box<Self>, out: &mut dyn Write) -> Result<Written> {
        if self.index.is_empty() {
            begin(out)?;
        }
        let count = self.index.len() as u64;
        let words = match count {
            1 => "1 conversation".to_owned(),
            n => format!("{} conversations", figure(n)),
        };
        writeln!(
            out,
            "<nav id=\"index\" aria-label=\"Conversations\">\n<p>{words}</p>\n<ol>"
        )?;
        for line in &self.index {
            out.write_all(line.as_bytes())?;
        }
        out.write_all(b"</ol>\n</nav>\n</body>\n</html>\n")?;
        Ok(Written {
            count,
            unit: "conversations",
            ..Written::default()
        })
    }
}

fn begin(out: &mut dyn Write) -> Result<()> {
    let style = include_str!("html/style.css");
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Conversations</title>\n<style>\n{style}</style>\n</head>\n<body>\n\
         <header>\n<h1>Conversations</h1>\n\
         <p class=\"who\">Times are UTC. <a href=\"#index\">Index</a></p>\n</header>\n"
    )
}

fn index_line(whole: &Whole) -> String {
    let card = &whole.card;
    let mut more = Vec::new();
    more.extend(card.started.map(account::utc));
    if card.problems > 0 {
        more.push(match card.problems {
            1 => "1 problem".to_owned(),
            n => format!("{} problems", figure(u64::from(n))),
        });
    }
    let name = card.external_id.preview(NAME);
    format!(
        "<li><a href=\"#c-{}\">{}</a> <span class=\"who\">{}</span></li>\n",
        card.id,
        isolated(&name),
        escaped(&more.join(" · "))
    )
}

fn article(out: &mut dyn Write, whole: &Whole) -> Result<()> {
    let id = whole.card.id;
    let language = match language(whole) {
        Some(tag) => format!(" lang=\"{tag}\""),
        None => String::new(),
    };
    writeln!(
        out,
        "<article id=\"c-{id}\">\n<h2>{}</h2>\n<dl>",
        isolated(&whole.card.external_id.line())
    )?;
    for fact in account::facts(whole) {
        writeln!(
            out,
            "<dt>{}</dt><dd>{}</dd>",
            escaped(fact.label),
            words(&fact.is)
        )?;
    }
    writeln!(out, "<dt>link</dt><dd>{}</dd>\n</dl>", Link::to(id, None))?;
    for note in account::notes(whole) {
        writeln!(out, "{}", note_html(note))?;
    }
    // An empty list would be no fault, but says nothing.
    let entries = account::entries(whole, 0..whole.events.len());
    writeln!(out, "<ol class=\"talk\">")?;
    let mut done: Vec<&Entry<'_>> = Vec::new();
    for entry in &entries {
        let is_message = entry.speaker().is_some();
        let remarkable = entry.flagged || !entry.notes.is_empty();
        if entry.quiet && !remarkable {
            continue;
        }
        if !is_message && !remarkable {
            done.push(entry);
            continue;
        }
        deeds(out, id, &mut done)?;
        match entry.speaker() {
            Some(speaker) => message(out, id, entry, speaker, &language)?,
            None => remarked(out, id, entry)?,
        }
    }
    deeds(out, id, &mut done)?;
    out.write_all(b"</ol>\n</article>\n")
}

/// The shown language, where it looks like a language tag: it goes into an attribute.
fn language(whole: &Whole) -> Option<String> {
    let corrected = whole.review.corrected(None, CorrectionField::Language);
    let shown = corrected
        .and_then(string_of)
        .or_else(|| whole.card.attributes.language.clone())?;
    let tag = shown.for_export();
    let mut parts = tag.split('-');
    let first = parts.next()?;
    let fits = |part: &str, least| {
        (least..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let is_tag = fits(first, 2)
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && tag.len() <= 35
        && parts.all(|part| fits(part, 1));
    is_tag.then(|| escaped(tag))
}

fn message(
    out: &mut dyn Write,
    id: ConversationId,
    entry: &Entry<'_>,
    speaker: &'static str,
    language: &str,
) -> Result<()> {
    let event = entry.event;
    let mut class = event.kind.name().to_owned();
    if matches!(entry.trouble, Some("not understood" | "fallback")) {
        class.push_str(" trouble");
    }
    if event.reverted {
        class.push_str(" back");
    }
    write!(
        out,
        "<li class=\"{class}\"{}>\n<p class=\"who\"><b>{speaker}</b>{}{}</p>\n",
        anchor(id, entry),
        time(entry),
        marks(entry)
    )?;
    if let Some(text) = &event.text {
        let text = marked(&text.block());
        writeln!(out, "<p class=\"said\" dir=\"auto\"{language}>{text}</p>")?;
    }
    for phrase in entry.under() {
        writeln!(out, "<p class=\"under\">{}</p>", words(&phrase))?;
    }
    ranking(out, entry)?;
    for note in &entry.notes {
        writeln!(out, "{}", note_html(note))?;
    }
    out.write_all(b"</li>\n")
}

/// The alternatives of a prediction, folded.
fn ranking(out: &mut dyn Write, entry: &Entry<'_>) -> Result<()> {
    let Some(prediction) = &entry.event.intent else {
        return Ok(());
    };
    if prediction.ranking.len() < 2 {
        return Ok(());
    }
    writeln!(
        out,
        "<details><summary>Ranking: {} intents</summary><ol>",
        prediction.ranking.len()
    )?;
    for ranked in &prediction.ranking {
        let figure = ranked.confidence.map(account::figure).unwrap_or_default();
        writeln!(out, "<li>{}{figure}</li>", isolated(&ranked.name.line()))?;
    }
    out.write_all(b"</ol></details>\n")
}

/// What was done between two messages, folded under how much it was.
fn deeds(out: &mut dyn Write, id: ConversationId, done: &mut Vec<&Entry<'_>>) -> Result<()> {
    if done.is_empty() {
        return Ok(());
    }
    let mut kinds: Vec<(EventKind, usize)> = Vec::new();
    for entry in done.iter() {
        match kinds.iter_mut().find(|k| k.0 == entry.event.kind) {
            Some((_, n)) => *n += 1,
            None => kinds.push((entry.event.kind, 1)),
        }
    }
    let counts: Vec<String> = kinds.iter().map(|k| counted(k.0, k.1)).collect();
    let mut marked: Vec<String> = Vec::new();
    for mark in done.iter().flat_map(|entry| entry.marks()) {
        let mark = mark_html(mark);
        if !marked.contains(&mark) {
            marked.push(mark);
        }
    }
    writeln!(
        out,
        "<li class=\"did\"><details><summary>{}{}</summary><ul>",
        counts.join(", "),
        marked.concat()
    )?;
    for entry in done.drain(..) {
        writeln!(
            out,
            "<li{}>{}{}{}</li>",
            anchor(id, entry),
            deed(entry),
            time(entry),
            marks(entry)
        )?;
    }
    out.write_all(b"</ul></details></li>\n")
}

fn counted(kind: EventKind, n: usize) -> String {
    let word = match kind {
        EventKind::System => "event",
        other => other.name(),
    };
    match n {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    }
}

/// Something done that is flagged or has notes: not folded.
fn remarked(out: &mut dyn Write, id: ConversationId, entry: &Entry<'_>) -> Result<()> {
    writeln!(
        out,
        "<li class=\"did\"{}>\n<p class=\"under\">{}{}{}</p>",
        anchor(id, entry),
        deed(entry),
        time(entry),
        marks(entry)
    )?;
    for note in &entry.notes {
        writeln!(out, "{}", note_html(note))?;
    }
    out.write_all(b"</li>\n")
}

fn deed(entry: &Entry<'_>) -> String {
    format!("{} {}", entry.event.kind.name(), words(&entry.happened()))
}

/// Events have no name of their own across conversations: equal ones have equal keys.
fn anchor(id: ConversationId, entry: &Entry<'_>) -> String {
    format!(" id=\"e-{id}-{}\"", entry.seq)
}

fn time(entry: &Entry<'_>) -> String {
    match (entry.event.at, &entry.when) {
        (Some(at), Some(when)) => {
            format!(" <time datetime=\"{}\">{when}</time>", at.to_rfc3339())
        }
        _ => String::new(),
    }
}

fn marks(entry: &Entry<'_>) -> String {
    entry.marks().into_iter().map(mark_html).collect()
}

/// A mark has a sign, words and a colour: any one of them is enough.
fn mark_html(mark: &str) -> String {
    let (class, sign) = match mark {
        "not understood" | "fallback" => ("bad", "✗"),
        "unsure" => ("warn", "?"),
        "flagged" => ("warn", "⚑"),
        _ => ("", "↶"),
    };
    format!(
        " <span class=\"mark {class}\">{sign} {}</span>",
        escaped(mark)
    )
}

fn note_html(note: &Note) -> String {
    format!(
        "<div class=\"note\"><p class=\"who\">Note by {} <time datetime=\"{}\">{}</time></p>\
         <p class=\"said\" dir=\"auto\">{}</p></div>",
        isolated(&note.reviewer.line()),
        note.at.to_rfc3339(),
        account::utc(note.at),
        marked(&note.text.block())
    )
}

fn words(phrase: &Phrase<'_>) -> String {
    let pieces = phrase.iter().map(|piece| match piece {
        Piece::Own(words) => escaped(words),
        Piece::Log(text) => isolated(&text.block()),
        Piece::At(at) => account::utc(*at),
    });
    pieces.collect()
}

/// Text that may run the other way, in a sentence of ours.
fn isolated(text: &SafeText) -> String {
    format!("<bdi>{}</bdi>", marked(text))
}

/// Safe text, the pictures of what cannot be shown set apart.
fn marked(text: &SafeText) -> String {
    let mut out = String::with_capacity(text.as_str().len());
    let mut in_mark = false;
    for cluster in text.clusters() {
        if cluster.marker != in_mark {
            out.push_str(if in_mark { "</i>" } else { "<i class=\"m\">" });
            in_mark = cluster.marker;
        }
        out.push_str(&escaped(cluster.text));
    }
    if in_mark {
        out.push_str("</i>");
    }
    out
}

/// Text that is no markup, in a paragraph as in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
