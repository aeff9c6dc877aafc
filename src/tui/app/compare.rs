//! `=`: marks a conversation, then lays another beside it, turn by turn. The worker that reads them says what
//! stands beside what; here is what keys do with it.

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::popup::{Popup, is_ctrl};
use crate::text::SafeText;
use crate::tui::compared::rows::{Row, rows};
use crate::tui::compared::{Compared, Pair};
use crate::tui::layout::Pane;
use crate::tui::msg::Cmd;

/// The popup.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Rows of the two, left and right.
    pub rows: [i64; 2],
    /// The two; `None` while they are read.
    pub shown: Option<Shown>,
    /// Why they could not be read.
    pub error: Option<String>,
}

/// Two conversations on the screen.
#[derive(Debug)]
pub struct Shown {
    /// They.
    pub compared: Box<Compared>,
    /// Their lines at the present width.
    pub rows: Vec<Row>,
    /// For each pair the first of its lines.
    starts: Vec<usize>,
    /// Columns of the screen that they are laid out for.
    width: u16,
    /// Place of the pair under the cursor.
    pub cursor: usize,
    /// The side under the cursor: 0 left, 1 right.
    pub side: usize,
    /// First line on the screen.
    pub top: usize,
}

/// Where the columns of a screen of `width` stand: their first columns and their widths. Between them is one
/// column.
pub fn columns(width: u16) -> [(u16, u16); 2] {
    let left = width.saturating_sub(1) / 2;
    [(0, left), (left + 1, width.saturating_sub(left + 1))]
}

impl Shown {
    fn new(compared: Box<Compared>) -> Self {
        // The first difference is what is looked for.
        let cursor = compared.pairs.iter().position(|p| p.difference.any());
        Self {
            compared,
            rows: Vec::new(),
            starts: Vec::new(),
            width: 0,
            cursor: cursor.unwrap_or(0),
            side: 0,
            top: 0,
        }
    }

    /// The pair under the cursor.
    pub fn pair(&self) -> Option<&Pair> {
        self.compared.pairs.get(self.cursor)
    }

    /// How many pairs differ, and which of them the cursor stands on or has passed.
    pub fn differences(&self) -> (usize, usize) {
        let differ = |pairs: &[Pair]| pairs.iter().filter(|p| p.difference.any()).count();
        let pairs = &self.compared.pairs;
        let to = (self.cursor + 1).min(pairs.len());
        (differ(pairs), differ(&pairs[..to]))
    }

    /// Lays out where the width changed, and scrolls the pair under the cursor into `height` lines.
    fn settle(&mut self, width: u16, height: usize) {
        if self.width != width {
            let widths = columns(width).map(|c| c.1);
            (self.rows, self.starts) = rows(&self.compared, widths);
            self.width = width;
        }
        let height = height.max(1);
        self.top = self.top.min(self.rows.len().saturating_sub(height));
        let lines = self.lines_of(self.cursor);
        if lines.len() >= height {
            // A pair taller than the screen is scrolled through.
            if lines.start > self.top + height - 1 || lines.end <= self.top {
                self.top = lines.start;
            }
        } else if lines.start < self.top {
            self.top = lines.start;
        } else if lines.end > self.top + height {
            self.top = lines.end - height;
        }
    }

    fn lines_of(&self, pair: usize) -> std::ops::Range<usize> {
        let end = self.rows.len();
        let start = |p: usize| self.starts.get(p).copied().unwrap_or(end);
        start(pair)..start(pair + 1)
    }

    fn last(&self) -> usize {
        self.compared.pairs.len().saturating_sub(1)
    }

    /// One pair on or back; inside one that is taller than the screen, one line.
    fn step(&mut self, down: bool, height: usize) {
        let lines = self.lines_of(self.cursor);
        if down && self.top + height < lines.end && lines.len() > height {
            self.top += 1;
        } else if !down && self.top > lines.start && lines.len() > height {
            self.top -= 1;
        } else if down {
            self.cursor = (self.cursor + 1).min(self.last());
        } else {
            self.cursor = self.cursor.saturating_sub(1);
        }
    }

    fn page(&mut self, delta: isize) {
        let line = self.lines_of(self.cursor).start;
        let last = self.rows.len().saturating_sub(1);
        let to = line.saturating_add_signed(delta).min(last);
        self.top = self.top.saturating_add_signed(delta);
        let here = self.rows.get(to).map_or(0, |row| row.pair);
        // At least one pair on: a tall one must not hold the key.
        self.cursor = match (here == self.cursor, delta > 0) {
            (false, _) => here,
            (true, true) => (here + 1).min(self.last()),
            (true, false) => here.saturating_sub(1),
        };
    }

    /// The next pair that differs.
    fn difference(&self, backwards: bool) -> Option<usize> {
        let pairs = self.compared.pairs.iter().enumerate();
        let mut differing = pairs.filter(|p| p.1.difference.any()).map(|p| p.0);
        if backwards {
            differing.rfind(|p| *p < self.cursor)
        } else {
            differing.find(|p| *p > self.cursor)
        }
    }
}

