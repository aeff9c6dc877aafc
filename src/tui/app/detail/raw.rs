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

    #[test]
    fn huge_and_deep_records_show_their_outline() {
        // Deeper than any stack; only so much of it unfolds as fits.
        for depth in [1_000, 100_000] {
            let raw = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            let shown = lines(Some(&raw), 20);
            assert!(shown.len() <= 20 && shown[0] == "[", "{shown:?}");
            let deepest = shown.iter().find(|l| l.contains('…')).unwrap();
            assert!(deepest.starts_with("[ … ]"), "{deepest}");
        }
        let members: Vec<String> = (0..100_000).map(|i| format!("\"k{i}\":{i}")).collect();
        let raw = format!("{{\"many\":{{{}}},\"end\":1}}", members.join(","));
        assert_eq!(
            lines(Some(&raw), 20),
            ["{", "\"many\": { … },  100,000 lines", "\"end\": 1", "}"]
        );
        // One huge text stays one row or a few, until somebody unfolds it: then no word is missing.
        let long = format!("{{\"text\":\"{}\"}}", "wört ".repeat(200_000));
        let event = Event {
            raw: Some(long.as_str().into()),
            ..Event::default()
        };
        let mut doc = doc(&event, 20);
        doc.arrange(80);
        assert!(doc.rows().len() < 30, "{}", doc.rows().len());
        assert_eq!(doc.tail(1).as_deref(), Some("… 1,198,810 bytes more"));
        doc.fold(1, false);
        doc.arrange(80);
        assert!(doc.rows().len() > 10_000);
        let shown: usize = doc.rows().iter().map(|r| doc.safe(r).1.len()).sum();
        // The blank at which a line ends is not drawn.
        let all = 1_000_000 - doc.rows().len();
        assert!(shown >= all, "{shown} of {all}");
    }
}
