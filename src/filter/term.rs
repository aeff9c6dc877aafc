//! Reading one term of a filter: a field and what is asked of it.
//!
//! What may stand after a field is decided by the table of fields alone.

use super::ast::{Cmp, Field, Filter, Pattern, Scalar, Term, Test};
use super::error::{ParseError, shown};
use super::fields::{FIELDS, FieldInfo, ValueKind};
use super::parse::{Parsed, Parser};
use super::scalar;
use super::scan::{Atom, ends_value};
use crate::text::tokens;

impl Parser<'_> {
    pub(super) fn field_term(&mut self, name: &str) -> Parsed {
        let start = self.scan.at;
        let range = start..start + name.len();
        let Some(field) = Field::parse(name) else {
            let known = FIELDS.iter().map(|i| i.name).filter(|n| !n.is_empty());
            return Err(self
                .scan
                .error(range, format!("unknown field {}", shown(name)))
                .hint_nearest(name, known, "quote it to search for the text"));
        };
        let info = field.info();
        if self.in_turn && !info.in_turn {
            let inside: Vec<&str> = FIELDS
                .iter()
                .filter(|i| i.in_turn && !i.name.is_empty())
                .map(|i| i.name)
                .collect();
            return Err(self
                .scan
                .error(range, format!("`{}` cannot stand inside a turn", info.name))
                .hint(format!("words and {} can", inside.join(", "))));
        }
        self.scan.at += name.len();
        let colon = self.scan.take(":");
        // `confidence:<0.5` says the same as `confidence<0.5`: both are typed.
        let compared = compares(info.kind) && matches!(self.scan.peek(), Some('<' | '>' | '='));
        let filter = if colon && !compared {
            self.values(info)
        } else {
            self.comparison(info, start)
        }?;
        self.scan.term_ends(start)?;
        if info.kind == ValueKind::Sample {
            self.once(field, start)?;
        }
        Ok(filter)
    }

    /// `sample:` and `seed:` stand at the top level, once, not negated.
    fn once(&mut self, field: Field, start: usize) -> Result<(), ParseError> {
        let end = self.scan.at;
        let name = field.name();
        if self.depth > 0 {
            let message = format!("`{name}:` stands at the top level only, not negated");
            return Err(self.scan.error(start..end, message));
        }
        let place = match field {
            Field::Sample => &mut self.sample,
            _ => &mut self.seed,
        };
        if place.replace((start, end)).is_some() {
            let message = format!("`{name}:` stands here a second time");
            return Err(self.scan.error(start..end, message));
        }
        Ok(())
    }

    /// What stands after `field:`.
    fn values(&mut self, info: &'static FieldInfo) -> Parsed {
        use ValueKind as K;
        match info.kind {
            K::Words => self.word_list(info),
            K::Scored => self.scored(info),
            K::Named => self.named(info),
            K::Names | K::Closed => {
                let first = self.value(info)?;
                self.list(info, first)
            }
            K::Bound | K::Sample => {
                let atom = self.value(info)?;
                let scalar = self.scalar(info, &atom)?;
                Ok(term(
                    info.field,
                    match info.field {
                        Field::Since => Test::Compare(Cmp::AtLeast, scalar),
                        Field::Until => Test::Compare(Cmp::AtMost, scalar),
                        _ => Test::Any(vec![Pattern::Scalar(scalar)]),
                    },
                ))
            }
            K::Sentiment | K::Count | K::Decimal | K::Span | K::Date | K::TimeOfDay => {
                let first = self.value(info)?;
                match first.text.split_once("..") {
                    Some((low, high)) if !first.quoted => self.range(info, &first, low, high),
                    _ => self.list(info, first),
                }
            }
        }
    }

    /// One value after `field:` or a comma.
    fn value(&mut self, info: &FieldInfo) -> Result<Atom, ParseError> {
        let atom = self.scan.atom(ends_value)?;
        if atom.text.is_empty() && !atom.quoted && !atom.star {
            let before = self.scan.text[..self.scan.at].chars().next_back();
            let after = match before {
                Some(',') => "the comma".to_owned(),
                Some('=') => "`=`".to_owned(),
                _ => format!("`{}:`", info.name),
            };
            let error = self
                .scan
                .error_here(format!("expected a value after {after}"));
            return Err(error.hint(format!("for example {}", info.example)));
        }
        Ok(atom)
    }

    /// The rest of `field:a,b,c`.
    fn list(&mut self, info: &'static FieldInfo, first: Atom) -> Parsed {
        let mut patterns = vec![self.pattern(info, first)?];
        while self.scan.take(",") {
            let atom = self.value(info)?;
            patterns.push(self.pattern(info, atom)?);
        }
        self.no_comparison(info)?;
        Ok(term(info.field, Test::Any(patterns)))
    }

    fn no_comparison(&self, info: &FieldInfo) -> Result<(), ParseError> {
        match self.scan.peek() {
            Some(c @ ('<' | '>' | '=')) => {
                let at = self.scan.at;
                Err(self
                    .scan
                    .error(
                        at..at + 1,
                        format!("`{c}` cannot stand in a value of `{}`", info.name),
                    )
                    .hint("quote the value to mean the character"))
            }
            _ => Ok(()),
        }
    }

    /// One value as a pattern of this field.
    fn pattern(&self, info: &'static FieldInfo, atom: Atom) -> Result<Pattern, ParseError> {
        if atom.is_none() {
            if info.absence {
                return Ok(Pattern::None);
            }
            let message = format!("`{}` is never absent", info.name);
            let error = self.scan.error(atom.range, message);
            return Err(match info.kind {
                ValueKind::Names => error.hint("quote it to mean the word"),
                _ => error.hint(format!("for example {}", info.example)),
            });
        }
        use ValueKind as K;
        let closed = info.closed(self.in_turn);
        match info.kind {
            K::Names | K::Scored => Ok(free_pattern(atom)),
            K::Named if closed.is_empty() => Ok(free_pattern(atom)),
            K::Sentiment if !atom.star && scalar::number(&atom.text).is_some() => {
                self.scalar(info, &atom).map(Pattern::Scalar)
            }
            K::Closed | K::Sentiment | K::Named => {
                let lower = atom.text.to_lowercase();
                let written = shown(&self.scan.text[atom.range.clone()]);
                if !atom.star && closed.contains(&lower.as_str()) {
                    return Ok(Pattern::Exact(lower));
                }
                let message = format!("unknown value {written} of `{}`", info.name);
                let all = format!("it has {}", closed.join(", "));
                Err(self.scan.error(atom.range, message).hint_nearest(
                    &lower,
                    closed.iter().copied(),
                    &all,
                ))
            }
            _ => self.scalar(info, &atom).map(Pattern::Scalar),
        }
    }

    fn scalar(&self, info: &FieldInfo, atom: &Atom) -> Result<Scalar, ParseError> {
        if atom.star {
            return Err(self.not_scalar(info, atom));
        }
        read_scalar(info.kind, &atom.text).ok_or_else(|| self.not_scalar(info, atom))
    }

    fn not_scalar(&self, info: &FieldInfo, atom: &Atom) -> ParseError {
        let written = shown(&self.scan.text[atom.range.clone()]);
        let message = format!("{written} is not {}", expected(info.kind));
        self.scan.error(atom.range.clone(), message)
    }

    /// `low..high`; the whole range is one value in the text.
    fn range(&mut self, info: &'static FieldInfo, atom: &Atom, low: &str, high: &str) -> Parsed {
        if low.is_empty() && high.is_empty() || atom.star {
            return Err(self.not_scalar(info, atom));
        }
        let side = |text: &str, start: usize| {
            if text.is_empty() {
                return Ok(None);
            }
            let piece = Atom {
                text: text.to_owned(),
                quoted: false,
                star: false,
                range: start..start + text.len(),
            };
            self.scalar(info, &piece).map(Some)
        };
        let from = side(low, atom.range.start)?;
        let to = side(high, atom.range.start + low.len() + 2)?;
        let backwards = match (&from, &to) {
            (Some(Scalar::Number(a)), Some(Scalar::Number(b))) => a > b,
            (Some(Scalar::Span(a, _)), Some(Scalar::Span(b, _))) => a > b,
            _ => false,
        };
        if backwards {
            return Err(self
                .scan
                .error(atom.range.clone(), "the range ends before it begins")
                .hint(format!("{}:{high}..{low}", info.name)));
        }
        if self.scan.peek() == Some(',') {
            return Err(self
                .scan
                .error_here("a range stands alone")
                .hint("join ranges with OR"));
        }
        self.no_comparison(info)?;
        Ok(term(info.field, Test::Range(from, to)))
    }

    /// `intent:refund<0.5`, or a list of values.
    fn scored(&mut self, info: &'static FieldInfo) -> Parsed {
        let first = self.value(info)?;
        let Some(cmp) = self.operator() else {
            return self.list(info, first);
        };
        if first.is_none() {
            return Err(self
                .scan
                .error(first.range, "what is absent has no confidence to compare"));
        }
        let value = self.pattern(info, first)?;
        let atom = self.scan.atom(ends_value)?;
        if atom.range.is_empty() {
            return Err(self
                .scan
                .error_here(format!("expected a confidence after `{}`", cmp.sign()))
                .hint(format!("for example {}:refund<0.5", info.name)));
        }
        let number = match scalar::number(&atom.text) {
            Some(number) if !atom.star => number,
            _ => {
                let message = format!("{} is not a confidence", shown(&atom.text));
                return Err(self
                    .scan
                    .error(atom.range, message)
                    .hint(format!("for example {}:refund<0.5", info.name)));
            }
        };
        Ok(term(info.field, Test::Scored { value, cmp, number }))
    }

    /// `slot:city=Rome`, or a list of names.
    fn named(&mut self, info: &'static FieldInfo) -> Parsed {
        let first = self.value(info)?;
        if self.scan.peek() != Some('=') {
            return self.list(info, first);
        }
        if first.star || first.is_none() {
            let message = format!("expected a whole name before `=` in `{}:`", info.name);
            return Err(self.scan.error(first.range, message));
        }
        let name = match self.pattern(info, first)? {
            Pattern::Exact(name) => name,
            _ => String::new(),
        };
        self.scan.take("=");
        let value = free_pattern(self.value(info)?);
        if self.scan.peek() == Some(',') {
            return Err(self
                .scan
                .error_here("one name with one value stand in a term")
                .hint("join terms with OR"));
        }
        self.no_comparison(info)?;
        Ok(term(info.field, Test::Named { name, value }))
    }

    /// `user_text:a,"b c"`: each value is a term of its own, joined by `OR`.
    fn word_list(&mut self, info: &'static FieldInfo) -> Parsed {
        let mut terms = Vec::new();
        loop {
            let atom = self.value(info)?;
            terms.push(match atom.is_none() && info.absence {
                true => term(info.field, Test::Any(vec![Pattern::None])),
                false => self.words(info.field, atom)?,
            });
            if !self.scan.take(",") {
                break;
            }
        }
        self.no_comparison(info)?;
        Ok(Filter::or(terms))
    }

    pub(super) fn words(&self, field: Field, atom: Atom) -> Parsed {
        if tokens(&atom.text).next().is_none() {
            let written = shown(&self.scan.text[atom.range.clone()]);
            let message = format!("{written} has no letter or digit to search for");
            let error = self.scan.error(atom.range, message);
            return Err(match atom.text.starts_with(['<', '>', '=']) {
                true => error.hint("write comparisons without spaces: rating<5"),
                false => error,
            });
        }
        Ok(term(
            field,
            Test::Words {
                text: atom.text,
                phrase: atom.quoted,
                prefix: atom.star,
            },
        ))
    }

    /// What stands after `field`: a comparison.
    fn comparison(&mut self, info: &'static FieldInfo, start: usize) -> Parsed {
        use ValueKind as K;
        let cmp = self.operator().unwrap_or(Cmp::Equal);
        let compares = compares(info.kind);
        if compares && cmp == Cmp::Equal {
            return self.values(info);
        }
        if !compares {
            let message = format!("`{}` has no number to compare", info.name);
            return Err(self
                .scan
                .error(start..self.scan.at, message)
                .hint(format!("for example {}", info.example)));
        }
        let atom = self.scan.atom(ends_value)?;
        if atom.range.is_empty() {
            let message = format!("expected {} after `{}`", expected(info.kind), cmp.sign());
            return Err(self.scan.error_here(message));
        }
        let kind = match info.kind {
            K::Sentiment => K::Decimal,
            kind => kind,
        };
        match read_scalar(kind, &atom.text) {
            Some(scalar) if !atom.star => Ok(term(info.field, Test::Compare(cmp, scalar))),
            _ => {
                let message = format!("{} is not {}", shown(&atom.text), expected(kind));
                Err(self.scan.error(atom.range, message))
            }
        }
    }

    fn operator(&mut self) -> Option<Cmp> {
        [
            ("<=", Cmp::AtMost),
            (">=", Cmp::AtLeast),
            ("<", Cmp::Less),
            (">", Cmp::More),
            ("=", Cmp::Equal),
        ]
        .into_iter()
        .find(|(sign, _)| self.scan.take(sign))
        .map(|(_, cmp)| cmp)
    }
}

