//! The conversations that carry one value: a short list, or one bit each where there are many.
//!
//! A value in more than one of 32 conversations costs less as bits; below that a sorted list of
//! positions is smaller and faster to count. The shape follows the content by itself.

use super::bits::Bits;

/// Positions that carry one value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Posting(Shape);

/// Boxed where large: there can be a million values of which each has one conversation.
#[derive(Clone, Debug, Default, PartialEq)]
enum Shape {
    #[default]
    Empty,
    One(u32),
    Sparse(Box<Sparse>),
    Dense(Box<Dense>),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Sparse {
    /// Ascending, each once.
    positions: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq)]
struct Dense {
    bits: Bits,
    count: u32,
}

/// True if `count` of `total` positions are better kept as bits.
fn dense(count: usize, total: u32) -> bool {
    count as u64 * 32 > u64::from(total)
}

impl Posting {
    /// How many positions there are.
    pub fn count(&self) -> u32 {
        match &self.0 {
            Shape::Empty => 0,
            Shape::One(_) => 1,
            Shape::Sparse(s) => s.positions.len() as u32,
            Shape::Dense(d) => d.count,
        }
    }

    /// True if the position is among them.
    pub fn contains(&self, position: u32) -> bool {
        match &self.0 {
            Shape::Empty => false,
            Shape::One(p) => *p == position,
            Shape::Sparse(s) => s.positions.binary_search(&position).is_ok(),
            Shape::Dense(d) => d.bits.contains(position),
        }
    }

    /// Adds a position above all that are in; `total` is how many positions there will be.
    pub fn push(&mut self, position: u32, total: u32) {
        match &mut self.0 {
            Shape::Empty => self.0 = Shape::One(position),
            Shape::One(first) => {
                let positions = vec![*first, position];
                self.0 = Shape::Sparse(Box::new(Sparse { positions }));
            }
            Shape::Sparse(s) => {
                s.positions.push(position);
                if dense(s.positions.len(), total) {
                    self.reshape(total);
                }
            }
            Shape::Dense(d) => {
                d.bits.grow(total.max(position + 1));
                d.count += u32::from(d.bits.insert(position));
            }
        }
    }

    /// Adds the positions of one word, none of them below one that is in: bit `i` of it is position
    /// `64 * block + i`.
    pub fn push_word(&mut self, block: u32, mut word: u64, total: u32) {
        while word != 0 {
            if let Shape::Dense(d) = &mut self.0 {
                d.bits
                    .grow(total.max(block * 64 + 64 - word.leading_zeros()));
                d.count += d.bits.insert_word(block, word);
                return;
            }
            self.push(block * 64 + word.trailing_zeros(), total);
            word &= word - 1;
        }
    }

    /// Adds positions (ascending) among `total`.
    pub fn insert(&mut self, positions: &[u32], total: u32) {
        let Some(&first) = positions.first() else {
            return;
        };
        if let Shape::Dense(d) = &mut self.0 {
            d.bits.grow(total);
            for &position in positions {
                d.count += u32::from(d.bits.insert(position));
            }
            return;
        }
        let mut all: Vec<u32> = self.iter().collect();
        if all.last().is_none_or(|last| *last < first) {
            all.extend_from_slice(positions);
        } else {
            all.extend_from_slice(positions);
            all.sort_unstable();
            all.dedup();
        }
        self.set(all, total);
    }

    /// Takes positions (ascending) out, among `total`.
    pub fn remove(&mut self, positions: &[u32], total: u32) {
        match &mut self.0 {
            Shape::Empty => {}
            Shape::One(p) => {
                if positions.binary_search(p).is_ok() {
                    self.0 = Shape::Empty;
                }
            }
            Shape::Sparse(s) => {
                let before = s.positions.len();
                let has = |p: &u32| s.positions.binary_search(p).is_ok();
                // Most values are in none of the few conversations that change at once.
                if positions.len() < before / 16 && !positions.iter().any(has) {
                    return;
                }
                s.positions.retain(|p| positions.binary_search(p).is_err());
                if s.positions.len() < 2 && before != s.positions.len() {
                    self.reshape(total);
                }
            }
            Shape::Dense(d) => {
                for &position in positions {
                    d.count -= u32::from(d.bits.remove(position));
                }
                // Half the limit, so that a value at the limit does not change shape with every key.
                if !dense(d.count as usize * 2, total) {
                    self.reshape(total);
                }
            }
        }
    }

    /// Gives room back that building took in advance.
    pub fn shrink(&mut self) {
        if let Shape::Sparse(s) = &mut self.0 {
            s.positions.shrink_to_fit();
        }
    }

    fn reshape(&mut self, total: u32) {
        let all = self.iter().collect();
        self.set(all, total);
    }

