//! A JSON value as lines, one for each member, folded by objects and arrays. Nothing but white space differs
//! from what is in the log: order, figures and escapes stay as they were written.

use super::doc::Doc;
use crate::tui::theme::Role;

/// Adds a value to the last line, and lines for what is in it, at `indent` and deeper. False, and nothing
/// added, where the text is no JSON.
pub fn add(doc: &mut Doc, indent: u16, json: &str, role: Role) -> bool {
    if serde_json::from_str::<serde::de::IgnoredAny>(json).is_err() {
        return false;
    }
    let bytes = json.as_bytes();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    // The line that what comes next stands on.
    let mut line = doc.len() - 1;
    let deeper = |open: &[usize]| indent.saturating_add(open.len().min(1_000) as u16);
    while at < bytes.len() {
        let from = at;
        at += 1;
        match bytes[from] {
            b'"' => {
                while at < bytes.len() && bytes[at] != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                at = (at + 1).min(bytes.len());
                let key = bytes[at..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':');
                doc.add(&json[from..at], if key { Role::Tag } else { role });
            }
            b'{' | b'[' => {
                let end = bytes[at..].iter().position(|b| !b.is_ascii_whitespace());
                let end = at + end.unwrap_or(0);
                if matches!(bytes.get(end), Some(b'}' | b']')) {
                    doc.add(if bytes[from] == b'{' { "{}" } else { "[]" }, role);
                    at = end + 1;
                } else {
                    doc.add(&json[from..at], Role::Dim);
                    open.push(line);
                    line = doc.line(deeper(&open));
                }
            }
            b'}' | b']' => {
                let opened = open.pop();
                line = doc.line(deeper(&open));
                doc.add(&json[from..at], Role::Dim);
                if let Some(opened) = opened {
                    doc.close(opened);
                }
            }
            b',' => {
                doc.add(",", Role::Dim);
                line = doc.line(deeper(&open));
            }
            b':' => doc.add(": ", Role::Dim),
            b if b.is_ascii_whitespace() => {}
            _ => {
                let ends = |b: &u8| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace();
                at = bytes[from..]
                    .iter()
                    .position(ends)
                    .map_or(bytes.len(), |n| from + n);
                doc.add(&json[from..at], role);
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(json: &str) -> String {
        let mut doc = Doc::default();
        doc.line(0);
        assert!(add(&mut doc, 0, json, Role::Plain));
        doc.texts().collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_record_is_spread_over_lines_and_otherwise_verbatim() {
        let json =
            r#"{"z": 1.10,"a" :[1, {"x\"{,":"y: \\"}, [ ], {}],"n":12345678901234567890123}"#;
        assert_eq!(
            spread(json),
            "{\n  \"z\": 1.10,\n  \"a\": [\n    1,\n    {\n      \"x\\\"{,\": \"y: \\\\\"\n    },\n    \
             [],\n    {}\n  ],\n  \"n\": 12345678901234567890123\n}"
        );
        assert_eq!(spread("[\"\"]"), "[\n  \"\"\n]");
        assert_eq!(spread(" \"ä\\\\\" "), "\"ä\\\\\"");
        assert_eq!(spread("-1.5e3"), "-1.5e3");
    }

    #[test]
    fn what_is_no_json_adds_nothing() {
        for text in ["", "no {json", "{\"a\":", "[1] 2", &"[".repeat(1_000)] {
            let mut doc = Doc::default();
            doc.line(0);
            assert!(!add(&mut doc, 0, text, Role::Plain), "{text}");
            assert_eq!(doc.len(), 1);
            assert_eq!(doc.text(0), "");
        }
    }

    #[test]
    fn members_belong_under_what_holds_them() {
        let mut doc = Doc::default();
        doc.line(0);
        add(&mut doc, 0, r#"{"a": [1, 2], "b": 3}"#, Role::Plain);
        let folds: Vec<_> = (0..doc.len())
            .filter(|i| doc.fold_state(*i).is_some())
            .collect();
        assert_eq!(folds, [0, 1]);
        doc.fold(1, true);
        doc.arrange(60);
        assert_eq!(doc.tail(1).as_deref(), Some(" … ],  2 lines"));
        assert_eq!(doc.rows().len(), 4);
    }
}
