//! The detail of the event under the cursor: its tabs, and the lines of the one that is open.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::super::app::App;
use super::super::app::detail::doc::{Doc, GUTTER, Row};
use super::super::app::find::FindIn;
use super::super::app::reader::Tab;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};

pub(super) fn draw(app: &App, area: Rect, pen: &mut Pen<'_>) {
    tabs(app, area, pen);
    let pane = &app.reader.pane;
    let body = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    let rows = pane.doc.rows();
    for (y, at) in (body.y..body.bottom()).zip(pane.top..rows.len()) {
        row(app, &pane.doc, at, &rows[at], body, y, pen);
    }
    let hidden = rows
        .len()
        .saturating_sub(pane.top + usize::from(body.height));
    if hidden > 0 {
        let word = if hidden == 1 { "line" } else { "lines" };
        let words = format!(" {hidden} more {word} ");
        pen.right(
            body.right(),
            body.bottom().saturating_sub(1),
            body.width,
            &words,
            app.theme.style(Role::Dim),
        );
    }
}

/// `── [Prediction] Slots Story …`
fn tabs(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let rule = theme.glyph(Glyph::BarRest);
    pen.word(
        area.x,
        area.y,
        area.width,
        &rule.repeat(usize::from(area.width)),
        theme.style(Role::Dim),
    );
    // Where there is not room for all of them, the rule before them goes first.
    let wide: usize = Tab::ALL.iter().map(|t| t.title().len() + 2).sum::<usize>() + 2;
    let mut x = area.x
        + if wide + 3 <= usize::from(area.width) {
            3
        } else {
            0
        };
    for tab in Tab::ALL {
        let here = tab == app.reader.tab;
        let title = if here {
            format!(" [{}] ", tab.title())
        } else {
            format!(" {} ", tab.title())
        };
        let role = if here { Role::Accent } else { Role::Dim };
        x += pen.word(
            x,
            area.y,
            area.right().saturating_sub(x),
            &title,
            theme.style(role),
        );
    }
}

fn row(app: &App, doc: &Doc, at: usize, row: &Row, body: Rect, y: u16, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let here = app.in_detail() && app.reader.pane.cursor == at;
    if here {
        pen.word(body.x, y, 1, ">", theme.style(Role::Accent));
    }
    let find = app.find.as_ref().filter(|f| f.within == FindIn::Detail);
    let hit = theme.style(Role::Hit);
    let x = body.x + doc.indent(row.line);
    if row.first
        && let Some(folded) = doc.fold_state(row.line)
    {
        let sign = if folded { "+" } else { "-" };
        let role = if folded { Role::Accent } else { Role::Dim };
        pen.word(x - 2, y, 1, sign, theme.style(role));
    }
    let room = body.right().saturating_sub(x);
    let (safe, part) = doc.safe(row);
    let mut used = pen.clusters(x, y, room, &safe, part, |i| {
        let byte = safe.cluster(i).map_or(0, |c| c.start);
        match find.and_then(|f| f.lights(row.line, byte)) {
            Some(true) => hit.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            Some(false) => hit,
            None => theme.style(doc.role(row.line, byte)),
        }
    });
    if doc.is_last_of_line(at)
        && let Some(tail) = doc.tail(row.line)
    {
        let room = room.saturating_sub(used);
        used += pen.word(x + used, y, room, &tail, theme.style(Role::Dim));
    }
    if here {
        let cursor = theme.style(Role::Cursor);
        let width = (doc.indent(row.line) - GUTTER + used).clamp(1, body.width - GUTTER);
        pen.restyle(Rect::new(body.x + GUTTER, y, width, 1), |s| s.patch(cursor));
    }
}