    fn set(&mut self, positions: Vec<u32>, total: u32) {
        self.0 = match positions[..] {
            [] => Shape::Empty,
            [one] => Shape::One(one),
            [.., last] if dense(positions.len(), total) => Shape::Dense(Box::new(Dense {
                count: positions.len() as u32,
                bits: Bits::of(total.max(last + 1), positions),
            })),
            _ => Shape::Sparse(Box::new(Sparse { positions })),
        };
    }

    /// The positions, ascending.
    pub fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match &self.0 {
            Shape::Empty => Box::new(std::iter::empty()),
            Shape::One(p) => Box::new(std::iter::once(*p)),
            Shape::Sparse(s) => Box::new(s.positions.iter().copied()),
            Shape::Dense(d) => Box::new(d.bits.iter()),
        }
    }

    /// Adds them to a set.
    pub fn or_into(&self, set: &mut Bits) {
        match &self.0 {
            Shape::Dense(d) => set.or(&d.bits),
            _ => self.iter().for_each(|p| {
                set.insert(p);
            }),
        }
    }

    /// How many of them are in a set.
    pub fn count_in(&self, set: &Bits) -> u32 {
        match &self.0 {
            Shape::Empty => 0,
            Shape::One(p) => u32::from(set.contains(*p)),
            Shape::Sparse(s) => s
                .positions
                .iter()
                .map(|p| u32::from(set.contains(*p)))
                .sum(),
            Shape::Dense(d) => d.bits.count_and(set),
        }
    }

    /// How many of a few positions are among them; cheaper than [`Self::count_in`] where they are few.
    pub fn count_of(&self, few: &[u32], set: &Bits) -> u32 {
        match &self.0 {
            Shape::Dense(d) if few.len() < (d.bits.len() / 128) as usize => {
                few.iter().map(|p| u32::from(d.bits.contains(*p))).sum()
            }
            _ => self.count_in(set),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + match &self.0 {
                Shape::Empty | Shape::One(_) => 0,
                Shape::Sparse(s) => s.positions.capacity() * 4 + size_of::<Sparse>(),
                Shape::Dense(d) => d.bits.bytes() + size_of::<Dense>(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn one_value_takes_sixteen_bytes() {
        assert_eq!(size_of::<Posting>(), 16);
    }

    #[test]
    fn shape_follows_the_content() {
        let mut posting = Posting::default();
        (0..32).for_each(|p| posting.push(p * 2, 1024));
        assert!(matches!(posting.0, Shape::Sparse(_)));
        posting.push(100, 1024);
        assert!(matches!(posting.0, Shape::Dense(_)));
        posting.remove(&(0..20).map(|p| p * 2).collect::<Vec<_>>(), 1024);
        assert!(matches!(posting.0, Shape::Sparse(_)));
        assert_eq!(posting.count(), 13);
    }

    proptest! {
        #[test]
        fn words_add_what_their_positions_add(
            positions in proptest::collection::btree_set(0u32..2000, 0..400),
            total in prop_oneof![Just(2000u32), 0u32..4000],
        ) {
            let (mut one_by_one, mut by_words) = (Posting::default(), Posting::default());
            let mut words = std::collections::BTreeMap::<u32, u64>::new();
            for &p in &positions {
                one_by_one.push(p, total);
                *words.entry(p / 64).or_default() |= 1 << (p % 64);
            }
            words.iter().for_each(|(block, word)| by_words.push_word(*block, *word, total));
            prop_assert_eq!(by_words.count() as usize, positions.len());
            prop_assert_eq!(by_words.iter().collect::<Vec<_>>(), one_by_one.iter().collect::<Vec<_>>());
        }

        #[test]
        fn agrees_with_ordered_sets(
            steps in proptest::collection::vec(
                (any::<bool>(), proptest::collection::btree_set(0u32..400, 0..60)), 0..8),
            asked in proptest::collection::btree_set(0u32..400, 0..100),
        ) {
            let mut posting = Posting::default();
            let mut plain = BTreeSet::new();
            for (add, positions) in steps {
                let list: Vec<u32> = positions.iter().copied().collect();
                if add {
                    posting.insert(&list, 400);
                    plain.extend(positions);
                } else {
                    posting.remove(&list, 400);
                    plain.retain(|p| !positions.contains(p));
                }
                prop_assert_eq!(posting.iter().collect::<BTreeSet<_>>(), plain.clone());
                prop_assert_eq!(posting.count() as usize, plain.len());
            }
            let set = Bits::of(400, asked.iter().copied());
            let common = plain.intersection(&asked).count();
            prop_assert_eq!(posting.count_in(&set) as usize, common);
            let few: Vec<u32> = asked.iter().copied().collect();
            prop_assert_eq!(posting.count_of(&few, &set) as usize, common);
            for p in 0..400 {
                prop_assert_eq!(posting.contains(p), plain.contains(&p));
            }
            let mut any = set.clone();
            posting.or_into(&mut any);
            prop_assert_eq!(any.count() as usize, plain.union(&asked).count());
        }
    }
}
