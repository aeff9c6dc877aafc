//! The map at the reader's right edge: the whole conversation in one column.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::map::row_of;
use super::super::app::reader::Open;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};

/// The whole conversation in one column: what is on the screen, problems, flags and hits.
pub(super) fn draw(app: &App, open: &Open, area: Rect, pen: &mut Pen<'_>) {
    let total = open.lines.len();
    let height = usize::from(area.height);
    let theme = app.theme;
    if total > height {
        let row = |line| row_of(line, total, height);
        let (from, to) = (row(open.top), row((open.top + height).min(total)));
        for y in from..to.max(from + 1) {
            pen.word(
                area.x,
                area.y + y as u16,
                1,
                theme.glyph(Glyph::Column),
                theme.style(Role::Dim),
            );
        }
    }
    for (y, mark) in (area.y..area.bottom()).zip(&app.reader.map.marks) {
        if let Some((mark, role)) = mark {
            pen.word(area.x, y, 1, mark, theme.style(*role));
        }
    }
}
