//! The sidebar: presets with counts, facets with counts, today.

use std::collections::HashSet;

use super::App;
use super::view::FACETS;
use crate::catalogue::FacetName;
use crate::filter::{self, Field};

/// Values shown of a facet before `more`.
const SHORT: usize = 7;

/// State of the sidebar.
#[derive(Debug)]
pub struct SidebarState {
    /// Shown where three panes fit.
    pub shown: bool,
    /// Place of the cursor among the lines.
    pub cursor: usize,
    /// First line on the screen.
    pub top: usize,
    /// Facets whose values are shown.
    pub open: HashSet<Field>,
    /// Facets shown with all their values.
    pub full: HashSet<Field>,
    /// Values by name instead of by count.
    pub by_name: bool,
}

impl SidebarState {
    /// Opens a facet that is closed, closes one that is open.
    fn toggle(&mut self, facet: Field) {
        if !self.open.remove(&facet) {
            self.open.insert(facet);
        }
    }
}

impl Default for SidebarState {
    fn default() -> Self {
        let open = [
            Field::Tag,
            Field::Channel,
            Field::Is,
            Field::Auto,
            Field::Dropoff,
            Field::Lang,
        ]
        .into();
        Self {
            shown: true,
            cursor: 0,
            top: 0,
            open,
            full: HashSet::new(),
            by_name: false,
        }
    }
}

/// One line of the sidebar.
#[derive(Clone, Debug, PartialEq)]
pub enum SidebarLine {
    /// `PRESETS`, `TODAY`.
    Title(&'static str),
    /// An empty line.
    Blank,
    /// A preset, by its place.
    Preset(usize),
    /// A facet's name; folded or open.
    Facet(Field, bool),
    /// A value with its count; `Some(true)` it is in the filter, `Some(false)` excluded.
    Value(Field, String, u64, Option<bool>),
    /// So many more values.
    More(Field, u64),
    /// Decisions today.
    Decided(u64),
}

/// A value of a facet as the filter language asks for it: `none` is absence, a number is a number.
fn pattern(field: Field, value: &str) -> filter::Pattern {
    FacetName::Of(field).pattern(value)
}

impl SidebarLine {
    /// The same preset, facet or value, whatever is counted beside it.
    fn is_the(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(f, v, ..), Self::Value(g, w, ..)) => f == g && v == w,
            (Self::Facet(f, _), Self::Facet(g, _)) | (Self::More(f, _), Self::More(g, _)) => f == g,
            _ => self == other,
        }
    }

    fn selectable(&self) -> bool {
        !matches!(self, Self::Title(_) | Self::Blank | Self::Decided(_))
    }
}

impl App {
    /// The lines of the sidebar.
    pub fn sidebar_lines(&self) -> Vec<SidebarLine> {
        let mut lines = vec![SidebarLine::Title("PRESETS")];
        lines.extend((0..self.presets.len()).map(SidebarLine::Preset));
        for field in FACETS {
            let Some(facet) = self.view.facets.iter().find(|f| f.field == *field) else {
                continue;
            };
            if facet.values.is_empty() {
                continue;
            }
            let open = self.sidebar.open.contains(field);
            if open
                || lines
                    .last()
                    .is_some_and(|l| !matches!(l, SidebarLine::Facet(_, false)))
            {
                lines.push(SidebarLine::Blank);
            }
            lines.push(SidebarLine::Facet(*field, open));
            if !open {
                continue;
            }
            let mut values = facet.values.clone();
            if self.sidebar.by_name {
                values.sort();
            }
            let shown = if self.sidebar.full.contains(field) {
                values.len()
            } else {
                SHORT
            };
            let more = facet
                .distinct
                .saturating_sub(shown.min(values.len()) as u64);
            for (value, count) in values.into_iter().take(shown) {
                let state = filter::has_value(&self.view.filter, *field, pattern(*field, &value));
                lines.push(SidebarLine::Value(*field, value, count, state));
            }
            if more > 0 {
                lines.push(SidebarLine::More(*field, more));
            }
        }
        lines.extend([
            SidebarLine::Blank,
            SidebarLine::Title("TODAY"),
            SidebarLine::Decided(self.today),
        ]);
        lines
    }

    /// The line under the sidebar's cursor.
    pub(super) fn sidebar_line(&self) -> Option<SidebarLine> {
        self.sidebar_lines().get(self.sidebar.cursor).cloned()
    }

    /// Puts the cursor back on what it stood on, after counts and values changed around it.
    pub(super) fn stay_in_sidebar(&mut self, line: Option<SidebarLine>) {
        let Some(line) = line else { return };
        let found = self.sidebar_lines().iter().position(|l| l.is_the(&line));
        if let Some(at) = found {
            self.sidebar.cursor = at;
        }
    }

    /// Moves the sidebar's cursor over lines that can be chosen.
    pub(super) fn sidebar_step(&mut self, delta: isize) {
        let lines = self.sidebar_lines();
        let down = delta > 0;
        for _ in 0..delta.unsigned_abs() {
            let mut at = self.sidebar.cursor as isize;
            loop {
                at += if down { 1 } else { -1 };
                match usize::try_from(at).ok().and_then(|i| lines.get(i)) {
                    None => break,
                    Some(line) if line.selectable() => {
                        self.sidebar.cursor = at as usize;
                        break;
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// Keeps the cursor on a line that can be chosen, and on the screen.
    pub(super) fn settle_sidebar(&mut self, height: usize) {
        let lines = self.sidebar_lines();
        self.sidebar.cursor = self.sidebar.cursor.min(lines.len().saturating_sub(1));
        if !lines
            .get(self.sidebar.cursor)
            .is_some_and(SidebarLine::selectable)
        {
            let near = lines.iter().enumerate().filter(|(_, l)| l.selectable());
            let cursor = self.sidebar.cursor;
            self.sidebar.cursor = near
                .min_by_key(|(i, _)| i.abs_diff(cursor))
                .map_or(0, |(i, _)| i);
        }
        let height = height.max(1);
        let cursor = self.sidebar.cursor;
        if cursor < self.sidebar.top {
            self.sidebar.top = if cursor <= 1 { 0 } else { cursor };
        } else if cursor >= self.sidebar.top + height {
            self.sidebar.top = cursor + 1 - height;
        }
        self.sidebar.top = self.sidebar.top.min(lines.len().saturating_sub(height));
    }

    /// A click on a line: on a title or an empty one it does nothing.
    pub(super) fn sidebar_click(&mut self, at: usize) {
        let lines = self.sidebar_lines();
        if lines.get(at).is_some_and(SidebarLine::selectable) {
            self.sidebar.cursor = at;
            self.sidebar_choose(false);
        }
    }

    /// `enter` on the line under the cursor.
    pub(super) fn sidebar_choose(&mut self, exclude: bool) {
        let line = self.sidebar_line();
        match line {
            Some(SidebarLine::Preset(i)) if !exclude => {
                if let Some((preset, _)) = self.presets.get(i).cloned() {
                    self.open_preset(&preset);
                }
            }
            Some(SidebarLine::Facet(field, _)) => self.sidebar.toggle(field),
            Some(SidebarLine::More(field, _)) => {
                self.sidebar.full.insert(field);
            }
            Some(SidebarLine::Value(field, value, _, state)) => {
                let filter = if exclude {
                    filter::exclude_value(&self.view.filter, field, pattern(field, &value))
                } else if state == Some(true) {
                    filter::without_value(&self.view.filter, field, pattern(field, &value))
                } else {
                    filter::add_value(&self.view.filter, field, pattern(field, &value))
                };
                self.refine(filter);
            }
            _ => {}
        }
    }
}
