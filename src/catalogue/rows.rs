//! Which row of the store stands at which position.
//!
//! Rows ascend and are never used again, so a position once given stays: new conversations come at the
//! end, purged ones leave a hole.

/// Rows of the store by position, ascending.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// Four bytes a row suffice for four thousand million conversations ever imported.
    rows: Vec<u32>,
}

impl Rows {
    /// How many positions there are.
    pub fn len(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Room for so many.
    pub fn reserve(&mut self, rows: usize) {
        self.rows.reserve_exact(rows);
    }

    /// The next position is this row's; false where the row is none that can be held or does not ascend.
    pub fn push(&mut self, row: i64) -> bool {
        match u32::try_from(row) {
            Ok(row) if self.rows.last().is_none_or(|last| *last < row) => {
                self.rows.push(row);
                true
            }
            _ => false,
        }
    }

    /// The row at a position.
    pub fn row(&self, position: u32) -> i64 {
        self.rows
            .get(position as usize)
            .map_or(0, |row| i64::from(*row))
    }

    /// The position of a row.
    pub fn position(&self, row: i64) -> Option<u32> {
        let row = u32::try_from(row).ok()?;
        // Without holes before it the row is found at once.
        let first = *self.rows.first()?;
        let guess = row.checked_sub(first)? as usize;
        if self.rows.get(guess) == Some(&row) {
            return Some(guess as u32);
        }
        let known = guess.min(self.rows.len());
        self.rows[..known]
            .binary_search(&row)
            .ok()
            .map(|at| at as u32)
    }

    /// The last row.
    pub fn last(&self) -> i64 {
        self.rows.last().map_or(0, |row| i64::from(*row))
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.rows.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_are_found_with_and_without_holes() {
        let mut rows = Rows::default();
        for row in [3, 4, 5, 9, 12] {
            assert!(rows.push(row));
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
