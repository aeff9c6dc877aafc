//! The reader: one conversation as lines, a cursor on its events, the detail under it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::detail::DetailPane;
use super::lines::{Content, Folding, ReaderLine, lines};
use super::map::Map;
use crate::filter::Filter;
use crate::model::EventTarget;
use crate::store::Whole;
use crate::tui::opened::{Hits, Opened, Texts, same_filter};

/// Tabs of the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Ranking, entities, confidences.
    #[default]
    Prediction,
    /// State of all slots after the event.
    Slots,
    /// What led here, as a Rasa story.
    Story,
    /// Every event of the turn, with times.
    Trace,
    /// The source's record.
    Raw,
    /// Attributes and metadata of the conversation.
    Conversation,
}

impl Tab {
    /// All, in order.
    pub const ALL: [Self; 6] = [
        Self::Prediction,
        Self::Slots,
        Self::Story,
        Self::Trace,
        Self::Raw,
        Self::Conversation,
    ];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Prediction => "Prediction",
            Self::Slots => "Slots",
            Self::Story => "Story",
            Self::Trace => "Trace",
            Self::Raw => "Raw",
            Self::Conversation => "Conversation",
        }
    }

    /// The one `step` places on, around the end.
    pub fn step(self, step: isize) -> Self {
        let at = Self::ALL.iter().position(|t| *t == self).unwrap_or(0);
        let all = Self::ALL.len();
        Self::ALL[(at + all).wrapping_add_signed(step) % all]
    }
}

/// A conversation that is open.
#[derive(Debug)]
pub struct Open {
    /// It.
    pub whole: Arc<Whole>,
    /// Its messages, safe to draw.
    pub texts: Arc<Texts>,
    /// What of it satisfies the filter it was opened under.
    pub hits: Arc<Hits>,
    /// Its lines at the present width.
    pub lines: Vec<ReaderLine>,
    /// Event the cursor stands on; `None`: the header.
    pub cursor: Option<usize>,
    /// First line on the screen.
    pub top: usize,
    filter: Arc<Filter>,
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
    /// What it shows, and where in it one is.
    pub pane: DetailPane,
    /// Events that show whatever is folded, ascending: a find has places in them.
    pub(super) revealed: Vec<usize>,
    /// The map at the right edge, and what it was made of.
    pub map: Map,
    pub(super) map_of: Option<(u64, usize, Option<u64>)>,
    /// Goes up with every change of what is open, so that what was made of it is made again.
    pub(super) revision: u64,
    /// The row whose first (`true`) or last hit to stand on when it arrives.
    pub land_on_hit: Option<(i64, bool)>,
    /// The row and its event to stand on when it arrives.
    pub land_on_event: Option<(i64, usize)>,
    /// Others that are here: neighbours, and those shown before; the oldest first. The one that is shown
    /// is not among them, so that a change of it copies nothing.
    kept: VecDeque<Opened>,
}

/// Conversations kept beside the open one: neighbours loaded before they are asked for.
const KEPT: usize = 8;
/// Events that they have together at most: very long ones are read again.
const KEPT_EVENTS: usize = 20_000;

impl ReaderState {
    /// The row that is open.
    pub fn row(&self) -> Option<i64> {
        self.open.as_ref().map(|o| o.whole.card.row)
    }

    /// Takes a conversation in; shows it if it is the awaited one.
    pub fn take(&mut self, opened: Opened, width: u16) {
        if self.row() == Some(opened.row()) {
            self.replace(opened, width);
        } else if self.awaited == Some(opened.row()) {
            self.show(opened, width);
        } else {
            self.keep(opened);
        }
    }

    fn keep(&mut self, opened: Opened) {
        self.kept.retain(|k| k.row() != opened.row());
        self.kept.push_back(opened);
        let events = |k: &Opened| k.whole.events.len();
        while self.kept.len() > KEPT || self.kept.iter().map(events).sum::<usize>() > KEPT_EVENTS {
            self.kept.pop_front();
        }
    }

    /// Shows a conversation that is already here, with the hits of this filter. False: it has to be read.
    pub fn show_kept(&mut self, row: i64, filter: &Arc<Filter>, width: u16) -> bool {
        let Some(at) = self.kept.iter().position(|k| k.row() == row) else {
            return false;
        };
        match self.kept.remove(at) {
            Some(opened) if same_filter(&opened.filter, filter) => {
                self.show(opened, width);
                true
            }
            _ => false,
        }
    }

    /// A conversation that is here already.
    pub fn known(&self, row: i64) -> Option<&Arc<Whole>> {
        let open = self.open.as_ref().map(|o| &o.whole);
        let kept = self.kept.iter().map(|k| &k.whole);
        open.into_iter().chain(kept).find(|w| w.card.row == row)
    }

