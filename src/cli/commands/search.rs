//! `search`: messages that say something, with what was said before and after.
//!
//! The search index narrows the conversations, as for any filter; only those are read. Results leave as
//! they are found.

use std::ops::Range;

use serde::Serialize;

use crate::cli::args::SearchArgs;
use crate::cli::output::{Highlight, Out};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::filter::{self, Field, Filter, Words, spans};
use crate::model::{Event, Millis, SortKey};
use crate::store::Whole;
use crate::text::{self, SafeText};

/// Columns before the text of a line: id, number, time, speaker.
const TEXT_COLUMN: usize = 32;
/// Columns that a text has at least, however narrow the terminal.
const LEAST_TEXT: usize = 20;

pub(crate) fn run(session: &Session, args: &SearchArgs, out: &mut Out) -> Result<(), Error> {
    let wanted = Wanted::parse(&args.text)?;
    let narrowed = select::parse(&args.filter.words)?;
    let store = session.read()?;
    let filter = Filter::and(vec![wanted.of_conversations(), narrowed]);
    let answer = select::answer(session, &store, filter, SortKey::default(), false)?;
    let shown = Shown {
        context: args.context,
        width: out.columns().saturating_sub(TEXT_COLUMN).max(LEAST_TEXT),
        highlight: session.highlight(out),
        now: session.clock.now(),
    };
    let mut left = args.limit.unwrap_or(usize::MAX);
    let mut any = false;
    for row in &answer.rows {
        if left == 0 {
            break;
        }
        let Some(whole) = store.whole(*row)? else {
            continue; // Removed meanwhile.
        };
        let hits: Vec<usize> = wanted.hits(&whole).take(left).collect();
        if hits.is_empty() {
            continue;
        }
        left -= hits.len();
        if args.json {
            for seq in hits {
                out.json(&wanted.result(&whole, seq, args.context))?;
            }
        } else {
            if any {
                out.line("")?;
            }
            shown.conversation(&whole, &wanted, &hits, out)?;
        }
        any = true;
        // The first results show while the next are looked for.
        out.flush()?;
    }
    if !any {
        out.note(&match answer.rows.is_empty() {
            true => select::nothing(&answer),
            false => "nothing matches: no single message says it".to_owned(),
        });
    }
    Ok(())
}

/// What a message has to say.
struct Wanted {
    text: Filter,
    /// What is marked in it.
    words: Vec<Words>,
}

impl Wanted {
    /// Words and phrases of the filter language, and nothing else of it: all in one message.
    fn parse(text: &str) -> Result<Self, Error> {
        let parsed = filter::parse(text)?;
        let is_words =
            |field: Field| matches!(field, Field::Text | Field::UserText | Field::BotText);
        if let Some(term) = filter::terms(&parsed).iter().find(|t| !is_words(t.field)) {
            let name = term.field.name();
            return Err(Error::usage(format!("`{name}:` says nothing of a message")).hint(
                "what is looked for comes first, the filter after it: afterword search refund is:problem",
            ));
        }
        let words = filter::hit_words(&parsed);
        if words.is_empty() {
            return Err(Error::usage("there is no word to look for")
                .hint("afterword search refund, or a phrase: afterword search '\"lost order\"'"));
        }
        Ok(Self {
            text: parsed,
            words,
        })
    }

    /// Holds of every conversation in which one message may say it.
    fn of_conversations(&self) -> Filter {
        loosened(&self.text)
    }

    /// Numbers of the messages that say it, ascending.
    fn hits<'a>(&'a self, whole: &'a Whole) -> impl Iterator<Item = usize> + 'a {
        let messages = whole.events.iter().enumerate();
        messages
            .filter(|(_, e)| e.kind.author().is_some() && said(&self.text, e))
            .map(|(seq, _)| seq)
    }

    /// Bytes of a message that are the words.
    fn marks(&self, event: &Event, text: &str) -> Vec<Range<usize>> {
        let of_side = |w: &&Words| filter::side_of(w.field, event);
        spans(text, &self.words.iter().filter(of_side).collect::<Vec<_>>())
    }

