//! Two conversations side by side: one line of words for each pair of turns, signs beside what differs.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::compare::{Comparison, Shown, columns, count_words};
use super::super::app::predicted::{shown_words, turn_mark};
use super::super::compared::rows::{Cell, TEXT};
use super::super::compared::{Difference, Side};
use super::super::confidence;
use super::super::layout::Layout;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};
use crate::model::{Author, Event};

/// Draws the comparison over the panes, title and status line left free.
pub(super) fn draw(app: &App, layout: &Layout, comparison: &Comparison, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let width = layout.title.width;
    let area = Rect::new(0, 0, width, layout.status.y);
    pen.fill(area, theme.style(Role::Plain));
    let Some(shown) = &comparison.shown else {
        let (words, role) = match &comparison.error {
            Some(error) => (error.as_str(), Role::Fail),
            None => ("reading…", Role::Dim),
        };
        pen.word(1, 1, width.saturating_sub(2), words, theme.style(role));
        return;
    };
    let right = count_words(shown);
    let room = (right.width() as u16).min(width);
    pen.word(0, 0, width - room, "Compare", theme.style(Role::Accent));
    pen.right(width, 0, room, right.as_str(), theme.style(Role::Dim));
    let drawer = Drawer { app, shown };
    for (side, (x, width)) in columns(width).into_iter().enumerate() {
        drawer.who(side, x, width, pen);
    }
    let height = app.compare_height();
    for (line, at) in (shown.top..shown.rows.len()).take(height).enumerate() {
        drawer.row(at, 2 + line as u16, pen);
    }
}

struct Drawer<'a> {
    app: &'a App,
    shown: &'a Shown,
}

