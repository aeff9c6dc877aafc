//! The list: heading, rows, and what is said where there are none.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::App;
use super::super::confidence;
use super::super::layout::{Class, Pane};
use super::super::pen::Pen;
use super::super::theme::{Role, Theme};
use crate::filter;
use crate::model::{Status, Verdict};
use crate::store::{Card, Marks};
use crate::text::{self, SafeText};

/// Where the columns of a list of this width stand.
pub(super) struct Columns {
    who: u16,
    message: (u16, u16),
    count: u16,
    low: u16,
    rating: Option<u16>,
    tags: (u16, u16),
}

impl Columns {
    pub(super) fn of(area: Rect, class: Class) -> Self {
        // What was said goes before tags where there is not room for both.
        let tags = match area.width {
            0..50 => 0,
            50..70 => 10,
            _ => 14,
        };
        let wide = class == Class::Three || area.width >= 100;
        let tags_x = area.width.saturating_sub(tags);
        let rating = wide.then(|| tags_x.saturating_sub(3));
        let low = rating.unwrap_or(tags_x).saturating_sub(5);
        let count = low.saturating_sub(4);
        let message = 22.min(count);
        Self {
            who: 11,
            message: (message, count.saturating_sub(message + 1)),
            count,
            low,
            rating,
            tags: (tags_x, tags),
        }
    }
}

pub(super) fn draw(app: &App, area: Rect, class: Class, pen: &mut Pen<'_>) {
    let columns = Columns::of(area, class);
    let dim = app.theme.style(Role::Dim);
    if app.list.rows.is_empty() {
        return nothing(app, area, pen);
    }
    heading(&columns, area, dim, pen);
    let tokens = filter::hit_words(&app.view.filter);
    for line in 0..area.height.saturating_sub(1) {
        let place = app.list.top + usize::from(line);
        let Some(id) = app.list.rows.get(place) else {
            break;
        };
        let y = area.y + 1 + line;
        let status = app.list.statuses[place];
        let style = status_style(app.theme, status);
        match app.list.card(id) {
            Some(card) => row(app, &columns, area, y, card, status, style, &tokens, pen),
            None => {
                pen.word(area.x + columns.message.0, y, 1, "…", dim);
            }
        }
        if app.list.marks.has(place) {
            pen.word(area.x + 1, y, 1, "*", app.theme.style(Role::Accent));
        }
        if app.list.range.is_some_and(|from| {
            (from.min(app.list.cursor)..=from.max(app.list.cursor)).contains(&place)
        }) {
            pen.word(area.x + 1, y, 1, ":", app.theme.style(Role::Accent));
        }
        if app.compare_from == Some(id) {
            pen.word(area.x + 6, y, 1, "=", app.theme.style(Role::Accent));
        }
        if place == app.list.cursor {
            pen.word(area.x, y, 1, ">", app.theme.style(Role::Unread));
            if app.focus == Pane::List {
                let cursor = app.theme.style(Role::Cursor);
                pen.restyle(Rect::new(area.x, y, area.width, 1), |s| s.patch(cursor));
            }
        }
    }
}

/// The names of the columns, on the first line of the area.
pub(super) fn heading(columns: &Columns, area: Rect, style: Style, pen: &mut Pen<'_>) {
    let y = area.y;
    pen.word(area.x + 7, y, 3, "Age", style);
    pen.word(area.x + columns.who, y, 10, "Who", style);
    let (message, width) = columns.message;
    pen.word(area.x + message, y, width, "Message", style);
    pen.word(area.x + columns.count, y, 3, "Msg", style);
    pen.word(area.x + columns.low, y, 3, "Low", style);
    if let Some(x) = columns.rating {
        pen.word(area.x + x, y, 2, "Rt", style);
    }
    pen.word(area.x + columns.tags.0, y, columns.tags.1, "Tags", style);
}

/// How a row of that status is written.
pub(super) fn status_style(theme: Theme, status: Status) -> Style {
    theme.style(match status {
        Status::Unread => Role::Unread,
        Status::Reviewed | Status::Deleted => Role::Dim,
        Status::Saved => Role::Plain,
    })
}

