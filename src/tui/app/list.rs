//! The list: a frozen order of rows, a window of loaded lines, cursor and marks.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::places::Places;
use crate::model::Status;
use crate::store::Card;
use crate::tui::rows::Rows;

/// Lines kept loaded around the cursor; far more than any screen shows.
const WINDOW: usize = 240;

/// Which rows are marked, by their place: marking a million is one pass, asking for one is none.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    on: Vec<bool>,
    count: usize,
}

impl Marks {
    /// How many.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True if none is.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// True if the row at this place is.
    pub fn has(&self, place: usize) -> bool {
        self.on.get(place).copied().unwrap_or(false)
    }

    fn clear(&mut self) {
        self.on.fill(false);
        self.count = 0;
    }

    fn set(&mut self, place: usize, on: bool) {
        if let Some(slot) = self.on.get_mut(place)
            && *slot != on
        {
            *slot = on;
            if on {
                self.count += 1;
            } else {
                self.count -= 1;
            }
        }
    }
}

/// State of the list.
#[derive(Debug, Default)]
pub struct ListState {
    /// Row ids, frozen until the filter runs again.
    pub rows: Rows,
    /// Status of each, kept true while one works.
    pub statuses: Vec<Status>,
    /// Place of the cursor in `rows`.
    pub cursor: usize,
    /// First place on the screen.
    pub top: usize,
    /// Marked rows.
    pub marks: Marks,
    /// Where a range began.
    pub range: Option<usize>,
    places: Places,
    cards: HashMap<i64, Card>,
    asked: HashSet<i64>,
    marks_to_come: Option<Vec<i64>>,
}

impl ListState {
    /// Takes a new order; the cursor stays on its conversation and on its line of the screen, and marks on
    /// theirs, where those are still listed.
    pub fn set_rows(&mut self, rows: Rows, statuses: Vec<Status>) {
        let here = self.current();
        let line = self.cursor.saturating_sub(self.top);
        let marked = match self.marks_to_come.take() {
            Some(rows) => rows,
            None => self.marked_rows(),
        };
        self.places = Places::of(rows.iter());
        self.rows = rows;
        self.statuses = statuses;
        self.statuses.resize(self.rows.len(), Status::Unread);
        self.marks = Marks {
            on: vec![false; self.rows.len()],
            count: 0,
        };
        for place in marked.into_iter().filter_map(|row| self.places.get(row)) {
            self.marks.set(place, true);
        }
        self.asked.clear();
        self.range = None;
        if let Some(place) = here.and_then(|row| self.place_of(row)) {
            self.cursor = place;
            self.top = place.saturating_sub(line);
        }
        self.clamp();
    }

    /// The marked rows, in the order of the list.
    pub fn marked_rows(&self) -> Vec<i64> {
        if self.marks.is_empty() {
            return Vec::new();
        }
        let marked = self.rows.iter().zip(&self.marks.on).filter(|(_, on)| **on);
        marked.map(|(row, _)| row).collect()
    }

    /// These rows are to be marked when the next order comes.
    pub fn mark_later(&mut self, rows: Vec<i64>) {
        self.marks.clear();
        self.marks_to_come = Some(rows);
    }

    /// Unmarks all, those to come too.
    pub fn unmark(&mut self) {
        self.marks.clear();
        self.marks_to_come = None;
    }

    /// Marks the row under the cursor, or unmarks it.
    pub fn toggle_mark(&mut self) {
        let on = self.marks.has(self.cursor);
        self.marks.set(self.cursor, !on);
    }

