//! A text with its entities marked as Rasa 3 reads them: `[Rome](city)`, `[Rome]{"entity": "city", …}`.
//!
//! Rasa knows no escape for a bracket. But it takes `[x][]` for the text `x` with a list of no entities, so
//! `[[][]` is a bracket that opens nothing, and `[ ][]` a space that its reader does not strip away. What
//! is written here is read back by the same rules before it counts as written.

mod reader;

use crate::model::MarkedEntity;
use reader::read;

/// Why a text cannot be marked: an entity that overlaps another, is empty or beyond the text, has a closing
/// bracket or a value that is neither text nor number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmarkable;

/// The text with its entities marked, such that Rasa reads exactly this text and these entities.
///
/// # Errors
/// Where there is no way to write it.
pub fn marked(text: &str, entities: &[MarkedEntity]) -> Result<String, Unmarkable> {
    let chars: Vec<char> = text.chars().collect();
    let expected = expected(&chars, entities)?;
    let means_it = |written: &str| {
        read(written).is_some_and(|read| read.text == text && read.entities == expected)
    };
    [Brackets::AsTheyAre, Brackets::Escaped]
        .into_iter()
        .map(|brackets| write(&chars, &expected, brackets))
        .find(|written| means_it(written))
        .ok_or(Unmarkable)
}

/// The text with as many of its entities marked as can be, first come first served, and how many cannot.
pub fn marked_as_can_be(text: &str, entities: &[MarkedEntity]) -> (String, u64) {
    if let Ok(all) = marked(text, entities) {
        return (all, 0);
    }
    let (mut kept, mut dropped) = (Vec::new(), 0);
    // A text without entities can always be written.
    let mut best = marked(text, &kept).unwrap_or_default();
    for entity in entities {
        kept.push(entity.clone());
        if let Ok(written) = marked(text, &kept) {
            best = written;
        } else {
            kept.pop();
            dropped += 1;
        }
    }
    (best, dropped)
}

/// An entity as Rasa's reader yields it: the value is that of the text where none is given.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    start: usize,
    end: usize,
    name: String,
    value: serde_json::Value,
    role: Option<String>,
    group: Option<String>,
}

/// The marks in order of place, where such are possible.
fn expected(chars: &[char], entities: &[MarkedEntity]) -> Result<Vec<Mark>, Unmarkable> {
    let mut marks = Vec::new();
    for entity in entities {
        let (start, end) = (entity.span.0 as usize, entity.span.1 as usize);
        let value: serde_json::Value =
            serde_json::from_str(entity.value.for_export()).map_err(|_| Unmarkable)?;
        // A whole number beyond 64 bits would lose digits.
        let rounded = value.is_f64() && !entity.value.for_export().contains(['.', 'e', 'E']);
        let writable = (value.is_string() || value.is_number()) && !rounded;
        if start >= end || end > chars.len() || !writable {
            return Err(Unmarkable);
        }
        let own = |text: &Option<crate::text::Untrusted>| {
            text.as_ref().map(|t| t.for_export().to_owned())
        };
        marks.push(Mark {
            start,
            end,
            name: entity.name.for_export().to_owned(),
            value,
            role: own(&entity.role),
            group: own(&entity.group),
        });
    }
    marks.sort_by_key(|m| (m.start, m.end));
    let crossing = |pair: &[Mark]| {
        pair[1].start < pair[0].end && (pair[0].start, pair[0].end) != (pair[1].start, pair[1].end)
    };
    if marks.windows(2).any(crossing) {
        return Err(Unmarkable);
    }
    Ok(marks)
}

#[derive(Clone, Copy, PartialEq)]
enum Brackets {
    /// Where they open nothing by themselves, so that files stay easy to read.
    AsTheyAre,
    /// Each as a text without entities.
    Escaped,
}

fn write(chars: &[char], marks: &[Mark], brackets: Brackets) -> String {
    let mut out = String::with_capacity(chars.len());
    let mut at = 0;
    for same in marks.chunk_by(|a, b| (a.start, a.end) == (b.start, b.end)) {
        let (start, end) = (same[0].start, same[0].end);
        plain(&mut out, chars, at..start, brackets);
        let text: String = chars[start..end].iter().collect();
        out.push('[');
        out.push_str(&text);
        out.push(']');
        match same {
            [one] if one.is_plain(&text) => {
                out.push('(');
                out.push_str(&one.name);
                out.push(')');
            }
            [one] => out.push_str(&one.json(&text)),
            several => {
                let all: Vec<String> = several.iter().map(|m| m.json(&text)).collect();
                out.push('[');
                out.push_str(&all.join(","));
                out.push(']');
            }
        }
        at = end;
    }
    plain(&mut out, chars, at..chars.len(), brackets);
    out
}

/// Text between entities. What Rasa would strip from the ends is kept as a text without entities.
fn plain(out: &mut String, chars: &[char], part: std::ops::Range<usize>, brackets: Brackets) {
    for place in part {
        let c = chars[place];
        let at_end = place == 0 || place + 1 == chars.len();
        if (c == '[' && brackets == Brackets::Escaped) || (at_end && is_stripped(c)) {
            out.push('[');
            out.push(c);
            out.push_str("][]");
        } else {
            out.push(c);
        }
    }
}

/// White space as Python's `str.strip` sees it: the test reader strips all of it.
fn is_stripped(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

impl Mark {
    /// True where `[text](name)` says it all.
    fn is_plain(&self, text: &str) -> bool {
        self.role.is_none()
            && self.group.is_none()
            && self.value.as_str() == Some(text)
            && !self.name.contains([':', ')'])
    }

    /// The attributes as JSON that holds no closing bracket of either kind within a text, since the reader
    /// takes the first one for the end.
    fn json(&self, text: &str) -> String {
        let mut fields = vec![("entity", serde_json::Value::from(self.name.as_str()))];
        fields.extend(self.role.as_deref().map(|r| ("role", r.into())));
        fields.extend(self.group.as_deref().map(|g| ("group", g.into())));
        if self.value.as_str() != Some(text) {
            fields.push(("value", self.value.clone()));
        }
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| {
                let value = value.to_string();
                let value = value.replace('}', "\\u007d").replace(']', "\\u005d");
                format!("\"{name}\": {value}")
            })
            .collect();
        format!("{{{}}}", fields.join(", "))
    }
}

#[cfg(test)]
mod tests;
