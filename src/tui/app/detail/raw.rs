//! The tab Raw: the source's record, verbatim.

use super::doc::Doc;
use super::json;
use crate::model::Event;
use crate::tui::theme::Role;

/// The record of an event, folded so that its outline fits in `height` rows.
pub fn doc(event: &Event, height: usize) -> Doc {
    let mut doc = Doc::default();
    match &event.raw {
        None => doc.say(
            0,
            "the source has no record of its own for this event",
            Role::Dim,
        ),
        Some(raw) => {
            let raw = raw.for_search();
            doc.line(0);
            if !json::add(&mut doc, 0, raw, Role::Plain) {
                doc = Doc::default();
                for line in raw.lines() {
                    doc.say(0, line, Role::Plain);
                }
            }
        }
    }
    doc.fold_to_fit(height);
    doc
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(raw: Option<&str>, height: usize) -> Vec<String> {
        let event = Event {
            raw: raw.map(Into::into),
            ..Event::default()
        };
        let mut doc = doc(&event, height);
        doc.arrange(40);
        let text = |r: &super::super::doc::Row| {
            format!(
                "{}{}",
                doc.text(r.line),
                doc.tail(r.line).unwrap_or_default()
            )
        };
        doc.rows().iter().map(text).collect()
    }

    #[test]
    fn a_record_shows_as_far_as_it_fits() {
        let raw = r#"{"a": {"b": [1, 2]}, "c": 3}"#;
        assert_eq!(
            lines(Some(raw), 4),
            ["{", "\"a\": { … },  4 lines", "\"c\": 3", "}"]
        );
        assert_eq!(lines(Some(raw), 9).len(), 9);
    }

    #[test]
    fn what_is_no_json_is_shown_line_by_line() {
        assert_eq!(lines(Some("session_id: \"x\"\nscore: 1.0"), 9).len(), 2);
        assert!(lines(None, 9)[0].contains("no record of its own"));
    }
}
