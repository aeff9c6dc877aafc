//! `:anonymize`: people under pseudonyms and personal data masked, on the whole screen. What is shown is
//! forgotten and read again; the workers hide.

use super::App;
use super::trail::Trail;
use crate::filter::{self, Field, ValueKind};
use crate::text::redact::{find, redact};
use crate::tui::msg::{Cmd, Msg};

impl App {
    /// Hides who said it and personal data, or shows them again.
    pub(super) fn toggle_hiding(&mut self) {
        self.hidden = !self.hidden;
        self.popup = None;
        self.line = None;
        self.list.forget_lines();
        self.reader.forget();
        let awaited = self.reader.row();
        self.reader.open = None;
        self.reader.awaited = awaited;
        self.learning.forget();
        self.notes.forget();
        // Words that were looked for may be a name.
        self.find = None;
        self.previous = None;
        self.trail = Trail::default();
        self.send(Cmd::Hide(self.hidden));
        self.run_view();
        if let Some(row) = awaited {
            let filter = std::sync::Arc::clone(&self.view.filter);
            self.send(Cmd::Open(row, filter));
        }
        self.say(match self.hidden {
            true => "pseudonyms for people, personal data masked; filters still see the real data",
            false => "names and data are shown again",
        });
    }

    /// A filter as it may be shown: what is hidden on the screen is not to be read in its title.
    pub fn shown_filter<'f>(&self, filter: &'f str) -> &'f str {
        match self.hidden && names_people(filter) {
            true => "…",
            false => filter,
        }
    }

    /// The message, unless it was read on the other side of the switch.
    pub(super) fn past_the_veil(&self, msg: Msg) -> Option<Msg> {
        match msg {
            Msg::Hidden(msg) => self.hidden.then_some(*msg),
            Msg::Written(mut ack) if self.hidden => {
                ack.summary = without_words(&ack.summary);
                Some(Msg::Written(ack))
            }
            msg => (!self.hidden || !msg.has_data()).then_some(msg),
        }
    }
}

/// True for fields whose values are people, or may be anything.
pub fn tells_people(field: Field) -> bool {
    matches!(
        field,
        Field::User | Field::Agent | Field::Slot | Field::Meta | Field::Entity
    )
}

/// True for a filter in which people may be named: by an id, or by words and values that may be anything.
pub fn names_people(filter: &str) -> bool {
    let Ok(filter) = filter::parse(filter) else {
        return true;
    };
    let mut named = !find("", &filter.to_string()).is_empty();
    filter.each_term(&mut |term| {
        let kind = term.field.info().kind;
        named |= tells_people(term.field)
            || term.field == Field::Id
            || matches!(kind, ValueKind::Words | ValueKind::Named);
    });
    named
}

/// What was done, without the words that were written.
pub fn without_words(summary: &str) -> String {
    let written = ["note: ", "corrected: "];
    let at = written
        .iter()
        .filter_map(|words| Some(summary.find(words)? + words.len() - 2));
    match at.min() {
        Some(end) => summary[..end].to_owned(),
        None => redact(summary).into_owned(),
    }
}
