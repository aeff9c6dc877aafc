//! Which row of the store stands at which position.
//!
//! Rows ascend and are never used again, so a position once given stays: new conversations come at the
//! end, purged ones leave a hole.

/// Rows of the store by position, ascending.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// The row at position 0.
    first: u32,
    len: u32,
    /// Every row, from the first gap between two of them on; until then a row is told by its position.
    /// Four bytes a row suffice for four thousand million conversations ever imported.
    listed: Vec<u32>,
}

impl Rows {
    /// How many positions there are.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// The next position is this row's; false where the row is none that can be held or does not ascend.
    pub fn push(&mut self, row: i64) -> bool {
        let Ok(row) = u32::try_from(row) else {
            return false;
        };
        if self.len == 0 {
            self.first = row;
        } else if i64::from(row) <= self.last() {
            return false;
        } else if self.listed.is_empty() && row != self.first + self.len {
            self.listed.extend(self.first..self.first + self.len);
        }
        if !self.listed.is_empty() {
            self.listed.push(row);
        }
        self.len += 1;
        true
    }

    /// The row at a position.
    pub fn row(&self, position: u32) -> i64 {
        match self.listed.get(position as usize) {
            Some(row) => i64::from(*row),
            None if self.listed.is_empty() && position < self.len => {
                i64::from(self.first) + i64::from(position)
            }
            None => 0,
        }
    }

    /// The position of a row.
    pub fn position(&self, row: i64) -> Option<u32> {
        let row = u32::try_from(row).ok()?;
        let guess = row.checked_sub(self.first)?;
        if self.listed.is_empty() {
            return (guess < self.len).then_some(guess);
        }
        // Without holes before it the row is found at once.
        if self.listed.get(guess as usize) == Some(&row) {
            return Some(guess);
        }
        let known = (guess as usize).min(self.listed.len());
        let at = self.listed[..known].binary_search(&row).ok()?;
        Some(at as u32)
    }

    /// The last row.
    pub fn last(&self) -> i64 {
        match self.len {
            0 => 0,
            len => self.row(len - 1),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.listed.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_are_found_with_and_without_holes() {
        let mut rows = Rows::default();
        for (at, row) in [3, 4, 5, 9, 12].into_iter().enumerate() {
            assert!(rows.push(row));
            assert_eq!((rows.last(), rows.len()), (row, at as u32 + 1));
            assert_eq!(rows.position(row), Some(at as u32));
            assert_eq!((rows.row(0), rows.row(at as u32 + 1)), (3, 0));
            assert_eq!(rows.position(row + 1), None);
        }
        assert!(!rows.push(12) && !rows.push(-1) && !rows.push(1 << 40));
        for (at, row) in [3, 4, 5, 9, 12].into_iter().enumerate() {
            assert_eq!(rows.position(row), Some(at as u32));
            assert_eq!(rows.row(at as u32), row);
        }
        for row in [0, 2, 6, 8, 10, 13, -4, i64::MAX] {
            assert_eq!(rows.position(row), None);
        }
        assert_eq!(Rows::default().position(1), None);
    }
}
