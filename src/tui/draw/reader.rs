//! The conversation: header, lines as in a chat, a map of the whole on the right.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::App;
use super::super::app::lines::{Content, ReaderLine, TEXT_COLUMN};
use super::super::app::reader::Open;
use super::super::layout::{Class, Pane, header_rows};
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role, Theme};
use super::super::{confidence, unquoted};
use super::prediction::{bar, figure2, runner_up, shown_intent, turn_mark};
use super::{header, map};
use crate::model::{Author, Event, FlowState, TurnFacts};
use crate::text::{self, SafeText};

pub(super) fn draw(app: &App, area: Rect, class: Class, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let Some(open) = &app.reader.open else {
        let words = match (&app.reader.error, app.reader.awaited) {
            (Some(error), _) => error.as_str(),
            (None, Some(_)) => "reading…",
            (None, None) => "",
        };
        let role = if app.reader.error.is_some() {
            Role::Fail
        } else {
            Role::Dim
        };
        pen.word(
            area.x + 1,
            area.y + 1,
            area.width.saturating_sub(2),
            words,
            theme.style(role),
        );
        return;
    };
    header::draw(app, open, area, class, pen);
    let top = area.y + header_rows(class);
    let height = area.height.saturating_sub(header_rows(class));
    let drawer = Drawer {
        app,
        open,
        theme,
        area,
    };
    for row in 0..height {
        let Some(line) = open.lines.get(open.top + usize::from(row)) else {
            break;
        };
        drawer.line(line, top + row, pen);
    }
    map::draw(
        app,
        open,
        Rect::new(area.right().saturating_sub(1), top, 1, height),
        pen,
    );
}

struct Drawer<'a> {
    app: &'a App,
    open: &'a Open,
    theme: Theme,
    area: Rect,
}

