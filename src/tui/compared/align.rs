//! Laying two sequences side by side: which of the left stands beside which of the right. Pure; knows
//! nothing of conversations. Time and memory are bounded, however long both are.

/// Cells of the table of scores: four million are a few hundredths of a second and four megabytes.
const CELLS: usize = 4_000_000;

/// Pairs of `left` and `right` places that belong together, ascending on both sides, with the highest sum of
/// `score`; what scores 0 never belongs together.
///
/// Where the table would be larger than its bound, only places near the diagonal are looked at: what was
/// inserted is then found up to a length of some hundred.
pub fn anchors(
    left: usize,
    right: usize,
    score: impl Fn(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    let same = |i: usize, j: usize| score(i, j) > 0;
    // What both begin with and end with needs no table, as long as it fits as well as can be.
    let best = |i: usize, j: usize| score(i, j) == u32::MAX;
    let most = left.min(right);
    let head = (0..most).take_while(|&i| best(i, i)).count();
    let tail = (0..most - head)
        .take_while(|&i| best(left - 1 - i, right - 1 - i))
        .count();
    let (rows, columns) = (left - head - tail, right - head - tail);
    let mut found: Vec<(usize, usize)> = (0..head).map(|i| (i, i)).collect();
    if rows > 0 && columns > 0 {
        let band = Band::of(rows, columns);
        let inner = band.walk(|i, j| {
            let (i, j) = (head + i, head + j);
            // Equal ones count as the best of the table; sums stay far from the end of the numbers.
            if same(i, j) { score(i, j).min(16) } else { 0 }
        });
        found.extend(inner.into_iter().map(|(i, j)| (head + i, head + j)));
    }
    found.extend((0..tail).rev().map(|i| (left - 1 - i, right - 1 - i)));
    found
}

/// Both sequences in one order of rows: pairs that belong together, and between them what is left, one
/// beside the other as far as there is something on both sides, else beside a gap.
pub fn side_by_side(
    left: usize,
    right: usize,
    anchors: &[(usize, usize)],
) -> Vec<(Option<usize>, Option<usize>)> {
    let mut rows = Vec::with_capacity(left.max(right));
    let (mut l, mut r) = (0, 0);
    for &(to_l, to_r) in anchors.iter().chain(&[(left, right)]) {
        while l < to_l && r < to_r {
            rows.push((Some(l), Some(r)));
            (l, r) = (l + 1, r + 1);
        }
        rows.extend((l..to_l).map(|i| (Some(i), None)));
        rows.extend((r..to_r).map(|j| (None, Some(j))));
        if to_l < left && to_r < right {
            rows.push((Some(to_l), Some(to_r)));
        }
        (l, r) = (to_l + 1, to_r + 1);
    }
    rows
}

/// Where to go back from a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Left,
    Above,
    Both,
}

/// The part of the table that is looked at: of each row so many columns around the diagonal.
struct Band {
    rows: usize,
    columns: usize,
    width: usize,
}

impl Band {
    fn of(rows: usize, columns: usize) -> Self {
        let width = (CELLS / rows).clamp(1, columns);
        Self {
            rows,
            columns,
            width,
        }
    }

    /// First column of the row that is looked at.
    fn first(&self, row: usize) -> usize {
        let middle = row * self.columns / self.rows;
        middle
            .saturating_sub(self.width / 2)
            .min(self.columns - self.width)
    }

    fn walk(&self, score: impl Fn(usize, usize) -> u32) -> Vec<(usize, usize)> {
        let mut from = vec![From::Above; self.rows * self.width];
        // Best sums up to the row before and up to this one, by column; a column left of the band keeps what
        // it had, one right of it has what the last of the band had.
        let mut before = vec![0u32; self.columns + 1];
        let mut here = vec![0u32; self.columns + 1];
        for row in 0..self.rows {
            let first = self.first(row);
            here[..=first].copy_from_slice(&before[..=first]);
            for place in 0..self.width {
                let column = first + place;
                let own = score(row, column);
                let both = if own > 0 { before[column] + own } else { 0 };
                let (above, left) = (before[column + 1], here[column]);
                let (best, way) = if both >= above && both >= left && own > 0 {
                    (both, From::Both)
                } else if above >= left {
                    (above, From::Above)
                } else {
                    (left, From::Left)
                };
                here[column + 1] = best;
                from[row * self.width + place] = way;
            }
            let end = first + self.width;
            let last = here[end];
            for (rest, above) in here[end + 1..].iter_mut().zip(&before[end + 1..]) {
                *rest = last.max(*above);
            }
            std::mem::swap(&mut before, &mut here);
        }
        self.back(&from)
    }

