//! What a tab of the detail shows: lines in pieces of different roles, some with others folded under them.
//!
//! It is made once for an event and kept; what is drawn of it is bounded by the screen. It holds log text as
//! it is: whoever draws it makes it safe.

use std::ops::Range;

use crate::text::{self, SafeText};
use crate::tui::theme::Role;

/// A line of more bytes is cut until it is unfolded.
const LONG: usize = 1_200;
/// Columns before the text: the cursor, and whether something is folded.
pub const GUTTER: u16 = 3;
/// Indents deeper than this are drawn no deeper.
const DEEPEST: u16 = 16;

/// Lines of a tab.
#[derive(Debug, Default)]
pub struct Doc {
    text: String,
    /// Pieces: end in `text`, and the role.
    pieces: Vec<(u32, Role)>,
    lines: Vec<Line>,
    rows: Vec<Row>,
    /// Texts of the rows that are parts of a long line.
    wrapped: Vec<SafeText>,
    width: u16,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    /// First byte in the text.
    start: u32,
    indent: u16,
    /// The line after everything that belongs under it.
    after: u32,
    folded: bool,
}

/// One row of the screen: a line, or a part of a long one.
#[derive(Clone, Debug)]
pub struct Row {
    /// Number of the line.
    pub line: usize,
    /// It is the first row of its line.
    pub first: bool,
    /// A part: number of the wrapped text, and clusters of it. `None`: the line is as wide as the row.
    part: Option<(usize, Range<usize>)>,
}

impl Doc {
    /// Begins a line; returns its number.
    pub fn line(&mut self, indent: u16) -> usize {
        let after = self.lines.len() as u32 + 1;
        self.lines.push(Line {
            start: self.text.len() as u32,
            indent,
            after,
            folded: false,
        });
        self.lines.len() - 1
    }

    /// Adds a piece to the last line.
    pub fn add(&mut self, piece: &str, role: Role) {
        self.text.push_str(piece);
        self.pieces.push((self.text.len() as u32, role));
    }

    /// A line of one piece.
    pub fn say(&mut self, indent: u16, piece: &str, role: Role) {
        self.line(indent);
        self.add(piece, role);
    }

    /// Everything after `line` belongs under it.
    pub fn close(&mut self, line: usize) {
        self.lines[line].after = self.lines.len() as u32;
    }

    /// Number of lines, folded ones among them.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True without lines.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The text of a line, as it is in the log.
    pub fn text(&self, line: usize) -> &str {
        let start = self.lines[line].start as usize;
        let end = self.lines.get(line + 1);
        &self.text[start..end.map_or(self.text.len(), |l| l.start as usize)]
    }

    /// Columns before the text of a line.
    pub fn indent(&self, line: usize) -> u16 {
        GUTTER + self.lines[line].indent.min(DEEPEST) * 2
    }

    /// The role of a byte of a line.
    pub fn role(&self, line: usize, byte: usize) -> Role {
        let at = self.lines[line].start as usize + byte;
        let piece = self.pieces.partition_point(|(end, _)| *end as usize <= at);
        self.pieces
            .get(piece)
            .map_or(Role::Plain, |(_, role)| *role)
    }

