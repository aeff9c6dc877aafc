//! Terms that compare numbers, moments and times of day: ranges of columns.

use std::ops::RangeInclusive;

use super::bits::Bits;
use super::columns::Column;
use super::evaluate::Evaluator;
use super::groups::Group;
use super::index::Index;
use crate::filter::plain::compare_numbers;
use crate::filter::{Cmp, Date, Field, Pattern, Scalar, Test, date_period, date_range};
use crate::model::{Confidence, Millis};
use crate::store::Facet;

type Range = RangeInclusive<i64>;

impl Evaluator<'_> {
    /// `field<scalar` and the like.
    pub(super) fn compare(&mut self, field: Field, cmp: Cmp, scalar: &Scalar) -> Bits {
        let index = self.index;
        match scalar {
            Scalar::Date(date) => {
                let (from, to) = date_range(date, self.context);
                let range = match cmp {
                    Cmp::Less => until(Millis(i64::MIN), from),
                    Cmp::AtMost => until(Millis(i64::MIN), to),
                    Cmp::More => to.0..=i64::MAX,
                    Cmp::AtLeast => from.0..=i64::MAX,
                    Cmp::Equal => until(from, to),
                };
                moments(index, field).map_or(self.nothing(), |c| c.within(&range))
            }
            Scalar::TimeOfDay(minute) => {
                let range = range_of(field, cmp, f64::from(*minute));
                match (moments(index, field), range) {
                    (Some(moments), Some(range)) => {
                        let local = self.cache.local(moments, self.context.zone);
                        local.minutes.within(&range)
                    }
                    _ => self.nothing(),
                }
            }
            Scalar::Number(number) => self.number(field, cmp, *number),
            Scalar::Span(ms, _) => self.number(field, cmp, *ms as f64),
        }
    }

    fn number(&self, field: Field, cmp: Cmp, with: f64) -> Bits {
        let mut found = self.nothing();
        if field == Field::Sentiment {
            let group = Group::Of(Facet::Sentiment);
            for (_, named) in self.index.content.of(group) {
                let number = named.display.parse::<f64>();
                if number.is_ok_and(|n| compare_numbers(field, n, cmp, with)) {
                    self.index.content.posting(named.slot).or_into(&mut found);
                }
            }
            return found;
        }
        let Some(range) = range_of(field, cmp, with) else {
            return found;
        };
        match (field, column(self.index, field)) {
            (Field::Duration, _) => durations(self.index, &range),
            (_, Some(column)) if moments(self.index, field).is_none() => column.within(&range),
            _ => found,
        }
    }

    pub(super) fn range(
        &mut self,
        field: Field,
        low: Option<&Scalar>,
        high: Option<&Scalar>,
    ) -> Bits {
        let mut side = |scalar: Option<&Scalar>, cmp| match scalar {
            Some(scalar) => self.compare(field, cmp, scalar),
            None => self.everything(),
        };
        let mut found = side(low, Cmp::AtLeast);
        let below = side(high, Cmp::AtMost);
        if let (Some(Scalar::TimeOfDay(from)), Some(Scalar::TimeOfDay(to))) = (low, high)
            && from > to
        {
            // Across midnight: after the one or before the other.
            found.or(&below);
        } else {
            found.and(&below);
        }
        found
    }

    /// What the dates of a test mean now.
    pub(super) fn moments_of(&self, test: &Test) -> Vec<[(Millis, Millis); 2]> {
        let of = |date: &Date| {
            [
                date_range(date, self.context),
                date_period(date, self.context),
            ]
        };
        let scalars: Vec<&Scalar> = match test {
            Test::Compare(_, scalar) => vec![scalar],
            Test::Range(low, high) => low.iter().chain(high).collect(),
            Test::Any(patterns) => patterns
                .iter()
                .filter_map(|p| match p {
                    Pattern::Scalar(scalar) => Some(scalar),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        scalars
            .into_iter()
            .filter_map(|s| match s {
                Scalar::Date(date) => Some(of(date)),
                _ => None,
            })
            .collect()
    }
}

/// The numbers of a field, moments included.
pub(super) fn column(index: &Index, field: Field) -> Option<&Column> {
    use Field as F;
    let n = &index.numbers;
    Some(match field {
        F::Messages => &n.messages,
        F::UserMessages => &n.user_messages,
        F::BotMessages => &n.bot_messages,
        F::Queries => &n.queries,
        F::Fallbacks => &n.fallbacks,
        F::Rating => &n.rating,
        F::Confidence => &n.confidence,
        F::Margin => &n.margin,
        F::ActionConfidence => &n.action_confidence,
        _ => return moments(index, field),
    })
}

/// The moments of a field that has some.
pub(super) fn moments(index: &Index, field: Field) -> Option<&Column> {
    use Field as F;
    match field {
        F::Since | F::Until | F::Date => Some(&index.numbers.ended),
        F::Started | F::Time | F::Weekday => Some(&index.numbers.started),
        F::Decided => Some(&index.decided),
        _ => None,
    }
}

pub(super) fn durations(index: &Index, range: &Range) -> Bits {
    let numbers = &index.numbers;
    numbers.ended.with(&numbers.started, |ended, started| {
        range.contains(&ended.saturating_sub(started))
    })
}

/// From the first moment to the last before `to`.
pub(super) fn until(from: Millis, to: Millis) -> Range {
    match to.0.checked_sub(1) {
        Some(last) => from.0..=last,
        None => empty(),
    }
}

#[allow(clippy::reversed_empty_ranges)] // that is what it is for
fn empty() -> Range {
    1..=0
}

/// The whole numbers that compare so.
pub(super) fn range_of(field: Field, cmp: Cmp, with: f64) -> Option<Range> {
    use Field as F;
    if with.is_nan() {
        return None;
    }
    let confident = matches!(
        field,
        F::Confidence | F::Margin | F::ActionConfidence | F::Intent | F::Action
    );
    let with = if confident {
        f64::from(Confidence(with).steps())
    } else {
        with
    };
    // Conversions saturate: a bound beyond all numbers holds for all or for none.
    let (floor, ceil) = (with.floor() as i64, with.ceil() as i64);
    Some(match cmp {
        Cmp::Less => i64::MIN..=ceil.checked_sub(1)?,
        Cmp::AtMost => i64::MIN..=floor,
        Cmp::More => floor.checked_add(1)?..=i64::MAX,
        Cmp::AtLeast => ceil..=i64::MAX,
        Cmp::Equal => ceil..=floor,
    })
}
