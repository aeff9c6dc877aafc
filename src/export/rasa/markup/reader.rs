//! Marked text as Rasa 3.6 reads it: the rules of its `ENTITY_REGEX`, so that what is written can be held
//! against what would be read. Nothing here writes.

use serde_json::Value;

use super::{Mark, is_stripped};

/// What Rasa makes of a marked text.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    /// The text without marks.
    pub(super) text: String,
    /// The entities, in order of place.
    pub(super) entities: Vec<Mark>,
}

/// Reads a marked text; `None` where Rasa would refuse the file for it.
pub(super) fn read(marked: &str) -> Option<Read> {
    let chars: Vec<char> = marked.chars().collect();
    let chars = stripped(&chars);
    let mut out = Read {
        text: String::new(),
        entities: Vec::new(),
    };
    // Places count characters, not bytes.
    let (mut at, mut place) = (0, 0);
    while at < chars.len() {
        let Some((inner, annotation, end)) = annotated(chars, at) else {
            out.text.push(chars[at]);
            (at, place) = (at + 1, place + 1);
            continue;
        };
        let text: String = inner.iter().collect();
        let (start, stop) = (place, place + inner.len());
        for (name, value, role, group) in annotation.entities()? {
            out.entities.push(Mark {
                start,
                end: stop,
                name,
                value: value.unwrap_or_else(|| text.as_str().into()),
                role,
                group,
            });
        }
        out.text.push_str(&text);
        (at, place) = (end, stop);
    }
    Some(out)
}

fn stripped(chars: &[char]) -> &[char] {
    let from = chars
        .iter()
        .position(|c| !is_stripped(*c))
        .unwrap_or(chars.len());
    let to = chars
        .iter()
        .rposition(|c| !is_stripped(*c))
        .map_or(from, |last| last + 1);
    &chars[from..to]
}

/// What stands behind the brackets.
enum Annotation {
    /// `(name)` or `(name:value)`
    Name(String, Option<String>),
    /// `{…}`, without its braces
    Object(String),
    /// `[…]`, without its brackets
    List(String),
}

type Attributes = (String, Option<Value>, Option<String>, Option<String>);

impl Annotation {
    fn entities(self) -> Option<Vec<Attributes>> {
        match self {
            Self::Name(name, value) => Some(vec![(name, value.map(Value::from), None, None)]),
            Self::Object(inner) => Some(vec![attributes(&inner)?]),
            Self::List(inner) => {
                let mut all = Vec::new();
                let mut rest = inner.as_str();
                while let Some(open) = rest.find('{') {
                    let Some(close) = rest[open + 1..].find('}') else {
                        break;
                    };
                    let object = &rest[open + 1..open + 1 + close];
                    // `{}` is no object of at least one character: the search goes on behind the brace.
                    if object.is_empty() {
                        rest = &rest[open + 1..];
                        continue;
                    }
                    all.push(attributes(object)?);
                    rest = &rest[open + close + 2..];
                }
                Some(all)
            }
        }
    }
}

/// The attributes of an entity; `None` where Rasa refuses them.
fn attributes(inner: &str) -> Option<Attributes> {
    let object: serde_json::Map<String, Value> =
        serde_json::from_str(&format!("{{{inner}}}")).ok()?;
    let text = |key: &str| match object.get(key) {
        None => Some(None),
        Some(value) => value.as_str().map(|t| Some(t.to_owned())),
    };
    let value = match object.get("value") {
        Some(value) if !(value.is_string() || value.is_number()) => return None,
        value => value.cloned(),
    };
    Some((text("entity")??, value, text("role")?, text("group")?))
}

/// The annotated text that begins at `at`, what is said of it, and where it ends.
fn annotated(chars: &[char], at: usize) -> Option<(&[char], Annotation, usize)> {
    let find = |from: usize, wanted: &[char]| {
        let found = chars.get(from..)?.iter().position(|c| wanted.contains(c))?;
        Some(from + found)
    };
    let of = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    if chars[at] != '[' {
        return None;
    }
    let close = find(at + 1, &[']'])?;
    if close == at + 1 {
        return None;
    }
    let inner = &chars[at + 1..close];
    let from = close + 2;
    let (annotation, end) = match chars.get(close + 1)? {
        '(' => {
            let end = find(from, &[':', ')'])?;
            if end == from {
                return None;
            }
            let name = of(from, end);
            if chars[end] == ')' {
                (Annotation::Name(name, None), end)
            } else {
                let last = find(end + 1, &[')'])?;
                if last == end + 1 {
                    return None;
                }
                (Annotation::Name(name, Some(of(end + 1, last))), last)
            }
        }
        '{' => {
            let end = find(from, &['}'])?;
            if end == from {
                return None;
            }
            (Annotation::Object(of(from, end)), end)
        }
        '[' => {
            // A list does not reach over a line.
            let end = find(from, &[']', '\n'])?;
            if chars[end] == '\n' {
                return None;
            }
            (Annotation::List(of(from, end)), end)
        }
        _ => return None,
    };
    Some((inner, annotation, end + 1))
}
