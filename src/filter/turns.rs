//! `turn(…)` and `last(…)`: terms asked of one single turn.

use std::borrow::Cow;

use super::ast::{Cmp, Field, Filter, Pattern, Scalar, Term, Test};
use super::plain::{Subject, compare_numbers, named_holds, pattern_holds};
use super::values::{correction_values, plain_json, turn_lacks_prediction};
use super::words::{Words, side_of};
use crate::model::{Confidence, Event, MessageMark, TurnFacts};
use crate::text::Untrusted;

/// The numbers of the turns that satisfy all of `inner`; with `last`, the last turn or none.
pub fn matching(last: bool, inner: &Filter, subject: &Subject<'_>) -> Vec<usize> {
    let turns = &subject.facts.turns;
    let from = if last {
        turns.len().saturating_sub(1)
    } else {
        0
    };
    (from..turns.len())
        .filter(|&i| turn_holds(inner, &turns[i], subject))
        .collect()
}

/// True if one turn satisfies the filter, which holds fields allowed inside `turn(…)` alone.
pub fn turn_holds(filter: &Filter, turn: &TurnFacts, subject: &Subject<'_>) -> bool {
    match filter {
        Filter::Everything => true,
        Filter::And(parts) => parts.iter().all(|p| turn_holds(p, turn, subject)),
        Filter::Or(parts) => parts.iter().any(|p| turn_holds(p, turn, subject)),
        Filter::Not(inner) => !turn_holds(inner, turn, subject),
        Filter::Term(term) => term_holds(term, turn, subject),
        Filter::Turn { .. } => false,
    }
}

/// The events of a turn.
pub(super) fn events_of<'a>(turn: &TurnFacts, subject: &Subject<'a>) -> &'a [Event] {
    let end = (turn.end as usize).min(subject.events.len());
    let first = (turn.first as usize).min(end);
    &subject.events[first..end]
}

/// `intent:refund<0.5` and `action:…<…` in one turn. A confidence that is absent compares false.
pub(super) fn scored_holds(
    field: Field,
    value: &Pattern,
    cmp: Cmp,
    number: f64,
    turn: &TurnFacts,
) -> bool {
    let holds = |name: &Untrusted, confidence: Option<Confidence>| {
        pattern_holds(value, &[name.for_search()])
            && confidence.is_some_and(|c| compare_numbers(field, c.0, cmp, number))
    };
    match field {
        Field::Intent => turn
            .intent
            .as_ref()
            .is_some_and(|name| holds(name, turn.confidence)),
        Field::Action => turn.actions.iter().any(|(name, c)| holds(name, *c)),
        _ => false,
    }
}

pub(super) fn term_holds(term: &Term, turn: &TurnFacts, subject: &Subject<'_>) -> bool {
    let field = term.field;
    match &term.test {
        Test::Any(patterns) => patterns
            .iter()
            .any(|p| value_holds(field, p, turn, subject)),
        Test::Named { name, value } => named_holds(name, value, &pairs(field, turn, subject)),
        Test::Scored { value, cmp, number } => scored_holds(field, value, *cmp, *number, turn),
        Test::Compare(cmp, Scalar::Number(with)) => {
            number(field, turn).is_some_and(|value| compare_numbers(field, value.0, *cmp, *with))
        }
        Test::Range(low, high) => number(field, turn).is_some_and(|value| {
            let side = |scalar: &Option<Scalar>, cmp| match scalar {
                None => true,
                Some(Scalar::Number(with)) => compare_numbers(field, value.0, cmp, *with),
                Some(_) => false,
            };
            side(low, Cmp::AtLeast) && side(high, Cmp::AtMost)
        }),
        Test::Compare(..) => false,
        Test::Words { .. } => {
            let words = Words::of(term);
            events_of(turn, subject).iter().any(|e| words.said_in(e))
        }
    }
}

fn value_holds(field: Field, pattern: &Pattern, turn: &TurnFacts, subject: &Subject<'_>) -> bool {
    match (field, pattern) {
        (Field::Intent, Pattern::None) => turn_lacks_prediction(turn),
        (Field::Intent, _) => {
            let intent: Vec<&str> = turn.intent.iter().map(Untrusted::for_search).collect();
            pattern_holds(pattern, &intent)
        }
        (Field::Action, _) => {
            let actions: Vec<&str> = turn.actions.iter().map(|a| a.0.for_search()).collect();
            pattern_holds(pattern, &actions)
        }
        (Field::Confidence | Field::Margin, Pattern::None) => number(field, turn).is_none(),
        (Field::Confidence | Field::Margin, Pattern::Scalar(Scalar::Number(with))) => {
            number(field, turn).is_some_and(|c| compare_numbers(field, c.0, Cmp::Equal, *with))
        }
        (Field::Entity | Field::Corrected, _) => {
            let names: Vec<Cow<'_, str>> = pairs(field, turn, subject)
                .into_iter()
                .map(|p| p.0)
                .collect();
            pattern_holds(pattern, &names)
        }
        (Field::UserText | Field::BotText, Pattern::None) => {
            !events_of(turn, subject).iter().any(|e| side_of(field, e))
        }
        (Field::Is, Pattern::Exact(what)) => match what.as_str() {
            "fallback" => turn.fallback,
            "problem" => turn.problem,
            "button" => turn.mark == MessageMark::Click,
            "flagged" => flagged(turn, subject),
            _ => false,
        },
        _ => false,
    }
}

fn number(field: Field, turn: &TurnFacts) -> Option<Confidence> {
    match field {
        Field::Confidence => turn.confidence,
        Field::Margin => turn.margin,
        _ => None,
    }
}

fn flagged(turn: &TurnFacts, subject: &Subject<'_>) -> bool {
    subject
        .review
        .flagged_events
        .iter()
        .filter_map(|target| super::hits::seq_of(&target.key, subject))
        .any(|seq| (turn.first..turn.end).contains(&seq))
}

fn pairs<'a>(
    field: Field,
    turn: &'a TurnFacts,
    subject: &Subject<'a>,
) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    match field {
        Field::Entity => turn
            .entities
            .iter()
            .map(|(name, json)| {
                (
                    Cow::Borrowed(name.for_search()),
                    plain_json(json.for_search()),
                )
            })
            .collect(),
        Field::Corrected => subject
            .review
            .corrections
            .iter()
            .filter(|(target, _, _)| {
                target
                    .as_ref()
                    .and_then(|t| super::hits::seq_of(&t.key, subject))
                    .is_some_and(|seq| (turn.first..turn.end).contains(&seq))
            })
            .flat_map(|(_, field, json)| correction_values(*field, json.for_search()))
            .collect(),
        _ => Vec::new(),
    }
}
