//! `sample:50 seed:7`: the conversations with the smallest hashes.
//!
//! A hash is made of the seed and the conversation's id, which the store is asked for. Hashes once made are
//! kept for one seed: a sample is drawn again for every facet whose own terms are left out.

use super::bits::Bits;
use super::evaluate::{Evaluator, by_list};
use crate::filter::sample_hash;
use crate::store::Result;
use crate::store::feed::Wanted;

/// The hashes of one seed, as far as they were asked for.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    seed: u64,
    known: Bits,
    of: Vec<u64>,
}

impl Hashes {
    /// The hashes of this seed, with room for so many positions; those of another are forgotten.
    fn of_seed(&mut self, seed: u64, len: u32) -> &mut Self {
        if self.seed != seed {
            *self = Self::default();
            self.seed = seed;
        }
        self.known.grow(len);
        if self.of.len() < len as usize {
            self.of.resize(len as usize, 0);
        }
        self
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.of.capacity() * 8 + self.known.bytes()
    }
}

impl Evaluator<'_> {
    /// The conversations of `found` with the smallest hashes.
    pub(super) fn sampled(&mut self, found: Bits, size: u64, seed: u64) -> Result<Bits> {
        let count = found.count();
        if u64::from(count) <= size {
            return Ok(found);
        }
        let index = self.index;
        let hashes = self.cache.hashes().of_seed(seed, index.len());
        let mut open = found.clone();
        open.and_not(&hashes.known);
        let asked = open.count();
        if asked > 0 {
            let rows: Vec<i64>;
            let wanted = if by_list(asked, index.len()) {
                rows = open.iter().map(|p| index.rows.row(p)).collect();
                Wanted::These(&rows)
            } else {
                Wanted::All
            };
            self.store.ask_ids(wanted, |row, id| {
                if let Some(position) = index.rows.position(row)
                    && open.contains(position)
                {
                    hashes.of[position as usize] = sample_hash(seed, &id);
                    hashes.known.insert(position);
                }
            })?;
        }
        // What the store has no id of is no conversation any more.
        let mut drawn: Vec<(u64, u32)> = found
            .iter()
            .filter(|p| hashes.known.contains(*p))
            .map(|p| (hashes.of[p as usize], p))
            .collect();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size < drawn.len() {
            drawn.select_nth_unstable(size);
            drawn.truncate(size);
        }
        Ok(Bits::of(found.len(), drawn.iter().map(|d| d.1)))
    }
}