    /// Marks the rows at these places.
    pub fn mark(&mut self, places: std::ops::RangeInclusive<usize>) {
        let last = self.rows.len().saturating_sub(1);
        for place in *places.start()..=(*places.end()).min(last) {
            self.marks.set(place, true);
        }
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<i64> {
        self.rows.get(self.cursor)
    }

    /// The line of a row, where it is loaded.
    pub fn card(&self, row: i64) -> Option<&Card> {
        self.cards.get(&row)
    }

    /// The line of a row, to show a change at once.
    pub fn card_mut(&mut self, row: i64) -> Option<&mut Card> {
        self.cards.get_mut(&row)
    }

    /// The lines of these rows that are loaded. A great many rows are not looked for one by one.
    pub fn loaded_of(&mut self, rows: &[i64]) -> Vec<&mut Card> {
        if rows.len() <= WINDOW {
            let wanted = |c: &&mut Card| rows.contains(&c.row);
            return self.cards.values_mut().filter(wanted).collect();
        }
        let mut here = vec![false; self.rows.len()];
        for place in rows.iter().filter_map(|row| self.places.get(*row)) {
            here[place] = true;
        }
        let places = &self.places;
        let wanted = |c: &&mut Card| places.get(c.row).is_some_and(|p| here[p]);
        self.cards.values_mut().filter(wanted).collect()
    }

    /// Gives these rows a status, and says which they had; of rows that are not listed the new one.
    pub fn decide(&mut self, rows: &[i64], status: Status) -> Vec<Status> {
        let mut before = Vec::with_capacity(rows.len());
        for row in rows {
            let slot = self.places.get(*row).map(|p| &mut self.statuses[p]);
            before.push(slot.map_or(status, |slot| std::mem::replace(slot, status)));
        }
        before
    }

    /// Gives these rows the statuses they had.
    pub fn put_back(&mut self, rows: &[i64], before: &[Status]) {
        for (row, status) in rows.iter().zip(before) {
            if let Some(place) = self.places.get(*row) {
                self.statuses[place] = *status;
            }
        }
    }

    /// Takes loaded lines in; the status in a line is the newest there is.
    pub fn take_cards(&mut self, cards: Vec<Card>) {
        if self.cards.len() > 2 * WINDOW {
            self.forget_far();
        }
        for card in cards {
            self.asked.remove(&card.row);
            if let Some(place) = self.place_of(card.row) {
                self.statuses[place] = card.review.status;
            }
            self.cards.insert(card.row, card);
        }
    }

    /// Lines that were asked for and do not come: they are asked for again where they are still near.
    pub fn skipped(&mut self, rows: impl Iterator<Item = i64>) {
        for row in rows {
            self.asked.remove(&row);
        }
    }

    /// Forgets the lines that are not near the screen: they may be old. They are read when they come near.
    pub fn forget_far(&mut self) {
        let near: HashSet<i64> = self.window().collect();
        self.cards.retain(|row, _| near.contains(row));
    }

    /// Forgets all lines.
    pub fn forget_lines(&mut self) {
        self.cards.clear();
    }

    /// Rows near the screen whose lines are loaded or asked for.
    pub fn near(&self) -> impl Iterator<Item = i64> + '_ {
        self.window()
            .filter(|row| self.cards.contains_key(row) || self.asked.contains(row))
    }

    /// Takes the statuses of all rows in; nothing where none are given.
    pub fn set_statuses(&mut self, statuses: &[Status]) {
        if statuses.len() == self.rows.len() {
            self.statuses.copy_from_slice(statuses);
        }
    }

