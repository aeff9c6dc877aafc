//! Questions about single turns: `turn(…)`, `last(…)`, `intent:refund<0.5`.
//!
//! They are asked of the stored turns of what the other terms left, and of the bodies only where words,
//! flags or corrections of one turn are asked for. What was asked once is remembered, so that a further
//! term or a facet asks about new conversations alone.

use std::collections::HashSet;
use std::sync::Arc;

use super::bits::Bits;
use super::cache::Answered;
use super::evaluate::{Evaluator, by_list, reads_of};
use super::groups::{Group, pair};
use super::index::{Index, UNKNOWN};
use super::scalars::range_of;
use crate::filter::{
    Cmp, Field, Filter, Pattern, Scalar, Subject, Term, Test, fold, matching_turns,
};
use crate::model::MessageMark;
use crate::store::feed::Wanted;
use crate::store::questions::Like;
use crate::store::{Facet, Result, StoreError, StoredTurn, kept};

/// What is asked of one stored turn: names are numbers already.
enum Asked {
    All(Vec<Asked>),
    Any(Vec<Asked>),
    Not(Box<Asked>),
    /// The intent's posting is one of these.
    Intent(HashSet<u32>),
    NoPrediction,
    Action(HashSet<u32>),
    NoAction,
    /// An entity of one of these names.
    Entity(HashSet<u32>),
    /// An entity with one of these values (by id).
    EntityValue(HashSet<i64>),
    NoEntity,
    Confidence(std::ops::RangeInclusive<i64>),
    Margin(std::ops::RangeInclusive<i64>),
    NoConfidence,
    NoMargin,
    ScoredIntent(HashSet<u32>, std::ops::RangeInclusive<i64>),
    ScoredAction(HashSet<u32>, std::ops::RangeInclusive<i64>),
    Fallback,
    Problem,
    Click,
    Never,
    /// The turn is not enough to tell: perhaps.
    Perhaps,
}

impl Asked {
    /// True if the stored turn is enough to tell.
    fn exact(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::exact),
            Self::Not(inner) => inner.exact(),
            Self::Perhaps => false,
            _ => true,
        }
    }

    /// True if the turn satisfies it, or may do so where it cannot be told.
    fn may_hold(&self, turn: &StoredTurn, index: &Index) -> bool {
        let slot = |id: i64| index.slot_of_value(id).unwrap_or(UNKNOWN);
        let scored = |name, confidence, names: &HashSet<u32>, range: &Steps| {
            names.contains(&slot(name)) && within(confidence, range)
        };
        match self {
            Self::All(parts) => parts.iter().all(|p| p.may_hold(turn, index)),
            Self::Any(parts) => parts.iter().any(|p| p.may_hold(turn, index)),
            Self::Not(inner) => !inner.exact() || !inner.may_hold(turn, index),
            Self::Intent(names) => turn.intent.is_some_and(|i| names.contains(&slot(i))),
            Self::NoPrediction => turn.user.is_some() && turn.mark == MessageMark::NoPrediction,
            Self::Action(names) => turn.actions.iter().any(|a| names.contains(&slot(a.0))),
            Self::NoAction => turn.actions.is_empty(),
            Self::Entity(names) => turn.entities.iter().any(|e| names.contains(&slot(e.0))),
            Self::EntityValue(ids) => turn.entities.iter().any(|e| ids.contains(&e.1)),
            Self::NoEntity => turn.entities.is_empty(),
            Self::Confidence(range) => within(turn.confidence, range),
            Self::Margin(range) => within(turn.margin, range),
            Self::NoConfidence => turn.confidence.is_none(),
            Self::NoMargin => turn.margin.is_none(),
            Self::ScoredIntent(names, range) => turn
                .intent
                .is_some_and(|i| scored(i, turn.confidence, names, range)),
            Self::ScoredAction(names, range) => turn
                .actions
                .iter()
                .any(|(a, confidence)| scored(*a, *confidence, names, range)),
            Self::Fallback => turn.fallback,
            Self::Problem => turn.problem,
            Self::Click => turn.mark == MessageMark::Click,
            Self::Never => false,
            Self::Perhaps => true,
        }
    }
}

type Steps = std::ops::RangeInclusive<i64>;

fn within(confidence: Option<i16>, range: &Steps) -> bool {
    confidence.is_some_and(|c| range.contains(&i64::from(c)))
}

