//! The detail of the event under the cursor: prediction, slots, raw record, conversation.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::detail::{self, Pieces};
use super::super::app::reader::{Open, Tab};
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};
use super::super::{confidence, unquoted};
use super::prediction::{bar, shown_intent};
use crate::model::{Confidence, Event, EventKind};
use crate::text::SafeText;

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
        (Tab::Slots | Tab::Raw, Some(_)) | (Tab::Conversation, _) => {
            pieces(app, body, &detail::lines(app, open, body.width), pen);
        }
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
        let words = format!(" {hidden} more lines: pagedown, or e for $PAGER ");
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
    // What a person says stands first, beside the prediction and never in its place.
    let said = crate::model::correction_words(&open.whole.review, open.whole.keys[seq], event);
    let mut area = area;
    if !said.is_empty() && area.height > 0 {
        let used = pen.word(area.x, area.y, width, "corrected: ", dim);
        let (x, room) = (area.x + used, width.saturating_sub(used));
        pen.word(
            x,
            area.y,
            room,
            said.trim_start_matches("-> "),
            theme.style(Role::Good),
        );
        area = Rect::new(area.x, area.y + 1, width, area.height - 1);
    }
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
    let state = match turn.map(|t| (super::prediction::turn_mark(t).0, t.mark)) {
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
