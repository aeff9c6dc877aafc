//! Decisions: what a key changes, shown at once, written by the writer, taken back if that fails.

use super::App;
use crate::model::{
    Ack, Change, Edit, EventTarget, Millis, Note, NoteId, Review, Set, Status, Target, Verdict,
};
use crate::store::CardReview;
use crate::text::Untrusted;
use crate::tui::layout::Pane;
use crate::tui::msg::Cmd;

/// What `.` repeats.
#[derive(Clone, Debug)]
pub enum Repeat {
    /// A tag, on.
    Tag(Untrusted),
    /// A flag: of the conversation, or of the event.
    Flag(bool),
    /// A note's text.
    Note(Untrusted),
}

/// The words of the status line.
#[derive(Clone, Debug, Default)]
pub struct StatusLine {
    /// What happened.
    pub text: String,
    /// It is about a failure.
    pub error: bool,
    /// Only about the last key: gone with the next one.
    pub passing: bool,
    /// Proof that the last change is durable: nothing else makes the line say `written`.
    pub written: Option<Ack>,
}

impl App {
    /// The rows that a decision key is about: in the reader the open conversation, else marks or cursor.
    fn decided_rows(&self) -> Vec<i64> {
        match self.focus {
            Pane::Reader => self.reader.row().into_iter().collect(),
            Pane::List | Pane::Sidebar => self.list.targets(),
        }
    }

    /// A range that has begun is what the next decision is about.
    pub(super) fn take_range(&mut self) {
        if self.focus == Pane::List {
            self.list.mark_range();
        }
    }

    /// A status key.
    pub(super) fn decide_status(&mut self, status: Status) {
        self.decide(vec![Set::Status(status)], status != Status::Unread);
    }

    /// A verdict key. On unread conversations it makes them reviewed: one change, one undo.
    pub(super) fn decide_verdict(&mut self, verdict: Verdict) {
        let rows = self.decided_rows();
        let listed = rows.iter().any(|row| {
            let place = self.list.place_of(*row);
            place.is_some_and(|p| self.list.statuses[p] == Status::Unread)
        });
        let open = self.reader.open.as_ref().map(|o| &o.whole);
        let unread = listed
            || open
                .is_some_and(|w| w.review.status == Status::Unread && rows.contains(&w.card.row));
        let mut sets = vec![Set::Verdict(Some(verdict))];
        if unread {
            sets.push(Set::Status(Status::Reviewed));
        }
        self.decide(sets, true);
    }

    fn decide(&mut self, sets: Vec<Set>, advance: bool) {
        let rows = self.decided_rows();
        if rows.is_empty() {
            return self.say("nothing here to decide on");
        }
        self.apply_rows(rows, sets);
        if advance && self.list.marks.is_empty() {
            self.advance();
        }
        self.list.unmark();
        self.list.range = None;
    }

    /// Shows and writes sets on whole conversations.
    pub(super) fn apply_rows(&mut self, rows: Vec<i64>, sets: Vec<Set>) {
        let bulk = (rows.len() > 1).then(|| self.view.text.clone());
        let ticket = self.show_at_once(&rows, &sets);
        self.status = StatusLine {
            text: self.words(&rows, &sets),
            ..StatusLine::default()
        };
        self.send(Cmd::Decide {
            ticket,
            rows,
            sets,
            bulk,
        });
    }

    /// Goes to the next undecided conversation of the frozen list; the reader follows.
    fn advance(&mut self) {
        match self.list.next_undecided(false) {
            Some(place) => self.list.cursor = place,
            None if self.focus == Pane::Reader && self.list.rows.len() > 1 => {
                self.status
                    .text
                    .push_str(" · nothing undecided is left in this list");
            }
            None => self.list.step(1),
        }
        self.follow();
    }

    fn words(&self, rows: &[i64], sets: &[Set]) -> String {
        let what: Vec<String> = sets.iter().map(set_words).collect();
        format!("{}: {}", self.whom(rows), what.join(", "))
    }

    /// One conversation by its name, several by their number.
    pub(super) fn whom(&self, rows: &[i64]) -> String {
        match rows {
            [row] => match self.list.card(*row) {
                Some(card) => card.external_id.line().cut(30).as_str().to_owned(),
                None => "this conversation".to_owned(),
            },
            many => format!("{} conversations", crate::tui::figure(many.len() as u64)),
        }
    }