    /// Rows that are here beside the one on the screen.
    pub fn kept(&self) -> impl Iterator<Item = i64> + '_ {
        self.kept.iter().map(Opened::row)
    }

    /// Forgets these rows, but not what is on the screen.
    pub fn forget_rows(&mut self, rows: &[i64]) {
        self.kept.retain(|k| !rows.contains(&k.row()));
    }

    /// Changes what is here of these rows.
    pub fn change(&mut self, rows: &[i64], apply: impl Fn(&mut Whole)) {
        self.revision += 1;
        let open = self.open.iter_mut().map(|o| &mut o.whole);
        let kept = self.kept.iter_mut().map(|k| &mut k.whole);
        for whole in open.chain(kept) {
            if rows.contains(&whole.card.row) {
                apply(Arc::make_mut(whole));
            }
        }
    }

    /// Forgets everything but what is on the screen.
    pub fn forget(&mut self) {
        self.kept.clear();
    }

    fn show(&mut self, opened: Opened, width: u16) {
        self.awaited = None;
        self.error = None;
        self.revision += 1;
        self.revealed.clear();
        let Opened {
            whole,
            texts,
            filter,
            hits,
        } = opened;
        let lines = lines(&whole, &texts, width, self.folding, &[]);
        let mut open = Open {
            whole,
            texts,
            hits,
            lines,
            cursor: None,
            top: 0,
            filter,
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
        let hits = &open.hits.events;
        let hit = match self.land_on_hit.take() {
            Some((asked, false)) if asked == row => hits.last(),
            _ => hits.first(),
        };
        let landing = self.land_on_event.take();
        let asked = landing.filter(|l| l.0 == row).map(|l| l.1 as u32);
        open.cursor = asked
            .or(hit.copied())
            .or(problem)
            .and_then(|seq| open.stop_near(seq as usize))
            .or_else(|| open.first_message())
            .or_else(|| open.first_stop());
        if let Some(before) = self.open.replace(open) {
            self.keep(Opened {
                whole: before.whole,
                texts: before.texts,
                filter: before.filter,
                hits: before.hits,
            });
        }
    }

    /// Another state of the conversation that is shown, or its hits under another filter. The place stays,
    /// but goes to the first hit where the hits are others, as it does where a conversation is opened.
    fn replace(&mut self, opened: Opened, width: u16) {
        self.awaited = None;
        let Some(open) = &mut self.open else { return };
        open.whole = opened.whole;
        open.texts = opened.texts;
        open.filter = opened.filter;
        let other_hits = open.hits.events != opened.hits.events;
        open.hits = opened.hits;
        self.lay_out(width);
        if let Some(open) = &mut self.open
            && other_hits
            && let Some(hit) = open.hits.events.first()
            && let Some(seq) = open.stop_near(*hit as usize)
        {
            open.cursor = Some(seq);
        }
    }

    /// Makes the lines of the conversation that is shown anew: something in it changed.
    pub fn lay_out(&mut self, width: u16) {
        self.revision += 1;
        if let Some(open) = &mut self.open {
            open.lines = lines(
                &open.whole,
                &open.texts,
                width,
                self.folding,
                &self.revealed,
            );
            open.laid_out = (width, self.folding);
        }
    }

    /// Lays the conversation out again where width or folding changed, and scrolls the cursor into the
    /// `height` lines on the screen.
    pub fn settle(&mut self, width: u16, height: usize) {
        let folding = self.folding;
        let laid_out = self.open.as_ref().map(|o| o.laid_out);
        if laid_out.is_some_and(|l| l != (width, folding)) {
            self.lay_out(width);
            if let Some(open) = &mut self.open
                && let Some(seq) = open.cursor
            {
                open.cursor = open.stop_near(seq);
            }
        }
        let Some(open) = &mut self.open else { return };
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

    /// Stands on an event, or where it is folded on what it is folded into; with the line of that byte of its
    /// message on the screen of `height` lines.
    pub fn show(&mut self, seq: usize, byte: Option<usize>, height: usize) {
        self.cursor = self.stop_near(seq);
        let lines = self.lines_of(seq);
        if lines.len() < height {
            return;
        }
        let text = &self.texts[seq];
        let holds = |line: &ReaderLine| match (&line.content, byte) {
            (Content::Text(part), Some(byte)) => {
                let last = part.end.checked_sub(1).and_then(|i| text.cluster(i));
                last.is_some_and(|c| c.start >= byte)
            }
            _ => byte.is_none(),
        };
        let line = self.lines[lines.clone()].iter().position(holds);
        let line = lines.start + line.unwrap_or(0);
        if !(self.top..self.top + height).contains(&line) {
            self.top = line.saturating_sub(height / 2);
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
