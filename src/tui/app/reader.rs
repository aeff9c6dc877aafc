//! The reader: one conversation as lines, a cursor on its events, the detail under it.

use std::collections::HashMap;
use std::sync::Arc;

use super::lines::{Folding, ReaderLine, Texts, lines, texts};
use crate::model::EventTarget;
use crate::store::Whole;

/// Tabs of the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Ranking, entities, confidences.
    #[default]
    Prediction,
    /// State of all slots after the event.
    Slots,
    /// The source's record.
    Raw,
    /// Attributes and metadata of the conversation.
    Conversation,
}

impl Tab {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Prediction, Self::Slots, Self::Raw, Self::Conversation];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Prediction => "Prediction",
            Self::Slots => "Slots",
            Self::Raw => "Raw",
            Self::Conversation => "Conversation",
        }
    }

    /// The one `step` places on, around the end.
    pub fn step(self, step: isize) -> Self {
        let at = Self::ALL.iter().position(|t| *t == self).unwrap_or(0);
        Self::ALL[at.wrapping_add_signed(step) % Self::ALL.len()]
    }
}

/// A conversation that is open.
#[derive(Debug)]
pub struct Open {
    /// It.
    pub whole: Arc<Whole>,
    /// Its messages, safe to draw.
    pub texts: Texts,
    /// Events that satisfy the filter it was opened under.
    pub hits: Arc<[u32]>,
    /// Its lines at the present width.
    pub lines: Vec<ReaderLine>,
    /// Event the cursor stands on; `None`: the header.
    pub cursor: Option<usize>,
    /// First line on the screen.
    pub top: usize,
    laid_out: (u16, Folding),
}

/// State of the reader.
#[derive(Debug, Default)]
pub struct ReaderState {
    /// The conversation that is shown.
    pub open: Option<Open>,
    /// The row that is wanted but not yet here.
    pub awaited: Option<i64>,
    /// Why it could not be read.
    pub error: Option<String>,
    /// Folding, kept from one conversation to the next.
    pub folding: Folding,
    /// The detail is open.
    pub detail: bool,
    /// Its tab.
    pub tab: Tab,
    /// First line of the detail.
    pub detail_top: usize,
    /// The row whose first (`true`) or last hit to stand on when it arrives.
    pub land_on_hit: Option<(i64, bool)>,
    /// The event to stand on when the awaited conversation arrives.
    pub land_on_event: Option<usize>,
    cache: HashMap<i64, (Arc<Whole>, Arc<[u32]>)>,
}

/// Conversations kept beside the open one: neighbours loaded before they are asked for.
const CACHE: usize = 8;

impl ReaderState {
    /// The row that is open.
    pub fn row(&self) -> Option<i64> {
        self.open.as_ref().map(|o| o.whole.card.row)
    }

    /// Takes a conversation in; shows it if it is the awaited one.
    pub fn take(&mut self, whole: Arc<Whole>, hits: Arc<[u32]>, width: u16) {
        let row = whole.card.row;
        if self.cache.len() >= CACHE {
            self.cache.clear();
        }
        self.cache
            .insert(row, (Arc::clone(&whole), Arc::clone(&hits)));
        if self.row() == Some(row) {
            self.refresh(whole, width);
            self.rehit(hits);
        } else if self.awaited == Some(row) {
            self.show(whole, hits, width);
        }
    }

    /// Shows a conversation that is already here. False: it has to be read.
    pub fn show_cached(&mut self, row: i64, width: u16) -> bool {
        match self.cache.get(&row).cloned() {
            Some((whole, hits)) => {
                self.show(whole, hits, width);
                true
            }
            None => false,
        }
    }

    /// A conversation that is here already.
    pub fn known(&self, row: i64) -> Option<&Arc<Whole>> {
        self.open
            .as_ref()
            .map(|o| &o.whole)
            .filter(|w| w.card.row == row)
            .or_else(|| self.cache.get(&row).map(|c| &c.0))
    }