impl App {
    /// `=`: marks, unmarks, or compares; two marked rows of the list are compared at once.
    pub(super) fn compare(&mut self) {
        if self.focus != Pane::Reader
            && let [left, right] = self.list.marked_rows()[..]
        {
            return self.compare_rows(left, right);
        }
        let Some(row) = self.row_here() else {
            return self.say("there is no conversation here");
        };
        let who = self.whom(&[row]);
        match self.compare_from {
            None => {
                self.compare_from = Some(row);
                self.say(&format!(
                    "{who} is marked: = on another compares the two · = here again unmarks"
                ));
            }
            Some(from) if from == row => {
                self.compare_from = None;
                self.say(&format!("{who} is no longer marked for comparing"));
            }
            Some(from) => self.compare_rows(from, row),
        }
    }

    /// Opens the comparison of two conversations.
    pub(super) fn compare_rows(&mut self, left: i64, right: i64) {
        self.popup = Some(Popup::Compare(Comparison {
            rows: [left, right],
            ..Comparison::default()
        }));
        self.send(Cmd::Compare([left, right]));
    }

    /// Takes the two in, if they are still asked for.
    pub(super) fn take_compared(&mut self, rows: [i64; 2], found: Result<Box<Compared>, String>) {
        if let Some(Popup::Compare(comparison)) = &mut self.popup
            && comparison.rows == rows
        {
            match found {
                Ok(compared) => comparison.shown = Some(Shown::new(compared)),
                Err(error) => {
                    comparison.error = Some(error);
                    // A conversation that is gone cannot be compared with the next one either.
                    self.compare_from = None;
                }
            }
        }
    }

    /// Lines that the comparison has on the screen: below its heading, above the status line.
    pub fn compare_height(&self) -> usize {
        usize::from(self.size.1.saturating_sub(4)).max(1)
    }

    pub(super) fn settle_comparison(&mut self) {
        let (width, height) = (self.size.0, self.compare_height());
        if let Some(Popup::Compare(Comparison {
            shown: Some(shown), ..
        })) = &mut self.popup
        {
            shown.settle(width, height);
        }
    }

    pub(super) fn compare_key(&mut self, comparison: &mut Comparison, key: &KeyEvent) -> bool {
        if matches!(key.code, KeyCode::Char('q')) {
            return false;
        }
        let height = self.compare_height();
        let Some(shown) = &mut comparison.shown else {
            return true;
        };
        let half = (height / 2).max(1) as isize;
        match key.code {
            KeyCode::Char('d') if is_ctrl(key, 'd') => shown.page(half),
            KeyCode::Char('u') if is_ctrl(key, 'u') => shown.page(-half),
            KeyCode::PageDown | KeyCode::Char(' ') => shown.page(2 * half),
            KeyCode::PageUp | KeyCode::Char('b') => shown.page(-2 * half),
            KeyCode::Char('j') | KeyCode::Down => shown.step(true, height),
            KeyCode::Char('k') | KeyCode::Up => shown.step(false, height),
            KeyCode::Char('}') => shown.cursor = (shown.cursor + 1).min(shown.last()),
            KeyCode::Char('{') => shown.cursor = shown.cursor.saturating_sub(1),
            KeyCode::Char('g') | KeyCode::Home => (shown.cursor, shown.top) = (0, 0),
            KeyCode::Char('G') | KeyCode::End => {
                (shown.cursor, shown.top) = (shown.last(), usize::MAX);
            }
            KeyCode::Char('n' | 'N') => {
                let backwards = key.code == KeyCode::Char('N');
                match shown.difference(backwards) {
                    Some(pair) => shown.cursor = pair,
                    None if backwards => self.say("no earlier difference"),
                    None => self.say("no further difference"),
                }
            }
            KeyCode::Tab | KeyCode::BackTab => shown.side = 1 - shown.side,
            KeyCode::Char('h') | KeyCode::Left => shown.side = 0,
            KeyCode::Char('l') | KeyCode::Right => shown.side = 1,
            KeyCode::Enter => return self.read_compared(comparison),
            _ => {}
        }
        true
    }

    /// Opens the turn under the cursor in the reader; going back from there shows the comparison again.
    fn read_compared(&mut self, comparison: &mut Comparison) -> bool {
        let Some(shown) = &comparison.shown else {
            return true;
        };
        let side = &shown.compared.sides[shown.side];
        let place = shown.pair().and_then(|p| p.turns[shown.side]);
        let Some(turn) = place.and_then(|p| side.turn(p)) else {
            self.say("there is no such turn on this side · tab goes to the other");
            return true;
        };
        let seq = turn.user.unwrap_or(turn.first) as usize;
        let row = side.whole.card.row;
        let kept = std::mem::take(comparison);
        self.jump(row, Some(seq), Some(Popup::Compare(kept)));
        false
    }
}

/// `3 differences` for the heading.
pub fn count_words(shown: &Shown) -> SafeText {
    let (all, passed) = shown.differences();
    let here = shown.pair().is_some_and(|p| p.difference.any());
    SafeText::line(&match (all, here) {
        (0, _) => "no difference".to_owned(),
        (1, false) => "1 difference".to_owned(),
        (_, false) => format!("{all} differences"),
        (_, true) => format!("difference {passed} of {all}"),
    })
}