    /// All lines as text for other programs, whatever is folded; as it is in the log.
    pub fn texts(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.len()).map(|i| {
            let indent = usize::from(self.lines[i].indent.min(DEEPEST)) * 2;
            format!("{:indent$}{}", "", self.text(i))
        })
    }

    /// `Some(true)`: something is folded into the line; `Some(false)`: it could be.
    pub fn fold_state(&self, line: usize) -> Option<bool> {
        let l = self.lines[line];
        (l.after as usize > line + 1 || self.is_long(line)).then_some(l.folded)
    }

    fn is_long(&self, line: usize) -> bool {
        self.text(line).len() > LONG
    }

    /// What a folded line says of what is under it: ` … }  12 lines`.
    pub fn tail(&self, line: usize) -> Option<String> {
        let l = self.lines[line];
        if !l.folded {
            return None;
        }
        let hidden = l.after as usize - line - 1;
        if hidden == 0 {
            let rest = self.text(line).len() - self.shown(line).len();
            return Some(format!("… {} bytes more", text::figure(rest as u64)));
        }
        let last = self.text(l.after as usize - 1);
        let (end, inside) = if last.starts_with(['}', ']']) {
            (last, hidden - 1)
        } else {
            ("", hidden)
        };
        let word = if inside == 1 { "line" } else { "lines" };
        Some(format!(" … {end}  {} {word}", text::figure(inside as u64)))
    }

    /// The part of a line that is on the screen: all of it, unless it is long and folded.
    pub fn shown(&self, line: usize) -> &str {
        let text = self.text(line);
        if !self.lines[line].folded || text.len() <= LONG {
            return text;
        }
        let mut end = LONG;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        &text[..end]
    }

    /// Folds everything of that depth, at least the first, so that as much as fits in `height` rows shows;
    /// and what is long.
    pub fn fold_to_fit(&mut self, height: usize) {
        let deepest = self.lines.iter().map(|l| l.indent).max().unwrap_or(0);
        let mut depth = 1;
        while depth < deepest && self.rows_at_depth(depth + 1) <= height {
            depth += 1;
        }
        for line in 0..self.len() {
            let l = self.lines[line];
            let parent = l.after as usize > line + 1;
            self.lines[line].folded = if parent {
                l.indent >= depth && !self.everything_fits(height)
            } else {
                self.is_long(line)
            };
        }
    }

    fn everything_fits(&self, height: usize) -> bool {
        self.len() <= height
    }

    /// Lines that show with everything of that depth folded.
    fn rows_at_depth(&self, depth: u16) -> usize {
        let closes = |i: &usize| self.text(*i).starts_with(['}', ']']);
        (0..self.len())
            .filter(|i| {
                let indent = self.lines[*i].indent;
                indent < depth || indent == depth && !closes(i)
            })
            .count()
    }

    /// Folds one line.
    pub fn fold(&mut self, line: usize, folded: bool) {
        self.lines[line].folded = folded;
    }

    /// The line that this one stands under.
    pub fn parent(&self, line: usize) -> Option<usize> {
        (0..line)
            .rev()
            .find(|i| self.lines[*i].after as usize > line)
    }

    /// Unfolds whatever hides a line, and the line itself where it is long. True if something was folded.
    pub fn reveal(&mut self, line: usize) -> bool {
        let mut changed = self.is_long(line) && std::mem::take(&mut self.lines[line].folded);
        for above in &mut self.lines[..line] {
            if above.after as usize > line {
                changed |= std::mem::take(&mut above.folded);
            }
        }
        changed
    }

    /// Makes the rows for a pane of `width` columns, where it is another one or something was folded.
    pub fn arrange(&mut self, width: u16) {
        self.width = width;
        self.rows.clear();
        self.wrapped.clear();
        let mut line = 0;
        while line < self.lines.len() {
            self.rows_of(line);
            let l = self.lines[line];
            line = if l.folded { l.after as usize } else { line + 1 };
        }
    }

    fn rows_of(&mut self, line: usize) {
        let room = usize::from(self.width.saturating_sub(self.indent(line)).max(10));
        let shown = self.shown(line);
        let whole = Row {
            line,
            first: true,
            part: None,
        };
        if shown.len() <= room && shown.is_ascii() {
            return self.rows.push(whole);
        }
        let safe = SafeText::line(shown);
        if safe.width() <= room {
            return self.rows.push(whole);
        }
        let at = self.wrapped.len();
        for (i, part) in text::wrap(&safe, room).into_iter().enumerate() {
            self.rows.push(Row {
                line,
                first: i == 0,
                part: Some((at, part.clusters)),
            });
        }
        self.wrapped.push(safe);
    }

    /// The width it is arranged for.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// The rows that show with what is folded now.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// First row of a line that is not hidden.
    pub fn row_of(&self, line: usize) -> usize {
        self.rows.partition_point(|r| r.line < line)
    }

    /// The row that a byte of a line stands in.
    pub fn row_at(&self, line: usize, byte: usize) -> usize {
        let first = self.row_of(line);
        let rows = self.rows[first..].iter().take_while(|r| r.line == line);
        let before = rows.take_while(|row| match &row.part {
            Some((text, part)) => {
                let start = self.wrapped[*text].cluster(part.start);
                start.is_some_and(|c| c.start <= byte)
            }
            None => true,
        });
        first + before.count().saturating_sub(1)
    }

    /// The safe text of a row and the clusters of it that it shows.
    pub fn safe(&self, row: &Row) -> (std::borrow::Cow<'_, SafeText>, Range<usize>) {
        use std::borrow::Cow;
        match &row.part {
            Some((text, part)) => (Cow::Borrowed(&self.wrapped[*text]), part.clone()),
            None => {
                let safe = SafeText::line(self.shown(row.line));
                let all = 0..safe.len();
                (Cow::Owned(safe), all)
            }
        }
    }

    /// True if the row is the last of its line: what a folded line says stands after it.
    pub fn is_last_of_line(&self, row: usize) -> bool {
        let next = self.rows.get(row + 1);
        next.is_none_or(|next| next.line != self.rows[row].line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Doc {
        let mut doc = Doc::default();
        let root = doc.line(0);
        doc.add("{", Role::Plain);
        doc.say(1, "a", Role::Dim);
        let inner = doc.line(1);
        doc.add("b: [", Role::Plain);
        doc.say(2, "c", Role::Plain);
        doc.say(1, "]", Role::Plain);
        doc.close(inner);
        doc.say(0, "}", Role::Plain);
        doc.close(root);
        doc.arrange(40);
        doc
    }

    fn shown(doc: &Doc) -> Vec<String> {
        let text = |r: &Row| {
            let tail = doc.tail(r.line).unwrap_or_default();
            format!("{}{tail}", doc.text(r.line))
        };
        doc.rows().iter().map(text).collect()
    }

    #[test]
    fn what_is_folded_is_told_and_comes_back() {
        let mut doc = tree();
        assert_eq!(shown(&doc), ["{", "a", "b: [", "c", "]", "}"]);
        doc.fold(2, true);
        doc.arrange(40);
        assert_eq!(shown(&doc), ["{", "a", "b: [ … ]  1 line", "}"]);
        assert_eq!(doc.fold_state(2), Some(true));
        assert_eq!(doc.fold_state(0), Some(false));
        assert_eq!(doc.fold_state(1), None);
        doc.fold(0, true);
        assert!(doc.reveal(3));
        doc.arrange(40);
        assert_eq!(shown(&doc).len(), 6);
        assert!(!doc.reveal(3));
        assert_eq!(doc.parent(3), Some(2));
        assert_eq!(doc.parent(2), Some(0));
        assert_eq!(doc.parent(0), None);
    }

    #[test]
    fn as_much_as_fits_is_unfolded() {
        for (height, want) in [(1, 4), (4, 4), (5, 4), (6, 6)] {
            let mut doc = tree();
            doc.fold_to_fit(height);
            doc.arrange(40);
            assert_eq!(doc.rows().len(), want, "{height} rows");
        }
    }

    #[test]
    fn a_long_line_is_cut_until_it_is_unfolded_and_then_wrapped() {
        let mut doc = Doc::default();
        doc.say(0, &"wörter ".repeat(2_000), Role::Plain);
        doc.fold_to_fit(10);
        doc.arrange(73);
        assert_eq!(doc.rows().len(), 15);
        assert_eq!(doc.tail(0).as_deref(), Some("… 14,800 bytes more"));
        doc.fold(0, false);
        doc.arrange(73);
        assert_eq!(doc.rows().len(), 200);
        assert_eq!(doc.row_at(0, 0), 0);
        // Ten words of eight bytes a row.
        assert_eq!(doc.row_at(0, 79), 0);
        assert_eq!(doc.row_at(0, 80), 1);
        assert_eq!(doc.row_at(0, 8_005), 100);
    }

    #[test]
    fn pieces_have_their_role() {
        let mut doc = Doc::default();
        doc.line(0);
        doc.add("one", Role::Dim);
        doc.add("two", Role::Set);
        doc.say(1, "x", Role::Fail);
        assert_eq!(doc.role(0, 2), Role::Dim);
        assert_eq!(doc.role(0, 3), Role::Set);
        assert_eq!(doc.role(1, 0), Role::Fail);
        assert_eq!(doc.texts().collect::<Vec<_>>(), ["onetwo", "  x"]);
    }
}
