//! Hits: the events of a conversation that satisfy a term of the filter. The reader opens on the first.

use std::collections::BTreeSet;

use super::ast::{Cmp, Field, Filter, Pattern, Scalar, Term, Test};
use super::plain::{Subject, compare_numbers, named_holds, pattern_holds};
use super::turns;
use super::values::{correction_values, plain_json};
use super::words::Words;
use crate::model::{Event, EventKey, EventKind, FlowState, MessageMark, TurnFacts, is_bookkeeping};
use crate::text::Untrusted;

/// Where the event of that key stands; `None` if it is gone.
pub(super) fn seq_of(key: &EventKey, subject: &Subject<'_>) -> Option<u32> {
    let at = subject.keys.iter().position(|k| k == key)?;
    u32::try_from(at).ok()
}

/// Numbers of the events that satisfy a term, ascending, each once. Terms that are negated have no hits;
/// a turn that matches has its user message and the hits inside it.
pub fn hits(filter: &Filter, subject: &Subject<'_>) -> Vec<u32> {
    let mut found = BTreeSet::new();
    collect(filter, subject, true, None, &mut found);
    found.into_iter().collect()
}

/// The words to highlight in messages: those of terms that are not negated.
pub fn hit_words(filter: &Filter) -> Vec<Words> {
    super::edit::positive_terms(filter)
        .into_iter()
        .filter(|term| term.field != Field::Note)
        .map(Words::of)
        .filter(|words| !words.tokens.is_empty())
        .collect()
}

fn collect(
    filter: &Filter,
    subject: &Subject<'_>,
    positive: bool,
    within: Option<&TurnFacts>,
    found: &mut BTreeSet<u32>,
) {
    match filter {
        Filter::Everything => {}
        Filter::And(parts) | Filter::Or(parts) => {
            for part in parts {
                collect(part, subject, positive, within, found);
            }
        }
        Filter::Not(inner) => collect(inner, subject, !positive, within, found),
        Filter::Term(term) if positive => {
            let turns = &subject.facts.turns;
            // Once, not again for every event.
            let words = matches!(term.test, Test::Words { .. }).then(|| Words::of(term));
            for (seq, event) in (0u32..).zip(subject.events) {
                // They ascend: a long conversation has thousands of both.
                let next = turns.get(turns.partition_point(|t| t.end <= seq));
                let turn = next.filter(|t| t.first <= seq);
                let inside = within.is_none_or(|w| (w.first..w.end).contains(&seq));
                if inside && is_hit(term, words.as_ref(), seq, event, turn, subject) {
                    found.insert(seq);
                }
            }
        }
        Filter::Turn { last, inner } if positive => {
            for at in turns::matching(*last, inner, subject) {
                let turn = &subject.facts.turns[at];
                found.insert(turn.user.unwrap_or(turn.first));
                collect(inner, subject, true, Some(turn), found);
            }
        }
        Filter::Term(_) | Filter::Turn { .. } => {}
    }
}

fn is_hit(
    term: &Term,
    words: Option<&Words>,
    seq: u32,
    event: &Event,
    turn: Option<&TurnFacts>,
    subject: &Subject<'_>,
) -> bool {
    use Field as F;
    let of_user = |holds: fn(&Term, &TurnFacts, &Subject<'_>) -> bool| {
        turn.is_some_and(|t| t.user == Some(seq) && holds(term, t, subject))
    };
    match term.field {
        F::Text | F::UserText | F::BotText => words.is_some_and(|w| w.said_in(event)),
        F::Intent | F::Entity | F::Confidence | F::Margin => of_user(turns::term_holds),
        F::Action | F::Policy | F::ActionConfidence => action_hit(term, event),
        F::Slot => slot_hit(term, event),
        F::Flow | F::Step | F::Node | F::Completed => flow_hit(term, event),
        F::Dropoff => left_here(term, seq, event, subject),
        F::Fallbacks => event.fallback,
        F::Is | F::Flag | F::Has => asks(&term.test)
            .iter()
            .any(|what| what_hit(term.field, what, seq, event, turn, subject)),
        F::Corrected => subject
            .review
            .corrections
            .iter()
            .filter(|c| is_at(c.0.as_ref().map(|t| &t.key), seq, subject))
            .any(|(_, field, json)| {
                named_or_any(&term.test, &correction_values(*field, json.for_search()))
            }),
        F::Note => subject
            .review
            .notes
            .iter()
            .filter(|n| is_at(n.event.as_ref().map(|t| &t.key), seq, subject))
            .any(|n| words.is_some_and(|w| w.are_in(n.text.for_search()))),
        _ => false,
    }
}

