//! What the notes screen holds: the notes, which of them are shown and marked, where its parts stand. No key is
//! known here.

use std::collections::{HashMap, HashSet};

use ratatui::layout::Rect;
use tui_input::Input;

use crate::filter;
use crate::model::NoteId;
use crate::store::ListedNote;
use crate::text::Untrusted;
use crate::tui::app::picker::Picker;
use crate::tui::noted::{NoteContext, NotesView};

/// Lines of a note in the list.
pub const NOTE_ROWS: usize = 2;
/// Contexts that are kept; of more, those far from the screen are read again.
const KEPT: usize = 2_000;

/// State of the notes screen. It stays when the screen is left, so that its place is found again.
#[derive(Debug, Default)]
pub struct NotesState {
    /// The notes; `None` while they are read.
    pub view: Option<NotesView>,
    /// Text of the filter they are of.
    pub filter: String,
    /// Places of the notes that the typed words leave.
    pub shown: Vec<usize>,
    /// Place in `shown`.
    pub cursor: usize,
    /// First note on the screen.
    pub top: usize,
    /// Marked notes.
    pub marks: HashSet<NoteId>,
    /// Where a range began.
    pub range: Option<usize>,
    /// Words that narrow the list.
    pub words: Input,
    /// They are being typed.
    pub typing: bool,
    /// The tag is being chosen.
    pub picker: Option<Picker>,
    /// Rows of the conversations it is for: those that were chosen when it was asked for.
    pub(super) tagging: Vec<i64>,
    /// A note is being changed.
    pub editing: Option<(NoteId, Input)>,
    /// What the notes near the screen stand on.
    pub contexts: HashMap<NoteId, NoteContext>,
    /// Asked for and not yet here.
    pub(super) awaited: HashSet<NoteId>,
    pub(super) generation: u64,
    /// Something changed while another screen was in front.
    pub(super) stale: bool,
}

/// Where the parts of the screen stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotesLayout {
    /// Two lines of words.
    pub head: Rect,
    /// Counts in one line, where there is no column for them.
    pub counts_line: Option<Rect>,
    /// The notes.
    pub list: Rect,
    /// The note under the cursor, whole.
    pub detail: Rect,
    /// Counts per tag.
    pub counts: Option<Rect>,
}

impl NotesLayout {
    /// In the area of a full screen.
    pub fn of(area: Rect) -> Self {
        let side = if area.width >= 100 { 32 } else { 0 };
        let width = area.width - side;
        let head = 2 + u16::from(side == 0);
        let detail = (area.height / 3).clamp(3, 12);
        let list = area.height.saturating_sub(head + detail + 1);
        let part = |y: u16, height| Rect::new(area.x, area.y + y, width, height);
        Self {
            head: part(0, 2),
            counts_line: (side == 0).then(|| part(2, 1)),
            list: part(head, list),
            detail: part(head + list + 1, detail),
            counts: (side > 0)
                .then(|| Rect::new(area.x + width + 1, area.y, side - 1, area.height)),
        }
    }

    /// Notes that fit into the list.
    pub fn notes(&self) -> usize {
        (usize::from(self.list.height) / NOTE_ROWS).max(1)
    }
}

impl NotesState {
    /// Forgets what was read: it is asked for again when the screen is opened.
    pub(in crate::tui::app) fn forget(&mut self) {
        let generation = self.generation + 1;
        *self = Self {
            generation,
            ..Self::default()
        };
    }

    /// The notes that are shown, in order.
    pub fn shown_notes(&self) -> impl Iterator<Item = &ListedNote> {
        let notes = self.view.as_ref().map_or(&[][..], |v| &v.notes);
        self.shown.iter().filter_map(|at| notes.get(*at))
    }

    /// The note at a place of the list.
    pub fn at(&self, place: usize) -> Option<&ListedNote> {
        self.view.as_ref()?.notes.get(*self.shown.get(place)?)
    }

    /// The note under the cursor.
    pub fn current(&self) -> Option<&ListedNote> {
        self.at(self.cursor)
    }