    fn window(&self) -> impl Iterator<Item = i64> + '_ {
        let from = self.top.saturating_sub(WINDOW / 4);
        self.rows.starting(from).take(WINDOW)
    }

    /// Rows near the screen that are neither loaded nor asked for; they count as asked for from now on.
    pub fn wanted(&mut self, height: usize) -> Vec<i64> {
        // While the list is not shown it may have become shorter than where it stood.
        let top = self.top.min(self.rows.len());
        let missing = |row: &i64| !self.cards.contains_key(row) && !self.asked.contains(row);
        let visible = || self.rows.starting(top).take(height);
        if !visible().any(|row| missing(&row)) {
            return Vec::new();
        }
        // What can be seen is read first.
        let mut rows: Vec<i64> = visible().filter(missing).collect();
        let near = self.window().zip(self.top.saturating_sub(WINDOW / 4)..);
        let hidden = near.filter(|(_, place)| !(top..top + height).contains(place));
        rows.extend(hidden.map(|(row, _)| row).filter(missing));
        self.asked.extend(&rows);
        rows
    }

    /// Where a row stands.
    pub fn place_of(&self, row: i64) -> Option<usize> {
        self.places.get(row)
    }

    /// Moves the cursor by `delta` rows.
    pub fn step(&mut self, delta: isize) {
        self.cursor = self.cursor.saturating_add_signed(delta);
        self.clamp();
    }

    /// Next (or previous) undecided row after the cursor; wraps around once where nothing follows.
    pub fn next_undecided(&self, backwards: bool) -> Option<usize> {
        let cursor = self.cursor.min(self.statuses.len());
        let (before, rest) = self.statuses.split_at(cursor);
        let after = rest.get(1..).unwrap_or_default();
        let unread = |status: &Status| *status == Status::Unread;
        if backwards {
            let wrapped = || after.iter().rposition(unread).map(|i| cursor + 1 + i);
            before.iter().rposition(unread).or_else(wrapped)
        } else {
            let next = after.iter().position(unread).map(|i| cursor + 1 + i);
            next.or_else(|| before.iter().position(unread))
        }
    }

    /// Keeps cursor and scroll position inside the list; `height` rows are on the screen.
    pub fn scroll_into(&mut self, height: usize) {
        self.clamp();
        let height = height.max(1);
        if self.cursor < self.top {
            self.top = self.cursor;
        } else if self.cursor >= self.top + height {
            self.top = self.cursor + 1 - height;
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    fn clamp(&mut self) {
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }

    /// Makes the range that has begun into marks; it ends at the cursor.
    pub fn mark_range(&mut self) {
        if let Some(from) = self.range.take() {
            self.mark(from.min(self.cursor)..=from.max(self.cursor));
        }
    }

    /// The rows a decision is about: the marked ones in list order, else the one under the cursor.
    pub fn targets(&self) -> Arc<[i64]> {
        if self.marks.is_empty() {
            return self.current().into_iter().collect();
        }
        self.marked_rows().into()
    }

    /// The first of them.
    pub fn first_target(&self) -> Option<i64> {
        if self.marks.is_empty() {
            return self.current();
        }
        let first = self.marks.on.iter().position(|on| *on);
        first.and_then(|place| self.rows.get(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(statuses: &str) -> ListState {
        let status = |c| match c {
            'N' => Status::Unread,
            _ => Status::Reviewed,
        };
        let statuses: Vec<Status> = statuses.chars().map(status).collect();
        let mut list = ListState::default();
        let rows: Vec<i64> = (0..statuses.len() as i64).rev().collect();
        list.set_rows(rows.into(), statuses);
        list
    }

    #[test]
    fn the_next_undecided_is_looked_for_round_the_end_and_is_never_the_same() {
        for (statuses, cursor, next, previous) in [
            ("NRNRN", 0, Some(2), Some(4)),
            ("NRNRN", 3, Some(4), Some(2)),
            ("NRNRN", 4, Some(0), Some(2)),
            ("RNR", 1, None, None),
            ("NRR", 2, Some(0), Some(0)),
            ("", 0, None, None),
        ] {
            let mut list = list(statuses);
            list.cursor = cursor;
            assert_eq!(list.next_undecided(false), next, "{statuses} {cursor}");
            assert_eq!(list.next_undecided(true), previous, "{statuses} {cursor}");
        }
    }

    #[test]
    fn marks_stay_on_their_conversations_in_another_order() {
        let mut list = list("NNNNN");
        list.mark(1..=2);
        list.toggle_mark();
        assert_eq!(*list.targets(), [4, 3, 2]);
        list.set_rows(vec![2, 9, 4].into(), vec![Status::Unread; 3]);
        assert_eq!((list.marked_rows(), list.marks.len()), (vec![2, 4], 2));
        assert_eq!(list.first_target(), Some(2));
        list.mark(0..=usize::MAX);
        assert_eq!(list.marks.len(), 3);
        list.unmark();
        assert_eq!(*list.targets(), [4], "the one under the cursor");
    }

    #[test]
    fn a_new_order_keeps_the_cursor_on_its_conversation() {
        let mut list = list("NNNNN");
        list.cursor = 3;
        list.set_rows(vec![1, 4].into(), Vec::new());
        assert_eq!((list.cursor, list.statuses.len()), (0, 2));
        list.set_rows(vec![4, 3].into(), Vec::new());
        assert_eq!(list.cursor, 0, "it is gone: the same place");
        list.set_rows(Rows::default(), Vec::new());
        assert_eq!((list.cursor, list.current()), (0, None));
        list.scroll_into(0);
        list.step(isize::MAX);
        assert_eq!(list.cursor, 0);
    }

    #[test]
    fn the_cursor_stays_on_the_screen() {
        let mut list = list(&"N".repeat(50));
        for (cursor, top) in [(0, 0), (9, 0), (10, 1), (49, 40), (45, 40), (39, 39)] {
            list.cursor = cursor;
            list.scroll_into(10);
            assert_eq!(list.top, top, "{cursor}");
        }
    }
}
