//! The learning screen: periods and sets with their counts, one line each, and the chosen set as a list.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::learning::LearningState;
use super::super::layout::Layout;
use super::super::pen::Pen;
use super::super::theme::Role;
use super::list::{self, Columns};
use super::popup::{frame, input_line};
use crate::filter::{LEARNING_SETS, PERIODS};
use crate::text::figure;

pub(super) fn draw(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    let area = frame(app, layout, layout.status.y, pen);
    let learning = &app.learning;
    sets(app, area, pen);
    match &learning.typing {
        Some(input) => input_line(app, area, area.y + 1, "period: ", input, pen),
        None => periods(app, area, pen),
    }
    let (words, role) = match &learning.error {
        Some(error) => (error.clone(), Role::Fail),
        None => (counted(app), Role::Dim),
    };
    pen.word(
        area.x,
        area.y + 2,
        area.width,
        &words,
        app.theme.style(role),
    );
    let filter = learning.filter_of(learning.set).to_string();
    let words = format!("filter: {filter}");
    pen.word(
        area.x,
        area.y + 3,
        area.width,
        &words,
        app.theme.style(Role::Dim),
    );
    rows(app, layout, LearningState::list_area(layout), pen);
}

/// `learning   [positive 12]  negative 34  fallback 210`
fn sets(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let mut x = area.x;
    x += pen.word(x, area.y, area.width, "learning", theme.style(Role::Accent)) + 3;
    let counts = app.learning.view.as_ref().map(|v| &v.counts);
    for (at, set) in LEARNING_SETS.iter().enumerate() {
        let count = counts.and_then(|c| c.get(at)).map(|n| figure(*n));
        let words = format!("{} {}", set.name, count.as_deref().unwrap_or("…"));
        x += choice(app, x, area.y, &words, at == app.learning.set, area, pen) + 1;
    }
    if let Some(set) = LEARNING_SETS.get(app.learning.set) {
        let room = area.right().saturating_sub(x + 1);
        pen.word(x + 1, area.y, room, set.help, theme.style(Role::Dim));
    }
}

/// `period  1 24 hours  [2 week]  3 month  4 year  5 all  c typed`
fn periods(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let (y, learning) = (area.y + 1, &app.learning);
    let mut x = area.x;
    x += pen.word(x, y, area.width, "period  ", app.theme.style(Role::Plain));
    for (at, period) in PERIODS.iter().enumerate() {
        let words = format!("{} {}", at + 1, period.words);
        let chosen = learning.typed.is_none() && at == learning.period;
        x += choice(app, x, y, &words, chosen, area, pen) + 1;
    }
    let typed = learning.typed.as_ref().map(|t| t.0.as_str());
    let words = format!("c {}", typed.unwrap_or("another"));
    choice(app, x, y, &words, typed.is_some(), area, pen);
}

/// One of several; the chosen one is in brackets, so that it shows without colours.
fn choice(
    app: &App,
    x: u16,
    y: u16,
    words: &str,
    chosen: bool,
    area: Rect,
    pen: &mut Pen<'_>,
) -> u16 {
    let (text, role) = match chosen {
        true => (format!("[{words}]"), Role::Accent),
        false => (format!(" {words} "), Role::Plain),
    };
    let room = area.right().saturating_sub(x);
    pen.word(x, y, room, &text, app.theme.style(role))
}

/// What is counted: by which time, from when, under which filter, in which order.
fn counted(app: &App) -> String {
    let learning = &app.learning;
    let newest = learning.view.as_ref().and_then(|v| v.newest);
    let period = match (&learning.typed, PERIODS[learning.period].span, newest) {
        (Some(_), ..) => "by last activity, in the period typed".to_owned(),
        (None, None, _) => "of all time".to_owned(),
        (None, Some(span), None) => format!("last activity within {span} of now"),
        (None, Some(span), Some(newest)) => format!(
            "nothing is that new: within {span} of the newest, {}",
            app.day_time(newest)
        ),
    };
    let filter = match (app.shown_filter(&learning.text), learning.narrowed) {
        ("", _) => String::new(),
        (text, true) => format!(" · with the filter {text}"),
        (text, false) => format!(" · f narrows by {text}"),
    };
    let reversed = if learning.reverse { ", reversed" } else { "" };
    format!("{period} · {}{reversed}{filter}", learning.sort.words())
}

fn rows(app: &App, layout: &Layout, area: Rect, pen: &mut Pen<'_>) {
    let (theme, learning) = (app.theme, &app.learning);
    let dim = theme.style(Role::Dim);
    let Some(view) = &learning.view else {
        pen.word(area.x, area.y, area.width, "counting…", dim);
        return;
    };
    if view.rows.is_empty() {
        let set = LEARNING_SETS.get(learning.set).map_or("", |s| s.name);
        let how = match set {
            "positive" => ": p judges a conversation so",
            "negative" => ": x judges a conversation so",
            _ => "",
        };
        let words = format!("no {set} conversations in this period{how}");
        pen.word(
            area.x,
            area.y + 1,
            area.width,
            &words,
            theme.style(Role::Plain),
        );
        return;
    }
    let columns = Columns::of(area, layout.class);
    list::heading(&columns, area, dim, pen);
    let fit = usize::from(area.height.saturating_sub(1));
    for (line, row) in view.rows.starting(learning.top).take(fit).enumerate() {
        let y = area.y + 1 + line as u16;
        match learning.cards.get(&row) {
            Some(card) => {
                let status = card.review.status;
                let style = list::status_style(theme, status);
                list::row(app, &columns, area, y, card, status, style, &[], pen);
            }
            None => {
                pen.word(area.x + 11, y, 1, "…", dim);
            }
        }
        if learning.top + line == learning.cursor {
            pen.word(area.x, y, 1, ">", theme.style(Role::Unread));
            let cursor = theme.style(Role::Cursor);
            pen.restyle(Rect::new(area.x, y, area.width, 1), |s| s.patch(cursor));
        }
    }
}
