//! The tabs of the detail as lines in pieces of different roles: what they say, not where it stands.

use std::borrow::Cow;

use super::App;
use super::reader::{Open, Tab};
use crate::model::{Event, slot_state_at};
use crate::text::{self, SafeText};
use crate::tui::theme::Role;
use crate::tui::{confidence, unquoted};

/// One line of a tab, in pieces of different roles.
pub type Pieces = Vec<(SafeText, Role)>;

/// The lines of the present tab at that width; none for the prediction, which is drawn with bars.
pub fn lines(app: &App, open: &Open, width: u16) -> Vec<Pieces> {
    let event = open
        .cursor
        .and_then(|seq| open.whole.events.get(seq).map(|e| (seq, e)));
    match (app.reader.tab, event) {
        (Tab::Slots, Some((seq, _))) => slots(open, seq),
        (Tab::Raw, Some((_, event))) => raw(event, width),
        (Tab::Conversation, _) => conversation(app, open),
        _ => Vec::new(),
    }
}

/// All slots after the event, with what changed against the turn before.
fn slots(open: &Open, seq: usize) -> Vec<Pieces> {
    let now = slot_state_at(&open.whole.events, seq);
    let turn = open
        .whole
        .facts
        .turns
        .iter()
        .find(|t| (t.first as usize..t.end as usize).contains(&seq));
    let before = match turn {
        Some(turn) if turn.first > 0 => slot_state_at(&open.whole.events, turn.first as usize - 1),
        _ => Vec::new(),
    };
    let mut lines = Vec::new();
    for (name, value) in &now {
        let old = before
            .iter()
            .find(|(n, _)| n == name)
            .map_or("null", |(_, v)| v.for_search());
        let new = value.for_search();
        let (mark, role) = match (old, new) {
            (o, n) if o == n => ("  ", Role::Plain),
            ("null", _) => ("+ ", Role::Set),
            (_, "null") => ("- ", Role::Cleared),
            _ => ("~ ", Role::Changed),
        };
        if new == "null" && old == "null" {
            continue;
        }
        let mut line = vec![
            (SafeText::line(mark), role),
            (name.line(), Role::Plain),
            (SafeText::line(": "), Role::Dim),
        ];
        line.push((
            SafeText::line(if new == "null" { "none" } else { unquoted(new) }),
            role,
        ));
        if old != new && old != "null" {
            line.push((SafeText::line("  was "), Role::Dim));
            line.push((SafeText::line(unquoted(old)), Role::Dim));
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(vec![(
            SafeText::line("no slot is set after this event"),
            Role::Dim,
        )]);
    }
    lines
}

fn raw(event: &Event, width: u16) -> Vec<Pieces> {
    let Some(raw) = &event.raw else {
        return vec![vec![(
            SafeText::line("the source has no record of its own for this event"),
            Role::Dim,
        )]];
    };
    let safe = SafeText::block(&indented(raw.for_search()));
    text::wrap(&safe, usize::from(width).max(10))
        .into_iter()
        .map(|line| {
            let words: String = line
                .clusters
                .filter_map(|i| safe.cluster(i).map(|c| c.text.to_owned()))
                .collect();
            vec![(SafeText::line(&words), Role::Plain)]
        })
        .collect()
}

/// A record of the source with a line for each member. Nothing but white space differs: order, figures and
/// escapes stay as they were written.
fn indented(json: &str) -> Cow<'_, str> {
    if serde_json::from_str::<serde::de::IgnoredAny>(json).is_err() {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0usize;
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth.min(40)));
    };
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push(c);
                let mut escaped = false;
                for c in chars.by_ref() {
                    out.push(c);
                    if c == '"' && !escaped {
                        break;
                    }
                    escaped = c == '\\' && !escaped;
                }
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|c| c.is_ascii_whitespace()).is_some() {}
                match chars.next_if(|c| matches!(c, '}' | ']')) {
                    Some(end) => out.push(end),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn conversation(app: &App, open: &Open) -> Vec<Pieces> {
    let card = &open.whole.card;
    let a = &card.attributes;
    let facts = &open.whole.facts;
    let mut lines: Vec<Pieces> = Vec::new();
    let mut add = |name: &str, value: Option<SafeText>| {
        if let Some(value) = value {
            lines.push(vec![
                (SafeText::line(&format!("{name:<18}")), Role::Dim),
                (value, Role::Plain),
            ]);
        }
    };
    let own = |s: String| Some(SafeText::line(&s));
    add("id", own(card.id.to_string()));
    add("external id", Some(card.external_id.line()));
    add("source", Some(card.source.line()));
    for (name, value) in [
        ("user", &a.user_name),
        ("user id", &a.user_id),
        ("channel", &a.channel),
        ("language", &a.language),
        ("location", &a.location),
        ("device", &a.device),
        ("version", &a.version),
        ("environment", &a.environment),
        ("agent", &a.agent),
        ("rating comment", &a.rating_comment),
        ("summary", &a.summary),
    ] {
        add(name, value.as_ref().map(|v| v.line()));
    }
    add("rating", a.rating.and_then(|r| own(r.to_string())));
    add("started", card.started.and_then(|t| own(app.day_time(t))));
    add("ended", card.ended.and_then(|t| own(app.day_time(t))));
    add(
        "messages",
        own(format!(
            "{} (user {}, bot {}, agent {})",
            facts.messages, facts.user_messages, facts.bot_messages, facts.agent_messages
        )),
    );
    add("queries", own(facts.queries.to_string()));
    add("fallbacks", own(facts.fallbacks.to_string()));
    add("threshold", own(confidence(facts.threshold.0)));
    for (name, value) in [
        ("lowest confidence", facts.min_confidence),
        ("lowest margin", facts.min_margin),
        ("lowest action", facts.min_action_confidence),
    ] {
        add(name, value.and_then(|c| own(confidence(c.0))));
    }
    for flow in &facts.flows {
        let step = flow
            .step
            .as_ref()
            .map(|s| format!("/{}", s.line().as_str()))
            .unwrap_or_default();
        let state = match flow.state {
            crate::model::FlowState::Completed => "completed",
            crate::model::FlowState::Cancelled => "left",
            _ => "not finished",
        };
        add(
            "flow",
            own(format!("{}{step} {state}", flow.name.line().as_str())),
        );
    }
    for (name, value) in &a.metadata {
        let value = SafeText::line(unquoted(value.for_search()));
        lines.push(vec![
            (name.line(), Role::Dim),
            (SafeText::line("  "), Role::Dim),
            (value, Role::Plain),
        ]);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_spread_over_lines_and_otherwise_verbatim() {
        let json =
            r#"{"z": 1.10,"a" :[1, {"x\"{,":"y: \\"}, [ ], {}],"n":12345678901234567890123}"#;
        let spread = indented(json);
        assert_eq!(
            spread,
            "{\n  \"z\": 1.10,\n  \"a\": [\n    1,\n    {\n      \"x\\\"{,\": \"y: \\\\\"\n    },\n    \
             [],\n    {}\n  ],\n  \"n\": 12345678901234567890123\n}"
        );
        assert_eq!(indented("no {json"), "no {json");
        assert_eq!(indented("[\"\"]"), "[\n  \"\"\n]");
    }
}
