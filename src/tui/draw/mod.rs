//! Drawing: reads the app, changes nothing, and puts every character through the [`Pen`].

mod bars;
mod compare;
mod confusion;
mod correct;
mod detail;
mod export;
mod header;
mod hints;
mod learning;
mod list;
mod map;
mod notes;
mod popup;
mod reader;
mod same_user;
mod sidebar;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::App;
use super::layout::{Class, Layout, SMALLEST};
use super::pen::Pen;
use super::theme::{Glyph, Role};

/// Draws one frame.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let mut pen = Pen::new(buf, area).ascii(app.theme.ascii);
    let Some(layout) = app.layout() else {
        let (width, height) = SMALLEST;
        let text = format!("window too small: afterword needs {width}x{height}");
        pen.word(0, 0, area.width, &text, app.theme.style(Role::Plain));
        return;
    };
    bars::title(app, &layout, &mut pen);
    if let Some(area) = layout.sidebar {
        sidebar::draw(app, area, &mut pen.part(area));
    }
    if let Some(area) = layout.list {
        list::draw(app, area, layout.class, &mut pen.part(area));
    }
    if let Some(area) = layout.reader {
        reader::draw(app, area, layout.class, &mut pen.part(area));
    }
    if let Some(area) = layout.detail {
        detail::draw(app, area, &mut pen.part(area));
    }
    columns(app, &layout, &mut pen);
    bars::status(app, &layout, &mut pen);
    hints::draw(app, &layout, &mut pen);
    popup::draw(app, &layout, &mut pen);
}

fn columns(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    if layout.class == Class::One {
        return;
    }
    for x in &layout.columns {
        for y in 1..layout.status.y {
            pen.word(
                *x,
                y,
                1,
                app.theme.glyph(Glyph::Column),
                app.theme.style(Role::Dim),
            );
        }
    }
}
