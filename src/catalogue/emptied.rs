//! Why nothing matches: the term that removed everything, and the value that was probably meant.

use std::fmt;

use super::bits::Bits;
use super::deep::necessary;
use super::evaluate::Evaluator;
use super::groups::group_of;
use crate::filter::{Field, Filter, Pattern, Term, Test, includes_deleted, nearest};
use crate::store::Result;
use crate::text::SafeText;

/// What removed everything. `Display` is one harmless line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emptied {
    /// The term (or the alternatives in parentheses) in canonical text: the first, as written, that leaves
    /// nothing of what the terms before it leave.
    pub term: String,
    /// It matches nothing even by itself.
    pub alone: bool,
    /// It matches deleted conversations, which were not asked for.
    pub deleted: bool,
    /// The value of the log that was probably meant.
    pub nearest: Option<String>,
}

/// Longer terms are cut where they are named.
const SHOWN: usize = 60;

impl fmt::Display for Emptied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let term = SafeText::preview(&self.term, SHOWN);
        let term = term.as_str();
        match (self.alone, self.deleted) {
            (_, true) => write!(
                f,
                "`{term}` matches deleted conversations alone; is:deleted shows them"
            )?,
            (true, _) => write!(f, "`{term}` matches nothing")?,
            (false, _) => write!(
                f,
                "`{term}` leaves nothing of what the terms before it match"
            )?,
        }
        match &self.nearest {
            Some(value) => {
                let value = SafeText::preview(value, SHOWN);
                write!(f, "; did you mean `{}`?", value.as_str())
            }
            None => Ok(()),
        }
    }
}

impl Evaluator<'_> {
    /// What removed everything; `None` where there was nothing to begin with.
    pub(super) fn emptied_by(&mut self, filter: &Filter) -> Result<Option<Emptied>> {
        let deleted = includes_deleted(filter);
        let all = self.universe(deleted);
        if all.is_empty() {
            return Ok(None);
        }
        let mut before = all.clone();
        for part in filter.conjuncts() {
            let left = self.select(part, before.clone())?;
            if !left.is_empty() {
                before = left;
                continue;
            }
            let part = self.innermost(part, &before)?;
            let alone = before.count() == all.count() || self.select(&part, all)?.is_empty();
            let hidden = alone && !deleted && {
                let universe = self.universe(true);
                !self.select(&part, universe)?.is_empty()
            };
            return Ok(Some(Emptied {
                nearest: (alone && !hidden).then(|| self.meant(&part)).flatten(),
                term: part.to_string(),
                alone,
                deleted: hidden,
            }));
        }
        // Every term leaves something: the sample is of none.
        let sample = filter.conjuncts().iter().find(|part| {
            matches!(
                part,
                Filter::Term(Term {
                    field: Field::Sample,
                    ..
                })
            )
        });
        Ok(sample.map(|part| Emptied {
            term: part.to_string(),
            alone: true,
            deleted: false,
            nearest: None,
        }))
    }

    /// The part of a part that is to blame by itself, where one is.
    fn innermost(&mut self, part: &Filter, before: &Bits) -> Result<Filter> {
        let inside: Vec<Filter> = match part {
            // Each turn was looked at once for the answer. To say why there is none must not cost that
            // again for every term: what no conversation has is told by the sets in memory, and else it is
            // all of it together that no turn satisfies.
            Filter::Turn { last, inner } => {
                for inner in inner.conjuncts() {
                    if self.select(&necessary(inner), before.clone())?.is_empty() {
                        return Ok(Filter::Turn {
                            last: *last,
                            inner: Box::new(inner.clone()),
                        });
                    }
                }
                Vec::new()
            }
            Filter::Not(inner) => match &**inner {
                Filter::Or(parts) => {
                    let negated = parts.iter().map(|p| Filter::Not(Box::new(p.clone())));
                    negated.collect()
                }
                Filter::Not(twice) => return self.innermost(twice, before),
                _ => Vec::new(),
            },
            Filter::And(parts) => parts.clone(),
            _ => Vec::new(),
        };
        for inner in inside {
            if inner != *part && self.select(&inner, before.clone())?.is_empty() {
                return self.innermost(&inner, before);
            }
        }
        Ok(part.clone())
    }

    /// The value nearest to the one that is asked for, where the log has no such value.
    fn meant(&self, part: &Filter) -> Option<String> {
        let term = match part {
            Filter::Term(term) => term,
            Filter::Turn { inner, .. } => match &**inner {
                Filter::Term(term) => term,
                _ => return None,
            },
            _ => return None,
        };
        let asked = match &term.test {
            Test::Any(patterns) => patterns.iter().find_map(exact)?,
            Test::Scored { value, .. } => exact(value)?,
            Test::Named { name, .. } => name,
            _ => return None,
        };
        let group = group_of(term.field)?;
        let values = self.index.values(group);
        if values.find(group, asked).is_some() {
            return None;
        }
        let known = values.of(group).map(|(_, named)| &*named.display);
        nearest(asked, known).map(str::to_owned)
    }
}

fn exact(pattern: &Pattern) -> Option<&String> {
    match pattern {
        Pattern::Exact(value) => Some(value),
        _ => None,
    }
}
