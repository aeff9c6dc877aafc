//! The reference: what a filter means, computed slowly and plainly over one conversation.
//!
//! Every faster evaluation must give the same answer. This module may be slow; it must not be clever.

use super::ast::{Cmp, Field, Filter, Pattern, Scalar, Term, Test};
use super::context::{Context, date_period, date_range};
use super::fields::{ValueKind, WEEKDAYS};
use super::fold::fold;
use super::turns;
use super::values::{field_values, lacks_prediction, moment, named_values, number};
use super::words::Words;
use crate::model::{Attributes, Confidence, ConversationId, Event, EventKey, Facts, Review};

/// One conversation, borrowed from wherever it lives.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its id.
    pub id: ConversationId,
    /// Name of its source.
    pub source: &'a str,
    /// What the source calls it.
    pub external_id: &'a str,
    /// What the source says of it.
    pub attributes: &'a Attributes,
    /// Its events.
    pub events: &'a [Event],
    /// Their keys.
    pub keys: &'a [EventKey],
    /// What follows from the events.
    pub facts: &'a Facts,
    /// What people decided.
    pub review: &'a Review,
}

/// True if the filter asks for deleted conversations; all others leave them out.
pub fn includes_deleted(filter: &Filter) -> bool {
    let mut found = false;
    filter.each_term(&mut |term| {
        if let (Field::Is | Field::Status, Test::Any(patterns)) = (term.field, &term.test) {
            found |= patterns.iter().any(|p| *p == Pattern::from("deleted"));
        }
    });
    found
}

/// True if the conversation matches, the sample left aside ([`select`] takes it).
pub fn matches(filter: &Filter, subject: &Subject<'_>, context: &Context) -> bool {
    let deleted = subject.review.status == crate::model::Status::Deleted;
    (!deleted || includes_deleted(filter)) && holds(filter, subject, context)
}

/// The sample a filter asks for: size and seed.
pub fn sample(filter: &Filter) -> Option<(u64, u64)> {
    let asked = |field: Field| {
        filter.conjuncts().iter().find_map(|part| match part {
            Filter::Term(Term {
                field: f,
                test: Test::Any(patterns),
            }) if *f == field => match patterns.as_slice() {
                [Pattern::Scalar(Scalar::Number(n))] => Some(*n as u64),
                _ => None,
            },
            _ => None,
        })
    };
    asked(Field::Sample).map(|size| (size, asked(Field::Seed).unwrap_or(0)))
}

/// Where a conversation stands in the sample of this seed: the smallest ones are in it.
pub fn sample_hash(seed: u64, id: &ConversationId) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(b"sample");
    hash.update(&seed.to_le_bytes());
    hash.update(&id.0);
    let mut out = [0; 8];
    out.copy_from_slice(&hash.finalize().as_bytes()[..8]);
    u64::from_le_bytes(out)
}

