//! A conversation as lines of text for a terminal: `show`, the pager. What they say is the account that
//! every transcript tells; here every event has its line.

use std::ops::Range;

use super::account::{self, Entry, Phrase, Piece};
use crate::model::{Millis, Note};
use crate::store::Whole;
use crate::text;

/// The events in `range` as harmless lines, under the head; times are those of the computer's zone.
pub fn lines(whole: &Whole, range: Range<usize>, now: Millis) -> Vec<String> {
    let card = &whole.card;
    let mut out = vec![format!("{}  {}", card.external_id.line().as_str(), card.id)];
    let facts = account::facts(whole);
    let decided = facts.iter().position(|f| f.label == "status");
    let (about, decided) = facts.split_at(decided.unwrap_or(facts.len()));
    for facts in [about, decided].into_iter().filter(|f| !f.is_empty()) {
        let facts = facts
            .iter()
            .map(|fact| format!("{} {}", fact.label, plain(&fact.is, now)));
        out.push(facts.collect::<Vec<_>>().join(" · "));
    }
    out.extend(account::notes(whole).map(|n| note(n, 0)));
    out.push(String::new());
    for entry in account::entries(whole, range) {
        out.push(line(&entry, now));
        out.extend(entry.notes.iter().map(|n| note(n, 23)));
    }
    out
}

fn line(entry: &Entry<'_>, now: Millis) -> String {
    let event = entry.event;
    let time = event.at.map(|t| text::clock_time(t.0)).unwrap_or_default();
    let flag = if entry.flagged { "!" } else { " " };
    let undone = if event.reverted { "~~" } else { "" };
    let mut words = match (entry.speaker(), &event.text) {
        (Some(_), Some(said)) => said.line().as_str().to_owned(),
        (Some(_), None) => String::new(),
        (None, _) => plain(&entry.happened(), now),
    };
    for under in entry.under() {
        words.push_str(&format!("  [{}]", plain(&under, now)));
    }
    format!(
        "{:>4}{flag} {time:>8} {:<7} {undone}{words}",
        entry.seq,
        event.kind.name()
    )
}

fn note(note: &Note, column: usize) -> String {
    format!(
        "{:column$}\"{}: {}",
        "",
        note.reviewer.line().as_str(),
        note.text.line().as_str()
    )
}

fn plain(phrase: &Phrase<'_>, now: Millis) -> String {
    let pieces = phrase.iter().map(|piece| match piece {
        Piece::Own(words) => words.clone().into_owned(),
        Piece::Log(text) => text.line().as_str().to_owned(),
        Piece::At(at) => text::day_time(at.0, now.0),
    });
    pieces.collect()
}
