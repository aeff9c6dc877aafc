//! Wrapping, ours: ratatui's panics on some messages (ratatui issue 2679).

use std::ops::Range;

use super::tokens::stands_alone;
use super::{Cluster, SafeText};

/// One visual line: a range of cluster indices of the text it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Clusters to draw; spaces at the break and the line break itself are left out.
    pub clusters: Range<usize>,
    /// Columns they take, at most the width asked for (a wide cluster in a width of 1 is left out).
    pub width: usize,
}

/// Breaks `text` into lines of at most `width` columns: at line breaks, else at spaces, else anywhere
/// between clusters (also between letters of scripts without spaces). At least one line.
pub fn wrap(text: &SafeText, width: usize) -> Vec<Line> {
    let mut wrapper = Wrapper {
        text,
        limit: width,
        lines: Vec::new(),
        start: 0,
        used: 0,
        gap: None,
    };
    if width > 0 {
        wrapper.run();
    }
    wrapper.finish()
}

/// A place at which the line may end.
#[derive(Clone, Copy)]
struct Gap {
    /// End of the line before it.
    end: usize,
    /// Columns up to there.
    used: usize,
    /// First cluster of the line after it.
    next: usize,
}

struct Wrapper<'a> {
    text: &'a SafeText,
    limit: usize,
    lines: Vec<Line>,
    /// First cluster of the line being filled.
    start: usize,
    /// Columns of the line being filled.
    used: usize,
    /// The last place at which it may end.
    gap: Option<Gap>,
}

impl Wrapper<'_> {
    fn run(&mut self) {
        let mut index = 0;
        let mut previous: Option<Cluster<'_>> = None;
        while let Some(cluster) = self.text.cluster(index) {
            if cluster.width == 0 {
                self.end_line(index, self.used, index + 1);
                previous = None;
                index += 1;
                continue;
            }
            if !is_space(&cluster) && index > self.start {
                self.note_gap(index, previous.as_ref(), &cluster);
            }
            let width = usize::from(cluster.width);
            if self.used + width <= self.limit {
                self.used += width;
            } else if is_space(&cluster) {
                index = self.break_at_spaces(index);
                previous = None;
                continue;
            } else {
                // Spaces directly before are dropped with the break; what follows the gap has been
                // measured already and starts the next line.
                self.break_before(index, width);
                if width > self.limit {
                    self.start = index + 1;
                    self.used = 0;
                } else {
                    self.used += width;
                }
            }
            previous = Some(cluster);
            index += 1;
        }
    }

    /// Remembers the place before the cluster at `index` if a line may end there.
    fn note_gap(&mut self, index: usize, previous: Option<&Cluster<'_>>, cluster: &Cluster<'_>) {
        let Some(previous) = previous else { return };
        if is_space(previous) {
            let end = self.without_spaces(index);
            // Breaking after the indentation would leave an empty line.
            if end > self.start {
                let spaces = self.columns(end..index);
                self.gap = Some(Gap {
                    end,
                    used: self.used - spaces,
                    next: index,
                });
            }
        } else if may_part(previous, cluster) {
            self.gap = Some(Gap {
                end: index,
                used: self.used,
                next: index,
            });
        }
    }

    /// Ends the line because the cluster at `index`, `width` columns wide, does not fit.
    fn break_before(&mut self, index: usize, width: usize) {
        if let Some(gap) = self.gap.take() {
            self.end_line(gap.end, gap.used, gap.next);
            self.used = self.columns(gap.next..index);
        }
        // The gap may have been too near the beginning to make room for a wide cluster.
        if self.used + width > self.limit && index > self.start {
            self.end_line(index, self.used, index);
        }
    }

    /// Ends the line at a run of spaces that reaches beyond it, and returns where the next one begins.
    fn break_at_spaces(&mut self, index: usize) -> usize {
        let end = self.without_spaces(index);
        // A line of nothing but spaces is what the text has there.
        let end = if end == self.start { index } else { end };
        let mut next = index;
        while self.text.cluster(next).is_some_and(|c| is_space(&c)) {
            next += 1;
        }
        let at_break = self.text.cluster(next).is_some_and(|c| c.width == 0);
        if at_break || next == self.text.len() {
            // The line ends there anyway: its break is dealt with by the caller.
            self.used -= self.columns(end..index);
            self.end_line(end, self.used, next + usize::from(at_break));
            return next + usize::from(at_break);
        }
        let used = self.used - self.columns(end..index);
        self.end_line(end, used, next);
        next
    }

    fn end_line(&mut self, end: usize, used: usize, next: usize) {
        self.lines.push(Line {
            clusters: self.start..end,
            width: used,
        });
        self.start = next;
        self.used = 0;
        self.gap = None;
    }

    fn finish(mut self) -> Vec<Line> {
        let len = self.text.len();
        let ends_in_break = len
            .checked_sub(1)
            .and_then(|last| self.text.cluster(last))
            .is_some_and(|c| c.width == 0);
        if self.limit == 0 {
            self.end_line(0, 0, 0);
        } else if self.start < len || self.lines.is_empty() || ends_in_break {
            let start = self.start.min(len);
            self.start = start;
            self.end_line(len, self.used, len);
        }
        self.lines
    }

    /// `end` without the spaces before it, within the line.
    fn without_spaces(&self, mut end: usize) -> usize {
        while end > self.start && self.text.cluster(end - 1).is_some_and(|c| is_space(&c)) {
            end -= 1;
        }
        end
    }

    fn columns(&self, range: Range<usize>) -> usize {
        range
            .filter_map(|i| self.text.cluster(i))
            .map(|c| usize::from(c.width))
            .sum()
    }
}

