//! The catalogue: everything that lists, counts and facets are answered from, in memory.
//!
//! It is built from the narrow rows of the store, holds numbers as columns and values as sets of
//! positions, and answers a filter with AND, OR, NOT and counts over those sets. What is too much for
//! memory (words, slot values, single turns) it asks the store for, among what the other terms left.
//! It must agree with [`crate::filter::plain`] on every conversation. Nothing of it is written anywhere;
//! this module has no SQL and knows neither files nor the screen.

mod bits;
mod build;
mod cache;
mod columns;
mod completion;
mod deep;
mod emptied;
mod evaluate;
mod facets;
mod filling;
mod groups;
mod index;
mod lookups;
mod names;
mod news;
mod posting;
mod query;
mod rows;
mod samples;
mod scalars;
mod sort;
mod terms;
#[cfg(test)]
mod tests;
mod times;
mod values;

pub use emptied::Emptied;
pub use facets::FacetCounts;
pub use names::{FacetName, NONE};
pub use news::News;
pub use query::{Answer, Question};

use bits::Bits;
use cache::{Cache, Reads};
use groups::Group;
use index::Index;
use sort::Orders;

use crate::model::{Millis, Status, Tag};
use crate::store::feed::Revisions;

/// The in-memory index of one store. It belongs to the thread that asks; nothing in it is shared.
#[derive(Debug, Default)]
pub struct Catalogue {
    index: Index,
    cache: Cache,
    orders: Orders,
    /// Newest revisions that were taken in.
    seen: Revisions,
    /// An interruption left a refresh undone: it is done before the next question is answered, so that an
    /// answer is never from a half-changed catalogue.
    owed: bool,
    news: News,
}

impl Catalogue {
    /// Last activity of the newest conversation, for `newest-7d`.
    pub fn newest(&self) -> Option<Millis> {
        self.index.numbers.ended.max().map(Millis)
    }

    /// The highest row there is: rows above it came later.
    pub fn newest_row(&self) -> i64 {
        self.index.rows.last()
    }

    /// The status of each of these rows, in their order.
    pub fn statuses(&self, rows: impl Iterator<Item = i64>) -> Vec<Status> {
        let decided: Vec<(Status, Bits)> = Status::ALL[1..]
            .iter()
            .map(|status| (*status, terms::status(&self.index, status.name())))
            .collect();
        let mut any = Bits::new(self.index.len());
        decided.iter().for_each(|(_, set)| any.or(set));
        // Most are unread, and then one look is enough.
        let of = |row: i64| {
            let position = self.index.rows.position(row)?;
            if !any.contains(position) {
                return None;
            }
            decided
                .iter()
                .find(|(_, set)| set.contains(position))
                .map(|(status, _)| *status)
        };
        rows.map(|row| of(row).unwrap_or_default()).collect()
    }

    /// How many conversations `reviewer` decided since then, and are decided still.
    pub fn decided_since(&self, reviewer: &str, since: Millis) -> u64 {
        let reviews = &self.index.reviews;
        let Some(slot) = reviews.find(Group::Reviewer, reviewer) else {
            return 0;
        };
        let mut judged = Bits::new(self.index.len());
        reviews.any(Group::Verdict, &mut judged);
        let mut undecided = terms::status(&self.index, "unread");
        undecided.and_not(&judged);
        let mut decided = self.index.decided.within(&(since.0..=i64::MAX));
        decided.and(&self.index.live);
        decided.and_not(&undecided);
        reviews.posting(slot).count_in(&decided).into()
    }

    /// Says of each tag how many conversations that are not deleted carry it.
    pub fn count_tags(&self, tags: &mut [Tag]) {
        let shown = self.shown();
        for tag in tags {
            let slot = self.index.reviews.find(Group::Tag, tag.name.for_search());
            tag.count = slot.map_or(0, |slot| {
                self.index.reviews.posting(slot).count_in(&shown).into()
            });
        }
    }

    /// What was taken in since this was last asked.
    pub fn take_news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// How many conversations there are, deleted ones counted, purged ones not.
    pub fn conversation_count(&self) -> u64 {
        self.index.live.count().into()
    }

    /// Bytes held by each kind of structure, about.
    pub fn held(&self) -> Vec<(&'static str, usize)> {
        let mut held = self.index.held();
        held.push(("answers kept", self.cache.bytes()));
        held.push(("orders kept", self.orders.bytes()));
        held
    }

    /// Forgets the answers kept for the next question: it is answered as if it were the first.
    pub fn forget_answers(&mut self) {
        self.cache.forget_terms();
    }

    /// Forgets the orders and the local times kept: the next are made anew.
    pub fn forget_orders(&mut self) {
        self.orders.forget(Reads::Content);
        self.cache.forget(Reads::Content);
    }

    /// Forgets every answer that the change made stale.
    fn changed(&mut self, what: Reads) {
        self.cache.forget(what);
        self.orders.forget(what);
    }
}
