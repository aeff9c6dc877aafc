//! Writes JSON that is safe to look at: control, format and line-separator characters are always
//! `\uXXXX`, so that neither a terminal nor a pager nor a spreadsheet acts on them.

use std::fmt::Write as _;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::model::{Confidence, Millis};
use crate::text::Untrusted;

/// JSON being written, on one line. Commas come by themselves.
#[derive(Debug, Default)]
pub struct JsonWriter {
    out: String,
    /// The next value or key needs no comma before it.
    fresh: bool,
}

impl JsonWriter {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            out: String::new(),
            fresh: true,
        }
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// An object; `fields` writes what is in it.
    pub fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.bracketed('{', '}', fields);
    }

    /// An array; `elements` writes what is in it.
    pub fn array(&mut self, elements: impl FnOnce(&mut Self)) {
        self.bracketed('[', ']', elements);
    }

    fn bracketed(&mut self, open: char, close: char, inner: impl FnOnce(&mut Self)) {
        self.comma();
        self.out.push(open);
        self.fresh = true;
        inner(self);
        self.out.push(close);
        self.fresh = false;
    }

    /// A key; its value comes next.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.comma();
        self.quoted(key);
        self.out.push_str(": ");
        self.fresh = true;
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.comma();
        self.quoted(text);
    }

    /// A text from a log, or null.
    pub fn untrusted(&mut self, text: Option<&Untrusted>) {
        match text {
            Some(text) => self.text(text.for_export()),
            None => self.null(),
        }
    }

    /// A value that is JSON text already: kept digit by digit, with the same characters escaped. What is
    /// no JSON, or JSON that stops strict readers, becomes a text.
    pub fn embedded(&mut self, json: &str) {
        if !is_json(json) {
            return self.text(json);
        }
        self.comma();
        for c in json.trim().chars() {
            match c {
                // Outside of strings, since none may hold them; one line is one object.
                '\n' | '\r' | '\t' => self.out.push(' '),
                c if must_hide(c) => self.hide(c),
                c => self.out.push(c),
            }
        }
    }

    /// `null`.
    pub fn null(&mut self) {
        self.comma();
        self.out.push_str("null");
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.comma();
        self.out.push_str(if value { "true" } else { "false" });
    }

    /// A whole number.
    pub fn number(&mut self, value: impl Into<i64>) {
        self.comma();
        let _ = write!(self.out, "{}", value.into());
    }

    /// A figure, as exact as it is; null where it is none.
    pub fn float(&mut self, value: f64) {
        if value.is_finite() {
            self.comma();
            // The shortest text that reads back the same; whole figures without a fraction.
            let _ = write!(self.out, "{value}");
        } else {
            self.null();
        }
    }

    /// A confidence, or null.
    pub fn confidence(&mut self, value: Option<Confidence>) {
        self.float(value.map_or(f64::NAN, |c| c.0));
    }

    /// A moment, or null.
    pub fn moment(&mut self, at: Option<Millis>) {
        match at {
            Some(at) => self.text(&at.to_rfc3339()),
            None => self.null(),
        }
    }

    fn comma(&mut self) {
        if !std::mem::replace(&mut self.fresh, false) {
            self.out.push_str(", ");
        }
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                c if must_hide(c) => self.hide(c),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn hide(&mut self, c: char) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(self.out, "\\u{unit:04x}");
        }
    }
}

/// True for JSON that every reader takes, so without escapes of half a character (`\ud83d` alone).
fn is_json(text: &str) -> bool {
    let halves = ["\\ud", "\\uD"];
    if halves.iter().any(|half| text.contains(half)) {
        return serde_json::from_str::<serde_json::Value>(text).is_ok();
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Characters that act instead of showing: control, format, line and paragraph separators.
pub(super) fn must_hide(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        let mut json = JsonWriter::new();
        json.array(|json| {
            json.text("a\"\\\n\u{1b}[31m\u{9b}\u{202e}\u{2028}\u{feff}\u{e0041}é漢😀");
            json.embedded("{\"k\u{202e}\":\n 12345678901234567890.10}");
            json.embedded("no json\u{7}");
            json.embedded("[\"\\ud83d\\ude00\"]");
            json.embedded("[\"\\ud83d\"]");
            json.float(0.7);
            json.float(3.0);
            json.float(f64::NAN);
            json.number(5u32);
        });
        assert_eq!(
            json.finish(),
            "[\"a\\\"\\\\\\u000a\\u001b[31m\\u009b\\u202e\\u2028\\ufeff\\udb40\\udc41é漢😀\", \
             {\"k\\u202e\":  12345678901234567890.10}, \"no json\\u0007\", \
             [\"\\ud83d\\ude00\"], \"[\\\"\\\\ud83d\\\"]\", 0.7, 3, null, 5]"
        );
    }
}
