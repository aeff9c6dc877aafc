//! Changing a filter by single values, as the sidebar and `*` do: the rest of it stays as it was typed.

use super::ast::{Field, Filter, Pattern, Term, Test};
use super::error::ParseError;
use super::fields::ValueKind;
use super::fold::fold;
use super::parse::parse;
use super::term::read_scalar;
use crate::model::Status;
use crate::text::tokens;

/// The filter as it is while somebody is still typing: the last word may go on, and a phrase at the end may
/// lack its closing quote. A word of which there is one letter yet is not asked for. Any other text is read
/// as [`parse`] reads it.
pub fn while_typing(text: &str) -> Result<Filter, ParseError> {
    let (mut filter, open) = match parse(text) {
        Ok(filter) => (filter, false),
        Err(error) => match parse(&format!("{text}\"")) {
            Ok(filter) => (filter, true),
            Err(_) => return Err(error),
        },
    };
    let last = last_term(&mut filter);
    if let Some(Test::Words {
        text: word,
        phrase,
        prefix,
    }) = last.map(|term| &mut term.test)
    {
        if open || !*phrase && text.ends_with(word.as_str()) {
            *prefix = true;
            if let Some(begun) = only_begun(word) {
                word.truncate(word[..begun].trim_end().len());
                *prefix = false;
                if tokens(word).next().is_none() {
                    return Ok(without_last(filter).unwrap_or_default());
                }
            }
        }
    } else if open {
        // A value in quotes is asked for when it is whole.
        return parse(text);
    }
    Ok(filter)
}

/// Where the last word starts, if all there is of it is one letter of an alphabet: nearly every
/// conversation has a word that begins so, which says nothing and takes long to find out. A letter of a
/// script without capitals can be a whole word.
fn only_begun(text: &str) -> Option<usize> {
    let last = tokens(text).last()?;
    let mut letters = last.text.chars();
    let letter = letters.next()?;
    let alone = letters.next().is_none() && last.range.end == text.len();
    (alone && (letter.is_lowercase() || letter.is_uppercase())).then_some(last.range.start)
}

/// The filter without its last term; `None` where nothing is left.
fn without_last(filter: Filter) -> Option<Filter> {
    let rest = |mut parts: Vec<Filter>| {
        let last = parts.pop().and_then(without_last);
        parts.extend(last);
        parts
    };
    match filter {
        Filter::And(parts) => Some(Filter::and(rest(parts))),
        Filter::Or(parts) => Some(Filter::or(rest(parts))),
        Filter::Not(inner) => Some(Filter::Not(Box::new(without_last(*inner)?))),
        Filter::Turn { last, inner } => Some(Filter::Turn {
            last,
            inner: Box::new(without_last(*inner)?),
        }),
        Filter::Everything | Filter::Term(_) => None,
    }
}

fn last_term(filter: &mut Filter) -> Option<&mut Term> {
    match filter {
        Filter::Everything => None,
        Filter::And(parts) | Filter::Or(parts) => parts.last_mut().and_then(last_term),
        Filter::Not(inner) | Filter::Turn { inner, .. } => last_term(inner),
        Filter::Term(term) => Some(term),
    }
}

/// Every term, those in negations and turns too.
pub fn terms(filter: &Filter) -> Vec<&Term> {
    let mut all = Vec::new();
    filter.each_term(&mut |term| all.push(term));
    all
}

/// The terms that are not negated, those inside turns too.
pub fn positive_terms(filter: &Filter) -> Vec<&Term> {
    fn walk<'a>(filter: &'a Filter, positive: bool, out: &mut Vec<&'a Term>) {
        match filter {
            Filter::Everything => {}
            Filter::And(parts) | Filter::Or(parts) => {
                for part in parts {
                    walk(part, positive, out);
                }
            }
            Filter::Not(inner) => walk(inner, !positive, out),
            Filter::Turn { inner, .. } => walk(inner, positive, out),
            Filter::Term(term) if positive => out.push(term),
            Filter::Term(_) => {}
        }
    }
    let mut all = Vec::new();
    walk(filter, true, &mut all);
    all
}

/// The filter with this value asked for: a second value of a field joins the first by a comma. Yes-or-no
/// values (`is:escalated`, `has:note`) become terms of their own. If the value was excluded, it no longer is.
pub fn add_value(filter: &Filter, field: Field, value: impl Into<Pattern>) -> Filter {
    let value = pattern_of(field, value.into());
    let mut parts = removed(filter, field, &value, false);
    let own = parts
        .iter()
        .position(|part| alternatives(part).is_some_and(|a| owns(a, field, &value)));
    match own {
        Some(at) => parts[at] = joined(&parts[at], field, value),
        None => parts.push(single(field, value)),
    }
    Filter::and(parts)
}

