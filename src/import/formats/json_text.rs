//! JSON as text: mending what strict readers refuse, and one spelling for equal values.
//!
//! Nothing here builds a tree, so that numbers keep their digits and nesting costs nothing. The source's
//! own bytes are kept elsewhere; what is mended here is only what gets parsed.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::import::records::DEPTH_CAP;

/// Replaces escapes of lone surrogates (`\ud83d` without its other half) by `\ufffd`: Python writes
/// them, and no Unicode string can hold them.
pub(crate) fn mend_surrogates(raw: &str) -> Cow<'_, str> {
    let bytes = raw.as_bytes();
    let mut mended: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        match escape(bytes, at) {
            Some(0xd800..=0xdbff) => {
                if matches!(escape(bytes, at + 6), Some(0xdc00..=0xdfff)) {
                    at += 12;
                    continue;
                }
            }
            Some(0xdc00..=0xdfff) => {}
            Some(_) => {
                at += 6;
                continue;
            }
            None => {
                at += 2;
                continue;
            }
        }
        let out = mended.get_or_insert_with(|| String::with_capacity(raw.len()));
        out.push_str(&raw[copied..at]);
        out.push_str("\\ufffd");
        at += 6;
        copied = at;
    }
    match mended {
        Some(mut out) => {
            out.push_str(&raw[copied..]);
            Cow::Owned(out)
        }
        None => Cow::Borrowed(raw),
    }
}

/// The code of a `\uXXXX` at `at`.
fn escape(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Replaces `NaN`, `Infinity` and `-Infinity`, which Python writes for figures that are none, by `null`.
/// `None` where there are none.
pub(crate) fn mend_numbers(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut changed = false;
    let mut rest = raw;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' {
            string_length(rest)
        } else if let Some(word) = ["NaN", "Infinity", "-Infinity"]
            .into_iter()
            .find(|word| rest.starts_with(word))
        {
            changed = true;
            out.push_str("null");
            rest = &rest[word.len()..];
            continue;
        } else {
            first.len_utf8()
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    changed.then_some(out)
}

/// Length in bytes of the string literal that `text` begins with, quotes included.
fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        // Whatever is escaped, one byte of it is no quote; multi-byte characters go on unharmed.
        at += 2;
    }
    text.len()
}

/// True if the value nests deeper than can be read safely.
pub(crate) fn too_deep(raw: &str) -> bool {
    deeper_than(raw, DEPTH_CAP)
}

/// True if there are more than `levels` brackets inside each other.
pub(crate) fn deeper_than(raw: &str, levels: u32) -> bool {
    // Most records have fewer brackets altogether.
    let mut brackets = memchr::memchr2_iter(b'[', b'{', raw.as_bytes());
    if brackets.nth(levels as usize).is_none() {
        return false;
    }
    let bytes = raw.as_bytes();
    let (mut depth, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += string_length(&raw[at..]);
                continue;
            }
            b'[' | b'{' => {
                depth += 1;
                if depth > levels {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    false
}

/// One spelling for equal JSON: no blanks, strings escaped only where they must be, numbers digit by
/// digit as they were. `raw` is valid JSON. Events are known by their values, whichever exporter wrote
/// them.
pub(crate) fn canonical(raw: &str) -> Cow<'_, str> {
    let plain = |b: &u8| !matches!(b, b'\\' | b' ' | b'\n' | b'\r' | b'\t');
    if raw.as_bytes().iter().all(plain) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' {
            string_length(rest)
        } else {
            first.len_utf8()
        };
        let part = &rest[..length];
        rest = &rest[length..];
        match first {
            ' ' | '\n' | '\r' | '\t' => {}
            '"' if part.contains('\\') => match serde_json::from_str::<String>(part) {
                Ok(text) => push_string(&mut out, &text),
                Err(_) => out.push_str(part),
            },
            _ => out.push_str(part),
        }
    }
    Cow::Owned(out)
}

/// Writes a JSON string, escaping quotes, backslashes and control characters alone.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                // Writing into a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_kept() {
        let cases = [
            (r#""a\ud83d""#, r#""a\ufffd""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d x""#, r#""\\\ufffd x""#),
            (r#""\u00e4\"\ud8"#, r#""\u00e4\"\ud8"#),
            ("\\", "\\"),
        ];
        for (raw, mended) in cases {
            assert_eq!(mend_surrogates(raw), mended, "{raw}");
        }
    }

    #[test]
    fn figures_that_are_none_become_null_outside_strings_alone() {
        let raw = r#"{"a": NaN, "b": -Infinity, "c": "NaN \" Infinity"}"#;
        let mended = r#"{"a": null, "b": null, "c": "NaN \" Infinity"}"#;
        assert_eq!(mend_numbers(raw).as_deref(), Some(mended));
        assert_eq!(mend_numbers(r#"{"c": "NaN"}"#), None);
    }

    #[test]
    fn depth_is_counted_outside_strings_alone() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(!too_deep(&deep(128)));
        assert!(too_deep(&deep(129)));
        assert!(!too_deep(&format!("[\"{}\"]", "[".repeat(1000))));
        assert!(!too_deep(&format!("[{}]", ["[]"; 500].join(","))));
    }

    #[test]
    fn equal_values_have_one_spelling() {
        let cases = [
            ("null", "null"),
            (
                r#"{"a": [1.50, "gr\u00f6\u00dfe"]}"#,
                r#"{"a":[1.50,"größe"]}"#,
            ),
            (r#""a b""#, r#""a b""#),
            (r#""\u0000\/\"""#, r#""\u0000/\"""#),
            ("12345678901234567890123", "12345678901234567890123"),
        ];
        for (raw, one) in cases {
            assert_eq!(canonical(raw), one, "{raw}");
        }
    }
}
