//! The hint line: the keys that work where one is, as many as fit.

use super::super::action::{ACTIONS, Action, Scope};
use super::super::app::App;
use super::super::app::popup::Popup;
use super::super::layout::{Layout, Pane};
use super::super::pen::Pen;
use super::super::theme::Role;
use crate::text::SafeText;

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
            Action::Correct,
            Action::Detail,
            Action::Tags,
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
pub(super) fn draw(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
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
            .any(|s| *s == scope || *s == Scope::Anywhere);
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
