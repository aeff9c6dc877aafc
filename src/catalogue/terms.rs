//! The answer to one term: which sets, columns or tables it is read from.
//!
//! The meaning of every field is that of `filter::values`; this file only knows where the catalogue
//! holds it.

use std::ops::RangeInclusive;

use super::bits::Bits;
use super::columns::Column;
use super::evaluate::Evaluator;
use super::index::{Group, Index, Mark, ReviewMark, group_of, pair};
use super::times::LocalTimes;
use crate::filter::plain::{compare_numbers, named_holds, pattern_holds};
use crate::filter::{
    Cmp, Date, Field, Pattern, Scalar, Term, Test, WEEKDAYS, Words, date_period, date_range, fold,
    values,
};
use crate::model::{Confidence, Millis};
use crate::store::questions::{Like, Side};
use crate::store::{Facet, Result, kept};

type Range = RangeInclusive<i64>;

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
            Test::Words { .. } => self.words(term),
        }
    }

    fn nothing(&self) -> Bits {
        Bits::new(self.index.len())
    }

    fn everything(&self) -> Bits {
        Bits::full(self.index.len())
    }

    fn all_but(&self, set: &Bits) -> Bits {
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
                let mut times = LocalTimes::new(self.context.zone);
                let started = &index.numbers.started;
                started.where_number(|at| WEEKDAYS.get(times.weekday(at)) == Some(&day.as_str()))
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
    fn listed(&self, field: Field, pattern: &Pattern) -> Bits {
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
        for (name, set) in self.closed_list(field) {
            let holds = match pattern {
                // Absence is taken among all of them, below.
                Pattern::None => true,
                other => pattern_holds(other, &[name]),
            };
            if holds {
                found.or(&set());
            }
        }
        match pattern {
            Pattern::None => self.all_but(&found),
            _ => found,
        }
    }

    #[allow(clippy::type_complexity)] // names with what makes their sets
    fn closed_list(&self, field: Field) -> Vec<(&'static str, Box<dyn Fn() -> Bits + '_>)> {
        let index = self.index;
        let status = |name: &'static str| -> Box<dyn Fn() -> Bits + '_> {
            Box::new(move || status(index, name))
        };
        let review = |m: ReviewMark| -> Box<dyn Fn() -> Bits + '_> {
            Box::new(move || review_mark(index, m))
        };
        let content = |m: Mark| -> Box<dyn Fn() -> Bits + '_> { Box::new(move || mark(index, m)) };
        let rated =
            || -> Box<dyn Fn() -> Bits + '_> { Box::new(|| index.numbers.rating.present()) };
        let mut list = Vec::new();
        if matches!(field, Field::Is | Field::Status) {
            list.extend(["unread", "reviewed", "saved", "deleted"].map(|s| (s, status(s))));
        }
        match field {
            Field::Is => list.extend([
                ("flagged", review(ReviewMark::Flagged)),
                ("flagged", review(ReviewMark::FlaggedEvent)),
                ("escalated", content(Mark::Escalated)),
                ("rated", rated()),
                ("fallback", content(Mark::Fallback)),
                ("problem", content(Mark::Problem)),
            ]),
            Field::Flag => list.extend([
                ("conversation", review(ReviewMark::Flagged)),
                ("message", review(ReviewMark::FlaggedEvent)),
            ]),
            Field::Has => list.extend([
                ("note", review(ReviewMark::Note)),
                ("correction", review(ReviewMark::Correction)),
                ("comment", content(Mark::Comment)),
                ("button", content(Mark::Clicked)),
                ("rating", rated()),
                (
                    "tag",
                    Box::new(move || {
                        let mut any = Bits::new(index.len());
                        index.reviews.any(Group::Tag, &mut any);
                        any
                    }) as Box<dyn Fn() -> Bits>,
                ),
            ]),
            _ => {}
        }
        list
    }

    fn named(&mut self, field: Field, name: &str, value: &Pattern) -> Result<Bits> {
        match field {
            Field::Meta => self.pairs(Facet::Meta, name, value),
            Field::Entity if *value == Pattern::None => {
                let found = self.listed(field, &Pattern::from(name));
                Ok(self.all_but(&found))
            }
            Field::Entity => self.pairs(Facet::EntityValue, name, value),
            Field::Slot => self.slot(name, value),
            Field::Corrected if *value == Pattern::None => {
                let any = Pattern::Prefix(String::new());
                let found = self.corrected(|pairs| named_holds(name, &any, pairs), false)?;
                Ok(self.all_but(&found))
            }
            Field::Corrected => self.corrected(|pairs| named_holds(name, value, pairs), false),
            _ => Ok(self.nothing()),
        }
    }

    /// `name=value` among values that are kept as pairs.
    fn pairs(&self, facet: Facet, name: &str, value: &Pattern) -> Result<Bits> {
        let name = kept(&fold(name)).into_owned();
        let (asked, prefix) = match value {
            Pattern::Exact(value) => (pair(&name, &kept(&fold(value))), false),
            Pattern::Prefix(value) => (pair(&name, &fold(value)), true),
            Pattern::None => (pair(&name, ""), true),
            Pattern::Scalar(_) => return Ok(self.nothing()),
        };
        let like = if prefix {
            Like::Prefix(&asked)
        } else {
            Like::Exact(&asked)
        };
        let found = self.values_like(facet, like, |_| true)?;
        Ok(match value {
            Pattern::None => self.all_but(&found),
            _ => found,
        })
    }

    fn meta_names(&self, pattern: &Pattern) -> Result<Bits> {
        match pattern {
            Pattern::None => Ok(self.all_but(&mark(self.index, Mark::Meta))),
            Pattern::Exact(name) => {
                let asked = pair(&kept(&fold(name)), "");
                self.values_like(Facet::Meta, Like::Prefix(&asked), |_| true)
            }
            Pattern::Prefix(prefix) => {
                let asked = fold(prefix);
                // The prefix may not reach into the value.
                let name = |pair: &str| pair.find('=').is_some_and(|end| end >= asked.len());
                self.values_like(Facet::Meta, Like::Prefix(&asked), name)
            }
            Pattern::Scalar(_) => Ok(self.nothing()),
        }
    }

    fn values_like(
        &self,
        facet: Facet,
        like: Like<'_>,
        passes: impl Fn(&str) -> bool,
    ) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        self.store.ask_values(facet, like, |id, value| {
            if passes(value)
                && let Some(slot) = index.slot_of_value(id)
            {
                index.content.posting(slot).or_into(&mut found);
            }
        })?;
        Ok(found)
    }

    fn slot(&self, name: &str, value: &Pattern) -> Result<Bits> {
        let group = Group::Of(Facet::Slot);
        let (index, mut found) = (self.index, self.nothing());
        let slot = index.content.find(group, &kept(name));
        let text;
        let like = match value {
            Pattern::None => {
                if let Some(slot) = slot {
                    index.content.posting(slot).or_into(&mut found);
                }
                return Ok(self.all_but(&found));
            }
            Pattern::Exact(value) => {
                text = kept(&fold(value)).into_owned();
                Like::Exact(&text)
            }
            Pattern::Prefix(value) => {
                text = fold(value);
                Like::Prefix(&text)
            }
            Pattern::Scalar(_) => return Ok(found),
        };
        if let Some(slot) = slot {
            self.store.ask_slot(&index.ids_of_slot(slot), like, |row| {
                if let Some(position) = index.rows.position(row) {
                    found.insert(position);
                }
            })?;
        }
        Ok(found)
    }

    /// Conversations of which one correction passes; `absent`: those without any correction.
    fn corrected(
        &self,
        passes: impl Fn(&[(values::FieldValue<'_>, values::FieldValue<'_>)]) -> bool,
        absent: bool,
    ) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        self.store
            .ask_corrections(crate::store::feed::Wanted::All, |row, _, field, json| {
                if let Some(position) = index.rows.position(row)
                    && (absent || passes(&values::correction_values(field, json)))
                {
                    found.insert(position);
                }
            })?;
        Ok(if absent { self.all_but(&found) } else { found })
    }

    fn users(&self, pattern: &Pattern) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        let pass = match pattern {
            Pattern::None => &Pattern::Prefix(String::new()),
            other => other,
        };
        // They come in order, so equal ones are compared once.
        let mut last: Option<(String, bool)> = None;
        let mut take = |row: i64, user: &str| {
            let holds = match &last {
                Some((name, holds)) if name == user => *holds,
                _ => {
                    let holds = pattern_holds(pass, &[user]);
                    last = Some((user.to_owned(), holds));
                    holds
                }
            };
            if holds && let Some(position) = index.rows.position(row) {
                found.insert(position);
            }
        };
        self.store.ask_user_ids(&mut take)?;
        self.store.ask_user_names(&mut take)?;
        Ok(match pattern {
            Pattern::None => self.all_but(&found),
            _ => found,
        })
    }

    fn ids(&self, pattern: &Pattern) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        let (asked, exact) = match pattern {
            Pattern::Exact(text) => (fold(text), true),
            Pattern::Prefix(text) => (fold(text), false),
            Pattern::None | Pattern::Scalar(_) => return Ok(found),
        };
        if let Some(least) = least_id(&asked) {
            self.store.ask_ids_from(least, |row, id| {
                let begins = id.to_string().starts_with(&asked);
                if begins && let Some(position) = index.rows.position(row) {
                    found.insert(position);
                }
                begins
            })?;
        }
        self.store.ask_natives(|row, native, session| {
            let external = fold(&match session {
                0 | 1 => native.to_owned(),
                session => format!("{native}#{session}"),
            });
            let holds = if exact {
                external == asked
            } else {
                external.starts_with(&asked)
            };
            if holds && let Some(position) = index.rows.position(row) {
                found.insert(position);
            }
        })?;
        Ok(found)
    }

    fn words(&self, term: &Term) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        let words = Words::of(term);
        let side = match term.field {
            Field::Text => Side::Any,
            Field::UserText => Side::User,
            Field::BotText => Side::Bot,
            _ => {
                self.store.ask_notes(|row, text| {
                    if words.are_in(text)
                        && let Some(position) = index.rows.position(row)
                    {
                        found.insert(position);
                    }
                })?;
                return Ok(found);
            }
        };
        self.store
            .ask_words(side, &words.tokens, words.prefix, |row| {
                if let Some(position) = index.rows.position(row) {
                    found.insert(position);
                }
            })?;
        Ok(found)
    }

    fn compare(&self, field: Field, cmp: Cmp, scalar: &Scalar) -> Bits {
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
                let mut times = LocalTimes::new(self.context.zone);
                moments(index, field).map_or(self.nothing(), |column| {
                    column.where_number(|at| {
                        let value = f64::from(times.minute_of_day(at));
                        compare_numbers(field, value, cmp, f64::from(*minute))
                    })
                })
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

    fn range(&self, field: Field, low: Option<&Scalar>, high: Option<&Scalar>) -> Bits {
        let side = |scalar: Option<&Scalar>, cmp| {
            scalar.map_or_else(|| self.everything(), |s| self.compare(field, cmp, s))
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
fn column(index: &Index, field: Field) -> Option<&Column> {
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
fn moments(index: &Index, field: Field) -> Option<&Column> {
    use Field as F;
    match field {
        F::Since | F::Until | F::Date => Some(&index.numbers.ended),
        F::Started | F::Time | F::Weekday => Some(&index.numbers.started),
        F::Decided => Some(&index.decided),
        _ => None,
    }
}

fn durations(index: &Index, range: &Range) -> Bits {
    let numbers = &index.numbers;
    numbers.ended.with(&numbers.started, |ended, started| {
        range.contains(&ended.saturating_sub(started))
    })
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

/// From the first moment to the last before `to`.
fn until(from: Millis, to: Millis) -> Range {
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

/// The least id whose text begins so; `None` where none can.
fn least_id(text: &str) -> Option<[u8; 16]> {
    let mut id = [0u8; 16];
    // Sixteen characters of an id are shown, and no more can be asked for.
    if text.len() > 16 {
        return None;
    }
    for (i, c) in text.bytes().enumerate() {
        let value = match c {
            b'a'..=b'z' => c - b'a',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        for bit in (0..5).filter(|bit| value >> (4 - bit) & 1 == 1) {
            let at = i * 5 + bit;
            id[at / 8] |= 0x80 >> (at % 8);
        }
    }
    Some(id)
}
