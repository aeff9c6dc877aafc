//! Writes YAML that every reader takes for the same: each text in double quotes, everything that acts or
//! that a reader might stumble over as an escape, the rest as it is.
//!
//! Quoted, a text stays a text: no `no`, date, key, comment, tag, anchor, variable (`${HOME}`) or document
//! mark can come of it. Nothing here knows what the documents mean.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::value::RawValue;

use super::json_writer::must_hide;

/// The first lines of a file of training data: what it is, and the version of the format.
///
/// The dot is no ornament. Rasa decodes a file of ASCII characters alone as Python's `raw_unicode_escape`
/// before it parses it, and a `\u2028` that a user typed would then be a line break; a character beyond
/// ASCII anywhere in the file keeps it from that.
pub fn head(what: &str) -> String {
    format!("# {what} for Rasa 3 · written by afterword\nversion: \"3.1\"\n\n")
}

/// Appends a text in double quotes, on one line. Returns how many NUL characters became U+FFFD: readers in
/// C end a text there.
pub fn text(out: &mut String, text: &str) -> u64 {
    let mut replaced = 0;
    let mut rest = text.chars().peekable();
    out.push('"');
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            // As a number before a `u`, so that a file cut into parts of plain ASCII is still read right.
            '\\' if matches!(rest.peek(), Some('u' | 'U')) => out.push_str("\\x5c"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => {
                replaced += 1;
                out.push(char::REPLACEMENT_CHARACTER);
            }
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            // Joiners belong to words and to emoji, and act on nothing.
            '\u{200c}' | '\u{200d}' => out.push(c),
            c if must_hide(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                // A `String` takes everything that is written to it.
                let _ = match u32::from(c) {
                    code @ 0..=0xff => write!(out, "\\x{code:02x}"),
                    code @ 0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    replaced
}

/// Appends a JSON value on one line, its texts quoted as [`text`] does and its numbers digit by digit; keys
/// in their order, of equal ones the last. What is no JSON becomes a text. Returns the replaced NULs.
pub fn json(out: &mut String, value: &str) -> u64 {
    let start = out.len();
    if let Ok(value) = serde_json::from_str::<&RawValue>(value)
        && let Some(replaced) = node(out, value)
    {
        return replaced;
    }
    out.truncate(start);
    text(out, value)
}

/// `None` where a text in it does not read: half a character as an escape.
fn node(out: &mut String, value: &RawValue) -> Option<u64> {
    let json = value.get();
    let mut replaced = 0;
    match json.as_bytes().first()? {
        b'"' => replaced += text(out, &serde_json::from_str::<String>(json).ok()?),
        b'[' => {
            out.push('[');
            for (place, item) in serde_json::from_str::<Vec<&RawValue>>(json)
                .ok()?
                .into_iter()
                .enumerate()
            {
                out.push_str(if place > 0 { ", " } else { "" });
                replaced += node(out, item)?;
            }
            out.push(']');
        }
        b'{' => {
            out.push('{');
            for (place, (key, item)) in serde_json::from_str::<BTreeMap<String, &RawValue>>(json)
                .ok()?
                .into_iter()
                .enumerate()
            {
                out.push_str(if place > 0 { ", " } else { "" });
                replaced += text(out, &key);
                out.push_str(": ");
                replaced += node(out, item)?;
            }
            out.push('}');
        }
        _ => out.push_str(json),
    }
    Some(replaced)
}

#[cfg(test)]
mod tests;