/// One line of the list, without cursor and mark.
#[expect(clippy::too_many_arguments, reason = "one row is drawn from one place")]
pub(super) fn row(
    app: &App,
    columns: &Columns,
    area: Rect,
    y: u16,
    card: &Card,
    status: Status,
    style: Style,
    tokens: &[filter::Words],
    pen: &mut Pen<'_>,
) {
    let theme = app.theme;
    let x = area.x;
    let review = &card.review;
    pen.word(x + 2, y, 1, status.letter(), style);
    match review.verdict {
        Some(Verdict::Positive) => pen.word(x + 3, y, 1, "+", theme.style(Role::Good)),
        Some(Verdict::Negative) => pen.word(x + 3, y, 1, "-", theme.style(Role::Fail)),
        None => 0,
    };
    if review.flagged {
        pen.word(x + 4, y, 1, "!", theme.style(Role::Flag));
    }
    if review.flagged_events > 0 {
        pen.word(
            x + 5,
            y,
            1,
            &review.flagged_events.min(9).to_string(),
            theme.style(Role::Flag),
        );
    }
    if let Some(ended) = card.ended {
        pen.right(
            x + 10,
            y,
            3,
            &text::age(app.now.0 - ended.0),
            theme.style(Role::Dim),
        );
    }
    pen.text(x + columns.who, y, 10, &who(card), style);
    if let Some(preview) = &card.preview {
        let safe = preview.line();
        preview_text(
            theme,
            x + columns.message.0,
            y,
            columns.message.1,
            &safe,
            preview.for_search(),
            tokens,
            style,
            pen,
        );
    }
    pen.right(
        x + columns.count + 3,
        y,
        3,
        &card.messages.min(999).to_string(),
        style,
    );
    if let Some(low) = card.min_confidence {
        let mark = low_mark(card);
        let role = match mark {
            "x" => Role::Fail,
            "?" => Role::Doubt,
            _ => Role::Plain,
        };
        let style = if role == Role::Plain {
            style
        } else {
            style.patch(theme.style(role))
        };
        pen.word(
            x + columns.low,
            y,
            4,
            &format!("{}{mark}", confidence(low.0)),
            style,
        );
    } else if card.marks.has(Marks::FAILED) {
        pen.word(x + columns.low + 3, y, 1, "x", theme.style(Role::Fail));
    }
    if let (Some(column), Some(rating)) = (columns.rating, card.attributes.rating) {
        let comment = if card.attributes.rating_comment.is_some() {
            "\""
        } else {
            ""
        };
        let role = if rating <= 2 { Role::Fail } else { Role::Plain };
        pen.word(
            x + column,
            y,
            2,
            &format!("{rating}{comment}"),
            style.patch(theme.style(role)),
        );
    }
    tags(
        theme,
        card,
        x + columns.tags.0,
        y,
        columns.tags.1,
        style,
        pen,
    );
}

/// Name, else external id.
pub(super) fn who(card: &Card) -> SafeText {
    card.attributes
        .user_name
        .as_ref()
        .unwrap_or(&card.external_id)
        .line()
}

/// `x` not understood, `?` low but acted, else nothing.
fn low_mark(card: &Card) -> &'static str {
    if card.marks.has(Marks::FAILED) {
        "x"
    } else if card.marks.has(Marks::DOUBTED) {
        "?"
    } else {
        ""
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "a place, a text and what is marked in it"
)]
fn preview_text(
    theme: Theme,
    x: u16,
    y: u16,
    width: u16,
    safe: &SafeText,
    raw: &str,
    tokens: &[filter::Words],
    style: Style,
    pen: &mut Pen<'_>,
) {
    let spans = filter::spans(raw, tokens);
    let Some(first) = spans.first() else {
        pen.text(x, y, width, safe, style);
        return;
    };
    let hit = theme.style(Role::Hit);
    let ellipsis = theme.glyph(super::super::theme::Glyph::Ellipsis);
    let part = safe.around(safe.indices_of(first.clone()), usize::from(width));
    let lead = u16::from(part.before);
    if part.before {
        pen.word(x, y, 1, ellipsis, style);
    }
    let room = width - lead;
    let used = pen.clusters(x + lead, y, room, safe, part.clusters, |i| {
        let at = safe.cluster(i).map_or(0, |c| c.start);
        if spans.iter().any(|s| s.contains(&at)) {
            hit
        } else {
            style
        }
    });
    if part.after {
        pen.word(x + lead + used, y, 1, ellipsis, style);
    }
}