fn term(field: Field, test: Test) -> Filter {
    Filter::Term(Term { field, test })
}

/// A value of a field that takes any.
fn free_pattern(atom: Atom) -> Pattern {
    if atom.is_none() {
        Pattern::None
    } else if atom.star {
        Pattern::Prefix(atom.text)
    } else {
        Pattern::Exact(atom.text)
    }
}

/// True if `<` and its like can follow the name of such a field.
fn compares(kind: ValueKind) -> bool {
    use ValueKind as K;
    matches!(
        kind,
        K::Count | K::Decimal | K::Span | K::Date | K::TimeOfDay | K::Sentiment
    )
}

/// What a kind of value is called in an error.
fn expected(kind: ValueKind) -> &'static str {
    use ValueKind as K;
    match kind {
        K::Count | K::Sample => "a whole number",
        K::Decimal | K::Sentiment => "a number",
        K::Span => "a span like 90s, 5m, 2h or 1d",
        K::Date | K::Bound => {
            "a date like 2026-05-01, 2026-05-01T14:00, 7d, today, week-1 or newest-7d"
        }
        K::TimeOfDay => "a time of day like 22:00",
        K::Words | K::Names | K::Scored | K::Named | K::Closed => "a value",
    }
}

/// A number, span, date or time of day as the kind of field takes it.
pub(super) fn read_scalar(kind: ValueKind, text: &str) -> Option<Scalar> {
    use ValueKind as K;
    match kind {
        K::Count | K::Sample => scalar::whole(text).map(Scalar::Number),
        K::Decimal | K::Sentiment => scalar::number(text).map(Scalar::Number),
        K::Span => scalar::span(text).map(|ms| Scalar::Span(ms, text.to_ascii_lowercase())),
        K::Date | K::Bound => scalar::date(text).map(Scalar::Date),
        K::TimeOfDay => scalar::time_of_day(text).map(Scalar::TimeOfDay),
        K::Words | K::Names | K::Scored | K::Named | K::Closed => None,
    }
}
