//! The table of intent confusion.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::confusion::ConfusionTable;
use super::super::layout::Layout;
use super::super::pen::Pen;
use super::super::theme::Role;
use super::popup::frame;
use crate::stats::Pair;
use crate::text::{SafeText, Untrusted, figure};

/// Predicted, corrected, how many, how often that prediction was right.
pub(super) fn draw(app: &App, layout: &Layout, table: &ConfusionTable, pen: &mut Pen<'_>) {
    let area = frame(app, layout, layout.status.y, pen);
    let theme = app.theme;
    let (dim, plain) = (theme.style(Role::Dim), theme.style(Role::Plain));
    let title = "confusion: predicted against corrected, over the current filter";
    pen.word(area.x, area.y, area.width, title, theme.style(Role::Accent));
    let Some(confusion) = &table.confusion else {
        pen.word(area.x, area.y + 1, area.width, "counting…", dim);
        return;
    };
    pen.word(area.x, area.y + 1, area.width, &confusion.counts(), dim);
    if confusion.pairs.is_empty() {
        let words = "nothing to compare yet: i on a user message corrects or confirms its intent";
        pen.word(area.x, area.y + 3, area.width, words, plain);
        return;
    }
    let name = area.width.saturating_sub(40).clamp(16, 60) / 2 + 4;
    let (first, second) = (area.x + 11, area.x + 11 + name + 1);
    let third = second + name + 12;
    pen.right(area.x + 9, area.y + 2, 9, "messages", dim);
    pen.word(first, area.y + 2, name, "predicted", dim);
    pen.word(second, area.y + 2, name, "corrected", dim);
    pen.right(third, area.y + 2, 12, "it is right", dim);
    let shown = |name: Option<&Untrusted>| match name {
        Some(name) => name.line(),
        None => SafeText::line("(no prediction)"),
    };
    // What enter does beyond the line under the cursor is said before it is pressed.
    let beyond = confusion.pairs.get(table.cursor).and_then(Pair::beyond);
    let below = match &beyond {
        Some(words) => {
            let words = format!("enter {words}");
            pen.word(
                area.x,
                area.bottom().saturating_sub(1),
                area.width,
                &words,
                dim,
            );
            1
        }
        None => 0,
    };
    let height = usize::from(area.height.saturating_sub(3 + below));
    let top = table.cursor.saturating_sub(height.saturating_sub(1));
    for (row, pair) in confusion.pairs.iter().skip(top).take(height).enumerate() {
        let y = area.y + 3 + row as u16;
        pen.right(area.x + 9, y, 9, &figure(pair.count), plain);
        pen.text(first, y, name, &shown(pair.predicted.as_ref()), plain);
        match pair.is_right() {
            true => pen.word(second, y, name, "right", theme.style(Role::Good)),
            false => pen.text(
                second,
                y,
                name,
                &pair.corrected.line(),
                theme.style(Role::Fail),
            ),
        };
        let of = confusion
            .intents
            .iter()
            .find(|i| i.intent == pair.predicted);
        if let Some(of) = of {
            let percent = (of.share() * 100.0).round();
            let words = format!("{percent}% of {}", figure(of.right + of.wrong));
            pen.right(third, y, 12, &words, dim);
        }
        if top + row == table.cursor {
            let cursor = theme.style(Role::Cursor);
            pen.restyle(Rect::new(area.x, y, area.width, 1), |s| s.patch(cursor));
        }
    }
}
