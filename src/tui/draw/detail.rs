//! The detail of the event under the cursor: prediction, slots, raw record, conversation.

use std::borrow::Cow;

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::reader::{Open, Tab};
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};
use super::list::confidence;
use super::reader::{bar, shown_intent, unquoted};
use crate::model::{Confidence, Event, EventKind, slot_state_at};
use crate::text::{self, SafeText};

/// One line of a tab, in pieces of different roles.
type Pieces = Vec<(SafeText, Role)>;

pub(super) fn draw(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let dim = theme.style(Role::Dim);
    let rule = theme.glyph(Glyph::BarRest);
    pen.word(
        area.x,
        area.y,
        area.width,
        &rule.repeat(usize::from(area.width)),
        dim,
    );
    let mut x = area.x + 3;
    for tab in Tab::ALL {
        let title = if tab == app.reader.tab {
            format!(" [{}] ", tab.title())
        } else {
            format!(" {} ", tab.title())
        };
        let role = if tab == app.reader.tab {
            Role::Accent
        } else {
            Role::Dim
        };
        x += pen.word(
            x,
            area.y,
            area.right().saturating_sub(x),
            &title,
            theme.style(role),
        );
    }
    let Some(open) = &app.reader.open else { return };
    let body = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    let event = open
        .cursor
        .and_then(|seq| open.whole.events.get(seq).map(|e| (seq, e)));
    match (app.reader.tab, event) {
        (Tab::Prediction, Some((seq, event))) => {
            let (seq, event) = predicted(open, seq, event);
            prediction(app, open, seq, event, body, pen);
        }
        (Tab::Slots, Some((seq, _))) => pieces(app, body, &slots(open, seq), pen),
        (Tab::Raw, Some((_, event))) => pieces(app, body, &raw(event, body.width), pen),
        (Tab::Conversation, _) => pieces(app, body, &conversation(app, open), pen),
        (_, None) => {
            pen.word(
                body.x,
                body.y,
                body.width,
                "the header: the conversation's own detail is under Conversation",
                dim,
            );
        }
    }
}

/// The event whose prediction is shown: the one under the cursor where it is a message or an action, else
/// the user message of its turn.
fn predicted<'a>(open: &'a Open, seq: usize, event: &'a Event) -> (usize, &'a Event) {
    if matches!(event.kind, EventKind::User | EventKind::Action) {
        return (seq, event);
    }
    let turns = &open.whole.facts.turns;
    let turn = turns
        .iter()
        .find(|t| (t.first as usize..t.end as usize).contains(&seq));
    let user = turn.and_then(|t| t.user).map(|u| u as usize);
    user.and_then(|u| open.whole.events.get(u).map(|e| (u, e)))
        .unwrap_or((seq, event))
}

fn pieces(app: &App, area: Rect, lines: &[Pieces], pen: &mut Pen<'_>) {
    let top = app
        .reader
        .detail_top
        .min(lines.len().saturating_sub(usize::from(area.height)));
    for (row, line) in lines
        .iter()
        .skip(top)
        .take(usize::from(area.height))
        .enumerate()
    {
        let mut x = area.x;
        for (text, role) in line {
            x += pen.text(
                x,
                area.y + row as u16,
                area.right().saturating_sub(x),
                text,
                app.theme.style(*role),
            );
        }
    }
    let hidden = lines.len().saturating_sub(top + usize::from(area.height));
    if hidden > 0 {
        let words = format!(" {hidden} more lines: wheel, or e for $PAGER ");
        pen.right(
            area.right(),
            area.bottom().saturating_sub(1),
            area.width,
            &words,
            app.theme.style(Role::Dim),
        );
    }
}

