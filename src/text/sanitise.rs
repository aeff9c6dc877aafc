//! The one function that makes log text harmless.
//!
//! Every byte of the original is accounted for: kept, or stood for by a marker that begins at its
//! offset. Time is linear in the text, whatever is in it. Nothing here knows about screens beyond the
//! width of a cluster.

use unicode_segmentation::UnicodeSegmentation;

use super::SafeText;
use super::chars::{self, Class, MAX_BYTES};

/// Base of a mark that has none.
const DOTTED_CIRCLE: char = '\u{25cc}';
/// Marks and other zero-width characters that one base may carry.
const MAX_MARKS: usize = 4;
/// Columns between tab stops where line breaks are kept.
const TAB_STOP: usize = 4;
/// More than this of one text is not made drawable; no importer lets such a record in.
const MAX_SOURCE: usize = 256 << 20;

/// How a text is to be shown.
#[derive(Clone, Copy)]
pub(super) struct Policy {
    /// Line breaks stay, as clusters of width 0; tabs reach to the next stop.
    pub breaks: bool,
    /// Stop once the text is wider than this.
    pub columns: usize,
}

/// Makes `raw` harmless.
pub(super) fn sanitise(raw: &str, policy: Policy) -> SafeText {
    let kept = &raw[..floor_boundary(raw, MAX_SOURCE)];
    let mut work = Work {
        raw: kept,
        policy,
        out: SafeText::with_source_len(raw.len().min(u32::MAX as usize) as u32),
        columns: 0,
        line_start: 0,
        held: None,
        unit: None,
    };
    work.run();
    if kept.len() < raw.len() {
        work.marker(&format!("+{} bytes", raw.len() - kept.len()), kept.len());
    }
    work.out
}

fn floor_boundary(text: &str, most: usize) -> usize {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// A base with what stands on it: a slice of the original.
#[derive(Clone, Copy)]
struct Unit {
    from: usize,
    to: usize,
    width: usize,
    /// Zero-width characters on the base.
    marks: usize,
    /// It began with a mark, so that it needs a base of ours.
    baseless: bool,
}

struct Work<'a> {
    raw: &'a str,
    policy: Policy,
    out: SafeText,
    /// Columns so far.
    columns: usize,
    /// Columns so far at the last line break.
    line_start: usize,
    /// Finished unit that the next one of the same cluster may still join.
    held: Option<Unit>,
    /// Unit being built.
    unit: Option<Unit>,
}