    /// Shows and writes a change of one event of the open conversation.
    fn apply_event(&mut self, event: EventTarget, set: Set, words: String) {
        let Some(card) = self.reader.open.as_ref().map(|o| &o.whole.card) else {
            return;
        };
        let (row, conversation) = (card.row, card.id);
        let ticket = self.show_event_at_once(row, event, &set);
        self.status = StatusLine {
            text: words,
            ..StatusLine::default()
        };
        let edit = Edit {
            targets: vec![Target {
                conversation,
                event: Some(event),
            }],
            set,
        };
        self.send(Cmd::Apply {
            ticket,
            change: Change {
                edits: vec![edit],
                bulk: None,
            },
        });
    }

    /// `f` and `F`.
    pub(super) fn flag(&mut self, conversation: bool) {
        let event = self.reader.open.as_ref().and_then(|o| o.target());
        match (self.focus, event) {
            (Pane::Reader, Some(event)) if !conversation => {
                let on = !self
                    .reader
                    .open
                    .as_ref()
                    .is_some_and(|o| is_flagged(&o.whole.review, event));
                let words = if on {
                    "event flagged"
                } else {
                    "event no longer flagged"
                };
                self.apply_event(event, Set::Flag(on), words.to_owned());
            }
            _ => {
                let rows = self.decided_rows();
                let Some(first) = rows.first() else { return };
                let on = !self.review_of(*first).is_some_and(|r| r.flagged);
                self.apply_rows(rows, vec![Set::Flag(on)]);
            }
        }
        self.repeat = Some(Repeat::Flag(conversation));
    }

    fn review_of(&self, row: i64) -> Option<&CardReview> {
        let open = self
            .reader
            .open
            .as_ref()
            .filter(|o| o.whole.card.row == row);
        open.map(|o| &o.whole.card.review)
            .or_else(|| self.list.card(row).map(|c| &c.review))
    }

    /// Puts a tag on what is decided on, or takes it off where the first of them has it.
    pub(super) fn toggle_tag(&mut self, name: Untrusted) {
        let rows = self.decided_rows();
        let Some(first) = rows.first() else {
            return self.say("nothing here to tag");
        };
        let on = !self
            .review_of(*first)
            .is_some_and(|r| has_tag(&r.tags, &name));
        self.repeat = Some(Repeat::Tag(name.clone()));
        self.apply_rows(rows, vec![Set::Tag { name, on }]);
    }

    /// What the tag picker decided: several tags on or off, and auto tags dismissed, as one change.
    pub(super) fn set_tags(&mut self, sets: Vec<Set>) {
        let rows = self.decided_rows();
        if rows.is_empty() || sets.is_empty() {
            return;
        }
        let put_on = sets
            .iter()
            .rev()
            .find(|s| matches!(s, Set::Tag { on: true, .. }));
        if let Some(Set::Tag { name, .. }) = put_on {
            self.repeat = Some(Repeat::Tag(name.clone()));
        }
        self.apply_rows(rows, sets);
    }

    /// Tags that the first of the rows to decide on carries: its own and automatic ones.
    pub(super) fn present_tags(&self) -> (Vec<Untrusted>, Vec<Untrusted>) {
        let review = self
            .decided_rows()
            .first()
            .and_then(|row| self.review_of(*row));
        review
            .map(|r| (r.tags.clone(), r.auto_tags.clone()))
            .unwrap_or_default()
    }

    /// Writes a note on the event under the cursor, or on the conversation.
    pub(super) fn write_note(&mut self, text: Untrusted) {
        if text.for_search().trim().is_empty() {
            return self.say("an empty note is not kept");
        }
        let mut id = [0; 16];
        if getrandom::fill(&mut id).is_err() {
            return self.fail("no random numbers from the system: the note was not written");
        }
        self.repeat = Some(Repeat::Note(text.clone()));
        let set = Set::Note {
            id: NoteId(id),
            text: Some(text),
        };
        let event = self.reader.open.as_ref().and_then(|o| o.target());
        match (self.focus, event) {
            (Pane::Reader, Some(event)) => self.apply_event(event, set, "note written".to_owned()),
            _ => {
                let rows: Vec<i64> = self.decided_rows().into_iter().take(1).collect();
                if !rows.is_empty() {
                    self.apply_rows(rows, vec![set]);
                }
            }
        }
    }

