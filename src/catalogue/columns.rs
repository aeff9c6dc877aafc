//! Numbers by position, as narrow as they come, absence apart from every number.
//!
//! Confidences are ten-thousandths, times milliseconds, durations milliseconds. Each comparison of the
//! filter language is one closed range of whole numbers, so a column answers ranges alone.

use std::ops::RangeInclusive;

use super::bits::Bits;

/// One number, or none, for each position. The cells are as wide as the widest number needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Ratings, nothing at all.
    Byte(Vec<i8>),
    /// Counts, confidences.
    Short(Vec<i16>),
    /// Large counts, durations.
    Word(Vec<i32>),
    /// Moments.
    Long(Vec<i64>),
}

/// The least number of each width stands for absence.
trait Cell: Copy + Ord {
    const ABSENT: Self;
    fn of(number: i64) -> Option<Self>;
    fn number(self) -> i64;
}

macro_rules! cell {
    ($($t:ty),*) => {$(
        impl Cell for $t {
            const ABSENT: Self = <$t>::MIN;
            fn of(number: i64) -> Option<Self> {
                <$t>::try_from(number).ok().filter(|n| *n != Self::ABSENT)
            }
            fn number(self) -> i64 {
                self.into()
            }
        }
    )*};
}
cell!(i8, i16, i32, i64);

macro_rules! on_cells {
    ($column:expr, $cells:ident => $body:expr) => {
        match $column {
            Column::Byte($cells) => $body,
            Column::Short($cells) => $body,
            Column::Word($cells) => $body,
            Column::Long($cells) => $body,
        }
    };
}

impl Default for Column {
    fn default() -> Self {
        Self::Byte(Vec::new())
    }
}

impl Column {
    /// How many positions there are.
    pub fn len(&self) -> u32 {
        on_cells!(self, c => c.len() as u32)
    }

    /// Room for `more` positions. While conversations keep coming it grows by a sixteenth: doubling would
    /// cost as much memory again as everything that is known.
    pub fn reserve(&mut self, more: usize) {
        on_cells!(self, c => {
            if c.capacity() - c.len() < more {
                c.reserve_exact(more.max(c.len() / 16));
            }
        });
    }

    /// Adds the number of the next position.
    pub fn push(&mut self, number: Option<i64>) {
        let fits = on_cells!(self, c => append(c, number));
        if !fits {
            let at = self.len();
            on_cells!(self, c => c.push(absent(c)));
            self.set(at, number);
        }
    }

    /// Positions up to `len`, without numbers.
    pub fn grow(&mut self, len: u32) {
        on_cells!(self, c => {
            let none = absent(c);
            c.resize((len as usize).max(c.len()), none);
        });
    }

    /// Sets the number of a position; the cells become wider where it needs that.
    pub fn set(&mut self, position: u32, number: Option<i64>) {
        // The least i64 of all stands for absence; nothing that is counted or timed comes near it.
        let number = number.map(|n| n.max(i64::MIN + 1));
        while !on_cells!(self, c => put(c, position, number)) {
            *self = match std::mem::take(self) {
                Self::Byte(c) => Self::Short(widen(&c)),
                Self::Short(c) => Self::Word(widen(&c)),
                Self::Word(c) => Self::Long(widen(&c)),
                Self::Long(c) => Self::Long(c),
            };
        }
    }

    /// The number of a position.
    pub fn get(&self, position: u32) -> Option<i64> {
        on_cells!(self, c => c.get(position as usize).copied().and_then(read))
    }

    /// Positions whose number is in the range. An absent number is in none.
    pub fn within(&self, range: &RangeInclusive<i64>) -> Bits {
        on_cells!(self, c => scan(c, range))
    }

    /// Positions that have a number.
    pub fn present(&self) -> Bits {
        self.within(&(i64::MIN..=i64::MAX))
    }

    /// Positions that have a number in both columns, which together pass the test.
    pub fn with(&self, other: &Self, test: impl Fn(i64, i64) -> bool) -> Bits {
        on_cells!(self, a => on_cells!(other, b => pairs(a, b, &test)))
    }

    /// The greatest number.
    pub fn max(&self) -> Option<i64> {
        on_cells!(self, c => c.iter().max().copied().and_then(read))
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        on_cells!(self, c => c.capacity() * size_of_val(&absent(c)))
    }
}

/// Adds a number; false where no cell of this width holds it.
fn append<C: Cell>(cells: &mut Vec<C>, number: Option<i64>) -> bool {
    let cell = number.map_or(Some(C::ABSENT), C::of);
    if let Some(cell) = cell {
        cells.push(cell);
    }
    cell.is_some()
}

