//! The form of an export.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::export::ExportForm;
use super::super::layout::Layout;
use super::super::pen::Pen;
use super::super::theme::Role;
use super::popup::{frame, input_line};

/// Draws the form over the panes.
pub(super) fn draw(app: &App, layout: &Layout, form: &ExportForm, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let lines = form.sets.len() + form.choices.len() + 3;
    let area = frame(app, layout, lines as u16, pen);
    let title = format!("export as {}: {}", form.info.name, form.info.words);
    pen.word(
        area.x,
        area.y,
        area.width,
        &title,
        theme.style(Role::Accent),
    );
    let sets = form.sets.iter().enumerate().map(|(at, set)| {
        let sign = if at == form.set { "(x) " } else { "( ) " };
        format!("{sign}{}", set.words)
    });
    let choices = form.choices.iter().map(|(choice, on)| {
        let sign = if *on { "[x] " } else { "[ ] " };
        format!("{sign}{}", choice.words())
    });
    let mut y = area.y + 1;
    for (at, words) in sets.chain(choices).enumerate() {
        if y >= area.bottom() {
            return;
        }
        pen.word(area.x, y, area.width, &words, theme.style(Role::Plain));
        if at == form.cursor {
            let cursor = theme.style(Role::Cursor);
            pen.restyle(Rect::new(area.x, y, area.width, 1), |s| s.patch(cursor));
        }
        y += 1;
    }
    if y < area.bottom() {
        if form.in_file() {
            input_line(app, area, y, "file: ", &form.file, pen);
        } else {
            let used = pen.word(area.x, y, 6, "file: ", theme.style(Role::Accent));
            let width = area.width.saturating_sub(used);
            pen.word(
                area.x + used,
                y,
                width,
                form.file.value(),
                theme.style(Role::Plain),
            );
        }
    }
    if let Some(words) = form.refused.as_ref().filter(|_| y + 1 < area.bottom()) {
        pen.word(area.x, y + 1, area.width, words, theme.style(Role::Fail));
    }
}