/// The filter with this value excluded, and no longer asked for.
pub fn exclude_value(filter: &Filter, field: Field, value: impl Into<Pattern>) -> Filter {
    let value = pattern_of(field, value.into());
    let mut parts = removed(filter, field, &value, true);
    let own = parts.iter().position(|part| match part {
        Filter::Not(inner) => alternatives(inner).is_some_and(|a| owns(a, field, &value)),
        _ => false,
    });
    match own {
        Some(at) => {
            if let Filter::Not(inner) = &parts[at] {
                parts[at] = Filter::Not(Box::new(joined(inner, field, value)));
            }
        }
        None => parts.push(Filter::Not(Box::new(single(field, value)))),
    }
    Filter::and(parts)
}

/// The filter without this value, asked for or excluded.
pub fn without_value(filter: &Filter, field: Field, value: impl Into<Pattern>) -> Filter {
    let value = pattern_of(field, value.into());
    let once = Filter::and(removed(filter, field, &value, true));
    Filter::and(removed(&once, field, &value, false))
}

/// `Some(true)` if the filter asks for this value at the top level, `Some(false)` if it excludes it.
pub fn has_value(filter: &Filter, field: Field, value: impl Into<Pattern>) -> Option<bool> {
    let value = pattern_of(field, value.into());
    let holds = |part: &Filter| {
        alternatives(part).is_some_and(|terms| {
            owns(terms, field, &value)
                && terms
                    .iter()
                    .filter_map(patterns)
                    .any(|p| p.iter().any(|p| same(p, &value)))
        })
    };
    filter.conjuncts().iter().find_map(|part| match part {
        Filter::Not(inner) => holds(inner).then_some(false),
        other => holds(other).then_some(true),
    })
}

/// The filter without the terms of this field that must all hold: what a facet's counts are taken under.
/// Terms inside alternatives with other fields stay. `is:` with statuses alone belongs to `status`.
pub fn without_field(filter: &Filter, field: Field) -> Filter {
    let own = |part: &Filter| {
        alternatives(part).is_some_and(|terms| {
            terms.iter().all(|part| match part {
                Filter::Term(term) => match (field, term.field) {
                    (Field::Status, Field::Is) => is_status(term),
                    (_, of) => of == field,
                },
                _ => false,
            })
        })
    };
    let kept = filter.conjuncts().iter().filter(|part| match part {
        Filter::Not(inner) => !own(inner),
        other => !own(other),
    });
    Filter::and(kept.cloned().collect())
}

/// A part as alternatives: a term alone, or terms joined by `OR`.
fn alternatives(part: &Filter) -> Option<&[Filter]> {
    match part {
        Filter::Term(_) => Some(std::slice::from_ref(part)),
        Filter::Or(parts) if parts.iter().all(|p| matches!(p, Filter::Term(_))) => Some(parts),
        _ => None,
    }
}

/// True if all the alternatives are of the field, so that the value is one more of them.
fn owns(terms: &[Filter], field: Field, value: &Pattern) -> bool {
    terms.iter().all(|part| match part {
        Filter::Term(term) => joins(term, field, value),
        _ => false,
    })
}

fn joins(term: &Term, field: Field, value: &Pattern) -> bool {
    let status = matches!(field, Field::Is | Field::Status) && is_status_value(value);
    match field {
        _ if status => is_status(term),
        // Each of these is a question of its own: a second one is asked too, not instead.
        Field::Is | Field::Has | Field::Flag => {
            term.field == field && any_of(term).iter().any(|p| same(p, value))
        }
        _ => term.field == field,
    }
}

fn is_status(term: &Term) -> bool {
    let all = any_of(term);
    matches!(term.field, Field::Is | Field::Status)
        && !all.is_empty()
        && all.iter().all(is_status_value)
}

fn is_status_value(value: &Pattern) -> bool {
    matches!(value, Pattern::Exact(name) if Status::ALL.iter().any(|s| s.name() == name))
}

fn any_of(term: &Term) -> &[Pattern] {
    match &term.test {
        Test::Any(patterns) => patterns,
        _ => &[],
    }
}

fn patterns(part: &Filter) -> Option<&[Pattern]> {
    match part {
        Filter::Term(term) => Some(any_of(term)),
        _ => None,
    }
}

/// One more alternative.
fn joined(part: &Filter, field: Field, value: Pattern) -> Filter {
    let mut terms = alternatives(part).unwrap_or_default().to_vec();
    let list = terms.iter_mut().find_map(|part| match part {
        Filter::Term(Term {
            test: Test::Any(patterns),
            ..
        }) => Some(patterns),
        _ => None,
    });
    match list {
        Some(patterns) if patterns.iter().any(|p| same(p, &value)) => {}
        Some(patterns) => patterns.push(value),
        None => terms.push(single(field, value)),
    }
    Filter::or(terms)
}

