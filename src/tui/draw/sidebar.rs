//! The sidebar: presets, facets, today.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::sidebar::SidebarLine;
use super::super::layout::Pane;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};
use crate::text::figure;

pub(super) fn draw(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let plain = theme.style(Role::Plain);
    let dim = theme.style(Role::Dim);
    let accent = theme.style(Role::Accent);
    let right = area.right().saturating_sub(1);
    for (i, line) in app
        .sidebar_lines()
        .iter()
        .enumerate()
        .skip(app.sidebar.top)
        .take(usize::from(area.height))
    {
        let y = area.y + (i - app.sidebar.top) as u16;
        let x = area.x;
        let width = area.width.saturating_sub(1);
        match line {
            SidebarLine::Blank => {}
            SidebarLine::Title(title) => {
                pen.word(x, y, width, title, dim);
            }
            SidebarLine::Preset(place) => {
                let Some((preset, count)) = app.presets.get(*place) else {
                    continue;
                };
                let current = app.view.preset.as_deref() == Some(preset.name.as_str());
                let count = count.map(figure).unwrap_or_default();
                let style = if current { accent } else { plain };
                if let Some(key) = preset.key {
                    pen.word(x + 2, y, 1, &key.to_string(), dim);
                }
                pen.word(
                    x + 4,
                    y,
                    width.saturating_sub(5 + count.len() as u16),
                    &preset.name,
                    style,
                );
                pen.right(right, y, 12, &count, dim);
            }
            SidebarLine::Facet(field, open) => {
                let mut title = field.name().to_owned();
                if !open {
                    title.push_str(theme.glyph(Glyph::Ellipsis));
                }
                pen.word(x, y, width, &title, dim);
            }
            SidebarLine::Value(_, value, count, state) => {
                let count = figure(*count);
                let (mark, style) = match state {
                    Some(true) => ("+", accent),
                    Some(false) => ("-", theme.style(Role::Fail)),
                    None => (" ", plain),
                };
                pen.word(x + 1, y, 1, mark, style);
                pen.word(
                    x + 2,
                    y,
                    width.saturating_sub(3 + count.len() as u16),
                    value,
                    style,
                );
                pen.right(right, y, 12, &count, dim);
            }
            SidebarLine::More(_, more) => {
                pen.word(x + 2, y, width, &format!("{} more", figure(*more)), dim);
            }
            SidebarLine::Decided(n) => {
                pen.word(x + 2, y, width, "decided", plain);
                pen.right(right, y, 12, &figure(*n), plain);
            }
        }
        if i == app.sidebar.cursor && app.focus == Pane::Sidebar {
            if !matches!(line, SidebarLine::Facet(..)) {
                pen.word(x, y, 1, ">", theme.style(Role::Unread));
            }
            let cursor = theme.style(Role::Cursor);
            pen.restyle(Rect::new(x, y, width, 1), |s| s.patch(cursor));
        }
    }
}
