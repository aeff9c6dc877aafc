//! Text that may be drawn: the result of the one function that makes log text harmless.

use std::ops::Range;

use super::sanitise::{Policy, sanitise};

/// One grapheme cluster of a [`SafeText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster<'a> {
    /// What to draw: at most 64 bytes, no control, bidi or invisible character.
    pub text: &'a str,
    /// Terminal columns: 1 or 2 (0 only for the line break of [`SafeText::block`]).
    pub width: u8,
    /// True for a picture or marker that stands for something else, to be styled apart.
    pub marker: bool,
    /// Byte offset in the original text at which what this stands for begins.
    pub start: usize,
}

/// The part of a text that is shown so that a hit in it can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Clusters to draw.
    pub clusters: Range<usize>,
    /// Something was left out before them: one column is kept free for `…`.
    pub before: bool,
    /// The same after them.
    pub after: bool,
}

/// Text made harmless for a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeText {
    text: String,
    clusters: Vec<Entry>,
    /// Bytes of the original.
    source_len: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// End in `text`.
    end: u32,
    /// Offset in the original.
    start: u32,
    width: u8,
    marker: bool,
}

impl SafeText {
    /// For one line: line breaks become a visible marker.
    pub fn line(raw: &str) -> Self {
        Self::line_within(raw, usize::MAX)
    }

    /// Line breaks stay, as clusters of width 0 with the text `"\n"`; only [`super::wrap`] sees them.
    pub fn block(raw: &str) -> Self {
        let policy = Policy {
            breaks: true,
            columns: usize::MAX,
        };
        sanitise(raw, policy)
    }

    /// The first `width` columns of [`SafeText::line`], with `…` where there is more; as fast for a
    /// message of ten megabytes as for a short one.
    pub fn preview(raw: &str, width: usize) -> Self {
        Self::line_within(raw, width).cut(width)
    }

    fn line_within(raw: &str, columns: usize) -> Self {
        let policy = Policy {
            breaks: false,
            columns,
        };
        sanitise(raw, policy)
    }

    pub(super) fn with_source_len(source_len: u32) -> Self {
        Self {
            source_len,
            ..Self::default()
        }
    }

    /// For the sanitiser alone: adds a cluster it vouches for.
    pub(super) fn push(&mut self, text: &str, width: u8, marker: bool, start: usize) {
        self.text.push_str(text);
        self.clusters.push(Entry {
            end: self.text.len() as u32,
            start: start as u32,
            width,
            marker,
        });
    }

    /// Columns of the whole text, line breaks counted as nothing.
    pub fn width(&self) -> usize {
        self.clusters.iter().map(|c| usize::from(c.width)).sum()
    }

    /// Number of clusters.
    pub fn len(&self) -> usize {
        self.clusters.len()
    }

    /// True if there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.clusters.is_empty()
    }

    /// The cluster at `index`.
    pub fn cluster(&self, index: usize) -> Option<Cluster<'_>> {
        let entry = self.clusters.get(index)?;
        let from = index.checked_sub(1).map_or(0, |i| self.clusters[i].end);
        Some(Cluster {
            text: &self.text[from as usize..entry.end as usize],
            width: entry.width,
            marker: entry.marker,
            start: entry.start as usize,
        })
    }

    /// All clusters in order.
    pub fn clusters(&self) -> impl Iterator<Item = Cluster<'_>> {
        (0..self.len()).filter_map(|i| self.cluster(i))
    }

    /// The safe text as one string, for writers that are not the screen.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Index of the first cluster that stands for the byte at `raw_byte` of the original; the number of
    /// clusters from its end on.
    pub fn index_at(&self, raw_byte: usize) -> usize {
        if raw_byte >= self.source_len as usize {
            return self.len();
        }
        let after = self
            .clusters
            .partition_point(|c| c.start as usize <= raw_byte);
        let Some(last) = after.checked_sub(1) else {
            return 0;
        };
        let start = self.clusters[last].start;
        self.clusters.partition_point(|c| c.start < start)
    }

    /// Indices of all clusters that stand for any byte of `raw`, for highlights.
    pub fn indices_of(&self, raw: Range<usize>) -> Range<usize> {
        if raw.is_empty() {
            let at = self.index_at(raw.start);
            return at..at;
        }
        let last = self.index_at(raw.end - 1);
        let end = match self.clusters.get(last) {
            Some(entry) => self.clusters.partition_point(|c| c.start <= entry.start),
            None => last,
        };
        self.index_at(raw.start)..end
    }

    /// How many clusters to draw in `width` columns, and whether `…` has to follow them.
    ///
    /// A marker is drawn whole or not at all: half a name would be another name.
    pub fn fit(&self, width: usize) -> (usize, bool) {
        let mut used = 0;
        let mut with_ellipsis = 0;
        for (index, entry) in self.clusters.iter().enumerate() {
            used += usize::from(entry.width);
            if used > width || entry.width == 0 {
                return (self.whole_markers(with_ellipsis), width > 0);
            }
            if used < width {
                with_ellipsis = index + 1;
            }
        }
        (self.len(), false)
    }

    /// What to draw in `width` columns so that the clusters `hit` are among it: the beginning, where they
    /// stand there, else the part around them.
    pub fn around(&self, hit: Range<usize>, width: usize) -> Excerpt {
        let columns = |i: usize| self.cluster(i).map_or(0, |c| usize::from(c.width));
        let all: usize = self.width();
        let seen = width.saturating_sub(usize::from(all > width));
        let mut start = 0;
        if (0..hit.end).map(columns).sum::<usize>() > seen {
            start = hit.start;
            let mut lead = 0;
            while start > 0 && lead + columns(start - 1) <= width / 3 {
                start -= 1;
                lead += columns(start);
            }
        }
        let before = start > 0 && width > 0;
        let room = width - usize::from(before);
        let rest: usize = (start..self.len()).map(columns).sum();
        let after = rest > room && room > 0;
        let room = room - usize::from(after);
        let (mut end, mut used) = (start, 0);
        while end < self.len() && used + columns(end) <= room {
            used += columns(end);
            end += 1;
        }
        Excerpt {
            clusters: start..end,
            before,
            after,
        }
    }

    /// The last index up to `end` at which no marker is cut in two.
    fn whole_markers(&self, end: usize) -> usize {
        let Some(cut) = self.clusters.get(end).filter(|c| c.marker) else {
            return end;
        };
        let first = self.clusters.partition_point(|c| c.start < cut.start);
        first.min(end)
    }

    /// Cut to `width` columns (or at the first line break), with `…` as the last where something was
    /// cut.
    pub fn cut(&self, width: usize) -> SafeText {
        let (count, cut) = self.fit(width);
        if count == self.len() {
            return self.clone();
        }
        let end = count.checked_sub(1).map_or(0, |i| self.clusters[i].end);
        let mut short = SafeText {
            text: self.text[..end as usize].to_owned(),
            clusters: self.clusters[..count].to_vec(),
            source_len: self.source_len,
        };
        if cut {
            short.push("…", 1, true, self.clusters[count].start as usize);
        }
        short
    }
}
