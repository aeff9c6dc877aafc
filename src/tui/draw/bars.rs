//! Two of the three fixed lines: title with filter and counts, and status; the third is in `hints`.

use ratatui::layout::Rect;
use tui_input::Input;

use super::super::app::App;
use super::super::app::find::FindIn;
use super::super::layout::{Class, Layout, Pane};
use super::super::pen::Pen;
use super::super::theme::Role;
use crate::text::figure;
use crate::text::{SafeText, wrap};

/// `Form left  dropoff:…    newest first · 12 of 12,480 · 8 unread`, or the filter line while it is edited.
pub(super) fn title(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    let area = layout.title;
    if let Some(line) = &app.line {
        let bad = line.error.as_ref().map(|(column, _)| *column);
        let counts = counts(app, layout);
        return prompt(app, area, "/", &line.input, bad, counts.as_str(), pen);
    }
    if let Some(find) = app.find.as_ref().filter(|f| f.typing) {
        let lead = match find.within {
            FindIn::Conversation => "find: ",
            FindIn::Detail => "find in the detail: ",
        };
        return prompt(app, area, lead, &find.input, None, &find.count(), pen);
    }
    let right = counts(app, layout);
    let reserved = right.width() as u16;
    let mut x = 0;
    let name = app
        .view
        .preset
        .as_deref()
        .unwrap_or(if app.view.text.is_empty() {
            "All"
        } else {
            "Filter"
        });
    let room = area.width.saturating_sub(reserved + 1);
    x += pen.word(x, 0, room, name, app.theme.style(Role::Accent));
    if app.hidden {
        let left = room.saturating_sub(x);
        x += pen.word(x, 0, left, " [anonymised]", app.theme.style(Role::Doubt));
    }
    if layout.class == Class::One && app.focus == Pane::Reader {
        if let Some(open) = &app.reader.open {
            x += pen.word(
                x,
                0,
                room.saturating_sub(x),
                " > ",
                app.theme.style(Role::Dim),
            );
            let who = super::list::who(&open.whole.card);
            pen.text(
                x,
                0,
                room.saturating_sub(x),
                &who,
                app.theme.style(Role::Unread),
            );
        }
    } else if !app.view.text.is_empty() {
        x += 2;
        pen.word(
            x,
            0,
            room.saturating_sub(x),
            app.shown_filter(&app.view.text),
            app.theme.style(Role::Plain),
        );
    }
    pen.right(
        area.width,
        0,
        reserved,
        right.as_str(),
        app.theme.style(Role::Dim),
    );
}

/// A line that is typed in: the part around its cursor where it is longer than the screen, from the column
/// `bad` on marked as wrong; on the right what it gives.
fn prompt(
    app: &App,
    area: Rect,
    lead: &str,
    input: &Input,
    bad: Option<usize>,
    right: &str,
    pen: &mut Pen<'_>,
) {
    let plain = app.theme.style(Role::Plain);
    let mut x = pen.word(0, 0, area.width, lead, app.theme.style(Role::Accent));
    let width = usize::from(area.width.saturating_sub(x));
    let skip = input
        .visual_cursor()
        .saturating_sub(width.saturating_sub(1));
    let visible: String = input.value().chars().skip(skip).collect();
    let safe = SafeText::line(&visible);
    let used = pen.clusters(x, 0, width as u16, &safe, 0..safe.len(), |i| match bad {
        Some(column) if i + skip >= column => app.theme.style(Role::Fail),
        _ => plain,
    });
    let at = x + (input.cursor().saturating_sub(skip)) as u16;
    x += used;
    if at >= x {
        pen.word(at, 0, 1, " ", plain);
    }
    pen.restyle(Rect::new(at, 0, 1, 1), |s| {
        s.patch(app.theme.style(Role::Cursor))
    });
    let width = SafeText::line(right).width() as u16;
    if at.max(x) + 2 + width < area.width {
        pen.right(area.width, 0, width, right, app.theme.style(Role::Dim));
    }
}

fn counts(app: &App, layout: &Layout) -> SafeText {
    let view = &app.view;
    if layout.class == Class::One && app.focus == Pane::Reader {
        return SafeText::line(&place(app));
    }
    let mut parts = Vec::new();
    if layout.class != Class::One {
        let order = view.sort.words();
        parts.push(if view.reverse {
            format!("{order}, reversed")
        } else {
            order.to_owned()
        });
    } else if view.sort != Default::default() || view.reverse {
        let name = view.sort.name().replace('_', " ");
        parts.push(if view.reverse {
            format!("{name} reversed")
        } else {
            name
        });
    }
    if view.complete {
        parts.push(format!(
            "{} of {}",
            figure(view.matching),
            figure(view.total)
        ));
        parts.push(format!("{} unread", figure(view.unread)));
    } else if view.answered == 0 && app.list.rows.is_empty() {
        parts.push("reading…".to_owned());
    } else {
        parts.push("counting…".to_owned());
    }
    if view.arrived > 0 {
        parts.push(format!("+{} new, R shows them", figure(view.arrived)));
    }
    if !app.list.marks.is_empty() {
        parts.push(format!("{} marked", figure(app.list.marks.len() as u64)));
    }
    SafeText::line(&parts.join(" · "))
}

/// `3 of 12 · problem 1 of 2`
pub(super) fn place(app: &App) -> String {
    let Some(open) = &app.reader.open else {
        return String::new();
    };
    let mut text = String::new();
    if let Some(at) = app.list.place_of(open.whole.card.row) {
        text = format!(
            "{} of {}",
            figure(at as u64 + 1),
            figure(app.list.rows.len() as u64)
        );
    }
    let problems = open.problems();
    if !problems.is_empty() {
        let here = open.cursor.unwrap_or(0);
        let at = problems.iter().filter(|p| **p <= here).count();
        let at = if at == 0 {
            String::new()
        } else {
            format!("{at} of ")
        };
        let word = if problems.len() == 1 && at.is_empty() {
            "problem"
        } else {
            "problems"
        };
        let word = if at.is_empty() { word } else { "problem" };
        let part = if at.is_empty() {
            format!("{} {word}", problems.len())
        } else {
            format!("{word} {at}{}", problems.len())
        };
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str(&part);
    }
    if let Some(find) = app.find.as_ref().filter(|f| !f.typing) {
        text.push_str(&format!(" · find {}", find.count()));
    }
    text
}

/// The last change, and that it is written.
pub(super) fn status(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    let area = layout.status;
    let status = &app.status;
    if let Some((_, error)) = app.line.as_ref().and_then(|l| l.error.as_ref()) {
        // An error says what to write instead at its end: it has the line of the hints too.
        let safe = SafeText::line(error);
        let lines = wrap(&safe, usize::from(area.width));
        for (line, y) in lines.into_iter().zip([area.y, layout.hint.y]) {
            let style = app.theme.style(Role::Fail);
            pen.clusters(0, y, area.width, &safe, line.clusters, |_| style);
        }
        return;
    }
    let progress = match status.text.is_empty() {
        true => app.export_progress().unwrap_or_default(),
        false => String::new(),
    };
    let text = match status.text.as_str() {
        "" => &progress,
        said => said,
    };
    let right = match &status.written {
        Some(_) => "written · u undo",
        None => "",
    };
    let reserved = right.chars().count() as u16;
    let role = if status.error {
        Role::Fail
    } else {
        Role::Plain
    };
    pen.word(
        0,
        area.y,
        area.width.saturating_sub(reserved + 1),
        text,
        app.theme.style(role),
    );
    pen.right(
        area.width,
        area.y,
        reserved,
        right,
        app.theme.style(Role::Dim),
    );
}
