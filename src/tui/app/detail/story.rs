//! The tab Story: what led to an event, as a Rasa story with the slots that were set.

use super::doc::Doc;
use crate::export::rasa::story::lines;
use crate::store::Whole;
use crate::text::Untrusted;
use crate::tui::theme::Role;

/// The story up to and including event `seq`; `key` copies it.
pub fn doc(whole: &Whole, seq: usize, key: &str) -> Doc {
    let mut doc = Doc::default();
    let words = format!("the story up to this event · {key} copies it");
    doc.say(0, &words, Role::Dim);
    for line in lines(whole, Some(seq)) {
        let line = line.for_search();
        doc.line(0);
        let text = line.trim_start();
        let (indent, text) = line.split_at(line.len() - text.len());
        doc.add(indent, Role::Plain);
        // The key of a step apart from what it says.
        match text.split_once(": ").filter(|_| !text.starts_with('#')) {
            Some((key, value)) => {
                doc.add(key, Role::Tag);
                doc.add(": ", Role::Dim);
                doc.add(value, Role::Plain);
            }
            None => doc.add(text, Role::Dim),
        }
    }
    doc
}

/// The same as text to paste into a `stories:` list.
pub fn text(whole: &Whole, seq: usize) -> String {
    let lines = lines(whole, Some(seq));
    let lines: Vec<&str> = lines.iter().map(Untrusted::for_export).collect();
    lines.join("\n") + "\n"
}