    fn back(&self, from: &[From]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let (mut row, mut column) = (self.rows, self.columns);
        while row > 0 && column > 0 {
            let first = self.first(row - 1);
            let Some(place) = (column - 1).checked_sub(first) else {
                row -= 1;
                continue;
            };
            if place >= self.width {
                column -= 1;
                continue;
            }
            match from[(row - 1) * self.width + place] {
                From::Both => {
                    found.push((row - 1, column - 1));
                    (row, column) = (row - 1, column - 1);
                }
                From::Above => row -= 1,
                From::Left => column -= 1,
            }
        }
        found.reverse();
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(left: &str, right: &str) -> String {
        let (l, r): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
        let score = |i: usize, j: usize| match (l[i], r[j]) {
            (a, b) if a == b => u32::MAX,
            // Another case is a little like it.
            (a, b) if a.eq_ignore_ascii_case(&b) => 3,
            _ => 0,
        };
        let rows = side_by_side(l.len(), r.len(), &anchors(l.len(), r.len(), score));
        let side = |place: Option<usize>, text: &[char]| place.map_or('.', |i| text[i]);
        let rows = rows
            .iter()
            .map(|(a, b)| format!("{}{}", side(*a, &l), side(*b, &r)));
        rows.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_was_inserted_leaves_a_gap() {
        assert_eq!(of("", ""), "");
        assert_eq!(of("abc", "abc"), "aa bb cc");
        assert_eq!(of("abc", "axbc"), "aa .x bb cc");
        assert_eq!(of("abc", ""), "a. b. c.");
        assert_eq!(of("abcd", "bcde"), "a. bb cc dd .e");
        assert_eq!(of("abab", "ab"), "aa bb a. b.");
    }

    #[test]
    fn what_was_replaced_stands_beside_what_replaced_it() {
        assert_eq!(of("abc", "axc"), "aa bx cc");
        assert_eq!(of("abc", "axyc"), "aa bx .y cc");
        assert_eq!(of("abc", "xyz"), "ax by cz");
        assert_eq!(of("abxc", "yBc"), "ay bB x. cc");
    }

    #[test]
    fn very_long_ones_are_laid_side_by_side_in_bounds() {
        // Ten thousand on both sides, with insertions: a whole table would have a hundred million cells.
        let left: Vec<usize> = (0..10_000).collect();
        let right: Vec<usize> = (0..10_000)
            .filter(|i| i % 100 != 50)
            .chain([1; 60])
            .collect();
        let score = |i: usize, j: usize| if left[i] == right[j] { u32::MAX } else { 0 };
        assert!(Band::of(10_000, 10_000).width * 10_000 <= CELLS);
        let found = anchors(left.len(), right.len(), score);
        assert_eq!(found.len(), 9_900);
    }

    proptest! {
        #[test]
        fn every_place_stands_once_and_in_order(left in "[abAB]{0,30}", right in "[abAB]{0,30}") {
            let (l, r): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
            let score = |i: usize, j: usize| if l[i] == r[j] { u32::MAX } else { 0 };
            let found = anchors(l.len(), r.len(), score);
            prop_assert!(found.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            prop_assert!(found.iter().all(|(i, j)| l[*i] == r[*j]));
            // As many as the longest common part has.
            let mut table = vec![vec![0; r.len() + 1]; l.len() + 1];
            for i in 0..l.len() {
                for j in 0..r.len() {
                    table[i + 1][j + 1] = if l[i] == r[j] {
                        table[i][j] + 1
                    } else {
                        table[i][j + 1].max(table[i + 1][j])
                    };
                }
            }
            prop_assert_eq!(found.len(), table[l.len()][r.len()]);
            let rows = side_by_side(l.len(), r.len(), &found);
            let lefts: Vec<usize> = rows.iter().filter_map(|p| p.0).collect();
            let rights: Vec<usize> = rows.iter().filter_map(|p| p.1).collect();
            prop_assert_eq!(lefts, (0..l.len()).collect::<Vec<_>>());
            prop_assert_eq!(rights, (0..r.len()).collect::<Vec<_>>());
            prop_assert!(found.iter().all(|(i, j)| rows.contains(&(Some(*i), Some(*j)))));
        }
    }
}