/// The closed values that a term asks for.
fn asks(test: &Test) -> Vec<&str> {
    match test {
        Test::Any(patterns) => patterns
            .iter()
            .filter_map(|p| match p {
                Pattern::Exact(what) => Some(what.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn what_hit(
    field: Field,
    what: &str,
    seq: u32,
    event: &Event,
    turn: Option<&TurnFacts>,
    subject: &Subject<'_>,
) -> bool {
    let review = subject.review;
    match (field, what) {
        (Field::Is, "fallback") => event.fallback,
        (Field::Is, "problem") => {
            turn.is_some_and(|t| t.problem && t.user.unwrap_or(t.first) == seq)
        }
        (Field::Is, "escalated") => hands_over(seq, event, subject),
        (Field::Is, "button") | (Field::Has, "button") => {
            turn.is_some_and(|t| t.mark == MessageMark::Click && t.user == Some(seq))
        }
        (Field::Is, "flagged") | (Field::Flag, "message") => review
            .flagged_events
            .iter()
            .any(|t| is_at(Some(&t.key), seq, subject)),
        (Field::Has, "note") => review
            .notes
            .iter()
            .any(|n| is_at(n.event.as_ref().map(|t| &t.key), seq, subject)),
        (Field::Has, "correction") => review
            .corrections
            .iter()
            .any(|c| is_at(c.0.as_ref().map(|t| &t.key), seq, subject)),
        _ => false,
    }
}

/// A handover, or the first word of a human agent where the log has none before it.
fn hands_over(seq: u32, event: &Event, subject: &Subject<'_>) -> bool {
    let human = |e: &Event| matches!(e.kind, EventKind::Handover | EventKind::Agent);
    let before = &subject.events[..seq as usize];
    event.kind == EventKind::Handover || human(event) && !before.iter().any(human)
}

fn is_at(key: Option<&EventKey>, seq: u32, subject: &Subject<'_>) -> bool {
    key.is_some_and(|key| subject.keys.get(seq as usize) == Some(key))
}

fn any_pattern(test: &Test, values: &[&str]) -> bool {
    match test {
        Test::Any(patterns) => patterns
            .iter()
            .filter(|p| **p != Pattern::None)
            .any(|p| pattern_holds(p, values)),
        _ => false,
    }
}

fn named_or_any<N: AsRef<str>, V: AsRef<str>>(test: &Test, pairs: &[(N, V)]) -> bool {
    match test {
        Test::Named { name, value } => *value != Pattern::None && named_holds(name, value, pairs),
        _ => {
            let names: Vec<&str> = pairs.iter().map(|p| p.0.as_ref()).collect();
            any_pattern(test, &names)
        }
    }
}

fn action_hit(term: &Term, event: &Event) -> bool {
    let Some(action) = &event.action else {
        return false;
    };
    let Some(name) = action.name.as_ref().map(Untrusted::for_search) else {
        return false;
    };
    if is_bookkeeping(name) {
        return false;
    }
    let compares = |cmp, with| {
        action
            .confidence
            .is_some_and(|c| compare_numbers(Field::ActionConfidence, c.0, cmp, with))
    };
    match (term.field, &term.test) {
        (Field::Action, Test::Scored { value, cmp, number }) => {
            pattern_holds(value, &[name]) && compares(*cmp, *number)
        }
        (Field::Action, test) => any_pattern(test, &[name]),
        (Field::Policy, test) => {
            let policy: Vec<&str> = action.policy.iter().map(Untrusted::for_search).collect();
            any_pattern(test, &policy)
        }
        (_, Test::Compare(cmp, Scalar::Number(with))) => compares(*cmp, *with),
        (_, Test::Range(low, high)) => {
            [(low, Cmp::AtLeast), (high, Cmp::AtMost)]
                .into_iter()
                .all(|(side, cmp)| match side {
                    None => action.confidence.is_some(),
                    Some(Scalar::Number(with)) => compares(cmp, *with),
                    Some(_) => false,
                })
        }
        (_, Test::Any(patterns)) => patterns.iter().any(|p| match p {
            Pattern::Scalar(Scalar::Number(with)) => compares(Cmp::Equal, *with),
            _ => false,
        }),
        _ => false,
    }
}

fn slot_hit(term: &Term, event: &Event) -> bool {
    event.slot.as_ref().is_some_and(|slot| {
        let value = plain_json(slot.value.for_search());
        value != "null" && named_or_any(&term.test, &[(slot.name.for_search(), value)])
    })
}

fn flow_hit(term: &Term, event: &Event) -> bool {
    let Some(flow) = &event.flow else {
        return false;
    };
    let name = flow.name.for_search();
    match (term.field, flow.state, &flow.step) {
        (Field::Flow, FlowState::Started, _) => any_pattern(&term.test, &[name]),
        (Field::Completed, FlowState::Completed, _) => any_pattern(&term.test, &[name]),
        (Field::Node, FlowState::Started | FlowState::Step, Some(step)) => {
            any_pattern(&term.test, &[step.for_search()])
        }
        (Field::Step, FlowState::Started | FlowState::Step, Some(step)) => {
            any_pattern(&term.test, &[&format!("{name}/{}", step.for_search())])
        }
        _ => false,
    }
}

/// The last event of a flow that was not completed.
fn left_here(term: &Term, seq: u32, event: &Event, subject: &Subject<'_>) -> bool {
    let Some(flow) = &event.flow else {
        return false;
    };
    let after = &subject.events[(seq as usize + 1).min(subject.events.len())..];
    let goes_on = after
        .iter()
        .filter_map(|e| e.flow.as_ref())
        .any(|f| f.name == flow.name);
    if flow.state == FlowState::Completed || goes_on {
        return false;
    }
    // The event that ends it may not name the step any more.
    let until = &subject.events[..=seq as usize];
    let step = until
        .iter()
        .rev()
        .filter_map(|e| e.flow.as_ref())
        .filter(|f| f.name == flow.name)
        .find_map(|f| f.step.as_ref());
    let name = flow.name.for_search();
    let with_step = step.map(|s| format!("{name}/{}", s.for_search()));
    let mut values = vec![name];
    values.extend(with_step.as_deref());
    any_pattern(&term.test, &values)
}