    /// `.`: the last tag, flag or note once more, here.
    pub(super) fn repeat_last(&mut self) {
        match self.repeat.clone() {
            Some(Repeat::Tag(name)) => {
                let rows = self.decided_rows();
                if !rows.is_empty() {
                    self.apply_rows(rows, vec![Set::Tag { name, on: true }]);
                }
            }
            Some(Repeat::Flag(conversation)) => self.flag(conversation),
            Some(Repeat::Note(text)) => self.write_note(text),
            None => self.say("nothing to repeat yet: tag, flag or note first"),
        }
    }
}

fn set_words(set: &Set) -> String {
    match set {
        Set::Status(status) => status.name().to_owned(),
        Set::Verdict(Some(verdict)) => verdict.name().to_owned(),
        Set::Verdict(None) => "no verdict".to_owned(),
        Set::Flag(true) => "flagged".to_owned(),
        Set::Flag(false) => "no longer flagged".to_owned(),
        Set::Tag { name, on: true } => format!("tagged {}", name.line().as_str()),
        Set::Tag { name, on: false } => format!("no longer tagged {}", name.line().as_str()),
        Set::AutoTagDismissed { name, .. } => format!("~{} dismissed", name.line().as_str()),
        Set::Note { text: Some(_), .. } => "note written".to_owned(),
        Set::Note { text: None, .. } => "note removed".to_owned(),
        Set::Correction { field, .. } => format!("{} corrected", field.name()),
        Set::Queue(_) => "assigned".to_owned(),
        Set::TagInfo { .. } | Set::TagRename { .. } | Set::TagDelete { .. } => {
            "tag changed".to_owned()
        }
    }
}

fn same(a: &Untrusted, b: &Untrusted) -> bool {
    a.for_search().to_lowercase() == b.for_search().to_lowercase()
}

fn has_tag(tags: &[Untrusted], name: &Untrusted) -> bool {
    tags.iter().any(|t| same(t, name))
}

fn toggle(list: &mut Vec<Untrusted>, name: &Untrusted, on: bool) {
    list.retain(|t| !same(t, name));
    if on {
        list.push(name.clone());
        list.sort();
    }
}

fn is_flagged(review: &Review, event: EventTarget) -> bool {
    review.flagged_events.iter().any(|e| e.key == event.key)
}

/// Shows a set in a line of the list.
pub(super) fn apply_to_card(review: &mut CardReview, set: &Set) {
    match set {
        Set::Status(status) => review.status = *status,
        Set::Verdict(verdict) => review.verdict = *verdict,
        Set::Flag(on) => review.flagged = *on,
        Set::Tag { name, on } => toggle(&mut review.tags, name, *on),
        Set::AutoTagDismissed { name, dismissed } => {
            toggle(&mut review.auto_tags, name, !dismissed)
        }
        Set::Note { text: Some(_), .. } => review.notes += 1,
        Set::Note { text: None, .. } => review.notes = review.notes.saturating_sub(1),
        Set::Queue(queue) => review.queue.clone_from(queue),
        Set::Correction { .. }
        | Set::TagInfo { .. }
        | Set::TagRename { .. }
        | Set::TagDelete { .. } => {}
    }
}

/// Shows a set in a conversation, of one event where it is about one.
pub(super) fn apply_to_review(
    review: &mut Review,
    event: Option<EventTarget>,
    set: &Set,
    by: &(Untrusted, Millis),
) {
    match (set, event) {
        (Set::Status(status), _) => review.status = *status,
        (Set::Verdict(verdict), _) => review.verdict = *verdict,
        (Set::Flag(on), None) => review.flagged = *on,
        (Set::Flag(on), Some(event)) => {
            review.flagged_events.retain(|e| e.key != event.key);
            if *on {
                review.flagged_events.push(event);
            }
        }
        (Set::Tag { name, on }, _) => toggle(&mut review.tags, name, *on),
        (Set::AutoTagDismissed { name, dismissed }, _) => {
            toggle(&mut review.auto_tags, name, !dismissed)
        }
        (Set::Note { id, text }, _) => {
            review.notes.retain(|n| n.id != *id);
            if let Some(text) = text {
                let (reviewer, at) = by.clone();
                review.notes.push(Note {
                    id: *id,
                    event,
                    detached: false,
                    text: text.clone(),
                    reviewer,
                    at,
                });
            }
        }
        (Set::Queue(queue), _) => review.queue.clone_from(queue),
        (
            Set::Correction { .. }
            | Set::TagInfo { .. }
            | Set::TagRename { .. }
            | Set::TagDelete { .. },
            _,
        ) => {}
    }
}