/// A space at which a line may break: not the ones that forbid it.
fn is_space(cluster: &Cluster<'_>) -> bool {
    if is_ascii(cluster) {
        return cluster.text == " ";
    }
    matches!(
        cluster.text,
        "\u{1680}"
            | "\u{2000}"
            | "\u{2001}"
            | "\u{2002}"
            | "\u{2003}"
            | "\u{2004}"
            | "\u{2005}"
            | "\u{2006}"
            | "\u{2008}"
            | "\u{2009}"
            | "\u{200a}"
            | "\u{205f}"
            | "\u{3000}"
    )
}

/// True if a line may end between two clusters without a space.
fn may_part(before: &Cluster<'_>, after: &Cluster<'_>) -> bool {
    // Most of most messages: it is not worth while to look for the script of these.
    if is_ascii(before) && is_ascii(after) {
        return false;
    }
    let loose = |c: &Cluster<'_>| {
        !c.marker && (c.width == 2 || c.text.chars().next().is_some_and(stands_alone))
    };
    (loose(before) || loose(after)) && !opens(before) && !closes(after)
}

fn is_ascii(cluster: &Cluster<'_>) -> bool {
    matches!(cluster.text.as_bytes(), [byte] if byte.is_ascii())
}

/// Brackets and quotes that do not end a line.
fn opens(cluster: &Cluster<'_>) -> bool {
    matches!(
        cluster.text,
        "(" | "[" | "{" | "«" | "“" | "‘" | "（" | "［" | "｛" | "「" | "『" | "【" | "《" | "〈"
    )
}

/// Punctuation that does not begin a line.
fn closes(cluster: &Cluster<'_>) -> bool {
    matches!(
        cluster.text,
        ")" | "]"
            | "}"
            | "»"
            | "”"
            | "’"
            | "."
            | ","
            | ":"
            | ";"
            | "!"
            | "?"
            | "…"
            | "）"
            | "］"
            | "｝"
            | "」"
            | "』"
            | "】"
            | "》"
            | "〉"
            | "、"
            | "。"
            | "，"
            | "．"
            | "："
            | "；"
            | "！"
            | "？"
            | "ー"
            | "々"
            | "ๆ"
            | "ฯ"
    )
}
