//! The only way anything is drawn.
//!
//! Whatever reaches the screen is a [`SafeText`], cluster by cluster, within an area the text cannot
//! leave. ratatui's spans, lines and paragraphs never see a string: they pass bidi controls through,
//! and wrapping panics on some messages.

use std::num::NonZeroU16;
use std::ops::Range;

use ratatui::buffer::{Buffer, Cell, CellDiffOption, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::text::{Cluster, SafeText};

/// Draws into one area of a buffer. Coordinates are those of the buffer; what lies outside the area is
/// not drawn.
pub struct Pen<'a> {
    buf: &'a mut Buffer,
    area: Rect,
}

impl<'a> Pen<'a> {
    /// A pen for `area` of `buf`.
    pub fn new(buf: &'a mut Buffer, area: Rect) -> Self {
        let area = area.intersection(buf.area);
        Self { buf, area }
    }

    /// Where this pen draws.
    pub fn area(&self) -> Rect {
        self.area
    }

    /// A pen for a part of this one's area.
    pub fn part(&mut self, area: Rect) -> Pen<'_> {
        Pen {
            area: area.intersection(self.area),
            buf: self.buf,
        }
    }

    /// Draws `text` at most `max_width` columns wide, cut with `…`. Returns the columns used.
    pub fn text(&mut self, x: u16, y: u16, max_width: u16, text: &SafeText, style: Style) -> u16 {
        let room = self.room(x, max_width);
        let (count, cut) = text.fit(usize::from(room));
        let used = self.clusters(x, y, room, text, 0..count, |_| style);
        if cut {
            used + self.put(x + used, y, "…", 1, marker_style(style))
        } else {
            used
        }
    }

    /// Draws a range of clusters, each in its own style: a wrapped line with its highlights. What does
    /// not fit is left out. Returns the columns used.
    pub fn clusters(
        &mut self,
        x: u16,
        y: u16,
        max_width: u16,
        text: &SafeText,
        range: Range<usize>,
        style: impl Fn(usize) -> Style,
    ) -> u16 {
        let room = self.room(x, max_width);
        let mut used = 0;
        for index in range {
            let Some(Cluster {
                text,
                width,
                marker,
                ..
            }) = text.cluster(index)
            else {
                break;
            };
            let width = u16::from(width);
            if used + width > room {
                break;
            }
            let style = style(index);
            let style = if marker { marker_style(style) } else { style };
            used += self.put(x + used, y, text, width, style);
        }
        used
    }

    /// Draws a word of ours or a figure, cut with `…`. Returns the columns used.
    pub fn word(&mut self, x: u16, y: u16, max_width: u16, word: &str, style: Style) -> u16 {
        let safe = SafeText::preview(word, usize::from(max_width));
        self.text(x, y, max_width, &safe, style)
    }

    /// Draws a word so that it ends before column `right`, at most `max_width` wide. Returns the
    /// columns used.
    pub fn right(&mut self, right: u16, y: u16, max_width: u16, word: &str, style: Style) -> u16 {
        let safe = SafeText::preview(word, usize::from(max_width));
        let width = u16::try_from(safe.width()).unwrap_or(max_width);
        self.text(right.saturating_sub(width), y, width, &safe, style)
    }

    /// Empties a rectangle and gives it a style.
    pub fn fill(&mut self, rect: Rect, style: Style) {
        self.each(rect, |cell| {
            cell.reset();
            cell.set_style(style);
        });
    }

    /// Changes the style of what is there.
    pub fn restyle(&mut self, rect: Rect, change: impl Fn(Style) -> Style) {
        self.each(rect, |cell| {
            let style = change(cell.style());
            cell.fg = style.fg.unwrap_or(Color::Reset);
            cell.bg = style.bg.unwrap_or(Color::Reset);
            cell.underline_color = style.underline_color.unwrap_or(Color::Reset);
            cell.modifier = style.add_modifier.difference(style.sub_modifier);
        });
    }

    fn each(&mut self, rect: Rect, mut change: impl FnMut(&mut Cell)) {
        let rect = rect.intersection(self.area);
        for y in rect.top()..rect.bottom() {
            for x in rect.left()..rect.right() {
                if let Some(cell) = self.buf.cell_mut((x, y)) {
                    change(cell);
                }
            }
        }
    }

    /// Columns left of the area from `x` on, at most `max_width`.
    fn room(&self, x: u16, max_width: u16) -> u16 {
        if x < self.area.left() {
            return 0;
        }
        max_width.min(self.area.right().saturating_sub(x))
    }

    /// Sets one cluster of `width` columns; the cells it covers are emptied.
    fn put(&mut self, x: u16, y: u16, symbol: &str, width: u16, style: Style) -> u16 {
        let inside = x >= self.area.left()
            && x.saturating_add(width) <= self.area.right()
            && (self.area.top()..self.area.bottom()).contains(&y);
        if !inside || width == 0 {
            return width;
        }
        self.uncover(x, y);
        if let Some(cell) = self.buf.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
            // ratatui counts the half-width voicing marks twice; the terminal does not.
            let option = match NonZeroU16::new(width) {
                Some(forced) if symbol.cell_width() != width => CellDiffOption::ForcedWidth(forced),
                _ => CellDiffOption::None,
            };
            cell.set_diff_option(option);
        }
        for covered in x + 1..x + width {
            if let Some(cell) = self.buf.cell_mut((covered, y)) {
                cell.set_symbol(" ").set_style(style);
                cell.set_diff_option(CellDiffOption::None);
            }
        }
        width
    }

    /// Empties a wide cluster whose second half is about to be overwritten.
    fn uncover(&mut self, x: u16, y: u16) {
        let Some(left) = x.checked_sub(1).and_then(|x| self.buf.cell_mut((x, y))) else {
            return;
        };
        if left.cell_width() > 1 {
            left.set_symbol(" ").set_diff_option(CellDiffOption::None);
        }
    }
}

/// Markers look different from the same characters typed by someone.
fn marker_style(style: Style) -> Style {
    style.add_modifier(Modifier::DIM | Modifier::ITALIC)
}