    /// True if the row is here already.
    pub fn has(&self, row: i64) -> bool {
        self.cache.contains_key(&row)
    }

    /// Rows that are here beside the one on the screen, or with it.
    pub fn cached(&self) -> impl Iterator<Item = i64> + '_ {
        self.cache.keys().copied()
    }

    /// Forgets these rows, but not what is on the screen.
    pub fn forget_rows(&mut self, rows: &[i64]) {
        for row in rows {
            self.cache.remove(row);
        }
    }

    /// Changes what is here of these rows.
    pub fn change(&mut self, rows: &[i64], apply: impl Fn(&mut Whole)) {
        if let Some(open) = &mut self.open
            && rows.contains(&open.whole.card.row)
        {
            let whole = &mut open.whole;
            apply(Arc::make_mut(whole));
            // The same one is shown when it is come back to.
            if let Some(cached) = self.cache.get_mut(&whole.card.row) {
                cached.0 = Arc::clone(whole);
            }
        }
        let open = self.row();
        for (row, (whole, _)) in &mut self.cache {
            if Some(*row) != open && rows.contains(row) {
                apply(Arc::make_mut(whole));
            }
        }
    }

    /// Forgets everything but what is on the screen.
    pub fn forget(&mut self) {
        self.cache.clear();
    }

    fn show(&mut self, whole: Arc<Whole>, hits: Arc<[u32]>, width: u16) {
        self.awaited = None;
        self.error = None;
        self.detail_top = 0;
        let texts = texts(&whole);
        let lines = lines(&whole, &texts, width, self.folding);
        let mut open = Open {
            whole,
            texts,
            hits,
            lines,
            cursor: None,
            top: 0,
            laid_out: (width, self.folding),
        };
        let problem = open
            .whole
            .facts
            .turns
            .iter()
            .find(|t| t.problem)
            .map(|t| t.user.unwrap_or(t.first));
        let row = open.whole.card.row;
        let hit = match self.land_on_hit.take() {
            Some((asked, false)) if asked == row => open.hits.last(),
            _ => open.hits.first(),
        };
        let asked = self.land_on_event.take().map(|seq| seq as u32);
        open.cursor = asked
            .or(hit.copied())
            .or(problem)
            .and_then(|seq| open.stop_near(seq as usize))
            .or_else(|| open.first_message())
            .or_else(|| open.first_stop());
        self.open = Some(open);
    }

    /// Another state of the conversation that is shown: the place stays.
    pub fn refresh(&mut self, whole: Arc<Whole>, width: u16) {
        let folding = self.folding;
        if let Some(open) = &mut self.open {
            if open.whole.events.len() != whole.events.len() {
                open.texts = texts(&whole);
            }
            open.whole = whole;
            open.lines = lines(&open.whole, &open.texts, width, folding);
            open.laid_out = (width, folding);
        }
    }

    /// Takes the hits of another filter in; the cursor goes to the first, as it does where a
    /// conversation is opened.
    fn rehit(&mut self, hits: Arc<[u32]>) {
        let Some(open) = &mut self.open else { return };
        if open.hits == hits {
            return;
        }
        open.hits = hits;
        if let Some(seq) = open.hits.first().and_then(|h| open.stop_near(*h as usize)) {
            open.cursor = Some(seq);
        }
    }

    /// Lays the conversation out again where width or folding changed, and scrolls the cursor into the
    /// `height` lines on the screen.
    pub fn settle(&mut self, width: u16, height: usize) {
        let folding = self.folding;
        let Some(open) = &mut self.open else { return };
        if open.laid_out != (width, folding) {
            open.lines = lines(&open.whole, &open.texts, width, folding);
            open.laid_out = (width, folding);
            if let Some(seq) = open.cursor {
                open.cursor = open.stop_near(seq);
            }
        }
        open.scroll_into(height);
    }
}

impl Open {
    /// Lines of an event, as a range of `lines`.
    pub fn lines_of(&self, seq: usize) -> std::ops::Range<usize> {
        let from = self.lines.partition_point(|l| l.seq < seq);
        let to = self.lines.partition_point(|l| l.seq <= seq);
        from..to
    }