impl Drawer<'_> {
    /// Who it is and when, over a column.
    fn who(&self, side: usize, x: u16, width: u16, pen: &mut Pen<'_>) {
        let theme = self.app.theme;
        let card = &self.shown.compared.sides[side].whole.card;
        let role = if side == self.shown.side {
            Role::Unread
        } else {
            Role::Plain
        };
        let mut words = format!(" {:.8}", card.id);
        if let Some(at) = card.started {
            words = format!(
                " {} {}{words}",
                theme.glyph(Glyph::Dot),
                self.app.day_time(at)
            );
        }
        let rest = words.chars().count() as u16;
        let name = width.saturating_sub(rest.min(width / 2));
        let used = pen.text(x, 1, name, &super::list::who(card), theme.style(role));
        let rest = width.saturating_sub(used);
        pen.word(x + used, 1, rest, &words, theme.style(Role::Dim));
    }

    fn row(&self, at: usize, y: u16, pen: &mut Pen<'_>) {
        let theme = self.app.theme;
        let Some(row) = self.shown.rows.get(at) else {
            return;
        };
        let pair = self.shown.compared.pairs[row.pair];
        let here = row.pair == self.shown.cursor;
        let head = at == 0 || self.shown.rows[at - 1].pair != row.pair;
        let columns = columns(self.app.size.0);
        if head {
            let bar = theme.glyph(Glyph::BarRest);
            for (x, width) in columns {
                let bar = bar.repeat(usize::from(width));
                pen.word(x, y, width, &bar, theme.style(Role::Dim));
            }
        }
        for (side, (x, width)) in columns.into_iter().enumerate() {
            match &row.cells[side] {
                Some(Cell::Head(place)) => {
                    self.head(side, *place, pair.difference, x, y, width, pen)
                }
                Some(cell) => self.cell(&self.shown.compared.sides[side], cell, x, y, width, pen),
                None if head => {
                    let words = " no such turn ";
                    pen.word(x + 1, y, width - 1, words, theme.style(Role::Doubt));
                }
                None => {}
            }
            if head && here {
                let role = if side == self.shown.side {
                    Role::Cursor
                } else {
                    Role::Unread
                };
                let cursor = theme.style(role);
                pen.restyle(Rect::new(x, y, width, 1), |s| s.patch(cursor));
                if side == self.shown.side {
                    pen.word(x, y, 1, ">", theme.style(Role::Cursor));
                }
            }
        }
        let line = columns[1].0 - 1;
        pen.word(
            line,
            y,
            1,
            theme.glyph(Glyph::Column),
            theme.style(Role::Dim),
        );
    }

    /// `3 14:31:20 ≠ intent, answer`
    #[expect(clippy::too_many_arguments, reason = "a turn and a place")]
    fn head(
        &self,
        side: usize,
        place: usize,
        difference: Difference,
        x: u16,
        y: u16,
        width: u16,
        pen: &mut Pen<'_>,
    ) {
        let theme = self.app.theme;
        let whole = &self.shown.compared.sides[side].whole;
        let turn = &whole.facts.turns[place];
        let first = whole.events.get(turn.user.unwrap_or(turn.first) as usize);
        let at = first.and_then(|e| e.at);
        let time = at.map(|t| format!(" {}", self.app.clock_time(t)));
        // A turn without a message of the user comes before the first that is counted.
        let counted = whole.facts.turns[..=place]
            .iter()
            .filter(|t| t.user.is_some());
        let number = counted.count();
        let words = format!(" {number}{} ", time.unwrap_or_default());
        let used = 1 + pen.word(x + 1, y, width - 1, &words, theme.style(Role::Accent));
        let words = difference_words(difference);
        if !words.is_empty() {
            let words = format!("{} {words} ", theme.glyph(Glyph::Differs));
            let room = width.saturating_sub(used);
            pen.word(x + used, y, room, &words, theme.style(Role::Doubt));
        }
    }

    fn cell(&self, side: &Side, cell: &Cell, x: u16, y: u16, width: u16, pen: &mut Pen<'_>) {
        let theme = self.app.theme;
        let dim = theme.style(Role::Dim);
        let (text_x, room) = (x + TEXT, width.saturating_sub(TEXT));
        let other = |seq: usize, pen: &mut Pen<'_>| {
            if side.is_other(seq) {
                pen.word(
                    x,
                    y,
                    1,
                    theme.glyph(Glyph::Differs),
                    theme.style(Role::Doubt),
                );
            }
        };
        match cell {
            Cell::Head(_) => {}
            Cell::Text(seq, range, first) => {
                let event = &side.whole.events[*seq];
                let user = event.kind.author() == Some(Author::User);
                // The sign of a user's message stands beside its intent: words are never the same.
                if !user {
                    other(*seq, pen);
                }
                let role = role(event, side.is_other(*seq) && !user);
                if *first {
                    pen.word(x + 1, y, 1, letter(event), theme.style(role));
                }
                let safe = &side.texts[*seq];
                let style = theme.style(role);
                if safe.is_empty() {
                    pen.word(text_x, y, room, "(no text)", dim);
                } else {
                    pen.clusters(text_x, y, room, safe, range.clone(), |_| style);
                }
            }
            Cell::Intent(seq) => {
                other(*seq, pen);
                self.intent(side, *seq, text_x, y, room, pen);
            }
            Cell::Action(seq) => {
                other(*seq, pen);
                let event = &side.whole.events[*seq];
                let style = match (side.is_other(*seq), event.fallback) {
                    (_, true) => theme.style(Role::Fail),
                    (true, _) => theme.style(Role::Doubt),
                    _ => dim,
                };
                let action = event.action.as_ref();
                let name = action.and_then(|a| a.name.as_ref()).or(event.text.as_ref());
                let used = pen.word(text_x, y, room, "-", style);
                let name = name.map(|n| n.line()).unwrap_or_default();
                let used = used + pen.text(text_x + used, y, room - used, &name, style);
                if let Some(sure) = action.and_then(|a| a.confidence) {
                    let words = format!(" {}", confidence(sure.0));
                    pen.word(text_x + used, y, room - used, &words, style);
                }
            }
            Cell::Buttons(seq) => {
                let titles = side.whole.events[*seq].buttons.iter();
                let titles: Vec<String> = titles
                    .map(|b| format!("[{}]", b.title.line().as_str()))
                    .collect();
                pen.word(text_x, y, room, &titles.join(" "), dim);
            }
        }
    }

    fn intent(&self, side: &Side, seq: usize, x: u16, y: u16, room: u16, pen: &mut Pen<'_>) {
        let theme = self.app.theme;
        let Some(prediction) = &side.whole.events[seq].intent else {
            return;
        };
        let turns = side.whole.facts.turns.iter();
        let turn = turns.clone().find(|t| t.user == Some(seq as u32));
        let (mark, role) = turn.map_or(("", Role::Plain), turn_mark);
        let role = match role {
            Role::Plain if side.is_other(seq) => Role::Doubt,
            role => role,
        };
        let style = theme.style(role);
        let Some(name) = shown_words(prediction) else {
            pen.word(x, y, room, "no prediction", theme.style(Role::Dim));
            return;
        };
        let words = prediction
            .effective()
            .map(|c| format!(" {}{mark}", confidence(c.0)));
        let words = words.unwrap_or_default();
        let reserved = (words.chars().count() as u16).min(room);
        let mut used = pen.text(x, y, room - reserved, &name, style);
        used += pen.word(x + used, y, room - used, &words, style);
        if prediction.is_fallback()
            && let Some(name) = &prediction.name
        {
            let words = format!(" {}", name.line().as_str());
            pen.word(x + used, y, room - used, &words, theme.style(Role::Fail));
        }
    }
}

/// The first letter of who speaks.
fn letter(event: &Event) -> &'static str {
    match event.kind.author() {
        Some(Author::User) => "u",
        Some(Author::Agent) => "a",
        _ => "b",
    }
}

fn role(event: &Event, other: bool) -> Role {
    match event.kind.author() {
        _ if event.reverted => Role::Reverted,
        Some(Author::User) => Role::User,
        _ if other => Role::Doubt,
        Some(Author::Agent) => Role::Agent,
        _ => Role::Bot,
    }
}

/// `intent, actions, answer`
fn difference_words(difference: Difference) -> String {
    if difference.alone {
        return "only here".to_owned();
    }
    let words = [
        (difference.intent, "intent"),
        (difference.actions, "actions"),
        (difference.answer, "answer"),
    ];
    let words: Vec<&str> = words.into_iter().filter(|w| w.0).map(|w| w.1).collect();
    words.join(", ")
}
