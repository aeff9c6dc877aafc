//! The learning screen: the positive, negative and fallback conversations of a period, counted and listed,
//! opened as the view or handed to the export. Each set is a filter of the language.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use tui_input::Input;

use super::App;
use super::export::{ExportSet, many};
use super::popup::{Popup, edit, insert, is_ctrl, moved};
use crate::filter::{self, Filter, LEARNING_SETS, PERIODS, typed_period};
use crate::model::SortKey;
use crate::store::Card;
use crate::text::PathSlug;
use crate::tui::layout::Layout;
use crate::tui::msg::{Cmd, LearningQuery, LearningView};

/// Orders that `o` goes through.
const ORDERS: [SortKey; 6] = [
    SortKey::Ended,
    SortKey::Confidence,
    SortKey::Fallbacks,
    SortKey::Messages,
    SortKey::Rating,
    SortKey::Decided,
];
/// Lines of words above the list.
pub const HEAD: u16 = 4;
/// Lines that are kept; of more, all are read again where they are seen.
const KEPT: usize = 2_000;
/// The period that is shown first, by its place in the table.
const WEEK: usize = 1;

/// State of the learning screen. It stays when the screen is left.
#[derive(Debug)]
pub struct LearningState {
    /// The set that is listed, by its place in the table.
    pub set: usize,
    /// The period, by its place in the table; not where one was typed.
    pub period: usize,
    /// A period that was typed: as typed, and as a filter.
    pub typed: Option<(String, Filter)>,
    /// The period is being typed.
    pub typing: Option<Input>,
    /// Why what was typed is no period.
    pub error: Option<String>,
    /// The filter of the view narrows the sets.
    pub narrowed: bool,
    /// That filter, as text.
    pub text: String,
    within: Arc<Filter>,
    /// The view that was opened from here: its filter is no filter to narrow by.
    opened: Option<String>,
    /// Order of the list.
    pub sort: SortKey,
    /// Against the natural direction.
    pub reverse: bool,
    /// Counts and rows; `None` while they are asked for.
    pub view: Option<LearningView>,
    /// Place of the cursor in its rows.
    pub cursor: usize,
    /// First row on the screen.
    pub top: usize,
    /// Lines that are here.
    pub cards: HashMap<i64, Card>,
    awaited: HashSet<i64>,
    generation: u64,
    /// Something changed while another screen was in front.
    stale: bool,
}

impl Default for LearningState {
    fn default() -> Self {
        Self {
            set: 0,
            period: WEEK,
            typed: None,
            typing: None,
            error: None,
            narrowed: false,
            text: String::new(),
            within: Arc::default(),
            opened: None,
            sort: SortKey::default(),
            reverse: false,
            view: None,
            cursor: 0,
            top: 0,
            cards: HashMap::new(),
            awaited: HashSet::new(),
            generation: 0,
            stale: false,
        }
    }
}

impl LearningState {
    /// Forgets what was read: it is asked for again when the screen is opened.
    pub(super) fn forget(&mut self) {
        self.view = None;
        self.cards.clear();
        self.awaited.clear();
        self.generation += 1;
    }

    /// The filter of a set over the period that is shown.
    pub fn filter_of(&self, set: usize) -> Filter {
        let own = LEARNING_SETS.get(set).map_or("", |s| s.filter);
        let own = filter::parse(own).unwrap_or_default();
        let from_newest = self.view.as_ref().is_some_and(|v| v.newest.is_some());
        let period = match self.else_period().filter(|_| from_newest) {
            Some(period) => period,
            None => self.period_filter(),
        };
        Filter::and(vec![self.within(), own, period])
    }

    fn within(&self) -> Filter {
        match self.narrowed {
            true => (*self.within).clone(),
            false => Filter::Everything,
        }
    }

    fn period_filter(&self) -> Filter {
        match &self.typed {
            Some((_, filter)) => filter.clone(),
            None => PERIODS[self.period].from_now(),
        }
    }