/// Positions at which both have a number and the two pass the test.
fn pairs<A: Cell, B: Cell>(a: &[A], b: &[B], test: &impl Fn(i64, i64) -> bool) -> Bits {
    let words = a.chunks(64).zip(b.chunks(64)).map(|(a, b)| {
        let mut word = 0u64;
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            let both = (*a != A::ABSENT) & (*b != B::ABSENT);
            word |= u64::from(both && test(a.number(), b.number())) << i;
        }
        word
    });
    Bits::from_words(a.len() as u32, words.collect())
}

fn absent<C: Cell>(_: &[C]) -> C {
    C::ABSENT
}

fn read<C: Cell>(cell: C) -> Option<i64> {
    (cell != C::ABSENT).then(|| cell.number())
}

fn put<C: Cell>(cells: &mut [C], position: u32, number: Option<i64>) -> bool {
    let cell = match number {
        None => Some(C::ABSENT),
        Some(n) => C::of(n),
    };
    match (cell, cells.get_mut(position as usize)) {
        (Some(cell), Some(place)) => {
            *place = cell;
            true
        }
        (None, Some(_)) => false,
        (_, None) => true,
    }
}

#[allow(clippy::ptr_arg)] // its capacity counts
fn widen<A: Cell, B: Cell>(cells: &Vec<A>) -> Vec<B> {
    // Room that was asked for is kept.
    let mut wide = Vec::with_capacity(cells.capacity());
    wide.extend(
        cells
            .iter()
            .map(|c| read(*c).and_then(B::of).unwrap_or(B::ABSENT)),
    );
    wide
}

fn scan<C: Cell>(cells: &[C], range: &RangeInclusive<i64>) -> Bits {
    let len = cells.len() as u32;
    let (low, high) = (*range.start(), *range.end());
    // Bounds beyond what the cells hold are cut to it; the absent cell lies below every bound.
    let (Some(low), Some(high)) = (at_least::<C>(low), at_most::<C>(high)) else {
        return Bits::new(len);
    };
    let words = cells
        .chunks(64)
        .map(|chunk| {
            let mut word = 0u64;
            for (i, cell) in chunk.iter().enumerate() {
                word |= u64::from((*cell >= low) & (*cell <= high)) << i;
            }
            word
        })
        .collect();
    Bits::from_words(len, words)
}

/// The least cell that is no less than the number, or `None` where every cell is less.
fn at_least<C: Cell>(number: i64) -> Option<C> {
    let (least, greatest) = limits::<C>();
    (number <= greatest).then(|| C::of(number.max(least)))?
}

/// The greatest cell that is no more than the number, or `None` where every cell is more.
fn at_most<C: Cell>(number: i64) -> Option<C> {
    let (least, greatest) = limits::<C>();
    (number >= least).then(|| C::of(number.min(greatest)))?
}

fn limits<C: Cell>() -> (i64, i64) {
    let absent = C::ABSENT.number();
    (absent + 1, -(absent + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_start_narrow_and_widen_with_their_numbers() {
        let mut column = Column::default();
        column.push(Some(5));
        column.push(None);
        assert!(matches!(column, Column::Byte(_)));
        column.push(Some(300));
        assert!(matches!(column, Column::Short(_)));
        column.push(Some(i64::MAX));
        assert!(matches!(column, Column::Long(_)));
        let back: Vec<_> = (0..5).map(|p| column.get(p)).collect();
        assert_eq!(back, [Some(5), None, Some(300), Some(i64::MAX), None]);
    }

    #[test]
    fn the_number_that_would_read_as_absent_makes_the_cells_wider() {
        let mut column = Column::default();
        column.push(Some(i64::from(i8::MIN)));
        assert_eq!(column.get(0), Some(-128));
        assert!(matches!(column, Column::Short(_)));
    }

    proptest! {
        #[test]
        fn ranges_agree_with_a_plain_scan(
            numbers in proptest::collection::vec(
                proptest::option::of(prop_oneof![-140i64..140, -40_000i64..40_000, any::<i64>()]), 0..200),
            a in prop_oneof![-140i64..140, -40_000i64..40_000, any::<i64>()],
            b in prop_oneof![-140i64..140, -40_000i64..40_000, any::<i64>()],
        ) {
            let mut column = Column::default();
            numbers.iter().for_each(|n| column.push(*n));
            let expected: Vec<u32> = (0u32..).zip(&numbers)
                .filter(|(_, n)| n.is_some_and(|n| n >= a && n <= b)).map(|(p, _)| p).collect();
            prop_assert_eq!(column.within(&(a..=b)).iter().collect::<Vec<_>>(), expected);
            prop_assert_eq!(column.present().count() as usize, numbers.iter().flatten().count());
            prop_assert_eq!(column.max(), numbers.iter().flatten().copied().max());
        }
    }
}
