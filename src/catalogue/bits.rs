//! Sets of positions, one bit each.
//!
//! Everything the catalogue answers is AND, OR, NOT and a count over these. The loops run over plain
//! slices of words, eight at a time, which is what compilers turn into wide instructions without help.
//! This module must not know what a position stands for.

/// A set of positions below a fixed length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    /// Bits at and beyond `len` are always 0, so that counts and complements need no mask.
    words: Vec<u64>,
    len: u32,
}

impl Bits {
    /// The empty set of positions below `len`.
    pub fn new(len: u32) -> Self {
        Self {
            words: vec![0; (len as usize).div_ceil(64)],
            len,
        }
    }

    /// All positions below `len`.
    pub fn full(len: u32) -> Self {
        let mut bits = Self {
            words: vec![u64::MAX; (len as usize).div_ceil(64)],
            len,
        };
        bits.trim();
        bits
    }

    /// The set of these positions; those at or beyond `len` are left out.
    pub fn of(len: u32, positions: impl IntoIterator<Item = u32>) -> Self {
        let mut bits = Self::new(len);
        for position in positions {
            bits.insert(position);
        }
        bits
    }

    /// The set made word by word; for scans of columns.
    pub(super) fn from_words(len: u32, words: Vec<u64>) -> Self {
        let mut bits = Self { words, len };
        bits.words.resize((len as usize).div_ceil(64), 0);
        bits.trim();
        bits
    }

    fn trim(&mut self) {
        let used = self.len % 64;
        if used != 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }

    /// Positions are below this.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// True if no position is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|w| *w == 0)
    }

    /// Makes room for positions below `len`; they are not in the set.
    pub fn grow(&mut self, len: u32) {
        if len > self.len {
            self.len = len;
            let words = (len as usize).div_ceil(64);
            if words > self.words.capacity() {
                // By a sixteenth: there are hundreds of sets, and they grow while an import runs.
                let more = words - self.words.len();
                self.words.reserve_exact(more.max(words / 16));
            }
            self.words.resize(words, 0);
        }
    }

    /// True if the position is in the set.
    pub fn contains(&self, position: u32) -> bool {
        self.words
            .get((position / 64) as usize)
            .is_some_and(|w| w >> (position % 64) & 1 == 1)
    }

    /// Puts a position in; true if it was not in. Positions beyond the length are ignored.
    pub fn insert(&mut self, position: u32) -> bool {
        if position >= self.len {
            return false;
        }
        let word = &mut self.words[(position / 64) as usize];
        let bit = 1 << (position % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Puts the positions of one word in: bit `i` of it is position `64 * block + i`. How many were not in.
    pub(super) fn insert_word(&mut self, block: u32, word: u64) -> u32 {
        let Some(own) = self.words.get_mut(block as usize) else {
            return 0;
        };
        let before = *own;
        *own |= word;
        if block as usize + 1 == self.words.len() {
            self.trim();
        }
        (self.words[block as usize] ^ before).count_ones()
    }

    /// Takes a position out; true if it was in.
    pub fn remove(&mut self, position: u32) -> bool {
        let Some(word) = self.words.get_mut((position / 64) as usize) else {
            return false;
        };
        let bit = 1 << (position % 64);
        let was = *word & bit != 0;
        *word &= !bit;
        was
    }

    /// How many positions are in the set.
    pub fn count(&self) -> u32 {
        count_words(self.words.iter().copied())
    }

    /// How many positions are in both sets.
    pub fn count_and(&self, other: &Self) -> u32 {
        count_words(self.words.iter().zip(&other.words).map(|(a, b)| a & b))
    }

    /// Keeps what is also in `other`.
    pub fn and(&mut self, other: &Self) {
        let common = self.words.len().min(other.words.len());
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a &= b;
        }
        self.words[common..].fill(0);
    }

    /// Adds what is in `other`, as far as it fits.
    pub fn or(&mut self, other: &Self) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a |= b;
        }
        self.trim();
    }

    /// Takes out what is in `other`.
    pub fn and_not(&mut self, other: &Self) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a &= !b;
        }
    }

    /// The positions, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(i, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let position = i as u32 * 64 + rest.trailing_zeros();
                    rest &= rest - 1;
                    position
                })
            })
        })
    }

    /// Bytes held, for the bound of the cache.
    pub fn bytes(&self) -> usize {
        self.words.capacity() * 8
    }
}

/// Counts in a form that stays wide: no branch, one sum.
fn count_words(words: impl Iterator<Item = u64>) -> u32 {
    words.map(u64::count_ones).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(bits: &Bits) -> BTreeSet<u32> {
        bits.iter().collect()
    }

    #[test]
    fn full_sets_stop_at_their_length() {
        for len in [0, 1, 63, 64, 65, 130] {
            assert_eq!(Bits::full(len).count(), len);
            assert!(!Bits::full(len).contains(len));
        }
    }

    #[test]
    fn a_grown_set_holds_nothing_new() {
        let mut bits = Bits::full(70);
        bits.grow(200);
        assert_eq!(bits.count(), 70);
        assert!(bits.insert(199) && bits.contains(199));
        assert!(!bits.insert(200));
    }

    proptest! {
        #[test]
        fn agrees_with_ordered_sets(
            len in 1u32..300,
            a in proptest::collection::btree_set(0u32..300, 0..80),
            b in proptest::collection::btree_set(0u32..300, 0..80),
        ) {
            let a: BTreeSet<u32> = a.into_iter().filter(|p| *p < len).collect();
            let b: BTreeSet<u32> = b.into_iter().filter(|p| *p < len).collect();
            let (x, y) = (Bits::of(len, a.iter().copied()), Bits::of(len, b.iter().copied()));
            prop_assert_eq!(set(&x), a.clone());
            prop_assert_eq!(x.count() as usize, a.len());
            prop_assert_eq!(x.count_and(&y) as usize, a.intersection(&b).count());
            let mut both = x.clone();
            both.and(&y);
            prop_assert_eq!(set(&both), a.intersection(&b).copied().collect::<BTreeSet<_>>());
            let mut any = x.clone();
            any.or(&y);
            prop_assert_eq!(set(&any), a.union(&b).copied().collect::<BTreeSet<_>>());
            let mut rest = x.clone();
            rest.and_not(&y);
            prop_assert_eq!(set(&rest), a.difference(&b).copied().collect::<BTreeSet<_>>());
        }
    }
}