impl Evaluator<'_> {
    /// `intent:refund<0.5` among `candidates`.
    pub(super) fn scored(&mut self, term: &Term, candidates: Bits) -> Result<Bits> {
        let filter = Filter::Term(term.clone());
        self.turn(false, &filter, candidates)
    }

    /// `turn(…)` or `last(…)` among `candidates`.
    pub(super) fn turn(&mut self, last: bool, inner: &Filter, candidates: Bits) -> Result<Bits> {
        let key = format!("{last} {inner:?}");
        let answered = self.cache.get(&key);
        let mut open = candidates.clone();
        if let Some(known) = answered.as_ref().and_then(|a| a.known.as_ref()) {
            open.and_not(known);
        }
        let mut hits = match &answered {
            Some(answered) => self.grown(&answered.hits),
            None => Bits::new(self.index.len()),
        };
        if !open.is_empty() {
            let mut known = open.clone();
            if let Some(before) = answered.as_ref().and_then(|a| a.known.as_ref()) {
                known.or(before);
            }
            // Conversations in which it cannot be are told without looking at their turns.
            let necessary = necessary(inner);
            let open = self.select(&necessary, open)?;
            hits.or(&self.ask_turns(last, inner, open)?);
            let answered = Answered {
                known: Some(Arc::new(known)),
                hits: Arc::new(hits.clone()),
                grows: true,
            };
            self.cache.put(key, reads_of(inner), answered);
        }
        hits.and(&candidates);
        Ok(hits)
    }

    fn ask_turns(&mut self, last: bool, inner: &Filter, open: Bits) -> Result<Bits> {
        let index = self.index;
        let mut found = Bits::new(index.len());
        let count = open.count();
        if count == 0 {
            return Ok(found);
        }
        let asked = self.compile(inner)?;
        let rows: Vec<i64>;
        let wanted = if by_list(count, index.len()) {
            rows = open.iter().map(|p| index.rows.row(p)).collect();
            Wanted::These(&rows)
        } else {
            Wanted::All
        };
        let place = |row| index.rows.position(row).filter(|p| open.contains(*p));
        self.store.ask_turns(
            wanted,
            |row| place(row).is_some(),
            |row, turns| {
                let from = if last {
                    turns.len().saturating_sub(1)
                } else {
                    0
                };
                if turns[from..].iter().any(|t| asked.may_hold(t, index))
                    && let Some(position) = place(row)
                {
                    found.insert(position);
                }
            },
        )?;
        if asked.exact() {
            return Ok(found);
        }
        let mut sure = Bits::new(index.len());
        for position in found.iter() {
            if self.holds_in_body(last, inner, index.rows.row(position))? {
                sure.insert(position);
            }
        }
        Ok(sure)
    }

    /// The same asked of the whole conversation. A damaged one matches nothing, and must not keep the
    /// others from being found.
    fn holds_in_body(&self, last: bool, inner: &Filter, row: i64) -> Result<bool> {
        let whole = match self.store.whole(row) {
            Ok(Some(whole)) => whole,
            Ok(None) | Err(StoreError::Damaged(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        let subject = Subject {
            id: whole.card.id,
            source: whole.card.source.for_search(),
            external_id: whole.card.external_id.for_search(),
            attributes: &whole.card.attributes,
            events: &whole.events,
            keys: &whole.keys,
            facts: &whole.facts,
            review: &whole.review,
        };
        Ok(!matching_turns(last, inner, &subject).is_empty())
    }

    fn compile(&self, filter: &Filter) -> Result<Asked> {
        let all = |parts: &[Filter]| {
            let parts = parts.iter().map(|p| self.compile(p));
            parts.collect::<Result<Vec<_>>>()
        };
        Ok(match filter {
            Filter::Everything => Asked::All(Vec::new()),
            Filter::And(parts) => Asked::All(all(parts)?),
            Filter::Or(parts) => Asked::Any(all(parts)?),
            Filter::Not(inner) => Asked::Not(Box::new(self.compile(inner)?)),
            Filter::Turn { .. } => Asked::Never,
            Filter::Term(term) => self.compile_term(term)?,
        })
    }

    fn compile_term(&self, term: &Term) -> Result<Asked> {
        use Field as F;
        Ok(match (&term.test, term.field) {
            (Test::Any(patterns), field) => Asked::Any(
                patterns
                    .iter()
                    .map(|pattern| self.compile_value(field, pattern))
                    .collect(),
            ),
            (Test::Scored { value, cmp, number }, field) => {
                let range = range_of(field, *cmp, *number);
                let names = |facet| self.names(facet, value);
                match (field, range) {
                    (F::Intent, Some(range)) => Asked::ScoredIntent(names(Facet::Intent), range),
                    (F::Action, Some(range)) => Asked::ScoredAction(names(Facet::Action), range),
                    _ => Asked::Never,
                }
            }
            (Test::Named { name, value }, F::Entity) => self.compile_entity(name, value)?,
            (Test::Compare(cmp, Scalar::Number(with)), field) => number(field, *cmp, *with),
            (Test::Range(low, high), field) => {
                let side = |scalar: &Option<Scalar>, cmp| match scalar {
                    None => Asked::Not(Box::new(Asked::Any(vec![number_absent(field)]))),
                    Some(Scalar::Number(with)) => number(field, cmp, *with),
                    Some(_) => Asked::Never,
                };
                Asked::All(vec![side(low, Cmp::AtLeast), side(high, Cmp::AtMost)])
            }
            (Test::Compare(..), _) => Asked::Never,
            (Test::Named { .. } | Test::Words { .. }, _) => Asked::Perhaps,
        })
    }

    fn compile_value(&self, field: Field, pattern: &Pattern) -> Asked {
        use Field as F;
        match (field, pattern) {
            (F::Intent, Pattern::None) => Asked::NoPrediction,
            (F::Intent, _) => Asked::Intent(self.names(Facet::Intent, pattern)),
            (F::Action, Pattern::None) => Asked::NoAction,
            (F::Action, _) => Asked::Action(self.names(Facet::Action, pattern)),
            (F::Entity, Pattern::None) => Asked::NoEntity,
            (F::Entity, _) => Asked::Entity(self.names(Facet::Entity, pattern)),
            (F::Confidence | F::Margin, Pattern::None) => number_absent(field),
            (F::Confidence | F::Margin, Pattern::Scalar(Scalar::Number(with))) => {
                number(field, Cmp::Equal, *with)
            }
            (F::Is, Pattern::Exact(what)) => match what.as_str() {
                "fallback" => Asked::Fallback,
                "problem" => Asked::Problem,
                "button" => Asked::Click,
                _ => Asked::Perhaps,
            },
            (F::Confidence | F::Margin | F::Is, _) => Asked::Never,
            _ => Asked::Perhaps,
        }
    }

    fn compile_entity(&self, name: &str, value: &Pattern) -> Result<Asked> {
        let folded = kept(&fold(name)).into_owned();
        let (asked, exact) = match value {
            Pattern::None => {
                let names = self.names(Facet::Entity, &Pattern::from(name));
                return Ok(Asked::Not(Box::new(Asked::Entity(names))));
            }
            Pattern::Exact(value) => (pair(&folded, &kept(&fold(value))), true),
            Pattern::Prefix(value) => (pair(&folded, &fold(value)), false),
            Pattern::Scalar(_) => return Ok(Asked::Never),
        };
        let like = if exact {
            Like::Exact(&asked)
        } else {
            Like::Prefix(&asked)
        };
        let mut ids = HashSet::new();
        self.store.ask_values(Facet::EntityValue, like, |id, _| {
            ids.insert(id);
        })?;
        Ok(Asked::EntityValue(ids))
    }

    /// The postings of the names that a pattern asks for.
    fn names(&self, facet: Facet, pattern: &Pattern) -> HashSet<u32> {
        let group = Group::Of(facet);
        let slots = self.index.content.slots(group, pattern);
        slots.into_iter().collect()
    }
}

fn number(field: Field, cmp: Cmp, with: f64) -> Asked {
    match (field, range_of(field, cmp, with)) {
        (Field::Confidence, Some(range)) => Asked::Confidence(range),
        (Field::Margin, Some(range)) => Asked::Margin(range),
        _ => Asked::Never,
    }
}

fn number_absent(field: Field) -> Asked {
    match field {
        Field::Confidence => Asked::NoConfidence,
        Field::Margin => Asked::NoMargin,
        _ => Asked::Never,
    }
}

/// What must hold for a conversation if one of its turns satisfies the filter: never too narrow, and
/// answered without looking at turns.
pub(super) fn necessary(inner: &Filter) -> Filter {
    match inner {
        Filter::And(parts) => Filter::and(parts.iter().map(necessary).collect()),
        Filter::Or(parts) => Filter::or(parts.iter().map(necessary).collect()),
        Filter::Term(term) => necessary_term(term),
        Filter::Everything | Filter::Not(_) | Filter::Turn { .. } => Filter::Everything,
    }
}

fn necessary_term(term: &Term) -> Filter {
    let asks = |field, test| Filter::Term(Term { field, test });
    let absent = |patterns: &[Pattern]| patterns.contains(&Pattern::None);
    match (term.field, &term.test) {
        (_, Test::Any(patterns)) if absent(patterns) && term.field != Field::Intent => {
            Filter::Everything
        }
        (Field::Intent | Field::Action | Field::Entity | Field::Corrected, Test::Any(_)) => {
            asks(term.field, term.test.clone())
        }
        (_, Test::Scored { value, .. }) if *value != Pattern::None => {
            asks(term.field, Test::Any(vec![value.clone()]))
        }
        (Field::Entity | Field::Corrected, Test::Named { value, .. })
            if *value != Pattern::None =>
        {
            asks(term.field, term.test.clone())
        }
        // The lowest of a conversation is as low as that of the turn.
        (Field::Confidence | Field::Margin, Test::Compare(Cmp::Less | Cmp::AtMost, _)) => {
            asks(term.field, term.test.clone())
        }
        (Field::Confidence | Field::Margin, Test::Range(_, Some(high))) => {
            asks(term.field, Test::Compare(Cmp::AtMost, high.clone()))
        }
        (Field::Text | Field::UserText | Field::BotText, Test::Words { .. }) => {
            asks(term.field, term.test.clone())
        }
        (Field::Is, Test::Any(patterns)) => Filter::or(
            patterns
                .iter()
                .map(|pattern| {
                    let (field, what) = match pattern {
                        Pattern::Exact(what) => match what.as_str() {
                            "button" => (Field::Has, "button"),
                            "flagged" => (Field::Flag, "message"),
                            "fallback" => (Field::Is, "fallback"),
                            "problem" => (Field::Is, "problem"),
                            _ => return Filter::Everything,
                        },
                        _ => return Filter::Everything,
                    };
                    asks(field, Test::Any(vec![Pattern::from(what)]))
                })
                .collect(),
        ),
        _ => Filter::Everything,
    }
}
