//! The list: a frozen order of rows, a window of loaded lines, cursor and marks.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::Status;
use crate::store::Card;

/// Lines kept loaded around the cursor; far more than any screen shows.
const WINDOW: usize = 400;

/// State of the list.
#[derive(Debug, Default)]
pub struct ListState {
    /// Row ids, frozen until the filter runs again.
    pub rows: Arc<Vec<i64>>,
    /// Status of each, kept true while one works.
    pub statuses: Vec<Status>,
    /// Place of the cursor in `rows`.
    pub cursor: usize,
    /// First place on the screen.
    pub top: usize,
    /// Marked rows.
    pub marks: HashSet<i64>,
    /// Where a range began.
    pub range: Option<usize>,
    cards: HashMap<i64, Card>,
    asked: HashSet<i64>,
}

impl ListState {
    /// Takes a new order; the cursor stays on its conversation where that is still listed.
    pub fn set_rows(&mut self, rows: Arc<Vec<i64>>, statuses: Vec<Status>) {
        let here = self.current();
        self.rows = rows;
        self.statuses = statuses;
        self.statuses.resize(self.rows.len(), Status::Unread);
        self.asked.clear();
        self.range = None;
        if let Some(place) = here.and_then(|row| self.place_of(row)) {
            self.cursor = place;
        }
        self.clamp();
    }

    /// Takes marks off rows that are not listed any more: what cannot be seen is not decided on.
    pub fn keep_listed_marks(&mut self) {
        if !self.marks.is_empty() {
            let listed: HashSet<i64> = self.rows.iter().copied().collect();
            self.marks.retain(|row| listed.contains(row));
        }
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<i64> {
        self.rows.get(self.cursor).copied()
    }

    /// The line of a row, where it is loaded.
    pub fn card(&self, row: i64) -> Option<&Card> {
        self.cards.get(&row)
    }

    /// The line of a row, to show a change at once.
    pub fn card_mut(&mut self, row: i64) -> Option<&mut Card> {
        self.cards.get_mut(&row)
    }

    /// Takes loaded lines in; the status in a line is the newest there is.
    pub fn take_cards(&mut self, cards: Vec<Card>) {
        if self.cards.len() > 4 * WINDOW {
            let near: HashSet<i64> = self.window().collect();
            self.cards.retain(|row, _| near.contains(row));
        }
        for card in cards {
            self.asked.remove(&card.row);
            if let Some(place) = self.place_of(card.row) {
                self.statuses[place] = card.review.status;
            }
            self.cards.insert(card.row, card);
        }
    }

    /// Forgets the lines that are not near the screen: they may be old. They are read when they come near.
    pub fn forget_far(&mut self) {
        let near: HashSet<i64> = self.window().collect();
        self.cards.retain(|row, _| near.contains(row));
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
        self.rows.iter().skip(from).take(WINDOW).copied()
    }

    /// Rows near the screen that are neither loaded nor asked for; they count as asked for from now on.
    pub fn wanted(&mut self, height: usize) -> Vec<i64> {
        let visible = self.top..(self.top + height).min(self.rows.len());
        if self.rows[visible]
            .iter()
            .all(|row| self.cards.contains_key(row) || self.asked.contains(row))
        {
            return Vec::new();
        }
        let rows: Vec<i64> = self
            .window()
            .filter(|row| !self.cards.contains_key(row) && !self.asked.contains(row))
            .collect();
        self.asked.extend(&rows);
        rows
    }

    /// Where a row stands. Near the screen is looked first: the list may have a million rows.
    pub fn place_of(&self, row: i64) -> Option<usize> {
        if self.rows.get(self.cursor) == Some(&row) {
            return Some(self.cursor);
        }
        let from = self.top.saturating_sub(WINDOW).min(self.rows.len());
        let to = (self.top + 2 * WINDOW).min(self.rows.len());
        let find = |range: std::ops::Range<usize>| {
            let start = range.start;
            let found = self.rows[range].iter().position(|r| *r == row);
            found.map(|p| start + p)
        };
        find(from..to)
            .or_else(|| find(0..from))
            .or_else(|| find(to..self.rows.len()))
    }

    /// Where rows stand, in the order of the list where there are many.
    pub fn places_of(&self, rows: &[i64]) -> Vec<usize> {
        if rows.len() < 16 {
            return rows.iter().filter_map(|row| self.place_of(*row)).collect();
        }
        let wanted: HashSet<i64> = rows.iter().copied().collect();
        (0..self.rows.len())
            .filter(|place| wanted.contains(&self.rows[*place]))
            .collect()
    }

    /// Moves the cursor by `delta` rows.
    pub fn step(&mut self, delta: isize) {
        self.cursor = self.cursor.saturating_add_signed(delta);
        self.clamp();
    }

    /// Next (or previous) undecided row after the cursor; wraps around once where nothing follows.
    pub fn next_undecided(&self, backwards: bool) -> Option<usize> {
        let n = self.rows.len();
        (1..n)
            .map(|step| {
                if backwards {
                    (self.cursor + n - step) % n
                } else {
                    (self.cursor + step) % n
                }
            })
            .find(|place| self.statuses[*place] == Status::Unread)
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

    /// The rows a decision is about: the marked ones in list order, else the one under the cursor.
    pub fn targets(&self) -> Vec<i64> {
        if self.marks.is_empty() {
            return self.current().into_iter().collect();
        }
        self.rows
            .iter()
            .filter(|row| self.marks.contains(row))
            .copied()
            .collect()
    }
}