fn prediction(app: &App, open: &Open, seq: usize, event: &Event, area: Rect, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let dim = theme.style(Role::Dim);
    let threshold = open.whole.facts.threshold;
    let width = area.width;
    let Some(intent) = &event.intent else {
        let words = match (event.kind, &event.action) {
            (EventKind::Action, Some(action)) => format!(
                "action {} · confidence {} · policy {}",
                action
                    .name
                    .as_ref()
                    .map(|n| n.line().as_str().to_owned())
                    .unwrap_or_else(|| "without a name".into()),
                action.confidence.map_or("none".into(), figures),
                action
                    .policy
                    .as_ref()
                    .map(|p| p.line().as_str().to_owned())
                    .unwrap_or_else(|| "none".into()),
            ),
            (EventKind::User, _) => "no prediction is recorded for this message".to_owned(),
            _ => format!(
                "a {} event: predictions belong to user messages",
                event.kind.name()
            ),
        };
        pen.word(area.x, area.y, width, &words, dim);
        return;
    };
    let turn = open
        .whole
        .facts
        .turns
        .iter()
        .find(|t| t.user == Some(seq as u32));
    let state = match turn.map(|t| (super::reader::turn_mark(t).0, t.mark)) {
        Some(("x", _)) => ("not understood", Role::Fail),
        Some(("?", _)) => ("in doubt, though it acted", Role::Doubt),
        Some((_, crate::model::MessageMark::Click)) => ("button click", Role::Plain),
        Some((_, crate::model::MessageMark::NoPrediction)) => ("no prediction", Role::Dim),
        _ => ("understood", Role::Good),
    };
    let figure = |c: Option<Confidence>| c.map_or_else(|| "none".to_owned(), figures);
    let mut words = format!(
        ": effective {} · margin {} · threshold {}",
        figure(intent.effective()),
        figure(intent.margin()),
        figures(threshold)
    );
    if intent.confidence != intent.effective() {
        let name = intent
            .name
            .as_ref()
            .map(|n| n.line().as_str().to_owned())
            .unwrap_or_default();
        words.push_str(&format!(
            " · recorded {} ({name})",
            figure(intent.confidence)
        ));
    }
    let used = pen.word(area.x, area.y, width, state.0, theme.style(state.1));
    pen.word(
        area.x + used,
        area.y,
        width - used,
        &words,
        theme.style(Role::Plain),
    );
    let name_width = 24.min(width / 3);
    let cells = width.saturating_sub(name_width + 3 + 6).min(60);
    let mut y = area.y + 1;
    let winner = shown_intent(intent).map(|s| s.0);
    let last = area.bottom().saturating_sub(1);
    for (i, ranked) in intent.ranking.iter().enumerate() {
        if y >= last {
            break;
        }
        let name = ranked.name.line();
        let style = if Some(&name) == winner.as_ref() {
            theme.style(state.1)
        } else {
            theme.style(Role::Plain)
        };
        pen.word(area.x, y, 2, &format!("{}", i + 1), dim);
        pen.text(area.x + 2 + u16::from(i > 8), y, name_width, &name, style);
        if let Some(c) = ranked.confidence {
            let x = area.x + name_width + 4;
            let used = bar(theme, c, cells, Some(threshold), x, y, cells, style, pen);
            pen.word(x + used + 1, y, 5, &figures(c), style);
        }
        y += 1;
    }
    if intent.ranking.is_empty() {
        pen.word(area.x, y, width, "no ranking is recorded", dim);
        y += 1;
    }
    entities(
        app,
        event,
        Rect::new(area.x, y, width, area.bottom().saturating_sub(y)),
        pen,
    );
}

fn figures(c: Confidence) -> String {
    confidence(c.0)
}

/// `entities: I just did. [1182](order_id)`: the text with its entities marked, as Rasa writes them.
fn entities(app: &App, event: &Event, area: Rect, pen: &mut Pen<'_>) {
    if area.height == 0 {
        return;
    }
    let theme = app.theme;
    if event.entities.is_empty() {
        pen.word(
            area.x,
            area.y,
            area.width,
            "no entities",
            theme.style(Role::Dim),
        );
        return;
    }
    let mut x = area.x
        + pen.word(
            area.x,
            area.y,
            area.width,
            "entities: ",
            theme.style(Role::Dim),
        );
    for entity in &event.entities {
        let value = SafeText::line(unquoted(entity.value.for_search()));
        let room = area.right().saturating_sub(x);
        x += pen.word(x, area.y, room, "[", theme.style(Role::Dim));
        x += pen.text(
            x,
            area.y,
            area.right().saturating_sub(x),
            &value.cut(30),
            theme.style(Role::Set),
        );
        let words = format!("]({}) ", entity.name.line().as_str());
        x += pen.word(
            x,
            area.y,
            area.right().saturating_sub(x),
            &words,
            theme.style(Role::Dim),
        );
    }
}

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
    add("threshold", own(figures(facts.threshold)));
    for (name, value) in [
        ("lowest confidence", facts.min_confidence),
        ("lowest margin", facts.min_margin),
        ("lowest action", facts.min_action_confidence),
    ] {
        add(name, value.and_then(|c| own(figures(c))));
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
