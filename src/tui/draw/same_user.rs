//! The conversations of one user, as lines of the list.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::same_user::SameUser;
use super::super::layout::Layout;
use super::super::pen::Pen;
use super::super::theme::Role;
use super::list::{self, Columns};
use super::popup::frame;
use crate::text::{self, SafeText};

/// Draws the popup over the panes.
pub(super) fn draw(app: &App, layout: &Layout, same: &SameUser, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let dim = theme.style(Role::Dim);
    let rows = same.cards.as_ref().map_or(1, Vec::len);
    let wanted = u16::try_from(rows + 3).unwrap_or(u16::MAX - 2).max(6);
    let area = frame(app, layout, wanted.min(layout.status.y), pen);
    pen.text(
        area.x,
        area.y,
        area.width,
        &title(same),
        theme.style(Role::Accent),
    );
    let words = match (&same.error, &same.cards) {
        (Some(error), _) => Some((error.as_str(), Role::Fail)),
        (None, None) => Some(("reading…", Role::Dim)),
        (None, Some(cards)) if cards.len() < 2 => Some((
            "there is no other conversation of this user in this source",
            Role::Plain,
        )),
        _ => None,
    };
    let cards = same.cards.as_deref().unwrap_or_default();
    if cards.is_empty() {
        if let Some((words, role)) = words {
            pen.word(area.x, area.y + 1, area.width, words, theme.style(role));
        }
        return;
    }
    let table = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    let columns = Columns::of(table, layout.class);
    list::heading(&columns, table, dim, pen);
    let height = usize::from(table.height.saturating_sub(1 + u16::from(words.is_some())));
    let top = same.cursor.saturating_sub(height.saturating_sub(1));
    for (line, card) in cards.iter().skip(top).take(height).enumerate() {
        let y = table.y + 1 + line as u16;
        let status = card.review.status;
        let style = list::status_style(theme, status);
        list::row(app, &columns, table, y, card, status, style, &[], pen);
        if card.row == same.row {
            pen.word(table.x + 1, y, 1, "@", theme.style(Role::Accent));
        }
        if top + line == same.cursor {
            pen.word(table.x, y, 1, ">", theme.style(Role::Unread));
            let cursor = theme.style(Role::Cursor);
            pen.restyle(Rect::new(table.x, y, table.width, 1), |s| s.patch(cursor));
        }
    }
    if let Some((words, role)) = words {
        let y = table.y + 1 + cards.len() as u16;
        pen.word(area.x, y, area.width, words, theme.style(role));
    }
}

/// `anna.k: 12 conversations, the newest first · @ is the present one`
fn title(same: &SameUser) -> SafeText {
    let who = same.user.preview(30);
    let who = who.as_str();
    let Some(cards) = &same.cards else {
        return SafeText::line(&format!("{who}: conversations of this user"));
    };
    let count = text::figure(cards.len() as u64);
    let count = match (cards.len(), same.more) {
        (_, true) => format!("the {count} imported last"),
        (1, _) => "1 conversation".to_owned(),
        _ => format!("{count} conversations"),
    };
    SafeText::line(&format!(
        "{who}: {count}, the newest first · @ is the present one"
    ))
}