    fn result<'a>(&self, whole: &'a Whole, seq: usize, context: usize) -> Hit<'a> {
        let text = said_text(&whole.events[seq]).unwrap_or_default();
        let characters = |bytes: usize| text[..bytes].chars().count();
        let (before, after) = around(whole, seq, context);
        let message = |seq: usize| Message::of(&whole.events[seq], seq);
        Hit {
            id: whole.card.id.to_string(),
            message: message(seq),
            before: before.into_iter().map(message).collect(),
            after: after.into_iter().map(message).collect(),
            hits: self
                .marks(&whole.events[seq], text)
                .iter()
                .map(|r| [characters(r.start), characters(r.end)])
                .collect(),
        }
    }
}

/// The filter without what it excludes: what one message does not say, another of the conversation may.
fn loosened(filter: &Filter) -> Filter {
    match filter {
        Filter::And(parts) => Filter::and(parts.iter().map(loosened).collect()),
        Filter::Or(parts) => Filter::or(parts.iter().map(loosened).collect()),
        Filter::Not(_) | Filter::Everything => Filter::Everything,
        Filter::Turn { .. } | Filter::Term(_) => filter.clone(),
    }
}

/// True if the message by itself says what is asked for.
fn said(filter: &Filter, event: &Event) -> bool {
    match filter {
        Filter::Everything => true,
        Filter::And(parts) => parts.iter().all(|p| said(p, event)),
        Filter::Or(parts) => parts.iter().any(|p| said(p, event)),
        Filter::Not(inner) => !said(inner, event),
        Filter::Turn { inner, .. } => said(inner, event),
        Filter::Term(term) => Words::of(term).said_in(event),
    }
}

fn said_text(event: &Event) -> Option<&str> {
    event.text.as_ref().map(|t| t.for_search())
}

/// Numbers of the messages around one, in their order.
fn around(whole: &Whole, seq: usize, context: usize) -> (Vec<usize>, Vec<usize>) {
    let is_message = |s: &usize| {
        let event = &whole.events[*s];
        event.kind.author().is_some() && event.text.is_some()
    };
    let mut before: Vec<usize> = (0..seq).rev().filter(is_message).take(context).collect();
    before.reverse();
    let after = (seq + 1..whole.events.len())
        .filter(is_message)
        .take(context);
    (before, after.collect())
}

/// A message in JSON.
#[derive(Serialize)]
struct Message<'a> {
    seq: usize,
    at: Option<String>,
    kind: &'static str,
    text: Option<&'a str>,
}

impl<'a> Message<'a> {
    fn of(event: &'a Event, seq: usize) -> Self {
        Self {
            seq,
            at: event.at.map(Millis::to_rfc3339),
            kind: event.kind.name(),
            text: event.text.as_ref().map(|t| t.for_export()),
        }
    }
}

/// One line of `--json`. `hits` are characters of `text`, from the first to the one after the last.
#[derive(Serialize)]
struct Hit<'a> {
    id: String,
    #[serde(flatten)]
    message: Message<'a>,
    before: Vec<Message<'a>>,
    after: Vec<Message<'a>>,
    hits: Vec<[usize; 2]>,
}

/// How results are shown to people.
struct Shown {
    context: usize,
    /// Columns of a text.
    width: usize,
    highlight: Highlight,
    now: Millis,
}

impl Shown {
    /// A line about the conversation, then its hits, each with the messages around it; where something is
    /// left out between them, a line says so.
    fn conversation(
        &self,
        whole: &Whole,
        wanted: &Wanted,
        hits: &[usize],
        out: &mut Out,
    ) -> Result<(), Error> {
        let card = &whole.card;
        let who = card
            .attributes
            .user_name
            .as_ref()
            .unwrap_or(&card.external_id);
        let when = card.ended.map(|t| text::day_time(t.0, self.now.0));
        out.line(&format!(
            "{:.8}  {}  {}",
            card.id,
            who.line().as_str(),
            when.unwrap_or_default()
        ))?;
        let mut lines: Vec<usize> = Vec::new();
        for &seq in hits {
            let (before, after) = around(whole, seq, self.context);
            lines.extend(before.into_iter().chain([seq]).chain(after));
        }
        lines.sort_unstable();
        lines.dedup();
        let mut last = None;
        for seq in lines {
            let skipped = last.is_some_and(|last| around(whole, seq, 1).0 != [last]);
            if skipped && self.context > 0 {
                out.line("  …")?;
            }
            last = Some(seq);
            self.message(whole, wanted, seq, hits.contains(&seq), out)?;
        }
        Ok(())
    }