/// The numbers of the conversations that match, in order, the sample taken.
pub fn select(filter: &Filter, subjects: &[Subject<'_>], context: &Context) -> Vec<usize> {
    let mut found: Vec<usize> = (0..subjects.len())
        .filter(|&i| matches(filter, &subjects[i], context))
        .collect();
    if let Some((size, seed)) = sample(filter) {
        found.sort_by_key(|&i| (sample_hash(seed, &subjects[i].id), subjects[i].id));
        found.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        found.sort_unstable();
    }
    found
}

fn holds(filter: &Filter, subject: &Subject<'_>, context: &Context) -> bool {
    match filter {
        Filter::Everything => true,
        Filter::And(parts) => parts.iter().all(|p| holds(p, subject, context)),
        Filter::Or(parts) => parts.iter().any(|p| holds(p, subject, context)),
        Filter::Not(inner) => !holds(inner, subject, context),
        Filter::Term(term) => term_holds(term, subject, context),
        Filter::Turn { last, inner } => !turns::matching(*last, inner, subject).is_empty(),
    }
}

/// True if one term holds for the conversation as a whole.
pub(super) fn term_holds(term: &Term, subject: &Subject<'_>, context: &Context) -> bool {
    match &term.test {
        Test::Any(patterns) => patterns
            .iter()
            .any(|p| value_holds(term.field, p, subject, context)),
        Test::Named { name, value } => named_holds(name, value, &named_values(term.field, subject)),
        Test::Scored { value, cmp, number } => subject
            .facts
            .turns
            .iter()
            .any(|turn| turns::scored_holds(term.field, value, *cmp, *number, turn)),
        Test::Compare(cmp, scalar) => compare_holds(term.field, *cmp, scalar, subject, context),
        Test::Range(low, high) => {
            range_holds(term.field, low.as_ref(), high.as_ref(), subject, context)
        }
        Test::Words { .. } => words_hold(term, subject),
    }
}

fn words_hold(term: &Term, subject: &Subject<'_>) -> bool {
    let words = Words::of(term);
    if term.field == Field::Note {
        let notes = &subject.review.notes;
        return notes.iter().any(|n| words.are_in(n.text.for_search()));
    }
    subject.events.iter().any(|e| words.said_in(e))
}

fn value_holds(field: Field, pattern: &Pattern, subject: &Subject<'_>, context: &Context) -> bool {
    match (field, pattern) {
        (Field::Sample | Field::Seed, _) => true,
        (_, Pattern::Scalar(scalar)) => equal_holds(field, scalar, subject, context),
        (Field::Id, _) => id_holds(pattern, subject),
        (Field::Intent, Pattern::None) => lacks_prediction(subject.facts),
        (Field::Note, Pattern::None) => subject.review.notes.is_empty(),
        (Field::UserText | Field::BotText, Pattern::None) => !subject
            .events
            .iter()
            .any(|e| super::words::side_of(field, e)),
        (Field::Weekday, Pattern::Exact(day)) => moment(field, subject)
            .is_some_and(|at| WEEKDAYS[context.zone.weekday(at)] == day.as_str()),
        (Field::Queue | Field::Reviewer, Pattern::Exact(name)) if fold(name) == "me" => {
            pattern_holds(
                &Pattern::from(context.me.as_str()),
                &field_values(field, subject),
            )
        }
        (_, Pattern::None) if is_scalar(field) => {
            number(field, subject).is_none() && moment(field, subject).is_none()
        }
        _ => pattern_holds(pattern, &field_values(field, subject)),
    }
}

fn is_scalar(field: Field) -> bool {
    use ValueKind as K;
    matches!(
        field.info().kind,
        K::Count | K::Decimal | K::Span | K::Date | K::Bound | K::TimeOfDay
    ) || field == Field::Weekday
}

/// True if one of the values is what the pattern asks for; `none`: if there is no value.
pub fn pattern_holds<S: AsRef<str>>(pattern: &Pattern, values: &[S]) -> bool {
    match pattern {
        Pattern::None => values.is_empty(),
        Pattern::Exact(want) => {
            let want = fold(want);
            values.iter().any(|v| fold(v.as_ref()) == want)
        }
        Pattern::Prefix(want) => {
            let want = fold(want);
            values.iter().any(|v| fold(v.as_ref()).starts_with(&want))
        }
        Pattern::Scalar(_) => false,
    }
}

/// True if a name has a value that the pattern asks for; `none`: if the name has no value.
pub fn named_holds<N: AsRef<str>, V: AsRef<str>>(
    name: &str,
    value: &Pattern,
    pairs: &[(N, V)],
) -> bool {
    let name = fold(name);
    let values: Vec<&str> = pairs
        .iter()
        .filter(|(n, _)| fold(n.as_ref()) == name)
        .map(|(_, v)| v.as_ref())
        .collect();
    pattern_holds(value, &values)
}

fn id_holds(pattern: &Pattern, subject: &Subject<'_>) -> bool {
    let id = subject.id.to_string();
    let external = fold(subject.external_id);
    match pattern {
        Pattern::Exact(want) => id.starts_with(&fold(want)) || external == fold(want),
        Pattern::Prefix(want) => {
            let want = fold(want);
            id.starts_with(&want) || external.starts_with(&want)
        }
        Pattern::None | Pattern::Scalar(_) => false,
    }
}

/// Compares two numbers as the field does: confidences as whole ten-thousandths.
pub fn compare_numbers(field: Field, value: f64, cmp: Cmp, with: f64) -> bool {
    use Field as F;
    let confident = matches!(
        field,
        F::Confidence | F::Margin | F::ActionConfidence | F::Intent | F::Action
    );
    let order = if confident {
        Some(Confidence(value).cmp(&Confidence(with)))
    } else {
        value.partial_cmp(&with)
    };
    order.is_some_and(|order| match cmp {
        Cmp::Less => order.is_lt(),
        Cmp::AtMost => order.is_le(),
        Cmp::More => order.is_gt(),
        Cmp::AtLeast => order.is_ge(),
        Cmp::Equal => order.is_eq(),
    })
}

/// A span or number as the number that the field holds.
fn amount(scalar: &Scalar) -> Option<f64> {
    match scalar {
        Scalar::Number(number) => Some(*number),
        Scalar::Span(ms, _) => Some(*ms as f64),
        Scalar::Date(_) | Scalar::TimeOfDay(_) => None,
    }
}

fn equal_holds(field: Field, scalar: &Scalar, subject: &Subject<'_>, context: &Context) -> bool {
    if let Scalar::Date(date) = scalar {
        let (from, to) = date_period(date, context);
        return moment(field, subject).is_some_and(|at| from <= at && at < to);
    }
    compare_holds(field, Cmp::Equal, scalar, subject, context)
}

fn compare_holds(
    field: Field,
    cmp: Cmp,
    scalar: &Scalar,
    subject: &Subject<'_>,
    context: &Context,
) -> bool {
    match scalar {
        Scalar::Date(date) => {
            let (from, to) = date_range(date, context);
            moment(field, subject).is_some_and(|at| match cmp {
                Cmp::Less => at < from,
                Cmp::AtMost => at < to,
                Cmp::More => at >= to,
                Cmp::AtLeast => at >= from,
                Cmp::Equal => from <= at && at < to,
            })
        }
        Scalar::TimeOfDay(minute) => moment(field, subject).is_some_and(|at| {
            let value = f64::from(context.zone.minute_of_day(at));
            compare_numbers(field, value, cmp, f64::from(*minute))
        }),
        other => match (number(field, subject), amount(other)) {
            (Some(value), Some(with)) => compare_numbers(field, value, cmp, with),
            _ => false,
        },
    }
}

fn range_holds(
    field: Field,
    low: Option<&Scalar>,
    high: Option<&Scalar>,
    subject: &Subject<'_>,
    context: &Context,
) -> bool {
    let above = low.is_none_or(|s| compare_holds(field, Cmp::AtLeast, s, subject, context));
    let below = high.is_none_or(|s| compare_holds(field, Cmp::AtMost, s, subject, context));
    if let (Some(Scalar::TimeOfDay(from)), Some(Scalar::TimeOfDay(to))) = (low, high)
        && from > to
    {
        // Across midnight: after the one or before the other.
        return above || below;
    }
    above && below
}
