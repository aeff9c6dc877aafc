//! Where each row stands in the list, found in constant time: keys, lines that arrive and bulk changes ask
//! for it at a million rows.

/// Places by row id.
#[derive(Debug)]
pub enum Places {
    /// Row ids stand close together: the place of row `first + i` is at `i`, `NOWHERE` where it is not listed.
    Dense {
        /// The lowest row id.
        first: i64,
        /// The places.
        at: Vec<u32>,
    },
    /// Few rows of many: row ids with their places, ascending.
    Sparse(Vec<(i64, u32)>),
}

const NOWHERE: u32 = u32::MAX;
/// A table of places may be this many times longer than the list.
const SPREAD: u64 = 8;

impl Default for Places {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

impl Places {
    /// The places of these rows.
    pub fn of(rows: impl ExactSizeIterator<Item = i64> + Clone) -> Self {
        // A list longer than this does not fit into memory.
        let numbered = || rows.clone().zip(0..NOWHERE);
        let (low, high) = rows
            .clone()
            .fold((i64::MAX, i64::MIN), |(l, h), r| (l.min(r), h.max(r)));
        let span = high.checked_sub(low).and_then(|s| u64::try_from(s).ok());
        match span {
            Some(span) if span / SPREAD <= rows.len() as u64 => {
                let mut at = vec![NOWHERE; span as usize + 1];
                for (row, place) in numbered() {
                    at[(row - low) as usize] = place;
                }
                Self::Dense { first: low, at }
            }
            _ => {
                let mut sorted: Vec<(i64, u32)> = numbered().collect();
                sorted.sort_unstable();
                Self::Sparse(sorted)
            }
        }
    }

    /// The place of a row.
    pub fn get(&self, row: i64) -> Option<usize> {
        match self {
            Self::Dense { first, at } => {
                let place = *at.get(usize::try_from(row.checked_sub(*first)?).ok()?)?;
                (place != NOWHERE).then_some(place as usize)
            }
            Self::Sparse(sorted) => {
                let at = sorted.binary_search_by_key(&row, |s| s.0).ok()?;
                Some(sorted[at].1 as usize)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_at_its_place_and_no_other_is() {
        for rows in [
            vec![],
            vec![7],
            vec![5, 3, 4, 9],
            vec![1_000_000, -3, 12],
            vec![i64::MAX, i64::MIN, 0],
        ] {
            let places = Places::of(rows.iter().copied());
            for row in rows.iter().copied().chain([-4, 1, 6, 8, 10, i64::MAX - 1]) {
                let want = rows.iter().position(|r| *r == row);
                assert_eq!(places.get(row), want, "{row} in {rows:?}");
            }
        }
    }
}
