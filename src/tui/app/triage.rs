//! Decisions: what a key changes, shown at once, written by the writer, taken back if that fails.

use std::sync::Arc;

use super::App;
use crate::model::{
    Ack, Change, Edit, EventTarget, Millis, Note, NoteId, Review, Set, Status, Target, Verdict,
};
use crate::store::CardReview;
use crate::text::Untrusted;
use crate::tui::layout::Pane;
use crate::tui::msg::{Cmd, RowsEdit};

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
    /// Proof that the change the line is about is durable: nothing else makes it say `written`.
    pub written: Option<Ack>,
    /// The change the line is about.
    pub(super) ticket: Option<u64>,
}

impl App {
    /// The rows that a decision key is about: in the reader the open conversation, else marks or cursor.
    pub(super) fn decided_rows(&self) -> Arc<[i64]> {
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

    /// The first of them: what it carries says whether a key puts on or takes off.
    pub(super) fn first_decided(&self) -> Option<i64> {
        match self.focus {
            Pane::Reader => self.reader.row(),
            Pane::List | Pane::Sidebar => self.list.first_target(),
        }
    }

    /// A status key.
    pub(super) fn decide_status(&mut self, status: Status) {
        let edit = RowsEdit {
            rows: self.decided_rows(),
            set: Set::Status(status),
        };
        self.decide(vec![edit], status != Status::Unread);
    }

    /// A verdict key. The unread among the conversations become reviewed by it: one change, one undo.
    pub(super) fn decide_verdict(&mut self, verdict: Verdict) {
        let rows = self.decided_rows();
        let is_unread = |row: &&i64| self.status_of(**row) == Some(Status::Unread);
        let unread: Vec<i64> = rows.iter().filter(is_unread).copied().collect();
        let unread = match unread.len() == rows.len() {
            true => Arc::clone(&rows),
            false => unread.into(),
        };
        let mut edits = vec![RowsEdit {
            rows,
            set: Set::Verdict(Some(verdict)),
        }];
        if !unread.is_empty() {
            edits.push(RowsEdit {
                rows: unread,
                set: Set::Status(Status::Reviewed),
            });
        }
        self.decide(edits, true);
    }

    fn status_of(&self, row: i64) -> Option<Status> {
        let listed = self.list.place_of(row).map(|p| self.list.statuses[p]);
        listed.or_else(|| self.reader.known(row).map(|whole| whole.review.status))
    }

    fn decide(&mut self, edits: Vec<RowsEdit>, advance: bool) {
        if edits.iter().all(|e| e.rows.is_empty()) {
            return self.say("nothing here to decide on");
        }
        // In the reader a key is about the conversation there: marks wait for the list.
        let marked = self.focus != Pane::Reader && !self.list.marks.is_empty();
        self.apply_edits(edits);
        if marked {
            self.list.unmark();
        } else if advance {
            self.advance();
        }
        self.list.range = None;
    }

    /// Shows and writes sets on whole conversations.
    pub(super) fn apply_rows(&mut self, rows: &Arc<[i64]>, sets: Vec<Set>) {
        self.apply_edits(edits_of(rows, sets));
    }

    /// The first edit is about all the rows of the change.
    fn apply_edits(&mut self, edits: Vec<RowsEdit>) {
        let Some(rows) = edits.first().map(|e| &e.rows) else {
            return;
        };
        let what: Vec<String> = edits.iter().map(|e| set_words(&e.set)).collect();
        let text = format!("{}: {}", self.whom(rows), what.join(", "));
        self.write_edits(edits, text);
    }

    /// The same in words of one's own.
    pub(super) fn apply_rows_saying(&mut self, rows: &Arc<[i64]>, sets: Vec<Set>, text: String) {
        self.write_edits(edits_of(rows, sets), text);
    }

    fn write_edits(&mut self, edits: Vec<RowsEdit>, text: String) {
        let many = edits.first().is_some_and(|e| e.rows.len() > 1);
        let bulk = many.then(|| self.view.text.clone());
        let ticket = self.show_at_once(&edits);
        self.about(ticket, text);
        self.send(Cmd::Decide {
            ticket,
            edits,
            bulk,
        });
    }

    /// The status line is about this change from now on.
    pub(super) fn about(&mut self, ticket: u64, text: String) {
        self.status = StatusLine {
            text,
            ticket: Some(ticket),
            ..StatusLine::default()
        };
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

    /// One conversation by its name, several by their number.
    pub(super) fn whom(&self, rows: &[i64]) -> String {
        match rows {
            [row] => match self
                .list
                .card(*row)
                .or(self.reader.known(*row).map(|whole| &whole.card))
            {
                Some(card) => card.external_id.line().cut(30).as_str().to_owned(),
                None => "this conversation".to_owned(),
            },
            many => format!("{} conversations", crate::text::figure(many.len() as u64)),
        }
    }

    /// Shows and writes a change of one event of the open conversation.
    fn apply_event(&mut self, event: EventTarget, set: Set, words: String) {
        let Some(card) = self.reader.open.as_ref().map(|o| &o.whole.card) else {
            return;
        };
        let (row, conversation) = (card.row, card.id);
        let ticket = self.show_event_at_once(row, event, std::slice::from_ref(&set));
        self.about(ticket, words);
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

    /// `f` and `F`: the flag on or off; `.` puts it on.
    pub(super) fn flag(&mut self, conversation: bool, wish: Option<bool>) {
        let event = self.reader.open.as_ref().and_then(|o| o.target());
        match (self.focus, event) {
            (Pane::Reader, Some(event)) if !conversation => {
                let open = self.reader.open.as_ref();
                let flagged = open.is_some_and(|o| is_flagged(&o.whole.review, event));
                let on = wish.unwrap_or(!flagged);
                if on == flagged {
                    return self.say("this event is flagged already");
                }
                let words = if on {
                    "event flagged"
                } else {
                    "event no longer flagged"
                };
                self.apply_event(event, Set::Flag(on), words.to_owned());
            }
            _ => {
                let Some(first) = self.first_decided() else {
                    return self.say("nothing here to flag");
                };
                let on = wish.unwrap_or_else(|| !self.review_of(first).is_some_and(|r| r.flagged));
                self.apply_rows(&self.decided_rows(), vec![Set::Flag(on)]);
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
        let Some(first) = self.first_decided() else {
            return self.say("nothing here to tag");
        };
        let on = !self
            .review_of(first)
            .is_some_and(|r| has_tag(&r.tags, &name));
        let rows = self.decided_rows();
        self.repeat = Some(Repeat::Tag(name.clone()));
        self.apply_rows(&rows, vec![Set::Tag { name, on }]);
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
        self.apply_rows(&rows, sets);
    }

    /// Tags that the first of the rows to decide on carries: its own and automatic ones.
    pub(super) fn present_tags(&self) -> (Vec<Untrusted>, Vec<Untrusted>) {
        let review = self.first_decided().and_then(|row| self.review_of(row));
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
                if let Some(row) = self.first_decided() {
                    self.apply_rows(&[row].into(), vec![set]);
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
                    self.apply_rows(&rows, vec![Set::Tag { name, on: true }]);
                }
            }
            Some(Repeat::Flag(conversation)) => self.flag(conversation, Some(true)),
            Some(Repeat::Note(text)) => self.write_note(text),
            None => self.say("nothing to repeat yet: tag, flag or note first"),
        }
    }
}

/// Each of the sets on all of the rows.
fn edits_of(rows: &Arc<[i64]>, sets: Vec<Set>) -> Vec<RowsEdit> {
    let edit = |set| RowsEdit {
        rows: Arc::clone(rows),
        set,
    };
    sets.into_iter().map(edit).collect()
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
        Set::TagInfo { key: Some(key), .. } => format!("on key {key}"),
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
        Set::Correction { field, value } => {
            let before = review.corrected.len() as u32;
            review.corrected.retain(|c| c.0 != *field);
            review
                .corrected
                .extend(value.iter().map(|json| (*field, json.clone())));
            let after = review.corrected.len() as u32;
            review.corrections = (review.corrections + after).saturating_sub(before);
        }
        Set::TagInfo { .. } | Set::TagRename { .. } | Set::TagDelete { .. } => {}
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
        (Set::Correction { field, value }, _) => {
            let key = event.map(|e| e.key);
            let same = |on: &Option<EventTarget>| on.map(|e| e.key) == key;
            review
                .corrections
                .retain(|(on, of, _)| !same(on) || of != field);
            review
                .corrections
                .extend(value.iter().map(|json| (event, *field, json.clone())));
        }
        (Set::TagInfo { .. } | Set::TagRename { .. } | Set::TagDelete { .. }, _) => {}
    }
}