fn tags(theme: Theme, card: &Card, x: u16, y: u16, width: u16, style: Style, pen: &mut Pen<'_>) {
    let mut at = 0;
    let own = card.review.tags.iter().map(|t| (t, ""));
    for (name, mark) in own.chain(card.review.auto_tags.iter().map(|t| (t, "~"))) {
        if at >= width {
            break;
        }
        let role = if mark.is_empty() {
            Role::Tag
        } else {
            Role::AutoTag
        };
        let tag = style.patch(theme.style(role));
        at += pen.word(x + at, y, width - at, mark, tag);
        at += pen.text(x + at, y, width - at, &name.line(), tag) + 1;
    }
}

/// What is said instead of rows.
fn nothing(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let plain = app.theme.style(Role::Plain);
    let dim = app.theme.style(Role::Dim);
    let mut y = area.y + 2.min(area.height / 4);
    let mut say = |text: &str, style| {
        for line in text::wrap(
            &SafeText::line(text),
            usize::from(area.width.saturating_sub(4)).max(10),
        ) {
            let safe = SafeText::line(text);
            pen.clusters(
                area.x + 2,
                y,
                area.width.saturating_sub(4),
                &safe,
                line.clusters,
                |_| style,
            );
            y += 1;
        }
    };
    if let Some(error) = &app.view.error {
        say(error, app.theme.style(Role::Fail));
    } else if app.view.answered == 0 || app.view.answered < app.view.generation {
        say("reading…", dim);
    } else if app.empty_store {
        say("Nothing is imported yet.", plain);
        say("", plain);
        say(
            "afterword import rasa.db     reads a Rasa tracker store, or any export: afterword formats lists them",
            plain,
        );
        say(
            "afterword demo               shows the review screen on conversations that come with it",
            plain,
        );
        say("", plain);
        say("What another terminal imports appears here by itself.", dim);
    } else {
        if app.view.matching > 0 {
            let n = crate::text::figure(app.view.matching);
            say(
                &format!("Nothing matched when the filter ran; {n} do now: R shows them."),
                plain,
            );
            return;
        }
        say("No conversation matches.", plain);
        match &app.view.emptied_by {
            Some(_) if app.shown_filter(&app.view.text) != app.view.text => {}
            Some(why) => say(why, plain),
            None if app.view.preset.as_deref() == Some("Unread") => {
                say("Nothing is unread: the queue is done.", plain)
            }
            None => {}
        }
        say("", plain);
        say(
            "/ edits the filter · '0 shows everything · '' goes back",
            dim,
        );
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;

    /// The preview of a message in 16 columns; what is marked stands in brackets.
    fn preview(text: &str, words: &str) -> String {
        let area = Rect::new(0, 0, 16, 1);
        let mut buf = Buffer::empty(area);
        let theme = Theme {
            color: true,
            ascii: false,
        };
        let asked = filter::hit_words(&filter::parse(words).unwrap());
        let mut pen = Pen::new(&mut buf, area);
        let safe = SafeText::line(text);
        preview_text(theme, 0, 0, 16, &safe, text, &asked, Style::new(), &mut pen);
        let hit = theme.style(Role::Hit);
        let (mut out, mut x) = (String::new(), 0);
        while x < 16 {
            let cell = &buf[(x, 0)];
            let marked = cell.fg == hit.fg.unwrap_or_default() && cell.modifier == hit.add_modifier;
            let (open, close) = if marked { ("[", "]") } else { ("", "") };
            out.push_str(&format!("{open}{}{close}", cell.symbol()));
            x += SafeText::line(cell.symbol()).width().max(1) as u16;
        }
        out.replace("][", "").trim_end().to_owned()
    }

    #[test]
    fn the_hit_of_a_preview_is_seen_in_every_script() {
        for (text, words, want) in [
            ("refund, please", "refund", "[refund], please"),
            ("fits to its ends", "ends", "fits to its [ends]"),
            (
                "this is longer than the line has room",
                "line",
                "… the [line] has …",
            ),
            ("健康保険をお使いになります", "ます", "…なり[ます]"),
            ("保険が切れてるんですけど", "保険", "[保険]が切れてる…"),
            ("هذا كل شي أريد إلغاء العقد", "العقد", "…لغاء [العقد]"),
            ("está el señor Muñoz aquí", "munoz", "…eñor [Muñoz] aquí"),
        ] {
            assert_eq!(preview(text, words), want, "{words}");
        }
    }
}
