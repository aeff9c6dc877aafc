//! What stands under the cursor of the filter line, to be completed. Values with their counts come from
//! the catalogue; this module knows names alone.

use std::ops::Range;

use super::ast::Field;
use super::fields::{FIELDS, FieldInfo, ValueKind};
use super::scan::{ends_value, ends_word, name_length};

/// What is being written at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completion {
    /// The name of a field (or a word).
    Field {
        /// What stands before the cursor.
        prefix: String,
        /// Bytes that a completion replaces.
        range: Range<usize>,
        /// Inside `turn(…)`.
        in_turn: bool,
    },
    /// A value.
    Value {
        /// Of this field.
        field: Field,
        /// In `slot:city=…`: the name whose value it is.
        name: Option<String>,
        /// What stands before the cursor, quotes resolved.
        prefix: String,
        /// Bytes that a completion replaces, opening quote included.
        range: Range<usize>,
        /// Inside `turn(…)`.
        in_turn: bool,
    },
    /// Nothing that could be completed: a phrase, a number.
    Nothing,
}

/// What stands at byte `cursor` of `line`.
pub fn complete(line: &str, cursor: usize) -> Completion {
    let mut cursor = cursor.min(line.len());
    while !line.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let mut parens: Vec<bool> = Vec::new();
    let mut turns_open = 0;
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let in_turn = turns_open > 0;
        match rest.chars().next() {
            Some(c) if at < cursor && (c.is_whitespace() || c == '(' || c == ')' || c == '-') => {
                match c {
                    '(' => parens.push(false),
                    ')' => turns_open -= usize::from(parens.pop().unwrap_or(false)),
                    _ => {}
                }
                at += c.len_utf8();
            }
            _ => {
                let end = at + piece_length(rest, ends_word);
                let opens = line[end..].starts_with('(');
                if cursor > end || (cursor == end && opens && end > at) {
                    if opens && cursor > end {
                        let turns = ["turn", "last"];
                        let turn = turns.iter().any(|t| t.eq_ignore_ascii_case(&line[at..end]));
                        turns_open += usize::from(turn);
                        parens.push(turn);
                        at = end + 1;
                    } else if cursor > end {
                        at = end.max(at + 1);
                    } else {
                        return Completion::Nothing;
                    }
                    continue;
                }
                return in_term(line, at..end, cursor, in_turn);
            }
        }
    }
}

/// The fields whose names begin so, in the order of the help.
pub fn field_names(prefix: &str, in_turn: bool) -> Vec<&'static FieldInfo> {
    let prefix = prefix.to_ascii_lowercase();
    FIELDS
        .iter()
        .filter(|i| !i.name.is_empty() && i.name.starts_with(&prefix))
        .filter(|i| i.in_turn || !in_turn)
        .collect()
}

fn in_term(line: &str, term: Range<usize>, cursor: usize, in_turn: bool) -> Completion {
    let written = &line[term.clone()];
    let name = name_length(written);
    let after = term.start + name;
    if cursor <= after {
        let whole = name == written.len() || written[name..].starts_with(':');
        return match whole || written.is_empty() {
            true => Completion::Field {
                prefix: line[term.start..cursor].to_owned(),
                range: term.start..after,
                in_turn,
            },
            false => Completion::Nothing,
        };
    }
    let field = match Field::parse(&written[..name]) {
        Some(field) if written[name..].starts_with(':') => field,
        _ => return Completion::Nothing,
    };
    if matches!(
        field.info().kind,
        ValueKind::Words
            | ValueKind::Count
            | ValueKind::Decimal
            | ValueKind::Span
            | ValueKind::Sample
    ) && field != Field::Rating
    {
        return Completion::Nothing;
    }
    value(line, after + 1..term.end, cursor, field, in_turn)
}

