//! From a filter to the set of conversations that match.
//!
//! Each part is asked only about what is left by the parts before it, cheap ones first. A complement is
//! taken within what is asked about, so it is exact. Terms are answered in `terms`, questions about
//! single turns in `deep`.

use std::sync::Arc;

use super::bits::Bits;
use super::cache::{Answered, Cache, Reads};
use super::groups::Group;
use super::index::Index;
use crate::filter::{Context, Field, Filter, Term, Test, includes_deleted, sample};
use crate::store::{Result, Store};

/// One question being answered.
pub(super) struct Evaluator<'a> {
    pub index: &'a Index,
    pub cache: &'a mut Cache,
    pub store: &'a Store,
    pub context: &'a Context,
}

/// More rows than this are read in one pass over the table instead of one by one.
pub(super) fn by_list(asked: u32, total: u32) -> bool {
    asked < total / 4
}

impl Evaluator<'_> {
    /// All that a filter is about: deleted conversations only where it asks for them.
    pub fn universe(&self, deleted: bool) -> Bits {
        let mut all = self.index.live.clone();
        if !deleted && let Some(slot) = self.index.reviews.find(Group::Status, "deleted") {
            let mut gone = Bits::new(self.index.len());
            self.index.reviews.posting(slot).or_into(&mut gone);
            all.and_not(&gone);
        }
        all
    }

    /// What matches, the sample taken.
    pub fn matching(&mut self, filter: &Filter) -> Result<Bits> {
        self.matching_among(filter, includes_deleted(filter))
    }

    /// What matches among all conversations, or among those that are not deleted.
    pub fn matching_among(&mut self, filter: &Filter, deleted: bool) -> Result<Bits> {
        let universe = self.universe(deleted);
        let found = self.select(filter, universe)?;
        match sample(filter) {
            Some((size, seed)) => self.sampled(found, size, seed),
            None => Ok(found),
        }
    }

    /// Those of `within` that match.
    pub fn select(&mut self, filter: &Filter, mut within: Bits) -> Result<Bits> {
        self.store.still_asked()?;
        match filter {
            Filter::Everything => Ok(within),
            Filter::And(parts) => {
                let mut parts: Vec<&Filter> = parts.iter().collect();
                parts.sort_by_cached_key(|part| cost(part));
                for part in parts {
                    if within.is_empty() {
                        break;
                    }
                    within = self.select(part, within)?;
                }
                Ok(within)
            }
            Filter::Or(parts) => {
                let mut parts: Vec<&Filter> = parts.iter().collect();
                parts.sort_by_cached_key(|part| cost(part));
                // What one part has found need not be asked of the next.
                let mut found = Bits::new(within.len());
                for part in parts {
                    let hits = self.select(part, within.clone())?;
                    within.and_not(&hits);
                    found.or(&hits);
                }
                Ok(found)
            }
            Filter::Not(inner) => {
                let hits = self.select(inner, within.clone())?;
                within.and_not(&hits);
                Ok(within)
            }
            Filter::Term(term) if matches!(term.test, Test::Scored { .. }) => {
                self.scored(term, within)
            }
            Filter::Term(term) => {
                within.and(&*self.term(term)?);
                Ok(within)
            }
            Filter::Turn { last, inner } => self.turn(*last, inner, within),
        }
    }

    /// Everything that one term matches, deleted and purged conversations not yet left out.
    fn term(&mut self, term: &Term) -> Result<Arc<Bits>> {
        let key = self.key(term);
        // Words cost the most and are asked of new conversations alone.
        let grows = matches!(term.test, Test::Words { .. }) && reads(term.field) == Reads::Content;
        let hits = match self.cache.get(&key) {
            Some(answered) if answered.hits.len() == self.index.len() => return Ok(answered.hits),
            Some(answered) if grows => {
                let known = self.grown(&answered.hits);
                self.words(term, known, answered.hits.len())?
            }
            _ => self.answer_term(term)?,
        };
        let hits = Arc::new(hits);
        let answered = Answered {
            known: None,
            hits: Arc::clone(&hits),
            grows,
        };
        self.cache.put(key, reads(term.field), answered);
        Ok(hits)
    }

    /// A set from before conversations came, with room for them.
    pub(super) fn grown(&self, set: &Bits) -> Bits {
        let mut grown = set.clone();
        grown.grow(self.index.len());
        grown
    }

    /// The term with all that its meaning depends on.
    fn key(&self, term: &Term) -> String {
        let context = self.context;
        match term.field {
            // With what its times mean now, since `24h` means something else each time.
            Field::Since | Field::Until | Field::Date | Field::Started | Field::Decided => {
                format!("{term:?} {:?}", self.moments_of(&term.test))
            }
            Field::Queue | Field::Reviewer => format!("{term:?} {}", context.me),
            Field::Time | Field::Weekday => format!("{term:?} {:?}", context.zone),
            _ => format!("{term:?}"),
        }
    }
}

/// What the answer to a term of this field depends on.
pub(super) fn reads(field: Field) -> Reads {
    use Field as F;
    match field {
        F::Lang | F::Topic | F::Sentiment => Reads::Reviews,
        F::Decided | F::Is | F::Flag | F::Verdict | F::Tag | F::Auto | F::Status => Reads::Reviews,
        F::Corrected | F::Has | F::Note | F::Queue | F::Reviewer => Reads::Reviews,
        _ => Reads::Content,
    }
}

/// What depends on any term of the filter.
pub(super) fn reads_of(filter: &Filter) -> Reads {
    let mut found = Reads::Content;
    filter.each_term(&mut |term| {
        if reads(term.field) == Reads::Reviews {
            found = Reads::Reviews;
        }
    });
    found
}

/// Parts that cost little are asked first: sets in memory, then the tables, then single turns.
fn cost(filter: &Filter) -> u8 {
    match filter {
        Filter::Everything => 0,
        Filter::And(parts) => parts.iter().map(cost).min().unwrap_or(0),
        Filter::Or(parts) => parts.iter().map(cost).max().unwrap_or(0),
        Filter::Not(inner) => cost(inner),
        Filter::Turn { .. } => 5,
        Filter::Term(term) => match (&term.test, term.field) {
            (Test::Scored { .. }, _) => 4,
            (Test::Words { .. }, _) => 3,
            (_, Field::User | Field::Id) => 2,
            (Test::Named { .. }, _) => 1,
            _ => 0,
        },
    }
}
