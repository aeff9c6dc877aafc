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
use unicode_width::UnicodeWidthChar;

use crate::text::{Cluster, SafeText};

/// Draws into one area of a buffer. Coordinates are those of the buffer; what lies outside the area is
/// not drawn.
pub struct Pen<'a> {
    buf: &'a mut Buffer,
    area: Rect,
    ascii: bool,
}

impl<'a> Pen<'a> {
    /// A pen for `area` of `buf`.
    pub fn new(buf: &'a mut Buffer, area: Rect) -> Self {
        let area = area.intersection(buf.area);
        Self {
            buf,
            area,
            ascii: false,
        }
    }

    /// The same for a terminal without Unicode: our own glyphs in their plain form, whoever wrote them.
    pub fn ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
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
            ascii: self.ascii,
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
            let text = if self.ascii && marker {
                plain_marker(text)
            } else {
                text
            };
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
        let symbol = if self.ascii { plain(symbol) } else { symbol };
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

/// Prepares a finished frame for terminals that do not join emoji: they draw the parts of a joined one
/// side by side, over the cells after it, and at the edge of the screen into the next row.
///
/// Has to be called once a frame, after everything is drawn.
pub fn settle(buf: &mut Buffer) {
    let area = buf.area;
    for y in area.top()..area.bottom() {
        let mut always_until = area.left();
        for x in area.left()..area.right() {
            let Some(cell) = buf.cell_mut((x, y)) else {
                continue;
            };
            if x < always_until && cell.diff_option == CellDiffOption::None {
                cell.set_diff_option(CellDiffOption::AlwaysUpdate);
            }
            let reach = reach(cell.symbol());
            if reach <= cell.cell_width() {
                continue;
            }
            if x.saturating_add(reach) > area.right() {
                let first: String = cell.symbol().chars().take(1).collect();
                let style = marker_style(cell.style());
                cell.set_symbol(&first).set_style(style);
            } else {
                always_until = always_until.max(x + reach);
            }
        }
    }
}

/// Columns a terminal takes that knows characters alone, not clusters.
fn reach(symbol: &str) -> u16 {
    // The shortest joined emoji is two characters of three and four bytes.
    if symbol.len() < 7 {
        return 0;
    }
    let columns: usize = symbol.chars().filter_map(UnicodeWidthChar::width).sum();
    u16::try_from(columns).unwrap_or(u16::MAX)
}

/// The plain form of a glyph of ours.
fn plain(symbol: &str) -> &str {
    match symbol {
        "━" => "=",
        "─" => "-",
        "┼" => "+",
        "│" => "|",
        "…" => ".",
        "·" => "-",
        "≠" => "%",
        other => other,
    }
}

/// The plain form of a part of a marker; its style still tells it from the same character typed.
fn plain_marker(part: &str) -> &str {
    match part {
        "⟨" => "<",
        "⟩" => ">",
        "×" => "x",
        "…" => ".",
        ascii if ascii.is_ascii() => ascii,
        // Pictures of control characters and stray marks.
        _ => "^",
    }
}

/// Markers look different from the same characters typed by someone.
fn marker_style(style: Style) -> Style {
    style.add_modifier(Modifier::DIM | Modifier::ITALIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(buf: &Buffer, y: u16) -> String {
        (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect()
    }

    fn buffer(width: u16) -> Buffer {
        Buffer::filled(Rect::new(0, 0, width, 3), Cell::new("."))
    }

    #[test]
    fn text_is_cut_and_its_width_told() {
        let mut buf = buffer(8);
        let area = buf.area;
        let mut pen = Pen::new(&mut buf, area);
        assert_eq!(pen.text(1, 0, 5, &SafeText::line("hello"), Style::new()), 5);
        assert_eq!(pen.text(1, 1, 4, &SafeText::line("hello"), Style::new()), 4);
        assert_eq!(pen.text(5, 2, 9, &SafeText::line("hello"), Style::new()), 3);
        assert_eq!(pen.text(8, 2, 9, &SafeText::line("x"), Style::new()), 0);
        assert_eq!(pen.text(0, 3, 9, &SafeText::line("x"), Style::new()), 1);
        assert_eq!(row(&buf, 0), ".hello..");
        assert_eq!(row(&buf, 1), ".hel\u{2026}...");
        assert_eq!(row(&buf, 2), ".....he\u{2026}");
    }

    #[test]
    fn nothing_is_drawn_outside_the_area() {
        let mut buf = buffer(8);
        let mut pen = Pen::new(&mut buf, Rect::new(2, 1, 3, 1));
        pen.text(0, 1, 8, &SafeText::line("abcdefgh"), Style::new());
        pen.text(2, 0, 8, &SafeText::line("abcdefgh"), Style::new());
        pen.text(2, 2, 8, &SafeText::line("abcdefgh"), Style::new());
        pen.fill(Rect::new(0, 2, 8, 1), Style::new());
        assert_eq!(pen.text(2, 1, 8, &SafeText::line("日本"), Style::new()), 3);
        assert_eq!(row(&buf, 0), "........");
        assert_eq!(row(&buf, 1), "..日 \u{2026}...");
        assert_eq!(row(&buf, 2), "........");
    }

    #[test]
    fn a_wide_cluster_leaves_no_half_behind() {
        let mut buf = buffer(6);
        let area = buf.area;
        let mut pen = Pen::new(&mut buf, area);
        pen.word(0, 0, 6, "日本", Style::new());
        pen.word(1, 0, 6, "x", Style::new());
        assert_eq!(row(&buf, 0), " x本 ..");
    }

    #[test]
    fn markers_look_unlike_typed_text() {
        let mut buf = buffer(12);
        let area = buf.area;
        let mut pen = Pen::new(&mut buf, area);
        pen.text(0, 0, 12, &SafeText::line("\u{1b}␛"), Style::new());
        assert_eq!(buf[(0, 0)].symbol(), buf[(1, 0)].symbol());
        assert_ne!(buf[(0, 0)].style(), buf[(1, 0)].style());
    }

    #[test]
    fn markers_have_a_plain_form_and_typed_text_has_none() {
        let mut buf = buffer(16);
        let area = buf.area;
        let mut pen = Pen::new(&mut buf, area).ascii(true);
        let text = SafeText::line("\u{1b}\u{202e}\u{202e}␛é");
        pen.text(0, 0, 16, &text, Style::new());
        pen.text(0, 1, 16, &text.cut(2), Style::new());
        assert_eq!(row(&buf, 0), "^<RLOx2>␛é......");
        assert_eq!(row(&buf, 1), "^...............");
    }

    #[test]
    fn words_stand_right_and_cannot_leak() {
        let mut buf = buffer(8);
        let area = buf.area;
        let mut pen = Pen::new(&mut buf, area);
        assert_eq!(pen.right(8, 0, 4, ".43", Style::new()), 3);
        assert_eq!(pen.right(8, 1, 4, "12,480", Style::new()), 4);
        assert_eq!(pen.right(2, 2, 4, "\u{1b}\u{202e}", Style::new()), 2);
        assert_eq!(row(&buf, 0), "......43");
        assert_eq!(row(&buf, 1), "....12,\u{2026}");
        assert_eq!(row(&buf, 2), "␛\u{2026}......");
    }

    #[test]
    fn plain_glyphs_are_those_of_the_theme() {
        use crate::tui::theme::{Glyph, Theme};
        let theme = |ascii| Theme { color: true, ascii };
        for glyph in [
            Glyph::BarFull,
            Glyph::BarRest,
            Glyph::BarMark,
            Glyph::Column,
            Glyph::Ellipsis,
            Glyph::Dot,
            Glyph::Differs,
        ] {
            assert_eq!(plain(theme(false).glyph(glyph)), theme(true).glyph(glyph));
        }
        let mut buf = buffer(8);
        let area = buf.area;
        let mut pen = Pen::new(&mut buf, area).ascii(true);
        pen.word(0, 0, 5, "1 · 2…3", Style::new());
        assert_eq!(row(&buf, 0), "1 - ....");
    }

    #[test]
    fn joined_emoji_do_no_harm_where_they_are_not_joined() {
        let mut buf = buffer(6);
        let area = buf.area;
        let mut pen = Pen::new(&mut buf, area);
        pen.word(0, 0, 6, "👍🏽", Style::new());
        pen.word(3, 1, 6, "👍🏽", Style::new());
        settle(&mut buf);
        // What follows is drawn again, whatever was there before.
        let again: Vec<_> = buf.diff_iter(&buf).map(|(x, y, _)| (x, y)).collect();
        assert_eq!(again, [(2, 0), (3, 0)]);
        // Too near the edge: the picture without its tone.
        assert_eq!(row(&buf, 1), "...👍 .");
        assert_ne!(buf[(3, 1)].style(), Style::new());
    }

    #[test]
    fn styles_are_laid_over_and_changed() {
        let mut buf = buffer(4);
        let area = buf.area;
        let mut pen = Pen::new(&mut buf, area);
        pen.fill(Rect::new(0, 0, 4, 1), Style::new().bg(Color::Blue));
        pen.word(0, 0, 4, "ab", Style::new().add_modifier(Modifier::BOLD));
        assert_eq!(buf[(0, 0)].bg, Color::Blue);
        assert_eq!(row(&buf, 0), "ab  ");
        let mut pen = Pen::new(&mut buf, area);
        pen.restyle(Rect::new(0, 0, 1, 1), |style| {
            style.fg(Color::Red).remove_modifier(Modifier::BOLD)
        });
        assert_eq!(buf[(0, 0)].fg, Color::Red);
        assert_eq!(buf[(0, 0)].modifier, Modifier::empty());
        assert_eq!(buf[(1, 0)].modifier, Modifier::BOLD);
    }
}