    /// The event with lines at `seq`, else the last one before it, else the first after.
    pub fn stop_near(&self, seq: usize) -> Option<usize> {
        let at = self.lines.partition_point(|l| l.seq <= seq);
        self.lines.get(at.saturating_sub(1)).map(|l| l.seq)
    }

    fn first_message(&self) -> Option<usize> {
        let events = &self.whole.events;
        self.lines
            .iter()
            .map(|l| l.seq)
            .find(|seq| events[*seq].kind.author().is_some())
    }

    fn first_stop(&self) -> Option<usize> {
        self.lines.first().map(|l| l.seq)
    }

    /// Moves the cursor to the next or previous event; inside an event taller than the screen it scrolls.
    pub fn step(&mut self, delta: isize, height: usize) {
        let down = delta > 0;
        for _ in 0..delta.unsigned_abs() {
            let here = self.cursor.map(|seq| self.lines_of(seq)).unwrap_or(0..0);
            if self.cursor.is_some() && here.len() > height {
                if down && self.top + height < here.end {
                    self.top += 1;
                    continue;
                }
                if !down && self.top > here.start {
                    self.top -= 1;
                    continue;
                }
            }
            let to = if down {
                self.lines.get(here.end)
            } else {
                here.start.checked_sub(1).and_then(|i| self.lines.get(i))
            };
            match to {
                Some(line) => self.cursor = Some(line.seq),
                None if !down => self.cursor = None,
                None => {}
            }
        }
    }

    /// Moves by lines, the cursor following to the event there.
    pub fn page(&mut self, delta: isize, height: usize) {
        let last = self.lines.len().saturating_sub(1);
        let here = self.cursor.map_or(0, |seq| self.lines_of(seq).start);
        let to = here.saturating_add_signed(delta).min(last);
        let most = self.lines.len().saturating_sub(height);
        self.top = self.top.saturating_add_signed(delta).min(most);
        self.cursor = self.lines.get(to).map(|l| l.seq);
    }

    fn scroll_into(&mut self, height: usize) {
        let height = height.max(1);
        let most = self.lines.len().saturating_sub(height);
        self.top = self.top.min(most);
        let Some(seq) = self.cursor else {
            self.top = 0;
            return;
        };
        let lines = self.lines_of(seq);
        if lines.len() >= height {
            if lines.start > self.top + height || lines.end <= self.top {
                self.top = lines.start;
            }
            return;
        }
        // A line of context above and below, where there is room for it.
        let margin = usize::from(height > lines.len() + 4) * 2;
        if lines.start < self.top + margin {
            self.top = lines.start.saturating_sub(margin);
        } else if lines.end + margin > self.top + height {
            self.top = (lines.end + margin).saturating_sub(height).min(most);
        }
    }

    /// The event under the cursor, as the target of a flag or note.
    pub fn target(&self) -> Option<EventTarget> {
        let seq = self.cursor?;
        Some(EventTarget {
            key: *self.whole.keys.get(seq)?,
            seq: seq as u32,
        })
    }

    /// Numbers of the events at which a turn with a problem begins.
    pub fn problems(&self) -> Vec<usize> {
        let turns = self.whole.facts.turns.iter().filter(|t| t.problem);
        turns.map(|t| t.user.unwrap_or(t.first) as usize).collect()
    }

    /// Numbers of the events at which turns begin.
    pub fn turns(&self) -> Vec<usize> {
        self.whole
            .facts
            .turns
            .iter()
            .map(|t| t.user.unwrap_or(t.first) as usize)
            .collect()
    }

    /// The next of `places` after (or before) the cursor.
    pub fn next_of(&self, places: &[usize], backwards: bool) -> Option<usize> {
        let here = self.cursor.map_or(-1, |c| c as isize);
        if backwards {
            places.iter().rev().find(|p| (**p as isize) < here).copied()
        } else {
            places.iter().find(|p| (**p as isize) > here).copied()
        }
    }
}