    /// The period back from the newest conversation, for old exports. What was typed is meant as it is.
    fn else_period(&self) -> Option<Filter> {
        match &self.typed {
            Some(_) => None,
            None => PERIODS[self.period].from_newest(),
        }
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<i64> {
        self.view.as_ref()?.rows.get(self.cursor)
    }

    /// Rows of the list that fit on the screen: below the words and the heading.
    pub fn list_area(layout: &Layout) -> Rect {
        let area = layout.full();
        let head = HEAD.min(area.height);
        Rect::new(
            area.x,
            area.y + head,
            area.width,
            area.height.saturating_sub(head),
        )
    }

    fn wanted(&mut self, fit: usize) -> Vec<i64> {
        let Some(view) = &self.view else {
            return Vec::new();
        };
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(fit), self.cursor);
        if self.cards.len() > KEPT {
            self.cards.clear();
            self.awaited.clear();
        }
        let near = view.rows.starting(self.top).take(2 * fit);
        let wanted: Vec<i64> = near
            .filter(|row| !self.cards.contains_key(row) && !self.awaited.contains(row))
            .collect();
        self.awaited.extend(wanted.iter().copied());
        wanted
    }
}

impl App {
    /// `L`: the learning sets.
    pub(super) fn open_learning(&mut self) {
        self.popup = Some(Popup::Learning);
        let learning = &mut self.learning;
        if learning.opened.as_ref() != Some(&self.view.text) {
            learning.within = Arc::clone(&self.view.filter);
            learning.text = self.view.text.clone();
            learning.narrowed &= !learning.text.is_empty();
        }
        self.ask_learning();
    }

    /// Another set, period or order: what is on the screen is no answer to it.
    fn ask_learning_anew(&mut self) {
        self.learning.view = None;
        self.learning.cursor = 0;
        self.ask_learning();
    }

    fn ask_learning(&mut self) {
        let learning = &mut self.learning;
        learning.generation += 1;
        learning.stale = false;
        let query = LearningQuery {
            generation: learning.generation,
            within: learning.within(),
            period: learning.period_filter(),
            else_period: learning.else_period(),
            set: learning.set,
            sort: learning.sort,
            reverse: learning.reverse,
        };
        self.send(Cmd::Learning(Box::new(query)));
    }

    /// Counts are made anew, once they can be seen.
    pub(super) fn learning_changed(&mut self) {
        self.learning.stale = true;
    }

    /// Takes an answer in; late ones are dropped.
    pub(super) fn take_learning(&mut self, mut view: LearningView) {
        let learning = &mut self.learning;
        if view.generation != learning.generation {
            return;
        }
        let here = learning.current();
        learning.cards.clear();
        learning.awaited.clear();
        for card in std::mem::take(&mut view.cards) {
            learning.cards.insert(card.row, card);
        }
        let place = here.and_then(|row| view.rows.iter().position(|r| r == row));
        learning.cursor = place.unwrap_or(0);
        learning.view = Some(view);
    }

    /// Takes lines in.
    pub(super) fn take_learning_cards(&mut self, cards: Vec<Card>) {
        for card in cards {
            self.learning.awaited.remove(&card.row);
            self.learning.cards.insert(card.row, card);
        }
    }

    /// Scrolls, and asks for the lines on the screen.
    pub(super) fn settle_learning(&mut self, layout: &Layout) {
        if self.learning.stale {
            self.ask_learning();
        }
        let heading = 1;
        let fit = usize::from(
            LearningState::list_area(layout)
                .height
                .saturating_sub(heading),
        );
        let wanted = self.learning.wanted(fit.max(1));
        if !wanted.is_empty() {
            self.send(Cmd::LearningCards(wanted));
        }
    }

