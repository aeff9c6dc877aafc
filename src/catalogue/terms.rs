//! The answer to one term: which sets, columns or tables it is read from.
//!
//! The meaning of every field is that of `filter::values`; this file only knows where the catalogue
//! holds it.

use super::bits::Bits;
use super::evaluate::Evaluator;
use super::groups::{Group, Mark, ReviewMark, group_of};
use super::index::Index;
use super::scalars::{column, durations, moments, until};
use crate::filter::plain::pattern_holds;
use crate::filter::{Cmp, Field, Pattern, Scalar, Term, Test, WEEKDAYS, date_period, fold};
use crate::store::Result;

impl Evaluator<'_> {
    /// Everything that a term matches, whatever its status.
    pub(super) fn answer_term(&mut self, term: &Term) -> Result<Bits> {
        let field = term.field;
        match &term.test {
            Test::Any(patterns) => {
                let mut found = self.nothing();
                for pattern in patterns {
                    found.or(&self.value(field, pattern)?);
                }
                Ok(found)
            }
            Test::Named { name, value } => self.named(field, name, value),
            Test::Scored { .. } => self.scored(term, self.everything()),
            Test::Compare(cmp, scalar) => Ok(self.compare(field, *cmp, scalar)),
            Test::Range(low, high) => Ok(self.range(field, low.as_ref(), high.as_ref())),
            Test::Words { .. } => self.words(term, self.nothing(), 0),
        }
    }

    pub(super) fn nothing(&self) -> Bits {
        Bits::new(self.index.len())
    }

    pub(super) fn everything(&self) -> Bits {
        Bits::full(self.index.len())
    }

    pub(super) fn all_but(&self, set: &Bits) -> Bits {
        let mut rest = self.everything();
        rest.and_not(set);
        rest
    }

    fn value(&mut self, field: Field, pattern: &Pattern) -> Result<Bits> {
        use Field as F;
        let index = self.index;
        Ok(match (field, pattern) {
            (F::Sample | F::Seed, _) => self.everything(),
            (_, Pattern::Scalar(Scalar::Date(date))) => {
                let (from, to) = date_period(date, self.context);
                moments(index, field).map_or(self.nothing(), |c| c.within(&until(from, to)))
            }
            (_, Pattern::Scalar(scalar)) => self.compare(field, Cmp::Equal, scalar),
            (F::Id, _) => self.ids(pattern)?,
            (F::User, _) => self.users(pattern)?,
            (F::Corrected, _) => self.corrected(
                |pairs| {
                    let names: Vec<_> = pairs.iter().map(|p| &p.0).collect();
                    pattern_holds(pattern, &names)
                },
                *pattern == Pattern::None,
            )?,
            (F::Meta, _) => self.meta_names(pattern)?,
            (F::Intent, Pattern::None) => mark(index, Mark::NoPrediction),
            (F::Note, Pattern::None) => self.all_but(&review_mark(index, ReviewMark::Note)),
            (F::UserText, Pattern::None) => index.numbers.user_messages.within(&(0..=0)),
            (F::BotText, Pattern::None) => {
                let numbers = &index.numbers;
                numbers
                    .messages
                    .with(&numbers.user_messages, |all, user| all == user)
            }
            (F::Weekday, Pattern::Exact(day)) => {
                let local = self.cache.local(&index.numbers.started, self.context.zone);
                match (0..).zip(WEEKDAYS).find(|(_, name)| **name == day.as_str()) {
                    Some((at, _)) => local.weekdays.within(&(at..=at)),
                    None => self.nothing(),
                }
            }
            (F::Duration, Pattern::None) => self.all_but(&durations(index, &(i64::MIN..=i64::MAX))),
            (_, Pattern::None) if column(index, field).is_some() => {
                column(index, field).map_or(self.nothing(), |c| self.all_but(&c.present()))
            }
            (F::Queue | F::Reviewer, Pattern::Exact(name)) if fold(name) == "me" => {
                self.listed(field, &Pattern::from(self.context.me.as_str()))
            }
            (F::Is | F::Status | F::Flag | F::Has, _) => self.closed(field, pattern),
            _ => self.listed(field, pattern),
        })
    }

    /// Values that stand in a group.
    pub(super) fn listed(&self, field: Field, pattern: &Pattern) -> Bits {
        let mut found = self.nothing();
        let Some(group) = group_of(field) else {
            return found;
        };
        let values = self.index.values(group);
        if *pattern == Pattern::None {
            values.any(group, &mut found);
            return self.all_but(&found);
        }
        for slot in values.slots(group, pattern) {
            values.posting(slot).or_into(&mut found);
        }
        found
    }

    /// Values of the fields that have a closed list of them.
    fn closed(&self, field: Field, pattern: &Pattern) -> Bits {
        let mut found = self.nothing();
        for name in field.info().values {
            // Absence is what is in none of them.
            if *pattern == Pattern::None || pattern_holds(pattern, &[name]) {
                found.or(&fact(self.index, name));
            }
        }
        match pattern {
            Pattern::None => self.all_but(&found),
            _ => found,
        }
    }
}

/// A value of a closed list as a set; no two fields use one word for different things.
fn fact(index: &Index, name: &str) -> Bits {
    match name {
        "conversation" => review_mark(index, ReviewMark::Flagged),
        "message" => review_mark(index, ReviewMark::FlaggedEvent),
        "flagged" => {
            let mut either = review_mark(index, ReviewMark::Flagged);
            either.or(&review_mark(index, ReviewMark::FlaggedEvent));
            either
        }
        "escalated" => mark(index, Mark::Escalated),
        "fallback" => mark(index, Mark::Fallback),
        "problem" => mark(index, Mark::Problem),
        "comment" => mark(index, Mark::Comment),
        "button" => mark(index, Mark::Clicked),
        "rated" | "rating" => index.numbers.rating.present(),
        "note" => review_mark(index, ReviewMark::Note),
        "correction" => review_mark(index, ReviewMark::Correction),
        "tag" => {
            let mut any = Bits::new(index.len());
            index.reviews.any(Group::Tag, &mut any);
            any
        }
        status => self::status(index, status),
    }
}

/// The status as a set; unread is what has no other.
pub(super) fn status(index: &Index, name: &str) -> Bits {
    let of = |name: &str, set: &mut Bits| {
        if let Some(slot) = index.reviews.find(Group::Status, name) {
            index.reviews.posting(slot).or_into(set);
        }
    };
    let mut set = Bits::new(index.len());
    if name != "unread" {
        of(name, &mut set);
        return set;
    }
    ["reviewed", "saved", "deleted"]
        .iter()
        .for_each(|s| of(s, &mut set));
    let mut rest = Bits::full(index.len());
    rest.and_not(&set);
    rest
}

/// A yes-or-no fact of the content as a set.
pub(super) fn mark(index: &Index, mark: Mark) -> Bits {
    let mut set = Bits::new(index.len());
    index.content.posting(mark as u32).or_into(&mut set);
    set
}

/// A yes-or-no fact of the reviews as a set.
pub(super) fn review_mark(index: &Index, mark: ReviewMark) -> Bits {
    let mut set = Bits::new(index.len());
    index.reviews.posting(mark as u32).or_into(&mut set);
    set
}
