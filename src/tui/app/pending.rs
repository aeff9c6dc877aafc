//! What is shown before it is known to be durable: put back where it cannot be written, kept against
//! what was read before, and read anew once it is written.

use std::sync::Arc;

use super::App;
use super::triage::{apply_to_card, apply_to_review};
use crate::model::{Ack, EventTarget, Review, Set, Status};
use crate::store::{Card, CardReview, Whole};
use crate::text::Untrusted;
use crate::tui::msg::{Cmd, RowsEdit};

/// Changes of more rows than this are read anew where they can be seen alone.
const MANY: usize = 1000;

/// A change that is shown but not yet known to be durable, with what to put back if it is not.
#[derive(Debug)]
pub struct Pending {
    /// Its ticket.
    pub ticket: u64,
    rows: Arc<[i64]>,
    status: Option<Decided>,
    cards: Vec<(i64, CardReview)>,
    open: Option<(i64, Review, CardReview)>,
}

/// A status that is shown in the list.
#[derive(Debug)]
struct Decided {
    rows: Arc<[i64]>,
    status: Status,
    /// What it was in the list, row by row; of rows that are not listed it does not count.
    before: Vec<Status>,
}

impl Pending {
    fn is_about(&self, row: i64) -> bool {
        // Of a great many it is not worth while to look: one more reading is cheap.
        self.rows.len() > MANY || self.rows.contains(&row)
    }
}

impl App {
    fn begin(&mut self, rows: Arc<[i64]>) -> Pending {
        self.tickets += 1;
        Pending {
            ticket: self.tickets,
            rows,
            status: None,
            cards: Vec::new(),
            open: None,
        }
    }

    /// Waits for a change that shows nothing in the panes. Gives its ticket.
    pub(super) fn show_nothing(&mut self) -> u64 {
        self.await_rows(Arc::default())
    }

    /// Waits for a change that shows elsewhere; these rows are read anew once it is written. Gives its ticket.
    pub(super) fn await_rows(&mut self, rows: Arc<[i64]>) -> u64 {
        let pending = self.begin(rows);
        self.pending.push_back(pending);
        self.tickets
    }

    /// Applies edits to everything on the screen and remembers what to put back. The first is about all
    /// the rows of the change. Gives the ticket.
    pub(super) fn show_at_once(&mut self, edits: &[RowsEdit]) -> u64 {
        let rows = edits.first().map(|e| Arc::clone(&e.rows));
        let mut pending = self.begin(rows.unwrap_or_default());
        for card in self.list.loaded_of(&pending.rows) {
            pending.cards.push((card.row, card.review.clone()));
        }
        for edit in edits {
            for card in self.list.loaded_of(&edit.rows) {
                apply_to_card(&mut card.review, &edit.set);
            }
        }
        pending.status = edits.iter().rev().find_map(|edit| match edit.set {
            Set::Status(status) => Some(Decided {
                rows: Arc::clone(&edit.rows),
                status,
                before: Vec::new(),
            }),
            _ => None,
        });
        self.show_status(&mut pending);
        self.remember_open(&mut pending);
        for edit in edits {
            self.show_in_wholes(&edit.rows, None, &edit.set);
        }
        self.relayout();
        self.pending.push_back(pending);
        self.tickets
    }

    /// Applies sets to one event of the open conversation. Gives the ticket.
    pub(super) fn show_event_at_once(&mut self, row: i64, event: EventTarget, sets: &[Set]) -> u64 {
        let mut pending = self.begin([row].into());
        self.remember_open(&mut pending);
        for set in sets {
            self.show_in_wholes(&[row], Some(event), set);
        }
        self.relayout();
        let counts = self.reader.known(row).map(|w| w.card.review.clone());
        if let (Some(counts), Some(card)) = (counts, self.list.card_mut(row)) {
            pending.cards.push((row, card.review.clone()));
            card.review.flagged_events = counts.flagged_events;
            card.review.notes = counts.notes;
            card.review.corrections = counts.corrections;
        }
        self.pending.push_back(pending);
        self.tickets
    }

    /// Puts the status of a change into the list.
    fn show_status(&mut self, pending: &mut Pending) {
        if let Some(decided) = &mut pending.status {
            decided.before = self.list.decide(&decided.rows, decided.status);
        }
    }

    fn remember_open(&self, pending: &mut Pending) {
        if let Some(open) = &self.reader.open
            && pending.rows.contains(&open.whole.card.row)
        {
            let card = &open.whole.card;
            pending.open = Some((card.row, open.whole.review.clone(), card.review.clone()));
        }
    }

    /// Shows a set in the open conversation, and in those that are here for when they are asked for.
    fn show_in_wholes(&mut self, rows: &[i64], event: Option<EventTarget>, set: &Set) {
        let by = (Untrusted::from(self.reviewer.as_str()), self.now);
        self.reader.change(rows, |whole: &mut Whole| {
            apply_to_review(&mut whole.review, event, set, &by);
            if event.is_none() {
                apply_to_card(&mut whole.card.review, set);
            }
            whole.card.review.flagged_events = whole.review.flagged_events.len() as u32;
            whole.card.review.notes = whole.review.notes.len() as u32;
            whole.card.review.corrections = whole.review.corrections.len() as u32;
        });
    }

    /// True while a change of that row is not known to be durable: what was read of it may be older.
    pub(super) fn is_pending(&self, row: i64) -> bool {
        self.pending.iter().any(|p| p.is_about(row))
    }