/// The parts with the value taken out of the terms that ask for it (`asked`), or that exclude it.
fn removed(filter: &Filter, field: Field, value: &Pattern, asked: bool) -> Vec<Filter> {
    let mut parts = Vec::new();
    for part in filter.conjuncts() {
        let inner = match part {
            Filter::Not(inner) if !asked => inner,
            Filter::Not(_) => {
                parts.push(part.clone());
                continue;
            }
            _ if !asked => {
                parts.push(part.clone());
                continue;
            }
            other => other,
        };
        match alternatives(inner) {
            Some(terms) if owns(terms, field, value) => {
                let left: Vec<Filter> = terms.iter().filter_map(|t| without(t, value)).collect();
                match Filter::or(left) {
                    Filter::Everything => {}
                    left if asked => parts.push(left),
                    left => parts.push(Filter::Not(Box::new(left))),
                }
            }
            _ => parts.push(part.clone()),
        }
    }
    parts
}

fn without(part: &Filter, value: &Pattern) -> Option<Filter> {
    match part {
        Filter::Term(Term {
            field,
            test: Test::Any(patterns),
        }) => {
            let kept: Vec<Pattern> = patterns
                .iter()
                .filter(|p| !same(p, value))
                .cloned()
                .collect();
            (!kept.is_empty()).then_some(Filter::Term(Term {
                field: *field,
                test: Test::Any(kept),
            }))
        }
        other => Some(other.clone()),
    }
}

fn single(field: Field, value: Pattern) -> Filter {
    Filter::Term(Term {
        field,
        test: Test::Any(vec![value]),
    })
}

fn same(a: &Pattern, b: &Pattern) -> bool {
    match (a, b) {
        (Pattern::Exact(a), Pattern::Exact(b)) | (Pattern::Prefix(a), Pattern::Prefix(b)) => {
            fold(a) == fold(b)
        }
        _ => a == b,
    }
}