impl Drawer<'_> {
    fn line(&self, line: &ReaderLine, y: u16, pen: &mut Pen<'_>) {
        let Some(event) = self.open.whole.events.get(line.seq) else {
            return;
        };
        let x = self.area.x;
        let text_x = x + TEXT_COLUMN;
        let width = self.area.width.saturating_sub(TEXT_COLUMN + 2);
        let dim = self.theme.style(Role::Dim);
        match &line.content {
            Content::Text(range) => self.message(event, line, range.clone(), y, pen),
            Content::Prediction => self.prediction(event, line.seq, text_x, y, width, pen),
            Content::Buttons => self.buttons(event, text_x, y, width, pen),
            Content::Payload => {
                if let Some(payload) = &event.payload {
                    let used = pen.word(text_x, y, width, "sent ", dim);
                    pen.text(text_x + used, y, width - used, &payload.line(), dim);
                }
            }
            Content::Folded { count, first } => {
                let word = if *count == 1 { "action" } else { "actions" };
                let used = pen.word(text_x, y, width, &format!("+{count} {word}  "), dim);
                if let Some(event) = self.open.whole.events.get(*first) {
                    self.action_words(event, text_x + used, y, width - used, dim, pen);
                }
            }
            Content::Action => {
                let style = if event.fallback {
                    self.theme.style(Role::Fail)
                } else {
                    dim
                };
                let used = pen.word(text_x, y, width, "-", style);
                self.action_words(event, text_x + used, y, width - used, style, pen);
            }
            Content::Slot(before) => self.slot(event, before.as_deref(), text_x, y, width, pen),
            Content::Flow | Content::FlowLeft => self.flow(event, text_x, y, width, pen),
            Content::Note(at) => {
                if let Some(note) = self.open.whole.review.notes.get(*at) {
                    let words = format!(
                        "\"{}: {}",
                        note.reviewer.line().as_str(),
                        note.text.line().as_str()
                    );
                    pen.word(text_x, y, width, &words, self.theme.style(Role::Flag));
                }
            }
            Content::Ruler(ms) => {
                let bar = self.theme.glyph(Glyph::BarRest).repeat(6);
                pen.word(
                    text_x,
                    y,
                    width,
                    &format!("{bar} {} {bar}", text::gap(*ms)),
                    dim,
                );
            }
            Content::System => {
                let words = match event.kind {
                    crate::model::EventKind::Handover => "handed over to a person".to_owned(),
                    _ => event
                        .text
                        .as_ref()
                        .map(|t| t.line().as_str().replace('_', " "))
                        .unwrap_or_default(),
                };
                pen.word(text_x, y, width, &format!("({words})"), dim);
            }
            Content::Blank => {}
        }
        let here = self.open.cursor == Some(line.seq);
        if line.first && !matches!(line.content, Content::Ruler(_)) {
            self.gutter(event, line.seq, y, here, pen);
        }
        if here && self.app.focus == Pane::Reader && !matches!(line.content, Content::Ruler(_)) {
            // The cursor is the bar at the edge and the speaker reversed: the text itself stays readable.
            pen.word(
                x,
                y,
                1,
                if line.first { ">" } else { "|" },
                self.theme.style(Role::Accent),
            );
            if line.first {
                let cursor = self.theme.style(Role::Cursor);
                pen.restyle(Rect::new(x, y, 17, 1), |s| s.patch(cursor));
            }
        }
    }

    /// Cursor, mark, speaker and time: columns that no text from a log can reach.
    fn gutter(&self, event: &Event, seq: usize, y: u16, here: bool, pen: &mut Pen<'_>) {
        let x = self.area.x;
        let theme = self.theme;
        let flagged = self.flagged(seq);
        let (mark, role) = match self
            .turn_at(seq)
            .filter(|t| t.user == Some(seq as u32))
            .map(turn_mark)
        {
            _ if flagged => ("!", Role::Flag),
            Some(("", _)) | None if self.open.hits.events.binary_search(&(seq as u32)).is_ok() => {
                ("/", Role::Doubt)
            }
            Some(mark) => mark,
            None => ("", Role::Plain),
        };
        if here {
            pen.word(x, y, 1, ">", theme.style(Role::Unread));
        }
        pen.word(x + 1, y, 1, mark, theme.style(role));
        let Some(author) = event.kind.author() else {
            return;
        };
        let (name, role) = match author {
            Author::User => ("user", Role::User),
            Author::Bot => ("bot", Role::Bot),
            Author::Agent => ("agent", Role::Agent),
        };
        let style = if event.reverted {
            theme.style(Role::Reverted)
        } else {
            theme.style(role)
        };
        pen.word(x + 3, y, 5, name, style);
        if let Some(at) = event.at {
            pen.word(
                x + 9,
                y,
                8,
                &self.app.clock_time(at),
                theme.style(Role::Dim),
            );
        }
    }

    fn flagged(&self, seq: usize) -> bool {
        let key = self.open.whole.keys.get(seq);
        key.is_some_and(|key| {
            self.open
                .whole
                .review
                .flagged_events
                .iter()
                .any(|e| e.key == *key)
        })
    }

    fn turn_at(&self, seq: usize) -> Option<&TurnFacts> {
        let turns = &self.open.whole.facts.turns;
        let at = turns.partition_point(|t| (t.end as usize) <= seq);
        turns.get(at)
    }

    fn message(
        &self,
        event: &Event,
        line: &ReaderLine,
        range: std::ops::Range<usize>,
        y: u16,
        pen: &mut Pen<'_>,
    ) {
        let theme = self.theme;
        let width = self.area.width.saturating_sub(TEXT_COLUMN + 2);
        let role = match event.kind.author() {
            _ if event.reverted => Role::Reverted,
            _ if self.flagged(line.seq) => Role::Flag,
            Some(Author::User) => Role::User,
            Some(Author::Agent) => Role::Agent,
            _ => Role::Bot,
        };
        let style = theme.style(role);
        let safe = &self.open.texts[line.seq];
        let hit = theme.style(Role::Hit);
        if event.reverted && !theme.color {
            pen.word(
                self.area.x + TEXT_COLUMN - 1,
                y,
                1,
                "~",
                theme.style(Role::Dim),
            );
        }
        if safe.is_empty() {
            pen.word(
                self.area.x + TEXT_COLUMN,
                y,
                width,
                "(no text)",
                theme.style(Role::Dim),
            );
            return;
        }
        pen.clusters(self.area.x + TEXT_COLUMN, y, width, safe, range, |i| {
            let at = safe.cluster(i).map_or(0, |c| c.start);
            if self.open.hits.is_said(line.seq, at) {
                hit
            } else {
                style
            }
        });
    }

    /// `refund ━━━━━━━━━─ .91`, with the runner-up where it is close.
    fn prediction(&self, event: &Event, seq: usize, x: u16, y: u16, width: u16, pen: &mut Pen<'_>) {
        let Some(intent) = &event.intent else {
            self.correction(event, seq, x, y, width, pen);
            return;
        };
        let theme = self.theme;
        let turn = self.turn_at(seq).filter(|t| t.user == Some(seq as u32));
        let (mark, role) = turn.map_or(("", Role::Plain), turn_mark);
        let style = if event.reverted {
            theme.style(Role::Dim)
        } else {
            theme.style(role)
        };
        let Some(shown) = shown_intent(intent) else {
            let used = pen.word(x, y, width, "no prediction", theme.style(Role::Dim)) + 1;
            self.correction(event, seq, x + used, y, width.saturating_sub(used), pen);
            return;
        };
        // The name goes before the bar where there is not room for both.
        let cells = if width < 36 { 0 } else { 10 };
        let mut used = pen.text(x, y, width.saturating_sub(cells + 8), &shown.0, style) + 1;
        if let Some(confidence_value) = shown.1 {
            used += bar(
                theme,
                confidence_value,
                cells,
                None,
                x + used,
                y,
                width.saturating_sub(used),
                style,
                pen,
            ) + cells.min(1);
            let words = format!("{}{mark}", confidence(confidence_value.0));
            used += pen.word(x + used, y, width.saturating_sub(used), &words, style) + 1;
        }
        used += self.correction(event, seq, x + used, y, width.saturating_sub(used), pen);
        if intent.is_fallback() {
            let name = intent.name.as_ref().map(|n| n.line()).unwrap_or_default();
            used += pen.text(
                x + used,
                y,
                width.saturating_sub(used),
                &name,
                theme.style(Role::Fail),
            ) + 1;
        }
        if !mark.is_empty()
            && let Some(second) = runner_up(intent)
        {
            let words = format!(
                "{} {}",
                second.0.as_str(),
                second.1.map(|c| confidence(c.0)).unwrap_or_default()
            );
            pen.word(
                x + used,
                y,
                width.saturating_sub(used),
                &words,
                theme.style(Role::Dim),
            );
        }
    }

    /// `-> refund`, `confirmed`: what a person says of the message. Gives the columns used.
    fn correction(
        &self,
        event: &Event,
        seq: usize,
        x: u16,
        y: u16,
        width: u16,
        pen: &mut Pen<'_>,
    ) -> u16 {
        let words = crate::model::correction_words(
            &self.open.whole.review,
            self.open.whole.keys[seq],
            event,
        );
        match words.as_str() {
            "" => 0,
            words => pen.word(x, y, width, words, self.theme.style(Role::Good)) + 1,
        }
    }

    fn buttons(&self, event: &Event, mut x: u16, y: u16, width: u16, pen: &mut Pen<'_>) {
        let end = x + width;
        for button in &event.buttons {
            let words = format!("[{}]", button.title.line().cut(30).as_str());
            x += pen.word(
                x,
                y,
                end.saturating_sub(x),
                &words,
                self.theme.style(Role::Accent),
            ) + 1;
        }
    }

    fn action_words(
        &self,
        event: &Event,
        x: u16,
        y: u16,
        width: u16,
        style: Style,
        pen: &mut Pen<'_>,
    ) {
        let Some(action) = &event.action else { return };
        let mut used = match (&action.name, &event.text) {
            (Some(name), _) => pen.text(x, y, width, &name.line(), style),
            (None, Some(text)) => {
                pen.word(x, y, width, &format!("\"{}\"", text.line().as_str()), style)
            }
            (None, None) => pen.word(x, y, width, "(nameless action)", style),
        };
        if let Some(c) = action.confidence {
            used += 1 + pen.word(
                x + used + 1,
                y,
                width.saturating_sub(used + 1),
                &figure2(c),
                style,
            );
        }
        if let Some(policy) = &action.policy {
            let short = policy.line().as_str().replace("Policy", "");
            pen.word(
                x + used + 1,
                y,
                width.saturating_sub(used + 1),
                &short,
                style,
            );
        }
    }

    fn slot(
        &self,
        event: &Event,
        before: Option<&str>,
        x: u16,
        y: u16,
        width: u16,
        pen: &mut Pen<'_>,
    ) {
        let Some(slot) = &event.slot else { return };
        let before = before.filter(|b| *b != "null");
        let now = slot.value.for_search();
        let role = match (before, now) {
            _ if event.reverted => Role::Reverted,
            (_, "null") => Role::Cleared,
            (Some(b), n) if b != n => Role::Changed,
            _ => Role::Set,
        };
        let style = self.theme.style(role);
        let old = SafeText::line(before.map_or("none", unquoted)).cut(30);
        let new = SafeText::line(if now == "null" { "none" } else { unquoted(now) });
        let words = format!("={}: {} -> ", slot.name.line().as_str(), old.as_str());
        let used = pen.word(x, y, width, &words, style);
        pen.text(x + used, y, width.saturating_sub(used), &new, style);
    }

    fn flow(&self, event: &Event, x: u16, y: u16, width: u16, pen: &mut Pen<'_>) {
        let Some(flow) = &event.flow else { return };
        let mut words = format!("#{}", flow.name.line().as_str());
        if let Some(step) = &flow.step {
            let join = if flow.state == FlowState::Cancelled {
                " left at "
            } else {
                "/"
            };
            words.push_str(join);
            words.push_str(step.line().as_str());
        } else if flow.state == FlowState::Cancelled {
            words.push_str(" left");
        }
        words.push_str(match flow.state {
            FlowState::Started if flow.step.is_none() => " started",
            FlowState::Completed => " completed",
            FlowState::Interrupted => " interrupted",
            FlowState::Resumed => " resumed",
            _ => "",
        });
        let role = match flow.state {
            _ if event.reverted => Role::Reverted,
            FlowState::Cancelled => Role::Doubt,
            FlowState::Completed => Role::Good,
            _ => Role::Accent,
        };
        pen.word(x, y, width, &words, self.theme.style(role));
    }
}
