//! The map at the reader's right edge: the whole conversation in one column.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::reader::Open;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};
use super::prediction::turn_mark;

/// The whole conversation in one column: what is on the screen, problems, flags and hits.
pub(super) fn draw(app: &App, open: &Open, area: Rect, pen: &mut Pen<'_>) {
    let total = open.lines.len().max(1);
    let height = usize::from(area.height);
    if height == 0 {
        return;
    }
    let scale = |line: usize| {
        if total <= height {
            line
        } else {
            line * height / total
        }
    };
    let theme = app.theme;
    if total > height {
        let (from, to) = (scale(open.top), scale((open.top + height).min(total)));
        for row in from..to.max(from + 1) {
            pen.word(
                area.x,
                area.y + row as u16,
                1,
                theme.glyph(Glyph::Column),
                theme.style(Role::Dim),
            );
        }
    }
    let mut put = |seq: usize, mark: &str, role: Role| {
        let row = scale(open.lines_of(seq).start).min(height - 1);
        pen.word(area.x, area.y + row as u16, 1, mark, theme.style(role));
    };
    for hit in &open.hits.events {
        put(*hit as usize, "/", Role::Doubt);
    }
    for turn in open
        .whole
        .facts
        .turns
        .iter()
        .filter(|t| t.problem || t.doubt)
    {
        let (mark, role) = turn_mark(turn);
        put(turn.user.unwrap_or(turn.first) as usize, mark, role);
    }
    for flag in &open.whole.review.flagged_events {
        if let Some(seq) = open.whole.keys.iter().position(|k| *k == flag.key) {
            put(seq, "!", Role::Flag);
        }
    }
}