    /// True where the place belongs to the range that has begun.
    pub fn in_range(&self, place: usize) -> bool {
        self.range
            .is_some_and(|from| (from.min(self.cursor)..=from.max(self.cursor)).contains(&place))
    }

    pub(super) fn step(&mut self, delta: isize) {
        let last = self.shown.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(delta).min(last);
    }

    /// What a tag is given to: the marked notes, else those of the range, else the one under the cursor.
    pub(super) fn chosen(&self) -> Vec<&ListedNote> {
        let notes = self.view.as_ref().map_or(&[][..], |v| &v.notes);
        if !self.marks.is_empty() {
            return notes
                .iter()
                .filter(|n| self.marks.contains(&n.id))
                .collect();
        }
        match self.range {
            Some(_) => (0..self.shown.len())
                .filter(|place| self.in_range(*place))
                .filter_map(|place| self.at(place))
                .collect(),
            None => self.current().into_iter().collect(),
        }
    }

    /// Rows of the conversations that the chosen notes stand on, ascending.
    pub(super) fn chosen_rows(&self) -> Vec<i64> {
        let mut rows: Vec<i64> = self.chosen().iter().map(|n| n.row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Shows the notes that hold the typed words, in their text or in the name of who wrote them; the cursor
    /// stays on its note where that is still shown.
    pub(super) fn narrow(&mut self) {
        let here = self.current().map(|n| n.id);
        let typed = filter::fold(self.words.value().trim());
        let folded = self.view.as_ref().map_or(&[][..], |v| &v.folded);
        if typed.is_empty() {
            self.shown = (0..folded.len()).collect();
        } else {
            let holds = |at: &usize| {
                let text = &folded[*at];
                typed.split_whitespace().all(|word| text.contains(word))
            };
            self.shown = (0..folded.len()).filter(holds).collect();
        }
        self.stand_on(here);
    }

    pub(super) fn stand_on(&mut self, note: Option<NoteId>) {
        let place = note.and_then(|id| self.shown_notes().position(|n| n.id == id));
        self.cursor = place.unwrap_or(self.cursor);
        self.step(0);
        self.range = None;
    }

    pub(super) fn take(&mut self, view: NotesView) {
        if view.generation != self.generation {
            return;
        }
        let here = self.current().map(|n| n.id);
        self.view = Some(view);
        self.shown.clear();
        let place = self.cursor;
        self.narrow();
        self.cursor = place;
        self.stand_on(here);
        // Whatever changed of them, it is read again where it can be seen.
        self.contexts.clear();
        self.awaited.clear();
    }

    /// Shows a tag on these conversations before it is written.
    pub(super) fn show_tag(&mut self, rows: &[i64], name: &Untrusted) {
        let Some(view) = &mut self.view else { return };
        let same = |a: &Untrusted| filter::fold(a.for_search()) == filter::fold(name.for_search());
        let mut more = 0;
        for row in rows {
            let tags = view.tags.entry(*row).or_default();
            if !tags.iter().any(same) {
                tags.push(name.clone());
                more += 1;
            }
        }
        match view.counts.iter_mut().find(|(tag, _)| same(tag)) {
            Some((_, count)) => *count += more,
            None => view.counts.push((name.clone(), more)),
        }
        view.counts
            .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }

    /// Notes on or near the screen whose context is not here yet.
    pub(super) fn wanted(&mut self, fit: usize) -> Vec<(NoteId, i64)> {
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(fit), self.cursor);
        if self.contexts.len() > KEPT {
            self.contexts.clear();
        }
        let near = self.top.saturating_sub(fit)..(self.top + 2 * fit).min(self.shown.len());
        let wanted: Vec<(NoteId, i64)> = near
            .filter_map(|place| self.at(place))
            .filter(|n| !self.contexts.contains_key(&n.id) && !self.awaited.contains(&n.id))
            .map(|n| (n.id, n.row))
            .collect();
        self.awaited.extend(wanted.iter().map(|w| w.0));
        wanted
    }
}