impl Work<'_> {
    fn run(&mut self) {
        let bytes = self.raw.as_bytes();
        let mut at = 0;
        while at < bytes.len() && self.columns <= self.policy.columns {
            let byte = bytes[at];
            // Only a character beyond ASCII can join the one before it (except LF after CR).
            if matches!(byte, b' '..=b'~') && bytes.get(at + 1).is_none_or(u8::is_ascii) {
                self.push_slice(at, at + 1, 1, false);
                at += 1;
            } else if byte.is_ascii_control() {
                at = self.control(byte, at);
            } else {
                let cluster = self.raw[at..].graphemes(true).next().unwrap_or_default();
                at = self.cluster(at, at + cluster.len().max(1));
            }
        }
    }

    fn control(&mut self, byte: u8, at: usize) -> usize {
        let is_crlf = self.raw[at..].starts_with("\r\n");
        let is_break = byte == b'\n' || is_crlf;
        match byte {
            _ if is_break && self.policy.breaks => {
                self.out.push("\n", 0, false, at);
                self.line_start = self.columns;
            }
            _ if is_break => self.picture('⏎', at),
            b'\t' => {
                self.picture('⇥', at);
                let column = self.columns - self.line_start;
                if self.policy.breaks && !column.is_multiple_of(TAB_STOP) {
                    for _ in 0..TAB_STOP - column % TAB_STOP {
                        self.push(" ", 1, true, at);
                    }
                }
            }
            _ => self.picture(chars::picture(char::from(byte)).unwrap_or('\u{fffd}'), at),
        }
        at + if is_crlf { 2 } else { 1 }
    }

    /// Takes one grapheme cluster; the end may lie further on, where a run of one hidden character
    /// goes on.
    fn cluster(&mut self, start: usize, end: usize) -> usize {
        let mut at = start;
        while at < end {
            let rest = &self.raw[at..];
            let Some(c) = rest.chars().next() else { break };
            let after = at + c.len_utf8();
            let emoji = chars::emoji_sequence(rest);
            if emoji > 0 {
                self.flush();
                self.push_slice(at, at + emoji, 2, false);
                at += emoji;
                continue;
            }
            at = match chars::class(c) {
                Class::Hidden => self.hidden(c, at),
                Class::Joiner if self.joins_here(after) && self.extend(after, 1) => after,
                Class::TextSelector if self.selects_here() && self.extend(after, 1) => after,
                Class::EmojiSelector if self.pictures_here(after) && self.extend(after, 1) => after,
                Class::Joiner | Class::TextSelector | Class::EmojiSelector => self.hidden(c, at),
                Class::Mark => self.mark(at, after, end),
                Class::Base => self.base(c, at, after, end),
            };
        }
        self.flush();
        at
    }

    fn mark(&mut self, at: usize, after: usize, end: usize) -> usize {
        if self.unit.is_some_and(|u| u.marks >= MAX_MARKS) {
            return self.overflow(at, end);
        }
        if !self.extend(after, 1) {
            self.finish_unit();
            self.unit = Some(Unit {
                from: at,
                to: after,
                width: 1 + width_of(&self.raw[at..after]),
                marks: 1,
                baseless: true,
            });
        }
        after
    }

    fn base(&mut self, c: char, at: usize, after: usize, end: usize) -> usize {
        let width = chars::char_width(c);
        if width == 0 {
            // Vowels and finals of Hangul; by themselves they would stand on the cell before them.
            if self.unit.is_some_and(|u| u.marks >= MAX_MARKS) {
                return self.overflow(at, end);
            }
            return if self.extend(after, 1) {
                after
            } else {
                self.hidden(c, at)
            };
        }
        self.finish_unit();
        self.unit = Some(Unit {
            from: at,
            to: after,
            width,
            marks: 0,
            baseless: false,
        });
        after
    }

    /// Shows that more stands on one base than anyone can read.
    fn overflow(&mut self, at: usize, end: usize) -> usize {
        let mut to = at;
        let mut count = 0;
        for c in self.raw[at..end].chars() {
            let stacks = match chars::class(c) {
                Class::Mark => true,
                Class::Base => chars::char_width(c) == 0,
                _ => false,
            };
            if !stacks {
                break;
            }
            count += 1;
            to += c.len_utf8();
        }
        self.flush();
        self.marker(&format!("+{count}"), at);
        to
    }

    /// Adds the characters up to `to` to the unit, if it stays one that every terminal shows alike.
    fn extend(&mut self, to: usize, marks: usize) -> bool {
        let Some(unit) = &mut self.unit else {
            return false;
        };
        if unit.marks + marks > MAX_MARKS || to - unit.from > MAX_BYTES - DOTTED_CIRCLE.len_utf8() {
            return false;
        }
        let Some(width) = chars::agreed_width(&self.raw[unit.from..to]) else {
            return false;
        };
        let width = width + usize::from(unit.baseless);
        if width > chars::MAX_WIDTH {
            return false;
        }
        unit.to = to;
        unit.width = width;
        unit.marks += marks;
        true
    }

    fn joins_here(&self, after: usize) -> bool {
        let before = self.last_of_unit();
        let next = self.raw[after..].chars().next();
        before.is_some_and(chars::joins) && next.is_some_and(chars::joins)
    }

    fn selects_here(&self) -> bool {
        self.last_of_unit().is_some_and(chars::is_emoji)
    }

    fn pictures_here(&self, after: usize) -> bool {
        self.last_of_unit().is_some_and(|c| {
            // Digits are pictures only as keycaps.
            chars::is_emoji(c) && (!c.is_ascii() || self.raw[after..].starts_with(chars::KEYCAP))
        })
    }

    fn last_of_unit(&self) -> Option<char> {
        let unit = self.unit?;
        self.raw[unit.from..unit.to].chars().next_back()
    }

    /// Ends the unit; it joins the one before it where both fit one cell position.
    fn finish_unit(&mut self) {
        let Some(unit) = self.unit.take() else { return };
        if let Some(held) = &mut self.held {
            let joined = &self.raw[held.from..unit.to];
            let fits = !held.baseless && !unit.baseless && joined.len() <= MAX_BYTES;
            if let Some(width) = chars::agreed_width(joined).filter(|_| fits) {
                held.to = unit.to;
                held.width = width;
                held.marks += unit.marks;
                return;
            }
        }
        self.push_held();
        self.held = Some(unit);
    }

    fn flush(&mut self) {
        self.finish_unit();
        self.push_held();
    }

    fn push_held(&mut self) {
        let Some(unit) = self.held.take() else { return };
        let slice = &self.raw[unit.from..unit.to];
        if unit.baseless {
            let text = format!("{DOTTED_CIRCLE}{slice}");
            self.push(&text, unit.width, true, unit.from);
        } else if unit.width > chars::MAX_WIDTH {
            // One character, wider than terminals can be trusted with.
            self.marker(
                &slice.chars().map(chars::name).collect::<String>(),
                unit.from,
            );
        } else {
            self.push(&chars::drawn(slice), unit.width, false, unit.from);
        }
    }

    /// Shows a hidden character by name; a run of the same one by name and number.
    fn hidden(&mut self, c: char, at: usize) -> usize {
        self.flush();
        let run = self.raw[at..].chars().take_while(|&next| next == c).count();
        let name = chars::name(c);
        if run > 1 {
            self.marker(&format!("{name}×{run}"), at);
        } else {
            self.marker(&name, at);
        }
        at + run * c.len_utf8()
    }

    fn marker(&mut self, name: &str, at: usize) {
        self.picture('⟨', at);
        for c in name.chars() {
            self.picture(c, at);
        }
        self.picture('⟩', at);
    }

    fn picture(&mut self, c: char, at: usize) {
        self.push(c.encode_utf8(&mut [0; 4]), 1, true, at);
    }

    fn push_slice(&mut self, from: usize, to: usize, width: usize, marker: bool) {
        self.columns += width;
        self.out
            .push(&self.raw[from..to], width as u8, marker, from);
    }

    fn push(&mut self, text: &str, width: usize, marker: bool, at: usize) {
        self.columns += width;
        self.out.push(text, width as u8, marker, at);
    }
}

fn width_of(text: &str) -> usize {
    text.chars().map(chars::char_width).sum()
}
