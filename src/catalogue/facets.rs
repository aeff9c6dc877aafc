//! How many conversations carry each value of a facet, among what the rest of the filter matches.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bits::Bits;
use super::cache::Answered;
use super::evaluate::{Evaluator, reads};
use super::groups::{Group, Mark, ReviewMark, group_of};
use super::index::Index;
use super::names::{FacetName, NONE};
use super::posting::Posting;
use super::terms;
use crate::filter::{Field, Filter, Pattern, Term, Test, includes_deleted, without_field};
use crate::model::Status;
use crate::store::Result;

/// The values of one facet with their counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounts {
    /// Which facet.
    pub facet: FacetName,
    /// Values with how many conversations carry them, the most frequent first, equal ones by name. Values
    /// in no conversation are left out; absence is [`NONE`]. At most [`FacetCounts::MOST`].
    pub values: Vec<(String, u64)>,
    /// How many values there are, beyond those listed too.
    pub distinct: u64,
}

impl FacetCounts {
    /// So many values are listed at most.
    pub const MOST: usize = 1000;
}

/// The filter that a facet's counts are taken under.
pub(super) fn rest_of(filter: &Filter, facet: FacetName) -> Filter {
    match facet {
        FacetName::Of(field) => without_field(filter, field),
        FacetName::Is(what) => {
            let own = |part: &Filter| match part {
                Filter::Term(Term {
                    field: Field::Is,
                    test: Test::Any(patterns),
                }) => patterns.iter().all(|p| *p == Pattern::from(what)),
                _ => false,
            };
            let kept = filter.conjuncts().iter().filter(|part| match part {
                Filter::Not(inner) => !own(inner),
                other => !own(other),
            });
            Filter::and(kept.cloned().collect())
        }
    }
}

/// What a value is counted among: a set, and the shortest way to count in it.
struct Among<'a> {
    set: &'a Bits,
    count: u32,
    way: Way,
}

enum Way {
    /// The positions are few: they are looked up in the posting.
    Few(Vec<u32>),
    /// All positions but a few: how many a posting has is known.
    AllBut(Vec<u32>, Bits),
    /// Bits of the set and of the posting are counted together.
    Together,
}

impl<'a> Among<'a> {
    fn new(set: &'a Bits) -> Self {
        let count = set.count();
        let few = set.len() / 128;
        let way = if count < few {
            Way::Few(set.iter().collect())
        } else if set.len() - count < few {
            let mut others = Bits::full(set.len());
            others.and_not(set);
            Way::AllBut(others.iter().collect(), others)
        } else {
            Way::Together
        };
        Self { set, count, way }
    }

    fn count(&self, posting: &Posting) -> u32 {
        match &self.way {
            Way::Few(few) => posting.count_of(few, self.set),
            Way::AllBut(few, _) if few.is_empty() => posting.count(),
            Way::AllBut(few, others) => posting.count() - posting.count_of(few, others),
            Way::Together => posting.count_in(self.set),
        }
    }
}