/// Walks over `a,"b c",d=e` to the value under the cursor.
fn value(
    line: &str,
    values: Range<usize>,
    cursor: usize,
    field: Field,
    in_turn: bool,
) -> Completion {
    let mut at = values.start;
    let mut name = None;
    loop {
        let end = at + piece_length(&line[at..values.end], ends_value);
        if cursor <= end {
            return Completion::Value {
                field,
                name,
                prefix: unquoted(&line[at..cursor]),
                range: at..end,
                in_turn,
            };
        }
        match line[end..].chars().next() {
            Some(',') if name.is_none() => {}
            Some('=') if field.info().kind == ValueKind::Named && name.is_none() => {
                name = Some(unquoted(&line[at..end]));
            }
            _ => return Completion::Nothing,
        }
        at = end + 1;
    }
}

/// Length of what stands up to a character that ends it, text in quotes passed over.
fn piece_length(text: &str, ends: fn(char) -> bool) -> usize {
    let mut inside = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ if !inside && ends(c) => return at,
            _ => {}
        }
    }
    text.len()
}

fn unquoted(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"') else {
        return text.to_owned();
    };
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    inside.replace("\\\"", "\"").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor stands at `|`.
    fn at(marked: &str) -> String {
        let cursor = marked.find('|').unwrap();
        let line = marked.replace('|', "");
        match complete(&line, cursor) {
            Completion::Field {
                prefix,
                range,
                in_turn,
            } => {
                format!(
                    "field {prefix} <{}>{}",
                    &line[range],
                    if in_turn { " turn" } else { "" }
                )
            }
            Completion::Value {
                field,
                name,
                prefix,
                range,
                in_turn,
            } => format!(
                "{}{} {prefix} <{}>{}",
                field.name(),
                name.map(|n| format!(" of {n}")).unwrap_or_default(),
                &line[range],
                if in_turn { " turn" } else { "" }
            ),
            Completion::Nothing => "-".to_owned(),
        }
    }

    #[test]
    fn what_stands_under_the_cursor() {
        let table = [
            ("|", "field  <>"),
            ("ta|", "field ta <ta>"),
            ("t|ag:x", "field t <tag>"),
            ("x |", "field  <>"),
            ("x -ta|", "field ta <ta>"),
            ("(ta|", "field ta <ta>"),
            ("tag:|", "tag  <>"),
            ("tag:bi|", "tag bi <bi>"),
            ("tag:b|il x", "tag b <bil>"),
            ("tag:a,b|", "tag b <b>"),
            ("tag:\"a, b|", "tag a, b <\"a, b>"),
            ("tag:\"a \\\" b|\" c", "tag a \" b <\"a \\\" b\">"),
            ("tag:\"a\",|", "tag  <>"),
            ("slot:ci|", "slot ci <ci>"),
            ("slot:city=Ro|", "slot of city Ro <Ro>"),
            ("turn(is:fa|", "is fa <fa> turn"),
            ("turn(a (con|", "field con <con> turn"),
            ("turn(a) con|", "field con <con>"),
            ("rating:|", "rating  <>"),
            ("since:|", "since  <>"),
            ("rating<|", "-"),
            ("messages:|", "-"),
            ("user_text:ab|", "-"),
            ("nofield:a|", "-"),
            ("\"lost or|", "-"),
            ("12|", "-"),
            ("d\u{ed}a tag:\u{e9}|", "tag \u{e9} <\u{e9}>"),
        ];
        for (line, expected) in table {
            assert_eq!(at(line), expected, "{line}");
        }
    }

    #[test]
    fn names_are_offered_where_they_can_stand() {
        let names = |prefix, in_turn| -> Vec<&str> {
            field_names(prefix, in_turn)
                .iter()
                .map(|i| i.name)
                .collect()
        };
        assert_eq!(names("US", false), ["user", "user_messages", "user_text"]);
        assert_eq!(names("us", true), ["user_text"]);
    }

    #[test]
    fn no_place_of_no_line_is_too_much() {
        for line in [
            "(((-\"",
            "a\u{301}(turn(",
            "tag:\"\\",
            ")()\u{1f600}:=",
            "turn(x:y,,=\"\"",
        ] {
            for cursor in 0..=line.len() + 1 {
                complete(line, cursor);
            }
        }
    }
}