    /// A new order of the list: what is not durable yet is shown in it too.
    pub(super) fn show_pending_statuses(&mut self) {
        let mut waiting = std::mem::take(&mut self.pending);
        for pending in &mut waiting {
            self.show_status(pending);
        }
        self.pending = waiting;
    }

    /// Takes lines in; of rows with a change that is not durable yet the review stays as it is shown.
    pub(super) fn take_cards(&mut self, mut cards: Vec<Card>) {
        if !self.pending.is_empty() {
            for card in &mut cards {
                if !self.is_pending(card.row) {
                    continue;
                }
                if let Some(shown) = self.list.card(card.row) {
                    card.review = shown.review.clone();
                } else if let Some(place) = self.list.place_of(card.row) {
                    card.review.status = self.list.statuses[place];
                }
            }
        }
        self.list.take_cards(cards);
    }

    /// A change is durable.
    pub(super) fn written(&mut self, ack: Ack) {
        use crate::model::EntryKind;
        if matches!(ack.kind, EntryKind::Undo | EntryKind::Redo) {
            self.restored(&ack);
            self.status.written = Some(ack);
            return;
        }
        // Not only what changed: what was to be read again meanwhile had to wait for this.
        let pending = self.pending.pop_front();
        if let Some(pending) = &pending {
            self.reread(&pending.rows, false);
        }
        // The line may be about a later change by now, or about something else altogether.
        if pending.is_some_and(|p| self.status.ticket == Some(p.ticket)) {
            self.status.written = Some(ack);
        }
    }

    /// A change would have changed nothing.
    pub(super) fn unchanged(&mut self, ticket: Option<u64>) {
        if let Some(pending) = self.take_pending(ticket) {
            self.reread(&pending.rows, false);
        }
        if self.status.ticket == ticket {
            self.status.text.push_str(" · it was so already");
        }
    }

    fn take_pending(&mut self, ticket: Option<u64>) -> Option<Pending> {
        let at = self.pending.iter().position(|p| Some(p.ticket) == ticket)?;
        self.pending.remove(at)
    }

    /// What an undo or redo brought back is read anew and gone to.
    fn restored(&mut self, ack: &Ack) {
        let mut text = ack.summary.clone();
        if !ack.rows.is_empty() {
            let whom = self.whom(&ack.rows);
            // The summary of a bulk change says already how many they were, where it is all of them.
            let said = text
                .split_once(": ")
                .is_some_and(|(_, rest)| rest.starts_with(&whom));
            if !said {
                text.push_str(&format!(" · {whom}"));
            }
        }
        if let Some(left) = ack.left.first() {
            let more = ack.left.len();
            text.push_str(&format!(
                " · {more} left, changed since by {}",
                left.reviewer.line().as_str()
            ));
        }
        // In bulk one stays where one reads, or goes to the first of them as the list has it: the journal
        // names them in an order of its own.
        let here = self.list.rows.get(self.list.cursor);
        if !here.is_some_and(|row| ack.rows.contains(&row)) {
            match ack
                .rows
                .iter()
                .filter_map(|row| self.list.place_of(*row))
                .min()
            {
                Some(place) => self.list.cursor = place,
                None if ack.rows.is_empty() => {}
                None => text.push_str(" · not in this list"),
            }
        }
        self.say(&text);
        self.reread(&ack.rows, true);
        self.follow();
    }

    /// Reads rows again whose review changed. `everywhere`: also where they cannot be seen, because
    /// nothing shows their new status yet.
    pub(super) fn reread(&mut self, rows: &[i64], everywhere: bool) {
        let many = rows.len() > MANY;
        let is_changed = |row: &i64| (many || rows.contains(row)) && !self.is_pending(*row);
        let shown: Vec<i64> = if everywhere && !many {
            let listed = |row: &i64| self.list.place_of(*row).is_some();
            rows.iter()
                .copied()
                .filter(|row| listed(row) && !self.is_pending(*row))
                .collect()
        } else {
            self.list.near().filter(is_changed).collect()
        };
        let open = self.reader.row().filter(is_changed);
        let known: Vec<i64> = self.reader.kept().filter(is_changed).collect();
        if everywhere && many {
            self.list.forget_far();
        }
        let filter = Arc::clone(&self.view.filter);
        if !shown.is_empty() {
            self.send(Cmd::Cards(shown, Arc::clone(&filter)));
        }
        self.reader.forget_rows(&known);
        if let Some(row) = open {
            self.send(Cmd::Open(row, Arc::clone(&filter)));
        }
        for row in known.into_iter().filter(|row| Some(*row) != open) {
            self.send(Cmd::Prefetch(row, Arc::clone(&filter)));
        }
    }

    /// A change was not written: everything it showed is put back.
    pub(super) fn write_failed(&mut self, ticket: Option<u64>, error: &str) {
        if let Some(pending) = self.take_pending(ticket) {
            for (row, review) in pending.cards {
                if let Some(card) = self.list.card_mut(row) {
                    card.review = review;
                }
            }
            if let Some(decided) = &pending.status {
                self.list.put_back(&decided.rows, &decided.before);
            }
            if let (Some((row, review, card)), Some(open)) = (pending.open, &mut self.reader.open)
                && open.whole.card.row == row
            {
                let whole = Arc::make_mut(&mut open.whole);
                whole.review = review;
                whole.card.review = card;
            }
            self.relayout();
            self.reread(&pending.rows, false);
        }
        self.fail(&format!("not written: {error}"));
    }
}