impl Evaluator<'_> {
    /// The counts of one facet under the filter, of which `matched` is the answer.
    pub(super) fn facet(
        &mut self,
        facet: FacetName,
        filter: &Filter,
        matched: &Bits,
    ) -> Result<FacetCounts> {
        let rest = rest_of(filter, facet);
        // A deleted conversation would match if its status were asked for.
        let deleted = facet == FacetName::Of(Field::Status) || includes_deleted(filter);
        let own;
        let set = if rest == *filter && deleted == includes_deleted(filter) {
            matched
        } else {
            own = self.matching_among(&rest, deleted)?;
            &own
        };
        let among = Among::new(set);
        let mut values = match facet {
            FacetName::Of(Field::Status) => self.statuses(&among),
            FacetName::Of(Field::Rating) => self.ratings(&among),
            FacetName::Of(field) => self.named_values(field, &among),
            FacetName::Is(what) => vec![(what.to_owned(), self.yes(what, &among))],
        };
        if let Some(absent) = self.absent(facet, &among, &values)? {
            values.push((NONE.to_owned(), absent.into()));
        }
        values.retain(|v| v.1 > 0);
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let distinct = values.len() as u64;
        values.truncate(FacetCounts::MOST);
        Ok(FacetCounts {
            facet,
            values,
            distinct,
        })
    }

    fn named_values(&self, field: Field, among: &Among<'_>) -> Vec<(String, u64)> {
        let Some(group) = group_of(field) else {
            return Vec::new();
        };
        let values = self.index.values(group);
        values
            .of(group)
            .map(|(_, named)| {
                let count = among.count(values.posting(named.slot));
                (count, &named.display)
            })
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| (FacetName::written(name), count.into()))
            .collect()
    }

    fn statuses(&self, among: &Among<'_>) -> Vec<(String, u64)> {
        let reviews = &self.index.reviews;
        let mut values = Vec::with_capacity(4);
        let mut unread = among.count;
        for status in &Status::ALL[1..] {
            let slot = reviews.find(Group::Status, status.name());
            let count = slot.map_or(0, |slot| among.count(reviews.posting(slot)));
            unread -= count;
            values.push((status.name().to_owned(), count.into()));
        }
        values.push((Status::Unread.name().to_owned(), unread.into()));
        values
    }

    fn ratings(&mut self, among: &Among<'_>) -> Vec<(String, u64)> {
        let mut rated = Bits::clone(&*self.any(Field::Rating));
        rated.and(among.set);
        // Ratings are a handful of small numbers; others are counted too, only slower.
        let (mut small, mut others) = ([0u64; 128], BTreeMap::new());
        let rating = &self.index.numbers.rating;
        for number in rated.iter().filter_map(|p| rating.get(p)) {
            match usize::try_from(number).ok().and_then(|n| small.get_mut(n)) {
                Some(count) => *count += 1,
                None => *others.entry(number).or_insert(0) += 1,
            }
        }
        others.extend((0i64..).zip(small).filter(|(_, count)| *count > 0));
        others
            .into_iter()
            .map(|(number, count)| (number.to_string(), count))
            .collect()
    }

    fn yes(&self, what: &str, among: &Among<'_>) -> u64 {
        let (content, reviews) = (&self.index.content, &self.index.reviews);
        let mark = |mark: Mark| among.count(content.posting(mark as u32)).into();
        match what {
            "escalated" => mark(Mark::Escalated),
            "fallback" => mark(Mark::Fallback),
            "problem" => mark(Mark::Problem),
            _ => {
                let mut either = terms::review_mark(self.index, ReviewMark::Flagged);
                reviews
                    .posting(ReviewMark::FlaggedEvent as u32)
                    .or_into(&mut either);
                either.count_and(among.set).into()
            }
        }
    }

    /// How many have no value, where that can be asked for.
    fn absent(
        &mut self,
        facet: FacetName,
        among: &Among<'_>,
        values: &[(String, u64)],
    ) -> Result<Option<u32>> {
        let FacetName::Of(field) = facet else {
            return Ok(None);
        };
        if !field.info().absence {
            return Ok(None);
        }
        if field == Field::Intent {
            let posting = self.index.content.posting(Mark::NoPrediction as u32);
            return Ok(Some(among.count(posting)));
        }
        if one_value(field) {
            let carried: u64 = values.iter().map(|v| v.1).sum();
            return Ok(u32::try_from(u64::from(among.count).saturating_sub(carried)).ok());
        }
        let any = self.any(field);
        Ok(Some(among.count - any.count_and(among.set)))
    }

    /// Everything that carries a value of the field at all.
    fn any(&mut self, field: Field) -> Arc<Bits> {
        let key = format!("any {field:?}");
        if let Some(answered) = self.cache.get(&key) {
            return answered.hits;
        }
        let hits = Arc::new(any_of(self.index, field));
        let answered = Answered {
            known: None,
            hits: Arc::clone(&hits),
            grows: false,
        };
        self.cache.put(key, reads(field), answered);
        hits
    }
}

fn any_of(index: &Index, field: Field) -> Bits {
    if field == Field::Rating {
        return index.numbers.rating.present();
    }
    let mut any = Bits::new(index.len());
    if let Some(group) = group_of(field) {
        index.values(group).any(group, &mut any);
    }
    any
}

/// True if a conversation has at most one value of the field.
fn one_value(field: Field) -> bool {
    use Field as F;
    matches!(
        field,
        F::Channel | F::Lang | F::Location | F::Device | F::Agent | F::Version
    ) || matches!(
        field,
        F::Verdict | F::Queue | F::Reviewer | F::Rating | F::Sentiment | F::Source
    )
}
