//! New conversations on their way into the postings: one word of 64 positions a value at a time.
//!
//! A conversation has some twenty values, and each posting that is touched costs a visit to memory of its
//! own. Gathered by word, a frequent value is visited once for 64 conversations.

use super::values::Values;

/// Which of the conversations of one block of 64 positions carry which value.
#[derive(Debug, Default)]
pub(super) struct Filling {
    block: u32,
    /// By posting.
    words: Vec<u64>,
    /// Postings whose word is not empty.
    touched: Vec<u32>,
}

impl Filling {
    /// The position carries the values of these postings. Positions come ascending; `total`: how many
    /// there will be.
    pub fn add<G: Copy + Eq + std::hash::Hash>(
        &mut self,
        position: u32,
        slots: &[u32],
        values: &mut Values<G>,
        total: u32,
    ) {
        if position / 64 != self.block {
            self.pour(values, total);
            self.block = position / 64;
        }
        let bit = 1 << (position % 64);
        for &slot in slots {
            if slot as usize >= self.words.len() {
                self.words.resize(slot as usize + 1, 0);
            }
            let word = &mut self.words[slot as usize];
            if *word == 0 {
                self.touched.push(slot);
            }
            *word |= bit;
        }
    }

    /// Moves all that was gathered to the postings.
    pub fn pour<G: Copy + Eq + std::hash::Hash>(&mut self, values: &mut Values<G>, total: u32) {
        for slot in self.touched.drain(..) {
            let word = std::mem::take(&mut self.words[slot as usize]);
            values.posting_mut(slot).push_word(self.block, word, total);
        }
    }
}
