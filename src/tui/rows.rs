//! The rows of a list in their order, in four bytes each: there may be a million, and while the next answer
//! comes in there are two of it.

use std::sync::Arc;

/// Rows of the store, in the order of the list; shared, never changed.
#[derive(Clone, Debug, Default)]
pub struct Rows(Arc<[u32]>);

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The row at this place.
    pub fn get(&self, place: usize) -> Option<i64> {
        self.0.get(place).copied().map(i64::from)
    }

    /// The rows from this place on.
    pub fn starting(&self, place: usize) -> impl ExactSizeIterator<Item = i64> + Clone + '_ {
        self.0
            .get(place..)
            .unwrap_or_default()
            .iter()
            .copied()
            .map(i64::from)
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i64> + Clone + '_ {
        self.starting(0)
    }

    /// True if this is the very same list, not only one that is equal.
    pub fn is_the(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What is no row of a store (they begin at 1, and the catalogue holds none beyond four bytes) becomes 0,
/// which nothing is found under.
impl From<Vec<i64>> for Rows {
    fn from(rows: Vec<i64>) -> Self {
        Self(
            rows.into_iter()
                .map(|row| u32::try_from(row).unwrap_or(0))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_are_what_was_put_in() {
        let rows = Rows::from(vec![7, 4_294_967_295, 3, -1, 1 << 40]);
        let all: Vec<i64> = rows.iter().collect();
        assert_eq!(all, [7, 4_294_967_295, 3, 0, 0]);
        assert_eq!((rows.get(2), rows.get(5)), (Some(3), None));
        assert_eq!((rows.starting(4).len(), rows.starting(9).len()), (1, 0));
        assert!(rows.is_the(&rows.clone()) && !rows.is_the(&Rows::from(all)));
    }
}
