//! The three fixed lines: title with filter and counts, status, hints.

use ratatui::layout::Rect;
use tui_input::Input;

use super::super::action::{ACTIONS, Action};
use super::super::app::App;
use super::super::app::find::FindIn;
use super::super::app::hiding::names_people;
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
            if app.hidden && names_people(&app.view.text) {
                "…"
            } else {
                &app.view.text
            },
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

/// Actions whose hints lead in each pane; the rest follow in the order of the table.
fn order(app: &App) -> &'static [Action] {
    match app.focus {
        Pane::List => &[
            Action::Reviewed,
            Action::Negative,
            Action::Saved,
            Action::Tags,
            Action::Flag,
            Action::Filter,
            Action::Read,
        ],
        Pane::Reader if app.in_detail() => &[
            Action::IntoDetail,
            Action::LeaveReader,
            Action::NextTab,
            Action::Find,
            Action::Pager,
            Action::Detail,
            Action::Escape,
        ],
        Pane::Reader if app.find.is_some() => &[
            Action::NextHit,
            Action::PreviousHit,
            Action::Escape,
            Action::Reviewed,
            Action::Negative,
            Action::Detail,
        ],
        Pane::Reader if app.reader.detail => &[
            Action::NextTab,
            Action::IntoDetail,
            Action::PageDown,
            Action::Detail,
            Action::Reviewed,
            Action::Negative,
            Action::NextProblem,
        ],
        Pane::Reader => &[
            Action::Reviewed,
            Action::Negative,
            Action::NextProblem,
            Action::NextConversation,
            Action::Tags,
            Action::Detail,
        ],
        Pane::Sidebar => &[Action::AddValue, Action::ExcludeValue, Action::Filter],
    }
}

/// What the hint line calls an action, by where one is; empty: it is not hinted there.
fn hint_word(app: &App, action: Action) -> &'static str {
    let reader = app.focus == Pane::Reader;
    match action {
        Action::IntoDetail if app.in_detail() => "fold",
        Action::LeaveReader if app.in_detail() => "out",
        Action::Detail if app.in_detail() => "close",
        Action::Pager if app.in_detail() => "$PAGER",
        Action::Escape if app.in_detail() && app.find.is_none() => "back",
        Action::NextTab if reader && app.reader.detail => "tab",
        Action::IntoDetail if reader && app.reader.detail => "go in",
        Action::PageDown if reader && app.reader.detail => "scroll",
        Action::Detail if reader && app.reader.detail => "close",
        Action::NextHit if reader && app.find.is_some() => "next place",
        Action::PreviousHit if reader && app.find.is_some() => "previous",
        Action::Escape if reader && app.find.is_some() => "end find",
        _ => action.info().hint,
    }
}

/// The keys that work now: as many as fit, help always.
pub(super) fn hints(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    let area = layout.hint;
    let long_error = app.line.as_ref().and_then(|l| l.error.as_ref());
    if long_error.is_some_and(|(_, e)| SafeText::line(e).width() > usize::from(area.width)) {
        return;
    }
    let fixed = prompt_hints(app);
    let style = app.theme.style(Role::Dim);
    if let Some(text) = fixed {
        pen.word(0, area.y, area.width, text, style);
        return;
    }
    let scope = app.scope();
    let hint = |action: Action| -> Option<(String, &'static str)> {
        let info = action.info();
        let here = info
            .scopes
            .iter()
            .any(|s| *s == scope || *s == super::super::action::Scope::Anywhere);
        let word = hint_word(app, action);
        (here && !word.is_empty())
            .then(|| {
                app.keymap
                    .keys_for(action, scope)
                    .first()
                    .cloned()
                    .map(|k| (k, word))
            })
            .flatten()
    };
    let lead = order(app).iter().copied();
    let rest = ACTIONS
        .iter()
        .map(|i| i.action)
        .filter(|a| !order(app).contains(a) && *a != Action::Help);
    let help = hint(Action::Help);
    let reserved = help.as_ref().map_or(0, |(k, w)| k.len() + 1 + w.len());
    let mut x: u16 = 0;
    if let Some((key, words)) = app.way_back() {
        let room = area.width.saturating_sub(reserved as u16 + 2);
        x += pen.word(0, area.y, room, &key, app.theme.style(Role::Accent)) + 1;
        x += pen.word(x, area.y, room.saturating_sub(x), &words, style) + 2;
    }
    for (key, word) in lead.chain(rest).filter_map(hint) {
        let width = (key.len() + 1 + word.len()) as u16;
        if usize::from(x + width) + 2 + reserved > usize::from(area.width) {
            break;
        }
        x += pen.word(x, area.y, width, &key, app.theme.style(Role::Accent));
        x += 1 + pen.word(x + 1, area.y, width, word, style);
        x += 2;
    }
    if let Some((key, word)) = help {
        x += pen.word(
            x,
            area.y,
            area.width - x,
            &key,
            app.theme.style(Role::Accent),
        ) + 1;
        pen.word(x, area.y, area.width.saturating_sub(x), word, style);
    }
}