    /// `7kq2m4xd:12  14:03  user  …`; what stands around a hit has a hyphen in the place of the colon.
    fn message(
        &self,
        whole: &Whole,
        wanted: &Wanted,
        seq: usize,
        hit: bool,
        out: &mut Out,
    ) -> Result<(), Error> {
        let event = &whole.events[seq];
        let raw = said_text(event).unwrap_or_default();
        let place = format!("{:.8}{}{seq}", whole.card.id, if hit { ':' } else { '-' });
        let time = event.at.map(|t| text::clock_time(t.0)).unwrap_or_default();
        let mut line = format!("{place:<13} {time:>8} {:<8} ", event.kind.name());
        let marks = match hit {
            true => wanted.marks(event, raw),
            false => Vec::new(),
        };
        let safe = SafeText::line(raw);
        let first = marks.first().map_or(0..0, |m| safe.indices_of(m.clone()));
        let part = safe.around(first, self.width);
        line.push_str(if part.before { "…" } else { "" });
        let is_marked = |i: usize| {
            let at = safe.cluster(i).map_or(0, |c| c.start);
            marks.iter().any(|m| m.contains(&at))
        };
        let mut at = part.clusters.start;
        while at < part.clusters.end {
            let marked = is_marked(at);
            let rest = (at..part.clusters.end).find(|i| is_marked(*i) != marked);
            let end = rest.unwrap_or(part.clusters.end);
            let words: String = (at..end)
                .filter_map(|i| Some(safe.cluster(i)?.text))
                .collect();
            line.push_str(&match marked {
                true => self.highlight.put_on(&words),
                false => words,
            });
            at = end;
        }
        line.push_str(if part.after { "…" } else { "" });
        out.safe_line(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EventKind;

    fn message(kind: EventKind, text: &str) -> Event {
        Event {
            kind,
            text: Some(text.into()),
            ..Event::default()
        }
    }

    #[test]
    fn one_message_says_all_of_it() {
        for (text, kind, said_by_one) in [
            ("order LOST", EventKind::User, true),
            ("\"lost order\"", EventKind::User, true),
            ("\"order lost\"", EventKind::User, false),
            ("ord*", EventKind::User, true),
            ("ord", EventKind::User, false),
            ("lost parcel", EventKind::User, false),
            ("parcel OR lost", EventKind::User, true),
            ("order -lost", EventKind::User, false),
            ("user_text:order", EventKind::User, true),
            ("user_text:order", EventKind::Bot, false),
        ] {
            let wanted = Wanted::parse(text).unwrap();
            let event = message(kind, "my lost order");
            assert_eq!(said(&wanted.text, &event), said_by_one, "{text}");
        }
    }

    #[test]
    fn what_is_no_word_is_refused() {
        for text in ["", "is:problem", "refund is:problem", "-refund", "\"?!\""] {
            assert!(Wanted::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn conversations_are_not_narrowed_by_what_one_message_does_not_say() {
        for (text, narrowed) in [
            ("order -lost", "order"),
            ("order (lost OR -parcel)", "order"),
            ("order (lost OR parcel)", "order (lost OR parcel)"),
            ("\"lost order\" user_text:x", "\"lost order\" user_text:x"),
        ] {
            let wanted = Wanted::parse(text).unwrap();
            assert_eq!(wanted.of_conversations(), filter::parse(narrowed).unwrap());
        }
    }
}
