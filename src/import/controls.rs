//! Control characters that stand in JSON strings as they are. JSON forbids them, careless writers write
//! them, and a record is not lost for that.

use std::borrow::Cow;
use std::io::Write as _;

/// The record with such characters as escapes.
pub(super) fn escaped(raw: &[u8]) -> Cow<'_, [u8]> {
    // Most records hold none, not even between their values.
    if raw.iter().all(|&byte| byte >= b' ') {
        return Cow::Borrowed(raw);
    }
    let mut out: Option<Vec<u8>> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(open) = memchr::memchr(b'"', &raw[at..]) {
        at += open + 1;
        while let Some(&byte) = raw.get(at) {
            match byte {
                b'"' => break,
                b'\\' => at += 1,
                0..b' ' => {
                    let out = out.get_or_insert_default();
                    out.extend_from_slice(&raw[copied..at]);
                    // Writing into memory cannot fail.
                    let _ = write!(out, "\\u{byte:04x}");
                    copied = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        at = (at + 1).min(raw.len());
    }
    match out {
        None => Cow::Borrowed(raw),
        Some(mut out) => {
            out.extend_from_slice(&raw[copied..]);
            Cow::Owned(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_in_strings_is_escaped() {
        for (raw, expected) in [
            ("{\"a\":\t1}", "{\"a\":\t1}"),
            (
                "{\"a\tb\":\n\"c\x1b\\\"\n\"}",
                "{\"a\\u0009b\":\n\"c\\u001b\\\"\\u000a\"}",
            ),
            ("\"open\t", "\"open\\u0009"),
            ("\t\"\\", "\t\"\\"),
        ] {
            assert_eq!(escaped(raw.as_bytes()), expected.as_bytes(), "{raw:?}");
        }
    }
}
