//! Random filters and conversations for property tests: small vocabularies, so that terms hit often, and
//! with everything in them that is easily forgotten (absent attributes, accents, scripts without spaces,
//! forms, fallbacks, deleted conversations). The same seed gives the same thing for ever.

mod conversations;
mod filters;
mod reviews;

pub use conversations::random_conversation;
pub use filters::{random_filter, random_text};
pub use reviews::Made;

use crate::model::Millis;
use crate::text::Untrusted;

/// A small random generator (xorshift), so that the seeds of tests need no crate.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Any seed will do.
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.next();
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of `all`, which is not empty.
    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn maybe(&mut self, all: &[&str]) -> Option<Untrusted> {
        (!self.once_in(3)).then(|| self.of(all).into())
    }
}

/// 2026-05-20T12:00:00Z, a Wednesday: the present of the random conversations, which lie in the days and
/// weeks before it.
pub const NOW: Millis = Millis(1_779_278_400_000);
/// The reviewers of the random reviews; the first is `me`.
pub const REVIEWERS: [&str; 2] = ["ann", "Bo"];