fn prompt_hints(app: &App) -> Option<&'static str> {
    use super::super::app::popup::Popup;
    if app.line.is_some() {
        return Some("enter keep  esc back  tab complete  up down history  ctrl-s save as preset");
    }
    if app.popup.is_none() && app.find.as_ref().is_some_and(|f| f.typing) {
        return Some("enter keep, n N go on  up down previous, next place  esc drop");
    }
    Some(match app.popup.as_ref()? {
        Popup::Help { .. } => "type to narrow  up down scroll  esc close",
        Popup::Export(_) => "enter write the file  up down move  space choose  esc drop",
        Popup::Palette(_)
        | Popup::Sort(_)
        | Popup::Values(_)
        | Popup::Definitions(_)
        | Popup::ExportAs(_) => "type to narrow  up down choose  enter do it  esc close",
        Popup::Tags(_) => {
            "type to narrow or create  enter on or off  tab several  alt-digit key  esc close"
        }
        Popup::Presets(_) => {
            "enter open  ctrl-s save this filter here  ctrl-k key  ctrl-d delete  esc close"
        }
        Popup::AwaitPreset => "a preset's key opens it  ' back to the previous filter  esc close",
        Popup::Note(_) => "enter write  esc drop",
        Popup::PresetName(_) => "enter next  esc drop",
        Popup::PresetKey { .. } => "a free letter or digit  enter without a key  esc drop",
        Popup::Compare(_) => {
            "j k turn  n N difference  tab side  enter read this turn  q esc close"
        }
        Popup::SameUser(_) => {
            "enter read  = compare with the present one  * make it the filter  esc close"
        }
        Popup::Notes => notes_hints(app),
        Popup::Learning if app.learning.typing.is_some() => {
            "2026-05-01..2026-05-31, yesterday, 10d, since:…  enter keep  esc drop"
        }
        Popup::Learning => {
            "tab set  1-5 c period  f filter  o O order  enter as the view  w export  q back"
        }
        Popup::Journal { .. } => "j k move  u take this entry back  enter go there  esc close",
        Popup::Confusion(_) => "j k move  enter the conversations  q esc close",
        Popup::Correct(of) => super::correct::message_hint(of),
        Popup::About(of) => super::correct::about_hint(of),
    })
}

/// The notes screen has layers of its own.
fn notes_hints(app: &App) -> &'static str {
    let notes = &app.notes;
    if notes.picker.is_some() {
        "type to narrow or create  enter gives the tag  esc close"
    } else if notes.editing.is_some() {
        "enter write  esc drop"
    } else if notes.typing {
        "type to narrow  enter keep  esc drop"
    } else {
        "space v A mark  t tag  enter open  / narrow  e change  d remove  u undo  q back"
    }
}
