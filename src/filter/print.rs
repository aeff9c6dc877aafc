//! Syntax tree to canonical text: reading the text again gives the same tree. The order of terms is kept.

use std::fmt::{self, Display, Formatter};

use super::ast::{Cmp, Date, Field, Filter, Pattern, Scalar, Term, Test, Unit};
use super::scan::{ends_word, looks_like_field};

/// How tightly what stands around a filter binds.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Around {
    Nothing,
    Or,
    And,
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_filter(f, self, Around::Nothing)
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_term(f, self)
    }
}

/// A value as it stands after `field:`, in quotes where it must be.
pub fn quoted(value: &str) -> String {
    Value(value).to_string()
}

fn write_filter(f: &mut Formatter<'_>, filter: &Filter, around: Around) -> fmt::Result {
    match filter {
        Filter::Everything => Ok(()),
        Filter::And(parts) => write_parts(f, parts, " ", Around::And, around),
        Filter::Or(parts) => write_parts(f, parts, " OR ", Around::Or, around),
        Filter::Not(inner) => {
            f.write_str("-")?;
            write_filter(f, inner, Around::And)
        }
        Filter::Term(term) => write_term(f, term),
        Filter::Turn { last, inner } => {
            f.write_str(if *last { "last(" } else { "turn(" })?;
            write_filter(f, inner, Around::Nothing)?;
            f.write_str(")")
        }
    }
}

fn write_parts(
    f: &mut Formatter<'_>,
    parts: &[Filter],
    between: &str,
    own: Around,
    around: Around,
) -> fmt::Result {
    let nested = around >= own;
    if nested {
        f.write_str("(")?;
    }
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        write_filter(f, part, own)?;
    }
    if nested {
        f.write_str(")")?;
    }
    Ok(())
}

fn write_term(f: &mut Formatter<'_>, term: &Term) -> fmt::Result {
    let name = term.field.name();
    match &term.test {
        Test::Any(patterns) => {
            write!(f, "{name}:")?;
            for (i, pattern) in patterns.iter().enumerate() {
                let comma = if i > 0 { "," } else { "" };
                write!(f, "{comma}{pattern}")?;
            }
            Ok(())
        }
        Test::Named { name: of, value } => write!(f, "{name}:{}={value}", Value(of)),
        Test::Scored { value, cmp, number } => {
            write!(f, "{name}:{value}{}{number}", cmp.sign())
        }
        Test::Compare(cmp, scalar) => match (term.field, cmp) {
            (Field::Since | Field::Until, _) | (_, Cmp::Equal) => write!(f, "{name}:{scalar}"),
            _ => write!(f, "{name}{}{scalar}", cmp.sign()),
        },
        Test::Range(low, high) => {
            write!(f, "{name}:")?;
            write_side(f, low)?;
            f.write_str("..")?;
            write_side(f, high)
        }
        Test::Words {
            text,
            phrase,
            prefix,
        } => {
            let bare = match term.field {
                Field::Text => is_bare_word(text, *prefix),
                _ => {
                    write!(f, "{name}:")?;
                    is_bare_words_value(text, *prefix)
                }
            };
            if bare && !phrase {
                f.write_str(text)?;
            } else {
                write_quoted(f, text)?;
            }
            f.write_str(if *prefix { "*" } else { "" })
        }
    }
}

fn write_side(f: &mut Formatter<'_>, side: &Option<Scalar>) -> fmt::Result {
    match side {
        Some(scalar) => scalar.fmt(f),
        None => Ok(()),
    }
}

fn write_quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\']) {
        let (before, special) = rest.split_at(at);
        write!(f, "{before}\\{}", &special[..1])?;
        rest = &special[1..];
    }
    write!(f, "{rest}\"")
}

/// True if the word reads back as this word without quotes.
fn is_bare_word(word: &str, prefix: bool) -> bool {
    !word.is_empty()
        && !word.contains(|c: char| ends_word(c) || c == '*')
        && !word.starts_with('-')
        && (prefix || !matches!(word, "AND" | "OR" | "NOT"))
        && !looks_like_field(word)
}

/// True if the words of `user_text:` and its like read back without quotes.
fn is_bare_words_value(word: &str, prefix: bool) -> bool {
    !word.is_empty()
        && !word.contains(|c: char| super::scan::ends_value(c) || c == '*')
        && (prefix || !word.eq_ignore_ascii_case("none"))
}

struct Value<'a>(&'a str);

impl Display for Value<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_alphanumeric() || "_-./@#+:&'~%$".contains(c);
        let bare =
            !self.0.is_empty() && self.0.chars().all(plain) && !self.0.eq_ignore_ascii_case("none");
        if bare {
            f.write_str(self.0)
        } else {
            write_quoted(f, self.0)
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::None => f.write_str("none"),
            Pattern::Exact(text) => Value(text).fmt(f),
            Pattern::Prefix(text) if text.is_empty() => f.write_str("*"),
            Pattern::Prefix(text) => write!(f, "{}*", Value(text)),
            Pattern::Scalar(scalar) => scalar.fmt(f),
        }
    }
}

impl Display for Scalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Number(number) => number.fmt(f),
            Scalar::Span(_, text) => f.write_str(text),
            Scalar::Date(date) => date.fmt(f),
            Scalar::TimeOfDay(minutes) => {
                write!(f, "{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl Display for Date {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        use chrono::Timelike;
        match self {
            Date::Day(day) => day.format("%Y-%m-%d").fmt(f),
            Date::Time(time) if time.second() == 0 => time.format("%Y-%m-%dT%H:%M").fmt(f),
            Date::Time(time) => time.format("%Y-%m-%dT%H:%M:%S").fmt(f),
            Date::Back(count, unit) => write!(f, "{count}{}", unit.letters()),
            Date::Newest(count, unit) => write!(f, "newest-{count}{}", unit.letters()),
            Date::Today => f.write_str("today"),
            Date::Yesterday => f.write_str("yesterday"),
            Date::Week(back) => write!(f, "week-{back}"),
            Date::Month(back) => write!(f, "month-{back}"),
        }
    }
}

impl Cmp {
    /// `<`, `<=`, `>`, `>=`, `=`.
    pub fn sign(self) -> &'static str {
        match self {
            Cmp::Less => "<",
            Cmp::AtMost => "<=",
            Cmp::More => ">",
            Cmp::AtLeast => ">=",
            Cmp::Equal => "=",
        }
    }
}

impl Unit {
    /// `m`, `h`, `d`, `w`, `mo`, `y`.
    pub fn letters(self) -> &'static str {
        match self {
            Unit::Minutes => "m",
            Unit::Hours => "h",
            Unit::Days => "d",
            Unit::Weeks => "w",
            Unit::Months => "mo",
            Unit::Years => "y",
        }
    }
}
