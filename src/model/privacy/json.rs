//! Hiding inside of JSON text: string by string, so that it stays JSON and everything else keeps its bytes.

use super::mask::Mask;
use crate::text::{Untrusted, unescaped};

/// Shorter whole numbers are no personal data.
const FEWEST_DIGITS: usize = 7;

impl Mask<'_> {
    /// Hides in JSON text; `name` is what the value is called. What is no JSON is hidden in as a text.
    pub(crate) fn json(&self, name: &str, value: &Untrusted) -> Untrusted {
        let text = value.for_export();
        match is_json(text) {
            true => self.walk(name, text).into(),
            false => self.text(name, text).text,
        }
    }

    /// Hides in a record of the source; one that is no JSON is left out, since nobody knows its rules.
    pub(crate) fn record(&self, record: &Untrusted) -> Option<Untrusted> {
        let text = record.for_export();
        let structured = text.trim_start().starts_with(['{', '[']);
        (structured && is_json(text)).then(|| self.walk("", text).into())
    }

    fn walk(&self, name: &str, text: &str) -> String {
        let bytes = text.as_bytes();
        let mut out = String::with_capacity(text.len());
        let mut name = name.to_owned();
        let (mut at, mut copied) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'"' => string_end(bytes, at),
                b'-' | b'0'..=b'9' => {
                    let number = |b: &u8| b.is_ascii_digit() || b"+-.eE".contains(b);
                    at + bytes[at..].iter().take_while(|b| number(b)).count()
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            let token = &text[at..end];
            let hidden = match byte {
                b'"' => {
                    let said = decoded(&token[1..token.len().max(2) - 1]);
                    let mut rest = bytes[end..].iter().filter(|b| !b.is_ascii_whitespace());
                    if rest.next() == Some(&b':') {
                        let key = self.label(&said.as_str().into());
                        let changed = key.for_export() != said;
                        name = said;
                        changed.then_some(key)
                    } else {
                        let masked = self.text(&name, &said);
                        masked.has_cuts().then_some(masked.text)
                    }
                }
                _ => self.number(&name, token),
            };
            if let Some(hidden) = hidden {
                out.push_str(&text[copied..at]);
                out.push_str(&quoted(hidden.for_export()));
                copied = end;
            }
            at = end;
        }
        out.push_str(&text[copied..]);
        out
    }

    /// What stands for a number that is an id, a telephone number or a card.
    fn number(&self, name: &str, token: &str) -> Option<Untrusted> {
        let whole = token.bytes().all(|b| b.is_ascii_digit());
        let masked = whole.then(|| match token.len() < FEWEST_DIGITS {
            // Only an id is so short.
            true => self.exactly(token),
            false => Some(self.text(name, token))
                .filter(|m| m.has_cuts())
                .map(|m| m.text),
        });
        masked.flatten()
    }

    /// What stands for a text that is as a whole somebody's id or name.
    fn exactly(&self, text: &str) -> Option<Untrusted> {
        let masked = self.text("", text);
        masked.has_cuts().then_some(masked.text)
    }
}

/// JSON text of a string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// After the string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// What a string says; halves of characters, which no text can hold, become replacement characters.
fn decoded(inside: &str) -> String {
    if !inside.contains('\\') {
        return inside.to_owned();
    }
    unescaped(inside).map(|(_, c)| c).collect()
}