/// The value as the parser would read it in this field.
fn pattern_of(field: Field, value: Pattern) -> Pattern {
    let info = field.info();
    match value {
        Pattern::Exact(text) => match read_scalar(info.kind, &text) {
            Some(scalar) => Pattern::Scalar(scalar),
            None if matches!(info.kind, ValueKind::Closed | ValueKind::Sentiment) => {
                Pattern::Exact(text.to_lowercase())
            }
            None => Pattern::Exact(text),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(filter: &str, field: Field, value: impl Into<Pattern>) -> String {
        let filter = add_value(&parse(filter).unwrap(), field, value);
        assert_eq!(parse(&filter.to_string()).as_ref(), Ok(&filter));
        filter.to_string()
    }

    fn excluded(filter: &str, field: Field, value: impl Into<Pattern>) -> String {
        let filter = exclude_value(&parse(filter).unwrap(), field, value);
        assert_eq!(parse(&filter.to_string()).as_ref(), Ok(&filter));
        filter.to_string()
    }

    #[test]
    fn a_second_value_joins_the_first() {
        assert_eq!(added("", Field::Tag, "a b"), "tag:\"a b\"");
        assert_eq!(added("x tag:a y", Field::Tag, "b"), "x tag:a,b y");
        assert_eq!(added("tag:a,B", Field::Tag, "b"), "tag:a,B");
        assert_eq!(added("tag:a", Field::Tag, Pattern::None), "tag:a,none");
        assert_eq!(added("tag:a", Field::Tag, "none"), "tag:a,\"none\"");
        assert_eq!(added("tag:a OR x", Field::Tag, "b"), "(tag:a OR x) tag:b");
        assert_eq!(added("rating:4", Field::Rating, "5"), "rating:4,5");
        assert_eq!(
            added("rating:..2", Field::Rating, "5"),
            "rating:..2 OR rating:5"
        );
        assert_eq!(
            added("a (rating:..2 OR rating:5)", Field::Rating, "4"),
            "a (rating:..2 OR rating:5,4)"
        );
        assert_eq!(
            added("intent:refund<0.5", Field::Intent, "bye"),
            "intent:refund<0.5 OR intent:bye"
        );
    }

    #[test]
    fn statuses_are_alternatives_and_other_yes_or_no_values_are_not() {
        assert_eq!(
            added("is:unread", Field::Is, "escalated"),
            "is:unread is:escalated"
        );
        assert_eq!(
            added("is:unread", Field::Status, "saved"),
            "is:unread,saved"
        );
        assert_eq!(
            added("is:fallback", Field::Status, "saved"),
            "is:fallback status:saved"
        );
        assert_eq!(added("has:note", Field::Has, "tag"), "has:note has:tag");
        assert_eq!(added("has:note", Field::Has, "note"), "has:note");
    }

    #[test]
    fn asking_ends_an_exclusion_and_the_other_way_round() {
        assert_eq!(added("-tag:a", Field::Tag, "a"), "tag:a");
        assert_eq!(added("-tag:a,b x", Field::Tag, "a"), "-tag:b x tag:a");
        assert_eq!(excluded("tag:a,b", Field::Tag, "a"), "tag:b -tag:a");
        assert_eq!(excluded("-tag:a", Field::Tag, "b"), "-tag:a,b");
        assert_eq!(excluded("is:problem", Field::Is, "problem"), "-is:problem");
        assert_eq!(
            excluded("-is:problem", Field::Is, "fallback"),
            "-is:problem -is:fallback"
        );
    }

    #[test]
    fn what_is_asked_can_be_told() {
        let filter = parse("tag:a,none -tag:b is:unread (tag:c OR x)").unwrap();
        assert_eq!(has_value(&filter, Field::Tag, "A"), Some(true));
        assert_eq!(has_value(&filter, Field::Tag, Pattern::None), Some(true));
        assert_eq!(has_value(&filter, Field::Tag, "b"), Some(false));
        assert_eq!(has_value(&filter, Field::Tag, "c"), None);
        assert_eq!(has_value(&filter, Field::Status, "unread"), Some(true));
        let filter = without_value(&without_value(&filter, Field::Tag, "a"), Field::Tag, "b");
        assert_eq!(filter.to_string(), "tag:none is:unread (tag:c OR x)");
    }

    #[test]
    fn a_facet_is_counted_without_its_own_terms() {
        let without = |text: &str, field| without_field(&parse(text).unwrap(), field).to_string();
        assert_eq!(without("tag:a -tag:b x", Field::Tag), "x");
        assert_eq!(
            without("(tag:a OR x) (rating:..2 OR rating:5)", Field::Rating),
            "tag:a OR x"
        );
        assert_eq!(without("is:unread is:problem", Field::Status), "is:problem");
        assert_eq!(
            without("turn(intent:a) intent:b<0.5", Field::Intent),
            "turn(intent:a)"
        );
        assert_eq!(without("tag:a", Field::Tag), "");
    }

    #[test]
    fn the_last_word_may_go_on_while_it_is_typed() {
        let typed = |text: &str| while_typing(text).map(|f| f.to_string());
        assert_eq!(typed("tag:a my ref"), Ok("tag:a my ref*".into()));
        assert_eq!(typed("my ref "), Ok("my ref".into()));
        assert_eq!(
            typed("a OR -user_text:ref"),
            Ok("a OR -user_text:ref*".into())
        );
        assert_eq!(typed("\"lost ord"), Ok("\"lost ord\"*".into()));
        assert_eq!(typed("\"lost ord\""), Ok("\"lost ord\"".into()));
        assert_eq!(typed("turn(ref)"), Ok("turn(ref)".into()));
        assert_eq!(typed("ref tag:a"), Ok("ref tag:a".into()));
        assert_eq!(typed("ref*"), Ok("ref*".into()));
        assert_eq!(typed(""), Ok(String::new()));
        assert!(typed("tag:\"lost ord").is_err() && typed("(ref").is_err() && typed("\"").is_err());
    }

    #[test]
    fn one_letter_of_a_word_is_not_asked_for_yet() {
        let typed = |text: &str| while_typing(text).unwrap().to_string();
        assert_eq!(typed("s"), "");
        assert_eq!(typed("tag:a s"), "tag:a");
        assert_eq!(typed("tag:a OR s"), "tag:a");
        assert_eq!(typed("tag:a -user_text:É"), "tag:a");
        assert_eq!(typed("\"lost o"), typed("\"lost\""));
        assert_eq!(typed("\"o"), "");
        // What is finished, what was asked for so, and words of one letter are.
        assert_eq!(typed("s "), "s");
        assert_eq!(typed("s*"), "s*");
        assert_eq!(typed("\"lost o\""), "\"lost o\"");
        assert_eq!(typed("\u{8cb7}"), "\u{8cb7}*");
        assert_eq!(typed("se"), "se*");
    }

    #[test]
    fn negated_terms_are_not_positive() {
        let filter = parse("a -b --c -(d OR -e) turn(f -g)").unwrap();
        let names: Vec<String> = positive_terms(&filter)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["a", "c", "e", "f"]);
        assert_eq!(terms(&filter).len(), 7);
    }
}