    /// A key of the learning screen.
    pub(super) fn learning_key(&mut self, key: &KeyEvent) {
        let escape = key.code == KeyCode::Esc || is_ctrl(key, 'c');
        if let Some(mut input) = self.learning.typing.take() {
            self.learning.error = None;
            if key.code == KeyCode::Enter {
                self.type_period(input);
            } else if !escape {
                edit(&mut input, key);
                self.learning.typing = Some(input);
            }
            return;
        }
        let rows = self.learning.view.as_ref().map_or(0, |v| v.rows.len());
        let half = usize::from(self.size.1 / 2);
        if moved(&mut self.learning.cursor, rows.saturating_sub(1), half, key) {
            return;
        }
        let sets = LEARNING_SETS.len();
        let learning = &mut self.learning;
        match key.code {
            KeyCode::Char('q' | 'L') => self.popup = None,
            _ if escape => self.popup = None,
            KeyCode::Enter => self.open_learning_set(),
            KeyCode::Char('w') => self.export_learning_set(),
            KeyCode::Char('c') => {
                let typed = learning.typed.as_ref().map(|t| t.0.clone());
                learning.typing = Some(Input::new(typed.unwrap_or_default()));
            }
            code => {
                match code {
                    KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => {
                        learning.set = (learning.set + 1) % sets;
                    }
                    KeyCode::BackTab | KeyCode::Left | KeyCode::Char('h') => {
                        learning.set = (learning.set + sets - 1) % sets;
                    }
                    KeyCode::Char('f') if learning.text.is_empty() => {
                        return self.say("there is no filter to narrow by: the view shows all");
                    }
                    KeyCode::Char('f') => learning.narrowed = !learning.narrowed,
                    KeyCode::Char('o') => {
                        let at = ORDERS.iter().position(|o| *o == learning.sort);
                        learning.sort = ORDERS[at.map_or(0, |at| (at + 1) % ORDERS.len())];
                        learning.reverse = false;
                    }
                    KeyCode::Char('O') => learning.reverse = !learning.reverse,
                    KeyCode::Char('R') => {}
                    KeyCode::Char(digit) => match place_of(digit) {
                        Some(period) => {
                            learning.period = period;
                            learning.typed = None;
                        }
                        None => return,
                    },
                    _ => return,
                }
                self.ask_learning_anew();
            }
        }
    }

    /// Pasted text is a period where one is typed.
    pub(super) fn learning_paste(&mut self, text: &str) {
        if let Some(input) = &mut self.learning.typing {
            insert(input, text.chars());
        }
    }

    fn type_period(&mut self, input: Input) {
        let typed = input.value().trim().to_owned();
        match typed_period(&typed) {
            Ok(period) => {
                self.learning.typed = Some((typed, period));
                self.ask_learning_anew();
            }
            // Where in the filter it failed says nothing about what was typed.
            Err(_) => {
                self.learning.error = Some(format!(
                    "{typed} is no period: 2026-05-01..2026-05-31, yesterday, 10d, week-1, since:7d"
                ));
                self.learning.typing = Some(input);
            }
        }
    }

    /// `w`: the conversations that are listed, as they are listed, in a file.
    fn export_learning_set(&mut self) {
        let learning = &self.learning;
        let Some(view) = &learning.view else {
            return self.say("the set is still being counted: once more");
        };
        let name = LEARNING_SETS.get(learning.set).map_or("", |s| s.name);
        if view.rows.is_empty() {
            return self.say(&format!("no {name} conversations in this period to export"));
        }
        let (words, period) = match &learning.typed {
            Some((typed, _)) => (typed.as_str(), typed.as_str()),
            None => {
                let period = &PERIODS[learning.period];
                (period.words, period.span.unwrap_or("all"))
            }
        };
        let narrowed = match learning.narrowed {
            true => format!(", with the filter {}", learning.text),
            false => String::new(),
        };
        let set = ExportSet {
            words: format!(
                "{} of the set {name}, period {words}{narrowed}",
                many(view.rows.len())
            ),
            rows: view.rows.clone(),
            slug: PathSlug::of(&format!("{name}-{period}")),
        };
        self.export.on_learning = true;
        self.export_of(vec![set]);
    }

    /// `enter`: the set as the view, in the same order, at the same conversation; `''` comes back.
    fn open_learning_set(&mut self) {
        let learning = &self.learning;
        let filter = learning.filter_of(learning.set);
        let (sort, reverse, row) = (learning.sort, learning.reverse, learning.current());
        let text = filter.to_string();
        let before = self.here();
        self.popup = None;
        self.view.sort = sort;
        self.view.reverse = reverse;
        self.learning.opened = Some(text.clone());
        self.open_view(filter, text, None);
        self.previous = Some(before);
        self.go_to = row;
        self.focus_list();
    }
}

/// The period on a digit.
fn place_of(digit: char) -> Option<usize> {
    let place = (digit.to_digit(10)? as usize).checked_sub(1)?;
    (place < PERIODS.len()).then_some(place)
}
